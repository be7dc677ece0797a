"""Bodies of encoded for ``recipes/applications/detection.py``."""

import jax.numpy as jnp


def encode_boxes(Array):
    def encode_boxes(boxes: Array, anchors: Array, variances) -> Array:
        #| 0.5
        """{Encodes boxes relative to anchors ~ Offsets in units of an anchor's size}."""
        #| end
        #| one of
        shift = (boxes[:, :2] - anchors[:, :2]) / anchors[:, 2:]
        stretch = jnp.log(jnp.maximum(boxes[:, 2:], 1e-6) / anchors[:, 2:])
        if variances is not None:
            shift, stretch = shift / variances[0], stretch / variances[1]
        return jnp.concatenate([shift, stretch], axis=-1)
        #| or
        center_scale, size_scale = (1.0, 1.0) if variances is None else variances
        shift = (boxes[:, :2] - anchors[:, :2]) / (center_scale * anchors[:, 2:])
        stretch = jnp.log(boxes[:, 2:] / anchors[:, 2:]) / size_scale
        return jnp.concatenate([shift, stretch], axis=-1)
        #| end
