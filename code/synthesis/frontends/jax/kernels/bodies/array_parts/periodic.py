"""Bodies of periodic for ``recipes/applications/array_parts.py``."""

import jax.numpy as jnp


def periodic(periodic, high, low, x):
    #| one of
    if periodic:
        x = low + jnp.mod(x - low, high - low)
    else:
        x = jnp.clip(x, low, high)
    #| or
    x = low + jnp.mod(x - low, high - low) if periodic else jnp.clip(x, low, high)
    #| end
