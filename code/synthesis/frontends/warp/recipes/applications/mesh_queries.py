"""Questions to a mesh: the closest point, rays, its faces. The mesh is an id that a kernel is given."""

from collections.abc import Sequence

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, VEC, Program
from synthesis.frontends.warp.recipes.applications.shapes import CLOSED, SHAPES, face_area, face_count, mesh_argument
from synthesis.grammar.lines import block, chain, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_MESHES = ("mesh", "mesh_id", "collider", "shape_mesh", "geo_id")
_POINTS = ("points", "particle_q", "positions", "query_points", "x")
_NOISE = 0.15


def ask_mesh(p: Program, shapes: Sequence[str] = tuple(SHAPES), *, velocities: bool = False) -> int:
    """Have lines name a mesh of one of some shapes ``mesh``; how many faces it has.

    Args:
        p: the kernel.
        shapes: those that it may have.
        velocities: whether its corners have velocities.
    """
    shape = p.choices.choice(shapes)
    p.handle("mesh", _MESHES, lambda name: mesh_argument(name, shape, _NOISE, velocities=velocities))
    return face_count(shape)


def _place(p: Program, *, coarse: bool = False) -> str:
    """Where a thread asks; a ``coarse`` answer tells nothing of small differences."""
    p.array("x", VEC, (-1.25, 1.15), (p.threads,), _POINTS)
    p.array("v", VEC, (-1, 0.8), (p.threads,), ("velocities", "particle_qd", "vel"))
    p.scalar("origin", VEC, (-0.5, 0.4), ("origin", "mesh_pos", "offset", "translation"))
    p.number("dt", (0.05, 0.2), ("dt", "h", "time_step"), ("0.1", "0.05"))
    p.number("scale", (0.7, 1.4), ("scale", "inv_scale", "mesh_scale"), ("0.5", "0.8"))
    ways = ("p = x[tid]", "p = x[tid]", "p = x[tid] - origin", "p = x[tid] * scale", "p = (x[tid] - origin) * scale")
    return p.pick(*ways, *(() if coarse else ("p = x[tid] + v[tid] * dt",)))


def _skip(p: Program) -> str:
    """What leaves some particles alone."""
    p.array("flags", INT, (0, 3), (p.threads,), ("flags", "particle_flags", "active", "mask"))
    p.array("shape", INT, (-1, 2), (p.threads,), ("shape_ids", "collider_id", "group"))
    p.array("mass", FLOAT, (-0.2, 1), (p.threads,), ("inv_mass", "particle_inv_mass", "mass"))
    p.constants({"ACTIVE": 1})
    if not p.maybe(0.5):
        return ""
    tests = ("(flags[tid] & ACTIVE) == 0", "flags[tid] == 0", "shape[tid] < 0", "mass[tid] <= 0.0", "shape[tid] == -1")
    chosen = p.pick(*tests)
    return block(f"if {chosen}:", "return")


def _answered(p: Program, hit: list[str], miss: str, *, early: bool = True) -> list[str]:
    """What is done where there is an answer, and where there is none; ``miss`` may be empty."""
    form = p.pick("return", "return", "nested", "nested", "first", "negated")
    if form == "return" and early:
        return [block(f"if {p.pick('not answer.result', 'answer.result == False')}:", miss, "return"), *hit]
    if form == "first" and miss:
        return [miss, block("if answer.result:", *hit)]
    if form == "negated" and miss:
        return [block("if not answer.result:", miss) + "\n" + block("else:", *hit)]
    return [block("if answer.result:", *hit) + (f"\n{block('else:', miss)}" if miss else "")]


# ---- the closest point


def _ask_point(p: Program, *, signed: bool = False, far: bool = False, sized: bool = True) -> str:
    """The question.

    Args:
        p: the kernel.
        signed: whether it is asked for the side too.
        far: whether the distance is one that what is done with the answer does not reach to.
        sized: whether it may be farther for a particle that is larger.
    """
    p.array("radius", FLOAT, (0.02, 0.2), (p.threads,), ("radius", "particle_radius", "radii"))
    p.number("reach", (0.15, 0.5), ("max_dist", "query_dist", "max_distance", "cutoff"), ("0.3", "0.25", "0.4"))
    reach = (
        p.pick("0.6", "0.75", "0.5") if far else p.pick("reach", "reach", *(["reach + radius[tid]"] if sized else []))
    )
    name = "mesh_query_point" if signed else "mesh_query_point_no_sign"
    if signed and p.choices.chance(0.2):
        name = "mesh_query_point_sign_winding_number"
    if p.choices.chance(0.25):
        return f"limit = {reach}\nanswer = wp.{name}(mesh, p, limit)"
    return f"answer = wp.{name}(mesh, p, {reach})"


def _surface(p: Program) -> str:
    at = "surface = wp.mesh_eval_position(mesh, answer.face, answer.u, answer.v)"
    if p.choices.chance(0.3):
        names = p.pick(
            "bary_u = answer.u\nbary_v = answer.v", "facet = answer.face\nbary_u = answer.u\nbary_v = answer.v"
        )
        face = "facet" if "facet" in names else "answer.face"
        at = f"{names}\nsurface = wp.mesh_eval_position(mesh, {face}, bary_u, bary_v)"
    return at


def _draw_closest(stream: Stream, target: str) -> KernelSpec:
    """The closest point of a mesh, within a distance: contacts, projections, distances."""
    p = Program(stream, ("tid", "i", "particle", "pid"), launch=(stream.child("threads").choice((64, 96, 128)),))
    ask_mesh(p, velocities=target == "mesh_velocity")
    p.guard_count("particle")
    p.number("margin", (0.15, 0.5), ("margin", "contact_margin", "threshold", "thickness"), ("0.25", "0.3"))
    p.number("ke", (0.5, 3.0), ("ke", "stiffness", "k_contact"), ("10.0", "2.0"))
    p.number("kd", (0.1, 0.8), ("kd", "damping", "k_damp"), ("0.5",))
    p.number("mu", (0.2, 0.8), ("mu", "friction"), ("0.5",))
    p.output("dist", FLOAT, (p.threads,), ("distance", "dist", "sdf", "gap"))
    p.output("state", INT, (p.threads,), ("contact", "contact_flag", "in_contact", "status"))
    p.output("out", VEC, (p.threads,), ("closest_points", "projected", "out", "x_new"))
    p.output("count", INT, (1,), ("contact_count", "num_contacts", "num_hits"), (0, 3))
    p.output("f", VEC, (p.threads,), ("forces", "particle_f", "f"), (-0.5, 0.5))
    p.add(_skip(p), _place(p))
    gap = ["d = p - surface", "r = wp.length(d)"]
    near = _surface(p)
    if target == "mesh_contact":
        p.add(*_contact(p, near, gap))
    elif target == "mesh_project":
        p.add(_ask_point(p), *_project(p, near, gap))
    elif target == "mesh_distance":
        p.add(_ask_point(p), *_distance(p, near, gap))
    else:
        p.add(*_drag(p, near, gap))
    titles = {
        "mesh_contact": ("collide_particles_mesh", "mesh_contacts", "particle_mesh_contact", "detect_mesh_contacts"),
        "mesh_project": ("project_to_mesh", "snap_to_surface", "closest_points_on_mesh"),
        "mesh_distance": ("mesh_distance", "distance_to_mesh", "sample_distance"),
        "mesh_velocity": ("mesh_drag", "apply_mesh_friction", "couple_to_mesh"),
    }[target]
    return p.done("queries", "closest_point", target, "The closest points of a mesh", titles)


def _contact(p: Program, near: str, gap: list[str]) -> list[str]:
    """A contact where the surface is near enough, with its depth and normal; -1 for none."""
    none = p.pick("state[tid] = -1", "state[tid] = 0", "state[tid] = -1\ndist[tid] = reach")
    ask = _ask_point(p, far="dist" not in none, sized=False)
    depth = p.pick("depth = margin - r", "depth = radius[tid] + margin - r")
    accept = [
        p.pick("state[tid] = 1", "state[tid] = 2"),
        "dist[tid] = depth" if "dist" in none else p.pick("dist[tid] = depth", "", ""),
        p.pick("", "wp.atomic_add(count, 0, 1)", "count[0] += 1"),
        p.pick("", "out[tid] = surface", "out[tid] = surface"),
    ]
    rest = none.splitlines()[0]
    form = p.pick("leave", "else", "inner", "clamp")
    if form == "leave":
        hit = [near, *gap, depth, block(f"if depth {p.pick('<', '<=')} 0.0:", rest, "return"), *accept]
    elif form == "else":
        hit = [near, *gap, depth, block("if depth > 0.0:", *accept) + "\n" + block("else:", rest)]
    elif form == "inner":
        hit = [near, *gap, rest, block("if r < margin:", depth, *accept)]
    else:
        touch = chain(
            ("depth > margin", join("depth = margin", "state[tid] = 2")), ("depth > 0.0", accept[0]), otherwise=rest
        )
        hit = [near, *gap, depth, touch, "dist[tid] = depth", *accept[2:]]
    return [ask, *_answered(p, hit, none)]


def _project(p: Program, near: str, gap: list[str]) -> list[str]:
    """The point on the surface, or where the particle is if there is none near."""
    stay = p.pick("out[tid] = x[tid]", "out[tid] = p")
    form = p.pick("plain", "plain", "beyond", "blend", "marked")
    if form == "plain":
        hit = [
            near,
            "out[tid] = surface",
            p.pick("", "dist[tid] = wp.length(p - surface)", "wp.atomic_add(count, 0, 1)"),
        ]
        miss = join(stay, "dist[tid] = -1.0" if "dist" in hit[-1] else "")
    elif form == "beyond":
        test = block("if r > margin:", p.pick("out[tid] = surface + d * (margin / r)", "out[tid] = surface"))
        hit, miss = [near, *gap, test + "\n" + block("else:", "out[tid] = p")], stay
    elif form == "blend":
        hit, miss = [near, *gap, p.pick("w = wp.max(1.0 - margin * r, 0.0)", "w = wp.clamp(1.0 - r, 0.0, 1.0)"),
                     "out[tid] = p + (surface - p) * w"], stay  # fmt: skip
    else:
        test = chain(("r < margin", "state[tid] = 1"), otherwise=p.pick("state[tid] = 0", "state[tid] = 2"))
        hit, miss = [near, *gap, "out[tid] = surface", test], join(stay, "state[tid] = -1")
    return _answered(p, hit, miss)


def _distance(p: Program, near: str, gap: list[str]) -> list[str]:
    """How far away the surface is; a background value where it is out of reach."""
    p.number("background", (1.5, 3.0), ("background", "far_value", "max_value"), ("2.0", "10.0"))
    miss = p.pick("dist[tid] = background", "dist[tid] = -1.0", "dist[tid] = reach")
    form = p.pick("plain", "thick", "band", "count", "flags")
    if form == "plain":
        return _answered(
            p, [near, p.pick("dist[tid] = wp.length(p - surface)", "dist[tid] = wp.length(surface - p)")], miss
        )
    if form == "thick":
        value = p.pick(
            "dist[tid] = wp.max(r - radius[tid], 0.0)", "dist[tid] = r - radius[tid]", "dist[tid] = r - margin"
        )
        return _answered(p, [near, *gap, value], miss)
    if form == "band":
        inner = block("if r < margin:", "dist[tid] = 0.0") + "\n" + block("else:", "dist[tid] = r - margin")
        return _answered(p, [near, *gap, inner], miss)
    if form == "count":
        inside = block(f"if r {p.pick('<', '<=')} margin:", p.pick("wp.atomic_add(count, 0, 1)", "count[0] += 1"))
        return _answered(p, [near, *gap, "dist[tid] = r", inside], miss)
    marks = chain(("r < margin", "state[tid] = 1"), ("r < 2.0 * margin", "state[tid] = 2"), otherwise="state[tid] = 0")
    return _answered(p, [near, *gap, "dist[tid] = r", marks], join(miss, "state[tid] = -1"))


def _drag(p: Program, near: str, gap: list[str]) -> list[str]:
    """A force towards the velocity of the surface, where it touches."""
    relative = join("vs = wp.mesh_eval_velocity(mesh, answer.face, answer.u, answer.v)", "rel = v[tid] - vs")
    simple = p.pick("f[tid] -= rel * kd", "f[tid] = f[tid] - rel * kd", "wp.atomic_sub(f, tid, rel * kd)")
    push = join("fn = ke * (margin - r)", p.pick("f[tid] += d * fn - rel * kd", "f[tid] += d * fn"))
    if "rel" not in push.splitlines()[-1]:
        push = join(push, "f[tid] -= rel * (kd * mu)")
    form = p.pick("always", "touch", "touch", "approach", "leave")
    ask = _ask_point(p, far=form != "always")
    if form == "always":
        hit = [near, *gap, relative, p.pick(simple, "w = wp.max(1.0 - margin * r, 0.0)\nf[tid] -= rel * (kd * w)")]
    elif form == "touch":
        hit = [near, *gap, block(f"if r {p.pick('<', '<=')} margin:", relative, p.pick(simple, push))]
    elif form == "approach":
        test = block("if vn < 0.0:", "f[tid] -= d * (kd * vn)")
        hit = [near, *gap, relative, "vn = wp.dot(rel, d)", block("if r < margin:", test)]
    else:
        hit = [near, *gap, block("if r > margin:", "return"), relative, p.pick(simple, push)]
    return [ask, *_answered(p, hit, "")]


# ---- inside and outside


def _draw_signed(stream: Stream, target: str) -> KernelSpec:
    """Signed distances to a closed mesh: negative inside; particles are pushed out, or counted."""
    p = Program(stream, ("tid", "i", "particle", "node"), launch=(stream.child("threads").choice((96, 128)),))
    ask_mesh(p, CLOSED)
    p.guard_count("particle")
    p.number("margin", (0.05, 0.3), ("margin", "skin", "thickness", "contact_dist"), ("0.1", "0.05"))
    p.number("rest", (0.2, 0.9), ("restitution", "relaxation", "push_ratio"), ("0.5", "0.8"))
    p.output("phi", FLOAT, (p.threads,), ("phi", "sdf", "signed_distance", "dist"))
    p.output("out", VEC, (p.threads,), ("x_new", "corrected", "out"))
    p.output("dv", VEC, (p.threads,), ("delta", "dx", "correction"), (-0.2, 0.2))
    p.output("state", INT, (p.threads,), ("inside", "state", "label", "occupancy"))
    p.output("count", INT, (2,), ("counts", "num_inside", "totals"), (0, 3))
    p.add(
        _skip(p),
        _place(p, coarse=target == "inside_count"),
        _ask_point(p, signed=True, far=target != "sdf_sample"),
    )
    value = _surface(p) + "\n" + p.pick(
        "s = answer.sign * wp.length(p - surface)", "d = surface - p\ns = wp.length(d) * answer.sign",
        "s = wp.length(p - surface)\nif answer.sign < 0.0:\n    s = -s",
    )  # fmt: skip
    if target == "sdf_sample":
        p.add(*_sample(p, value))
    elif target == "push_out":
        p.add(*_push_out(p))
    else:
        p.add(*_inside(p, value))
    titles = {
        "sdf_sample": ("sample_sdf", "mesh_sdf", "compute_signed_distance", "bake_sdf"),
        "push_out": ("push_out", "resolve_penetration", "mesh_collision_response", "project_outside"),
        "inside_count": ("count_inside", "classify_points", "voxelize", "mark_inside"),
    }[target]
    return p.done("queries", "signed_distance", target, "Inside and outside of a mesh", titles)


def _sample(p: Program, value: str) -> list[str]:
    miss = p.pick("phi[tid] = reach", "phi[tid] = 2.0", "phi[tid] = 1.0")
    form = p.pick("plain", "margin", "clamped", "marked", "banded")
    if form == "plain":
        return _answered(p, [value, "phi[tid] = s"], miss)
    if form == "margin":
        return _answered(p, [value, p.pick("phi[tid] = s - margin", "phi[tid] = s - radius[tid]")], miss)
    if form == "clamped":
        return _answered(
            p, [value, p.pick("phi[tid] = wp.clamp(s, -margin, margin)", "phi[tid] = wp.max(s, -margin)")], miss
        )
    if form == "banded":
        return _answered(p, [value, block("if wp.abs(s) < margin:", "s = 0.0"), "phi[tid] = s"], miss)
    marks = chain(("s < -margin", "state[tid] = -1"), ("s < margin", "state[tid] = 0"), otherwise="state[tid] = 1")
    return _answered(p, [value, "phi[tid] = s", marks], join(miss, p.pick("state[tid] = 1", "state[tid] = 2")))


def _push_out(p: Program) -> list[str]:
    """Particles that are inside, or nearly, go to the surface; others stay."""
    stay = p.pick("out[tid] = x[tid]", "out[tid] = p")
    base = stay.rpartition(" ")[2]
    out = p.pick(
        "out[tid] = surface", f"out[tid] = {base} + (surface - p)", f"out[tid] = {base} + (surface - p) * rest"
    )
    inside = p.pick("answer.sign < 0.0", "answer.sign <= 0.0")
    form = p.pick("plain", "early", "margin", "delta", "count")
    if form == "plain":
        return _answered(p, [block(f"if {inside}:", _surface(p), out) + "\n" + block("else:", stay)], stay)
    if form == "early":
        return _answered(p, [block("if answer.sign > 0.0:", stay, "return"), _surface(p), out], stay)
    if form == "count":
        found = block(f"if {inside}:", _surface(p), out, "wp.atomic_add(count, 0, 1)")
        return _answered(p, [stay, found], stay)
    signed = [_surface(p), "d = surface - p", "r = wp.length(d) * answer.sign"]
    shift = p.pick("d * rest", "d * (margin - r)", "d * (rest * (margin - r))")
    if form == "margin":
        return _answered(p, [*signed, stay, block("if r < margin:", f"out[tid] = {base} + {shift}")], stay)
    return _answered(p, [*signed, block("if r < margin:", f"dv[tid] += {shift}")], "")


def _inside(p: Program, value: str) -> list[str]:
    add = p.pick("wp.atomic_add(count, {}, 1)", "count[{}] += 1")
    one, two = add.format(0), add.format(1)
    miss = p.pick("state[tid] = 0", "state[tid] = -1", f"state[tid] = -1\n{two}")
    test = p.pick("answer.sign < 0.0", "answer.sign <= 0.0")
    form = p.pick("two", "state", "band", "nested")
    if form == "two":
        return _answered(
            p, [block(f"if {test}:", "state[tid] = 1", one) + "\n" + block("else:", "state[tid] = 0", two)], miss
        )
    if form == "state":
        return _answered(p, ["state[tid] = 0", block(f"if {test}:", "state[tid] = 1")], miss)
    if form == "band":
        near = chain(
            ("s < -margin", join("state[tid] = 2", one)), ("s < margin", "state[tid] = 1"), otherwise="state[tid] = 0"
        )
        return _answered(p, [value, near], miss)
    kept = block(f"if {test}:", value, "state[tid] = 1", block("if s < -margin:", "state[tid] = 2", one))
    return _answered(p, ["state[tid] = 0", kept], miss)


# ---- faces


def _draw_faces(stream: Stream, target: str) -> KernelSpec:
    """The faces of a mesh, one a thread, through its own arrays."""
    shapes = ("icosahedron", "terrain", *(() if target == "face_facing" else ("octahedron", "box")))
    shape = stream.child("shape_of_mesh").choice(shapes)
    faces, size = face_count(shape), face_area(shape)
    extra = stream.child("threads").choice((0, 0, 4))
    p = Program(stream, ("tid", "face", "tri", "i"), launch=(faces + extra,))
    p.handle("mesh", _MESHES, lambda name: mesh_argument(name, shape, _NOISE, velocities=target == "face_flux"))
    p.array("tag", INT, (-1, 2), (p.threads,), ("material", "face_tag", "face_group"))
    p.array("scale", FLOAT, (0.5, 2), (p.threads,), ("density", "weights", "pressure"))
    p.scalar("up", VEC, (-0.8, 1.0), ("up", "light_dir", "wind", "axis"))
    least = (0.6 * size, 1.4 * size) if target in ("face_area", "face_centre") else (0.05 * size, 0.6 * size)
    p.scalar("least", FLOAT, least, ("min_area", "threshold", "eps"))
    p.output("area", FLOAT, (p.threads,), ("areas", "face_area", "area"))
    p.output("total", FLOAT, (1,), ("total_area", "volume", "flux", "sum_out"), (0, 1))
    p.output("centre", VEC, (p.threads,), ("centroids", "face_center", "centers"))
    p.output("normal", VEC, (p.threads,), ("normals", "face_normals"))
    p.output("state", INT, (p.threads,), ("visible", "face_state", "facing", "lit"))
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
        rest = {"face_area": _areas, "face_facing": _facing, "face_centre": _centres}.get(target)
        lines = [_corners(p, held), *(rest(p) if rest is not None else _flux(p, held))]
    if not p.maybe(0.3):
        p.add(*lines)
    elif p.choices.chance(0.5):
        p.add(block(f"if tag[tid] {p.pick('< 0', '== -1')}:", "return"), *lines)
    else:
        p.add(block(f"if tag[tid] {p.pick('>= 0', '!= -1')}:", *lines))
    titles = {
        "face_area": ("face_areas", "compute_area", "mesh_area", "measure_faces"),
        "face_facing": ("mark_visible", "classify_faces", "face_lighting", "front_faces"),
        "face_flux": ("face_flux", "drag_on_faces", "swept_volume"),
        "face_centre": ("face_centers", "compute_centroids", "mesh_centroid"),
    }[target]
    return p.done("queries", "mesh_faces", target, "The faces of a mesh", titles)


def _corners(p: Program, held: bool) -> str:
    """The corners ``pa``, ``pb`` and ``pc`` of a face."""
    if held and p.choices.chance(0.5):
        first = p.pick(
            "ia = held.indices[tid * 3 + 0]\nib = held.indices[tid * 3 + 1]\nic = held.indices[tid * 3 + 2]",
            "ia = held.indices[3 * tid]\nib = held.indices[3 * tid + 1]\nic = held.indices[3 * tid + 2]",
            "ia = wp.mesh_get_index(mesh, tid * 3)\nib = wp.mesh_get_index(mesh, tid * 3 + 1)\n"
            "ic = wp.mesh_get_index(mesh, tid * 3 + 2)",
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


def _facing(p: Program) -> list[str]:
    towards = p.pick(
        "n = wp.mesh_eval_face_normal(mesh, tid)\ns = wp.dot(n, up) + 0.1 * wp.dot(pa + pb + pc, n)",
        "n = wp.normalize(wp.cross(pb - pa, pc - pa))\ns = wp.dot(n, up)",
    )
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
            "state[tid] = 0",
            block("if s <= 0.0:", "return"),
            "state[tid] = 1",
            p.pick("normal[tid] = n", "area[tid] = s"),
        ]
    back = block("if s < 0.0:", "n = -n", p.pick("", "state[tid] = 1"))
    return [towards, "state[tid] = 0" if "state" in back else "", back, "normal[tid] = n"]


def _flux(p: Program, held: bool) -> list[str]:
    speed = p.pick(
        "v = wp.mesh_eval_velocity(mesh, tid, 0.33, 0.33)",
        "v = wp.mesh_get_velocity(mesh, tid * 3) + wp.mesh_get_velocity(mesh, tid * 3 + 1)",
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
        "c = wp.mesh_eval_position(mesh, tid, 0.25, 0.25) + pa * 0.1 + (pb - pc) * 0.1",
    )
    form = p.pick("plain", "above", "weighted", "normal", "guard")
    if form == "plain":
        return [middle, p.pick("centre[tid] = c", "centre[tid] = c * scale[tid]")]
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
            p.pick("", block("if tag[tid] > 0:", "wp.atomic_add(total, 0, scale[tid])")),
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
            p.pick("centre[tid] = c / 3.0", "centre[tid] = c * (scale[tid] / 3.0)"),
        ]
    if form == "count":
        return ["num = int(0)", block("for k in range(3):", above), p.pick("state[tid] = num", "state[tid] = num - 1")]
    kinds = chain(("num == 3", "state[tid] = 1"), ("num == 0", "state[tid] = -1"), otherwise="state[tid] = 0")
    return ["num = int(0)", block("for k in range(3):", above), kinds]


RECIPES = (
    Recipe(
        name="closest_point",
        category="queries",
        targets=("mesh_contact", "mesh_project", "mesh_distance", "mesh_velocity"),
        draw=_draw_closest,
    ),
    Recipe(
        name="signed_distance",
        category="queries",
        targets=("sdf_sample", "push_out", "inside_count"),
        draw=_draw_signed,
    ),
    Recipe(
        name="mesh_faces",
        category="queries",
        targets=("face_area", "face_facing", "face_flux", "face_centre"),
        draw=_draw_faces,
    ),
)
