"""Arguments of the kernels of ``recipes/applications/ray_casts.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def rays(
    origins: Array[wp.vec3, threads],  #: -2..2, named ray_origins origins ray_start
    dirs: Array[wp.vec3, threads],  #: -1..1, named ray_dirs directions ray_dir
    centers: Array[wp.vec3, count],  #: -2..2, named centers sphere_pos shape_pos
    radii: Array[float, count],  #: 0.4..1.2, named radii sphere_radius shape_radius
    half_extents: Array[wp.vec3, count],  #: 0.2..0.8, named half_extents box_half shape_size
    normals: Array[wp.vec3, count],  #: -1..1, named plane_normals shape_normal
    rotations: Array[wp.quat, count],  #: -1..1, named shape_rot shape_quat
    shape_type: Array[int, count],  #: 0..2, named shape_type shape_kind
    vertices: Array[wp.vec3, 2 * count],  #: -2..2, named vertices points
    tris: Array[wp.vec3i, count],  #: corners 3 (2 * count), named tri_indices triangles
    shape_of: Array[int, count],  #: -1..1, named shape_group sphere_group shape_layer
    ray_of: Array[int, threads],  #: 0..1, named ray_group group_of_ray ray_layer
    visible: Array[int, count],  #: 0..1, named visible shape_visible collidable
    skip: Array[int, threads],  #: -1..count - 1, named exclude ignore_id self_shape
    flags: Array[int, threads],  #: 0..2, named ray_enabled ray_flags ray_mask
    n: int,  #: count // 4..count, named num_shapes num_spheres shape_count
    far: float,  #: 0.5..2.5, usually 2.0 1.5, named max_distance t_max cutoff
    reach: Array[float, threads],  #: 0.5..2.5, named ray_length ray_max_t
    bias: float,  #: 0.01..0.1, usually 0.01 0.001, named ray_bias t_min
    occluded: Array[bool, threads],  #: output, named occluded in_shadow
    hit: Array[int, threads],  #: output, named hit_id hit_shape shape_index
    depth: Array[float, threads],  #: output, named hit_t depth hit_distance
    num_out: Array[int, threads],  #: output, named num_hits hit_count
): ...
