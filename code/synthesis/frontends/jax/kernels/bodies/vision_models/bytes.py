"""Bodies of bytes for ``recipes/applications/vision_models.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def PREPROCESS(Array):
    def PREPROCESS(images: Array) -> Array:
        #| 0.4
        """{Converts bytes to centred floats ~ Rescales 0 to 255 to unit scale}."""
        #| end
        #| one of
        x = images.astype(jnp.float32) / 255.0
        return either((x - 0.45) / 0.225, 2.0 * x - 1.0)
        #| or
        return images.astype(jnp.float32) / 127.5 - 1.0
        #| end
