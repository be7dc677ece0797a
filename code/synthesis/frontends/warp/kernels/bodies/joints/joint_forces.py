"""Bodies of joint_forces for ``recipes/applications/joints.py``."""

import warp as wp


def joint_forces(
    JOINT_FREE, joint_enabled, kind, tid, REST, body_q, child, joint_X_c, joint_X_p, parent, body_com, body_qd,
    attach_kd, attach_ke, joint_axis, qd_start, JOINT_PRISMATIC, DRIVE_ALONG, JOINT_REVOLUTE, DRIVE_ANGLE, JOINT_BALL,
    target_kd, joint_f, body_f, wrench_about,
):
    #| one of
    #| one of
    if kind == JOINT_FREE or not joint_enabled[tid]:
    #| or
    #: if kind == JOINT_FREE:
    #| end
        return
    #| or
    if not joint_enabled[tid]:
        return
    if kind == JOINT_FREE:
        return
    #| or
    if kind == JOINT_FREE:
        return
    #| end
    REST
    X_wcj = body_q[child] * joint_X_c[tid]
    X_wpj = joint_X_p[tid]
    r_p = wp.vec3(0.0, 0.0, 0.0)
    w_p = wp.vec3(0.0, 0.0, 0.0)
    v_p = wp.vec3(0.0, 0.0, 0.0)
    # velocity of the parent where it is anchored
    if parent >= 0:
        X_wp = body_q[parent]
        X_wpj = X_wp * X_wpj
        r_p = wp.transform_get_translation(X_wpj) - wp.transform_point(X_wp, body_com[parent])
        w_p = wp.spatial_bottom(body_qd[parent])
        v_p = wp.spatial_top(body_qd[parent]) + wp.cross(w_p, r_p)
    r_c = wp.transform_get_translation(X_wcj) - wp.transform_point(body_q[child], body_com[child])
    w_c = wp.spatial_bottom(body_qd[child])
    v_c = wp.spatial_top(body_qd[child]) + wp.cross(w_c, r_c)
    x_err = wp.transform_get_translation(X_wcj) - wp.transform_get_translation(X_wpj)
    #| one of
    v_err = v_c - v_p
    w_err = w_c - w_p
    #| or
    w_err = w_c - w_p
    v_err = v_c - v_p
    #| end
    q_err = wp.quat_inverse(wp.transform_get_rotation(X_wpj)) * wp.transform_get_rotation(X_wcj)
    #| one of
    # small turns: twice the vector of the quaternion
    ang_err = wp.transform_vector(X_wpj, 2.0 * wp.sign(q_err[3]) * wp.vec3(q_err[0], q_err[1], q_err[2]))
    #| or
    s = 2.0 if q_err[3] >= 0.0 else -2.0
    ang_err = wp.transform_vector(X_wpj, s * wp.vec3(q_err[0], q_err[1], q_err[2]))
    #| end
    # force that holds the child to the parent frame
    f = -x_err * attach_ke - v_err * attach_kd
    t = -ang_err * attach_ke - w_err * attach_kd
    #| one of
    axis = wp.transform_vector(X_wpj, joint_axis[qd_start])
    if kind == JOINT_PRISMATIC:
        # free along the axis but for its drive
        along = wp.dot(x_err, axis)
        rate = wp.dot(v_err, axis)
        f += axis * (along * attach_ke + rate * attach_kd)
        f += axis * DRIVE_ALONG
    elif kind == JOINT_REVOLUTE:
        # free about the axis but for its drive
        angle = wp.dot(ang_err, axis)
        rate = wp.dot(w_err, axis)
        t += axis * (angle * attach_ke + rate * attach_kd)
        t += axis * DRIVE_ANGLE
    #| or
    if kind == JOINT_PRISMATIC:
        axis = wp.transform_vector(X_wpj, joint_axis[qd_start])
        along = wp.dot(x_err, axis)
        rate = wp.dot(v_err, axis)
        # free along the axis but for its drive
        f += axis * (along * attach_ke + rate * attach_kd + DRIVE_ALONG)
    elif kind == JOINT_REVOLUTE:
        axis = wp.transform_vector(X_wpj, joint_axis[qd_start])
        angle = wp.dot(ang_err, axis)
        rate = wp.dot(w_err, axis)
        # free about the axis but for its drive
        t += axis * (angle * attach_ke + rate * attach_kd + DRIVE_ANGLE)
    #| end
    elif kind == JOINT_BALL:
        # free to turn, against some friction
        t = -w_err * target_kd[qd_start]
        #| 0.6
        act = wp.vec3(joint_f[qd_start], joint_f[qd_start + 1], joint_f[qd_start + 2])
        t += wp.transform_vector(X_wpj, act)
        #| end
    #| one of
    if parent >= 0:
        wp.atomic_sub(body_f, parent, wp.spatial_vector(f, t + wp.cross(r_p, f)))
    wp.atomic_add(body_f, child, wp.spatial_vector(f, t + wp.cross(r_c, f)))
    #| or
    wp.atomic_add(body_f, child, wrench_about(f, t, r_c))
    if parent >= 0:
        wp.atomic_add(body_f, parent, -wrench_about(f, t, r_p))
    #| or
    if parent >= 0:
        wp.atomic_add(body_f, parent, -wrench_about(f, t, r_p))
    wp.atomic_add(body_f, child, wrench_about(f, t, r_c))
    #| end
