"""Bodies of difference for ``recipes/applications/losses.py``."""

import jax
import jax.numpy as jnp


def difference(logits, labels):
    #? 0.4 log of the sum minus the score of the label
    log_z = jax.nn.logsumexp(logits, axis=-1)
    label_logits = jnp.take_along_axis(logits, labels[..., None], axis=-1)[..., 0]
    per_example = log_z - label_logits
