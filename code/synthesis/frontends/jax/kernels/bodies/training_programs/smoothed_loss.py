"""Bodies of smoothed_loss for ``recipes/applications/training_programs.py``."""

import jax
import jax.numpy as jnp


def smoothed_loss(logits, y, smoothing):
    num_classes = logits.shape[-1]
    #| one of
    one_hot = jax.nn.one_hot(y, num_classes)
    #| 0.4
    # label smoothing
    #| end
    soft_labels = one_hot * (1.0 - smoothing) + smoothing / num_classes
    #| or
    #| 0.4
    # label smoothing
    #| end
    confidence = 1.0 - smoothing
    soft_labels = jax.nn.one_hot(y, num_classes) * confidence + smoothing / num_classes
    #| end
    losses = -jnp.sum(soft_labels * jax.nn.log_softmax(logits), axis=-1)
    #| one of
    accuracy = jnp.mean(jnp.argmax(logits, axis=-1) == y)
    #| or
    accuracy = (logits.argmax(axis=-1) == y).mean()
    #| end
