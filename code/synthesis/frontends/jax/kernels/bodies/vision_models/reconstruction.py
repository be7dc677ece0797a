"""Bodies of reconstruction for ``recipes/applications/vision_models.py``."""

import jax.numpy as jnp


def reconstruction(GIVEN, forward, params, x):
    #| one of
    error = forward(params, GIVEN) - x
    #| one of
    loss = jnp.mean(error ** 2)
    #| or
    loss = jnp.mean(jnp.abs(error))
    #| end
    #| or
    recon = forward(params, GIVEN)
    #? 0.4 summed over an image, averaged over the batch
    loss = jnp.mean(jnp.sum((recon - x) ** 2, axis=(1, 2, 3)))
    #| or
    loss = jnp.mean((forward(params, GIVEN) - x) ** 2)
    #| end
    return loss
