"""Bodies of flock for ``recipes/applications/matter.py``."""

import functools
import math

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def flock(
    RETURNED, min_speed, max_speed, field_of_view, goal, box, limit_norm, max_force, displacement, dt,
    safe_norm, radius, weights, containment, softening, R, V,
):
    #| 0.5
    if min_speed > max_speed:
        raise ValueError(f'slowest speed {min_speed} is above {max_speed}')
    #| end
    d = either(displacement(R[None], R[:, None], box), jax.vmap(lambda one: displacement(R, one, box))(R), jax.vmap(functools.partial(displacement, R, box=box))(R))
    #| one of
    dist2 = jnp.sum(d ** 2, axis=-1)
    index = jnp.arange(R.shape[0])
    others = index[:, None] != index
    near = others & (dist2 < radius ** 2)
    #| or
    index = jnp.arange(R.shape[0])
    dist2 = jnp.sum(d ** 2, axis=-1)
    near = (index[:, None] != index) & (dist2 < radius ** 2)
    #| end
    #| 0.45
    if field_of_view is not None:
        #? 0.4 only neighbours ahead are seen
        heading = V / jnp.sqrt(jnp.sum(V ** 2, axis=-1, keepdims=True) + 1e-8)
        ahead = either(jnp.sum(d * heading[:, None], axis=-1), jnp.sum(heading[:, None] * d, axis=2))
        near = near & (ahead > math.cos(0.5 * field_of_view) * jnp.sqrt(dist2 + 1e-8))
    #| end
    seen = near.astype(R.dtype)
    count = jnp.maximum(jnp.sum(seen, axis=1, keepdims=True), 1.0)
    #| one of
    terms = {
        'cohesion': jnp.sum(seen[..., None] * d, axis=1) / count,
        'alignment': seen @ V / count - jnp.sum(seen, axis=1, keepdims=True) / count * V,
        'separation': -jnp.sum((seen / (dist2 + softening))[..., None] * d, axis=1),
    }
    acc = sum(weights[name] * term for name, term in terms.items())
    #| or
    cohesion = jnp.sum(seen[..., None] * d, axis=1) / count
    alignment = seen @ V / count - jnp.minimum(jnp.sum(seen, axis=1, keepdims=True), 1.0) * V
    close = jnp.where(dist2 < (0.5 * radius) ** 2, seen, 0.0)
    separation = -jnp.sum(close[..., None] * d, axis=1)
    acc = weights['cohesion'] * cohesion + weights['alignment'] * alignment + weights['separation'] * separation
    #| end
    #| one of
    #| 0.5
    if goal is not None:
        acc = acc + weights['goal'] * displacement(goal, R, box)
    #| end
    #| 0.5
    if box is None:
        #? 0.4 back into the middle
        acc = acc - containment * R
    #| end
    #| end
    #| one of
    acc = limit_norm(acc, max_force)
    #| or
    acc = acc if max_force is None else limit_norm(acc, max_force)
    #| end
    V = V + dt * acc
    #| one of
    speed = either(safe_norm(V), jnp.sqrt(jnp.sum(V ** 2, axis=-1, keepdims=True) + 1e-12))
    V = V * jnp.clip(speed, min_speed, max_speed) / speed
    #| or
    V = limit_norm(V, max_speed)
    #| end
    R = R + dt * V
    #| one of
    if box is not None:
        R = jnp.mod(R, box)
    #| or
    R = jnp.mod(R, box) if box is not None else R
    #| or
    R = R if box is None else R % box
    #| end
    RETURNED
