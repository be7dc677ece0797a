"""Chains of bodies: where they are, how they move, and what their joints feel of it."""

from textwrap import indent

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FRAME, INT, SPATIAL, VEC, Program

_MAT, _SQUARE = Type("float32", (3, 3)), Type("float32", (6, 6))
_STATES = (
    (("update_body_com", "compute_body_com", "eval_body_com"), """
        com_pos[tid] = com_w
        {{# the velocity of the centre of mass
        arm = com_w - wp.transform_get_translation(X_wb)
        com_v[tid] = body_v[tid] + wp.cross(omega[tid], arm) ~
        # the velocity of the centre of mass
        com_v[tid] = body_v[tid] + wp.cross(omega[tid], wp.quat_rotate(q, body_com[tid]))}
        ~}
    """),
    (("update_world_inertia", "compute_world_inertia", "rotate_body_inertia"), """
        {# what cannot be turned has none
        if (body_flags[tid] & STATIC) != 0:
            inv_inertia_out[tid] = wp.mat33()
            return ~}
        R = wp.quat_to_matrix(q)
        {inv_inertia_out[tid] = R * inv_inertia[tid] * wp.transpose(R) ~
        inertia_out[tid] = R * inertia[tid] * wp.transpose(R)
        inv_inertia_out[tid] = R * inv_inertia[tid] * wp.transpose(R) ~
        # from the axes of the body to those of the world
        Rt = wp.transpose(R)
        inv_inertia_out[tid] = R * inv_inertia[tid] * Rt
        {?0.5 momentum_out[tid] = R * (inertia[tid] * (Rt * omega[tid]))}}
    """),
    (("compute_body_momentum", "sum_momentum", "accumulate_momentum"), """
        {# what stands still has none
        if (body_flags[tid] & STATIC) != 0:
            return ~}
        v_com = body_v[tid] + wp.cross(omega[tid], com_w - wp.transform_get_translation(X_wb))
        p_lin = v_com * masses[tid]
        spin = wp.quat_rotate(q, inertia[tid] * wp.quat_rotate_inv(q, omega[tid]))
        # about the origin of the world
        wp.atomic_add(p_sum, world[tid], p_lin)
        wp.atomic_add(l_sum, world[tid], spin + wp.cross(com_w, p_lin))
    """),
    (("accumulate_com", "sum_body_mass", "compute_system_com"), """
        {# what cannot be moved has no weight in the sum
        if (body_flags[tid] & STATIC) != 0:
            return ~}
        {wp.atomic_add(com_sum, 0, com_w * masses[tid])
        wp.atomic_add(mass_sum, 0, masses[tid]) ~
        wp.atomic_add(mass_sum, world[tid], masses[tid])
        wp.atomic_add(com_sum, world[tid], com_w * masses[tid])}
    """),
    (("compute_body_energy", "eval_body_energy", "body_energies"), """
        {# what stands still has none
        if (body_flags[tid] & STATIC) != 0:
            energy_out[tid] = 0.0
            return ~}
        v_com = body_v[tid] + wp.cross(omega[tid], com_w - wp.transform_get_translation(X_wb))
        w_b = wp.quat_rotate_inv(q, omega[tid])
        kinetic = 0.5 * masses[tid] * wp.dot(v_com, v_com) + 0.5 * wp.dot(w_b, inertia[tid] * w_b)
        {?0.6 potential = -masses[tid] * wp.dot(gravity[0], com_w)
        energy_out[tid] = kinetic + potential ~ energy_out[tid] = kinetic}
    """),
)  # fmt: skip
"""What is made of a body's centre of mass: what kernels that do it are called, and their lines."""
_WRENCHES = (
    (("apply_thrusters", "eval_thruster_forces", "thruster_wrench"), """
        ARM
        # a thruster that is fixed to the body
        thrust = {force[tid] ~ saturate(throttle[tid]) * force[tid]}
        f = wp.quat_rotate(wp.transform_get_rotation(X_wb), thrust)
        t = wp.cross(arm, f)
        {?0.5 # and what it turns the other way
        t -= wp.quat_rotate(wp.transform_get_rotation(X_wb), thrust) * torque_ratio}
    """, "Forces and torques of thrusters that are fixed to bodies"),
    (("apply_air_drag", "eval_body_drag", "wind_wrench"), """
        ARM
        {# wind acts by how fast the air passes the body
        ~}
        passing = wind - body_v[tid]
        {f = passing * (drag * wp.length(passing)) ~ f = passing * drag}
        {?0.5 # only outdoors
        if wind_on[tid] == 0:
            f = -body_v[tid] * drag}
        t = wp.cross(arm, f)
        t -= omega[tid] * {spin_drag ~ (spin_drag * wp.length(omega[tid]))}
    """, "Drag of the air that passes bodies"),
    (("apply_buoyancy", "eval_buoyancy", "buoyancy_wrench"), """
        ARM
        {# what is below the surface is lifted by the water it pushes away
        ~}
        submerged = saturate((ground - com_w[2]) / draft + 0.5)
        f = gravity[0] * {-displaced * submerged ~ (masses[tid] - displaced * submerged)}
        {# at the centre of what is pushed away
        t = wp.cross(arm, gravity[0] * (-displaced * submerged)) ~
        t = wp.cross(arm, gravity[0]) * (-displaced * submerged)}
        if submerged > 0.0:
            f -= body_v[tid] * (drag * submerged)
            t -= omega[tid] * (spin_drag * submerged)
    """, "Lift and drag of bodies in water"),
    (("apply_body_forces", "eval_applied_wrench", "accumulate_body_forces"), """
        {ARM
        f = force[tid]
        t = torque[tid] + wp.cross(arm, f) ~
        arm = application[tid] - com_w
        f = force[tid]
        t = torque[tid]
        if force_local[tid]:
            # all of it is given in the frame of the body
            rot = wp.transform_get_rotation(X_wb)
            arm = wp.quat_rotate(rot, application[tid] - body_com[tid])
            f = wp.quat_rotate(rot, f)
            t = wp.quat_rotate(rot, t)
        t += wp.cross(arm, f)}
        {?0.4 f += gravity[0] * masses[tid]}
    """, "Wrenches of what is applied to bodies"),
)  # fmt: skip
"""What acts on a body: what kernels that do it are called, their lines and what they do."""
_WRENCH = """
        {?0.4 if {(body_flags[tid] & KINEMATIC) != 0 ~ has_flag(body_flags[tid], KINEMATIC)}:
            NO_WRENCH
            return}
        X_wb = body_q[tid]
        com_w = wp.transform_point(X_wb, body_com[tid])
        FORCES
        WRENCH
    """
_ARM = """
        {arm = application[tid] - com_w ~ # the point is given in the frame of the body
        arm = wp.transform_point(X_wb, application[tid]) - com_w}
"""
"""Where forces act, from the centre of mass."""
_BODY = {
    "world_state": """
        X_wb = body_q[tid]
        q = wp.transform_get_rotation(X_wb)
        com_w = {wp.transform_point(X_wb, body_com[tid]) ~ \
                wp.transform_get_translation(X_wb) + wp.quat_rotate(q, body_com[tid])}
        STATE
    """,
    "spatial_inertia": """
        {?0.5 if {masses[tid] <= 0.0 ~ (body_flags[tid] & STATIC) != 0}:
            spatial_out[tid] = wp.spatial_matrix()
            return}
        X_wb = body_q[tid]
        m = masses[tid]
        {R = wp.quat_to_matrix(wp.transform_get_rotation(X_wb)) ~ rot = wp.transform_get_rotation(X_wb)
        R = wp.matrix_from_cols(
            wp.quat_rotate(rot, wp.vec3(1.0, 0.0, 0.0)),
            wp.quat_rotate(rot, wp.vec3(0.0, 1.0, 0.0)),
            wp.quat_rotate(rot, wp.vec3(0.0, 0.0, 1.0)),
        )}
        I_w = R * inertia[tid] * wp.transpose(R)
        {{# from the centre of mass to the origin
        ~}
        S = wp.skew(wp.transform_point(X_wb, body_com[tid]))
        {I_o = I_w - m * (S * S) ~ I_o = I_w + m * S * wp.transpose(S)} ~
        c = wp.transform_point(X_wb, body_com[tid])
        S = wp.skew(c)
        # parallel axes
        {I_o = I_w + m * (wp.dot(c, c) * wp.identity(n=3, dtype=float) - wp.outer(c, c)) ~ I_o = I_w - m * (S * S)}}
        M_s = wp.spatial_matrix()
        {for r in range(3):
            M_s[r, r] = m
            for k in range(3):
                {M_s[r, k + 3] = -m * S[r, k]
                M_s[r + 3, k] = m * S[r, k]
                M_s[r + 3, k + 3] = I_o[r, k] ~ M_s[r + 3, k + 3] = I_o[r, k]
                M_s[r, k + 3] = m * S[k, r]
                M_s[r + 3, k] = m * S[r, k]} ~
        for r in range(3):
            for k in range(3):
                M_s[r, k + 3] = -m * S[r, k]
                M_s[r + 3, k] = m * S[r, k]
                M_s[r + 3, k + 3] = I_o[r, k]
            M_s[r, r] = m}
        {spatial_out[tid] = M_s ~ spatial_out[tid] = M_s
        # momentum, about the origin
        wrench_out[tid] = M_s * twist[tid] ~ spatial_out[tid] = M_s
        {energy_out[tid] = 0.5 * wp.dot(twist[tid], M_s * twist[tid]) ~ h = M_s * twist[tid]
        energy_out[tid] = 0.5 * wp.dot(twist[tid], h)}}
    """,
    "integrate_pose": """
        {?0.9 if {inv_mass[tid] <= 0.0 ~ {(body_flags[tid] & KINEMATIC) != 0 ~ has_flag(body_flags[tid], KINEMATIC)}}:
            pose_out[tid] = body_q[tid]
            v_out[tid] = body_v[tid]
            omega_out[tid] = omega[tid]
            return}
        X_wb = body_q[tid]
        x0 = wp.transform_get_translation(X_wb)
        q0 = wp.transform_get_rotation(X_wb)
        v0 = body_v[tid]
        w0 = omega[tid]
        {v1 = v0 + (force[tid] * inv_mass[tid] + gravity[0]) * dt ~
        a = gravity[0] + force[tid] * inv_mass[tid]
        v1 = v0 + a * dt}
        # Euler's equations in the frame of the body
        wb = wp.quat_rotate_inv(q0, w0)
        tb = wp.quat_rotate_inv(q0, torque[tid]) - wp.cross(wb, inertia[tid] * wb)
        w1 = wp.quat_rotate(q0, wb + inv_inertia[tid] * tb * dt)
        {?0.5 {v1 *= 1.0 - lin_damping * dt
        w1 *= 1.0 - drag * dt ~ # neither may change its sign
        v1 *= wp.max(1.0 - lin_damping * dt, 0.0)
        w1 *= wp.max(1.0 - drag * dt, 0.0) ~ v1 = v1 / (1.0 + lin_damping * dt)
        w1 = w1 / (1.0 + drag * dt)}}
        {?0.5 {v1 = limit_length(v1, max_speed)
        w1 = limit_length(w1, max_spin) ~
        if {wp.length_sq(v1) > max_speed * max_speed ~ wp.length(v1) > max_speed}:
            v1 = wp.normalize(v1) * max_speed
        if {wp.length_sq(w1) > max_spin * max_spin ~ wp.length(w1) > max_spin}:
            w1 = wp.normalize(w1) * max_spin ~
        speed = wp.length(v1)
        if speed > max_speed:
            v1 *= max_speed / speed
        spin = wp.length(w1)
        if spin > max_spin:
            w1 *= max_spin / spin}}
        {x1 = x0 + v1 * dt
        q1 = wp.normalize(q0 + wp.quat(w1[0], w1[1], w1[2], 0.0) * q0 * (0.5 * dt))
        pose_out[tid] = wp.transform(x1, q1) ~
        # the centre of mass moves straight on, not the origin
        com_w = x0 + wp.quat_rotate(q0, body_com[tid])
        q1 = wp.normalize(q0 + wp.quat(w1[0], w1[1], w1[2], 0.0) * q0 * (0.5 * dt))
        pose_out[tid] = wp.transform(com_w + v1 * dt - wp.quat_rotate(q1, body_com[tid]), q1)}
        {v_out[tid] = v1
        omega_out[tid] = w1 ~ omega_out[tid] = w1
        v_out[tid] = v1}
    """,
    "chain": """
        X = X_local[tid]
        node = int(up_of[tid])
        {?0.5 while node >= 0:
            # parents come from the left
            X = {X_local[node] * X ~ wp.transform_multiply(X_local[node], X)}
            node = up_of[node]
        pose_out[tid] = X ~
        while node >= 0:
            {?0.7 # a body that is placed in the world ends the chain
            if stop_at[node] == 1:
                X = body_q[node] * X
                break}
            X = X_local[node] * X
            node = up_of[node]
        pose_out[tid] = X
        {?0.4 # a point that the link carries
        tip_out[tid] = wp.transform_point(X, tip_offset[tid])}}
    """,
}


def _draw_body(stream: Stream, target: str) -> KernelSpec:
    """Rigid bodies in their frames: states in the world, wrenches, steps in time, chains of parents."""
    names = ("tid", "body", "body_id", "i") if target != "chain" else ("tid", "i", "body")
    p = Program(stream, names)
    count = p.threads
    p.array("body_q", FRAME, (-1, 1), (count,), ("body_q", "body_xform"), element="wp.transform")
    p.array("X_local", FRAME, (-0.8, 0.8), (count,), ("local_xform", "link_xform"), element="wp.transform")
    for key, names in (
        ("body_com", ("body_com", "com", "ipos")), ("body_v", ("body_v", "lin_vel", "body_vel")),
        ("omega", ("body_w", "ang_vel", "omega")), ("force", ("body_f", "forces", "external_force")),
        ("torque", ("body_t", "torques", "external_torque")), ("application", ("points", "application_points")),
    ):  # fmt: skip
        p.array(key, VEC, (-1, 1), (count,), names)
    p.array("inertia", _MAT, (-1, 1), (count,), ("body_inertia", "inertia", "I_b"))
    p.array("inv_inertia", _MAT, (-1, 1), (count,), ("body_inv_inertia", "inv_inertia", "I_inv"))
    p.array("twist", SPATIAL, (-1, 1), (count,), ("body_qd", "body_twist"), element="wp.spatial_vector")
    least = -0.3 if target == "spatial_inertia" else 0.5
    p.array("masses", FLOAT, (least, 2), (count,), ("body_mass", "mass"))
    p.array("inv_mass", FLOAT, (-0.3, 2), (count,), ("body_inv_mass", "inv_mass"))
    p.parents("up_of", count // 8, 8, ("body_parent", "link_parent"))
    p.array("world", INT, (0, 7), (count,), ("body_world",))
    p.array("stop_at", INT, (0, 1), (count,), ("is_placed", "is_fixed"))
    p.array("tip_offset", VEC, (-0.5, 0.5), (count,), ("body_site_pos", "tool_offset"))
    p.array("force_local", FLAG, (0, 1), (count,), ("force_is_local", "local_frame"))
    p.array("throttle", FLOAT, (-0.3, 1.3), (count,), ("throttle", "thrust_command"))
    p.number("torque_ratio", (0.05, 0.3), ("torque_ratio", "moment_ratio"), ("0.1",))
    p.array("wind_on", INT, (0, 1), (count,), ("exposed", "in_wind"))
    p.array("body_flags", INT, (0, 3), (count,), ("body_flags", "flags"))
    p.array("gravity", VEC, (-10, 10), (1,), ("gravity",))
    p.scalar("wind", VEC, (-1, 1), ("wind", "wind_velocity"))
    p.number("dt", (0.02, 0.1), ("dt", "sim_dt", "timestep"), ("0.02", "0.1"))
    p.number("ground", (-0.5, 0.3), ("water_level", "water_height"), ("0.0",))
    drags = ("drag", "linear_drag") if target == "wrench" else ("angular_damping",)
    p.number("drag", (0.1, 1), drags, ("0.1", "0.5"))
    p.number("lin_damping", (0.1, 1), ("linear_damping",), ("0.1", "0.2"))
    p.number("spin_drag", (0.05, 0.5), ("angular_drag", "spin_drag"), ("0.05", "0.1"))
    p.number("draft", (0.5, 1.5), ("draft", "hull_height"), ("1.0", "0.5"))
    p.number("displaced", (0.5, 2), ("displaced_mass", "water_mass"), ("1.0", "2.0"))
    p.number("max_speed", (1, 2), ("max_velocity", "max_speed"), ("1.5", "2.0"))
    p.number("max_spin", (0.6, 1.5), ("max_spin", "max_angular_velocity"), ("1.0",))
    p.constants({"KINEMATIC": 1, "STATIC": 2})
    p.output("com_pos", VEC, (count,), ("body_com_world", "xipos", "com_pos"))
    p.output("com_v", VEC, (count,), ("com_vel", "body_com_vel"))
    p.output("v_out", VEC, (count,), ("body_v_out", "lin_vel_out", "v_new"))
    p.output("omega_out", VEC, (count,), ("body_w_out", "ang_vel_out", "w_new"))
    p.output("tip_out", VEC, (count,), ("site_pos_out", "tool_pos"))
    p.output("inertia_out", _MAT, (count,), ("inertia_world", "I_w"))
    p.output("inv_inertia_out", _MAT, (count,), ("inv_inertia_world", "I_inv_w"))
    p.output("momentum_out", VEC, (count,), ("angular_momentum",))
    p.output("p_sum", VEC, (8,), ("linear_momentum", "world_momentum"), (-1, 1))
    p.output("l_sum", VEC, (8,), ("angular_momentum", "world_angular_momentum"), (-1, 1))
    p.output("mass_sum", FLOAT, (8,), ("mass_sum", "total_mass"), (0, 1))
    p.output("com_sum", VEC, (8,), ("com_sum", "mass_moment"), (-1, 1))
    p.output("energy_out", FLOAT, (count,), ("body_energy", "energy"))
    p.output("pose_out", FRAME, (count,), ("body_q_out", "body_xform_out"))
    p.output("spatial_out", _SQUARE, (count,), ("body_I_s", "spatial_inertia"), element="wp.spatial_matrix")
    wrenches = ("body_h", "spatial_momentum") if target == "spatial_inertia" else ("wrench", "body_wrench")
    p.output("wrench_out", SPATIAL, (count,), wrenches, element="wp.spatial_vector")
    p.output("wrench_sum", SPATIAL, (count,), ("body_f_out", "net_wrench"), (-1, 1), element="wp.spatial_vector")
    p.guard_count("body")
    added, order = p.choices.chance(0.5), p.pick("t, f", "f, t")
    zero = "wrench_out[tid] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)"
    wrench = (
        f"wp.atomic_add(wrench_sum, tid, wp.spatial_vector({order}))"
        if added
        else f"wrench_out[tid] = wp.spatial_vector({order})"
    )
    state_titles, state = p.choices.choice(_STATES)
    wrench_titles, forces, wrench_summary = p.choices.choice(_WRENCHES)
    if target == "wrench":
        text = _WRENCH.replace("        FORCES\n", forces[1:].rstrip(" ")).replace("ARM\n", _ARM.lstrip())
    else:
        text = _BODY[target].replace("        STATE\n", state[1:])
    p.write(text.replace("NO_WRENCH", "" if added else zero).replace("WRENCH", wrench))
    titles = {
        "world_state": state_titles,
        "wrench": wrench_titles,
        "spatial_inertia": ("compute_spatial_inertia", "update_spatial_inertia", "eval_body_inertia"),
        "integrate_pose": ("integrate_bodies", "integrate_rigid_bodies", "semi_implicit_bodies", "step_bodies"),
        "chain": ("eval_chain", "forward_kinematics", "compute_world_transforms", "accumulate_transforms"),
    }[target]
    summary = {
        "world_state": "What bodies are and have in the world",
        "wrench": wrench_summary,
        "spatial_inertia": "Spatial inertia of bodies about the origin of the world",
        "integrate_pose": "A semi-implicit step of rigid bodies",
        "chain": "Poses of bodies in the world, from those of their parents",
    }[target]
    return p.done("articulation", "frames", target, summary, titles, (
        "One thread per body.", *(("Torques are about the centre of mass.",) if target == "wrench" else ()),
    ))  # fmt: skip


_DOF = {
    "mass_matrix": """
        for i in range({nv ~ jac.shape[2]}):
            for k in range(i + 1):
                total = float(0.0)
                for b in range({num_bodies ~ jac.shape[1]}):
                    {?0.5 # rows without weight
                    if mass[b] <= 0.0:
                        continue}
                    total += jac[env, b, i] * mass[b] * jac[env, b, k]
                {?0.7 if i == k:
                    total += armature[i]}
                M[env, i, k] = total
                {# and the other half
                M[env, k, i] = total ~ if i != k:
                    M[env, k, i] = total}
    """,
    "solve_lower": """
        # L y = b
        for i in range(SIZE):
            total = y[env, i]
            for k in range(i):
                total -= L[env, i, k] * y[env, k]
            y[env, i] = total / L_diag[env, i]
        # and then L^T x = y, from the last row to the first
        {for back in range(SIZE):
            i = SIZE - 1 - back ~ for i in range(SIZE - 1, -1, -1):}
            total = y[env, i]
            for k in range(i + 1, SIZE):
                total -= L[env, k, i] * y[env, k]
            y[env, i] = total / L_diag[env, i]
    """,
    "line_search": """
        # slope of the cost along the direction
        slope = float(0.0)
        cost0 = float(0.0)
        for i in range({nv ~ grad.shape[1]}):
            x = q_in[env, i]
            slope += (diag[i] * x - grad[env, i]) * direction[env, i]
            cost0 += 0.5 * diag[i] * x * x - grad[env, i] * x
        alpha = float({1.0 ~ 1.0})
        {?0.7 if slope >= 0.0:
            # no way down
            step_out[env] = 0.0
            return}
        for _ in range(max_iter):
            cost = float(0.0)
            for i in range({nv ~ grad.shape[1]}):
                x = q_in[env, i] + alpha * direction[env, i]
                cost += 0.5 * diag[i] * x * x - grad[env, i] * x
            {# the step is good enough
            if cost <= cost0 + armijo * alpha * slope:
                break ~ if cost < cost0 + armijo * alpha * slope:
                break}
            alpha = alpha * shrink
        step_out[env] = alpha
    """,
}
_IMPULSES = """
        count = num_rows[env]
        for row in range(count):
            {?0.5 if active[env, row] == 0:
                continue}
            # how fast the row moves, by all joints
            v = float(0.0)
            for i in range({nv ~ jac.shape[2]}):
                v += jac[env, row, i] * qvel[env, i]
            old = lam[env, row]
            {dl = (goal[env, row] - v) / row_diag[env, row] ~
            # a soft row gives way to its own impulse
            dl = (goal[env, row] - v - softness * old) / (row_diag[env, row] + softness) ~
            dl = relaxation * (goal[env, row] - v) / row_diag[env, row]}
            {new = old + dl
            if kind[env, row] == ROW_CONTACT:
                {# contacts push and never pull
                ~}
                new = wp.max(new, 0.0)
            elif kind[env, row] == ROW_FRICTION:
                # as far as what presses the bodies together lets it hold
                limit = mu[env, row] * lam[env, normal_row[env, row]]
                new = {clamp_symmetric(new, limit) ~ wp.clamp(new, -limit, limit)} ~
            {# contacts push and never pull
            ~}
            new = old + dl
            if kind[env, row] != ROW_EQUALITY:
                new = wp.max(new, 0.0)}
            lam[env, row] = new
            {# the rows after this one feel it
            ~}
            for i in range({nv ~ jac.shape[2]}):
                qvel[env, i] += inv_m_jac[env, row, i] * (new - old)
"""
_FORCES = """
        count = num_rows[env]
        for row in range(count):
            {# how far the acceleration is from the one that the row asks for
            ~}
            jaref = -bias[env, row]
            for i in range({nv ~ jac.shape[2]}):
                jaref += jac[env, row, i] * q_in[env, i]
            force = -stiff[env, row] * jaref
            {if kind[env, row] == ROW_CONTACT:
                {# contacts push and never pull
                ~}
                force = wp.max(force, 0.0)
            elif kind[env, row] == ROW_FRICTION:
                # dry friction gives no more than its bound
                {force = clamp_symmetric(force, bound[env, row]) ~
                force = wp.clamp(force, -bound[env, row], bound[env, row])} ~
            if kind[env, row] == ROW_CONTACT and jaref >= 0.0:
                {# it opens by itself
                ~}
                force = 0.0
            if kind[env, row] == ROW_FRICTION:
                force = {clamp_symmetric(force, bound[env, row]) ~ wp.clamp(force, -bound[env, row], bound[env, row])}}
            force_out[env, row] = force
            {?0.4 row_state[env, row] = 1 if force != 0.0 else 0}
            {?0.4 for i in range({nv ~ jac.shape[2]}):
                wp.atomic_add(qfrc, env, i, jac[env, row, i] * force)}
"""
_ROWS = (
    (_IMPULSES, ("solve_rows", "project_impulses", "gauss_seidel_rows", "pgs_iteration")),
    (_FORCES, ("update_constraint", "constraint_forces", "evaluate_rows")),
)
"""What is done with rows of constraints, and what kernels are called that do it."""


def _draw_dof(stream: Stream, target: str) -> KernelSpec:
    """Small dense systems, one for each environment: matrices, triangular solves, line searches, rows of contacts."""
    envs, nv, rows = (stream.child("sizes").choice(each) for each in ((8, 12, 16), (4, 5, 6), (4, 6, 8)))
    p = Program(stream, ("env", "worldid", "world", "tid"), launch=(envs,))
    p.array("jac", FLOAT, (-1, 1), (envs, rows, nv), ("J", "jacobian", "jac"))
    p.array("inv_m_jac", FLOAT, (-0.5, 0.5), (envs, rows, nv), ("inv_M_Jt", "MinvJT", "B"))
    p.array("L", FLOAT, (-0.5, 0.5), (envs, nv, nv), ("L", "factor", "qLD"))
    for key, bounds, names in (
        ("q_in", (-1, 1), ("qacc",)),
        ("grad", (-1, 1), ("rhs", "qfrc")), ("direction", (-1, 1), ("search", "direction", "delta")),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (envs, nv), names)
    p.array("mass", FLOAT, (-0.3, 2), (rows,), ("mass", "body_mass", "weights"))
    p.array("armature", FLOAT, (0.05, 0.5), (nv,), ("armature", "joint_armature", "rotor_inertia"))
    p.array("diag", FLOAT, (0.3, 2), (nv,), ("diag", "hess_diag"))
    p.array("L_diag", FLOAT, (0.3, 2), (envs, nv), ("L_diag", "diag"))
    p.array("num_rows", INT, (1, rows), (envs,), ("nefc", "num_rows"))
    p.array("active", INT, (0, 1), (envs, rows), ("efc_active", "row_active"))
    p.array("bias", FLOAT, (-1, 1), (envs, rows), ("efc_aref", "aref"))
    p.array("stiff", FLOAT, (0.5, 2), (envs, rows), ("efc_D", "row_D"))
    p.array("bound", FLOAT, (0.1, 0.6), (envs, rows), ("efc_frictionloss", "row_frictionloss"))
    p.array("goal", FLOAT, (-1, 1), (envs, rows), ("target_velocity", "row_target", "row_bias"))
    p.array("row_diag", FLOAT, (0.5, 1.5), (envs, rows), ("row_diag", "effective_mass_inv", "A_diag"))
    p.array("kind", INT, (0, 2), (envs, rows), ("efc_type", "row_type", "constraint_type"))
    p.array("mu", FLOAT, (0.2, 1), (envs, rows), ("row_mu", "row_friction"))
    p.array("normal_row", INT, (0, rows - 1), (envs, rows), ("normal_row", "row_parent"))
    p.number("softness", (0.1, 0.5), ("regularization", "cfm", "compliance"), ("0.1", "0.05"))
    p.number("relaxation", (0.5, 0.9), ("relaxation", "omega"), ("0.8", "0.9"))
    p.number("armijo", (0.05, 0.3), ("armijo", "c1"), ("0.1", "0.25"))
    p.number("shrink", (0.4, 0.7), ("shrink", "backtrack"), ("0.5",))
    p.sizes(nv=nv, num_bodies=rows, max_iter=p.choices.choice((3, 4, 5)))
    p.constants({"ROW_EQUALITY": 0, "ROW_CONTACT": 1, "ROW_FRICTION": 2})
    p.output("M", FLOAT, (envs, nv, nv), ("M", "mass_matrix", "qM"), (0, 1))
    # The right side is solved in place: what a thread has written may be read without its start being lost.
    p.output("y", FLOAT, (envs, nv), ("x", "solution", "rhs"), (0, 1))
    p.output("lam", FLOAT, (envs, rows), ("lam", "impulse", "lambdas"), (0, 1))
    p.output("qvel", FLOAT, (envs, nv), ("qvel", "joint_qd"), (-1, 1))
    p.output("force_out", FLOAT, (envs, rows), ("efc_force", "row_force"))
    p.output("row_state", INT, (envs, rows), ("efc_state", "row_state"))
    p.output("qfrc", FLOAT, (envs, nv), ("qfrc_constraint",), (-1, 1))
    p.output("step_out", FLOAT, (envs,), ("alpha", "step_size"))
    p.array("done", INT, (0, 1), (envs,), ("done", "converged"))
    p.write("{?0.5 if done[env] != 0:\n    return}")
    rows_text, rows_titles = p.choices.choice(_ROWS)
    if p.choices.child("sweeps").chance(0.3):
        first, loop, rows_of = rows_text.partition("        for row in range(count):")
        p.sizes(num_sweeps=3)
        if "qvel" in rows_of:
            rows_text = f"{first}        for _ in range(num_sweeps):\n{indent(loop + rows_of, '    ')}"
    p.write(_DOF.get(target, rows_text).replace("SIZE", p.pick("nv", "L.shape[1]")))
    titles = {
        "mass_matrix": ("compute_mass_matrix", "assemble_mass_matrix", "assemble_mass"),
        "solve_lower": ("solve_cholesky", "cholesky_solve", "solve_factored"),
        "line_search": ("line_search", "linesearch_iterative", "backtracking_step"),
        "contact_rows": rows_titles,
    }[target]
    return p.done("articulation", "systems", target, "Small dense systems, one for each environment", titles, (
        "One thread per environment.", "Dense, for a few degrees of freedom only.",
    ))  # fmt: skip


RECIPES = (
    Recipe(
        name="frames",
        category="articulation",
        targets=("world_state", "wrench", "spatial_inertia", "integrate_pose", "chain"),
        draw=_draw_body,
        target_weights={"spatial_inertia": 1.4},
    ),
    Recipe(
        name="systems",
        category="articulation",
        targets=(*_DOF, "contact_rows"),
        draw=_draw_dof,
        target_weights={"mass_matrix": 0.4, "line_search": 0.5},
    ),
)
