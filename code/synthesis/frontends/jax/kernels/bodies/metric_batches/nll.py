"""Bodies of nll for ``recipes/applications/metric_batches.py``."""

import jax
import jax.numpy as jnp


def nll(logits, labels):
    log_probs = jax.nn.log_softmax(logits, axis=-1)
    #| one of
    nll = -jnp.take_along_axis(log_probs, labels[:, None], axis=-1)[:, 0]
    #| or
    nll = -log_probs[jnp.arange(labels.shape[0]), labels]
    #| or
    nll = -jnp.sum(jax.nn.one_hot(labels, logits.shape[-1]) * log_probs, axis=-1)
    #| end
