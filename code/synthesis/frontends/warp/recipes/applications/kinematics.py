"""Chains of bodies: where they are, how they move, and what their joints feel of it."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, FRAME, INT, SPATIAL, VEC, Program
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type
from synthesis.records import KernelSpec

_MAT = Type("float32", (3, 3))

_BODY = {
    "world_state": """
        X_wb = body_q[tid]
        q = wp.transform_get_rotation(X_wb)
        com_w = {wp.transform_point(X_wb, body_com[tid]) ~ \
                wp.transform_get_translation(X_wb) + wp.quat_rotate(q, body_com[tid])}
        {* w = wp.quat_rotate(q, omega[tid])
            omega_out[tid] = w
        ~
            # the velocity of the centre of mass
            {arm = com_w - wp.transform_get_translation(X_wb)
            v_out[tid] = body_v[tid] + wp.cross(wp.quat_rotate(q, omega[tid]), arm) ~
            v_out[tid] = body_v[tid] + wp.quat_rotate(q, wp.cross(omega[tid], body_com[tid]))}
        ~
            # moment of inertia in the world
            R = wp.quat_to_matrix(q)
            inertia_out[tid] = R * inertia[tid] * wp.transpose(R)
        ~
            height_out[tid] = com_w[{2 ~ up_axis}] - ground
        ~
            wp.atomic_add(com_sum, 0, com_w * masses[tid])
            wp.atomic_add(mass_sum, 0, masses[tid])
        }
        com_out[tid] = com_w
    """,
    "wrench": """
        {?0.4 if {(body_flags[tid] & KINEMATIC) != 0 ~ has_flag(body_flags[tid], KINEMATIC)}:
            NO_WRENCH
            return}
        X_wb = body_q[tid]
        com_w = wp.transform_point(X_wb, body_com[tid])
        arm = application[tid] - com_w
        {# the equation of a free body: weight, what is applied, the gyroscopic torque
        f = force[tid]
        t = wp.cross(arm, f)
        {?0.8 f += gravity * masses[tid]}
        {w = omega[tid]
        R = wp.quat_to_matrix(wp.transform_get_rotation(X_wb))
        t -= wp.cross(w, R * inertia[tid] * wp.transpose(R) * w) ~
        wb = wp.quat_rotate_inv(wp.transform_get_rotation(X_wb), omega[tid])
        t -= wp.quat_rotate(wp.transform_get_rotation(X_wb), wp.cross(wb, inertia[tid] * wb))} ~
        # a thruster that is fixed to the body, in air that resists
        f = wp.quat_rotate(wp.transform_get_rotation(X_wb), force[tid])
        t = wp.cross(arm, f)
        f -= body_v[tid] * {drag ~ (drag * wp.length(body_v[tid]))}
        {?0.7 t -= omega[tid] * spin_drag}
        {?0.6 f += gravity * masses[tid]} ~
        # wind acts by how fast the air passes the body
        f = force[tid]
        t = wp.cross(arm, f)
        {?0.5 f += gravity * masses[tid]}
        {if wind_on[tid] != 0:
            passing = wind - body_v[tid]
            f += passing * (drag * wp.length(passing)) ~
        passing = wind - body_v[tid]
        f += passing * (drag * wp.length(passing))} ~
        # a float: what is below the surface is lifted by the water it pushes away
        f = force[tid]
        t = wp.cross(arm, f)
        submerged = wp.clamp({(ground - com_w[2]) / draft ~ (ground - com_w[2]) / draft + 0.5}, 0.0, 1.0)
        f += gravity * (masses[tid] - {displaced * submerged ~ submerged * displaced})
        {?0.7 # and slowed down by it
        f -= body_v[tid] * (drag * submerged)
        {?0.5 t -= omega[tid] * (spin_drag * submerged)}} ~
        # what is applied alone, about the centre of mass
        f = {force[tid] ~ wp.quat_rotate(wp.transform_get_rotation(X_wb), force[tid])}
        t = torque[tid] + wp.cross(arm, f)}
        WRENCH
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
        {v1 = v0 + (force[tid] * inv_mass[tid] + gravity) * dt ~
        a = gravity + force[tid] * inv_mass[tid]
        v1 = v0 + a * dt}
        wb = wp.quat_rotate_inv(q0, w0)
        {tb = wp.quat_rotate_inv(q0, torque[tid]) - wp.cross(wb, inertia[tid] * wb)
        w1 = wp.quat_rotate(q0, wb + inv_inertia[tid] * tb * dt) ~
        R = wp.quat_to_matrix(q0)
        I_w = R * inertia[tid] * wp.transpose(R)
        w1 = w0 + R * (inv_inertia[tid] * (wp.transpose(R) * (torque[tid] - wp.cross(w0, I_w * w0)))) * dt}
        {* w1 *= 1.0 - drag * dt ~ v1 *= wp.max(1.0 - drag * dt, 0.0) ~
            speed = wp.length(w1)
            if speed > max_spin:
                w1 = w1 * (max_spin / speed)
        ~
            {v1 = limit_length(v1, max_speed) ~ if wp.length(v1) > max_speed:
                v1 = wp.normalize(v1) * max_speed}}
        x1 = x0 + v1 * dt
        q1 = wp.normalize(q0 + wp.quat(w1[0], w1[1], w1[2], 0.0) * q0 * {0.5 * dt ~ dt * 0.5})
        {?0.4 if x1[2] < ground:
            x1 = wp.vec3(x1[0], x1[1], ground)
            {v1 = wp.vec3(v1[0], v1[1], 0.0) ~ if v1[2] < 0.0:
                v1 = wp.vec3(v1[0], v1[1], -0.5 * v1[2])}}
        pose_out[tid] = wp.transform(x1, q1)
        {v_out[tid] = v1
        omega_out[tid] = w1 ~ omega_out[tid] = w1
        v_out[tid] = v1}
    """,
    "chain": """
        X = wp.transform_identity()
        node = {tid ~ leaf[tid]}
        depth = int(0)
        {while node >= 0 and depth < {8 ~ max_depth}:
            depth += 1 ~ for _ in range({8 ~ max_depth}):
            if node {< 0 ~ == -1}:
                break
            depth += 1}
            X = {X_local[node] * X ~ wp.transform_multiply(X_local[node], X)}
            {?0.4 # a root is placed in the world
            if stop_at[node] == 1:
                break}
            node = up_of[node]
        pose_out[tid] = X
        {?0.6 depth_out[tid] = depth}
        {?0.4 tip_out[tid] = wp.transform_point(X, body_com[tid])}
    """,
}


def _draw_body(stream: Stream, target: str) -> KernelSpec:
    """Rigid bodies in their frames: states in the world, wrenches, steps in time, chains of parents."""
    names = ("tid", "body", "body_id", "i") if target != "chain" else ("tid", "i", "body")
    p = Program(stream, names)
    count = p.threads
    p.array("body_q", FRAME, (-1, 1), (count,), ("body_q", "body_xform", "xpos"), element="wp.transform")
    p.array("X_local", FRAME, (-0.8, 0.8), (count,), ("joint_X_p", "local_xform", "X_pj"), element="wp.transform")
    for key, names in (
        ("body_com", ("body_com", "com", "ipos")), ("body_v", ("body_v", "lin_vel", "body_vel")),
        ("omega", ("body_w", "ang_vel", "omega")), ("force", ("body_f", "forces", "external_force")),
        ("torque", ("body_t", "torques", "external_torque")), ("application", ("points", "application_points")),
    ):  # fmt: skip
        p.array(key, VEC, (-1, 1), (count,), names)
    p.array("inertia", _MAT, (-1, 1), (count,), ("body_inertia", "inertia", "I_b"))
    p.array("inv_inertia", _MAT, (-1, 1), (count,), ("body_inv_inertia", "inv_inertia", "I_inv"))
    p.array("masses", FLOAT, (0.5, 2), (count,), ("body_mass", "mass"))
    p.array("inv_mass", FLOAT, (-0.3, 2), (count,), ("body_inv_mass", "inv_mass"))
    p.array("parents", INT, (-1, count - 1), (count,), ("joint_parent", "parent", "body_parent"))
    p.array("up_of", INT, (-1, 4), (count,), ("parent", "body_parentid"))
    p.array("leaf", INT, (0, count - 1), (count,), ("leaf_body", "end_effector", "link_id"))
    p.array("stop_at", INT, (0, 1), (count,), ("is_root", "is_fixed"))
    p.array("wind_on", INT, (0, 1), (count,), ("exposed", "in_wind"))
    p.array("body_flags", INT, (0, 3), (count,), ("body_flags", "flags"))
    p.scalar("gravity", VEC, (-10, 10), ("gravity", "g"))
    p.scalar("wind", VEC, (-1, 1), ("wind", "wind_force"))
    p.scalar("max_depth", INT, (3, 6), ("max_depth", "max_levels"))
    p.scalar("up_axis", INT, (0, 2), ("up_axis", "axis"))
    p.number("dt", (0.02, 0.1), ("dt", "sim_dt", "timestep"), ("0.02", "0.1"))
    level = ("water_level", "water_height") if target == "wrench" else ("ground_height", "floor_z")
    p.number("ground", (-0.5, 0.3), level, ("0.0",))
    p.number("drag", (0.1, 1), ("damping", "drag"), ("0.1", "0.5"))
    p.number("spin_drag", (0.05, 0.5), ("angular_drag", "angular_damping"), ("0.05", "0.1"))
    p.number("draft", (0.5, 1.5), ("draft", "hull_height"), ("1.0", "0.5"))
    p.number("displaced", (0.5, 2), ("displaced_mass", "water_mass"), ("1.0", "2.0"))
    p.number("max_speed", (1, 2), ("max_velocity", "max_speed"), ("1.5", "2.0"))
    p.number("max_spin", (0.6, 1.5), ("max_spin", "max_angular_velocity"), ("1.0",))
    p.constants({"KINEMATIC": 1, "STATIC": 2})
    p.output("com_out", VEC, (count,), ("body_com_world", "xipos", "com_out"))
    p.output("v_out", VEC, (count,), ("body_v_out", "lin_vel_out", "v_new"))
    p.output("omega_out", VEC, (count,), ("body_w_out", "ang_vel_out", "w_new"))
    p.output("tip_out", VEC, (count,), ("tip_pos", "end_point"))
    p.output("height_out", FLOAT, (count,), ("height", "altitude"))
    p.output("depth_out", INT, (count,), ("tree_depth", "depth", "num_ancestors"))
    p.output("inertia_out", _MAT, (count,), ("inertia_world", "I_w"))
    p.output("mass_sum", FLOAT, (1,), ("total_mass", "mass_sum"), (0, 1))
    p.output("com_sum", VEC, (1,), ("total_com", "com_sum"), (0, 1))
    p.output("pose_out", FRAME, (count,), ("body_q_out", "body_q_new", "xform_out"))
    p.output("wrench_out", SPATIAL, (count,), ("body_f_s", "wrench", "spatial_force"), element="wp.spatial_vector")
    p.output(
        "wrench_sum", SPATIAL, (count,), ("body_f_out", "net_wrench", "xfrc"), (-1, 1), element="wp.spatial_vector"
    )
    p.guard_count("body")
    added, order = p.choices.chance(0.5), p.pick("t, f", "f, t")
    zero = "wrench_out[tid] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)"
    wrench = (
        f"wp.atomic_add(wrench_sum, tid, wp.spatial_vector({order}))"
        if added
        else f"wrench_out[tid] = wp.spatial_vector({order})"
    )
    p.write(_BODY[target].replace("NO_WRENCH", "" if added else zero).replace("WRENCH", wrench))
    titles = {
        "world_state": ("update_body_state", "compute_com", "body_world_state", "eval_body_com"),
        "wrench": ("apply_body_forces", "eval_body_wrench", "compute_spatial_forces", "accumulate_wrench"),
        "integrate_pose": ("integrate_bodies", "integrate_rigid_bodies", "semi_implicit_bodies", "step_bodies"),
        "chain": ("eval_chain", "forward_kinematics", "compute_world_transforms", "accumulate_transforms"),
    }[target]
    return p.done("articulation", "frames", target, "Rigid bodies in their frames", titles, (
        "One thread per body.", "State of each body in the world frame.", "Quantities are about the centre of mass.",
    ))  # fmt: skip


_DOF = {
    "mass_matrix": """
        {for i in range({nv ~ jac.shape[1]}):
            for k in range({i + 1 ~ nv}):
                total = float(0.0)
                for b in range({num_bodies ~ jac.shape[2]}):
                    {?0.3 if mass[b] <= 0.0:
                        continue}
                    total += jac[env, i, b] * mass[b] * jac[env, k, b]
                {?0.5 if i == k:
                    total += {armature[i] ~ 0.01}}
                M[env, i, k] = total
                {?0.4 M[env, k, i] = total} ~
        for i in range({nv ~ jac.shape[1]}):
            total = {armature[i] ~ float(0.0)}
            for b in range({num_bodies ~ jac.shape[2]}):
                total += mass[b] * jac[env, i, b] * jac[env, i, b]
            M[env, i, i] = total
            {?0.5 inv_diag[env, i] = 1.0 / wp.max(total, damping)}}
    """,
    "solve_lower": """
        for i in range({nv ~ L.shape[1]}):
            total = y[env, i]
            for k in range(i):
                {?0.3 if sparse[i, k] == 0:
                    continue}
                total -= L[env, i, k] * y[env, k]
            {y[env, i] = total / {diag[i] ~ (diag[i] + damping)} ~
            d = diag[i]
            {?0.5 d = wp.max(d, damping)}
            y[env, i] = total / d}
        {?0.5 norm = float(0.0)
        for i in range({nv ~ L.shape[1]}):
            norm += y[env, i] * y[env, i]
        {residual[env] = wp.sqrt(norm) ~ if norm > limit:
            wp.atomic_add(num_large, 0, 1)
        residual[env] = norm}}
    """,
    "line_search": """
        best = float({HUGE ~ 1.0e6})
        alpha = float(0.0)
        step = float({1.0 ~ 0.5})
        for it in range({max_iter ~ 4}):
            cost = float(0.0)
            for i in range({nv ~ grad.shape[1]}):
                x = q_in[env, i] + step * direction[env, i]
                {?0.4 if x < lower[i]:
                    cost += {weight ~ 10.0} * (lower[i] - x) * (lower[i] - x)}
                cost += {0.5 * diag[i] * x * x - grad[env, i] * x ~ 0.5 * x * x - grad[env, i] * x}
            {if cost < best:
                best = cost
                alpha = step ~ if cost < best:
                best = cost
                alpha = step
            {elif it > 1: ~ else:}
                break}
            step = step * 0.5
        {step_out[env] = alpha
        {cost_out[env] = best ~} ~
        for i in range({nv ~ grad.shape[1]}):
            q_out[env, i] = q_in[env, i] + alpha * direction[env, i]
        {cost_out[env] = best ~}}
    """,
    "contact_rows": """
        count = num_rows[env]
        worst = float(0.0)
        {for row in range(count): ~ for row in range(count): ~ for row in range({max_rows ~ jac.shape[2]}):
            if row >= count:
                break}
            v = float(0.0)
            for i in range({nv ~ jac.shape[1]}):
                v += jac[env, i, row] * q_in[env, i]
            {?0.4 if active[env, row] == 0:
                {lam[env, row] = 0.0
                continue ~ continue}}
            goal = {bias[env, row] ~ -bias[env, row]}
            worst = wp.max(worst, wp.abs(goal - v))
            dl = (goal - v) {/ (diag_inv[row] + damping) ~ / diag_inv[row]}
            {impulse = lam[env, row] + dl
            if kind[row] == ROW_CONTACT:
                impulse = wp.max(impulse, 0.0)
            {elif kind[row] == ROW_FRICTION:
                impulse = wp.clamp(impulse, -friction_limit, friction_limit) ~}
            lam[env, row] = impulse ~
            # contacts push and never pull
            if kind[row] == ROW_CONTACT:
                lam[env, row] = wp.max(lam[env, row] + dl, 0.0)
            else:
                lam[env, row] = lam[env, row] + dl}
        {?0.4 violation[env] = worst}
    """,
}


def _draw_dof(stream: Stream, target: str) -> KernelSpec:
    """Small dense systems, one for each environment: matrices, triangular solves, line searches, rows of contacts."""
    envs, nv, rows = (stream.child("sizes").choice(each) for each in ((8, 12, 16), (4, 5, 6), (4, 6, 8)))
    p = Program(stream, ("env", "worldid", "world", "tid"), launch=(envs,))
    p.array("jac", FLOAT, (-1, 1), (envs, nv, rows), ("J", "jacobian", "jac"))
    p.array("L", FLOAT, (-0.5, 0.5), (envs, nv, nv), ("L", "factor", "qLD"))
    for key, bounds, names in (
        ("q_in", (-1, 1), ("qacc", "x_in", "qvel", "v")),
        ("grad", (-1, 1), ("grad", "gradient", "rhs")), ("direction", (-1, 1), ("search", "direction", "delta")),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (envs, nv), names)
    p.array("mass", FLOAT, (-0.3, 2), (rows,), ("mass", "body_mass", "weights"))
    p.array("armature", FLOAT, (0.05, 0.5), (nv,), ("armature", "joint_armature", "rotor_inertia"))
    p.array("diag", FLOAT, (0.3, 2), (nv,), ("diag", "L_diag", "qLDiagInv"))
    p.array("lower", FLOAT, (-0.5, 0), (nv,), ("lower", "lower_bounds"))
    p.array("sparse", INT, (0, 1), (nv, nv), ("pattern", "is_ancestor", "nonzero"))
    p.array("num_rows", INT, (1, rows), (envs,), ("nefc", "num_rows", "ncon"))
    p.array("active", INT, (0, 1), (envs, rows), ("efc_active", "row_active"))
    p.array("bias", FLOAT, (-1, 1), (envs, rows), ("aref", "bias", "target_velocity"))
    p.array("diag_inv", FLOAT, (0.3, 1.5), (rows,), ("efc_diagA", "row_diag"))
    p.array("kind", INT, (0, 2), (rows,), ("efc_type", "row_type", "constraint_type"))
    p.number("damping", (0.1, 1), ("damping", "regularization", "compliance"), ("0.1", "0.5"))
    p.number("limit", (0.5, 3), ("tolerance", "max_norm"), ("1.0",))
    p.number("weight", (2, 10), ("penalty", "barrier_weight"), ("10.0", "5.0"))
    p.number("friction_limit", (0.2, 0.6), ("friction_limit", "mu", "bound"), ("0.5",))
    p.sizes(nv=nv, num_bodies=rows, max_rows=rows, max_iter=p.choices.choice((3, 4, 5)))
    p.constants({"ROW_EQUALITY": 0, "ROW_CONTACT": 1, "ROW_FRICTION": 2})
    p.output("M", FLOAT, (envs, nv, nv), ("M", "mass_matrix", "qM"), (0, 1))
    p.output("inv_diag", FLOAT, (envs, nv), ("inv_diag", "preconditioner"))
    # The right side is solved in place: what a thread has written may be read without its start being lost.
    p.output("y", FLOAT, (envs, nv), ("y", "x", "solution", "rhs"), (0, 1))
    p.output("q_out", FLOAT, (envs, nv), ("x_out", "qacc_out", "x_new"))
    p.output("lam", FLOAT, (envs, rows), ("lam", "efc_force", "lambdas"), (0, 1))
    for key, names in (("residual", ("solution_norm", "norm")), ("step_out", ("alpha", "step_size")),
                       ("cost_out", ("cost_out", "best_cost")), ("violation", ("violation", "max_error"))):  # fmt: skip
        p.output(key, FLOAT, (envs,), names)
    p.output("num_large", INT, (1,), ("num_diverged", "num_large"), (0, 1))
    p.array("done", INT, (0, 1), (envs,), ("done", "converged"))
    p.write("{?0.3 if done[env] != 0:\n    return}")
    p.write(_DOF[target])
    titles = {
        "mass_matrix": ("compute_mass_matrix", "eval_crba", "assemble_mass"),
        "solve_lower": ("solve_lower", "forward_substitution", "triangular_solve"),
        "line_search": ("line_search", "linesearch_iterative", "backtracking_step"),
        "contact_rows": ("solve_rows", "update_constraint", "project_impulses", "constraint_forces"),
    }[target]
    return p.done("articulation", "systems", target, "Small dense systems, one for each environment", titles, (
        "One thread per environment.", "Dense, for a few degrees of freedom only.",
    ))  # fmt: skip


RECIPES = (
    Recipe(name="frames", category="articulation", targets=tuple(_BODY), draw=_draw_body),
    Recipe(
        name="systems",
        category="articulation",
        targets=tuple(_DOF),
        draw=_draw_dof,
        target_weights={"mass_matrix": 0.4, "line_search": 0.5},
    ),
)
