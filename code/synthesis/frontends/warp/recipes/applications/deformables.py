"""Cloth and soft bodies: the forces of springs, triangles, hinges and tetrahedra on their particles."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, VEC, Program

_BODIES = read_bodies("warp", "deformables", margin=8)

_POINTS = (24, 32, 40)


def _particles(p: Program) -> int:
    """Declare particles and their outputs, and return their number."""
    count = p.choices.choice(_POINTS)
    p.array("x", VEC, (-1, 1), (count,), ("x", "particle_q", "pos", "positions"))
    p.array("v", VEC, (-1, 1), (count,), ("v", "particle_qd", "vel", "velocities"))
    p.array("inv_mass", FLOAT, (-0.5, 2), (count,), ("inv_mass", "particle_inv_mass", "w"))
    p.array("flags", INT, (0, 3), (count,), ("particle_flags", "flags"))
    p.output("f", VEC, (count,), ("f", "particle_f", "forces"), (-1, 1))
    p.output("dx", VEC, (count,), ("delta", "particle_delta", "corrections"), (-0.1, 0.1))
    p.output("degree", INT, (count,), ("valence", "num_constraints", "constraint_count"), (0, 2))
    p.number("ke", (1, 20), ("ke", "stiffness", "k_elastic"), ("10.0", "100.0", "5.0"))
    p.number("kd", (0.05, 0.5), ("kd", "damping"), ("0.1", "0.5", "0.01"))
    p.number("dt", (0.01, 0.1), ("dt", "sim_dt", "h"), ("0.01", "0.02"))
    p.number("relax", (0.3, 1), ("relaxation", "omega", "sor"), ("0.5", "0.8"))
    p.number("limit", (0.3, 1), ("max_strain", "strain_limit", "tear_threshold"), ("0.5", "0.8"))
    p.number("max_dx", (0.05, 0.3), ("max_correction", "max_delta"), ("0.1",))
    p.number("max_force", (2, 10), ("max_force", "force_limit"), ("10.0", "5.0"))
    p.constants({"ACTIVE": 1, "PINNED": 2})
    return count


def _elements(p: Program, kind: str, corners: int, names: tuple[str, ...], *, forces: bool = False) -> int:
    """Declare particles, and elements that each join ``corners`` of them; return the number of particles."""
    points, count = _particles(p), p.threads
    flat = p.choices.chance(0.4)
    shape = (count * corners,) if flat else (count, corners)
    # a kernel has at most one way to skip elements
    guard = p.choices.weighted((("none", 0.35), ("slots", 0.35), ("active", 0.1), ("fixed", 0.2 if forces else 0.0)))
    p.corners("joined", INT, corners, points, shape, names, missing=1 if guard == "slots" else 0)
    p.array(
        "rest",
        FLOAT,
        (0.2, 1),
        (count,),
        ("rest_areas", "tri_rest_area", "area0") if kind == "tri" else (f"{kind}_rest", "rest_lengths", "rest"),
    )
    p.array("material", INT, (0, 3), (count,), (f"{kind}_material", "material_ids", "material"))
    p.array("table", FLOAT, (1, 20), (4,), ("material_ke", "ke_table"))
    p.array("table_kd", FLOAT, (0.05, 0.5), (4,), ("material_kd", "kd_table"))
    p.array("own_ke", FLOAT, (1, 20), (count,), (f"{kind}_ke", f"{kind}_stiffness", "stiffness"))
    p.array("own_kd", FLOAT, (0.05, 0.5), (count,), (f"{kind}_kd", f"{kind}_damping", "damping"))
    p.array("active", INT, (0, 1), (count,), (f"{kind}_active", "enabled", "active"))
    p.output("lam", FLOAT, (count,), ("lambdas", "multipliers", f"{kind}_lambda"), (-0.1, 0.1))
    p.output("strain", FLOAT, (count,), (f"{kind}_strain", "strain_out", "stretch"))
    p.output("broken", INT, (count,), ("broken", f"{kind}_broken") if forces else (f"{kind}_state", "state"))
    p.output("torn", INT, (count,), ("torn", f"{kind}_torn", "damage"), (0, 1))
    place = "joined[tid * %d + %d]" if flat else "joined[tid, %d]"
    letters = "ijkl"[:corners]
    for corner, letter in enumerate(letters):
        index = place % ((corners, corner) if flat else corner)
        p.lookups(**{
            letter: f"{letter} = {index}", f"x{letter}": f"x{letter} = x[{letter}]",
            f"v{letter}": f"v{letter} = v[{letter}]", f"w{letter}": f"w{letter} = wp.max(inv_mass[{letter}], 0.0)",
        })  # fmt: skip
    stiffness, damping = p.choices.choice((
        ("own_ke[tid]", "own_kd[tid]"), ("ke", "kd"), ("table[material[tid]]", "table_kd[material[tid]]"),
    ))  # fmt: skip
    p.lookups(
        k_e=f"k_e = {stiffness}",
        k_d=f"k_d = {damping}",
        l0="l0 = rest[tid]",
        rest_area="rest_area = rest[tid]",
    )
    if guard == "slots":
        missing = p.pick("== -1", "< 0")
        p.write("# unused slots\nif " + " or ".join(f"{each} {missing}" for each in letters) + ":\n    return")
        return points
    if guard == "active":
        p.write("if {active[tid] == 0 ~ active[tid] != 1}:\n    return")
    elif guard == "fixed":
        fixed = " and ".join(f"inv_mass[{each}] <= 0.0" for each in letters)
        p.write(f"# nothing here can move\nif {fixed}:\n    return")
    else:
        p.guard_count(kind)
    return points


_ADD_SPRING_FORCE = _BODIES["pushed"]
"""Statements that add a spring's force to the particles at its two ends."""
_SPRING_FORCES = (
    (
        _BODIES["spring_forces.eval_springs"],
        "eval_springs spring_forces eval_spring_forces compute_spring_forces",
        "Computes spring forces on the particles at both ends",
    ),
    (
        _BODIES["spring_forces.eval_breakable_springs"],
        "eval_breakable_springs eval_tearing_springs breakable_spring_forces",
        "Computes forces of springs that tear when overstretched",
    ),
    (
        _BODIES["spring_forces.eval_cables"],
        "eval_cables cable_forces eval_cable_tension",
        "Computes tension forces of cables",
    ),
)
_SPRING_STRAINS = (
    (
        _BODIES["spring_strains.compute_spring_strain"],
        "compute_spring_strain measure_strain measure_spring_strain",
        "Computes the strain of each spring",
    ),
    (
        _BODIES["spring_strains.tear_springs"],
        "tear_springs update_torn_springs mark_torn_springs",
        "Marks overstretched springs as torn",
    ),
    (
        _BODIES["spring_strains.classify_springs"],
        "classify_springs update_spring_state check_spring_stretch",
        "Classifies springs as overstretched, compressed or slack",
    ),
    (
        _BODIES["spring_strains.apply_spring_plasticity"],
        "apply_spring_plasticity yield_springs update_plastic_rest_length",
        "Applies plastic yielding to overstretched springs",
    ),
)
_PROJECTIONS = (
    (
        _BODIES["projections"],
        "solve_springs solve_distance_constraints project_edges solve_stretch",
        "Computes position corrections for distance constraints of springs",
    ),
)


def _draw_spring(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that computes forces of springs, or the corrections of a position-based solver."""
    p = Program(stream, ("tid", "spring_id", "edge", "s"))
    points = _elements(p, "spring", 2, ("spring_indices", "edges", "springs"), forces=target == "spring_forces")
    p.lookups(xij="xij = xi - xj", length="length = wp.length(xij)")
    p.lookups(n="n = {xij / wp.max(length, TINY) ~ wp.normalize(xij) ~ xij / (length + TINY)}")
    p.number("hardening", (0.2, 1), ("hardening", "stiffening"), ("0.5",))
    p.output("broken", INT, (p.threads,), ("broken", "spring_broken"), (0, 1))
    p.output("spring_state", INT, (p.threads,), ("spring_state",))
    p.output("tension", FLOAT, (p.threads,), ("tension", "cable_tension"))
    p.output("energy", FLOAT, (1,), ("energy", "elastic_energy"), (0, 1))
    p.output("creep", FLOAT, (p.threads,), ("plastic_strain", "creep"), (0, 0.5))
    p.output("rest_io", FLOAT, (p.threads,), ("rest_length_out", "spring_rest_out"), (0.2, 1))
    p.output("broken_of", INT, (points,), ("num_torn_springs", "torn_degree"), (0, 2))
    p.constants({"SPRING_OVERSTRETCHED": 1, "SPRING_COMPRESSED": 2, "SPRING_SLACK": 3})
    p.output("rate_out", FLOAT, (p.threads,), ("strain_rate", "stretch_rate"))
    p.output("most_strain", FLOAT, (1,), ("max_abs_strain", "worst_strain"), (0, 0.2))
    p.output("num_torn", INT, (1,), ("num_torn", "num_overstretched"), (0, 1))
    text, titles, summary = p.choices.choice({"spring_forces": _SPRING_FORCES, "spring_projection": _PROJECTIONS,
                                              "spring_strain": _SPRING_STRAINS}[target])  # fmt: skip
    p.write(text.replace("PUSHED", _ADD_SPRING_FORCE))
    return p.done("deformable", "springs", target, summary, tuple(titles.split()), (
        "One thread per spring.",
        *(() if target == "spring_strain" else (
            "Computes the effect of each spring on its two particles.",
            "Evaluate all springs; the results are summed up by atomics.",
        )),
    ))  # fmt: skip


_TRIANGLE = {
    "membrane_forces": _BODIES["membrane_forces"],
    "vertex_normals": _BODIES["vertex_normals"],
    "triangle_state": _BODIES["triangle_state"],
}


_MEMBRANES = (
    (("eval_triangle_area_forces", "area_preserving_forces"), _BODIES["membranes.membranes"]),
    (("eval_triangle_drag", "apply_wind", "cloth_wind_forces"), _BODIES["membranes.membranes_2"]),
    (("apply_pressure", "eval_pressure_forces", "inflate_triangles"), _BODIES["membranes.membranes_3"]),
    (("eval_triangle_springs", "triangle_edge_forces"), _BODIES["membranes.membranes_4"]),
    (("eval_triangles", "triangle_forces", "eval_membrane", "compute_cloth_forces"), _BODIES["membranes.membranes_5"]),
)  # fmt: skip
"""Ways to compute the forces of a triangle on its corners: possible names of the kernel, and its statements."""


_FACE = (
    "|",
    "            tri_normal[tid] = wp.vec3(0.0, 0.0, 0.0)\n|        tri_normal[tid] = wp.normalize(c)\n",
)
"""Ways to store a triangle's normal: not at all, or by two statements separated by ``|``.

The first is for a triangle with almost no area, the second for any other.
"""


def _draw_triangle(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that computes forces, normals or strains of a cloth's triangles."""
    p = Program(stream, ("tid", "tri", "face", "t"))
    forces = target == "membrane_forces"
    points = _elements(p, "tri", 3, ("tri_indices", "triangles", "faces"), forces=forces)
    p.array("broken_in", INT, (0, 1), (p.threads,), ("tri_flags", "is_torn"))
    p.scalar("wind", VEC, (-1, 1), ("wind", "wind_velocity", "air_velocity"))
    p.number("pressure", (0.5, 2), ("pressure", "inflation_pressure"), ("1.0", "0.5"))
    p.output(
        "num_bad",
        INT,
        (1,),
        ("num_torn", "torn_count") if target == "triangle_state" else ("num_degenerate", "bad_count"),
        (0, 1),
    )
    p.output("aspect", FLOAT, (p.threads,), ("aspect", "quality", "aspect_ratio"))
    p.number("drag_coef", (0.2, 1), ("drag", "air_drag"), ("0.5",))
    p.number("lift_coef", (0.2, 1), ("lift", "air_lift"), ("0.5",))
    p.number("edge_ke", (1, 20), ("edge_ke", "stretch_stiffness"), ("10.0",))
    p.number("edge_kd", (0.1, 1), ("edge_kd", "stretch_damping"), ("0.1",))
    p.array("edge_rest", FLOAT, (0.3, 1), (p.threads, 3), ("tri_edge_rest", "edge_rest_length"))
    p.array("chamber", INT, (0, 3), (p.threads,), ("tri_chamber", "tri_cavity"))
    p.array("chamber_pressure", FLOAT, (0.5, 2), (4,), ("chamber_pressure", "cavity_pressure"))
    p.array("has_leak", INT, (0, 1), (4,), ("chamber_leaks", "is_leaking"))
    p.function(
        """
        def edge_force(d: wp.vec3, v: wp.vec3, rest: float, ke: float, kd: float) -> wp.vec3:
            r = wp.length(d)
            if r < 1.0e-6:
                return wp.vec3(0.0, 0.0, 0.0)
            n = d / r
            return n * (ke * (r - rest) + kd * wp.dot(n, v))
        """
    )
    p.output("normals", VEC, (points,), ("vertex_normals", "normals", "normal_sum"), (-1, 1))
    p.output("tri_normal", VEC, (p.threads,), ("tri_normals", "face_normals"))
    p.constants({"TRI_INTACT": 0, "TRI_COMPRESSED": 1, "TRI_OVERSTRETCHED": 2})
    text = _TRIANGLE[target]
    sliver, face = p.pick(*_FACE).split("|")
    text = text.replace("            SLIVER\n", sliver).replace("        FACE\n", face)
    force_titles, membrane = p.choices.choice(_MEMBRANES)
    text = text.replace("        MEMBRANE\n", membrane[1:].rstrip(" ")).replace("l0", "rest_area")
    if "fi = " not in membrane:  # the same force acts on all corners
        text = re.sub(r"\bf[ijk]\)", "push)", text)
    p.write(text)
    titles = {
        "membrane_forces": force_titles,
        "vertex_normals": ("accumulate_vertex_normals", "accumulate_normals", "scatter_face_normals"),
        "triangle_state": ("measure_triangles", "compute_tri_areas", "update_triangle_state"),
    }[target]
    return p.done("deformable", "triangles", target, _TRIANGLE_SUMMARIES[target], titles, (
        "One thread per triangle.", "Compare each triangle with its rest shape." if target == "triangle_state"
        else "Accumulate the contribution of each triangle at its corners.",
    ))  # fmt: skip


_TRIANGLE_SUMMARIES = {
    "membrane_forces": "Computes membrane forces of cloth triangles",
    "vertex_normals": "Accumulates vertex normals of a cloth",
    "triangle_state": "Measures the areas and stretch of cloth triangles",
}
RECIPES = (
    Recipe(
        name="springs",
        category="deformable",
        targets=("spring_forces", "spring_projection", "spring_strain"),
        draw=_draw_spring,
    ),
    Recipe(name="triangles", category="deformable", targets=tuple(_TRIANGLE), draw=_draw_triangle),
)
