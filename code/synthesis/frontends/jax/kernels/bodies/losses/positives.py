"""Bodies of positives for ``recipes/applications/losses.py``."""

import jax


def positives(labels, pos_weight, logits):
    #? 0.5 weight rare positives more
    #| one of
    log_weight = 1.0 + (pos_weight - 1.0) * labels
    bce = (1.0 - labels) * logits + log_weight * jax.nn.softplus(-logits)
    #| or
    log_p = jax.nn.log_sigmoid(logits)
    log_not_p = jax.nn.log_sigmoid(-logits)
    bce = -pos_weight * labels * log_p - (1.0 - labels) * log_not_p
    #| or
    bce = pos_weight * labels * jax.nn.softplus(-logits) + (1.0 - labels) * jax.nn.softplus(logits)
    #| end
