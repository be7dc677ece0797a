"""Arguments of the kernels of ``recipes/applications/voxels.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def points(
    points: Array[wp.vec3, count],  #: -0.2..4.2, named points particle_q positions
    velocity_in: Array[wp.vec3, count],  #: -1..1, named velocities particle_qd particle_v
    mass: Array[float, count],  #: 0.1..1, named particle_mass mass weights
    point_mask: Array[bool, count],  #: 0..1, named point_mask active valid_mask
    grid: Array[float, side, side, side],  #: -1..1, named grid sdf field
    offsets: Array[int, count],  #: starts 5 0, named cell_start cell_offsets
    cell_length: Array[int, count],  #: 0..5, named points_per_cell cell_num_points
    order: Array[int, 5 * count],  #: 0..count - 1, named sorted_points order particle_ids
    inv_width: float,  #: 0.8..1.2, named inv_voxel_size inv_dx inv_cell_size
    voxel: float,  #: 0.8..1.2, named voxel_size cell_size
    fill: float,  #: 0.5..2, usually 1.0 2.0, named outside_value background fill_value
    cell_ijk: Array[wp.vec3i, count],  #: output, named cell_ijk ijk node_ijk
    cell_of: Array[int, count],  #: output, named cell_ids point_cell
    octant: Array[int, count],  #: output, named octants child_index
    cell_first: Array[int, count],  #: output, named first_point cell_owner
    cell_pick: Array[int, count],  #: output, named representative cell_point
    local_out: Array[wp.vec3, count],  #: output, named local_pos cell_coords
    gradient_out: Array[wp.vec3, count],  #: output, named gradient grad_out
    cell_velocity: Array[wp.vec3, count],  #: output, named cell_velocity mean_velocity
    cell_mass: Array[float, count],  #: output, named cell_mass cell_weight
    num_outside: Array[int, 1],  #: 0..1, inout, named num_outside num_lost
    cell_count: Array[int, side, side, side],  #: 0..1, inout, named cell_count grid_counts
    grid_mass: Array[float, side, side, side],  #: 0..1, inout, named grid_mass grid_m
    grid_v: Array[wp.vec3, side, side, side],  #: -1..1, inout, named grid_v grid_momentum
    sampled: Array[float, count],  #: output, named sampled values_out
    cell_center: Array[wp.vec3, count],  #: output, named cell_center centroids
): ...


def cameras(
    camera_pose: Array[wp.transform, cams],  #: -1..1, named camera_transforms camera_pose
    radius: int,  #: 1..2, named radius filter_radius half_width
    intrinsics: Array[wp.mat33, cams],  #: 2..6, named intrinsics camera_k
    fov: Array[float, cams],  #: 0.8..2, named camera_fov fov
    distortion: Array[wp.vec2, cams],  #: 0.05..0.3, named distortion lens_distortion
    palette: Array[wp.vec3, 21],  #: 0..1, named palette class_color
    depth: Array[float, cams, height, width],  #: -0.5..2, named depth depth_image
    image: Array[wp.vec3, cams, height, width],  #: 0..1, named image color_image
    normal_in: Array[wp.vec3, cams, height, width],  #: -1..1, named normal_image normals
    shape_hit: Array[int, cams, height, width],  #: -1..shapes - 1, named shape_index hit_shape shape_ids
    shape_label: Array[int, shapes],  #: 0..20, named shape_label semantic_id
    shape_body: Array[int, shapes],  #: -1..7
    body_label: Array[int, 8],  #: 0..20, named body_label body_class
    shape_color: Array[wp.vec3, shapes],  #: 0..1, named shape_colors shape_color
    light_dir: wp.vec3,  #: -1..1, named light_dir light_direction
    background: wp.vec3,  #: 0..1, named background clear_color
    focal: float,  #: 2..6, usually 4.0, named focal_length focal
    ambient: float,  #: 0.1..0.4, usually 0.2, named ambient ambient_light
    depth_jump: float,  #: 0.3..0.9, usually 0.5, named depth_threshold max_jump
    blend: float,  #: 0.3..0.8, usually 0.5, named strength blend
    fov_scale: float,  #: 0.5..2, usually 0.5 1.0, named fov_scale half_fov_tan tan_half_fov
    near: float,  #: 0.05..0.2, usually 0.1, named near near_plane
    ortho_size: float,  #: 0.5..2, usually 1.0, named ortho_size half_height
    fog_start: float,  #: 0.2..0.6, usually 0.5, named fog_start fog_near
    scan_height: float,  #: 0.2..0.6, usually 0.3, named scan_slope vertical_slope
    row_slope: Array[float, height],  #: -0.5..0.5, named beam_slopes row_slope
    taps: Array[float, 3],  #: 0.2..1, named filter_weights kernel_weights
    sigma_color: float,  #: 0.3..1, usually 0.5, named sigma_color sigma_range
    mean_color: wp.vec3,  #: 0.3..0.6, named mean channel_mean
    std_color: wp.vec3,  #: 0.5..1, named std channel_std
    ground_color: wp.vec3,  #: 0..1
    max_depth: float,  #: 1..1.8, usually 1.5 1.0, named max_depth far
): ...


def images(
    width: int,  #: is width
    height: int,  #: is height
    tiles: int,  #: is 2
    ray_dir: Array[wp.vec3, cams, height, width],  #: output, named ray_dirs out_rays
    ray_origin: Array[wp.vec3, cams, height, width],  #: output, named ray_origins
    point_out: Array[wp.vec3, cams, height, width],  #: output, named points_out points
    normal_out: Array[wp.vec3, cams, height, width],  #: output, named normals_out normal_image
    color_out: Array[wp.vec3, cams, height, width],  #: output, named color_out out_pixels
    label_out: Array[int, cams, height, width],  #: output, named label_out segmentation
    flat_depth: Array[float, total],  #: output, named depth_out flat_depth
    flat_color: Array[float, 3 * total],  #: output, named color_out flat_color
    flat_label: Array[int, total],  #: output, named label_out flat_ids
    atlas: Array[float, cams // 2 * height, 2 * width],  #: output, named atlas tiled_image
    valid: Array[int, cams, height, width],  #: output, named valid valid_mask
    num_points: Array[int, 1],  #: 0..2, inout, named num_points point_count
    cloud: Array[wp.vec3, total // 2],  #: -1..1, inout, named point_cloud points
    cloud_color: Array[wp.vec3, total // 2],  #: -1..1, inout, named point_colors cloud_color
    cloud_label: Array[int, total // 2],  #: -1..0, inout, named point_labels cloud_label
    pixel_count: Array[int, shapes],  #: 0..2, inout, named shape_pixels pixel_count
    flat_normal: Array[float, 3 * total],  #: output, named normal_out flat_normal
    color_atlas: Array[wp.vec3, cams // 2 * height, 2 * width],  #: output, named atlas tiled_image
): ...


def cells(
    field: Array[float, nx, ny, nz],  #: -1..2, named sdf density phi
    fine: Array[float, 2 * nx, 2 * ny, 2 * nz],  #: -1..2, named fine field_fine level_in
    fine_type: Array[int, 2 * nx, 2 * ny, 2 * nz],  #: 0..2, named fine_type fine_labels
    momentum: Array[wp.vec3, nx, ny, nz],  #: -1..1, named momentum grid_mv
    cell_type: Array[int, nx, ny, nz],  #: 0..2, named cell_type labels grid_flags
    phi: Array[float, nx, ny, nz],  #: -1..2, named phi liquid_phi liquid_sdf
    num_inside: Array[int, nx, ny, nz],  #: -2..2, named particle_count cell_particles
    cell_active: Array[bool, nx, ny, nz],  #: 0..1, named cell_active active occupied
    gravity: Array[wp.vec3, 1],  #: -10..10
    lower: wp.vec3,  #: -1..1, named lower grid_lower origin
    origin_ijk: wp.vec3i,  #: -4..4, named origin_ijk cell_offset
    steep: float,  #: 0.3..1, usually 0.5, named gradient_limit refine_threshold
    keep: float,  #: 0.2..0.9, usually 0.5, named slip tangential_scale
    min_mass: float,  #: 0.2..0.5, usually 0.25, named min_mass mass_threshold
    inv_width: float,  #: 0.5..2, usually 2.0 0.5, named inv_dx inv_cell_size
    width: float,  #: 0.1..1, usually 0.5 0.1, named voxel_size cell_size dx
    limit: float,  #: 0.3..0.8, usually 0.5, named threshold refine_above
    dt: float,  #: 0.05..0.2, usually 0.1, named dt time_step
    nx: int,  #: is nx
    ny: int,  #: is ny
    nz: int,  #: is nz
    gradient: Array[wp.vec3, nx, ny, nz],  #: output, named gradient grad_out
    velocity: Array[wp.vec3, nx, ny, nz],  #: -1..1, inout, named grid_v velocity_out velocity
    coarse: Array[float, nx, ny, nz],  #: -1..1, inout, named coarse level_out
    active_out: Array[int, nx, ny, nz],  #: output, named refine_flag is_steep
    cell_out: Array[int, nx, ny, nz],  #: output, named cell_out labels_out
    cell_ids: Array[int, total],  #: output, named flat_type cell_labels
    cell_ijk: Array[wp.vec3i, total],  #: output, named cell_ijk ijk_out coords
    node_pos: Array[wp.vec3, total],  #: output, named node_pos cell_center
    packed: Array[float, total],  #: output, named packed values_out
    corner: Array[int, total, 8],  #: output, named cell_nodes hex_indices
    steepest: Array[float, 1],  #: 0..0.5, inout, named max_gradient steepest
    fastest: Array[float, 1],  #: 0..0.2, inout, named max_speed_out fastest
): ...
