"""The recipes of kernels that integers control, and kernels of state machines and of several worlds in one launch."""

import re
from dataclasses import dataclass
from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.list_slots import POOLS, SLOTS, draw_slots
from synthesis.frontends.warp.recipes.applications.program import FLOAT, Program
from synthesis.frontends.warp.recipes.applications.ray_casts import draw_ray

_BODIES = read_bodies("warp", "events", margin=12)
_ARGUMENTS = read_arguments("warp", "events")


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
    timers = {"env": ("sm_timer", "phase_time"), "leg": ("phase_time",), "island": ("rest_time", "sleep_timer")}
    vessels = count // 3
    sizes = {"count": count, "state_high": len(states) - 1, "vessels": vessels}
    called = {"state": phases.get(thread, (f"{thread}_state",)), "timer": timers.get(thread, (f"{thread}_timer",))}
    for part in ("machines", "times", "machine_outputs"):
        declare(p, _ARGUMENTS[part], sizes, called)
    for each in _MACHINE_FUNCTIONS:
        p.function(each)
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
    declare(
        p,
        _ARGUMENTS["worlds"],
        {"worlds": worlds, "size": size, "total": total},
        {"sums": ("limit_cost", "world_cost") if target == "world_check" else ("world_cost", "cost")},
    )
    for each in _WORLD_FUNCTIONS:
        p.function(each)
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
