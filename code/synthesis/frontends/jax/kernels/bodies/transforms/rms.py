"""Bodies of rms for ``recipes/applications/transforms.py``."""

import jax.numpy as jnp


def rms(g, eps):
    #| 0.6
    if g.ndim == 0 or g.size == 1:
        #? 0.4 normalizing a scalar would leave only its sign
        return g
    #| end
    rms = jnp.sqrt(jnp.mean(g ** 2) + eps)
    return g / rms
