"""Arguments of the kernels of ``recipes/applications/neighbor_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def particles(
    x: Array[wp.vec3, count],  #: -spread..0.8, named particle_q positions particle_x
    v: Array[wp.vec3, count],  #: -1..0.8, named particle_qd velocities particle_v
    group: Array[int, count],  #: 0..2, named particle_group group
    flags: Array[int, count],  #: 0..3, named particle_flags flags
    mass: Array[float, count],  #: 0.5..2, named particle_mass mass
    size: Array[float, count],  #: 0.1..0.35, named particle_radius radius
    rho_in: Array[float, count],  #: 0.8..2, named density rho
    p_in: Array[float, count],  #: 0..2, named pressure
    h: float,  #: 0.35..0.75, usually 0.5 0.6, named query_radius search_radius
    ke: float,  #: 0.5..3, usually 2.0, named ke k_contact
    kd: float,  #: 0.1..0.8, usually 0.5, named kd k_damp
    kf: float,  #: 0.1..0.8, usually 0.5, named kf k_friction
    mu: float,  #: 0.2..0.8, usually 0.5, named mu k_mu
    cohesion: float,  #: 1..4, usually 0.5, named cohesion k_cohesion
    cohesion_range: float,  #: 0.05..0.2, usually 0.1
    blend: float,  #: 0.1..0.8, usually 0.5, named blend xsph_coefficient
    rest_density: float,  #: 3..9, usually 6.0, named rest_density rho0
    rest_sum: float,  #: 0.8..2, usually 1.5, named rest_density rho0
    stiffness: float,  #: 0.5..3, usually 2.0, named stiffness gas_constant
    relaxation: float,  #: 0.2..1, usually 0.5, named relaxation cfm_epsilon
    viscosity: float,  #: 0.02..0.2, usually 0.1
    separation: float,  #: 0.5..2, usually 1.5, named separation_weight
    alignment: float,  #: 0.2..1, usually 0.5, named alignment_weight
    surface_shift: float,  #: 0.1..0.4, usually 0.2, named surface_threshold
    gravity: wp.vec3,  #: -2..2
    max_neighbors: int,  #: 1..4
    min_neighbors: int,  #: 2..4
): ...


def outputs(
    density: Array[float, count],  #: output, named density rho
    pressure: Array[float, count],  #: output
    lam: Array[float, count],  #: output, named particle_lambda lambdas
    distance: Array[float, count],  #: output, named nearest_dist distance
    f: Array[wp.vec3, count],  #: -0.5..0.5, inout, named particle_f forces
    v_out: Array[wp.vec3, count],  #: output, named smoothed_velocity particle_qd_out
    accel_out: Array[wp.vec3, count],  #: output, named particle_accel acceleration
    direction: Array[wp.vec3, count],  #: output, named nearest_dir direction
    number: Array[int, count],  #: output, named neighbor_count num_neighbors
    nearest_out: Array[int, count],  #: output, named nearest_id closest_id
    degree: Array[int, count],  #: 0..3, inout, named contact_count contacts_per_particle
    total: Array[int, 1],  #: 0..3, inout
    most_out: Array[int, 1],  #: 0..3, inout, named max_count
    num_overflow: Array[int, 1],  #: 0..3, inout
    deepest: Array[float, 1],  #: 0..0.05, inout, named max_penetration
    closest: Array[float, 1],  #: 0.4..0.8, inout, named min_clearance
): ...
