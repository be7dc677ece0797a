"""Bodies of corners for ``recipes/applications/detection.py``."""

import jax.numpy as jnp


def to_corners(Array):
    def to_corners(boxes: Array) -> Array:
        #| 0.5
        """{Converts centers and sizes to corners ~ Corners of boxes from centers and sizes}."""
        #| end
        #| one of
        center, size = boxes[..., :2], boxes[..., 2:]
        return jnp.concatenate([center - 0.5 * size, center + 0.5 * size], axis=-1)
        #| or
        center, size = jnp.split(boxes, 2, axis=-1)
        half = 0.5 * size
        return jnp.concatenate([center - half, center + half], axis=-1)
        #| end
