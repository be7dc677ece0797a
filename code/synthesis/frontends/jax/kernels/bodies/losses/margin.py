"""Bodies of margin for ``recipes/applications/losses.py``."""

import jax
import jax.numpy as jnp


def margin(labels, logits, margin, scale):
    #? 0.4 margin for the label
    one_hot = jax.nn.one_hot(labels, logits.shape[-1])
    #| one of
    adjusted = scale * (logits - margin * one_hot)
    #| or
    adjusted = scale * jnp.where(one_hot > 0, logits - margin, logits)
    #| end
    log_z = jax.nn.logsumexp(adjusted, axis=-1)
    per_example = log_z - jnp.sum(one_hot * adjusted, axis=-1)
