"""Arguments of the kernels of ``recipes/applications/single_arguments.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def counters(
    peak_contacts: Array[int, 1],  #: 0..60, inout, named peak_contacts max_contact_count
    contact_count: Array[int, 1],  #: 0..most_contacts, inout, named contact_count num_contacts
    num_dropped: Array[int, 1],  #: 0..9, inout
    overflow: Array[int, 1],  #: 0..1, inout
    num_mesh_pairs: Array[int, 1],  #: 0..9, inout, named num_mesh_pairs mesh_pair_count
    num_triangle_pairs: Array[int, 1],  #: 0..9, inout, named num_triangle_pairs triangle_pair_count
    pair_count: Array[int, 1],  #: 0..40, inout, named pair_count num_pairs
    iteration: Array[int, 1],  #: 0..10, inout, named iteration niter
    converged: Array[int, 1],  #: 0..1, inout
    done: Array[int, 1],  #: 0..1, inout
    frame: Array[int, 1],  #: 0..40, inout, named frame step_count
    num_warnings: Array[int, 1],  #: 0..3, inout
    best_step: Array[int, 1],  #: 0..3, inout
    num_stalled: Array[int, 1],  #: 0..4, inout, named num_stalled stall_count
    stop: Array[int, 1],  #: 0..1, inout
    num_failed: Array[int, 1],  #: 0..3, inout
    num_evals: Array[int, 1],  #: 0..9, inout
    accepted: Array[int, 1],  #: 0..1, inout
    num_filled: Array[int, 1],  #: 0..3, inout, named num_occupied
    status: Array[int, 1],  #: 0..3, inout
    best_iteration: Array[int, 1],  #: 0..6, inout
    num_steps: Array[int, 1],  #: 0..9, inout, named num_steps substep_count
    num_rejected: Array[int, 1],  #: 0..3, inout
    frame_done: Array[int, 1],  #: 0..1, inout
    since_rebuild: Array[int, 1],  #: 0..5, inout, named steps_since_rebuild rebuild_age
    num_idle: Array[int, 1],  #: 0..6, inout, named num_idle idle_steps
    num_rebuilds: Array[int, 1],  #: 0..5, inout, named num_rebuilds rebuild_count
    asleep: Array[int, 1],  #: 0..1, inout, named scene_asleep asleep
    num_sleeps: Array[int, 1],  #: 0..5, inout
    num_good: Array[int, 1],  #: 0..4, inout, named good_steps growth_tracker
    num_skipped: Array[int, 1],  #: 0..5, inout, named num_skipped skipped_steps
    num_clipped: Array[int, 1],  #: 0..5, inout, named num_clipped clip_count
    num_used: Array[int, 1],  #: 0..5, inout, named num_used used_blocks
    num_updates: Array[int, 1],  #: 0..5, inout, named num_updates rho_updates
    substeps: Array[int, 1],  #: 1..8, inout, named substeps num_substeps
    num_capped: Array[int, 1],  #: 0..5, inout
    num_calm: Array[int, 1],  #: 0..5, inout, named calm_frames num_calm
): ...


def flags(
    rebuild: Array[int, 1],  #: output, named rebuild_lists needs_rebuild
    skip_step: Array[int, 1],  #: output, named skip_step found_inf
    threshold_bin: Array[int, 1],  #: output, named threshold_bin cutoff_bin
    block_start: Array[int, 1],  #: output, named block_start first_block
    refactor: Array[int, 1],  #: output, named refactor rebuild_matrix
    num_above: Array[int, 1],  #: output, named num_above count_above
    max_moved: Array[float, 1],  #: 0..0.4, inout, named max_displacement max_moved
    loss_scale: Array[float, 1],  #: 1..6, inout
    mean_norm: Array[float, 1],  #: 0.1..1.2, inout, named mean_grad_norm norm_ema
    alpha_now: Array[float, 1],  #: 0.2..2, inout, named alpha trial_alpha
    low_alpha: Array[float, 1],  #: 0..0.5, inout, named alpha_low bracket_low
    high_alpha: Array[float, 1],  #: 0.8..4, inout, named alpha_high bracket_high
    penalty: Array[float, 1],  #: 0.1..1.5, inout, named rho penalty
    last_norm: Array[float, 1],  #: 0.2..2, inout, named last_norm prev_norm
    lr: Array[float, 1],  #: 0.05..1, inout, named lr learning_rate
    grad_norm: Array[float, 1],  #: output
    clip_scale: Array[float, 1],  #: output, named clip_scale grad_scale
): ...


def sums(
    num_items: Array[int, 1],  #: output, named num_items total_count
    num_samples: Array[int, 1],  #: output
    num_cells: Array[int, 1],  #: output
    max_bin_count: Array[int, 1],  #: output
    total_tiles: Array[int, 1],  #: output, named total_tiles num_tiles
    split_axis: Array[int, 1],  #: output
    num_padding: Array[int, 1],  #: output
    total_rows: Array[int, 1],  #: output, named total_rows nefc
    kinetic: Array[float, 1],  #: 0..2, inout, named kinetic_energy
    potential: Array[float, 1],  #: -1..1, inout, named potential_energy
    max_penetration: Array[float, 1],  #: 0..0.4, inout
    running_loss: Array[float, 1],  #: 0.1..1, inout
    best_loss: Array[float, 1],  #: 0.1..1, inout
    first_norm: Array[float, 1],  #: 0.5..3, inout, named initial_norm
    cost_now: Array[float, 1],  #: -1.8..-0.6, inout, named cost current_cost
    cost_kept: Array[float, 1],  #: 0.5..2.5, inout, named cost current_cost
    lam: Array[float, 1],  #: 0.1..1.5, inout, named lm_damping lam
    growth: Array[float, 1],  #: 1.5..4, inout, named growth damping_scale
    trust: Array[float, 1],  #: 0.3..1.2, inout, named trust_radius radius
    rr: Array[float, 1],  #: 0.05..2, inout, named r_dot_r residual_sq
    rz_new: Array[float, 1],  #: 0.05..2, inout, named rz_new r_dot_z
    rz_old: Array[float, 1],  #: 0.1..2, inout, named rz_old rz_prev
    best_norm: Array[float, 1],  #: 0.2..1.5, inout
    last_ratio: Array[float, 1],  #: 0.2..1.5, inout, named last_error_ratio
    dt: Array[float, 1],  #: 0.1..0.5, inout, named dt timestep
    time: Array[float, 1],  #: 0.5..2, inout, named time sim_time
): ...


def norms(
    residual_norm: Array[float, 1],  #: output
    target_norm: Array[float, 1],  #: output, named target_norm residual_limit
    loss: Array[float, 1],  #: output
    largest_out: Array[float, 1],  #: output, named max_residual
    total_mass: Array[float, 1],  #: output
    kinetic_com: Array[float, 1],  #: output, named com_kinetic_energy
    mean_out: Array[float, 1],  #: output, named mean
    variance: Array[float, 1],  #: output
    alpha_out: Array[float, 1],  #: output, named alpha step_length
    beta: Array[float, 1],  #: output
    cell_size: Array[float, 1],  #: output, named cell_size voxel_size
    inv_cell_size: Array[float, 1],  #: output
    split_pos: Array[float, 1],  #: output, named split_pos split_plane
    half_width: Array[float, 1],  #: output, named shadow_half_width ortho_size
    com: Array[wp.vec3, 1],  #: output, named com center_of_mass
    com_vel: Array[wp.vec3, 1],  #: output
    angular_momentum: Array[wp.vec3, 1],  #: output
    origin: Array[wp.vec3, 1],  #: output, named grid_origin grid_lower
    node_lower: Array[wp.vec3, 1],  #: output
    node_upper: Array[wp.vec3, 1],  #: output
    cam_pos: Array[wp.vec3, 1],  #: output, named cam_pos camera_pos
    cam_target: Array[wp.vec3, 1],  #: output, named cam_target look_at
    sun_pos: Array[wp.vec3, 1],  #: output, named light_pos
    near_far: Array[wp.vec2, 1],  #: output, named near_far clip_range
    grid_dim: Array[wp.vec3i, 1],  #: output, named grid_dim grid_res
    res: Array[int, 3],  #: output, named grid_dim grid_res
    energy_log: Array[float, blocks],  #: 0..1, inout, named energy_log energy_history
    drift_log: Array[float, blocks],  #: 0..1, inout, named energy_drift
    penetration_log: Array[float, blocks],  #: 0..1, inout
    contact_log: Array[int, blocks],  #: 0..9, inout, named contact_log contact_history
): ...


def modes(
    kinetic_in: Array[float, 1],  #: 0..1, named kinetic_energy
    dual_sq: Array[float, 1],  #: 0.05..6, named dual_residual_sq s_dot_s
    trial_slope: Array[float, 1],  #: -2..1, named trial_slope new_slope
    loss_in: Array[float, 1],  #: 0.1..1, named loss val_loss
    was_touched: Array[int, 1],  #: 0..1, named user_input was_touched
    is_locked: Array[bool, 1],  #: 0..1, named is_locked pool_locked
    frozen: Array[int, 1],  #: 0..1, named is_frozen frozen
    never_sleeps: bool,  #: 0..1, named never_sleep disable_sleep
    keep_counts: bool,  #: 0..1, named keep_counts accumulate
    clips: bool,  #: 0..1, named clip_gradients use_clipping
    allows_fewer: bool,  #: 0..1, named allow_fewer allow_partial
): ...


def schedules(
    rebuild_every: int,  #: 2..4, named rebuild_interval rebuild_every
    bad_limit: int,  #: 0..2, named overflow_limit max_bad
    growth_interval: int,  #: 1..4, named growth_interval scale_window
    num_wanted: int,  #: 2..4, named num_wanted k_best request_size
    update_every: int,  #: 2..4, named update_interval rho_interval
    max_substeps: int,  #: 2..8, named max_substeps substep_limit
    warmup_steps: int,  #: 1..3, named warmup_steps num_warmup
    decay_every: int,  #: 2..3, named decay_interval decay_steps
    idle_energy: float,  #: 0.3..0.7, usually 0.5, named idle_energy sleep_energy
    backoff: float,  #: 0.3..0.8, usually 0.5, named backoff_factor scale_backoff
    max_scale: float,  #: 2..6, usually 4.0, named max_loss_scale scale_limit
    max_norm: float,  #: 0.5..1.5, usually 1.0, named max_grad_norm clip_norm
    clip_factor: float,  #: 1.2..2.5, usually 2.0
    curvature: float,  #: 0.1..0.9, usually 0.9 0.5, named curvature c2
    max_alpha: float,  #: 1..3, usually 2.0, named max_alpha alpha_limit
    balance: float,  #: 1.2..3, usually 1.5, named balance residual_ratio
    keep_ratio: float,  #: 0.2..0.9, usually 0.5, named keep_ratio contraction
    travel: float,  #: 0.3..1, usually 0.5, named travel max_cells_moved
    base_lr: float,  #: 0.3..1, usually 0.5, named base_lr learning_rate
    min_lr: float,  #: 0.05..0.25, usually 0.1, named min_lr final_lr
    lr_step: int,  #: 0..7, named step train_step epoch
    top_wanted: int,  #: blocks..3 * blocks, named num_wanted k_best num_top
    used: Array[int, blocks],  #: 0..1, named block_used is_used
    num_bad: Array[int, 1],  #: 0..3, named num_nonfinite overflow_count
    is_static: bool,  #: 0..1, named scene_static is_static
    ignores_bad: bool,  #: 0..1, named ignore_overflow
    is_fixed: bool,  #: 0..1, named fixed_penalty keep_rho
    keeps_rate: bool,  #: 0..1, named constant_lr freeze_lr
    skin: float,  #: 0.2..0.8, usually 0.4 0.5, named skin verlet_margin
    frame_dt: float,  #: 0.2..1, named frame_dt outer_dt
): ...


def block_results(
    loss_sum: Array[float, blocks],  #: 0.1..2, named loss_sums block_loss
    residual_sq: Array[float, blocks],  #: 0.01..0.3, named residual_sq block_sums
    residual_max: Array[float, blocks],  #: 0.1..0.7, named residual_max block_max
    block_mass: Array[float, blocks],  #: 0.2..2
    block_mean: Array[float, blocks],  #: -2..2, named block_mean means
    block_m2: Array[float, blocks],  #: 0.1..2, named block_m2 m2
    costs: Array[float, blocks],  #: -2..2, named costs trial_costs merit
    alphas: Array[float, blocks],  #: 0.05..1, named alphas trial_alphas
    block_lower: Array[wp.vec3, blocks],  #: -2..0, named block_lower partial_lower
    block_upper: Array[wp.vec3, blocks],  #: 0.2..2, named block_upper partial_upper
    block_moment: Array[wp.vec3, blocks],  #: -2..2
    block_momentum: Array[wp.vec3, blocks],  #: -2..2
    block_angular: Array[wp.vec3, blocks],  #: -2..2, named block_angular_momentum
    counts: Array[int, blocks],  #: 0..5, named counts block_counts
): ...


def step_inputs(
    slope: Array[float, 1],  #: -2..-0.5, named slope grad_dot_dir
    trial_cost: Array[float, 1],  #: 0.5..2, named trial_cost new_cost
    predicted: Array[float, 1],  #: 0.2..3, named predicted_decrease model_decrease
    step_norm: Array[float, 1],  #: 0.2..1.5
    rhs_norm: Array[float, 1],  #: 0.5..4, named b_norm rhs_norm
    p_ap: Array[float, 1],  #: -0.3..2, named p_ap pAp
    error: Array[float, 1],  #: 0.05..1.5, named error error_norm local_error
    pos_error: Array[float, 1],  #: 0.05..1
    vel_error: Array[float, 1],  #: 0.05..1
    max_speed: Array[float, 1],  #: 0..4
    first_energy: Array[float, 1],  #: 0..2, named initial_energy
    param_norm_sq: Array[float, 1],  #: 0.1..2
    view_dir: Array[wp.vec3, 1],  #: 0.2..1
    sun_dir: Array[wp.vec3, 1],  #: -1..-0.2, named sun_dir light_dir
    num_expected: Array[int, 1],  #: 2 * blocks..3 * blocks, named num_items item_count
    warm_start: bool,  #: 0..1, named warm_start use_warm_start
    capacity: int,  #: blocks..3 * blocks, named capacity max_count
    max_cells: int,  #: 60..400
    max_iterations: int,  #: 2..6, named max_iterations iteration_limit
    patience: int,  #: 0..5
    few_iterations: int,  #: 2..4, named few_iterations target_iterations
    many_iterations: int,  #: 4..6, named many_iterations iteration_limit
    step: int,  #: 0..2, named step train_step
    num_rows: int,  #: 4..16
): ...


def tolerances(
    decay: float,  #: 0.3..0.9, usually 0.5 0.8
    first_penalty: float,  #: 0.2..1.0, usually 0.5, named initial_rho rho_init
    tol: float,  #: 0.1..0.8, usually 0.5 0.25, named tol rel_tol
    norm_tol: float,  #: 0.1..1.2, usually 0.5, named tol abs_tol
    abs_tol: float,  #: 0.3..1.2, usually 0.5
    max_tol: float,  #: 0.4..0.8, usually 0.5
    move_tol: float,  #: 0.1..0.3, usually 0.2, named move_tol still_distance
    pos_tol: float,  #: 0.3..1, usually 0.5
    vel_tol: float,  #: 0.3..1, usually 0.5
    penetration_limit: float,  #: 0.05..0.3, usually 0.1, named max_allowed_penetration penetration_limit
    weight_decay: float,  #: 0.01..0.2, usually 0.05
    min_gain: float,  #: 0.02..0.2, usually 0.05
    armijo: float,  #: 0.05..0.9, usually 0.25, named armijo c1
    first_alpha: float,  #: 0.5..1.5, usually 0.75, named initial_alpha
    shrink: float,  #: 0.4..0.9, usually 0.5 0.8, named shrink backtrack
    safety: float,  #: 0.7..0.95, usually 0.9
    accept_ratio: float,  #: 0..0.9, usually 0.1, named accept_ratio eta
    min_lam: float,  #: 0.05..0.3, usually 0.1, named min_damping
    max_lam: float,  #: 1..2, usually 1.5, named max_damping
    max_radius: float,  #: 0.8..1.5, usually 1.0
    min_radius: float,  #: 0.1..0.4, usually 0.2
    divergence: float,  #: 0.7..2.0, usually 1.5, named divergence_factor
    min_dt: float,  #: 0.08..0.16, usually 0.1, named min_dt dt_min
    max_dt: float,  #: 0.18..0.35, usually 0.25, named max_dt dt_max
    sound_speed: float,  #: 0.5..2, usually 1.5
    cfl: float,  #: 0.2..0.9, usually 0.5
    cell_width: float,  #: 0.3..0.8, usually 0.5, named cell_size dx
    viscosity: float,  #: 0.05..0.5, usually 0.1
    margin: float,  #: 0.05..0.3, usually 0.1, named margin padding
    fov: float,  #: 0.5..1.2, usually 0.8, named fov fov_y
    frame_end: float,  #: 1.5..3, named frame_end end_time
): ...
