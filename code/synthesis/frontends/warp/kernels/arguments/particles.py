"""Arguments of the kernels of ``recipes/applications/particles.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def neighbors(
    offsets: Array[int, count + 1],  #: 0..total - 1
    counts: Array[int, count],  #: 0..widest, named neighbor_count num_neighbors
    starts: Array[int, count],  #: 0..total - widest, named neighbor_start list_start first_neighbor
    list: Array[int, total],  #: 0..count - 1, named neighbors neighbor_ids neighbor_list
    x: Array[wp.vec3, count],  #: -1..1, named positions particle_q points pos
    v: Array[wp.vec3, count],  #: -1..1, named velocities particle_qd point_vel vel
    mass: Array[float, count],  #: 0.5..2, named mass particle_mass masses
    pressure: Array[float, count],  #: 0..2, named pressure particle_pressure
    phase: Array[int, count],  #: 0..2, named phase particle_group material
    active: Array[int, count],  #: 0..1, named particle_active active alive
    cutoff: float,  #: 0.8..1.6, usually 1.0 1.5
    ks: float,  #: 0.5..2, usually 2.0 0.5, named stiffness k_pressure strength
    mu: float,  #: 0.1..1, usually 0.1 0.5, named viscosity damping mu
    rest_density: float,  #: 0.5..1.5, usually 1.0, named rest_density rho0
    blend: float,  #: 0.05..0.5, usually 0.1 0.25, named xsph smoothing blend
    dt: float,  #: 0.05..0.2, usually 0.1, named dt time_step
    gravity: Array[wp.vec3, 1],  #: -10..10
): ...


def outputs(
    density: Array[float, count],  #: output, named density densities rho
    pressure_out: Array[float, count],  #: output, named pressure pressure_out
    constraint: Array[float, count],  #: output, named density_error constraint
    f: Array[wp.vec3, count],  #: output, named forces particle_f force_out
    added: Array[wp.vec3, count],  #: -1..1, inout, named forces particle_f force_out
    degree: Array[int, count],  #: output, named degree num_close coordination
    total_pairs: Array[int, 1],  #: 0..1, inout, named total_pairs pair_count
    nearest: Array[int, count],  #: output, named nearest closest_id nearest_id
    distance_out: Array[float, count],  #: output, named nearest_distance min_distance
    v_out: Array[wp.vec3, count],  #: output, named velocities_out smoothed new_vel
    x_out: Array[wp.vec3, count],  #: output, named positions_out new_pos
): ...
