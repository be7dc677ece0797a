"""Integers that drive: slots of lists, states that events change, worlds side by side, rays that look for a hit."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT, VEC, Program
from synthesis.grammar.lines import block, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

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
            {?0.4 values_of[wid, slot] = value[tid]} ~
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
            wp.atomic_add(counts, wid, need[tid])
        else:
            # belongs to all worlds
            {for w in range(counts.shape[0]):
                wp.atomic_add(counts, w, need[tid]) ~ wp.atomic_add(num_global, 0, need[tid])} ~
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
        {# as many as an item may have
        wp.atomic_add(counts, wid, wp.min(need[tid], capacity)) ~ wp.atomic_add(counts, wid, need[tid])
        wp.atomic_max(widest, wid, need[tid])}}
    """,
    "list_slots": """
        {if SKIP:
            return
        slot = wp.atomic_add(count, 0, 1)
        {# a full list takes no more
        if slot >= list_capacity:
            return
        line[slot] = tid ~ if slot < list_capacity:
            line[slot] = tid}
        {?0.4 line_value[slot] = value[tid]} ~
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


def _draw_slots(stream: Stream, target: str) -> KernelSpec:
    """Slots of lists: counted, taken by an atomic, or taken by a thread in a list of its own."""
    subject = "particle" if target == "own_list" else stream.child("subject").choice(("contact", "event", "particle"))
    p = Program(stream, ("tid", "i", subject))
    worlds, room = p.choices.choice((2, 3, 4)), p.choices.choice((6, 8, 10))
    items = p.choices.choice((24, 32))
    p.array("world_of", INT, (-1, worlds - 1), (p.threads,), (f"{subject}_world", f"{subject}_worldid"))
    distances = {"contact": ("contact_dist", "separation"), "event": ("event_time", "event_delay"),
                 "particle": ("particle_dist", "ground_distance")}[subject]  # fmt: skip
    p.array("value", FLOAT, (-1, 1), (p.threads,), distances)
    p.array("flags", INT, (0, 3), (p.threads,), (f"{subject}_flags",))
    needs = {"contact": ("contact_dim", "contact_rows"), "event": ("event_size", "payload_size"),
             "particle": ("num_neighbors", "neighbor_count")}[subject]  # fmt: skip
    p.array("need", INT, (1, 6), (p.threads,), needs)
    p.array("begins", INT, (0, items // 2), (p.threads,), ("candidate_start", "cell_start"))
    p.array("lengths", INT, (0, items // 2), (p.threads,), ("candidate_count", "num_candidates"))
    p.array("candidate_value", FLOAT, (-1, 1), (items,), ("candidate_dist", "candidate_distance"))
    limits = {"contact": ("margin", "contact_margin"), "event": ("now", "current_time"),
              "particle": ("max_distance", "query_radius")}[subject]  # fmt: skip
    if subject == "event":
        p.scalar("most", FLOAT, (-0.3, 0.5), limits)
    else:
        p.number("most", (-0.3, 0.5), limits, ("0.0", "0.1"))
    p.scalar("capacity", INT, (2, 4), (f"max_{subject}s_per_world", "capacity"))
    p.scalar("list_capacity", INT, (p.threads // 8, p.threads // 4), (f"max_{subject}s", "capacity"))
    p.sizes(room=room)
    p.output("count", INT, (1,), (f"num_{subject}s", f"{subject}_count"), (0, 0))
    p.output("skipped", INT, (1,), ("num_skipped", "num_rejected"), (0, 0))
    p.output("counts", INT, (worlds,), (f"world_{subject}_count", f"{subject}s_per_world"), (0, 0))
    p.output("rows_of", INT, (worlds,), ("world_row_count", "rows_per_world"), (0, 0))
    p.output("widest", INT, (worlds,), (f"world_max_{needs[0]}", f"max_{needs[0]}"), (0, 0))
    p.output("kept_count", INT, (p.threads,), ("num_neighbors", "neighbor_count"))
    p.output("items_of", INT, (worlds, room), (f"world_{subject}s", f"{subject}s_of_world"), (-1, -1))
    p.output("values_of", FLOAT, (worlds, room), tuple(f"world_{each}" for each in distances), (0, 0))
    p.output("global_items", INT, (room,), (f"global_{subject}s", f"shared_{subject}s"), (-1, -1))
    p.output("line", INT, (p.threads,), (f"active_{subject}s", f"{subject}_list"), (-1, -1))
    p.output("line_value", FLOAT, (p.threads,), tuple(f"active_{each}" for each in distances), (0, 0))
    p.output("place_of", INT, (p.threads,), (f"{subject}_slot", f"{subject}_to_active"))
    p.output("list", INT, (p.threads, room), ("neighbors", "neighbor_list"), (-1, -1))
    p.output("dropped", INT, (worlds,), ("world_overflow", "num_dropped"), (0, 0))
    p.output("num_global", INT, (1,), ("num_global", "global_count"), (0, 0))
    p.constants({"ENABLED": 1})
    p.guard_count(subject)
    text = _SLOTS[target]
    skip = p.pick(
        "value[tid] > most", "(flags[tid] & ENABLED) == 0", "value[tid] > most or (flags[tid] & ENABLED) == 0"
    )
    text = text.replace("SKIP", skip).replace("UNCOUNTED", skip)
    padded = p.choices.chance(0.5)
    p.array("candidates", INT, (-1 if padded else 0, p.threads - 1), (items,), ("candidates", "candidate_ids"))
    passed = p.pick("if candidates[k] < 0:", "if candidates[k] < 0 or candidates[k] == tid:") if padded else (
        p.pick("", "if candidates[k] == tid:")
    )  # fmt: skip
    own = _OWN.replace("PASSED\n            ", f"{passed}\n                continue\n            " if passed else "")
    test = p.pick("(flags[candidates[k]] & ENABLED) != 0", "candidate_value[k] < most")
    own = own.replace("TEST", test)
    p.write(text.replace("OWN", own).replace("ROOM", p.pick("room", "list.shape[1]")))
    titles = {
        "world_slots": (f"append_{subject}s_per_world", f"collect_world_{subject}s", f"sort_{subject}s_by_world"),
        "count_slots": (f"count_world_{subject}s", f"count_{subject}s_per_world"),
        "list_slots": (f"collect_active_{subject}s", f"compact_{subject}s", f"build_{subject}_list"),
        "own_list": ("build_neighbor_lists", "filter_neighbors", "gather_neighbors"),
    }[target]
    return p.done("events", "slots", target, "Slots of a list", titles)


_MACHINES = {
    "agent_state": """
        {?0.25 if not enabled[tid]:
            OFF
            return}
        s = state[tid]
        t = timer[tid] + 1
        {if s == IDLE:
            if event[tid] == START{ and level[tid] > threshold ~}:
                s = MOVING
                t = 0
        elif s == MOVING:
            if event[tid] == STOP:
                s = IDLE
                t = 0
            elif level[tid] {< ~ <=} threshold:
                {# close enough to the goal
                ~}
                s = WAITING
                t = 0
            {?0.5 elif t > most:
                # it does not get there
                s = IDLE
                t = 0}
        elif s == WAITING:
            {if t >= most:
                s = DONE ~
            # pushed away from the goal
            if level[tid] > threshold:
                s = MOVING
                t = 0
            elif t >= most:
                s = DONE}
        elif event[tid] == START:
            s = MOVING
            t = 0 ~
        if event[tid] == STOP and s != DONE:
            s = IDLE
            t = 0
        elif event[tid] == START and (s == IDLE or s == DONE):
            s = MOVING
            t = 0
        elif s == MOVING and level[tid] < threshold:
            s = WAITING
            t = 0
        elif s == WAITING and t >= most:
            s = DONE
            t = 0}
        STORED
    """,
    "valve_state": """
        {?0.25 if not enabled[tid]:
            # without power it stays as it is
            OFF
            return}
        s = state[tid]
        t = timer[tid] + 1
        {if s == CLOSED:
            if event[tid] == OPEN_VALVE:
                s = OPENING
                t = 0
        elif s == OPENING:
            if event[tid] == CLOSE_VALVE:
                s = CLOSING
                t = 0
            elif t >= most:
                s = OPEN
                t = 0
        elif s == OPEN:
            if event[tid] == CLOSE_VALVE:
                s = CLOSING
                t = 0
        {elif t >= most:
            s = CLOSED
            t = 0 ~ elif event[tid] == OPEN_VALVE:
            s = OPENING
            t = 0
        elif t >= most:
            s = CLOSED
            t = 0} ~
        if (s == CLOSED or s == CLOSING) and event[tid] == OPEN_VALVE:
            s = OPENING
            t = 0
        elif (s == OPEN or s == OPENING) and event[tid] == CLOSE_VALVE:
            s = CLOSING
            t = 0
        elif t >= most:
            {# it has moved all the way
            ~}
            if s == OPENING:
                s = OPEN
                t = 0
            elif s == CLOSING:
                s = CLOSED
                t = 0}
        STORED
    """,
    "episode": """
        {s = int(RUNNING)
        t = episode_length[tid] + 1
        if level[tid] < threshold:
            {# has fallen
            ~}
            s = FAILED
        elif t >= most:
            s = TIMEOUT
        status_out[tid] = s
        episode_length[tid] = t ~
        t = episode_length[tid] + 1
        fallen = level[tid] < threshold{ or tilt[tid] > max_tilt ~ or energy[tid] > max_energy ~}
        {terminated[tid] = 1 if fallen else 0
        {# a fall is not a timeout
        ~}
        truncated[tid] = 1 if t >= most and not fallen else 0 ~
        if fallen:
            terminated[tid] = 1
            truncated[tid] = 0
        elif t >= most:
            terminated[tid] = 0
            truncated[tid] = 1
        else:
            terminated[tid] = 0
            truncated[tid] = 0}
        episode_length[tid] = t ~
        s = int(RUNNING)
        if level[tid] < threshold:
            s = FAILED
        elif goal_distance[tid] < goal_radius:
            s = SUCCESS
        elif episode_length[tid] >= most:
            s = TIMEOUT
        status_out[tid] = s}
        EPISODE
    """,
}


_STORED = """{state[tid] = s
        timer[tid] = t ~ timer[tid] = t
        state[tid] = s}
        SHOWN"""
"""How each of them ends."""
_SHOWN = {
    "agent_state": ("arrived[tid] = 1 if STATE == WAITING or STATE == DONE else 0",),
    "valve_state": ("closed_out[tid] = 1 if STATE == CLOSED else 0",),
    "episode": ("finished[tid] = 1 if STATE == TIMEOUT or STATE == FAILED else 0",),
}
"""What others are told of a state."""


def _draw_machine(stream: Stream, target: str) -> KernelSpec:
    """A state that events, timers and inputs move on, in place."""
    thread = {"agent_state": "agent", "valve_state": "valve", "episode": "env"}[target]
    p = Program(stream, ("tid", "i", thread), launch=(stream.child("threads").choice((96, 128)),))
    count = p.threads
    names = {
        "agent_state": ("IDLE", "MOVING", "WAITING", "DONE"),
        "valve_state": ("CLOSED", "OPENING", "OPEN", "CLOSING"),
        "episode": ("RUNNING", "TIMEOUT", "FAILED", "SUCCESS"),
    }[target]
    p.constants({name: number for number, name in enumerate(names)})
    p.output("state", INT, (count,), ("state", "status", "mode"), (0, 3))
    p.output("timer", INT, (count,), ("timer", "steps", "ticks"), (0, 6))
    p.output("arrived", INT, (count,), ("arrived", "has_arrived"))
    p.output("closed_out", INT, (count,), ("is_closed", "is_shut"))
    p.output("finished", INT, (count,), ("done", "is_finished"))
    p.output("status_out", INT, (count,), ("episode_status", "status"))
    p.output("episode_length", INT, (count,), ("episode_length", "progress"), (0, 6))
    p.output("terminated", INT, (count,), ("terminated",))
    p.output("truncated", INT, (count,), ("truncated",))
    p.array("tilt", FLOAT, (0, 1), (count,), ("base_tilt", "tilt_angle"))
    p.array("energy", FLOAT, (0, 1), (count,), ("kinetic_energy",))
    p.array("goal_distance", FLOAT, (0, 1), (count,), ("goal_distance", "goal_dist"))
    p.number("goal_radius", (0.2, 0.7), ("goal_radius", "success_radius"), ("0.3",))
    p.number("max_tilt", (0.3, 0.8), ("max_tilt", "tilt_limit"), ("0.7",))
    p.number("max_energy", (0.3, 0.8), ("max_energy",), ("0.8",))
    p.array("event", INT, (-1, 1), (count,), ("command", "request"))
    levels = {
        "agent_state": (("goal_distance", "distance"), ("arrival_radius", "stop_distance")),
        "valve_state": (("tank_level", "level"), ("min_level", "level_limit")),
        "episode": (("base_height", "height"), ("min_height", "fall_height")),
    }[target]
    p.array("level", FLOAT, (0, 1), (count,), levels[0])
    p.array(
        "enabled", FLAG, (0, 1), (count,), ("powered", "enabled") if target == "valve_state" else ("enabled", "active")
    )
    p.scalar(
        "most", INT, (2, 5), ("travel_steps", "max_steps") if target == "valve_state" else ("max_steps", "timeout")
    )
    p.number("threshold", (0.2, 0.7), levels[1], ("0.5", "0.3"))
    p.constants({"OPEN_VALVE": 0, "CLOSE_VALVE": 1} if target == "valve_state" else {"START": 0, "STOP": 1})
    p.guard_count(thread)
    shown = p.choices.choice(_SHOWN[target]) if p.maybe(0.2) else ""
    text = _MACHINES[target].replace("STORED", _STORED).replace("        EPISODE\n", "")
    text = text.replace("        SHOWN\n", f"        {shown}\n".replace("STATE", "s") if shown else "")
    off = f"            {shown}\n".replace("STATE", "state[tid]") if shown else ""
    p.write(text.replace("            OFF\n", off))
    titles = {
        "agent_state": ("update_agents", "step_state_machine", "advance_agents"),
        "valve_state": ("update_valves", "step_valves", "valve_state_machine"),
        "episode": ("check_termination", "compute_dones", "update_termination"),
    }[target]
    return p.done("events", "state_machine", target, "States that events move on", titles)


_WORLD = {
    "world_reset": """
        SKIPS
        {if done[wid] == 0:
            return
        OUT = BEGIN
        rate_out[tid] = 0.0 ~
        if done[wid] {!= 0 ~ == 1}:
            OUT = BEGIN
            rate_out[tid] = 0.0 ~
        s = source[wid]
        {# no world to start from
        if s {< 0 ~ == -1}:
            OUT = BEGIN
            rate_out[tid] = 0.0
        elif s != wid:
            OUT = old[s * DOFS_PER_WORLD + dof]
            rate_out[tid] = velocity[s * DOFS_PER_WORLD + dof] ~
        if s < 0 or s == wid:
            return
        OUT = old[s * DOFS_PER_WORLD + dof]
        rate_out[tid] = velocity[s * DOFS_PER_WORLD + dof]}}
    """,
    "world_sum": """
        SKIPS
        {e = weight[dof] * old[tid] * old[tid] ~ e = weight[dof] * wp.abs(old[tid] - template[dof]) ~
        diff = old[tid] - template[dof]
        e = {weight[dof] * diff * diff ~ 0.5 * stiffness * diff * diff} ~
        {# power of the motors
        ~}
        e = weight[dof] * wp.abs(torque[tid] * velocity[tid]) ~ e = 0.5 * weight[dof] * velocity[tid] * velocity[tid]}
        wp.atomic_add(sums, wid, e)
    """,
    "world_check": """
        SKIPS
        {value = old[tid]
        if value < lower[dof] or value > upper[dof]:
            wp.atomic_add(bad, wid, 1)
            OUT = wp.clamp(value, lower[dof], upper[dof])
        else:
            OUT = value ~
        excess = wp.max(lower[dof] - old[tid], old[tid] - upper[dof])
        if excess > 0.0:
            wp.atomic_add(bad, wid, 1)
            wp.atomic_max(largest, wid, excess) ~
        {if old[tid] < lower[dof]:
            OUT = lower[dof]
            wp.atomic_add(bad, wid, 1)
        elif old[tid] > upper[dof]:
            OUT = upper[dof]
            wp.atomic_add(bad, wid, 1)
        else:
            OUT = old[tid] ~
        if old[tid] < lower[dof]:
            wp.atomic_add(num_below, wid, 1)
        elif old[tid] > upper[dof]:
            wp.atomic_add(num_above, wid, 1)} ~
        {# speed and position
        ~}
        if wp.abs(velocity[tid]) > max_speed or old[tid] < lower[dof] or old[tid] > upper[dof]:
            wp.atomic_add(bad, wid, 1)
        ~
        excess = wp.max(lower[dof] - old[tid], 0.0) + wp.max(old[tid] - upper[dof], 0.0)
        wp.atomic_add(sums, wid, {weight[dof] * excess ~ weight[dof] * excess * excess})}
    """,
}


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
    p.array("torque", FLOAT, (-2, 2), (total,), ("joint_torque", "tau", "dof_force"))
    p.number("amount", (0.1, 0.5), ("noise_scale", "sigma", "amplitude"), ("0.1", "0.25"))
    p.number("stiffness", (0.5, 4), ("stiffness", "ke"), ("2.0",))
    p.number("max_speed", (0.8, 1.6), ("max_velocity", "speed_limit"), ("1.5",))
    p.output("q", FLOAT, (total,), ("joint_q_out", "q_out", "dof_pos_out"))
    p.output("rate_out", FLOAT, (total,), ("joint_qd_out", "qd_out", "dof_vel_out"))
    p.output("table", FLOAT, (worlds, size), ("world_q", "q_table", "env_q"))
    p.output(
        "sums",
        FLOAT,
        (worlds,),
        ("limit_cost", "world_cost") if target == "world_check" else ("world_cost", "cost"),
        (0, 0),
    )
    p.output("largest", FLOAT, (worlds,), ("max_cost_out", "worst"), (0, 0.2))
    p.output("bad", INT, (worlds,), ("num_violations", "violations", "error_count"), (0, 2))
    p.output("num_below", INT, (worlds,), ("num_below", "below_count"), (0, 0))
    p.output("num_above", INT, (worlds,), ("num_above", "above_count"), (0, 0))
    p.scalar("per_world", INT, (size, size), ("dofs_per_world", "num_dofs"))
    p.constants({"DOFS_PER_WORLD": size})
    count = p.pick("DOFS_PER_WORLD", "DOFS_PER_WORLD", "per_world")
    skips = "{?0.2 if not active[wid]:\n    return}" if target != "world_reset" else ""
    out = p.pick("q[tid]", "q[tid]", "table[wid, dof]")
    begin = p.pick(
        "template[dof]",
        "template[dof] + amount * noise[tid]",
        "wp.clamp(template[dof] + amount * noise[tid], lower[dof], upper[dof])",
    )
    text = _WORLD[target].replace("SKIPS", skips.replace("\n", "\n        "))
    text = text.replace("OUT", out).replace("BEGIN", begin).replace("DOFS_PER_WORLD", count)
    p.lookups(wid=f"wid = tid // {count}", dof=f"dof = tid % {count}")
    p.write(text)
    titles = {
        "world_reset": ("reset_worlds", "reset_envs", "reset_joint_state"),
        "world_sum": ("sum_per_world", "compute_costs", "world_cost"),
        "world_check": ("check_limits", "count_violations", "check_worlds"),
    }[target]
    return p.done("events", "world", target, "Worlds side by side", titles)


def _answer(p: Program, target: str) -> tuple[str, str, str]:
    """How a ray's search begins, what it does with a hit, and what it keeps."""
    if target == "any_hit":
        return "found = int(0)", block("if t < far:", "found = 1", "break"), "hit[tid] = found"
    if target == "hit_count":
        return "num = int(0)", block("if t < far:", "num += 1"), "num_out[tid] = num"
    empty = block("if found == NO_HIT:", "depth[tid] = far") + "\n" + block("else:", "depth[tid] = best")
    finish = p.pick("", "depth[tid] = best", empty)
    start = "best = float(far)\nfound = int(NO_HIT)"
    return start, block("if t < best:", "best = t", "found = s"), join("hit[tid] = found", finish)


def _draw_ray(stream: Stream, target: str) -> KernelSpec:
    """A ray against a list of spheres: the nearest, whether there is any, or how many."""
    p = Program(stream, ("tid", "i", "ray", "ray_id"), launch=(stream.child("threads").choice((96, 128)),))
    count = p.choices.choice((6, 8, 12))
    p.array("origins", VEC, (-2, 2), (p.threads,), ("ray_origins", "origins", "ray_start"))
    p.array("dirs", VEC, (-1, 1), (p.threads,), ("ray_dirs", "directions", "ray_dir"))
    p.array("centers", VEC, (-2, 2), (count,), ("centers", "sphere_pos", "shape_pos"))
    p.array("radii", FLOAT, (0.4, 1.2), (count,), ("radii", "sphere_radius", "shape_radius"))
    p.array("shape_of", INT, (-1, 1), (count,), ("shape_group", "sphere_group", "shape_layer"))
    p.array("ray_of", INT, (0, 1), (p.threads,), ("ray_group", "group_of_ray", "ray_layer"))
    p.array("visible", INT, (0, 1), (count,), ("visible", "shape_visible", "collidable"))
    p.array("skip", INT, (-1, count - 1), (p.threads,), ("exclude", "ignore_id", "self_shape"))
    p.array("flags", INT, (0, 2), (p.threads,), ("ray_enabled", "ray_flags", "ray_mask"))
    p.scalar("n", INT, (count // 4, count), ("num_shapes", "num_spheres", "shape_count"))
    p.number("far", (0.5, 2.5), ("max_distance", "t_max", "cutoff"), ("2.0", "1.5"))
    p.output("hit", INT, (p.threads,), ("hit_id", "hit_shape", "shape_index"))
    p.output("depth", FLOAT, (p.threads,), ("hit_t", "depth", "hit_distance"))
    p.output("num_out", INT, (p.threads,), ("num_hits", "hit_count"))
    p.constants({"NO_HIT": -1, "DISABLED": 0})
    p.guard_count("ray")
    if p.maybe(0.1):
        none = {"nearest_hit": "hit[tid] = NO_HIT", "any_hit": "hit[tid] = 0", "hit_count": "num_out[tid] = 0"}[target]
        p.add(block("if flags[tid] == DISABLED:", none, "return"))
    over = p.pick("for s in range(n):", "for s in range(centers.shape[0]):", "for s in range(n):")
    tests = ("visible[s] == 0", "s == skip[tid]", "shape_of[s] != -1 and shape_of[s] != ray_of[tid]")
    masked = target != "hit_count" and p.choices.chance(0.5)
    skips = [block(f"if {p.choices.choice(tests)}:", "continue")] if masked else []
    p.array("squares", FLOAT, (0.2, 1.4), (count,), ("radius_sq", "squared_radii", "radii_sq"))
    inside = p.pick("wp.length_sq(m) - squares[s]", "wp.length_sq(m) - radii[s] * radii[s]")
    geometry = f"m = o - centers[s]\nb = wp.dot(m, direction)\nc = {inside}"
    apart = block("if c > 0.0 and b > 0.0:", "continue") if p.choices.chance(0.5) else ""
    miss = "disc = b * b - c\n" + block("if disc < 0.0:", "continue")
    # the nearer end, or none where it lies behind
    t = "t = -b - wp.sqrt(disc)\n" + block("if t < 0.0:", "continue")
    start, use, finish = _answer(p, target)
    p.add(
        "o = origins[tid]\ndirection = wp.normalize(dirs[tid])",
        start,
        block(over, *skips, geometry, apart, miss, t, use),
        finish,
    )
    titles = {
        "nearest_hit": ("raycast", "cast_rays", "ray_spheres"),
        "any_hit": ("occlusion_test", "any_hit", "shadow_rays"),
        "hit_count": ("count_hits", "count_spheres_hit", "ray_hit_count"),
    }[target]
    return p.done("events", "ray", target, "Rays against a list of spheres", titles)


RECIPES = (
    Recipe(
        name="slots",
        category="events",
        targets=tuple(_SLOTS),
        draw=_draw_slots,
    ),
    Recipe(name="state_machine", category="events", targets=tuple(_MACHINES), draw=_draw_machine),
    Recipe(
        name="world",
        category="events",
        targets=tuple(_WORLD),
        draw=_draw_world,
    ),
    Recipe(name="ray", category="events", targets=("nearest_hit", "any_hit", "hit_count"), draw=_draw_ray),
)
