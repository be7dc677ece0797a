"""Trees of joints, a thread for each tree: from the root to the leaves and back, with dense matrices in flat arrays."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FRAME, INT, SPATIAL, VEC, Program
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type
from synthesis.records import KernelSpec

_SPATIAL_MATRIX, _MAT = Type("float32", (6, 6)), Type("float32", (3, 3))
_COORDINATES = 7
"""How many coordinates a joint has at most."""

_FROZEN = """# frozen joints keep the pose of the step before
            if joint_flags[j] & LOCKED {~ != 0}:
                continue"""
_TREE = {
    "forward_kinematics": """
        {?0.6 if not articulation_active[tid]:
            return}
        for j in range(start, end):
            FROZEN
            {parent = joint_parent[j]
            child = joint_child[j] ~ child = joint_child[j]
            parent = joint_parent[j]}
            X_wpj = joint_X_p[j]
            # the world has no frame of its own
            if parent >= 0:
                X_wpj = body_q[parent] * X_wpj
            kind = joint_type[j]
            q_start = joint_q_start[j]
            X_j = wp.transform_identity()
            if kind == JOINT_PRISMATIC:
                X_j = wp.transform(joint_axis[j] * joint_q[q_start], wp.quat_identity())
            elif kind == JOINT_REVOLUTE:
                X_j = wp.transform(wp.vec3(0.0, 0.0, 0.0), wp.quat_from_axis_angle(joint_axis[j], joint_q[q_start]))
            elif kind == JOINT_BALL:
                q_j = wp.quat(joint_q[q_start], joint_q[q_start + 1], joint_q[q_start + 2], joint_q[q_start + 3])
                X_j = wp.transform(wp.vec3(0.0, 0.0, 0.0), {q_j ~ wp.normalize(q_j)})
            {elif kind == JOINT_FREE:
                X_j = wp.transform(
                    wp.vec3(joint_q[q_start + 0], joint_q[q_start + 1], joint_q[q_start + 2]),
                    wp.quat(joint_q[q_start + 3], joint_q[q_start + 4], joint_q[q_start + 5], joint_q[q_start + 6])) ~
            elif kind == JOINT_FREE:
                for k in range(7):
                    X_j[k] = joint_q[q_start + k] ~}
            X_wcj = X_wpj * X_j
            {body_q[child] = X_wcj * wp.transform_inverse(joint_X_c[j]) ~
            X_wc = wp.transform_multiply(X_wcj, wp.transform_inverse(joint_X_c[j]))
            body_q[child] = X_wc
            {com_out[child] = wp.transform_point(X_wc, body_com[child]) ~}}
            {?0.4 anchor_out[j] = wp.transform_get_translation({X_wpj ~ X_wcj})}
            {?0.5 # velocity of the joint in the world
            v_j = wp.vec3(0.0, 0.0, 0.0)
            w_j = wp.vec3(0.0, 0.0, 0.0)
            axis_w = wp.transform_vector(X_wpj, joint_axis[j])
            if kind == JOINT_PRISMATIC:
                v_j = axis_w * joint_qd[j]
            elif kind == JOINT_REVOLUTE:
                w_j = axis_w * joint_qd[j]
            if parent >= 0:
                v_wp = body_qd[parent]
                w_j += wp.spatial_bottom(v_wp)
                v_j += wp.spatial_top(v_wp)
            body_qd[child] = wp.spatial_vector(v_j, w_j)}
    """,
    "link_dynamics": """
        for j in range(start, end):
            parent = joint_parent[j]
            {v_s = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
            a_s = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
            if parent >= 0:
                v_s = body_v_s[parent]
                a_s = body_a_s[parent] ~
            v_s = wp.spatial_vector()
            a_s = wp.spatial_vector()
            if parent >= 0:
                v_s = body_v_s[parent]
                a_s = body_a_s[parent]}
            v_j = joint_S_s[j] * joint_qd[j]
            v_s += v_j
            a_s += wp.spatial_cross(v_s, v_j) {~ + joint_S_s[j] * joint_qdd[j]}
            {body_v_s[j] = v_s
            body_a_s[j] = a_s ~ body_a_s[j] = a_s
            body_v_s[j] = v_s}
            {?0.8 # inertial force, and the weight at the centre of mass
            I_s = body_I_s[j]
            {f_b = I_s * a_s + wp.spatial_cross_dual(v_s, I_s * v_s) ~
            h = I_s * v_s
            f_b = I_s * a_s + wp.spatial_cross_dual(v_s, h)}
            {?0.6 m = I_s[0, 0]
            pos = wp.transform_get_translation(body_q_in[j])
            f_g = gravity * m
            f_b -= wp.spatial_vector(f_g, wp.cross(pos, f_g))}
            body_f_s[j] = f_b}
    """,
    "composite_inertia": """
        # every link first has its own
        for j in range(start, end):
            body_I_c[j] = body_I_s[j]
        # from the leaves to the root
        {for j in range(end - 1, start - 1, -1):
            parent = joint_parent[j]
            if parent >= 0:
                body_I_c[parent] = body_I_c[parent] + body_I_c[j] ~
        for k in range(end - start):
            j = end - 1 - k
            parent = joint_parent[j]
            if parent >= 0:
                body_I_c[parent] = body_I_c[parent] + body_I_c[j] ~
        j = end - 1
        while j >= start:
            if joint_parent[j] >= 0:
                body_I_c[joint_parent[j]] = body_I_c[joint_parent[j]] + body_I_c[j]
            j -= 1}
        {?0.7 for j in range(start, end):
            F = body_I_c[j] * joint_S_s[j]
            {tau[j] = wp.dot(joint_S_s[j], F) ~ tau[j] = wp.spatial_dot(F, joint_S_s[j]) + armature[j] ~
            d = wp.dot(joint_S_s[j], F)
            tau[j] = 1.0 / d if d > 0.5 else 0.0}}
    """,
    "joint_torques": """
        {?0.5 if not articulation_active[tid]:
            return}
        {for j in range(end - 1, start - 1, -1): ~ for back in range(end - start):
            j = end - back - 1}
            parent = joint_parent[j]
            f_s = {body_f_in[j] + body_ft[j] ~ body_ft[j] - body_f_in[j]}
            {# locked joints hold whatever comes
            if joint_flags[j] & LOCKED:
                tau[j] = armature[j]
            else:
                tau[j] = {-wp.dot(joint_S_s[j], f_s) ~ wp.dot(joint_S_s[j], f_s)} ~
            tau[j] = -wp.dot(joint_S_s[j], f_s) {+ joint_act[j] ~}}
            {if parent >= 0:
                body_ft[parent] = body_ft[parent] + f_s ~
            if parent >= start:
                body_ft[parent] += f_s}
        {?0.4 root_f[tid] = {body_ft[start] ~ body_ft[start] + body_f_in[start]}}
    """,
    "jacobian": """
        J_start = articulation_J_start[tid]
        {num_links = end - start ~ num_links = end - start
        {?0.4 articulation_rows[tid] = num_links * 6}}
        for i in range(num_links):
            row = i * 6
            j = int(start + i)
            # the link moves with every joint above it
            while j >= 0:
                col = j - start
                S = joint_S_s[j]
                for k in range(6):
                    {J[J_start + (row + k) * num_links + col] = S[k] ~
                    index = J_start + (row + k) * num_links + col
                    J[index] = S[k]}
                j = joint_parent[j]
    """,
    "mass_matrix": """
        M_start = articulation_H_start[tid]
        J_begin = articulation_J_start[tid]
        {nd = end - start ~ nd = articulation_dofs[tid]}
        {?0.4 if nd == 0:
            return}
        for i in range(nd):
            for j in range({i + 1 ~ nd}):
                {total = float(0.0) ~ total = float(armature[start + i] if i == j else 0.0)}
                for k in range({6 ~ nd}):
                    total += J_in[J_begin + k * nd + i] * J_in[J_begin + k * nd + j]{ * body_mass[start + i] ~}
                H[M_start + i * nd + j] = total
                {?0.5 # the other half
                H[M_start + j * nd + i] = total}
    """,
    "factorize": """
        M_start = articulation_H_start[tid]
        {nd = end - start ~ nd = articulation_dofs[tid]}
        {?0.4 if not articulation_active[tid]:
            return}
        for j in range(nd):
            s = H_in[M_start + j * nd + j] + regularization
            for k in range(j):
                v = L[M_start + j * nd + k]
                s -= v * v
            {s = wp.sqrt(s)
            inv_s = 1.0 / s ~ s = wp.sqrt({s ~ wp.max(s, TINY)})
            inv_s = 1.0 / s}
            L[M_start + j * nd + j] = s
            for i in range(j + 1, nd):
                s = H_in[M_start + i * nd + j]
                for k in range(j):
                    s -= L[M_start + i * nd + k] * L[M_start + j * nd + k]
                L[M_start + i * nd + j] = s * inv_s
    """,
    "solve": """
        M_start = articulation_H_start[tid]
        nd = end - start
        {?0.5 if {articulation_flags[tid] == 0 ~ not articulation_active[tid]}:
            return}
        # forward
        for i in range(nd):
            s = rhs[start + i]
            for j in range(i):
                s -= L_in[M_start + i * nd + j] * x[start + j]
            x[start + i] = s / (L_in[M_start + i * nd + i] + regularization)
        {# backward
        for i in range(nd - 1, -1, -1):
            s = x[start + i]
            for j in range(i + 1, nd):
                s -= L_in[M_start + j * nd + i] * x[start + j]
            x[start + i] = s / (L_in[M_start + i * nd + i] + regularization) ~
        for k in range(nd):
            i = nd - 1 - k
            s = x[start + i]
            for j in range(i + 1, nd):
                s -= L_in[M_start + j * nd + i] * x[start + j]
            x[start + i] = s / (L_in[M_start + i * nd + i] + regularization) ~
        i = int(nd - 1)
        while i >= 0:
            s = x[start + i]
            for j in range(i + 1, nd):
                s -= L_in[M_start + j * nd + i] * x[start + j]
            x[start + i] = s / (L_in[M_start + i * nd + i] + regularization)
            i -= 1}
    """,
    "sleeping": """
        {fastest = float(0.0)
        for j in range(start, end):
            {?0.3 if joint_flags[j] & LOCKED:
                continue}
            fastest = wp.max(fastest, {wp.length_sq(wp.spatial_top(body_qd_in[j])) ~ \
                    wp.length_sq(wp.spatial_bottom(body_qd_in[j]))})
        still = fastest < threshold ~
        still = bool(True)
        for j in range(start, end):
            if wp.length_sq(wp.spatial_bottom(body_qd_in[j])) > threshold and joint_flags[j] != 0:
                still = False
                {break ~}}
        {if still:
            idle_steps[tid] = idle_steps[tid] + 1
        else:
            idle_steps[tid] = 0 ~ idle_steps[tid] = idle_steps[tid] + 1 if still else 0}
        {?0.6 {if idle_steps[tid] > sleep_after:
            asleep[tid] = 1
        {else:
            asleep[tid] = 0 ~} ~ asleep[tid] = 1 if idle_steps[tid] > sleep_after else 0}}
        {?0.5 world = articulation_world[tid]
        if not still and world >= 0:
            wp.atomic_add(num_awake, world, {1 ~ end - start})}
    """,
    "tree_totals": """
        {?0.5 if articulation_world[tid] {< 0 ~ == -1}:
            return}
        mass = float(0.0)
        com = wp.vec3(0.0, 0.0, 0.0)
        {?0.6 momentum = wp.vec3(0.0, 0.0, 0.0)}
        for j in range(start, end):
            m = body_mass[j]
            {?0.5 if m <= 0.0 {or joint_flags[j] == 0 ~}:
                continue}
            pos = wp.transform_point(body_q_in[j], body_com[j])
            mass += m
            com += m * pos
            momentum += m * wp.spatial_top(body_qd_in[j])
        {?0.7 # nothing but massless links
        if mass <= 0.0:
            {total_mass[tid] = 0.0
            return ~ return}}
        {* tree_com[tid] = {com / mass ~ com / wp.max(mass, 0.5)} ~ total_mass[tid] = mass ~ \
                tree_momentum[tid] = {momentum ~ momentum / mass} ~
            # moment of inertia about the centre of mass
            I_total = wp.mat33(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
            for j in range(start, end):
                r_j = wp.transform_point(body_q_in[j], body_com[j]) - com
                rot = wp.quat_to_matrix(wp.transform_get_rotation(body_q_in[j]))
                I_total += rot * body_inertia[j] * wp.transpose(rot)
                I_total += body_mass[j] * (wp.dot(r_j, r_j) * wp.identity(n=3, dtype=float) - wp.outer(r_j, r_j))
            tree_inertia[tid] = I_total
        }
    """,
}


def _declare_trees(p: Program, length: int, *, frozen: bool) -> None:
    """The arguments of a kernel of trees of joints, each of some joints in a row."""
    trees = p.threads
    joints, square = trees * length, length * length
    p.starts("articulation_start", trees + 1, length, 0, ("articulation_start", "art_start", "joint_start"))
    p.starts("articulation_J_start", trees, 6 * square, 0, ("articulation_J_start", "jacobian_offset"))
    p.starts("articulation_H_start", trees, square, 0, ("articulation_H_start", "mass_offset", "H_start"))
    p.starts("joint_q_start", joints, _COORDINATES, 0, ("joint_q_start",))
    p.starts("joint_child", joints, 1, 0, ("joint_child",))
    p.parents("joint_parent", trees, length, ("joint_parent", "joint_ancestor"))
    p.array("articulation_dofs", INT, (length - 1, length), (trees,), ("articulation_dof_count", "num_dofs"))
    p.array("articulation_active", FLAG, (0, 1), (trees,), ("articulation_mask", "articulation_active", "mask"))
    p.array("articulation_flags", INT, (0, 2), (trees,), ("articulation_flags", "art_state"))
    p.array("articulation_world", INT, (-1, 7), (trees,), ("articulation_world", "art_to_world"))
    p.array("joint_type", INT, (0, 4), (joints,), ("joint_type", "joint_types"))
    p.array("joint_flags", INT, (0, 3), (joints,), ("joint_flags", "link_flags"))
    for key, names in (
        ("joint_X_p", ("joint_X_p",)),
        ("joint_X_c", ("joint_X_c",)),
        ("body_q_in", ("body_q", "link_xform")),
    ):
        p.array(key, FRAME, (-1, 1), (joints,), names, element="wp.transform")
    for key, names in (
        ("joint_S_s", ("joint_S_s", "joint_subspace")), ("body_f_in", ("body_f_s", "body_fb_s")),
        ("body_qd_in", ("body_qd", "link_qd")),
    ):  # fmt: skip
        p.array(key, SPATIAL, (-0.6, 0.6), (joints,), names, element="wp.spatial_vector")
    p.array("body_I_s", _SPATIAL_MATRIX, (-1, 1), (joints,), ("body_I_s", "link_inertia"), element="wp.spatial_matrix")
    p.array("body_inertia", _MAT, (-1, 1), (joints,), ("body_inertia", "body_I"))
    p.array("body_com", VEC, (-0.5, 0.5), (joints,), ("body_com", "com"))
    p.array("joint_axis", VEC, (-1, 1), (joints,), ("joint_axis", "axis"))
    p.array("joint_q", FLOAT, (-1, 1), (joints * _COORDINATES,), ("joint_q", "q"))
    for key, bounds, names in (
        ("joint_qd", (-1, 1), ("joint_qd", "qd")), ("joint_qdd", (-1, 1), ("joint_qdd", "qdd")),
        ("joint_act", (-1, 1), ("joint_act", "joint_f")), ("rhs", (-1, 1), ("rhs", "tau", "b")),
        ("armature", (0.1, 0.5), ("joint_armature", "armature")), ("body_mass", (-0.3, 2), ("body_mass", "link_mass")),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (joints,), names)
    p.array("J_in", FLOAT, (-1, 1), (trees * 6 * square,), ("J", "jacobian"))
    for key, names in (("H_in", ("H", "mass_matrix", "A")), ("L_in", ("L", "factor"))):
        p.array(key, FLOAT, (-0.2, 0.2), (trees * square,), names)
    p.scalar("gravity", VEC, (-10, 10), ("gravity", "g"))
    p.scalar("sleep_after", INT, (1, 4), ("sleep_after", "sleep_steps"))
    p.number("regularization", (2, 4), ("regularization", "shift", "reg"), ("2.0",))
    p.number("threshold", (0.4, 0.7), ("sleep_threshold", "threshold", "velocity_eps"), ("0.5",))
    kinds = ("JOINT_PRISMATIC", "JOINT_REVOLUTE", "JOINT_BALL", "JOINT_FIXED", "JOINT_FREE")
    p.constants({name: number for number, name in enumerate(kinds)})
    p.constants({"LOCKED": 1})
    kept = (-1.0, 1.0) if frozen else None
    p.output("body_q", FRAME, (joints,), ("body_q", "link_q", "body_xform"), kept, element="wp.transform")
    for key in ("body_qd", "body_v_s", "body_a_s", "body_f_s"):
        p.output(key, SPATIAL, (joints,), (key,), element="wp.spatial_vector")
    p.output("body_ft", SPATIAL, (joints,), ("body_ft_s", "body_ft"), (-1, 1), element="wp.spatial_vector")
    p.output("root_f", SPATIAL, (trees,), ("root_f", "base_wrench"), element="wp.spatial_vector")
    p.output("body_I_c", _SPATIAL_MATRIX, (joints,), ("body_I_c", "I_c"), element="wp.spatial_matrix")
    for key, size, names in (
        ("com_out", joints, ("body_com_w", "com_out")), ("anchor_out", joints, ("joint_anchor", "anchor_out")),
        ("tree_com", trees, ("articulation_com", "tree_com")), ("tree_momentum", trees, ("momentum",)),
    ):  # fmt: skip
        p.output(key, VEC, (size,), names)
    p.output("tree_inertia", _MAT, (trees,), ("articulation_inertia", "tree_inertia"))
    p.output("total_mass", FLOAT, (trees,), ("articulation_mass", "total_mass"))
    p.output("tau", FLOAT, (joints,), ("tau", "joint_tau", "joint_force"))
    p.output("J", FLOAT, (trees * 6 * square,), ("J", "jacobian"), (-1, 1))
    p.output("H", FLOAT, (trees * square,), ("H", "mass_matrix"), (-1, 1))
    p.output("L", FLOAT, (trees * square,), ("L", "factor"))
    p.output("x", FLOAT, (joints,), ("x", "qdd", "solution"))
    p.output("articulation_rows", INT, (trees,), ("row_count", "articulation_rows"))
    p.output("idle_steps", INT, (trees,), ("idle_steps", "sleep_timer"), (0, 4))
    p.output("asleep", INT, (trees,), ("asleep", "articulation_asleep"), (0, 0))
    p.output("num_awake", INT, (8,), ("world_awake", "num_awake"), (0, 1))


def _draw_tree(stream: Stream, target: str) -> KernelSpec:
    """A tree of joints, a thread for each."""
    trees, length = stream.child("sizes").choice(((12, 4), (16, 3), (16, 4), (8, 5), (24, 3)))
    p = Program(stream, ("tid", "art", "articulation", "index"), launch=(trees,))
    frozen = p.maybe(0.3)
    _declare_trees(p, length, frozen=frozen)
    p.lookups(start="start = articulation_start[tid]", end="end = articulation_start[tid + 1]")
    p.guard_count("articulation")
    p.write(_TREE[target].replace("FROZEN", _FROZEN if frozen else ""))
    titles = {
        "forward_kinematics": ("eval_articulation_fk", "articulation_kinematics", "eval_fk"),
        "link_dynamics": ("eval_rigid_id", "link_dynamics", "compute_link_velocities"),
        "composite_inertia": ("compute_composite_inertia", "eval_crba", "accumulate_inertia"),
        "joint_torques": ("eval_rigid_tau", "compute_joint_torques", "backward_pass"),
        "jacobian": ("eval_rigid_jacobian", "fill_jacobian", "articulation_jacobian"),
        "mass_matrix": ("eval_dense_mass", "assemble_mass_matrix", "dense_gemm_batched"),
        "factorize": ("eval_dense_cholesky", "cholesky_batched", "factorize_mass"),
        "solve": ("eval_dense_solve", "solve_batched", "dense_subs"),
        "sleeping": ("update_sleep_state", "check_articulation_sleep", "articulation_activity"),
        "tree_totals": ("compute_articulation_com", "articulation_totals", "eval_tree_momentum"),
    }[target]
    return p.done("joints", "articulations", target, "Trees of joints", titles, (
        "One thread per articulation.", "Joints of an articulation stand in a row, parents first.",
        "Matrices are dense, row by row, one after the other.",
    ))  # fmt: skip


RECIPES = (Recipe(name="articulations", category="joints", targets=tuple(_TREE), draw=_draw_tree),)
