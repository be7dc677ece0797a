"""Bodies of pad for ``recipes/applications/array_tools.py``."""

import jax.numpy as jnp


def pad(missing, x, value, mode, side):
    #| 0.5
    if missing == 0:
        return x
    #| end
    #| one of
    widths = [(0, missing)] + [(0, 0)] * (x.ndim - 1)
    #| one of
    return jnp.pad(x, widths, constant_values=value)
    #| or
    if mode not in ('constant', 'edge', 'wrap'):
        raise ValueError(f'unknown mode {mode}')
    if mode == 'constant':
        return jnp.pad(x, widths, constant_values=value)
    return jnp.pad(x, widths, mode=mode)
    #| end
    #| or
    #? 0.4 pad the first axis only
    fill = jnp.full((missing, *x.shape[1:]), value, x.dtype)
    return jnp.concatenate([x, fill])
    #| or
    if mode == 'edge':
        #? 0.4 repeat the last row
        return jnp.concatenate([x, jnp.repeat(x[-1:], missing, axis=0)])
    return jnp.concatenate([x, jnp.full((missing, *x.shape[1:]), value, x.dtype)])
    #| or
    fill = jnp.full((missing, *x.shape[1:]), value, x.dtype)
    if side == 'right':
        return jnp.concatenate([x, fill])
    #| one of
    if side == 'left':
        #? 0.5 align batches to valid rows
        return jnp.concatenate([fill, x])
    raise ValueError(f'expected left or right, got {side}')
    #| or
    if side != 'left':
        raise ValueError(f'expected left or right, got {side}')
    return jnp.concatenate([fill, x])
    #| end
    #| end
