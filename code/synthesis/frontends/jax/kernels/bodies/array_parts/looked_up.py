"""Bodies of looked_up for ``recipes/applications/array_parts.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def looked_up(values, high, low, BOUNDS, x, METHOD, END):
    #| 0.35
    if values.ndim != 1 or values.shape[0] < 2:
        raise ValueError(f'expected a table of at least two values, got {values.shape}')
    #| end
    #| 0.25
    if low >= high:
        raise ValueError(f'expected {low} to be below {high}')
    #| end
    n = either(values.shape[0], len(values))
    BOUNDS
    spacing = (high - low) / (n - 1)
    #? 0.4 equidistant points
    position = either((x - low) / spacing, (x - low) / (high - low) * (n - 1))
    #| one of
    idx = jnp.clip(either(jnp.floor(position).astype(jnp.int32), position.astype(jnp.int32)), 0, n - 2)
    t = position - idx
    #| or
    below = jnp.clip(jnp.floor(position), 0, n - 2)
    idx, t = below.astype(jnp.int32), position - below
    #| end
    METHOD
    END
