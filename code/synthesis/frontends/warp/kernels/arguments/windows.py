"""Arguments of the kernels of ``recipes/applications/windows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def outputs(
    values_out: Array[float, launched, launched, launched],  #: output,
    #: named values_out field_out density_out temperature_out
    brick: Array[float, launched, launched, launched],  #: output, named brick window_values
    padded: Array[float, launched, launched, launched],  #: output, named padded field_padded
    height: Array[float, n, n],  #: output, named height_map surface_height
    load: Array[float, n, n, n],  #: output, named pressure cell_load
    column_total: Array[float, n, n],  #: output, named column_mass total_weight
    rhs_out: Array[float, n, n, n],  #: output, named rhs divergence
    seen_out: Array[int, launched, launched, launched],  #: output, named num_seen_out hit_count_out
    label_out: Array[int, launched, launched, launched],  #: output, named cell_label_out cell_type_out occupancy_out
    brick_count: Array[int, launched, launched, launched],  #: output, named brick_seen window_count
    brick_label: Array[int, launched, launched, launched],  #: output, named brick_label window_label
    padded_label: Array[int, launched, launched, launched],  #: output
    clearance_out: Array[int, n, n],  #: output, named clearance free_cells_above
    top_cell: Array[int, n, n],  #: output, named top_cell surface_k
    light: Array[int, n, n, n],  #: output, named light sky_light
    fill_level: Array[int, n, n],  #: output, named fill_level sand_level
    run_count: Array[int, n, n],  #: output, named run_count num_runs
    cell_count: Array[int, n, n],  #: output, named num_occupied column_cells
    component_out: Array[int, n, n, n],  #: output, named component_out component_id_out
    alive_out: Array[int, n, n, n],  #: output, named alive_out cells_out
    frontier: Array[int, n, n, n],  #: output, named frontier is_frontier
    last_frame: Array[int, n, n, n],  #: output, named last_seen last_frame
    face_mask: Array[int, n, n, n],  #: output, named face_mask visible_faces
    face_start: Array[int, n, n, n],  #: output, named face_start first_face
    known_out: Array[int, n, n, n],  #: output, named is_valid_out known_out
    values_io: Array[float, n, n, n],  #: -1..2, inout, named values field density
    seen_io: Array[int, n, n, n],  #: 0..6, inout, named num_seen weight
    label_io: Array[int, n, n, n],  #: 0..4, inout, named cell_type cell_label
    dist: Array[int, n, n, n],  #: 0..2 * n, inout, named distance dist
    log_odds: Array[float, n, n, n],  #: -2..2, inout, named log_odds occupancy
    age: Array[int, n, n, n],  #: 0..5, inout, named age cell_age
    pressure: Array[float, n, n, n],  #: -1..2, inout, named pressure p
    num_missing: Array[int, 1],  #: 0..2, inout, named num_missing num_dropped
    num_outside: Array[int, 1],  #: 0..2, inout, named num_outside num_clipped
    num_changed: Array[int, 1],  #: 0..2, inout, named num_changed changed
    num_columns: Array[int, 1],  #: 0..2, inout, named num_columns column_total
    num_frontier: Array[int, 1],  #: 0..2, inout, named num_frontier frontier_count
    num_faces: Array[int, 1],  #: 0..2, inout, named num_faces face_count
    largest: Array[float, 1],  #: 0..0.5, inout, named max_divergence residual
    frontier_cells: Array[wp.vec3i, 8],  #: -1..0, inout, named frontier_cells frontier_list
    column_ij: Array[int, 2 * n],  #: -1..0, inout, named active_columns column_ids
): ...


def cells(
    periodic: Array[int, 3],  #: 0..1, named periodic wrap_axis
    flipped: Array[int, 3],  #: 0..1, named flip_axis flipped
    axis_order: Array[int, 3],  #: 0..2, named axis_order permutation
): ...


def limits(
    mode: int,  #: 0..2, named mode blend_mode op
    boundary: int,  #: 0..2, named boundary boundary_mode
    max_seen: int,  #: 4..9, named max_seen max_weight
    max_light: int,  #: 6..15, named max_light sky_level
    absorption: int,  #: 1..3, named absorption light_loss
    far: int,  #: n..2 * n, named max_distance far
    min_unknown: int,  #: 1..4
    min_seen: int,  #: 1..3, named min_seen min_count
    max_age: int,  #: 5..20, named max_age memory
    frame: int,  #: 10..40, named frame step
    survive_min: int,  #: 4..8, named survive_min min_neighbors
    survive_max: int,  #: 9..13, named survive_max max_neighbors
    death_limit: int,  #: 5..9
    birth_limit: int,  #: 10..13
    born_at: int,  #: 5..9, named born_at birth_count
    closed_border: int,  #: 0..1
    color: int,  #: 0..1, named color parity
    rest_count: int,  #: 2..5, named rest_count particles_per_cell
    wall_velocity: wp.vec3,  #: -0.5..0.5, named wall_velocity solid_velocity
): ...


def numbers(
    halo: int,  #: is 1
    unknown: float,  #: -1..1, usually 0.0 -1.0, named unknown_value fill_value background
    outside_value: float,  #: -1..1, usually 0.0, named outside_value boundary_value
    ground_z: float,  #: -1..1, usually 0.0, named ground_z grid_z
    cell_height: float,  #: 0.1..0.5, usually 0.1 0.5, named cell_size voxel_size
    hit_gain: float,  #: 0.3..1, usually 0.5, named hit_log_odds hit_gain
    miss_loss: float,  #: 0.1..0.5, usually 0.5, named miss_log_odds miss_loss
    max_odds: float,  #: 2..5, usually 2.0, named max_log_odds log_odds_limit
    omega: float,  #: 0.8..1.8, usually 1.0 1.5, named omega relaxation
    drift_gain: float,  #: 0.1..1, usually 0.5 1.0, named drift_gain density_correction
    inv_dx: float,  #: 1..4, usually 2.0 10.0, named inv_dx inv_cell_size
    dt: float,  #: 0.05..0.2, usually 0.1, named dt time_step
    scale: float,  #: 0.2..1, usually 0.5, named pressure_scale scale
    alpha: float,  #: 0.05..0.15, usually 0.1, named alpha diffusion_number
    density: float,  #: 0.5..2, usually 1.0, named density rho
    forget: float,  #: 0.5..0.9, usually 0.5 0.9, named decay retention
    value_scale: float,  #: 0.5..2, usually 0.5, named value_scale gain
    courant: float,  #: 0.1..0.5, usually 0.5 0.1, named courant dt_over_dx
): ...


def cell_values(
    values: Array[float, n, n, n],  #: -1..2, named values field density temperature
    values_rate: Array[float, n, n, n],  #: -1..1, named source emission
    rhs: Array[float, n, n, n],  #: -1..1, named rhs divergence
    pressure_in: Array[float, n, n, n],  #: -1..2, named pressure p
    brick_in: Array[float, launched, launched, launched],  #: -1..2, named brick window_values update
    label: Array[int, n, n, n],  #: 0..4, named cell_label cell_type occupancy
    seen: Array[int, n, n, n],  #: 0..6, named num_seen hit_count
    component: Array[int, n, n, n],  #: -9..n * n * n, named component component_id
    alive: Array[int, n, n, n],  #: 0..1, named alive cells
    num_hits: Array[int, n, n, n],  #: 0..2, named num_hits hit_count
    num_passes: Array[int, n, n, n],  #: 0..3, named num_passes miss_count
    num_particles: Array[int, n, n, n],  #: 0..8, named cell_count num_particles
    held: Array[int, n, n, n],  #: 0..1, named is_fixed dirichlet_mask
    known_in: Array[int, n, n, n],  #: 0..1, named is_valid known
    cell_active: Array[int, n, n, n],  #: 0..1, named cell_active active
    last_seen: Array[int, n, n, n],  #: 0..40, named last_seen last_update
    brick_seen: Array[int, launched, launched, launched],  #: 0..3, named brick_seen window_count
    column_active: Array[int, n, n],  #: 0..1, named column_active column_mask
): ...
