"""Robots in many environments: drives of joints, observations, rewards, and the ends of episodes."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import FRAME, Program

_BODIES = read_bodies("warp", "robots", margin=12)
_ARGUMENTS = read_arguments("warp", "robots")

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
    length = 8
    text, titles, summary = stream.child("kernel").choice(_DRIVES[target])
    other = stream.child("words").choice(("joint", "dof"))

    def in_words(*names: str) -> tuple[str, ...]:
        """Return the names without those that contain the kernel's unused word: ``joint`` or ``dof``."""
        return tuple(each for each in names if other not in each.split("_")) or names

    sizes = {"envs": envs, "joints": joints, "length": length}
    for part in ("drives", "rates", "drive_outputs"):
        rows = _ARGUMENTS[part]
        declare(p, rows, sizes, {row.key: in_words(*row.names) for row in rows})
    p.constants({"MODE_NONE": 0, "MODE_POSITION": 1, "MODE_VELOCITY": 2, "MODE_TORQUE": 3})
    p.constants({"QUEUE_LENGTH": length})
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
    links = 2 * feet
    sizes = {"envs": envs, "starts": starts, "links": links, "feet": feet, "dofs": dofs, "levels": _LEVELS}
    for part in ("robots", "weights", "commands", "outputs"):
        declare(p, _ARGUMENTS[part], sizes)
    for each in _EPISODE_FUNCTIONS:
        p.function(each)
    p.constants({"NUM_LEVELS": _LEVELS})
    p.constants({"NUM_FEET": feet, "NUM_LINKS": links})
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
