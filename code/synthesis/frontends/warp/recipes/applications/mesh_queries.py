"""Questions to a mesh: the closest point, rays, its faces. The mesh is an id that a kernel is given."""

from collections.abc import Sequence

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, VEC, Program
from synthesis.frontends.warp.recipes.applications.shapes import CLOSED, SHAPES, face_count, mesh_argument
from synthesis.grammar.lines import block, chain, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

MESHES = ("mesh", "mesh_id", "shape_mesh")
"""What a mesh is called."""
_POINTS = ("points", "particle_q", "positions", "query_points", "x")
NOISE = 0.15
"""What the corners of a mesh are moved by at most."""


def ask_mesh(p: Program, shapes: Sequence[str] = tuple(SHAPES), *, velocities: bool = False) -> int:
    """Have lines name a mesh of one of some shapes ``mesh``; how many faces it has.

    Args:
        p: the kernel.
        shapes: those that it may have.
        velocities: whether its corners have velocities.
    """
    shape = p.choices.choice(shapes)
    p.handle("mesh", MESHES, lambda name: mesh_argument(name, shape, NOISE, velocities=velocities))
    return face_count(shape)


def _place(p: Program, *, coarse: bool = False, moved: bool = False) -> str:
    """Where a thread asks.

    Args:
        p: the kernel.
        coarse: whether the answer tells nothing of small differences.
        moved: whether particles are put where the answer says, so that they are in the mesh's own frame.
    """
    p.array("x", VEC, (-1.25, 1.15), (p.threads,), _POINTS)
    p.array("v", VEC, (-1, 0.8), (p.threads,), ("velocities", "particle_qd", "vel"))
    p.scalar("origin", VEC, (-0.5, 0.4), ("origin", "mesh_pos", "offset", "translation"))
    p.number("dt", (0.05, 0.2), ("dt", "h", "time_step"), ("0.1", "0.05"))
    ways = ("p = x[tid]", "p = x[tid]", "p = x[tid] - origin")
    if moved:
        return p.pick("p = x[tid]", "p = x[tid]", "p = x[tid] + v[tid] * dt")
    return p.pick(*ways, *(() if coarse else ("p = x[tid] + v[tid] * dt",)))


def _skip(p: Program, kept: str = "") -> str:
    """What leaves some particles alone, and writes what is ``kept`` of them."""
    p.array("flags", INT, (0, 3), (p.threads,), ("flags", "particle_flags", "active", "mask"))
    p.array("shape", INT, (-1, 2), (p.threads,), ("shape_ids", "collider_id", "group"))
    p.array("mass", FLOAT, (-0.2, 1), (p.threads,), ("inv_mass", "particle_inv_mass", "mass"))
    p.constants({"ACTIVE": 1})
    if not p.maybe(0.5):
        return ""
    tests = ("(flags[tid] & ACTIVE) == 0", "flags[tid] == 0", "shape[tid] < 0", "mass[tid] <= 0.0", "shape[tid] == -1")
    chosen = p.pick(*tests)
    return block(f"if {chosen}:", kept, "return")


def _answered(p: Program, hit: list[str], miss: str, *, early: bool = True) -> list[str]:
    """What is done where there is an answer, and where there is none; ``miss`` may be empty."""
    form = p.pick("return", "return", "nested", "nested", "first", "negated")
    if form == "return" and early:
        return [block(f"if {p.pick('not answer.result', 'not answer.result')}:", miss, "return"), *hit]
    if form == "first" and miss:
        return [miss, block("if answer.result:", *hit)]
    if form == "negated" and miss:
        return [block("if not answer.result:", miss) + "\n" + block("else:", *hit)]
    return [block("if answer.result:", *hit) + (f"\n{block('else:', miss)}" if miss else "")]


# ---- the closest point


def _ask_point(
    p: Program, *, signed: bool = False, winding: bool = False, far: bool = False, sized: bool = True
) -> str:
    """The question.

    Args:
        p: the kernel.
        signed: whether it is asked for the side too.
        winding: whether the side is told by the winding number.
        far: whether the distance is one that what is done with the answer does not reach to.
        sized: whether it may be farther for a particle that is larger.
    """
    p.array("radius", FLOAT, (0.02, 0.2), (p.threads,), ("radius", "particle_radius", "radii"))
    p.number("reach", (0.15, 0.5), ("max_dist", "query_dist", "max_distance", "cutoff"), ("0.3", "0.25", "0.4"))
    p.constants({"SEARCH_RADIUS": p.choices.choice((0.5, 0.6, 0.75))})
    reach = "SEARCH_RADIUS" if far else p.pick("reach", "reach", *(["reach + radius[tid]"] if sized else []))
    name = "mesh_query_point" if signed else "mesh_query_point_no_sign"
    if winding:
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
    kept = {"mesh_project": "out[tid] = x[tid]", "mesh_contact": "state[tid] = -1"}.get(target, "")
    p.add(_skip(p, kept), _place(p, moved=target == "mesh_project"))
    gap = ["d = p - surface", "r = wp.length(d)"]
    near = _surface(p)
    if target == "mesh_contact":
        p.add(*_contact(p, near, gap))
    elif target == "mesh_project":
        p.add(_ask_point(p, sized=False), *_project(p, near, gap))
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
    stay = "out[tid] = p"
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
        hit, miss = [near, *gap, p.pick("w = wp.max(1.0 - r / reach, 0.0)", "w = wp.clamp(1.0 - r / reach, 0.0, 1.0)"),
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
    ask = _ask_point(p, far=form != "always", sized=False)
    if form == "always":
        hit = [near, *gap, relative, p.pick(simple, "w = wp.max(1.0 - r / reach, 0.0)\nf[tid] -= rel * (kd * w)")]
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
    p.constants({"OUTSIDE": 0, "SURFACE": 1, "INSIDE": 2})
    p.number("rest", (0.2, 0.9), ("restitution", "relaxation", "push_ratio"), ("0.5", "0.8"))
    p.output("phi", FLOAT, (p.threads,), ("phi", "sdf", "signed_distance", "dist"))
    p.output("out", VEC, (p.threads,), ("x_new", "corrected", "out"))
    p.output("dv", VEC, (p.threads,), ("delta", "dx", "correction"), (-0.2, 0.2))
    p.output("state", INT, (p.threads,), ("inside", "state", "label", "occupancy"))
    p.output("count", INT, (2,), ("counts", "num_inside", "totals"), (0, 3))
    p.add(
        _skip(p, {"push_out": "out[tid] = x[tid]", "inside_count": "state[tid] = -1"}.get(target, "")),
        _place(p, coarse=target == "inside_count", moved=target == "push_out"),
        _ask_point(p, signed=True, winding=target == "winding_number", far=target in ("push_out", "inside_count")),
    )
    value = _surface(p) + "\n" + p.pick(
        "s = answer.sign * wp.length(p - surface)", "d = surface - p\ns = wp.length(d) * answer.sign",
        "s = wp.length(p - surface)\nif answer.sign < 0.0:\n    s = -s",
    )  # fmt: skip
    if target in ("sdf_sample", "winding_number"):
        p.add(*_sample(p, value))
    elif target == "push_out":
        p.add(*_push_out(p))
    else:
        p.add(*_inside(p, value))
    titles = {
        "sdf_sample": ("sample_sdf", "mesh_sdf", "compute_signed_distance", "bake_sdf"),
        "winding_number": ("sample_sdf", "winding_number_sdf", "robust_signed_distance", "bake_sdf"),
        "push_out": ("push_out", "resolve_penetration", "mesh_collision_response", "project_outside"),
        "inside_count": ("count_inside", "classify_points", "inside_outside", "mark_inside"),
    }[target]
    return p.done("queries", "signed_distance", target, "Inside and outside of a mesh", titles)


def _sample(p: Program, value: str) -> list[str]:
    form = p.pick("plain", "margin", "clamped", "marked", "banded")
    # out of reach is as far as was asked, or as the field goes
    miss = "phi[tid] = margin" if form == "clamped" else "phi[tid] = reach"
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
    marks = chain(
        ("s < -margin", "state[tid] = INSIDE"), ("s < margin", "state[tid] = SURFACE"), otherwise="state[tid] = OUTSIDE"
    )
    return _answered(p, [value, "phi[tid] = s", marks], join(miss, "state[tid] = OUTSIDE"))


def _push_out(p: Program) -> list[str]:
    """Particles that are inside, or nearly, go to the surface; others stay."""
    stay = "out[tid] = p"
    out = p.pick("out[tid] = surface", "out[tid] = p + (surface - p)", "out[tid] = p + (surface - p) * rest")
    inside = "answer.sign < 0.0"
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
        return _answered(p, [*signed, stay, block("if r < margin:", f"out[tid] = p + {shift}")], stay)
    return _answered(p, [*signed, block("if r < margin:", f"dv[tid] += {shift}")], "")


def _inside(p: Program, value: str) -> list[str]:
    add = p.pick("wp.atomic_add(count, {}, 1)", "count[{}] += 1")
    one, two = add.format(0), add.format(1)
    miss = "state[tid] = OUTSIDE"
    test = "answer.sign < 0.0"
    form = p.pick("two", "state", "band", "nested")
    if form == "two":
        return _answered(
            p, [block(f"if {test}:", "state[tid] = INSIDE", one) + "\n" + block("else:", miss, two)], join(miss, two)
        )
    if form == "state":
        return _answered(p, [miss, block(f"if {test}:", "state[tid] = INSIDE", p.pick(one, ""))], miss)
    if form == "band":
        near = chain(
            ("s < -margin", join("state[tid] = INSIDE", one)), ("s < margin", "state[tid] = SURFACE"), otherwise=miss
        )
        return _answered(p, [value, near], miss)
    kept = block(f"if {test}:", value, "state[tid] = SURFACE", block("if s < -margin:", "state[tid] = INSIDE", one))
    return _answered(p, [miss, kept], miss)


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
        targets=("sdf_sample", "push_out", "inside_count", "winding_number"),
        draw=_draw_signed,
    ),
)
