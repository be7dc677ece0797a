"""Bodies of columns for ``recipes/applications/transforms.py``."""

import jax.numpy as jnp


def columns(g, eps):
    #| one of
    if g.ndim < 2:
        #? 0.4 one norm for a vector
        return g / jnp.maximum(jnp.sqrt(jnp.sum(g ** 2)), eps)
    norms = jnp.sqrt(jnp.sum(g ** 2, axis=0, keepdims=True))
    return g / jnp.maximum(norms, eps)
    #| or
    #? 0.4 one norm for a vector
    axis = 0 if g.ndim > 1 else None
    norms = jnp.sqrt(jnp.sum(g ** 2, axis=axis, keepdims=True))
    return g / jnp.maximum(norms, eps)
    #| end
