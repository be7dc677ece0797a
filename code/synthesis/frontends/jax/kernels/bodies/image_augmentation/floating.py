"""Bodies of floating for ``recipes/applications/image_augmentation.py``."""

import jax.numpy as jnp


def as_floats(Array):
    def as_floats(images: Array, dtype: str) -> Array:
        #| 0.5
        """{Pixels scaled to [0, 1] ~ Integers scaled to [0, 1]}."""
        #| end
        #| one of
        if jnp.issubdtype(images.dtype, jnp.integer):
            return images.astype(dtype) / 255.0
        return images.astype(dtype)
        #| or
        scale = 255.0 if jnp.issubdtype(images.dtype, jnp.integer) else 1.0
        return images.astype(dtype) / scale
        #| or
        if images.dtype == jnp.uint8:
            return jnp.asarray(images, dtype) / 255.0
        return jnp.asarray(images, dtype)
        #| end
