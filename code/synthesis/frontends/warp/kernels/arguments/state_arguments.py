"""Arguments of the kernels of ``recipes/applications/state_arguments.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def bodies(
    group_start: Array[int, n + 1],  #: starts 3 2, named island_start island_body_start
    group_items: Array[int, items],  #: distinct 1, named island_bodies island_body_ids
    asleep_in: Array[bool, n],  #: 0..1, named body_asleep
    is_kinematic: Array[bool, items],  #: 0..1, named is_kinematic body_kinematic
    can_sleep: Array[bool, n],  #: 0..1, named can_sleep allow_sleep
    teleports: Array[bool, n],  #: 0..1, named teleported body_teleported
    can_respawn: Array[bool, n],  #: 0..1, named can_respawn respawns
    is_recorded: Array[bool, n],  #: 0..1, named is_recorded body_recorded
    asleep_all: Array[bool, items],  #: 0..1, named body_asleep
    woken: Array[int, items],  #: 0..1, named body_woken wake_flags
    num_touching: Array[int, n],  #: 0..3, named body_contact_count num_touching
    timer_in: Array[float, items],  #: 0..1, named sleep_timer body_sleep_timer
    inv_mass_all: Array[float, items],  #: -0.4..1, named body_inv_mass
    body_qd_in: Array[wp.spatial_vector, n],  #: -1..1, named body_qd_in body_qd
    body_qd_next: Array[wp.spatial_vector, n],  #: -1..1, named body_qd_next body_qd_new
    com_qd: Array[wp.spatial_vector, n],  #: -1..1, named body_com_qd com_twist
    qd_all: Array[wp.spatial_vector, items],  #: -1..1, named body_qd_in body_qd
    body_q_in: Array[wp.transform, n],  #: -1..1, named body_q_in body_q
    body_q_next: Array[wp.transform, n],  #: -1..1, named body_q_next body_q_new
    body_target: Array[wp.transform, n],  #: -1..1, named body_target kinematic_target
    com_pose: Array[wp.transform, n],  #: -1..1, named body_com_q com_pose
    root_pose: Array[wp.transform, n],  #: -1..1, named root_pose root_state
    anchor_pose: Array[wp.transform, 8],  #: -1..1, named anchor_pose body_q
    emitter_pose: Array[wp.transform, 8],  #: -1..1, named emitter_pose emitter_xform
): ...


def roots(
    body_com: Array[wp.vec3, n],  #: -1..1
    root_com: Array[wp.vec3, n],  #: -1..1
    env_origin: Array[wp.vec3, n],  #: -1..1, named env_origin env_offset
    root_lin_vel: Array[wp.vec3, n],  #: -1..1
    root_ang_vel: Array[wp.vec3, n],  #: -1..1
    x_new: Array[wp.vec3, n],  #: -1..1, named x_new particle_q_new
    x_old: Array[wp.vec3, n],  #: -1..1, named x_prev particle_q_prev
    x_target: Array[wp.vec3, n],  #: -1..1, named spawn_pos spawn_offset
    x_pinned: Array[wp.vec3, n],  #: -1..1, named pin_target pin_pos
    v_target: Array[wp.vec3, n],  #: -1..1, named v_prescribed pin_velocity
    anchor_local: Array[wp.vec3, n],  #: -1..1, named anchor_local attach_pos
    anchor_vel: Array[wp.vec3, 8],  #: -1..1, named anchor_vel body_vel
    anchor_of: Array[int, n],  #: -8..7, named anchor attached_body pin_body
    emitter_of: Array[int, n],  #: -3..7, named emitter_id particle_emitter
    emitting: Array[bool, 8],  #: 0..1, named emitter_active emitter_enabled
    root_kind: Array[int, n],  #: 0..1, named root_type base_type
    root_body: Array[int, n],  #: distinct 2, named root_body root_body_index
    life_of: Array[float, n],  #: 0.2..1.2, named lifetime particle_lifetime
): ...


def thresholds(
    in_body_frame: bool,  #: 0..1, named in_body_frame local_velocity
    in_world_frame: bool,  #: 0..1
    write_velocity: bool,  #: 0..1, named write_velocity set_velocity
    normalize_rotations: bool,  #: 0..1, named normalize_rotations renormalize
    lin_threshold: float,  #: 0.9..1.5, usually 1.0 0.9, named linear_threshold sleep_linear_velocity
    ang_threshold: float,  #: 0.9..1.5, usually 1.0 0.9, named angular_threshold sleep_angular_velocity
    sleep_time: float,  #: 0.3..0.7, usually 0.5, named sleep_time time_to_sleep
    settle_damping: float,  #: 0.3..0.9, usually 0.5 0.9, named settle_damping rest_damping
    wake_speed: float,  #: 0.5..1, usually 0.8, named wake_velocity wake_speed
    max_lin: float,  #: 0.6..1.5, usually 1.0, named max_linear_velocity max_speed
    max_moved: float,  #: 4..10, usually 8.0 5.0, named max_velocity max_speed
    max_ang: float,  #: 0.6..1.5, usually 1.0, named max_angular_velocity max_spin
    max_jump: float,  #: 0.5..1.5, usually 1.0, named teleport_distance max_jump
    floor_z: float,  #: -0.8..0, usually -0.5, named floor_height ground_z
    scene_radius: float,  #: 0.6..1.4, usually 1.0, named scene_radius world_bound
    restitution: float,  #: 0.2..0.8, usually 0.5, named restitution bounciness
    emitter_size: float,  #: 0.1..1, usually 0.5, named emitter_size spawn_radius
    emit_speed: float,  #: 0.5..2, usually 1.0, named emit_speed spawn_speed
    max_frames: int,  #: 1..4, named max_frames frame_limit frames_to_rest
): ...


def outputs(
    body_qd: Array[wp.spatial_vector, n],  #: -1..1, inout
    body_q: Array[wp.transform, n],  #: -1..1, inout
    safe_q: Array[wp.transform, n],  #: -1..1, inout, named body_q_safe last_good_q respawn_pose
    body_q_out: Array[wp.transform, n],  #: output
    body_qd_out: Array[wp.spatial_vector, n],  #: output
    qd_all_out: Array[wp.spatial_vector, items],  #: output, named body_qd_out
    body_q_all: Array[wp.transform, 2 * n],  #: output, named body_q body_pose
    body_qd_all: Array[wp.spatial_vector, 2 * n],  #: output, named body_qd body_twist
    asleep: Array[bool, n],  #: 0..1, inout, named body_asleep asleep
    asleep_out: Array[bool, items],  #: output, named body_asleep_out asleep_out
    sleep_timer: Array[float, n],  #: 0..1, inout, named sleep_timer body_sleep_timer
    timer_out: Array[float, n],  #: output, named sleep_timer body_sleep_timer
    calm_frames: Array[int, n],  #: 0..4, inout, named calm_frames rest_frames
    lost_frames: Array[int, n],  #: 0..4, inout, named lost_frames bad_frames
    num_sleeping: Array[int, 1],  #: 0..3, inout, named num_sleeping sleeping_count
    num_clamped: Array[int, 1],  #: 0..3, inout, named num_clamped clamped_count
    num_dropped: Array[int, 1],  #: 0..3, inout, named num_dropped num_removed
    num_reverted: Array[int, groups],  #: 0..3, inout, named num_reverted revert_count
    woken_out: Array[int, n],  #: 0..1, inout, named body_woken wake_flags
    particle_x: Array[wp.vec3, n],  #: -1..1, inout, named particle_x particle_q
    particle_v: Array[wp.vec3, n],  #: -1..1, inout, named particle_v particle_qd
    age_of: Array[float, n],  #: 0..1, inout, named particle_age age
    flags_out: Array[int, n],  #: output, named particle_flags_out flags_out
): ...
