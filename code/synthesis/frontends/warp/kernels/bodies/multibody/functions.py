"""Bodies of functions for ``recipes/applications/multibody.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either, helper

JNT_SLIDE = 0  # a constant of the kernels


@helper
def quat_rotate(q: wp.quat, v: wp.vec3) -> wp.vec3:
    u = wp.vec3(q[0], q[1], q[2])
    t = 2.0 * wp.cross(u, v)
    return v + q[3] * t + wp.cross(u, t)


@helper
def rotation_of(w: float, x: float, y: float, z: float) -> wp.quat:
    #| one of
    return wp.normalize(wp.quat(x, y, z, w))
    #| or
    q = wp.quat(x, y, z, w)
    return wp.normalize(q)
    #| end


@helper
def move_force(force: wp.vec3, moment: wp.vec3, arm: wp.vec3) -> wp.spatial_vector:
    return wp.spatial_vector(moment + wp.cross(arm, force), force)


@helper
def moment_about(axis: wp.vec3, arm: wp.vec3, force: wp.vec3) -> float:
    return wp.dot(axis, wp.cross(arm, force))


@helper
def joint_share(kind: int, axis: wp.vec3, force: wp.vec3, moment: wp.vec3, arm: wp.vec3) -> float:
    if kind == JNT_SLIDE:
        return wp.dot(axis, force)
    return wp.dot(axis, moment + wp.cross(arm, force))


@helper
def motion_cross(u: wp.spatial_vector, v: wp.spatial_vector) -> wp.spatial_vector:
    ang = wp.cross(wp.spatial_top(u), wp.spatial_top(v))
    lin = wp.cross(wp.spatial_top(u), wp.spatial_bottom(v)) + wp.cross(wp.spatial_bottom(u), wp.spatial_top(v))
    return wp.spatial_vector(ang, lin)


@helper
def rotation_vector(q: wp.quat) -> wp.vec3:
    v = wp.vec3(q[0], q[1], q[2])
    s = wp.length(v)
    if s < 1.0e-6:
        return wp.vec3(0.0, 0.0, 0.0)
    angle = 2.0 * wp.atan2(s, q[3])
    # the shorter way around
    if angle > wp.pi:
        angle -= 2.0 * wp.pi
    return either(v * (angle / s), (angle / s) * v)


@helper
def inertial_force(
    inertia: wp.spatial_matrix, acc: wp.spatial_vector, vel: wp.spatial_vector
) -> wp.spatial_vector:
    momentum = inertia * vel
    w = wp.spatial_top(vel)
    #| one of
    push = wp.spatial_bottom(momentum)
    moment = wp.cross(w, wp.spatial_top(momentum)) + wp.cross(wp.spatial_bottom(vel), push)
    return inertia * acc + wp.spatial_vector(moment, wp.cross(w, push))
    #| or
    ang = wp.cross(w, wp.spatial_top(momentum)) + wp.cross(wp.spatial_bottom(vel), wp.spatial_bottom(momentum))
    lin = wp.cross(w, wp.spatial_bottom(momentum))
    return inertia * acc + wp.spatial_vector(ang, lin)
    #| end


@helper
def look_at(eye: wp.vec3, target: wp.vec3) -> wp.mat33:
    z = wp.normalize(eye - target)
    x = wp.normalize(wp.cross(wp.vec3(0.0, 0.0, 1.0), z))
    y = wp.cross(z, x)
    return wp.mat33(x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2])
