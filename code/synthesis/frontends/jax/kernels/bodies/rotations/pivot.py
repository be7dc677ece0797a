"""Bodies of pivot for ``recipes/applications/rotations.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def pivot(one, pivot, vec, masses, rotate):
    #| 0.3
    if one.shape != (4,):
        raise ValueError(f'expected one quaternion of shape (4,), got {one.shape}')
    #| end
    one = one / jnp.linalg.norm(one)
    #| one of
    #? 0.4 about the centroid by default
    center = either(jnp.mean(vec, axis=0), vec.mean(axis=0)) if pivot is None else pivot
    #| or
    if masses is None:
        center = either(jnp.mean(vec, axis=0), vec.mean(axis=0))
    else:
        #| 0.3
        if masses.shape[0] != vec.shape[0]:
            raise ValueError(f'expected {vec.shape[0]} masses, got {masses.shape}')
        #| end
        center = either(masses @ vec / jnp.sum(masses), jnp.average(vec, axis=0, weights=masses))
    #| or
    center = vec.mean(axis=0)
    #| end
    #| one of
    rotated = jax.vmap(rotate, in_axes=(0, None))(vec - center, one)
    return center + rotated
    #| or
    return center + jax.vmap(lambda x: rotate(x, one))(vec - center)
    #| or
    s, u = one[0], one[1:]
    arm = vec - center
    t = 2.0 * jnp.cross(u, arm)
    return center + arm + s * t + jnp.cross(u, t)
    #| end
