"""Particles that find their neighbours in a hash grid: densities, forces, counts, the nearest one."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import Program
from synthesis.frontends.warp.recipes.applications.shapes import grid_argument

_BODIES = read_bodies("warp", "neighbor_queries", margin=8)
_ARGUMENTS = read_arguments("warp", "neighbor_queries")

_SPREAD = 0.9

_IDLE = """{?0.25 if (flags[tid] & PARTICLE_ACTIVE) == 0:
            return}"""
_OTHERS = """{?0.25 {if (flags[other] & PARTICLE_ACTIVE) == 0:
                continue ~ {# bodies of one group are skipped
            ~}
            if group[other] == group[tid]:
                continue}}"""
"""Lines that skip particles, and lines that skip some of the neighbours that a query finds."""

_USES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "sph_density": (
        (
            "compute_density sph_density sum_density",
            "Computes the density at each particle",
            _BODIES["sph_density.compute_density"],
        ),
        (
            "smooth_velocities xsph_viscosity average_velocities",
            "Smooths particle velocities over neighbors",
            _BODIES["sph_density.smooth_velocities"],
        ),
        (
            "compute_lambda solve_density_constraint density_multipliers",
            "Computes the multiplier of each particle's density constraint",
            _BODIES["sph_density.compute_lambda"],
        ),
    ),
    "sph_force": (
        (
            "eval_particle_contacts particle_contact_forces solve_particle_contacts",
            "Computes contact forces between particles",
            """
        IDLE
        pos = x[tid]
        force = wp.vec3(0.0, 0.0, 0.0)
        AROUND size[tid] + MAX_RADIUS
            if other == tid:
                continue
            d = pos - x[other]
            r = wp.length(d)
            gap = r - size[tid] - size[other]
            {if gap >= 0.0 or r < TINY:
                continue
            n = d / r
            {v_rel = v[tid] - v[other]
            vn = wp.dot(v_rel, n)
            fn = -ke * gap - kd * {wp.min(vn, 0.0) ~ vn}
            {vt = v_rel - vn * n
            {# bounded by the friction limit
            ~}
            ft = wp.min(kf * wp.length(vt), mu * wp.abs(fn))
            force += fn * n - ft * wp.normalize(vt) ~ force += fn * n} ~
            force -= (ke * gap + kd * wp.dot(v[tid] - v[other], n)) * n} ~
            {# attraction within a thin layer
            ~}
            if r > TINY and gap < cohesion_range:
                n = d / r
                if gap < 0.0:
                    force -= ke * gap * n
                else:
                    force -= cohesion * gap * (1.0 - gap / cohesion_range) * n}
        f[tid] += force
            """,
        ),
        (
            "sph_forces compute_sph_acceleration eval_fluid_forces",
            "Computes pressure and viscosity forces on fluid particles",
            _BODIES["sph_force.sph_forces"],
        ),
        (
            "separation_forces flocking_forces repel_neighbors",
            "Computes flocking forces on each agent",
            _BODIES["sph_force.separation_forces"],
        ),
    ),
    "grid_count": (
        (
            "count_neighbors count_close_particles neighbor_counts",
            "Counts the neighbors of each particle",
            _BODIES["grid_count.count_neighbors"],
        ),
        (
            "mark_surface_particles find_surface classify_particles",
            "Marks the surface particles of a fluid",
            _BODIES["grid_count.mark_surface_particles"],
        ),
        (
            "count_contact_pairs count_touching_pairs count_collisions",
            "Counts the pairs of touching particles",
            """
        IDLE
        pos = x[tid]
        AROUND size[tid] + MAX_RADIUS
            {# each pair once
            ~}
            if other <= tid:
                continue
            OTHERS
            {reach = size[tid] + size[other]
            if wp.length_sq(pos - x[other]) < reach * reach:
                wp.atomic_add(total, 0, 1)
                {wp.atomic_add(degree, tid, 1)
                wp.atomic_add(degree, other, 1) ~} ~
            gap = wp.length(pos - x[other]) - size[tid] - size[other]
            if gap < 0.0:
                wp.atomic_add(total, 0, 1)
                wp.atomic_max(deepest, 0, -gap)}
            """,
        ),
    ),
    "grid_nearest": (
        (
            "nearest_neighbor find_nearest closest_particle",
            "Finds the nearest neighbor of each particle",
            _BODIES["grid_nearest.nearest_neighbor"],
        ),
        (
            "min_distance clearance compute_clearance",
            "Computes the clearance around each particle",
            _BODIES["grid_nearest.min_distance"],
        ),
    ),
}
"""Kernels that use the neighbours of a particle, by target. Each has possible names, a summary and lines.

``AROUND`` stands for the head of the loop over the neighbours.
"""


def _draw_grid(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that combines the points within a radius.

    A hash grid returns them, and some that are farther away.
    """
    titles, summary, text = stream.child("purpose").choice(_USES[target])
    p = Program(stream, ("tid", "i", "particle", "pid"), launch=(stream.child("points").choice((32, 48, 64)),))
    count = p.threads
    surface, pair = ("num_surface", "surface_count"), ("pair_count", "num_pairs")
    sizes = {"count": count, "spread": _SPREAD}
    called = {
        "h": ("smoothing_length", "h", "support_radius")
        if target.startswith("sph")
        else ("query_radius", "search_radius"),
        "distance": ("clearance", "min_dist") if "clearance" in titles else ("nearest_dist", "distance"),
        "number": ("particle_class", "labels") if "classify" in titles else ("neighbor_count", "num_neighbors"),
        "total": surface if "surface" in titles else ("num_crowded",) if "clear" in titles else pair,
    }
    for part in ("particles", "outputs"):
        declare(p, _ARGUMENTS[part], sizes, called)
    p.handle("grid", ("grid", "hash_grid", "particle_grid"),
             lambda name: grid_argument(name, count, p.named("x")))  # fmt: skip
    p.constants({"PARTICLE_ACTIVE": 1, "MAX_RADIUS": 0.5, "INTERIOR": 0, "SURFACE": 1, "ISOLATED": 2})
    text = text.replace("IDLE", _IDLE).replace("OTHERS", _OTHERS)
    form = p.pick("for", "for", "named", "while")

    def around(found: re.Match[str]) -> str:
        pad, brace, ask = found[1], found[2], f"wp.hash_grid_query(grid, pos, {found[3]})"
        if form == "for":
            return f"{pad}{brace}for other in {ask}:\n"
        if form == "named":
            return f"{pad}{brace}nearby = {ask}\n{pad}for other in nearby:\n"
        return f"{pad}{brace}nearby = {ask}\n{pad}other = int(0)\n{pad}while wp.hash_grid_query_next(nearby, other):\n"

    text = re.sub(r"( *)(\{?)AROUND (.*)\n", around, text)
    if p.choices.chance(0.3):  # threads in the order of cells; no thread may be skipped because of its number
        p.add("own = wp.hash_grid_point_id(grid, tid)")
        text = re.sub(r"\btid\b", "own", text)
    elif "flags[tid]" not in text:
        p.guard_count("particle")
    p.write(text)
    return p.done("queries", "grid_neighbors", target, summary, tuple(titles.split()))


RECIPES = (
    Recipe(
        name="grid_neighbors",
        category="queries",
        targets=("sph_density", "sph_force", "grid_count", "grid_nearest"),
        draw=_draw_grid,
    ),
)
