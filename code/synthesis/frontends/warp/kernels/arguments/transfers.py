"""Arguments of the kernels of ``recipes/applications/transfers.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def items(
    world_of: Array[int, count],  #: 0..worlds - 1, named proxy_world
    body_world: Array[int, count],  #: 0..worlds - 1, named body_world world_of_body
    world_mask: Array[bool, worlds],  #: 0..1, named world_mask reset_mask world_active
    enabled: Array[bool, count],  #: 0..1, named enabled mask active
    local_to_global: Array[int, count],  #: -1..count - 1, named local_to_global proxy_ids body_ids index_map
    body_flags: Array[int, count],  #: 0..3, named body_flags flags
    cell_of: Array[int, count],  #: 0..31, named cell_ids cell_of
    newest_mass: Array[float, count],  #: 0.1..2, named body_mass node_mass
    pairs: Array[wp.vec2i, count],  #: 0..40, named shape_pairs pairs
    sorted_keys: Array[int, count],  #: -1..2, named sorted_keys keys labels
    counts: Array[int, count],  #: 0..6, named counts row_count num_per_item nnz
    row_count: Array[int, count],  #: 0..5, named row_length num_rows dim
    head: Array[int, count],  #: 0..11, named head write_index
    ids: Array[int, total],  #: -(total // 4)..total - 1, named ids src_ids indices
    row_start: Array[int, count],  #: starts width 1, named row_start dst_start offsets
    src_start: Array[int, count],  #: starts width 1, named src_start src_offset
    parent_of: Array[int, count // 8 * 8],  #: parents (count // 8) 8, named parent parent_of parent_index
    slot_of: Array[int, count],  #: distinct 2, named slot_of global_to_local permutation dst_index
    src: Array[float, total],  #: -2..2
    defaults: Array[float, total],  #: -2..2, named joint_q_init default_dof_pos
): ...


def states(
    newest: Array[float, count],  #: -2..2
    body_q: Array[wp.transform, count],  #: -1..1, named body_q src_q
    default_q: Array[wp.transform, count],  #: -1..1
    body_qd: Array[wp.spatial_vector, count],  #: -1..1, named body_qd src_qd
    default_qd: Array[wp.spatial_vector, count],  #: -1..1
    world_offset: Array[wp.vec3, worlds],  #: -2..2, named world_offset env_origins world_origin
): ...


def sizes(
    body_pos: Array[wp.vec3, count],  #: -1..1, named body_pos centers positions
    box_lower: Array[wp.vec3, count],  #: -1..0, named aabb_lower lower_bounds
    box_upper: Array[wp.vec3, count],  #: 0..1, named aabb_upper upper_bounds
    origin: wp.vec3,  #: -1..-0.8, named grid_origin scene_lower
    extent: wp.vec3,  #: 1.6..2, named grid_extent scene_extent
    cell_size: float,  #: 0.2..0.5, named cell_size grid_spacing
    alpha: float,  #: 0.2..0.8, named alpha blend
    max_jump: float,  #: 0.5..1.5, usually 1.0, named max_jump teleport_distance
    keep_velocity: bool,  #: 0..1, named keep_velocity keep_kinematic
    randomize: bool,  #: 0..1, named randomize use_noise
    latency: Array[int, count],  #: 0..2, named action_delay latency
    late_part: Array[float, count],  #: 0..1, named delay_fraction
    dropped: Array[bool, count],  #: 0..1, named packet_lost is_dropped
    ascending: Array[int, count],  #: starts 1 0.6, named sorted_keys sorted_cells cell_keys
    offset: int,  #: 1..20, named offset base_id first
    limit_total: int,  #: count..3 * count, named capacity max_total max_rows
    key_stride: int,  #: 64..256, named key_stride num_shapes max_id
    jitter: Array[wp.vec3, count],  #: -1..1, named position_noise random_offset
    turn: Array[float, count],  #: -3..3, named yaw_noise random_yaw
    src_rate: Array[float, total],  #: -2..2, named src_rate src_velocity
    lower: Array[float, total],  #: -2..-1, named joint_limit_lower
    upper: Array[float, total],  #: 1..2, named joint_limit_upper
    amount: float,  #: 0.1..0.5, usually 0.1 0.2, named noise_scale reset_noise
    fill: float,  #: -1..1, usually 0.0 1.0, named fill_value default_value
    total: int,  #: is total
    num_threads: int,  #: is count
    num_items: int,  #: is count
    num_keys: int,  #: is count
    cells_per_world: int,  #: is 32
    block_size: int,  #: is 4
): ...


def outputs(
    dst: Array[float, total],  #: output, named dst values_out
    dst_rate: Array[float, total],  #: output, named dst_rate dst_velocity
    targets: Array[float, total],  #: -1..1, inout, named joint_target_pos
    ids_out: Array[int, total],  #: output, named ids_out dst_ids out_indices
    pose_out: Array[wp.transform, count],  #: output, named dst_q local_q
    scattered: Array[wp.transform, 2 * count],  #: output, named dst_q sorted_q
    velocity_out: Array[wp.spatial_vector, count],  #: output, named dst_qd local_qd
    scattered_v: Array[wp.spatial_vector, 2 * count],  #: output, named dst_qd sorted_qd
    flat_v: Array[float, count, 6],  #: output, named dst_qd local_qd
    flat_q: Array[float, count, 7],  #: output, named dst_q local_q
    qpos_out: Array[float, 2 * count, 7],  #: output, named qpos qpos_out
    qvel_out: Array[float, 2 * count, 6],  #: output, named qvel qvel_out
    sort_keys: Array[wp.uint64, count],  #: output, named sort_keys keys_out keys
    sort_ids: Array[int, count],  #: output, named sort_values sort_ids order
): ...


def ranges(
    num_runs: Array[int, 1],  #: 0..1, inout
    range_start: Array[int, count],  #: output, named cell_start range_start
    range_end: Array[int, count],  #: output, named cell_end range_end
    range_count: Array[int, count],  #: output, named cell_count range_count
    range_first: Array[int, 2 * count],  #: -1..0, inout, named cell_start range_start
    range_last: Array[int, 2 * count],  #: -1..0, inout, named cell_end range_end
    morton_out: Array[wp.uint32, count],  #: output, named morton_codes sort_keys
    run_flag: Array[int, count],  #: output, named run_flag is_first head_flag
    run_length: Array[int, count],  #: output, named run_length segment_size
    longest: Array[int, 1],  #: 0..1, inout, named longest_run max_length
    offsets_out: Array[int, count],  #: output, named offsets_out row_offsets start_out
    num_dropped: Array[int, 1],  #: 0..1, inout, named num_dropped overflow
    total_out: Array[int, 1],  #: output, named total num_total
    root_out: Array[int, count],  #: output, named root tree_root
    tree_size: Array[int, count],  #: 0..1, inout
    tree_mass: Array[float, count],  #: 0..1, inout
    head_out: Array[int, count],  #: output, named head_out next_index
    history: Array[float, count, 4],  #: -1..1, inout
    running: Array[float, count],  #: -1..1, inout, named running_sum window_sum
    filled: Array[int, count],  #: 0..4, inout, named num_filled fill_count
    mean_out: Array[float, count],  #: output
    buffer: Array[float, total],  #: -1..1, inout, named joint_q dof_pos
    buffer_rate: Array[float, total],  #: -1..1, inout, named joint_qd dof_vel
): ...
