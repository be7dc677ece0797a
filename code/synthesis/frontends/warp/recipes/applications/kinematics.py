"""Chains of bodies: their poses, their velocities, and the forces at their joints."""

from textwrap import indent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import FLOAT, FRAME, INT, Program

_BODIES = read_bodies("warp", "kinematics", margin=8)
_ARGUMENTS = read_arguments("warp", "kinematics")

_SQUARE = Type("float32", (6, 6))
_STATES = (
    (("update_body_com", "compute_body_com", "eval_body_com"), _BODIES["states.states"]),
    (("update_world_inertia", "compute_world_inertia", "rotate_body_inertia"), _BODIES["states.states_2"]),
    (("compute_body_momentum", "sum_momentum", "accumulate_momentum"), _BODIES["states.states_3"]),
    (("accumulate_com", "sum_body_mass", "compute_system_com"), _BODIES["states.states_4"]),
    (("compute_body_energy", "eval_body_energy", "body_energies"), _BODIES["states.states_5"]),
)  # fmt: skip
"""Kernels that use a body's centre of mass. Each has possible names and lines."""
_WRENCHES = (
    (
        ("apply_thrusters", "eval_thruster_forces", "thruster_wrench"),
        _BODIES["wrenches.wrenches"],
        "Computes thruster wrenches on bodies",
    ),
    (
        ("apply_air_drag", "eval_body_drag", "wind_wrench"),
        _BODIES["wrenches.wrenches_2"],
        "Computes air drag wrenches on bodies",
    ),
    (
        ("apply_buoyancy", "eval_buoyancy", "buoyancy_wrench"),
        _BODIES["wrenches.wrenches_3"],
        "Computes buoyancy and drag wrenches on bodies",
    ),
    (
        ("apply_body_forces", "eval_applied_wrench", "accumulate_body_forces"),
        _BODIES["wrenches.wrenches_4"],
        "Computes wrenches of external forces on bodies",
    ),
)
"""Kernels that apply a force and a torque to a body. Each has possible names, lines and a summary."""
_WRENCH = _BODIES["wrench"]
_ARM = """
        {arm = application[tid] - com_w ~ # the point is given in the frame of the body
        arm = wp.transform_point(X_wb, application[tid]) - com_w}
"""
"""Lines that compute the vector from the centre of mass to the point where a force acts."""
_BODY = {
    "world_state": _BODIES["world_state"],
    "spatial_inertia": _BODIES["spatial_inertia"],
    "integrate_pose": _BODIES["integrate_pose"],
    "chain": _BODIES["chain"],
}


def _draw_body(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of rigid bodies: states in the world frame, wrenches, time steps, or chains of parents."""
    names = ("tid", "body", "body_id", "i") if target != "chain" else ("tid", "i", "body")
    p = Program(stream, names)
    count = p.threads
    least = -0.3 if target == "spatial_inertia" else 0.5
    drags = ("drag", "linear_drag") if target == "wrench" else ("angular_damping",)
    wrenches = ("body_h", "spatial_momentum") if target == "spatial_inertia" else ("wrench", "body_wrench")
    sizes = {"count": count, "least": least}
    called = {"drag": drags, "wrench_out": wrenches}
    for part in ("bodies", "forces", "outputs"):
        declare(p, _ARGUMENTS[part], sizes, called)
    p.constants({"KINEMATIC": 1, "STATIC": 2})
    p.output("pose_out", FRAME, (count,), ("body_q_out", "body_xform_out"))
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
        "world_state": "Computes world-frame quantities of bodies",
        "wrench": wrench_summary,
        "spatial_inertia": "Computes spatial inertia of bodies about the world origin",
        "integrate_pose": "Integrates rigid bodies by one semi-implicit Euler step",
        "chain": "Computes world poses of bodies from those of their parents",
    }[target]
    return p.done("articulation", "frames", target, summary, titles, (
        "One thread per body.", *(("Torques are about the centre of mass.",) if target == "wrench" else ()),
    ))  # fmt: skip


_DOF = {
    "mass_matrix": _BODIES["mass_matrix"],
    "solve_lower": _BODIES["solve_lower"],
    "line_search": _BODIES["line_search"],
}
_IMPULSES = _BODIES["impulses"]
_FORCES = _BODIES["forces"]
_ROWS = (
    (_IMPULSES, ("solve_rows", "project_impulses", "gauss_seidel_rows", "pgs_iteration")),
    (_FORCES, ("update_constraint", "constraint_forces", "evaluate_rows")),
)
"""Kernels that process rows of constraints. Each has lines and possible names."""


_DOF_SUMMARIES = {
    "mass_matrix": "Assembles a dense mass matrix for each environment",
    "solve_lower": "Solves a Cholesky-factorized system for each environment",
    "line_search": "Performs a backtracking line search for each environment",
    "contact_rows": "Evaluates constraint rows of each environment",
}


def _draw_dof(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of small dense systems, one for each environment."""
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
    # The system is solved in place: ``y`` is the right-hand side at first, and then the solution.
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
    return p.done("articulation", "systems", target, _DOF_SUMMARIES[target], titles, (
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
