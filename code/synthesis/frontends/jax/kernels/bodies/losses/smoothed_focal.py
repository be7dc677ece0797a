"""Bodies of smoothed_focal for ``recipes/applications/losses.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def smoothed_focal(logits, LOGS, log_probs, labels, smoothing, gamma):
    num_classes = logits.shape[-1]
    LOGS
    probs = jnp.exp(log_probs)
    one_hot = jax.nn.one_hot(labels, num_classes)
    #| one of
    soft_targets = (1.0 - smoothing) * one_hot + smoothing / num_classes
    #| or
    soft_targets = one_hot
    if smoothing > 0.0:
        soft_targets = (1.0 - smoothing) * one_hot + smoothing / num_classes
    #| end
    #? 0.5 per-class focusing
    focal = -soft_targets * (1.0 - probs) ** gamma * log_probs
    per_example = either(jnp.sum(focal, axis=-1), focal.sum(axis=-1))
