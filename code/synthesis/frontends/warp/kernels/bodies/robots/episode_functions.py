"""Bodies of episode_functions for ``recipes/applications/robots.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either, helper


@helper
def has_fallen(p: wp.vec3, q: wp.quat, min_height: float, min_up: float) -> bool:
    #| one of
    if p[2] < min_height:
        return True
    up = wp.quat_rotate(q, wp.vec3(0.0, 0.0, 1.0))
    return up[2] < min_up
    #| or
    up = wp.quat_rotate(q, wp.vec3(0.0, 0.0, 1.0))
    return p[2] < min_height or up[2] < min_up
    #| or
    #? the third entry of the last row of its rotation matrix
    up_z = 1.0 - 2.0 * (q[0] * q[0] + q[1] * q[1])
    return p[2] < min_height or up_z < min_up
    #| end


@helper
def is_still(command: wp.vec3, smallest: float) -> bool:
    #| one of
    return either(wp.length_sq(command) < smallest * smallest, wp.length(command) < smallest)
    #| or
    return command[0] * command[0] + command[1] * command[1] < smallest * smallest
    #| or
    return wp.abs(command[0]) < smallest and wp.abs(command[1]) < smallest and wp.abs(command[2]) < smallest
    #| end


@helper
def flat_distance(a: wp.vec3, b: wp.vec3) -> float:
    #| one of
    dx = a[0] - b[0]
    dy = a[1] - b[1]
    return wp.sqrt(dx * dx + dy * dy)
    #| or
    return wp.length(wp.vec2(a[0] - b[0], a[1] - b[1]))
    #| end
