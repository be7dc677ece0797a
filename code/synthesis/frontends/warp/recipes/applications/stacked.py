"""Vectors and matrices of many worlds in flat arrays, with an offset for each world."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT, MAT, PAIR, SPATIAL, VEC, Program

_BODIES = read_bodies("warp", "stacked", margin=8)


_UPDATES = (
    (
        _BODIES["updates.cg_update_solution"],
        "cg_update_solution update_solution_and_residual cg_step",
        "Updates the conjugate gradient solution of each world",
    ),
    (
        _BODIES["updates.cg_update_direction"],
        "cg_update_direction next_search_direction update_direction",
        "Updates the conjugate gradient direction of each world",
    ),
    (
        _BODIES["updates.compute_residual"],
        "compute_residual residual_of_worlds initial_residual",
        "Computes the residual of the linear system of each world and its norm",
    ),
    (
        _BODIES["updates.apply_momentum"],
        "apply_momentum extrapolate_solution accelerate_iterate",
        "Extrapolates the solution of each world from its last two iterates",
    ),
)
"""Kernels that update vectors. Each has lines, possible names and a summary."""

_STACKED = {
    "matrix_vector": _BODIES["matrix_vector"],
    "project_rows": _BODIES["project_rows"],
    "precondition": _BODIES["precondition"],
    "scale_system": _BODIES["scale_system"],
    "block_product": _BODIES["block_product"],
    "scatter_wrenches": _BODIES["scatter_wrenches"],
    "integrate_bodies": _BODIES["integrate_bodies"],
    "check_status": _BODIES["check_status"],
    "gauss_seidel": _BODIES["gauss_seidel"],
    "contact_modes": _BODIES["contact_modes"],
    "dual_update": _BODIES["dual_update"],
    "factorize": _BODIES["factorize"],
    "substitute": """
        {?0.6 if {status[wid] != 0 ~ ncts == 0 ~ not world_mask[wid]}:
            return}
        mio = problem_mio[wid]
        {# forward, then back
        ~}
        for i in range(ncts):
            value = {b[vio + i] ~ P[vio + i] * b[vio + i] ~ -b[vio + i]}
            for k in range(i):
                value -= factor_in[mio + i * ncts + k] * x[vio + k]
            FORWARD
        DIAGONALfor i in range(ncts - 1, -1, -1):
            value = BACKWARD
            for k in range(i + 1, ncts):
                value -= factor_in[mio + k * ncts + i] * x[vio + k]
            LAST
        {?0.4 largest = float(0.0)
        for i in range(ncts):
            largest = wp.max(largest, wp.abs(x[vio + i]))
        norm_out[wid] = largest}
    """,
    "row_owners": _BODIES["row_owners"],
    "warm_start": """
        ROWS
        index = vio + row
        {old = previous_row[index]
        {if old >= 0:
            x[index] = {cached[old] ~ cached[old] * decay}
        else:
            {# a new row starts from zero
            ~}
            x[index] = 0.0
~
        x[index] = {cached[old] ~ decay * cached[old]} if old >= 0 else 0.0} ~
        {# the scaling has changed since
        ~}
        old = previous_row[index]
        {x[index] = cached[old] / P[index] if old >= 0 else 0.0 ~ x[index] = 0.0
        if old >= 0:
            x[index] = cached[old] / P[index]}}
    """,
}


_SUMMARIES = {
    "matrix_vector": "Multiplies the dense matrix of each world by a vector",
    "project_rows": "Projects the impulses of each world onto their cones",
    "precondition": "Computes a diagonal preconditioner for each world",
    "scale_system": "Scales the linear system of each world",
    "block_product": "Multiplies the sparse Jacobian of each world by body twists",
    "scatter_wrenches": "Adds the constraint wrenches of each world to its bodies",
    "integrate_bodies": "Integrates the body twists of each world",
    "check_status": "Checks the convergence and iteration limit of each world",
    "gauss_seidel": "Performs a projected Gauss-Seidel sweep over the rows of each world",
    "contact_modes": "Classifies the contacts of each world as open, sticking or slipping",
    "dual_update": "Updates the dual variables of the joint and limit rows of each world",
    "factorize": "Factorizes the dense matrix of each world in place",
    "substitute": "Solves the factorized system of each world by forward and back substitution",
    "row_owners": "Assigns each constraint row of a world to its limit or contact",
    "warm_start": "Warm-starts the impulses of each world",
}


_GUARD = _BODIES["guard"]
"""Lines that skip rows beyond the last one of a world, and inactive worlds."""
_FUNCTIONS = (
    _BODIES["functions.project_to_cone"],
    _BODIES["functions.angular_acceleration"],
    """
    def over_relaxed(value: float, last: float, factor: float) -> float:
        return {factor * value + (1.0 - factor) * last ~ last + factor * (value - last)}
    """,
)
"""Functions that some of the kernels call."""


def _declare_stacked(p: Program, worlds: int, rows: int) -> None:
    """Declare the arguments of a kernel of stacked vectors and matrices."""
    bodies, contacts = 6, rows // 3
    total, blocks = worlds * rows, worlds * rows
    p.starts("problem_vio", worlds, rows, 2, ("problem_vio", "vio", "row_start"))
    p.starts("problem_mio", worlds, rows * rows, 0, ("problem_mio", "mio", "matrix_start"))
    p.starts("problem_lcio", worlds, contacts, 0, ("problem_cio", "contact_start"))
    p.starts("problem_lio", worlds, 2, 0, ("problem_lio", "limit_start"))
    p.starts("bodies_offset", worlds, bodies, 0, ("model_info_bodies_offset", "bodies_offset"))
    p.starts("nzb_start", worlds, rows, 2, ("nzb_start", "jac_nzb_start"))
    p.array("problem_dim", INT, (2, rows - 2), (worlds,), ("problem_dim", "dim", "world_constraint_count"))
    p.array("problem_nl", INT, (0, 1), (worlds,), ("problem_nl", "num_limits"))
    p.array("problem_nc", INT, (0, contacts - 1), (worlds,), ("problem_nc", "num_contacts"))
    p.array("num_nzb", INT, (2, rows - 2), (worlds,), ("num_nzb", "jac_num_nzb"))
    p.array("bodies_count", INT, (3, bodies), (worlds,), ("model_info_num_bodies", "num_bodies"))
    p.array("world_mask", FLAG, (0, 1), (worlds,), ("world_mask", "world_active"))
    p.array("nzb_coords", PAIR, (0, 5), (blocks,), ("nzb_coords", "jac_nzb_coords"))
    p.array("lam_in", FLOAT, (-1, 1), (total,), ("lambdas", "solution_lambdas"))
    p.array("previous_row", INT, (-6, total - 1), (total,), ("previous_row", "cache_index"))
    for key, names in (
        ("p", ("p", "search_dir")), ("b", ("b", "problem_v_f", "rhs")), ("Ap", ("Ap", "matvec")),
        ("r_old", ("r", "residual")), ("x_old", ("x_prev", "lambdas_prev")),
        ("slack_in", ("slack", "lambdas_y")), ("y_old", ("y_prev", "lambdas_y_prev")),
        ("cached", ("cached_lambdas", "lambdas_cache")),
    ):  # fmt: skip
        p.array(key, FLOAT, (-1, 1), (total,), names)
    for key, names in (("x_in", ("x", "lambdas")), ("y_in", ("y", "lambdas_y"))):
        p.array(key, FLOAT, (-1, 1), (total,), names)
    p.array("restart", FLAG, (0, 1), (worlds,), ("restart", "world_restart"))
    p.array("r_dot_z_in", FLOAT, (0.2, 2), (worlds,), ("rz_new", "r_dot_z"))
    p.array("r_dot_z_old", FLOAT, (0.5, 2), (worlds,), ("rz_old", "r_dot_z_prev"))
    p.number("tolerance_sq", (0.4, 0.8), ("tolerance_sq", "tol_sq"), ("0.5",))
    p.array("diagonal", FLOAT, (0.4, 2), (total,), ("problem_diag", "diagonal"))
    p.array("pivot", FLOAT, (0.8, 2), (total,), ("pivot", "L_diag"))
    p.array("factor_in", FLOAT, (-0.4, 0.4), (total * rows,), ("L", "factor"))
    p.output("factor", FLOAT, (total * rows,), ("L", "factor"), (-0.3, 0.3))
    p.output("norm_out", FLOAT, (worlds,), ("solution_norm", "max_lambda"))
    p.output("pivots_out", INT, (worlds,), ("num_regularized", "num_clamped"))
    p.number("min_pivot", (0.4, 0.6), ("min_pivot", "pivot_eps"), ("0.5",))
    p.array("P", FLOAT, (0.5, 2), (total,), ("problem_P", "preconditioner"))
    p.array("A", FLOAT, (-1, 2), (total * rows,), ("A", "D", "problem_D"))
    for key, bounds, names in (
        ("alpha", (0.5, 2), ("alpha", "step_size")),
        ("beta", (0.1, 0.9), ("beta", "momentum")),
        ("eta", (0.1, 1), ("eta", "regularization")), ("penalty", (0.5, 2), ("rho", "penalty")),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (worlds,), names)
    p.array("problem_mu", FLOAT, (0.2, 1), (worlds * contacts,), ("problem_mu", "contact_mu"))
    p.array("nzb_values", SPATIAL, (-1, 1), (blocks,), ("nzb_values", "jac_nzb_values"), element="wp.spatial_vector")
    for key, names in (("body_u", ("bodies_u", "state_bodies_u_i")), ("body_w", ("bodies_w", "wrench"))):
        p.array(key, SPATIAL, (-1, 1), (worlds * bodies,), names, element="wp.spatial_vector")
    p.array("inv_m", FLOAT, (0, 2), (worlds * bodies,), ("bodies_inv_m", "inv_mass"))
    for key, names in (("inv_i", ("bodies_inv_I", "inv_inertia")), ("body_i", ("bodies_I", "inertia"))):
        p.array(key, MAT, (-1, 1), (worlds * bodies,), names)
    p.array("gravity", VEC, (-10, 10), (worlds,), ("gravity", "model_gravity"))
    p.scalar("max_iterations", INT, (3, 5), ("max_iterations", "max_iters"))
    p.number("min_diagonal", (0.2, 0.6), ("min_diagonal", "diagonal_eps"), ("0.5",))
    p.scalar("max_nzb", INT, (blocks // 2, blocks), ("max_nzb", "max_blocks"))
    p.number("tolerance", (0.5, 1.2), ("tolerance", "eps"), ("0.7",))
    p.number("decay", (0.5, 0.9), ("decay", "retention"), ("0.5",))
    p.number("dt", (0.1, 0.5), ("dt", "time_step"), ("0.5", "0.1"))
    p.number("inv_dt", (1, 2), ("inv_dt",), ("2.0",))
    p.constants({"STATUS_DONE": 1, "STATUS_LIMIT": 2, "STATUS_FAILED": 3})
    p.constants({"MODE_OPEN": 0, "MODE_STICK": 1, "MODE_SLIP": 2})
    for each in _FUNCTIONS:
        p.function(each)
    p.array("problem_nj", INT, (1, rows // 2), (worlds,), ("problem_njc", "num_joint_rows"))
    p.array("outcome", INT, (0, 3), (worlds,), ("solver_status", "world_status"))
    p.array("asleep", FLAG, (0, 1), (worlds * bodies,), ("bodies_asleep", "is_sleeping"))
    p.array("row_lower", FLOAT, (-1, 0), (total,), ("row_lower", "lambdas_min"))
    p.array("row_upper", FLOAT, (0.2, 1), (total,), ("row_upper", "lambdas_max"))
    for key, names in (("z_in", ("z", "multipliers")), ("v_in", ("v", "problem_v", "contact_v"))):
        p.array(key, FLOAT, (-1, 1), (total,), names)
    p.array("normal_in", FLOAT, (-0.4, 1.6), (worlds * contacts,), ("contact_lambda_n", "normal_impulse"))
    pairs = Type("float32", (2,))
    p.array("tangent_in", pairs, (-0.6, 0.6), (worlds * contacts,), ("contact_lambda_t", "friction_impulse"))
    p.array("contact_frame", MAT, (-1, 1), (worlds * contacts,), ("contact_R", "contact_frame"))
    for key, bounds, names, usual in (
        ("max_growth", (1.3, 1.8), ("divergence_factor", "max_growth"), ("1.5",)),
        ("min_beta", (0.2, 0.4), ("min_beta", "restart_beta"), ("0.25",)),
        ("omega", (0.5, 1.5), ("omega", "relaxation"), ("1.0", "1.2")),
        ("relaxation", (0.8, 1.8), ("relaxation", "over_relaxation"), ("1.5", "1.6")),
        ("max_impulse", (0.5, 1), ("max_impulse", "impulse_limit"), ("1.0",)),
        ("compliance", (0.1, 0.5), ("compliance", "softness"), ("0.1",)),
        ("rel_tol", (0.4, 0.9), ("tolerance", "eps"), ("0.5", "0.7")),
        ("both_tol", (0.8, 2.0), ("tolerance", "eps"), ("1.5", "1.0")),
        ("sweep_tol", (0.6, 1.6), ("tolerance", "sweep_tol"), ("1.0",)),
        ("min_impulse", (0, 0.4), ("min_impulse", "open_tol"), ("0.1",)),
        ("slip_margin", (0.7, 1), ("slip_margin", "cone_margin"), ("0.9",)),
        ("leave_speed", (0.2, 0.8), ("leave_speed", "separating_speed"), ("0.5",)),
        ("slip_speed", (0.4, 1), ("slip_speed", "stick_tol"), ("0.5",)),
        ("max_speed", (1, 3), ("max_linear_velocity", "max_speed"), ("2.0",)),
        ("max_spin", (1, 2), ("max_angular_velocity", "max_spin"), ("1.5",)),
    ):
        p.number(key, bounds, names, usual)
    p.constants({"ROW_LIMIT": 0, "ROW_FRICTION": 1, "ROW_NORMAL": 2})
    p.output("x", FLOAT, (total,), ("x", "solution_lambdas", "lambdas"), (-1, 1))
    p.output("v_f", FLOAT, (total,), ("v_f", "constraint_v"), (-1, 1))
    for key, names in (
        ("y", ("y", "Ax")), ("slack_out", ("slack_out", "lambdas_y_next")),
        ("ahead", ("y", "x_ahead")), ("r_new", ("r_next", "residual_out")),
        ("scaled", ("z", "scaled_r")),
        ("scaled_b", ("b_scaled", "rhs_scaled")), ("p_new", ("p_next", "search_dir_out")),
        ("P_out", ("problem_P", "P_out")),
    ):  # fmt: skip
        p.output(key, FLOAT, (total,), names)
    p.output("A_out", FLOAT, (total * rows,), ("A_out", "D_scaled"))
    for key, names in (("owner", ("row_element", "row_source")), ("row_kind", ("row_type", "row_kind"))):
        p.output(key, INT, (total,), names)
    p.output(
        "wrench_out", SPATIAL, (worlds * bodies,), ("bodies_w_c", "bodies_w"), (-1, 1), element="wp.spatial_vector"
    )
    p.output("u_next", SPATIAL, (worlds * bodies,), ("bodies_u_next", "state_u"), element="wp.spatial_vector")
    p.output("flat_w", FLOAT, (6 * worlds * bodies,), ("generalized_f", "w_flat"), (-1, 1))
    p.output("flat_u", FLOAT, (6 * worlds * bodies,), ("u_flat", "generalized_u"))
    for key, names in (
        ("r_norm", ("r_max", "residual_norm")),
        ("r_dot_z", ("rz_new", "r_dot_z")),
        ("r_dot_r", ("rr_new", "r_dot_r")),
        ("pAp", ("pAp", "p_dot_Ap")),
    ):
        p.output(key, FLOAT, (worlds,), names, (0, 0.5))
    p.output("iterations", INT, (worlds,), ("iterations", "status_iterations"), (0, 5))
    p.output("status", INT, (worlds,), ("solver_status", "status", "converged"), (0, 1))
    p.output("mode_out", INT, (worlds * contacts,), ("contact_mode", "contact_state"))
    p.output("force_out", VEC, (worlds * contacts,), ("contact_force", "contact_reaction"))
    p.output("z_out", FLOAT, (total,), ("z_next", "multipliers_out"))
    p.output("num_slipping", INT, (worlds,), ("num_slipping", "slip_count"), (0, 2))
    p.output("num_running", INT, (1,), ("num_running", "num_active_worlds"), (0, 2))
    for key, names in (
        ("residual_out", ("status_r", "residual_norm")), ("primal_out", ("status_r_p", "primal_residual")),
        ("dual_out", ("status_r_d", "dual_residual")),
    ):  # fmt: skip
        p.output(key, FLOAT, (worlds,), names)


def _draw_stacked(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of the rows of many worlds in flat arrays, with one thread for each possible row of a world."""
    worlds, rows = stream.child("sizes").choice(((8, 9), (12, 9), (8, 12), (16, 9)))
    names = {
        "scatter_wrenches": ("nzb", "block_id"), "integrate_bodies": ("body", "bid_local"),
        "block_product": ("nzb", "block_id"), "contact_modes": ("contact", "cid_local", "tid"),
    }.get(target, ("row", "tid", "i"))  # fmt: skip
    of_worlds = ("wid", "world", "world_id")
    if target in _BY_WORLD:
        p = Program(stream, of_worlds, launch=(worlds,))
    else:
        p = Program(stream, of_worlds, names, launch=(worlds, rows))
    _declare_stacked(p, worlds, rows)
    p.lookups(vio="vio = problem_vio[wid]", ncts="ncts = problem_dim[wid]")
    text, named, summary = stream.child("update").choice(_UPDATES) if target == "vector_update" else (
        _STACKED[target], "", _SUMMARIES[target]
    )  # fmt: skip
    if target == "factorize" and not p.choices.chance(0.5):  # without counting the raised pivots
        text = "\n".join(line for line in text.split("\n") if "num_fixed" not in line)
    for key, line in p.choices.choice(_SUBSTITUTIONS).items():
        text = text.replace(key, line)
    text = text.replace("ROWS", _GUARD)
    p.write(re.sub(r"\brow\b", names[0], text))
    titles = {
        "vector_update": tuple(named.split()),
        "matrix_vector": ("dense_matvec", "apply_delassus", "matrix_vector_worlds"),
        "project_rows": ("project_to_cone", "project_contacts", "project_solution"),
        "precondition": ("build_preconditioner", "jacobi_preconditioner", "compute_preconditioner"),
        "scale_system": ("scale_system", "precondition_system", "apply_preconditioner"),
        "block_product": ("jacobian_product", "build_free_velocity", "block_sparse_matvec"),
        "scatter_wrenches": ("compute_body_wrenches", "jacobian_transpose", "apply_constraint_forces"),
        "integrate_bodies": ("integrate_twists", "euler_step", "compute_next_twist"),
        "check_status": ("check_convergence", "update_status", "test_convergence"),
        "gauss_seidel": ("gauss_seidel_sweep", "sweep_rows", "projected_gauss_seidel"),
        "contact_modes": ("classify_contacts", "update_contact_modes", "contact_reactions"),
        "dual_update": ("update_dual", "admm_update", "update_multipliers"),
        "factorize": ("cholesky_factorize", "factorize_worlds", "factorize_delassus"),
        "substitute": ("cholesky_solve", "solve_factorized", "substitute_worlds"),
        "row_owners": ("label_rows", "assign_row_owners", "build_row_map"),
        "warm_start": ("warmstart_from_cache", "warm_start", "load_cached_solution"),
    }[target]
    return p.done("constraints", "stacked", target, summary, titles, (
        *(() if target in _BY_WORLD else ("Launched over (worlds, largest dimension).",)),
        "Each world has its own rows, starting at its offset.",
    ))  # fmt: skip


_SUBSTITUTIONS = (
    {
        "FORWARD": "x[vio + i] = value / pivot[vio + i]",
        "DIAGONAL": "",
        "BACKWARD": "x[vio + i]",
        "LAST": "x[vio + i] = value / pivot[vio + i]",
    },
    {
        "FORWARD": "x[vio + i] = value",
        "DIAGONAL": "for i in range(ncts):\n            x[vio + i] = x[vio + i] / pivot[vio + i]\n        ",
        "BACKWARD": "x[vio + i]",
        "LAST": "x[vio + i] = value",
    },
    {
        "FORWARD": "x[vio + i] = value",
        "DIAGONAL": "",
        "BACKWARD": "x[vio + i] / pivot[vio + i]",
        "LAST": "x[vio + i] = value",
    },
)
"""Lines of forward and back substitution, for three ways to divide by the pivots of a factorization."""


_BY_WORLD = ("check_status", "gauss_seidel", "factorize", "substitute")
"""Targets whose kernels have one thread for each world."""
_WEIGHTS = {
    "row_owners": 0.15,
    "factorize": 0.6,
    "substitute": 0.6,
    "scale_system": 0.15,
    "matrix_vector": 0.5,
    "block_product": 0.5,
    "precondition": 0.5,
    "vector_update": 0.5,
    "warm_start": 0.5,
    "contact_modes": 0.6,
}
RECIPES = (
    Recipe(
        name="stacked",
        category="constraints",
        targets=("vector_update", *_STACKED),
        draw=_draw_stacked,
        target_weights=_WEIGHTS,
    ),
)
