"""Meshes: edges and triangles that gather from their vertices or scatter to them, and the faces around a vertex."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, chain, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import INT, TRIPLE, VEC, Program

_BODIES = read_bodies("warp", "meshes", margin=8)
_ARGUMENTS = read_arguments("warp", "meshes")

_ENDS = _BODIES["ends"]
"""Lines that read the two vertices of an edge."""

_EDGES: dict[str, tuple[tuple[str, str, str], ...]] = {
    "edge_flux": (
        (
            "diffusive_flux accumulate_diffusion conduct_heat",
            "Accumulates diffusive fluxes between neighboring cells",
            _BODIES["edge_flux.diffusive_flux"],
        ),
        (
            "upwind_flux advect_cells convective_flux",
            "Accumulates upwind convective fluxes over each face",
            _BODIES["edge_flux.upwind_flux"],
        ),
        (
            "rusanov_flux burgers_flux lax_friedrichs_flux",
            "Accumulates Rusanov fluxes over each face",
            _BODIES["edge_flux.rusanov_flux"],
        ),
        (
            "advection_flux transport_flux advect_scalar",
            "Accumulates advective fluxes of a uniform flow over each face",
            _BODIES["edge_flux.advection_flux"],
        ),
    ),
    "edge_laplacian": (
        (
            "edge_laplacian graph_laplacian accumulate_laplacian",
            "Accumulates the graph Laplacian of a field over edges",
            _BODIES["edge_laplacian.edge_laplacian"],
        ),
        (
            "smooth_vertices gather_neighbors laplacian_smoothing",
            "Sums the neighbors of each vertex over edges",
            _BODIES["edge_laplacian.smooth_vertices"],
        ),
        (
            "cotangent_laplacian cotan_weights accumulate_cotangents",
            "Accumulates the cotangent Laplacian over edges",
            _BODIES["edge_laplacian.cotangent_laplacian"],
        ),
    ),
    "edge_force": (
        (
            "eval_springs spring_forces eval_edge_springs",
            "Computes spring forces along each edge",
            _BODIES["edge_force.eval_springs"],
        ),
        (
            "tear_edges eval_tearing_springs break_springs",
            "Computes forces of edge springs that break when overstretched",
            _BODIES["edge_force.tear_edges"],
        ),
        (
            "solve_distance_constraints solve_edges project_edges",
            "Projects each edge towards its rest length",
            _BODIES["edge_force.solve_distance_constraints"],
        ),
    ),
    "edge_valence": (
        (
            "count_valence vertex_degree accumulate_valence",
            "Counts the edges of each vertex",
            _BODIES["edge_valence.count_valence"],
        ),
        (
            "classify_edges mark_creases find_feature_edges",
            "Marks crease and border edges",
            _BODIES["edge_valence.classify_edges"],
        ),
        (
            "mark_edges_to_split flag_long_edges select_edges",
            "Marks edges to split or collapse",
            _BODIES["edge_valence.mark_edges_to_split"],
        ),
    ),
}
"""Kernels of edges, by target. Each has possible names, a summary and lines."""


def _draw_edge(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of an edge between two vertices or two cells, one of which may be missing at a boundary."""
    titles, summary, text = stream.child("purpose").choice(_EDGES[target])
    bounded = target == "edge_flux"
    p = Program(stream, ("tid", "face", "face_id", "i") if bounded else ("tid", "edge", "edge_id", "e"))
    edges, count = p.threads, p.choices.choice((12, 16, 24))
    count = count // 2 if bounded else count
    moving = target == "edge_force"
    sizes = {"edges": edges, "count": count, "opposite_low": -3 if "c >= 0" in text or "border" in text else 0}
    called = {
        "u": ("velocity", "u")
        if "u_l * u_l" in text
        else ("temperature", "concentration", "phi")
        if bounded
        else ("pressure", "temperature", "phi"),
        "rest": ("cell_distance",) if bounded else ("rest_length", "edge_rest_length"),
        "x": ("particle_q", "x") if moving else ("points", "vertices"),
        "out": ("residual", "rhs") if bounded else ("laplacian", "residual"),
        "sums": ("neighbor_sum",) if "gather" in titles and "d = x" not in text else ("neighbor_sum", "laplacian"),
        "edge_kind": ("edge_flag", "edge_state") if "split" in titles else ("edge_type", "edge_kind"),
    }
    for part in ("edges", "edge_numbers", "edge_outputs"):
        declare(p, _ARGUMENTS[part], sizes, called)
    p.constants({"SMOOTH": 0, "CREASE": 1, "BORDER": 2, "SEAM": 3, "KEEP": 0, "SPLIT": 1, "COLLAPSE": 2})
    if "torn[tid] == 1" not in text:
        p.guard_count("face" if bounded else "edge")
    p.write(text.replace("ENDS", _ENDS))
    return p.done("mesh", "edge", target, summary, tuple(titles.split()))


def _scatter(p: Program, array: str, place: str, value: str, sign: str = "+") -> str:
    """Return a line that adds a value to an element which other threads also add to."""
    call = {"+": "add", "-": "sub"}[sign]
    plain = p.habit("adds in place", 0.25)
    return f"{array}[{place}] {sign}= {value}" if plain else f"wp.atomic_{call}({array}, {place}, {value})"


def _skip_faces(p: Program, target: str, *, looks_for_bad: bool, slivers: bool) -> bool:
    """Write the tests that skip a face, and return whether the kind of skipped faces is stored at the beginning."""
    # the kind of skipped faces is stored once at the beginning, or wherever a face is skipped
    first = target == "face_kind" and p.choices.chance(0.5)
    nothing = ["kind[tid] = UNKNOWN"] if target == "face_kind" and not first else []
    if first:
        p.add("kind[tid] = UNKNOWN")
    if p.maybe(0.4):
        tests = ["active[tid] == 0"] if target == "lumped_mass" else ["active[tid] == 0", "group[tid] != wanted"]
        p.add(block(f"if {p.choices.choice(tests)}:", *nothing, "return"))
    if looks_for_bad:
        p.add(
            block(
                "if a == b or b == c or c == a:",
                *nothing,
                *(["wp.atomic_add(bad, 0, 1)"] if p.maybe(0.4) else []),
                "return",
            )
        )
    p.add("n = wp.cross(x[b] - x[a], x[c] - x[a])")
    if slivers:
        count_bad = ["wp.atomic_add(bad, 0, 1)"] if p.maybe(0.4) else []
        p.add(block("if 0.5 * wp.length(n) < min_area:", *nothing, *count_bad, "return"))
    return first


def _draw_triangle(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that computes a triangle's normal, area or charge from its three vertices, or adds it to them."""
    p = Program(stream, ("tid", "face", "tri", "f", "i"))
    count = p.choices.choice((12, 16, 24))
    looks_for_bad = p.maybe(0.4)
    # the orientation of a face is unknown if its area is almost zero
    slivers = looks_for_bad and target == "face_kind"
    looks_for_bad = looks_for_bad and not slivers
    for key, kind, shape, names in (
        ("triples", TRIPLE, (p.threads,), ("triangles", "faces", "tri_indices")),
        ("table", INT, (p.threads, 3), ("tri_indices", "faces", "triangles")),
        ("flat", INT, (3 * p.threads,), ("indices", "tri_indices", "mesh_indices")),
    ):
        if looks_for_bad:
            p.array(key, kind, (0, count - 1), shape, names)
        else:
            p.corners(key, kind, 3, count, shape, names)
    p.array("x", VEC, (-2, 2), (count,), ("points", "vertices", "positions"))
    group, wanted, dense = p.choices.child("groups").choice((
        ("face_group", "selected_group", "group_density"), ("material_id", "selected_material", "material_density"),
        ("tri_tag", "selected_tag", "density_of_tag"),
    ))  # fmt: skip
    normal = p.habit("faces' normals", 0.5)
    names = ("vertex_normals", "normals") if normal else ("vertex_force", "particle_f")
    declare(
        p,
        _ARGUMENTS["triangles"],
        {"threads": p.threads, "count": count},
        {"group": (group,), "density": (dense,), "wanted": (wanted,), "vertex": names},
    )
    p.constants({"NO_GROUP": -1, "UNKNOWN": 0, "FRONT": 1, "BACK": 2, "EDGE_ON": 3})
    p.guard_count("face")
    p.add(p.pick(
        "a = table[tid, 0]\nb = table[tid, 1]\nc = table[tid, 2]",
        "a = flat[3 * tid + 0]\nb = flat[3 * tid + 1]\nc = flat[3 * tid + 2]",
        "corners = triples[tid]\na = corners[0]\nb = corners[1]\nc = corners[2]",
    ))  # fmt: skip
    first = _skip_faces(p, target, looks_for_bad=looks_for_bad, slivers=slivers)
    if target == "face_kind":
        p.add(*_facing(p, started=first))
    elif target == "lumped_mass":
        p.add("area = 0.5 * wp.length(n)", *_to_corners(p, "mass", _share(p)))
    else:
        p.add("area = 0.5 * wp.length(n)", block(f"if area {p.pick('<', '<=')} TINY:", "return"))
        p.add(*_to_corners(p, "vertex", _push(p)))
    titles = {
        "vertex_normals": ("accumulate_normals", "vertex_normals") if normal else ("eval_face_loads", "face_forces"),
        "lumped_mass": ("lump_mass", "lump_vertex_mass", "distribute_mass"),
        "face_kind": ("classify_faces", "face_orientation", "mark_front_faces"),
    }[target]
    return p.done("mesh", "face", target, _FACE_SUMMARIES[target], titles)


_FACE_SUMMARIES = {
    "vertex_normals": "Accumulates face normals or loads at vertices",
    "lumped_mass": "Distributes face masses to vertices",
    "face_kind": "Classifies mesh faces by their orientation",
}


def _to_corners(p: Program, array: str, lines: list[str]) -> list[str]:
    """Return lines that compute a value ``q`` of a face, and add it to an array at each of the face's corners."""
    return [*lines, *(_scatter(p, array, corner, "q") for corner in "abc")]


def _share(p: Program) -> list[str]:
    plain = p.pick("q = default_density * area / 3.0", "q = default_density * thickness[tid] * area / 3.0")
    if p.choices.chance(0.5):
        return [plain]
    return [
        "# faces without a material have the default density\nrho = default_density",
        block(f"if group[tid] {p.pick('>= 0', '!= NO_GROUP')}:", "rho = density[group[tid]]"),
        p.pick("q = rho * area / 3.0", "q = rho * thickness[tid] * area / 3.0"),
    ]


def _push(p: Program) -> list[str]:
    normal = p.habit("faces' normals", 0.5)
    if normal:
        return p.choices.choice((["q = n"], ["q = wp.normalize(n)"], ["q = n * (0.5 / wp.max(area, TINY))"]))
    return {
        "load": ["q = n * (load[tid] / 6.0)"],
        "pressure": ["q = wp.normalize(n) * (load[tid] * area / 3.0)"],
        "wind": [
            "u = wp.normalize(n)",
            "flow = wp.dot(u, wind)",
            p.pick("q = u * (drag * area * flow / 3.0)", "q = u * (drag * area * flow * wp.abs(flow) / 3.0)"),
        ],
    }[p.pick("load", "pressure", "wind")]


def _facing(p: Program, *, started: bool) -> list[str]:
    """Return lines that store which way a face is facing; ``started`` if the output has an initial value."""
    test = p.pick("facing = wp.dot(n, view)", "facing = wp.dot(n, view)", "facing = wp.dot(n, x[a] - eye)")
    signs = (("facing < 0.0", "kind[tid] = FRONT"), ("facing > 0.0", "kind[tid] = BACK"))
    front, back = signs if p.choices.chance(0.5) else signs[::-1]
    count = [p.pick("", "wp.atomic_add(num_front, 0, 1)")] if "FRONT" in front[1] else []
    form = p.pick("chain", "two", "edge", "start")
    lines = join(front[1], *count)
    if form == "chain":
        sides = block(f"if {front[0]}:", lines) + "\nel" + block(f"if {back[0]}:", back[1])
        facing = sides if started else chain((front[0], lines), back, otherwise="kind[tid] = UNKNOWN")
        return [test, facing if p.choices.chance(0.4) else chain((front[0], lines), otherwise=back[1])]
    if form == "two":
        return [test, block(f"if {front[0]}:", lines, "return"), back[1]]
    if form == "start":
        return [test, *([] if started else ["kind[tid] = UNKNOWN"]), block(f"if {front[0]}:", lines)]
    inner = block("if wp.abs(facing) < grazing * wp.length(n):", "kind[tid] = EDGE_ON")
    return [test, inner + "\nel" + block(f"if {front[0]}:", lines) + "\n" + block("else:", back[1])]


RECIPES = (
    Recipe(
        name="edge",
        category="mesh",
        targets=("edge_flux", "edge_laplacian", "edge_force", "edge_valence"),
        draw=_draw_edge,
    ),
    Recipe(name="face", category="mesh", targets=("vertex_normals", "lumped_mass", "face_kind"), draw=_draw_triangle),
)
