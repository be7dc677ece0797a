"""Bodies of joint_coordinates for ``recipes/applications/joints.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def joint_coordinates(
    joint_X_p, tid, parent, body_q, child, joint_X_c, JOINT_PRISMATIC, kind, joint_axis, joint_q, q_start, qd_start,
    JOINT_REVOLUTE, wrap_angle, JOINT_BALL, JOINT_FREE, body_qd, body_com, joint_qd_out,
):
    X_wpj = joint_X_p[tid]
    if parent >= 0:
        X_wpj = body_q[parent] * X_wpj
    X_wcj = body_q[child] * joint_X_c[tid]
    # the child's frame as the parent sees it
    X_j = wp.transform_inverse(X_wpj) * X_wcj
    #| one of
    x_j = wp.transform_get_translation(X_j)
    q_j = wp.transform_get_rotation(X_j)
    #| or
    q_j = wp.transform_get_rotation(X_j)
    x_j = wp.transform_get_translation(X_j)
    #| end
    #| one of
    if kind == JOINT_PRISMATIC:
        joint_q[q_start] = wp.dot(x_j, joint_axis[qd_start])
    elif kind == JOINT_REVOLUTE:
        # twist about the axis
        twist = wp.dot(joint_axis[qd_start], wp.vec3(q_j[0], q_j[1], q_j[2]))
        joint_q[q_start] = either(2.0 * wp.atan2(twist, q_j[3]), wrap_angle(2.0 * wp.atan2(twist, q_j[3])))
    elif kind == JOINT_BALL:
        #| one of
        joint_q[q_start + 0] = q_j[0]
        joint_q[q_start + 1] = q_j[1]
        joint_q[q_start + 2] = q_j[2]
        joint_q[q_start + 3] = q_j[3]
        #| or
        for k in range(4):
            joint_q[q_start + k] = q_j[k]
        #| end
    elif kind == JOINT_FREE:
        #| one of
        for k in range(7):
            joint_q[q_start + k] = X_j[k]
        #| or
        for k in range(3):
            joint_q[q_start + k] = x_j[k]
        for k in range(4):
            joint_q[q_start + 3 + k] = q_j[k]
        #| end
    #| or
    # velocity of the child against the parent, where the child is anchored
    x_c = wp.transform_get_translation(X_wcj)
    w_rel = wp.spatial_bottom(body_qd[child])
    r_c = x_c - wp.transform_point(body_q[child], body_com[child])
    #| one of
    v_rel = wp.spatial_top(body_qd[child]) + wp.cross(wp.spatial_bottom(body_qd[child]), r_c)
    if parent >= 0:
        r_p = x_c - wp.transform_point(body_q[parent], body_com[parent])
        v_rel -= wp.spatial_top(body_qd[parent]) + wp.cross(wp.spatial_bottom(body_qd[parent]), r_p)
        w_rel -= wp.spatial_bottom(body_qd[parent])
    #| or
    v_rel = wp.spatial_top(body_qd[child]) + wp.cross(w_rel, r_c)
    if parent >= 0:
        w_p = wp.spatial_bottom(body_qd[parent])
        r_p = x_c - wp.transform_point(body_q[parent], body_com[parent])
        v_rel -= wp.spatial_top(body_qd[parent]) + wp.cross(w_p, r_p)
        w_rel -= w_p
    #| end
    # in the parent frame of the joint
    v_j = wp.quat_rotate_inv(wp.transform_get_rotation(X_wpj), v_rel)
    w_j = wp.quat_rotate_inv(wp.transform_get_rotation(X_wpj), w_rel)
    if kind == JOINT_PRISMATIC:
        joint_q[q_start] = wp.dot(x_j, joint_axis[qd_start])
        joint_qd_out[qd_start] = wp.dot(v_j, joint_axis[qd_start])
    elif kind == JOINT_REVOLUTE:
        # twist about the axis
        twist = wp.dot(joint_axis[qd_start], wp.vec3(q_j[0], q_j[1], q_j[2]))
        joint_q[q_start] = either(2.0 * wp.atan2(twist, q_j[3]), wrap_angle(2.0 * wp.atan2(twist, q_j[3])))
        joint_qd_out[qd_start] = wp.dot(w_j, joint_axis[qd_start])
    elif kind == JOINT_BALL:
        #| one of
        joint_q[q_start + 0] = q_j[0]
        joint_q[q_start + 1] = q_j[1]
        joint_q[q_start + 2] = q_j[2]
        joint_q[q_start + 3] = q_j[3]
        #| or
        for k in range(4):
            joint_q[q_start + k] = q_j[k]
        #| end
        for k in range(3):
            joint_qd_out[qd_start + k] = w_j[k]
    elif kind == JOINT_FREE:
        #| one of
        for k in range(7):
            joint_q[q_start + k] = X_j[k]
        #| or
        for k in range(3):
            joint_q[q_start + k] = x_j[k]
        for k in range(4):
            joint_q[q_start + 3 + k] = q_j[k]
        #| end
        for k in range(3):
            joint_qd_out[qd_start + k] = v_j[k]
            joint_qd_out[qd_start + 3 + k] = w_j[k]
    #| end
