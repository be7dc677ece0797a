"""Bodies of decoded for ``recipes/applications/detection.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def decoded(
    outputs, strides, grid_centers, kind, anchor_scale, max_log_size, image_size, BOXES, SCORES, min_score, max_boxes,
):
    #| 0.5
    #| one of
    if len(outputs) != len(strides):
        raise ValueError(f'{len(outputs)} levels but {len(strides)} strides')
    #| or
    if not outputs:
        raise ValueError('there are no levels')
    #| end
    #| end
    #| one of
    boxes, scores = [], []
    #| or
    all_boxes, all_scores = [], []
    #| end
    for level, stride in zip(outputs, strides):
        #| one of
        #| one of
        batch, height, width, _ = level['boxes'].shape
        #| or
        batch, height, width = level['boxes'].shape[:3]
        #| end
        deltas = level['boxes'].reshape(batch, height * width, 4)
        logits = level['scores'].reshape(batch, height * width, -1)
        #| or
        height, width = level['boxes'].shape[1:3]
        deltas = level['boxes'].reshape(level['boxes'].shape[0], -1, 4)
        logits = level['scores'].reshape(deltas.shape[0], deltas.shape[1], -1)
        #| end
        centers = grid_centers(height, width, stride)
        #| one of
        if kind == 'distance':
            #? 0.5 to the four sides
            #| one of
            sides = stride * either(jnp.exp(jnp.minimum(deltas, 4.0)), jax.nn.softplus(deltas))
            low, high = centers - sides[..., :2], centers + sides[..., 2:]
            #| or
            sides = stride * jax.nn.softplus(deltas)
            low = centers - sides[..., :2]
            high = centers + sides[..., 2:]
            #| end
        elif kind == 'center':
            #| one of
            middle = centers + stride * deltas[..., :2]
            #| or
            middle = centers + stride * jnp.tanh(deltas[..., :2])
            #| end
            #? 0.4 powers up to a maximum
            half = 0.5 * either(anchor_scale, anchor_scale, 4) * stride * jnp.exp(jnp.clip(deltas[..., 2:], None, 4.0))
            low, high = middle - half, middle + half
        else:
            raise ValueError(f'unknown kind {kind}')
        #| or
        middle = centers + stride * deltas[..., :2]
        size = anchor_scale * stride * jnp.exp(jnp.minimum(deltas[..., 2:], either(4.0, max_log_size)))
        low, high = middle - 0.5 * size, middle + 0.5 * size
        #| end
        corners = jnp.concatenate([low, high], axis=-1)
        #| 0.6
        if image_size is not None:
            #? 0.5 clip to the image
            #| one of
            corners = jnp.clip(corners, 0.0, image_size)
            #| or
            corners = jnp.clip(corners, 0.0, float(image_size))
            #| end
        #| end
        probs = either(jax.nn.sigmoid(logits), jax.nn.softmax(logits, axis=-1)[..., 1:], jax.nn.sigmoid(logits))
        #| 0.5
        if 'centerness' in level:
            quality = jax.nn.sigmoid(level['centerness'].reshape(probs.shape[:2]))
            #| one of
            probs = jnp.sqrt(probs * quality[..., None])
            #| or
            probs = probs * quality[..., None]
            #| end
        #| end
        BOXES.append(corners)
        SCORES.append(probs)
    boxes = jnp.concatenate(BOXES, axis=1)
    scores = jnp.concatenate(SCORES, axis=1)
    #| 0.6
    if min_score > 0.0:
        scores = jnp.where(scores < min_score, 0.0, scores)
    #| end
    #| one of
    labels, best = jnp.argmax(scores, axis=-1), jnp.max(scores, axis=-1)
    #| or
    labels = jnp.argmax(scores, axis=-1)
    best = jnp.max(scores, axis=-1)
    #| end
    #| one of
    if max_boxes is None:
        return boxes, best, labels
    #? 0.4 most confident first
    best, index = jax.lax.top_k(best, max_boxes)
    boxes = jnp.take_along_axis(boxes, index[..., None], axis=1)
    return boxes, best, jnp.take_along_axis(labels, index, axis=1)
    #| or
    #: best, index = jax.lax.top_k(best, max_boxes)
    #| one of
    #: take = jax.vmap(lambda rows, chosen: rows[chosen])
    #: return {'boxes': take(boxes, index), 'scores': best, 'classes': take(labels, index)}
    #| or
    #: boxes = jnp.take_along_axis(boxes, index[..., None], axis=1)
    #: labels = jnp.take_along_axis(labels, index, axis=1)
    #: return {'boxes': boxes, 'scores': best, 'classes': labels}
    #| end
    #| end
