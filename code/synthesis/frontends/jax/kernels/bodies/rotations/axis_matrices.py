"""Bodies of axis_matrices for ``recipes/applications/rotations.py``."""

import jax.numpy as jnp


def axis_matrices(vector, degrees):
    #| one of
    #? 0.4 the length of the vector is the angle
    angle = jnp.sqrt(jnp.sum(vector ** 2, axis=-1, keepdims=True))
    axis = vector / angle
    #| 0.2
    if degrees:
        angle = jnp.deg2rad(angle)
    #| end
    #| or
    axis = vector / jnp.linalg.norm(vector, axis=-1, keepdims=True)
    #| 0.5
    if degrees:
        angle = jnp.deg2rad(angle)
    #| end
    angle = angle[:, None]
    #| end


def axis_matrices_2(angle, skew):
    #? 0.4 Rodrigues' formula
    #| one of
    sin, cos = jnp.sin(angle)[..., None], jnp.cos(angle)[..., None]
    return jnp.eye(3) + sin * skew + (1.0 - cos) * skew @ skew
    #| or
    angle = angle[..., None]
    return jnp.eye(3) + jnp.sin(angle) * skew + (1.0 - jnp.cos(angle)) * jnp.matmul(skew, skew)
    #| end
