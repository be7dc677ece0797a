"""Bodies of scaled for ``recipes/applications/embedding.py``."""

import jax.numpy as jnp


def standardize(Array):
    def standardize(numbers: Array, stats, dtype: str) -> Array:
        #| 0.5
        """{Standardizes numeric columns ~ Numeric columns on a common scale}."""
        #| end
        #| one of
        x = (numbers - stats['mean']) / (stats['std'] + 1e-6)
        return jnp.clip(x, -5.0, 5.0).astype(dtype)
        #| or
        x = (numbers - stats['mean']) / jnp.maximum(stats['std'], 1e-6)
        return x.astype(dtype)
        #| end
