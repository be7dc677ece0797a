"""Bodies of range for ``recipes/applications/checkpoints.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def largest_magnitude(Array):
    def largest_magnitude(w: Array, axes) -> Array:
        #| 0.5
        """{Largest absolute entry ~ Half of the quantization range}."""
        #| end
        return either(jnp.maximum(jnp.max(jnp.abs(w), axis=axes, keepdims=True), 1e-8), jnp.max(jnp.abs(w), axis=axes, keepdims=True) + 1e-8)
