"""Bodies of homogeneous for ``recipes/applications/rotations.py``."""

import jax.numpy as jnp


def homogeneous(quat, matrix, offset):
    #| one of
    pose = jnp.zeros((quat.shape[0], 4, 4))
    pose = pose.at[:, :3, :3].set(matrix).at[:, :3, 3].set(offset)
    return pose.at[:, 3, 3].set(1.0)
    #| or
    top = jnp.concatenate([matrix, offset[:, :, None]], axis=-1)
    bottom = jnp.zeros((quat.shape[0], 1, 4)).at[..., 3].set(1.0)
    return jnp.concatenate([top, bottom], axis=1)
    #| end
