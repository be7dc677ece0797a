"""Bodies of length for ``recipes/applications/spaces.py``."""

import jax.numpy as jnp


def length(dR, square_distance, squared):
    #| one of
    dr2 = jnp.sum(dR ** 2, axis=-1)
    #| or
    dr2 = square_distance(dR)
    #| end
    #| 0.5
    if squared:
        return dr2
    #| end
    #? 0.5 the square root has no finite gradient at zero ~ keeps the gradient finite where two points are one
    #| one of
    safe = jnp.where(dr2 > 0, dr2, 1.0)
    return jnp.where(dr2 > 0, jnp.sqrt(safe), 0.0)
    #| or
    apart = dr2 > 0
    return jnp.where(apart, jnp.sqrt(jnp.where(apart, dr2, 1.0)), 0.0)
    #| end
