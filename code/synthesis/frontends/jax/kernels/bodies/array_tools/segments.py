"""Bodies of segments for ``recipes/applications/array_tools.py``."""

import jax.numpy as jnp


def segments(segments):
    #| 0.4
    if segments.ndim != 2:
        raise ValueError(f'expected segments of shape (batch, length), got {segments.shape}')
    #| end
    steps = jnp.arange(segments.shape[1])
    mask = segments[:, :, None] == segments[:, None, :]
    #| 0.6
    # {segment 0 is padding}
    mask = mask & (segments > 0)[:, None, :]
    #| end
