"""Bodies of reflect for ``recipes/applications/tracking.py``."""

import jax.numpy as jnp


def reflect(length, x, restitution, v):
    #| one of
    below, above = x < 0.0, x > length
    x = jnp.where(below, -x, jnp.where(above, 2.0 * length - x, x))
    v = jnp.where(below | above, -restitution * v, v)
    #| or
    hit = (x < 0.0) | (x > length)
    #? 0.4 mirrored continuation of the space
    x = length - jnp.abs(jnp.mod(x, 2.0 * length) - length)
    v = jnp.where(hit, -restitution * v, v)
    #| end
