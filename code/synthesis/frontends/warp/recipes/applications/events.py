"""Kernels that integers control: slots of lists, state machines, several worlds in one launch, and ray casts."""

import re
from dataclasses import dataclass
from textwrap import dedent, indent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FOUR, INT, TRIPLE, VEC, Program

_BODIES = read_bodies("warp", "events", margin=12)

_SLOTS = {
    "world_slots": _BODIES["world_slots"],
    "count_slots": """
        {{?0.7 if UNCOUNTED:
            return}
        wid = world_of[tid]
        if wid >= 0:
            wp.atomic_add(rows_of, wid, need[tid])
        else:
            # belongs to all worlds
            {for w in range(rows_of.shape[0]):
                wp.atomic_add(rows_of, w, need[tid]) ~ wp.atomic_add(num_global, 0, need[tid])} ~
        if UNCOUNTED:
            return
        wid = world_of[tid]
        if wid {< 0 ~ == -1}:
            return
        wp.atomic_add(counts, wid, 1)
        wp.atomic_add(rows_of, wid, need[tid]) ~
        wid = world_of[tid]
        if wid < 0 or UNCOUNTED:
            return
        MOST}
    """,
    "list_slots": _BODIES["list_slots"],
    "own_list": """
        num = int(0)
        start = begins[tid]
        for k in range(start, start + lengths[tid]):
            OWN
        kept_count[tid] = num
        {?0.5 # the rest of the row is empty
        for k in range(num, ROOM):
            list[tid, k] = -1}
    """,
}
"""Lines of kernels that fill slots of lists; ``OWN`` is replaced by the lines for one candidate."""

_POOLS = {
    "free_slots": (
        (
            _BODIES["free_slots.retire_particles"],
            "retire_particles kill_particles expire_particles",
            "Retires expired particles and frees their slots",
        ),
        (
            _BODIES["free_slots.emit_particles"],
            "emit_particles spawn_particles allocate_particles",
            "Emits new particles into free slots",
        ),
        (
            _BODIES["free_slots.claim_cells"],
            "claim_cells reserve_cells lock_cells",
            "Assigns each cell to the first particle that claims it",
        ),
    ),
    "ring_slots": (
        (
            _BODIES["ring_slots.record_events"],
            "record_events log_events push_events",
            "Appends events to a ring buffer",
        ),
        (
            _BODIES["ring_slots.fire_timers"],
            "fire_timers dispatch_due_events schedule_events",
            "Collects due events and reschedules them",
        ),
    ),
}
"""Kernels that free and take slots of a pool, or use a ring buffer: lines, titles and a summary of each."""
_RING = 128
"""Number of events in a ring buffer. It is the maximum number of threads, so no two threads write to one slot."""

_OWN = """PASSED
            {if TEST:
                {# the list is full
                ~}
                if num >= ROOM:
                    break
                list[tid, num] = candidates[k]
                num += 1 ~ if TEST and num < ROOM:
                list[tid, num] = candidates[k]
                num += 1}"""
_WIDEST = """wp.atomic_add(rows_of, wid, need[tid])
        wp.atomic_max(widest, wid, need[tid])"""
_MOST = (
    _WIDEST,
    f"""{{# up to the maximum number per item
        wp.atomic_add(rows_of, wid, wp.min(need[tid], max_need)) ~ {_WIDEST}}}""",
)
"""Lines that sum the lengths of lists: for any item, and for particles, whose neighbour lists may be truncated."""
_SLOT_FUNCTIONS = (
    _BODIES["slot_functions.is_taken"],
    _BODIES["slot_functions.in_bounds"],
    _BODIES["slot_functions.ring_index"],
)
"""Functions that kernels of slots may call."""


def _draw_slots(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel whose threads count, take or free slots of lists."""
    freed = stream.child("freed").choice(_POOLS[target]) if target in _POOLS else None
    of_particles = target in ("own_list", "free_slots")
    counted = target == "count_slots"
    of_joints = "joint" if counted else "limit"
    subject = "particle" if of_particles else stream.child("subject").choice(("contact", of_joints, "particle"))
    subject = "event" if target == "ring_slots" else subject
    p = Program(stream, ("tid", "i", "emitter" if freed and "emit" in freed[1] else subject))
    worlds, room = p.choices.choice((2, 3, 4)), p.choices.choice((6, 8, 10))
    items = p.choices.choice((24, 32))
    p.array("world_of", INT, (-1, worlds - 1), (p.threads,), (f"{subject}_world", f"{subject}_worldid"))
    distances = {"contact": ("contact_dist", "separation"), "limit": ("limit_dist", "limit_gap"),
                 "particle": ("particle_sdf", "ground_distance")}.get(subject, ("distance",))  # fmt: skip
    p.array("value", FLOAT, (-1, 1), (p.threads,), distances)
    p.array("flags", INT, (0, 3), (p.threads,), (f"{subject}_flags",))
    needs = {"contact": ("contact_dim", "contact_rows"), "joint": ("joint_dof_count", "joint_num_dofs"),
             "particle": ("num_neighbors", "neighbor_count")}.get(subject, ("need",))  # fmt: skip
    p.array("need", INT, (1, 6), (p.threads,), needs)
    p.array("begins", INT, (0, items // 2), (p.threads,), ("candidate_start", "cell_start"))
    p.array("lengths", INT, (0, items // 2), (p.threads,), ("candidate_count", "num_candidates"))
    p.array("candidate_value", FLOAT, (0, 1), (items,), ("candidate_dist", "candidate_distance"))
    near = ("query_radius", "max_distance") if target == "own_list" else ("contact_margin", "max_distance")
    limits = {"contact": ("margin", "contact_margin"), "limit": ("margin", "limit_margin")}.get(subject, near)
    if target == "own_list":
        p.number("most", (0.2, 0.7), limits, ("0.25", "0.5"))
    else:
        p.number("most", (-0.3, 0.5), limits, ("0.0", "0.1"))
    p.scalar("capacity", INT, (2, 4), (f"max_{subject}s_per_world", "capacity"))
    p.scalar("list_capacity", INT, (p.threads // 8, p.threads // 4), (f"max_{subject}s", "capacity"))
    totals = {"contact": ("world_row_count", "rows_per_world"), "joint": ("world_dof_count", "dofs_per_world"),
              "particle": ("world_neighbor_count", "neighbors_per_world")}.get(subject, ("total",))  # fmt: skip
    p.scalar("max_need", INT, (3, 5), (f"max_{needs[0].removeprefix('num_')}",))
    p.sizes(room=room)
    p.output("count", INT, (1,), (f"num_{subject}s", f"{subject}_count"), (0, 1))
    p.output("skipped", INT, (1,), ("num_skipped", "num_rejected"), (0, 1))
    p.output("counts", INT, (worlds,), (f"world_{subject}_count", f"{subject}s_per_world"), (0, 1))
    p.output("rows_of", INT, (worlds,), totals, (0, 2))
    p.output("widest", INT, (worlds,), (f"world_max_{needs[0]}", f"max_{needs[0]}"), (0, 3))
    p.output("kept_count", INT, (p.threads,), ("num_neighbors", "neighbor_count"))
    p.output("items_of", INT, (worlds, room), (f"world_{subject}s", f"{subject}s_of_world"), (-1, 0))
    p.output("values_of", FLOAT, (worlds, room), tuple(f"world_{each}" for each in distances), (0, 1))
    p.output("global_items", INT, (room,), (f"global_{subject}s", f"shared_{subject}s"), (-1, 0))
    p.output("line", INT, (p.threads + 2,), (f"active_{subject}s", f"{subject}_list"), (-1, 0))
    p.output("line_value", FLOAT, (p.threads + 2,), tuple(f"active_{each}" for each in distances), (0, 1))
    p.output("place_of", INT, (p.threads,), (f"{subject}_slot", f"{subject}_to_active"))
    p.output("list", INT, (p.threads, room), ("neighbors", "neighbor_list"), (-1, 0))
    p.output("dropped", INT, (worlds,), ("world_overflow", "num_dropped"), (0, 1))
    p.output("num_global", INT, (1,), ("num_global", "global_count"), (0, 1))
    p.constants({"ENABLED": 1})
    for each in _SLOT_FUNCTIONS:
        p.function(each)
    p.guard_count("emitter" if freed and "emit" in freed[1] else subject)
    if freed:
        _declare_freed(p)
        p.write(dedent(freed[0]))
        return p.done("events", "slots", target, freed[2], tuple(freed[1].split()))
    text = _SLOTS[target]
    far = (
        "value[tid] > most",
        "value[tid] > most or (flags[tid] & ENABLED) == 0",
        "value[tid] > most or not has_flag(flags[tid], ENABLED)",
        "not is_taken(value[tid], most, flags[tid], ENABLED)",
    )
    # only lists of contacts are filtered by distance; the numbers of neighbours or DOFs are unrelated to one
    near_or_not = () if counted and subject != "contact" else far
    skip = p.pick("(flags[tid] & ENABLED) == 0", "not has_flag(flags[tid], ENABLED)", *near_or_not)
    text = text.replace("SKIP", skip).replace("UNCOUNTED", skip).replace("MOST", _MOST[subject == "particle"])
    p.array("candidates", INT, (0, p.threads - 1), (items,), ("candidates", "candidate_ids"))
    passed = p.pick("", "if candidates[k] == tid:", "if candidates[k] == tid:")
    own = _OWN.replace("PASSED\n            ", f"{passed}\n                continue\n            " if passed else "")
    test = p.pick(
        "(flags[candidates[k]] & ENABLED) != 0", "has_flag(flags[candidates[k]], ENABLED)", "candidate_value[k] < most",
        "is_taken(candidate_value[k], most, flags[candidates[k]], ENABLED)",
    )  # fmt: skip
    own = own.replace("TEST", test)
    p.write(text.replace("OWN", own).replace("ROOM", p.pick("room", "list.shape[1]")))
    titles = {
        "world_slots": (f"append_{subject}s_per_world", f"collect_world_{subject}s", f"gather_{subject}s_by_world"),
        "count_slots": {
            "contact": ("count_contact_rows", "count_rows_per_world", "count_world_rows"),
            "joint": ("count_world_dofs", "count_dofs_per_world", "sum_joint_dofs"),
            "particle": ("count_world_neighbors", "count_neighbors_per_world", "sum_neighbor_counts"),
        }.get(subject, ()),
        "list_slots": (f"collect_active_{subject}s", f"compact_{subject}s", f"build_{subject}_list"),
        "own_list": ("build_neighbor_lists", "filter_neighbors", "gather_neighbors"),
    }[target]
    summary = {
        "world_slots": f"Appends {subject}s to the lists of their worlds",
        "count_slots": "Counts the {} of each world".format(
            {"contact": "contact rows", "joint": "degrees of freedom"}.get(subject, "neighbour pairs")
        ),
        "list_slots": f"Compacts the active {subject}s into an unordered list",
        "own_list": "Filters the candidate neighbours of each particle",
    }[target]
    return p.done("events", "slots", target, summary, titles)


def _declare_freed(p: Program) -> None:
    """Declare the arguments of kernels that free or take slots of a pool, or write to a ring buffer."""
    count = p.threads
    p.array("lifetime", FLOAT, (0.2, 1.5), (count,), ("lifetime", "max_age"))
    p.array("pos", VEC, (-1, 1), (count,), ("particle_q", "positions"))
    p.array("emit", INT, (0, 1), (count,), ("emitter_active", "spawn_request"))
    p.array("emit_pos", VEC, (-1, 1), (count,), ("emitter_pos", "spawn_pos"))
    p.array("emit_vel", VEC, (-1, 1), (count,), ("emitter_vel", "spawn_vel"))
    p.array("jitter", VEC, (-1, 1), (count,), ("velocity_noise", "random_dir"))
    p.array("cell_of", INT, (-1, count // 2), (count,), ("cell_ids", "particle_cell"))
    p.places("free_ids", count, 1, ("free_list", "free_slots"))
    p.array("triggered", INT, (0, 1), (count,), ("triggered", "event_flag", "is_touching"))
    p.array("last_trigger", INT, (0, 1), (count,), ("last_triggered", "prev_event_flag"))
    p.array("last_time", FLOAT, (0, 1), (count,), ("last_event_time",))
    p.array("delay", FLOAT, (0.1, 1), (count,), ("event_delay", "latency"))
    p.array("period", FLOAT, (0.1, 0.6), (count,), ("period", "interval"))
    p.array("strength", FLOAT, (0, 2), (count,), ("event_strength", "impulse"))
    p.scalar("repeat_events", FLAG, (0, 1), ("repeat_events", "retrigger"))
    p.scalar("lower_bound", VEC, (-0.9, -0.5), ("bounds_lower", "domain_min"))
    p.scalar("upper_bound", VEC, (0.5, 0.9), ("bounds_upper", "domain_max"))
    p.scalar("now", FLOAT, (0.8, 1.6), ("now", "sim_time"))
    p.scalar("dt", FLOAT, (0.05, 0.2), ("dt",))
    p.number("spread", (0.1, 0.5), ("spread", "velocity_jitter"), ("0.1", "0.2"))
    p.number("min_interval", (0.3, 0.8), ("min_interval", "debounce_time"), ("0.5",))
    p.constants({"KILLED": 2, "RING": _RING, "EVENT_NONE": 0, "EVENT_ONCE": 1, "EVENT_REPEAT": 2})
    p.output("alive", INT, (count,), ("alive", "particle_alive"), (0, 1))
    p.output("age", FLOAT, (count,), ("age", "particle_age"), (0, 1))
    p.output("num_free", INT, (1,), ("num_free", "free_count"), (count // 4, count // 2))
    p.output("free_list", INT, (2 * count,), ("free_list", "free_slots"), (-1, 0))
    p.output("num_failed", INT, (1,), ("num_failed", "num_rejected"), (0, 1))
    p.output("owner", INT, (count // 2 + 1,), ("cell_owner", "cell_lock"), (-1, 0))
    p.output("num_missed", INT, (1,), ("num_missed", "missed_count"), (0, 3))
    p.output("won", INT, (count,), ("has_cell", "won"))
    for key, kind, names in (
        ("pos_out", VEC, ("particle_q", "positions")), ("vel_out", VEC, ("particle_qd", "velocities")),
        ("age_out", FLOAT, ("age", "particle_age")), ("alive_out", INT, ("alive", "particle_alive")),
    ):  # fmt: skip
        p.output(key, kind, (count,), names, (0, 1))
    p.output("head", INT, (1,), ("ring_head", "event_count"), (0, 15))
    for key, kind, names in (
        ("ring_id", INT, ("ring_id", "event_source")), ("ring_time", FLOAT, ("ring_time", "event_log_time")),
        ("ring_value", FLOAT, ("ring_strength", "event_log_impulse")),
    ):  # fmt: skip
        p.output(key, kind, (_RING,), names, (0, 1))
    p.output("due_time", FLOAT, (count,), ("due_time", "next_time"), (0, 2))
    p.output("kind_of", INT, (count,), ("event_kind", "timer_mode"), (0, 2))


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


def _answer(p: Program, target: str) -> tuple[str, str, str]:
    """Return lines that initialise a ray's search, lines that process a hit, and lines that store the result."""
    if target == "any_hit":
        return (
            "blocked = bool(False)",
            block("if t < reach[tid]:", "blocked = True", "break"),
            "occluded[tid] = blocked",
        )
    if target == "hit_count":
        return "num = int(0)", block("if t < far:", "num += 1"), "num_out[tid] = num"
    empty = block("if found == NO_HIT:", "depth[tid] = far") + "\n" + block("else:", "depth[tid] = best")
    finish = p.pick("depth[tid] = best", empty)
    start = "best = float(far)\nfound = int(NO_HIT)"
    return start, block("if t < best:", "best = t", "found = s"), join("hit[tid] = found", finish)


_RAY_FUNCTIONS = (
    _BODIES["ray_functions.ray_sphere"],
    _BODIES["ray_functions.ray_box"],
    _BODIES["ray_functions.ray_plane"],
    _BODIES["ray_functions.ray_triangle"],
)
"""Functions that return the distance along a ray to a shape; negative if the ray misses it."""
_RAY_HITS = {
    "spheres": "t = ray_sphere(o, direction, centers[s], radii[s])",
    "boxes": _BODIES["boxes"],
    "triangles": """
        {t = ray_triangle(o, direction, vertices[tris[s][0]], vertices[tris[s][1]], vertices[tris[s][2]]) ~
        tri = tris[s]
        t = ray_triangle(o, direction, vertices[tri[0]], vertices[tri[1]], vertices[tri[2]])}
    """,
    "types": _BODIES["types"],
}
_RAY_USES = {
    "any_hit": """
        {if t > bias and t < reach[tid]:
            blocked = True
            break ~
        {# excludes the origin and points behind the light
        ~}
        if t <= bias or t >= reach[tid]:
            continue
        blocked = True
        break}
    """,
    "hit_count": """
        {if t >= 0.0 and t < far:
            num += 1
            DEPTH ~
        if t < 0.0:
            continue
        if t < far:
            num += 1
            DEPTH}
    """,
    "nearest_hit": """
        {if t >= 0.0 and t < best:
            best = t
            found = s ~
        if t < 0.0:
            continue
        if t < best:
            best = t
            found = s}
    """,
}


def _cast(p: Program, target: str, shapes: str, loop: str) -> KernelSpec:
    """Draw a kernel that casts a ray against shapes whose distances are given by functions."""
    start, _, finish = _answer(p, target)
    uses = _RAY_USES[target]
    if target == "hit_count" and p.choices.chance(0.4):
        start, finish = f"{start}\ndepth_sum = float(0.0)", f"{finish}\ndepth[tid] = depth_sum / float(wp.max(num, 1))"
        uses = uses.replace("DEPTH", "depth_sum += t")
    else:
        uses = re.sub(r"\n *DEPTH", "", uses)
    body = indent(dedent(_RAY_HITS[shapes]).strip("\n") + "\n" + dedent(uses).strip("\n"), "    ")
    p.write(_ray(p), start, loop.replace("    HIT", body), finish)
    many = {"spheres": "spheres", "types": "shapes", "boxes": "boxes", "triangles": "triangles"}[shapes]
    titles = {
        "nearest_hit": (f"raycast_{many}", f"cast_rays_{many}", f"ray_{many}"),
        "any_hit": (f"occlusion_{many}", "any_hit", f"shadow_rays_{many}"),
        "hit_count": (f"count_{many}_hit", f"count_ray_{many}", "ray_hit_count"),
    }[target]
    return p.done("events", "ray", target, f"Casts rays against a list of {many}", titles)


def _ray(p: Program) -> str:
    """Return lines that read a ray's origin and direction, which usually has length one."""
    return f"o = origins[tid]\ndirection = {p.pick('safe_normalize(dirs[tid])', 'dirs[tid]', 'dirs[tid]')}"


def _draw_ray(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that casts a ray against a list of spheres: the nearest hit, whether there is one, or how many."""
    p = Program(stream, ("tid", "i", "ray", "ray_id"), launch=(stream.child("threads").choice((96, 128)),))
    count = p.choices.choice((6, 8, 12))
    p.array("origins", VEC, (-2, 2), (p.threads,), ("ray_origins", "origins", "ray_start"))
    p.array("dirs", VEC, (-1, 1), (p.threads,), ("ray_dirs", "directions", "ray_dir"))
    p.array("centers", VEC, (-2, 2), (count,), ("centers", "sphere_pos", "shape_pos"))
    p.array("radii", FLOAT, (0.4, 1.2), (count,), ("radii", "sphere_radius", "shape_radius"))
    p.array("half_extents", VEC, (0.2, 0.8), (count,), ("half_extents", "box_half", "shape_size"))
    p.array("normals", VEC, (-1, 1), (count,), ("plane_normals", "shape_normal"))
    p.array("rotations", FOUR, (-1, 1), (count,), ("shape_rot", "shape_quat"), element="wp.quat")
    p.array("shape_type", INT, (0, 2), (count,), ("shape_type", "shape_kind"))
    p.array("vertices", VEC, (-2, 2), (2 * count,), ("vertices", "points"))
    p.corners("tris", TRIPLE, 3, 2 * count, (count,), ("tri_indices", "triangles"))
    p.constants({"SHAPE_SPHERE": 0, "SHAPE_BOX": 1, "SHAPE_PLANE": 2})
    p.array("shape_of", INT, (-1, 1), (count,), ("shape_group", "sphere_group", "shape_layer"))
    p.array("ray_of", INT, (0, 1), (p.threads,), ("ray_group", "group_of_ray", "ray_layer"))
    p.array("visible", INT, (0, 1), (count,), ("visible", "shape_visible", "collidable"))
    p.array("skip", INT, (-1, count - 1), (p.threads,), ("exclude", "ignore_id", "self_shape"))
    p.array("flags", INT, (0, 2), (p.threads,), ("ray_enabled", "ray_flags", "ray_mask"))
    p.scalar("n", INT, (count // 4, count), ("num_shapes", "num_spheres", "shape_count"))
    p.number("far", (0.5, 2.5), ("max_distance", "t_max", "cutoff"), ("2.0", "1.5"))
    p.array("reach", FLOAT, (0.5, 2.5), (p.threads,), ("ray_length", "ray_max_t"))
    p.number("bias", (0.01, 0.1), ("ray_bias", "t_min"), ("0.01", "0.001"))
    p.output("occluded", FLAG, (p.threads,), ("occluded", "in_shadow"))
    p.output("hit", INT, (p.threads,), ("hit_id", "hit_shape", "shape_index"))
    p.output("depth", FLOAT, (p.threads,), ("hit_t", "depth", "hit_distance"))
    p.output("num_out", INT, (p.threads,), ("num_hits", "hit_count"))
    p.constants({"NO_HIT": -1, "DISABLED": 0})
    p.guard_count("ray")
    if target != "hit_count" and p.maybe(0.1):
        none = {
            "nearest_hit": "hit[tid] = NO_HIT\ndepth[tid] = far",
            "any_hit": "occluded[tid] = False",
        }[target]
        p.add(block("if flags[tid] == DISABLED:", none, "return"))
    over = p.pick("for s in range(n):", "for s in range(centers.shape[0]):", "for s in range(n):")
    tests = ("visible[s] == 0", "s == skip[tid]", "shape_of[s] != -1 and shape_of[s] != ray_of[tid]")
    masked = target != "hit_count" and p.choices.chance(0.5)
    skips = [block(f"if {p.choices.choice(tests)}:", "continue")] if masked else []
    p.array("squares", FLOAT, (0.2, 1.4), (count,), ("radius_sq", "squared_radii", "radii_sq"))
    inside = p.pick("wp.length_sq(m) - squares[s]", "wp.length_sq(m) - radii[s] * radii[s]")
    geometry = f"m = o - centers[s]\nb = wp.dot(m, direction)\nc = {inside}"
    for each in _RAY_FUNCTIONS:
        p.function(each)
    shapes = p.choices.weighted(
        (("inline", 0.35), ("spheres", 0.2), ("types", 0.25), ("boxes", 0.1), ("triangles", 0.1))
    )
    if shapes in ("types", "boxes", "triangles"):
        p.array("centers", VEC, (-2, 2), (count,), ("centers", "shape_pos"))
        p.array("radii", FLOAT, (0.4, 1.2), (count,), ("shape_radius", "radii"))
        p.array("shape_of", INT, (-1, 1), (count,), ("shape_group", "shape_layer"))
        sizes = ("num_triangles", "tri_count") if shapes == "triangles" else ("num_shapes", "shape_count")
        p.scalar("n", INT, (count // 4, count), sizes)
        over = p.pick(
            "for s in range(n):", f"for s in range({'tris' if shapes == 'triangles' else 'centers'}.shape[0]):"
        )
    if shapes != "inline":
        return _cast(p, target, shapes, block(over, *skips, "HIT"))
    apart = block("if c > 0.0 and b > 0.0:", "continue") if p.choices.chance(0.5) else ""
    miss = "disc = b * b - c\n" + block("if disc < 0.0:", "continue")
    # the nearer intersection; none if it is behind the ray's origin
    t = "t = -b - wp.sqrt(disc)\n" + block("if t < 0.0:", "continue")
    start, use, finish = _answer(p, target)
    p.add(
        _ray(p),
        start,
        block(over, *skips, geometry, apart, miss, t, use),
        finish,
    )
    titles = {
        "nearest_hit": ("raycast", "cast_rays", "ray_spheres"),
        "any_hit": ("occlusion_test", "any_hit", "shadow_rays"),
        "hit_count": ("count_hits", "count_spheres_hit", "ray_hit_count"),
    }[target]
    return p.done("events", "ray", target, "Casts rays against a list of spheres", titles)


RECIPES = (
    Recipe(
        name="slots",
        category="events",
        targets=(*_SLOTS, *_POOLS),
        draw=_draw_slots,
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
        draw=_draw_ray,
        target_weights=dict.fromkeys(("nearest_hit", "any_hit", "hit_count"), 0.6),
    ),
)
