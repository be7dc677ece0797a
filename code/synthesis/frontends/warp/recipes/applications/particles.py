"""Particles: sums over lists of neighbours, cells of a grid, and slots that threads take in lists."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, VEC, Program
from synthesis.grammar.lines import block, chain, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_OFFSETS = ("neighbor_start", "offsets", "neighbor_offsets", "first_neighbor")


def _draw_neighbors(stream: Stream, target: str) -> KernelSpec:
    """A sum over a particle's neighbours within a cutoff; the list has an offset for each particle."""
    p = Program(stream, ("tid", "i", "particle"))
    count, widest = p.threads, p.choices.choice((4, 6, 8))
    total = p.choices.choice((24, 32, 48))
    p.array("offsets", INT, (0, total - 1), (count + 1,), _OFFSETS)
    p.array("counts", INT, (0, widest), (count,), ("neighbor_count", "num_neighbors", "list_length"))
    p.array("starts", INT, (0, total - widest), (count,), ("neighbor_start", "list_start", "first_neighbor"))
    p.array("list", INT, (-1, count - 1), (total,), ("neighbors", "neighbor_ids", "neighbor_list"))
    p.array("table", INT, (-1, count - 1), (count, widest), ("neighbors", "neighbor_table", "adjacency"))
    p.array("x", VEC, (-1, 1), (count,), ("positions", "particle_q", "points", "pos"))
    p.array("v", VEC, (-1, 1), (count,), ("velocities", "particle_qd", "vel"))
    p.array("mass", FLOAT, (0.5, 2), (count,), ("mass", "particle_mass", "masses"))
    p.array("phase", INT, (0, 2), (count,), ("phase", "particle_type", "material"))
    p.array("active", INT, (0, 1), (count,), ("particle_flags", "active", "alive"))
    p.number("cutoff", (0.8, 1.6), ("cutoff", "radius", "support", "smoothing_length"), ("1.0", "1.5"))
    p.number("ks", (0.5, 2), ("stiffness", "k_repulsion", "strength", "viscosity"), ("2.0", "0.5"))
    p.output("density", FLOAT, (count,), ("density", "densities", "rho"))
    p.output("f", VEC, (count,), ("forces", "particle_f", "acceleration"))
    p.output("degree", INT, (count,), ("degree", "num_close", "coordination"))
    p.output("nearest", INT, (count,), ("nearest", "closest_id", "nearest_id"))
    p.guard_count("particle")
    if p.maybe(0.3):
        p.add(block(f"if active[tid] {p.pick('== 0', '!= 1')}:", "return"))
    start, finish, inner = {
        "neighbor_density": ("total = float(0.0)", "density[tid] = total", "total += mass[nbr] * (cutoff - r)"),
        "neighbor_force": ("total = wp.vec3(0.0, 0.0, 0.0)", "f[tid] = total", _push(p)),
        "neighbor_count": ("num = int(0)", "degree[tid] = num", "num += 1"),
        "nearest_neighbor": (
            "best = float(HUGE)\nfound = int(-1)",
            "nearest[tid] = found",
            block("if r < best:", "best = r", "found = nbr"),
        ),
    }[target]
    far = p.pick("r >= cutoff", "r > cutoff")
    if target == "neighbor_force":
        far = f"r < TINY or {far}" if p.choices.chance(0.3) else far
    same_phase = p.maybe(0.3)
    p.add("x0 = x[tid]", start)
    ask, get = p.pick(
        "for k in range(offsets[tid], offsets[tid + 1]):|nbr = list[k]",
        "start = offsets[tid]\nend = offsets[tid + 1]\nfor k in range(start, end):|nbr = list[k]",
        "for k in range(counts[tid]):|nbr = table[tid, k]",
        "num_listed = counts[tid]\nfor k in range(num_listed):|nbr = list[starts[tid] + k]",
        "for k in range(table.shape[1]):|nbr = table[tid, k]",
        "start = starts[tid]\nfor k in range(start, start + counts[tid]):|nbr = list[k]",
    ).split("|")
    steps = "d = x0 - x[nbr]\nr = wp.length(d)" if target == "neighbor_force" else "r = wp.length(x0 - x[nbr])"
    stop = p.pick("continue", "break") if "table" in get else "continue"
    skips = ["nbr < 0"] if p.choices.chance(0.5) else ["nbr == -1"]
    own = p.maybe(0.5)
    other = [block("if phase[nbr] != phase[tid]:", "continue")] if same_phase else []
    early = block(f"if {skips[0]} or nbr == tid:", "continue") if own and p.choices.chance(0.5) else ""
    late = block("if nbr == tid:", "continue") if own else ""
    first = [early] if early else [block(f"if {skips[0]}:", stop), late]
    if p.choices.chance(0.35):
        body = join(get, *first, *other, steps, block(f"if {_near(far)}:", inner))
    else:
        body = join(get, *first, *other, steps, block(f"if {far}:", "continue"), inner)
    if target == "neighbor_count" and p.maybe(0.5):
        body = join(body, block("if num >= most:", "break"))
    p.scalar("most", INT, (1, 3), ("max_neighbors", "limit", "max_count"))
    p.add(block(ask, body) if "\n" not in ask else join(ask.rpartition("\n")[0], block(ask.rpartition("\n")[2], body)))
    p.add(finish)
    titles = {
        "neighbor_density": ("compute_density", "sum_density", "eval_density"),
        "neighbor_force": ("pair_forces", "compute_neighbor_forces", "eval_repulsion"),
        "neighbor_count": ("count_neighbors", "count_close_particles", "neighbor_degree"),
        "nearest_neighbor": ("find_nearest", "nearest_particle", "closest_neighbor"),
    }[target]
    return p.done("particles", "neighbors", target, "What a particle's neighbours come to", titles)


def _push(p: Program) -> str:
    """What a neighbour within the cutoff adds to a particle's force."""
    return p.pick(
        "total += d * (ks * (cutoff - r))",
        "total += (v[nbr] - v[tid]) * (ks * mass[nbr] * (cutoff - r))",
        "w = cutoff - r\ntotal += wp.normalize(d) * (ks * w * mass[nbr])",
        "w = 1.0 - r / cutoff\ntotal += d * (ks * w * w)",
    )


def _near(far: str) -> str:
    """The opposite of being too far away."""
    if " or " in far:
        return f"r >= TINY and {_near(far.partition(' or ')[2])}"
    return far.replace(">=", "<") if ">=" in far else far.replace(">", "<=")


def _draw_cells(stream: Stream, target: str) -> KernelSpec:
    """A cell of a grid in rows, by one number: what its neighbours hold, at a border that wraps, clamps or ends."""
    nx, ny = stream.child("size").choice(((8, 6), (8, 8), (10, 6), (12, 8)))
    p = Program(stream, ("tid", "i", "cell", "cell_id"), launch=(nx * ny,))
    cells = nx * ny
    p.array("field", FLOAT, (-2, 2), (cells,), ("temperature", "height", "density", "phi", "field"))
    p.array("solid", INT, (0, 2), (cells,), ("cell_type", "boundary", "cell_flags"))
    p.array("state", INT, (0, 2), (cells,), ("state", "alive", "occupied", "labels"))
    p.number("rate", (0.1, 0.5), ("diffusivity", "alpha", "rate", "kappa"), ("0.25", "0.1"))
    p.number("outside", (-1, 1), ("ambient", "outside_value", "boundary_value"), ("0.0",))
    p.output("out", FLOAT, (cells,), ("field_out", "new_field", "field_next"))
    p.output("next", INT, (cells,), ("next_state", "state_out", "new_state"))
    p.output("links", INT, (cells,), ("num_open", "open_faces", "free_neighbors"))
    p.constants({"NX": nx, "NY": ny, "FLUID": 0, "SOLID": 1})
    split = p.pick("x = tid % NX\ny = tid // NX", "y = tid // NX\nx = tid - y * NX")
    start, use, finish = {
        "diffusion": _diffusion(p),
        "automaton": ("num = int(0)", p.pick("num += state[nbr]", block("if state[nbr] != 0:", "num += 1")), _rule(p)),
        "open_faces": (
            "num = int(0)",
            block(f"if solid[nbr] {p.pick('== FLUID', '!= SOLID')}:", "num += 1"),
            p.pick("links[tid] = num", block("if num == 0:", "links[tid] = -1", "return") + "\nlinks[tid] = num"),
        ),
    }[target]
    skip = ""
    if target != "automaton" and p.maybe(0.5):
        rest = "out[tid] = field[tid]" if target == "diffusion" else "links[tid] = 0"
        skip = block(f"if solid[tid] {p.pick('== SOLID', '!= FLUID')}:", p.pick(rest, rest, ""), "return")
    p.add(skip, split, start, _around(p, use, target), finish)
    titles = {
        "diffusion": ("diffuse", "heat_step", "diffuse_cells", "relax_field"),
        "automaton": ("update_cells", "life_step", "grow_cells"),
        "open_faces": ("count_open_faces", "count_fluid_neighbors", "cell_connectivity"),
    }[target]
    return p.done("particles", "cells", target, "Cells of a grid and those beside them", titles)


def _diffusion(p: Program) -> tuple[str, str, str]:
    if p.choices.chance(0.5):
        return (
            "total = float(0.0)\nnum = int(0)",
            "total += field[nbr]\nnum += 1",
            block("if num > 0:", "out[tid] = field[tid] + rate * (total / float(num) - field[tid])")
            + p.pick("", "\n" + block("else:", "out[tid] = field[tid]")),
        )
    return (
        p.pick("c = field[tid]\ntotal = float(0.0)", "total = float(0.0)\nc = field[tid]"),
        "total += field[nbr] - c",
        p.pick("out[tid] = c + rate * total", "out[tid] = wp.max(c + rate * total, 0.0)"),
    )


def _rule(p: Program) -> str:
    """What becomes of a cell, by what it is and how many around it are."""
    return p.pick(
        chain(("num == 3", "next[tid] = 1"), ("num == 2", "next[tid] = state[tid]"), otherwise="next[tid] = 0"),
        join("next[tid] = state[tid]", block("if state[tid] == 0 and num >= 2:", "next[tid] = 1")),
        chain(
            ("state[tid] == 0", block("if num > 2:", "next[tid] = 1") + "\n" + block("else:", "next[tid] = 0")),
            ("state[tid] == 1", "next[tid] = 2"),
            otherwise="next[tid] = 0",
        ),
        join("grown = int(0)", block("if num > 1 and num < 4:", "grown = 1"), "next[tid] = grown"),
    )


def _around(p: Program, use: str, target: str) -> str:
    """What is done with each of the cells beside this one."""
    border = p.pick("wrap", "inside", "clamp", "branches")
    if border == "branches":
        sides = p.choices.shuffled(
            (("x > 0", "tid - 1"), ("x < NX - 1", "tid + 1"), ("y > 0", "tid - NX"), ("y < NY - 1", "tid + NX"))
        )
        simple = "\n" not in use and "if" not in use
        lines = [
            block(f"if {test}:", *([use.replace("nbr", place)] if simple else [f"nbr = {place}", use]))
            for test, place in sides
        ]
        return join(*lines) if simple else join("nbr = int(0)", *lines)
    eight = target == "automaton" or p.choices.chance(0.3)
    place = {
        "wrap": "nbr = ((y + dy + NY) % NY) * NX + (x + dx + NX) % NX",
        "clamp": "nbr = wp.clamp(y + dy, 0, NY - 1) * NX + wp.clamp(x + dx, 0, NX - 1)",
        "inside": join(
            "cx = x + dx\ncy = y + dy",
            block("if cx < 0 or cx >= NX or cy < 0 or cy >= NY:", "continue"),
            "nbr = cy * NX + cx",
        ),
    }[border]
    own = block("if dx == 0 and dy == 0:" if eight else "if wp.abs(dx) + wp.abs(dy) != 1:", "continue")
    return block("for dy in range(-1, 2):", block("for dx in range(-1, 2):", own, place, use))


RECIPES = (
    Recipe(
        name="neighbors",
        category="particles",
        targets=("neighbor_density", "neighbor_force", "neighbor_count", "nearest_neighbor"),
        draw=_draw_neighbors,
    ),
    Recipe(name="cells", category="particles", targets=("diffusion", "automaton", "open_faces"), draw=_draw_cells),
)
