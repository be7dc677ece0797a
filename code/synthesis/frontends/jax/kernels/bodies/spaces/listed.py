"""Bodies of listed for ``recipes/applications/spaces.py``."""

import jax.numpy as jnp


def listed(half, close, n, capacity):
    #| 0.5
    if half:
        #? 0.5 each pair once, at its first particle
        close = jnp.triu(close)
    #| end
    #| one of
    idx = jnp.where(close, jnp.arange(n), n)
    #| or
    columns = jnp.broadcast_to(jnp.arange(n), (n, n))
    idx = jnp.where(close, columns, n)
    #| end
    #? 0.4 neighbours first, padded with n
    #| one of
    idx = jnp.sort(idx, axis=1)[:, :capacity]
    #| or
    idx = jnp.sort(idx, axis=-1)
    idx = idx[:, :capacity]
    #| end
