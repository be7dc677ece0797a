"""Arguments of the kernels of ``recipes/applications/box_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def boxes(
    x: Array[wp.vec3, count],  #: -1.4..1.26, named positions centers
    aabb_lower: Array[wp.vec3, count],  #: -1.5..0.4, named aabb_lower shape_aabb_lower
    aabb_upper: Array[wp.vec3, count],  #: 0.5..1.5, named aabb_upper shape_aabb_upper
    ray_start: Array[wp.vec3, count],  #: -1.6..1.4, named ray_start ray_origin
    ray_dir: Array[wp.vec3, count],  #: -1..0.9, named ray_dir ray_direction
    ray_end: Array[wp.vec3, count],  #: -0.9..0.8, named ray_end ray_target
    radius: Array[float, count],  #: 0.2..0.6, named radius radii
    item_pos: Array[wp.vec3, boxes],  #: -1.4..1.3, named item_pos sphere_pos
    item_mass: Array[float, boxes],  #: 0.2..1.5, named item_mass source_mass
    item_radius: Array[float, boxes],  #: 0.2..0.7, named item_radius sphere_radius
    absorption: Array[float, boxes],  #: 0.05..0.5, named absorption optical_depth
    opacity: Array[float, boxes],  #: 0.05..0.6, named opacity alpha
    body_world: Array[int, boxes],  #: -1..2, named item_world shape_world
    world_of: Array[int, count],  #: -1..2, named world_id query_world
    bits: Array[int, boxes],  #: 0..7, named shape_mask category_bits
    mask: Array[int, count],  #: 0..7, named query_mask filter_mask
    body: Array[int, boxes],  #: 0..3, named item_body shape_body
    mine: Array[int, count],  #: 0..3, named body query_body
    weight: Array[float, count],  #: 0.2..1.5, named particle_mass mass
    item_flags: Array[int, boxes],  #: 0..3, named item_flags shape_flags
    capacity: int,  #: 1..5, named max_pairs capacity
    margin: float,  #: 0.05..0.3, usually 0.1, named margin contact_margin
    cutoff: float,  #: 0.2..0.8, usually 0.5, named cutoff min_transmittance
    max_distance: float,  #: 1..3, usually 2.0, named max_distance max_dist
): ...


def box_outputs(
    pair_count: Array[int, count],  #: output, named pair_count num_overlaps
    partner: Array[int, count],  #: output, named partner partner_id
    colliding: Array[int, count],  #: output, named in_collision is_colliding
    hit_id: Array[int, count],  #: output, named hit_id hit_item
    density_out: Array[float, count],  #: output, named density density_out
    depth_out: Array[float, count],  #: output, named penetration contact_depth
    distance: Array[float, count],  #: output, named distance hit_distance
    transmittance: Array[float, count],  #: output
    hit_normal: Array[wp.vec3, count],  #: output
    normal_out: Array[wp.vec3, count],  #: output, named contact_normal
    pairs: Array[int, count, boxes],  #: 0..3, inout, named pair_matrix overlaps
    visible: Array[int, count, boxes],  #: 0..3, inout, named visible hit_matrix
    overlap_depth: Array[float, count, boxes],  #: 0..1, inout
    degree: Array[int, boxes],  #: 0..3, inout
    total: Array[int, 1],  #: 0..3, inout
    most_out: Array[int, 1],  #: 0..3, inout, named max_pairs_per_item
    num_dropped: Array[int, 1],  #: 0..3, inout
): ...
