"""3-D grids: windows that are cut out, moved or pasted, loops over columns, and marked cells."""

import re
from dataclasses import dataclass

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, TRIPLE, Program

_BODIES = read_bodies("warp", "windows", margin=12)
_ARGUMENTS = read_arguments("warp", "windows")


@dataclass(frozen=True, slots=True)
class _Kernel:
    """A kernel of a 3-D grid. In its lines, ``DX``, ``DY`` and ``DZ`` stand for the numbers of cells along the axes."""

    titles: str
    summary: str
    text: str
    columns: bool = False
    """Whether a thread processes a column of cells instead of one cell."""


_OUTSIDE = """\
{cell[0] < 0 or cell[1] < 0 or cell[2] < 0 or cell[0] >= DX or cell[1] >= DY or cell[2] >= DZ ~ \
not in_bounds(cell, dims) ~ not in_bounds(cell, dims)}"""
"""Alternatives of a test whether a cell is outside the grid."""
_AT = "cell[0], cell[1], cell[2]"
_NEAR = """\
        for di in range(-1, 2):
            for dj in range(-1, 2):
                for dk in range(-1, 2):
                    if di == 0 and dj == 0 and dk == 0:
                        continue
                    cell = wp.vec3i(i + di, j + dj, k + dk)
                    if OUTSIDE:
                        continue
"""
_BESIDE = """\
        for axis in range(3):
            for side in range(-1, 2, 2):
                cell = wp.vec3i(i, j, k)
                cell[axis] += side
                if OUTSIDE:
                    continue
"""
_SCAN = """{# from the top down
        ~}
        for k in range(DZ - 1, -1, -1):
"""

_KERNELS: dict[str, tuple[_Kernel, ...]] = {
    "moved_window": (
        _Kernel(
            "shift_map recenter_grid roll_map_window",
            "Shifts a map window with the robot",
            _BODIES["moved_window.shift_map"],
        ),
        _Kernel(
            "extract_brick cut_window copy_subgrid",
            "Extracts a block of a grid",
            _BODIES["moved_window.extract_brick"],
        ),
        _Kernel(
            "paste_brick merge_brick write_subgrid",
            "Writes or merges a block into a grid",
            _BODIES["moved_window.paste_brick"],
        ),
        _Kernel(
            "fill_ghost_cells copy_with_halo pad_grid",
            "Pads a grid with a layer of ghost cells",
            _BODIES["moved_window.fill_ghost_cells"],
        ),
        _Kernel(
            "permute_grid_axes transpose_grid reorder_axes",
            "Permutes and flips the axes of a grid",
            _BODIES["moved_window.permute_grid_axes"],
        ),
    ),
    "columns": (
        _Kernel(
            "build_height_map project_heights find_surface_cells",
            "Finds the highest occupied cell of each column",
            _BODIES["columns.build_height_map"],
            columns=True,
        ),
        _Kernel(
            "sweep_distances distance_along_columns vertical_distance",
            "Computes distances to the nearest occupied cell along columns",
            _BODIES["columns.sweep_distances"],
            columns=True,
        ),
        _Kernel(
            "propagate_sunlight light_columns compute_sky_light",
            "Propagates sunlight down each column",
            _BODIES["columns.propagate_sunlight"],
            columns=True,
        ),
        _Kernel(
            "settle_columns drop_particles apply_sand_gravity",
            "Settles loose cells of each column under gravity",
            _BODIES["columns.settle_columns"],
            columns=True,
        ),
        _Kernel(
            "integrate_hydrostatic_pressure column_pressure accumulate_weight",
            "Integrates the weight above each cell",
            _BODIES["columns.integrate_hydrostatic_pressure"],
            columns=True,
        ),
        _Kernel(
            "count_column_cells build_column_offsets count_active_columns",
            "Counts the occupied runs and cells of each column",
            _BODIES["columns.count_column_cells"],
            columns=True,
        ),
    ),
    "marked_cells": (
        _Kernel(
            "dilate_cells inflate_obstacles grow_occupied",
            "Dilates occupied cells",
            _BODIES["marked_cells.dilate_cells"],
        ),
        _Kernel(
            "propagate_labels merge_components connect_cells",
            "Propagates the smallest label among touching cells",
            _BODIES["marked_cells.propagate_labels"],
        ),
        _Kernel(
            "find_frontier_cells detect_frontiers mark_frontier",
            "Marks frontier cells between free and unknown space",
            _BODIES["marked_cells.find_frontier_cells"],
        ),
        _Kernel(
            "update_occupancy integrate_hits apply_sensor_counts",
            "Updates an occupancy map with the hits and misses of a scan",
            _BODIES["marked_cells.update_occupancy"],
        ),
        _Kernel(
            "step_automaton step_life life_step",
            "Performs a step of a 3-D cellular automaton",
            _BODIES["marked_cells.step_automaton"],
        ),
        _Kernel(
            "grow_cave smooth_cells smooth_cave",
            "Smooths a cave by the majority of neighbouring cells",
            _BODIES["marked_cells.grow_cave"],
        ),
        _Kernel(
            "list_surface_faces count_exposed_faces mesh_exposed_faces",
            "Lists the exposed faces of occupied cells",
            _BODIES["marked_cells.list_surface_faces"],
        ),
    ),
    "solved_cells": (
        _Kernel(
            "relax_pressure_red_black gauss_seidel_cells sor_sweep",
            "Relaxes the pressure of the cells of one colour in place by Gauss-Seidel",
            _BODIES["solved_cells.relax_pressure_red_black"],
        ),
        _Kernel(
            "compute_divergence mac_divergence cell_divergence",
            "Computes the divergence of each cell",
            _BODIES["solved_cells.compute_divergence"],
        ),
        _Kernel(
            "project_velocity subtract_pressure_gradient apply_pressure",
            "Subtracts the pressure gradient from the face velocities",
            _BODIES["solved_cells.project_velocity"],
        ),
        _Kernel(
            "diffuse_cells diffuse_heat conduct_step",
            "Performs an explicit step of heat conduction on a 3-D grid",
            _BODIES["solved_cells.diffuse_cells"],
        ),
        _Kernel(
            "advect_upwind upwind_transport transport_cells",
            "Advects a quantity by one upwind step",
            _BODIES["solved_cells.advect_upwind"],
        ),
        _Kernel(
            "extrapolate_cells extend_values fill_unknown",
            "Extrapolates values into cells without one",
            _BODIES["solved_cells.extrapolate_cells"],
        ),
    ),
}
_ALONG, _GOES_ALONG = ("seen_out", "label_out", "brick_label", "brick_count", "padded_label"), 0.5
"""Additional data of cells that is moved along with their values, and the probability for each of these arrays."""
_FUNCTIONS = (_BODIES["functions"],)


def _declare_cells(p: Program, n: int, launched: int) -> bool:
    """Declare the arguments of a kernel of a grid with ``n`` cells and ``launched`` threads along each axis.

    Return whether the numbers of cells are one vector argument instead of three numbers.
    """
    part = (launched,) * 3
    p.sizes(nx=n, ny=n, nz=n)
    together = p.choices.chance(0.1)
    for key, bounds, names in (
        ("dims", (n, n), ("dims", "grid_dims", "resolution")),
        ("shift", (-2, 2), ("shift", "cell_shift", "offset")),
        ("brick_start", (-1, n - launched + 1), ("brick_start", "window_start", "origin")),
        ("reach", (0, 2), ("reach", "kernel_radius", "inflation")),
    ):
        if together:
            p.scalar(key, TRIPLE, bounds, names)
            continue
        # a number for each axis
        parts = ("nx", "ny", "nz") if key == "dims" else tuple(f"{key}_{axis}" for axis in "xyz")
        if key != "dims":
            for axis, word in zip("xyz", parts, strict=True):
                p.scalar(word, INT, bounds, tuple(f"{name}_{axis}" for name in names))
        p.lookups(**{key: f"{key} = wp.vec3i({', '.join(parts)})"})
    labels = ("UNKNOWN", "FREE", "OCCUPIED", "FLUID", "LOOSE", "INFLATED")
    faces = {"u": (n + 1, n, n), "v": (n, n + 1, n), "w": (n, n, n + 1)}
    sizes = {"n": n, "launched": launched}
    for part in ("cells", "limits", "numbers", "cell_values"):
        declare(p, _ARGUMENTS[part], sizes)
    p.constants({f"LABEL_{name}": number for number, name in enumerate(labels)})
    p.constants({"MODE_REPLACE": 0, "MODE_MAX": 1, "MODE_ADD": 2})
    p.constants({"BOUNDARY_FIXED": 0, "BOUNDARY_PERIODIC": 1})
    for each in _FUNCTIONS:
        p.function(each)
    suffix = p.choices.choice(("{}", "vel_{}", "face_{}"))
    for axis, (key, size) in zip("xyz", faces.items(), strict=True):
        name = key if suffix == "{}" else suffix.format(axis)
        p.array(f"{key}_in", FLOAT, (-1, 1), size, (name,))
        p.output(key, FLOAT, size, (name,), (-1, 1))
    declare(p, _ARGUMENTS["outputs"], {"launched": launched, "n": n})
    return together


def _draw_window(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of a 3-D grid, with one thread for each cell or each column."""
    kernel = stream.child("kernel").choice(_KERNELS[target])
    n = stream.child("size").choice((4, 5))
    launched, moves = n, target == "moved_window"
    if "brick" in kernel.text:
        launched = n - 2
    elif "padded" in kernel.text:
        launched, n = n + 2 if n < 6 else 6, n if n < 6 else 4
    axes = (("i", "x", "ix"), ("j", "y", "iy"), ("k", "z", "iz"))
    p = (
        Program(stream, *axes[:2], launch=(n, n))
        if kernel.columns
        else Program(stream, *axes, launch=(launched, launched, launched))
    )
    together = _declare_cells(p, n, launched)
    left_out = "|".join(key for key in _ALONG if not p.choices.chance(_GOES_ALONG))
    text = (
        re.sub(rf"^ *(?:{left_out})\[.*\n", "", kernel.text, flags=re.MULTILINE) if moves and left_out else kernel.text
    )
    text = re.sub(r"( *)SCAN\n", lambda found: _indented(_SCAN, found[1]), text)
    text = _with_loops(p, text)
    sizes = ("dims[0]", "dims[1]", "dims[2]") if together else ("nx", "ny", "nz")
    text = text.replace("OUTSIDE", _OUTSIDE).replace("[AT]", f"[{_AT}]")
    text = text.replace("SCALE", p.pick("scale", "dt * inv_dx", "scale / density"))
    wall = p.pick("0.0", "0.0", "wall_velocity[{}]")
    for axis, key in enumerate("uvw"):
        text = text.replace(f"WALL_{key}", wall.format(axis))
    for key, size in zip(("DX", "DY", "DZ"), sizes, strict=True):
        text = text.replace(key, size)
    p.write(text)
    each = "column" if kernel.columns else "cell"
    return p.done("state", "windows", target, kernel.summary, tuple(kernel.titles.split()), (
        f"One thread per {each}.", f"Launched over all {each}s.",
    ))  # fmt: skip


def _with_loops(p: Program, text: str) -> str:
    """Return a template with loops over the cells around a cell in place of ``AROUND``, ``NEIGHBORS`` and ``BESIDE``.

    ``AROUND`` loops over all 26 cells, ``BESIDE`` over the six that share a face, and ``NEIGHBORS`` over either.
    """
    lines, made, further = text.split("\n"), list[str](), ""
    deep = 0
    for line in lines:
        pad = line[: len(line) - len(line.lstrip())]
        if line.strip() in ("AROUND", "NEIGHBORS", "BESIDE"):
            whole = line.strip() == "AROUND" or (line.strip() == "NEIGHBORS" and p.choices.chance(0.5))
            made += _indented(_NEAR if whole else _BESIDE, pad).rstrip("\n").split("\n")
            deep, further = len(pad), "    " if whole else ""
        elif line.strip() and len(pad) <= deep:
            further = ""
            made.append(line)
        else:
            made.append(further + line)
    return "\n".join(made)


def _indented(lines: str, pad: str) -> str:
    """Return lines in which ``pad`` replaces the first eight spaces of indentation."""
    return "".join(
        f"{pad}{each[8:] if each.startswith('        ') else each}" for each in lines.splitlines(keepends=True)
    )


RECIPES = (
    Recipe(
        name="windows",
        category="state",
        targets=tuple(_KERNELS),
        draw=_draw_window,
        target_weights={"moved_window": 2.4, "columns": 2.0, "marked_cells": 3.4, "solved_cells": 3.4},
    ),
)
