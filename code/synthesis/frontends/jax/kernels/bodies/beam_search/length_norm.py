"""Bodies of length_norm for ``recipes/applications/beam_search.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def length_norm(Array):
    def length_norm(length: Array, alpha: float) -> Array:
        #| 0.4
        """What sums of so many tokens are divided by."""
        #| end
        return either(((5.0 + length) / 6.0) ** alpha, length.astype(jnp.float32) ** alpha)
