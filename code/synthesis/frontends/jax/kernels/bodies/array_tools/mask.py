"""Bodies of mask for ``recipes/applications/array_tools.py``."""

import jax.numpy as jnp


def mask(missing, x, value, n, mask):
    #| one of
    widths = [(0, missing)] + [(0, 0)] * (x.ndim - 1)
    padded = jnp.pad(x, widths, constant_values=value)
    #| or
    padded = jnp.concatenate([x, jnp.zeros((missing, *x.shape[1:]), x.dtype)])
    #| or
    padded = jnp.zeros((n + missing, *x.shape[1:]), x.dtype).at[:n].set(x)
    #| end
    #| one of
    #? 0.4 valid rows
    return padded, jnp.arange(n + missing) < n
    #| or
    if mask is None:
        mask = jnp.ones(n, dtype=bool)
    elif mask.shape != (n,):
        raise ValueError(f'expected a mask of shape ({n},), got {mask.shape}')
    return padded, jnp.concatenate([mask, jnp.zeros(missing, dtype=bool)])
    #| or
    if mask is not None:
        #| 0.85
        if mask.shape[0] != n:
            raise ValueError(f'expected a mask of {n} rows, got {mask.shape}')
        #| end
        #? 0.4 masked rows stay masked
        mask = jnp.concatenate([mask, jnp.zeros(missing, dtype=bool)])
    else:
        mask = jnp.arange(n + missing) < n
    return padded, mask
    #| end
