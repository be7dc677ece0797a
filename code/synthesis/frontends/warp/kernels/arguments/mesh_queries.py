"""Arguments of the kernels of ``recipes/applications/mesh_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def points(
    x: Array[wp.vec3, count],  #: -1.25..1.15, named particle_q positions
    v: Array[wp.vec3, count],  #: -1..0.8, named particle_qd velocities
    x_prev: Array[wp.vec3, count],  #: -1.25..1.15, named x_prev particle_q_prev
    radius: Array[float, count],  #: 0.02..0.2, named particle_radius radius radii
    inv_mass: Array[float, count],  #: 0.2..1, named particle_inv_mass inv_mass
    flags: Array[int, count],  #: 0..3, named particle_flags flags
    body_q: Array[wp.transform, 3],  #: -0.4..0.4
    mesh_body: int,  #: 0..2, named mesh_body body_index
    material_id: int,  #: 1..5, named material_id label
    grid_origin: wp.vec3,  #: -1.2..-1, named grid_origin grid_lower
    cell_size: float,  #: 0.4..0.6, usually 0.5, named cell_size voxel_size
    reach: float,  #: 0.3..0.7, usually 0.5 0.4, named max_dist query_dist max_distance
    band: float,  #: 0.25..0.7, usually 0.5, named band narrow_band
    margin: float,  #: 0.1..0.3, usually 0.2, named margin contact_margin shell
    thickness: float,  #: 0.05..0.2, usually 0.1
    offset: float,  #: 0.02..0.1, usually 0.05, named offset skin
    strength: float,  #: 0.2..0.8, usually 0.5, named strength blend
    ke: float,  #: 0.5..3, usually 2.0, named ke contact_ke
    kd: float,  #: 0.1..0.8, usually 0.5, named kd contact_kd
    kf: float,  #: 0.1..0.8, usually 0.5, named kf contact_kf
    mu: float,  #: 0.2..0.8, usually 0.5, named mu friction
    rest: float,  #: 0.2..0.9, usually 0.5, named restitution
    dt: float,  #: 0.05..0.2, usually 0.1
    max_push: float,  #: 0.1..0.3, usually 0.2, named max_push max_correction
    relaxation: float,  #: 0.3..0.9, usually 0.5
    nx: int,  #: is 4
    ny: int,  #: is 4
): ...


def contacts(
    max_contacts: int,  #: is room
    dist: Array[float, count],  #: output, named distance mesh_dist
    phi: Array[float, count],  #: output, named phi sdf signed_distance
    depth: Array[float, count],  #: output, named penetration depth
    phi_io: Array[float, count],  #: -0.3..0.6, inout, named phi sdf
    closest: Array[wp.vec3, count],  #: output, named closest_point contact_point
    normal: Array[wp.vec3, count],  #: output, named contact_normal surface_normal
    out: Array[wp.vec3, count],  #: output, named projected x_out
    gradient: Array[wp.vec3, count],  #: output, named gradient sdf_grad
    correction: Array[wp.vec3, count],  #: output, named correction offset_out
    x_io: Array[wp.vec3, count],  #: -1.25..1.15, inout, named particle_q positions x
    v_io: Array[wp.vec3, count],  #: -1..0.8, inout, named particle_qd velocities v
    f: Array[wp.vec3, count],  #: -0.5..0.5, inout, named particle_f forces
    delta: Array[wp.vec3, count],  #: -0.2..0.2, inout, named particle_deltas deltas
    in_contact: Array[int, count],  #: output, named in_contact contact_flag
    state: Array[int, count],  #: output, named state label
    state_io: Array[int, count],  #: 0..1, inout, named cell_material labels
    flags_io: Array[int, count],  #: 0..3, inout, named particle_flags flags
    num_corrections: Array[int, count],  #: 0..3, inout, named delta_count num_corrections
    count: Array[int, 1],  #: 0..3, inout
    num_outliers: Array[int, 1],  #: 0..3, inout
): ...


def sums(
    error_sum: Array[float, 1],  #: 0..0.2, inout
    error_max: Array[float, 1],  #: 0..0.2, inout, named max_error
    volume: Array[float, 1],  #: 0..0.2, inout
    moment: Array[wp.vec3, 1],  #: 0..1, inout, named center_sum moment
    contact_particle: Array[int, room],  #: -1..3, inout
    contact_point: Array[wp.vec3, room],  #: -1..1, inout
    contact_normal: Array[wp.vec3, room],  #: -1..1, inout
    contact_velocity: Array[wp.vec3, room],  #: -1..1, inout
    contact_dist: Array[float, room],  #: 0..1, inout
): ...
