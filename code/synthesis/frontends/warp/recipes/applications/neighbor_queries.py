"""Particles that find their neighbours in a hash grid: densities, forces, counts, the nearest one."""

import re

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, VEC, Program
from synthesis.frontends.warp.recipes.applications.shapes import grid_argument
from synthesis.grammar.lines import block, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_SPREAD = 0.9


def _draw_grid(stream: Stream, target: str) -> KernelSpec:
    """What the points within a radius come to; a grid gives them, and some that are farther away."""
    p = Program(stream, ("tid", "i", "particle", "pid"), launch=(stream.child("points").choice((32, 48, 64)),))
    p.array("x", VEC, (-_SPREAD, 0.8), (p.threads,), ("particle_q", "positions", "points", "particle_x", "x"))
    p.array("v", VEC, (-1, 0.8), (p.threads,), ("particle_qd", "velocities", "particle_v"))
    p.array("mass", FLOAT, (0.5, 2), (p.threads,), ("mass", "particle_mass", "masses"))
    p.array("size", FLOAT, (0.1, 0.35), (p.threads,), ("particle_radius", "radii", "radius"))
    p.array("kind", INT, (-1, 2), (p.threads,), ("phase", "particle_type", "material", "group"))
    p.array("flags", INT, (0, 3), (p.threads,), ("particle_flags", "flags", "active"))
    near = (0.15, 0.5) if target == "grid_nearest" else (0.35, 0.75)
    p.number("h", near, ("radius", "smoothing_length", "h", "support", "query_radius"), ("0.5", "0.6"))
    p.number("ke", (0.5, 3), ("k_contact", "stiffness", "ke"), ("10.0", "2.0"))
    p.number("kd", (0.1, 0.8), ("k_damp", "damping", "viscosity"), ("0.5", "0.2"))
    p.scalar("most", INT, (0, 5), ("max_neighbors", "limit", "max_count"))
    p.handle("grid", ("grid", "hash_grid", "grid_id", "neighbor_grid"),
             lambda name: grid_argument(name, p.threads, p.named("x")))  # fmt: skip
    p.output("density", FLOAT, (p.threads,), ("density", "rho", "densities"))
    p.output("f", VEC, (p.threads,), ("particle_f", "forces", "accel"), (-0.5, 0.5))
    moved = ("force_out", "particle_force", "accel") if target == "sph_force" else ("v_out", "v_smooth", "avg_velocity")
    p.output("out", VEC, (p.threads,), moved)
    p.output("number", INT, (p.threads,), ("neighbor_count", "counts", "num_neighbors"))
    p.output("nearest", INT, (p.threads,), ("nearest", "closest_id", "nearest_id"))
    p.output("pairs", INT, (1,), ("pair_count", "num_pairs", "total_pairs"), (0, 3))
    p.constants({"PARTICLE_ACTIVE": 1})
    me = "tid"
    if p.choices.chance(0.35):  # threads in the order of cells: no thread of them may be left alone by its number
        me = "own"
        p.add("own = wp.hash_grid_point_id(grid, tid)")
        p.add(p.pick("", "", block("if own == -1:", "return")))
    else:
        p.guard_count("particle")
    tests = (f"(flags[{me}] & PARTICLE_ACTIVE) == 0", f"flags[{me}] == 0", f"kind[{me}] < 0")
    p.add(block(f"if {p.pick(*tests)}:", "return") if p.maybe(0.4) else "")
    p.add(f"pos = x[{me}]")
    lines = {"sph_density": _density, "sph_force": _force, "grid_count": _count, "grid_nearest": _nearest}[target]
    p.add(*(re.sub(r"\btid\b", me, line) for line in lines(p)))
    titles = {
        "sph_density": ("compute_density", "sph_density", "density_kernel", "sum_density"),
        "sph_force": ("eval_particle_forces", "particle_contacts", "sph_forces", "solve_particle_contacts"),
        "grid_count": ("count_neighbors", "find_clusters", "mark_isolated", "count_pairs"),
        "grid_nearest": ("nearest_neighbor", "min_distance", "closest_particle"),
    }[target]
    return p.done("queries", "grid_neighbors", target, "Neighbours of particles in a hash grid", titles)


def _around(p: Program, *body: str, radius: str = "h") -> str:
    """A loop over the points near ``pos``, with what is done with each that is within the radius."""
    skips = [block(f"if {p.pick('other == tid', 'tid == other')}:", "continue")] if p.maybe(0.6) else []
    return _loop(p, radius, *skips, *_others(p), *body)


def _others(p: Program) -> list[str]:
    tests = (
        "kind[other] != kind[tid]",
        "kind[other] < 0",
        "(flags[other] & PARTICLE_ACTIVE) == 0",
        "flags[other] == 0",
    )
    return [block(f"if {p.pick(*tests)}:", "continue")] if p.maybe(0.3) else []


def _loop(p: Program, radius: str, *body: str) -> str:
    ask = f"wp.hash_grid_query(grid, pos, {radius})"
    form = p.pick("named", "named", "bare", "while", "while")
    if form == "named":
        return join(f"nearby = {ask}", block("for other in nearby:", *body))
    if form == "bare":
        return block(f"for other in {ask}:", *body)
    start = p.pick(
        f"nearby = {ask}\nother = int(0)", f"other = int(0)\nnearby = {ask}", f"nearby = {ask}\nother = int(-1)"
    )
    return join(start, block("while wp.hash_grid_query_next(nearby, other):", *body))


def _within(p: Program, *body: str, limit: str = "h") -> list[str]:
    """What is done with a point that is near enough; ``r`` is how far away it is."""
    way = p.pick("d = pos - x[other]\nr = wp.length(d)", "d = x[other] - pos\nd = -d\nr = wp.length(d)")
    if not any("d" in "".join(c if c.isalnum() else " " for c in line).split() for line in body):
        way = p.pick("r = wp.length(pos - x[other])", "r = wp.length(x[other] - pos)")
    if p.choices.chance(0.4):
        return [way, block(f"if r {p.pick('>=', '>')} {limit}:", "continue"), *body]
    return [way, block(f"if r {p.pick('<', '<=')} {limit}:", *body)]


def _density(p: Program) -> list[str]:
    weight = p.pick("w = 1.0 - r / h", "w = h - r", "w = h * h - r * r", "w = 1.0 - (r * r) / (h * h)")
    add = p.pick("total += w", "total += mass[other] * w", "total += mass[other] * w * w * w", "total += w * w")
    form = p.pick("sum", "sum", "scaled", "least", "mean", "mean")
    if form == "mean":
        blend = p.pick("out[tid] = sum_v / total", "out[tid] = v[tid] + (sum_v / total - v[tid]) * kd")
        end = (
            block(f"if total > {p.pick('0.0', 'TINY')}:", blend)
            + "\n"
            + block("else:", p.pick("out[tid] = v[tid]", "out[tid] = wp.vec3(0.0, 0.0, 0.0)"))
        )
        body = [weight, "total += w", "sum_v += v[other] * w"]
        return ["total = float(0.0)\nsum_v = wp.vec3(0.0, 0.0, 0.0)", _around(p, *_within(p, *body)), end]
    loop = _around(p, *_within(p, weight, add))
    end = {
        "sum": p.pick("density[tid] = total", "density[tid] = total + mass[tid]"),
        "scaled": p.pick("density[tid] = total * ke", "density[tid] = ke * total / (h * h * h)"),
        "least": p.pick(
            "density[tid] = wp.max(total, kd)",
            block("if total < 0.5:", "density[tid] = 0.5") + "\n" + block("else:", "density[tid] = total"),
        ),
    }[form]
    return ["total = float(0.0)", loop, end]


def _force(p: Program) -> list[str]:
    store = p.pick("f[tid] += force", "f[tid] = f[tid] + force", "wp.atomic_add(f, tid, force)", "out[tid] = force")
    form = p.pick("repel", "contact", "contact", "viscous", "cohesion")
    near = p.pick("r > TINY", "r > 0.0", "r > 1e-4")
    if form == "contact":
        push = p.pick(
            "gap = r - size[tid] - size[other]\nif gap < 0.0 and r > 1e-4:\n    force -= d * (ke * gap / r)",
            "overlap = size[tid] + size[other] - r\nif overlap > 0.0 and r > 1e-4:\n"
            "    n = d / r\n    vn = wp.dot(v[tid] - v[other], n)\n    force += n * (ke * overlap - kd * vn)",
            "gap = r - size[tid] - size[other]\nif gap >= 0.0:\n    continue\n"
            "if r > 1e-4:\n    force += wp.normalize(d) * (-ke * gap)",
        )
        radius = p.pick("size[tid] + 0.35", "size[tid] * 2.0 + 0.6", "1.0")
        skip = block(f"if {p.pick('other == tid', 'tid == other')}:", "continue")
        loop = _loop(p, radius, skip, *_others(p), "d = pos - x[other]\nr = wp.length(d)", push)
        return ["force = wp.vec3(0.0, 0.0, 0.0)", loop, store]
    body = {
        "repel": p.pick(
            "force += d * (ke * (h - r))",
            "force += wp.normalize(d) * (ke * (1.0 - r / h))",
            "w = h - r\nforce += d * (ke * w * w * mass[other])",
        ),
        "viscous": p.pick(
            "force += (v[other] - v[tid]) * (kd * (h - r))",
            "w = 1.0 - r / h\nforce += (v[other] - v[tid]) * (kd * mass[other] * w)",
        ),
        "cohesion": p.pick("force -= d * (kd * (h - r) * r)", "force += (x[other] - pos) * (kd * mass[other])"),
    }[form]
    inside = [block(f"if {near}:", body)] if "normalize" in body or p.maybe(0.3) else [body]
    return ["force = wp.vec3(0.0, 0.0, 0.0)", _around(p, *_within(p, *inside)), store]


def _count(p: Program) -> list[str]:
    add = p.pick("wp.atomic_add(pairs, 0, num)", "pairs[0] += num")
    form = p.pick("number", "number", "limit", "mark", "pairs", "kinds")
    if form == "pairs":
        body = _within(p, p.pick("wp.atomic_add(pairs, 0, 1)", "pairs[0] += 1", "num += 1"))
        skip = block(f"if {p.pick('other <= tid', 'not (other > tid)')}:", "continue")
        counted = any("num += 1" in each for each in body)
        return [
            "num = int(0)" if counted else "",
            _loop(p, "h", skip, *_others(p), *body),
            p.pick(add, "number[tid] = num") if counted else "",
        ]
    if form == "limit":
        return [
            "num = int(0)",
            _around(p, *_within(p, "num += 1", block("if num > most:", "break"))),
            "number[tid] = num",
        ]
    loop = _around(p, *_within(p, "num += 1"))
    if form == "number":
        return ["num = int(0)", loop, p.pick("number[tid] = num", "number[tid] = wp.min(num, 12)"), p.pick("", add)]
    if form == "mark":
        few = block(f"if num {p.pick('< most', '<= most')}:", p.pick("number[tid] = -1", "number[tid] = 0"))
        return ["num = int(0)", loop, few + "\n" + block("else:", p.pick("number[tid] = 1", "number[tid] = num"))]
    kinds = (
        block("if num == 0:", "number[tid] = -1")
        + "\n"
        + block("elif num > most:".replace("elif", "if"), add)
        + "\n"
        + "number[tid] = num"
    )
    return [
        "num = int(0)",
        loop,
        kinds if p.choices.chance(0.4) else join(block("if num == 0:", "return"), add, "number[tid] = num"),
    ]


def _nearest(p: Program) -> list[str]:
    skip = block(f"if {p.pick('other == tid', 'tid == other')}:", "continue")
    way = p.pick(
        "r = wp.length(pos - x[other])", "d = x[other] - pos\nr = wp.length(d)", "r = wp.length_sq(x[other] - pos)"
    )
    limit = "h * h" if "_sq" in way else "h"
    form = p.pick("index", "index", "distance", "distance", "both")
    start = {
        "index": f"best = float({limit})\nfound = int(-1)",
        "distance": f"best = float({limit})",
        "both": "best = float(HUGE)\nfound = int(-1)",
    }[form]
    better = block("if r < best:", "best = r")
    if form != "distance":  # of two that are as near, the first by number: the grid gives them in any order
        first = p.pick("r < best or (r == best and other < found)", "r < best or r == best and other < found")
        within = f"r < {limit} and ({first})" if form == "both" else first
        better = block(f"if {within}:", "best = r", "found = other")
    end = {
        "index": p.pick(
            "nearest[tid] = found",
            "nearest[tid] = found",
            block("if found >= 0:", "nearest[tid] = found") + "\n" + block("else:", "nearest[tid] = tid"),
        ),
        "distance": p.pick(
            "density[tid] = best",
            block("if best < h:", "density[tid] = best") + "\n" + block("else:", "density[tid] = -1.0"),
        ),
        "both": join(
            "nearest[tid] = found", block("if found != -1:", p.pick("density[tid] = best", "out[tid] = x[found] - pos"))
        ),
    }[form]
    if "else" in end and "_sq" in way and form == "distance":
        end = "density[tid] = best"
    return [start, _loop(p, "h", skip, *_others(p), way, better), end]


RECIPES = (
    Recipe(
        name="grid_neighbors",
        category="queries",
        targets=("sph_density", "sph_force", "grid_count", "grid_nearest"),
        draw=_draw_grid,
    ),
)
