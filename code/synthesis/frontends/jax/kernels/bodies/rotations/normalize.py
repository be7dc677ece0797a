"""Bodies of normalize for ``recipes/applications/rotations.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def normalize(Array):
    def normalize(x: Array, eps: float = either(1e-6, 1e-8)):
        #| 0.4
        """{Direction and norm of a vector ~ Unit vector and norm}."""
        #| end
        #| one of
        norm = jnp.linalg.norm(x, axis=-1, keepdims=True)
        return x / (norm + eps), norm
        #| or
        norm = jnp.sqrt(jnp.sum(x ** 2, axis=-1, keepdims=True) + eps)
        return x / norm, norm
        #| end
