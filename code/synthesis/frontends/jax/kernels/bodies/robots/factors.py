"""Bodies of factors for ``recipes/applications/robots.py``."""

import jax
import jax.numpy as jnp


def draw_factors(Array):
    def draw_factors(key: Array, shape: tuple[int, ...], low: float, high: float) -> Array:
        #| 0.5
        """{Uniform random factors ~ Uniform factors, or ones for an empty interval}."""
        #| end
        #| one of
        return jax.random.uniform(key, shape, minval=low, maxval=high)
        #| or
        if low == high:
            return jnp.full(shape, low)
        return jax.random.uniform(key, shape, minval=low, maxval=high)
        #| end
