"""Bodies of look for ``recipes/applications/rotations.py``."""

import jax.numpy as jnp


def look(aim, eye, up, opencv, inverse):
    #| one of
    forward = aim - eye
    forward = forward / jnp.linalg.norm(forward, axis=-1, keepdims=True)
    #| or
    def unit(x):
        return x / jnp.linalg.norm(x, axis=-1, keepdims=True)
    forward = unit(aim - eye)
    #| end
    #| one of
    #? 0.4 z is up by default
    if up is None:
        up = jnp.zeros(3).at[2].set(1.0)
    #| or
    up = jnp.eye(3)[2]
    #| end
    right = jnp.cross(forward, up)
    right = right / jnp.linalg.norm(right, axis=-1, keepdims=True)
    true_up = jnp.cross(right, forward)
    #| one of
    #? 0.4 cameras look along their negative z axis
    return jnp.stack([right, true_up, -forward], axis=-1)
    #| or
    #? 0.4 x to the right, y down, z ahead
    return jnp.stack([right, -true_up, forward], axis=-1)
    #| or
    if opencv:
        #? 0.5 x to the right, y down, z ahead
        axes = [right, -true_up, forward]
    else:
        #? 0.5 x to the right, y up, looking along -z
        axes = [right, true_up, -forward]
    return jnp.stack(axes, axis=-1)
    #| or
    rotation = jnp.stack([right, true_up, -forward], axis=-1)
    if inverse:
        #? 0.4 from the world to the camera
        rotation = jnp.swapaxes(rotation, -1, -2)
    return rotation
    #| end
