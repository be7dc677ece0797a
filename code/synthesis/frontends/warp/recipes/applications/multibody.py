"""Trees of bodies in many worlds at once: poses, velocities, forces, actuators, sensors, rows of constraints."""

import re
from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.drawing.variants import choose
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FOUR, INT, SPATIAL, VEC, Program

_MAT, _SQUARE = Type("float32", (3, 3)), Type("float32", (6, 6))
_JOINTS, _DOFS, _COORDINATES, _VELOCITIES = 2, 12, 7, 6
"""The joints and velocities that a body has at most, and the coordinates and velocities that a joint has."""

_BODY = {
    "body_pose": """
        {?0.5 {if not world_active[w] or sleeping[w, b] == 1:
            {# it stays where it was
            ~}
            pos_out[w, b] = xpos_last[w, b]
            quat_out[w, b] = xquat_last[w, b]
            return ~
        {?0.4 if not world_active[w]:
            return}
        {# set from outside
        ~}
        mocap = mocap_of[b]
        if mocap >= 0:
            pos_out[w, b] = mocap_pos[w, mocap]
            quat_out[w, b] = wp.normalize(mocap_quat[w, mocap])
            return ~ if not world_active[w]:
            return}}
        pid = parent_of[b]
        {p = body_pos[b]
        q = body_quat[b]
        p = xpos[w, pid] + {quat_rotate(xquat[w, pid], p) ~ wp.quat_rotate(xquat[w, pid], p)}
        q = xquat[w, pid] * q ~
        # the world is body 0
        p = xpos[w, pid] + wp.quat_rotate(xquat[w, pid], body_pos[b])
        q = xquat[w, pid] * body_quat[b]}
        {for k in range(jnt_num[b]):
            jnt = jnt_adr[b] + k ~ for jnt in range(jnt_adr[b], jnt_adr[b] + jnt_num[b]):}
            kind = jnt_type[jnt]
            adr = jnt_qposadr[jnt]
            {if kind == JNT_FREE:
                # a floating body is where its coordinates say; the scalar part comes first
                p = wp.vec3(qpos[w, adr], qpos[w, adr + 1], qpos[w, adr + 2])
                q = wp.normalize(wp.quat(qpos[w, adr + 4], qpos[w, adr + 5], qpos[w, adr + 6], qpos[w, adr + 3]))
                continue
            anchor = p + wp.quat_rotate(q, jnt_pos[jnt])
            {?0.4 anchor_out[w, jnt] = anchor
            axis_out[w, jnt] = wp.quat_rotate(q, jnt_axis[jnt])}
            if kind == JNT_SLIDE:
                p += wp.quat_rotate(q, jnt_axis[jnt]) * qpos[w, adr]
                continue
            if kind == JNT_HINGE:
                q = q * wp.quat_from_axis_angle(jnt_axis[jnt], qpos[w, adr])
            else:
                q = q * wp.normalize(wp.quat(qpos[w, adr + 1], qpos[w, adr + 2], qpos[w, adr + 3], qpos[w, adr]))
            # a joint turns the body about its anchor
            p = anchor - wp.quat_rotate(q, jnt_pos[jnt]) ~
            {# a joint turns the body about its anchor
            anchor = p + wp.quat_rotate(q, jnt_pos[jnt]) ~ anchor = p + wp.quat_rotate(q, jnt_pos[jnt])}
            {?0.4 axis = wp.quat_rotate(q, jnt_axis[jnt])
            anchor_out[w, jnt] = anchor
            axis_out[w, jnt] = axis
            if kind == JNT_SLIDE:
                p += axis * qpos[w, adr] ~ if kind == JNT_SLIDE:
                p += wp.quat_rotate(q, jnt_axis[jnt]) * qpos[w, adr]}
            elif kind == JNT_HINGE:
                {turn = wp.quat_from_axis_angle(jnt_axis[jnt], qpos[w, adr])
                q = q * turn ~ q = q * wp.quat_from_axis_angle(jnt_axis[jnt], qpos[w, adr])}
                p = anchor - wp.quat_rotate(q, jnt_pos[jnt])
            elif kind == JNT_BALL:
                # the scalar part comes first
                q = q * wp.normalize(wp.quat(qpos[w, adr + 1], qpos[w, adr + 2], qpos[w, adr + 3], qpos[w, adr]))
                p = anchor - wp.quat_rotate(q, jnt_pos[jnt])
            {?0.7 elif kind == JNT_FREE:
                p = wp.vec3(qpos[w, adr], qpos[w, adr + 1], qpos[w, adr + 2])
                q = wp.normalize(wp.quat(qpos[w, adr + 4], qpos[w, adr + 5], qpos[w, adr + 6], qpos[w, adr + 3]))}}
        {?0.3 q = wp.normalize(q)}
        {pos_out[w, b] = p
        quat_out[w, b] = q ~ quat_out[w, b] = q
        pos_out[w, b] = p}
        {?0.4 com_out[w, b] = p + wp.quat_rotate(q, body_ipos[b])}
        {?0.3 mat_out[w, b] = wp.quat_to_matrix(q)}
    """,
    "velocity_pass": """
        {{?0.5 {if sleeping[w, b] == 1:
            vel_out[w, b] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
            return ~ if not world_active[w]:
            return}}
        pid = parent_of[b]
        vel = cvel[w, pid]
        {first = dof_adr[b]
        for k in range(dof_num[b]):
            dof = first + k ~
        for dof in range(dof_adr[b], dof_adr[b] + dof_num[b]):}
            vel += cdof[w, dof] * qvel[w, dof] ~
        {?0.5 if not world_active[w]:
            return}
        pid = parent_of[b]
        vel = cvel[w, pid]
        dof = int(dof_adr[b])
        for jnt in range(jnt_adr[b], jnt_adr[b] + jnt_num[b]):
            kind = jnt_type[jnt]
            if kind == JNT_FREE:
                # translations have axes that stand still
                for k in range(3):
                    cdof_dot[w, dof + k] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
                    vel += cdof[w, dof + k] * qvel[w, dof + k]
                {for k in range(3, 6):
                    cdof_dot[w, dof + k] = motion_cross(vel, cdof[w, dof + k])
                for k in range(3, 6):
                    vel += cdof[w, dof + k] * qvel[w, dof + k]
                dof += 6 ~
                dof += 3
                for k in range(3):
                    cdof_dot[w, dof + k] = motion_cross(vel, cdof[w, dof + k])
                for k in range(3):
                    vel += cdof[w, dof + k] * qvel[w, dof + k]
                dof += 3}
            elif kind == JNT_BALL:
                for k in range(3):
                    cdof_dot[w, dof + k] = motion_cross(vel, cdof[w, dof + k])
                for k in range(3):
                    vel += cdof[w, dof + k] * qvel[w, dof + k]
                dof += 3
            else:
                cdof_dot[w, dof] = motion_cross(vel, cdof[w, dof])
                vel += cdof[w, dof] * qvel[w, dof]
                dof += 1}
        vel_out[w, b] = vel
    """,
    "force_pass": """
        {?0.6 # nothing acts on a sleeping body
        if sleeping[w, b] {== 1 ~ != 0}:
            force_out[w, b] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
            return}
        {# applied by the user: the force first
        push = wp.spatial_top(xfrc[w, b])
        moment = wp.spatial_bottom(xfrc[w, b]) ~ moment = wp.spatial_bottom(xfrc[w, b])
        push = wp.spatial_top(xfrc[w, b])}
        {?0.6 # a part of the weight is carried
        {push -= gravity[w] * (mass[b] * gravcomp[b]) ~ if {not ignores_gravity[b] ~ gravcomp[b] > 0.0}:
            push -= gravity[w] * (mass[b] * gravcomp[b])}}
        {# a medium that resists moving and turning
        flow = com_vel_in[w, b] - wind
        push -= drag * flow
        moment -= spin_drag * ang_vel_in[w, b] ~
        # resistance grows with the square of the speed
        flow = com_vel_in[w, b] - wind
        push -= flow * (drag * wp.length(flow))
        moment -= ang_vel_in[w, b] * (spin_drag * wp.length(ang_vel_in[w, b])) ~
        # lift, as far as the medium is displaced
        {share = saturate(0.5 + 0.5 * (water_level - xipos[w, b][2]) / half_height[b])
        push -= gravity[w] * (water_density * volume[b] * share) ~
        {# the cap of a ball that is below the surface
        ~}
        depth = wp.clamp(water_level - xipos[w, b][2] + ball_radius[b], 0.0, 2.0 * ball_radius[b])
        below = wp.pi * depth * depth * (ball_radius[b] - depth / 3.0)
        push -= gravity[w] * (water_density * below)
        share = 0.5 * depth / ball_radius[b]}
        push -= (share * drag) * com_vel_in[w, b]
        moment -= (share * spin_drag) * ang_vel_in[w, b] ~}
        # moved from the centre of the body to that of its tree
        arm = xipos[w, b] - com[w, root_of[b]]
        force_out[w, b] = {move_force(push, moment, arm) ~ move_force(push, moment, arm) ~ \
wp.spatial_vector(moment + wp.cross(arm, push), push)}
    """,
    "spring_torque": """
        {?0.5 {if not world_active[w]:
            return ~ if sleeping[w, b] == 1 or not world_active[w]:
            return}}
        {ke = stiffness[b]
        kind = jnt_type[b] ~ kind = jnt_type[b]
        ke = stiffness[b]}
        {{# a floating body is not held
        ~}
        if ke <= 0.0 or kind == JNT_FREE:
            return
        adr = jnt_qposadr[b]
        dof = dof_adr[b]
        if kind == JNT_BALL:
            # the scalar part comes first
            q = wp.normalize(wp.quat(qpos[w, adr + 1], qpos[w, adr + 2], qpos[w, adr + 3], qpos[w, adr]))
            {{?0.5 q0 = wp.normalize(wp.quat(
                spring_ref[adr + 1], spring_ref[adr + 2], spring_ref[adr + 3], spring_ref[adr]
            ))
            turn = rotation_vector(wp.quat_inverse(q0) * q) ~ turn = rotation_vector(q)}}
            for i in range(3):
                spring[w, dof + i] = -ke * turn[i]{ - damping[b] * qvel[w, dof + i] ~} ~
        {# no spring
        ~}
        if ke <= 0.0:
            return
        adr = jnt_qposadr[b]
        dof = dof_adr[b]
        {if kind == JNT_FREE or kind == JNT_BALL: ~ if kind == JNT_BALL or kind == JNT_FREE:}
            at = int(adr)
            to = int(dof)
            if kind == JNT_FREE:
                {# first it is pulled back to its place
                ~}
                for i in range(3):
                    spring[w, dof + i] = ke * (spring_ref[adr + i] - qpos[w, adr + i])
                at = adr + 3
                to = dof + 3
            # the scalar part comes first
            q = wp.normalize(wp.quat(qpos[w, at + 1], qpos[w, at + 2], qpos[w, at + 3], qpos[w, at]))
            q0 = wp.normalize(wp.quat(spring_ref[at + 1], spring_ref[at + 2], spring_ref[at + 3], spring_ref[at]))
            turn = rotation_vector(wp.quat_inverse(q0) * q)
            for i in range(3):
                spring[w, to + i] = -ke * turn[i]}
        else:
            {stretch = qpos[w, adr] - spring_ref[adr]
            {?0.5 {# some play
            ~}
            if wp.abs(stretch) < dead_band:
                stretch = 0.0}
            spring[w, dof] = -ke * stretch ~
            spring[w, dof] = ke * (spring_ref[adr] - qpos[w, adr]) ~
            spring[w, dof] = -ke * (qpos[w, adr] - spring_ref[adr]) - damping[b] * qvel[w, dof]}
    """,
    "force_to_parent": """
        {?0.5 if not world_active[w]:
            return}
        {total = force_sum[w, b] ~
        {# its own and those of its children
        ~}
        total = force_sum[w, b] + cfrc_body[w, b] ~
        # what its motion takes, and its children
        total = force_sum[w, b] + inertial_force(cinert[w, b], cacc[w, b], cvel[w, b])
        {?0.6 if has_load[b]:
            total -= cfrc_ext[w, b]} ~
        total = force_sum[w, b] + cfrc_body[w, b] - cfrc_ext[w, b]}
        {for dof in range(dof_adr[b], dof_adr[b] + dof_num[b]): ~ first = dof_adr[b]
        for i in range(dof_num[b]):
            dof = first + i}
            torque_of[w, dof] = wp.dot(cdof[w, dof], total)
        pid = parent_of[b]
        {{# the world takes everything
        ~}
        if pid > 0:
            wp.atomic_add(force_sum, w, pid, total) ~
        if pid == 0:
            return
        wp.atomic_add(force_sum, w, pid, total)}
    """,
    "camera_pose": """
        mode = cam_mode[b]
        body = cam_body[b]
        target = cam_target[b]
        {# nothing to look at
        ~}
        {if target < 0 and (mode == CAM_TARGETBODY or mode == CAM_TARGETCOM):
            return
        if mode == CAM_FIXED: ~
        if mode == CAM_FIXED or (target < 0 and mode >= CAM_TARGETBODY):}
            pos_out[w, b] = xpos[w, body] + wp.quat_rotate(xquat[w, body], cam_pos[b])
            mat_out[w, b] = wp.quat_to_matrix(xquat[w, body] * cam_quat[b])
            return
        {if mode == CAM_TRACK or mode == CAM_TRACKCOM:
            {# it moves along, but does not turn
            ~}
            center = xpos[w, body]
            if mode == CAM_TRACKCOM:
                center = subtree_com[w, body]
            pos_out[w, b] = center + cam_pos[b]
            mat_out[w, b] = wp.quat_to_matrix(cam_quat[b])
            return ~
        if mode == CAM_TRACK:
            pos_out[w, b] = xpos[w, body] + cam_pos[b]
            mat_out[w, b] = wp.quat_to_matrix(cam_quat[b])
            return
        elif mode == CAM_TRACKCOM:
            pos_out[w, b] = subtree_com[w, body] + cam_pos[b]
            mat_out[w, b] = wp.quat_to_matrix(cam_quat[b])
            return}
        eye = xpos[w, body] + wp.quat_rotate(xquat[w, body], cam_pos[b])
        {aim = subtree_com[w, target]
        if mode == CAM_TARGETBODY:
            aim = xpos[w, target] ~ aim = xpos[w, target]
        if mode == CAM_TARGETCOM:
            aim = subtree_com[w, target] ~
        aim = xpos[w, target] if mode == CAM_TARGETBODY else subtree_com[w, target]}
        # a camera looks along its negative z axis
        {mat_out[w, b] = look_at(eye, aim) ~
        z = safe_normalize(eye - aim)
        right = wp.normalize(wp.cross(wp.vec3(0.0, 0.0, 1.0), z))
        up = wp.cross(z, right)
        mat_out[w, b] = wp.mat33(right[0], up[0], z[0], right[1], up[1], z[1], right[2], up[2], z[2])}
        pos_out[w, b] = eye
    """,
    "subtree_sums": """
        {?0.4 if not world_active[w]:
            return}
        {if mass[b] < min_mass {or sleeping[w, b] == 1 ~}:
            return
        ~ if sleeping[w, b] == 1 or not counts[b]:
            return
        ~}
        moment = mass[b] * xipos[w, b]
        a = int(b)
        # itself, and all that it hangs on
        while a >= 0:
            wp.atomic_add(mass_sum, w, a, mass[b])
            wp.atomic_add(moment_sum, w, a, moment)
            a = nodes[a]
    """,
    "forces_to_joints": """
        {?0.4 if not world_active[w]:
            return}
        {# a force here is felt by all joints on the way to the root
        ~}
        push = wp.spatial_top(xfrc[w, b])
        moment = wp.spatial_bottom(xfrc[w, b])
        {?0.6 if {not has_load[b] ~ not has_load[b] or sleeping[w, b] == 1}:
            return}
        a = int(b)
        while a >= 0:
            {if jnt_kind[a] == JNT_SLIDE:
                wp.atomic_add(torque_sum, w, a, wp.dot(xaxis[w, a], push))
            else:
                arm = xipos[w, b] - xanchor[w, a]
                wp.atomic_add(torque_sum, w, a, wp.dot(xaxis[w, a], moment + wp.cross(arm, push))) ~
            arm = xipos[w, b] - xanchor[w, a]
            wp.atomic_add(torque_sum, w, a, joint_share(jnt_kind[a], xaxis[w, a], push, moment, arm)) ~
            axis = xaxis[w, a]
            if jnt_kind[a] == JNT_HINGE:
                arm = xipos[w, b] - xanchor[w, a]
                wp.atomic_add(torque_sum, w, a, wp.dot(axis, moment + wp.cross(arm, push)))
            elif jnt_kind[a] == JNT_SLIDE:
                wp.atomic_add(torque_sum, w, a, wp.dot(axis, push))}
            a = nodes[a]
    """,
    "moving_ancestor": """
        {?0.4 if not world_active[w]:
            return}
        {# the nearest body above that may move
        ~}
        a = int(nodes[b])
        while a >= 0 and is_welded[a]:
            a = nodes[a]
        mover[w, b] = a
        {# what moves by itself keeps its mass
        ~}
        if a >= 0 and is_welded[b]:
            arm = xipos[w, b] - xpos[w, a]
            wp.atomic_add(mass_sum, w, a, mass[b])
            wp.atomic_add(moment_sum, w, a, mass[b] * arm)
    """,
    "gravity_torque": """
        {total = float(0.0)
        {for k in range({num_bodies ~ xipos.shape[1]}):
            # bodies that this joint carries
            if {ancestor[b, k] == 0 ~ ancestor[b, k] != 1 ~ ancestor[b, k] == 0 or ignores_gravity[k]}:
                continue ~ # bodies of a subtree stand in a row
        for k in range(b, subtree_end[b]):}
            {arm = xipos[w, k] - xanchor[w, b]
            moment = {moment_about(xaxis[w, b], arm, gravity[w]) ~ moment_about(xaxis[w, b], arm, gravity[w]) ~ \
wp.dot(xaxis[w, b], wp.cross(arm, gravity[w]))}
            {total += moment * mass[k] ~ total += moment * mass[k] * gravcomp[k]} ~
            weight = gravity[w] * {mass[k] ~ (mass[k] * gravcomp[k])}
            {?0.75 if jnt_kind[b] == JNT_SLIDE:
                total += wp.dot(xaxis[w, b], weight)
                continue}
            {total += moment_about(xaxis[w, b], xipos[w, k] - xanchor[w, b], weight) ~
            total += wp.dot(xaxis[w, b], wp.cross(xipos[w, k] - xanchor[w, b], weight))}}
        ~
        {# the subtree as one mass at its centre
        weight = gravity[w] * subtree_mass[b] ~ weight = gravity[w] * subtree_mass[b]}
        {total = moment_about(xaxis[w, b], subtree_com[w, b] - xanchor[w, b], weight) ~
        if jnt_kind[b] == JNT_SLIDE:
            total = wp.dot(xaxis[w, b], weight)
        else:
            total = wp.dot(xaxis[w, b], wp.cross(subtree_com[w, b] - xanchor[w, b], weight)) ~
        arm = subtree_com[w, b] - xanchor[w, b]
        total = wp.dot(xaxis[w, b], wp.cross(arm, weight))}}
        {?0.6 # no more than the motor has
        {if wp.abs(total) > max_torque:
            total = wp.sign(total) * max_torque ~ total = clamp_symmetric(total, max_torque) ~
        total = clamp_symmetric(total, max_torque) ~ if total > max_torque:
            total = max_torque
        elif total < -max_torque:
            total = -max_torque}}
        {torque[w, b] = -total ~ torque_sum[w, b] = torque_sum[w, b] - total}
    """,
}


def _draw_body(stream: Stream, target: str) -> KernelSpec:
    """Bodies of a tree in many worlds, a thread for each body of each world."""
    worlds, bodies = stream.child("sizes").choice(((4, 8), (6, 6), (8, 6), (6, 10), (8, 8)))
    level = target in ("body_pose", "velocity_pass", "force_to_parent")
    items = (
        ("b", "jntid", "jnt", "joint")
        if target == "spring_torque"
        else ("b", "camid", "cam")
        if target == "camera_pose"
        else ("nodeid", "node", "tid")
        if level
        else ("b", "bodyid", "body", "bid")
    )
    p = Program(stream, ("w", "worldid", "world", "env"), items, launch=(worlds, bodies))
    # those that carry a level stand before it, so that no thread adds to what another one reads
    before = bodies if target == "force_to_parent" else 0
    p.places("level", bodies, 1, ("body_tree", "level_bodies"), after=before)
    bodies += before
    joints, dofs, each = bodies * _JOINTS, bodies * _DOFS, (worlds, bodies)
    p.array("parent_of", INT, (0, (before or bodies) - 1), (bodies,), ("body_parentid",))
    p.array("root_of", INT, (0, bodies - 1), (bodies,), ("body_rootid",))
    p.array("jnt_num", INT, (0, _JOINTS), (bodies,), ("body_jntnum",))
    p.starts("jnt_adr", bodies, _JOINTS, 0, ("body_jntadr",))
    p.starts("jnt_qposadr", joints, _COORDINATES, 0, ("jnt_qposadr",))
    p.array("dof_num", INT, (0, 3), (bodies,), ("body_dofnum",))
    p.starts("dof_adr", bodies, _DOFS, 0, ("jnt_dofadr",) if target == "spring_torque" else ("body_dofadr",))
    p.array("jnt_type", INT, (0, 3), (joints,), ("jnt_type",))
    p.array("jnt_kind", INT, (2, 3), (bodies,), ("jnt_type",))
    p.array("ancestor", INT, (0, 1), (bodies, bodies), ("is_ancestor",))
    p.array("subtree_end", INT, (bodies // 2, bodies), (bodies,), ("subtree_end",))
    p.array("sleeping", INT, (0, 1), each, ("jnt_asleep",) if target == "spring_torque" else ("body_asleep",))
    p.array("world_active", FLAG, (0, 1), (worlds,), ("world_active", "world_mask"))
    p.array("mocap_of", INT, (-3, 1), (bodies,), ("body_mocapid",))
    p.array("mocap_pos", VEC, (-1, 1), (worlds, 2), ("mocap_pos",))
    p.array("mocap_quat", FOUR, (-1, 1), (worlds, 2), ("mocap_quat",), element="wp.quat")
    p.array("xpos_last", VEC, (-1, 1), each, ("xpos_prev",))
    p.array("xquat_last", FOUR, (-1, 1), each, ("xquat_prev",), element="wp.quat")
    for key, names in (
        ("ignores_gravity", ("body_nogravity", "gravity_disabled")),
        ("has_load", ("body_loaded", "has_xfrc")), ("is_welded", ("body_welded", "is_fixed")),
        ("counts", ("body_counted", "body_included")),
    ):  # fmt: skip
        p.array(key, FLAG, (0, 1), (bodies,), names)
    p.parents("nodes", 1, bodies, ("body_parentid", "parent_id"))
    p.array("stiffness", FLOAT, (-0.5, 4), (bodies,), ("jnt_stiffness",))
    p.array("damping", FLOAT, (0.1, 1), (bodies,), ("jnt_damping",))
    p.array("spring_ref", FLOAT, (-1, 1), (joints * _COORDINATES,), ("qpos_spring",))
    p.number("dead_band", (0.2, 0.8), ("dead_band", "spring_slack"), ("0.5",))
    p.number("min_mass", (0.4, 1), ("min_mass", "mass_threshold"), ("0.5",))
    p.array("cam_mode", INT, (0, 4), (bodies,), ("cam_mode",))
    p.array("cam_body", INT, (0, bodies - 1), (bodies,), ("cam_bodyid",))
    p.array("cam_target", INT, (-2, bodies - 1), (bodies,), ("cam_targetbodyid",))
    p.array("cam_pos", VEC, (-1, 1), (bodies,), ("cam_pos",))
    p.array("cam_quat", FOUR, (-1, 1), (bodies,), ("cam_quat",), element="wp.quat")
    p.array("cinert", _SQUARE, (-1, 1), each, ("cinert",), element="wp.spatial_matrix")
    p.array("cacc", SPATIAL, (-1, 1), each, ("cacc",), element="wp.spatial_vector")
    p.constants({"CAM_FIXED": 0, "CAM_TRACK": 1, "CAM_TRACKCOM": 2, "CAM_TARGETBODY": 3, "CAM_TARGETCOM": 4})
    p.array("jnt_axis", VEC, (-1, 1), (joints,), ("jnt_axis",))
    p.array("jnt_pos", VEC, (-0.5, 0.5), (joints,), ("jnt_pos",))
    p.array("body_pos", VEC, (-1, 1), (bodies,), ("body_pos",))
    p.array("body_ipos", VEC, (-0.5, 0.5), (bodies,), ("body_ipos",))
    p.array("body_quat", FOUR, (-1, 1), (bodies,), ("body_quat",), element="wp.quat")
    p.array("xquat", FOUR, (-1, 1), each, ("xquat_in",), element="wp.quat")
    for key, names in (
        ("xpos", ("xpos_in",)), ("xipos", ("xipos",)), ("xanchor", ("xanchor",)),
        ("xaxis", ("xaxis",)), ("com", ("subtree_com",)),
        ("subtree_com", ("subtree_com",)), ("com_vel_in", ("com_vel",)),
        ("ang_vel_in", ("ang_vel",)),
    ):  # fmt: skip
        p.array(key, VEC, (-1, 1), each, names)
    for key, bounds, names in (
        ("mass", (0.2, 2), ("body_mass",)), ("subtree_mass", (0.5, 4), ("body_subtreemass",)),
        ("gravcomp", (-0.3, 1), ("body_gravcomp",)), ("half_height", (0.2, 0.8), ("body_half_height",)),
        ("ball_radius", (0.2, 0.8), ("body_radius",)),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (bodies,), names)
    p.array("qpos", FLOAT, (-2, 2), (worlds, joints * _COORDINATES), ("qpos",))
    p.array("qvel", FLOAT, (-1, 1), (worlds, dofs), ("qvel",))
    for key, shape, names in (
        ("cvel", each, ("cvel_in",)), ("xfrc", each, ("xfrc_applied",)),
        ("cfrc_body", each, ("cfrc_body",)), ("cfrc_ext", each, ("cfrc_ext",)), ("cdof", (worlds, dofs), ("cdof",)),
    ):  # fmt: skip
        p.array(key, SPATIAL, (-1, 1), shape, names, element="wp.spatial_vector")
    p.array("gravity", VEC, (-10, 10), (worlds,), ("gravity", "opt_gravity"))
    p.scalar("wind", VEC, (-1, 1), ("wind",))
    p.number("max_torque", (1, 4), ("max_torque", "torque_limit"), ("2.0", "4.0"))
    p.number("drag", (0.1, 1), ("drag", "linear_drag"), ("0.1", "0.5"))
    p.number("spin_drag", (0.05, 0.5), ("angular_drag", "spin_drag"), ("0.05", "0.1"))
    p.number("water_level", (-0.5, 0.5), ("water_level", "fluid_level"), ("0.0", "0.2"))
    p.number("water_density", (0.5, 2), ("fluid_density", "water_density"), ("1.0",))
    p.array("volume", FLOAT, (0.1, 1), (bodies,), ("body_volume",))
    p.sizes(num_bodies=bodies)
    p.constants({"JNT_FREE": 0, "JNT_BALL": 1, "JNT_SLIDE": 2, "JNT_HINGE": 3})
    p.function(
        """
        def quat_rotate(q: wp.quat, v: wp.vec3) -> wp.vec3:
            u = wp.vec3(q[0], q[1], q[2])
            t = 2.0 * wp.cross(u, v)
            return v + q[3] * t + wp.cross(u, t)
        """
    )
    p.function(
        """
        def rotation_of(w: float, x: float, y: float, z: float) -> wp.quat:
            {return wp.normalize(wp.quat(x, y, z, w)) ~ q = wp.quat(x, y, z, w)
            return wp.normalize(q)}
        """
    )
    p.function(
        """
        def move_force(force: wp.vec3, moment: wp.vec3, arm: wp.vec3) -> wp.spatial_vector:
            return wp.spatial_vector(moment + wp.cross(arm, force), force)
        """
    )
    p.function(
        """
        def moment_about(axis: wp.vec3, arm: wp.vec3, force: wp.vec3) -> float:
            return wp.dot(axis, wp.cross(arm, force))
        """
    )
    p.function(
        """
        def joint_share(kind: int, axis: wp.vec3, force: wp.vec3, moment: wp.vec3, arm: wp.vec3) -> float:
            if kind == JNT_SLIDE:
                return wp.dot(axis, force)
            return wp.dot(axis, moment + wp.cross(arm, force))
        """
    )
    p.function(
        """
        def motion_cross(u: wp.spatial_vector, v: wp.spatial_vector) -> wp.spatial_vector:
            ang = wp.cross(wp.spatial_top(u), wp.spatial_top(v))
            lin = wp.cross(wp.spatial_top(u), wp.spatial_bottom(v)) + wp.cross(wp.spatial_bottom(u), wp.spatial_top(v))
            return wp.spatial_vector(ang, lin)
        """
    )
    p.function(
        """
        def rotation_vector(q: wp.quat) -> wp.vec3:
            v = wp.vec3(q[0], q[1], q[2])
            s = wp.length(v)
            if s < 1.0e-6:
                return wp.vec3(0.0, 0.0, 0.0)
            angle = 2.0 * wp.atan2(s, q[3])
            # the shorter way around
            if angle > wp.pi:
                angle -= 2.0 * wp.pi
            return {v * (angle / s) ~ (angle / s) * v}
        """
    )
    p.function(
        """
        def inertial_force(
            inertia: wp.spatial_matrix, acc: wp.spatial_vector, vel: wp.spatial_vector
        ) -> wp.spatial_vector:
            momentum = inertia * vel
            w = wp.spatial_top(vel)
            {push = wp.spatial_bottom(momentum)
            moment = wp.cross(w, wp.spatial_top(momentum)) + wp.cross(wp.spatial_bottom(vel), push)
            return inertia * acc + wp.spatial_vector(moment, wp.cross(w, push)) ~
            ang = wp.cross(w, wp.spatial_top(momentum)) + wp.cross(wp.spatial_bottom(vel), wp.spatial_bottom(momentum))
            lin = wp.cross(w, wp.spatial_bottom(momentum))
            return inertia * acc + wp.spatial_vector(ang, lin)}
        """
    )
    p.function(
        """
        def look_at(eye: wp.vec3, target: wp.vec3) -> wp.mat33:
            z = wp.normalize(eye - target)
            x = wp.normalize(wp.cross(wp.vec3(0.0, 0.0, 1.0), z))
            y = wp.cross(z, x)
            return wp.mat33(x[0], y[0], z[0], x[1], y[1], z[1], x[2], y[2], z[2])
        """
    )
    p.output("spring", FLOAT, (worlds, dofs), ("qfrc_spring",))
    p.output("force_sum", SPATIAL, each, ("cfrc_int",), (-1, 1), element="wp.spatial_vector")
    lumps = target == "moving_ancestor"
    p.output("mass_sum", FLOAT, each, ("lumped_mass",) if lumps else ("subtree_mass",), (0, 1))
    moments = ("lumped_moment",) if lumps else ("subtree_moment", "subtree_com_sum")
    p.output("moment_sum", VEC, each, moments, (-1, 1))
    p.output("mover", INT, each, ("movable_parent", "moving_ancestor"))
    p.output("pos_out", VEC, each, ("cam_xpos",) if target == "camera_pose" else ("xpos_out",))
    p.output("quat_out", FOUR, each, ("xquat_out",), element="wp.quat")
    p.output("mat_out", _MAT, each, ("cam_xmat",) if target == "camera_pose" else ("xmat_out",))
    p.output("com_out", VEC, each, ("xipos_out",))
    p.output("anchor_out", VEC, (worlds, joints), ("xanchor_out",), (0, 1))
    p.output("axis_out", VEC, (worlds, joints), ("xaxis_out",), (0, 1))
    p.output("vel_out", SPATIAL, each, ("cvel_out",), element="wp.spatial_vector")
    p.output("cdof_dot", SPATIAL, (worlds, dofs), ("cdof_dot_out",), (0, 1), element="wp.spatial_vector")
    p.output("force_out", SPATIAL, each, ("cfrc_ext_out",), element="wp.spatial_vector")
    p.output("torque", FLOAT, each, ("qfrc_gravcomp",))
    p.output("torque_sum", FLOAT, each, ("qfrc_passive",), (-1, 1))
    # parents have been done in a launch of their own, and children are done in the next
    text = re.sub(r"\bb\b", "bodyid", _BODY[target]) if level else _BODY[target]
    text = choose(dedent(text), p.choices.shuffled, p.maybe)
    # what holds against forces from outside is no bias
    torques = ("qfrc_inverse", "joint_tau") if "cfrc_ext" in text else ("qfrc_bias", "joint_tau")
    p.output("torque_of", FLOAT, (worlds, dofs), torques)
    if p.choices.child("rotations").chance(0.65):
        sought = r"wp\.normalize\(wp\.quat\((q.*?\]), (q.*?\]), (q.*?\]), (q.*?\])\)\)"
        text = re.sub(sought, r"rotation_of(\4, \1, \2, \3)", text)
    p.write(*(("bodyid = level[nodeid]",) if level else ()), text)
    titles = {
        "body_pose": ("kinematics", "update_kinematics", "body_poses", "eval_fk"),
        "velocity_pass": ("com_vel", "com_vel_level", "forward_velocity", "body_velocities"),
        "force_pass": ("external_forces", "accumulate_cfrc_ext", "apply_external_forces", "cfrc_ext"),
        "gravity_torque": ("gravity_compensation", "gravcomp_torque", "gravity_torque"),
        "spring_torque": ("passive_springs", "joint_springs", "spring_passive"),
        "force_to_parent": ("rne_backward", "cfrc_backward", "backward_forces"),
        "camera_pose": ("camlight_poses", "update_cameras", "camera_frames"),
        "subtree_sums": ("accumulate_subtree_mass", "sum_subtree_moments", "subtree_mass_sums"),
        "forces_to_joints": ("apply_body_forces", "project_body_forces", "xfrc_to_qfrc"),
        "moving_ancestor": ("find_movable_parent", "merge_welded_bodies", "lump_welded_mass"),
    }[target]
    docstrings = {
        "body_pose": ("One level of the tree; the levels above are done.",),
        "velocity_pass": ("Spatial vectors are angular first.", "One level of the tree; the levels above are done."),
        "force_pass": ("Spatial vectors are angular first.", "Forces are taken about the centre of the tree."),
        "gravity_torque": ("Torque of each joint that holds its subtree against gravity.",),
        "spring_torque": ("One thread for each joint of each world.",),
        "force_to_parent": ("Spatial vectors are angular first.", "One level of the tree; the levels below are done."),
        "camera_pose": ("One thread for each camera of each world.",),
        **dict.fromkeys(
            ("subtree_sums", "forces_to_joints", "moving_ancestor"), ("Walks from a body to the root of its tree.",)
        ),
    }[target]
    summary = {
        "body_pose": "Poses of the bodies of one level of a tree, from those of their parents",
        "velocity_pass": "Velocities of the bodies of one level of a tree",
        "force_pass": "External forces on each body, about the centre of its tree",
        "gravity_torque": "Torques that hold the bodies of a tree against gravity",
        "spring_torque": "Torques of the springs of joints by their types",
        "force_to_parent": "Forces on the joints of one level of a tree, and on the bodies that carry them",
        "camera_pose": "Poses of cameras by what they follow or look at",
        "subtree_sums": "Masses and moments of the subtrees of bodies",
        "forces_to_joints": "Torques of all joints that carry a body, from the force on it",
        "moving_ancestor": "Adds the masses of welded bodies to those that carry them",
    }[target]
    return p.done("multibody", "trees", target, summary, titles, docstrings)


_ROW = {
    "actuator_force": (
        (
            """
            jnt = trn_id[u]
            dof = jnt_dofadr[jnt]
            length = gear[u] * long_qpos[w, jnt_qposadr[jnt]]
            velocity = gear[u] * long_qvel[w, dof]
            {?0.8 value = ctrl[w, u]
            if limited[u]:
                value = wp.clamp(value, ctrl_lower[u], ctrl_upper[u]) ~ value = ctrl[w, u]}
            {?0.6 # what has an activation acts by it, and the control changes it
            if dyn_type[u] == DYN_INTEGRATOR:
                act_dot[w, u] = value
                value = act[w, u]
            elif dyn_type[u] == DYN_FILTER:
                act_dot[w, u] = (value - act[w, u]) / dyn_prm[u][0]
                value = act[w, u]
            else:
                act_dot[w, u] = 0.0}
            gain = gain_prm[u][0]
            if gain_type[u] == GAIN_AFFINE:
                gain += gain_prm[u][1] * length + gain_prm[u][2] * velocity
            f = gain * value
            if bias_type[u] == BIAS_AFFINE:
                f += bias_prm[u][0] + bias_prm[u][1] * length + bias_prm[u][2] * velocity
            {?0.7 if force_limited[u]:
                f = wp.clamp(f, force_range[u][0], force_range[u][1])}
            force[w, u] = f
            {?0.6 wp.atomic_add(qfrc, w, dof, gear[u] * f)}
            """,
            "actuator_force compute_actuation fwd_actuation",
            "Force of each actuator, an affine function of its length and velocity",
        ),
        (
            """
            jnt = trn_id[u]
            dof = jnt_dofadr[jnt]
            q = long_qpos[w, jnt_qposadr[jnt]]
            qd = long_qvel[w, dof]
            mode = act_type[u]
            f = {float(0.0) ~ float(0.0)}
            if mode == MODE_EFFORT:
                f = ctrl[w, u]
            elif mode == MODE_POSITION:
                f = stiffness[u] * (ctrl[w, u] - q) - damping[u] * qd
                {?0.4 # at rest, it needs this much to stay there
                f += bias_force[w, dof]}
            elif mode == MODE_VELOCITY:
                f = damping[u] * (ctrl[w, u] - qd)
            {f = {wp.clamp(f, -max_force[u], max_force[u]) ~ clamp_symmetric(f, max_force[u])} ~
            # the faster the motor turns, the less it has left in that direction
            most = wp.clamp(stall_force[u] * (1.0 - qd / no_load_speed[u]), 0.0, max_force[u])
            least = wp.clamp(stall_force[u] * (-1.0 - qd / no_load_speed[u]), -max_force[u], 0.0)
            f = wp.clamp(f, least, most)}
            {force[w, u] = f
            wp.atomic_add(qfrc, w, dof, f) ~ wp.atomic_add(qfrc, w, dof, f) ~ force[w, u] = f}
            """,
            "apply_motor_controls compute_motor_torques apply_drive_commands",
            "Torque of each motor by its mode, no more than it has",
        ),
    ),
    "sensor_value": (
        (
            """
            kind = sensor_type[u]
            obj = sensor_obj[u]
            adr = sensor_adr[u]
            if kind == SENSOR_JOINTPOS:
                sensordata[w, adr] = long_qpos[w, jnt_qposadr[obj]]
            {elif kind == SENSOR_LIMITPOS:
                # how far from the nearer end of the range
                q = long_qpos[w, jnt_qposadr[obj]]
                sensordata[w, adr] = wp.min(q - lower[obj], upper[obj] - q) ~
            elif kind == SENSOR_CLOCK:
                sensordata[w, adr] = time[w] ~
            elif kind == SENSOR_SUBTREECOM:
                for k in range(3):
                    sensordata[w, adr + k] = subtree_com[w, obj][k] ~}
            elif kind == SENSOR_FRAMEPOS:
                x = xpos[w, obj]
                refid = ref_obj[u]
                # as another frame sees it, if there is one
                if refid >= 0:
                    x = wp.transpose(xmat[w, refid]) * (x - xpos[w, refid])
                for k in range(3):
                    sensordata[w, adr + k] = x[k]
            elif kind == SENSOR_FRAMEZAXIS:
                axis = {xmat[w, obj] * wp.vec3(0.0, 0.0, 1.0) ~
                wp.vec3(xmat[w, obj][0, 2], xmat[w, obj][1, 2], xmat[w, obj][2, 2])}
                {?0.6 if ref_obj[u] >= 0:
                    axis = wp.transpose(xmat[w, ref_obj[u]]) * axis}
                for k in range(3):
                    sensordata[w, adr + k] = axis[k]
            """,
            "sensor_pos eval_position_sensors update_position_sensors",
            "What sensors of positions read",
        ),
        (
            """
            kind = sensor_type[u]
            obj = sensor_obj[u]
            adr = sensor_adr[u]
            if kind == SENSOR_JOINTVEL:
                sensordata[w, adr] = long_qvel[w, jnt_dofadr[obj]]
            {elif kind == SENSOR_ACTUATORVEL:
                sensordata[w, adr] = motor_velocity[w, obj] ~}
            else:
                bodyid = site_body[obj]
                ang = wp.spatial_top(cvel[w, bodyid])
                if kind == SENSOR_GYRO:
                    # as the site sees it
                    v = wp.transpose(xmat[w, obj]) * ang
                elif kind == SENSOR_FRAMEANGVEL:
                    v = ang
                else:
                    # the velocity is that of the point that the body has at the centre of its tree
                    arm = xpos[w, obj] - subtree_com[w, body_root[bodyid]]
                    v = wp.spatial_bottom(cvel[w, bodyid]) {- wp.cross(arm, ang) ~ + wp.cross(ang, arm)}
                    if kind == SENSOR_VELOCIMETER:
                        v = wp.transpose(xmat[w, obj]) * v
                {?0.4 # no more than the sensor can show
                if sensor_cutoff[u] > 0.0:
                    for k in range(3):
                        v[k] = clamp_symmetric(v[k], sensor_cutoff[u])}
                for k in range(3):
                    sensordata[w, adr + k] = v[k]
            """,
            "sensor_vel eval_velocity_sensors update_velocity_sensors",
            "What sensors of velocities read",
        ),
        (
            """
            kind = sensor_type[u]
            obj = sensor_obj[u]
            adr = sensor_adr[u]
            if kind == SENSOR_ACTUATORFRC:
                sensordata[w, adr] = force_in[w, obj]
            elif kind == SENSOR_JOINTACTFRC:
                sensordata[w, adr] = qfrc_in[w, jnt_dofadr[obj]]
            else:
                bodyid = site_body[obj]
                rot = wp.transpose(xmat[w, obj])
                arm = xpos[w, obj] - subtree_com[w, body_root[bodyid]]
                if kind == SENSOR_FORCE:
                    v = rot * wp.spatial_bottom(cfrc_int[w, bodyid])
                elif kind == SENSOR_TORQUE:
                    f_int = cfrc_int[w, bodyid]
                    v = rot * (wp.spatial_top(f_int) - wp.cross(arm, wp.spatial_bottom(f_int)))
                {?0.5 elif kind == SENSOR_FRAMEANGACC:
                    v = wp.spatial_top(cacc[w, bodyid])
                else:
                    ACCELERATION ~ else:
                    ACCELERATION}
                {?0.4 # no more than the sensor can show
                if sensor_cutoff[u] > 0.0:
                    for k in range(3):
                        v[k] = clamp_symmetric(v[k], sensor_cutoff[u])}
                for k in range(3):
                    sensordata[w, adr + k] = v[k]
            """,
            "sensor_acc eval_force_sensors update_force_sensors",
            "What sensors of forces and accelerations read",
        ),
    ),
    "limit_row": (
        (
            """
            {?0.6 if not limited[u]:
                return}
            dof = jnt_dofadr[u]
            q = long_qpos[w, jnt_qposadr[u]]
            dist_low = q - lower[u]
            dist_up = upper[u] - q
            pos = wp.min(dist_low, dist_up) - margin_of[u]
            {?0.4 # it is far from both ends
            ~}
            if pos >= 0.0:
                return
            row = wp.atomic_add(nefc, w, 1)
            if row >= njmax:
                return
            side = {1.0 if dist_low < dist_up else -1.0 ~ wp.where(dist_low < dist_up, 1.0, -1.0)}
            {for i in range({nv ~ nv ~ jac.shape[2]}):
                jac[w, row, i] = 0.0
            jac[w, row, dof] = side ~
            {# no other joint has a part in it
            ~}
            for i in range({nv ~ nv ~ jac.shape[2]}):
                jac[w, row, i] = side if i == dof else 0.0}
            vel = side * long_qvel[w, dof]
            IMPEDANCE
            {# stiffer the nearer the impedance is to one
            ~}
            row_diag[w, row] = imp / ((1.0 - imp) * inv_weight[dof])
            row_pos[w, row] = pos
            {?0.4 row_vel[w, row] = vel}
            # reference acceleration of a spring and a damper
            aref[w, row] = -kd * vel - kp * imp * pos
            """,
            "efc_limit limit_constraints add_limit_rows joint_limit_rows",
            "A row for each joint that is near an end of its range",
        ),
        (
            """
            row_active[w, u] = 0
            {?0.6 if not limited[u]:
                return}
            q = long_qpos[w, jnt_qposadr[u]]
            dof = jnt_dofadr[u]
            {dist = q - lower[u]
            side = float(1.0)
            # the nearer end of the range
            if upper[u] - q < dist:
                dist = upper[u] - q
                side = -1.0 ~
            side = {1.0 if q - lower[u] < upper[u] - q else -1.0 ~ wp.where(q - lower[u] < upper[u] - q, 1.0, -1.0)}
            dist = wp.min(q - lower[u], upper[u] - q)}
            pos = dist - margin_of[u]
            if pos >= 0.0:
                return
            vel = side * long_qvel[w, dof]
            row_active[w, u] = 1
            {row_side[w, u] = side ~ row_side[w, u] = side}
            IMPEDANCE
            row_of_pos[w, u] = pos
            aref_of[w, u] = -kd * vel - kp * imp * pos
            diag_of[w, u] = imp / ((1.0 - imp) * inv_weight[dof])
            """,
            "update_limit_rows evaluate_joint_limits prepare_limit_constraints",
            "The limit constraint of each joint, active near the ends of its range",
        ),
    ),
    "integrate": (
        (
            """
            adr = jnt_qposadr[u]
            dof = jnt_dofadr[u]
            kind = jnt_type[u]
            {if kind == JNT_FREE:
                for k in range(3):
                    long_out[w, adr + k] = long_qpos[w, adr + k] + long_qvel[w, dof + k] * dt
                rot = quat_integrate(quat_at(long_qpos, w, adr + 3), vec3_at(long_qvel, w, dof + 3), dt)
                # the scalar part of a rotation comes first
                long_out[w, adr + 3] = rot[3]
                for k in range(3):
                    long_out[w, adr + 4 + k] = rot[k]
            elif kind == JNT_BALL:
                rot = quat_integrate(quat_at(long_qpos, w, adr), vec3_at(long_qvel, w, dof), dt)
                long_out[w, adr] = rot[3]
                for k in range(3):
                    long_out[w, adr + 1 + k] = rot[k]
            else:
                {# a slide or a hinge
                ~}
                long_out[w, adr] = long_qpos[w, adr] + long_qvel[w, dof] * dt ~
            at = int(adr)
            to = int(dof)
            if kind == JNT_FREE:
                for k in range(3):
                    long_out[w, adr + k] = long_qpos[w, adr + k] + long_qvel[w, dof + k] * dt
                at = adr + 3
                to = dof + 3
            if kind == JNT_FREE or kind == JNT_BALL:
                # the scalar part of a rotation comes first
                rot = wp.quat(long_qpos[w, at + 1], long_qpos[w, at + 2], long_qpos[w, at + 3], long_qpos[w, at])
                omega = wp.vec3(long_qvel[w, to], long_qvel[w, to + 1], long_qvel[w, to + 2])
                rot = quat_integrate(rot, omega, dt)
                long_out[w, at] = rot[3]
                for k in range(3):
                    long_out[w, at + 1 + k] = rot[k]
            else:
                {# a slide or a hinge
                ~}
                long_out[w, adr] = long_qpos[w, adr] + long_qvel[w, dof] * dt}
            """,
            "next_position integrate_pos advance_positions",
            "Moves the coordinates of each joint on by its velocity",
        ),
        (
            """
            {?0.5 if locked[u] {== 1 ~ != 0}:
                qpos_out[w, u] = qpos[w, u]
                qvel_out[w, u] = 0.0
                return}
            {v = qvel[w, u] + qacc[w, u] * dt ~
            # damping is taken at the end of the step
            v = (qvel[w, u] + qacc[w, u] * dt) / (1.0 + damping[u] * dt) ~
            v = qvel[w, u] + dt * force_in[w, u] * inv_mass[u] ~
            v = qvel[w, u] + dt * (force_in[w, u] - damping[u] * qvel[w, u]) * inv_mass[u]}
            {?0.4 {v = wp.clamp(v, -max_speed[u], max_speed[u]) ~ v = clamp_symmetric(v, max_speed[u])}}
            q = qpos[w, u] + v * dt
            {{?0.7 # stops at the ends of the range}
            if q < lower[u]:
                q = lower[u]
                v = wp.max(v, 0.0)
            elif q > upper[u]:
                q = upper[u]
                v = wp.min(v, 0.0) ~
            # bounces off the ends of the range
            if q < lower[u] and v < 0.0:
                q = lower[u]
                v = -bounce_of[u] * v
            elif q > upper[u] and v > 0.0:
                q = upper[u]
                v = -bounce_of[u] * v ~
            if wraps[u] == 1:
                q = wrap_angle(q)
            elif q < lower[u]:
                q = lower[u]
                v = wp.max(v, 0.0)
            elif q > upper[u]:
                q = upper[u]
                v = wp.min(v, 0.0)}
            {qpos_out[w, u] = q
            qvel_out[w, u] = v ~ qvel_out[w, u] = v
            qpos_out[w, u] = q}
            """,
            "euler_step integrate_joints integrate_joint_coordinates",
            "Moves each joint on by one semi-implicit step",
        ),
    ),
}
_IMPEDANCE = """solimp = jnt_solimp[u]
            {# from the width of the impedance on it is constant
            x = wp.min(wp.abs(pos) / solimp[2], 1.0)
            imp = solimp[0] + x * (solimp[1] - solimp[0]) ~
            # rises smoothly with the violation, the most in the middle of its width
            x = wp.min(wp.abs(pos) / solimp[2], 1.0)
            y = {2.0 * x * x if x < 0.5 else 1.0 - 2.0 * (1.0 - x) * (1.0 - x) ~
            wp.where(x < 0.5, 2.0 * x * x, 1.0 - 2.0 * (1.0 - x) * (1.0 - x))}
            imp = solimp[0] + y * (solimp[1] - solimp[0])}
            {# a spring and a damper by their time constant and damping ratio
            ~}
            solref = jnt_solref[u]
            {kd = 2.0 / (solimp[1] * solref[0])
            kp = 1.0 / (solimp[1] * solimp[1] * solref[0] * solref[0] * solref[1] * solref[1]) ~
            rate = solimp[1] * solref[0]
            kd = 2.0 / rate
            kp = 1.0 / (rate * rate * solref[1] * solref[1]) ~
            # no faster than two steps can follow
            rate = solimp[1] * wp.max(solref[0], 2.0 * dt)
            kd = 2.0 / rate
            kp = 1.0 / (rate * rate * solref[1] * solref[1])}"""
"""How stiff a limit is: its impedance, and the constants of its spring and damper."""


_ACCELERATION = """{# it feels the centripetal part, too
                    ~}
                    ang = wp.spatial_top(cvel[w, bodyid])
                    lin = wp.spatial_bottom(cvel[w, bodyid]) - wp.cross(arm, ang)
                    a_lin = wp.spatial_bottom(cacc[w, bodyid]) - wp.cross(arm, wp.spatial_top(cacc[w, bodyid]))
                    {v = rot * (a_lin + wp.cross(ang, lin)) ~ v = rot * a_lin + wp.cross(rot * ang, rot * lin)}"""


def _declare_dofs(p: Program, of: str, worlds: int, n: int) -> None:
    """The arguments of a kernel that moves single coordinates on, by what they are of."""
    q, qd, qdd, f = ("q", "qd", "qdd", "f") if of == "joint" else ("pos", "vel", "acc", "force")
    for key, bounds, name in (
        ("qpos", (-4, 4), q), ("qvel", (-1, 1), qd), ("qacc", (-4, 4), qdd), ("force_in", (-2, 2), f),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (worlds, n), (f"{of}_{name}",))
    for key, bounds, name in (
        ("lower", (-1.5, -0.3), "limit_lower"), ("upper", (0.3, 1.5), "limit_upper"), ("damping", (0.1, 1), "damping"),
        ("inv_mass", (0.5, 2), "inv_inertia"), ("bounce_of", (0.1, 0.6), "restitution"),
        ("max_speed", (0.4, 0.8), "velocity_limit"),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (n,), (f"{of}_{name}",))
    p.array("locked", INT, (0, 1), (n,), (f"{of}_locked",))
    p.array("wraps", INT, (0, 1), (n,), (f"{of}_continuous",))
    p.output("qpos_out", FLOAT, (worlds, n), (f"{of}_{q}_out",))
    p.output("qvel_out", FLOAT, (worlds, n), (f"{of}_{qd}_out",))


def _draw_row(stream: Stream, target: str) -> KernelSpec:
    """Actuators, sensors, limits and coordinates in many worlds."""
    worlds, n = stream.child("sizes").choice(((4, 8), (6, 6), (8, 6), (6, 10), (8, 8)))
    text, titles, summary = stream.child("kernel").choice(_ROW[target])
    of_dofs = "euler_step" in titles
    # coordinates of single joints have the words of other code than those of bodies
    of = stream.child("words").choice(("joint", "dof"))
    names = {"actuator_force": ("u", "uid", "act_id", "i"), "sensor_value": ("u", "sensorid", "s", "i")}
    items = ("u", f"{of}_id", "i") if of_dofs else names.get(target, ("u", "jntid", "i"))
    p = Program(stream, ("w", "worldid", "world", "env"), items, launch=(worlds, n))
    each, data = (worlds, n), (worlds, 3 * n)
    for key, bounds, pool in (
        ("ctrl", (-2, 2), ("ctrl",)), ("act", (-1, 1), ("act",)), ("force_in", (-2, 2), ("actuator_force",)),
        ("motor_velocity", (-2, 2), ("actuator_velocity",)),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, each, pool)
    p.array("qfrc_in", FLOAT, (-2, 2), (worlds, n * _VELOCITIES), ("qfrc_actuator",))
    p.array("bias_force", FLOAT, (-1, 1), (worlds, n * _VELOCITIES), ("qfrc_bias",))
    for key, bounds, pool in (
        ("ctrl_lower", (-1.5, -0.5), ("ctrl_lower",)),
        ("ctrl_upper", (0.5, 1.5), ("ctrl_upper",)),
        ("gear", (0.5, 2), ("actuator_gear",)), ("stiffness", (1, 10), ("actuator_kp",)),
        ("max_force", (1, 6), ("effort_limit",)), ("stall_force", (4, 8), ("stall_torque",)),
        ("lower", (-1.5, -0.3), ("jnt_lower",)), ("upper", (0.3, 1.5), ("jnt_upper",)),
        ("sensor_cutoff", (-0.5, 1), ("sensor_cutoff",)),
        ("margin_of", (0.05, 0.6), ("jnt_margin",)),
        ("damping", (0.1, 1), ("actuator_kv",)),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (n,), pool)
    if of_dofs:
        _declare_dofs(p, of, worlds, n)
    p.array("long_qpos", FLOAT, (-4, 4), (worlds, n * _COORDINATES), ("qpos",))
    p.array("long_qvel", FLOAT, (-1, 1), (worlds, n * _VELOCITIES), ("qvel",))
    p.starts("jnt_qposadr", n, _COORDINATES, 0, ("jnt_qposadr",))
    p.starts("jnt_dofadr", n, _VELOCITIES, 0, ("jnt_dofadr",))
    p.array("jnt_type", INT, (0, 3), (n,), ("jnt_type",))
    p.array("act_type", INT, (0, 2), (n,), ("control_mode",))
    p.array("dyn_type", INT, (0, 2), (n,), ("actuator_dyntype",))
    p.array("gain_type", INT, (0, 1), (n,), ("actuator_gaintype",))
    p.array("bias_type", INT, (0, 1), (n,), ("actuator_biastype",))
    p.array("gain_prm", VEC, (-2, 2), (n,), ("actuator_gainprm",))
    p.array("dyn_prm", VEC, (0.2, 1), (n,), ("actuator_dynprm",))
    p.array("bias_prm", VEC, (-2, 2), (n,), ("actuator_biasprm",))
    p.array("force_range", Type("float32", (2,)), (-3, 3), (n,), ("actuator_forcerange",))
    p.array("sensor_type", INT, (0, 5), (n,), ("sensor_type",))
    p.array("sensor_obj", INT, (0, n - 1), (n,), ("sensor_objid",))
    p.array("ref_obj", INT, (-n // 2, n - 1), (n,), ("sensor_refid",))
    p.starts("sensor_adr", n, 3, 0, ("sensor_adr",))
    p.array("trn_id", INT, (0, n - 1), (n,), ("actuator_trnid",))
    p.array("site_body", INT, (0, n - 1), (n,), ("site_bodyid",))
    p.array("body_root", INT, (0, n - 1), (n,), ("body_rootid",))
    limits = ("actuator_ctrllimited",) if target == "actuator_force" else ("jnt_limited",)
    p.array("limited", FLAG, (0, 1), (n,), limits)
    p.array("force_limited", FLAG, (0, 1), (n,), ("actuator_forcelimited",))
    p.array("time", FLOAT, (0, 4), (worlds,), ("time",))
    for key, names_of in (("xpos", "site_xpos"), ("subtree_com", "subtree_com")):
        p.array(key, VEC, (-1, 1), each, (names_of,))
    p.array("xmat", _MAT, (-1, 1), each, ("site_xmat",))
    for key in ("cvel", "cacc", "cfrc_int"):
        p.array(key, SPATIAL, (-1, 1), each, (key,), element="wp.spatial_vector")
    # two steps of a limit's solver are about as long as its time constant
    p.scalar("dt", FLOAT, (0.15, 0.5) if target == "limit_row" else (0.02, 0.2), ("timestep", "dt"))
    p.array("no_load_speed", FLOAT, (1, 1.5), (n,), ("no_load_speed",))
    p.array("jnt_solimp", VEC, (0.5, 0.95), (n,), ("jnt_solimp",))
    p.array("jnt_solref", Type("float32", (2,)), (0.3, 1.2), (n,), ("jnt_solref",))
    p.array("inv_weight", FLOAT, (0.5, 2), (n * _VELOCITIES,), ("dof_invweight0",))
    p.scalar("njmax", INT, (n // 2, n), ("njmax",))
    p.sizes(nv=n * _VELOCITIES)
    p.constants({"MODE_EFFORT": 0, "MODE_POSITION": 1, "MODE_VELOCITY": 2})
    p.constants({"DYN_NONE": 0, "DYN_INTEGRATOR": 1, "DYN_FILTER": 2, "GAIN_AFFINE": 1, "BIAS_AFFINE": 1})
    p.constants({"JNT_FREE": 0, "JNT_BALL": 1, "JNT_SLIDE": 2, "JNT_HINGE": 3})
    for sensors in (
        ("JOINTPOS", "LIMITPOS", "CLOCK", "FRAMEPOS", "FRAMEZAXIS"),
        ("JOINTVEL", "ACTUATORVEL", "GYRO", "FRAMEANGVEL", "VELOCIMETER"),
        ("ACTUATORFRC", "JOINTACTFRC", "FORCE", "TORQUE", "FRAMEANGACC", "ACCELEROMETER"),
    ):
        p.constants({f"SENSOR_{name}": number for number, name in enumerate(sensors)})
    p.constants({"SENSOR_SUBTREECOM": 2})
    p.function(
        """
        def quat_integrate(q: wp.quat, omega: wp.vec3, dt: float) -> wp.quat:
            {angle = wp.length(omega) * dt
            turn = wp.quat_from_axis_angle(wp.normalize(omega), angle)
            return wp.normalize(q * turn) ~
            # of the body's own frame
            dq = q * wp.quat(omega[0], omega[1], omega[2], 0.0)
            return wp.normalize(q + dq * (0.5 * dt))}
        """
    )
    p.function(
        """
        def quat_at(values: wp.array(dtype=float, ndim=2), row: int, at: int) -> wp.quat:
            return wp.quat(values[row, at + 1], values[row, at + 2], values[row, at + 3], values[row, at])
        """
    )
    p.function(
        """
        def vec3_at(values: wp.array(dtype=float, ndim=2), row: int, at: int) -> wp.vec3:
            return wp.vec3(values[row, at], values[row, at + 1], values[row, at + 2])
        """
    )
    p.output("force", FLOAT, each, ("actuator_force",))
    p.output("act_dot", FLOAT, each, ("act_dot",))
    p.output("qfrc", FLOAT, (worlds, n * _VELOCITIES), ("qfrc_actuator",), (-1, 1))
    p.output("sensordata", FLOAT, data, ("sensordata",), (-1, 1))
    p.output("nefc", INT, (worlds,), ("nefc",), (0, 2))
    p.output("jac", FLOAT, (worlds, n, n * _VELOCITIES), ("efc_J",), (-1, 1))
    for key, pool in (
        ("aref", ("efc_aref",)), ("row_pos", ("efc_pos",)), ("row_vel", ("efc_vel",)), ("row_diag", ("efc_D",)),
        ("aref_of", ("limit_aref",)), ("row_of_pos", ("limit_pos",)), ("diag_of", ("limit_D",)),
        ("row_side", ("limit_side", "limit_sign")),
    ):  # fmt: skip
        p.output(key, FLOAT, each, pool, (0, 1))
    p.output("row_active", INT, each, ("limit_active",))
    p.output("long_out", FLOAT, (worlds, n * _COORDINATES), ("qpos_out",), (-1, 1))
    p.write(text.replace("IMPEDANCE", _IMPEDANCE).replace("ACCELERATION", _ACCELERATION))
    return p.done("multibody", "coordinates", target, summary, tuple(titles.split()), (
        "Launched over (worlds, items).", f"{summary}, in many worlds.",
    ))  # fmt: skip


_WEIGHTS = {
    "velocity_pass": 0.7,
    "subtree_sums": 0.4,
    "forces_to_joints": 0.5,
    "moving_ancestor": 0.4,
    "camera_pose": 0.8,
}
RECIPES = (
    Recipe(name="trees", category="multibody", targets=tuple(_BODY), draw=_draw_body, target_weights=_WEIGHTS),
    Recipe(
        name="coordinates",
        category="multibody",
        targets=tuple(_ROW),
        draw=_draw_row,
        target_weights={"actuator_force": 1.5, "limit_row": 0.9, "sensor_value": 1.3},
    ),
)
