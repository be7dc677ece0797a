"""Bodies of smoothed for ``recipes/applications/losses.py``."""

import jax
import jax.numpy as jnp


def smoothed(logits, labels, smoothing, LOGS, log_probs):
    num_classes = logits.shape[-1]
    #| one of
    one_hot = jax.nn.one_hot(labels, num_classes)
    if smoothing > 0.0:
        #? 0.5 label smoothing
        one_hot = (1.0 - smoothing) * one_hot + smoothing / num_classes
    LOGS
    per_example = -jnp.sum(one_hot * log_probs, axis=-1)
    #| or
    confidence = 1.0 - smoothing
    off_value = smoothing / num_classes
    soft_targets = jnp.where(labels[..., None] == jnp.arange(num_classes), confidence + off_value, off_value)
    LOGS
    per_example = -jnp.sum(soft_targets * log_probs, axis=-1)
    #| or
    #| 0.3
    if smoothing < 0.0 or smoothing >= 1.0:
        raise ValueError(f'expected a smoothing in [0, 1), got {smoothing}')
    #| end
    LOGS
    nll = -jnp.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
    #? 0.5 the mean over classes is the cross entropy with the uniform distribution
    uniform = -jnp.mean(log_probs, axis=-1)
    per_example = (1.0 - smoothing) * nll + smoothing * uniform
    #| end
