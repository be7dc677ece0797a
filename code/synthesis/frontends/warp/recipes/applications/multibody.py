"""Trees of bodies in many worlds at once: poses, velocities, forces, actuators, sensors, rows of constraints."""

import re

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FOUR, INT, SPATIAL, VEC, Program
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type
from synthesis.records import KernelSpec

_MAT = Type("float32", (3, 3))
_JOINTS, _DOFS, _COORDINATES = 2, 12, 7
"""The joints and velocities that a body has at most, and the coordinates that a joint has."""

_BODY = {
    "body_pose": """
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
            if kind == JNT_SLIDE:
                p += wp.quat_rotate(q, jnt_axis[jnt]) * qpos[w, adr]
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
        {?0.5 q = wp.normalize(q)}
        {pos_out[w, b] = p
        quat_out[w, b] = q ~ quat_out[w, b] = q
        pos_out[w, b] = p}
        {?0.4 com_out[w, b] = p + wp.quat_rotate(q, body_ipos[b])}
        {?0.3 mat_out[w, b] = wp.quat_to_matrix(q)}
    """,
    "velocity_pass": """
        pid = parent_of[b]
        vel = cvel[w, pid]
        {{first = dof_adr[b]
        for k in range(dof_num[b]):
            dof = first + k ~
        for dof in range(dof_adr[b], dof_adr[b] + dof_num[b]):}
            {?0.6 # the axes move with the bodies above
            cdof_dot[w, dof] = {motion_cross(vel, cdof[w, dof]) ~ wp.spatial_cross(vel, cdof[w, dof])}}
            vel += cdof[w, dof] * qvel[w, dof] ~
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
        {# a part of the weight is carried
        {push -= gravity * (mass[b] * gravcomp[b]) ~ if gravcomp[b] != 0.0:
            push -= gravity * (mass[b] * gravcomp[b])} ~
        # a medium that resists moving and turning
        {push -= drag * (com_vel_in[w, b] - wind) ~ push -= drag * com_vel_in[w, b]}
        moment -= spin_drag * ang_vel_in[w, b] ~
        # resistance grows with the square of the speed
        {flow = com_vel_in[w, b] - wind
        push -= flow * (drag * wp.length(flow)) ~ speed = wp.length(com_vel_in[w, b])
        push -= com_vel_in[w, b] * (drag * speed)}
        {?0.6 moment -= ang_vel_in[w, b] * (spin_drag * wp.length(ang_vel_in[w, b]))} ~
        }
        # moved from the centre of the body to that of its tree
        arm = xipos[w, b] - com[w, root_of[b]]
        force_out[w, b] = wp.spatial_vector(moment + wp.cross(arm, push), push)
    """,
    "gravity_torque": """
        {total = float(0.0)
        {for k in range({num_bodies ~ xipos.shape[1]}):
            # bodies that this joint carries
            if {ancestor[b, k] == 0 ~ ancestor[b, k] != 1}:
                continue ~ # bodies of a subtree stand in a row
        for k in range(b, subtree_end[b]):}
            {arm = xipos[w, k] - xanchor[w, b]
            moment = wp.dot(xaxis[w, b], wp.cross(arm, gravity))
            {total += moment * mass[k] ~ total += moment * mass[k] * gravcomp[k]} ~
            weight = gravity * {mass[k] ~ (mass[k] * gravcomp[k])}
            {?0.75 if jnt_kind[b] == JNT_SLIDE:
                total += wp.dot(xaxis[w, b], weight)
                continue}
            total += wp.dot(xaxis[w, b], wp.cross(xipos[w, k] - xanchor[w, b], weight))}
        ~
        {# the subtree as one mass at its centre
        weight = gravity * subtree_mass[b] ~ weight = gravity * subtree_mass[b]}
        {if jnt_kind[b] == JNT_SLIDE:
            total = wp.dot(xaxis[w, b], weight)
        else:
            total = wp.dot(xaxis[w, b], wp.cross(subtree_com[w, b] - xanchor[w, b], weight)) ~
        arm = subtree_com[w, b] - xanchor[w, b]
        total = wp.dot(xaxis[w, b], wp.cross(arm, weight))}}
        {?0.6 # no more than the motor has
        {if wp.abs(total) > max_torque:
            total = wp.sign(total) * max_torque ~ total = clamp_symmetric(total, max_torque) ~
        total = wp.clamp(total, -max_torque, max_torque)}}
        {torque[w, b] = -total ~ torque_sum[w, b] = torque_sum[w, b] - total}
    """,
}


def _draw_body(stream: Stream, target: str) -> KernelSpec:
    """Bodies of a tree in many worlds, a thread for each body of each world."""
    worlds, bodies = stream.child("sizes").choice(((4, 8), (6, 6), (8, 6), (6, 10), (8, 8)))
    level = target in ("body_pose", "velocity_pass")
    items = ("nodeid", "node", "tid") if level else ("b", "bodyid", "body", "bid")
    p = Program(stream, ("w", "worldid", "world", "env"), items, launch=(worlds, bodies))
    p.places("level", bodies, 1, ("body_tree", "level_bodies"))
    joints, dofs, each = bodies * _JOINTS, bodies * _DOFS, (worlds, bodies)
    p.array("parent_of", INT, (0, bodies - 1), (bodies,), ("body_parentid",))
    p.array("root_of", INT, (0, bodies - 1), (bodies,), ("body_rootid",))
    p.array("jnt_num", INT, (0, _JOINTS), (bodies,), ("body_jntnum",))
    p.starts("jnt_adr", bodies, _JOINTS, 0, ("body_jntadr",))
    p.starts("jnt_qposadr", joints, _COORDINATES, 0, ("jnt_qposadr",))
    p.array("dof_num", INT, (0, 3), (bodies,), ("body_dofnum",))
    p.starts("dof_adr", bodies, _DOFS, 0, ("body_dofadr",))
    p.array("jnt_type", INT, (0, 3), (joints,), ("jnt_type",))
    p.array("jnt_kind", INT, (2, 3), (bodies,), ("jnt_type",))
    p.array("ancestor", INT, (0, 1), (bodies, bodies), ("is_ancestor",))
    p.array("subtree_end", INT, (bodies // 2, bodies), (bodies,), ("subtree_end",))
    p.array("sleeping", INT, (0, 1), each, ("body_asleep",))
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
        ("gravcomp", (0.2, 1), ("body_gravcomp",)),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (bodies,), names)
    p.array("qpos", FLOAT, (-2, 2), (worlds, joints * _COORDINATES), ("qpos",))
    p.array("qvel", FLOAT, (-1, 1), (worlds, dofs), ("qvel",))
    for key, shape, names in (
        ("cvel", each, ("cvel_in",)), ("xfrc", each, ("xfrc_applied",)),
        ("cfrc_body", each, ("cfrc_body",)), ("cdof", (worlds, dofs), ("cdof",)),
    ):  # fmt: skip
        p.array(key, SPATIAL, (-1, 1), shape, names, element="wp.spatial_vector")
    p.scalar("gravity", VEC, (-10, 10), ("gravity",))
    p.scalar("wind", VEC, (-1, 1), ("wind",))
    p.number("max_torque", (1, 4), ("max_torque", "torque_limit"), ("2.0", "4.0"))
    p.number("drag", (0.1, 1), ("drag", "linear_drag"), ("0.1", "0.5"))
    p.number("spin_drag", (0.05, 0.5), ("angular_drag", "spin_drag"), ("0.05", "0.1"))
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
        def motion_cross(u: wp.spatial_vector, v: wp.spatial_vector) -> wp.spatial_vector:
            ang = wp.cross(wp.spatial_top(u), wp.spatial_top(v))
            lin = wp.cross(wp.spatial_top(u), wp.spatial_bottom(v)) + wp.cross(wp.spatial_bottom(u), wp.spatial_top(v))
            return wp.spatial_vector(ang, lin)
        """
    )
    p.output("pos_out", VEC, each, ("xpos_out",))
    p.output("quat_out", FOUR, each, ("xquat_out",), element="wp.quat")
    p.output("mat_out", _MAT, each, ("xmat_out",))
    p.output("com_out", VEC, each, ("xipos_out",))
    p.output("vel_out", SPATIAL, each, ("cvel_out",), element="wp.spatial_vector")
    p.output("cdof_dot", SPATIAL, (worlds, dofs), ("cdof_dot_out",), (0, 1), element="wp.spatial_vector")
    p.output("force_out", SPATIAL, each, ("cfrc_ext_out",), element="wp.spatial_vector")
    p.output("torque", FLOAT, each, ("qfrc_gravcomp",))
    p.output("torque_sum", FLOAT, each, ("qfrc_passive",), (-1, 1))
    # parents have been done in a launch of their own, and children are done in the next
    text = re.sub(r"\bb\b", "bodyid", _BODY[target]) if level else _BODY[target]
    p.write(*(("bodyid = level[nodeid]",) if level else ()), text)
    titles = {
        "body_pose": ("kinematics", "update_kinematics", "body_poses", "eval_fk"),
        "velocity_pass": ("com_vel", "com_vel_level", "forward_velocity", "body_velocities"),
        "force_pass": ("external_forces", "accumulate_cfrc_ext", "apply_external_forces", "cfrc_ext"),
        "gravity_torque": ("gravity_compensation", "gravcomp_torque", "gravity_torque"),
    }[target]
    docstrings = {
        "body_pose": ("One level of the tree; the levels above are done.",),
        "velocity_pass": ("Spatial vectors are angular first.", "One level of the tree; the levels above are done."),
        "force_pass": ("Spatial vectors are angular first.", "Forces are taken about the centre of the tree."),
        "gravity_torque": ("Torque of each joint that holds its subtree against gravity.",),
    }[target]
    return p.done("multibody", "trees", target, "Bodies of a tree in many worlds", titles, (
        *docstrings,
    ))  # fmt: skip


_ROW = {
    "actuator_force": """
        {j = trn_id[u] ~
        j = trn_maybe[u]
        {# no joint to drive
        if j {< 0 ~ == -1}:
            force[w, u] = 0.0
            return ~ if j {< 0 ~ == -1}:
            force[w, u] = 0.0
            return}}
        kind = act_type[u]
        {value = ctrl[w, u]
        {?0.7 if limited[u]:
            value = wp.clamp(value, ctrl_lower[u], ctrl_upper[u])} ~
        value = wp.clamp(ctrl[w, u], ctrl_lower[u], ctrl_upper[u])}
        {?0.4 # the control comes through a first-order filter
        act_next = act[w, u] + dt * (value - act[w, u]) / time_const[u]
        act_out[w, u] = act_next
        value = act_next}
        length = gear[u] * qpos[w, j]
        velocity = gear[u] * qvel[w, j]
        {f = gain[u] * value
        if kind == ACT_POSITION:
            f = gain[u] * (value - length) - bias[u] * velocity
        elif kind == ACT_VELOCITY:
            f = gain[u] * (value - velocity)
        {?0.5 elif kind == ACT_DAMPER:
            f = -gain[u] * velocity * wp.max(value, 0.0)} ~
        f = {float(0.0) ~ float(0.0)}
        if kind == ACT_MOTOR:
            f = gain[u] * value
        elif kind == ACT_POSITION:
            f = gain[u] * (value - length) - bias[u] * velocity
        elif kind == ACT_VELOCITY:
            f = gain[u] * (value - velocity)
        {?0.5 else:
            # a damper, as strong as the control says
            f = -gain[u] * velocity * wp.max(value, 0.0)}}
        {?0.4 # less is left at speed
        stall = max_force[u] * wp.max(1.0 - wp.abs(velocity) / no_load_speed[u], 0.0)
        f = {wp.clamp(f, -stall, stall) ~ clamp_symmetric(f, stall)}
        ~
        {?0.75 if {force_limited[u] == 1 ~ force_limited[u] != 0}:
            f = {wp.clamp(f, -max_force[u], max_force[u]) ~ clamp_symmetric(f, max_force[u])}}}
        force[w, u] = f
        {?0.6 # through the gear to the joint
        wp.atomic_add(qfrc, w, j, gear[u] * f)}
    """,
    "sensor_value": """
        kind = sensor_type[u]
        obj = sensor_obj[u]
        adr = sensor_adr[u]
        if kind == SENSOR_JOINTPOS:
            sensordata[w, adr] = {qpos[w, obj] ~ qpos[w, obj] - ref[obj]}
        elif kind == SENSOR_JOINTVEL:
            sensordata[w, adr] = qvel[w, obj]
        {elif kind == SENSOR_LIMITPOS:
            # how far from the nearer end of the range
            {sensordata[w, adr] = wp.min(qpos[w, obj] - lower[obj], upper[obj] - qpos[w, obj]) ~
            q = qpos[w, obj]
            sensordata[w, adr] = wp.min(q - lower[obj], upper[obj] - q)} ~
        elif kind == SENSOR_DISTANCE:
            if ref_obj[u] >= 0:
                sensordata[w, adr] = wp.length(xpos[w, obj] - xpos[w, ref_obj[u]])
            else:
                sensordata[w, adr] = wp.length(xpos[w, obj]) ~}
        {elif kind == SENSOR_FRAMEPOS: ~ else:}
            x = xpos[w, obj]
            {?0.7 # as another frame sees it, if there is one
            {if ref_obj[u] >= 0:
                x = wp.transpose(xmat[w, ref_obj[u]]) * (x - xpos[w, ref_obj[u]]) ~
            refid = ref_obj[u]
            if refid >= 0:
                x = wp.transpose(xmat[w, refid]) * (x - xpos[w, refid])}}
            {for k in range(3):
                sensordata[w, adr + k] = x[k] ~
            sensordata[w, adr + 0] = x[0]
            sensordata[w, adr + 1] = x[1]
            sensordata[w, adr + 2] = x[2]}
        {?0.25 for k in range(sensor_dim[u]):
            sensordata[w, adr + k] = sensordata[w, adr + k] + noise_scale[u] * noise[w, adr + k] ~
        # no more than the sensor can show
        if sensor_cutoff[u] > 0.0:
            for k in range(sensor_dim[u]):
                sensordata[w, adr + k] = wp.clamp(sensordata[w, adr + k], -sensor_cutoff[u], sensor_cutoff[u])}
    """,
    "limit_row": """
        {?0.75 # nothing holds this joint
        if {jnt_limited[u] == 0 ~ not limited[u]}:
            row_active[w, u] = 0
            return}
        q = qpos[w, u]
        {dist_low = q - lower[u]
        dist_up = upper[u] - q
        dist = wp.min(dist_low, dist_up)
        side = {1.0 if dist_low < dist_up else -1.0 ~ wp.where(dist_low < dist_up, 1.0, -1.0)}
        ~
        dist = q - lower[u]
        side = float(1.0)
        # the nearer end of the range
        if upper[u] - q < dist:
            dist = upper[u] - q
            side = -1.0
        ~
        side = {1.0 if q - lower[u] < upper[u] - q else -1.0 ~ wp.where(q - lower[u] < upper[u] - q, 1.0, -1.0)}
        dist = {wp.min(q - lower[u], upper[u] - q) ~ wp.min(q - lower[u], upper[u] - q)}}
        pos = dist - margin_of[u]
        if pos >= 0.0:
            row_active[w, u] = 0
            return
        row_active[w, u] = 1
        {jac[w, u] = side
        row_pos[w, u] = pos ~ row_pos[w, u] = pos
        jac[w, u] = side}
        {?0.8 vel = side * qvel[w, u]
        {?0.5 row_vel[w, u] = vel}
        # reference acceleration of a spring and a damper
        aref[w, u] = -limit_b[u] * vel - limit_k[u] * pos}
        {?0.4 # stiffer the nearer the impedance is to one
        row_diag[w, u] = impedance[u] / ((1.0 - impedance[u]) * inv_weight[u])}
    """,
    "integrate": """
        {?0.6 {if locked[u] == 1:
            qpos_out[w, u] = qpos[w, u]
            qvel_out[w, u] = 0.0
            return ~ if locked[u] != 0:
            qpos_out[w, u] = qpos[w, u]
            qvel_out[w, u] = 0.0
            return}}
        {v = qvel[w, u] + qacc[w, u] * dt
        {?0.3 v = v * (1.0 - damping[u] * dt)} ~
        # damping is taken at the end of the step
        v = (qvel[w, u] + qacc[w, u] * dt) / (1.0 + damping[u] * dt) ~
        v = qvel[w, u] + qacc[w, u] * dt}
        {?0.4 {v = wp.clamp(v, -max_speed[u], max_speed[u]) ~ v = clamp_symmetric(v, max_speed[u])}}
        q_next = qpos[w, u] + {v ~ 0.5 * (v + qvel[w, u])} * dt
        {{?0.7 # stops at the ends of the range}
        if q_next < lower[u]:
            q_next = lower[u]
            v = wp.max(v, 0.0)
        elif q_next > upper[u]:
            q_next = upper[u]
            v = wp.min(v, 0.0) ~
        if wraps[u] == 1:
            q_next = wrap_angle(q_next)
        {else:
            q_next = wp.clamp(q_next, lower[u], upper[u]) ~
        elif q_next < lower[u]:
            q_next = lower[u]
            v = wp.max(v, 0.0)
        elif q_next > upper[u]:
            q_next = upper[u]
            v = wp.min(v, 0.0)} ~ }
        {qpos_out[w, u] = q_next
        qvel_out[w, u] = v ~ qvel_out[w, u] = v
        qpos_out[w, u] = q_next}
    """,
}


def _draw_row(stream: Stream, target: str) -> KernelSpec:
    """Actuators, sensors, limits and coordinates in many worlds."""
    worlds, n = stream.child("sizes").choice(((4, 8), (6, 6), (8, 6), (6, 10), (8, 8)))
    names = {"actuator_force": ("u", "uid", "act_id", "i"), "sensor_value": ("u", "sensorid", "s", "i")}
    p = Program(
        stream, ("w", "worldid", "world", "env"), names.get(target, ("u", "jntid", "dof", "i")), launch=(worlds, n)
    )
    each, data = (worlds, n), (worlds, 3 * n)
    for key, bounds, pool in (
        ("ctrl", (-2, 2), ("ctrl",)), ("qpos", (-2, 2), ("qpos",)),
        ("qvel", (-1, 1), ("qvel",)), ("act", (-1, 1), ("act",)),
        ("qacc", (-4, 4), ("qacc",)),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, each, pool)
    for key, bounds, pool in (
        ("ctrl_lower", (-1.5, -0.5), ("ctrl_lower",)),
        ("ctrl_upper", (0.5, 1.5), ("ctrl_upper",)),
        ("gear", (0.5, 2), ("gear",)), ("gain", (1, 10), ("actuator_gain",)),
        ("bias", (0.1, 1), ("actuator_damping",)), ("max_force", (1, 6), ("force_limit",)),
        ("time_const", (0.2, 1), ("act_tau", "time_constant")),
        ("lower", (-1.5, -0.3), ("jnt_lower",)), ("upper", (0.3, 1.5), ("jnt_upper",)),
        ("ref", (-1, 1), ("qpos0",)), ("noise_scale", (0.1, 0.5), ("sensor_noise",)),
        ("sensor_cutoff", (-0.5, 1), ("sensor_cutoff",)),
        ("margin_of", (0.05, 0.6), ("jnt_margin",)),
        ("limit_k", (5, 20), ("limit_stiffness",)), ("limit_b", (0.5, 2), ("limit_damping",)),
        ("inv_weight", (0.5, 2), ("dof_invweight",)), ("damping", (0.1, 1), ("dof_damping",)),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (n,), pool)
    if target == "integrate":
        p.array("qpos", FLOAT, (-4, 4), each, ("qpos",))  # some of them have to be wrapped
    p.array("act_type", INT, (0, 3), (n,), ("actuator_type",))
    p.array("sensor_type", INT, (0, 4), (n,), ("sensor_type",))
    p.array("sensor_dim", INT, (1, 3), (n,), ("sensor_dim",))
    p.array("sensor_obj", INT, (0, n - 1), (n,), ("sensor_objid",))
    p.array("ref_obj", INT, (-n // 2, n - 1), (n,), ("sensor_refid",))
    p.starts("sensor_adr", n, 3, 0, ("sensor_adr",))
    p.array("trn_id", INT, (0, n - 1), (n,), ("actuator_trnid",))
    p.array("trn_maybe", INT, (-1, n - 1), (n,), ("actuator_trnid",))
    for key, pool in (
        ("force_limited", ("force_limited", "has_force_limit")), ("jnt_limited", ("jnt_limited", "has_limits")),
        ("locked", ("dof_locked",)), ("wraps", ("is_continuous",)),
    ):  # fmt: skip
        p.array(key, INT, (0, 1), (n,), pool)
    limits = ("ctrl_limited", "has_ctrl_range") if target == "actuator_force" else ("jnt_limited", "has_limits")
    p.array("limited", FLAG, (0, 1), (n,), limits)
    p.array("noise", FLOAT, (-0.5, 0.5), data, ("noise", "sensor_randn"))
    p.array("xpos", VEC, (-1, 1), each, ("site_xpos",))
    p.array("xmat", _MAT, (-1, 1), each, ("site_xmat",))
    p.scalar("dt", FLOAT, (0.02, 0.2), ("timestep", "dt"))
    p.array("max_speed", FLOAT, (0.4, 0.8), (n,), ("dof_velocity_limit",))
    p.array("no_load_speed", FLOAT, (1, 1.5), (n,), ("actuator_no_load_speed",))
    p.array("impedance", FLOAT, (0.5, 0.9), (n,), ("jnt_impedance",))
    p.constants({"ACT_MOTOR": 0, "ACT_POSITION": 1, "ACT_VELOCITY": 2, "ACT_DAMPER": 3})
    sensors = ("JOINTPOS", "JOINTVEL", "FRAMEPOS", "LIMITPOS", "DISTANCE")
    p.constants({f"SENSOR_{name}": number for number, name in enumerate(sensors)})
    p.output("force", FLOAT, each, ("actuator_force",))
    p.output("act_out", FLOAT, each, ("act_out",), (0, 1))
    p.output("qfrc", FLOAT, each, ("qfrc_actuator",), (-1, 1))
    p.output("sensordata", FLOAT, data, ("sensordata",), (-1, 1))
    for key, pool in (
        ("aref", ("efc_aref",)), ("row_pos", ("efc_pos",)), ("jac", ("efc_J",)),
        ("row_vel", ("efc_vel",)), ("row_diag", ("efc_D",)),
    ):  # fmt: skip
        p.output(key, FLOAT, each, pool, (0, 1))
    p.output("row_active", INT, each, ("efc_active",))
    p.output("qpos_out", FLOAT, each, ("qpos_out",))
    p.output("qvel_out", FLOAT, each, ("qvel_out",))
    p.write(_ROW[target])
    titles = {
        "actuator_force": ("actuator_force", "compute_actuation", "apply_controls"),
        "sensor_value": ("eval_sensors", "update_sensors", "read_sensors"),
        "limit_row": ("efc_limit", "limit_constraints", "add_limit_rows", "joint_limit_rows"),
        "integrate": ("advance", "euler_step", "integrate_joints", "next_position"),
    }[target]
    return p.done("multibody", "coordinates", target, "Actuators, sensors and coordinates in many worlds", titles, (
        "Launched over (worlds, items).", "One thread for each item of each world.",
    ))  # fmt: skip


RECIPES = (
    Recipe(name="trees", category="multibody", targets=tuple(_BODY), draw=_draw_body),
    Recipe(name="coordinates", category="multibody", targets=tuple(_ROW), draw=_draw_row),
)
