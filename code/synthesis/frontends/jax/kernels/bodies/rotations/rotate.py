"""Bodies of rotate for ``recipes/applications/rotations.py``."""

import jax.numpy as jnp


def rotate(Array):
    def rotate(vec: Array, quat: Array) -> Array:
        #| 0.5
        """Rotates a vector by a unit quaternion, its real part first."""
        #| end
        s, u = quat[0], quat[1:]
        #| one of
        t = 2.0 * jnp.cross(u, vec)
        return vec + s * t + jnp.cross(u, t)
        #| or
        #? 0.4 two cross products are cheaper than a matrix
        t = jnp.cross(u, vec) + s * vec
        return vec + 2.0 * jnp.cross(u, t)
        #| end
