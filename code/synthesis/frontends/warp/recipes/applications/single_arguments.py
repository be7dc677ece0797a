"""Arguments of kernels of one thread, and functions that these kernels call."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.types import Type
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT, TRIPLE, VEC, Program

_BODIES = read_bodies("warp", "single_arguments", margin=8)


def declare_given(p: Program, blocks: int) -> None:
    """Declare the partial results of thread blocks, and the parameters of a step."""
    for key, span, names in (
        ("loss_sum", (0.1, 2), ("loss_sums", "block_loss")), ("residual_sq", (0.01, 0.3),
        ("residual_sq", "block_sums")),
        ("residual_max", (0.1, 0.7), ("residual_max", "block_max")), ("block_mass", (0.2, 2), ("block_mass",)),
        ("block_mean", (-2, 2), ("block_mean", "means")), ("block_m2", (0.1, 2), ("block_m2", "m2")),
        ("costs", (-2, 2), ("costs", "trial_costs", "merit")), ("alphas", (0.05, 1), ("alphas", "trial_alphas")),
    ):  # fmt: skip
        p.array(key, FLOAT, span, (blocks,), names)
    for key, span, names in (
        ("block_lower", (-2, 0), ("block_lower", "partial_lower")), ("block_upper", (0.2, 2),
        ("block_upper", "partial_upper")),
        ("block_moment", (-2, 2), ("block_moment",)), ("block_momentum", (-2, 2), ("block_momentum",)),
        ("block_angular", (-2, 2), ("block_angular_momentum",)),
    ):  # fmt: skip
        p.array(key, VEC, span, (blocks,), names)
    p.array("counts", INT, (0, 5), (blocks,), ("counts", "block_counts"))
    for key, span, names in (
        ("slope", (-2, -0.5), ("slope", "grad_dot_dir")), ("trial_cost", (0.5, 2), ("trial_cost", "new_cost")),
        ("predicted", (0.2, 3), ("predicted_decrease", "model_decrease")), ("step_norm", (0.2, 1.5), ("step_norm",)),
        ("rhs_norm", (0.5, 4), ("b_norm", "rhs_norm")), ("p_ap", (-0.3, 2), ("p_ap", "pAp")),
        ("error", (0.05, 1.5), ("error", "error_norm", "local_error")), ("pos_error", (0.05, 1), ("pos_error",)),
        ("vel_error", (0.05, 1), ("vel_error",)), ("max_speed", (0, 4), ("max_speed",)),
        ("first_energy", (0, 2), ("initial_energy",)), ("param_norm_sq", (0.1, 2), ("param_norm_sq",)),
    ):  # fmt: skip
        p.array(key, FLOAT, span, (1,), names)
    p.array("view_dir", VEC, (0.2, 1), (1,), ("view_dir",))
    p.array("sun_dir", VEC, (-1, -0.2), (1,), ("sun_dir", "light_dir"))
    p.array("num_expected", INT, (2 * blocks, 3 * blocks), (1,), ("num_items", "item_count"))
    p.scalar("warm_start", FLAG, (0, 1), ("warm_start", "use_warm_start"))
    for key, span, names in (
        ("capacity", (blocks, 3 * blocks), ("capacity", "max_count")), ("max_cells", (60, 400), ("max_cells",)),
        ("max_iterations", (2, 6), ("max_iterations", "iteration_limit")), ("patience", (0, 5), ("patience",)),
        ("few_iterations", (2, 4), ("few_iterations", "target_iterations")),
        ("many_iterations", (4, 6), ("many_iterations", "iteration_limit")), ("step", (0, 2), ("step", "train_step")),
        ("num_rows", (4, 16), ("num_rows",)),
    ):  # fmt: skip
        p.scalar(key, INT, span, names)
    for key, span, names, usual in (
        ("decay", (0.3, 0.9), ("decay",), ("0.5", "0.8")),
        ("first_penalty", (0.2, 1.0), ("initial_rho", "rho_init"), ("0.5",)),
        ("tol", (0.1, 0.8), ("tol", "rel_tol"), ("0.5", "0.25")),
        ("norm_tol", (0.1, 1.2), ("tol", "abs_tol"), ("0.5",)),
        ("abs_tol", (0.3, 1.2), ("abs_tol",), ("0.5",)), ("max_tol", (0.4, 0.8), ("max_tol",), ("0.5",)),
        ("move_tol", (0.1, 0.3), ("move_tol", "still_distance"), ("0.2",)),
        ("pos_tol", (0.3, 1), ("pos_tol",), ("0.5",)), ("vel_tol", (0.3, 1), ("vel_tol",), ("0.5",)),
        ("penetration_limit", (0.05, 0.3), ("max_allowed_penetration", "penetration_limit"), ("0.1",)),
        ("weight_decay", (0.01, 0.2), ("weight_decay",), ("0.05",)), ("min_gain", (0.02, 0.2), ("min_gain",),
        ("0.05",)),
        ("armijo", (0.05, 0.9), ("armijo", "c1"), ("0.25",)), ("first_alpha", (0.5, 1.5), ("initial_alpha",),
        ("0.75",)),
        ("shrink", (0.4, 0.9), ("shrink", "backtrack"), ("0.5", "0.8")), ("safety", (0.7, 0.95), ("safety",), ("0.9",)),
        ("accept_ratio", (0, 0.9), ("accept_ratio", "eta"), ("0.1",)), ("min_lam", (0.05, 0.3), ("min_damping",),
        ("0.1",)),
        ("max_lam", (1, 2), ("max_damping",), ("1.5",)), ("max_radius", (0.8, 1.5), ("max_radius",), ("1.0",)),
        ("min_radius", (0.1, 0.4), ("min_radius",), ("0.2",)), ("divergence", (0.7, 2.0), ("divergence_factor",),
        ("1.5",)),
        ("min_dt", (0.08, 0.16), ("min_dt", "dt_min"), ("0.1",)), ("max_dt", (0.18, 0.35), ("max_dt", "dt_max"),
        ("0.25",)),
        ("sound_speed", (0.5, 2), ("sound_speed",), ("1.5",)), ("cfl", (0.2, 0.9), ("cfl",), ("0.5",)),
        ("cell_width", (0.3, 0.8), ("cell_size", "dx"), ("0.5",)),
        ("viscosity", (0.05, 0.5), ("viscosity",), ("0.1",)), ("margin", (0.05, 0.3), ("margin", "padding"), ("0.1",)),
        ("fov", (0.5, 1.2), ("fov", "fov_y"), ("0.8",)),
    ):  # fmt: skip
        p.number(key, span, names, usual)
    p.scalar("frame_end", FLOAT, (1.5, 3), ("frame_end", "end_time"))
    p.sizes(num_blocks=blocks, num_trials=blocks, tile_size=p.choices.choice((2, 4)), cells_along=8)
    for each in _FUNCTIONS:
        p.function(each)
    for key, span, names in (
        ("kinetic_in", (0, 1), ("kinetic_energy",)), ("dual_sq", (0.05, 6), ("dual_residual_sq", "s_dot_s")),
        ("trial_slope", (-2, 1), ("trial_slope", "new_slope")), ("loss_in", (0.1, 1), ("loss", "val_loss")),
    ):  # fmt: skip
        p.array(key, FLOAT, span, (1,), names)
    p.array("was_touched", INT, (0, 1), (1,), ("user_input", "was_touched"))
    p.array("is_locked", FLAG, (0, 1), (1,), ("is_locked", "pool_locked"))
    p.array("frozen", INT, (0, 1), (1,), ("is_frozen", "frozen"))
    for key, names in (
        ("never_sleeps", ("never_sleep", "disable_sleep")), ("keep_counts", ("keep_counts", "accumulate")),
        ("clips", ("clip_gradients", "use_clipping")), ("allows_fewer", ("allow_fewer", "allow_partial")),
    ):  # fmt: skip
        p.scalar(key, FLAG, (0, 1), names)
    for key, span, names in (
        ("rebuild_every", (2, 4), ("rebuild_interval", "rebuild_every")),
        ("bad_limit", (0, 2), ("overflow_limit", "max_bad")),
        ("growth_interval", (1, 4), ("growth_interval", "scale_window")),
        ("num_wanted", (2, 4), ("num_wanted", "k_best", "request_size")),
        ("update_every", (2, 4), ("update_interval", "rho_interval")),
        ("max_substeps", (2, 8), ("max_substeps", "substep_limit")),
        ("warmup_steps", (1, 3), ("warmup_steps", "num_warmup")),
        ("decay_every", (2, 3), ("decay_interval", "decay_steps")),
    ):
        p.scalar(key, INT, span, names)
    for key, span, names, usual in (
        ("idle_energy", (0.3, 0.7), ("idle_energy", "sleep_energy"), ("0.5",)),
        ("backoff", (0.3, 0.8), ("backoff_factor", "scale_backoff"), ("0.5",)),
        ("max_scale", (2, 6), ("max_loss_scale", "scale_limit"), ("4.0",)),
        ("max_norm", (0.5, 1.5), ("max_grad_norm", "clip_norm"), ("1.0",)),
        ("clip_factor", (1.2, 2.5), ("clip_factor",), ("2.0",)),
        ("curvature", (0.1, 0.9), ("curvature", "c2"), ("0.9", "0.5")),
        ("max_alpha", (1, 3), ("max_alpha", "alpha_limit"), ("2.0",)),
        ("balance", (1.2, 3), ("balance", "residual_ratio"), ("1.5",)),
        ("keep_ratio", (0.2, 0.9), ("keep_ratio", "contraction"), ("0.5",)),
        ("travel", (0.3, 1), ("travel", "max_cells_moved"), ("0.5",)),
        ("base_lr", (0.3, 1), ("base_lr", "learning_rate"), ("0.5",)),
        ("min_lr", (0.05, 0.25), ("min_lr", "final_lr"), ("0.1",)),
    ):
        p.number(key, span, names, usual)
    p.scalar("lr_step", INT, (0, 7), ("step", "train_step", "epoch"))
    p.scalar("top_wanted", INT, (blocks, 3 * blocks), ("num_wanted", "k_best", "num_top"))
    p.array("used", INT, (0, 1), (blocks,), ("block_used", "is_used"))
    p.array("num_bad", INT, (0, 3), (1,), ("num_nonfinite", "overflow_count"))
    for key, names in (
        ("is_static", ("scene_static", "is_static")), ("ignores_bad", ("ignore_overflow",)),
        ("is_fixed", ("fixed_penalty", "keep_rho")), ("keeps_rate", ("constant_lr", "freeze_lr")),
    ):  # fmt: skip
        p.scalar(key, FLAG, (0, 1), names)
    p.number("skin", (0.2, 0.8), ("skin", "verlet_margin"), ("0.4", "0.5"))
    p.scalar("frame_dt", FLOAT, (0.2, 1), ("frame_dt", "outer_dt"))
    p.constants({"RUNNING": 0, "CONVERGED": 1, "STALLED": 2, "DIVERGED": 3})


def declare_kept(p: Program, blocks: int, most_contacts: int) -> None:
    """Declare the state that is kept between launches, and the outputs."""
    for key, span, names in (
        ("peak_contacts", (0, 60), ("peak_contacts", "max_contact_count")),
        ("contact_count", (0, most_contacts), ("contact_count", "num_contacts")), ("num_dropped", (0, 9),
        ("num_dropped",)),
        ("overflow", (0, 1), ("overflow",)),
        ("num_mesh_pairs", (0, 9), ("num_mesh_pairs", "mesh_pair_count")),
        ("num_triangle_pairs", (0, 9), ("num_triangle_pairs", "triangle_pair_count")),
        ("pair_count", (0, 40), ("pair_count", "num_pairs")),
        ("iteration", (0, 10), ("iteration", "niter")), ("converged", (0, 1), ("converged",)), ("done", (0, 1),
        ("done",)),
        ("frame", (0, 40), ("frame", "step_count")), ("num_warnings", (0, 3), ("num_warnings",)),
        ("best_step", (0, 3), ("best_step",)), ("num_stalled", (0, 4), ("num_stalled", "stall_count")),
        ("stop", (0, 1), ("stop",)), ("num_failed", (0, 3), ("num_failed",)), ("num_evals", (0, 9), ("num_evals",)),
        ("accepted", (0, 1), ("accepted",)), ("num_filled", (0, 3), ("num_occupied",)), ("status", (0, 3), ("status",)),
        ("best_iteration", (0, 6), ("best_iteration",)), ("num_steps", (0, 9), ("num_steps", "substep_count")),
        ("num_rejected", (0, 3), ("num_rejected",)), ("frame_done", (0, 1), ("frame_done",)),
    ):  # fmt: skip
        p.output(key, INT, (1,), names, span)
    for key, span, names in (
        ("since_rebuild", (0, 5), ("steps_since_rebuild", "rebuild_age")),
        ("num_idle", (0, 6), ("num_idle", "idle_steps")),
        ("num_rebuilds", (0, 5), ("num_rebuilds", "rebuild_count")), ("asleep", (0, 1), ("scene_asleep", "asleep")),
        ("num_sleeps", (0, 5), ("num_sleeps",)), ("num_good", (0, 4), ("good_steps", "growth_tracker")),
        ("num_skipped", (0, 5), ("num_skipped", "skipped_steps")),
        ("num_clipped", (0, 5), ("num_clipped", "clip_count")), ("num_used", (0, 5), ("num_used", "used_blocks")),
        ("num_updates", (0, 5), ("num_updates", "rho_updates")), ("substeps", (1, 8), ("substeps", "num_substeps")),
        ("num_capped", (0, 5), ("num_capped",)), ("num_calm", (0, 5), ("calm_frames", "num_calm")),
    ):  # fmt: skip
        p.output(key, INT, (1,), names, span)
    for key, names in (
        ("rebuild", ("rebuild_lists", "needs_rebuild")), ("skip_step", ("skip_step", "found_inf")),
        ("threshold_bin", ("threshold_bin", "cutoff_bin")), ("block_start", ("block_start", "first_block")),
        ("refactor", ("refactor", "rebuild_matrix")), ("num_above", ("num_above", "count_above")),
    ):  # fmt: skip
        p.output(key, INT, (1,), names)
    for key, span, names in (
        ("max_moved", (0, 0.4), ("max_displacement", "max_moved")), ("loss_scale", (1, 6), ("loss_scale",)),
        ("mean_norm", (0.1, 1.2), ("mean_grad_norm", "norm_ema")), ("alpha_now", (0.2, 2), ("alpha", "trial_alpha")),
        ("low_alpha", (0, 0.5), ("alpha_low", "bracket_low")), ("high_alpha", (0.8, 4), ("alpha_high", "bracket_high")),
        ("penalty", (0.1, 1.5), ("rho", "penalty")), ("last_norm", (0.2, 2), ("last_norm", "prev_norm")),
        ("lr", (0.05, 1), ("lr", "learning_rate")),
    ):  # fmt: skip
        p.output(key, FLOAT, (1,), names, span)
    for key, names in (
        ("grad_norm", ("grad_norm",)), ("clip_scale", ("clip_scale", "grad_scale")),
    ):  # fmt: skip
        p.output(key, FLOAT, (1,), names)
    for key, names in (
        ("num_items", ("num_items", "total_count")), ("num_samples", ("num_samples",)), ("num_cells", ("num_cells",)),
        ("max_bin_count", ("max_bin_count",)), ("total_tiles", ("total_tiles", "num_tiles")),
        ("split_axis", ("split_axis",)),
        ("num_padding", ("num_padding",)), ("total_rows", ("total_rows", "nefc")),
    ):  # fmt: skip
        p.output(key, INT, (1,), names)
    for key, span, names in (
        ("kinetic", (0, 2), ("kinetic_energy",)), ("potential", (-1, 1), ("potential_energy",)),
        ("max_penetration", (0, 0.4), ("max_penetration",)), ("running_loss", (0.1, 1), ("running_loss",)),
        ("best_loss", (0.1, 1), ("best_loss",)), ("first_norm", (0.5, 3), ("initial_norm",)),
        ("cost_now", (-1.8, -0.6), ("cost", "current_cost")), ("cost_kept", (0.5, 2.5), ("cost", "current_cost")),
        ("lam", (0.1, 1.5), ("lm_damping", "lam")),
        ("growth", (1.5, 4), ("growth", "damping_scale")), ("trust", (0.3, 1.2), ("trust_radius", "radius")),
        ("rr", (0.05, 2), ("r_dot_r", "residual_sq")), ("rz_new", (0.05, 2), ("rz_new", "r_dot_z")),
        ("rz_old", (0.1, 2), ("rz_old", "rz_prev")), ("best_norm", (0.2, 1.5), ("best_norm",)),
        ("last_ratio", (0.2, 1.5), ("last_error_ratio",)), ("dt", (0.1, 0.5), ("dt", "timestep")),
        ("time", (0.5, 2), ("time", "sim_time")),
    ):  # fmt: skip
        p.output(key, FLOAT, (1,), names, span)
    for key, names in (
        ("residual_norm", ("residual_norm",)), ("target_norm", ("target_norm", "residual_limit")),
        ("loss", ("loss",)), ("largest_out", ("max_residual",)),
        ("total_mass", ("total_mass",)), ("kinetic_com", ("com_kinetic_energy",)), ("mean_out", ("mean",)),
        ("variance", ("variance",)), ("alpha_out", ("alpha", "step_length")), ("beta", ("beta",)),
        ("cell_size", ("cell_size", "voxel_size")), ("inv_cell_size", ("inv_cell_size",)),
        ("split_pos", ("split_pos", "split_plane")), ("half_width", ("shadow_half_width", "ortho_size")),
    ):  # fmt: skip
        p.output(key, FLOAT, (1,), names)
    for key, names in (
        ("com", ("com", "center_of_mass")), ("com_vel", ("com_vel",)), ("angular_momentum", ("angular_momentum",)),
        ("origin", ("grid_origin", "grid_lower")), ("node_lower", ("node_lower",)), ("node_upper", ("node_upper",)),
        ("cam_pos", ("cam_pos", "camera_pos")), ("cam_target", ("cam_target", "look_at")), ("sun_pos", ("light_pos",)),
    ):  # fmt: skip
        p.output(key, VEC, (1,), names)
    p.output("near_far", Type("float32", (2,)), (1,), ("near_far", "clip_range"))
    p.output("grid_dim", TRIPLE, (1,), ("grid_dim", "grid_res"))
    p.output("res", INT, (3,), ("grid_dim", "grid_res"))
    for key, names in (
        ("energy_log", ("energy_log", "energy_history")), ("drift_log", ("energy_drift",)),
        ("penetration_log", ("penetration_log",)),
    ):  # fmt: skip
        p.output(key, FLOAT, (blocks,), names, (0, 1))
    p.output("contact_log", INT, (blocks,), ("contact_log", "contact_history"), (0, 9))
    for key, names in (
        ("tile_start", ("tile_start", "tile_offsets")), ("tile_count", ("tile_count",)),
        ("row_start", ("row_start", "efc_start")), ("row_count", ("row_count", "efc_count")),
    ):  # fmt: skip
        p.output(key, INT, (blocks + (key == "tile_start"),), names)
    p.output("offsets", INT, (blocks + 1,), ("offsets", "starts"))
    p.output("cursor", INT, (blocks,), ("bin_count", "bin_cursor"), (0, 5))


_FUNCTIONS = (
    _BODIES["functions"],
    """
    def decreases_enough(cost: float, trial: float, c1: float, alpha: float, slope: float) -> bool:
        return trial <= cost + c1 * alpha * slope
    """,
    """
    def gain_ratio(cost: float, trial: float, predicted: float) -> float:
        {return (cost - trial) / wp.max(predicted, 1.0e-6) ~ gained = cost - trial
        return gained / wp.max(predicted, 1.0e-6)}
    """,
)
"""Functions that some of the kernels call."""
