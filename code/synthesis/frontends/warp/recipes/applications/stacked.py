"""Vectors and matrices of many worlds in flat arrays, with an offset for each world."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import Program

_BODIES = read_bodies("warp", "stacked", margin=8)
_ARGUMENTS = read_arguments("warp", "stacked")


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
    sizes = {"rows": rows, "worlds": worlds, "contacts": contacts, "bodies": bodies, "blocks": blocks, "total": total}
    for part in ("problem", "vectors", "tolerances", "body_outputs", "vector_outputs"):
        declare(p, _ARGUMENTS[part], sizes)
    p.constants({"STATUS_DONE": 1, "STATUS_LIMIT": 2, "STATUS_FAILED": 3})
    p.constants({"MODE_OPEN": 0, "MODE_STICK": 1, "MODE_SLIP": 2})
    for each in _FUNCTIONS:
        p.function(each)
    p.constants({"ROW_LIMIT": 0, "ROW_FRICTION": 1, "ROW_NORMAL": 2})


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
