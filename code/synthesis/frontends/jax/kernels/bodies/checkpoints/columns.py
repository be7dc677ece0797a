"""Bodies of columns for ``recipes/applications/checkpoints.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def column_norm(Array):
    def column_norm(w: Array) -> Array:
        #| 0.5
        """Norm of the weights of each output."""
        #| end
        return either(jnp.sqrt(jnp.sum(w ** 2, axis=0, keepdims=True) + 1e-12), jnp.sqrt(jnp.maximum(jnp.sum(jnp.square(w), axis=0, keepdims=True), 1e-12)))
