"""Bodies of factors for ``recipes/applications/robots.py``."""

import jax
import jax.numpy as jnp


def draw_factors(Array):
    def draw_factors(key: Array, shape: tuple[int, ...], low: float, high: float) -> Array:
        #| 0.5
        """{Random factors between two numbers ~ Uniform factors, or ones where the interval is empty}."""
        #| end
        #| one of
        return jax.random.uniform(key, shape, minval=low, maxval=high)
        #| or
        if low == high:
            return jnp.full(shape, low)
        return jax.random.uniform(key, shape, minval=low, maxval=high)
        #| end
