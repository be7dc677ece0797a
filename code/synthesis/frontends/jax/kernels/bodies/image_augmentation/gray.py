"""Bodies of gray for ``recipes/applications/image_augmentation.py``."""

import jax.numpy as jnp


def to_gray(Array):
    def to_gray(images: Array) -> Array:
        #| 0.4
        """Luminance of colours, with one channel."""
        #| end
        #| one of
        red, green, blue = jnp.split(images, 3, axis=-1)
        return 0.299 * red + 0.587 * green + 0.114 * blue
        #| or
        return 0.299 * images[..., :1] + 0.587 * images[..., 1:2] + 0.114 * images[..., 2:]
        #| end
