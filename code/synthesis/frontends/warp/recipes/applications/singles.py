"""Kernels of one thread between launches: they clear counters, finish sums, choose steps, or add up offsets."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import Program
from synthesis.frontends.warp.recipes.applications.single_arguments import declare_given, declare_kept

_BODIES = read_bodies("warp", "singles", margin=8)

_BOUNDS = _BODIES["bounds"]
_WIDEST = """
        {widest = wp.max(size[0], wp.max(size[1], size[2])) ~ widest = wp.max(wp.max(size[0], size[1]), size[2])}
"""

_TEXTS: dict[str, tuple[tuple[str, str, str], ...]] = {
    "reset_counters": (
        (
            "reset_contact_counts clear_contact_counters begin_collision",
            "Clears contact counters before the next collision pass",
            _BODIES["reset_counters.reset_contact_counts"],
        ),
        (
            "begin_solve init_solver reset_solver",
            "Initializes a solver for the next step",
            _BODIES["reset_counters.begin_solve"],
        ),
        (
            "log_statistics record_statistics flush_statistics",
            "Records step statistics in a ring buffer and clears them",
            _BODIES["reset_counters.log_statistics"],
        ),
        (
            "begin_frame schedule_rebuild update_frame_state",
            "Begins a frame and decides whether to rebuild neighbor lists",
            _BODIES["reset_counters.begin_frame"],
        ),
        (
            "update_idle_state check_idle count_idle_steps",
            "Counts idle steps and puts the scene to sleep",
            _BODIES["reset_counters.update_idle_state"],
        ),
    ),
    "finish_sum": (
        (
            "finalize_loss reduce_loss finish_loss",
            "Computes the mean loss from block sums",
            _BODIES["finish_sum.finalize_loss"],
        ),
        (
            "finish_residual_norm reduce_residual finalize_norm",
            "Computes a residual norm from block sums",
            _BODIES["finish_sum.finish_residual_norm"],
        ),
        (
            "finalize_center_of_mass reduce_center_of_mass finish_com",
            "Computes the center of mass from block sums",
            _BODIES["finish_sum.finalize_center_of_mass"],
        ),
        (
            "merge_variance combine_moments finalize_variance",
            "Merges means and variances of blocks",
            _BODIES["finish_sum.merge_variance"],
        ),
        (
            "update_loss_scale adjust_loss_scale grad_scaler_update",
            "Adjusts the loss scale after gradient overflow checks",
            _BODIES["finish_sum.update_loss_scale"],
        ),
        (
            "finish_grad_norm compute_clip_scale clip_by_global_norm",
            "Computes the gradient clipping factor from block sums",
            _BODIES["finish_sum.finish_grad_norm"],
        ),
    ),
    "choose_step": (
        (
            "linesearch_pick_best select_step linesearch_finalize",
            "Selects the best step of a line search",
            _BODIES["choose_step.linesearch_pick_best"],
        ),
        (
            "backtracking_step armijo_step select_armijo_step",
            "Selects the longest step that satisfies the Armijo condition",
            _BODIES["choose_step.backtracking_step"],
        ),
        (
            "update_damping levenberg_marquardt_update update_lm_damping",
            "Accepts or rejects a Levenberg-Marquardt step",
            _BODIES["choose_step.update_damping"],
        ),
        (
            "update_trust_region trust_region_update update_trust_radius",
            "Updates the radius of a trust region",
            _BODIES["choose_step.update_trust_region"],
        ),
        (
            "wolfe_bracket update_bracket linesearch_bisect",
            "Narrows a line search bracket by the Wolfe conditions",
            _BODIES["choose_step.wolfe_bracket"],
        ),
    ),
    "sum_offsets": (
        (
            "scan_counts exclusive_scan compute_offsets",
            "Computes item offsets by an exclusive scan",
            _BODIES["sum_offsets.scan_counts"],
        ),
        (
            "scan_bin_counts begin_counting_sort scan_and_clear",
            "Computes bin offsets of a counting sort",
            _BODIES["sum_offsets.scan_bin_counts"],
        ),
        (
            "allocate_tiles scan_tiles count_tiles",
            "Allocates tiles for the rows of each block",
            _BODIES["sum_offsets.allocate_tiles"],
        ),
        (
            "allocate_constraint_rows assign_row_ranges limit_row_counts",
            "Allocates constraint rows of each world within the buffer",
            _BODIES["sum_offsets.allocate_constraint_rows"],
        ),
        (
            "find_top_k_bin find_threshold_bin select_threshold",
            "Finds the threshold bin of a histogram for a top-k selection",
            _BODIES["sum_offsets.find_top_k_bin"],
        ),
        (
            "merge_free_ranges find_free_range allocate_block",
            "Finds the first free range that fits an allocation",
            _BODIES["sum_offsets.merge_free_ranges"],
        ),
    ),
    "check_residual": (
        (
            "cg_update_beta update_beta cg_finish_iteration",
            "Finishes a conjugate gradient iteration",
            _BODIES["check_residual.cg_update_beta"],
        ),
        (
            "cg_update_alpha compute_alpha cg_step_length",
            "Computes the step length of conjugate gradients",
            _BODIES["check_residual.cg_update_alpha"],
        ),
        (
            "check_convergence test_convergence update_status",
            "Checks the convergence of an iteration",
            _BODIES["check_residual.check_convergence"],
        ),
        (
            "update_penalty balance_residuals adapt_rho",
            "Adapts the penalty of a splitting method to balance residuals",
            _BODIES["check_residual.update_penalty"],
        ),
        (
            "newton_check newton_status finish_newton_iteration",
            "Finishes an iteration of Newton's method",
            _BODIES["check_residual.newton_check"],
        ),
    ),
    "adapt_step": (
        (
            "control_step_size accept_step adapt_step",
            "Accepts or rejects a step by its local error",
            _BODIES["adapt_step.control_step_size"],
        ),
        (
            "cfl_time_step compute_time_step update_dt",
            "Computes the time step from the CFL condition",
            _BODIES["adapt_step.cfl_time_step"],
        ),
        (
            "adapt_dt_by_iterations newton_time_step update_substep",
            "Adapts the time step to the number of solver iterations",
            _BODIES["adapt_step.adapt_dt_by_iterations"],
        ),
        (
            "choose_substeps count_substeps plan_substeps",
            "Chooses the number of substeps from the maximum displacement",
            _BODIES["adapt_step.choose_substeps"],
        ),
        (
            "update_learning_rate schedule_learning_rate step_scheduler",
            "Computes the scheduled learning rate",
            _BODIES["adapt_step.update_learning_rate"],
        ),
    ),
    "fit_grid": (
        (
            "fit_grid setup_grid update_grid_bounds",
            "Fits a grid around all points",
            _BOUNDS
            + """
        lo = lo - wp.vec3(margin, margin, margin)
        hi = hi + wp.vec3(margin, margin, margin)
        size = hi - lo
        {nx = int(size[0] / cell_width) + 1
        ny = int(size[1] / cell_width) + 1
        nz = int(size[2] / cell_width) + 1
        origin[0] = lo
        {grid_dim[0] = wp.vec3i(nx, ny, nz) ~ for k in range(3):
            res[k] = int(size[k] / cell_width) + 1}
        {num_cells[0] = nx * ny * nz ~ if nx * ny * nz > max_cells:
            overflow[0] = 1
        num_cells[0] = wp.min(nx * ny * nz, max_cells)} ~"""
            + _WIDEST
            + """
        {# a cube around the middle
        ~}
        center = 0.5 * (lo + hi)
        origin[0] = center - 0.5 * wp.vec3(widest, widest, widest)
        cell_size[0] = widest / float(cells_along)
        {?0.5 inv_cell_size[0] = float(cells_along) / widest}}
            """,
        ),
        (
            "choose_split split_node find_split_plane",
            "Chooses the split plane of a bounding box",
            _BOUNDS + _BODIES["fit_grid.fit_grid"],
        ),
        (
            "fit_camera frame_scene fit_view",
            "Fits a camera to the bounds of a scene",
            _BOUNDS + _BODIES["fit_grid.fit_grid_2"],
        ),
    ),
}
"""Kernels by target. Each has possible names, a summary and lines."""


def _draw_single(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that is launched with one thread and does not call ``wp.tid``."""
    blocks = stream.child("sizes").choice((4, 6, 8, 12, 16))
    titles, summary, text = stream.child("purpose").choice(_TEXTS[target])
    p = Program(stream, launch=(1,))
    declare_given(p, blocks)
    declare_kept(p, blocks, 1 if "contact_count[0] == 0" in text else 4 * blocks)
    p.write(text)
    return p.done("bookkeeping", "singles", target, summary, tuple(titles.split()), (
        "Launched with a single thread.", f"{summary}; launched with dim=1.",
    ))  # fmt: skip


_WEIGHTS = dict.fromkeys(_TEXTS, 2.2) | {
    "check_residual": 1.5,
    "adapt_step": 1.5,
    "choose_step": 1.5,
    "finish_sum": 1.2,
    "fit_grid": 1.2,
    "sum_offsets": 1.5,
}
RECIPES = (
    Recipe(name="singles", category="bookkeeping", targets=tuple(_TEXTS), draw=_draw_single, target_weights=_WEIGHTS),
)
