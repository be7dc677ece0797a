"""Kernels over trees of joints, with one thread for each tree.

A thread goes through its tree from the root to the leaves or back. Dense matrices are stored in flat arrays.
"""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FRAME, INT, MAT, SPATIAL, VEC, Program

_BODIES = read_bodies("warp", "articulations", margin=8)

_TREE = {
    "joint_torques": _BODIES["joint_torques"],
    "jacobian": _BODIES["jacobian"],
    "mass_matrix": _BODIES["mass_matrix"],
    "sleeping": _BODIES["sleeping"],
    "tree_totals": _BODIES["tree_totals"],
}
_MOMENTUM = _BODIES["momentum"]
"""Lines that compute the momentum of a tree, which do not need its centre of mass."""
_TOTALS = {
    "momentum": "",
    "velocity": """
        tree_velocity[tid] = momentum / mass
    """,
    "inertia": _BODIES["inertia"],
    "angular": _BODIES["angular"],
    "none": "",
}
"""For each quantity, the lines that compute it for a tree, given the tree's mass and centre of mass."""
_STORE_TOTALS = {
    "momentum": "",
    "velocity": "tree_com[tid] = com",
    "inertia": "total_mass[tid] = mass",
    "angular": "",
    "none": "tree_com[tid] = com\n        total_mass[tid] = mass",
}
"""For each quantity, the lines that store the centre of mass, the total mass, both or neither."""
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
    p.array("body_inertia", MAT, (-1, 1), (joints,), ("body_inertia",))
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
    p.output("tree_inertia", MAT, (trees,), ("articulation_inertia",))
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


_SUMMARIES = {
    "joint_torques": "Computes joint torques from body forces along trees of joints",
    "jacobian": "Fills the dense Jacobian of each articulation",
    "mass_matrix": "Assembles the dense mass matrix of each articulation",
    "sleeping": "Updates the sleep state of each articulation",
    "tree_totals": "Sums quantities over the bodies of each articulation",
}


def _draw_tree(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel with one thread for each tree of joints."""
    # the work of a mass matrix grows with the cube of the length
    longer = () if target == "mass_matrix" else ((12, 4), (16, 4), (8, 5))
    trees, length = stream.child("sizes").choice((*longer, (16, 3), (24, 3)))
    p = Program(stream, ("tid",), launch=(trees,))
    _declare_trees(p, length)
    p.lookups(start="start = articulation_start[tid]", end="end = articulation_start[tid + 1]")
    p.guard_count("articulation")
    if target in ("sleeping", "tree_totals"):
        p.starts("articulation_start", trees + 1, length, 0, ("articulation_body_start", "articulation_link_start"))
    if target == "joint_torques":
        _declare_dofs(p, trees * length)
    wanted = p.choices.choice(tuple(_TOTALS))
    none = _STORE_TOTALS[wanted].replace("= com", "= wp.vec3(0.0, 0.0, 0.0)").replace("= mass", "= 0.0")
    lines = (("OTHERS", _NOTHING[wanted], 12), ("KEPT_NOTHING", none.replace(" " * 8, ""), 12),
             ("MORE", _TOTALS[wanted].strip(), 0), ("KEPT", _STORE_TOTALS[wanted], 0))  # fmt: skip
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
    told = ("One thread per articulation.", "Joints of an articulation are contiguous, parents first.")
    if target in ("jacobian", "mass_matrix"):
        told += ("Matrices are dense, row-major and contiguous.",)
    return p.done("joints", "articulations", target, _SUMMARIES[target], titles, told)


_WEIGHTS = {"jacobian": 0.5, "mass_matrix": 0.5}
RECIPES = (
    Recipe(name="articulations", category="joints", targets=tuple(_TREE), draw=_draw_tree, target_weights=_WEIGHTS),
)
