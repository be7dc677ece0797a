"""Joints of articulated bodies: their frames, coordinates, axes and forces by type."""

import re
from textwrap import dedent, indent

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.drawing.variants import choose
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.helpers import with_bodies_called
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FRAME, INT, SPATIAL, VEC, Program

_COORDINATES, _DOFS = 7, 6
"""How many coordinates and velocities a joint has at most: those of a free body."""

_JOINT = {
    "anchor_frames": """
        # the parent is the world where there is none
        {X_wpj = joint_X_p[tid]
        if parent >= 0:
            X_wpj = body_q[parent] * X_wpj ~ X_wp = body_q[parent] if parent >= 0 else wp.transform_identity()
        X_wpj = X_wp * joint_X_p[tid]}
        X_wcj = body_q[child] * joint_X_c[tid]
        {{X_err = wp.transform_inverse(X_wpj) * X_wcj
        x_err = wp.transform_get_translation(X_err)
        q_err = wp.transform_get_rotation(X_err) ~
        q_wpj = wp.transform_get_rotation(X_wpj)
        x_err = wp.transform_get_translation(X_wcj) - wp.transform_get_translation(X_wpj)
        x_err = wp.quat_rotate_inv(q_wpj, x_err)
        q_err = wp.quat_inverse(q_wpj) * wp.transform_get_rotation(X_wcj)}
        # the shorter way around
        {if q_err[3] < 0.0:
            q_err = -q_err
        rot_err = 2.0 * wp.vec3(q_err[0], q_err[1], q_err[2]) ~
        s = -2.0 if q_err[3] < 0.0 else 2.0
        rot_err = s * wp.vec3(q_err[0], q_err[1], q_err[2])}
        {# what a joint leaves free is no error
        ~}
        if kind == JOINT_PRISMATIC:
            x_err -= wp.dot(x_err, joint_axis[qd_start]) * joint_axis[qd_start]
        elif kind == JOINT_REVOLUTE:
            rot_err -= wp.dot(rot_err, joint_axis[qd_start]) * joint_axis[qd_start]
        elif kind == JOINT_BALL:
            rot_err = wp.vec3(0.0, 0.0, 0.0)
        {error_out[tid] = x_err
        rotation_out[tid] = rot_err ~
        rotation_out[tid] = rot_err
        error_out[tid] = x_err}
        ~
        {frame_out[tid] = {wp.transform_inverse(X_wpj) * X_wcj ~ \
                wp.transform_multiply(wp.transform_inverse(X_wpj), X_wcj)}
        ~
        # how far the anchors are apart
        {x_err = wp.transform_get_translation(X_wcj) - wp.transform_get_translation(X_wpj)
        error_out[tid] = {x_err ~ wp.quat_rotate_inv(wp.transform_get_rotation(X_wpj), x_err)} ~
        error_out[tid] = wp.transform_get_translation(wp.transform_inverse(X_wpj) * X_wcj)}
        {?0.75 # a hinge has an axis that both bodies should share
        if kind == JOINT_REVOLUTE:
            axis_p = wp.transform_vector(X_wpj, joint_axis[qd_start])
            axis_c = wp.transform_vector(X_wcj, joint_axis[qd_start])
            rotation_out[tid] = wp.cross(axis_p, axis_c)
        else:
            rotation_out[tid] = wp.vec3(0.0, 0.0, 0.0)}}}
    """,
    "joint_coordinates": """
        X_wpj = joint_X_p[tid]
        if parent >= 0:
            X_wpj = body_q[parent] * X_wpj
        X_wcj = body_q[child] * joint_X_c[tid]
        # the child's frame as the parent sees it
        X_j = wp.transform_inverse(X_wpj) * X_wcj
        {x_j = wp.transform_get_translation(X_j)
        q_j = wp.transform_get_rotation(X_j) ~ q_j = wp.transform_get_rotation(X_j)
        x_j = wp.transform_get_translation(X_j)}
        {if kind == JOINT_PRISMATIC:
            joint_q[q_start] = wp.dot(x_j, joint_axis[qd_start])
        elif kind == JOINT_REVOLUTE:
            # twist about the axis
            twist = wp.dot(joint_axis[qd_start], wp.vec3(q_j[0], q_j[1], q_j[2]))
            joint_q[q_start] = {2.0 * wp.atan2(twist, q_j[3]) ~ wrap_angle(2.0 * wp.atan2(twist, q_j[3]))}
        elif kind == JOINT_BALL:
            {joint_q[q_start + 0] = q_j[0]
            joint_q[q_start + 1] = q_j[1]
            joint_q[q_start + 2] = q_j[2]
            joint_q[q_start + 3] = q_j[3] ~
            for k in range(4):
                joint_q[q_start + k] = q_j[k]}
        elif kind == JOINT_FREE:
            {for k in range(7):
                joint_q[q_start + k] = X_j[k] ~
            for k in range(3):
                joint_q[q_start + k] = x_j[k]
            for k in range(4):
                joint_q[q_start + 3 + k] = q_j[k]} ~
        # velocity of the child against the parent, where the child is anchored
        x_c = wp.transform_get_translation(X_wcj)
        w_rel = wp.spatial_bottom(body_qd[child])
        r_c = x_c - wp.transform_point(body_q[child], body_com[child])
        {v_rel = wp.spatial_top(body_qd[child]) + wp.cross(wp.spatial_bottom(body_qd[child]), r_c)
        if parent >= 0:
            r_p = x_c - wp.transform_point(body_q[parent], body_com[parent])
            v_rel -= wp.spatial_top(body_qd[parent]) + wp.cross(wp.spatial_bottom(body_qd[parent]), r_p)
            w_rel -= wp.spatial_bottom(body_qd[parent]) ~
        v_rel = wp.spatial_top(body_qd[child]) + wp.cross(w_rel, r_c)
        if parent >= 0:
            w_p = wp.spatial_bottom(body_qd[parent])
            r_p = x_c - wp.transform_point(body_q[parent], body_com[parent])
            v_rel -= wp.spatial_top(body_qd[parent]) + wp.cross(w_p, r_p)
            w_rel -= w_p}
        # as the parent's side of the joint sees it
        v_j = wp.quat_rotate_inv(wp.transform_get_rotation(X_wpj), v_rel)
        w_j = wp.quat_rotate_inv(wp.transform_get_rotation(X_wpj), w_rel)
        if kind == JOINT_PRISMATIC:
            joint_q[q_start] = wp.dot(x_j, joint_axis[qd_start])
            joint_qd_out[qd_start] = wp.dot(v_j, joint_axis[qd_start])
        elif kind == JOINT_REVOLUTE:
            # twist about the axis
            twist = wp.dot(joint_axis[qd_start], wp.vec3(q_j[0], q_j[1], q_j[2]))
            joint_q[q_start] = {2.0 * wp.atan2(twist, q_j[3]) ~ wrap_angle(2.0 * wp.atan2(twist, q_j[3]))}
            joint_qd_out[qd_start] = wp.dot(w_j, joint_axis[qd_start])
        elif kind == JOINT_BALL:
            {joint_q[q_start + 0] = q_j[0]
            joint_q[q_start + 1] = q_j[1]
            joint_q[q_start + 2] = q_j[2]
            joint_q[q_start + 3] = q_j[3] ~
            for k in range(4):
                joint_q[q_start + k] = q_j[k]}
            for k in range(3):
                joint_qd_out[qd_start + k] = w_j[k]
        elif kind == JOINT_FREE:
            {for k in range(7):
                joint_q[q_start + k] = X_j[k] ~
            for k in range(3):
                joint_q[q_start + k] = x_j[k]
            for k in range(4):
                joint_q[q_start + 3 + k] = q_j[k]}
            for k in range(3):
                joint_qd_out[qd_start + k] = v_j[k]
                joint_qd_out[qd_start + 3 + k] = w_j[k]}
    """,
    "motion_axes": """
        X_wpj = joint_X_p[tid]
        if parent >= 0:
            X_wpj = {body_q[parent] * X_wpj ~ wp.transform_multiply(body_q[parent], X_wpj)}
        {if kind == JOINT_PRISMATIC:
            joint_S[qd_start] = transform_twist(X_wpj, joint_axis[qd_start], wp.vec3(0.0, 0.0, 0.0))
        elif kind == JOINT_REVOLUTE:
            joint_S[qd_start] = transform_twist(X_wpj, wp.vec3(0.0, 0.0, 0.0), joint_axis[qd_start])
        elif kind == JOINT_BALL:
            for k in range(3):
                e = wp.vec3(0.0, 0.0, 0.0)
                e[k] = 1.0
                joint_S[qd_start + k] = transform_twist(X_wpj, wp.vec3(0.0, 0.0, 0.0), e)
        {?0.5 elif kind == JOINT_D6:
            lin_count = dof_dim[tid, 0]
            for k in range(lin_count):
                joint_S[qd_start + k] = transform_twist(X_wpj, joint_axis[qd_start + k], wp.vec3(0.0, 0.0, 0.0))
            # angular axes after the linear ones
            {for k in range(dof_dim[tid, 1]):
                i = qd_start + lin_count + k ~ for k in range(lin_count, lin_count + dof_dim[tid, 1]):
                i = qd_start + k}
                joint_S[i] = transform_twist(X_wpj, wp.vec3(0.0, 0.0, 0.0), joint_axis[i])}
        {?0.6 elif kind == JOINT_FREE:
            # along the parent's axes, and about them
            for k in range(3):
                e = wp.vec3(0.0, 0.0, 0.0)
                e[k] = 1.0
                joint_S[qd_start + k] = transform_twist(X_wpj, e, wp.vec3(0.0, 0.0, 0.0))
                joint_S[qd_start + 3 + k] = transform_twist(X_wpj, wp.vec3(0.0, 0.0, 0.0), e)} ~
        {x = wp.transform_get_translation(X_wpj) ~ x = wp.transform_get_translation(X_wpj) - origin}
        if kind == JOINT_PRISMATIC:
            {v = wp.transform_vector(X_wpj, joint_axis[qd_start])
            joint_S[qd_start] = wp.spatial_vector(v, wp.vec3(0.0, 0.0, 0.0)) ~
            joint_S[qd_start] = wp.spatial_vector(wp.transform_vector(X_wpj, joint_axis[qd_start]), wp.vec3())}
        elif kind == JOINT_REVOLUTE:
            ang = wp.transform_vector(X_wpj, joint_axis[qd_start])
            joint_S[qd_start] = wp.spatial_vector({wp.cross(x, ang) ~ -wp.cross(ang, x)}, ang)
        elif kind == JOINT_BALL:
            for k in range(3):
                e = wp.vec3(0.0, 0.0, 0.0)
                e[k] = 1.0
                ang = wp.transform_vector(X_wpj, e)
                joint_S[qd_start + k] = wp.spatial_vector(wp.cross(x, ang), ang)
        {?0.5 elif kind == JOINT_D6:
            lin_count = dof_dim[tid, 0]
            for k in range(lin_count):
                v = wp.transform_vector(X_wpj, joint_axis[qd_start + k])
                joint_S[qd_start + k] = wp.spatial_vector(v, wp.vec3(0.0, 0.0, 0.0))
            # angular axes after the linear ones
            {for k in range(dof_dim[tid, 1]):
                i = qd_start + lin_count + k ~ for k in range(lin_count, lin_count + dof_dim[tid, 1]):
                i = qd_start + k}
                ang = wp.transform_vector(X_wpj, joint_axis[i])
                joint_S[i] = wp.spatial_vector(wp.cross(x, ang), ang)}
        {?0.6 elif kind == JOINT_FREE:
            # along the parent's axes, and about them
            for k in range(3):
                e = wp.vec3(0.0, 0.0, 0.0)
                e[k] = 1.0
                e_w = wp.transform_vector(X_wpj, e)
                joint_S[qd_start + k] = wp.spatial_vector(e_w, wp.vec3(0.0, 0.0, 0.0))
                joint_S[qd_start + 3 + k] = wp.spatial_vector(wp.cross(x, e_w), e_w)}}
    """,
    "joint_forces": """
        {if kind == JOINT_FREE{ or not joint_enabled[tid] ~ }:
            return ~
        if not joint_enabled[tid]:
            return
        if kind == JOINT_FREE:
            return ~ if kind == JOINT_FREE:
            return}
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
        {v_err = v_c - v_p
        w_err = w_c - w_p ~ w_err = w_c - w_p
        v_err = v_c - v_p}
        q_err = wp.quat_inverse(wp.transform_get_rotation(X_wpj)) * wp.transform_get_rotation(X_wcj)
        {# small turns: twice the vector of the quaternion
        ang_err = wp.transform_vector(X_wpj, 2.0 * wp.sign(q_err[3]) * wp.vec3(q_err[0], q_err[1], q_err[2])) ~
        s = 2.0 if q_err[3] >= 0.0 else -2.0
        ang_err = wp.transform_vector(X_wpj, s * wp.vec3(q_err[0], q_err[1], q_err[2]))}
        # what holds the child to the frame of the parent
        f = -x_err * attach_ke - v_err * attach_kd
        t = -ang_err * attach_ke - w_err * attach_kd
        {axis = wp.transform_vector(X_wpj, joint_axis[qd_start])
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
            t += axis * DRIVE_ANGLE ~
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
            t += axis * (angle * attach_ke + rate * attach_kd + DRIVE_ANGLE)}
        elif kind == JOINT_BALL:
            # free to turn, against some friction
            t = -w_err * target_kd[qd_start]
            {?0.6 act = wp.vec3(joint_f[qd_start], joint_f[qd_start + 1], joint_f[qd_start + 2])
            t += wp.transform_vector(X_wpj, act)}
        {if parent >= 0:
            wp.atomic_sub(body_f, parent, wp.spatial_vector(f, t + wp.cross(r_p, f)))
        wp.atomic_add(body_f, child, wp.spatial_vector(f, t + wp.cross(r_c, f))) ~
        wp.atomic_add(body_f, child, wrench_about(f, t, r_c))
        if parent >= 0:
            wp.atomic_add(body_f, parent, -wrench_about(f, t, r_p)) ~
        if parent >= 0:
            wp.atomic_add(body_f, parent, -wrench_about(f, t, r_p))
        wp.atomic_add(body_f, child, wrench_about(f, t, r_c))}
    """,
    "joint_counts": """
        {num_q = int(0)
        num_qd = int(0)
        if kind == JOINT_FREE:
            num_q = 7
            num_qd = 6
        elif kind == JOINT_BALL:
            num_q = 4
            num_qd = 3
        {elif kind == JOINT_FIXED:
            num_q = 0
            num_qd = 0
        {elif kind == JOINT_D6:
            num_qd = dof_dim[tid, 0] + dof_dim[tid, 1]
            num_q = num_qd ~}
        else:
            num_q = 1
            num_qd = 1 ~ {elif kind == JOINT_D6:
            num_qd = dof_dim[tid, 0] + dof_dim[tid, 1]
            num_q = num_qd ~}
        elif kind != JOINT_FIXED:
            num_q = 1
            num_qd = 1}
        ~
        num_q = int(0)
        num_qd = int(0)
        if kind == JOINT_PRISMATIC or kind == JOINT_REVOLUTE:
            num_q = 1
            num_qd = 1
        elif kind == JOINT_FREE:
            num_q = 7
            num_qd = 6
        elif kind == JOINT_BALL:
            num_q = 4
            num_qd = 3
        {elif kind == JOINT_D6:
            {num_q = dof_dim[tid, 0] + dof_dim[tid, 1]
            num_qd = num_q ~ # linear axes and angular ones
            for k in range(2):
                num_qd += dof_dim[tid, k]
            num_q = num_qd} ~}
        ~
        # one for each axis, and one more for a quaternion
        num_qd = dof_dim[tid, 0] + dof_dim[tid, 1]
        num_q = num_qd
        if kind == JOINT_BALL or kind == JOINT_FREE:
            num_q += 1}
        {coord_count[tid] = num_q
        dof_count[tid] = num_qd ~ dof_count[tid] = num_qd
        coord_count[tid] = num_q}
        {?0.5 {art = articulation_of[tid]
        if art >= 0:
            wp.atomic_add(articulation_dofs, art, num_qd)
            {wp.atomic_add(articulation_coords, art, num_q) ~} ~
        # to allocate the arrays of all joints
        wp.atomic_add(total_dofs, 0, num_qd)
        wp.atomic_add(total_coords, 0, num_q)}}
    """,
    "joint_velocities": """
        # from the root to the leaves: a parent is done before its children
        for j in range(start, end):
            parent = joint_parent[j]
            child = joint_child[j]
            kind = joint_type[j]
            qd_start = joint_qd_start[j]
            {X_wpj = joint_X_p[j]
            v_wp = wp.spatial_vector()
            if parent >= 0:
                X_wpj = {body_q[parent] * X_wpj ~ wp.transform_multiply(body_q[parent], X_wpj)}
                v_wp = body_v[parent] ~
            X_wpj = joint_X_p[j]
            if parent >= 0:
                X_wpj = body_q[parent] * X_wpj
            v_wp = body_v[parent] if parent >= 0 else wp.spatial_vector()}
            {lin = wp.vec3(0.0, 0.0, 0.0)
            ang = wp.vec3(0.0, 0.0, 0.0) ~ ang = wp.vec3(0.0, 0.0, 0.0)
            lin = wp.vec3(0.0, 0.0, 0.0)}
            if kind == JOINT_PRISMATIC:
                lin = joint_axis[qd_start] * joint_qd[qd_start]
            elif kind == JOINT_REVOLUTE:
                ang = joint_axis[qd_start] * joint_qd[qd_start]
            elif kind == JOINT_BALL:
                ang = wp.vec3(joint_qd[qd_start], joint_qd[qd_start + 1], joint_qd[qd_start + 2])
            {?0.7 elif kind == JOINT_D6:
                # linear axes first
                lin_count = dof_dim[j, 0]
                for k in range(lin_count):
                    lin += joint_axis[qd_start + k] * joint_qd[qd_start + k]
                for k in range(lin_count, lin_count + dof_dim[j, 1]):
                    ang += joint_axis[qd_start + k] * joint_qd[qd_start + k]}
            elif kind == JOINT_FREE:
                lin = wp.vec3(joint_qd[qd_start], joint_qd[qd_start + 1], joint_qd[qd_start + 2])
                ang = wp.vec3(joint_qd[qd_start + 3], joint_qd[qd_start + 4], joint_qd[qd_start + 5])
            # the screw of the joint about the origin of the world
            {v_j = transform_twist(X_wpj, lin, ang) ~ v_j = transform_twist(X_wpj, lin, ang) ~
            x = wp.transform_get_translation(X_wpj)
            w_j = wp.transform_vector(X_wpj, ang)
            v_j = wp.spatial_vector(wp.transform_vector(X_wpj, lin) {+ wp.cross(x, w_j) ~ - wp.cross(w_j, x)}, w_j)}
            {body_v[child] = v_wp + v_j ~
            v_s = v_wp + v_j
            body_v[child] = v_s
            {# acceleration of the parent, and what the motion adds
            a_wp = body_a[parent] if parent >= 0 else wp.spatial_vector()
            body_a[child] = a_wp + motion_cross(v_s, v_j) ~
            body_a[child] = motion_cross(v_s, v_j)
            if parent >= 0:
                body_a[child] = body_a[child] + body_a[parent]}}
    """,
    "joint_limits": """
        {if kind == JOINT_PRISMATIC or kind == JOINT_REVOLUTE:
            q = joint_q_in[q_start]
            qd = joint_qd[qd_start]
            {f = float(0.0)
            if q < limit_lower[qd_start]:
                f = limit_ke[qd_start] * (limit_lower[qd_start] - q)
                # it brakes only what goes on outwards
                if qd < 0.0:
                    f -= limit_kd[qd_start] * qd
            elif q > limit_upper[qd_start]:
                f = limit_ke[qd_start] * (limit_upper[qd_start] - q)
                if qd > 0.0:
                    f -= limit_kd[qd_start] * qd
            joint_f_out[qd_start] = f ~
            joint_f_out[qd_start] = limit_force(q, qd, limit_lower[qd_start], limit_upper[qd_start], \
                    limit_ke[qd_start], limit_kd[qd_start])}
        elif kind == JOINT_BALL:
            # the cone that the axis of the child stays in
            imag = wp.vec3(joint_q_in[q_start], joint_q_in[q_start + 1], joint_q_in[q_start + 2])
            axis = joint_axis[qd_start]
            swing = wp.quat_rotate(wp.normalize(wp.quat(imag, joint_q_in[q_start + 3])), axis)
            if wp.dot(swing, axis) < cone_cos{ and wp.length_sq(axis) > TINY ~}:
                back = wp.cross(swing, axis)
                for k in range(3):
                    rate = joint_qd[qd_start + k]
                    joint_f_out[qd_start + k] = limit_ke[qd_start] * back[k] - limit_kd[qd_start] * rate
            else:
                for k in range(3):
                    joint_f_out[qd_start + k] = 0.0
        {?0.7 elif kind == JOINT_D6:
            for k in range(dof_dim[tid, 0] + dof_dim[tid, 1]):
                dof = qd_start + k
                {joint_f_out[dof] = limit_force(joint_q_in[q_start + k], joint_qd[dof], limit_lower[dof], \
                        limit_upper[dof], limit_ke[dof], limit_kd[dof]) ~
                excess = limit_excess(joint_q_in[q_start + k], limit_lower[dof], limit_upper[dof])
                if excess != 0.0:
                    joint_f_out[dof] = -limit_ke[dof] * excess - limit_kd[dof] * joint_qd[dof]
                else:
                    joint_f_out[dof] = 0.0}}
        else:
            {# it has no limits
            ~}
            for k in range(num_dofs[tid]):
                joint_f_out[qd_start + k] = 0.0
        ~
        for k in range(num_dofs[tid]):
            dof = qd_start + k
            {# joints with quaternions have no limits of their own
            if kind == JOINT_BALL or kind == JOINT_FREE:
                limit_active[dof] = 0
                continue
            ~}
            q = joint_q_in[q_start + k]
            {limit_active[dof] = 0
            if q < limit_lower[dof]{ - slop ~}:
                limit_active[dof] = -1
                {if joint_qd[dof] < 0.0 and not soft_limits:
                    joint_qd_out[dof] = 0.0 ~}
                wp.atomic_add(num_at_limit, 0, 1)
            elif q > limit_upper[dof]{ + slop ~}:
                limit_active[dof] = 1
                {if joint_qd[dof] > 0.0 and not soft_limits:
                    joint_qd_out[dof] = 0.0 ~}
                wp.atomic_add(num_at_limit, 0, 1) ~
            excess = limit_excess(q, limit_lower[dof], limit_upper[dof])
            if excess == 0.0:
                limit_active[dof] = 0
                continue
            limit_active[dof] = 1 if excess > 0.0 else -1
            wp.atomic_max(worst, 0, wp.abs(excess))}}
    """,
    "joint_integrate": """
        {?0.3 if not joint_enabled[tid]:
            return}
        if kind == JOINT_PRISMATIC or kind == JOINT_REVOLUTE:
            SCALAR
        elif kind == JOINT_BALL:
            {w = wp.vec3(joint_qd_out[qd_start], joint_qd_out[qd_start + 1], joint_qd_out[qd_start + 2])
            w += wp.vec3(joint_qdd[qd_start], joint_qdd[qd_start + 1], joint_qdd[qd_start + 2]) * dt ~
            w = wp.vec3(0.0, 0.0, 0.0)
            for k in range(3):
                w[k] = joint_qd_out[qd_start + k] + joint_qdd[qd_start + k] * dt}
            q_j = wp.quat(joint_q[q_start], joint_q[q_start + 1], joint_q[q_start + 2], joint_q[q_start + 3])
            q_new = integrate_rotation(q_j, w, dt)
            for k in range(4):
                joint_q[q_start + k] = q_new[k]
            for k in range(3):
                joint_qd_out[qd_start + k] = w[k]
        {?0.6 elif kind == JOINT_FREE:
            {# linear part first, then the turning rate
            ~}
            for k in range(6):
                joint_qd_out[qd_start + k] = joint_qd_out[qd_start + k] + joint_qdd[qd_start + k] * dt
            for k in range(3):
                joint_q[q_start + k] = joint_q[q_start + k] + joint_qd_out[qd_start + k] * dt
            w = wp.vec3(joint_qd_out[qd_start + 3], joint_qd_out[qd_start + 4], joint_qd_out[qd_start + 5])
            q_j = wp.quat(joint_q[q_start + 3], joint_q[q_start + 4], joint_q[q_start + 5], joint_q[q_start + 6])
            q_new = integrate_rotation(q_j, w, dt)
            for k in range(4):
                joint_q[q_start + 3 + k] = q_new[k]}
        {?0.5 elif kind == JOINT_D6:
            for k in range(dof_dim[tid, 0] + dof_dim[tid, 1]):
                EACH}
    """,
    "joint_drives": """
        {?0.4 if not joint_enabled[tid]:
            for k in range(num_dofs[tid]):
                joint_f_out[qd_start + k] = 0.0
            return}
        {# joints with quaternions have no drive
        ~}
        if kind == JOINT_BALL or kind == JOINT_FREE:
            for k in range(num_dofs[tid]):
                joint_f_out[qd_start + k] = joint_f[qd_start + k]
            return
        for k in range(num_dofs[tid]):
            dof = qd_start + k
            {mode = drive_mode[dof]
            if mode == DRIVE_NONE:
                joint_f_out[dof] = joint_f[dof]
                continue
            tau = joint_f[dof]
            if mode == DRIVE_POSITION:
                {err = target_q[dof] - joint_q_in[q_start + k]
                {if unlimited[tid] and kind == JOINT_REVOLUTE:
                    err = wrap_angle(err) ~ }
                tau += target_ke[dof] * err - target_kd[dof] * joint_qd[dof] ~
                tau += target_ke[dof] * (target_q[dof] - joint_q_in[q_start + k]) - target_kd[dof] * joint_qd[dof]}
            {else:
                tau += target_kd[dof] * (target_qd[dof] - joint_qd[dof]) ~
            elif mode == DRIVE_VELOCITY:
                tau += target_kd[dof] * (target_qd[dof] - joint_qd[dof])}
            ~
            tau = joint_f[dof]
            if (drive_mode[dof] & DRIVE_POSITION) != 0:
                tau += target_ke[dof] * (target_q[dof] - joint_q_in[q_start + k])
            if (drive_mode[dof] & DRIVE_VELOCITY) != 0:
                tau += target_kd[dof] * (target_qd[dof] - joint_qd[dof])}
            {{# 0 is no limit
            ~}
            if effort_limit[dof] > 0.0:
                tau = clamp_symmetric(tau, effort_limit[dof]) ~
            if effort_limit[dof] > 0.0 and wp.abs(tau) > effort_limit[dof]:
                tau = wp.sign(tau) * effort_limit[dof]
                {wp.atomic_add(num_saturated, 0, 1) ~} ~
            if effort_limit[dof] > 0.0:
                top = effort_limit[dof]
                {# less is left to turn on the faster it turns; it may brake with all
                ~}
                if velocity_limit[dof] > 0.0 and tau * joint_qd[dof] > 0.0:
                    top = top * wp.max(1.0 - wp.abs(joint_qd[dof]) / velocity_limit[dof], 0.0)
                tau = {clamp_symmetric(tau, top) ~ clamp_symmetric(tau, top) ~ wp.clamp(tau, -top, top)} ~}
            joint_f_out[dof] = tau
    """,
    "joint_copy": """
        {?0.7 if not world_mask[joint_world[tid]]:
            return}
        REST
        MOVE
    """,
}
_MOVES = {
    "reset": """
        # coordinates and velocities of a joint stand in a row each
        {for k in range(q_start, q_start + num_coords[tid]):
            joint_q[k] = default_q[k] ~
        for k in range(num_coords[tid]):
            joint_q[q_start + k] = default_q[q_start + k]}
        {for k in range(num_dofs[tid]):
            joint_qd_out[qd_start + k] = {0.0 ~ default_qd[qd_start + k]} ~
        for k in range(qd_start, qd_start + num_dofs[tid]):
            joint_qd_out[k] = {0.0 ~ default_qd[k]}}
    """,
    "zero": """
        # to zero, which for a quaternion is no rotation
        for k in range(num_coords[tid]):
            joint_q[q_start + k] = 0.0
        if kind == JOINT_BALL:
            joint_q[q_start + 3] = 1.0
        elif kind == JOINT_FREE:
            joint_q[q_start + 6] = 1.0
        for k in range(num_dofs[tid]):
            joint_qd_out[qd_start + k] = 0.0
    """,
    "copy": """
        {for k in range(q_start, q_start + num_coords[tid]):
            joint_q[k] = joint_q_in[k] ~
        for k in range(num_coords[tid]):
            joint_q[q_start + k] = joint_q_in[q_start + k]}
        {for k in range(num_dofs[tid]):
            joint_qd_out[qd_start + k] = joint_qd[qd_start + k] ~
        for k in range(qd_start, qd_start + num_dofs[tid]):
            joint_qd_out[k] = joint_qd[k]}
    """,
}
"""What is done with the coordinates of a joint and its velocities."""
_MOVE_TITLES = {
    "reset": ("reset_joint_state", "reset_joints"),
    "zero": ("zero_joint_state", "init_joint_coordinates"),
    "copy": ("copy_joint_state", "restore_joints", "copy_joint_coords"),
}


_HELD = """{f}(joint_f[qd_start], target_q[qd_start], target_ke[qd_start], target_kd[qd_start], {q}, rate)"""
_LIMITED = """{f}(joint_f[qd_start], target_q[qd_start], target_ke[qd_start], target_kd[qd_start], \\
                    limit_lower[qd_start], limit_upper[qd_start], {q}, rate)"""
_DRIVES = (
    *((text.format(f=name, q="along"), text.format(f=name, q="angle")) for text, name in (
        (_HELD, "drive_force"), (_LIMITED, "limited_drive_force"),
    )),
    ("(joint_f[qd_start] - target_kd[qd_start] * rate)",) * 2,
)  # fmt: skip
"""The force of a joint's drive by its place, along its axis or about it."""


def _declare_joints(p: Program, count: int, target: str) -> None:
    """The arguments of a kernel of joints."""
    coords, dofs = count * _COORDINATES, count * _DOFS
    p.array("joint_type", INT, (0, 5), (count,), ("joint_type",))
    p.array("joint_parent", INT, (-1, count - 1), (count,), ("joint_parent",))
    p.array("joint_child", INT, (0, count - 1), (count,), ("joint_child",))
    p.array("joint_world", INT, (0, 7), (count,), ("joint_world",))
    p.array("joint_enabled", FLAG, (0, 1), (count,), ("joint_enabled",))
    p.array("world_mask", FLAG, (0, 1), (8,), ("world_mask",))
    p.array("dof_dim", INT, (0, 3), (count, 2), ("joint_dof_dim",))
    p.array("num_dofs", INT, (0, _DOFS), (count,), ("joint_qd_count",))
    p.array("num_coords", INT, (0, _COORDINATES), (count,), ("joint_q_count",))
    p.starts("joint_q_start", count, _COORDINATES, 0, ("joint_q_start",))
    p.starts("joint_qd_start", count, _DOFS, 0, ("joint_qd_start",))
    for key, names in (("joint_X_p", ("joint_X_p",)), ("joint_X_c", ("joint_X_c",)),
                       ("body_q", ("body_q",))):  # fmt: skip
        p.array(key, FRAME, (-1, 1), (count,), names, element="wp.transform")
    for key, shape, names in (
        ("body_qd", count, ("body_qd",)),
    ):  # fmt: skip
        p.array(key, SPATIAL, (-1, 1), (shape,), names, element="wp.spatial_vector")
    p.array("body_com", VEC, (-0.5, 0.5), (count,), ("body_com",))
    p.array("joint_axis", VEC, (-1, 1), (dofs,), ("joint_axis",))
    for key, size, names in (
        ("joint_q_in", coords, ("joint_q_in",)), ("default_q", coords, ("default_q", "joint_q_init", "q_rest")),
        ("default_qd", dofs, ("default_qd", "joint_qd_init")),
        ("joint_qd", dofs, ("joint_qd",)), ("joint_f", dofs, ("joint_f", "joint_act")),
        ("target_q", dofs, ("joint_target_q", "joint_target_pos", "targets")),
    ):  # fmt: skip
        p.array(key, FLOAT, (-1, 1), (size,), names)
    p.array("target_ke", FLOAT, (1, 10), (dofs,), ("joint_target_ke",))
    p.array("target_kd", FLOAT, (0.1, 1), (dofs,), ("joint_target_kd",))
    p.scalar("origin", VEC, (-1, 1), ("origin", "ref_point"))
    p.number("attach_ke", (1, 10), ("joint_attach_ke", "attach_ke", "stiffness"), ("10.0", "2.0"))
    p.number("attach_kd", (0.1, 1), ("joint_attach_kd", "attach_kd", "damping"), ("0.5", "1.0"))
    kinds = ("JOINT_PRISMATIC", "JOINT_REVOLUTE", "JOINT_BALL", "JOINT_FIXED", "JOINT_FREE", "JOINT_D6")
    p.constants({name: number for number, name in enumerate(kinds)})
    p.constants({"LOCKED": 1})
    p.output("frame_out", FRAME, (count,), ("joint_frame",), element="wp.transform")
    p.output("error_out", VEC, (count,), ("joint_pos_error", "anchor_error"))
    p.output("rotation_out", VEC, (count,), ("joint_rot_error", "rot_error"))
    p.output("joint_q", FLOAT, (coords,), ("joint_q",), (-1, 1))
    p.output("joint_qd_out", FLOAT, (dofs,), ("joint_qd_out",), (-1, 1))
    p.output("joint_S", SPATIAL, (dofs,), ("joint_S_s",), (-1, 1), element="wp.spatial_vector")
    p.output("body_f", SPATIAL, (count,), ("body_f",), (-1, 1), element="wp.spatial_vector")
    # What a tree's thread has written of the parent is read for the child.
    p.output("body_v", SPATIAL, (count,), ("body_v_s",), (-1, 1), element="wp.spatial_vector")
    p.output("body_a", SPATIAL, (count,), ("body_a_s",), (-1, 1), element="wp.spatial_vector")
    p.function(
        """
        def motion_cross(u: wp.spatial_vector, v: wp.spatial_vector) -> wp.spatial_vector:
            w = wp.spatial_bottom(u)
            lin = wp.cross(w, wp.spatial_top(v)) + wp.cross(wp.spatial_top(u), wp.spatial_bottom(v))
            return wp.spatial_vector(lin, wp.cross(w, wp.spatial_bottom(v)))
        """
    )
    p.function(
        """
        def drive_force(act: float, target: float, ke: float, kd: float, q: float, qd: float) -> float:
            return act + ke * (target - q) - kd * qd
        """
    )
    p.function(
        """
        def limited_drive_force(
            act: float, target: float, ke: float, kd: float, lower: float, upper: float, q: float, qd: float
        ) -> float:
            f = act + ke * (target - q) - kd * qd
            if q < lower:
                f += limit_ke * (lower - q)
            elif q > upper:
                f += limit_ke * (upper - q)
            return f
        """.replace("limit_ke", "LIMIT_KE")
    )
    p.constants({"LIMIT_KE": p.choices.choice((20.0, 50.0, 100.0))})
    p.function(
        """
        def limit_excess(q: float, lower: float, upper: float) -> float:
            {if q < lower:
                return q - lower
            if q > upper:
                return q - upper
            return 0.0 ~
            return wp.max(q - upper, 0.0) + wp.min(q - lower, 0.0)}
        """
    )
    p.function(
        """
        def limit_force(q: float, qd: float, lower: float, upper: float, ke: float, kd: float) -> float:
            {if q < lower:
                return ke * (lower - q) - kd * wp.min(qd, 0.0)
            if q > upper:
                return ke * (upper - q) - kd * wp.max(qd, 0.0)
            return 0.0 ~
            f = float(0.0)
            if q < lower:
                f = ke * (lower - q)
                if qd < 0.0:
                    f -= kd * qd
            elif q > upper:
                f = ke * (upper - q)
                if qd > 0.0:
                    f -= kd * qd
            return f ~
            if q >= lower and q <= upper:
                return 0.0
            bound = lower if q < lower else upper
            return ke * (bound - q) - kd * qd}
        """
    )
    p.function(
        """
        def integrate_rotation(q: wp.quat, w: wp.vec3, dt: float) -> wp.quat:
            {return wp.normalize(q + wp.quat(w[0], w[1], w[2], 0.0) * q * (0.5 * dt)) ~
            dq = wp.quat(w[0], w[1], w[2], 0.0) * q
            return wp.normalize(q + dq * (0.5 * dt)) ~
            angle = wp.length(w) * dt
            if angle < 1.0e-6:
                return wp.normalize(q)
            return wp.normalize(wp.quat_from_axis_angle(wp.normalize(w), angle) * q)}
        """
    )
    p.array("limit_ke", FLOAT, (5, 20), (dofs,), ("joint_limit_ke",))
    p.array("limit_kd", FLOAT, (0.1, 1), (dofs,), ("joint_limit_kd",))
    p.array("effort_limit", FLOAT, (-0.5, 2), (dofs,), ("joint_effort_limit", "max_torque"))
    p.array("velocity_limit", FLOAT, (-0.3, 1), (dofs,), ("joint_velocity_limit", "max_velocity"))
    p.array("target_qd", FLOAT, (-1, 1), (dofs,), ("joint_target_qd", "joint_target_vel"))
    p.array("joint_qdd", FLOAT, (-1, 1), (dofs,), ("joint_qdd", "joint_acc"))
    p.array("drive_mode", INT, (0, 2), (dofs,), ("drive_mode", "joint_dof_mode"))
    p.array("unlimited", FLAG, (0, 1), (count,), ("joint_continuous", "is_continuous"))
    p.number("damping", (0.1, 1), ("joint_damping", "damping"), ("0.1", "0.5"))
    p.number("cone_cos", (0.3, 0.8), ("cone_cos", "swing_limit_cos"), ("0.5",))
    p.number("slop", (0.01, 0.1), ("limit_slop", "limit_margin"), ("0.01", "0.05"))
    p.scalar("soft_limits", FLAG, (0, 1), ("soft_limits", "allow_overshoot"))
    p.scalar("dt", FLOAT, (0.05, 0.2), ("dt",))
    p.constants({"DRIVE_NONE": 0, "DRIVE_POSITION": 1, "DRIVE_VELOCITY": 2})
    p.output("joint_f_out", FLOAT, (dofs,), ("joint_limit_f", "limit_force") if target == "joint_limits"
             else ("joint_tau", "joint_f_out"), (-1, 1))  # fmt: skip
    p.output("limit_active", INT, (dofs,), ("limit_active", "limit_state"), (-1, 0))
    p.output("num_at_limit", INT, (1,), ("num_at_limit", "limit_count"), (0, 1))
    p.output("num_saturated", INT, (1,), ("num_saturated",), (0, 1))
    p.output("worst", FLOAT, (1,), ("max_violation", "worst_excess"), (0, 0.1))
    p.array("limit_lower", FLOAT, (-0.8, -0.2), (dofs,), ("joint_limit_lower",))
    p.array("limit_upper", FLOAT, (0.2, 0.8), (dofs,), ("joint_limit_upper",))
    p.output("coord_count", INT, (count,), ("coord_count",))
    p.output("dof_count", INT, (count,), ("dof_count",))
    p.array("articulation_of", INT, (-2, 7), (count,), ("joint_articulation",))
    p.output("articulation_dofs", INT, (8,), ("articulation_dof_count", "articulation_num_dofs"), (0, 1))
    p.output("articulation_coords", INT, (8,), ("articulation_coord_count",), (0, 1))
    p.output("total_dofs", INT, (1,), ("total_dof_count", "num_dofs"), (0, 1))
    p.output("total_coords", INT, (1,), ("total_coord_count", "num_coords"), (0, 1))


_STOPS = """{if q < limit_lower[QD]:
    q = limit_lower[QD]
    qd = wp.max(qd, 0.0)
elif q > limit_upper[QD]:
    q = limit_upper[QD]
    qd = wp.min(qd, 0.0) ~
if q < limit_lower[QD] or q > limit_upper[QD]:
    q = wp.clamp(q, limit_lower[QD], limit_upper[QD])
    qd = 0.0}"""
"""What holds a coordinate between its limits."""
_SCALAR = """
    qd = joint_qd_out[QD] + joint_qdd[QD] * dt
    {{# no faster than the motor turns
    ~}
    if velocity_limit[QD] > 0.0:
        qd = clamp_symmetric(qd, velocity_limit[QD])
    ~ qd = qd * (1.0 - damping * dt) ~}
    q = joint_q[Q] + qd * dt
    {if kind == JOINT_REVOLUTE and unlimited[tid]:
        q = wrap_angle(q)
    {elif q < limit_lower[QD] or q > limit_upper[QD]:
        q = wp.clamp(q, limit_lower[QD], limit_upper[QD])
        qd = 0.0 ~} ~
    if not unlimited[tid]:
STOP_AT_LIMITS_INSIDE ~
    # stops at its limits
STOP_AT_LIMITS ~}
    joint_q[Q] = q
    joint_qd_out[QD] = qd
""".replace("STOP_AT_LIMITS_INSIDE", indent(_STOPS, 8 * " ")).replace("STOP_AT_LIMITS", indent(_STOPS, 4 * " "))
"""A step of one coordinate ``Q`` and its velocity ``QD``."""


def _with_scalars(p: Program, text: str) -> str:
    """Lines of a kernel that steps joints, each axis of a joint of several as the axis of one is."""
    law = choose(dedent(_SCALAR), p.choices.shuffled, p.maybe)
    one = law.replace("QD", "qd_start").replace("Q]", "q_start]")
    # no single axis of several turns without an end
    each = re.sub(r"if kind == JOINT_REVOLUTE and unlimited\[tid\]:\n *q = wrap_angle\(q\)\n(el)?", "", law)
    each = re.sub(r"if not unlimited\[tid\]:\n((?:    .*\n)+)", lambda found: dedent(found[1]), each)
    each = "\n".join(line for line in each.split("\n") if not line.lstrip().startswith("#"))
    each = each.replace("QD", "qd_start + k").replace("Q]", "q_start + k]")
    text = text.replace("            SCALAR\n", indent(one, " " * 12) + "\n")
    return text.replace("                EACH", indent(each, " " * 16))


def _draw_joint(stream: Stream, target: str) -> KernelSpec:
    """A joint of a tree of bodies, a thread for each."""
    trees, length = stream.child("trees").choice(((12, 4), (16, 3), (8, 5), (16, 4)))
    if target == "joint_velocities":
        p = Program(stream, ("tid",), launch=(trees,))
        _declare_joints(p, trees * length, target)
        p.starts("articulation_start", trees + 1, length, 0, ("articulation_start",))
        p.parents("joint_parent", trees, length, ("joint_parent",))
        p.starts("joint_child", trees * length, 1, 0, ("joint_child",))
        p.lookups(start="start = articulation_start[tid]", end="end = articulation_start[tid + 1]")
    else:
        p = Program(stream, ("tid",))
        _declare_joints(p, p.threads, target)
        p.lookups(
            parent="parent = joint_parent[tid]", child="child = joint_child[tid]", kind="kind = joint_type[tid]",
            q_start="q_start = joint_q_start[tid]", qd_start="qd_start = joint_qd_start[tid]",
        )  # fmt: skip
    if target in ("joint_forces", "joint_coordinates"):
        # those of which the lines speak
        p.array("joint_type", INT, (0, 4), (p.threads,), ("joint_type",))
    if target in ("joint_limits", "joint_drives", "joint_integrate"):
        span = {"joint_limits": (-1.5, 1.5), "joint_drives": (-6, 6)}.get(target, (-4, 4))
        p.array("joint_q_in", FLOAT, span, (p.threads * _COORDINATES,), ("joint_q",))
        p.output("joint_qd_out", FLOAT, (p.threads * _DOFS,),
                 ("joint_qd",) if target == "joint_integrate" else ("joint_qd_out",), (-1, 1))  # fmt: skip
        p.output("joint_q", FLOAT, (p.threads * _COORDINATES,), ("joint_q",), (-4, 4))
    if target == "joint_copy":
        prefix, suffix = p.choices.choice((("src_", ""), ("", "_in")))
        p.array("joint_q_in", FLOAT, (-1, 1), (p.threads * _COORDINATES,), (f"{prefix or 'joint_'}q{suffix}",))
        p.array("joint_qd", FLOAT, (-1, 1), (p.threads * _DOFS,), (f"{prefix or 'joint_'}qd{suffix}",))
        p.output("joint_q", FLOAT, (p.threads * _COORDINATES,), ("joint_q",), (-1, 1))
        p.output("joint_qd_out", FLOAT, (p.threads * _DOFS,), ("joint_qd",), (-1, 1))
    if target != "joint_copy":
        p.guard_count("articulation" if target == "joint_velocities" else "joint")
    along, angle = p.choices.choice(_DRIVES)
    moved = p.choices.choice(tuple(_MOVES))
    text = _JOINT[target].replace("        MOVE\n", _MOVES[moved][1:])
    text = _with_scalars(p, text) if target == "joint_integrate" else text
    # what leaves a joint alone stands before all that is read of it
    p.function(
        """
        def wrench_about(f: wp.vec3, t: wp.vec3, r: wp.vec3) -> wp.spatial_vector:
            {return wp.spatial_vector(f, t + wp.cross(r, f)) ~ moment = t + wp.cross(r, f)
            return wp.spatial_vector(f, moment)}
        """
    )
    text = with_bodies_called(p.choices, text)
    if p.choices.child("points").chance(0.7):
        sought = r"wp\.spatial_top\((body_qd\[\w+\])\) \+ wp\.cross\(w_[pc], (r_[pc])\)"
        text = re.sub(sought, r"point_velocity(\1, \2)", text)
    if p.choices.child("quaternions").chance(0.7):
        text = text.replace("wp.quat(joint_q[", "unit_quat(joint_q[")
    p.write(*text.replace("DRIVE_ALONG", along).replace("DRIVE_ANGLE", angle).split("        REST\n"))
    titles = {
        "anchor_frames": ("compute_joint_frames", "eval_joint_frames", "relative_joint_poses")
        if p.says("frame_out[")
        else ("compute_joint_errors", "joint_anchor_error", "eval_joint_errors"),
        "joint_coordinates": ("eval_joint_coordinates", "reconstruct_joint_q", "eval_ik"),
        "motion_axes": ("compute_motion_subspace", "joint_motion_axes", "update_joint_axes"),
        "joint_forces": ("eval_body_joints", "eval_joint_forces", "apply_joint_forces"),
        "joint_counts": ("count_joint_dofs", "joint_dimensions", "count_joint_coords"),
        "joint_velocities": ("eval_link_velocities", "propagate_velocities", "eval_articulation_velocities"),
        "joint_limits": ("eval_joint_limits", "apply_joint_limits", "check_joint_limits"),
        "joint_integrate": ("integrate_joints", "integrate_joint_state", "step_joint_coordinates"),
        "joint_drives": ("eval_joint_drives", "compute_drive_forces", "apply_joint_drives"),
        "joint_copy": _MOVE_TITLES[moved],
    }[target]
    return p.done("joints", "joints", target, _JOINT_SUMMARIES[target], titles, (
        "One thread per articulation." if target == "joint_velocities" else "One thread per joint.",
        *(("A parent of -1 is the world.",) if "parent" in text else ()),
        "Coordinates of all joints stand in one array.",
    ))  # fmt: skip


_JOINT_SUMMARIES = {
    "anchor_frames": "How far the two sides of each joint are apart",
    "joint_coordinates": "Coordinates of joints from the poses of bodies",
    "motion_axes": "The axes that joints move along and about",
    "joint_forces": "Forces that hold the bodies of each joint together",
    "joint_counts": "How many coordinates and velocities each joint has",
    "joint_velocities": "Velocities of bodies from those of joints",
    "joint_limits": "What the limits of joints do",
    "joint_integrate": "A step of the coordinates of joints",
    "joint_drives": "Forces of the drives of joints",
    "joint_copy": "Writes the coordinates and velocities of joints",
}
_WEIGHTS = {"joint_copy": 0.5, "joint_counts": 0.5, "motion_axes": 0.8}
RECIPES = (Recipe(name="joints", category="joints", targets=tuple(_JOINT), draw=_draw_joint, target_weights=_WEIGHTS),)
