"""Bodies of anchor_frames for ``recipes/applications/joints.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def anchor_frames(
    joint_X_p, tid, parent, body_q, child, joint_X_c, JOINT_PRISMATIC, kind, joint_axis, qd_start, JOINT_REVOLUTE,
    JOINT_BALL, error_out, rotation_out, frame_out,
):
    # the parent is the world where there is none
    #| one of
    X_wpj = joint_X_p[tid]
    if parent >= 0:
        X_wpj = body_q[parent] * X_wpj
    #| or
    X_wp = body_q[parent] if parent >= 0 else wp.transform_identity()
    X_wpj = X_wp * joint_X_p[tid]
    #| end
    X_wcj = body_q[child] * joint_X_c[tid]
    #| one of
    #| one of
    X_err = wp.transform_inverse(X_wpj) * X_wcj
    x_err = wp.transform_get_translation(X_err)
    q_err = wp.transform_get_rotation(X_err)
    #| or
    q_wpj = wp.transform_get_rotation(X_wpj)
    x_err = wp.transform_get_translation(X_wcj) - wp.transform_get_translation(X_wpj)
    x_err = wp.quat_rotate_inv(q_wpj, x_err)
    q_err = wp.quat_inverse(q_wpj) * wp.transform_get_rotation(X_wcj)
    #| end
    # the shorter way around
    #| one of
    if q_err[3] < 0.0:
        q_err = -q_err
    rot_err = 2.0 * wp.vec3(q_err[0], q_err[1], q_err[2])
    #| or
    s = -2.0 if q_err[3] < 0.0 else 2.0
    rot_err = s * wp.vec3(q_err[0], q_err[1], q_err[2])
    #| end
    #? motion along free axes is no error
    if kind == JOINT_PRISMATIC:
        x_err -= wp.dot(x_err, joint_axis[qd_start]) * joint_axis[qd_start]
    elif kind == JOINT_REVOLUTE:
        rot_err -= wp.dot(rot_err, joint_axis[qd_start]) * joint_axis[qd_start]
    elif kind == JOINT_BALL:
        rot_err = wp.vec3(0.0, 0.0, 0.0)
    #| one of
    error_out[tid] = x_err
    rotation_out[tid] = rot_err
    #| or
    rotation_out[tid] = rot_err
    error_out[tid] = x_err
    #| end
    #| or
    #| one of
    frame_out[tid] = either(wp.transform_inverse(X_wpj) * X_wcj, wp.transform_multiply(wp.transform_inverse(X_wpj), X_wcj))
    #| or
    # distance between the anchors
    #| one of
    x_err = wp.transform_get_translation(X_wcj) - wp.transform_get_translation(X_wpj)
    error_out[tid] = either(x_err, wp.quat_rotate_inv(wp.transform_get_rotation(X_wpj), x_err))
    #| or
    error_out[tid] = wp.transform_get_translation(wp.transform_inverse(X_wpj) * X_wcj)
    #| end
    #| 0.75
    # a hinge keeps the axes of both bodies aligned
    if kind == JOINT_REVOLUTE:
        axis_p = wp.transform_vector(X_wpj, joint_axis[qd_start])
        axis_c = wp.transform_vector(X_wcj, joint_axis[qd_start])
        rotation_out[tid] = wp.cross(axis_p, axis_c)
    else:
        rotation_out[tid] = wp.vec3(0.0, 0.0, 0.0)
    #| end
    #| end
    #| end
