"""The recipes of kernels that integers control, and kernels of state machines and of several worlds in one launch."""

import re
from dataclasses import dataclass
from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.list_slots import POOLS, SLOTS, draw_slots
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT, VEC, Program
from synthesis.frontends.warp.recipes.applications.ray_casts import draw_ray

_BODIES = read_bodies("warp", "events", margin=12)


@dataclass(frozen=True, slots=True)
class _Machine:
    """A state machine: its transitions and its outputs."""

    thread: str
    states: str
    text: str
    titles: str
    summary: str


_MACHINES = {
    "agent_state": (
        _Machine(
            "env",
            "REST APPROACH DESCEND GRASP LIFT",
            _BODIES["agent_state.pick_and_lift_state_machine"],
            "pick_and_lift_state_machine step_pick_state_machine update_grasp_phase",
            "Advances the pick-and-lift phase of each environment",
        ),
        _Machine(
            "leg",
            "STANCE SWING REACHING",
            _BODIES["agent_state.update_leg_phase"],
            "update_leg_phase step_gait_state_machine advance_gait_phase",
            "Advances the gait phase of each leg from its timer and contact force",
        ),
        _Machine(
            "island",
            "AWAKE SLEEPY ASLEEP",
            _BODIES["agent_state.update_island_sleep_state"],
            "update_island_sleep_state update_sleep_states advance_island_sleep",
            "Updates the sleep state of islands by their time at rest",
        ),
        _Machine(
            "contact",
            "SEPARATED STICKING SLIDING",
            _BODIES["agent_state.update_contact_state"],
            "update_contact_state update_contact_lifecycle advance_contact_states",
            "Updates whether each contact is separated, sticking or sliding",
        ),
    ),
    "valve_state": (
        _Machine(
            "valve",
            "CLOSED OPENING OPEN CLOSING",
            _BODIES["valve_state.update_valves"],
            "update_valves step_motor_valves advance_valve_state",
            "Moves motor valves towards their commanded positions",
        ),
        _Machine(
            "gripper",
            "RELEASED CLOSING HOLDING OPENING",
            _BODIES["valve_state.step_gripper_state_machine"],
            "step_gripper_state_machine update_grippers advance_gripper_state",
            "Opens and closes grippers by commands and finger contact",
        ),
        _Machine(
            "valve",
            "SEATED RELIEVING",
            _BODIES["valve_state.update_relief_valves"],
            "update_relief_valves step_relief_valves relief_valve_state",
            "Opens and reseats relief valves",
        ),
    ),
    "episode": (
        _Machine(
            "env",
            "RUNNING TIMEOUT FAILED SUCCESS",
            _BODIES["episode.check_termination"],
            "check_termination compute_dones update_termination",
            "Determines the termination reason of each episode",
        ),
        _Machine(
            "env",
            "RUNNING TIMEOUT FAILED SUCCESS",
            _BODIES["episode.advance_episodes"],
            "advance_episodes update_episode_stats step_episodes",
            "Advances episodes and starts new ones after their end",
        ),
        _Machine(
            "env",
            "RUNNING TIMEOUT FAILED",
            _BODIES["episode.compute_terminations"],
            "compute_terminations check_termination get_dones",
            "Marks episodes that end by a fall or a time limit",
        ),
    ),
}


_MACHINE_FUNCTIONS = (
    _BODIES["machine_functions.has_reached"],
    """
    def tangential_speed(v: wp.vec3, n: wp.vec3) -> float:
        {return wp.length(v - wp.dot(v, n) * n) ~ vt = v - n * wp.dot(v, n)
        return wp.length(vt)}
    """,
    _BODIES["machine_functions.orifice_flow"],
    _BODIES["machine_functions.has_fallen"],
)
"""Functions that state machines may call."""


def _draw_machine(stream: Stream, target: str) -> KernelSpec:
    """Draw a state machine that commands, timers and inputs update in place."""
    machine = stream.child("machine").choice(_MACHINES[target])
    thread = machine.thread
    # an environment is itself a world, so its index is the world's
    own = "env" if thread == "env" else "tid"
    names = ("env", "tid", "env_id", "i") if thread == "env" else ("tid", "i", f"{thread}_id")
    p = Program(stream, names, launch=(stream.child("threads").choice((96, 128)),))
    count = p.threads
    states = machine.states.split()
    p.constants({name: number for number, name in enumerate(states)})
    p.constants({"CMD_OPEN": 1, "CMD_CLOSE": 2})
    phases = {"env": ("sm_state", "phase"), "leg": ("leg_phase", "gait_phase"), "island": ("island_state",)}
    p.output("state", INT, (count,), phases.get(thread, (f"{thread}_state",)), (0, len(states) - 1))
    timers = {"env": ("sm_timer", "phase_time"), "leg": ("phase_time",), "island": ("rest_time", "sleep_timer")}
    p.output("timer", FLOAT, (count,), timers.get(thread, (f"{thread}_timer",)), (0, 0.8))
    p.scalar("dt", FLOAT, (0.02, 0.1), ("dt",))
    for key, kind, bounds in (
        ("ee_pos", VEC, (-0.5, 0.5)), ("object_pos", VEC, (-0.5, 0.5)), ("goal_pos", VEC, (-0.5, 0.5)),
        ("foot_pos", VEC, (-1, 1)), ("contact_pos", VEC, (-1, 1)), ("contact_vel", VEC, (-0.5, 0.5)),
        ("contact_normal", VEC, (0.3, 0.7)), ("foot_force", FLOAT, (0, 80)), ("max_speed_sq", FLOAT, (0, 0.1)),
        ("max_energy", FLOAT, (0, 0.1)), ("external_force", FLOAT, (0, 1)), ("contact_dist", FLOAT, (-0.02, 0.02)),
        ("friction", FLOAT, (0.3, 1)), ("tangent_impulse", FLOAT, (0, 1)), ("pressure", FLOAT, (0.5, 4)),
        ("flow_coefficient", FLOAT, (0.2, 1)), ("finger_width", FLOAT, (0, 0.08)), ("grip_force", FLOAT, (0, 10)),
        ("set_pressure", FLOAT, (1.5, 3)), ("base_height", FLOAT, (0.2, 0.8)), ("tilt", FLOAT, (0, 1)),
        ("base_contact_force", FLOAT, (0, 2)), ("goal_distance", FLOAT, (0, 1)), ("up_z", FLOAT, (0, 1)),
        ("base_speed", FLOAT, (-12, 12)), ("touched", INT, (0, 1)), ("command", INT, (0, 2)),
    ):  # fmt: skip
        p.array(key, kind, bounds, (count,))
    for key, bounds, usual in (
        ("rest_time", (0.2, 0.5), "0.3"), ("settle_time", (0.1, 0.4), "0.2"), ("grasp_time", (0.3, 0.6), "0.4"),
        ("max_time", (0.5, 0.8), "0.7"), ("reach_tolerance", (0.3, 0.6), "0.4"), ("slip_distance", (0.6, 0.9), "0.8"),
        ("max_step", (0.1, 0.3), "0.2"), ("stance_time", (0.3, 0.5), "0.4"), ("swing_time", (0.3, 0.6), "0.5"),
        ("min_slip_time", (0.05, 0.2), "0.1"), ("min_swing_time", (0.1, 0.2), "0.15"),
        ("liftoff_force", (5, 20), "15.0"), ("touchdown_force", (20, 40), "30.0"),
        ("sleep_threshold", (0.03, 0.06), "0.05"), ("wake_threshold", (0.06, 0.09), "0.08"),
        ("time_to_sleep", (0.3, 0.6), "0.5"), ("wake_force", (0.3, 0.8), "0.5"),
        ("break_distance", (0.005, 0.015), "0.01"), ("stick_speed", (0.1, 0.3), "0.2"),
        ("trip_pressure", (2, 3), "2.5"), ("outlet_pressure", (0.8, 1.2), "1.0"), ("stroke_rate", (1, 4), "2.0"),
        ("finger_speed", (0.05, 0.2), "0.1"), ("hold_force", (4, 7), "5.0"), ("slip_force", (1, 3), "2.0"),
        ("min_width", (0.005, 0.02), "0.01"), ("max_width", (0.05, 0.07), "0.06"), ("reseat_ratio", (0.7, 0.9), "0.85"),
        ("min_open_time", (0.1, 0.3), "0.2"),
        ("blowdown_range", (0.3, 0.6), "0.5"),
        ("min_height", (0.3, 0.5), "0.35"), ("max_tilt", (0.5, 0.9), "0.8"), ("max_contact_force", (1, 1.8), "1.0"),
        ("goal_radius", (0.2, 0.5), "0.3"), ("min_up", (0.2, 0.5), "0.3"), ("max_speed", (8, 11), "10.0"),
        ("death_cost", (0.5, 2), "1.0"),
    ):  # fmt: skip
        p.number(key, bounds, (key,), (usual,))
    for each in _MACHINE_FUNCTIONS:
        p.function(each)
    p.scalar("approach_offset", VEC, (0.05, 0.15), ("approach_offset", "pregrasp_offset"))
    p.scalar("max_episode_length", INT, (3, 6), ("max_episode_length",))
    p.scalar("hold_steps", INT, (2, 4), ("hold_steps", "success_steps"))
    p.scalar("grace_steps", INT, (1, 3), ("grace_steps", "settle_steps"))
    for key, kind in (
        ("ee_target", VEC), ("gripper_closed", INT), ("swing_progress", FLOAT), ("flow", FLOAT),
        ("finger_target", FLOAT), ("finger_velocity", FLOAT), ("is_holding", INT), ("reset_buf", INT),
        ("lifted", INT),
        ("terminated", INT), ("truncated", INT),
    ):  # fmt: skip
        p.output(key, kind, (count,))
    for key, kind, bounds in (
        ("lift_pos", VEC, (-1, 1)), ("touch_pos", VEC, (-1, 1)), ("air_time", FLOAT, (0, 1)), ("age", INT, (0, 9)),
        ("anchor", VEC, (-1, 1)), ("normal_impulse", FLOAT, (0, 1)), ("position", FLOAT, (0, 1)),
        ("goal_steps", INT, (0, 4)), ("episode_length", INT, (0, 6)), ("episode_return", FLOAT, (-2, 2)),
        ("last_return", FLOAT, (-2, 2)), ("last_length", INT, (0, 6)), ("reward", FLOAT, (-1, 1)),
        ("episode_status", INT, (0, 3)),
    ):  # fmt: skip
        p.output(key, kind, (count,), (), bounds)
    for key, kind in (("num_fell_asleep", INT), ("num_awake", INT), ("num_finished", INT), ("return_sum", FLOAT)):
        p.output(key, kind, (1,), (), (0, 1))
    vessels = count // 3
    p.array("vessel_of", INT, (0, vessels - 1), (count,), ("valve_vessel", "vessel_id"))
    p.array("vessel_pressure", FLOAT, (0.5, 4), (vessels,))
    p.output("vessel_outflow", FLOAT, (vessels,), ("vessel_outflow", "vessel_relief_flow"), (0, 1))
    p.output("awake_islands", INT, (count + 1,), ("awake_islands", "active_islands"), (-1, 0))
    p.guard_count(thread)
    text = machine.text
    if p.choices.child("distances").chance(0.5):
        text = re.sub(r"not has_reached\((\w+), (\S+), (\w+)\)", r"wp.length(\2 - \1) > \3", text)
        text = re.sub(r"has_reached\((\w+), (\S+), (\w+)\)", r"wp.length(\2 - \1) < \3", text)
    p.write(re.sub(r"\btid\b", own, dedent(text)))
    return p.done("events", "state_machine", target, machine.summary, tuple(machine.titles.split()))


_WORLD = {
    "world_reset": (
        (
            _BODIES["world_reset.reset_worlds"],
            "reset_worlds reset_envs reset_joint_state",
            "Resets the joints of finished worlds to their initial state",
        ),
        (
            _BODIES["world_reset.reset_worlds_from_source"],
            "reset_worlds_from_source restart_worlds reset_or_clone_worlds",
            "Resets worlds, optionally from the state of another world",
        ),
        (
            _BODIES["world_reset.clone_worlds"],
            "clone_worlds copy_joint_state_between_worlds branch_worlds",
            "Copies joint states between worlds",
        ),
    ),
    "world_sum": (
        (
            _BODIES["world_sum.posture_cost"],
            "posture_cost compute_posture_cost sum_posture_cost",
            "Sums the posture cost of each world",
        ),
        (
            _BODIES["world_sum.power_cost"],
            "power_cost compute_power_cost accumulate_power_cost",
            "Sums the motor power cost of each world",
        ),
        (
            _BODIES["world_sum.action_rate_cost"],
            "action_rate_cost compute_action_rate_cost sum_action_rate",
            "Sums the action rate cost of each world",
        ),
    ),
    "world_check": (
        (
            _BODIES["world_check.clamp_joint_positions"],
            "clamp_joint_positions enforce_joint_limits clamp_to_joint_limits",
            "Clamps joints to their limits and counts violations",
        ),
        (
            _BODIES["world_check.check_joint_limits"],
            "check_joint_limits measure_limit_violations find_limit_violations",
            "Counts joint limit violations of each world and measures their size",
        ),
        (
            _BODIES["world_check.count_limit_violations"],
            "count_limit_violations count_joints_at_limits count_violations",
            "Counts joint limit violations of each world",
        ),
        (
            _BODIES["world_check.joint_limit_cost"],
            "joint_limit_cost compute_limit_cost limit_penalty",
            "Computes the cost of joint limit violations",
        ),
    ),
}


_WORLD_FUNCTIONS = (
    _BODIES["world_functions.limit_excess"],
    _BODIES["world_functions.huber"],
)
"""Functions that kernels of several worlds may call."""


def _draw_world(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of several worlds, in which a thread's world is its number divided by the threads per world."""
    size, worlds = stream.child("size").choice(((8, 6), (6, 8), (12, 8), (16, 4), (10, 6)))
    p = Program(stream, ("tid", "i", "idx"), launch=(size * worlds,))
    total = size * worlds
    p.array("done", INT, (0, 1), (worlds,), ("done", "reset_mask", "world_reset"))
    p.array("active", FLAG, (0, 1), (worlds,), ("world_active", "world_enabled"))
    p.array("template", FLOAT, (-1, 1), (size,), ("default_q", "q_default", "initial_q"))
    p.array("lower", FLOAT, (-1.5, -0.5), (size,), ("lower_limit", "joint_lower", "q_min"))
    p.array("upper", FLOAT, (0.5, 1.5), (size,), ("upper_limit", "joint_upper", "q_max"))
    p.array("source", INT, (-1, worlds - 1), (worlds,), ("source_world", "copy_from", "template_world"))
    p.array("noise", FLOAT, (-1, 1), (total,), ("noise", "perturbation", "random_offset"))
    p.array("weight", FLOAT, (0.2, 2), (size,), ("joint_weight", "dof_weight", "cost_weight"))
    p.array("old", FLOAT, (-2, 2), (total,), ("joint_q", "q", "dof_pos"))
    p.array("velocity", FLOAT, (-2, 2), (total,), ("joint_qd", "qd", "dof_vel"))
    p.array("torque", FLOAT, (-2, 2), (total,), ("joint_torque", "joint_f", "dof_force"))
    p.array("loss", FLOAT, (0.1, 0.5), (size,), ("motor_loss", "winding_loss"))
    p.array("action", FLOAT, (-1, 1), (total,), ("action", "actions"))
    p.array("last_action", FLOAT, (-1, 1), (total,), ("last_action", "prev_action"))
    p.array("last_last_action", FLOAT, (-1, 1), (total,), ("last_last_action", "prev_prev_action"))
    for each in _WORLD_FUNCTIONS:
        p.function(each)
    p.scalar("count_braking", FLAG, (0, 1), ("regenerative", "count_braking"))
    p.array("deadband", FLOAT, (0.1, 0.5), (size,), ("deadband", "joint_tolerance"))
    p.number("soft", (0.7, 0.95), ("soft_limit_factor", "soft_limit_ratio"), ("0.9", "0.95"))
    p.number("recovery", (0.2, 0.6), ("recovery", "recuperation"), ("0.5", "0.25"))
    p.number("amount", (0.1, 0.5), ("noise_scale", "sigma", "amplitude"), ("0.1", "0.25"))
    p.number("max_speed", (0.8, 1.6), ("max_velocity", "speed_limit"), ("1.5",))
    p.output("q", FLOAT, (total,), ("joint_q_out", "q_out", "dof_pos_out"))
    p.output("rate_out", FLOAT, (total,), ("joint_qd_out", "qd_out", "dof_vel_out"))
    p.output("table", FLOAT, (worlds, size), ("world_q", "q_table", "env_q"))
    p.output(
        "sums",
        FLOAT,
        (worlds,),
        ("limit_cost", "world_cost") if target == "world_check" else ("world_cost", "cost"),
        (0, 1),
    )
    p.output("largest", FLOAT, (worlds,), ("max_violation", "largest_excess"), (0, 0.2))
    p.output("bad", INT, (worlds,), ("num_violations", "violations", "error_count"), (0, 2))
    p.output("num_below", INT, (worlds,), ("num_below", "below_count"), (0, 2))
    p.output("num_above", INT, (worlds,), ("num_above", "above_count"), (0, 2))
    p.output("num_fast", INT, (worlds,), ("num_fast", "fast_count"), (0, 2))
    p.scalar("per_world", INT, (size, size), ("dofs_per_world", "num_dofs"))
    p.constants({"DOFS_PER_WORLD": size})
    count = p.pick("DOFS_PER_WORLD", "DOFS_PER_WORLD", "per_world")
    skips = "{?0.2 if not active[wid]:\n    return}"
    out = p.pick("q[tid]", "q[tid]", "table[wid, dof]")
    begin = p.pick(
        "template[dof]",
        "template[dof] + amount * noise[tid]",
        "wp.clamp(template[dof] + amount * noise[tid], lower[dof], upper[dof])",
    )
    rate = p.pick("0.0", "0.0", "amount * rate_noise[tid]")
    p.array("rate_noise", FLOAT, (-1, 1), (total,), ("velocity_noise", "random_velocity"))
    text, titles, summary = p.choices.choice(_WORLD[target])
    text = text.replace("SKIPS", skips.replace("\n", "\n            ")).replace("START_RATE", rate)
    text = text.replace("OUT", out).replace("BEGIN", begin).replace("DOFS_PER_WORLD", count)
    p.lookups(wid=f"wid = tid // {count}", dof=f"dof = tid % {count}")
    p.write(text)
    return p.done("events", "world", target, summary, tuple(titles.split()))


RECIPES = (
    Recipe(
        name="slots",
        category="events",
        targets=(*SLOTS, *POOLS),
        draw=draw_slots,
    ),
    Recipe(name="state_machine", category="events", targets=tuple(_MACHINES), draw=_draw_machine),
    Recipe(
        name="world",
        category="events",
        targets=tuple(_WORLD),
        draw=_draw_world,
    ),
    Recipe(
        name="ray",
        category="events",
        targets=("nearest_hit", "any_hit", "hit_count"),
        draw=draw_ray,
        target_weights=dict.fromkeys(("nearest_hit", "any_hit", "hit_count"), 0.6),
    ),
)
