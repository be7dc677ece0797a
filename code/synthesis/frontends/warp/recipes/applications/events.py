"""Integers that drive: slots of lists, states that events change, worlds side by side, rays that look for a hit.

The order in which threads come decides what a slot holds; so what is written there is the same for all threads that
may get it, or a thread takes slots of its own alone.
"""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, INT, VEC, Program
from synthesis.grammar.lines import block, chain, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec


def _draw_slots(stream: Stream, target: str) -> KernelSpec:
    """Slots of a list that threads take by an atomic counter, as long as there are any."""
    p = Program(stream, ("tid", "i", "item", "particle"))
    worlds, room = p.choices.choice((2, 3, 4)), p.choices.choice((4, 6, 8))
    items = p.choices.choice((24, 32))
    p.array("world", INT, (-1, worlds - 1), (p.threads,), ("world_id", "env_index", "group"))
    p.array("value", FLOAT, (-1, 1), (p.threads,), ("distance", "values", "score"))
    p.array("flags", INT, (0, 3), (p.threads,), ("flags", "status", "item_type"))
    p.array("begins", INT, (0, items // 2), (p.threads,), ("start", "first", "offsets"))
    p.array("lengths", INT, (0, items // 2), (p.threads,), ("num_candidates", "lengths", "candidate_count"))
    p.array("candidates", INT, (-1, 40), (items,), ("candidates", "candidate_ids", "neighbors"))
    p.array("keep", INT, (0, 2), (items,), ("candidate_type", "kind", "labels"))
    p.number("most", (-0.5, 0.5), ("threshold", "max_distance", "margin"), ("0.0", "0.1"))
    p.scalar("capacity", INT, (2, room), ("capacity", "max_contacts", "max_items"))
    p.output("count", INT, (1,), ("count", "total_count", "counter"), (0, 3))
    p.output("counts", INT, (worlds,), ("world_count", "contact_count", "num_per_world"), (0, 2))
    p.output("own_count", INT, (p.threads,), ("num_kept", "count_out", "list_size"), (0, 1))
    p.output("kept_count", INT, (p.threads,), ("num_kept", "count_out", "list_size"))
    p.output("taken", INT, (worlds, room), ("slot_used", "contact_world", "occupied"))
    p.output("line", INT, (room,), ("slot_used", "active_slots", "occupied"))
    p.output("list", INT, (p.threads, room), ("kept", "neighbor_list", "accepted_ids"))
    p.output("overflow", INT, (1,), ("overflow", "required", "needed_size"), (0, 200))
    p.constants({"ENABLED": 1, "USED": 1})
    p.guard_count("item")
    room_left = p.pick(f"slot < {room}", "slot < capacity", f"slot < {room}")
    too_many = room_left.replace("<", ">=")
    grow = p.pick("", "wp.atomic_max(overflow, 0, slot + 1)", "wp.atomic_max(overflow, 0, slot)")
    if target == "own_list":
        take = p.pick("slot = wp.atomic_add(own_count, tid, 1)", "slot = num\nnum += 1")
        test = p.pick("keep[k] == ENABLED", "keep[k] > 0 and candidates[k] >= 0", "candidates[k] != -1")
        write = "list[tid, slot] = candidates[k]"
        inner = p.pick(
            join(take, block(f"if {room_left}:", write)),
            join(take, block(f"if {too_many}:", "break"), write),
            join(block(f"if num >= {room}:", "break"), "list[tid, num] = candidates[k]", "num += 1"),
        )
        local = "num" in inner
        skip = p.choices.chance(0.5)
        body = (
            join(block(f"if not ({test}):" if " and " in test else f"if {_not(test)}:", "continue"), inner)
            if skip
            else block(f"if {test}:", inner)
        )
        first = "start = begins[tid]" if p.choices.chance(0.5) else ""
        begin = "start" if first else "begins[tid]"
        loop = block(f"for k in range({begin}, {begin} + lengths[tid]):", body)
        finish = p.pick("kept_count[tid] = num", f"kept_count[tid] = wp.min(num, {room})") if local else ""
        p.add("num = int(0)" if local else "", first, loop, finish)
    else:
        where = target == "world_slots"
        tests = p.some(("value[tid] > most", "(flags[tid] & ENABLED) == 0", "flags[tid] == 2"), least=1)[:2]
        skips = [block(f"if {each}:", "return") for each in tests]
        if where:
            skips.insert(
                p.choices.below(2), "wid = world[tid]\n" + block(f"if wid {p.pick('< 0', '== -1')}:", "return")
            )
            take = "slot = wp.atomic_add(counts, wid, 1)"
            write = p.pick("taken[wid, slot] = wid", "taken[wid, slot] = USED")
        else:
            take, write = "slot = wp.atomic_add(count, 0, 1)", "line[slot] = USED"
        form = p.pick("inside", "return", "else")
        if form == "inside":
            lines = [block(f"if {room_left}:", write)]
        elif form == "return" or not grow:
            lines = [block(f"if {too_many}:", grow, "return"), write]
        else:
            lines = [block(f"if {room_left}:", write) + "\n" + block("else:", grow)]
        p.add(*skips, take, *lines)
    titles = {
        "world_slots": ("allocate_contacts", "append_per_world", "reserve_slots"),
        "list_slots": ("mark_slots", "reserve_items", "compact_flags"),
        "own_list": ("build_lists", "filter_candidates", "gather_accepted"),
    }[target]
    return p.done("events", "slots", target, "Slots of a list", titles)


def _not(test: str) -> str:
    """The opposite of a comparison."""
    return test.replace("==", "!=") if "==" in test else test.replace("!=", "==")


def _draw_machine(stream: Stream, target: str) -> KernelSpec:
    """A state that events, timers and inputs move on, in place."""
    p = Program(stream, ("tid", "i", "agent", "env"), launch=(stream.child("threads").choice((96, 128)),))
    count = p.threads
    names = {
        "agent_state": ("IDLE", "MOVING", "WAITING", "DONE"),
        "valve_state": ("CLOSED", "OPENING", "OPEN", "CLOSING"),
        "episode": ("RESET", "RUNNING", "TIMEOUT", "FAILED"),
    }[target]
    p.constants({name: number for number, name in enumerate(names)})
    p.output("state", INT, (count,), ("state", "status", "mode"), (0, 3))
    p.output("timer", INT, (count,), ("timer", "steps", "ticks"), (0, 6))
    p.output("ready", INT, (count,), ("ready", "available", "can_start"))
    p.output("total", INT, (4,), ("state_count", "histogram", "num_in_state"), (0, 2))
    p.array("event", INT, (-1, 2), (count,), ("event", "command", "action"))
    p.array("level", FLOAT, (-1, 1), (count,), ("distance", "level", "height"))
    p.array("enabled", FLAG, (0, 1), (count,), ("enabled", "active", "powered"))
    p.scalar("most", INT, (2, 5), ("max_steps", "timeout", "hold_steps"))
    p.number("threshold", (-0.4, 0.4), ("threshold", "target_level", "min_height"), ("0.0", "0.1"))
    p.constants({"NO_EVENT": -1, "START": 0, "STOP": 1})
    p.guard_count("agent")
    if p.maybe(0.4):
        p.add(
            block(
                f"if {p.pick('not enabled[tid]', 'event[tid] == NO_EVENT and timer[tid] == 0')}:",
                p.pick("return", f"state[tid] = {names[0]}\nreturn"),
            )
        )
    starts = p.pick("event[tid] == START", "event[tid] == START and level[tid] > threshold", "event[tid] != NO_EVENT")
    arrives = p.pick("level[tid] < threshold", "level[tid] < threshold or event[tid] == STOP", "t >= most")
    ends = p.pick("t >= most", "t > most", "event[tid] == STOP or t >= most")
    first = block(f"if {starts}:", f"s = {names[1]}", p.pick("t = 0", "t = 0", "t = most"))
    stopped = [] if "STOP" in arrives else [("event[tid] == STOP", f"s = {names[3]}")]
    second = p.pick(
        chain((arrives, f"s = {names[2]}\nt = 0"), otherwise="t += 1"),
        join("t += 1", chain((arrives, f"s = {names[2]}"), *stopped)),
        join("t += 1", block(f"if {arrives}:", f"s = {names[2]}", "t = 0")),
    )
    third = p.pick(
        join("t += 1", block(f"if {ends}:", f"s = {names[3]}")),
        block(f"if {ends}:", f"s = {names[3]}", "t = 0") + "\n" + block("else:", "t += 1"),
    )
    last = p.pick(f"s = {names[0]}", f"s = {names[0]}\nt = 0", block("if event[tid] == NO_EVENT:", f"s = {names[0]}"))
    cases = [(f"s == {name}", body) for name, body in zip(names, (first, second, third, last), strict=True)]
    dropped = p.choices.integer(0, 1)
    lines = "s = state[tid]\nt = timer[tid]"
    if p.choices.chance(0.7):
        kept = cases[: 4 - dropped]
        step = chain(*kept[:-1], otherwise=kept[-1][1]) if p.choices.chance(0.4) else chain(*kept)
    else:
        step = join(
            *(
                block(f"if state[tid] == {name}:", body)
                for name, (_, body) in zip(names, cases[: 4 - dropped], strict=False)
            )
        )
    p.add(lines, step, *p.choices.shuffled(["state[tid] = s", "timer[tid] = t"]))
    # Warp mistakes a constant that is first named inside a chain of branches and once more after it; the first of the
    # states is named before.
    extra = p.pick("", "", "start", "both", "count")
    if extra == "start":
        p.add("ready[tid] = 0", block(f"if s == {names[0]}{p.pick('', ' and t == 0')}:", "ready[tid] = 1"))
    elif extra == "both":
        p.add(block(f"if s == {names[0]} or t > most:", "ready[tid] = 1") + "\n" + block("else:", "ready[tid] = 0"))
    elif extra == "count":
        p.add(p.pick("wp.atomic_add(total, s, 1)", "total[s] += 1"))
    titles = {
        "agent_state": ("update_agents", "step_state_machine", "advance_agents"),
        "valve_state": ("update_valves", "step_valves", "gripper_state_machine"),
        "episode": ("update_episodes", "check_termination", "step_episodes"),
    }[target]
    return p.done("events", "state_machine", target, "States that events move on", titles)


def _draw_world(stream: Stream, target: str) -> KernelSpec:
    """Worlds side by side in one launch: a thread's world is its number divided by how many are in each."""
    size, worlds = stream.child("size").choice(((8, 6), (6, 8), (12, 8), (16, 4), (10, 6)))
    p = Program(stream, ("tid", "i", "thread"), launch=(size * worlds,))
    total = size * worlds
    p.array("done", INT, (0, 1), (worlds,), ("done", "reset_mask", "world_reset"))
    p.array("active", FLAG, (0, 1), (worlds,), ("world_active", "env_mask", "enabled"))
    p.array("used", INT, (1, size), (worlds,), ("num_dofs", "dof_count", "used_dofs"))
    p.array("template", FLOAT, (-2, 2), (size,), ("default_q", "q_template", "initial_q"))
    p.array("source", INT, (-1, 1), (worlds,), ("source_world", "copy_from", "template_world"))
    p.array("noise", FLOAT, (-1, 1), (total,), ("noise", "perturbation", "offsets"))
    p.array("weight", FLOAT, (0.2, 2), (size,), ("joint_weight", "reward_weight", "scale"))
    p.array("old", FLOAT, (-2, 2), (total,), ("joint_q", "obs", "values"))
    p.number("amount", (0.1, 0.5), ("noise_scale", "sigma", "amplitude"), ("0.1", "0.01"))
    p.number("most", (0.5, 1.5), ("limit", "max_value", "bound"), ("1.0", "1.5"))
    p.output("q", FLOAT, (total,), ("joint_q_out", "q_out", "obs_out"))
    p.output("table", FLOAT, (worlds, size), ("obs_buffer", "q_table", "env_q"))
    p.output("sums", FLOAT, (worlds,), ("reward", "world_cost", "energy"), (-1, 1))
    p.output("bad", INT, (worlds,), ("num_violations", "failed", "error_count"), (0, 12))
    p.scalar("per_world", INT, (size, size), ("dofs_per_world", "per_world", "num_dofs"))
    p.constants({"DOFS_PER_WORLD": size})
    split = p.pick(
        "wid = tid // DOFS_PER_WORLD\ndof = tid % DOFS_PER_WORLD",
        "wid = tid // DOFS_PER_WORLD\ndof = tid - wid * DOFS_PER_WORLD",
        "wid = tid // per_world\ndof = tid - wid * per_world",
    )
    p.guard_count("thread")
    skips = p.some(("not active[wid]", "dof >= used[wid]"))
    lines = [block(f"if {each}:", "return") for each in skips]
    if len(skips) == 2 and p.choices.chance(0.4):
        lines = [block(f"if {skips[0]} or {skips[1]}:", "return")]
    begin = p.pick(
        "template[dof]", "template[dof] + amount * noise[tid]", "wp.clamp(template[dof] + noise[tid], -most, most)"
    )
    out = p.pick("q[tid]", "q[tid]", "table[wid, dof]")
    if target == "world_reset":
        form = p.pick("guard", "branches", "copy")
        if form == "guard":
            lines += [block("if done[wid] == 0:", p.pick("return", f"{out} = old[tid]\nreturn")), f"{out} = {begin}"]
        elif form == "branches":
            lines += [
                block(f"if done[wid] {p.pick('!= 0', '== 1')}:", f"{out} = {begin}")
                + "\n"
                + block("else:", f"{out} = old[tid]")
            ]
        else:
            other = block(f"if s {p.pick('== -1', '< 0')}:", f"{out} = {begin}")
            lines += [
                "s = source[wid]",
                other
                + "\n"
                + p.pick("", block("elif s == wid:", f"{out} = old[tid]") + "\n")
                + block("else:", f"{out} = old[s * DOFS_PER_WORLD + dof]"),
            ]
    elif target == "world_sum":
        value = p.pick(
            "weight[dof] * old[tid]", "old[tid] - template[dof]", "weight[dof] * wp.abs(old[tid] - template[dof])"
        )
        add = p.pick("wp.atomic_add(sums, wid, e)", "sums[wid] += e")
        limit = p.pick(
            "", block("if wp.abs(e) > most:", p.pick("return", "e = most", "wp.atomic_add(bad, wid, 1)\nreturn"))
        )
        lines += [f"e = {value}", limit, add]
    else:
        test = p.pick(
            "wp.abs(old[tid]) > most", "old[tid] > most or old[tid] < -most", "old[tid] < template[dof] - most"
        )
        act = p.pick("wp.atomic_add(bad, wid, 1)", "bad[wid] += 1", "wp.atomic_max(bad, wid, dof + 1)")
        fixed = p.pick("", f"{out} = wp.clamp(old[tid], -most, most)")
        other = block("else:", f"{out} = old[tid]") if fixed else ""
        lines += [block(f"if {test}:", act, fixed) + ("\n" + other if other else "")]
    if "dof" not in "\n".join(lines):
        split = split.partition("\n")[0]
    p.add(split, *lines)
    titles = {
        "world_reset": ("reset_worlds", "reset_envs", "reset_joint_state"),
        "world_sum": ("sum_per_world", "compute_rewards", "world_energy"),
        "world_check": ("check_limits", "count_violations", "check_worlds"),
    }[target]
    return p.done("events", "world", target, "Worlds side by side", titles)


def _answer(p: Program, target: str) -> tuple[str, str, str]:
    """How a ray's search begins, what it does with a hit, and what it keeps."""
    if target == "any_hit":
        return "found = int(0)", block("if t < far:", "found = 1", "break"), "hit[tid] = found"
    if target == "hit_count":
        return "num = int(0)", block("if t < far:", "num += 1"), "num_out[tid] = num"
    empty = block("if found == NO_HIT:", "depth[tid] = 0.0") + "\n" + block("else:", "depth[tid] = best")
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
    p.array("world", INT, (-1, 1), (count,), ("shape_world", "sphere_group", "layer"))
    p.array("ray_world", INT, (0, 1), (p.threads,), ("ray_world", "ray_group", "ray_layer"))
    p.array("visible", INT, (0, 1), (count,), ("visible", "shape_flags", "collidable"))
    p.array("skip", INT, (-1, count - 1), (p.threads,), ("exclude", "ignore_id", "self_shape"))
    p.array("flags", INT, (0, 2), (p.threads,), ("ray_type", "ray_flags", "ray_mask"))
    p.scalar("n", INT, (count // 4, count), ("num_shapes", "num_spheres", "shape_count"))
    p.number("far", (0.5, 2.5), ("max_distance", "t_max", "cutoff"), ("2.0", "1.5"))
    p.output("hit", INT, (p.threads,), ("hit_id", "hit_shape", "shape_index"))
    p.output("depth", FLOAT, (p.threads,), ("hit_t", "depth", "hit_distance"))
    p.output("num_out", INT, (p.threads,), ("num_hits", "hit_count", "crossings"))
    p.constants({"NO_HIT": -1, "DISABLED": 0})
    p.guard_count("ray")
    if p.maybe(0.35):
        none = {"nearest_hit": "hit[tid] = NO_HIT", "any_hit": "hit[tid] = 0", "hit_count": "num_out[tid] = 0"}[target]
        p.add(block("if flags[tid] == DISABLED:", p.pick(none, ""), "return"))
    over = p.pick("for s in range(n):", "for s in range(centers.shape[0]):", "for s in range(n):")
    tests = p.some(("visible[s] == 0", "s == skip[tid]", "world[s] != -1 and world[s] != ray_world[tid]"))[:2]
    skips = [block(f"if {each}:", "continue") for each in tests]
    if len(tests) == 2 and " and " not in "".join(tests) and p.choices.chance(0.4):
        skips = [block(f"if {tests[0]} or {tests[1]}:", "continue")]
    p.array("squares", FLOAT, (0.2, 1.4), (count,), ("radius_sq", "squared_radii", "radii_sq"))
    inside = p.pick("wp.length_sq(m) - squares[s]", "wp.length_sq(m) - radii[s] * radii[s]")
    geometry = f"m = o - centers[s]\nb = wp.dot(m, direction)\nc = {inside}"
    apart = block("if c > 0.0 and b > 0.0:", "continue") if p.choices.chance(0.5) else ""
    miss = "disc = b * b - c\n" + block("if disc < 0.0:", "continue")
    t = p.pick(
        "t = -b - wp.sqrt(disc)",
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
        targets=("world_slots", "list_slots", "own_list"),
        draw=_draw_slots,
    ),
    Recipe(
        name="state_machine", category="events", targets=("agent_state", "valve_state", "episode"), draw=_draw_machine
    ),
    Recipe(
        name="world",
        category="events",
        targets=("world_reset", "world_sum", "world_check"),
        draw=_draw_world,
    ),
    Recipe(name="ray", category="events", targets=("nearest_hit", "any_hit", "hit_count"), draw=_draw_ray),
)
