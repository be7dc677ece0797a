"""The faces of a mesh, one a thread, through its own arrays or by built-ins: areas, normals, flux, middles."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.mesh_queries import MESHES, NOISE
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, VEC, Program
from synthesis.frontends.warp.recipes.applications.shapes import face_area, face_count, mesh_argument
from synthesis.grammar.lines import block, chain, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec


def _draw_faces(stream: Stream, target: str) -> KernelSpec:
    """The faces of a mesh, one a thread, through its own arrays."""
    shapes = ("icosahedron", "terrain", *(() if target in ("face_facing", "face_normal") else ("octahedron", "box")))
    shape = stream.child("shape_of_mesh").choice(shapes)
    faces, size = face_count(shape), face_area(shape)
    extra = stream.child("threads").choice((0, 0, 4))
    p = Program(stream, ("tid", "face", "tri", "i"), launch=(faces + extra,))
    moves = target in ("face_flux", "corner_velocity")
    p.handle("mesh", MESHES, lambda name: mesh_argument(name, shape, NOISE, velocities=moves))
    p.array("tag", INT, (-1, 2), (p.threads,), ("material", "face_tag", "face_group"))
    _name_faces(p, target, size)
    p.array("number", INT, (3 * faces // 4, faces), (1,), ("face_count", "num_faces"))
    p.scalar("limit", INT, (3 * faces // 4, faces), ("face_count", "num_faces", "n"))
    guards = (
        "tid >= limit",
        "tid >= number[0]",
        "tid * 3 >= held.indices.shape[0]",
        "tid >= held.indices.shape[0] // 3",
    )
    guard = p.pick(*guards[2:]) if extra else p.pick("", *guards)
    if extra and p.choices.chance(0.5):
        guard = p.pick(*guards[:2])
    held = "held" in guard or p.choices.chance(0.5)
    p.add("held = wp.mesh_get(mesh)" if held else "", block(f"if {guard}:", "return") if guard else "")
    if target == "face_centre" and p.choices.chance(0.4):
        lines = _summed(p)
    else:
        lines = [_corners(p, held, by_index=target == "face_index"), *_measured(p, target, held)]
    text = "\n".join(lines)
    # a face that is left out is neither seen nor lit, and has no area
    zeros = (("state", "0"), ("area", "0.0"), ("normal", "wp.vec3(0.0, 0.0, 0.0)"))
    none = [f"{key}[tid] = {zero}" for key, zero in zeros if f"{key}[tid] =" in text]
    if not p.maybe(0.3):
        p.add(*lines)
    elif p.choices.chance(0.5):
        p.add(block(f"if tag[tid] {p.pick('< 0', '== -1')}:", *none, "return"), *lines)
    else:
        p.add(*none, block(f"if tag[tid] {p.pick('>= 0', '!= -1')}:", *lines))
    areas = ("face_areas", "compute_area", "mesh_area", "measure_faces")
    flux = ("face_flux", "flux_through_faces", "swept_volume")
    facing = ("face_lighting", "shade_faces", "lambert_shading")
    if "area[tid] =" not in text:
        facing = ("mark_visible", "front_faces", "classify_faces") if "state[tid]" in text else ("orient_normals",)
    titles = {
        "face_area": areas,
        "face_index": areas,
        "face_facing": facing,
        "face_normal": facing,
        "face_flux": flux,
        "corner_velocity": flux,
        "face_centre": ("face_centers", "compute_centroids", "mesh_centroid"),
    }[target]
    return p.done("queries", "mesh_faces", target, "The faces of a mesh", titles)


def _name_faces(p: Program, target: str, size: float) -> None:
    """The arguments beside the mesh, called by what is measured; ``size`` is the mean area of a face."""
    areas, flux = target in ("face_area", "face_index", "face_centre"), target in ("face_flux", "corner_velocity")
    least = (0.6 * size, 1.4 * size) if areas else (0.05 * size, 0.6 * size)
    each, sums, limits, scales = (
        ("brightness", "shade", "irradiance"),
        ("total",),
        ("threshold", "eps"),
        ("albedo", "weights"),
    )
    if areas:
        each, sums = ("areas", "face_area", "area"), ("total_area", "area_sum", "sum_out")
        limits, scales = ("min_area", "area_eps", "threshold"), ("density", "thickness", "face_weight")
    elif flux:
        each, sums = ("face_flux", "flux", "flow"), ("total_flux", "flux_sum", "net_flux")
        limits, scales = ("min_flux", "threshold", "eps"), ("density", "concentration", "porosity")
    p.array("scale", FLOAT, (0.5, 2), (p.threads,), scales)
    p.scalar("up", VEC, (-0.8, 1.0), ("wind", "flow_velocity", "u_inf") if flux else ("up", "light_dir", "axis"))
    p.scalar("eye", VEC, (-1.5, 1.8), ("eye", "camera_pos", "light_pos", "view_point"))
    p.scalar("least", FLOAT, least, limits)
    p.output("area", FLOAT, (p.threads,), each)
    p.output("total", FLOAT, (1,), sums, (0, 1))
    p.output("centre", VEC, (p.threads,), ("centroids", "face_center", "centers"))
    p.output("normal", VEC, (p.threads,), ("normals", "face_normals"))
    states = ("visible", "facing", "lit") if not areas and not flux else ("face_state", "face_label", "status")
    p.output("state", INT, (p.threads,), states)


def _measured(p: Program, target: str, held: bool) -> list[str]:
    """What is done with a face whose corners have names."""
    if target in ("face_area", "face_index"):
        return _areas(p)
    if target in ("face_facing", "face_normal"):
        return _facing(p, evaluated=target == "face_normal")
    return _centres(p) if target == "face_centre" else _flux(p, held, by_corner=target == "corner_velocity")


def _corners(p: Program, held: bool, *, by_index: bool) -> str:
    """The corners ``pa``, ``pb`` and ``pc`` of a face; if ``by_index``, by the numbers that a built-in gives."""
    if by_index:
        numbers = "\n".join(f"i{name} = wp.mesh_get_index(mesh, tid * 3 + {place})" for place, name in enumerate("abc"))
        get = "" if held else "held = wp.mesh_get(mesh)\n"
        return f"{get}{numbers}\npa = held.points[ia]\npb = held.points[ib]\npc = held.points[ic]"
    if held and p.choices.chance(0.5):
        first = p.pick(
            "ia = held.indices[tid * 3 + 0]\nib = held.indices[tid * 3 + 1]\nic = held.indices[tid * 3 + 2]",
            "ia = held.indices[3 * tid]\nib = held.indices[3 * tid + 1]\nic = held.indices[3 * tid + 2]",
        )
        return first + "\npa = held.points[ia]\npb = held.points[ib]\npc = held.points[ic]"
    if held:
        return "\n".join(f"p{name} = held.points[held.indices[tid * 3 + {place}]]" for place, name in enumerate("abc"))
    return p.pick(
        "pa = wp.mesh_get_point(mesh, tid * 3 + 0)\npb = wp.mesh_get_point(mesh, tid * 3 + 1)\n"
        "pc = wp.mesh_get_point(mesh, tid * 3 + 2)",
        "first = tid * 3\npa = wp.mesh_get_point(mesh, first)\npb = wp.mesh_get_point(mesh, first + 1)\n"
        "pc = wp.mesh_get_point(mesh, first + 2)",
        "pa = wp.mesh_eval_position(mesh, tid, 1.0, 0.0)\npb = wp.mesh_eval_position(mesh, tid, 0.0, 1.0)\n"
        "pc = wp.mesh_eval_position(mesh, tid, 0.0, 0.0)",
    )


def _areas(p: Program) -> list[str]:
    measure = p.pick(
        "r = 0.5 * wp.length(wp.cross(pb - pa, pc - pa))", "n = wp.cross(pb - pa, pc - pa)\nr = wp.length(n) * 0.5"
    )
    sum_ = p.pick("wp.atomic_add(total, 0, r)", "total[0] += r", "wp.atomic_add(total, 0, r * scale[tid])")
    form = p.pick("each", "sum", "both", "small", "kinds")
    if form == "each":
        return [measure, p.pick("area[tid] = r", "area[tid] = r * scale[tid]"), p.pick("", sum_)]
    if form == "sum":
        return [measure, p.pick(sum_, block("if r > least:", sum_))]
    if form == "both":
        return [measure, "area[tid] = r", p.pick(sum_, block("if tag[tid] == 1:", sum_))]
    if form == "small":
        return [measure, block("if r < least:", "area[tid] = 0.0", "return"), "area[tid] = r", sum_]
    kinds = chain(("r < least", "state[tid] = 0"), ("r < 1.2 * least", "state[tid] = 1"), otherwise="state[tid] = 2")
    return [measure, kinds, p.pick("", "area[tid] = r")]


def _facing(p: Program, *, evaluated: bool) -> list[str]:
    """Which side of a face is turned to a direction; if ``evaluated``, by the normal that a built-in gives."""
    normal = "wp.mesh_eval_face_normal(mesh, tid)" if evaluated else "wp.normalize(wp.cross(pb - pa, pc - pa))"
    # seen from a point, where a face is counts too, which its corners tell
    side = ["s = wp.dot(n, up)"]
    if evaluated:
        side = ["c = (pa + pb + pc) / 3.0", p.pick("s = wp.dot(n, wp.normalize(eye - c))", "s = wp.dot(n, eye - c)")]
    towards = join(f"n = {normal}", *side)
    form = p.pick("mark", "light", "three", "guard", "kept")
    if form == "mark":
        return [
            towards,
            block("if s > 0.0:", "state[tid] = 1") + "\n" + block("else:", p.pick("state[tid] = 0", "state[tid] = -1")),
        ]
    if form == "light":
        return [
            towards,
            p.pick("area[tid] = wp.max(s, 0.0)", "area[tid] = wp.max(s, 0.0) * scale[tid]"),
            p.pick("", "normal[tid] = n"),
        ]
    if form == "three":
        kinds = chain(("s > least", "state[tid] = 1"), ("s < -least", "state[tid] = -1"), otherwise="state[tid] = 0")
        return [towards, kinds]
    if form == "guard":
        return [
            towards,
            *p.choices.choice((("normal[tid] = n",), ("area[tid] = wp.max(s, 0.0)",))),
            "state[tid] = 0",
            block("if s <= 0.0:", "return"),
            "state[tid] = 1",
        ]
    back = block("if s < 0.0:", "n = -n", p.pick("", "state[tid] = 1"))
    return [towards, "state[tid] = 0" if "state" in back else "", back, "normal[tid] = n"]


def _flux(p: Program, held: bool, *, by_corner: bool) -> list[str]:
    """What flows through a face that moves; if ``by_corner``, by the mean of its corners' velocities."""
    corners = [f"wp.mesh_get_velocity(mesh, tid * 3{each})" for each in ("", " + 1", " + 2")]
    speed = f"v = ({' + '.join(corners)}) / 3.0"
    if by_corner and p.choices.chance(0.5):
        loop = block("for k in range(3):", "v += wp.mesh_get_velocity(mesh, tid * 3 + k) / 3.0")
        speed = join("v = wp.vec3(0.0, 0.0, 0.0)", loop)
    elif not by_corner:
        speed = p.pick(
            "v = wp.mesh_eval_velocity(mesh, tid, 0.33, 0.33)",
            "v = wp.mesh_eval_velocity(mesh, tid, 0.333, 0.333)",
            *(["v = held.velocities[held.indices[tid * 3]]"] if held else []),
        )
    through = "n = wp.cross(pb - pa, pc - pa) * 0.5\ns = wp.dot(n, v - up)"
    sum_ = p.pick("wp.atomic_add(total, 0, s)", "total[0] += s", "wp.atomic_add(total, 0, s * scale[tid])")
    form = p.pick("all", "out", "each", "both")
    if form == "all":  # weighted: of a closed mesh, what flows in flows out
        return [speed, through, "wp.atomic_add(total, 0, s * scale[tid])", p.pick("", "area[tid] = s")]
    if form == "out":
        return [
            speed,
            through,
            block(f"if s {p.pick('>', '<')} 0.0:", sum_) + p.pick("", "\n" + block("else:", "state[tid] = 1")),
        ]
    if form == "each":
        return [speed, through, "area[tid] = s", block("if wp.abs(s) > least:", p.pick("state[tid] = 1", sum_))]
    return [speed, through, chain(("s > least", sum_), ("s < -least", "state[tid] = -1"), otherwise="state[tid] = 0")]


def _centres(p: Program) -> list[str]:
    middle = p.pick(
        "c = (pa + pb + pc) / 3.0",
        "c = (pa + pb + pc) * (1.0 / 3.0)",
        "c = pa + ((pb - pa) + (pc - pa)) / 3.0",
    )
    form = p.pick("plain", "above", "weighted", "normal", "guard")
    if form == "plain":
        return [middle, "centre[tid] = c"]
    if form == "above":
        return [
            middle,
            "centre[tid] = c",
            block("if wp.dot(c, up) > 0.0:", "state[tid] = 1") + "\n" + block("else:", "state[tid] = 0"),
        ]
    if form == "weighted":
        return [
            middle,
            "r = 0.5 * wp.length(wp.cross(pb - pa, pc - pa))",
            block("if r > least:", "wp.atomic_add(total, 0, r * wp.dot(c, up))"),
            p.pick("", "centre[tid] = c"),
        ]
    if form == "normal":
        return [
            middle,
            "centre[tid] = c",
            "normal[tid] = wp.normalize(wp.cross(pb - pa, pc - pa))",
            p.pick("", "area[tid] = 0.5 * wp.length(wp.cross(pb - pa, pc - pa))"),
        ]
    return [
        middle,
        block(f"if wp.dot(c, up) {p.pick('<', '<=')} 0.0:", p.pick("", "state[tid] = 0"), "return"),
        "centre[tid] = c",
        "state[tid] = 1",
    ]


def _summed(p: Program) -> list[str]:
    """The middle of a face by a loop over its corners."""
    corner = p.pick("wp.mesh_get_point(mesh, tid * 3 + k)", "wp.mesh_get_point(mesh, 3 * tid + k)")
    above = block(f"if wp.dot({corner}, up) > 0.0:", "num += 1")
    form = p.pick("plain", "count", "kinds")
    if form == "plain":
        loop = block("for k in range(3):", f"c += {corner}")
        return [
            "c = wp.vec3(0.0, 0.0, 0.0)",
            loop,
            p.pick("centre[tid] = c / 3.0", "centre[tid] = c * (1.0 / 3.0)"),
        ]
    if form == "count":
        return ["num = int(0)", block("for k in range(3):", above), p.pick("state[tid] = num", "state[tid] = num - 1")]
    kinds = chain(("num == 3", "state[tid] = 1"), ("num == 0", "state[tid] = -1"), otherwise="state[tid] = 0")
    return ["num = int(0)", block("for k in range(3):", above), kinds]


RECIPES = (
    Recipe(
        name="mesh_faces",
        category="queries",
        targets=(
            "face_area",
            "face_facing",
            "face_flux",
            "face_centre",
            "face_index",
            "face_normal",
            "corner_velocity",
        ),
        draw=_draw_faces,
    ),
)
