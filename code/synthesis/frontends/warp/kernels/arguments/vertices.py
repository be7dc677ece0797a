"""Arguments of the kernels of ``recipes/applications/vertices.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def forces(
    v_max: float,  #: 8..20, usually 10.0 20.0, named max_velocity v_max speed_limit
    spacing: float,  #: 0.3..0.8, usually 0.5, named rest_length spacing
    rest_limit: float,  #: 3..15, usually 5.0, named sleep_speed sleep_threshold
    friction: float,  #: 0.3..0.9, usually 0.5, named ground_slip slip_factor
    bounce: float,  #: 0.2..0.8, usually 0.5, named restitution bounce
    drag: float,  #: 0.2..1, usually 0.5, named wind_drag air_drag
    wind: wp.vec3,  #: -2..2, named wind wind_velocity
    ground: float,  #: -0.5..0, usually 0.0 -0.5, named ground_height floor_z ground
    relax: float,  #: 0.3..1, usually 0.5 0.8, named relaxation omega
): ...


def vertices(
    x: Array[wp.vec3, count],  #: -1..1, named x particle_q pos positions
    x_prev: Array[wp.vec3, count],  #: -1..1, named x_prev particle_q_prev pos_prev old_pos
    predicted: Array[wp.vec3, count],  #: -1..1, named inertia_target predicted x_tilde particle_q_inertia
    v: Array[wp.vec3, count],  #: -1..1, named v particle_qd vel velocities
    f_in: Array[wp.vec3, count],  #: -3..3, named f particle_f forces
    correction: Array[wp.vec3, count],  #: -0.5..0.5, named delta particle_delta corrections
    degree_in: Array[int, count],  #: 0..4, named constraint_count num_constraints valence
    inv_mass_of: Array[float, count],  #: -0.2..2, named inv_mass particle_inv_mass w
    radius: Array[float, count],  #: 0.1..0.4, named particle_radius radius
    masses: Array[float, count],  #: 0.5..2, named mass particle_mass masses
    flags: Array[int, count],  #: 0..3, named particle_flags flags
    first: Array[int, count + 1],  #: 0..total, named adj_offsets vertex_start row_start
    adjacency: Array[int, total],  #: 0..count - 1, named adjacency adj_vertices neighbors
    rest_of: Array[float, total],  #: 0.2..1, named rest_lengths edge_rest l0
    x_out: Array[wp.vec3, count],  #: output, named x_out particle_q_out new_pos x_new
    v_out: Array[wp.vec3, count],  #: output, named v_out particle_qd_out new_vel v_new
    x_prev_out: Array[wp.vec3, count],  #: output, named x_prev_out particle_q_prev_out
    a_out: Array[wp.vec3, count],  #: output, named particle_qdd accel_out
    rest_time: Array[float, count],  #: 0..1, inout, named rest_time sleep_timer
    gravity: Array[wp.vec3, 1],  #: -10..10
    dt: float,  #: 0.05..0.2, usually 0.1 0.05, named dt sim_dt h
    ke: float,  #: 1..20, usually 10.0 5.0, named ke stiffness k_elastic
    kd: float,  #: 0.05..0.5, usually 0.1 0.5, named kd damping
): ...
