"""Bodies of evaluated for ``recipes/applications/encoders.py``."""

import jax.numpy as jnp


def evaluated(forward, inputsGIVEN, params, LOSSES, weight, losses):
    logits = forward(params, inputsGIVEN)
    LOSSES
    #| 0.6
    #| 0.4
    if weight is not None:
        losses = weight * losses
    #| end
    #| end
    #| one of
    loss = jnp.mean(losses)
    #| or
    loss = losses.mean()
    #| end
