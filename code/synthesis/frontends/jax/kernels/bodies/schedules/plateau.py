"""Bodies of plateau for ``recipes/applications/schedules.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def plateau(
    mode, atol, loss, rtol, state, cooldown, patience, factor, min_scale, learning_rate, warmup, MOVED, KEPT,
    RETURNED,
):
    #| 0.5
    if mode not in ('min', 'max'):
        raise ValueError(f'unknown mode {mode}')
    #| end
    #| one of
    #| one of
    if mode == 'min':
        improved = loss < state['best'] * (1.0 - rtol) - atol
    else:
        improved = loss > state['best'] * (1.0 + rtol) + atol
    #| or
    sign = 1.0 if mode == 'min' else -1.0
    improved = sign * loss < sign * state['best'] - atol
    #| end
    #| or
    improved = loss < either(state['best'] - atol, (1.0 - rtol) * state['best'])
    #| end
    best = jnp.where(improved, loss, state['best'])
    #| one of
    bad_steps = jnp.where(improved, 0, state['bad_steps'] + 1)
    #| or
    bad_steps = jnp.where(improved, jnp.zeros_like(state['bad_steps']), state['bad_steps'] + 1)
    #| end
    #| one of
    #? 0.5 pause after a reduction
    resting = state['cooldown'] > 0
    #| one of
    bad_steps = jnp.where(resting, 0, bad_steps) if cooldown > 0 else bad_steps
    #| or
    bad_steps = jnp.where(resting, 0, bad_steps)
    #| end
    reduced = bad_steps > patience
    left = jnp.where(reduced, cooldown, jnp.maximum(state['cooldown'] - 1, 0))
    #| or
    reduced = bad_steps > patience
    #| end
    #| one of
    scale = jnp.where(reduced, jnp.maximum(factor * state['scale'], min_scale), state['scale'])
    #| or
    scale = jax.lax.cond(reduced, lambda s: factor * s, lambda s: s, state['scale'])
    #| or
    scale = jnp.where(reduced, factor * state['scale'], state['scale'])
    #| 0.6
    if min_scale is not None:
        scale = jnp.maximum(scale, min_scale)
    #| end
    #| end
    bad_steps = jnp.where(reduced, 0, bad_steps)
    #| one of
    lr = learning_rate * scale
    #| or
    lr = learning_rate * scale
    if warmup > 0:
        #? 0.4 small steps at the beginning
        lr = lr * jnp.minimum(1.0, (state['count'] + 1) / warmup)
    #| end
    MOVED
    KEPT
    RETURNED
