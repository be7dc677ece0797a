"""Bodies of functions for ``recipes/applications/states.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either, helper


def coord_count(JOINT_FREE, JOINT_BALL, JOINT_FIXED):
    def coord_count(kind: int) -> int:
        if kind == JOINT_FREE:
            return 7
        #| one of
        if kind == JOINT_BALL:
            return 4
        if kind == JOINT_FIXED:
            return 0
        return 1
        #| or
        #: elif kind == JOINT_BALL:
        #:     return 4
        #: elif kind == JOINT_FIXED:
        #:     return 0
        #: return 1
        #| end


def dof_count(JOINT_FREE, JOINT_BALL, JOINT_FIXED):
    def dof_count(kind: int) -> int:
        #| one of
        if kind == JOINT_FREE:
            return 6
        if kind == JOINT_BALL:
            return 3
        if kind == JOINT_FIXED:
            return 0
        return 1
        #| or
        num = int(1)
        if kind == JOINT_FREE:
            num = 6
        elif kind == JOINT_BALL:
            num = 3
        elif kind == JOINT_FIXED:
            num = 0
        return num
        #| end


@helper
def is_slow(qd: wp.spatial_vector, lin_limit: float, ang_limit: float) -> bool:
    #| one of
    return wp.length(wp.spatial_top(qd)) < lin_limit and wp.length(wp.spatial_bottom(qd)) < ang_limit
    #| or
    v = wp.spatial_top(qd)
    w = wp.spatial_bottom(qd)
    return wp.dot(v, v) < lin_limit * lin_limit and wp.dot(w, w) < ang_limit * ang_limit
    #| or
    if either(wp.length_sq(wp.spatial_top(qd)) >= lin_limit * lin_limit, wp.length(wp.spatial_top(qd)) >= lin_limit):
        return False
    return wp.length_sq(wp.spatial_bottom(qd)) < ang_limit * ang_limit
    #| end


@helper
def spin_between(q0: wp.quat, q1: wp.quat, dt: float) -> wp.vec3:
    #| one of
    dq = q1 * wp.quat_inverse(q0)
    v = wp.vec3(dq[0], dq[1], dq[2])
    if dq[3] < 0.0:
        v = -v
    return v * (2.0 / dt)
    #| or
    dq = q1 * wp.quat_inverse(q0)
    # the shorter way around
    turn = either(1.0 if dq[3] >= 0.0 else -1.0, wp.sign(dq[3]))
    return wp.vec3(dq[0], dq[1], dq[2]) * (2.0 * turn / dt)
    #| end


@helper
def in_scene(p: wp.vec3, lowest: float, radius: float) -> bool:
    #| one of
    return p[2] >= lowest and either(wp.length_sq(p) <= radius * radius, wp.length(p) <= radius)
    #| or
    if p[2] < lowest:
        return False
    return wp.abs(p[0]) <= radius and wp.abs(p[1]) <= radius
    #| or
    return p[2] >= lowest and p[0] * p[0] + p[1] * p[1] <= radius * radius
    #| end


@helper
def ring_slot(step: int, lag: int, length: int) -> int:
    #| one of
    return (step - lag + length) % length
    #| or
    at = step % length - lag
    if at < 0:
        at += length
    return at
    #| end


@helper
def key_phase(t: float, t0: float, t1: float) -> float:
    #| one of
    if t <= t0:
        return 0.0
    if t >= t1:
        return 1.0
    return (t - t0) / (t1 - t0)
    #| or
    return wp.clamp((t - t0) / (t1 - t0), 0.0, 1.0)
    #| end


@helper
def in_window(cell: wp.vec3i, size: int) -> bool:
    #| one of
    return wp.min(cell) >= 0 and wp.max(cell) < size
    #| or
    if cell[0] < 0 or cell[1] < 0 or cell[2] < 0:
        return False
    return cell[0] < size and cell[1] < size and cell[2] < size
    #| or
    for k in range(3):
        if cell[k] < 0 or cell[k] >= size:
            return False
    return True
    #| end
