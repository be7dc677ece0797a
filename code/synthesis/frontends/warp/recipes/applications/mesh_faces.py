"""The faces of a mesh, with one thread for each: areas, normals, flux, centres."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.lines import block, chain, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.mesh_queries import MESHES, NOISE
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, VEC, Program
from synthesis.frontends.warp.recipes.applications.shapes import face_area, face_count, mesh_argument


def _draw_faces(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that reads the faces of a mesh from its own arrays, with one thread for each face."""
    shapes = ("icosahedron", "terrain", *(() if target in ("face_facing", "face_normal") else ("octahedron", "box")))
    shape = stream.child("shape_of_mesh").choice(shapes)
    faces, size = face_count(shape), face_area(shape)
    extra = stream.child("threads").choice((0, 0, 4))
    p = Program(stream, ("tid", "face", "tri", "i"), launch=(faces + extra,))
    moves = target in ("face_flux", "corner_velocity")
    p.handle("mesh", MESHES, lambda name: mesh_argument(name, shape, NOISE, velocities=moves))
    _name_faces(p, size)
    p.scalar("limit", INT, (3 * faces // 4, faces), ("face_count", "num_faces"))
    guards = ("tid >= held.indices.shape[0] // 3", "tid * 3 >= held.indices.shape[0]", "tid >= limit")
    guard = p.pick(*guards) if extra else p.pick("", "", *guards)
    held = "held" in guard or p.choices.chance(0.5)
    got, left = "held = wp.mesh_get(mesh)" if held else "", block(f"if {guard}:", "return") if guard else ""
    p.add(*((left, got) if guard == "tid >= limit" else (got, left)))
    if target == "face_centre" and p.choices.chance(0.3):
        titles, lines = _sides_of_plane(p)
        p.add(*lines)
    else:
        titles, lines = _measured(p, target, held)
        p.add(_corners(p, held, by_index=target == "face_index"), *lines)
    return p.done("queries", "mesh_faces", target, _SUMMARIES[target], tuple(titles.split()))


_SUMMARIES = {
    "face_area": "Measures the areas, masses or volumes of mesh faces",
    "face_index": "Measures mesh faces through their vertex indices",
    "face_facing": "Evaluates the orientation or shading of mesh faces",
    "face_normal": "Evaluates the orientation of mesh faces by their normals",
    "face_centre": "Computes centroids of mesh faces or their side of a plane",
    "face_flux": "Computes fluxes or drag of moving mesh faces",
    "corner_velocity": "Computes fluxes or drag of moving mesh faces from corner velocities",
}


def _name_faces(p: Program, size: float) -> None:
    """Declare the arguments other than the mesh; ``size`` is the mean area of a face."""
    p.array("density", FLOAT, (0.5, 2), (p.threads,), ("face_density", "surface_density"))
    p.array("albedo", FLOAT, (0.2, 1), (p.threads,), ("face_albedo", "albedo"))
    p.scalar("wind", VEC, (-0.8, 1.0), ("wind", "wind_velocity", "air_velocity"))
    p.scalar("light", VEC, (-0.8, 1.0), ("light_dir", "sun_dir"))
    p.scalar("up", VEC, (-0.8, 1.0), ("plane_normal", "axis"))
    p.scalar("eye", VEC, (-1.5, 1.8), ("eye", "camera_pos", "view_point"))
    p.scalar("smallest", FLOAT, (0.6 * size, 1.4 * size), ("min_area", "area_eps"))
    p.number("ambient", (0.1, 0.4), ("ambient",), ("0.2", "0.1"))
    p.number("drag", (0.5, 2), ("drag_coefficient", "air_drag"), ("0.5",))
    p.number("dt", (0.02, 0.1), ("dt", "time_step"), ("0.1",))
    for key, names in (("area", ("face_areas", "face_area", "areas")), ("face_mass", ("face_mass",)),
                       ("shade", ("brightness", "irradiance")), ("flux", ("face_flux", "volume_rate")),
                       ("swept", ("swept_volume",))):  # fmt: skip
        p.output(key, FLOAT, (p.threads,), names)
    for key, names in (("total", ("total_area", "mesh_area")), ("total_mass", ("total_mass",)),
                       ("volume", ("mesh_volume", "total_volume")),
                       ("total_flux", ("total_flux", "mesh_volume_rate")),
                       ("total_swept", ("total_swept",))):  # fmt: skip
        p.output(key, FLOAT, (1,), names, (0, 1))
    p.output("centre", VEC, (p.threads,), ("centroids", "face_center", "centers"))
    p.output("normal", VEC, (p.threads,), ("normals", "face_normals"))
    p.output("force", VEC, (p.threads,), ("face_force", "drag_force"))
    p.output("center_sum", VEC, (1,), ("center_sum", "weighted_center"), (0, 1))
    p.output("visible", INT, (p.threads,), ("visible", "front_facing"))
    p.output("side", INT, (p.threads,), ("plane_side", "face_side"))
    p.output("num_small", INT, (1,), ("num_degenerate", "num_small"), (0, 1))


def _measured(p: Program, target: str, held: bool) -> tuple[str, list[str]]:
    """Return possible names of the kernel, separated by spaces, and the lines that process a face.

    The corners of the face are variables. ``held`` says whether the mesh is in a local variable.
    """
    if target in ("face_area", "face_index"):
        return _areas(p)
    if target in ("face_facing", "face_normal"):
        return _facing(p, evaluated=target == "face_normal")
    return _centres(p) if target == "face_centre" else _flux(p, held, by_corner=target == "corner_velocity")


def _corners(p: Program, held: bool, *, by_index: bool) -> str:
    """Return lines that read the corners ``pa``, ``pb`` and ``pc`` of a face.

    Args:
        p: the kernel.
        held: whether the mesh is in a local variable.
        by_index: whether the indices of the corners are read by ``wp.mesh_get_index``.
    """
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


def _areas(p: Program) -> tuple[str, list[str]]:
    measure = p.pick(
        "tri_area = 0.5 * wp.length(wp.cross(pb - pa, pc - pa))",
        "n = wp.cross(pb - pa, pc - pa)\ntri_area = wp.length(n) * 0.5",
    )
    form = p.pick("each", "sum", "mass", "small", "volume")
    if form == "each":
        return "face_areas compute_areas measure_faces", [
            measure, "area[tid] = tri_area", p.pick("", "wp.atomic_add(total, 0, tri_area)"),
        ]  # fmt: skip
    if form == "sum":
        return "mesh_area total_mesh_area sum_face_areas", [
            measure,
            p.pick("wp.atomic_add(total, 0, tri_area)", "total[0] += tri_area"),
        ]
    if form == "mass":
        mass = ["m = density[tid] * tri_area", "face_mass[tid] = m", p.pick("", "wp.atomic_add(total_mass, 0, m)")]
        return "face_masses compute_face_mass shell_mass", [measure, *mass]
    if form == "small":
        small = block("if tri_area < smallest:", "wp.atomic_add(num_small, 0, 1)")
        return "count_degenerate_faces find_small_faces check_face_areas", [measure, "area[tid] = tri_area", small]
    signed = p.pick("v = wp.dot(pa, wp.cross(pb, pc)) / 6.0", "v = wp.dot(wp.cross(pa, pb), pc) / 6.0")
    centre = p.pick("", "wp.atomic_add(center_sum, 0, v * 0.25 * (pa + pb + pc))")
    told = "# of the tetrahedron that the face makes with the origin"
    return "mesh_volume compute_mesh_volume sum_signed_volumes", [
        repr(told) if p.choices.chance(0.4) else "", signed, "wp.atomic_add(volume, 0, v)", centre,
    ]  # fmt: skip


def _facing(p: Program, *, evaluated: bool) -> tuple[str, list[str]]:
    """Return titles, and lines that test whether a face is turned towards a camera or a light.

    If ``evaluated``, the normal is computed by ``wp.mesh_eval_face_normal``.
    """
    normal = "n = wp.mesh_eval_face_normal(mesh, tid)" if evaluated else "n = wp.normalize(wp.cross(pb - pa, pc - pa))"
    if evaluated or p.choices.chance(0.5):  # a camera at a finite distance; any corner can be the face's position
        form = p.pick("mark", "headlight")
        if form == "mark":
            # the sign does not depend on the length of the normal
            across = normal if evaluated else "n = wp.cross(pb - pa, pc - pa)"
            mark = block("if facing > 0.0:", "visible[tid] = 1") + "\n" + block("else:", "visible[tid] = 0")
            mark = p.pick(mark, "visible[tid] = 1 if facing > 0.0 else 0")
            seen = [across, "facing = wp.dot(n, eye - pa)"]
            return "mark_visible_faces mark_front_faces find_front_faces", [*seen, mark]
        turned = block("if wp.dot(n, eye - pa) < 0.0:", "n = -n")
        return "orient_normals face_normals_to_camera flip_normals", [normal, turned, "normal[tid] = n"]
    lit = p.pick("s = wp.max(wp.dot(n, light), 0.0)", "s = wp.max(-wp.dot(n, light), 0.0)")
    value = p.pick("shade[tid] = albedo[tid] * s", "shade[tid] = albedo[tid] * (ambient + (1.0 - ambient) * s)")
    return "shade_faces lambert_shading face_lighting", [normal, lit, value]


def _flux(p: Program, held: bool, *, by_corner: bool) -> tuple[str, list[str]]:
    """Return titles, and lines that compute the flux through a moving face.

    If ``by_corner``, the face's velocity is the mean of its corners' velocities.
    """
    corners = [f"wp.mesh_get_velocity(mesh, tid * 3{each})" for each in ("", " + 1", " + 2")]
    speed = f"v = ({' + '.join(corners)}) / 3.0"
    if by_corner and p.choices.chance(0.5):
        loop = block("for k in range(3):", "v += wp.mesh_get_velocity(mesh, tid * 3 + k) / 3.0")
        speed = join("v = wp.vec3(0.0, 0.0, 0.0)", loop)
    elif not by_corner:
        third = "0.333333"
        speed = p.pick(
            f"v = wp.mesh_eval_velocity(mesh, tid, {third}, {third})",
            *(
                [
                    "v = (held.velocities[held.indices[tid * 3]] + held.velocities[held.indices[tid * 3 + 1]] + "
                    "held.velocities[held.indices[tid * 3 + 2]]) / 3.0"
                ]
                if held
                else []
            ),
        )
    through = "n = wp.cross(pb - pa, pc - pa) * 0.5"
    form = p.pick("drag", "drag", "rate", "swept")
    if form == "rate":
        kept = p.pick("flux[tid] = wp.dot(n, v)", "q = wp.dot(n, v)\nflux[tid] = q\nwp.atomic_add(total_flux, 0, q)")
        rate = [speed, through, kept]
        return "face_flux volume_rate compute_face_flux", rate
    if form == "swept":
        swept = [speed, through, "s = dt * wp.dot(n, v)", "swept[tid] = s", "wp.atomic_add(total_swept, 0, s)"]
        return "swept_volume face_swept_volume compute_swept_volume", swept
    law = p.pick(
        "force[tid] = drag * wp.dot(v_rel, n) * wp.normalize(n)",
        "u = wp.normalize(n)\nvn = wp.dot(v_rel, u)\nforce[tid] = 0.5 * drag * wp.length(n) * vn * wp.abs(vn) * u",
    )
    return "face_drag wind_on_faces eval_face_drag", [speed, through, "v_rel = wind - v", law]


def _centres(p: Program) -> tuple[str, list[str]]:
    middle = p.pick(
        "c = (pa + pb + pc) / 3.0",
        "c = (pa + pb + pc) * (1.0 / 3.0)",
    )
    form = p.pick("plain", "weighted", "normal")
    if form == "plain":
        return "face_centers compute_centroids face_centroids", [middle, "centre[tid] = c"]
    if form == "weighted":
        area = "tri_area = 0.5 * wp.length(wp.cross(pb - pa, pc - pa))"
        sums = ["wp.atomic_add(center_sum, 0, tri_area * c)", "wp.atomic_add(total, 0, tri_area)"]
        return "mesh_centroid accumulate_centroid sum_face_centers", [middle, area, *sums]
    n = "wp.cross(pb - pa, pc - pa)"
    shape = p.choices.choice((
        [f"normal[tid] = wp.normalize({n})"],
        [f"n = {n}", "normal[tid] = wp.normalize(n)", "area[tid] = 0.5 * wp.length(n)"],
    ))  # fmt: skip
    return "face_centers_and_normals compute_face_frames sample_faces", [middle, "centre[tid] = c", *shape]


def _sides_of_plane(p: Program) -> tuple[str, list[str]]:
    """Return titles, and lines that test on which side of a plane through the origin a face is."""
    corner = p.pick("wp.mesh_get_point(mesh, tid * 3 + k)", "wp.mesh_get_point(mesh, 3 * tid + k)")
    above = block(f"if wp.dot({corner}, up) > 0.0:", "num += 1")
    kinds = chain(("num == 3", "side[tid] = 1"), ("num == 0", "side[tid] = -1"), otherwise="side[tid] = 0")
    told = repr("# 0: the plane cuts it") if p.choices.chance(0.4) else ""
    lines = ["num = int(0)", block("for k in range(3):", above), told, kinds]
    return "classify_faces_by_plane face_plane_side split_by_plane", lines


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
