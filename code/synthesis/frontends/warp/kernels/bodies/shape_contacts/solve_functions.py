"""Bodies of solve_functions for ``recipes/applications/shape_contacts.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import helper


@helper
def inverse_mass(q: wp.quat, inv_m: float, inv_I: wp.mat33, r: wp.vec3, n: wp.vec3) -> float:
    #? torque on the body in its own frame
    turn = wp.quat_rotate_inv(q, wp.cross(r, n))
    return inv_m + wp.dot(turn, inv_I * turn)


@helper
def turn_by(q: wp.quat, inv_I: wp.mat33, r: wp.vec3, impulse: wp.vec3) -> wp.vec3:
    #| one of
    return wp.quat_rotate(q, inv_I * wp.quat_rotate_inv(q, wp.cross(r, impulse)))
    #| or
    local = inv_I * wp.quat_rotate_inv(q, wp.cross(r, impulse))
    return wp.quat_rotate(q, local)
    #| end
