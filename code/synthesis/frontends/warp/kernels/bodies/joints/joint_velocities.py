"""Bodies of joint_velocities for ``recipes/applications/joints.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def joint_velocities(
    end, start, joint_parent, joint_child, joint_type, joint_qd_start, joint_X_p, body_q, body_v, JOINT_PRISMATIC,
    joint_axis, joint_qd, JOINT_REVOLUTE, JOINT_BALL, JOINT_D6, dof_dim, JOINT_FREE, transform_twist, body_a,
    motion_cross,
):
    # from the root to the leaves: a parent is done before its children
    for j in range(start, end):
        parent = joint_parent[j]
        child = joint_child[j]
        kind = joint_type[j]
        qd_start = joint_qd_start[j]
        #| one of
        X_wpj = joint_X_p[j]
        v_wp = wp.spatial_vector()
        if parent >= 0:
            X_wpj = either(body_q[parent] * X_wpj, wp.transform_multiply(body_q[parent], X_wpj))
            v_wp = body_v[parent]
        #| or
        X_wpj = joint_X_p[j]
        if parent >= 0:
            X_wpj = body_q[parent] * X_wpj
        v_wp = body_v[parent] if parent >= 0 else wp.spatial_vector()
        #| end
        #| one of
        lin = wp.vec3(0.0, 0.0, 0.0)
        ang = wp.vec3(0.0, 0.0, 0.0)
        #| or
        ang = wp.vec3(0.0, 0.0, 0.0)
        lin = wp.vec3(0.0, 0.0, 0.0)
        #| end
        if kind == JOINT_PRISMATIC:
            lin = joint_axis[qd_start] * joint_qd[qd_start]
        elif kind == JOINT_REVOLUTE:
            ang = joint_axis[qd_start] * joint_qd[qd_start]
        elif kind == JOINT_BALL:
            ang = wp.vec3(joint_qd[qd_start], joint_qd[qd_start + 1], joint_qd[qd_start + 2])
        #| 0.7
        elif kind == JOINT_D6:
            # linear axes first
            lin_count = dof_dim[j, 0]
            for k in range(lin_count):
                lin += joint_axis[qd_start + k] * joint_qd[qd_start + k]
            for k in range(lin_count, lin_count + dof_dim[j, 1]):
                ang += joint_axis[qd_start + k] * joint_qd[qd_start + k]
        #| end
        elif kind == JOINT_FREE:
            lin = wp.vec3(joint_qd[qd_start], joint_qd[qd_start + 1], joint_qd[qd_start + 2])
            ang = wp.vec3(joint_qd[qd_start + 3], joint_qd[qd_start + 4], joint_qd[qd_start + 5])
        # the screw of the joint about the origin of the world
        #| one of
        v_j = transform_twist(X_wpj, lin, ang)
        #| or
        v_j = transform_twist(X_wpj, lin, ang)
        #| or
        x = wp.transform_get_translation(X_wpj)
        w_j = wp.transform_vector(X_wpj, ang)
        #| one of
        v_j = wp.spatial_vector(wp.transform_vector(X_wpj, lin) + wp.cross(x, w_j), w_j)
        #| or
        v_j = wp.spatial_vector(wp.transform_vector(X_wpj, lin) - wp.cross(w_j, x), w_j)
        #| end
        #| end
        #| one of
        body_v[child] = v_wp + v_j
        #| or
        v_s = v_wp + v_j
        body_v[child] = v_s
        #| one of
        # acceleration of the parent plus velocity terms
        a_wp = body_a[parent] if parent >= 0 else wp.spatial_vector()
        body_a[child] = a_wp + motion_cross(v_s, v_j)
        #| or
        body_a[child] = motion_cross(v_s, v_j)
        if parent >= 0:
            body_a[child] = body_a[child] + body_a[parent]
        #| end
        #| end
