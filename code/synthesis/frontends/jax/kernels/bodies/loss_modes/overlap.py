"""Bodies of overlap for ``recipes/applications/loss_modes.py``."""

import jax
import jax.numpy as jnp


def overlap(labels, logits, ignore):
    #| 0.4
    if logits.shape[:-1] != labels.shape:
        raise ValueError(f'expected labels of shape {logits.shape[:-1]}, got {labels.shape}')
    #| end
    classes = logits.shape[-1]
    #| one of
    probs = jax.nn.softmax(logits, axis=-1)
    #| or
    probs = jax.nn.softmax(logits)
    #| end
    #| one of
    one_hot = jax.nn.one_hot(labels, classes)
    #| or
    one_hot = jax.nn.one_hot(labels, classes, dtype=probs.dtype)
    #| end
    #| 0.4
    if ignore is not None:
        # {unlabelled pixels ~ borders that nobody labelled}
        known = (labels != ignore)[..., None]
        probs, one_hot = probs * known, one_hot * known
    #| end
    axes = tuple(range(1, logits.ndim - 1))
    both = jnp.sum(probs * one_hot, axis=axes)
    #? 0.5 of every image ~ pixels that have a class
    pixels = jnp.maximum(one_hot.sum(axis=(*axes, -1)), 1.0)[:, None]


def overlap_2(present_only, axes, one_hot, out, class_weights):
    #| 0.5
    if present_only:
        # {absent classes have no loss ~ present classes only}
        out = jnp.where(jnp.max(one_hot, axis=axes) > 0, out, 0.0)
    #| end
    #| one of
    out = out * class_weights
    #| or
    if class_weights is not None:
        out = out * class_weights
    #| end
