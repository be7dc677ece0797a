"""Bodies of bce for ``recipes/applications/losses.py``."""

import jax
import jax.numpy as jnp


def bce(logits, labels):
    #| one of
    log_p = jax.nn.log_sigmoid(logits)
    log_not_p = jax.nn.log_sigmoid(-logits)
    bce = -labels * log_p - (1.0 - labels) * log_not_p
    #| or
    #? 0.4 stable for large scores
    bce = jnp.maximum(logits, 0) - logits * labels + jnp.log1p(jnp.exp(-jnp.abs(logits)))
    #| or
    bce = jax.nn.softplus(logits) - labels * logits
    #| or
    bce = labels * jax.nn.softplus(-logits) + (1.0 - labels) * jax.nn.softplus(logits)
    #| end
