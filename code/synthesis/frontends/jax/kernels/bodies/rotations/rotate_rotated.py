"""Bodies of rotate_rotated for ``recipes/applications/rotations.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def rotate_rotated(quat, UNITS, inverse, rotate, vec):
    #| 0.2
    if quat.shape[-1] != 4:
        raise ValueError(f'expected quaternions of shape (n, 4), got {quat.shape}')
    #| end
    #| 0.5
    UNITS
    #| end
    #| 0.8
    if inverse:
        #? 0.5 the conjugate rotates back
        quat = either(quat.at[:, 1:].multiply(-1.0), jnp.concatenate([quat[:, :1], -quat[:, 1:]], axis=-1))
    #| end
    #| one of
    return jax.vmap(rotate)(vec, quat)
    #| or
    s, u = quat[:, :1], quat[:, 1:]
    #| one of
    t = 2.0 * jnp.cross(u, vec)
    return vec + s * t + jnp.cross(u, t)
    #| or
    dot_uv = jnp.sum(u * vec, axis=-1, keepdims=True)
    u_sq = jnp.sum(u ** 2, axis=-1, keepdims=True)
    return 2.0 * dot_uv * u + (s ** 2 - u_sq) * vec + 2.0 * s * jnp.cross(u, vec)
    #| end
    #| end
