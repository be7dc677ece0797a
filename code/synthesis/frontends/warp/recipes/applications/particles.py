"""Particles: sums over lists of neighbours, cells of a grid, and slots that threads take in lists."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, join
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, Program

_BODIES = read_bodies("warp", "particles", margin=8)
_ARGUMENTS = read_arguments("warp", "particles")

_OFFSETS = ("neighbor_start", "offsets", "neighbor_offsets", "first_neighbor")

_POWERS = (("w * w * w", "15.0"), ("w * w", "7.5"))
"""Smoothing kernels of a density, and the factor by which the integral of each over a ball is 1."""

_NEIGHBORS = {
    "neighbor_density": _BODIES["neighbor_density"],
    "neighbor_force": _BODIES["neighbor_force"],
    "neighbor_count": _BODIES["neighbor_count"],
    "nearest_neighbor": _BODIES["nearest_neighbor"],
    "smooth_velocity": _BODIES["smooth_velocity"],
}
"""By target, lines that combine the neighbours of a particle; ``LOOP`` is the head of the loop over them (``nbr``)."""


def _draw_neighbors(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that sums over a particle's neighbours within a cutoff, listed with an offset for each particle."""
    p = Program(stream, ("tid", "i", "particle"))
    count, widest = p.threads, p.choices.choice((4, 6, 8))
    total = p.choices.choice((24, 32, 48))
    support = {"neighbor_density": ("smoothing_length", "h"), "neighbor_force": ("cutoff", "support_radius")}
    sizes = {"count": count, "total": total, "widest": widest}
    called = {"offsets": _OFFSETS, "cutoff": support.get(target, ("cutoff", "radius", "search_radius"))}
    for part in ("neighbors", "outputs"):
        declare(p, _ARGUMENTS[part], sizes, called)
    p.guard_count("particle")
    loop, get = p.pick(
        "for k in range(offsets[tid], offsets[tid + 1]):|nbr = list[k]",
        "start = offsets[tid]\nend = offsets[tid + 1]\nfor k in range(start, end):|nbr = list[k]",
        "for k in range(counts[tid]):|nbr = table[tid, k]",
        "start = starts[tid]\nfor k in range(counts[tid]):|nbr = list[start + k]",
        "for k in range(table.shape[1]):|nbr = table[tid, k]",
        "start = starts[tid]\nfor k in range(start, start + counts[tid]):|nbr = list[k]",
    ).split("|")
    # a row of a table ends at the first negative entry, or its length is in an array
    ends = "table.shape" in loop
    p.array("table", INT, (-1 if ends else 0, count - 1), (count, widest),
            ("neighbors", "neighbor_table", "neighbor_ids"))  # fmt: skip
    if ends:
        skip = "# the row ends early\n" + block("if nbr < 0:", "break")
        skip = p.pick(skip, block("if nbr < 0:", "break")) + "\n" + block("if nbr == tid:", "continue")
    else:
        skip = block("if nbr == tid:", "continue")
    begun = "\n".join([loop, *(f"    {each}" for each in join(get, skip).split("\n"))])
    power, volume = p.choices.choice(_POWERS)
    text = _NEIGHBORS[target].replace("POWER", power).replace("VOLUME", volume)
    p.write(text.replace("LOOP", begun.replace("\n", "\n        ")))
    titles = {
        "neighbor_density": ("compute_density", "sum_density", "eval_density"),
        "neighbor_force": ("pair_forces", "compute_neighbor_forces", "eval_particle_forces"),
        "neighbor_count": ("count_neighbors", "count_close_particles", "neighbor_degree"),
        "nearest_neighbor": ("find_nearest", "nearest_neighbor", "closest_neighbor"),
        "smooth_velocity": ("smooth_velocities", "xsph_velocity", "average_velocity"),
    }[target]
    return p.done("particles", "neighbors", target, _NEIGHBOR_SUMMARIES[target], titles)


_CELLS = {
    "diffusion": """
        {?0.2 # walls keep their value
        if solid[tid] == SOLID:
            out[tid] = field[tid]
            return}
        c = field[tid]
        SPLIT
        {total = float(0.0)
        AROUND flow
        new = {c + dt * diffusivity * total / (h * h) ~ c + dt * (diffusivity * total / (h * h) + source[tid])} ~
        total = float(0.0)
        num = int(0)
        AROUND mean
        {# no flux into walls
        ~}
        new = c + dt * diffusivity * (total - float(num) * c) / (h * h)}
        out[tid] = new
        {?0.2 wp.atomic_max(worst, 0, wp.abs(new - c))}
    """,
    "automaton": """
        num = int(0)
        SPLIT
        AROUND alive
        {grown = int(0)
        if num == 3:
            grown = 1
        elif num == 2:
            grown = state[tid]
        next[tid] = grown ~
        {# birth with three neighbours, survival with two or three
        ~}
        if state[tid] == 1:
            next[tid] = 1 if num == 2 or num == 3 else 0
        else:
            next[tid] = 1 if num == 3 else 0 ~
        if num == 3 or (num == 2 and state[tid] == 1):
            next[tid] = 1
        else:
            next[tid] = 0}
    """,
    "open_faces": """
        {if solid[tid] {== SOLID ~ != FLUID}:
            links[tid] = 0
            return
        ~}
        num = int(0)
        SPLIT
        AROUND open
        links[tid] = num
    """,
    "gradient": _BODIES["gradient"],
}
"""By target, lines that process a cell. ``AROUND`` and a key of ``_USES`` stand for a loop over the adjacent cells."""

_UPWIND = _BODIES["upwind"]
"""Lines of an advection step with upwind differences."""

_USES = {
    "flow": "total += field[nbr] - c",
    "mean": "if solid[nbr] != SOLID:\n    total += field[nbr]\n    num += 1",
    "alive": "num += state[nbr]",
    "open": "if solid[nbr] != SOLID:\n    num += 1",
}


def _draw_cells(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that combines the neighbours of a cell in a flat grid whose border wraps, clamps or ends."""
    nx, ny = stream.child("size").choice(((8, 6), (8, 8), (10, 6), (12, 8)))
    p = Program(stream, ("tid", "i", "cell", "cell_id"), launch=(nx * ny,))
    cells = nx * ny
    field = p.choices.child("field").choice(("temperature", "height", "density", "phi"))
    p.array("field", FLOAT, (-2, 2), (cells,), (field,))
    p.array("source", FLOAT, (-1, 1), (cells,), ("heat_source",) if field == "temperature" else ("source",))
    p.array("u", FLOAT, (-1, 1), (cells,), ("vel_x",))
    p.array("v", FLOAT, (-1, 1), (cells,), ("vel_y",))
    p.array("solid", INT, (0, 2), (cells,), ("cell_type", "cell_flags"))
    p.array("state", INT, (0, 1), (cells,), ("state", "alive"))
    p.number("diffusivity", (0.05, 0.25), ("diffusivity", "alpha", "kappa"), ("0.25", "0.1"))
    p.number("h", (0.5, 2), ("dx", "h", "cell_size"), ("0.5",))
    p.number("dt", (0.05, 0.2), ("dt", "time_step"), ("0.1",))
    p.output("out", FLOAT, (cells,), (f"{field}_out", f"{field}_new"))
    p.output("grad", Type("float32", (2,)), (cells,), (f"{field}_grad", "grad_out"))
    p.output("grad_x", FLOAT, (cells,), ("grad_x", f"d{field}_dx"))
    p.output("grad_y", FLOAT, (cells,), ("grad_y", f"d{field}_dy"))
    p.output("laplacian", FLOAT, (cells,), ("laplacian", f"{field}_laplacian"))
    p.output("next", INT, (cells,), ("next_state", "state_out", "new_state"))
    p.output("links", INT, (cells,), ("num_open", "open_faces"))
    p.output("worst", FLOAT, (1,), ("max_change",), (0, 0.1))
    p.constants({"NX": nx, "NY": ny, "FLUID": 0, "SOLID": 1})
    split = p.pick("x = tid % NX\ny = tid // NX", "y = tid // NX\nx = tid - y * NX")
    carried = target == "gradient" and p.choices.chance(0.4)
    text = (_UPWIND if carried else _CELLS[target]).replace("SPLIT", split.replace("\n", "\n        "))
    around = target == "automaton"
    border = p.pick(
        "wrap", "inside", *(() if around else ("branches",)), *(("clamp",) if target == "diffusion" else ())
    )
    for key, use in _USES.items():
        text = text.replace(f"AROUND {key}", _around(p, use, border, eight=around).replace("\n", "\n        "))
    p.write(text)
    titles = {
        "diffusion": ("heat_step", "diffuse_temperature")
        if field == "temperature"
        else (f"diffuse_{field}", "diffusion_step"),
        "automaton": ("life_step", "game_of_life", "update_automaton"),
        "open_faces": ("count_open_faces", "count_fluid_neighbors", "cell_connectivity"),
        "gradient": ("advect_upwind", "upwind_step", "advection_step")
        if carried
        else ("cell_gradient", "compute_gradient", f"{field}_gradient"),
    }[target]
    return p.done("particles", "cells", target, _CELL_SUMMARIES[target], titles)


def _around(p: Program, use: str, border: str, *, eight: bool) -> str:
    """Return lines that process each of the four or eight cells beside this one."""
    if border == "branches":
        sides = p.choices.shuffled(
            (("x > 0", "tid - 1"), ("x < NX - 1", "tid + 1"), ("y > 0", "tid - NX"), ("y < NY - 1", "tid + NX"))
        )
        return join(*(block(f"if {test}:", use.replace("nbr", place)) for test, place in sides))
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


_NEIGHBOR_SUMMARIES = {
    "neighbor_density": "Computes the density at each particle from its neighbours",
    "neighbor_force": "Computes pair forces on each particle from its neighbours",
    "neighbor_count": "Counts the close neighbours of each particle",
    "nearest_neighbor": "Finds the nearest neighbour of each particle",
    "smooth_velocity": "Smooths particle velocities over neighbours",
}
_CELL_SUMMARIES = {
    "diffusion": "Performs an explicit diffusion step on a grid",
    "automaton": "Performs a step of a cellular automaton",
    "open_faces": "Counts the open faces of grid cells",
    "gradient": "Computes gradients or upwind advection of a grid field",
}
RECIPES = (
    Recipe(
        name="neighbors",
        category="particles",
        targets=tuple(_NEIGHBORS),
        draw=_draw_neighbors,
    ),
    Recipe(
        name="cells",
        category="particles",
        targets=tuple(_CELLS),
        draw=_draw_cells,
        target_weights=dict.fromkeys(_CELLS, 0.5),
    ),
)
