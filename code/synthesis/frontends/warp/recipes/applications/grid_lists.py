"""Lists that are made by means of a grid: the neighbours of particles, and the parts of a surface in its cells."""

from collections.abc import Callable

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import with_marked
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, TRIPLE, VEC, Program

_BODIES = read_bodies("warp", "grid_lists", margin=4)

_BYTE = Type("uint8")
_NEIGHBORS = """
    FLAGGED if particle_flags[tid] & ACTIVE == 0:
    FLAGGED     neighbor_count[tid] = 0
    FLAGGED     NEAR nearest_out[tid] = -1
    FLAGGED     FILLED for k in range(MOST):
    FLAGGED     FILLED     neighbors[tid, k] = -1
    FLAGGED     return
    x = particle_q[tid]
    {cell = wp.vec3i(
        int(wp.floor((x[0] - lower[0]) * inv_cell)),
        int(wp.floor((x[1] - lower[1]) * inv_cell)),
        int(wp.floor((x[2] - lower[2]) * inv_cell)),
    ) ~
    cell = wp.vec3i(0, 0, 0)
    {for axis in range(3):
        cell[axis] = int(wp.floor((x[axis] - lower[axis]) * inv_cell)) ~
    cell[0] = int(wp.floor((x[0] - lower[0]) * inv_cell))
    cell[1] = int(wp.floor((x[1] - lower[1]) * inv_cell))
    cell[2] = int(wp.floor((x[2] - lower[2]) * inv_cell))} ~ cell = particle_cell[tid]}
    num = int(0)
    NEAR nearest = int(-1)
    NEAR best = float(cutoff * cutoff)
    for dx in range(-1, 2):
        for dy in range(-1, 2):
            for dz in range(-1, 2):
                cx = cell[0] + dx
                cy = cell[1] + dy
                cz = cell[2] + dz
                # nothing beyond the grid
                if cx < 0 or cy < 0 or cz < 0 or cx >= nx or cy >= ny or cz >= nz:
                    continue
                {start = offsets[cx, cy, cz]
                for k in range(start, start + cell_count[cx, cy, cz]): ~
                for k in range(offsets[cx, cy, cz], offsets[cx, cy, cz] + cell_count[cx, cy, cz]):}
                    other = cell_particles[k]
                    PAIRED # each pair once
                    PAIRED if other <= tid:
                    PAIRED     continue
                    WHOLE if other == tid:
                    WHOLE     continue
                    FLAGGED if particle_flags[other] & ACTIVE == 0:
                    FLAGGED     continue
                    GROUPED # what belongs together does not touch
                    GROUPED if particle_group[other] == particle_group[tid]:
                    GROUPED     continue
                    d = particle_q[other] - x
                    {dist_sq = wp.dot(d, d) ~ dist_sq = wp.length_sq(d)}
                    if dist_sq >= cutoff * cutoff:
                        continue
                    NEAR if dist_sq < best:
                    NEAR     best = dist_sq
                    NEAR     nearest = other
                    {# counted even without room
                    ~}
                    if num < MOST:
                        neighbors[tid, num] = other
                    num += 1
    {neighbor_count[tid] = wp.min(num, MOST)
    if num > MOST:
        wp.atomic_add(num_overflowed, 0, 1) ~ neighbor_count[tid] = wp.min(num, MOST)
    {?0.5 wp.atomic_max(max_count, 0, num)}}
    NEAR nearest_out[tid] = nearest
    FILLED # what is left of the row
    FILLED for k in range(wp.min(num, MOST), MOST):
    FILLED     neighbors[tid, k] = -1
"""
_EDGE = """
        # four edges along each axis
        axis = e // 4
        lo = wp.vec3i(0, 0, 0)
        lo[(axis + 1) % 3] = {e & 1 ~ e % 2}
        lo[(axis + 2) % 3] = {(e >> 1) & 1 ~ e % 4 // 2}
        {hi = wp.vec3i(lo[0], lo[1], lo[2])
        hi[axis] = 1 ~
        step = wp.vec3i(0, 0, 0)
        step[axis] = 1
        hi = lo + step}
        {va = field[i + lo[0], j + lo[1], k + lo[2]]
        vb = field[i + hi[0], j + hi[1], k + hi[2]] ~
        vb = field[i + hi[0], j + hi[1], k + hi[2]]
        va = field[i + lo[0], j + lo[1], k + lo[2]]}
        {# both ends on the same side
        if (va < iso) == (vb < iso):
            continue ~
        if va < iso and vb < iso:
            continue
        if va >= iso and vb >= iso:
            continue}
        t = (iso - va) / (vb - va)
        p_a = wp.vec3(float(i + lo[0]), float(j + lo[1]), float(k + lo[2]))
        p_b = wp.vec3(float(i + hi[0]), float(j + hi[1]), float(k + hi[2]))
        {crossing = p_a + (p_b - p_a) * t ~ crossing = wp.lerp(p_a, p_b, t) ~ crossing = (1.0 - t) * p_a + t * p_b}"""
"""Lines that compute where the surface crosses an edge of a cell, in units of cells, and skip other edges."""
_CORNERS = """
    {?0.3 {if not cell_active[i, j, k]:
        EMPTY
        return ~ if cell_mode[i, j, k] == wp.uint8(0):
        EMPTY
        return}}
    num_inside = int(0)
    NORMAL slope = wp.vec3(0.0, 0.0, 0.0)
    for c in range(8):
        PLAIN if field[i + (c & 1), j + ((c >> 1) & 1), k + ((c >> 2) & 1)] < iso:
        NORMAL value = field[i + (c & 1), j + ((c >> 1) & 1), k + ((c >> 2) & 1)]
        NORMAL if value < iso:
            num_inside += 1
        NORMAL # each corner draws towards its own side
        NORMAL side = wp.vec3(float(c & 1), float((c >> 1) & 1), float((c >> 2) & 1)) - wp.vec3(0.5, 0.5, 0.5)
        NORMAL slope += value * side
    # the surface does not go through
    if num_inside == 0 or num_inside == 8:
        EMPTY
        return
"""
"""Lines that skip cells without a part of the surface, and in some kernels compute the field's slope at the centre."""
_MEAN = """
    crossing_sum = wp.vec3(0.0, 0.0, 0.0)
    num = int(0)
    for e in range(12):
EDGE
        crossing_sum += crossing
        num += 1
    # in the middle of where the surface crosses the edges
    vertex = crossing_sum / float(num)
"""
_PLANES = """
    A = wp.mat33()
    b = wp.vec3(0.0, 0.0, 0.0)
    crossing_sum = wp.vec3(0.0, 0.0, 0.0)
    num = int(0)
    for e in range(12):
EDGE
        n_a = gradient[i + lo[0], j + lo[1], k + lo[2]]
        n_b = gradient[i + hi[0], j + hi[1], k + hi[2]]
        n = safe_normalize(wp.lerp(n_a, n_b, t))
        A += wp.outer(n, n)
        b += n * wp.dot(n, crossing)
        crossing_sum += crossing
        num += 1
    mass_point = crossing_sum / float(num)
    # nearest to all tangent planes, and to the mean where these leave it open
    system = A + pull * wp.identity(n=3, dtype=float)
    vertex = mass_point + wp.inverse(system) * (b - A * mass_point)
"""
_LISTED = """
    slot = wp.atomic_add(num_vertices, 0, 1)
    {# no room for it
    if slot >= {max_vertices ~ vertices.shape[0]}:
        cell_vertex[i, j, k] = -1
        return
    cell_vertex[i, j, k] = slot
    vertices[slot] = grid_lower + cell_size * vertex
    NORMAL normals[slot] = safe_normalize(slope)
    {?0.5 vertex_cells[slot] = wp.vec3i(i, j, k)} ~
    if slot < {max_vertices ~ vertices.shape[0]}:
        cell_vertex[i, j, k] = slot
        vertices[slot] = grid_lower + cell_size * vertex
        NORMAL normals[slot] = safe_normalize(slope)
        {?0.5 vertex_cells[slot] = wp.vec3i(i, j, k)}
    else:
        # no room for it
        cell_vertex[i, j, k] = -1}
"""
_FLAGGED = """
    cell_point[i, j, k] = grid_lower + cell_size * vertex
    NORMAL cell_normal[i, j, k] = safe_normalize(slope)
    # a scan of the flags numbers the vertices
    has_vertex[i, j, k] = 1
"""
"""Lines that store the vertex of a cell: in a list, or in an array with an element for each cell."""
_CASES = _BODIES["cases"]


def _draw_neighbors(stream: Stream) -> KernelSpec:
    """Draw a kernel that lists or counts the particles near each particle."""
    p = Program(stream, ("tid", "particle_id", "particle"), launch=(stream.child("threads").choice((16, 20, 24)),))
    count, n, most = p.threads, p.choices.choice((4, 5, 6)), p.choices.choice((4, 6, 8))
    p.array("particle_q", VEC, (-1, 1), (count,), ("particle_q", "positions"))
    p.array("particle_flags", INT, (0, 3), (count,), ("particle_flags",))
    p.array("particle_group", INT, (0, 3), (count,), ("particle_group", "phase"))
    p.array("particle_cell", TRIPLE, (-1, n), (count,), ("particle_cell", "cell_of"), element="wp.vec3i")
    # the offsets of cells differ between worlds
    p.array("offsets", INT, (0, count - 3), (n, n, n), ("cell_start",))
    p.array("cell_count", INT, (0, 3), (n, n, n), ("cell_count",))
    p.array("cell_particles", INT, (0, count - 1), (count,), ("cell_particles", "sorted_ids"))
    p.scalar("lower", VEC, (-1.1, -0.9), ("grid_lower", "grid_origin"))
    p.scalar("inv_cell", FLOAT, (n / 2.1, n / 1.9), ("inv_cell_size", "inv_cell"))
    p.scalar("cutoff", FLOAT, (0.6, 1.2), ("cutoff", "search_radius", "radius"))
    p.sizes(nx=n, ny=n, nz=n)
    p.sizes(max_neighbors=most)
    p.constants({"ACTIVE": 1})
    p.output("neighbors", INT, (count, most), ("neighbors", "neighbor_list"), (-1, 0))
    p.output("neighbor_count", INT, (count,), ("neighbor_count", "num_neighbors"))
    p.output("nearest_out", INT, (count,), ("nearest", "nearest_id"))
    for key, names in (
        ("num_overflowed", ("num_overflowed", "num_truncated")),
        ("max_count", ("max_neighbor_count",)),
    ):  # fmt: skip
        p.output(key, INT, (1,), names, (0, 2))
    whole = p.choices.chance(0.6)
    kept = {
        "FLAGGED ": p.maybe(0.4), "FILLED ": p.maybe(0.5), "PAIRED ": not whole, "WHOLE ": whole,
        "GROUPED ": whole and p.maybe(0.2),
        # if each pair is only listed for one particle, the nearest one may be missing
        "NEAR ": whole and p.choices.chance(0.4),
    }  # fmt: skip
    text = _NEIGHBORS.replace("MOST", p.pick("max_neighbors", "neighbors.shape[1]"))
    for mark, there in kept.items():
        text = with_marked(text, mark, kept=there)
    p.write(text)
    titles = ("build_neighbor_lists", "find_neighbors", "update_neighbor_list", "build_verlet_lists")
    summary = "Builds neighbor lists of particles"
    return p.done("state", "grid_lists", "neighbor_lists", summary, titles, ("One thread per particle.",))


_SURFACES = (
    ("mean", "extract_surface_vertices surface_net_vertices place_surface_vertices",
     "Places a surface net vertex in each cell crossed by an isosurface"),
    ("planes", "dual_contour_cells dual_contouring_vertices solve_cell_vertices",
     "Places a dual contouring vertex in each cell crossed by an isosurface"),
    ("cases", "classify_cells find_surface_cells mark_surface_cells",
     "Classifies grid cells by their corners inside an isosurface"),
)  # fmt: skip
"""Ways to process a cell, each with possible names of the kernel and its summary."""


def _surface_text(p: Program, form: str) -> str:
    """Return the lines of a kernel that finds the surface in a cell."""
    if form == "cases":
        return _CASES
    listed, normal = p.choices.chance(0.6), form == "mean" and p.choices.chance(0.5)
    text = _CORNERS + (_MEAN if form == "mean" else _PLANES) + (_LISTED if listed else _FLAGGED)
    text = text.replace("EDGE", _EDGE.strip("\\n"))
    text = text.replace("EMPTY", "cell_vertex[i, j, k] = -1" if listed else "has_vertex[i, j, k] = 0")
    return with_marked(with_marked(text, "NORMAL ", kept=normal), "PLAIN ", kept=not normal)


def _draw_surface(stream: Stream) -> KernelSpec:
    """Draw a kernel that extracts the part of a surface in each cell."""
    n = stream.child("size").choice((4, 5, 6))
    p = Program(stream, ("i", "x", "ix"), ("j", "y", "iy"), ("k", "z", "iz"), launch=(n, n, n))
    form, titles, summary = p.choices.choice((*_SURFACES, _SURFACES[0]))
    most, corners = 2 * n * n, (n + 1, n + 1, n + 1)
    p.array("field", FLOAT, (-1, 1), corners, ("field", "sdf", "phi", "density"))
    p.array("gradient", VEC, (-1, 1), corners, ("gradient", "field_gradient"))
    p.array("cell_active", INT, (0, 1), (n, n, n), ("cell_active", "cell_enabled"))
    p.array("cell_mode", _BYTE, (0, 2), (n, n, n), ("cell_mode", "cell_state"))
    p.array("case_triangles", INT, (0, 5), (256,), ("case_num_triangles", "triangle_count_table"))
    p.scalar("grid_lower", VEC, (-1, 1), ("grid_origin", "grid_lower"))
    p.scalar("iso", FLOAT, (-0.3, 0.3), ("iso", "iso_value", "threshold"))
    p.scalar("cell_size", FLOAT, (0.1, 0.5), ("cell_size", "voxel_size"))
    p.scalar("max_vertices", INT, (n * n, most),
             ("max_cells",) if form == "cases" else ("max_vertices", "vertex_capacity"))  # fmt: skip
    p.number("pull", (0.05, 0.3), ("regularization", "mass_point_weight"), ("0.1", "0.05"))
    p.output("cell_vertex", INT, (n, n, n), ("cell_vertex", "vertex_index"))
    p.output("has_vertex", INT, (n, n, n), ("has_vertex", "vertex_flag"))
    p.output("cell_mask", _BYTE, (n, n, n), ("cell_case", "corner_mask"))
    p.output("triangle_count", INT, (n, n, n), ("num_triangles", "triangle_count"))
    p.output("cell_point", VEC, (n, n, n), ("cell_point", "dual_vertex"))
    p.output("cell_normal", VEC, (n, n, n), ("cell_normal",))
    p.output("vertices", VEC, (most,), ("vertices", "vertex_pos"))
    p.output("normals", VEC, (most,), ("normals", "vertex_normal"))
    p.output("vertex_cells", TRIPLE, (most,), ("vertex_cells", "vertex_cell"), element="wp.vec3i")
    p.output("surface_cells", TRIPLE, (most,), ("surface_cells", "active_cells"), element="wp.vec3i")
    for key, names in (
        ("num_vertices", ("num_vertices", "vertex_count")), ("num_cells", ("num_surface_cells", "num_active_cells")),
        ("num_triangles", ("num_triangles", "triangle_total")),
    ):  # fmt: skip
        p.output(key, INT, (1,), names, (0, 1))
    p.write(_surface_text(p, form))
    return p.done("state", "grid_lists", "surface_cells", summary, tuple(titles.split()), ("One thread per cell.",))


GRID_LISTS: dict[str, Callable[[Stream], KernelSpec]] = {
    "neighbor_lists": _draw_neighbors,
    "surface_cells": _draw_surface,
}
"""The functions that draw a kernel that makes a list, by target."""


def draw_grid_list(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that makes a list by means of a grid."""
    return GRID_LISTS[target](stream)
