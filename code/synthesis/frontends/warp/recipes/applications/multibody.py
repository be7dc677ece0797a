"""Trees of bodies in many worlds at once: poses, velocities, forces, actuators, sensors, rows of constraints."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, FOUR, INT, SPATIAL, VEC, Program
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type
from synthesis.records import KernelSpec

_MAT = Type("float32", (3, 3))

_BODY = {
    "body_pose": """
        pid = parent_of[b]
        {?0.5 # the world itself
        if {b == 0 ~ pid < 0 ~ pid == -1}:
            pos_out[w, b] = {wp.vec3(0.0, 0.0, 0.0) ~ body_pos[b]}
            {quat_out[w, b] = wp.quat(0.0, 0.0, 0.0, 1.0) ~ quat_out[w, b] = wp.quat_identity()}
            return
        up = pid
        ~
        up = wp.max(pid, 0)}
        p = {quat_rotate(xquat[w, up], body_pos[b]) ~ wp.quat_rotate(xquat[w, up], body_pos[b])} + xpos[w, up]
        q = xquat[w, up] * body_quat[b]
        {num = jnt_num[b]
        for k in range(num):
            jnt = jnt_adr[b] + k
            {?0.7 kind = jnt_type[jnt]
            if kind == JNT_SLIDE:
                p += wp.quat_rotate(q, jnt_axis[jnt]) * qpos[w, jnt]
            elif kind == JNT_HINGE:
                {turn = wp.quat_from_axis_angle(jnt_axis[jnt], qpos[w, jnt])
                q = q * turn ~ q = q * wp.quat_from_axis_angle(jnt_axis[jnt], qpos[w, jnt])}
            ~
            p += wp.quat_rotate(q, jnt_axis[jnt]) * qpos[w, jnt]} ~
        jnt = jnt_adr[b]
        if jnt_type[jnt] == {JNT_HINGE ~ JNT_SLIDE}:
            {q = q * wp.quat_from_axis_angle(jnt_axis[jnt], qpos[w, jnt]) ~
            p += wp.quat_rotate(q, jnt_axis[jnt]) * qpos[w, jnt]} ~}
        pos_out[w, b] = p
        quat_out[w, b] = {wp.normalize(q) ~ q}
        {?0.4 com_out[w, b] = p + wp.quat_rotate(q, body_ipos[b])}
        {?0.3 mat_out[w, b] = wp.quat_to_matrix(wp.normalize(q))}
    """,
    "velocity_pass": """
        pid = parent_of[b]
        {vel = cvel[w, wp.max(pid, 0)] ~ vel = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        if pid >= 0:
            vel = cvel[w, pid]}
        {first = dof_adr[b]
        for k in range(dof_num[b]):
            dof = first + k
            {?0.4 if dof_frozen[dof] == 1:
                continue}
            vel += cdof[w, dof] * qvel[w, dof] ~
        for dof in range(dof_adr[b], dof_adr[b] + dof_num[b]):
            vel += cdof[w, dof] * qvel[w, dof] ~
        if dof_num[b] > 0:
            dof = dof_adr[b]
            vel = vel + cdof[w, dof] * qvel[w, dof]}
        {?0.5 {omega = wp.spatial_top(vel)
        v = wp.spatial_bottom(vel) ~ v = wp.spatial_bottom(vel)
        omega = wp.spatial_top(vel)}
        {com_out[w, b] = v + wp.cross(omega, xpos[w, b] - com[w]) ~ com_out[w, b] = v}
        {?0.4 if wp.length(omega) > limit:
            wp.atomic_add(num_fast, w, 1)}}
        vel_out[w, b] = vel
        {?0.4 wp.atomic_add(energy, w, 0.5 * mass[b] * wp.dot(wp.spatial_bottom(vel), wp.spatial_bottom(vel)))}
    """,
    "force_pass": """
        {?0.5 if {b == 0 ~ mass[b] <= 0.0 ~ parent_of[b] < 0}:
            return}
        f = {xfrc[w, b] ~ xfrc[w, b] * scale}
        {* # weight at the centre of mass
            r = xipos[w, b] - com[w]
            g = gravity * mass[b]
            f += wp.spatial_vector(wp.cross(r, g), g)
        ~
            v = cvel[w, b]
            f -= wp.spatial_vector(wp.spatial_top(v) * drag, wp.spatial_bottom(v) * drag)
        ~
            if sleeping[w, b] {== 1 ~ != 0}:
                f = f * {0.0 ~ 0.5}
        ~
            # medium that resists
            speed = wp.length(wp.spatial_bottom(cvel[w, b]))
            if speed > {limit ~ 0.5}:
                f -= cvel[w, b] * (drag * speed)
        }
        pid = {parent_of[b] ~ root_of[b]}
        {if pid > {0 ~ -1}:
            wp.atomic_add(force_sum, w, pid, f) ~
        wp.atomic_add(force_sum, w, wp.max(pid, 0), f) ~ force_out[w, b] = f}
        {?0.3 torque_out[w, b] = wp.spatial_top(f)}
    """,
    "gravity_torque": """
        total = float(0.0)
        {for k in range({num_bodies ~ xipos.shape[1]}):
            {if {ancestor[b, k] == 0 ~ ancestor[b, k] != 1}:
                continue
            r = xipos[w, k] - xpos[w, b] ~
            {?0.4 if k < b:
                continue}
            r = xipos[w, k] - xpos[w, b]}
            total += wp.dot(wp.cross(r, gravity), jnt_axis[b]) * mass[k] ~
        node = b
        steps = int(0)
        while node >= 0 and steps < {4 ~ max_depth}:
            total += mass[node] * wp.dot(gravity, xipos[w, node] - xpos[w, b])
            node = parent_of[node]
            steps += 1}
        {?0.5 if wp.abs(total) > limit:
            {total = wp.sign(total) * limit ~ total = clamp_symmetric(total, limit)}}
        {torque[w, b] = {-total ~ total} ~ wp.atomic_add(torque_sum, w, b, -total)}
    """,
}


def _draw_body(stream: Stream, target: str) -> KernelSpec:
    """Bodies of a tree in many worlds, a thread for each body of each world."""
    worlds, bodies = stream.child("sizes").choice(((4, 8), (6, 6), (8, 6), (6, 10), (8, 8)))
    p = Program(stream, ("w", "worldid", "world", "env"), ("b", "bodyid", "body", "bid"), launch=(worlds, bodies))
    dofs, each = bodies + 3, (worlds, bodies)
    p.array("parent_of", INT, (-1, bodies - 1), (bodies,), ("body_parentid", "body_parent", "parent"))
    p.array("root_of", INT, (0, bodies - 1), (bodies,), ("body_rootid", "tree_root"))
    p.array("jnt_num", INT, (0, 3), (bodies,), ("body_jntnum", "joint_count"))
    p.array("jnt_adr", INT, (0, dofs - 3), (bodies,), ("body_jntadr", "joint_start"))
    p.array("dof_num", INT, (0, 3), (bodies,), ("body_dofnum", "dof_count"))
    p.array("dof_adr", INT, (0, dofs - 3), (bodies,), ("body_dofadr", "dof_start"))
    p.array("jnt_type", INT, (0, 3), (dofs,), ("jnt_type", "joint_type"))
    p.array("dof_frozen", INT, (0, 1), (dofs,), ("dof_frozen", "dof_locked"))
    p.array("ancestor", INT, (0, 1), (bodies, bodies), ("is_ancestor", "subtree_mask"))
    p.array("sleeping", INT, (0, 1), each, ("asleep", "body_sleeping"))
    p.array("jnt_axis", VEC, (-1, 1), (dofs,), ("jnt_axis", "joint_axis"))
    p.array("body_pos", VEC, (-1, 1), (bodies,), ("body_pos", "body_x"))
    p.array("body_ipos", VEC, (-0.5, 0.5), (bodies,), ("body_ipos", "body_com"))
    p.array("body_quat", FOUR, (-1, 1), (bodies,), ("body_quat", "body_rot"), element="wp.quat")
    p.array("xquat", FOUR, (-1, 1), each, ("xquat", "body_q"), element="wp.quat")
    p.array("xpos", VEC, (-1, 1), each, ("xpos", "body_pos_w"))
    p.array("xipos", VEC, (-1, 1), each, ("xipos", "com_pos"))
    p.array("com", VEC, (-0.5, 0.5), (worlds,), ("subtree_com", "world_com"))
    p.array("mass", FLOAT, (-0.3, 2), (bodies,), ("body_mass", "mass"))
    p.array("qpos", FLOAT, (-2, 2), (worlds, dofs), ("qpos", "joint_q"))
    p.array("qvel", FLOAT, (-1, 1), (worlds, dofs), ("qvel", "joint_qd"))
    for key, shape, names in (("cvel", each, ("cvel", "body_vel")), ("xfrc", each, ("xfrc_applied", "body_f")),
                              ("cdof", (worlds, dofs), ("cdof", "joint_S"))):  # fmt: skip
        p.array(key, SPATIAL, (-1, 1), shape, names, element="wp.spatial_vector")
    p.scalar("gravity", VEC, (-10, 10), ("gravity", "g"))
    p.number("limit", (0.5, 1.5), ("limit", "max_value", "threshold"), ("1.0",))
    p.number("drag", (0.1, 1), ("drag", "viscosity", "damping"), ("0.1", "0.5"))
    p.number("scale", (0.5, 2), ("scale", "force_scale"), ("2.0",))
    p.scalar("max_depth", INT, (2, 5), ("max_depth",))
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
    p.output("pos_out", VEC, each, ("xpos_out", "body_pos_out"))
    p.output("quat_out", FOUR, each, ("xquat_out", "body_rot_out"), element="wp.quat")
    p.output("mat_out", _MAT, each, ("xmat_out", "body_rotmat"))
    p.output("com_out", VEC, each, ("xipos_out", "body_com_out", "lin_vel_out"))
    p.output("torque_out", VEC, each, ("torque_out", "moment"))
    p.output("vel_out", SPATIAL, each, ("cvel_out", "body_vel_out"), element="wp.spatial_vector")
    p.output("force_out", SPATIAL, each, ("cfrc_out", "body_force"), element="wp.spatial_vector")
    p.output("force_sum", SPATIAL, each, ("cfrc_int", "net_force"), (-1, 1), element="wp.spatial_vector")
    p.output("torque", FLOAT, each, ("qfrc_gravcomp", "gravity_torque", "tau"))
    p.output("torque_sum", FLOAT, each, ("qfrc_passive", "joint_f", "tau"), (-1, 1))
    p.output("num_fast", INT, (worlds,), ("num_fast", "warning"), (0, 1))
    p.output("energy", FLOAT, (worlds,), ("energy", "kinetic"), (0, 1))
    p.write(_BODY[target])
    titles = {
        "body_pose": ("kinematics", "update_kinematics", "body_poses", "eval_fk"),
        "velocity_pass": ("com_vel", "velocity_pass", "forward_velocity", "body_velocities"),
        "force_pass": ("rne_forces", "accumulate_forces", "backward_force", "cfrc_pass"),
        "gravity_torque": ("gravity_compensation", "gravity_torque", "subtree_gravity"),
    }[target]
    return p.done("multibody", "trees", target, "Bodies of a tree in many worlds", titles, (
        "Launched over (worlds, bodies).", "One level of the tree; parents have been updated before.",
        "Spatial vectors are angular first.",
    ))  # fmt: skip


_ROW = {
    "actuator_force": """
        kind = act_type[u]
        {value = ctrl[w, u]
        {?0.5 if limited[u]:
            value = wp.clamp(value, ctrl_lower[u], ctrl_upper[u])} ~
        value = wp.clamp(ctrl[w, u], ctrl_lower[u], ctrl_upper[u])}
        j = {trn_id[u] ~ trn_id[u]}
        {?0.5 if j {< 0 ~ == -1}:
            {force[w, u] = 0.0
            return ~ return}
        ~
        j = wp.max(j, 0)}
        length = gear[u] * qpos[w, j]
        velocity = gear[u] * qvel[w, j]
        f = {float(0.0) ~ gain[u] * value}
        if kind == ACT_MOTOR:
            f = gain[u] * value
        elif kind == ACT_POSITION:
            f = gain[u] * (value - length) - bias[u] * velocity
        {elif kind == ACT_VELOCITY:
            f = gain[u] * (value - velocity) ~ elif kind == ACT_DAMPER:
            f = -gain[u] * velocity * value
            {?0.5 if value < 0.0:
                f = 0.0} ~}
        {* # stiction at low speed
            if wp.abs(velocity) < eps:
                f *= {0.5 ~ wp.abs(velocity) / eps}
        ~
            if {force_limited[u] == 1 ~ force_limited[u] != 0}:
                f = {wp.clamp(f, -max_force[u], max_force[u]) ~ clamp_symmetric(f, max_force[u])}
        ~
            act_out[w, u] = {act[w, u] + dt * (value - act[w, u]) ~ act[w, u] * (1.0 - dt) + dt * value}
        }
        force[w, u] = f
        {?0.5 wp.atomic_add(qfrc, w, j, gear[u] * f)}
    """,
    "sensor_value": """
        kind = sensor_type[u]
        obj = sensor_obj[u]
        {?0.4 if obj < 0:
            return
        ~
        obj = wp.max(obj, 0)}
        {adr = sensor_adr[u] ~ adr = u * 3}
        if kind == SENSOR_POS:
            {sensordata[w, adr] = qpos[w, obj] ~ sensordata[w, adr] = qpos[w, obj] - ref[u]}
        elif kind == SENSOR_VEL:
            sensordata[w, adr] = {qvel[w, obj] ~ wp.clamp(qvel[w, obj], -cutoff, cutoff)}
        {elif kind == SENSOR_FRAME:
            {x = xpos[w, obj]
            for k in range(3):
                sensordata[w, adr + k] = x[k] ~
            sensordata[w, adr + 0] = xpos[w, obj][0]
            sensordata[w, adr + 1] = xpos[w, obj][1]
            sensordata[w, adr + 2] = xpos[w, obj][2]} ~
        elif kind == SENSOR_FRAME:
            d = xpos[w, obj] - xpos[w, ref_obj[u]]
            r = wp.length(d)
            {if r > cutoff:
                r = cutoff ~}
            sensordata[w, adr] = r ~}
        {elif kind == SENSOR_LIMIT:
            q = qpos[w, obj]
            {if q < lower[obj]:
                sensordata[w, adr] = lower[obj] - q
            else:
                sensordata[w, adr] = wp.max(q - upper[obj], 0.0) ~
            sensordata[w, adr] = wp.min(q - lower[obj], upper[obj] - q)} ~ else:
            sensordata[w, adr] = {-1.0 ~ 0.0} ~}
        {?0.4 if noise_on[u] {== 1 ~ != 0}:
            sensordata[w, adr] = sensordata[w, adr] + noise[w, u]}
    """,
    "limit_row": """
        q = qpos[w, u]
        {?0.6 if {jnt_limited[u] == 0 ~ not limited[u]}:
            return}
        {dist_low = q - lower[u]
        dist_up = upper[u] - q
        dist = wp.min(dist_low, dist_up) ~ dist = wp.min(q - lower[u], upper[u] - q)}
        if dist >= margin:
            return
        wp.atomic_add(nefc, w, 1)
        side = {float(q - lower[u] < upper[u] - q) * 2.0 - 1.0 ~ wp.where(q - lower[u] < upper[u] - q, 1.0, -1.0)}
        {?0.6 # reference acceleration
        aref[w, u] = {-bias[u] * side * qvel[w, u] - gain[u] * (dist - margin) ~ -gain[u] * (dist - margin)}}
        row_pos[w, u] = {dist ~ dist - margin}
        {jac[w, u] = side ~ jac[w, u] = side * gear[u]}
    """,
    "integrate": """
        {?0.4 # once in each world
        if u == 0:
            time_out[w] = time_in[w] + dt}
        {?0.4 if {jnt_limited[u] == 2 ~ disabled[w] == 1}:
            {qpos_out[w, u] = qpos[w, u]
            return ~ return}}
        a = {qacc[w, u] ~ qacc[w, u] / (1.0 + dt * bias[u])}
        {?0.4 if wp.abs(a) > cutoff:
            a = wp.sign(a) * cutoff}
        v = qvel[w, u] + a * dt
        {?0.4 v = v * (1.0 - {dt * bias[u] ~ 0.5 * dt})}
        q = qpos[w, u] + {v ~ 0.5 * (v + qvel[w, u])} * dt
        {*
            if q < lower[u]:
                q = lower[u]
                {v = wp.max(v, 0.0) ~ v = 0.0}
            elif q > upper[u]:
                q = upper[u]
                {v = wp.min(v, 0.0) ~ v = 0.0}
        ~
            {wp.atomic_add(energy, w, 0.5 * v * v) ~ wp.atomic_max(fastest, w, wp.abs(v))}
        }
        qpos_out[w, u] = q
        {qvel_out[w, u] = v ~}
    """,
}


def _draw_row(stream: Stream, target: str) -> KernelSpec:
    """Actuators, sensors, limits and coordinates in many worlds."""
    worlds, n = stream.child("sizes").choice(((4, 8), (6, 6), (8, 6), (6, 10), (8, 8)))
    names = {"actuator_force": ("u", "uid", "act", "i"), "sensor_value": ("u", "sensorid", "s", "i")}
    p = Program(
        stream, ("w", "worldid", "world", "env"), names.get(target, ("u", "jntid", "dof", "i")), launch=(worlds, n)
    )
    each = (worlds, n)
    for key, bounds, pool in (
        ("ctrl", (-2, 2), ("ctrl", "control")), ("qpos", (-2, 2), ("qpos", "joint_q")),
        ("qvel", (-1, 1), ("qvel", "joint_qd")), ("act", (-1, 1), ("act", "activation")),
        ("qacc", (-4, 4), ("qacc", "joint_qdd")), ("noise", (-0.5, 0.5), ("sensor_noise", "noise")),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, each, pool)
    for key, bounds, pool in (
        ("ctrl_lower", (-1.5, -0.5), ("ctrl_lower", "ctrl_min")),
        ("ctrl_upper", (0.5, 1.5), ("ctrl_upper", "ctrl_max")),
        ("gear", (0.5, 2), ("gear", "gear_ratio")), ("gain", (1, 10), ("gainprm", "kp", "stiffness")),
        ("bias", (0.1, 1), ("biasprm", "kd", "damping")), ("max_force", (1, 6), ("force_limit", "max_force")),
        ("lower", (-1.5, -0.3), ("jnt_lower", "range_lower")), ("upper", (0.3, 1.5), ("jnt_upper", "range_upper")),
        ("ref", (-1, 1), ("sensor_ref", "qpos0")),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (n,), pool)
    p.array("act_type", INT, (0, 3), (n,), ("actuator_type", "act_type", "trntype"))
    p.array("sensor_type", INT, (0, 3), (n,), ("sensor_type", "sensor_kind"))
    p.array("sensor_obj", INT, (-1, n - 1), (n,), ("sensor_objid", "sensor_target"))
    p.array("ref_obj", INT, (0, n - 1), (n,), ("sensor_refid", "ref_body"))
    p.array("sensor_adr", INT, (0, 3 * n - 3), (n,), ("sensor_adr", "sensor_start"))
    p.array("trn_id", INT, (-1, n - 1), (n,), ("actuator_trnid", "act_joint"))
    p.array("force_limited", INT, (0, 1), (n,), ("force_limited", "has_force_limit"))
    p.array("jnt_limited", INT, (0, 2), (n,), ("jnt_limited", "joint_mode"))
    p.array("noise_on", INT, (0, 1), (n,), ("noise_enabled", "noisy"))
    p.array("limited", Type("bool"), (0, 1), (n,), ("limited", "ctrl_limited"))
    p.array("disabled", INT, (0, 3), (worlds,), ("world_done", "disabled"))
    p.array("time_in", FLOAT, (0, 10), (worlds,), ("time", "sim_time"))
    p.array("xpos", VEC, (-1, 1), each, ("xpos", "site_xpos", "body_pos"))
    p.number("dt", (0.02, 0.2), ("timestep", "dt", "opt_timestep"), ("0.1", "0.02"))
    p.number("eps", (0.2, 0.6), ("stiction_velocity", "eps"), ("0.5",))
    p.number("cutoff", (0.5, 1.2), ("cutoff", "limit", "max_value"), ("1.0",))
    p.number("margin", (0.05, 0.6), ("margin", "jnt_margin"), ("0.1", "0.5"))
    p.constants({"ACT_MOTOR": 0, "ACT_POSITION": 1, "ACT_VELOCITY": 2, "ACT_DAMPER": 3})
    p.constants({"SENSOR_POS": 0, "SENSOR_VEL": 1, "SENSOR_FRAME": 2, "SENSOR_LIMIT": 3})
    p.output("force", FLOAT, each, ("actuator_force", "force_out"), (0, 1))
    p.output("act_out", FLOAT, each, ("act_out", "activation_out"), (0, 1))
    p.output("qfrc", FLOAT, each, ("qfrc_actuator", "joint_f"), (-1, 1))
    p.output("sensordata", FLOAT, (worlds, 3 * n), ("sensordata", "readings"), (-1, 1))
    p.output("nefc", INT, (worlds,), ("nefc", "num_rows"), (0, 1))
    for key, pool in (
        ("aref", ("efc_aref", "target_acc")),
        ("row_pos", ("efc_pos", "row_pos")),
        ("jac", ("efc_J", "row_jac")),
    ):
        p.output(key, FLOAT, each, pool, (0, 1))
    p.output("qpos_out", FLOAT, each, ("qpos_out", "joint_q_out"), (0, 1))
    p.output("qvel_out", FLOAT, each, ("qvel_out", "joint_qd_out"), (0, 1))
    p.output("energy", FLOAT, (worlds,), ("energy", "kinetic"), (0, 1))
    p.output("fastest", FLOAT, (worlds,), ("max_speed", "fastest"), (0, 1))
    p.output("time_out", FLOAT, (worlds,), ("time_out", "next_time"))
    p.write(_ROW[target])
    titles = {
        "actuator_force": ("actuator_force", "compute_actuation", "actuator_velocity", "apply_controls"),
        "sensor_value": ("sensor_pos", "eval_sensors", "update_sensors", "read_sensors"),
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
