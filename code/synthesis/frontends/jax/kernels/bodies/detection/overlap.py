"""Bodies of overlap for ``recipes/applications/detection.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def box_iou(Array):
    def box_iou(a: Array, b: Array) -> Array:
        #| 0.5
        """{Pairwise IoU of boxes ~ Intersection over union of two sets of boxes}."""
        #| end
        #| one of
        low = jnp.maximum(a[:, None, :2], b[None, :, :2])
        high = jnp.minimum(a[:, None, 2:], b[None, :, 2:])
        inter = jnp.prod(jnp.clip(high - low, 0.0, None), axis=-1)
        #| or
        low = jnp.maximum(a[:, None, :2], b[:, :2])
        high = jnp.minimum(a[:, None, 2:], b[:, 2:])
        size = jnp.clip(high - low, 0.0, None)
        inter = size[..., 0] * size[..., 1]
        #| end
        #| one of
        area_a, area_b = ((box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1]) for box in (a, b))
        #| or
        area_a, area_b = jnp.prod(a[:, 2:] - a[:, :2], axis=-1), jnp.prod(b[:, 2:] - b[:, :2], axis=-1)
        #| end
        return inter / either((area_a[:, None] + area_b[None, :] - inter + 1e-8), jnp.maximum(area_a[:, None] + area_b - inter, 1e-8))
