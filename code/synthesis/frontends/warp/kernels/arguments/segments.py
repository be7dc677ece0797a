"""Arguments of the kernels of ``recipes/applications/segments.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def contacts(
    other_body: Array[int, contacts],  #: -bodies // 2..bodies - 1, named contact_body1 contact_other
    contact_body0: Array[int, contacts],  #: 0..few - 1, named contact_body0 contact_body
    contact_dim: Array[int, contacts],  #: 1..4, named contact_dim contact_condim
    last_start: Array[int, few + 1],  #: starts 4 3, named prev_contact_start old_contact_start
    contact_key: Array[int, contacts],  #: 0..3, named contact_key contact_feature
    last_key: Array[int, 4 * few + 4],  #: 0..3, named prev_contact_key old_contact_key
    last_age: Array[int, 4 * few + 4],  #: 0..9, named prev_contact_age old_contact_age
    last_impulse: Array[float, 4 * few + 4],  #: 0.1..2, named prev_impulse old_contact_impulse
    last_pos: Array[wp.vec3, 4 * few + 4],  #: -1..1, named prev_contact_pos old_contact_pos
    dist: Array[float, contacts],  #: -0.1..0.1, named contact_dist contact_distance
    contact_toi: Array[float, contacts],  #: -0.5..1.5
    normal_force: Array[float, contacts],  #: -0.5..2, named contact_force_n contact_normal_force
    tangent_force: Array[float, contacts],  #: 0..1.5, named contact_force_t contact_tangent_force
    contact_mu: Array[float, contacts],  #: 0.2..1, named contact_mu contact_friction
    normal: Array[wp.vec3, contacts],  #: -1..1, named contact_normal
    pos: Array[wp.vec3, contacts],  #: -1..1, named contact_pos contact_point
    force: Array[wp.vec3, contacts],  #: -1..1, named contact_force
): ...


def waypoints(
    body_pos: Array[wp.vec3, bodies],  #: -1..1, named body_com_world body_pos
    body_vel: Array[wp.vec3, bodies],  #: -0.5..0.5, named body_vel body_lin_vel
    body_rot: Array[wp.quat, bodies],  #: -1..1, named body_quat body_rot
    waypoint_start: Array[int, bodies + 1],  #: starts 3 0, named waypoint_start path_start
    waypoint_time: Array[float, 3 * bodies + 3],  #: starts 1 0.5, again 3
    waypoint_pos: Array[wp.vec3, 3 * bodies + 3],  #: -1..1, named waypoint_pos path_points
    now: float,  #: 0.2..2.2, named now sim_time
): ...


def numbers(
    margin: float,  #: -0.05..0.05, usually 0.01, named margin contact_margin
    mu: float,  #: 0.2..1, usually 0.5, named mu friction
    slope_cos: float,  #: -0.5..0.7, usually 0.5, named min_normal_z max_slope_cos
    ke: float,  #: 1..9, usually 5.0, named ke contact_ke
    slack: float,  #: 0.005..0.05, usually 0.01, named slop contact_slop
    dt: float,  #: 0.05..0.2, usually 0.1
    sleep_speed: float,  #: 0.3..0.8, usually 0.5, named sleep_speed rest_speed
    decay: float,  #: 0.5..0.95, usually 0.9, named warm_start_factor
    match_dist: float,  #: 0.8..1.6, usually 1.0, named match_dist match_radius
    merge_dist: float,  #: 0.6..1.2, usually 0.8, named merge_dist merge_radius
    break_force: float,  #: 0.8..1.8, usually 1.5, named break_force max_allowed_force
): ...


def outputs(
    max_speed: Array[float, bodies],  #: 0.5..2, named robot_speed max_speed
    contacts_io: Array[int, entries],  #: 0..contacts - 1, inout, named body_contacts contacts_of_body
    num_idle: Array[int, 1],  #: 0..1, inout, named num_free_bodies num_without_contact
    remaining: Array[float, 3 * bodies + 3],  #: 0.0..4.0, inout
    max_rows: int,  #: 2..6, named max_rows max_rows_per_body
    max_kept: int,  #: is 2
    match_out: Array[int, bodies],  #: output, named body_contact contact_out
    num_out: Array[int, bodies],  #: output, named num_contacts contact_count
    age: Array[int, bodies],  #: output, named contact_age
    on_ground: Array[int, bodies],  #: output, named on_ground is_grounded
    ground_count: Array[int, bodies],  #: output, named ground_contact_count
    sticking_count: Array[int, bodies],  #: output, named sticking_count num_sticking
    next_out: Array[int, bodies],  #: output, named next_waypoint waypoint_index
    num_rows: Array[int, bodies],  #: output, named num_rows row_count
    toi_out: Array[float, bodies],  #: output, named body_toi min_toi
    dist_out: Array[float, bodies],  #: output, named min_contact_dist
    impulse: Array[float, bodies],  #: output, named contact_impulse
    max_force: Array[float, bodies],  #: output, named max_contact_force
    force_out: Array[float, bodies],  #: output, named contact_load
    distance_out: Array[float, bodies],  #: output, named waypoint_distance
    air_time: Array[float, bodies],  #: 0..1, inout, named air_time time_in_air
    rest_time: Array[float, bodies],  #: 0..1, inout, named rest_time sleep_timer
    row_address: Array[int, contacts],  #: -1..9, inout, named efc_address row_address
    kept: Array[int, bodies, 2],  #: output, named kept_contacts manifold
    num_dropped: Array[int, 1],  #: 0..1, inout
    most_out: Array[int, 1],  #: 0..1, inout, named max_contacts
    total_out: Array[int, 1],  #: 0..1, inout, named total_contacts
    center_out: Array[wp.vec3, bodies],  #: output, named mean_contact_pos
    hit_normal: Array[wp.vec3, bodies],  #: output, named body_contact_normal normal_out
    ground_normal: Array[wp.vec3, bodies],  #: output
    body_pos_out: Array[wp.vec3, bodies],  #: output, named body_pos_out new_body_pos
    target_out: Array[wp.vec3, bodies],  #: output, named target_pos goal_pos
    force_vec_out: Array[wp.vec3, bodies],  #: output, named body_contact_force force_out
    torque_out: Array[wp.vec3, bodies],  #: output, named body_contact_torque torque_out
    wrench_out: Array[wp.spatial_vector, bodies],  #: output, named body_f contact_wrench
): ...
