"""Rows of many worlds: they are reset, copied, flattened, summed, ranked or normalized."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import Program

_BODIES = read_bodies("warp", "world_rows", margin=8)
_ARGUMENTS = read_arguments("warp", "world_rows")

WORLDS: dict[str, tuple[tuple[str, str], ...]] = {
    "copy_worlds": (
        (
            "reset_to_keyframe load_keyframes set_keyframe",
            _BODIES["copy_worlds.reset_to_keyframe"],
        ),
        (
            "copy_worlds clone_world_state resample_worlds",
            _BODIES["copy_worlds.copy_worlds"],
        ),
        (
            "reorder_joints map_joint_order to_policy_order",
            _BODIES["copy_worlds.reorder_joints"],
        ),
        (
            "auto_reset_worlds reset_finished_worlds step_or_reset",
            _BODIES["copy_worlds.auto_reset_worlds"],
        ),
        (
            "copy_world_joints sync_selected_joints transfer_joint_state",
            _BODIES["copy_worlds.copy_world_joints"],
        ),
    ),
    "zero_worlds": (
        (
            "reset_worlds reset_joint_state reset_dofs",
            _BODIES["zero_worlds.reset_worlds"],
        ),
        (
            "update_air_time update_feet_air_time",
            _BODIES["zero_worlds.update_air_time"],
        ),
        (
            "update_actions filter_actions smooth_actions",
            _BODIES["zero_worlds.update_actions"],
        ),
        (
            "randomize_masses randomize_bodies domain_randomization",
            _BODIES["zero_worlds.randomize_masses"],
        ),
        (
            "push_worlds apply_random_pushes disturb_joints",
            _BODIES["zero_worlds.push_worlds"],
        ),
        (
            "resample_commands update_commands sample_commands",
            _BODIES["zero_worlds.resample_commands"],
        ),
    ),
    "offsets": (
        (
            "flatten_contacts gather_contact_ids pack_world_contacts",
            _BODIES["offsets.flatten_contacts"],
        ),
        (
            "unflatten_contacts split_contacts_by_world scatter_contact_ids",
            _BODIES["offsets.unflatten_contacts"],
        ),
        (
            "globalize_body_ids offset_body_ids replicate_bodies",
            _BODIES["offsets.globalize_body_ids"],
        ),
    ),
    "prefix_sums": (
        (
            "discounted_returns compute_returns reward_to_go",
            _BODIES["prefix_sums.discounted_returns"],
        ),
        (
            "compute_gae gae_advantages generalized_advantages",
            _BODIES["prefix_sums.compute_gae"],
        ),
        (
            "assign_constraint_rows compute_row_addresses assign_efc_addresses",
            _BODIES["prefix_sums.assign_constraint_rows"],
        ),
    ),
    "rank_items": (
        (
            "rank_worlds rank_environments select_elites",
            _BODIES["rank_items.rank_worlds"],
        ),
        (
            "pick_parents tournament_select choose_parents",
            _BODIES["rank_items.pick_parents"],
        ),
        (
            "check_termination compute_dones update_terminations",
            _BODIES["rank_items.check_termination"],
        ),
        (
            "update_curriculum update_terrain_levels move_terrain_level",
            _BODIES["rank_items.update_curriculum"],
        ),
    ),
    "normalize_rows": (
        (
            "normalize_observations normalize_obs scale_observations",
            _BODIES["normalize_rows.normalize_observations"],
        ),
        (
            "scale_actions unnormalize_actions actions_to_targets",
            _BODIES["normalize_rows.scale_actions"],
        ),
        (
            "scale_rewards accumulate_reward_terms weight_rewards",
            _BODIES["normalize_rows.scale_rewards"],
        ),
        (
            "limit_actions safety_filter guard_joint_targets",
            _BODIES["normalize_rows.limit_actions"],
        ),
        (
            "corrupt_observations add_sensor_noise simulate_sensors",
            _BODIES["normalize_rows.corrupt_observations"],
        ),
    ),
}
"""Kernels of rows of many worlds, by target. Each has possible names and lines."""
_SUMMARIES = {
    "reset_to_keyframe": "Sets joints of worlds to those of a keyframe",
    "copy_worlds": "Copies the joints of worlds from those of their parents",
    "reorder_joints": "Reorders the joints of worlds for a policy",
    "auto_reset_worlds": "Resets worlds whose episodes are over",
    "copy_world_joints": "Copies selected joints from other worlds",
    "reset_worlds": "Resets the joints of worlds",
    "update_air_time": "Measures the air time of feet",
    "update_actions": "Smooths the actions of worlds",
    "randomize_masses": "Randomizes the masses of bodies of each world",
    "push_worlds": "Applies random pushes to the joints of worlds",
    "resample_commands": "Resamples commands when their time is over",
    "flatten_contacts": "Flattens the contacts of all worlds into one list",
    "unflatten_contacts": "Reads the contacts of each world from the list of all",
    "globalize_body_ids": "Converts body ids of worlds to global ids",
    "discounted_returns": "Computes discounted returns of the steps of each world",
    "compute_gae": "Computes generalized advantage estimates for each world",
    "assign_constraint_rows": "Computes the first row of each contact by a prefix sum",
    "rank_worlds": "Ranks worlds by their scores",
    "pick_parents": "Selects parent worlds for resampling",
    "check_termination": "Determines which episodes end and why",
    "update_curriculum": "Moves worlds to a harder or easier curriculum level",
    "normalize_observations": "Normalizes the observations of worlds",
    "scale_actions": "Converts policy actions to joint targets",
    "scale_rewards": "Sums the weighted rewards of each world",
    "limit_actions": "Limits joint targets to feasible changes",
    "corrupt_observations": "Corrupts observations with sensor noise and failures",
}
"""The summary of each kernel, by the first of its names."""
_BY_WORLD = ("prefix_sums", "rank_items")
"""Targets whose kernels have one thread for each world."""


def draw_worlds(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of rows in many worlds: reset, copied, gathered, summed, ranked, or normalized."""
    alone = target in _BY_WORLD
    worlds, width = stream.child("sizes").choice(
        ((32, 6), (48, 4), (64, 5)) if alone else ((6, 8), (8, 8), (8, 12), (12, 6), (16, 8))
    )
    names, inner = ("world", "worldid", "env", "env_id"), {"offsets": ("i", "slot", "j")}.get(target, ("i", "dof", "j"))
    p = Program(stream, names, launch=(worlds,)) if alone else Program(stream, names, inner, launch=(worlds, width))
    titles, text = p.choices.child("purpose").choice(WORLDS[target])
    _declare_rows(p, worlds, width)
    p.write(text)
    doc = "One thread per world." if alone else "One thread for each entry of each world's row."
    return p.done("bookkeeping", "worlds", target, _SUMMARIES[titles.split()[0]], tuple(titles.split()), (doc,))


def _declare_rows(p: Program, worlds: int, width: int) -> None:
    """Declare the arguments of a kernel for rows of many worlds."""
    keys = 4
    total = worlds * width
    sizes = {"worlds": worlds, "width": width, "keys": keys, "total": total}
    for rows in _ARGUMENTS.values():
        declare(p, rows, sizes)
    p.constants({"FAR_AWAY": 1.0e6})
    p.constants({"DONE_NOT": 0, "DONE_FAILED": 1, "DONE_TIMEOUT": 2})
