"""Bodies of delta for ``recipes/applications/checkpoints.py``."""

import jax.numpy as jnp


def low_rank_delta(Array):
    def low_rank_delta(adapter, scale: float) -> Array:
        #| 0.5
        """{What an adapter adds to a weight ~ The product of two thin matrices, scaled}."""
        #| end
        #| one of
        return scale * (adapter['a'] @ adapter['b'])
        #| or
        a, b = adapter['a'], adapter['b']
        return scale * jnp.einsum('ir,ro->io', a, b)
        #| end
