"""Bodies of scaling for ``recipes/applications/optimizer_parts.py``."""

import jax
import jax.numpy as jnp


def scaling(
    scaler, g, grads, all_finite, clip_by_norm, max_norm, learning_rate, params, growth_interval, factor, max_scale,
    backoff,
):
    #| one of
    scale, good_steps = scaler['scale'], scaler['good_steps']
    #| or
    scale = scaler['scale']
    good_steps = scaler['good_steps']
    #| end
    #| one of
    grads = jax.tree.map(lambda g: g / scale, grads)
    #| or
    inv_scale = 1.0 / scale
    grads = jax.tree.map(lambda g: g.astype(jnp.float32) * inv_scale, grads)
    #| end
    #| one of
    finite = jnp.array(True)
    for g in jax.tree.leaves(grads):
        finite = finite & jnp.all(jnp.isfinite(g))
    #| or
    finite = all_finite(grads)
    #| or
    finite = jnp.all(jnp.stack([jnp.all(jnp.isfinite(g)) for g in jax.tree.leaves(grads)]))
    #| end
    #| 0.5
    #| one of
    grads = clip_by_norm(grads, max_norm)
    #| or
    if max_norm is not None:
        norm = jnp.sqrt(sum(jnp.sum(g ** 2) for g in jax.tree.leaves(grads)))
        grads = jax.tree.map(lambda g: g * jnp.minimum(1.0, max_norm / (norm + 1e-6)), grads)
    #| end
    #| end
    #? 0.4 skip the step on overflow
    #| one of
    new_params = jax.tree.map(lambda w, g: jnp.where(finite, w - learning_rate * g, w), params, grads)
    #| or
    def apply(w, g):
        return jnp.where(finite, w - learning_rate * g, w)
    new_params = jax.tree.map(apply, params, grads)
    #| or
    def step():
        return jax.tree.map(lambda w, g: w - learning_rate * g, params, grads)
    new_params = jax.lax.cond(finite, step, lambda: params)
    #| end
    #| one of
    good_steps = jnp.where(finite, good_steps + 1, 0)
    grow = good_steps >= growth_interval
    #? 0.4 grow after many good steps, shrink after a bad one
    #| one of
    scale = jnp.where(finite, jnp.where(grow, scale * factor, scale), scale / factor)
    #| or
    scale = jnp.where(grow, scale * factor, scale)
    scale = jnp.where(finite, scale, scale / factor)
    #| end
    good_steps = jnp.where(grow, 0, good_steps)
    scale = jnp.clip(scale, 1.0, max_scale)
    #| or
    grow = finite & (good_steps + 1 >= growth_interval)
    #| one of
    scale = jnp.where(grow, scale * factor, scale)
    scale = jnp.where(finite, scale, jnp.maximum(scale * backoff, 1.0))
    #| or
    scale = jnp.where(finite, jnp.where(grow, scale * factor, scale), jnp.maximum(scale * backoff, 1.0))
    #| end
    #? 0.5 reset the counter after a scale change
    good_steps = jnp.where(finite & jnp.logical_not(grow), good_steps + 1, 0)
    #| end
    #| one of
    return new_params, {'scale': scale, 'good_steps': good_steps}
    #| or
    #: scaler = {'scale': scale, 'good_steps': good_steps}
    #: return new_params, scaler, finite
    #| end
