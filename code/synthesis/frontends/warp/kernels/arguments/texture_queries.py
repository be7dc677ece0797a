"""Arguments of the kernels of ``recipes/applications/texture_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def samples(
    particle_x: Array[wp.vec3, count],  #: -1.1..1, named particle_q positions points x
    particle_flags: Array[int, count],  #: 0..3, named particle_flags flags
    radius: Array[float, count],  #: 0.02..0.2, named particle_radius radii
    X_ws: wp.transform,  #: -0.2..0.2, named X_ws shape_pose shape_xform
    shape_rot: Array[wp.quat, 4],  #: -1..1, named shape_rot shape_quat
    shape_pos: Array[wp.vec3, 4],  #: -0.2..0.2, named shape_pos shape_position
    shape_index: int,  #: 0..3, named shape_index shape_id
    particle_v: Array[wp.vec3, count],  #: -1..1, named particle_qd velocities
    hit_id: Array[int, count],  #: -2..5, named hit_shape shape_index
    in_shadow: Array[int, count],  #: 0..1, named in_shadow shadow_mask
    view_dir: Array[wp.vec3, count],  #: -1..1, named view_dir to_camera
    voltage: Array[float, count],  #: 2..10, named voltage bus_voltage
    uvs: Array[wp.vec2, count],  #: -0.2..1.2, named uvs tex_coords uv
    normals_in: Array[wp.vec3, count],  #: -1..1, named normals surface_normals
    intensity: Array[float, count],  #: 0..1, named intensity weights
    joint_qd: Array[float, count],  #: -4..5, named joint_qd motor_speed dof_vel
    joint_tau: Array[float, count],  #: -8..10, named joint_tau motor_torque actuator_force
    lower: wp.vec3,  #: -1.2..-0.9, named lower box_lower origin
    upper: wp.vec3,  #: 0.9..1.2, named upper box_upper
    center: wp.vec3,  #: -0.2..0.2, named center sdf_center
    light_dir: wp.vec3,  #: -1..1, named light_dir sun_direction
): ...


def numbers(
    inv_extent: float,  #: 0.4..0.6, usually 0.5, named inv_extent inv_size uv_scale
    height_scale: float,  #: 0.5..1.5, usually 2.0 0.5, named height_scale z_scale
    margin: float,  #: 0.15..0.4, usually 0.25 0.3, named margin contact_margin thickness
    texel: float,  #: 0.05..0.1, usually 0.05 0.0625, named texel texel_size uv_step eps
    ke: float,  #: 0.5..3, usually 10.0 100.0, named ke stiffness contact_ke
    repeat: float,  #: 1.5..3, usually 2.0 4.0, named repeat tiling
    ambient: float,  #: 0.1..0.3, usually 0.1 0.2, named ambient ambient_light
    background: float,  #: 0.1..0.9, usually 0.5 1.0, named background clear_value
    threshold: float,  #: 0.3..0.6, usually 0.5, named threshold alpha_cutoff cutoff
    speed_limit: float,  #: 4..6, usually 5.0, named speed_limit max_speed
    torque_limit: float,  #: 8..12, usually 10.0, named torque_limit max_torque
    dt: float,  #: 0.05..0.2, usually 0.1 0.05, named dt time_step
    kd: float,  #: 0.1..0.8, usually 0.5, named kd contact_kd
    kf: float,  #: 0.1..0.8, usually 0.5, named kf contact_kf
    specular: float,  #: 0.2..0.8, usually 0.5, named specular gloss_weight
    footprint: float,  #: 0.02..0.1, usually 0.05, named footprint pixel_width
    regeneration: float,  #: 0.3..0.9, usually 0.6
    heat_capacity: float,  #: 2..8, usually 4.0
    cooling: float,  #: 0.05..0.3, usually 0.1, named cooling cooling_rate
    ambient_temp: float,  #: 0.1..0.4, usually 0.25
    max_temp: float,  #: 0.5..1.5, usually 1.0, named max_temp temp_limit
    heat_limit: float,  #: 0.5..1.5, usually 1.0
    max_voltage: float,  #: 10..14, usually 12.0, named max_voltage nominal_voltage
    max_push: float,  #: 0.1..0.3, usually 0.2
): ...


def outputs(
    x_io: Array[wp.vec3, count],  #: -1.1..1, inout, named particle_q positions
    v_io: Array[wp.vec3, count],  #: -1..1, inout, named particle_qd velocities
    charge: Array[float, count],  #: 1..9, inout, named battery_charge charge
    temperature: Array[float, count],  #: 0.2..1.5, inout, named motor_temperature winding_temp
    tau_out: Array[float, count],  #: output, named joint_tau_out limited_torque
    overheated: Array[int, count],  #: 0..1, inout
    hit_out: Array[int, count],  #: output, named hit_shape_out visible_shape
    particle_f: Array[wp.vec3, count],  #: -0.5..0.5, inout, named particle_f forces f
    particle_x_out: Array[wp.vec3, count],  #: output, named particle_q_out x_out x_new
    normal: Array[wp.vec3, count],  #: output, named terrain_normal normals_out
    heat: Array[float, count],  #: 0..1, inout, named heat motor_heat
    contact_dist: Array[float, count],  #: output, named contact_dist distances gap
    shade: Array[float, count],  #: output, named shade pixels color_out
    power: Array[float, count],  #: output, named power electric_power input_power
    in_contact: Array[int, count],  #: output, named in_contact contact_flags
    num_contacts: Array[int, 1],  #: 0..3, inout, named contact_count num_contacts
    total: Array[float, 1],  #: 0..1, inout, named total_loss
): ...
