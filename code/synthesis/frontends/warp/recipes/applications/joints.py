"""Joints of articulated bodies: their frames, coordinates, axes and forces by type."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FRAME, INT, SPATIAL, VEC, Program
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

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
        {{?0.6 # no more than measured where nothing holds
        if {not joint_enabled[tid] ~ kind == JOINT_FREE ~ not joint_enabled[tid] or kind == JOINT_FREE}:
            error_out[tid] = wp.vec3(0.0, 0.0, 0.0)
            rotation_out[tid] = wp.vec3(0.0, 0.0, 0.0)
            return}
        {x_err = wp.transform_get_translation(X_wcj) - wp.transform_get_translation(X_wpj)
        error_out[tid] = {x_err ~ wp.quat_rotate_inv(wp.transform_get_rotation(X_wpj), x_err)}
        q_err = wp.quat_inverse(wp.transform_get_rotation(X_wpj)) * wp.transform_get_rotation(X_wcj) ~
        X_err = wp.transform_inverse(X_wpj) * X_wcj
        error_out[tid] = wp.transform_get_translation(X_err)
        q_err = wp.transform_get_rotation(X_err)}
        # the shorter way around
        {if q_err[3] < 0.0:
            q_err = -q_err
        rotation_out[tid] = 2.0 * wp.vec3(q_err[0], q_err[1], q_err[2]) ~
        s = -2.0 if q_err[3] < 0.0 else 2.0
        rotation_out[tid] = s * wp.vec3(q_err[0], q_err[1], q_err[2])}
        ~
        {*
            frame_out[tid] = {wp.transform_inverse(X_wpj) * X_wcj ~ \
                    wp.transform_multiply(wp.transform_inverse(X_wpj), X_wcj)}
        ~
            # how far the anchors are apart
            {x_err = wp.transform_get_translation(X_wcj) - wp.transform_get_translation(X_wpj)
            error_out[tid] = {x_err ~ wp.quat_rotate_inv(wp.transform_get_rotation(X_wpj), x_err)} ~
            error_out[tid] = wp.transform_get_translation(wp.transform_inverse(X_wpj) * X_wcj)}
        ~
            {# the axis that both bodies should share
            axis_p = wp.transform_vector(X_wpj, joint_axis[qd_start]) ~
            axis_p = wp.transform_vector(X_wpj, joint_axis[qd_start])}
            axis_c = wp.transform_vector(X_wcj, joint_axis[qd_start])
            axis_error[tid] = wp.cross(axis_p, axis_c)
        }}
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
        {?0.5 if kind == JOINT_FIXED:
            return}
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
        v_rel = wp.spatial_top(body_qd[child]) + wp.cross(w_rel, r_c)
        if parent >= 0:
            w_p = wp.spatial_bottom(body_qd[parent])
            r_p = x_c - wp.transform_point(body_q[parent], body_com[parent])
            v_rel -= wp.spatial_top(body_qd[parent]) + wp.cross(w_p, r_p)
            w_rel -= w_p
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
        {?0.4 # a locked joint moves nothing
        if {not joint_enabled[tid] ~ joint_flags[tid] & LOCKED}:
            for k in range(dof_dim[tid, 0] + dof_dim[tid, 1]):
                joint_S[qd_start + k] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
            return}
        X_wpj = joint_X_p[tid]
        if parent >= 0:
            X_wpj = {body_q[parent] * X_wpj ~ wp.transform_multiply(body_q[parent], X_wpj)}
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
                joint_S[qd_start + 3 + k] = wp.spatial_vector(wp.cross(x, e_w), e_w)}
    """,
    "joint_forces": """
        {if kind == JOINT_FREE{ or not joint_enabled[tid] ~ }:
            return ~
        if not joint_enabled[tid]:
            return
        if kind == JOINT_FREE:
            return ~ if kind == JOINT_FREE:
            return}
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
        axis = wp.transform_vector(X_wpj, joint_axis[qd_start])
        # what holds the two anchors together
        f = -x_err * attach_ke - v_err * attach_kd
        t = -ang_err * attach_ke - w_err * attach_kd
        if kind == JOINT_PRISMATIC:
            # free along the axis, stiff across it
            along = wp.dot(x_err, axis)
            {rate = wp.dot(v_err, axis)
            f = -(x_err - along * axis) * attach_ke - (v_err - rate * axis) * attach_kd ~
            rate = wp.dot(v_err, axis)
            f += axis * (along * attach_ke + rate * attach_kd)}
            {f += axis * (joint_f[qd_start] + target_ke[qd_start] * (target_q[qd_start] - along)) ~
            f += axis * joint_f[qd_start]}
        elif kind == JOINT_REVOLUTE:
            # free about the axis
            t += axis * (wp.dot(ang_err, axis) * attach_ke + wp.dot(w_err, axis) * attach_kd)
            {t += axis * joint_f[qd_start] ~
            t += axis * (joint_f[qd_start] - target_kd[qd_start] * wp.dot(w_err, axis))}
        {elif kind == JOINT_BALL:
            {t = wp.vec3(0.0, 0.0, 0.0) ~
            t = wp.transform_vector(X_wpj, wp.vec3(joint_f[qd_start], joint_f[qd_start + 1], joint_f[qd_start + 2]))} ~}
        {if parent >= 0:
            wp.atomic_add(body_f, parent, wp.spatial_vector({-f, -t - wp.cross(r_p, f) ~ -f, -(t + wp.cross(r_p, f))}))
        wp.atomic_add(body_f, child, wp.spatial_vector(f, t + wp.cross(r_c, f))) ~
        wp.atomic_add(body_f, child, wp.spatial_vector(f, t + wp.cross(r_c, f)))
        if parent >= 0:
            wp.atomic_sub(body_f, parent, wp.spatial_vector(f, t + wp.cross(r_p, f)))}
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
        coord_end[tid] = q_start + num_q}
        {*
            wp.atomic_add(world_dofs, joint_world[tid], num_qd)
        ~
            # which joint each velocity belongs to
            for k in range(num_qd):
                dof_joint[qd_start + k] = tid
        }
    """,
    "joint_velocities": """
        v_wp = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        if parent {>= 0 ~ >= 0 ~ != -1}:
            v_wp = body_v_in[parent]
        {X_wpj = joint_X_p[tid]
        if parent >= 0:
            X_wpj = {body_q[parent] * X_wpj ~ wp.transform_multiply(body_q[parent], X_wpj)}
        {lin = wp.vec3(0.0, 0.0, 0.0)
        ang = wp.vec3(0.0, 0.0, 0.0) ~ ang = wp.vec3(0.0, 0.0, 0.0)
        lin = wp.vec3(0.0, 0.0, 0.0)}
        if kind == JOINT_PRISMATIC:
            lin = joint_axis[qd_start] * joint_qd[qd_start]
        elif kind == JOINT_REVOLUTE:
            ang = joint_axis[qd_start] * joint_qd[qd_start]
        {*
        elif kind == JOINT_BALL:
            ang = wp.vec3(joint_qd[qd_start], joint_qd[qd_start + 1], joint_qd[qd_start + 2])
        ~
        elif kind == JOINT_FREE:
            lin = wp.vec3(joint_qd[qd_start], joint_qd[qd_start + 1], joint_qd[qd_start + 2])
            ang = wp.vec3(joint_qd[qd_start + 3], joint_qd[qd_start + 4], joint_qd[qd_start + 5])
        }
        # the screw of the joint about the origin of the world
        x = wp.transform_get_translation(X_wpj)
        {w_j = wp.transform_vector(X_wpj, ang)
        v_j = wp.spatial_vector(wp.transform_vector(X_wpj, lin) + wp.cross(x, w_j), w_j) ~
        w_j = wp.transform_vector(X_wpj, ang)
        v_j = wp.spatial_vector(wp.transform_vector(X_wpj, lin) - wp.cross(w_j, x), w_j)} ~
        # motion of the joint by its own velocities
        v_j = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        {for k in range(dof_dim[tid, 0] + dof_dim[tid, 1]):
            v_j += joint_S_in[qd_start + k] * joint_qd[qd_start + k] ~
        for dof in range(qd_start, qd_start + {dof_dim[tid, 0] + dof_dim[tid, 1] ~ num_dofs[tid]}):
            v_j += joint_S_in[dof] * joint_qd[dof] ~
        for k in range(num_dofs[tid]):
            dof = qd_start + k
            v_j += joint_S_in[dof] * joint_qd[dof]}}
        {?0.4 # a locked joint carries its link along
        if (joint_flags[tid] & LOCKED) != 0:
            v_j = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)}
        {child_v[tid] = v_wp + v_j
        {?0.6 # what the motion of the parent adds
        acc_out[tid] = motion_cross(v_wp, v_j)} ~
        v_s = v_wp + v_j
        child_v[tid] = v_s
        {?0.6 # velocity-dependent part of the acceleration
        a_wp = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        if parent >= 0:
            a_wp = body_a_in[parent]
        acc_out[tid] = a_wp + motion_cross(v_s, v_j)}}
    """,
    "joint_copy": """
        {?0.7 if not world_mask[joint_world[tid]]:
            return}
        {# coordinates and velocities of a joint stand in a row each
        for k in range(q_start, q_start + num_coords[tid]):
            joint_q[k] = {default_q[k] ~ joint_q_in[k]}
        for k in range({dof_dim[tid, 0] + dof_dim[tid, 1] ~ num_dofs[tid]}):
            joint_qd_out[qd_start + k] = {0.0 if joint_flags[tid] & LOCKED else joint_qd[qd_start + k] ~ \
                    joint_qd[qd_start + k]} ~
        for k in range(num_coords[tid]):
            {i = q_start + k
            joint_q[i] = default_q[i] if joint_enabled[tid] else joint_q_in[i] ~
            joint_q[q_start + k] = {joint_q_in[q_start + k] ~ default_q[q_start + k]}}
        {?0.7 for k in range(num_dofs[tid]):
            joint_qd_out[qd_start + k] = {0.0 ~ joint_qd[qd_start + k]}} ~
        # to zero, which for a quaternion is no rotation
        for k in range(num_coords[tid]):
            joint_q[q_start + k] = 0.0
        if kind == JOINT_BALL:
            joint_q[q_start + 3] = 1.0
        {elif kind == JOINT_FREE:
            joint_q[q_start + 6] = 1.0
            {?0.5 # where its body starts
            for k in range(3):
                joint_q[q_start + k] = default_q[q_start + k]} ~}
        {?0.7 for k in range(num_dofs[tid]):
            joint_qd_out[qd_start + k] = 0.0}}
    """,
}


def _declare_joints(p: Program) -> None:
    """The arguments of a kernel of joints."""
    count = p.threads
    coords, dofs = count * _COORDINATES, count * _DOFS
    p.array("joint_type", INT, (0, 5), (count,), ("joint_type", "joint_types", "jnt_type"))
    p.array("joint_parent", INT, (-1, count - 1), (count,), ("joint_parent", "parent_body"))
    p.array("joint_child", INT, (0, count - 1), (count,), ("joint_child", "child_body"))
    p.array("joint_world", INT, (0, 7), (count,), ("joint_world", "joint_world_id", "world_of_joint"))
    p.array("joint_flags", INT, (0, 3), (count,), ("joint_flags", "flags"))
    p.array("joint_enabled", FLAG, (0, 1), (count,), ("joint_enabled", "joint_active"))
    p.array("world_mask", FLAG, (0, 1), (8,), ("world_mask", "reset_mask"))
    p.array("dof_dim", INT, (0, 3), (count, 2), ("joint_dof_dim", "joint_axis_count"))
    p.array("num_dofs", INT, (0, _DOFS), (count,), ("joint_qd_count", "num_dofs", "joint_dof_count"))
    p.array("num_coords", INT, (0, _COORDINATES), (count,), ("joint_q_count", "num_coords", "joint_coord_count"))
    p.starts("joint_q_start", count, _COORDINATES, 0, ("joint_q_start", "joint_coord_start"))
    p.starts("joint_qd_start", count, _DOFS, 0, ("joint_qd_start", "joint_dof_start"))
    for key, names in (("joint_X_p", ("joint_X_p", "parent_xform")), ("joint_X_c", ("joint_X_c", "child_xform")),
                       ("body_q", ("body_q", "body_xform"))):  # fmt: skip
        p.array(key, FRAME, (-1, 1), (count,), names, element="wp.transform")
    for key, shape, names in (
        ("body_qd", count, ("body_qd", "body_vel")), ("body_v_in", count, ("body_v_s", "link_vel")),
        ("body_a_in", count, ("body_a_s", "link_acc")), ("joint_S_in", dofs, ("joint_S_s", "joint_subspace")),
    ):  # fmt: skip
        p.array(key, SPATIAL, (-1, 1), (shape,), names, element="wp.spatial_vector")
    p.array("body_com", VEC, (-0.5, 0.5), (count,), ("body_com", "com"))
    p.array("joint_axis", VEC, (-1, 1), (dofs,), ("joint_axis", "axes"))
    for key, size, names in (
        ("joint_q_in", coords, ("joint_q_in", "src_q")), ("default_q", coords, ("default_q", "joint_q_init", "q_rest")),
        ("joint_qd", dofs, ("joint_qd", "qd")), ("joint_f", dofs, ("joint_f", "joint_act")),
        ("target_q", dofs, ("joint_target_q", "joint_target_pos", "targets")),
    ):  # fmt: skip
        p.array(key, FLOAT, (-1, 1), (size,), names)
    p.array("target_ke", FLOAT, (1, 10), (dofs,), ("joint_target_ke", "joint_stiffness"))
    p.array("target_kd", FLOAT, (0.1, 1), (dofs,), ("joint_target_kd", "joint_damping"))
    p.scalar("origin", VEC, (-1, 1), ("origin", "ref_point"))
    p.number("attach_ke", (1, 10), ("joint_attach_ke", "attach_ke", "stiffness"), ("10.0", "2.0"))
    p.number("attach_kd", (0.1, 1), ("joint_attach_kd", "attach_kd", "damping"), ("0.5", "1.0"))
    kinds = ("JOINT_PRISMATIC", "JOINT_REVOLUTE", "JOINT_BALL", "JOINT_FIXED", "JOINT_FREE", "JOINT_D6")
    p.constants({name: number for number, name in enumerate(kinds)})
    p.constants({"LOCKED": 1})
    p.output("frame_out", FRAME, (count,), ("joint_frame", "X_out", "joint_xform"), element="wp.transform")
    p.output("error_out", VEC, (count,), ("joint_error", "pos_error", "residual"))
    p.output("rotation_out", VEC, (count,), ("rot_error", "angular_error"))
    p.output("joint_q", FLOAT, (coords,), ("joint_q", "joint_q_out", "q_out"), (-1, 1))
    p.output("joint_qd_out", FLOAT, (dofs,), ("joint_qd_out", "qd_out"), (-1, 1))
    p.output("joint_S", SPATIAL, (dofs,), ("joint_S_s", "S_out", "motion_axis"), (-1, 1), element="wp.spatial_vector")
    p.output("body_f", SPATIAL, (count,), ("body_f", "body_force", "forces"), (-1, 1), element="wp.spatial_vector")
    p.output("child_v", SPATIAL, (count,), ("body_v_out", "link_vel_out"), element="wp.spatial_vector")
    p.output("acc_out", SPATIAL, (count,), ("body_a_out", "bias_acc_out"), element="wp.spatial_vector")
    p.output("axis_error", VEC, (count,), ("axis_error", "swing_error"))
    p.function(
        """
        def motion_cross(u: wp.spatial_vector, v: wp.spatial_vector) -> wp.spatial_vector:
            w = wp.spatial_bottom(u)
            lin = wp.cross(w, wp.spatial_top(v)) + wp.cross(wp.spatial_top(u), wp.spatial_bottom(v))
            return wp.spatial_vector(lin, wp.cross(w, wp.spatial_bottom(v)))
        """
    )
    p.output("coord_count", INT, (count,), ("coord_count", "q_dim"))
    p.output("dof_count", INT, (count,), ("dof_count", "qd_dim", "num_axes"))
    p.output("coord_end", INT, (count,), ("joint_q_end", "coord_end"))
    p.output("world_dofs", INT, (8,), ("world_dof_count", "dofs_per_world"), (0, 1))
    p.output("dof_joint", INT, (dofs,), ("dof_to_joint", "dof_owner", "qd_joint"), (-1, 0))


def _draw_joint(stream: Stream, target: str) -> KernelSpec:
    """A joint of a tree of bodies, a thread for each."""
    p = Program(stream, ("tid", "joint", "i", "jid", "joint_id"))
    _declare_joints(p)
    p.lookups(
        parent="parent = joint_parent[tid]", child="child = joint_child[tid]", kind="kind = joint_type[tid]",
        q_start="q_start = joint_q_start[tid]", qd_start="qd_start = joint_qd_start[tid]",
    )  # fmt: skip
    if target == "joint_copy":
        prefix, suffix = p.choices.choice((("src_", ""), ("", "_in")))
        p.array("joint_q_in", FLOAT, (-1, 1), (p.threads * _COORDINATES,), (f"{prefix or 'joint_'}q{suffix}",))
        p.array("joint_qd", FLOAT, (-1, 1), (p.threads * _DOFS,), (f"{prefix or 'joint_'}qd{suffix}",))
        p.output("joint_q", FLOAT, (p.threads * _COORDINATES,), ("joint_q",), (-1, 1))
        p.output("joint_qd_out", FLOAT, (p.threads * _DOFS,), ("joint_qd",), (-1, 1))
    p.guard_count("joint")
    p.write(_JOINT[target])
    titles = {
        "anchor_frames": ("compute_joint_frames", "joint_anchor_error", "eval_joint_errors"),
        "joint_coordinates": ("eval_joint_coordinates", "reconstruct_joint_q", "eval_ik"),
        "motion_axes": ("compute_motion_subspace", "joint_motion_axes", "update_joint_axes"),
        "joint_forces": ("eval_body_joints", "eval_joint_forces", "apply_joint_forces"),
        "joint_counts": ("count_joint_dofs", "joint_dimensions", "fill_dof_map"),
        "joint_velocities": ("compute_link_velocity", "joint_child_velocity", "eval_joint_velocities"),
        "joint_copy": ("reset_joint_state", "copy_joint_state", "restore_joints"),
    }[target]
    return p.done("joints", "joints", target, "Joints of articulated bodies", titles, (
        "One thread per joint.", "A parent of -1 is the world.", "Coordinates of all joints stand in one array.",
    ))  # fmt: skip


_WEIGHTS = {"joint_copy": 0.5}
RECIPES = (Recipe(name="joints", category="joints", targets=tuple(_JOINT), draw=_draw_joint, target_weights=_WEIGHTS),)
