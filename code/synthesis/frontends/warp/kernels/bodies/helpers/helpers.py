"""Bodies of helpers for ``recipes/applications/helpers.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either, helper


@helper
def limit_length(v: wp.vec3, limit: float) -> wp.vec3:
    r = wp.length(v)
    if r > limit:
        return v * (limit / r)
    return v


@helper
def safe_normalize(v: wp.vec3) -> wp.vec3:
    r = wp.length(v)
    #| one of
    if r > 1.0e-6:
        return v / r
    return wp.vec3(0.0, 0.0, either(1.0, 0.0))
    #| or
    return v / wp.max(r, 1.0e-6)
    #| end


@helper
def wrap_angle(angle: float) -> float:
    #| one of
    if angle > wp.pi:
        return angle - 2.0 * wp.pi
    if angle < -wp.pi:
        return angle + 2.0 * wp.pi
    return angle
    #| or
    out = angle
    if angle > wp.pi:
        out = angle - 2.0 * wp.pi
    elif angle < -wp.pi:
        out = angle + 2.0 * wp.pi
    return out
    #| end


@helper
def bilinear(a: float, b: float, c: float, d: float, fx: float, fy: float) -> float:
    low = either(a + (b - a) * fx, a * (1.0 - fx) + b * fx, wp.lerp(a, b, fx))
    high = either(c + (d - c) * fx, c * (1.0 - fx) + d * fx, wp.lerp(c, d, fx))
    return either(low + (high - low) * fy, low * (1.0 - fy) + high * fy)


@helper
def sdf_box(p: wp.vec3, half: wp.vec3) -> float:
    q = wp.vec3(wp.abs(p[0]) - half[0], wp.abs(p[1]) - half[1], wp.abs(p[2]) - half[2])
    outside = wp.length(wp.vec3(wp.max(q[0], 0.0), wp.max(q[1], 0.0), wp.max(q[2], 0.0)))
    return outside + wp.min(wp.max(q[0], wp.max(q[1], q[2])), 0.0)


@helper
def clamp_symmetric(x: float, limit: float) -> float:
    #| one of
    return wp.clamp(x, -limit, limit)
    #| or
    if x > limit:
        return limit
    if x < -limit:
        return -limit
    return x
    #| or
    return wp.max(wp.min(x, limit), -limit)
    #| end


@helper
def spring_damper(ke: float, kd: float, x: float, v: float) -> float:
    #| one of
    return ke * x + kd * v
    #| or
    f = ke * x
    f += kd * v
    return f
    #| end


@helper
def bounce(v: wp.vec3, floor_speed: float) -> wp.vec3:
    if v[2] < 0.0:
        return wp.vec3(v[0], v[1], -floor_speed * v[2])
    return v


@helper
def transform_twist(X: wp.transform, lin: wp.vec3, ang: wp.vec3) -> wp.spatial_vector:
    w = wp.transform_vector(X, ang)
    #| one of
    x = wp.transform_get_translation(X)
    return wp.spatial_vector(wp.transform_vector(X, lin) + wp.cross(x, w), w)
    #| or
    v = wp.transform_vector(X, lin) + wp.cross(wp.transform_get_translation(X), w)
    return wp.spatial_vector(v, w)
    #| end


@helper
def saturate(x: float) -> float:
    #| one of
    return wp.clamp(x, 0.0, 1.0)
    #| or
    return wp.min(wp.max(x, 0.0), 1.0)
    #| or
    if x < 0.0:
        return 0.0
    if x > 1.0:
        return 1.0
    return x
    #| end
