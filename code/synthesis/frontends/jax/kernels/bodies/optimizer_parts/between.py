"""Bodies of between for ``recipes/applications/optimizer_parts.py``."""

import jax.numpy as jnp


def between(Array):
    def cosine_between(start: float, end: float, progress: Array) -> Array:
        #| 0.4
        """Half a wave from one number to another."""
        #| end
        return end + (start - end) * 0.5 * (1.0 + jnp.cos(jnp.pi * progress))
