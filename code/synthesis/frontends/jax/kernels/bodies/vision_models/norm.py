"""Bodies of norm for ``recipes/applications/vision_models.py``."""

import jax
import jax.numpy as jnp


def group_norm(Array, WHY32, GROUPED, xLEAVE, MOMENTS, biasTO_SIDES, scaleTO_SIDES, yBACK):
    def group_norm(x: Array, scale: Array, bias: Array, groups: int = 4) -> Array:
        #| 0.4
        """Zero mean and unit variance within groups of channels."""
        #| end
        shape = x.shape
        WHY32
        y = xLEAVE.reshape(GROUPED)
        #| one of
        mean, var = y.mean(axis=MOMENTS, keepdims=True), y.var(axis=MOMENTS, keepdims=True)
        y = (y - mean) * jax.lax.rsqrt(var + 1e-5)
        #| or
        y = y - jnp.mean(y, axis=MOMENTS, keepdims=True)
        y = y / jnp.sqrt(jnp.mean(y ** 2, axis=MOMENTS, keepdims=True) + 1e-5)
        #| end
        y = y.reshape(shape) * scaleTO_SIDES + biasTO_SIDES
        return yBACK
