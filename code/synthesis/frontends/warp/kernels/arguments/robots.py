"""Arguments of the kernels of ``recipes/applications/robots.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def robots(
    pos: Array[wp.vec3, envs],  #: -1..1, named root_pos base_pos body_pos
    vel: Array[wp.vec3, envs],  #: -1..1, named root_vel base_vel lin_vel
    rot: Array[wp.quat, envs],  #: -1..1, named root_rot base_quat orientation
    start_rot: Array[wp.quat, starts],  #: -1..1, named keyframe_rot
    ang_vel: Array[wp.vec3, envs],  #: -1..1, named root_ang_vel base_ang_vel ang_vel
    origins: Array[wp.vec3, envs],  #: -1..1, named env_origins origins start_pos
    offset: Array[wp.vec3, starts],  #: -1..1, named keyframe_pos
    start_vel: Array[wp.vec3, starts],  #: -1..1, named keyframe_vel
    start_spin: Array[wp.vec3, starts],  #: -1..1, named keyframe_ang_vel
    spawn_height: float,  #: 0.2..0.6, usually 0.5 0.4, named spawn_height init_height
    command: Array[wp.vec3, envs],  #: -1..1, named commands target_vel velocity_command
    done_in: Array[int, envs],  #: 0..1, named done dones terminated
    mask: Array[int, envs],  #: 0..1, named reset_mask mask done
    flagged: Array[bool, envs],  #: 0..1, named reset_mask should_reset done
    progress: Array[int, envs],  #: 0..20, named progress episode_length step_count
    start_of: Array[int, envs],  #: 0..starts - 1, named keyframe_ids frame_ids
    is_foot: Array[int, links],  #: 0..1, named is_foot allowed_contact
    link_force: Array[float, envs, links],  #: 0..1.3, named contact_forces link_contact net_contact_force
    contact_force: Array[float, envs, feet],  #: 0..2, named foot_forces feet_contact foot_force
    air_time: Array[float, envs, feet],  #: 0..1, named air_time feet_air_time
    last_contact: Array[int, envs, feet],  #: 0..1, named last_contact was_touching
    torques: Array[float, envs, dofs],  #: -1..1, named torques joint_f
    actions: Array[float, envs, dofs],  #: -1..1, named actions action
    last_actions: Array[float, envs, dofs],  #: -1..1, named last_actions prev_action
    qd_noise: Array[float, envs, dofs],  #: -0.5..0.5, named qd_noise velocity_noise
    start_qd: Array[float, starts, dofs],  #: -1..1, named keyframe_qd
    joint_qd: Array[float, envs, dofs],  #: -1..1, named joint_qd dof_vel
    noise: Array[float, envs, dofs],  #: -0.5..0.5, named noise q_noise
    start_q: Array[float, starts, dofs],  #: -1..1, named keyframe_q
    default_q: Array[float, dofs],  #: -1..1, named default_q rest_pose
    lower: Array[float, dofs],  #: -1..-0.2, named lower q_lower
    upper: Array[float, dofs],  #: 0.2..1, named upper q_upper
): ...


def weights(
    min_height: float,  #: -0.7..-0.2, usually 0.0 -0.5, named min_height termination_height
    height_target: float,  #: -0.3..0.5, usually 0.3 0.5, named target_height base_height
    max_distance: float,  #: 1.2..1.8, usually 1.5, named max_distance bounds_radius
    force_limit: float,  #: 0.9..1.1, usually 1.0, named force_limit max_contact_force
    sigma: float,  #: 0.2..1, usually 0.25 0.5, named sigma tracking_sigma
    energy_scale: float,  #: 0.05..0.3, usually 0.1 0.05, named energy_scale torque_cost cost_weight
    air_min: float,  #: 0.2..0.6, usually 0.5, named min_air_time air_target
    penalty: float,  #: 0.5..2, usually 1.0 2.0, named termination_penalty fall_cost
    scale_noise: float,  #: 0.2..1, usually 0.5 0.1, named noise_scale reset_noise
    speed_noise: float,  #: 0.2..1, usually 0.2 0.5, named velocity_noise_scale qd_noise_scale
    dt: float,  #: 0.05..0.2, usually 0.1 0.02, named dt step_dt
    weight: float,  #: 0.5..2, usually 1.0 1.5 2.0, named weight tracking_weight reward_scale
    yaw_weight: float,  #: 0.1..2, usually 0.5, named yaw_weight turn_weight
    height_weight: float,  #: 0.1..2, usually 2.0 1.0, named height_weight base_height_weight
    hop_weight: float,  #: 0.1..2, usually 2.0 1.0, named lin_vel_z_weight vertical_speed_weight
    spin_weight: float,  #: 0.1..2, usually 0.05 0.1, named ang_vel_xy_weight roll_pitch_weight
    action_weight: float,  #: 0.1..2, usually 0.01 0.05, named action_rate_weight smoothness_weight
    air_weight: float,  #: 0.1..2, usually 1.0 2.0, named air_time_weight air_weight
    min_up: float,  #: 0.1..0.5, usually 0.5 0.2, named min_up min_upright
    max_speed: float,  #: 1..1.5, usually 1.2 1.5, named max_speed velocity_limit
    contact_threshold: float,  #: 0.5..1.5, usually 1.0, named contact_threshold min_contact_force
): ...


def commands(
    grace_steps: int,  #: 1..4, named grace_steps settle_steps
    resample_steps: int,  #: 2..4, named resample_steps command_interval
    seed: int,  #: 0..999, named seed rng_seed
    command_min: float,  #: 0.3..0.8, usually 0.2 0.5, named min_command command_deadband
    stand_weight: float,  #: 0.1..1, usually 0.5 1.0, named stand_still_weight stand_weight
    half_terrain: float,  #: 0.8..1.4, usually 1.0, named half_terrain promote_distance
    still_share: float,  #: 0.1..0.3, usually 0.1 0.2, named standing_share still_probability
    hold_time: float,  #: 0.5..2, usually 2.0 1.0, named command_duration hold_time
    command_lower: wp.vec3,  #: -1..-0.3, named command_lower command_min_range
    command_upper: wp.vec3,  #: 0.3..1, named command_upper command_max_range
    joint_q_now: Array[float, envs, dofs],  #: -1..1, named joint_q dof_pos
    told_distance: Array[float, envs],  #: 0.5..3, named commanded_distance expected_distance
    timeout_in: Array[int, envs],  #: 0..1, named timeout truncated
    terrain_kind: Array[int, envs],  #: 0..2, named terrain_type terrain_col
    terrain_origin: Array[wp.vec3, levels, 3],  #: -2..2, named terrain_origins
): ...


def outputs(
    level_io: Array[int, envs],  #: 0..levels - 1, inout, named terrain_level level
    origin_out: Array[wp.vec3, envs],  #: output, named env_origin_out spawn_origin
    num_promoted: Array[int, 1],  #: 0..1, inout
    command_out: Array[wp.vec3, envs],  #: output, named command_out velocity_command
    command_time: Array[float, envs],  #: 0..0.5, inout, named command_time time_left
    contact_io: Array[int, envs, feet],  #: 0..1, inout, named last_contact was_touching
    air_time_io: Array[float, envs, feet],  #: 0..1, inout, named air_time feet_air_time
    last_air_time: Array[float, envs, feet],  #: 0..1, inout, named last_air_time swing_duration
    touch_count: Array[int, envs],  #: 0..9, inout, named num_steps touchdown_count
    standing: Array[int, envs],  #: output, named num_standing standing_feet
    num_flying: Array[int, 1],  #: 0..1, inout, named num_flying num_airborne
    max_length: int,  #: 8..14, named max_episode_length max_steps horizon
    randomize: int,  #: 0..1, named randomize use_noise
    num_dofs: int,  #: is dofs
    done: Array[int, envs],  #: output, named done dones reset_out terminated_out
    timeout: Array[int, envs],  #: output, named timeout truncated
    progress_io: Array[int, envs],  #: 0..20, inout, named progress episode_length
    episode_return: Array[float, envs],  #: 0..2, inout, named episode_sums returns
    rot_out: Array[wp.quat, envs],  #: -1..1, inout, named root_rot base_quat
    vel_out: Array[wp.vec3, envs],  #: -1..1, inout, named root_vel base_vel
    spin_out: Array[wp.vec3, envs],  #: -1..1, inout, named root_ang_vel base_ang_vel
    reward: Array[float, envs],  #: output, named rewards reward rew_buf
    episode_sum: Array[float, envs],  #: 0..1, inout, named episode_sums returns
    q_out: Array[float, envs, dofs],  #: -1..1, inout, named joint_q dof_pos qpos
    qd_out: Array[float, envs, dofs],  #: -1..1, inout, named joint_qd dof_vel qvel
    pos_out: Array[wp.vec3, envs],  #: -1..1, inout, named root_pos base_pos
): ...


def drives(
    joint_q: Array[float, envs, joints],  #: -3..3, named joint_q dof_pos qpos
    joint_qd: Array[float, envs, joints],  #: -2..2, named joint_qd dof_vel qvel
    target: Array[float, envs, joints],  #: -2..2, named joint_target targets ctrl commands
    gravity_comp: Array[float, envs, joints],  #: -1..1, named gravity_comp feedforward
    actions: Array[float, envs, joints],  #: -1.5..1.5, named actions action
    previous: Array[float, envs, joints],  #: -1..1, named last_actions prev_actions
    kp: Array[float, joints],  #: 1..20, named kp target_ke stiffness
    kd: Array[float, joints],  #: 0.1..2, named kd target_kd damping
    lower: Array[float, joints],  #: -2..-0.5, named joint_limit_lower lower dof_min
    upper: Array[float, joints],  #: 0.5..2, named joint_limit_upper upper dof_max
    effort: Array[float, joints],  #: 10..40, named effort_limit max_torque torque_limits
    friction: Array[float, joints],  #: 0.1..0.5, named friction joint_friction frictionloss
    default_q: Array[float, joints],  #: -1..1, named default_q default_dof_pos rest_pose
    modes: Array[int, envs, joints],  #: 0..3, named control_mode drive_mode mode joint_mode
    broken: Array[bool, envs, joints],  #: 0..1, named motor_failed broken disabled
    step_count: Array[int, envs],  #: 0..6, named episode_length step_count progress
    delay: Array[int, envs],  #: 0..4, named delay_steps action_delay latency
    continuous: Array[int, joints],  #: 0..1, named is_continuous dof_wraps
    relative: int,  #: 0..1, named relative_actions use_relative
    active: Array[int, envs],  #: 0..1, named env_active active_mask enabled
    warmup: int,  #: 1..4, named warmup_steps num_warmup
    dead_zone: float,  #: 0.1..0.5, usually 0.1 0.05, named dead_zone deadband
): ...


def rates(
    static_speed: float,  #: 0.1..0.5, usually 0.1 0.05, named static_speed velocity_eps
    limit_kd: float,  #: 0.5..2, usually 1.0 0.5, named limit_kd limit_damping
    speed_cost: float,  #: 0.1..1, usually 0.1 0.5, named speed_cost velocity_cost
    limit_ke: float,  #: 5..20, usually 10.0 20.0, named limit_ke limit_stiffness
    max_speed: float,  #: 1..1.6, usually 1.5 1.0, named max_velocity velocity_limit
    gear: Array[float, joints],  #: 0.5..2, named gear_ratio motor_strength
    speed_limit: Array[float, joints],  #: 1..1.6, named joint_velocity_limit dof_vel_limits
    smoothing: float,  #: 0.2..0.8, usually 0.5 0.8, named smoothing alpha filter_coeff
    max_rate: float,  #: 0.2..0.8, usually 0.5, named max_rate rate_limit max_delta
    action_scale: float,  #: 0.3..1, usually 0.5 0.25, named action_scale scale
    soft: float,  #: 0.7..0.95, usually 0.9 0.95, named soft_limit_factor soft_ratio
): ...


def drive_outputs(
    tau_out: Array[float, envs, joints],  #: output, named joint_f torques qfrc_actuator tau
    applied: Array[float, envs, joints],  #: output, named joint_target_out applied_targets dof_targets
    filtered: Array[float, envs, joints],  #: output, named filtered_actions smoothed_actions
    penalty: Array[float, envs],  #: 0..1, inout, named limit_penalty limit_cost
    queue: Array[float, envs, length, joints],  #: -1.5..1.5, named action_queue action_history
    target_qd: Array[float, envs, joints],  #: -1..1, named joint_target_qd target_vel
    noise: Array[float, envs, joints],  #: -1..1, named action_noise exploration_noise
    last_target: Array[float, envs, joints],  #: -1..1, named last_target prev_joint_target
    ki: Array[float, joints],  #: 0.1..2, named ki target_ki
    damping: Array[float, joints],  #: 0.1..1, named joint_damping dof_damping
    spring_ke: Array[float, joints],  #: 0.5..4, named joint_stiffness spring_ke
    max_integral: float,  #: 0.3..1, usually 0.5, named max_integral integral_limit
    amount: float,  #: 0.05..0.2, usually 0.1, named noise_scale noise_std
    dt: float,  #: 0.02..0.1
    integral: Array[float, envs, joints],  #: -0.4..0.4, inout, named error_integral integral
    passive: Array[float, envs, joints],  #: output, named passive_f qfrc_passive
    tau_sum: Array[float, envs, joints],  #: -1..1, inout, named joint_f qfrc
    rate_out: Array[float, envs, joints],  #: output, named joint_target_qd target_rate
    power: Array[float, envs],  #: 0..1, inout, named env_power power_cost
): ...
