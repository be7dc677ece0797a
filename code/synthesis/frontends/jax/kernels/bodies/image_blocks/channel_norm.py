"""Bodies of channel_norm for ``recipes/applications/image_blocks.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def channel_norm(Array, CHANNEL, biasTO_SIDES, scaleTO_SIDES):
    def channel_norm(x: Array, scale: Array, bias: Array) -> Array:
        #| 0.4
        """Layer normalization over the channels of each pixel."""
        #| end
        mean = x.mean(axis=CHANNEL, keepdims=True)
        var = either(x.var(axis=CHANNEL, keepdims=True), jnp.mean((x - mean) ** 2, axis=CHANNEL, keepdims=True))
        #| one of
        return (x - mean) / jnp.sqrt(var + 1e-6) * scaleTO_SIDES + biasTO_SIDES
        #| or
        y = (x - mean) * jax.lax.rsqrt(var + 1e-6)
        return y * scaleTO_SIDES + biasTO_SIDES
        #| end
