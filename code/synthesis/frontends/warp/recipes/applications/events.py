"""Integers that drive: slots of lists, states that events change, worlds side by side, rays that look for a hit.

The order in which threads come decides what an atomic counter gives them; so what is written depends on ranks and on
counts alone, or a thread takes slots of its own.
"""

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
        {if wid {< 0 ~ == -1}:
            return
        ~ if wid {< 0 ~ == -1}:
            wp.atomic_add(num_global, 0, 1)
            return}
        {# the order of the list is that of the items, whatever thread comes first
        ~}
        slot = int(0)
        for k in range(tid):
            if world_of[k] == wid and KEPT:
                slot += 1
        {wp.atomic_add(counts, wid, 1)
        ~}
        {if slot < {room ~ capacity}:
            items_of[wid, slot] = tid
        {else:
            wp.atomic_add(dropped, 0, 1) ~} ~
        if slot >= {room ~ capacity}:
            {?0.6 wp.atomic_add(dropped, 0, 1)}
            return
        items_of[wid, slot] = tid
        {values_of[wid, slot] = value[tid] ~}}
    """,
    "count_slots": """
        {{?0.7 if UNCOUNTED:
            return}
        wid = world_of[tid]
        if wid {< 0 ~ == -1}:
            return
        {slot = wp.atomic_add(counts, wid, 1)
        if slot >= {room ~ capacity}:
            {# more than there is room for
            ~}
            wp.atomic_add(dropped_of, wid, 1) ~
        wp.atomic_add(counts, wid, need[tid])} ~
        if UNCOUNTED:
            return
        slot = wp.atomic_add(count, 0, 1)
        if slot >= {room ~ capacity}:
            wp.atomic_add(dropped, 0, 1) ~
        {?0.7 if UNCOUNTED:
            return}
        wid = world_of[tid]
        if wid >= 0:
            slot = wp.atomic_add(counts, wid, 1)
            if slot >= {room ~ capacity}:
                wp.atomic_add(dropped_of, wid, 1)
        else:
            {# belongs to all worlds
            ~}
            wp.atomic_add(num_global, 0, 1)}
    """,
    "list_slots": """
        if SKIP:
            return
        {# rank among those that are kept
        ~}
        slot = int(0)
        for k in range(tid):
            {if KEPT:
                slot += 1 ~ if not (KEPT):
                continue
            slot += 1}
        {?0.5 if slot >= list_capacity:
            {?0.6 wp.atomic_add(dropped, 0, 1)}
            return}
        line[slot] = tid
        {?0.5 line_value[slot] = value[tid]}
        {?0.3 wp.atomic_add(count, 0, 1)}
    """,
    "own_list": """
        {num = int(0)
        {?0.5 start = begins[tid]
        for k in range(start, start + lengths[tid]):
            OWN ~ for k in range(begins[tid], begins[tid] + lengths[tid]):
            OWN}
        {kept_count[tid] = num
        {?0.5 for k in range(num, ROOM):
            list[tid, k] = -1} ~ kept_count[tid] = num}}
        {?0.4 full_out[tid] = 1 if num == ROOM else 0}
    """,
}
"""Lists that are filled; ``KEPT`` asks whether another item is kept too, ``OWN`` is what is done with a candidate."""

_OWN = """{?0.4 if candidates[k] < 0:
                continue}
            {?0.4 if candidates[k] == tid:
                continue}
            {if TEST:
                {# the list is full
                ~}
                if num >= ROOM:
                    break
                list[tid, num] = candidates[k]
                num += 1 ~ if TEST and num < ROOM:
                list[tid, num] = candidates[k]
                num += 1 ~ if not (TEST):
                continue
            if num < ROOM:
                list[tid, num] = candidates[k]
                num += 1}"""


def _draw_slots(stream: Stream, target: str) -> KernelSpec:
    """Slots of lists: counted, taken by rank, or taken by a thread in a list of its own."""
    p = Program(stream, ("tid", "i", "item"))
    worlds, room = p.choices.choice((2, 3, 4)), p.choices.choice((4, 6, 8))
    items = p.choices.choice((24, 32))
    p.array("world_of", INT, (-1, worlds - 1), (p.threads,), ("world_id", "env_index", "item_world"))
    p.array("value", FLOAT, (-1, 1), (p.threads,), ("distance", "separation", "gap"))
    p.array("flags", INT, (0, 3), (p.threads,), ("flags", "status", "item_flags"))
    p.array("need", INT, (1, 3), (p.threads,), ("num_needed", "points_per_item"))
    p.array("begins", INT, (0, items // 2), (p.threads,), ("start", "first", "offsets"))
    p.array("lengths", INT, (0, items // 2), (p.threads,), ("num_candidates", "lengths", "candidate_count"))
    p.array("candidates", INT, (-1, 40), (items,), ("candidates", "candidate_ids", "neighbors"))
    p.array("candidate_value", FLOAT, (-1, 1), (items,), ("candidate_distance", "separation"))
    p.array("keep", INT, (0, 2), (items,), ("candidate_state", "candidate_flags"))
    p.number("most", (-0.3, 0.5), ("max_distance", "margin", "threshold"), ("0.0", "0.1"))
    p.scalar("capacity", INT, (2, room), ("capacity", "max_per_world", "max_items"))
    p.scalar("list_capacity", INT, (p.threads // 4, p.threads // 2), ("capacity", "max_items"))
    p.sizes(room=room)
    p.output("count", INT, (1,), ("count", "total_count", "counter"), (0, 1))
    p.output("counts", INT, (worlds,), ("world_count", "items_per_world", "num_per_world"), (0, 1))
    p.output("kept_count", INT, (p.threads,), ("num_kept", "count_out", "list_size"))
    p.output("items_of", INT, (worlds, room), ("world_items", "items_out"), (-1, 0))
    p.output("values_of", FLOAT, (worlds, room), ("world_distance", "distance_out"))
    p.output("line", INT, (p.threads,), ("active_ids", "kept_ids", "item_list"), (-1, 0))
    p.output("line_value", FLOAT, (p.threads,), ("kept_distance", "list_distance"))
    p.output("list", INT, (p.threads, room), ("kept", "neighbor_list", "accepted_ids"))
    p.output("full_out", INT, (p.threads,), ("is_full", "truncated"))
    p.output("dropped", INT, (1,), ("overflow", "num_dropped"), (0, 1))
    p.output("dropped_of", INT, (worlds,), ("world_overflow", "num_dropped"), (0, 1))
    p.output("num_global", INT, (1,), ("num_global", "global_count"), (0, 1))
    p.constants({"ENABLED": 1})
    p.guard_count("item")
    text = _SLOTS[target]
    if target in ("world_slots", "list_slots"):
        # an item takes the place that its rank gives it, among those that pass the same test
        kept = p.pick("value[k] <= most", "(flags[k] & ENABLED) != 0", "value[k] <= most and (flags[k] & ENABLED) != 0")
        skip = {
            "value[k] <= most": "value[tid] > most",
            "(flags[k] & ENABLED) != 0": "(flags[tid] & ENABLED) == 0",
        }.get(kept, "value[tid] > most or (flags[tid] & ENABLED) == 0")
        text = text.replace("SKIP", skip).replace("KEPT", kept)
    uncounted = p.pick(
        "value[tid] > most", "(flags[tid] & ENABLED) == 0", "value[tid] > most or (flags[tid] & ENABLED) == 0"
    )
    text = text.replace("UNCOUNTED", uncounted)
    own = _OWN.replace("TEST", p.pick("keep[k] == ENABLED", "candidate_value[k] < most"))
    p.write(text.replace("OWN", own).replace("ROOM", p.pick("room", "list.shape[1]")))
    titles = {
        "world_slots": ("append_per_world", "collect_per_world", "assign_world_slots"),
        "count_slots": ("count_items", "count_overflow", "count_required"),
        "list_slots": ("collect_active", "compact_items", "build_active_list"),
        "own_list": ("build_lists", "filter_candidates", "gather_accepted"),
    }[target]
    return p.done("events", "slots", target, "Slots of a list", titles)


_MACHINES = {
    "agent_state": """
        {?0.5 if not enabled[tid]:
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
                s = {IDLE ~ WAITING}
                t = 0
            elif level[tid] {< ~ <=} threshold:
                {# close enough to the goal
                ~}
                s = {WAITING ~ DONE}
                t = 0
            {?0.5 elif t > most:
                s = DONE
                t = 0}
        elif s == WAITING:
            if t >= most:
                s = DONE
        elif event[tid] == {START:
            s = MOVING
            t = 0 ~ NO_EVENT:
            s = IDLE
            t = 0} ~
        if s == IDLE and event[tid] == START:
            s = MOVING
            t = 0
        elif s == MOVING and {level[tid] < threshold ~ (level[tid] < threshold or event[tid] == STOP)}:
            s = WAITING
            t = 0
        elif s == WAITING and {t >= most ~ event[tid] == START}:
            s = DONE
        elif s == DONE{ and event[tid] == NO_EVENT ~}:
            s = IDLE
            t = 0}
        STORED
    """,
    "valve_state": """
        {?0.5 if not enabled[tid]:
            # without power it stays as it is
            OFF
            return}
        s = state[tid]
        t = timer[tid] + 1
        {if s == CLOSED:
            if event[tid] == START{ ~ and level[tid] > threshold}:
                s = OPENING
                t = 0
        elif s == OPENING:
            {if t >= most:
                s = OPEN
                t = 0
            elif event[tid] == STOP:
                s = CLOSING
                t = 0 ~
            if event[tid] == STOP:
                s = CLOSING
                t = 0
            elif t >= most:
                s = OPEN
                t = 0}
        elif s == OPEN:
            if event[tid] == STOP{ ~ or level[tid] < threshold}:
                s = CLOSING
                t = 0
        {elif t >= most:
            s = CLOSED
            t = 0 ~ elif event[tid] == START:
            s = OPENING
            t = 0
        elif t >= most:
            s = CLOSED
            t = 0} ~
        if (s == CLOSED or s == CLOSING) and event[tid] == START:
            s = OPENING
            t = 0
        elif (s == OPEN or s == OPENING) and event[tid] == STOP:
            s = CLOSING
            t = 0
        elif {t >= most ~ t > most}:
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
        {?0.4 if not enabled[tid]:
            OFF
            return}
        s = state[tid]
        t = timer[tid] + 1
        {if s == RUNNING:
            {if level[tid] < threshold:
                {# has fallen
                ~}
                s = FAILED
            elif t >= most:
                s = TIMEOUT ~ if t >= most:
                s = TIMEOUT
            if level[tid] < threshold:
                s = FAILED ~ if level[tid] < threshold or event[tid] == STOP:
                s = FAILED
            elif t > most:
                s = TIMEOUT}
        elif s == RESET:
            s = RUNNING
            t = 0
        else:
            {# one step in which the environment is set up again
            ~}
            s = RESET
            t = 0 ~
        if s == RUNNING and level[tid] < threshold:
            s = FAILED
        elif s == RUNNING and t {>= ~ >} most:
            s = TIMEOUT
        elif s == RESET:
            s = RUNNING
            t = 0
        elif s == TIMEOUT or s == FAILED:
            s = RESET
            t = 0
            {num_episodes[tid] = num_episodes[tid] + 1 ~}}
        STORED
    """,
}


_STORED = """{state[tid] = s
        timer[tid] = t ~ timer[tid] = t
        state[tid] = s}
        SHOWN"""
"""How each of them ends."""
_SHOWN = {
    "agent_state": (
        "ready[tid] = 1 if STATE == IDLE else 0",
        "ready[tid] = 1 if STATE == IDLE or STATE == DONE else 0",
    ),
    "valve_state": (
        "closed_out[tid] = 1 if STATE == CLOSED else 0",
        "flow[tid] = 0.0 if STATE == CLOSED else level[tid]",
    ),
    "episode": (
        "running_out[tid] = 1 if STATE == RUNNING else 0",
        "finished[tid] = 1 if STATE == TIMEOUT or STATE == FAILED else 0",
    ),
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
        "episode": ("RESET", "RUNNING", "TIMEOUT", "FAILED"),
    }[target]
    p.constants({name: number for number, name in enumerate(names)})
    p.output("state", INT, (count,), ("state", "status", "mode"), (0, 3))
    p.output("timer", INT, (count,), ("timer", "steps", "ticks"), (0, 6))
    p.output("ready", INT, (count,), ("ready", "available"))
    p.output("closed_out", INT, (count,), ("is_closed", "is_shut"))
    p.output("flow", FLOAT, (count,), ("outflow", "head_out"))
    p.output("num_episodes", INT, (count,), ("num_episodes", "episode_index"), (0, 5))
    p.output("running_out", INT, (count,), ("is_running", "alive"))
    p.output("finished", INT, (count,), ("done", "is_finished"))
    p.array("event", INT, (-1, 1), (count,), ("event", "command", "request"))
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
    p.constants({"NO_EVENT": -1, "START": 0, "STOP": 1})
    p.guard_count(thread)
    shown = p.choices.choice(_SHOWN[target]) if p.maybe(0.5) else ""
    text = _MACHINES[target].replace("STORED", _STORED)
    text = text.replace("        SHOWN\n", f"        {shown}\n".replace("STATE", "s") if shown else "")
    off = f"            {shown}\n".replace("STATE", "state[tid]") if shown else ""
    p.write(text.replace("            OFF\n", off))
    titles = {
        "agent_state": ("update_agents", "step_state_machine", "advance_agents"),
        "valve_state": ("update_valves", "step_valves", "valve_state_machine"),
        "episode": ("update_episodes", "check_termination", "step_episodes"),
    }[target]
    return p.done("events", "state_machine", target, "States that events move on", titles)


_WORLD = {
    "world_reset": """
        SKIPS
        {if done[wid] == 0:
            OUT = old[tid]
            return
        OUT = BEGIN ~
        if done[wid] {!= 0 ~ == 1}:
            OUT = BEGIN
            {rate_out[tid] = 0.0 ~}
        else:
            OUT = old[tid]
            {rate_out[tid] = velocity[tid] ~} ~
        if done[wid] == 0:
            return
        OUT = BEGIN
        {rate_out[tid] = 0.0 ~ if dof == 0:
            episode[wid] = episode[wid] + 1} ~
        s = source[wid]
        if s {< 0 ~ == -1}:
            {# no world to start from
            ~}
            OUT = BEGIN
        {?0.5 elif s == wid:
            OUT = old[tid]}
        else:
            OUT = old[s * DOFS_PER_WORLD + dof]
        {?0.4 if dof == 0:
            steps[wid] = 0}}
    """,
    "world_sum": """
        SKIPS
        {e = weight[dof] * old[tid] * old[tid] ~ e = wp.abs(old[tid] - template[dof]) ~
        diff = old[tid] - template[dof]
        e = {weight[dof] * diff * diff ~ diff * diff ~ 0.5 * stiffness * diff * diff} ~
        {# power of the motors
        ~}
        e = wp.abs(torque[tid] * velocity[tid]) ~ e = {0.5 * ~}weight[dof] * velocity[tid] * velocity[tid]}
        {?0.4 {# bounded, so that one joint does not outweigh all others
        ~}
        {e = wp.min(e, cap) ~ if e > cap:
            e = cap
            {wp.atomic_add(bad, wid, 1) ~}}}
        {wp.atomic_add(sums, wid, e) ~ sums[wid] += e ~ wp.atomic_add(sums, wid, e{ * inv_count ~})}
        {?0.3 wp.atomic_max(largest, wid, e)}
    """,
    "world_check": """
        SKIPS
        {value = old[tid]
        if value < lower[dof] or value > upper[dof]:
            {wp.atomic_add(bad, wid, 1) ~ bad[wid] += 1}
            {OUT = wp.clamp(value, lower[dof], upper[dof])
        else:
            OUT = value ~} ~
        excess = wp.max(lower[dof] - old[tid], old[tid] - upper[dof])
        if excess > 0.0:
            {wp.atomic_add(bad, wid, 1)
            {wp.atomic_max(largest, wid, excess) ~} ~ wp.atomic_max(worst_dof, wid, dof + 1)} ~
        if old[tid] < lower[dof]:
            OUT = lower[dof]
            wp.atomic_add(bad, wid, 1)
        elif old[tid] > upper[dof]:
            OUT = upper[dof]
            wp.atomic_add(bad, wid, 1)
        else:
            OUT = old[tid] ~
        {# speed and position
        ~}
        if wp.abs(velocity[tid]) > max_speed:
            wp.atomic_add(bad, wid, 1)
        if old[tid] < lower[dof] or old[tid] > upper[dof]:
            {wp.atomic_add(bad, wid, 1) ~ wp.atomic_add(num_outside, wid, 1)}
        ~
        penalty = wp.max(lower[dof] - old[tid], 0.0) + wp.max(old[tid] - upper[dof], 0.0)
        {?0.5 if penalty > 0.0:
            wp.atomic_add(bad, wid, 1)}
        wp.atomic_add(sums, wid, {weight[dof] * ~}penalty)}
    """,
}


def _draw_world(stream: Stream, target: str) -> KernelSpec:
    """Worlds side by side in one launch: a thread's world is its number divided by how many are in each."""
    size, worlds = stream.child("size").choice(((8, 6), (6, 8), (12, 8), (16, 4), (10, 6)))
    p = Program(stream, ("tid", "i", "thread"), launch=(size * worlds,))
    total = size * worlds
    p.array("done", INT, (0, 1), (worlds,), ("done", "reset_mask", "world_reset"))
    p.array("active", FLAG, (0, 1), (worlds,), ("world_active", "env_mask", "enabled"))
    p.array("used", INT, (1, size), (worlds,), ("num_dofs", "dof_count", "used_dofs"))
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
    p.number("cap", (0.2, 0.8), ("max_cost", "cost_limit", "clip"), ("0.5",))
    p.number("stiffness", (0.5, 4), ("stiffness", "ke"), ("2.0",))
    p.number("inv_count", (0.05, 0.2), ("inv_num_dofs", "cost_scale"), ("0.1",))
    p.number("max_speed", (0.8, 1.6), ("max_velocity", "speed_limit"), ("1.5",))
    p.output("q", FLOAT, (total,), ("joint_q_out", "q_out", "dof_pos_out"))
    p.output("rate_out", FLOAT, (total,), ("joint_qd_out", "qd_out", "dof_vel_out"))
    p.output("table", FLOAT, (worlds, size), ("world_q", "q_table", "env_q"))
    p.output("sums", FLOAT, (worlds,), ("world_cost", "cost", "energy"), (-1, 1))
    p.output("largest", FLOAT, (worlds,), ("max_cost_out", "worst"), (0, 0.2))
    p.output("bad", INT, (worlds,), ("num_violations", "violations", "error_count"), (0, 2))
    p.output("num_outside", INT, (worlds,), ("num_outside", "position_errors"), (0, 2))
    p.output("worst_dof", INT, (worlds,), ("last_violation", "failed_dof"), (0, 1))
    p.output("episode", INT, (worlds,), ("episode", "num_resets"), (0, 4))
    p.output("steps", INT, (worlds,), ("step_count", "episode_step"), (0, 4))
    p.scalar("per_world", INT, (size, size), ("dofs_per_world", "per_world"))
    p.constants({"DOFS_PER_WORLD": size})
    count = p.pick("DOFS_PER_WORLD", "DOFS_PER_WORLD", "per_world")
    p.guard_count("thread")
    skips = p.pick(
        "{?0.5 if not active[wid]:\n    return}",
        "{?0.6 # dofs beyond those of the world\nif dof >= used[wid]:\n    return}",
        "{?0.6 if not active[wid] or dof >= used[wid]:\n    return}",
        "{?0.6 if not active[wid]:\n    return\nif dof >= used[wid]:\n    return}",
    )
    out = p.pick("q[tid]", "q[tid]", "table[wid, dof]")
    begin = p.pick(
        "template[dof]",
        "template[dof] + amount * noise[tid]",
        "wp.clamp(template[dof] + amount * noise[tid], lower[dof], upper[dof])",
    )
    text = _WORLD[target].replace("SKIPS", skips.replace("\n", "\n        "))
    text = text.replace("OUT", out).replace("BEGIN", begin).replace("DOFS_PER_WORLD", count)
    p.lookups(wid=f"wid = tid // {count}", dof=f"dof = {p.pick(f'tid % {count}', f'tid - tid // {count} * {count}')}")
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
    p.output("num_out", INT, (p.threads,), ("num_hits", "hit_count", "crossings"))
    p.constants({"NO_HIT": -1, "DISABLED": 0})
    p.guard_count("ray")
    if p.maybe(0.35):
        none = {"nearest_hit": "hit[tid] = NO_HIT", "any_hit": "hit[tid] = 0", "hit_count": "num_out[tid] = 0"}[target]
        p.add(block("if flags[tid] == DISABLED:", none, "return"))
    over = p.pick("for s in range(n):", "for s in range(centers.shape[0]):", "for s in range(n):")
    tests = p.some(("visible[s] == 0", "s == skip[tid]", "shape_of[s] != -1 and shape_of[s] != ray_of[tid]"))[:2]
    skips = [block(f"if {each}:", "continue") for each in tests]
    if len(tests) == 2 and " and " not in "".join(tests) and p.choices.chance(0.4):
        skips = [block(f"if {tests[0]} or {tests[1]}:", "continue")]
    p.array("squares", FLOAT, (0.2, 1.4), (count,), ("radius_sq", "squared_radii", "radii_sq"))
    inside = p.pick("wp.length_sq(m) - squares[s]", "wp.length_sq(m) - radii[s] * radii[s]")
    geometry = f"m = o - centers[s]\nb = wp.dot(m, direction)\nc = {inside}"
    apart = block("if c > 0.0 and b > 0.0:", "continue") if p.choices.chance(0.5) else ""
    miss = "disc = b * b - c\n" + block("if disc < 0.0:", "continue")
    t = p.pick(
        "t = wp.max(-b - wp.sqrt(disc), 0.0)",
        "t = -b - wp.sqrt(disc)\n" + block("if t < 0.0:", "continue"),
    )
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
        "hit_count": ("count_hits", "count_crossings", "ray_hit_count"),
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
