"""Bodies of points for ``recipes/applications/rotations.py``."""

import jax


def points(UNITS, inverse, quat, quat_inv, offset, rotate, vec, scale):
    #| 0.4
    UNITS
    #| end
    #| one of
    if inverse:
        #? 0.5 from the world into the body: undo the translation first
        quat = jax.vmap(quat_inv)(quat)
        return jax.vmap(rotate)(vec - offset, quat)
    return jax.vmap(rotate)(vec, quat) + offset
    #| or
    def apply(point, rot, trans):
        if inverse:
            #? 0.4 from the world into the body
            return rotate(point - trans, quat_inv(rot))
        return rotate(point, rot) + trans
    return jax.vmap(apply)(vec, quat, offset)
    #| or
    rotated = jax.vmap(rotate)(vec, quat)
    if scale is not None:
        rotated = scale[:, None] * rotated
    return rotated + offset
    #| end
