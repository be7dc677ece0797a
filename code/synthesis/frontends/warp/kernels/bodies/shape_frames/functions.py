"""Bodies of functions for ``recipes/applications/shape_frames.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import helper

EPSILON = 0  # a constant of the kernels


@helper
def ray_capsule(start: wp.vec3, dir: wp.vec3, radius: float, half_height: float) -> float:
    t_hit = float(-1.0)
    a = dir[0] * dir[0] + dir[1] * dir[1]
    b = start[0] * dir[0] + start[1] * dir[1]
    c = start[0] * start[0] + start[1] * start[1] - radius * radius
    disc = b * b - a * c
    # the cylinder between the caps
    if disc >= 0.0 and a > EPSILON:
        t = (-b - wp.sqrt(disc)) / a
        if t >= 0.0 and wp.abs(start[2] + t * dir[2]) <= half_height:
            t_hit = t
    # and the caps
    for k in range(2):
        z = start[2] - half_height if k == 0 else start[2] + half_height
        a_s = wp.dot(dir, dir)
        b_s = b + z * dir[2]
        disc_s = b_s * b_s - a_s * (c + z * z)
        if disc_s >= 0.0 and a_s > EPSILON:
            t_s = (-b_s - wp.sqrt(disc_s)) / a_s
            if t_s >= 0.0 and (t_hit < 0.0 or t_s < t_hit):
                t_hit = t_s
    return t_hit


@helper
def orthogonal(n: wp.vec3) -> wp.vec3:
    #| one of
    axis = wp.vec3(1.0, 0.0, 0.0)
    if wp.abs(n[0]) > 0.7:
        axis = wp.vec3(0.0, 1.0, 0.0)
    return wp.normalize(wp.cross(n, axis))
    #| or
    # not along the axis that the normal is nearest to
    if wp.abs(n[2]) < 0.7:
        return wp.normalize(wp.cross(n, wp.vec3(0.0, 0.0, 1.0)))
    return wp.normalize(wp.cross(n, wp.vec3(1.0, 0.0, 0.0)))
    #| end
