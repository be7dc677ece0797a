"""Bodies of bounds for ``recipes/applications/collisions.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def bounds(
    COLLIDE, has_flag, shape_flags, tid, HUGE, lower_out, upper_out, shape_type, shape_xform, shape_body, body_q,
    shape_scale, SPHERE, BOX, CAPSULE, PLANE, far, margin, margin_of, body_v, dt,
):
    #| 0.5
    # an empty box overlaps nothing
    if either((shape_flags[tid] & COLLIDE) == 0, not has_flag(shape_flags[tid], COLLIDE)):
        lower_out[tid] = wp.vec3(HUGE, HUGE, HUGE)
        upper_out[tid] = -wp.vec3(HUGE, HUGE, HUGE)
        return
    #| end
    kind = shape_type[tid]
    #| one of
    X = shape_xform[tid]
    if shape_body[tid] >= 0:
        X = body_q[shape_body[tid]] * X
    #| or
    X_b = body_q[shape_body[tid]] if shape_body[tid] >= 0 else wp.transform_identity()
    X = wp.transform_multiply(X_b, shape_xform[tid])
    #| end
    c = wp.transform_get_translation(X)
    s = shape_scale[tid]
    e = wp.vec3(0.0, 0.0, 0.0)
    if kind == SPHERE:
        e = either(wp.vec3(s[0], s[0], s[0]), wp.vec3(s.x, s.x, s.x))
    elif kind == BOX:
        #| one of
        e += wp.abs(wp.transform_vector(X, wp.vec3(s[0], 0.0, 0.0)))
        e += wp.abs(wp.transform_vector(X, wp.vec3(0.0, s[1], 0.0)))
        e += wp.abs(wp.transform_vector(X, wp.vec3(0.0, 0.0, s[2])))
        #| or
        R = wp.quat_to_matrix(wp.transform_get_rotation(X))
        for i in range(3):
            #| one of
            e[i] = wp.abs(R[i, 0]) * s[0] + wp.abs(R[i, 1]) * s[1] + wp.abs(R[i, 2]) * s[2]
            #| or
            e[i] = 0.0
            for k in range(3):
                e[i] = e[i] + wp.abs(R[i, k]) * s[k]
            #| end
        #| end
    elif kind == CAPSULE:
        #| one of
        tip = wp.transform_vector(X, wp.vec3(0.0, 0.0, s[1]))
        e = wp.abs(tip) + wp.vec3(s[0], s[0], s[0])
        #| or
        tip = wp.abs(wp.transform_vector(X, wp.vec3(0.0, 0.0, s[1])))
        e = tip + wp.vec3(s[0], s[0], s[0])
        #| end
    elif kind == PLANE:
        # unlimited
        e = wp.vec3(far, far, far)
    #| 0.6
    #| one of
    # room for the margin
    e += wp.vec3(margin, margin, margin)
    #| or
    m = margin_of[tid]
    e = e + wp.vec3(m, m, m)
    #| end
    #| end
    #| one of
    lower_out[tid] = c - e
    upper_out[tid] = c + e
    #| or
    #| one of
    # swept along the motion of the body
    step = wp.vec3(0.0, 0.0, 0.0)
    #| or
    step = wp.vec3(0.0, 0.0, 0.0)
    #| end
    if shape_body[tid] >= 0:
        step = body_v[shape_body[tid]] * dt
    lower_out[tid] = wp.min(c, c + step) - e
    upper_out[tid] = wp.max(c, c + step) + e
    #| end
