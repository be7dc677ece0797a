"""Arguments of kernels that change a simulator's state: joints, bodies, particles, histories and contacts."""

from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import (
    FLAG,
    FLOAT,
    FOUR,
    FRAME,
    INT,
    PAIR,
    SPATIAL,
    TRIPLE,
    VEC,
    Program,
)

_ARGUMENTS = read_arguments("warp", "state_arguments")

_COORDINATES, _VELOCITIES = 7, 6
"""Maximum numbers of coordinates and velocities of a joint."""
_GROUPS = 4
"""Number of worlds that contain the items."""
_TWIST, _POSE = "wp.spatial_vector", "wp.transform"
_HISTORY = 4
"""Number of steps in a history."""


def declare_chosen(p: Program, one: str, n: int, *, resets: bool) -> None:
    """Declare the arguments that select items of a launch."""
    whole = ("reset_mask",) if resets else ()
    p.array("enabled", FLAG, (0, 1), (n,), (f"{one}_enabled", "enabled", f"is_{one}_enabled"))
    p.array("world_of", INT, (0, _GROUPS - 1), (n,), (f"{one}_world", f"{one}_world_id"))
    p.array("world_or_none", INT, (-1, _GROUPS - 1), (n,), (f"{one}_world", f"{one}_world_id"))
    p.array("world_mask", FLAG, (0, 1), (_GROUPS,), ("world_mask", "env_mask", *whole))
    p.array("flags", INT, (0, 3), (n,), (f"{one}_flags",))
    p.array("env_mask", FLAG, (0, 1), (n,), ("env_mask", "write_mask"))
    p.array("inv_mass", FLOAT, (-0.4, 1), (n,), (f"{one}_inv_mass", "inv_mass"))
    p.constants({"ACTIVE": 1, "KINEMATIC": 2})
    p.scalar("dt", FLOAT, (0.1, 0.3), ("dt", "step_dt", "frame_dt"))
    p.scalar("seed", INT, (0, 1000), ("seed",))


def declare_joints(p: Program, worlds: int, n: int, joints: int) -> None:
    """Declare joints, whose coordinates and velocities are in flat arrays, and degrees of freedom."""
    coords, dofs = joints * _COORDINATES, joints * _VELOCITIES
    p.starts("q_start", joints, _COORDINATES, 0, ("joint_q_start", "q_start"))
    p.starts("qd_start", joints, _VELOCITIES, 0, ("joint_qd_start", "qd_start"))
    p.starts("art_start", n + 1, 3, 2, ("articulation_start", "art_joint_start"))
    p.array("world_active", FLAG, (0, 1), (worlds,), ("world_mask", "world_active"))
    p.starts("world_start", worlds, coords, 0, ("world_q_start", "world_coord_start"))
    p.array("joint_type", INT, (0, 4), (joints,), ("joint_type",))
    p.array("joint_enabled", FLAG, (0, 1), (n,), ("joint_enabled",))
    p.array("locked", FLAG, (0, 1), (joints,), ("joint_locked", "is_locked"))
    p.array("is_selected", FLAG, (0, 1), (joints,), ("joint_selected", "joint_mask"))
    p.array("q_init", FLOAT, (-2, 2), (coords,), ("joint_q_init", "default_joint_q", "joint_q_0"))
    p.array("qd_init", FLOAT, (-1, 1), (dofs,), ("joint_qd_init", "default_joint_qd", "joint_qd_0"))
    p.array("flat_q", FLOAT, (-2, 2), (worlds * coords,), ("joint_q",))
    p.array("qpos", FLOAT, (-2, 2), (worlds, coords), ("qpos",))
    for key, bounds, names in (
        ("lower", (-1.5, -0.3), ("joint_limit_lower", "dof_lower")),
        ("upper", (0.3, 1.5), ("joint_limit_upper", "dof_upper")),
        ("q_ref", (-1, 1), ("q_ref", "joint_q_ref", "qpos0")),
        ("q_default", (-2, 2), ("default_dof_pos", "dof_pos_default", "q_default")),
        ("dof_q", (-2, 2), ("dof_pos", "joint_pos")),
        ("dof_qd", (-2, 2), ("dof_vel", "joint_vel")),
        ("follow_ratio", (-2, 2), ("mimic_ratio", "follow_ratio", "mimic_coef1")),
        ("follow_offset", (-0.5, 0.5), ("mimic_offset", "follow_offset", "mimic_coef0")),
    ):
        p.array(key, FLOAT, bounds, (n,), names)
    p.array("leader_of", INT, (-n // 2, n - 1), (n,), ("mimic_joint", "leader", "mimic_dof"))
    p.array("drive_mode", INT, (0, 3), (n,), ("drive_mode", "control_mode", "dof_mode"))
    for key, names in (
        ("has_limits", ("has_limits", "dof_limited")),
        ("is_continuous", ("is_continuous", "dof_continuous")),
        ("is_driven", ("is_driven", "dof_driven")),
    ):
        p.array(key, FLAG, (0, 1), (n,), names)
    p.scalar("reset_velocity", FLAG, (0, 1), ("reset_velocity", "zero_velocity"))
    p.scalar("keep_root", FLAG, (0, 1), ("keep_root", "skip_root"))
    p.number("pos_noise", (0.1, 1), ("pos_noise", "position_noise"), ("0.1", "0.25"))
    p.number("vel_noise", (0.1, 1), ("vel_noise", "velocity_noise"), ("0.1", "0.5"))
    p.number("max_speed", (0.5, 1.5), ("max_velocity", "max_speed"), ("1.0",))
    p.sizes(coords_per_world=coords)
    kinds = ("JOINT_PRISMATIC", "JOINT_REVOLUTE", "JOINT_BALL", "JOINT_FIXED", "JOINT_FREE")
    p.constants({name: number for number, name in enumerate(kinds)})
    p.constants({"MODE_NONE": 0, "MODE_POSITION": 1, "MODE_VELOCITY": 2, "MODE_EFFORT": 3})
    p.output("q_out", FLOAT, (coords,), ("joint_q", "joint_q_out"))
    p.output("qd_out", FLOAT, (dofs,), ("joint_qd", "joint_qd_out"))
    p.output("flat_q_out", FLOAT, (worlds * coords,), ("joint_q", "joint_q_out"))
    p.output("qpos_out", FLOAT, (worlds, coords), ("qpos", "qpos_out"))
    for key, names in (
        ("dof_q_out", ("dof_pos_out", "joint_pos_out")),
        ("dof_qd_out", ("dof_vel_out", "joint_vel_out")),
        ("target_out", ("dof_pos_target", "joint_target_pos")),
        ("target_qd_out", ("dof_vel_target", "joint_target_vel")),
        ("effort_out", ("dof_effort", "joint_target_effort")),
    ):
        p.output(key, FLOAT, (n,), names)


def declare_bodies(p: Program, n: int) -> None:
    """Declare bodies and their sleep timers, particles, and environments whose roots are bodies."""
    items = 3 * (n + 1)
    sizes = {"n": n, "items": items, "groups": _GROUPS}
    for part in ("bodies", "roots", "thresholds", "outputs"):
        declare(p, _ARGUMENTS[part], sizes)
    for key, bounds in (("max_lin_of", (0.5, 1.5)), ("max_ang_of", (0.5, 1.5))):
        named = {"max_lin_of": "max_linear_velocity", "max_ang_of": "max_angular_velocity"}[key]
        p.array(key, FLOAT, bounds, (n,), (f"body_{named}", named))
    p.constants({"ROOT_FIXED": 0, "ROOT_FREE": 1})


def declare_kept(p: Program, worlds: int, n: int) -> None:
    """Declare the histories of environments and motions."""
    for key, names in (
        ("reset_mask", ("reset_mask", "done", "env_reset")), ("env_active", ("env_active", "active_mask")),
    ):  # fmt: skip
        p.array(key, FLAG, (0, 1), (worlds,), names)
    p.array("done", FLAG, (0, 1), (n,), ("done", "reset_mask", "env_reset"))
    p.scalar("keep_history", FLAG, (0, 1), ("keep_history", "preserve_history"))
    p.scalar("step", INT, (8, 40), ("step", "frame_id", "step_count"))
    p.array("frame", INT, (0, 40), (worlds,), ("frame", "step_count", "write_index"))
    p.array("episode_length", INT, (0, 4), (worlds,), ("episode_length", "progress"))
    p.array("delay_of", INT, (0, _HISTORY + 1), (worlds,), ("action_delay", "delay_steps", "latency"))
    p.array("delay_part", FLOAT, (-0.5, 1), (worlds,), ("delay_fraction", "latency_fraction"))
    p.array("obs", FLOAT, (-2, 2), (worlds, n), ("obs", "observations"))
    p.array("obs_rows", FLOAT, (-2, 2), (n, 3), ("obs", "observations", "frame_obs"))
    p.array("past", FLOAT, (-1, 1), (worlds, _HISTORY, n), ("action_history", "action_buffer"))
    p.array("default_action", FLOAT, (-1, 1), (n,), ("default_action", "rest_action"))
    p.number("clip_obs", (1, 1.8), ("clip_obs", "obs_clip"), ("1.5",))
    p.sizes(history_length=_HISTORY, obs_dim=3)
    p.output("history", FLOAT, (worlds, _HISTORY, n), ("history", "obs_history"), (-1, 1))
    p.output("stacked", FLOAT, (n, 3 * _HISTORY), ("stacked_obs", "obs_stack"), (-1, 1))
    p.output("delayed", FLOAT, (worlds, n), ("delayed_action", "action_out"))
    p.scalar("record_every", INT, (1, 3), ("record_every", "log_interval", "decimation"))
    p.scalar("log_length", INT, (5, 10), ("log_length", "max_frames"))
    p.output("last_pos", VEC, (n,), ("last_pos", "last_recorded_pos"), (-1, 1))
    p.output("pos_log", VEC, (10, n), ("pos_log", "trajectory"))
    p.output("rot_log", FOUR, (10, n), ("rot_log",), element="wp.quat")
    p.output("pose_log", FRAME, (10, n), ("pose_log", "trajectory"), element="wp.transform")
    p.output("qd_log", SPATIAL, (10, n), ("twist_log", "body_qd_log"), element="wp.spatial_vector")
    p.output("path_length", FLOAT, (n,), ("path_length", "distance_traveled"), (0, 1))
    keys = 6
    p.sizes(num_keys=keys)
    p.starts("key_times", keys, 1, 0.5, ("key_times", "keyframe_times"), kind=FLOAT)
    p.array("key_pos", VEC, (-1, 1), (keys, n), ("key_pos", "keyframe_pos"))
    p.array("key_rot", FOUR, (-1, 1), (keys, n), ("key_rot", "keyframe_rot"), element="wp.quat")
    p.array("time_of", FLOAT, (0, 8), (n,), ("motion_time", "track_time", "clip_time"))
    p.array("play_rate", FLOAT, (0.5, 1.5), (n,), ("play_rate", "playback_speed"))
    p.array("start_time", FLOAT, (0, 2), (n,), ("start_time", "motion_start"))
    p.array("playing", FLAG, (0, 1), (n,), ("playing", "track_active"))
    p.array("stepped", FLAG, (0, 1), (n,), ("is_stepped", "step_keys"))
    p.scalar("looped", FLAG, (0, 1), ("loop", "looped", "cyclic"))
    p.output("track_pos_out", VEC, (n,), ("track_pos", "pos_out", "bone_pos"))
    p.output("track_rot_out", FOUR, (n,), ("track_rot", "rot_out", "bone_rot"), element="wp.quat")


def declare_carried(p: Program, n: int) -> None:
    """Declare the contacts of the previous step and of this one, and the indices that map one to the other."""
    old = 16
    p.array("num_contacts", INT, (n // 2, n), (1,), ("contact_count", "num_contacts"))
    p.array("num_old", INT, (old // 2, old), (1,), ("prev_contact_count", "num_old_contacts"))
    p.array("contact_key", INT, (0, 3), (n,), ("contact_key", "contact_feature"))
    p.array("old_key", INT, (0, 3), (old,), ("prev_contact_key", "old_contact_feature"))
    p.array("contact_a", INT, (-4, n - 1), (n,), ("contact_body_a", "contact_body0"))
    p.array("contact_b", INT, (-4, n - 1), (n,), ("contact_body_b", "contact_body1"))
    p.array("contact_depth", FLOAT, (-0.1, 0.3), (n,), ("contact_depth", "penetration"))
    for key, size, names in (
        ("contact_point", n, ("contact_point", "contact_pos")), ("contact_normal", n, ("contact_normal",)),
        ("old_point", old, ("prev_contact_point", "old_contact_pos")),
        ("old_normal", old, ("prev_contact_normal", "old_contact_normal")),
        ("old_impulse", old, ("prev_impulse", "old_contact_impulse")),
        ("local_a", n, ("contact_local_a", "contact_point0")), ("local_b", n, ("contact_local_b", "contact_point1")),
        ("old_pos", 24, ("coarse_pos", "old_pos")), ("old_vel", 24, ("coarse_vel", "old_vel")),
    ):  # fmt: skip
        p.array(key, VEC, (-1, 1), (size,), names)
    p.number("match_radius", (0.6, 1.4), ("match_radius", "match_distance"), ("1.0",))
    p.number("min_cos", (-0.5, 0.5), ("min_normal_cos", "min_normal_dot"), ("0.0",))
    p.number("decay", (0.3, 0.9), ("decay", "warm_start_factor"), ("0.8", "0.5"))
    p.number("break_distance", (0.6, 1.6), ("break_distance", "breaking_threshold"), ("1.0",))
    p.constants({"CONTACT_FREE": 0, "CONTACT_NEAR": 1, "CONTACT_TOUCHING": 2})
    p.output("impulse_out", VEC, (n,), ("contact_impulse", "impulse_out"))
    p.output("impulse_kept", VEC, (n,), ("contact_impulse",), (-1, 1))
    p.output("match_out", INT, (n,), ("match_index", "matched_contact"))
    p.output("contact_state", INT, (n,), ("contact_state", "contact_status"), (0, 2))
    p.output("contact_age", INT, (n,), ("contact_age", "contact_lifetime"), (0, 9))
    p.output("gap_out", FLOAT, (n,), ("contact_gap", "contact_dist"))
    p.output("point_out", VEC, (n,), ("contact_world_point", "contact_pos"))
    p.array("tri_indices", TRIPLE, (0, 23), (n,), ("tri_indices", "triangles"))
    p.array("vertex_map", INT, (-4, 20), (24,), ("vertex_map", "vertex_remap", "new_vertex_id"))
    p.array("flipped", INT, (0, 1), (n,), ("flip_winding", "is_flipped"))
    p.output("tri_out", TRIPLE, (n,), ("tri_indices_out", "tri_out"), (0, 23))
    p.output("tri_alive", INT, (n,), ("tri_alive", "tri_valid"))
    size = 8
    p.array("cell_of", TRIPLE, (-1, size), (n,), ("cell_coords", "cell_ijk"))
    p.array("cell_active", FLAG, (0, 1), (n,), ("cell_active", "is_active"))
    p.array("density", FLOAT, (0.2, 2), (n,), ("density", "cell_density"))
    p.scalar("shift_by", TRIPLE, (-2, 2), ("shift", "window_shift"))
    for axis in "xyz":
        p.scalar(f"shift_{axis}", INT, (-2, 2), (f"shift_{axis}",))
    p.scalar("wraps_around", FLAG, (0, 1), ("periodic", "wrap"))
    p.sizes(grid_size=size)
    p.output("cell_out", TRIPLE, (n,), ("cell_coords_out", "cell_out"))
    p.output("density_out", FLOAT, (n,), ("density_out", "cell_density_out"), (0.2, 2))
    p.array("from_a", INT, (0, 23), (n,), ("parent_a", "vertex_parent0"))
    p.array("from_b", INT, (-12, 23), (n,), ("parent_b", "vertex_parent1"))
    p.array("split_at", FLOAT, (0, 1), (n,), ("split_at", "edge_weight"))
    p.array("pinned_old", FLAG, (0, 1), (24,), ("coarse_pinned", "is_pinned"))
    p.array("inv_mass_old", FLOAT, (0.2, 2), (24,), ("coarse_inv_mass", "old_inv_mass"))
    p.output("new_pos", VEC, (n,), ("fine_pos", "new_pos"))
    p.output("new_vel", VEC, (n,), ("fine_vel", "new_vel"))
    p.output("new_inv_mass", FLOAT, (n,), ("fine_inv_mass", "new_inv_mass"))
    p.array("pairs", PAIR, (-1, 23), (n,), ("contact_pair", "shape_pairs", "pairs"))
    p.array("shape_map", INT, (-6, 15), (24,), ("shape_map", "new_shape_id", "shape_remap"))
    p.array("is_fixed", FLAG, (0, 1), (16,), ("shape_static", "is_static"))
    p.array("shape_world", INT, (-1, 3), (16,), ("shape_world",))
    p.output("pairs_out", PAIR, (n,), ("contact_pair_out", "pairs_out"))
