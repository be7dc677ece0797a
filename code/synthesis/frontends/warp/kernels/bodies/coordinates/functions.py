"""Bodies of functions for ``recipes/applications/coordinates.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import helper


@helper
def quat_integrate(q: wp.quat, omega: wp.vec3, dt: float) -> wp.quat:
    #| one of
    angle = wp.length(omega) * dt
    turn = wp.quat_from_axis_angle(wp.normalize(omega), angle)
    return wp.normalize(q * turn)
    #| or
    # of the body's own frame
    dq = q * wp.quat(omega[0], omega[1], omega[2], 0.0)
    return wp.normalize(q + dq * (0.5 * dt))
    #| end


@helper
def quat_at(values: wp.array(dtype=float, ndim=2), row: int, at: int) -> wp.quat:
    return wp.quat(values[row, at + 1], values[row, at + 2], values[row, at + 3], values[row, at])


@helper
def vec3_at(values: wp.array(dtype=float, ndim=2), row: int, at: int) -> wp.vec3:
    return wp.vec3(values[row, at], values[row, at + 1], values[row, at + 2])
