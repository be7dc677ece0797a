"""Bodies of flip for ``recipes/applications/image_augmentation.py``."""

import jax
import jax.numpy as jnp


def flip(n, op_key, x):
    #? 0.4 left and right mean the same
    #| one of
    flips = jax.random.bernoulli(op_key, 0.5, (n, 1, 1, 1))
    x = jnp.where(flips, x[:, :, ::-1], x)
    #| or
    x = jnp.where(jax.random.bernoulli(op_key, 0.5, (n, 1, 1, 1)), jnp.flip(x, axis=2), x)
    #| end
