"""Rows of many worlds: they are reset, copied, flattened, summed, ranked or normalized."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT, PAIR, VEC, Program

_BODIES = read_bodies("warp", "world_rows", margin=8)

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
    shape, steps = (worlds, width), (width, worlds)
    keys = 4
    p.array("reset", FLAG, (0, 1), (worlds,), ("reset_mask", "done", "reset"))
    for key, size, names in (
        ("env_active", worlds, ("env_active", "active_mask")), ("reset_of", worlds, ("reset_mask", "done")),
        ("is_pushed", worlds, ("push_mask", "is_pushed")), ("is_locked", width, ("dof_locked", "is_locked")),
        ("is_copied", width, ("dof_selected", "is_copied")), ("is_random", width, ("is_randomized", "body_randomized")),
        ("is_base", width, ("is_base", "ends_episode")),
    ):  # fmt: skip
        p.array(key, FLAG, (0, 1), (size,), names)
    p.array("is_dropped", FLAG, (0, 1), shape, ("sensor_dropped", "dropout_mask"))
    for key, names in (
        ("from_default", ("ignore_keyframes", "use_default")), ("keeps_pose", ("restore_keyframe", "use_keyframe")),
        ("only_up", ("only_harder", "never_demote")),
    ):  # fmt: skip
        p.scalar(key, FLAG, (0, 1), names)
    p.scalar("seed", INT, (0, 1000), ("seed",))
    p.scalar("step", INT, (0, 12), ("step", "frame_id"))
    p.scalar("push_every", INT, (1, 3), ("push_interval", "push_every"))
    p.scalar("top_level", INT, (2, 4), ("max_level", "top_level"))
    p.scalar("max_length", INT, (3, 7), ("max_episode_length", "max_steps"))
    p.array("episode_age", INT, (0, 9), (worlds,), ("episode_length", "progress"))
    p.sizes(num_items=width)
    for key, size, span, names in (
        ("body_inertia", (width,), (0.1, 2), ("body_inertia",)), ("max_rate", (width,), (0.2, 1), ("max_target_rate",)),
        ("last_target", shape, (-1, 1), ("last_target", "prev_target")),
        ("last_obs", shape, (-2, 2), ("last_obs", "prev_obs")),
        ("resolution", (width,), (0.1, 0.5), ("sensor_resolution", "resolution")),
        ("height", (worlds,), (0, 1), ("base_height", "root_height")),
    ):  # fmt: skip
        p.array(key, FLOAT, span, size, names)
    for key, span, names, usual in (
        ("scale_low", (0.5, 0.9), ("mass_scale_low", "scale_min"), ("0.8",)),
        ("scale_high", (1.1, 1.5), ("mass_scale_high", "scale_max"), ("1.2",)),
        ("added_mass", (0.2, 1.5), ("added_mass", "payload"), ("0.5",)),
        ("push_speed", (0.2, 1), ("push_velocity", "push_speed"), ("0.5",)),
        ("max_qd", (0.5, 1), ("max_velocity", "velocity_limit"), ("1.0",)),
        ("hold_time", (0.5, 2), ("command_time", "hold_time"), ("1.0",)),
        ("dead_zone", (0.1, 0.4), ("dead_zone", "command_threshold"), ("0.2",)),
        ("stand_share", (0.1, 0.4), ("stand_probability", "zero_command_prob"), ("0.2",)),
        ("max_depth", (0.02, 0.08), ("max_depth", "penetration_limit"), ("0.05",)),
        ("min_height", (0.2, 0.6), ("min_height", "fall_height"), ("0.3",)),
        ("up_score", (0.2, 1), ("promote_above", "move_up_threshold"), ("0.5",)),
        ("down_score", (-1, 0), ("demote_below", "move_down_threshold"), ("-0.5",)),
        ("low_noise", (0.1, 0.4), ("min_noise", "noise_floor"), ("0.2",)),
    ):
        p.number(key, span, names, usual)
    p.constants({"FAR_AWAY": 1.0e6})
    p.constants({"DONE_NOT": 0, "DONE_FAILED": 1, "DONE_TIMEOUT": 2})
    p.array("contact_pos", VEC, (-1, 1), shape, ("contact_pos",))
    p.array("contact_geom", PAIR, (0, 9), shape, ("contact_geom", "contact_shapes"))
    p.array("flat_pos", VEC, (-1, 1), (worlds * width,), ("contact_pos",))
    p.array("flat_geom", PAIR, (0, 9), (worlds * width,), ("contact_geom", "contact_shapes"))
    p.array("body_pos", VEC, (-1, 1), (width,), ("body_pos",))
    p.array("world_origin", VEC, (-2, 2), (worlds,), ("world_origin", "env_origin"))
    p.number("spacing", (0.5, 2), ("spacing", "world_spacing"), ("1.0", "2.0"))
    p.output("contact_pos_out", VEC, (worlds * width,), ("contact_pos_out",), (0, 1))
    p.output("contact_geom_out", PAIR, (worlds * width,), ("contact_geom_out",), (0, 9))
    p.output("world_pos", VEC, shape, ("world_contact_pos",))
    p.output("world_geom", PAIR, shape, ("world_contact_geom", "world_contact_shapes"))
    p.output("inertia_out", FLOAT, (worlds * width,), ("body_inertia_out",))
    p.output("body_pos_out", VEC, (worlds * width,), ("body_pos_out", "world_body_pos"))
    p.output("root_out", INT, (worlds * width,), ("body_root", "body_rootid_out"))
    p.output("is_root", FLAG, (worlds * width,), ("is_root", "body_is_root"))
    p.output("landed", FLAG, shape, ("first_contact", "has_landed"))
    p.output("world_mass", FLOAT, shape, ("world_body_mass", "body_mass_out"))
    p.output("world_inertia", FLOAT, shape, ("world_body_inertia", "body_inertia_out"))
    p.output("time_left", FLOAT, shape, ("command_time_left", "time_left"), (-0.1, 0.2))
    p.output("command", FLOAT, shape, ("command", "commands"))
    p.output("terminated", FLAG, (worlds,), ("terminated",))
    p.output("truncated", FLAG, (worlds,), ("truncated", "time_outs"))
    p.output("done_out", INT, (worlds,), ("done_reason", "done"))
    p.output("age_out", INT, (worlds,), ("episode_length_out", "progress_out"))
    p.output("num_dropped", INT, (worlds,), ("num_dropped", "contact_overflow"), (0, 2))
    p.output("num_done", INT, (1,), ("num_done", "episode_count"), (0, 3))
    p.output("level", INT, (worlds,), ("terrain_level", "level"), (0, 4))
    p.array("failed", FLAG, (0, 1), (worlds,), ("failed", "terminated"))
    p.array("finished", FLAG, (0, 1), steps, ("dones", "terminated"))
    p.array("done_float", INT, (0, 1), steps, ("dones", "terminated"))
    p.array("touching", FLAG, (0, 1), shape, ("foot_contact", "in_contact"))
    p.array("constant_obs", FLAG, (0, 1), (width,), ("obs_constant", "is_constant"))
    p.scalar("fixed_stats", FLAG, (0, 1), ("evaluate", "deterministic"))
    p.scalar("is_relative", FLAG, (0, 1), ("relative", "use_relative"))
    p.scalar("only_positive", FLAG, (0, 1), ("only_positive", "clip_negative"))
    p.array("key_of", INT, (-1, keys - 1), (worlds,), ("keyframe", "key_id"))
    p.array("parent", INT, (-1, worlds - 1), (worlds,), ("parent", "src_world"))
    p.array("parents_all", INT, (0, worlds - 1), (worlds,), ("parent", "src_world"))
    p.array("first_candidate", INT, (0, worlds - 1), (worlds,), ("candidate_a", "first_candidate"))
    p.array("second_candidate", INT, (0, worlds - 1), (worlds,), ("candidate_b", "second_candidate"))
    p.array("order", INT, (0, width - 1), (width,), ("joint_order", "joint_map"))
    p.array("order_or_none", INT, (-1, width - 1), (width,), ("joint_order", "joint_map"))
    for key, span, given, pool in (
        ("key_q", (-1, 1), (keys, width), ("key_dof_pos", "keyframe_dof_pos")),
        ("key_qd", (-1, 1), (keys, width), ("key_dof_vel", "keyframe_dof_vel")),
        ("q_in", (-2, 2), shape, ("dof_pos", "dof_pos_in")), ("qd_in", (-2, 2), shape, ("dof_vel", "dof_vel_in")),
        ("q_default", (-1, 1), (width,), ("default_dof_pos", "dof_pos_default")),
        ("q_lower", (-2, -0.5), (width,), ("dof_lower", "dof_pos_lower")),
        ("q_upper", (0.5, 2), (width,), ("dof_upper", "dof_pos_upper")),
        ("joint_sign", (-1, 1), (width,), ("joint_sign", "axis_sign")),
        ("noise", (-1, 1), shape, ("noise", "uniform_noise")), ("noise_level", (0.05, 0.5), (width,), ("noise_scale",)),
        ("action", (-1.5, 1.5), shape, ("actions", "action")), ("action_scale", (0.2, 1), (width,), ("action_scale",)),
        ("obs", (-2, 2), shape, ("obs", "observations")), ("obs_mean", (-1, 1), (width,), ("obs_mean", "mean")),
        ("obs_var", (0.2, 2), (width,), ("obs_var", "variance")), ("obs_std", (0.4, 2), (width,), ("obs_std", "std")),
        ("reward_terms", (-1, 1), shape, ("reward_terms", "rewards")),
        ("reward_weight", (0.2, 2), (width,), ("reward_scale", "reward_weight")),
        ("rewards", (-1, 1), steps, ("rewards",)), ("values", (-1, 1), steps, ("values",)),
        ("last_value", (-1, 1), (worlds,), ("last_value", "bootstrap_value")),
        ("score", (-2, 2), (worlds,), ("episode_return", "fitness", "score")),
        ("contact_dist", (-0.1, 0.1), shape, ("contact_dist",)),
        ("contact_gap", (-0.1, 0.1), shape, ("contact_dist",)),
        ("flat_dist", (-0.1, 0.1), (worlds * width,), ("contact_dist",)),
        ("body_mass", (0.1, 2), (width,), ("body_mass",)),
    ):  # fmt: skip
        p.array(key, FLOAT, span, given, pool)
    p.array("num_contacts", INT, (0, width), (worlds,), ("num_contacts", "contact_count"))
    p.array("num_contacts_of", INT, (0, width), (worlds,), ("num_contacts", "contact_count"))
    p.array("contact_rows", INT, (1, 5), shape, ("contact_rows", "contact_num_rows"))
    p.starts("contact_start", worlds, width, 0, ("contact_start", "contact_offset"))
    p.array("contact_ids", INT, (0, 99), shape, ("contact_ids", "world_contacts"))
    p.array("flat_ids", INT, (0, 99), (worlds * width,), ("contact_ids", "flat_contacts"))
    p.array("parent_body", INT, (-1, width - 1), (width,), ("body_parent", "parent_body"))
    p.scalar("max_rows", INT, (width, 2 * width), ("max_rows", "max_constraint_rows"))
    p.scalar("num_elites", INT, (worlds // 8, worlds // 2), ("num_elites", "elite_count"))
    p.number("noise_scale", (0.05, 0.3), ("noise_scale", "reset_noise"), ("0.1", "0.2"))
    p.number("vel_scale", (0.05, 0.5), ("dof_vel_scale", "vel_scale"), ("0.05",))
    p.number("smoothing", (0.2, 0.8), ("smoothing", "action_smoothing"), ("0.8", "0.5"))
    p.number("clip_obs", (1, 2), ("clip_obs", "obs_clip"), ("5.0",))
    p.number("gamma", (0.8, 0.99), ("gamma", "discount"), ("0.99", "0.97"))
    p.number("lam", (0.8, 0.99), ("lam", "gae_lambda"), ("0.95",))
    p.number("dt", (0.02, 0.1), ("dt", "step_dt"), ("0.02",))
    p.sizes(num_steps=width, num_worlds=worlds, bodies_per_world=width)
    total = worlds * width
    for key, start, pool in (
        ("q", (-1, 1), ("dof_pos",)), ("qd", (-1, 1), ("dof_vel",)),
        ("q_out", None, ("dof_pos_out", "new_dof_pos")), ("qd_out", None, ("dof_vel_out", "new_dof_vel")),
        ("air_time", (0, 1), ("air_time", "feet_air_time")), ("last_air_time", (0, 1), ("last_air_time",)),
        ("contact_time", (0, 1), ("contact_time", "feet_contact_time")),
        ("last_action", (-1, 1), ("last_action", "prev_action")),
        ("filtered", (-1, 1), ("filtered_action", "action_out")), ("world_dist", None, ("world_contact_dist",)),
        ("obs_out", None, ("obs_out", "obs_normalized")), ("target_out", None, ("dof_target", "joint_target")),
        ("term_sum", (0, 1), ("episode_sums", "reward_sums")),
    ):  # fmt: skip
        p.output(key, FLOAT, shape, pool, start)
    p.output("returns", FLOAT, steps, ("returns",))
    p.output("advantages", FLOAT, steps, ("advantages",))
    p.output("total_reward", FLOAT, (worlds,), ("reward_out", "total_reward"), (-1, 1))
    p.output("episode_length", INT, (worlds,), ("episode_length", "progress"), (0, 9))
    p.output("row_start", INT, shape, ("contact_row_start", "contact_row_address"))
    p.output("num_rows", INT, (worlds,), ("num_rows", "row_count"))
    p.output("rank_out", INT, (worlds,), ("world_rank", "rank"))
    p.output("is_elite", FLAG, (worlds,), ("is_elite", "elite_mask"))
    p.output("elite_ids", INT, (worlds,), ("elite_worlds", "elite_ids"), (-1, 0))
    p.output("parent_out", INT, (worlds,), ("parent", "src_world"))
    p.output("world_contacts", INT, shape, ("world_contacts", "contacts_of_world"))
    p.output("contact_ids_out", INT, (total,), ("flat_contacts", "contact_ids_out"), (-1, 0))
    p.output("contact_world", INT, (total,), ("contact_world", "contact_world_out"), (-1, 0))
    p.output("contact_dist_out", FLOAT, (total,), ("contact_dist_out",), (0, 0.1))
    p.output("body_world", INT, (total,), ("body_world",))
    p.output("mass_out", FLOAT, (total,), ("body_mass_out", "world_body_mass"))
    p.output("parent_body_out", INT, (total,), ("body_parent_out",))
