"""Bodies of ring for ``recipes/applications/training_parts.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def ring(Array):
    def ring_index(start: Array, n: int, capacity: int) -> Array:
        #| 0.5
        """Places of the next rows, which begin anew behind the last."""
        #| end
        return either((start + jnp.arange(n)) % capacity, jnp.mod(start + jnp.arange(n), capacity))
