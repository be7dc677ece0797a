"""Meshes: edges and triangles that gather from their vertices and scatter to them, and the faces around a vertex."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, PAIR, TRIPLE, VEC, Program
from synthesis.grammar.lines import block, chain, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec


def _draw_edge(stream: Stream, target: str) -> KernelSpec:
    """An edge between two vertices or two cells, one of which may be missing at a boundary."""
    p = Program(stream, ("tid", "edge", "edge_id", "i", "e"))
    count = p.choices.choice((12, 16, 24))
    bounded = target == "edge_flux"
    count = count // 2 if bounded else count
    low = -1 if bounded else 0
    p.array("pairs", PAIR, (low, count - 1), (p.threads,), ("edges", "edge_vertices", "edge_indices"))
    p.array("table", INT, (low, count - 1), (p.threads, 2), ("edges", "edge_cells", "edge_indices"))
    p.array("first", INT, (0, count - 1), (p.threads,), ("edge_a", "owner", "src"))
    p.array("second", INT, (low, count - 1), (p.threads,), ("edge_b", "neighbor", "dst"))
    p.array("u", FLOAT, (-2, 2), (count,), ("u", "pressure", "temperature", "phi"))
    p.array("x", VEC, (-2, 2), (count,), ("points", "vertices", "x"))
    p.array("w", FLOAT, (0.2, 2), (p.threads,), ("edge_weight", "conductance", "weights"))
    p.array("face_flow", FLOAT, (-1, 1), (p.threads,), ("face_flux", "flow_rate", "volume_flux"))
    p.array(
        "rest",
        FLOAT,
        (0.5, 2),
        (p.threads,),
        ("edge_length", "cell_distance", "lengths") if bounded else ("rest_length", "edge_rest", "lengths"),
    )
    p.array("tag", INT, (0, 2), (p.threads,), ("edge_type", "edge_tag", "kind"))
    p.array("fixed", INT, (0, 1), (count,), ("fixed", "pinned", "is_boundary"))
    p.array("broken", INT, (0, 1), (p.threads,), ("broken", "cut", "disabled"))
    p.number("ambient", (-1, 1), ("ambient", "u_boundary", "outside"), ("0.0",))
    p.number("ks", (0.5, 2), ("stiffness", "k", "ke"), ("0.5", "2.0"))
    p.number("most", (1.2, 2.5), ("max_stretch", "tear_limit", "limit"), ("1.5", "2.0"))
    p.output("out", FLOAT, (count,), ("residual", "out", "rhs"), (-1, 1))
    p.output("f", VEC, (count,), ("forces", "f", "vertex_force"), (-1, 1))
    p.output("degree", INT, (count,), ("valence", "degree", "edge_count"), (0, 2))
    p.output(
        "flags", INT, (p.threads,), ("edge_kind", "num_fixed") if target == "edge_valence" else ("torn", "edge_torn")
    )
    p.output("length_sum", FLOAT, (count,), ("length_sum", "incident_length"), (0, 1))
    p.output("num_border", INT, (1,), ("num_border", "border_edges"), (0, 1))
    p.constants({"CUT": 1, "BORDER": 2})
    p.guard_count("edge")
    skips = ["broken[tid] != 0"] if p.maybe(0.1) else []
    p.add(*(block(f"if {each}:", "return") for each in skips))
    p.add(
        p.pick(
            "a = pairs[tid][0]\nb = pairs[tid][1]",
            "a = table[tid, 0]\nb = table[tid, 1]",
            "a = first[tid]\nb = second[tid]",
            "ends = pairs[tid]\na = ends[0]\nb = ends[1]",
        )
    )
    form = ""
    if target == "edge_flux":
        p.add(*_flux(p))
    elif target == "edge_laplacian":
        p.add(*_laplacian(p))
    elif target == "edge_force":
        p.add(*_stretch(p))
    else:
        form = p.pick("kinds", "kinds", "border", "degree")
        p.add(*_valence(p, form))
    titles = {
        "edge_flux": ("edge_flux", "accumulate_flux", "face_flux"),
        "edge_laplacian": ("edge_laplacian", "graph_laplacian", "accumulate_laplacian"),
        "edge_force": ("eval_edges", "stretch_forces", "edge_springs"),
        "kinds": ("classify_edges", "mark_fixed_edges"),
        "border": ("count_border_edges", "border_valence"),
        "degree": ("count_valence", "vertex_degree"),
    }[target if target != "edge_valence" else form]
    return p.done("mesh", "edge", target, "Edges of a mesh", titles)


def _scatter(p: Program, array: str, place: str, value: str, sign: str = "+") -> str:
    """A value added to an element that other threads add to as well."""
    call = {"+": "add", "-": "sub"}[sign]
    plain = p.habit("adds in place", 0.25)
    return f"{array}[{place}] {sign}= {value}" if plain else f"wp.atomic_{call}({array}, {place}, {value})"


def _flux(p: Program) -> list[str]:
    """What flows over a face between two cells; beyond a border there is none."""
    over = p.pick("", " / rest[tid]")
    flux = f"q = w[tid] * (u[b] - u[a]){over}"
    outside = f"q = w[tid] * (ambient - u[a]){over}"
    both = [flux, _scatter(p, "out", "a", "q"), _scatter(p, "out", "b", "q", "-")]
    one = [outside, _scatter(p, "out", "a", "q")]
    form = p.pick("missing", "both", "swap", "upwind")
    lines = [block(f"if a {p.pick('< 0', '== -1')}:", "return")]
    if form == "missing":
        return [*lines, block(f"if b {p.pick('< 0', '== -1')}:", *one, "return"), *both]
    if form == "both":
        return [*lines, block("if b >= 0:", *both) + "\n" + block("else:", *one)]
    if form == "swap":
        which = chain(("a < 0", f"q = w[tid] * (u[b] - ambient){over}"), ("b < 0", outside), otherwise=flux)
        first, second = _scatter(p, "out", "a", "q"), _scatter(p, "out", "b", "q", "-")
        ends = [block("if a >= 0:", first), block("if b >= 0:", second)]
        return [block("if a < 0 and b < 0:", "return"), "q = float(0.0)", which, *ends]
    side = (
        block("if face_flow[tid] > 0.0:", "q = face_flow[tid] * u[a]")
        + "\n"
        + block("else:", "q = face_flow[tid] * u[b]")
    )
    carried = [_scatter(p, "out", "a", "q", "-"), _scatter(p, "out", "b", "q")]
    return [block("if a < 0 or b < 0:", "return"), "q = float(0.0)", side, *carried]


def _laplacian(p: Program) -> list[str]:
    """The difference of two vertices, added to those of them that are free."""
    same = [block("if a == b:", "return")] if p.maybe(0.5) else []
    value = p.pick("q = w[tid] * (u[b] - u[a])", "q = (u[b] - u[a]) / rest[tid]", "q = u[b] - u[a]")
    a, b = _scatter(p, "out", "a", "q"), _scatter(p, "out", "b", "q", "-")
    free = p.pick("== 0", "!= 1")
    form = p.pick("plain", "each", "neither", "chain")
    if form == "plain":
        return [*same, value, a, b]
    if form == "each":
        return [*same, value, block(f"if fixed[a] {free}:", a), block(f"if fixed[b] {free}:", b)]
    if form == "neither":
        return [*same, block("if fixed[a] != 0 and fixed[b] != 0:", "return"), value, a, b]
    return [*same, value, chain(("fixed[a] == 1", b), ("fixed[b] == 1", a), otherwise=join(a, b))]


def _stretch(p: Program) -> list[str]:
    """The pull of an edge that is longer than at rest."""
    lines = ["d = x[b] - x[a]", "r = wp.length(d)", block(f"if r {p.pick('<', '<=')} TINY:", "return")]
    ratio = "s = r / rest[tid]"
    law = p.pick("g = d * (ks * (s - 1.0) / r)", "g = wp.normalize(d) * (ks * (s - 1.0))")
    slack = p.pick("", block("if s <= 1.0:", "return"))
    torn = ""
    if p.maybe(0.35):
        torn = join("flags[tid] = 0", block("if s > most:", "flags[tid] = 1", "return"))
    ends = [_scatter(p, "f", "a", "g"), _scatter(p, "f", "b", "g", "-")]
    if p.choices.chance(0.4):
        ends = [block(f"if fixed[{end}] == 0:", line) for end, line in zip("ab", ends, strict=True)]
    return [*lines, ratio, slack, torn, law, *ends]


def _valence(p: Program, form: str) -> list[str]:
    """How many edges a vertex has, of the border or all of them, or of which kind an edge is."""
    count = [_scatter(p, "degree", "a", "1"), _scatter(p, "degree", "b", "1")]
    same = block("if a == b:", "return")
    if form == "border":
        which = p.pick("tag[tid] == BORDER", "fixed[a] != fixed[b]", "tag[tid] == BORDER or fixed[a] != fixed[b]")
        return [p.pick(same, ""), block(f"if {which}:", *count, *p.some(["wp.atomic_add(num_border, 0, 1)"]))]
    if form == "degree":
        length = [
            "r = wp.length(x[b] - x[a])",
            _scatter(p, "length_sum", "a", "r"),
            _scatter(p, "length_sum", "b", "r"),
        ]
        return [p.pick(same, ""), *count, *(length if p.choices.chance(0.6) else [])]
    kinds = chain(
        ("fixed[a] == 1 and fixed[b] == 1", "flags[tid] = 2"),
        ("fixed[a] == 1 or fixed[b] == 1", "flags[tid] = 1"),
        otherwise="flags[tid] = 0",
    )
    return [p.pick(same, ""), kinds, *(count if p.choices.chance(0.4) else [])]


def _draw_triangle(stream: Stream, target: str) -> KernelSpec:
    """A triangle's normal, area or charge, gathered from its three vertices and given to them."""
    p = Program(stream, ("tid", "face", "tri", "f", "i"))
    count = p.choices.choice((12, 16, 24))
    p.array("triples", TRIPLE, (0, count - 1), (p.threads,), ("triangles", "faces", "tri_indices"))
    p.array("table", INT, (0, count - 1), (p.threads, 3), ("tri_indices", "faces", "triangles"))
    p.array("flat", INT, (0, count - 1), (3 * p.threads,), ("indices", "tri_indices", "mesh_indices"))
    p.array("x", VEC, (-2, 2), (count,), ("points", "vertices", "positions"))
    p.array("group", INT, (-1, 2), (p.threads,), ("face_group", "material_id", "tri_tag"))
    p.array("active", INT, (0, 1), (p.threads,), ("face_active", "active", "enabled"))
    p.array("density", FLOAT, (0.5, 2), (3,), ("group_density", "material_density", "densities"))
    p.array("thickness", FLOAT, (0.1, 1), (p.threads,), ("thickness", "face_thickness"))
    p.number("default_density", (0.5, 2), ("default_density", "density"), ("0.5", "2.0"))
    p.number("drag", (0.2, 1), ("drag_coefficient", "air_drag"), ("0.5",))
    p.array("load", FLOAT, (-1, 1), (p.threads,), ("pressure", "face_load", "load"))
    p.scalar("wind", VEC, (-2, 2), ("wind", "wind_velocity", "air_velocity"))
    p.scalar("wanted", INT, (-1, 2), ("group", "wanted", "selected_group"))
    normal = p.habit("faces' normals", 0.5)
    names = ("vertex_normals", "normals") if normal else ("vertex_force", "particle_f")
    p.output("vertex", VEC, (count,), names, (-1, 1))
    p.output("mass", FLOAT, (count,), ("vertex_mass", "node_mass", "lumped_mass"), (0, 1))
    p.output("bad", INT, (1,), ("num_degenerate", "bad_faces", "error_count"), (0, 2))
    p.output("kind", INT, (p.threads,), ("face_kind", "facing", "face_state"))
    p.number("grazing", (0.1, 0.4), ("grazing", "edge_cosine"), ("0.1",))
    p.scalar("view", VEC, (-2, 2), ("view_dir", "light_dir"))
    p.scalar("eye", VEC, (-2, 2), ("eye", "camera_pos"))
    p.output("num_front", INT, (1,), ("num_front", "front_count"), (0, 1))
    p.constants({"NO_GROUP": -1, "FRONT": 1, "BACK": 2, "EDGE_ON": 3})
    p.guard_count("face")
    p.add(p.pick(
        "a = table[tid, 0]\nb = table[tid, 1]\nc = table[tid, 2]",
        "a = flat[3 * tid + 0]\nb = flat[3 * tid + 1]\nc = flat[3 * tid + 2]",
        "corners = triples[tid]\na = corners[0]\nb = corners[1]\nc = corners[2]",
    ))  # fmt: skip
    # the kind of what is left out: said once at the beginning, or wherever a face is left out
    first = target == "face_kind" and p.choices.chance(0.5)
    nothing = ["kind[tid] = 0"] if target == "face_kind" and not first else []
    if first:
        p.add("kind[tid] = 0")
    if p.maybe(0.4):
        tests = ["active[tid] == 0"] if target == "lumped_mass" else ["active[tid] == 0", "group[tid] != wanted"]
        p.add(block(f"if {p.choices.choice(tests)}:", *nothing, "return"))
    if p.maybe(0.4):
        p.add(
            block(
                "if a == b or b == c or c == a:",
                *nothing,
                *(["wp.atomic_add(bad, 0, 1)"] if p.maybe(0.4) else []),
                "return",
            )
        )
    p.add("n = wp.cross(x[b] - x[a], x[c] - x[a])")
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
    return p.done("mesh", "face", target, "Triangles of a mesh", titles)


def _to_corners(p: Program, array: str, lines: list[str]) -> list[str]:
    """What a face gives to each of its corners: ``q``."""
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
    """Which way a face looks; ``started`` if its kind is 0 already."""
    test = p.pick("s = wp.dot(n, view)", "s = wp.dot(n, view)", "s = wp.dot(n, x[a] - eye)")
    signs = (("s < 0.0", "kind[tid] = FRONT"), ("s > 0.0", "kind[tid] = BACK"))
    front, back = signs if p.choices.chance(0.5) else signs[::-1]
    count = [p.pick("", "wp.atomic_add(num_front, 0, 1)")] if "FRONT" in front[1] else []
    form = p.pick("chain", "two", "edge", "start")
    lines = join(front[1], *count)
    if form == "chain":
        sides = block(f"if {front[0]}:", lines) + "\nel" + block(f"if {back[0]}:", back[1])
        facing = sides if started else chain((front[0], lines), back, otherwise="kind[tid] = 0")
        return [test, facing if p.choices.chance(0.4) else chain((front[0], lines), otherwise=back[1])]
    if form == "two":
        return [test, block(f"if {front[0]}:", lines, "return"), back[1]]
    if form == "start":
        return [test, *([] if started else ["kind[tid] = 0"]), block(f"if {front[0]}:", lines)]
    inner = block("if wp.abs(s) < grazing * wp.length(n):", "kind[tid] = EDGE_ON")
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
