"""3-D grids: windows that are cut out, moved or pasted, loops over columns, and marked cells."""

import re
from dataclasses import dataclass

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, TRIPLE, VEC, Program

_BODIES = read_bodies("warp", "windows", margin=12)


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
    shape, part, plane = (n, n, n), (launched,) * 3, (n, n)
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
    p.array("periodic", INT, (0, 1), (3,), ("periodic", "wrap_axis"))
    p.array("flipped", INT, (0, 1), (3,), ("flip_axis", "flipped"))
    p.array("axis_order", INT, (0, 2), (3,), ("axis_order", "permutation"))
    for key, bounds, names in (
        ("mode", (0, 2), ("mode", "blend_mode", "op")), ("boundary", (0, 2), ("boundary", "boundary_mode")),
        ("max_seen", (4, 9), ("max_seen", "max_weight")), ("max_light", (6, 15), ("max_light", "sky_level")),
        ("absorption", (1, 3), ("absorption", "light_loss")),
        ("far", (n, 2 * n), ("max_distance", "far")), ("min_unknown", (1, 4), ("min_unknown",)),
        ("min_seen", (1, 3), ("min_seen", "min_count")), ("max_age", (5, 20), ("max_age", "memory")),
        ("frame", (10, 40), ("frame", "step")),
        ("survive_min", (4, 8), ("survive_min", "min_neighbors")),
        ("survive_max", (9, 13), ("survive_max", "max_neighbors")),
        ("death_limit", (5, 9), ("death_limit",)), ("birth_limit", (10, 13), ("birth_limit",)),
        ("born_at", (5, 9), ("born_at", "birth_count")), ("closed_border", (0, 1), ("closed_border",)),
        ("color", (0, 1), ("color", "parity")), ("rest_count", (2, 5), ("rest_count", "particles_per_cell")),
    ):  # fmt: skip
        p.scalar(key, INT, bounds, names)
    p.scalar("wall_velocity", VEC, (-0.5, 0.5), ("wall_velocity", "solid_velocity"))
    p.sizes(halo=1)
    for key, bounds, names, usual in (
        ("unknown", (-1, 1), ("unknown_value", "fill_value", "background"), ("0.0", "-1.0")),
        ("outside_value", (-1, 1), ("outside_value", "boundary_value"), ("0.0",)),
        ("ground_z", (-1, 1), ("ground_z", "grid_z"), ("0.0",)),
        ("cell_height", (0.1, 0.5), ("cell_size", "voxel_size"), ("0.1", "0.5")),
        ("hit_gain", (0.3, 1), ("hit_log_odds", "hit_gain"), ("0.5",)),
        ("miss_loss", (0.1, 0.5), ("miss_log_odds", "miss_loss"), ("0.5",)),
        ("max_odds", (2, 5), ("max_log_odds", "log_odds_limit"), ("2.0",)),
        ("omega", (0.8, 1.8), ("omega", "relaxation"), ("1.0", "1.5")),
        ("drift_gain", (0.1, 1), ("drift_gain", "density_correction"), ("0.5", "1.0")),
        ("inv_dx", (1, 4), ("inv_dx", "inv_cell_size"), ("2.0", "10.0")),
        ("dt", (0.05, 0.2), ("dt", "time_step"), ("0.1",)), ("scale", (0.2, 1), ("pressure_scale", "scale"), ("0.5",)),
        ("alpha", (0.05, 0.15), ("alpha", "diffusion_number"), ("0.1",)),
        ("density", (0.5, 2), ("density", "rho"), ("1.0",)),
        ("forget", (0.5, 0.9), ("decay", "retention"), ("0.5", "0.9")),
        ("value_scale", (0.5, 2), ("value_scale", "gain"), ("0.5",)),
        ("courant", (0.1, 0.5), ("courant", "dt_over_dx"), ("0.5", "0.1")),
    ):  # fmt: skip
        p.number(key, bounds, names, usual)
    labels = ("UNKNOWN", "FREE", "OCCUPIED", "FLUID", "LOOSE", "INFLATED")
    p.constants({f"LABEL_{name}": number for number, name in enumerate(labels)})
    p.constants({"MODE_REPLACE": 0, "MODE_MAX": 1, "MODE_ADD": 2})
    p.constants({"BOUNDARY_FIXED": 0, "BOUNDARY_PERIODIC": 1})
    for each in _FUNCTIONS:
        p.function(each)
    p.array("values", FLOAT, (-1, 2), shape, ("values", "field", "density", "temperature"))
    p.array("values_rate", FLOAT, (-1, 1), shape, ("source", "emission"))
    p.array("rhs", FLOAT, (-1, 1), shape, ("rhs", "divergence"))
    p.array("pressure_in", FLOAT, (-1, 2), shape, ("pressure", "p"))
    p.array("brick_in", FLOAT, (-1, 2), part, ("brick", "window_values", "update"))
    for key, bounds, names in (
        ("label", (0, 4), ("cell_label", "cell_type", "occupancy")), ("seen", (0, 6), ("num_seen", "hit_count")),
        ("component", (-9, n * n * n), ("component", "component_id")), ("alive", (0, 1), ("alive", "cells")),
        ("num_hits", (0, 2), ("num_hits", "hit_count")), ("num_passes", (0, 3), ("num_passes", "miss_count")),
        ("num_particles", (0, 8), ("cell_count", "num_particles")), ("held", (0, 1), ("is_fixed", "dirichlet_mask")),
        ("known_in", (0, 1), ("is_valid", "known")), ("cell_active", (0, 1), ("cell_active", "active")),
        ("last_seen", (0, 40), ("last_seen", "last_update")),
    ):  # fmt: skip
        p.array(key, INT, bounds, shape, names)
    p.array("brick_seen", INT, (0, 3), part, ("brick_seen", "window_count"))
    p.array("column_active", INT, (0, 1), plane, ("column_active", "column_mask"))
    faces = {"u": (n + 1, n, n), "v": (n, n + 1, n), "w": (n, n, n + 1)}
    suffix = p.choices.choice(("{}", "vel_{}", "face_{}"))
    for axis, (key, size) in zip("xyz", faces.items(), strict=True):
        name = key if suffix == "{}" else suffix.format(axis)
        p.array(f"{key}_in", FLOAT, (-1, 1), size, (name,))
        p.output(key, FLOAT, size, (name,), (-1, 1))
    for key, size, names in (
        ("values_out", part, ("values_out", "field_out", "density_out", "temperature_out")),
        ("brick", part, ("brick", "window_values")), ("padded", part, ("padded", "field_padded")),
        ("height", plane, ("height_map", "surface_height")), ("load", shape, ("pressure", "cell_load")),
        ("column_total", plane, ("column_mass", "total_weight")), ("rhs_out", shape, ("rhs", "divergence")),
    ):  # fmt: skip
        p.output(key, FLOAT, size, names)
    for key, size, names in (
        ("seen_out", part, ("num_seen_out", "hit_count_out")),
        ("label_out", part, ("cell_label_out", "cell_type_out", "occupancy_out")),
        ("brick_count", part, ("brick_seen", "window_count")),
        ("brick_label", part, ("brick_label", "window_label")), ("padded_label", part, ("padded_label",)),
        ("clearance_out", plane, ("clearance", "free_cells_above")), ("top_cell", plane, ("top_cell", "surface_k")),
        ("light", shape, ("light", "sky_light")), ("fill_level", plane, ("fill_level", "sand_level")),
        ("run_count", plane, ("run_count", "num_runs")), ("cell_count", plane, ("num_occupied", "column_cells")),
        ("component_out", shape, ("component_out", "component_id_out")),
        ("alive_out", shape, ("alive_out", "cells_out")),
        ("frontier", shape, ("frontier", "is_frontier")), ("last_frame", shape, ("last_seen", "last_frame")),
        ("face_mask", shape, ("face_mask", "visible_faces")), ("face_start", shape, ("face_start", "first_face")),
        ("known_out", shape, ("is_valid_out", "known_out")),
    ):  # fmt: skip
        p.output(key, INT, size, names)
    for key, kind, bounds, names in (
        ("values_io", FLOAT, (-1, 2), ("values", "field", "density")), ("seen_io", INT, (0, 6), ("num_seen", "weight")),
        ("label_io", INT, (0, 4), ("cell_type", "cell_label")), ("dist", INT, (0, 2 * n), ("distance", "dist")),
        ("log_odds", FLOAT, (-2, 2), ("log_odds", "occupancy")), ("age", INT, (0, 5), ("age", "cell_age")),
        ("pressure", FLOAT, (-1, 2), ("pressure", "p")),
    ):  # fmt: skip
        p.output(key, kind, shape, names, bounds)
    for key, names in (
        ("num_missing", ("num_missing", "num_dropped")), ("num_outside", ("num_outside", "num_clipped")),
        ("num_changed", ("num_changed", "changed")),
        ("num_columns", ("num_columns", "column_total")), ("num_frontier", ("num_frontier", "frontier_count")),
        ("num_faces", ("num_faces", "face_count")),
    ):  # fmt: skip
        p.output(key, INT, (1,), names, (0, 2))
    p.output("largest", FLOAT, (1,), ("max_divergence", "residual"), (0, 0.5))
    p.output("frontier_cells", TRIPLE, (8,), ("frontier_cells", "frontier_list"), (-1, 0))
    p.output("column_ij", INT, (2 * n,), ("active_columns", "column_ids"), (-1, 0))
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
