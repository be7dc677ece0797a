"""Integers that drive: slots of lists, states that events change, worlds side by side, rays that look for a hit."""

import re
from dataclasses import dataclass
from textwrap import dedent, indent

from synthesis.core.records import KernelSpec
from synthesis.drawing.lines import block, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FOUR, INT, TRIPLE, VEC, Program

_SLOTS = {
    "world_slots": """
        if SKIP:
            return
        wid = world_of[tid]
        {# -1 belongs to all worlds, and is kept apart
        if wid {< 0 ~ == -1}:
            slot = wp.atomic_add(num_global, 0, 1)
            if slot < global_items.shape[0]:
                global_items[slot] = tid
            return ~ if wid {< 0 ~ == -1}:
            return}
        slot = wp.atomic_add(counts, wid, 1)
        {if slot < {room ~ capacity}:
            items_of[wid, slot] = tid
            {?0.4 values_of[wid, slot] = value[tid]}
        else:
            # the list has to be made larger
            wp.atomic_add(dropped, wid, 1) ~
        # more than there is room for
        if slot >= {room ~ capacity}:
            {wp.atomic_add(dropped, wid, 1)
            return ~ return}
        items_of[wid, slot] = tid
        {?0.4 values_of[wid, slot] = value[tid]}}
    """,
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
    "list_slots": """
        {if SKIP:
            return
        slot = wp.atomic_add(count, 0, 1)
        {# a full list takes no more
        if slot >= list_capacity:
            return
        line[slot] = tid
        {?0.4 line_value[slot] = value[tid]} ~ if slot < list_capacity:
            line[slot] = tid
            {?0.4 line_value[slot] = value[tid]}} ~
        # what is kept, and what is not, from the two ends
        if SKIP:
            slot = wp.atomic_add(skipped, 0, 1)
            line[line.shape[0] - 1 - slot] = tid
        else:
            slot = wp.atomic_add(count, 0, 1)
            line[slot] = tid ~
        # where each has gone; -1 is nowhere
        place_of[tid] = -1
        if SKIP:
            return
        slot = wp.atomic_add(count, 0, 1)
        {if slot < list_capacity:
            line[slot] = tid
            place_of[tid] = slot ~
        if slot >= list_capacity:
            return
        line[slot] = tid
        place_of[tid] = slot}}
    """,
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
"""Lists that are filled; ``OWN`` is what is done with a candidate."""

_FREED = {
    "free_slots": (
        (
            """
            if alive[tid] == 0:
                return
            age[tid] = age[tid] + dt
            {if age[tid] < lifetime[tid]{ and in_bounds(pos[tid], lower_bound, upper_bound) ~}:
                return ~ if age[tid] < lifetime[tid] and not has_flag(flags[tid], KILLED):
                return ~
            expired = age[tid] >= lifetime[tid]
            if not expired and in_bounds(pos[tid], lower_bound, upper_bound):
                return}
            {# its slot is free for a new one
            ~}
            alive[tid] = 0
            {slot = wp.atomic_add(num_free, 0, 1)
            if slot < free_list.shape[0]:
                free_list[slot] = tid ~
            slot = wp.atomic_add(num_free, 0, 1)
            free_list[slot] = tid}
            """,
            "retire_particles kill_particles expire_particles",
            "Retires particles that are old, and lists their slots as free",
        ),
        (
            """
            {if emit[tid] == 0:
                return
            ~}
            {# taken from the end of the list of free slots
            ~}
            place = wp.atomic_sub(num_free, 0, 1) - 1
            if place < 0:
                {# there is none
                wp.atomic_add(num_failed, 0, 1)
                ~}
                return
            slot = free_ids[place]
            pos_out[slot] = emit_pos[tid]
            vel_out[slot] = {emit_vel[tid] ~ emit_vel[tid] + spread * jitter[tid]}
            {alive_out[slot] = 1
            age_out[slot] = 0.0 ~ age_out[slot] = 0.0
            alive_out[slot] = 1 ~ alive_out[slot] = 1}
            """,
            "emit_particles spawn_particles allocate_particles",
            "Puts new particles into free slots",
        ),
        (
            """
            here = cell_of[tid]
            {if here < 0 or alive[tid] == 0:
                won[tid] = 0
                return ~ if alive[tid] == 0 or has_flag(flags[tid], KILLED):
                won[tid] = 0
                return}
            {# the first that comes has the cell
            ~}
            last = wp.atomic_cas(owner, here, -1, tid)
            {won[tid] = 1 if last == -1 else 0 ~
            if last == -1:
                won[tid] = 1
            else:
                won[tid] = 0
                wp.atomic_add(num_failed, 0, 1)}
            """,
            "claim_cells reserve_cells lock_cells",
            "Each cell goes to one of those that ask for it",
        ),
    ),
    "ring_slots": (
        (
            """
            {if triggered[tid] == 0 or (last_trigger[tid] == 1 and not repeat_events):
                return ~ if triggered[tid] == 0 or last_trigger[tid] == 1:
                {# only where it begins
                ~}
                return ~ if triggered[tid] == 0:
                return
            if now - last_time[tid] < min_interval:
                {# too soon after the last
                ~}
                return}
            place = wp.atomic_add(head, 0, 1)
            {# the oldest are written over
            ~}
            slot = ring_index(place, RING)
            ring_id[slot] = tid
            ring_time[slot] = {now ~ now + delay[tid]}
            {?0.6 ring_value[slot] = strength[tid]}
            """,
            "record_events log_events push_events",
            "Writes events into a ring",
        ),
        (
            """
            if due_time[tid] > now:
                return
            {kind = kind_of[tid]
            if kind == EVENT_NONE:
                return
            if kind == EVENT_REPEAT:
                due_time[tid] = due_time[tid] + period[tid]
            else:
                {# an event that happens once is over
                ~}
                kind_of[tid] = EVENT_NONE ~
            if kind_of[tid] == EVENT_ONCE:
                kind_of[tid] = EVENT_NONE
            elif kind_of[tid] == EVENT_REPEAT:
                # the next time that is still to come
                missed = wp.floor((now - due_time[tid]) / period[tid])
                due_time[tid] = due_time[tid] + (missed + 1.0) * period[tid]
                {?0.5 wp.atomic_add(num_missed, 0, int(missed))}
            else:
                return}
            slot = wp.atomic_add(count, 0, 1)
            if slot < line.shape[0]:
                line[slot] = tid
            """,
            "fire_timers dispatch_due_events schedule_events",
            "Lists the events that are due, and sets when they are due again",
        ),
    ),
}
"""Slots that are freed and taken, and rings: lines, titles and a summary."""
_RING = 128
"""Events that a ring has room for: as many as there may be threads, so that no two write one."""

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
    f"""{{# as many as an item may have
        wp.atomic_add(rows_of, wid, wp.min(need[tid], max_need)) ~ {_WIDEST}}}""",
)
"""What is summed of an item, and of a particle, whose list of neighbours may be cut short."""
_SLOT_FUNCTIONS = (
    """
    def is_taken(value: float, limit: float, flags: int, bit: int) -> bool:
        {return value <= limit and (flags & bit) != 0 ~
        if (flags & bit) == 0:
            return False
        return value <= limit}
    """,
    """
    def in_bounds(p: wp.vec3, lower: wp.vec3, upper: wp.vec3) -> bool:
        {for k in range(3):
            if p[k] < lower[k] or p[k] > upper[k]:
                return False
        return True ~
        return p[0] >= lower[0] and p[1] >= lower[1] and p[2] >= lower[2] and \
                p[0] <= upper[0] and p[1] <= upper[1] and p[2] <= upper[2] ~
        if p[0] < lower[0] or p[1] < lower[1] or p[2] < lower[2]:
            return False
        return p[0] <= upper[0] and p[1] <= upper[1] and p[2] <= upper[2]}
    """,
    """
    def ring_index(place: int, size: int) -> int:
        {return place % size ~
        {# the size is a power of two
        ~}
        return place & (size - 1)}
    """,
)
"""Functions that lines call."""


def _draw_slots(stream: Stream, target: str) -> KernelSpec:
    """Slots of lists: counted, taken by an atomic, freed, or taken by a thread in a list of its own."""
    freed = stream.child("freed").choice(_FREED[target]) if target in _FREED else None
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
    # how many neighbours or dofs there are has nothing to do with a distance
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
        "world_slots": f"Puts {subject}s into the lists of their worlds",
        "count_slots": "How many {} has each world".format(
            {"contact": "rows of contacts", "joint": "degrees of freedom"}.get(subject, "pairs of neighbours")
        ),
        "list_slots": f"Lists the {subject}s that are taken, in no order",
        "own_list": "The neighbours of each particle, of those that may be one",
    }[target]
    return p.done("events", "slots", target, summary, titles)


def _declare_freed(p: Program) -> None:
    """What slots that are freed, and rings, are about."""
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
    """A machine whole: what it goes through, and what is written on the way."""

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
            """
            phase = state[tid]
            t = timer[tid] + dt
            ee = ee_pos[tid]
            target = {ee ~ ee}
            closed = int(0)
            if phase == REST:
                if t >= rest_time:
                    phase = APPROACH
                    t = 0.0
            elif phase == APPROACH:
                # above the object, with the fingers open
                target = object_pos[tid] + approach_offset
                if has_reached(ee, target, reach_tolerance){ and t >= settle_time ~}:
                    phase = DESCEND
                    t = 0.0
                {?0.4 elif t >= max_time:
                    # out of reach
                    phase = REST
                    t = 0.0}
            elif phase == DESCEND:
                {# the fingers go around the object before they close
                ~}
                target = object_pos[tid]
                if has_reached(ee, target, reach_tolerance):
                    phase = GRASP
                    t = 0.0
            elif phase == GRASP:
                target = object_pos[tid]
                closed = 1
                if t >= grasp_time:
                    phase = LIFT
                    t = 0.0
            elif phase == LIFT:
                target = goal_pos[tid]
                closed = 1
                {?0.5 if not has_reached(ee, object_pos[tid], slip_distance):
                    # the object has been dropped
                    phase = APPROACH
                    t = 0.0 ~
                {# it is held there until the episode ends
                ~}
                if has_reached(ee, target, reach_tolerance):
                    lifted[tid] = 1}
            {ee_target[tid] = target ~
            # no more than one step of the arm
            ee_target[tid] = ee + limit_length(target - ee, max_step)}
            gripper_closed[tid] = closed
            state[tid] = phase
            timer[tid] = t
            """,
            "pick_and_lift_state_machine step_pick_state_machine update_grasp_phase",
            "Advances the pick-and-lift phase of each environment",
        ),
        _Machine(
            "leg",
            "STANCE SWING REACHING",
            """
            phase = state[tid]
            t = timer[tid] + dt
            force = foot_force[tid]
            if phase == STANCE:
                if t >= stance_time{ and force < liftoff_force ~}:
                    phase = SWING
                    t = 0.0
                    lift_pos[tid] = foot_pos[tid]
                {?0.5 elif t >= min_slip_time and force < liftoff_force:
                    # it has lost the ground
                    phase = REACHING
                    t = 0.0}
            elif phase == SWING:
                # a foot that has just left the ground still feels it
                if force > touchdown_force and t >= min_swing_time:
                    phase = STANCE
                    t = 0.0
                    touch_pos[tid] = foot_pos[tid]
                elif t >= swing_time:
                    phase = REACHING
                    t = 0.0
            elif force > touchdown_force:
                phase = STANCE
                t = 0.0
                touch_pos[tid] = foot_pos[tid]
            {s = float(0.0)
            if phase == SWING:
                s = wp.min(t / swing_time, 1.0)
            elif phase == REACHING:
                s = 1.0
            swing_progress[tid] = s ~
            if phase == STANCE:
                air_time[tid] = 0.0
            else:
                air_time[tid] = air_time[tid] + dt}
            state[tid] = phase
            timer[tid] = t
            """,
            "update_leg_phase step_gait_state_machine advance_gait_phase",
            "Advances the gait phase of each leg from its timer and contact force",
        ),
        _Machine(
            "island",
            "AWAKE SLEEPY ASLEEP",
            """
            {?0.3 if touched[tid] != 0:
                # something awake has hit it
                state[tid] = AWAKE
                timer[tid] = 0.0
                return}
            s = state[tid]
            t = timer[tid]
            motion = {max_speed_sq[tid] ~ max_energy[tid]}
            {if s == ASLEEP:
                if external_force[tid] > wake_force:
                    s = AWAKE
                    t = 0.0
            elif motion > sleep_threshold:
                s = AWAKE
                t = 0.0
            else:
                t += dt
                s = SLEEPY
                if t >= time_to_sleep:
                    s = ASLEEP ~
            if s == AWAKE:
                if motion < sleep_threshold:
                    s = SLEEPY
                    t = 0.0
            elif s == SLEEPY:
                t += dt
                if motion > wake_threshold:
                    s = AWAKE
                    t = 0.0
                elif t >= time_to_sleep:
                    s = ASLEEP
            elif motion > wake_threshold or external_force[tid] > wake_force:
                s = AWAKE
                t = 0.0}
            {if s == ASLEEP and state[tid] != ASLEEP:
                wp.atomic_add(num_fell_asleep, 0, 1) ~
            if s != ASLEEP:
                slot = wp.atomic_add(num_awake, 0, 1)
                awake_islands[slot] = tid ~}
            state[tid] = s
            timer[tid] = t
            """,
            "update_island_sleep_state update_sleep_states advance_island_sleep",
            "Puts islands to sleep that have been at rest for a while, and wakes them",
        ),
        _Machine(
            "contact",
            "SEPARATED STICKING SLIDING",
            """
            s = state[tid]
            gap = contact_dist[tid]
            if gap > break_distance:
                {# a broken contact forgets its impulses
                ~}
                state[tid] = SEPARATED
                age[tid] = 0
                normal_impulse[tid] = 0.0
                return
            n = contact_normal[tid]
            v = contact_vel[tid]
            {slide = v - wp.dot(v, n) * n
            slip = wp.length(slide) ~
            vn = wp.dot(v, n)
            slip = wp.sqrt(wp.max(wp.length_sq(v) - vn * vn, 0.0)) ~
            slip = tangential_speed(v, n)}
            if s == SEPARATED:
                {s = STICKING ~ s = SLIDING if slip > stick_speed else STICKING}
                age[tid] = 0
                anchor[tid] = contact_pos[tid]
            else:
                age[tid] = age[tid] + 1
                limit = friction[tid] * normal_impulse[tid]
                {if s == STICKING and tangent_impulse[tid] > limit:
                    s = SLIDING
                elif s == SLIDING and slip < stick_speed:
                    s = STICKING
                    anchor[tid] = contact_pos[tid] ~
                if s == SLIDING:
                    # the anchor goes with the contact
                    anchor[tid] = contact_pos[tid]
                    if slip < stick_speed and tangent_impulse[tid] < limit:
                        s = STICKING
                elif tangent_impulse[tid] > limit:
                    s = SLIDING}
            state[tid] = s
            """,
            "update_contact_state update_contact_lifecycle advance_contact_states",
            "Whether each contact is broken, sticks or slides",
        ),
    ),
    "valve_state": (
        _Machine(
            "valve",
            "CLOSED OPENING OPEN CLOSING",
            """
            s = state[tid]
            opening = position[tid]
            {if command[tid] == CMD_OPEN:
                if s == CLOSED or s == CLOSING:
                    s = OPENING
            elif command[tid] == CMD_CLOSE:
                if s == OPEN or s == OPENING:
                    s = CLOSING ~
            if command[tid] == CMD_OPEN and s != OPEN:
                s = OPENING
            elif command[tid] == CMD_CLOSE and s != CLOSED:
                s = CLOSING ~
            if pressure[tid] > trip_pressure:
                # closes by itself, whatever it is told
                if s != CLOSED:
                    s = CLOSING
            elif command[tid] == CMD_OPEN and s != OPEN:
                s = OPENING
            elif command[tid] == CMD_CLOSE and s != CLOSED:
                s = CLOSING}
            {if s == OPENING:
                opening = opening + stroke_rate * dt
                if opening >= 1.0:
                    opening = 1.0
                    s = OPEN
            elif s == CLOSING:
                opening = opening - stroke_rate * dt
                if opening <= 0.0:
                    opening = 0.0
                    s = CLOSED ~
            travel = stroke_rate * dt
            if s == OPENING:
                opening = wp.min(opening + travel, 1.0)
                # at the end of its way
                if opening == 1.0:
                    s = OPEN
            elif s == CLOSING:
                opening = wp.max(opening - travel, 0.0)
                if opening == 0.0:
                    s = CLOSED}
            {?0.5 # goes with the square root of the pressure drop
            {drop = wp.max(pressure[tid] - outlet_pressure, 0.0)
            flow[tid] = flow_coefficient[tid] * opening * wp.sqrt(drop) ~
            flow[tid] = opening * orifice_flow(flow_coefficient[tid], pressure[tid], outlet_pressure)}}
            position[tid] = opening
            state[tid] = s
            """,
            "update_valves step_motor_valves advance_valve_state",
            "Moves motor valves to where their commands say",
        ),
        _Machine(
            "gripper",
            "RELEASED CLOSING HOLDING OPENING",
            """
            s = state[tid]
            width = finger_width[tid]
            {?0.6 if command[tid] == CMD_OPEN and s != RELEASED:
                s = OPENING
            elif command[tid] == CMD_CLOSE and (s == RELEASED or s == OPENING):
                s = CLOSING ~
            if command[tid] == CMD_CLOSE:
                if s == RELEASED or s == OPENING:
                    s = CLOSING
            elif command[tid] == CMD_OPEN:
                if s == CLOSING or s == HOLDING:
                    s = OPENING}
            speed = float(0.0)
            if s == CLOSING:
                speed = -finger_speed
                if grip_force[tid] > hold_force:
                    {# something is between the fingers
                    ~}
                    s = HOLDING
                    speed = 0.0
                elif width <= min_width:
                    # there is nothing to hold
                    {s = OPENING
                    ~}
                    speed = 0.0
            elif s == HOLDING:
                if grip_force[tid] < slip_force:
                    s = CLOSING
            elif s == OPENING:
                speed = finger_speed
                if width >= max_width:
                    s = RELEASED
                    speed = 0.0
            {finger_target[tid] = wp.clamp(width + speed * dt, min_width, max_width) ~
            finger_target[tid] = wp.clamp(width + speed * dt, min_width, max_width)
            is_holding[tid] = 1 if s == HOLDING else 0 ~ finger_velocity[tid] = speed}
            state[tid] = s
            """,
            "step_gripper_state_machine update_grippers advance_gripper_state",
            "Opens and closes grippers by their commands and by what the fingers feel",
        ),
        _Machine(
            "valve",
            "SEATED RELIEVING",
            """
            s = state[tid]
            vessel = vessel_of[tid]
            p = vessel_pressure[vessel]
            reseat = reseat_ratio * set_pressure[tid]
            {if s == SEATED:
                if p > set_pressure[tid]:
                    s = RELIEVING
            elif p < reseat:
                # well below what opens it
                s = SEATED ~
            if s == SEATED and p > set_pressure[tid]:
                s = RELIEVING
            elif s == RELIEVING and p < reseat:
                # well below what opens it
                s = SEATED ~
            t = timer[tid] + dt
            if s == SEATED:
                if p > set_pressure[tid]:
                    s = RELIEVING
                    t = 0.0
            elif p < reseat and t >= min_open_time:
                # not at once, or it would chatter
                s = SEATED
                t = 0.0
            timer[tid] = t}
            q = float(0.0)
            if s == RELIEVING:
                {lift = saturate((p - reseat) / blowdown_range)
                q = {flow_coefficient[tid] * lift * wp.sqrt(wp.max(p - outlet_pressure, 0.0)) ~ \
                        lift * orifice_flow(flow_coefficient[tid], p, outlet_pressure)} ~
                q = {flow_coefficient[tid] * wp.sqrt(wp.max(p - outlet_pressure, 0.0)) ~ \
                        orifice_flow(flow_coefficient[tid], p, outlet_pressure)}}
            flow[tid] = q
            {?0.6 # several valves may protect one vessel
            wp.atomic_add(vessel_outflow, vessel, q)}
            state[tid] = s
            """,
            "update_relief_valves step_relief_valves relief_valve_state",
            "Opens and reseats relief valves",
        ),
    ),
    "episode": (
        _Machine(
            "env",
            "RUNNING TIMEOUT FAILED SUCCESS",
            """
            length = episode_length[tid] + 1
            {at_goal = goal_distance[tid] < goal_radius ~
            # it has to stay there
            held = goal_steps[tid] + 1 if goal_distance[tid] < goal_radius else 0
            goal_steps[tid] = held
            at_goal = held >= hold_steps}
            s = int(RUNNING)
            if {base_height[tid] < min_height or tilt[tid] > max_tilt ~ \
                    base_height[tid] < min_height or base_contact_force[tid] > max_contact_force ~ \
                    has_fallen(base_height[tid], tilt[tid], min_height, max_tilt)}:
                # a fall
                s = FAILED
            elif at_goal:
                s = SUCCESS
            elif length >= max_episode_length:
                s = TIMEOUT
            {if s == RUNNING:
                reset_buf[tid] = 0
                episode_length[tid] = length
            else:
                reset_buf[tid] = 1
                episode_length[tid] = 0 ~
            terminated[tid] = 1 if s == FAILED or s == SUCCESS else 0
            truncated[tid] = 1 if s == TIMEOUT else 0
            episode_length[tid] = length}
            episode_status[tid] = s
            """,
            "check_termination compute_dones update_termination",
            "Why each episode ends, if it does",
        ),
        _Machine(
            "env",
            "RUNNING TIMEOUT FAILED SUCCESS",
            """
            {if episode_status[tid] != RUNNING:
                # the first step after a reset
                episode_return[tid] = 0.0
                episode_length[tid] = 0 ~
            fresh = episode_status[tid] != RUNNING
            if fresh:
                episode_return[tid] = 0.0
                episode_length[tid] = 0}
            episode_return[tid] = episode_return[tid] + reward[tid]
            episode_length[tid] = episode_length[tid] + 1
            s = int(RUNNING)
            if {base_height[tid] < min_height{ or tilt[tid] > max_tilt ~} ~ \
                    has_fallen(base_height[tid], tilt[tid], min_height, max_tilt)}:
                s = FAILED
            {elif goal_distance[tid] < goal_radius:
                s = SUCCESS ~}
            elif episode_length[tid] >= max_episode_length:
                s = TIMEOUT
            if s != RUNNING:
                # for the averages that are logged
                {wp.atomic_add(num_finished, 0, 1)
                wp.atomic_add(return_sum, 0, episode_return[tid]) ~
                last_return[tid] = episode_return[tid]
                last_length[tid] = episode_length[tid]}
            episode_status[tid] = s
            """,
            "advance_episodes update_episode_stats step_episodes",
            "Goes on with each episode, and starts a new one after its end",
        ),
        _Machine(
            "env",
            "RUNNING TIMEOUT FAILED",
            """
            {?0.5 if episode_length[tid] < grace_steps:
                # a new episode has time to settle
                episode_length[tid] = episode_length[tid] + 1
                terminated[tid] = 0
                truncated[tid] = 0
                return}
            length = episode_length[tid] + 1
            fallen = {base_height[tid] < min_height or up_z[tid] < min_up ~ \
                    has_fallen(base_height[tid], tilt[tid], min_height, max_tilt)}
            {?0.5 # hurt by what it hits
            if base_contact_force[tid] > max_contact_force:
                fallen = True ~
            if not fallen and wp.abs(base_speed[tid]) > max_speed:
                # the simulation has diverged
                fallen = True}
            {if fallen:
                terminated[tid] = 1
                truncated[tid] = 0
            elif length >= max_episode_length:
                terminated[tid] = 0
                truncated[tid] = 1
            else:
                terminated[tid] = 0
                truncated[tid] = 0 ~
            {# a fall is not a timeout
            ~}
            terminated[tid] = 1 if fallen else 0
            truncated[tid] = 1 if length >= max_episode_length and not fallen else 0}
            {?0.4 if fallen:
                reward[tid] = reward[tid] - death_cost}
            episode_length[tid] = length
            """,
            "compute_terminations check_termination get_dones",
            "Which episodes end by a fall, and which by their length",
        ),
    ),
}


_MACHINE_FUNCTIONS = (
    """
    def has_reached(p: wp.vec3, target: wp.vec3, tolerance: float) -> bool:
        {return wp.length(target - p) < tolerance ~ d = target - p
        return wp.dot(d, d) < tolerance * tolerance ~
        for k in range(3):
            if wp.abs(target[k] - p[k]) > tolerance:
                return False
        return True}
    """,
    """
    def tangential_speed(v: wp.vec3, n: wp.vec3) -> float:
        {return wp.length(v - wp.dot(v, n) * n) ~ vt = v - n * wp.dot(v, n)
        return wp.length(vt)}
    """,
    """
    def orifice_flow(coefficient: float, inlet: float, outlet: float) -> float:
        {if inlet <= outlet:
            return 0.0
        return coefficient * wp.sqrt(inlet - outlet) ~
        return coefficient * wp.sqrt(wp.max(inlet - outlet, 0.0)) ~
        {# backwards too
        ~}
        drop = inlet - outlet
        return coefficient * wp.sign(drop) * wp.sqrt(wp.abs(drop))}
    """,
    """
    def has_fallen(height: float, tilt: float, min_height: float, max_tilt: float) -> bool:
        {return height < min_height or tilt > max_tilt ~ if height < min_height:
            return True
        return tilt > max_tilt}
    """,
)
"""Functions that lines call."""


def _draw_machine(stream: Stream, target: str) -> KernelSpec:
    """A state that commands, timers and inputs move on, in place."""
    machine = stream.child("machine").choice(_MACHINES[target])
    thread = machine.thread
    # an environment is a world itself
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
            """
            {if done[wid] == 0:
                return
            OUT = BEGIN
            rate_out[tid] = START_RATE ~
            if done[wid] {!= 0 ~ == 1}:
                OUT = BEGIN
                rate_out[tid] = START_RATE}
            """,
            "reset_worlds reset_envs reset_joint_state",
            "Gives the joints of worlds that are done what they start from",
        ),
        (
            """
            if done[wid] == 0:
                return
            s = source[wid]
            # no world to start from
            if s {< 0 ~ == -1}:
                OUT = BEGIN
                rate_out[tid] = START_RATE
            elif s != wid{ and active[s] ~}:
                OUT = old[s * DOFS_PER_WORLD + dof]
                rate_out[tid] = velocity[s * DOFS_PER_WORLD + dof]
            """,
            "reset_worlds_from_source restart_worlds reset_or_clone_worlds",
            "Starts worlds anew, from another one where there is one",
        ),
        (
            """
            s = source[wid]
            if s < 0 or s == wid:
                return
            OUT = old[s * DOFS_PER_WORLD + dof]{ + amount * noise[tid] ~}
            rate_out[tid] = velocity[s * DOFS_PER_WORLD + dof]
            """,
            "clone_worlds copy_joint_state_between_worlds branch_worlds",
            "Gives worlds the joint state of others",
        ),
    ),
    "world_sum": (
        (
            """
            SKIPS
            diff = old[tid] - template[dof]
            {?0.4 # what is wound around many times is as far as once
            diff = wrap_angle(diff)}
            {?0.3 # small ones are free
            if wp.abs(diff) < deadband[dof]:
                return}
            e = {weight[dof] * huber(diff) ~ \
                    weight[dof] * diff * diff ~ weight[dof] * wp.abs(diff) ~ 0.5 * weight[dof] * diff * diff}
            wp.atomic_add(sums, wid, e)
            """,
            "posture_cost compute_posture_cost sum_posture_cost",
            "Cost of how far the joints of each world are from their default",
        ),
        (
            """
            SKIPS
            {power = torque[tid] * velocity[tid]
            # what is braked is lost
            {wp.atomic_add(sums, wid, weight[dof] * wp.max(power, 0.0)) ~
            if power > 0.0:
                wp.atomic_add(sums, wid, weight[dof] * power)
            elif count_braking:
                # a part of it comes back
                wp.atomic_add(sums, wid, recovery * weight[dof] * power)} ~
            power = wp.abs(torque[tid] * velocity[tid])
            {?0.4 # heat in the windings
            power = power + loss[dof] * torque[tid] * torque[tid]}
            wp.atomic_add(sums, wid, weight[dof] * power) ~
            tau = torque[tid]
            wp.atomic_add(sums, wid, weight[dof] * {(wp.abs(tau * velocity[tid]) + loss[dof] * tau * tau)
            ~ (tau * tau + wp.abs(tau * velocity[tid]))})}
            """,
            "power_cost compute_power_cost accumulate_power_cost",
            "Cost of the power that the motors of each world take",
        ),
        (
            """
            SKIPS
            {rate = action[tid] - last_action[tid]
            e = {weight[dof] * rate * rate ~ weight[dof] * wp.abs(rate)} ~
            # how fast it changes, and how fast that does
            rate = action[tid] - last_action[tid]
            jerk = action[tid] - 2.0 * last_action[tid] + last_last_action[tid]
            e = weight[dof] * (rate * rate + jerk * jerk)}
            wp.atomic_add(sums, wid, e)
            """,
            "action_rate_cost compute_action_rate_cost sum_action_rate",
            "Cost of how fast the actions of each world change",
        ),
    ),
    "world_check": (
        (
            """
            value = old[tid]
            {excess = limit_excess(value, lower[dof], upper[dof])
            if excess != 0.0:
                wp.atomic_add(bad, wid, 1)
                {if excess * velocity[tid] > 0.0:
                    # no faster outwards
                    rate_out[tid] = 0.0
                else:
                    rate_out[tid] = velocity[tid] ~}
            OUT = value - excess ~
            if value < lower[dof] or value > upper[dof]:
                wp.atomic_add(bad, wid, 1)
                OUT = wp.clamp(value, lower[dof], upper[dof])
            else:
                OUT = value ~
            if value < lower[dof]:
                OUT = lower[dof]
                {?0.5 # no faster outwards
                rate_out[tid] = wp.max(velocity[tid], 0.0)}
                wp.atomic_add(bad, wid, 1)
            elif value > upper[dof]:
                OUT = upper[dof]
                {?0.5 rate_out[tid] = wp.min(velocity[tid], 0.0)}
                wp.atomic_add(bad, wid, 1)
            else:
                OUT = value
                {?0.5 rate_out[tid] = velocity[tid]}}
            """,
            "clamp_joint_positions enforce_joint_limits clamp_to_joint_limits",
            "Brings joints back into their limits, and counts those beyond",
        ),
        (
            """
            {excess = wp.max(lower[dof] - old[tid], old[tid] - upper[dof]) ~
            excess = wp.abs(limit_excess(old[tid], lower[dof], upper[dof]))}
            if excess > 0.0:
                wp.atomic_add(bad, wid, 1)
                wp.atomic_max(largest, wid, excess)
            """,
            "check_joint_limits measure_limit_violations find_limit_violations",
            "Counts the joints of each world beyond their limits, and how far they are",
        ),
        (
            """
            if old[tid] < lower[dof]:
                wp.atomic_add(num_below, wid, 1)
            elif old[tid] > upper[dof]:
                wp.atomic_add(num_above, wid, 1)
            {?0.4 if wp.abs(velocity[tid]) > max_speed:
                wp.atomic_add(num_fast, wid, 1)}
            """,
            "count_limit_violations count_joints_at_limits count_violations",
            "Counts the joints of each world beyond either limit",
        ),
        (
            """
            SKIPS
            {excess = wp.max(lower[dof] - old[tid], 0.0) + wp.max(old[tid] - upper[dof], 0.0) ~
            excess = wp.abs(limit_excess(old[tid], {lower[dof], upper[dof] ~ soft * lower[dof], soft * upper[dof]})) ~
            excess = float(0.0)
            if old[tid] < soft * lower[dof]:
                excess = soft * lower[dof] - old[tid]
            elif old[tid] > soft * upper[dof]:
                excess = old[tid] - soft * upper[dof]}
            wp.atomic_add(sums, wid, {weight[dof] * excess ~ weight[dof] * excess * excess})
            """,
            "joint_limit_cost compute_limit_cost limit_penalty",
            "Cost of joints beyond their limits",
        ),
    ),
}


_WORLD_FUNCTIONS = (
    """
    def limit_excess(q: float, lower: float, upper: float) -> float:
        {if q < lower:
            return q - lower
        if q > upper:
            return q - upper
        return 0.0 ~
        return wp.max(q - upper, 0.0) + wp.min(q - lower, 0.0) ~
        return q - wp.clamp(q, lower, upper)}
    """,
    """
    def huber(x: float) -> float:
        {if wp.abs(x) < 1.0:
            return 0.5 * x * x
        return wp.abs(x) - 0.5 ~
        return wp.sqrt(1.0 + x * x) - 1.0 ~
        a = wp.abs(x)
        return 0.5 * a * a if a < 1.0 else a - 0.5}
    """,
)
"""Functions that lines call."""


def _draw_world(stream: Stream, target: str) -> KernelSpec:
    """Worlds side by side in one launch: a thread's world is its number divided by how many are in each."""
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
    """How a ray's search begins, what it does with a hit, and what it keeps."""
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
    """
    def ray_sphere(o: wp.vec3, dir: wp.vec3, center: wp.vec3, radius: float) -> float:
        {# less than 0 is a miss
        ~}
        m = o - center
        b = wp.dot(m, dir)
        c = {wp.dot(m, m) ~ wp.length_sq(m)} - radius * radius
        {?0.5 if c > 0.0 and b > 0.0:
            return -1.0}
        disc = b * b - c
        if disc < 0.0:
            return -1.0
        {return -b - wp.sqrt(disc) ~
        t = -b - wp.sqrt(disc)
        if t < 0.0:
            # from inside
            t = -b + wp.sqrt(disc)
        return t ~ return wp.max(-b - wp.sqrt(disc), 0.0)}
    """,
    """
    def ray_box(o: wp.vec3, dir: wp.vec3, half: wp.vec3) -> float:
        t_near = float(-1.0e6)
        t_far = float(1.0e6)
        for k in range(3):
            {if wp.abs(dir[k]) < 1.0e-6:
                {# along the slab, and outside of it
                ~}
                if wp.abs(o[k]) > half[k]:
                    return -1.0
            else:
                t0 = (-half[k] - o[k]) / dir[k]
                t1 = (half[k] - o[k]) / dir[k]
                t_near = wp.max(t_near, wp.min(t0, t1))
                t_far = wp.min(t_far, wp.max(t0, t1)) ~
            if wp.abs(dir[k]) > 1.0e-6:
                t0 = (-half[k] - o[k]) / dir[k]
                t1 = (half[k] - o[k]) / dir[k]
                t_near = wp.max(t_near, wp.min(t0, t1))
                t_far = wp.min(t_far, wp.max(t0, t1))
            elif wp.abs(o[k]) > half[k]:
                return -1.0}
        if t_near > t_far or t_far < 0.0:
            return -1.0
        return {t_near ~ wp.max(t_near, 0.0)}
    """,
    """
    def ray_plane(o: wp.vec3, dir: wp.vec3, point: wp.vec3, n: wp.vec3) -> float:
        slope = wp.dot(n, dir)
        {if slope > -1.0e-6:
            {# seen from behind, or along it
            ~}
            return -1.0
        return wp.dot(n, point - o) / slope ~
        if wp.abs(slope) < 1.0e-6:
            return -1.0
        return wp.dot(n, point - o) / slope}
    """,
    """
    def ray_triangle(o: wp.vec3, dir: wp.vec3, a: wp.vec3, b: wp.vec3, c: wp.vec3) -> float:
        e1 = b - a
        e2 = c - a
        h = wp.cross(dir, e2)
        det = wp.dot(e1, h)
        {if wp.abs(det) < 1.0e-6:
            return -1.0 ~ {# only from its front
        ~}
        if det < 1.0e-6:
            return -1.0}
        m = o - a
        {u = wp.dot(m, h) / det
        if u < 0.0 or u > 1.0:
            return -1.0
        q = wp.cross(m, e1)
        v = wp.dot(dir, q) / det
        if v < 0.0 or u + v > 1.0:
            return -1.0
        return wp.dot(e2, q) / det ~
        q = wp.cross(m, e1)
        u = wp.dot(m, h) / det
        v = wp.dot(dir, q) / det
        if u < 0.0 or v < 0.0 or u + v > 1.0:
            return -1.0
        return wp.dot(e2, q) / det}
    """,
)
"""Functions beside kernels of rays: how far it is to a shape, less than 0 for a miss."""
_RAY_HITS = {
    "spheres": "t = ray_sphere(o, direction, centers[s], radii[s])",
    "boxes": """
        {# in the frame of the box
        ~}
        o_s = wp.quat_rotate_inv(rotations[s], o - centers[s])
        t = ray_box(o_s, wp.quat_rotate_inv(rotations[s], direction), half_extents[s])
    """,
    "triangles": """
        {t = ray_triangle(o, direction, vertices[tris[s][0]], vertices[tris[s][1]], vertices[tris[s][2]]) ~
        tri = tris[s]
        t = ray_triangle(o, direction, vertices[tri[0]], vertices[tri[1]], vertices[tri[2]])}
    """,
    "types": """
        t = float(-1.0)
        {if shape_type[s] == SHAPE_SPHERE:
            t = ray_sphere(o, direction, centers[s], radii[s])
        elif shape_type[s] == SHAPE_BOX:
            {# in its own frame
            ~}
            o_s = wp.quat_rotate_inv(rotations[s], o - centers[s])
            t = ray_box(o_s, wp.quat_rotate_inv(rotations[s], direction), half_extents[s])
        {elif shape_type[s] == SHAPE_PLANE:
            t = ray_plane(o, direction, centers[s], normals[s]) ~} ~
        kind = shape_type[s]
        if kind == SHAPE_PLANE:
            t = ray_plane(o, direction, centers[s], normals[s])
        elif kind == SHAPE_SPHERE:
            t = ray_sphere(o, direction, centers[s], radii[s])
        else:
            # in the frame of the box
            o_s = wp.quat_rotate_inv(rotations[s], o - centers[s])
            d_s = wp.quat_rotate_inv(rotations[s], direction)
            t = ray_box(o_s, d_s, half_extents[s])}
    """,
}
_RAY_USES = {
    "any_hit": """
        {if t > bias and t < reach[tid]:
            blocked = True
            break ~
        {# neither where the ray begins nor behind the light
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
    """A ray against shapes whose distances functions give."""
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
    """Where a ray begins, and which way it goes; mostly directions are given with length one."""
    return f"o = origins[tid]\ndirection = {p.pick('safe_normalize(dirs[tid])', 'dirs[tid]', 'dirs[tid]')}"


def _draw_ray(stream: Stream, target: str) -> KernelSpec:
    """A ray against a list of spheres: the nearest, whether there is any, or how many."""
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
    # the nearer end, or none where it lies behind
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
        targets=(*_SLOTS, *_FREED),
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
