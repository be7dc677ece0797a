"""Arguments of the kernels of ``recipes/applications/events.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def worlds(
    done: Array[int, worlds],  #: 0..1, named done reset_mask world_reset
    active: Array[bool, worlds],  #: 0..1, named world_active world_enabled
    template: Array[float, size],  #: -1..1, named default_q q_default initial_q
    lower: Array[float, size],  #: -1.5..-0.5, named lower_limit joint_lower q_min
    upper: Array[float, size],  #: 0.5..1.5, named upper_limit joint_upper q_max
    source: Array[int, worlds],  #: -1..worlds - 1, named source_world copy_from template_world
    noise: Array[float, total],  #: -1..1, named noise perturbation random_offset
    weight: Array[float, size],  #: 0.2..2, named joint_weight dof_weight cost_weight
    old: Array[float, total],  #: -2..2, named joint_q q dof_pos
    velocity: Array[float, total],  #: -2..2, named joint_qd qd dof_vel
    torque: Array[float, total],  #: -2..2, named joint_torque joint_f dof_force
    loss: Array[float, size],  #: 0.1..0.5, named motor_loss winding_loss
    action: Array[float, total],  #: -1..1, named action actions
    last_action: Array[float, total],  #: -1..1, named last_action prev_action
    last_last_action: Array[float, total],  #: -1..1, named last_last_action prev_prev_action
    count_braking: bool,  #: 0..1, named regenerative count_braking
    deadband: Array[float, size],  #: 0.1..0.5, named deadband joint_tolerance
    soft: float,  #: 0.7..0.95, usually 0.9 0.95, named soft_limit_factor soft_limit_ratio
    recovery: float,  #: 0.2..0.6, usually 0.5 0.25, named recovery recuperation
    amount: float,  #: 0.1..0.5, usually 0.1 0.25, named noise_scale sigma amplitude
    max_speed: float,  #: 0.8..1.6, usually 1.5, named max_velocity speed_limit
    q: Array[float, total],  #: output, named joint_q_out q_out dof_pos_out
    rate_out: Array[float, total],  #: output, named joint_qd_out qd_out dof_vel_out
    table: Array[float, worlds, size],  #: output, named world_q q_table env_q
    sums: Array[float, worlds],  #: 0..1, inout, named world_cost cost
    largest: Array[float, worlds],  #: 0..0.2, inout, named max_violation largest_excess
    bad: Array[int, worlds],  #: 0..2, inout, named num_violations violations error_count
    num_below: Array[int, worlds],  #: 0..2, inout, named num_below below_count
    num_above: Array[int, worlds],  #: 0..2, inout, named num_above above_count
    num_fast: Array[int, worlds],  #: 0..2, inout, named num_fast fast_count
    per_world: int,  #: size..size, named dofs_per_world num_dofs
): ...


def machines(
    state: Array[int, count],  #: 0..state_high, inout
    timer: Array[float, count],  #: 0..0.8, inout
    dt: float,  #: 0.02..0.1
    ee_pos: Array[wp.vec3, count],  #: -0.5..0.5
    object_pos: Array[wp.vec3, count],  #: -0.5..0.5
    goal_pos: Array[wp.vec3, count],  #: -0.5..0.5
    foot_pos: Array[wp.vec3, count],  #: -1..1
    contact_pos: Array[wp.vec3, count],  #: -1..1
    contact_vel: Array[wp.vec3, count],  #: -0.5..0.5
    contact_normal: Array[wp.vec3, count],  #: 0.3..0.7
    foot_force: Array[float, count],  #: 0..80
    max_speed_sq: Array[float, count],  #: 0..0.1
    max_energy: Array[float, count],  #: 0..0.1
    external_force: Array[float, count],  #: 0..1
    contact_dist: Array[float, count],  #: -0.02..0.02
    friction: Array[float, count],  #: 0.3..1
    tangent_impulse: Array[float, count],  #: 0..1
    pressure: Array[float, count],  #: 0.5..4
    flow_coefficient: Array[float, count],  #: 0.2..1
    finger_width: Array[float, count],  #: 0..0.08
    grip_force: Array[float, count],  #: 0..10
    set_pressure: Array[float, count],  #: 1.5..3
    base_height: Array[float, count],  #: 0.2..0.8
    tilt: Array[float, count],  #: 0..1
    base_contact_force: Array[float, count],  #: 0..2
    goal_distance: Array[float, count],  #: 0..1
    up_z: Array[float, count],  #: 0..1
    base_speed: Array[float, count],  #: -12..12
    touched: Array[int, count],  #: 0..1
    command: Array[int, count],  #: 0..2
): ...


def times(
    rest_time: float,  #: 0.2..0.5, usually 0.3
    settle_time: float,  #: 0.1..0.4, usually 0.2
    grasp_time: float,  #: 0.3..0.6, usually 0.4
    max_time: float,  #: 0.5..0.8, usually 0.7
    reach_tolerance: float,  #: 0.3..0.6, usually 0.4
    slip_distance: float,  #: 0.6..0.9, usually 0.8
    max_step: float,  #: 0.1..0.3, usually 0.2
    stance_time: float,  #: 0.3..0.5, usually 0.4
    swing_time: float,  #: 0.3..0.6, usually 0.5
    min_slip_time: float,  #: 0.05..0.2, usually 0.1
    min_swing_time: float,  #: 0.1..0.2, usually 0.15
    liftoff_force: float,  #: 5..20, usually 15.0
    touchdown_force: float,  #: 20..40, usually 30.0
    sleep_threshold: float,  #: 0.03..0.06, usually 0.05
    wake_threshold: float,  #: 0.06..0.09, usually 0.08
    time_to_sleep: float,  #: 0.3..0.6, usually 0.5
    wake_force: float,  #: 0.3..0.8, usually 0.5
    break_distance: float,  #: 0.005..0.015, usually 0.01
    stick_speed: float,  #: 0.1..0.3, usually 0.2
    trip_pressure: float,  #: 2..3, usually 2.5
    outlet_pressure: float,  #: 0.8..1.2, usually 1.0
    stroke_rate: float,  #: 1..4, usually 2.0
    finger_speed: float,  #: 0.05..0.2, usually 0.1
    hold_force: float,  #: 4..7, usually 5.0
    slip_force: float,  #: 1..3, usually 2.0
    min_width: float,  #: 0.005..0.02, usually 0.01
    max_width: float,  #: 0.05..0.07, usually 0.06
    reseat_ratio: float,  #: 0.7..0.9, usually 0.85
    min_open_time: float,  #: 0.1..0.3, usually 0.2
    blowdown_range: float,  #: 0.3..0.6, usually 0.5
    min_height: float,  #: 0.3..0.5, usually 0.35
    max_tilt: float,  #: 0.5..0.9, usually 0.8
    max_contact_force: float,  #: 1..1.8, usually 1.0
    goal_radius: float,  #: 0.2..0.5, usually 0.3
    min_up: float,  #: 0.2..0.5, usually 0.3
    max_speed: float,  #: 8..11, usually 10.0
    death_cost: float,  #: 0.5..2, usually 1.0
): ...


def machine_outputs(
    approach_offset: wp.vec3,  #: 0.05..0.15, named approach_offset pregrasp_offset
    max_episode_length: int,  #: 3..6
    hold_steps: int,  #: 2..4, named hold_steps success_steps
    grace_steps: int,  #: 1..3, named grace_steps settle_steps
    ee_target: Array[wp.vec3, count],  #: output
    gripper_closed: Array[int, count],  #: output
    swing_progress: Array[float, count],  #: output
    flow: Array[float, count],  #: output
    finger_target: Array[float, count],  #: output
    finger_velocity: Array[float, count],  #: output
    is_holding: Array[int, count],  #: output
    reset_buf: Array[int, count],  #: output
    lifted: Array[int, count],  #: output
    terminated: Array[int, count],  #: output
    truncated: Array[int, count],  #: output
    lift_pos: Array[wp.vec3, count],  #: -1..1, inout, named
    touch_pos: Array[wp.vec3, count],  #: -1..1, inout, named
    air_time: Array[float, count],  #: 0..1, inout, named
    age: Array[int, count],  #: 0..9, inout, named
    anchor: Array[wp.vec3, count],  #: -1..1, inout, named
    normal_impulse: Array[float, count],  #: 0..1, inout, named
    position: Array[float, count],  #: 0..1, inout, named
    goal_steps: Array[int, count],  #: 0..4, inout, named
    episode_length: Array[int, count],  #: 0..6, inout, named
    episode_return: Array[float, count],  #: -2..2, inout, named
    last_return: Array[float, count],  #: -2..2, inout, named
    last_length: Array[int, count],  #: 0..6, inout, named
    reward: Array[float, count],  #: -1..1, inout, named
    episode_status: Array[int, count],  #: 0..3, inout, named
    num_fell_asleep: Array[int, 1],  #: 0..1, inout, named
    num_awake: Array[int, 1],  #: 0..1, inout, named
    num_finished: Array[int, 1],  #: 0..1, inout, named
    return_sum: Array[float, 1],  #: 0..1, inout, named
    vessel_of: Array[int, count],  #: 0..vessels - 1, named valve_vessel vessel_id
    vessel_pressure: Array[float, vessels],  #: 0.5..4
    vessel_outflow: Array[float, vessels],  #: 0..1, inout, named vessel_outflow vessel_relief_flow
    awake_islands: Array[int, count + 1],  #: -1..0, inout, named awake_islands active_islands
): ...
