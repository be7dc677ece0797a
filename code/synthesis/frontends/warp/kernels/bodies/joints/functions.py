"""Bodies of functions for ``recipes/applications/joints.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import helper

LIMIT_KE = 0  # a constant of the kernels


@helper
def motion_cross(u: wp.spatial_vector, v: wp.spatial_vector) -> wp.spatial_vector:
    w = wp.spatial_bottom(u)
    lin = wp.cross(w, wp.spatial_top(v)) + wp.cross(wp.spatial_top(u), wp.spatial_bottom(v))
    return wp.spatial_vector(lin, wp.cross(w, wp.spatial_bottom(v)))


@helper
def drive_force(act: float, target: float, ke: float, kd: float, q: float, qd: float) -> float:
    return act + ke * (target - q) - kd * qd


@helper
def limited_drive_force(
    act: float, target: float, ke: float, kd: float, lower: float, upper: float, q: float, qd: float
) -> float:
    f = act + ke * (target - q) - kd * qd
    if q < lower:
        f += LIMIT_KE * (lower - q)
    elif q > upper:
        f += LIMIT_KE * (upper - q)
    return f


@helper
def limit_excess(q: float, lower: float, upper: float) -> float:
    #| one of
    if q < lower:
        return q - lower
    if q > upper:
        return q - upper
    return 0.0
    #| or
    return wp.max(q - upper, 0.0) + wp.min(q - lower, 0.0)
    #| end


@helper
def limit_force(q: float, qd: float, lower: float, upper: float, ke: float, kd: float) -> float:
    #| one of
    if q < lower:
        return ke * (lower - q) - kd * wp.min(qd, 0.0)
    if q > upper:
        return ke * (upper - q) - kd * wp.max(qd, 0.0)
    return 0.0
    #| or
    f = float(0.0)
    if q < lower:
        f = ke * (lower - q)
        if qd < 0.0:
            f -= kd * qd
    elif q > upper:
        f = ke * (upper - q)
        if qd > 0.0:
            f -= kd * qd
    return f
    #| or
    if q >= lower and q <= upper:
        return 0.0
    bound = lower if q < lower else upper
    return ke * (bound - q) - kd * qd
    #| end


@helper
def integrate_rotation(q: wp.quat, w: wp.vec3, dt: float) -> wp.quat:
    #| one of
    return wp.normalize(q + wp.quat(w[0], w[1], w[2], 0.0) * q * (0.5 * dt))
    #| or
    dq = wp.quat(w[0], w[1], w[2], 0.0) * q
    return wp.normalize(q + dq * (0.5 * dt))
    #| or
    angle = wp.length(w) * dt
    if angle < 1.0e-6:
        return wp.normalize(q)
    return wp.normalize(wp.quat_from_axis_angle(wp.normalize(w), angle) * q)
    #| end


@helper
def wrench_about(f: wp.vec3, t: wp.vec3, r: wp.vec3) -> wp.spatial_vector:
    #| one of
    return wp.spatial_vector(f, t + wp.cross(r, f))
    #| or
    moment = t + wp.cross(r, f)
    return wp.spatial_vector(f, moment)
    #| end
