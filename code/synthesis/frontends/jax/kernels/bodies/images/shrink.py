"""Bodies of shrink for ``recipes/applications/images.py``."""

import jax
import jax.numpy as jnp


def shrink(pool, WINDOW, h):
    #| one of
    if pool == 'max':
        h = jax.lax.reduce_window(h, -jnp.inf, jax.lax.max, WINDOW, WINDOW, 'VALID')
    elif pool == 'mean':
        h = jax.lax.reduce_window(h, 0.0, jax.lax.add, WINDOW, WINDOW, 'VALID') / 4.0
    elif pool is not None:
        raise ValueError(f'unknown pooling {pool}')
    #| or
    if pool is not None:
        if pool == 'max':
            h = jax.lax.reduce_window(h, -jnp.inf, jax.lax.max, WINDOW, WINDOW, 'VALID')
        else:
            h = jax.lax.reduce_window(h, 0.0, jax.lax.add, WINDOW, WINDOW, 'VALID')
            h = h / 4.0
    #| end
