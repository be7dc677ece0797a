"""Bodies of lengths for ``recipes/applications/array_tools.py``."""

import jax.numpy as jnp


def lengths(lengths, size):
    #| 0.35
    if lengths.ndim != 1:
        raise ValueError(f'expected one length for each sequence, got {lengths.shape}')
    #| end
    steps = jnp.arange(size)
    #| one of
    valid = steps[None, :] < lengths[:, None]
    #| or
    valid = steps < lengths[:, None]
    #| end
    #| one of
    mask = valid[:, :, None] & valid[:, None, :]
    #| or
    #? 0.4 queries and keys
    mask = jnp.logical_and(valid[:, :, None], valid[:, None, :])
    #| end
