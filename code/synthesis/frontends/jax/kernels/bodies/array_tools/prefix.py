"""Bodies of prefix for ``recipes/applications/array_tools.py``."""

import jax.numpy as jnp


def prefix(prefix, size, lengths):
    #| 0.35
    if prefix.ndim != 1:
        raise ValueError(f'expected one prefix for each sequence, got {prefix.shape}')
    #| end
    steps = jnp.arange(size)
    #| one of
    mask = (steps[:, None] >= steps) | (steps < prefix[:, None, None])
    #| or
    #? 0.4 the prompt is visible to all positions
    prompt = steps[None, :] < prefix[:, None]
    mask = (steps[:, None] >= steps) | prompt[:, None, :]
    #| end
    #| 0.5
    if lengths is not None:
        #| 0.8
        if lengths.shape != prefix.shape:
            raise ValueError(f'expected lengths of shape {prefix.shape}, got {lengths.shape}')
        #| end
        #? 0.4 padding is masked
        mask = mask & (steps < lengths[:, None])[:, None, :]
    #| end
