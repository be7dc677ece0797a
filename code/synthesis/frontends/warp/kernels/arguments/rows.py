"""Arguments of the kernels of ``recipes/applications/rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def counts(
    diag_3: Array[float, rows, 3],  #: output, named diag diagonal
    diag_index: Array[int, rows],  #: output, named diag_index diag_entry
    count: Array[int, rows],  #: output, named row_count count_out num_entries
    upper_count: Array[int, rows],  #: output
    column_count: Array[int, rows],  #: 0..3, inout, named column_count col_counts
    send_count: Array[int, parts],  #: 0..3, inout, named send_count external_count
    width: Array[int, rows],  #: output
    height: Array[int, rows],  #: output, named skyline_height row_height
    change_out: Array[float, 1],  #: 0..1, inout, named residual_sq residual_norm_sq
    largest_change: Array[float, 1],  #: 0..0.1, inout, named max_change largest_change
    norm_out: Array[float, 1],  #: 0..1, inout, named matrix_norm
    low_out: Array[float, 1],  #: 0..1, inout, named min_eigenvalue eig_min
): ...


def vectors(
    values_io: Array[float, entries],  #: -1..1, inout, named values vals matrix_values
    color_out: Array[int, rows],  #: output, named color_out new_color
    depth_out: Array[int, rows],  #: -3..2, inout, named depth_out new_depth
    parent_out: Array[int, rows],  #: -1..0, inout, named parent predecessor
    partner: Array[int, rows],  #: output, named partner match strongest_neighbor
    coarse: Array[float, coarse],  #: 0..1, inout
    coarse_off: Array[float, coarse],  #: 0..1, inout, named coarse_off_diag coarse_row_sum
    coarse_adjacent: Array[int, coarse, coarse],  #: 0..1, inout, named coarse_adjacent coarse_pattern
    ell_columns: Array[int, rows, 3],  #: output, named ell_columns ell_cols
    ell_values: Array[float, rows, 3],  #: output
    column_fill: Array[int, rows],  #: 0..1, inout, named column_fill col_fill
    transposed_rows: Array[int, rows, 3],  #: -1..0, inout, named transposed_rows t_indices
    transposed_values: Array[float, rows, 3],  #: 0..1, inout, named transposed_values t_values
    y_vec: Array[wp.vec3, rows],  #: output, named y out result
    dense_out: Array[float, rows, 3],  #: output, named C result y
    dense_added: Array[float, rows, 3],  #: -1..1, inout, named C result y
    added: Array[float, rows],  #: -1..1, inout, named y out result
    rhs_io: Array[float, rows],  #: -1..1, inout, named b rhs
    direction: Array[float, rows],  #: -1..1, inout, named direction search_dir
    scaled_values: Array[float, entries],  #: output, named scaled_values values_out
): ...


def numbers(
    alpha: float,  #: 0.5..2, usually 2.0
    beta: float,  #: 0.2..1, usually 0.5
    shift: float,  #: 0.1..1, usually 0.1, named shift regularization
    max_step: float,  #: 0.2..0.8, usually 0.5, named max_step step_limit
): ...


def matrix(
    values: Array[float, entries],  #: -2..2
    blocks: Array[wp.mat33, entries],  #: -1..1, named values blocks bsr_values
    x: Array[float, rows],  #: -2..2, named x x_old
    x_vec: Array[wp.vec3, rows],  #: -2..2, named x vec p
    b: Array[float, rows],  #: -2..2, named b rhs
    b_vec: Array[wp.vec3, rows],  #: -2..2, named b rhs
    dense: Array[float, rows, 3],  #: -2..2, named B dense x
    inv_diag_in: Array[float, rows],  #: 0.2..2, named inv_diag diag_inv
    diag_in: Array[float, rows],  #: 0.5..2, named diag diagonal
    lower_bound: Array[float, rows],  #: -1..0, named lower x_lower
    upper_bound: Array[float, rows],  #: 0.5..1.5, named upper x_upper
    limited: Array[int, rows],  #: 0..1, named is_contact unilateral
    mask: Array[int, rows],  #: 0..1, named mask free_dofs is_free
    color: Array[int, rows],  #: 0..parts - 1, named row_part partition row_owner
    num_columns: int,  #: is 3
    num_rows: int,  #: is rows
): ...


def states(
    block_size: int,  #: is block
    row_color: Array[int, rows],  #: -3..4, named row_color color
    priority: Array[int, rows],  #: 0..9, named priority row_hash random_rank
    depth_of: Array[int, rows],  #: -3..2, named depth bfs_level
    out_degree: Array[int, rows],  #: 0..4, named out_degree num_links
    aggregate: Array[int, rows],  #: -1..coarse - 1, named aggregate aggregate_of coarse_index
    distance: Array[float, rows],  #: 0..5, named distance dist
    fixed_value: Array[float, rows],  #: -1..1, named fixed_value dirichlet_value boundary_value
    scale_in: Array[float, rows],  #: 0.2..2, named row_scale scale
    coarse_in: Array[float, coarse],  #: -1..1, named coarse_x x_coarse coarse_correction
    current_color: int,  #: 4..7, named current_color next_color
    current_depth: int,  #: 0..1, named current_depth level
    recolor: bool,  #: 0..1, named recolor recolor_all
    damping: float,  #: 0.5..0.9, usually 0.85, named damping damping_factor
    omega: float,  #: 0.3..1, usually 0.5 0.8, named omega relaxation
): ...
