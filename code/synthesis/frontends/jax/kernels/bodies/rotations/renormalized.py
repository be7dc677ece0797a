"""Bodies of renormalized for ``recipes/applications/rotations.py``."""

import jax.numpy as jnp


def renormalized(rot, normalize):
    #| one of
    #? 0.5 products drift from unit length ~ renormalize the quaternion
    rot = rot / jnp.linalg.norm(rot, axis=-1, keepdims=True)
    #| or
    if normalize:
        rot = rot / jnp.linalg.norm(rot, axis=-1, keepdims=True)
    #| or
    #? 0.5 q and -q are the same rotation
    rot = jnp.where(rot[:, :1] < 0, -rot, rot)
    #| or
    #| end
