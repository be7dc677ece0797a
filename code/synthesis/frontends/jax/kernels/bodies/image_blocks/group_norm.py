"""Bodies of group_norm for ``recipes/applications/image_blocks.py``."""

import jax
import jax.numpy as jnp


def group_norm(Array, GROUPED, MOMENTS, biasTO_SIDES, scaleTO_SIDES):
    def group_norm(x: Array, scale: Array, bias: Array, groups: int) -> Array:
        #| 0.4
        """Zero mean and unit variance within groups of channels."""
        #| end
        shape = x.shape
        y = x.reshape(GROUPED)
        #| one of
        mean, var = y.mean(axis=MOMENTS, keepdims=True), y.var(axis=MOMENTS, keepdims=True)
        y = (y - mean) * jax.lax.rsqrt(var + 1e-5)
        #| or
        y = y - jnp.mean(y, axis=MOMENTS, keepdims=True)
        y = y / jnp.sqrt(jnp.mean(y ** 2, axis=MOMENTS, keepdims=True) + 1e-5)
        #| end
        return y.reshape(shape) * scaleTO_SIDES + biasTO_SIDES
