"""Arguments of the kernels of ``recipes/applications/world_rows.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def rules(
    reset: Array[bool, worlds],  #: 0..1, named reset_mask done reset
    env_active: Array[bool, worlds],  #: 0..1, named env_active active_mask
    reset_of: Array[bool, worlds],  #: 0..1, named reset_mask done
    is_pushed: Array[bool, worlds],  #: 0..1, named push_mask is_pushed
    is_locked: Array[bool, width],  #: 0..1, named dof_locked is_locked
    is_copied: Array[bool, width],  #: 0..1, named dof_selected is_copied
    is_random: Array[bool, width],  #: 0..1, named is_randomized body_randomized
    is_base: Array[bool, width],  #: 0..1, named is_base ends_episode
    is_dropped: Array[bool, worlds, width],  #: 0..1, named sensor_dropped dropout_mask
    from_default: bool,  #: 0..1, named ignore_keyframes use_default
    keeps_pose: bool,  #: 0..1, named restore_keyframe use_keyframe
    only_up: bool,  #: 0..1, named only_harder never_demote
    seed: int,  #: 0..1000
    step: int,  #: 0..12, named step frame_id
    push_every: int,  #: 1..3, named push_interval push_every
    top_level: int,  #: 2..4, named max_level top_level
    max_length: int,  #: 3..7, named max_episode_length max_steps
    episode_age: Array[int, worlds],  #: 0..9, named episode_length progress
    num_items: int,  #: is width
): ...


def rows(
    body_inertia: Array[float, width],  #: 0.1..2
    max_rate: Array[float, width],  #: 0.2..1, named max_target_rate
    last_target: Array[float, worlds, width],  #: -1..1, named last_target prev_target
    last_obs: Array[float, worlds, width],  #: -2..2, named last_obs prev_obs
    resolution: Array[float, width],  #: 0.1..0.5, named sensor_resolution resolution
    height: Array[float, worlds],  #: 0..1, named base_height root_height
): ...


def thresholds(
    scale_low: float,  #: 0.5..0.9, usually 0.8, named mass_scale_low scale_min
    scale_high: float,  #: 1.1..1.5, usually 1.2, named mass_scale_high scale_max
    added_mass: float,  #: 0.2..1.5, usually 0.5, named added_mass payload
    push_speed: float,  #: 0.2..1, usually 0.5, named push_velocity push_speed
    max_qd: float,  #: 0.5..1, usually 1.0, named max_velocity velocity_limit
    hold_time: float,  #: 0.5..2, usually 1.0, named command_time hold_time
    dead_zone: float,  #: 0.1..0.4, usually 0.2, named dead_zone command_threshold
    stand_share: float,  #: 0.1..0.4, usually 0.2, named stand_probability zero_command_prob
    max_depth: float,  #: 0.02..0.08, usually 0.05, named max_depth penetration_limit
    min_height: float,  #: 0.2..0.6, usually 0.3, named min_height fall_height
    up_score: float,  #: 0.2..1, usually 0.5, named promote_above move_up_threshold
    down_score: float,  #: -1..0, usually -0.5, named demote_below move_down_threshold
    low_noise: float,  #: 0.1..0.4, usually 0.2, named min_noise noise_floor
): ...


def contacts(
    contact_pos: Array[wp.vec3, worlds, width],  #: -1..1
    contact_geom: Array[wp.vec2i, worlds, width],  #: 0..9, named contact_geom contact_shapes
    flat_pos: Array[wp.vec3, worlds * width],  #: -1..1, named contact_pos
    flat_geom: Array[wp.vec2i, worlds * width],  #: 0..9, named contact_geom contact_shapes
    body_pos: Array[wp.vec3, width],  #: -1..1
    world_origin: Array[wp.vec3, worlds],  #: -2..2, named world_origin env_origin
    spacing: float,  #: 0.5..2, usually 1.0 2.0, named spacing world_spacing
): ...


def outputs(
    contact_pos_out: Array[wp.vec3, worlds * width],  #: 0..1, inout
    contact_geom_out: Array[wp.vec2i, worlds * width],  #: 0..9, inout
    world_pos: Array[wp.vec3, worlds, width],  #: output, named world_contact_pos
    world_geom: Array[wp.vec2i, worlds, width],  #: output, named world_contact_geom world_contact_shapes
    inertia_out: Array[float, worlds * width],  #: output, named body_inertia_out
    body_pos_out: Array[wp.vec3, worlds * width],  #: output, named body_pos_out world_body_pos
    root_out: Array[int, worlds * width],  #: output, named body_root body_rootid_out
    is_root: Array[bool, worlds * width],  #: output, named is_root body_is_root
    landed: Array[bool, worlds, width],  #: output, named first_contact has_landed
    world_mass: Array[float, worlds, width],  #: output, named world_body_mass body_mass_out
    world_inertia: Array[float, worlds, width],  #: output, named world_body_inertia body_inertia_out
    time_left: Array[float, worlds, width],  #: -0.1..0.2, inout, named command_time_left time_left
    command: Array[float, worlds, width],  #: output, named command commands
    terminated: Array[bool, worlds],  #: output
    truncated: Array[bool, worlds],  #: output, named truncated time_outs
    done_out: Array[int, worlds],  #: output, named done_reason done
    age_out: Array[int, worlds],  #: output, named episode_length_out progress_out
    num_dropped: Array[int, worlds],  #: 0..2, inout, named num_dropped contact_overflow
    num_done: Array[int, 1],  #: 0..3, inout, named num_done episode_count
    level: Array[int, worlds],  #: 0..4, inout, named terrain_level level
): ...


def choices(
    failed: Array[bool, worlds],  #: 0..1, named failed terminated
    finished: Array[bool, width, worlds],  #: 0..1, named dones terminated
    done_float: Array[int, width, worlds],  #: 0..1, named dones terminated
    touching: Array[bool, worlds, width],  #: 0..1, named foot_contact in_contact
    constant_obs: Array[bool, width],  #: 0..1, named obs_constant is_constant
    fixed_stats: bool,  #: 0..1, named evaluate deterministic
    is_relative: bool,  #: 0..1, named relative use_relative
    only_positive: bool,  #: 0..1, named only_positive clip_negative
    key_of: Array[int, worlds],  #: -1..keys - 1, named keyframe key_id
    parent: Array[int, worlds],  #: -1..worlds - 1, named parent src_world
    parents_all: Array[int, worlds],  #: 0..worlds - 1, named parent src_world
    first_candidate: Array[int, worlds],  #: 0..worlds - 1, named candidate_a first_candidate
    second_candidate: Array[int, worlds],  #: 0..worlds - 1, named candidate_b second_candidate
    order: Array[int, width],  #: 0..width - 1, named joint_order joint_map
    order_or_none: Array[int, width],  #: -1..width - 1, named joint_order joint_map
): ...


def states(
    key_q: Array[float, keys, width],  #: -1..1, named key_dof_pos keyframe_dof_pos
    key_qd: Array[float, keys, width],  #: -1..1, named key_dof_vel keyframe_dof_vel
    q_in: Array[float, worlds, width],  #: -2..2, named dof_pos dof_pos_in
    qd_in: Array[float, worlds, width],  #: -2..2, named dof_vel dof_vel_in
    q_default: Array[float, width],  #: -1..1, named default_dof_pos dof_pos_default
    q_lower: Array[float, width],  #: -2..-0.5, named dof_lower dof_pos_lower
    q_upper: Array[float, width],  #: 0.5..2, named dof_upper dof_pos_upper
    joint_sign: Array[float, width],  #: -1..1, named joint_sign axis_sign
    noise: Array[float, worlds, width],  #: -1..1, named noise uniform_noise
    noise_level: Array[float, width],  #: 0.05..0.5, named noise_scale
    action: Array[float, worlds, width],  #: -1.5..1.5, named actions action
    action_scale: Array[float, width],  #: 0.2..1
    obs: Array[float, worlds, width],  #: -2..2, named obs observations
    obs_mean: Array[float, width],  #: -1..1, named obs_mean mean
    obs_var: Array[float, width],  #: 0.2..2, named obs_var variance
    obs_std: Array[float, width],  #: 0.4..2, named obs_std std
    reward_terms: Array[float, worlds, width],  #: -1..1, named reward_terms rewards
    reward_weight: Array[float, width],  #: 0.2..2, named reward_scale reward_weight
    rewards: Array[float, width, worlds],  #: -1..1
    values: Array[float, width, worlds],  #: -1..1
    last_value: Array[float, worlds],  #: -1..1, named last_value bootstrap_value
    score: Array[float, worlds],  #: -2..2, named episode_return fitness score
    contact_dist: Array[float, worlds, width],  #: -0.1..0.1
    contact_gap: Array[float, worlds, width],  #: -0.1..0.1, named contact_dist
    flat_dist: Array[float, worlds * width],  #: -0.1..0.1, named contact_dist
    body_mass: Array[float, width],  #: 0.1..2
): ...


def flat_contacts(
    num_contacts: Array[int, worlds],  #: 0..width, named num_contacts contact_count
    num_contacts_of: Array[int, worlds],  #: 0..width, named num_contacts contact_count
    contact_rows: Array[int, worlds, width],  #: 1..5, named contact_rows contact_num_rows
    contact_start: Array[int, worlds],  #: starts width 0, named contact_start contact_offset
    contact_ids: Array[int, worlds, width],  #: 0..99, named contact_ids world_contacts
    flat_ids: Array[int, worlds * width],  #: 0..99, named contact_ids flat_contacts
    parent_body: Array[int, width],  #: -1..width - 1, named body_parent parent_body
    max_rows: int,  #: width..2 * width, named max_rows max_constraint_rows
    num_elites: int,  #: worlds // 8..worlds // 2, named num_elites elite_count
): ...


def rates(
    noise_scale: float,  #: 0.05..0.3, usually 0.1 0.2, named noise_scale reset_noise
    vel_scale: float,  #: 0.05..0.5, usually 0.05, named dof_vel_scale vel_scale
    smoothing: float,  #: 0.2..0.8, usually 0.8 0.5, named smoothing action_smoothing
    clip_obs: float,  #: 1..2, usually 5.0, named clip_obs obs_clip
    gamma: float,  #: 0.8..0.99, usually 0.99 0.97, named gamma discount
    lam: float,  #: 0.8..0.99, usually 0.95, named lam gae_lambda
    dt: float,  #: 0.02..0.1, usually 0.02, named dt step_dt
    num_steps: int,  #: is width
    num_worlds: int,  #: is worlds
    bodies_per_world: int,  #: is width
): ...


def row_outputs(
    q: Array[float, worlds, width],  #: -1..1, inout, named dof_pos
    qd: Array[float, worlds, width],  #: -1..1, inout, named dof_vel
    q_out: Array[float, worlds, width],  #: output, named dof_pos_out new_dof_pos
    qd_out: Array[float, worlds, width],  #: output, named dof_vel_out new_dof_vel
    air_time: Array[float, worlds, width],  #: 0..1, inout, named air_time feet_air_time
    last_air_time: Array[float, worlds, width],  #: 0..1, inout
    contact_time: Array[float, worlds, width],  #: 0..1, inout, named contact_time feet_contact_time
    last_action: Array[float, worlds, width],  #: -1..1, inout, named last_action prev_action
    filtered: Array[float, worlds, width],  #: -1..1, inout, named filtered_action action_out
    world_dist: Array[float, worlds, width],  #: output, named world_contact_dist
    obs_out: Array[float, worlds, width],  #: output, named obs_out obs_normalized
    target_out: Array[float, worlds, width],  #: output, named dof_target joint_target
    term_sum: Array[float, worlds, width],  #: 0..1, inout, named episode_sums reward_sums
    returns: Array[float, width, worlds],  #: output
    advantages: Array[float, width, worlds],  #: output
    total_reward: Array[float, worlds],  #: -1..1, inout, named reward_out total_reward
    episode_length: Array[int, worlds],  #: 0..9, inout, named episode_length progress
    row_start: Array[int, worlds, width],  #: output, named contact_row_start contact_row_address
    num_rows: Array[int, worlds],  #: output, named num_rows row_count
    rank_out: Array[int, worlds],  #: output, named world_rank rank
    is_elite: Array[bool, worlds],  #: output, named is_elite elite_mask
    elite_ids: Array[int, worlds],  #: -1..0, inout, named elite_worlds elite_ids
    parent_out: Array[int, worlds],  #: output, named parent src_world
    world_contacts: Array[int, worlds, width],  #: output, named world_contacts contacts_of_world
    contact_ids_out: Array[int, total],  #: -1..0, inout, named flat_contacts contact_ids_out
    contact_world: Array[int, total],  #: -1..0, inout, named contact_world contact_world_out
    contact_dist_out: Array[float, total],  #: 0..0.1, inout
    body_world: Array[int, total],  #: output
    mass_out: Array[float, total],  #: output, named body_mass_out world_body_mass
    parent_body_out: Array[int, total],  #: output, named body_parent_out
): ...
