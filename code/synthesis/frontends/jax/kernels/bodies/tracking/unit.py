"""Bodies of unit for ``recipes/applications/tracking.py``."""

import jax
import jax.numpy as jnp


def unit(Array):
    def unit(x: Array) -> Array:
        #| 0.5
        """{Normalizes rows to unit length ~ Unit vectors}."""
        #| end
        #| one of
        return x / jnp.maximum(jnp.linalg.norm(x, axis=-1, keepdims=True), 1e-8)
        #| or
        return x * jax.lax.rsqrt(jnp.sum(x ** 2, axis=-1, keepdims=True) + 1e-8)
        #| end
