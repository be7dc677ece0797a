"""Arguments of the kernels of ``recipes/applications/contacts.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def pairs(
    mask: Array[int, threads],  #: output, named pair_valid pair_mask keep accepted
    count: Array[int, 1],  #: 0..3, inout, named pair_count num_pairs candidate_count
    lost: Array[int, 1],  #: 0..3, inout, named num_dropped overflow
    degree: Array[int, shapes],  #: 0..3, inout, named shape_pair_count pairs_per_shape
    kind: Array[int, threads],  #: output, named pair_type collision_kind narrowphase
    kind_count: Array[int, 16],  #: 0..3, inout, named kind_count pairs_of_kind
    kind_table: Array[int, 9],  #: 0..7, named pair_kind_table collider_table
    type: Array[int, shapes],  #: 0..2, named shape_type geom_type shape_types
    kept: Array[wp.vec2i, room],  #: -1..0, inout, named filtered_pairs pairs_out broad_phase_pairs
    kept_ids: Array[int, room],  #: -1..0, inout, named filtered_ids pair_ids_out
    kept_kind: Array[int, room],  #: -1..0, inout, named filtered_kind pair_kind_out
    max_pairs: int,  #: 2..5, named max_pairs pair_capacity
    sorted_ids: Array[int, shapes],  #: distinct 1, named sorted_ids sort_index
    num_shapes: int,  #: is shapes
    cell_of: Array[int, shapes],  #: 0..cells - 1, named cell_ids cell_of
    cell_start: Array[int, cells + 1],  #: starts (shapes // cells) (shapes // cells), named cell_start cell_offsets
    cell_items: Array[int, 2 * shapes],  #: 0..shapes - 1, named cell_shapes cell_items
    friction: Array[float, shapes],  #: 0.1..1, named shape_mu geom_friction friction
    restitution: Array[float, shapes],  #: 0..0.9, named restitution shape_restitution
    margin: Array[float, shapes],  #: 0..0.1, named margin geom_margin
    stiffness: Array[float, shapes],  #: 0.5..5, named shape_ke contact_stiffness
    solmix: Array[float, shapes],  #: 0.1..2, named solmix mix_factor
    priority: Array[int, shapes],  #: 0..2, named priority geom_priority
    mu: Array[float, threads],  #: output, named pair_mu pair_friction
    bounce_of: Array[float, threads],  #: output, named pair_restitution
    gap_of: Array[float, threads],  #: output, named pair_margin
    ke_of: Array[float, threads],  #: output, named pair_ke pair_stiffness
): ...


def shapes(
    group: Array[int, shapes],  #: -1..2, named shape_group collision_group shape_collision_group
    flags: Array[int, shapes],  #: 2..7, named shape_flags geom_flags flags
    body: Array[int, shapes],  #: -1..shapes // 2, named shape_body body_ids
    body_parent: Array[int, shapes // 2 + 1],  #: -1..shapes // 2, named body_parent body_parentid
    contype: Array[int, shapes],  #: 0..7, named contype geom_contype category_bits
    affinity: Array[int, shapes],  #: 0..7, named conaffinity geom_conaffinity mask_bits
    world: Array[int, shapes],  #: -1..2, named shape_world env_id shape_env
    lower: Array[wp.vec3, shapes],  #: -1..0.5, named aabb_lower shape_lower lower_bounds
    upper: Array[wp.vec3, shapes],  #: -0.1..1, named aabb_upper shape_upper upper_bounds
    center: Array[wp.vec3, shapes],  #: -1..1, named shape_center geom_xpos shape_pos
    reach: Array[float, shapes],  #: 0.2..0.8, named shape_radius geom_rbound collision_radius
    allow_self: bool,  #: 0..1, named allow_self_collision self_collide
): ...
