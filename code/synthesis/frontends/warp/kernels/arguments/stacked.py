"""Arguments of the kernels of ``recipes/applications/stacked.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def problem(
    problem_vio: Array[int, worlds],  #: starts rows 2, named problem_vio vio row_start
    problem_mio: Array[int, worlds],  #: starts (rows * rows) 0, named problem_mio mio matrix_start
    problem_lcio: Array[int, worlds],  #: starts contacts 0, named problem_cio contact_start
    problem_lio: Array[int, worlds],  #: starts 2 0, named problem_lio limit_start
    bodies_offset: Array[int, worlds],  #: starts bodies 0, named model_info_bodies_offset bodies_offset
    nzb_start: Array[int, worlds],  #: starts rows 2, named nzb_start jac_nzb_start
    problem_dim: Array[int, worlds],  #: 2..rows - 2, named problem_dim dim world_constraint_count
    problem_nl: Array[int, worlds],  #: 0..1, named problem_nl num_limits
    problem_nc: Array[int, worlds],  #: 0..contacts - 1, named problem_nc num_contacts
    num_nzb: Array[int, worlds],  #: 2..rows - 2, named num_nzb jac_num_nzb
    bodies_count: Array[int, worlds],  #: 3..bodies, named model_info_num_bodies num_bodies
    world_mask: Array[bool, worlds],  #: 0..1, named world_mask world_active
    nzb_coords: Array[wp.vec2i, blocks],  #: 0..5, named nzb_coords jac_nzb_coords
    lam_in: Array[float, total],  #: -1..1, named lambdas solution_lambdas
    previous_row: Array[int, total],  #: -6..total - 1, named previous_row cache_index
): ...


def vectors(
    p: Array[float, total],  #: -1..1, named p search_dir
    b: Array[float, total],  #: -1..1, named b problem_v_f rhs
    Ap: Array[float, total],  #: -1..1, named Ap matvec
    r_old: Array[float, total],  #: -1..1, named r residual
    x_old: Array[float, total],  #: -1..1, named x_prev lambdas_prev
    slack_in: Array[float, total],  #: -1..1, named slack lambdas_y
    y_old: Array[float, total],  #: -1..1, named y_prev lambdas_y_prev
    cached: Array[float, total],  #: -1..1, named cached_lambdas lambdas_cache
    x_in: Array[float, total],  #: -1..1, named x lambdas
    y_in: Array[float, total],  #: -1..1, named y lambdas_y
    restart: Array[bool, worlds],  #: 0..1, named restart world_restart
    r_dot_z_in: Array[float, worlds],  #: 0.2..2, named rz_new r_dot_z
    r_dot_z_old: Array[float, worlds],  #: 0.5..2, named rz_old r_dot_z_prev
    tolerance_sq: float,  #: 0.4..0.8, usually 0.5, named tolerance_sq tol_sq
    diagonal: Array[float, total],  #: 0.4..2, named problem_diag diagonal
    pivot: Array[float, total],  #: 0.8..2, named pivot L_diag
    factor_in: Array[float, total * rows],  #: -0.4..0.4, named L factor
    factor: Array[float, total * rows],  #: -0.3..0.3, inout, named L factor
    norm_out: Array[float, worlds],  #: output, named solution_norm max_lambda
    pivots_out: Array[int, worlds],  #: output, named num_regularized num_clamped
    min_pivot: float,  #: 0.4..0.6, usually 0.5, named min_pivot pivot_eps
    P: Array[float, total],  #: 0.5..2, named problem_P preconditioner
    A: Array[float, total * rows],  #: -1..2, named A D problem_D
    alpha: Array[float, worlds],  #: 0.5..2, named alpha step_size
    beta: Array[float, worlds],  #: 0.1..0.9, named beta momentum
    eta: Array[float, worlds],  #: 0.1..1, named eta regularization
    penalty: Array[float, worlds],  #: 0.5..2, named rho penalty
    problem_mu: Array[float, worlds * contacts],  #: 0.2..1, named problem_mu contact_mu
    nzb_values: Array[wp.spatial_vector, blocks],  #: -1..1, named nzb_values jac_nzb_values
    body_u: Array[wp.spatial_vector, worlds * bodies],  #: -1..1, named bodies_u state_bodies_u_i
    body_w: Array[wp.spatial_vector, worlds * bodies],  #: -1..1, named bodies_w wrench
    inv_m: Array[float, worlds * bodies],  #: 0..2, named bodies_inv_m inv_mass
    inv_i: Array[wp.mat33, worlds * bodies],  #: -1..1, named bodies_inv_I inv_inertia
    body_i: Array[wp.mat33, worlds * bodies],  #: -1..1, named bodies_I inertia
    gravity: Array[wp.vec3, worlds],  #: -10..10, named gravity model_gravity
): ...


def tolerances(
    max_iterations: int,  #: 3..5, named max_iterations max_iters
    min_diagonal: float,  #: 0.2..0.6, usually 0.5, named min_diagonal diagonal_eps
    max_nzb: int,  #: blocks // 2..blocks, named max_nzb max_blocks
    tolerance: float,  #: 0.5..1.2, usually 0.7, named tolerance eps
    decay: float,  #: 0.5..0.9, usually 0.5, named decay retention
    dt: float,  #: 0.1..0.5, usually 0.5 0.1, named dt time_step
    inv_dt: float,  #: 1..2, usually 2.0
    problem_nj: Array[int, worlds],  #: 1..rows // 2, named problem_njc num_joint_rows
    outcome: Array[int, worlds],  #: 0..3, named solver_status world_status
    asleep: Array[bool, worlds * bodies],  #: 0..1, named bodies_asleep is_sleeping
    row_lower: Array[float, total],  #: -1..0, named row_lower lambdas_min
    row_upper: Array[float, total],  #: 0.2..1, named row_upper lambdas_max
    z_in: Array[float, total],  #: -1..1, named z multipliers
    v_in: Array[float, total],  #: -1..1, named v problem_v contact_v
    normal_in: Array[float, worlds * contacts],  #: -0.4..1.6, named contact_lambda_n normal_impulse
    tangent_in: Array[wp.vec2, worlds * contacts],  #: -0.6..0.6, named contact_lambda_t friction_impulse
    contact_frame: Array[wp.mat33, worlds * contacts],  #: -1..1, named contact_R contact_frame
): ...


def body_outputs(
    max_growth: float,  #: 1.3..1.8, usually 1.5, named divergence_factor max_growth
    min_beta: float,  #: 0.2..0.4, usually 0.25, named min_beta restart_beta
    omega: float,  #: 0.5..1.5, usually 1.0 1.2, named omega relaxation
    relaxation: float,  #: 0.8..1.8, usually 1.5 1.6, named relaxation over_relaxation
    max_impulse: float,  #: 0.5..1, usually 1.0, named max_impulse impulse_limit
    compliance: float,  #: 0.1..0.5, usually 0.1, named compliance softness
    rel_tol: float,  #: 0.4..0.9, usually 0.5 0.7, named tolerance eps
    both_tol: float,  #: 0.8..2.0, usually 1.5 1.0, named tolerance eps
    sweep_tol: float,  #: 0.6..1.6, usually 1.0, named tolerance sweep_tol
    min_impulse: float,  #: 0..0.4, usually 0.1, named min_impulse open_tol
    slip_margin: float,  #: 0.7..1, usually 0.9, named slip_margin cone_margin
    leave_speed: float,  #: 0.2..0.8, usually 0.5, named leave_speed separating_speed
    slip_speed: float,  #: 0.4..1, usually 0.5, named slip_speed stick_tol
    max_speed: float,  #: 1..3, usually 2.0, named max_linear_velocity max_speed
    max_spin: float,  #: 1..2, usually 1.5, named max_angular_velocity max_spin
): ...


def vector_outputs(
    x: Array[float, total],  #: -1..1, inout, named x solution_lambdas lambdas
    v_f: Array[float, total],  #: -1..1, inout, named v_f constraint_v
    y: Array[float, total],  #: output, named y Ax
    slack_out: Array[float, total],  #: output, named slack_out lambdas_y_next
    ahead: Array[float, total],  #: output, named y x_ahead
    r_new: Array[float, total],  #: output, named r_next residual_out
    scaled: Array[float, total],  #: output, named z scaled_r
    scaled_b: Array[float, total],  #: output, named b_scaled rhs_scaled
    p_new: Array[float, total],  #: output, named p_next search_dir_out
    P_out: Array[float, total],  #: output, named problem_P P_out
    A_out: Array[float, total * rows],  #: output, named A_out D_scaled
    owner: Array[int, total],  #: output, named row_element row_source
    row_kind: Array[int, total],  #: output, named row_type row_kind
    wrench_out: Array[wp.spatial_vector, worlds * bodies],  #: -1..1, inout, named bodies_w_c bodies_w
    u_next: Array[wp.spatial_vector, worlds * bodies],  #: output, named bodies_u_next state_u
    flat_w: Array[float, 6 * worlds * bodies],  #: -1..1, inout, named generalized_f w_flat
    flat_u: Array[float, 6 * worlds * bodies],  #: output, named u_flat generalized_u
    r_norm: Array[float, worlds],  #: 0..0.5, inout, named r_max residual_norm
    r_dot_z: Array[float, worlds],  #: 0..0.5, inout, named rz_new r_dot_z
    r_dot_r: Array[float, worlds],  #: 0..0.5, inout, named rr_new r_dot_r
    pAp: Array[float, worlds],  #: 0..0.5, inout, named pAp p_dot_Ap
    iterations: Array[int, worlds],  #: 0..5, inout, named iterations status_iterations
    status: Array[int, worlds],  #: 0..1, inout, named solver_status status converged
    mode_out: Array[int, worlds * contacts],  #: output, named contact_mode contact_state
    force_out: Array[wp.vec3, worlds * contacts],  #: output, named contact_force contact_reaction
    z_out: Array[float, total],  #: output, named z_next multipliers_out
    num_slipping: Array[int, worlds],  #: 0..2, inout, named num_slipping slip_count
    num_running: Array[int, 1],  #: 0..2, inout, named num_running num_active_worlds
    residual_out: Array[float, worlds],  #: output, named status_r residual_norm
    primal_out: Array[float, worlds],  #: output, named status_r_p primal_residual
    dual_out: Array[float, worlds],  #: output, named status_r_d dual_residual
): ...
