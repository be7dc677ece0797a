"""Kernels over the vertices of a soft body, with one thread for each vertex.

They predict the vertices, solve them with their neighbours, or move them.
"""

from textwrap import dedent

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.variants import choose
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, VEC, Program

_BODIES = read_bodies("warp", "vertices", margin=8)

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
    p.array("x", VEC, (-1, 1), (count,), ("x", "particle_q", "pos", "positions"))
    p.array("x_prev", VEC, (-1, 1), (count,), ("x_prev", "particle_q_prev", "pos_prev", "old_pos"))
    p.array("predicted", VEC, (-1, 1), (count,), ("inertia_target", "predicted", "x_tilde", "particle_q_inertia"))
    p.array("v", VEC, (-1, 1), (count,), ("v", "particle_qd", "vel", "velocities"))
    p.array("f_in", VEC, (-3, 3), (count,), ("f", "particle_f", "forces"))
    p.array("correction", VEC, (-0.5, 0.5), (count,), ("delta", "particle_delta", "corrections"))
    p.array("degree_in", INT, (0, 4), (count,), ("constraint_count", "num_constraints", "valence"))
    p.array("inv_mass_of", FLOAT, (-0.2, 2), (count,), ("inv_mass", "particle_inv_mass", "w"))
    p.array("radius", FLOAT, (0.1, 0.4), (count,), ("particle_radius", "radius"))
    p.array("masses", FLOAT, (0.5, 2), (count,), ("mass", "particle_mass", "masses"))
    p.array("flags", INT, (0, 3), (count,), ("particle_flags", "flags"))
    p.array("first", INT, (0, total), (count + 1,), ("adj_offsets", "vertex_start", "row_start"))
    p.array("adjacency", INT, (0, count - 1), (total,), ("adjacency", "adj_vertices", "neighbors"))
    p.array("rest_of", FLOAT, (0.2, 1), (total,), ("rest_lengths", "edge_rest", "l0"))
    p.output("x_out", VEC, (count,), ("x_out", "particle_q_out", "new_pos", "x_new"))
    p.output("v_out", VEC, (count,), ("v_out", "particle_qd_out", "new_vel", "v_new"))
    p.output("x_prev_out", VEC, (count,), ("x_prev_out", "particle_q_prev_out"))
    p.output("a_out", VEC, (count,), ("particle_qdd", "accel_out"))
    p.output("rest_time", FLOAT, (count,), ("rest_time", "sleep_timer"), (0, 1))
    p.array("gravity", VEC, (-10, 10), (1,), ("gravity",))
    p.number("dt", (0.05, 0.2), ("dt", "sim_dt", "h"), ("0.1", "0.05"))
    p.number("ke", (1, 20), ("ke", "stiffness", "k_elastic"), ("10.0", "5.0"))
    p.number("kd", (0.05, 0.5), ("kd", "damping"), ("0.1", "0.5"))
    small = target == "apply_corrections"
    speeds = ("max_velocity", "v_max") if target == "predict" else ("max_step", "max_delta")
    p.number("limit", (0.05, 0.3) if small else (0.3, 1.5), speeds, ("0.2",) if small else ("0.5", "1.0"))
    p.number("v_max", (8, 20), ("max_velocity", "v_max", "speed_limit"), ("10.0", "20.0"))
    p.number("spacing", (0.3, 0.8), ("rest_length", "spacing"), ("0.5",))
    p.number("rest_limit", (3, 15), ("sleep_speed", "sleep_threshold"), ("5.0",))
    p.number("friction", (0.3, 0.9), ("ground_slip", "slip_factor"), ("0.5",))
    p.number("bounce", (0.2, 0.8), ("restitution", "bounce"), ("0.5",))
    p.number("drag", (0.2, 1), ("wind_drag", "air_drag"), ("0.5",))
    p.scalar("wind", VEC, (-2, 2), ("wind", "wind_velocity"))
    p.number("ground", (-0.5, 0), ("ground_height", "floor_z", "ground"), ("0.0", "-0.5"))
    p.number("relax", (0.3, 1), ("relaxation", "omega"), ("0.5", "0.8"))
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
