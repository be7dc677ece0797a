"""Bodies of motion_axes for ``recipes/applications/joints.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def motion_axes(
    joint_X_p, tid, parent, body_q, JOINT_PRISMATIC, kind, joint_S, joint_axis, qd_start, transform_twist,
    JOINT_REVOLUTE, JOINT_BALL, JOINT_D6, dof_dim, JOINT_FREE, origin,
):
    X_wpj = joint_X_p[tid]
    if parent >= 0:
        X_wpj = either(body_q[parent] * X_wpj, wp.transform_multiply(body_q[parent], X_wpj))
    #| one of
    if kind == JOINT_PRISMATIC:
        joint_S[qd_start] = transform_twist(X_wpj, joint_axis[qd_start], wp.vec3(0.0, 0.0, 0.0))
    elif kind == JOINT_REVOLUTE:
        joint_S[qd_start] = transform_twist(X_wpj, wp.vec3(0.0, 0.0, 0.0), joint_axis[qd_start])
    elif kind == JOINT_BALL:
        for k in range(3):
            e = wp.vec3(0.0, 0.0, 0.0)
            e[k] = 1.0
            joint_S[qd_start + k] = transform_twist(X_wpj, wp.vec3(0.0, 0.0, 0.0), e)
    #| 0.5
    elif kind == JOINT_D6:
        lin_count = dof_dim[tid, 0]
        for k in range(lin_count):
            joint_S[qd_start + k] = transform_twist(X_wpj, joint_axis[qd_start + k], wp.vec3(0.0, 0.0, 0.0))
        # angular axes after the linear ones
        #| one of
        for k in range(dof_dim[tid, 1]):
            i = qd_start + lin_count + k
        #| or
        #: for k in range(lin_count, lin_count + dof_dim[tid, 1]):
        #:     i = qd_start + k
        #| end
            joint_S[i] = transform_twist(X_wpj, wp.vec3(0.0, 0.0, 0.0), joint_axis[i])
    #| end
    #| 0.6
    elif kind == JOINT_FREE:
        # along the parent's axes, and about them
        for k in range(3):
            e = wp.vec3(0.0, 0.0, 0.0)
            e[k] = 1.0
            joint_S[qd_start + k] = transform_twist(X_wpj, e, wp.vec3(0.0, 0.0, 0.0))
            joint_S[qd_start + 3 + k] = transform_twist(X_wpj, wp.vec3(0.0, 0.0, 0.0), e)
    #| end
    #| or
    #| one of
    x = wp.transform_get_translation(X_wpj)
    #| or
    x = wp.transform_get_translation(X_wpj) - origin
    #| end
    if kind == JOINT_PRISMATIC:
        #| one of
        v = wp.transform_vector(X_wpj, joint_axis[qd_start])
        joint_S[qd_start] = wp.spatial_vector(v, wp.vec3(0.0, 0.0, 0.0))
        #| or
        joint_S[qd_start] = wp.spatial_vector(wp.transform_vector(X_wpj, joint_axis[qd_start]), wp.vec3())
        #| end
    elif kind == JOINT_REVOLUTE:
        ang = wp.transform_vector(X_wpj, joint_axis[qd_start])
        joint_S[qd_start] = wp.spatial_vector(either(wp.cross(x, ang), -wp.cross(ang, x)), ang)
    elif kind == JOINT_BALL:
        for k in range(3):
            e = wp.vec3(0.0, 0.0, 0.0)
            e[k] = 1.0
            ang = wp.transform_vector(X_wpj, e)
            joint_S[qd_start + k] = wp.spatial_vector(wp.cross(x, ang), ang)
    #| 0.5
    elif kind == JOINT_D6:
        lin_count = dof_dim[tid, 0]
        for k in range(lin_count):
            v = wp.transform_vector(X_wpj, joint_axis[qd_start + k])
            joint_S[qd_start + k] = wp.spatial_vector(v, wp.vec3(0.0, 0.0, 0.0))
        # angular axes after the linear ones
        #| one of
        for k in range(dof_dim[tid, 1]):
            i = qd_start + lin_count + k
        #| or
        #: for k in range(lin_count, lin_count + dof_dim[tid, 1]):
        #:     i = qd_start + k
        #| end
            ang = wp.transform_vector(X_wpj, joint_axis[i])
            joint_S[i] = wp.spatial_vector(wp.cross(x, ang), ang)
    #| end
    #| 0.6
    elif kind == JOINT_FREE:
        # along the parent's axes, and about them
        for k in range(3):
            e = wp.vec3(0.0, 0.0, 0.0)
            e[k] = 1.0
            e_w = wp.transform_vector(X_wpj, e)
            joint_S[qd_start + k] = wp.spatial_vector(e_w, wp.vec3(0.0, 0.0, 0.0))
            joint_S[qd_start + 3 + k] = wp.spatial_vector(wp.cross(x, e_w), e_w)
    #| end
    #| end
