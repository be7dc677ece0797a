"""Arguments of the kernels of ``recipes/applications/shape_frames.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def contacts(
    contact_count: Array[int, 1],  #: contacts // 4..contacts, named contact_count num_contacts
    contact_shape0: Array[int, contacts],  #: -1..count - 1, named contact_shape0 rigid_contact_shape0 shape0
    contact_shape1: Array[int, contacts],  #: -1..count - 1, named contact_shape1 rigid_contact_shape1 shape1
    contact_pair: Array[wp.vec2i, contacts],  #: 0..count - 1, named contact_pair shape_pairs candidate_pair
    contact_dim: Array[int, contacts],  #: 1..3, named contact_dim condim
    contact_point0: Array[wp.vec3, contacts],  #: -1..1, named contact_point0 rigid_contact_point0 point0
    contact_point1: Array[wp.vec3, contacts],  #: -1..1, named contact_point1 rigid_contact_point1 point1
    contact_normal: Array[wp.vec3, contacts],  #: -1..1, named contact_normal rigid_contact_normal normals
    contact_force: Array[wp.vec3, contacts],  #: -1..1, named contact_force contact_f
    friction_force: Array[wp.vec3, contacts],  #: -1..1, named friction_force contact_friction_f
    contact_margin: Array[float, contacts],  #: 0..0.5, named contact_offset contact_thickness
    normal_force: Array[float, contacts],  #: -0.5..2, named normal_force contact_fn
    shape_mu: Array[float, count],  #: 0.2..1, named shape_mu shape_material_mu friction
    contact_max: int,  #: contacts // 2..contacts, named contact_max max_contacts capacity
    slot_max: int,  #: contacts // 8..contacts // 2, named nconmax max_out naconmax
    max_rows: int,  #: 3..8, named max_rows njmax max_constraints
    restitution: float,  #: 0.2..0.8, usually 0.5 0.3, named restitution bounce
    bounce_threshold: float,  #: 0.2..0.6, usually 0.5 0.2, named bounce_threshold restitution_threshold
): ...


def contact_outputs(
    contact_dist: Array[float, contacts],  #: output, named contact_dist contact_separation
    contact_pos: Array[wp.vec3, contacts],  #: output, named contact_pos contact_position
    tangent_v: Array[wp.vec3, contacts],  #: output, named tangent_vel slip_vel
    normal_v: Array[float, contacts],  #: output, named normal_vel contact_vn
    target_v: Array[float, contacts],  #: output, named target_vel bounce_vel
    slip: Array[float, contacts],  #: output, named slip_speed tangent_speed
    tangent_speed: Array[wp.vec2, contacts],  #: output, named tangent_vel slip_vel
    dist_out: Array[float, contacts],  #: output, named contact_dist_out dist_out
    shape_dim: Array[int, count],  #: 1..6, named shape_condim shape_contact_dim
    shape_solref: Array[wp.vec2, count],  #: 0.02..1
    margin_out: Array[float, contacts],  #: output, named contact_includemargin includemargin_out
    dim_out: Array[int, contacts],  #: output, named contact_dim_out condim_out
    solref_out: Array[wp.vec2, contacts],  #: output, named contact_solref_out solref_out
    friction_out: Array[float, contacts],  #: output, named contact_friction_out friction_out
    shape_geom: Array[int, count],  #: 0..40, named shape_to_geom shape_geom
    pair_out: Array[wp.vec2i, contacts],  #: output, named contact_geom_out contact_geom
    ordered: Array[wp.vec2i, contacts],  #: output, named sorted_pair ordered_pair
    frame_out: Array[wp.mat33, contacts],  #: output, named contact_frame_out contact_frame
    body_f: Array[wp.spatial_vector, bodies],  #: -1..1, inout, named body_f body_forces
    contact_row: Array[int, contacts],  #: output, named contact_row contact_efc_address
    pair_kind: Array[int, contacts],  #: output, named pair_kind collider_id
    ncon: Array[int, 1],  #: 0..1, inout, named ncon ncon_out
    world_rows: Array[int, 8],  #: 0..2, inout, named world_row_count nefc
    num_rejected: Array[int, 8],  #: 0..2, inout, named num_rejected world_overflow
    row_contact: Array[int, 8, 12],  #: -1..0, inout, named row_contact efc_contact_id
): ...


def sites(
    site_body: Array[int, count],  #: -1..bodies - 1, named site_body site_to_body
    site_transform: Array[wp.transform, count],  #: -1..1, named site_transform site_xform
    hidden_pos: wp.vec3,  #: 50..90, named hidden_pos hidden_position
    ray_start: wp.vec3,  #: -2..2, named ray_origin
    ray_dir: wp.vec3,  #: -1..1
    max_dist: float,  #: 0.3..2.5, usually 1.0, named max_dist ray_length
    world: int,  #: 0..3, named world world_id
    pose_out: Array[wp.transform, count],  #: output
    rotation_out: Array[wp.mat33, count],  #: output, named shape_rot xmat_out
    center_out: Array[wp.vec3, count],  #: output, named shape_pos center_out
    aabb_lower: Array[wp.vec3, count],  #: output, named aabb_lower lower_bounds
    aabb_upper: Array[wp.vec3, count],  #: output, named aabb_upper upper_bounds
    hit_pos: Array[wp.vec3, count],  #: output, named hit_pos ray_hit
    site_v: Array[wp.vec3, count],  #: output, named site_velocity sensor_vel
    ray_t: Array[float, count],  #: output, named ray_dist hit_t
    nearest: Array[float, 1],  #: 2..5, inout, named min_dist nearest
    flags_out: Array[int, count],  #: output, named shape_flags_out flags_new
    body_mass: Array[float, bodies],  #: 0..1, inout, named body_mass mass_out
    body_inertia: Array[wp.mat33, bodies],  #: 0..1, inout, named body_inertia inertia_out
    body_com: Array[wp.vec3, bodies],  #: -1..1, inout, named mass_moment weighted_com com_sum
    plane_extent: float,  #: 50..100, usually 1000.0 1.0e4, named plane_extent max_extent
): ...
