"""Robots in many environments: drives of joints, observations, rewards, and the ends of episodes."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FOUR, FRAME, INT, VEC, Program

_BODIES = read_bodies("warp", "robots", margin=12)

_LIMITED = _BODIES["limited"]
"""Lines that limit a torque to the maximum of the motor."""
_DRIVES = {
    "joint_drive": (
        (
            _BODIES["joint_drive.eval_joint_drives"],
            "eval_joint_drives compute_joint_torques apply_joint_modes",
            "Computes joint torques by control mode",
        ),
        (
            _BODIES["joint_drive.pd_control"],
            "pd_control compute_pd_torques joint_pd_controller",
            "Computes PD controller torques within motor limits",
        ),
        (
            _BODIES["joint_drive.pid_control"],
            "pid_control compute_pid_torques joint_pid_controller",
            "Computes PID controller torques with anti-windup",
        ),
        (
            _BODIES["joint_drive.eval_passive_forces"],
            "eval_passive_forces joint_passive_forces passive_joint_torques",
            "Computes passive joint torques of springs, dampers, limits and friction",
        ),
    ),
    "action_filter": (
        (
            _BODIES["action_filter.filter_actions"],
            "filter_actions process_actions smooth_actions",
            "Smooths actions and converts them to joint targets",
        ),
        (
            _BODIES["action_filter.apply_delayed_actions"],
            "apply_delayed_actions delay_actions read_delayed_actions",
            "Applies actions with a delay of some steps",
        ),
        (
            _BODIES["action_filter.apply_actions"],
            "apply_actions set_joint_targets scale_actions",
            "Converts policy actions to joint targets",
        ),
    ),
    "soft_limits": (
        (
            _BODIES["soft_limits"],
            "joint_limit_penalty compute_limit_cost joint_limit_cost",
            "Computes the joint limit cost of each environment",
        ),
    ),
}


def _draw_drive(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of robots' joints, with one thread for each joint of each environment."""
    envs, joints = stream.child("sizes").choice(((8, 6), (16, 7), (16, 12), (12, 8)))
    worlds, dofs = ("env", "env_id", "world", "worldid"), ("j", "dof", "joint", "i")
    p = Program(stream, worlds, dofs, launch=(envs, joints))
    shape, length = (envs, joints), 8
    text, titles, summary = stream.child("kernel").choice(_DRIVES[target])
    other = stream.child("words").choice(("joint", "dof"))

    def in_words(*names: str) -> tuple[str, ...]:
        """Return the names without those that contain the kernel's unused word: ``joint`` or ``dof``."""
        return tuple(each for each in names if other not in each.split("_")) or names

    for key, bounds, names in (
        ("joint_q", (-3, 3), ("joint_q", "dof_pos", "qpos")), ("joint_qd", (-2, 2), ("joint_qd", "dof_vel", "qvel")),
        ("target", (-2, 2), ("joint_target", "targets", "ctrl", "commands")),
        ("gravity_comp", (-1, 1), ("gravity_comp", "feedforward")),
        ("actions", (-1.5, 1.5), ("actions", "action")), ("previous", (-1, 1), ("last_actions", "prev_actions")),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, shape, in_words(*names))
    for key, bounds, names in (
        ("kp", (1, 20), ("kp", "target_ke", "stiffness")), ("kd", (0.1, 2), ("kd", "target_kd", "damping")),
        ("lower", (-2, -0.5), ("joint_limit_lower", "lower", "dof_min")),
        ("upper", (0.5, 2), ("joint_limit_upper", "upper", "dof_max")),
        ("effort", (10, 40), ("effort_limit", "max_torque", "torque_limits")),
        ("friction", (0.1, 0.5), ("friction", "joint_friction", "frictionloss")),
        ("default_q", (-1, 1), ("default_q", "default_dof_pos", "rest_pose")),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (joints,), in_words(*names))
    p.array("modes", INT, (0, 3), shape, in_words("control_mode", "drive_mode", "mode", "joint_mode"))
    p.array("broken", FLAG, (0, 1), shape, ("motor_failed", "broken", "disabled"))
    p.array("step_count", INT, (0, 6), (envs,), ("episode_length", "step_count", "progress"))
    p.array("delay", INT, (0, 4), (envs,), ("delay_steps", "action_delay", "latency"))
    p.array("continuous", INT, (0, 1), (joints,), in_words("is_continuous", "dof_wraps"))
    p.scalar("relative", INT, (0, 1), ("relative_actions", "use_relative"))
    p.array("active", INT, (0, 1), (envs,), ("env_active", "active_mask", "enabled"))
    p.scalar("warmup", INT, (1, 4), ("warmup_steps", "num_warmup"))
    p.number("dead_zone", (0.1, 0.5), ("dead_zone", "deadband"), ("0.1", "0.05"))
    p.number("static_speed", (0.1, 0.5), ("static_speed", "velocity_eps"), ("0.1", "0.05"))
    p.number("limit_kd", (0.5, 2), ("limit_kd", "limit_damping"), ("1.0", "0.5"))
    p.number("speed_cost", (0.1, 1), ("speed_cost", "velocity_cost"), ("0.1", "0.5"))
    p.number("limit_ke", (5, 20), ("limit_ke", "limit_stiffness"), ("10.0", "20.0"))
    p.number("max_speed", (1, 1.6), ("max_velocity", "velocity_limit"), ("1.5", "1.0"))
    p.array("gear", FLOAT, (0.5, 2), (joints,), ("gear_ratio", "motor_strength"))
    p.array("speed_limit", FLOAT, (1, 1.6), (joints,), in_words("joint_velocity_limit", "dof_vel_limits"))
    p.number("smoothing", (0.2, 0.8), ("smoothing", "alpha", "filter_coeff"), ("0.5", "0.8"))
    p.number("max_rate", (0.2, 0.8), ("max_rate", "rate_limit", "max_delta"), ("0.5",))
    p.number("action_scale", (0.3, 1), ("action_scale", "scale"), ("0.5", "0.25"))
    p.number("soft", (0.7, 0.95), ("soft_limit_factor", "soft_ratio"), ("0.9", "0.95"))
    p.output("tau_out", FLOAT, shape, in_words("joint_f", "torques", "qfrc_actuator", "tau"))
    p.output("applied", FLOAT, shape, in_words("joint_target_out", "applied_targets", "dof_targets"))
    p.output("filtered", FLOAT, shape, ("filtered_actions", "smoothed_actions"))
    p.output("penalty", FLOAT, (envs,), ("limit_penalty", "limit_cost"), (0, 1))
    p.constants({"MODE_NONE": 0, "MODE_POSITION": 1, "MODE_VELOCITY": 2, "MODE_TORQUE": 3})
    p.array("queue", FLOAT, (-1.5, 1.5), (envs, length, joints), ("action_queue", "action_history"))
    p.constants({"QUEUE_LENGTH": length})
    p.array("target_qd", FLOAT, (-1, 1), shape, in_words("joint_target_qd", "target_vel"))
    p.array("noise", FLOAT, (-1, 1), shape, ("action_noise", "exploration_noise"))
    p.array("last_target", FLOAT, (-1, 1), shape, in_words("last_target", "prev_joint_target"))
    p.array("ki", FLOAT, (0.1, 2), (joints,), ("ki", "target_ki"))
    p.array("damping", FLOAT, (0.1, 1), (joints,), in_words("joint_damping", "dof_damping"))
    p.array("spring_ke", FLOAT, (0.5, 4), (joints,), in_words("joint_stiffness", "spring_ke"))
    p.number("max_integral", (0.3, 1), ("max_integral", "integral_limit"), ("0.5",))
    p.number("amount", (0.05, 0.2), ("noise_scale", "noise_std"), ("0.1",))
    p.scalar("dt", FLOAT, (0.02, 0.1), ("dt",))
    p.output("integral", FLOAT, shape, ("error_integral", "integral"), (-0.4, 0.4))
    p.output("passive", FLOAT, shape, ("passive_f", "qfrc_passive"))
    p.output("tau_sum", FLOAT, shape, in_words("joint_f", "qfrc"), (-1, 1))
    p.output("rate_out", FLOAT, shape, in_words("joint_target_qd", "target_rate"))
    p.output("power", FLOAT, (envs,), ("env_power", "power_cost"), (0, 1))
    p.write(text.replace("LIMITED", _LIMITED))
    return p.done("control", "drives", target, summary, tuple(titles.split()), (
        "One thread for each joint of each environment.", "Launched over (environments, joints).",
    ))  # fmt: skip


_EPISODES = {
    "terminations": _BODIES["terminations"],
    "reward": _BODIES["reward"],
    "foot_contacts": _BODIES["foot_contacts"],
    "terrain_levels": _BODIES["terrain_levels"],
    "resample_commands": _BODIES["resample_commands"],
    "reset_envs": _BODIES["reset_envs"],
}


_LEVELS = 6
"""Number of difficulty levels of the terrain."""

_EPISODE_FUNCTIONS = (
    """
    def tracking(err_sq: float, sigma: float) -> float:
        {return wp.exp(-err_sq / sigma) ~ return wp.exp(-err_sq / (sigma * sigma)) ~
        return 1.0 / (1.0 + err_sq / sigma)}
    """,
    _BODIES["episode_functions.has_fallen"],
    _BODIES["episode_functions.is_still"],
    _BODIES["episode_functions.flat_distance"],
)
"""Functions that kernels may call."""


def _draw_episode(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of environments: the end of an episode, its reward, or its start."""
    dofs, feet, starts = (stream.child("sizes").choice(each) for each in ((6, 8, 12), (2, 4), (4, 6)))
    p = Program(stream, ("env", "tid", "env_id", "i"))
    envs = p.threads
    p.array("pos", VEC, (-1, 1), (envs,), ("root_pos", "base_pos", "body_pos"))
    p.array("vel", VEC, (-1, 1), (envs,), ("root_vel", "base_vel", "lin_vel"))
    p.array("rot", FOUR, (-1, 1), (envs,), ("root_rot", "base_quat", "orientation"), element="wp.quat")
    p.array("start_rot", FOUR, (-1, 1), (starts,), ("keyframe_rot",), element="wp.quat")
    p.array("ang_vel", VEC, (-1, 1), (envs,), ("root_ang_vel", "base_ang_vel", "ang_vel"))
    p.array("origins", VEC, (-1, 1), (envs,), ("env_origins", "origins", "start_pos"))
    for key, name in (("offset", "pos"), ("start_vel", "vel"), ("start_spin", "ang_vel")):
        p.array(key, VEC, (-1, 1), (starts,), (f"keyframe_{name}",))
    p.number("spawn_height", (0.2, 0.6), ("spawn_height", "init_height"), ("0.5", "0.4"))
    p.array("command", VEC, (-1, 1), (envs,), ("commands", "target_vel", "velocity_command"))
    p.array("done_in", INT, (0, 1), (envs,), ("done", "dones", "terminated"))
    p.array("mask", INT, (0, 1), (envs,), ("reset_mask", "mask", "done"))
    p.array("flagged", FLAG, (0, 1), (envs,), ("reset_mask", "should_reset", "done"))
    p.array("progress", INT, (0, 20), (envs,), ("progress", "episode_length", "step_count"))
    p.array("start_of", INT, (0, starts - 1), (envs,), ("keyframe_ids", "frame_ids"))
    links = 2 * feet
    p.array("is_foot", INT, (0, 1), (links,), ("is_foot", "allowed_contact"))
    p.array("link_force", FLOAT, (0, 1.3), (envs, links), ("contact_forces", "link_contact", "net_contact_force"))
    p.array("contact_force", FLOAT, (0, 2), (envs, feet), ("foot_forces", "feet_contact", "foot_force"))
    p.array("air_time", FLOAT, (0, 1), (envs, feet), ("air_time", "feet_air_time"))
    p.array("last_contact", INT, (0, 1), (envs, feet), ("last_contact", "was_touching"))
    p.array("torques", FLOAT, (-1, 1), (envs, dofs), ("torques", "joint_f"))
    p.array("actions", FLOAT, (-1, 1), (envs, dofs), ("actions", "action"))
    p.array("last_actions", FLOAT, (-1, 1), (envs, dofs), ("last_actions", "prev_action"))
    p.array("qd_noise", FLOAT, (-0.5, 0.5), (envs, dofs), ("qd_noise", "velocity_noise"))
    p.array("start_qd", FLOAT, (-1, 1), (starts, dofs), ("keyframe_qd",))
    p.array("joint_qd", FLOAT, (-1, 1), (envs, dofs), ("joint_qd", "dof_vel"))
    p.array("noise", FLOAT, (-0.5, 0.5), (envs, dofs), ("noise", "q_noise"))
    p.array("start_q", FLOAT, (-1, 1), (starts, dofs), ("keyframe_q",))
    for key, bounds, names in (
        ("default_q", (-1, 1), ("default_q", "rest_pose")), ("lower", (-1, -0.2), ("lower", "q_lower")),
        ("upper", (0.2, 1), ("upper", "q_upper")),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (dofs,), names)
    p.number("min_height", (-0.7, -0.2), ("min_height", "termination_height"), ("0.0", "-0.5"))
    p.number("height_target", (-0.3, 0.5), ("target_height", "base_height"), ("0.3", "0.5"))
    p.number("max_distance", (1.2, 1.8), ("max_distance", "bounds_radius"), ("1.5",))
    p.number("force_limit", (0.9, 1.1), ("force_limit", "max_contact_force"), ("1.0",))
    p.number("sigma", (0.2, 1), ("sigma", "tracking_sigma"), ("0.25", "0.5"))
    p.number("energy_scale", (0.05, 0.3), ("energy_scale", "torque_cost", "cost_weight"), ("0.1", "0.05"))
    p.number("air_min", (0.2, 0.6), ("min_air_time", "air_target"), ("0.5",))
    p.number("penalty", (0.5, 2), ("termination_penalty", "fall_cost"), ("1.0", "2.0"))
    p.number("scale_noise", (0.2, 1), ("noise_scale", "reset_noise"), ("0.5", "0.1"))
    p.number("speed_noise", (0.2, 1), ("velocity_noise_scale", "qd_noise_scale"), ("0.2", "0.5"))
    p.number("dt", (0.05, 0.2), ("dt", "step_dt"), ("0.1", "0.02"))
    p.number("weight", (0.5, 2), ("weight", "tracking_weight", "reward_scale"), ("1.0", "1.5", "2.0"))
    for key, names, usual in (
        ("yaw_weight", ("yaw_weight", "turn_weight"), ("0.5",)),
        ("height_weight", ("height_weight", "base_height_weight"), ("2.0", "1.0")),
        ("hop_weight", ("lin_vel_z_weight", "vertical_speed_weight"), ("2.0", "1.0")),
        ("spin_weight", ("ang_vel_xy_weight", "roll_pitch_weight"), ("0.05", "0.1")),
        ("action_weight", ("action_rate_weight", "smoothness_weight"), ("0.01", "0.05")),
        ("air_weight", ("air_time_weight", "air_weight"), ("1.0", "2.0")),
    ):  # fmt: skip
        p.number(key, (0.1, 2), names, usual)
    p.number("min_up", (0.1, 0.5), ("min_up", "min_upright"), ("0.5", "0.2"))
    p.number("max_speed", (1, 1.5), ("max_speed", "velocity_limit"), ("1.2", "1.5"))
    p.number("contact_threshold", (0.5, 1.5), ("contact_threshold", "min_contact_force"), ("1.0",))
    for each in _EPISODE_FUNCTIONS:
        p.function(each)
    p.scalar("grace_steps", INT, (1, 4), ("grace_steps", "settle_steps"))
    p.scalar("resample_steps", INT, (2, 4), ("resample_steps", "command_interval"))
    p.scalar("seed", INT, (0, 999), ("seed", "rng_seed"))
    p.number("command_min", (0.3, 0.8), ("min_command", "command_deadband"), ("0.2", "0.5"))
    p.number("stand_weight", (0.1, 1), ("stand_still_weight", "stand_weight"), ("0.5", "1.0"))
    p.number("half_terrain", (0.8, 1.4), ("half_terrain", "promote_distance"), ("1.0",))
    p.number("still_share", (0.1, 0.3), ("standing_share", "still_probability"), ("0.1", "0.2"))
    p.number("hold_time", (0.5, 2), ("command_duration", "hold_time"), ("2.0", "1.0"))
    p.scalar("command_lower", VEC, (-1, -0.3), ("command_lower", "command_min_range"))
    p.scalar("command_upper", VEC, (0.3, 1), ("command_upper", "command_max_range"))
    p.array("joint_q_now", FLOAT, (-1, 1), (envs, dofs), ("joint_q", "dof_pos"))
    p.array("told_distance", FLOAT, (0.5, 3), (envs,), ("commanded_distance", "expected_distance"))
    p.array("timeout_in", INT, (0, 1), (envs,), ("timeout", "truncated"))
    p.array("terrain_kind", INT, (0, 2), (envs,), ("terrain_type", "terrain_col"))
    p.array("terrain_origin", VEC, (-2, 2), (_LEVELS, 3), ("terrain_origins",))
    p.constants({"NUM_LEVELS": _LEVELS})
    p.output("level_io", INT, (envs,), ("terrain_level", "level"), (0, _LEVELS - 1))
    p.output("origin_out", VEC, (envs,), ("env_origin_out", "spawn_origin"))
    p.output("num_promoted", INT, (1,), ("num_promoted",), (0, 1))
    p.output("command_out", VEC, (envs,), ("command_out", "velocity_command"))
    p.output("command_time", FLOAT, (envs,), ("command_time", "time_left"), (0, 0.5))
    p.output("contact_io", INT, (envs, feet), ("last_contact", "was_touching"), (0, 1))
    p.output("air_time_io", FLOAT, (envs, feet), ("air_time", "feet_air_time"), (0, 1))
    p.output("last_air_time", FLOAT, (envs, feet), ("last_air_time", "swing_duration"), (0, 1))
    p.output("touch_count", INT, (envs,), ("num_steps", "touchdown_count"), (0, 9))
    p.output("standing", INT, (envs,), ("num_standing", "standing_feet"))
    p.output("num_flying", INT, (1,), ("num_flying", "num_airborne"), (0, 1))
    p.scalar("max_length", INT, (8, 14), ("max_episode_length", "max_steps", "horizon"))
    p.scalar("randomize", INT, (0, 1), ("randomize", "use_noise"))
    p.constants({"NUM_FEET": feet, "NUM_LINKS": links})
    p.sizes(num_dofs=dofs)
    p.output("done", INT, (envs,), ("done", "dones", "reset_out", "terminated_out"))
    p.output("timeout", INT, (envs,), ("timeout", "truncated"))
    p.output("progress_io", INT, (envs,), ("progress", "episode_length"), (0, 20))
    p.output("episode_return", FLOAT, (envs,), ("episode_sums", "returns"), (0, 2))
    p.output("rot_out", FOUR, (envs,), ("root_rot", "base_quat"), (-1, 1), element="wp.quat")
    p.output("vel_out", VEC, (envs,), ("root_vel", "base_vel"), (-1, 1))
    p.output("spin_out", VEC, (envs,), ("root_ang_vel", "base_ang_vel"), (-1, 1))
    p.output("reward", FLOAT, (envs,), ("rewards", "reward", "rew_buf"))
    p.output("episode_sum", FLOAT, (envs,), ("episode_sums", "returns"), (0, 1))
    p.output("q_out", FLOAT, (envs, dofs), ("joint_q", "dof_pos", "qpos"), (-1, 1))
    p.output("qd_out", FLOAT, (envs, dofs), ("joint_qd", "dof_vel", "qvel"), (-1, 1))
    p.output("pos_out", VEC, (envs,), ("root_pos", "base_pos"), (-1, 1))
    turn, text = "rot[env]", _EPISODES[target]
    if p.choices.child("poses").chance(0.6):
        # position and rotation are read from one pose
        turn = "wp.transform_get_rotation(root_pose[env])"
        p.array("root_pose", FRAME, (-1, 1), (envs,), ("root_pose", "base_pose", "body_q"), element="wp.transform")
        p.lookups(root_p="root_p = wp.transform_get_translation(root_pose[env])", root_q=f"root_q = {turn}")
        text = re.sub(r"\brot\[env\]", "root_q", re.sub(r"\bpos\[env\]", "root_p", text))
    p.lookups(v_b=f"v_b = wp.quat_rotate_inv({turn}, vel[env])", w_b=f"w_b = wp.quat_rotate_inv({turn}, ang_vel[env])")
    p.guard_count("env")
    p.write(text)
    titles = {
        "terminations": ("check_termination", "compute_dones", "update_episodes", "check_resets"),
        "reward": ("compute_reward", "compute_rewards", "locomotion_reward", "tracking_reward"),
        "foot_contacts": ("update_foot_contacts", "update_air_time", "track_feet_contacts"),
        "terrain_levels": ("update_terrain_levels", "terrain_curriculum", "advance_curriculum"),
        "resample_commands": ("resample_commands", "sample_velocity_commands", "update_commands"),
        "reset_envs": ("reset_envs", "reset_idx", "apply_resets", "reset_states"),
    }[target]
    summary = {
        "terminations": "Determines which episodes are over",
        "reward": "Computes the reward of a step",
        "foot_contacts": "Measures the air time of the feet of each robot",
        "terrain_levels": "Moves robots to harder or easier terrain",
        "resample_commands": "Resamples velocity commands periodically",
        "reset_envs": "Resets environments",
    }[target]
    return p.done("control", "episodes", target, summary, titles, (
        "One thread per environment.", "Runs once per control step.",
    ))  # fmt: skip


RECIPES = (
    Recipe(name="drives", category="control", targets=tuple(_DRIVES), draw=_draw_drive),
    Recipe(
        name="episodes",
        category="control",
        targets=tuple(_EPISODES),
        draw=_draw_episode,
        target_weights={"resample_commands": 0.7},
    ),
)
