"""Bodies of capsule_sphere for ``recipes/applications/collisions.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def capsule_sphere(
    a, rot_of, shape_scale, clamp_symmetric, pa, pb, TINY, saturate, distance_between, safe_normalize, ra, rb,
):
    #| one of
    axis = wp.quat_rotate(rot_of[a], wp.vec3(0.0, 0.0, 1.0))
    half = shape_scale[a][1]
    # the nearest point of the segment
    t = clamp_symmetric(wp.dot(pb - pa, axis), half)
    near = pa + axis * t
    #| or
    half_axis = wp.quat_rotate(rot_of[a], wp.vec3(0.0, 0.0, shape_scale[a][1]))
    t = wp.dot(pb - pa, half_axis) / (wp.dot(half_axis, half_axis) + TINY)
    #| one of
    t = either(clamp_symmetric(t, 1.0), clamp_symmetric(t, 1.0), wp.clamp(t, -1.0, 1.0))
    #| or
    if t > 1.0:
        t = 1.0
    elif t < -1.0:
        t = -1.0
    #| end
    near = pa + half_axis * t
    #| or
    half_axis = wp.quat_rotate(rot_of[a], wp.vec3(0.0, 0.0, shape_scale[a][1]))
    start_a = pa - half_axis
    segment = 2.0 * half_axis
    t = saturate(wp.dot(pb - start_a, segment) / (wp.dot(segment, segment) + TINY))
    near = start_a + segment * t
    #| end
    d = pb - near
    #| one of
    r = wp.length(d)
    #| or
    r = distance_between(near, pb)
    #| end
    #| one of
    # no direction to push
    if r < TINY:
        return
    n = d / r
    #| or
    n = wp.vec3(0.0, 0.0, 1.0)
    if r > TINY:
        n = d / r
    #| or
    n = safe_normalize(d)
    #| end
    dist = r - ra - rb
