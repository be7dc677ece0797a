"""Bodies of spatial_inertia for ``recipes/applications/kinematics.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def spatial_inertia(
    STATIC, body_flags, masses, tid, spatial_out, body_q, inertia, body_com, twist, wrench_out, energy_out,
):
    #| 0.5
    if either(masses[tid] <= 0.0, (body_flags[tid] & STATIC) != 0):
        spatial_out[tid] = wp.spatial_matrix()
        return
    #| end
    X_wb = body_q[tid]
    m = masses[tid]
    #| one of
    R = wp.quat_to_matrix(wp.transform_get_rotation(X_wb))
    #| or
    rot = wp.transform_get_rotation(X_wb)
    R = wp.matrix_from_cols(
        wp.quat_rotate(rot, wp.vec3(1.0, 0.0, 0.0)),
        wp.quat_rotate(rot, wp.vec3(0.0, 1.0, 0.0)),
        wp.quat_rotate(rot, wp.vec3(0.0, 0.0, 1.0)),
    )
    #| end
    I_w = R * inertia[tid] * wp.transpose(R)
    #| one of
    #? from the centre of mass to the origin
    S = wp.skew(wp.transform_point(X_wb, body_com[tid]))
    #| one of
    I_o = I_w - m * (S * S)
    #| or
    I_o = I_w + m * S * wp.transpose(S)
    #| end
    #| or
    c = wp.transform_point(X_wb, body_com[tid])
    S = wp.skew(c)
    # parallel axes
    #| one of
    I_o = I_w + m * (wp.dot(c, c) * wp.identity(n=3, dtype=float) - wp.outer(c, c))
    #| or
    I_o = I_w - m * (S * S)
    #| end
    #| end
    M_s = wp.spatial_matrix()
    #| one of
    for r in range(3):
        M_s[r, r] = m
        for k in range(3):
            #| one of
            M_s[r, k + 3] = -m * S[r, k]
            M_s[r + 3, k] = m * S[r, k]
            M_s[r + 3, k + 3] = I_o[r, k]
            #| or
            M_s[r + 3, k + 3] = I_o[r, k]
            M_s[r, k + 3] = m * S[k, r]
            M_s[r + 3, k] = m * S[r, k]
            #| end
    #| or
    for r in range(3):
        for k in range(3):
            M_s[r, k + 3] = -m * S[r, k]
            M_s[r + 3, k] = m * S[r, k]
            M_s[r + 3, k + 3] = I_o[r, k]
        M_s[r, r] = m
    #| end
    #| one of
    spatial_out[tid] = M_s
    #| or
    spatial_out[tid] = M_s
    # momentum, about the origin
    wrench_out[tid] = M_s * twist[tid]
    #| or
    spatial_out[tid] = M_s
    #| one of
    energy_out[tid] = 0.5 * wp.dot(twist[tid], M_s * twist[tid])
    #| or
    h = M_s * twist[tid]
    energy_out[tid] = 0.5 * wp.dot(twist[tid], h)
    #| end
    #| end
