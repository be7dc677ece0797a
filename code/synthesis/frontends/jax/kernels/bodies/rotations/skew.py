"""Bodies of skew for ``recipes/applications/rotations.py``."""

import jax.numpy as jnp


def skew(axis):
    x, y, z = axis.T
    zero = jnp.zeros_like(x)
    #| one of
    skew = jnp.stack([zero, -z, y, z, zero, -x, -y, x, zero], axis=-1).reshape(-1, 3, 3)
    #| or
    skew = jnp.array([[zero, -z, y], [z, zero, -x], [-y, x, zero]]).transpose(2, 0, 1)
    #| end
