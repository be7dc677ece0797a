"""Kernels over trees of joints, with one thread for each tree.

A thread goes through its tree from the root to the leaves or back. Dense matrices are stored in flat arrays.
"""

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FRAME, INT, SPATIAL, VEC, Program

_MAT = Type("float32", (3, 3))
_TREE = {
    "joint_torques": """
        {?0.7 if not articulation_active[tid]:
            return}
        # from the leaves to the root
        {for j in range(end - 1, start - 1, -1): ~ for back in range(end - start):
            j = end - back - 1}
            parent = joint_parent[j]
            child = joint_child[j]
            f_s = {body_f_in[child] + body_ft[child] ~ body_ft[child] + body_f_in[child] - body_f_ext[child]}
            {for k in range(joint_qd_start[j], joint_qd_start[j + 1]):
                {tau[k] = -wp.dot(joint_S_s[k], f_s) {+ joint_act[k] ~} {- joint_damping[k] * joint_qd[k] ~}
                ~
                # what the motor has to give, its own inertia too
                tau[k] = wp.dot(joint_S_s[k], f_s) + armature[k] * joint_qdd[k]} ~
            qd_start = joint_qd_start[j]
            qd_end = joint_qd_start[j + 1]
            for k in range(qd_start, qd_end):
                {tau[k] = -wp.dot(joint_S_s[k], f_s) {+ joint_act[k] ~} {- joint_damping[k] * joint_qd[k] ~}
                ~
                # what the motor has to give, its own inertia too
                tau[k] = wp.dot(joint_S_s[k], f_s) + armature[k] * joint_qdd[k]}}
            if parent >= 0:
                {body_ft[parent] = body_ft[parent] + f_s ~ body_ft[parent] += f_s}
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
        {?0.6 if nd == 0:
            return}
        for i in range(nd):
            {for j in range(i + 1):
                total = float(0.0)
                {for link in range(nd):
                    # J^T M J, one link after the other
                    for k in range(6):
                        row = (link * 6 + k) * nd
                        {total += J_in[J_begin + row + i] * link_M[start + link][k] * J_in[J_begin + row + j] ~
                        m_k = body_mass[start + link] if k < 3 else body_moment[start + link]
                        total += m_k * J_in[J_begin + row + i] * J_in[J_begin + row + j]} ~
                for k in range(6 * nd):
                    total += J_in[J_begin + k * nd + i] * MJ[J_begin + k * nd + j]}
                {?0.75 # rotors add to the diagonal
                if i == j:
                    total += armature[start + i]}
                H[M_start + i * nd + j] = total
                {# the other half
                H[M_start + j * nd + i] = total ~ if i != j:
                    H[M_start + j * nd + i] = total} ~
            for j in range(nd):
                total = float(0.0)
                for k in range(6 * nd):
                    total += J_in[J_begin + k * nd + i] * MJ[J_begin + k * nd + j]
                {?0.75 # rotors add to the diagonal
                if i == j:
                    total += armature[start + i]}
                H[M_start + i * nd + j] = total}
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
            if {wp.length_sq(wp.spatial_top(body_qd_in[j])) > lin_threshold * lin_threshold or \
                    wp.length_sq(wp.spatial_bottom(body_qd_in[j])) > ang_threshold * ang_threshold ~ \
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
            mass += m
            com += m * wp.transform_point(body_q_in[j], body_com[j])
            momentum += m * wp.spatial_top(body_qd_in[j])
        # nothing but massless links
        if mass <= 0.0:
            KEPT_NOTHING
            OTHERS
            return
        com = com / mass
        KEPT
        MORE
    """,
}
_MOMENTUM = """
        momentum = wp.vec3(0.0, 0.0, 0.0)
        for j in range(start, end):
            {momentum += body_mass[j] * wp.spatial_top(body_qd_in[j]) ~
            v = wp.spatial_top(body_qd_in[j])
            momentum += body_mass[j] * v}
        tree_momentum[tid] = momentum
        {?0.6 if articulation_world[tid] >= 0:
            wp.atomic_add(world_momentum, articulation_world[tid], momentum)}
"""
"""The text of the kernel of momentum, which needs no centre of mass."""
_TOTALS = {
    "momentum": "",
    "velocity": """
        tree_velocity[tid] = momentum / mass
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
"""By quantity, the lines that compute it for a tree after the mass and its centre are known."""
_KEPT = {
    "momentum": "",
    "velocity": "tree_com[tid] = com",
    "inertia": "total_mass[tid] = mass",
    "angular": "",
    "none": "tree_com[tid] = com\n        total_mass[tid] = mass",
}
"""By quantity, the lines that store the centre of mass, the total mass, both or neither."""
_NOTHING = {
    "momentum": "",
    "velocity": "tree_velocity[tid] = wp.vec3(0.0, 0.0, 0.0)",
    "inertia": "tree_inertia[tid] = wp.mat33(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)",
    "angular": "tree_angular[tid] = wp.vec3(0.0, 0.0, 0.0)",
    "none": "",
}


def _declare_trees(p: Program, length: int) -> None:
    """Declare the arguments of a kernel over trees of ``length`` joints, which are consecutive."""
    trees = p.threads
    joints, square = trees * length, length * length
    p.starts("articulation_start", trees + 1, length, 0, ("articulation_start",))
    p.starts("joint_child", joints, 1, 0, ("joint_child",))
    p.starts("articulation_J_start", trees, 6 * square, 0, ("articulation_J_start",))
    p.starts("articulation_H_start", trees, square, 0, ("articulation_H_start",))
    p.parents("joint_parent", trees, length, ("joint_parent",))
    p.array("articulation_dofs", INT, (length - 1, length), (trees,), ("articulation_dof_count",))
    p.array("articulation_active", FLAG, (0, 1), (trees,), ("articulation_mask", "articulation_active", "mask"))
    p.array("articulation_world", INT, (-1, 7), (trees,), ("articulation_world",))
    p.array("body_q_in", FRAME, (-1, 1), (joints,), ("body_q",), element="wp.transform")
    for key, names in (
        ("joint_S_s", ("joint_S_s",)), ("body_f_in", ("body_f_s",)),
        ("body_f_ext", ("body_f_ext",)),
        ("link_M", ("link_M",)),
        ("body_qd_in", ("body_qd",)),
    ):  # fmt: skip
        p.array(key, SPATIAL, (-0.6, 0.6), (joints,), names, element="wp.spatial_vector")
    p.array("body_inertia", _MAT, (-1, 1), (joints,), ("body_inertia",))
    p.array("body_com", VEC, (-0.5, 0.5), (joints,), ("body_com",))
    for key, bounds, names in (
        ("joint_act", (-1, 1), ("joint_act", "joint_f")), ("armature", (0.1, 0.5), ("joint_armature",)),
        ("body_mass", (-0.5, 2), ("body_mass",)),
        ("body_moment", (0.1, 1), ("body_moment",)),
        ("joint_damping", (0.1, 1), ("joint_damping",)), ("joint_qd", (-1, 1), ("joint_qd",)),
        ("joint_qdd", (-1, 1), ("joint_qdd",)),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (joints,), names)
    p.array("MJ", FLOAT, (-1, 1), (trees * 6 * square,), ("MJ",))
    p.array("J_in", FLOAT, (-1, 1), (trees * 6 * square,), ("J",))
    p.scalar("sleep_after", INT, (1, 3), ("sleep_after", "sleep_steps"))
    p.number("threshold", (0.8, 1), ("sleep_threshold", "rest_threshold"), ("0.8", "1.0"))
    p.number("lin_threshold", (0.6, 0.9), ("linear_threshold", "max_linear"), ("0.8",))
    p.number("ang_threshold", (0.6, 0.9), ("angular_threshold", "max_angular"), ("0.8",))
    p.output("body_ft", SPATIAL, (joints,), ("body_ft_s",), (-1, 1), element="wp.spatial_vector")
    for key, names in (("tree_com", ("articulation_com",)),
                       ("tree_momentum", ("articulation_momentum",)),
                       ("tree_velocity", ("articulation_vel",)),
                       ("tree_angular", ("angular_momentum",))):  # fmt: skip
        p.output(key, VEC, (trees,), names)
    p.output("world_momentum", VEC, (8,), ("world_momentum",), (-1, 1))
    p.output("tree_inertia", _MAT, (trees,), ("articulation_inertia",))
    p.output("total_mass", FLOAT, (trees,), ("articulation_mass",))
    p.output("tau", FLOAT, (joints,), ("tau", "joint_tau", "joint_force"))
    p.output("body_qd_out", SPATIAL, (joints,), ("body_qd_out",), (-1, 1), element="wp.spatial_vector")
    p.output("J", FLOAT, (trees * 6 * square,), ("J",), (-1, 1))
    p.output("H", FLOAT, (trees * square,), ("H",), (-1, 1))
    p.output("idle_steps", INT, (trees,), ("idle_steps",), (0, 4))
    p.output("asleep", INT, (trees,), ("asleep",), (0, 1))


def _declare_dofs(p: Program, joints: int) -> None:
    """Declare the arguments of a kernel over trees whose joints may have several degrees of freedom."""
    dofs = 2 * (joints + 1)
    p.starts("joint_qd_start", joints + 1, 2, 1, ("joint_qd_start",))
    p.array("joint_S_s", SPATIAL, (-0.6, 0.6), (dofs,), ("joint_S_s",), element="wp.spatial_vector")
    for key, bounds in (
        ("joint_act", (-1, 1)), ("joint_damping", (0.1, 1)), ("joint_qd", (-1, 1)), ("joint_qdd", (-1, 1)),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (dofs,), (key,))
    p.array("armature", FLOAT, (0.1, 0.5), (dofs,), ("joint_armature",))
    p.output("tau", FLOAT, (dofs,), ("tau", "joint_tau"), (-1, 1))


def _draw_tree(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel with one thread for each tree of joints."""
    trees, length = stream.child("sizes").choice(((12, 4), (16, 3), (16, 4), (8, 5), (24, 3)))
    p = Program(stream, ("tid",), launch=(trees,))
    _declare_trees(p, length)
    p.lookups(start="start = articulation_start[tid]", end="end = articulation_start[tid + 1]")
    p.guard_count("articulation")
    if target in ("sleeping", "tree_totals"):
        p.starts("articulation_start", trees + 1, length, 0, ("articulation_body_start", "articulation_link_start"))
    if target == "joint_torques":
        _declare_dofs(p, trees * length)
    wanted = p.choices.choice(tuple(_TOTALS))
    none = _KEPT[wanted].replace("= com", "= wp.vec3(0.0, 0.0, 0.0)").replace("= mass", "= 0.0")
    lines = (("OTHERS", _NOTHING[wanted], 12), ("KEPT_NOTHING", none.replace(" " * 8, ""), 12),
             ("MORE", _TOTALS[wanted].strip(), 0), ("KEPT", _KEPT[wanted], 0))  # fmt: skip
    text = _TREE[target]
    for gap, written, deep in lines:
        text = text.replace(gap, written.replace("\n", "\n" + " " * deep))
    if target == "tree_totals" and wanted == "momentum":
        text = _MOMENTUM
    p.write(text)
    titles = {
        "joint_torques": ("eval_rigid_tau", "compute_joint_torques", "backward_pass"),
        "jacobian": ("eval_rigid_jacobian", "fill_jacobian", "articulation_jacobian"),
        "mass_matrix": ("eval_dense_mass", "assemble_mass_matrix", "eval_mass_matrix"),
        "sleeping": ("update_sleep_state", "check_articulation_sleep", "articulation_activity"),
        "tree_totals": {
            "momentum": ("compute_articulation_momentum", "eval_linear_momentum"),
            "velocity": ("compute_articulation_com_velocity", "eval_com_state"),
            "inertia": ("compute_articulation_inertia", "eval_composite_inertia"),
            "angular": ("compute_angular_momentum", "eval_angular_momentum"),
            "none": ("compute_articulation_com", "eval_articulation_com"),
        }[wanted],
    }[target]
    told = ("One thread per articulation.", "Joints of an articulation stand in a row, parents first.")
    if target in ("jacobian", "mass_matrix"):
        told += ("Matrices are dense, row by row, one after the other.",)
    return p.done("joints", "articulations", target, "Trees of joints", titles, told)


_WEIGHTS = {"jacobian": 0.5, "mass_matrix": 0.5}
RECIPES = (
    Recipe(name="articulations", category="joints", targets=tuple(_TREE), draw=_draw_tree, target_weights=_WEIGHTS),
)
