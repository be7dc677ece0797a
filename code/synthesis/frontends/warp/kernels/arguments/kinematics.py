"""Arguments of the kernels of ``recipes/applications/kinematics.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def bodies(
    body_q: Array[wp.transform, count],  #: -1..1, named body_q body_xform
    X_local: Array[wp.transform, count],  #: -0.8..0.8, named local_xform link_xform
    body_com: Array[wp.vec3, count],  #: -1..1, named body_com com ipos
    body_v: Array[wp.vec3, count],  #: -1..1, named body_v lin_vel body_vel
    omega: Array[wp.vec3, count],  #: -1..1, named body_w ang_vel omega
    force: Array[wp.vec3, count],  #: -1..1, named body_f forces external_force
    torque: Array[wp.vec3, count],  #: -1..1, named body_t torques external_torque
    application: Array[wp.vec3, count],  #: -1..1, named points application_points
    inertia: Array[wp.mat33, count],  #: -1..1, named body_inertia inertia I_b
    inv_inertia: Array[wp.mat33, count],  #: -1..1, named body_inv_inertia inv_inertia I_inv
    twist: Array[wp.spatial_vector, count],  #: -1..1, named body_qd body_twist
    masses: Array[float, count],  #: least..2, named body_mass mass
    inv_mass: Array[float, count],  #: -0.3..2, named body_inv_mass inv_mass
    up_of: Array[int, count // 8 * 8],  #: parents (count // 8) 8, named body_parent link_parent
    world: Array[int, count],  #: 0..7, named body_world
    stop_at: Array[int, count],  #: 0..1, named is_placed is_fixed
    tip_offset: Array[wp.vec3, count],  #: -0.5..0.5, named body_site_pos tool_offset
): ...


def forces(
    force_local: Array[bool, count],  #: 0..1, named force_is_local local_frame
    throttle: Array[float, count],  #: -0.3..1.3, named throttle thrust_command
    torque_ratio: float,  #: 0.05..0.3, usually 0.1, named torque_ratio moment_ratio
    wind_on: Array[int, count],  #: 0..1, named exposed in_wind
    body_flags: Array[int, count],  #: 0..3, named body_flags flags
    gravity: Array[wp.vec3, 1],  #: -10..10
    wind: wp.vec3,  #: -1..1, named wind wind_velocity
    dt: float,  #: 0.02..0.1, usually 0.02 0.1, named dt sim_dt timestep
    ground: float,  #: -0.5..0.3, usually 0.0, named water_level water_height
    drag: float,  #: 0.1..1, usually 0.1 0.5
    lin_damping: float,  #: 0.1..1, usually 0.1 0.2, named linear_damping
    spin_drag: float,  #: 0.05..0.5, usually 0.05 0.1, named angular_drag spin_drag
    draft: float,  #: 0.5..1.5, usually 1.0 0.5, named draft hull_height
    displaced: float,  #: 0.5..2, usually 1.0 2.0, named displaced_mass water_mass
    max_speed: float,  #: 1..2, usually 1.5 2.0, named max_velocity max_speed
    max_spin: float,  #: 0.6..1.5, usually 1.0, named max_spin max_angular_velocity
): ...


def outputs(
    com_pos: Array[wp.vec3, count],  #: output, named body_com_world xipos com_pos
    com_v: Array[wp.vec3, count],  #: output, named com_vel body_com_vel
    v_out: Array[wp.vec3, count],  #: output, named body_v_out lin_vel_out v_new
    omega_out: Array[wp.vec3, count],  #: output, named body_w_out ang_vel_out w_new
    tip_out: Array[wp.vec3, count],  #: output, named site_pos_out tool_pos
    inertia_out: Array[wp.mat33, count],  #: output, named inertia_world I_w
    inv_inertia_out: Array[wp.mat33, count],  #: output, named inv_inertia_world I_inv_w
    momentum_out: Array[wp.vec3, count],  #: output, named angular_momentum
    p_sum: Array[wp.vec3, 8],  #: -1..1, inout, named linear_momentum world_momentum
    l_sum: Array[wp.vec3, 8],  #: -1..1, inout, named angular_momentum world_angular_momentum
    mass_sum: Array[float, 8],  #: 0..1, inout, named mass_sum total_mass
    com_sum: Array[wp.vec3, 8],  #: -1..1, inout, named com_sum mass_moment
    energy_out: Array[float, count],  #: output, named body_energy energy
    spatial_out: Array[wp.spatial_matrix, count],  #: output, named body_I_s spatial_inertia
    wrench_out: Array[wp.spatial_vector, count],  #: output
    wrench_sum: Array[wp.spatial_vector, count],  #: -1..1, inout, named body_f_out net_wrench
): ...
