"""Bodies of class_vector for ``recipes/applications/images.py``."""

import jax.numpy as jnp


def class_vector(params, h):
    if 'cls' in params:
        #? 0.5 class token
        #| one of
        cls = jnp.broadcast_to(params['cls'], (h.shape[0], 1, h.shape[-1]))
        h = jnp.concatenate([cls, h], axis=1)
        #| or
        cls = jnp.tile(params['cls'], (h.shape[0], 1, 1))
        h = jnp.concatenate((cls, h), axis=1)
        #| end
