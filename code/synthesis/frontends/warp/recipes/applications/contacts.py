"""Contacts: which pairs of shapes may touch, and what a contact does to its two bodies."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, PAIR, VEC, Program
from synthesis.grammar.lines import block, chain, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_PAIRS = (("tid", "i", "pair", "pair_id"),)
_CONTACTS = (("tid", "i", "contact", "contact_id"),)


def _read_pair(p: Program, shapes: int) -> list[str]:
    """The two shapes of a pair, and what is done where one of them is missing."""
    p.array("pairs", PAIR, (-1, shapes - 1), (p.threads,), ("shape_pairs", "pairs", "candidate_pair", "geom_pair"))
    p.array("shape0", INT, (-1, shapes - 1), (p.threads,), ("shape0", "shape_a", "geom1", "pair_first"))
    p.array("shape1", INT, (-1, shapes - 1), (p.threads,), ("shape1", "shape_b", "geom2", "pair_second"))
    p.array("pairs2d", INT, (-1, shapes - 1), (p.threads, 2), ("pairs", "shape_pairs", "collision_pairs"))
    read = p.pick(
        "pair_ab = pairs[tid]\na = pair_ab[0]\nb = pair_ab[1]",
        "a = shape0[tid]\nb = shape1[tid]",
        "a = pairs[tid][0]\nb = pairs[tid][1]",
        "a = pairs2d[tid, 0]\nb = pairs2d[tid, 1]",
    )
    return [read]


def _pair_tests(p: Program, shapes: int) -> list[str]:
    """Why a pair is left out; the first of them has to come before anything is looked up."""
    p.array("group", INT, (-1, 2), (shapes,), ("shape_group", "collision_group", "shape_collision_group"))
    p.array("flags", INT, (2, 7), (shapes,), ("shape_flags", "geom_flags", "flags"))
    p.array("body", INT, (-1, shapes // 2), (shapes,), ("shape_body", "geom_bodyid", "body_ids"))
    p.array("contype", INT, (0, 7), (shapes,), ("contype", "geom_contype", "category_bits"))
    p.array("affinity", INT, (0, 7), (shapes,), ("conaffinity", "geom_conaffinity", "mask_bits"))
    p.array("world", INT, (-1, 2), (shapes,), ("shape_world", "env_id", "shape_env"))
    p.constants({"COLLIDE_SHAPES": 2})
    groups = p.pick(
        "group[a] != group[b] and group[a] != -1 and group[b] != -1",
        "group[a] == 0 or group[b] == 0",
        "group[a] > 0 and group[b] > 0 and group[a] != group[b]",
    )
    flags = p.pick(
        "(flags[a] & COLLIDE_SHAPES) == 0 or (flags[b] & COLLIDE_SHAPES) == 0",
        "not ((flags[a] & flags[b] & COLLIDE_SHAPES) != 0)",
    )
    bodies = p.pick("body[a] == body[b]", "body[a] == body[b]")
    masks = "(contype[a] & affinity[b]) == 0 and (contype[b] & affinity[a]) == 0"
    worlds = "world[a] != -1 and world[b] != -1 and world[a] != world[b]"
    return p.some((groups, flags, bodies, masks, worlds), least=1)[:2]


def _draw_pair_filter(stream: Stream, target: str) -> KernelSpec:
    """Pairs of shapes that may collide: by groups, flags, bodies and worlds, with -1 for none."""
    p = Program(stream, *_PAIRS, launch=(stream.child("threads").choice((64, 96, 128)),))
    shapes = p.choices.choice((6, 8, 12))
    p.guard_count("pair")
    p.output("mask", INT, (p.threads,), ("pair_valid", "pair_mask", "keep", "accepted"))
    p.output("count", INT, (1,), ("pair_count", "num_pairs", "candidate_count"), (0, 3))
    p.output("degree", INT, (shapes,), ("shape_degree", "contacts_per_shape", "neighbor_count"), (0, 3))
    p.output("kind", INT, (p.threads,), ("pair_type", "collision_kind", "narrowphase"))
    default = {"pair_mask": "mask[tid] = 0", "pair_count": "", "pair_kind": "kind[tid] = NO_COLLISION"}[target]
    p.constants({"NO_COLLISION": -1, "SPHERE": 0, "CAPSULE": 1, "BOX": 2})
    p.array("type", INT, (0, 3), (shapes,), ("shape_type", "geom_type", "shape_types"))
    accept = {
        "pair_mask": "mask[tid] = 1",
        "pair_count": p.pick(
            "wp.atomic_add(count, 0, 1)",
            "wp.atomic_add(degree, a, 1)\nwp.atomic_add(degree, b, 1)",
            "wp.atomic_add(degree, a, 1)\nwp.atomic_add(degree, b, 1)\nwp.atomic_add(count, 0, 1)",
        ),
        "pair_kind": _kinds(p),
    }[target]
    missing = p.pick("a < 0 or b < 0", "a == -1 or b == -1", "wp.min(a, b) < 0")
    tests = [missing, *(["a == b"] if p.maybe(0.4) else []), *_pair_tests(p, shapes)]
    lines = _read_pair(p, shapes)
    form = p.pick("returns", "returns", "set_and_return", "flag", "nested")
    if form == "nested":
        inner = accept
        for test in reversed(tests[1:]):
            inner = block(f"if not ({test}):", inner)
        p.add(*lines, default, block("if a >= 0 and b >= 0:", inner))
    elif form == "flag":
        rest = [block(f"if {test}:", "allowed = False") for test in tests[1:]]
        p.add(*lines, default, block(f"if {tests[0]}:", "return"))
        p.add("allowed = bool(True)", *rest, block("if allowed:", accept))
    elif form == "set_and_return" and default:
        p.add(*lines, *(block(f"if {test}:", default, "return") for test in tests), accept)
    else:
        p.add(*lines, default, *(block(f"if {test}:", "return") for test in tests), accept)
    titles = {
        "pair_mask": ("filter_pairs", "filter_shape_pairs", "mark_collision_pairs", "broadphase_filter"),
        "pair_count": ("count_pairs", "count_candidate_pairs", "count_contacts_per_shape"),
        "pair_kind": ("classify_pairs", "sort_collision_pairs", "dispatch_narrowphase"),
    }[target]
    return p.done("contact", "pair_filter", target, "Which pairs of shapes may collide", titles)


def _kinds(p: Program) -> str:
    """Which routine a pair is for, by the types of its shapes."""
    same = ("type[a] == SPHERE and type[b] == SPHERE", "kind[tid] = 0")
    cases = [
        ("type[a] == SPHERE or type[b] == SPHERE", "kind[tid] = 1"),
        ("type[a] == CAPSULE and type[b] == CAPSULE", "kind[tid] = 2"),
        ("type[a] == BOX", p.pick("kind[tid] = 3", "kind[tid] = type[b] + 3")),
    ]
    if p.choices.chance(0.4):
        swapped = block("if ta > tb:", "ta = type[b]\ntb = type[a]")
        cases = [
            ("ta == SPHERE", "kind[tid] = tb"),
            ("ta == CAPSULE", "kind[tid] = tb + 3"),
            ("ta == tb", "kind[tid] = 7"),
        ]
        return join(
            "ta = type[a]\ntb = type[b]", swapped, chain(*cases[: p.choices.integer(2, 3)], otherwise="kind[tid] = 8")
        )
    return chain(same, *cases[: p.choices.integer(1, 3)], otherwise=p.pick("", "kind[tid] = 4"))


def _draw_contact_force(stream: Stream, target: str) -> KernelSpec:
    """A contact's force on its two bodies, of which one may be the world."""
    p = Program(stream, *_CONTACTS)
    bodies = p.choices.choice((6, 8, 10))
    p.guard_count("contact")
    p.array("body0", INT, (-1, bodies - 1), (p.threads,), ("contact_body0", "body_a", "contact_b0"))
    p.array("body1", INT, (-1, bodies - 1), (p.threads,), ("contact_body1", "body_b", "contact_b1"))
    p.array("normals", VEC, (-1, 1), (p.threads,), ("contact_normal", "normals", "contact_n"))
    p.array("depths", FLOAT, (-0.3, 0.2), (p.threads,), ("contact_dist", "separation", "gap"))
    p.array("points", VEC, (-1, 1), (p.threads,), ("contact_point", "contact_pos", "points"))
    p.array("velocities", VEC, (-1, 1), (bodies,), ("body_v", "body_vel", "linear_velocity"))
    p.array("spins", VEC, (-1, 1), (bodies,), ("body_w", "body_omega", "angular_velocity"))
    p.array("positions", VEC, (-1, 1), (bodies,), ("body_pos", "body_com", "body_x"))
    p.number("ke", (10, 100), ("ke", "stiffness", "contact_ke"), ("100.0", "1000.0", "50.0"))
    p.number("kd", (0.5, 5), ("kd", "damping", "contact_kd"), ("0.5", "1.0", "10.0"))
    p.number("kf", (1, 10), ("kf", "friction_damping", "contact_kf"), ("5.0", "20.0"))
    p.number("mu", (0.2, 1), ("mu", "friction", "friction_coef"), ("0.5", "0.8", "0.3"))
    p.number("margin", (0.01, 0.1), ("margin", "contact_margin", "thickness"), ("0.01", "0.05", "0.02"))
    p.output("forces", VEC, (bodies,), ("body_f", "body_force", "forces"), (-1, 1))
    p.output("torques", VEC, (bodies,), ("body_t", "body_torque", "torques"), (-1, 1))
    p.output("magnitude", FLOAT, (p.threads,), ("contact_force", "normal_force", "contact_fn"), (0, 1))
    spin = target == "contact_wrench"
    skip = [block("if a == b:", "return")] if p.maybe(0.5) else []
    gap = p.pick("d = depths[tid]", "d = depths[tid] - margin")
    early = [*skip, join(gap, block(f"if {p.pick('d >= 0.0', 'd > 0.0')}:", "return"))]
    p.add("a = body0[tid]\nb = body1[tid]", *(p.choices.shuffled(early) if p.choices.chance(0.5) else early))
    p.add("n = wp.normalize(normals[tid])" if p.choices.chance(0.3) else "n = normals[tid]")
    p.add(*_approach(p, spin), *_contact_law(p))
    p.add(*(["magnitude[tid] = fn"] if p.maybe(0.35) else []))
    atomic = spin or p.choices.chance(0.6)
    for side, add, sign in (("a", "add", "+"), ("b", "sub", "-")):
        push = f"wp.atomic_{add}(forces, {side}, f)" if atomic else f"forces[{side}] {sign}= f"
        turn = f"wp.atomic_{add}(torques, {side}, wp.cross(r{side}, f))" if spin else ""
        p.add(block(f"if {side} {p.pick('>= 0', '!= -1', '>= 0')}:", push, turn))
    titles = ("eval_body_contacts", "apply_contact_forces", "solve_contacts", "eval_rigid_contacts", "penalty_contacts")
    return p.done("contact", "contact_force", target, "The forces of contacts on their bodies", titles)


def _approach(p: Program, spin: bool) -> list[str]:
    """The relative velocity of two bodies; the world has none."""
    lines = [
        block(
            f"if {side} >= 0:",
            f"r{side} = points[tid] - positions[{side}]" if spin else "",
            f"v{side} = velocities[{side}]" + (f" + wp.cross(spins[{side}], r{side})" if spin else ""),
        )
        for side in "ab"
    ]
    zero = "wp.vec3(0.0, 0.0, 0.0)"
    starts = [f"{name} = {zero}" for name in ("va", "vb", *(("ra", "rb") if spin else ()))]
    return [*starts, *lines, "v = vb - va", "vn = wp.dot(n, v)"]


def _contact_law(p: Program) -> list[str]:
    """The force ``f`` on the first body, and its normal part ``fn``."""
    law = p.pick("fn = -ke * d - kd * vn", "fn = -ke * d - kd * wp.min(vn, 0.0)", "fn = -ke * d")
    clamped = p.pick("fn = wp.max(fn, 0.0)", "if fn < 0.0:\n    fn = 0.0")
    if "vn" not in law:
        clamped = block(f"if vn {p.pick('<', '<=')} 0.0:", "fn -= kd * vn") + "\n" + clamped
    if not p.maybe(0.55):
        return [law, clamped, p.pick("f = -n * fn", "f = n * (-fn)")]
    tangent = "vt = v - n * vn\nvt_len = wp.length(vt)"
    friction = p.pick(
        "ft = vt * (wp.min(kf * vt_len, mu * fn) / vt_len)",
        "ft = vt * (mu * fn / vt_len)",
        "ft = wp.normalize(vt) * (mu * fn)",
    )
    test = block("if vt_len > TINY:", friction)
    return [law, clamped, tangent, "ft = wp.vec3(0.0, 0.0, 0.0)", test, p.pick("f = ft - n * fn", "f = -n * fn + ft")]


RECIPES = (
    Recipe(
        name="pair_filter",
        category="contact",
        targets=("pair_mask", "pair_count", "pair_kind"),
        draw=_draw_pair_filter,
    ),
    Recipe(
        name="contact_force", category="contact", targets=("contact_push", "contact_wrench"), draw=_draw_contact_force
    ),
)
