"""Bodies of meeting_functions for ``recipes/applications/shape_contacts.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import helper


def direction_to(EPSILON):
    def direction_to(p_a: wp.vec3, p_b: wp.vec3) -> wp.vec3:
        d = p_b - p_a
        r = wp.length(d)
        #| one of
        if r > EPSILON:
            return d / r
        return wp.vec3(0.0, 0.0, 1.0)
        #| or
        # coincident: any direction
        if r < EPSILON:
            return wp.vec3(0.0, 0.0, 1.0)
        return d / r
        #| end


@helper
def capsule_end(X: wp.transform, half_height: float, normal: wp.vec3) -> wp.vec3:
    half_axis = wp.transform_vector(X, wp.vec3(0.0, 0.0, half_height))
    #| one of
    if wp.dot(normal, half_axis) > 0.0:
        return wp.transform_get_translation(X) - half_axis
    return wp.transform_get_translation(X) + half_axis
    #| or
    end = wp.transform_get_translation(X) + half_axis
    if wp.dot(normal, half_axis) > 0.0:
        end = wp.transform_get_translation(X) - half_axis
    return end
    #| end


@helper
def deepest_corner(X: wp.transform, half: wp.vec3, normal: wp.vec3) -> wp.vec3:
    n_b = wp.quat_rotate_inv(wp.transform_get_rotation(X), normal)
    corner = wp.vec3(half[0], half[1], half[2])
    for k in range(3):
        if n_b[k] > 0.0:
            corner[k] = -half[k]
    return wp.transform_point(X, corner)


@helper
def nearest_on_axis(X: wp.transform, half_height: float, p: wp.vec3) -> wp.vec3:
    axis = wp.transform_vector(X, wp.vec3(0.0, 0.0, 1.0))
    #| one of
    t = wp.dot(axis, p - wp.transform_get_translation(X))
    return wp.transform_get_translation(X) + axis * wp.clamp(t, -half_height, half_height)
    #| or
    pos = wp.transform_get_translation(X)
    t = wp.min(wp.max(wp.dot(axis, p - pos), -half_height), half_height)
    return pos + axis * t
    #| end


@helper
def nearest_on_box(X: wp.transform, half: wp.vec3, p: wp.vec3) -> wp.vec3:
    c = wp.transform_point(wp.transform_inverse(X), p)
    #| one of
    return wp.transform_point(X, wp.max(wp.min(c, half), -half))
    #| or
    near = wp.vec3(0.0, 0.0, 0.0)
    for k in range(3):
        near[k] = wp.clamp(c[k], -half[k], half[k])
    return wp.transform_point(X, near)
    #| end


@helper
def box_outward(p: wp.vec3, half: wp.vec3) -> wp.vec3:
    away = p - wp.max(wp.min(p, half), -half)
    r = wp.length(away)
    if r > 0.0:
        return away / r
    # inside: through the nearest face
    #| one of
    q = wp.vec3(wp.abs(p[0]) - half[0], wp.abs(p[1]) - half[1], wp.abs(p[2]) - half[2])
    if q[0] >= q[1] and q[0] >= q[2]:
        return wp.vec3(wp.sign(p[0]), 0.0, 0.0)
    if q[1] >= q[2]:
        return wp.vec3(0.0, wp.sign(p[1]), 0.0)
    return wp.vec3(0.0, 0.0, wp.sign(p[2]))
    #| or
    x = half[0] - wp.abs(p[0])
    y = half[1] - wp.abs(p[1])
    z = half[2] - wp.abs(p[2])
    if x <= y and x <= z:
        return wp.vec3(wp.sign(p[0]), 0.0, 0.0)
    if y <= z:
        return wp.vec3(0.0, wp.sign(p[1]), 0.0)
    return wp.vec3(0.0, 0.0, wp.sign(p[2]))
    #| end
