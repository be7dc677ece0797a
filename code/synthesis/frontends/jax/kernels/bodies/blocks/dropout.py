"""Bodies of dropout for ``recipes/applications/blocks.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def dropout(Array):
    def dropout(x: Array, key: Array, rate: float) -> Array:
        #| 0.4
        """Inverted dropout."""
        #| end
        keep = jax.random.bernoulli(key, 1.0 - rate, x.shape)
        return jnp.where(keep, x / (1.0 - rate), either(0.0, jnp.zeros_like(x)))
