"""Slots of lists: threads count slots, take or free those of a pool, or write to a ring buffer."""

from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT, VEC, Program

_BODIES = read_bodies("warp", "list_slots", margin=12)

SLOTS = {
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

POOLS = {
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


def _declare_lists(p: Program, target: str, subject: str, room: int, worlds: int, items: int) -> None:
    """Declare the items that threads put into lists, and the lists."""
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


def draw_slots(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel whose threads count, take or free slots of lists."""
    freed = stream.child("freed").choice(POOLS[target]) if target in POOLS else None
    of_particles = target in ("own_list", "free_slots")
    counted = target == "count_slots"
    of_joints = "joint" if counted else "limit"
    subject = "particle" if of_particles else stream.child("subject").choice(("contact", of_joints, "particle"))
    subject = "event" if target == "ring_slots" else subject
    p = Program(stream, ("tid", "i", "emitter" if freed and "emit" in freed[1] else subject))
    worlds, room = p.choices.choice((2, 3, 4)), p.choices.choice((6, 8, 10))
    items = p.choices.choice((24, 32))
    _declare_lists(p, target, subject, room, worlds, items)
    p.constants({"ENABLED": 1})
    for each in _SLOT_FUNCTIONS:
        p.function(each)
    p.guard_count("emitter" if freed and "emit" in freed[1] else subject)
    if freed:
        _declare_freed(p)
        p.write(dedent(freed[0]))
        return p.done("events", "slots", target, freed[2], tuple(freed[1].split()))
    text = SLOTS[target]
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
