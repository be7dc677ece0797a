"""Bodies of delta for ``recipes/applications/checkpoints.py``."""

import jax.numpy as jnp


def low_rank_delta(Array):
    def low_rank_delta(adapter, scale: float) -> Array:
        #| 0.5
        """{Low-rank weight update ~ Scaled low-rank product}."""
        #| end
        #| one of
        return scale * (adapter['a'] @ adapter['b'])
        #| or
        a, b = adapter['a'], adapter['b']
        return scale * jnp.einsum('ir,ro->io', a, b)
        #| end
