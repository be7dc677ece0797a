"""Bodies of taken for ``recipes/applications/losses.py``."""

import jax
import jax.numpy as jnp


def taken(labels, log_probs, logits):
    #| one of
    per_example = -jnp.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
    #| or
    per_example = -jnp.take_along_axis(log_probs, labels[..., None], axis=-1).squeeze(-1)
    #| or
    one_hot = jax.nn.one_hot(labels, logits.shape[-1])
    per_example = -jnp.sum(one_hot * log_probs, axis=-1)
    #| end
