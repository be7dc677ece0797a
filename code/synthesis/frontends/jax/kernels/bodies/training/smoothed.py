"""Bodies of smoothed for ``recipes/applications/training.py``."""

import jax
import jax.numpy as jnp


def smoothed(logits, y, smoothing):
    num_classes = logits.shape[-1]
    #| one of
    one_hot = jax.nn.one_hot(y, num_classes)
    #| 0.4
    # label smoothing
    #| end
    soft_labels = (1.0 - smoothing) * one_hot + smoothing / num_classes
    losses = -jnp.sum(soft_labels * jax.nn.log_softmax(logits), axis=-1)
    #| or
    log_probs = jax.nn.log_softmax(logits)
    nll = -jnp.take_along_axis(log_probs, y[:, None], axis=-1)[:, 0]
    #| 0.4
    # label smoothing
    #| end
    losses = (1.0 - smoothing) * nll - smoothing * jnp.mean(log_probs, axis=-1)
    #| end
