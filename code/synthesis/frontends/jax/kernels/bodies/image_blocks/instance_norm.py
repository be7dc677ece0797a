"""Bodies of instance_norm for ``recipes/applications/image_blocks.py``."""

import jax
import jax.numpy as jnp


def instance_norm(Array, SIDES, biasTO_SIDES, scaleTO_SIDES):
    def instance_norm(x: Array, scale: Array, bias: Array) -> Array:
        #| 0.4
        """Zero mean and unit variance of every channel of an image."""
        #| end
        mean, var = x.mean(axis=SIDES, keepdims=True), x.var(axis=SIDES, keepdims=True)
        #| one of
        return (x - mean) * jax.lax.rsqrt(var + 1e-5) * scaleTO_SIDES + biasTO_SIDES
        #| or
        y = (x - mean) / jnp.sqrt(var + 1e-5)
        return y * scaleTO_SIDES + biasTO_SIDES
        #| end
