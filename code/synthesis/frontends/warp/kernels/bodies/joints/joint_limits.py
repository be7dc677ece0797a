"""Bodies of joint_limits for ``recipes/applications/joints.py``."""

import warp as wp


def joint_limits(
    JOINT_PRISMATIC, JOINT_REVOLUTE, kind, joint_q_in, q_start, joint_qd, qd_start, limit_lower, limit_ke, limit_kd,
    limit_upper, joint_f_out, limit_force, JOINT_BALL, joint_axis, TINY, cone_cos, JOINT_D6, dof_dim, tid,
    limit_excess, num_dofs, JOINT_FREE, limit_active, slop, soft_limits, joint_qd_out, num_at_limit, worst,
):
    #| one of
    if kind == JOINT_PRISMATIC or kind == JOINT_REVOLUTE:
        q = joint_q_in[q_start]
        qd = joint_qd[qd_start]
        #| one of
        f = float(0.0)
        if q < limit_lower[qd_start]:
            f = limit_ke[qd_start] * (limit_lower[qd_start] - q)
            # damping only for outward motion
            if qd < 0.0:
                f -= limit_kd[qd_start] * qd
        elif q > limit_upper[qd_start]:
            f = limit_ke[qd_start] * (limit_upper[qd_start] - q)
            if qd > 0.0:
                f -= limit_kd[qd_start] * qd
        joint_f_out[qd_start] = f
        #| or
        joint_f_out[qd_start] = limit_force(q, qd, limit_lower[qd_start], limit_upper[qd_start],                     limit_ke[qd_start], limit_kd[qd_start])
        #| end
    elif kind == JOINT_BALL:
        # cone that limits the axis of the child
        imag = wp.vec3(joint_q_in[q_start], joint_q_in[q_start + 1], joint_q_in[q_start + 2])
        axis = joint_axis[qd_start]
        swing = wp.quat_rotate(wp.normalize(wp.quat(imag, joint_q_in[q_start + 3])), axis)
        #| one of
        if wp.dot(swing, axis) < cone_cos and wp.length_sq(axis) > TINY:
        #| or
        #: if wp.dot(swing, axis) < cone_cos:
        #| end
            back = wp.cross(swing, axis)
            for k in range(3):
                rate = joint_qd[qd_start + k]
                joint_f_out[qd_start + k] = limit_ke[qd_start] * back[k] - limit_kd[qd_start] * rate
        else:
            for k in range(3):
                joint_f_out[qd_start + k] = 0.0
    #| 0.7
    elif kind == JOINT_D6:
        for k in range(dof_dim[tid, 0] + dof_dim[tid, 1]):
            dof = qd_start + k
            #| one of
            joint_f_out[dof] = limit_force(joint_q_in[q_start + k], joint_qd[dof], limit_lower[dof],                         limit_upper[dof], limit_ke[dof], limit_kd[dof])
            #| or
            excess = limit_excess(joint_q_in[q_start + k], limit_lower[dof], limit_upper[dof])
            if excess != 0.0:
                joint_f_out[dof] = -limit_ke[dof] * excess - limit_kd[dof] * joint_qd[dof]
            else:
                joint_f_out[dof] = 0.0
            #| end
    #| end
    else:
        #? it has no limits
        for k in range(num_dofs[tid]):
            joint_f_out[qd_start + k] = 0.0
    #| or
    for k in range(num_dofs[tid]):
        dof = qd_start + k
        #| one of
        # joints with quaternions have no limits of their own
        if kind == JOINT_BALL or kind == JOINT_FREE:
            limit_active[dof] = 0
            continue
        #| or
        #| end
        q = joint_q_in[q_start + k]
        #| one of
        limit_active[dof] = 0
        #| one of
        if q < limit_lower[dof]- slop:
        #| or
        #: if q < limit_lower[dof]:
        #| end
            limit_active[dof] = -1
            #| one of
            if joint_qd[dof] < 0.0 and not soft_limits:
                joint_qd_out[dof] = 0.0
            #| or
            #| end
            wp.atomic_add(num_at_limit, 0, 1)
        #| one of
        elif q > limit_upper[dof]+ slop:
        #| or
        #: elif q > limit_upper[dof]:
        #| end
            limit_active[dof] = 1
            #| one of
            if joint_qd[dof] > 0.0 and not soft_limits:
                joint_qd_out[dof] = 0.0
            #| or
            #| end
            wp.atomic_add(num_at_limit, 0, 1)
        #| or
        excess = limit_excess(q, limit_lower[dof], limit_upper[dof])
        if excess == 0.0:
            limit_active[dof] = 0
            continue
        limit_active[dof] = 1 if excess > 0.0 else -1
        wp.atomic_max(worst, 0, wp.abs(excess))
        #| end
    #| end
