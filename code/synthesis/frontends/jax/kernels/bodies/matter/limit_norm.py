"""Bodies of limit_norm for ``recipes/applications/matter.py``."""

import jax.numpy as jnp


def limit_norm(Array, safe_norm):
    def limit_norm(x: Array, largest: float) -> Array:
        #| 0.5
        """{Clips vectors to a maximum norm ~ Limits the length of vectors}."""
        #| end
        #| one of
        norm = jnp.sqrt(jnp.sum(x ** 2, axis=-1, keepdims=True) + 1e-12)
        return x * jnp.minimum(1.0, largest / norm)
        #| or
        norm = safe_norm(x)
        return jnp.where(norm > largest, x * largest / norm, x)
        #| end
