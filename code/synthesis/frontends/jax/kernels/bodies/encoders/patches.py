"""Bodies of patches for ``recipes/applications/encoders.py``."""

import jax.numpy as jnp


def to_patches(Array):
    def to_patches(images: Array, size: int) -> Array:
        #| 0.4
        """{Splits images into flattened patches ~ Splits images into patches}."""
        #| end
        batch, height, width, channels = images.shape
        #| one of
        rows, cols = height // size, width // size
        x = images.reshape(batch, rows, size, cols, size, channels)
        #| one of
        x = x.transpose(0, 1, 3, 2, 4, 5)
        #| or
        x = jnp.swapaxes(x, 2, 3)
        #| end
        return x.reshape(batch, rows * cols, size * size * channels)
        #| or
        x = images.reshape(batch, height // size, size, width // size, size, channels)
        return jnp.swapaxes(x, 2, 3).reshape(batch, -1, size * size * channels)
        #| end
