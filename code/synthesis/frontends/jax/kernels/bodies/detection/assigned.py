"""Bodies of assigned for ``recipes/applications/detection.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def assigned(
    anchors, boxes, high_iou, low_iou, box_iou, to_corners, valid, force_match, classes, ignore_between, encode_boxes,
    variances, centered, soft_weights,
):
    #| 0.5
    #| one of
    if anchors.shape[-1] != 4 or boxes.shape[-1] != 4:
        raise ValueError('boxes have four numbers')
    #| or
    if not low_iou <= high_iou:
        raise ValueError(f'{low_iou} is above {high_iou}')
    #| end
    #| end
    #| 0.4
    num_boxes = boxes.shape[-2]
    #| end
    def assign(boxes, classes, valid):
        iou = box_iou(to_corners(anchors), to_corners(boxes))
        #| one of
        if valid is not None:
            #? 0.5 padding has no overlap
            iou = jnp.where(valid, iou, 0.0)
        #| or
        iou = iou if valid is None else jnp.where(valid, iou, 0.0)
        #| end
        best = jnp.argmax(iou, axis=1)
        #| one of
        best_iou = jnp.max(iou, axis=1)
        #| or
        best_iou = jnp.take_along_axis(iou, best[:, None], axis=1)[:, 0]
        #| end
        positive = best_iou >= high_iou
        #| one of
        if force_match:
            #? 0.5 every box gets an anchor
            is_best = (iou == jnp.max(iou, axis=0)) & (iou > 0.0)
            best = jnp.where(jnp.any(is_best, axis=1), jnp.argmax(is_best, axis=1), best)
            positive = positive | jnp.any(is_best, axis=1)
        #| or
        #? 0.5 every box gets an anchor
        is_best = (iou == jnp.max(iou, axis=0)) & (iou > 0.0)
        forced = jnp.any(is_best, axis=1)
        best = jnp.where(forced, jnp.argmax(is_best, axis=1), best)
        positive = jnp.logical_or(positive, forced)
        #| end
        #| one of
        labels = jnp.where(positive, classes[best] + 1, 0)
        #| or
        labels = jnp.where(positive, classes[best] + 1, 0)
        if ignore_between:
            #? 0.5 neither object nor background
            labels = jnp.where(jnp.logical_not(positive) & (best_iou >= low_iou), -1, labels)
        #| end
        offsets = encode_boxes(boxes[best], anchors, variances)
        #| one of
        offsets = jnp.where(positive[:, None], offsets, 0.0)
        #| or
        offsets = offsets * positive[:, None]
        #| end
        #| 0.5
        #| one of
        if centered:
            #? 0.5 centre anchors have more weight
            distance = jnp.linalg.norm(offsets[:, :2], axis=-1)
            weight = jnp.where(positive, jnp.exp(-distance), 1.0)
        else:
            weight = jnp.ones_like(best_iou)
        #| or
        if soft_weights:
            #? 0.5 weight anchors by fit quality
            weight = jnp.where(positive, either(best_iou, best_iou ** 2), 1.0)
        else:
            weight = jnp.ones_like(best_iou)
        #| end
        return labels, offsets, weight
        #| else
        return labels, offsets
        #| end
    #| one of
    if boxes.ndim == 2:
        return assign(boxes, classes, valid)
    #? 0.4 the anchors are the same for every image
    in_axes = (0, 0, None if valid is None else 0)
    return jax.vmap(assign, in_axes=in_axes)(boxes, classes, valid)
    #| or
    assign_batch = jax.vmap(assign, in_axes=(0, 0, None if valid is None else 0))
    targets = assign_batch(boxes, classes, valid)
    #| one of
    return dict(zip(('labels', 'offsets', 'weights'), targets))
    #| or
    return targets
    #| end
    #| end
