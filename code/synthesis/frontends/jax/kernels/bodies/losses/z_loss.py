"""Bodies of z_loss for ``recipes/applications/losses.py``."""

import jax
import jax.numpy as jnp


def z_loss(logits, labels, z_weight):
    log_z = jax.nn.logsumexp(logits, axis=-1)
    #| one of
    label_logits = jnp.take_along_axis(logits, labels[..., None], axis=-1)[..., 0]
    per_example = log_z - label_logits
    #| or
    log_probs = logits - log_z[..., None]
    per_example = -jnp.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
    #| end
    #? 0.5 keeps the normalizer near one
    #| one of
    per_example = per_example + z_weight * log_z ** 2
    #| or
    if z_weight is not None:
        per_example = per_example + z_weight * jnp.square(log_z)
    #| end
