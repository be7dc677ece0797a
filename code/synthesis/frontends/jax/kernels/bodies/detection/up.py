"""Bodies of up for ``recipes/applications/detection.py``."""

import jax.numpy as jnp


def upsample(Array):
    def upsample(x: Array, size) -> Array:
        #| 0.5
        """{Nearest-neighbour upsampling by two ~ Nearest-neighbour upsampling, cropped to the finer level}."""
        #| end
        #| one of
        height, width = size
        x = jnp.repeat(jnp.repeat(x, 2, axis=1), 2, axis=2)
        return x[:, :height, :width]
        #| or
        batch, height, width, channels = x.shape
        x = jnp.broadcast_to(x[:, :, None, :, None], (batch, height, 2, width, 2, channels))
        x = x.reshape(batch, 2 * height, 2 * width, channels)
        return x[:, :size[0], :size[1]]
        #| end
