"""Kernels over the vertices of a soft body, with one thread for each vertex.

They predict the vertices, solve them with their neighbours, or move them.
"""

from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.variants import choose
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import Program

_BODIES = read_bodies("warp", "vertices", margin=8)
_ARGUMENTS = read_arguments("warp", "vertices")

_RESTING = """
    {?0.5 # fixed and sleeping vertices stay
    if {(flags[tid] & ACTIVE) == 0 ~ not has_flag(flags[tid], ACTIVE) ~ \
            inv_mass_of[tid] <= 0.0 {~ or {(flags[tid] & PINNED) != 0 ~ has_flag(flags[tid], PINNED)}}}:
        OUTPUTS
        return}
"""
_UNHELD = """
    {# fixed vertices feel neither gravity nor wind
    ~}
    if inv_mass_of[tid] <= 0.0 {~ or {(flags[tid] & ACTIVE) == 0 ~ not has_flag(flags[tid], ACTIVE)}}:
        OUTPUTS
        return
"""
_VERTEX = {
    "implicit_vertex": _BODIES["implicit_vertex"],
    "predict": _BODIES["predict"],
    "update_velocity": _BODIES["update_velocity"],
    "apply_corrections": _BODIES["apply_corrections"],
}


def _draw_vertex(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that predicts, solves or moves the vertices of a soft body, with one thread for each vertex."""
    p = Program(stream, ("tid", "vertex", "particle", "vertex_id"))
    count = p.threads
    total = 3 * count
    declare(p, _ARGUMENTS["vertices"], {"count": count, "total": total})
    small = target == "apply_corrections"
    speeds = ("max_velocity", "v_max") if target == "predict" else ("max_step", "max_delta")
    p.number("limit", (0.05, 0.3) if small else (0.3, 1.5), speeds, ("0.2",) if small else ("0.5", "1.0"))
    declare(p, _ARGUMENTS["forces"], {})
    p.constants({"ACTIVE": 1, "PINNED": 2})
    p.lookups(x0="x0 = x[tid]")
    p.guard_count("particle")
    # A vertex at rest keeps its position and velocity, in those outputs that the template writes.
    text = choose(dedent(_VERTEX[target]), p.choices.shuffled, p.maybe)
    kept = {"x_out": "x[tid]", "v_out": "v[tid]", "x_prev_out": "x[tid]", "a_out": "wp.vec3(0.0, 0.0, 0.0)"}
    outputs = [f"{name}[tid] = {value}" for name, value in kept.items() if f"{name}[tid] = " in text]
    p.write((_UNHELD if target == "predict" else _RESTING).replace("OUTPUTS", "\n        ".join(outputs)))
    p.write(text)
    titles = {
        "implicit_vertex": ("solve_vertices", "vbd_step", "solve_elasticity", "relax_vertices"),
        "predict": ("predict_positions", "predict_particles")
        if "x_prev_out" in text
        else ("integrate_particles", "step_particles", "forward_step"),
        "update_velocity": ("update_velocity", "compute_velocities", "finalize_velocities"),
        "apply_corrections": ("apply_deltas", "apply_particle_deltas", "apply_corrections"),
    }[target]
    return p.done("deformable", "vertices", target, _SUMMARIES[target], titles, (
        "One thread per vertex.", {
            "implicit_vertex": "Updates the vertices of one colour from the state of the last iteration.",
            "predict": "Advance the particles that are not fixed.",
        }.get(target, ""),
    ))  # fmt: skip


_SUMMARIES = {
    "implicit_vertex": "Performs an implicit step for each vertex of a soft body",
    "predict": "Predicts particle positions from velocities and forces",
    "update_velocity": "Updates particle velocities from position changes",
    "apply_corrections": "Applies position corrections to particles",
}
RECIPES = (Recipe(name="vertices", category="deformable", targets=tuple(_VERTEX), draw=_draw_vertex),)
