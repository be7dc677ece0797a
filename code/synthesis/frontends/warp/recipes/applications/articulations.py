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
        num_links = end - start
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
        momentum = wp.vec3(0.0, 0.0, 0.0)
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
        ("body_qd_in", ("body_qd", "link_qd")),
    ):  # fmt: skip
        p.array(key, SPATIAL, (-0.6, 0.6), (joints,), names, element="wp.spatial_vector")
    p.array("body_inertia", _MAT, (-1, 1), (joints,), ("body_inertia", "body_I"))
    p.array("body_com", VEC, (-0.5, 0.5), (joints,), ("body_com", "com"))
    for key, bounds, names in (
        ("joint_act", (-1, 1), ("joint_act", "joint_f")), ("armature", (0.1, 0.5), ("joint_armature", "armature")),
        ("body_mass", (-0.3, 2), ("body_mass", "link_mass")),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (joints,), names)
    p.array("J_in", FLOAT, (-1, 1), (trees * 6 * square,), ("J", "jacobian"))
    p.scalar("sleep_after", INT, (1, 4), ("sleep_after", "sleep_steps"))
    p.number("threshold", (0.4, 0.7), ("sleep_threshold", "threshold", "velocity_eps"), ("0.5",))
    p.constants({"LOCKED": 1})
    p.output("body_ft", SPATIAL, (joints,), ("body_ft_s", "body_ft"), (-1, 1), element="wp.spatial_vector")
    p.output("root_f", SPATIAL, (trees,), ("root_f", "base_wrench"), element="wp.spatial_vector")
    for key, names in (("tree_com", ("articulation_com", "tree_com")), ("tree_momentum", ("momentum",))):
        p.output(key, VEC, (trees,), names)
    p.output("tree_inertia", _MAT, (trees,), ("articulation_inertia", "tree_inertia"))
    p.output("total_mass", FLOAT, (trees,), ("articulation_mass", "total_mass"))
    p.output("tau", FLOAT, (joints,), ("tau", "joint_tau", "joint_force"))
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
    p.write(_TREE[target])
    titles = {
        "joint_torques": ("eval_rigid_tau", "compute_joint_torques", "backward_pass"),
        "jacobian": ("eval_rigid_jacobian", "fill_jacobian", "articulation_jacobian"),
        "mass_matrix": ("eval_dense_mass", "assemble_mass_matrix", "dense_gemm_batched"),
        "sleeping": ("update_sleep_state", "check_articulation_sleep", "articulation_activity"),
        "tree_totals": ("compute_articulation_com", "articulation_totals", "eval_tree_momentum"),
    }[target]
    return p.done("joints", "articulations", target, "Trees of joints", titles, (
        "One thread per articulation.", "Joints of an articulation stand in a row, parents first.",
        "Matrices are dense, row by row, one after the other.",
    ))  # fmt: skip


RECIPES = (Recipe(name="articulations", category="joints", targets=tuple(_TREE), draw=_draw_tree),)
