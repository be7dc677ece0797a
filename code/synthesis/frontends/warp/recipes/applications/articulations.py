"""Trees of joints, a thread for each tree: from the root to the leaves and back, with dense matrices in flat arrays."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FRAME, INT, SPATIAL, VEC, Program
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type
from synthesis.records import KernelSpec

_MAT = Type("float32", (3, 3))
_TREE = {
    "joint_torques": """
        {?0.5 if not articulation_active[tid]:
            return}
        # from the leaves to the root
        {for j in range(end - 1, start - 1, -1): ~ for back in range(end - start):
            j = end - back - 1}
            parent = joint_parent[j]
            f_s = {body_f_in[j] + body_ft[j] ~ body_ft[j] + body_f_in[j] - body_f_ext[j]}
            {# locked joints hold whatever comes
            if joint_flags[j] & LOCKED:
                tau[j] = 0.0
            else:
                tau[j] = {joint_act[j] - wp.dot(joint_S_s[j], f_s) ~ -wp.dot(joint_S_s[j], f_s)} ~
            tau[j] = -wp.dot(joint_S_s[j], f_s) {+ joint_act[j] ~} {- joint_damping[j] * joint_qd[j] ~}
            ~
            # what the motor has to give, its own inertia too
            tau[j] = wp.dot(joint_S_s[j], f_s) + armature[j] * joint_qdd[j]}
            {if parent >= 0:
                body_ft[parent] = body_ft[parent] + f_s ~
            if parent >= start:
                body_ft[parent] += f_s}
        {?0.4 # what holds the base
        root_f[tid] = body_ft[start] + body_f_in[start]}
    """,
    "jacobian": """
        J_start = articulation_J_start[tid]
        num_links = end - start
        {# rows of joints that a link does not hang on are zero
        for k in range(6 * num_links * num_links):
            J[J_start + k] = 0.0 ~}
        for i in range(num_links):
            row = i * 6
            j = int(start + i)
            # the link moves with every joint above it
            while j >= {0 ~ start}:
                col = j - start
                S = joint_S_s[j]
                {?0.3 if joint_flags[j] & LOCKED:
                    S = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)}
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
                {total = float(0.0) ~ # rotors add to the diagonal
                total = float(armature[start + i] if i == j else 0.0)}
                {for link in range(nd):
                    # J^T M J, one link after the other
                    for k in range(6):
                        row = (link * 6 + k) * nd
                        {total += J_in[J_begin + row + i] * link_M[start + link][k] * J_in[J_begin + row + j] ~
                        m_k = body_mass[start + link] if k < 3 else body_moment[start + link]
                        total += m_k * J_in[J_begin + row + i] * J_in[J_begin + row + j]} ~
                for k in range(6 * nd):
                    total += J_in[J_begin + k * nd + i] * MJ[J_begin + k * nd + j]}
                H[M_start + i * nd + j] = total
                {?0.5 # the other half
                H[M_start + j * nd + i] = total}
    """,
    "sleeping": """
        {fastest = float(0.0)
        for j in range(start, end):
            {fastest = wp.max(fastest, wp.length_sq(body_qd_in[j])) ~
            v = wp.spatial_top(body_qd_in[j])
            w = wp.spatial_bottom(body_qd_in[j])
            fastest = wp.max(fastest, wp.dot(v, v) + wp.dot(w, w))}
        still = fastest < threshold ~
        still = bool(True)
        for j in range(start, end):
            if {wp.length(wp.spatial_top(body_qd_in[j])) > lin_threshold or \
                    wp.length(wp.spatial_bottom(body_qd_in[j])) > ang_threshold ~ \
                    wp.length_sq(body_qd_in[j]) > threshold}:
                still = False
                {break ~}}
        {if still:
            idle_steps[tid] = idle_steps[tid] + 1
        else:
            idle_steps[tid] = 0 ~ idle_steps[tid] = idle_steps[tid] + 1 if still else 0}
        {if idle_steps[tid] {> ~ >=} sleep_after:
            asleep[tid] = 1
        else:
            asleep[tid] = 0 ~ asleep[tid] = 1 if idle_steps[tid] > sleep_after else 0 ~
        if idle_steps[tid] {> ~ >=} sleep_after:
            asleep[tid] = 1
            for j in range(start, end):
                body_qd_out[j] = wp.spatial_vector(0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        else:
            asleep[tid] = 0
            for j in range(start, end):
                body_qd_out[j] = body_qd_in[j]}
        {?0.5 world = articulation_world[tid]
        if not still and world >= 0:
            wp.atomic_add(num_awake, world, {1 ~ 1})}
    """,
    "tree_totals": """
        mass = float(0.0)
        com = wp.vec3(0.0, 0.0, 0.0)
        momentum = wp.vec3(0.0, 0.0, 0.0)
        for j in range(start, end):
            m = body_mass[j]
            # what only carries a frame
            if m <= 0.0:
                continue
            {pos = wp.transform_point(body_q_in[j], body_com[j])
            mass += m
            com += m * pos ~ mass += m
            com += m * wp.transform_point(body_q_in[j], body_com[j])}
            momentum += m * wp.spatial_top(body_qd_in[j])
        {?0.6 # nothing but massless links
        if mass <= 0.0:
            total_mass[tid] = 0.0
            tree_com[tid] = wp.vec3(0.0, 0.0, 0.0)
            OTHERS
            return
        com = com / mass
        ~
        com = com / wp.max(mass, TINY)}
        {tree_com[tid] = com
        total_mass[tid] = mass ~ total_mass[tid] = mass
        tree_com[tid] = com}
        MORE
        {?0.4 if articulation_world[tid] {>= 0 ~ != -1}:
            wp.atomic_add(world_mass, articulation_world[tid], mass)}
    """,
}
_TOTALS = {
    "momentum": """
        tree_momentum[tid] = momentum
    """,
    "velocity": """
        tree_momentum[tid] = momentum
        tree_velocity[tid] = momentum / wp.max(mass, TINY)
    """,
    "inertia": """
        # moment of inertia about the centre of mass
        I_total = wp.mat33(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
        for j in range(start, end):
            if body_mass[j] <= 0.0:
                continue
            r_j = wp.transform_point(body_q_in[j], body_com[j]) - com
            rot = wp.quat_to_matrix(wp.transform_get_rotation(body_q_in[j]))
            I_total += rot * body_inertia[j] * wp.transpose(rot)
            I_total += body_mass[j] * (wp.dot(r_j, r_j) * wp.identity(n=3, dtype=float) - wp.outer(r_j, r_j))
        tree_inertia[tid] = I_total
    """,
    "angular": """
        # angular momentum about the centre of mass
        L_total = wp.vec3(0.0, 0.0, 0.0)
        for j in range(start, end):
            if body_mass[j] <= 0.0:
                continue
            r_j = wp.transform_point(body_q_in[j], body_com[j]) - com
            q = wp.transform_get_rotation(body_q_in[j])
            w_b = wp.quat_rotate_inv(q, wp.spatial_bottom(body_qd_in[j]))
            L_total += wp.quat_rotate(q, body_inertia[j] * w_b)
            L_total += body_mass[j] * wp.cross(r_j, wp.spatial_top(body_qd_in[j]))
        tree_angular[tid] = L_total
    """,
    "none": "",
}
"""What may be summed over a tree beside its mass, once its centre is known."""
_NOTHING = {
    "momentum": "tree_momentum[tid] = wp.vec3(0.0, 0.0, 0.0)",
    "velocity": "tree_momentum[tid] = wp.vec3(0.0, 0.0, 0.0)\ntree_velocity[tid] = wp.vec3(0.0, 0.0, 0.0)",
    "inertia": "tree_inertia[tid] = wp.mat33(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)",
    "angular": "tree_angular[tid] = wp.vec3(0.0, 0.0, 0.0)",
    "none": "",
}


def _declare_trees(p: Program, length: int) -> None:
    """The arguments of a kernel of trees of joints, each of some joints in a row."""
    trees = p.threads
    joints, square = trees * length, length * length
    p.starts("articulation_start", trees + 1, length, 0, ("articulation_start", "art_start", "joint_start"))
    p.starts("articulation_J_start", trees, 6 * square, 0, ("articulation_J_start", "jacobian_offset"))
    p.starts("articulation_H_start", trees, square, 0, ("articulation_H_start", "mass_offset", "H_start"))
    p.parents("joint_parent", trees, length, ("joint_parent", "joint_ancestor"))
    p.array("articulation_dofs", INT, (length - 1, length), (trees,), ("articulation_dof_count", "num_dofs"))
    p.array("articulation_active", FLAG, (0, 1), (trees,), ("articulation_mask", "articulation_active", "mask"))
    p.array("articulation_world", INT, (-1, 7), (trees,), ("articulation_world", "art_to_world"))
    p.array("joint_flags", INT, (0, 3), (joints,), ("joint_flags", "link_flags"))
    p.array("body_q_in", FRAME, (-1, 1), (joints,), ("body_q", "link_xform"), element="wp.transform")
    for key, names in (
        ("joint_S_s", ("joint_S_s", "joint_subspace")), ("body_f_in", ("body_f_s", "body_fb_s")),
        ("body_f_ext", ("body_f_ext", "external_f")),
        ("link_M", ("link_M", "body_M_diag")),
        ("body_qd_in", ("body_qd", "link_qd")),
    ):  # fmt: skip
        p.array(key, SPATIAL, (-0.6, 0.6), (joints,), names, element="wp.spatial_vector")
    p.array("body_inertia", _MAT, (-1, 1), (joints,), ("body_inertia", "body_I"))
    p.array("body_com", VEC, (-0.5, 0.5), (joints,), ("body_com", "com"))
    for key, bounds, names in (
        ("joint_act", (-1, 1), ("joint_act", "joint_f")), ("armature", (0.1, 0.5), ("joint_armature", "armature")),
        ("body_mass", (-0.5, 2), ("body_mass", "link_mass")),
        ("body_moment", (0.1, 1), ("body_moment", "link_inertia")),
        ("joint_damping", (0.1, 1), ("joint_damping", "damping")), ("joint_qd", (-1, 1), ("joint_qd", "qd")),
        ("joint_qdd", (-1, 1), ("joint_qdd", "qdd")),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (joints,), names)
    p.array("MJ", FLOAT, (-1, 1), (trees * 6 * square,), ("MJ", "P"))
    p.array("J_in", FLOAT, (-1, 1), (trees * 6 * square,), ("J", "jacobian"))
    p.scalar("sleep_after", INT, (1, 3), ("sleep_after", "sleep_steps"))
    p.number("threshold", (0.8, 1), ("sleep_threshold", "rest_threshold"), ("0.8", "1.0"))
    p.number("lin_threshold", (0.6, 0.9), ("linear_threshold", "max_linear"), ("0.8",))
    p.number("ang_threshold", (0.6, 0.9), ("angular_threshold", "max_angular"), ("0.8",))
    p.constants({"LOCKED": 1})
    p.output("body_ft", SPATIAL, (joints,), ("body_ft_s", "body_ft"), (-1, 1), element="wp.spatial_vector")
    p.output("root_f", SPATIAL, (trees,), ("root_f", "base_wrench"), element="wp.spatial_vector")
    for key, names in (("tree_com", ("articulation_com", "tree_com")),
                       ("tree_momentum", ("articulation_momentum", "tree_momentum")),
                       ("tree_velocity", ("articulation_vel", "tree_vel")),
                       ("tree_angular", ("angular_momentum", "tree_spin"))):  # fmt: skip
        p.output(key, VEC, (trees,), names)
    p.output("tree_inertia", _MAT, (trees,), ("articulation_inertia", "tree_inertia"))
    p.output("total_mass", FLOAT, (trees,), ("articulation_mass", "total_mass"))
    p.output("tau", FLOAT, (joints,), ("tau", "joint_tau", "joint_force"))
    p.output("body_qd_out", SPATIAL, (joints,), ("body_qd_out", "link_qd_out"), (-1, 1), element="wp.spatial_vector")
    p.output("world_mass", FLOAT, (8,), ("world_mass", "mass_per_world"), (0, 1))
    p.output("J", FLOAT, (trees * 6 * square,), ("J", "jacobian"), (-1, 1))
    p.output("H", FLOAT, (trees * square,), ("H", "mass_matrix"), (-1, 1))
    p.output("idle_steps", INT, (trees,), ("idle_steps", "sleep_timer"), (0, 4))
    p.output("asleep", INT, (trees,), ("asleep", "articulation_asleep"), (0, 0))
    p.output("num_awake", INT, (8,), ("world_awake", "num_awake"), (0, 1))


def _draw_tree(stream: Stream, target: str) -> KernelSpec:
    """A tree of joints, a thread for each."""
    trees, length = stream.child("sizes").choice(((12, 4), (16, 3), (16, 4), (8, 5), (24, 3)))
    p = Program(stream, ("tid", "art", "articulation", "index"), launch=(trees,))
    _declare_trees(p, length)
    p.lookups(start="start = articulation_start[tid]", end="end = articulation_start[tid + 1]")
    p.guard_count("articulation")
    wanted = p.choices.choice(tuple(_TOTALS))
    text = _TREE[target].replace("MORE", _TOTALS[wanted].strip().replace("\n        ", "\n        "))
    p.write(text.replace("OTHERS", _NOTHING[wanted].replace("\n", "\n            ")))
    titles = {
        "joint_torques": ("eval_rigid_tau", "compute_joint_torques", "backward_pass"),
        "jacobian": ("eval_rigid_jacobian", "fill_jacobian", "articulation_jacobian"),
        "mass_matrix": ("eval_dense_mass", "assemble_mass_matrix", "dense_gemm_batched"),
        "sleeping": ("update_sleep_state", "check_articulation_sleep", "articulation_activity"),
        "tree_totals": ("compute_articulation_com", "articulation_totals", "eval_tree_momentum"),
    }[target]
    told = ("One thread per articulation.", "Joints of an articulation stand in a row, parents first.")
    if target in ("jacobian", "mass_matrix"):
        told += ("Matrices are dense, row by row, one after the other.",)
    return p.done("joints", "articulations", target, "Trees of joints", titles, told)


_WEIGHTS = {"jacobian": 0.5, "mass_matrix": 0.5}
RECIPES = (
    Recipe(name="articulations", category="joints", targets=tuple(_TREE), draw=_draw_tree, target_weights=_WEIGHTS),
)
