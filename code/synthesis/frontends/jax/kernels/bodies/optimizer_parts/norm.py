"""Bodies of norm for ``recipes/applications/optimizer_parts.py``."""

import jax.numpy as jnp


def l2_norm(Array):
    def l2_norm(x: Array) -> Array:
        #| 0.4
        """Norm over all entries."""
        #| end
        #| one of
        return jnp.sqrt(jnp.sum(x ** 2))
        #| or
        x = x.reshape(-1)
        return jnp.sqrt(jnp.dot(x, x))
        #| end
