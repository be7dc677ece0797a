"""Particles, springs and contacts: forces and time integration."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain, Role
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Call, Expression, For, Literal, Name, Subscript
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.domains.scene import (
    NUMBER,
    POINTS,
    POSITIVE,
    STEP,
    UNIT,
    VEC,
    Scene,
    term,
)

_POSITIONS = ("positions", "particle_q", "points", "x", "pos", "particle_x")
_VELOCITIES = ("velocities", "particle_qd", "vel", "v", "particle_v")
_FORCES = ("forces", "particle_f", "f_ext", "f", "accumulated")
DT = ("dt", "h", "delta_t", "time_step")
INDICES = Type("int32")
_ENDS = (
    (("edge_a", "first", "spring_i", "head"), ("edge_b", "second", "spring_j", "tail")),
    (("starts", "from_ids", "src_ids"), ("ends", "to_ids", "dst_ids")),
)


def _draw_integrated(stream: Stream, target: str) -> KernelSpec:
    """Draw a time step of a particle's position and velocity under forces."""
    scene = Scene(stream, (VEC, NUMBER))
    choices = scene.choices
    scene.add(
        "p = own_p\n\nv = own_v", own_p=scene.own(VEC, POINTS, _POSITIONS), own_v=scene.own(VEC, UNIT, _VELOCITIES)
    )
    p, v = scene.name("p"), scene.name("v")
    push = scene.own(VEC, UNIT, _FORCES)
    if choices.chance(0.5):
        scene.add(
            "a = push * inv_m", push=push, inv_m=scene.own(NUMBER, POSITIVE, ("inv_mass", "particle_inv_mass", "w"))
        )
    else:
        scene.add(
            "a = push / own_m", push=push, own_m=scene.own(NUMBER, POSITIVE, ("mass", "particle_mass", "masses", "m"))
        )
    if choices.chance(0.6):
        gravity: Expression = scene.template.expression(
            "wp.vec3(0.0, down, 0.0)", down=Literal(choices.choice(("-9.8", "-9.81", "-1.0")))
        )
        if choices.chance(0.5):
            gravity = scene.shared(VEC, UNIT, ("gravity", "g", "g_accel"))
        scene.add("a = a + gravity", gravity=gravity)
    if choices.chance(0.5):
        field = scene.weave_hole(VEC, [(p, POINTS), (v, UNIT)], Domain(low=-60.0, high=60.0), (0, 2))
        scene.add("a += field", field=field)
    dt = scene.shared(NUMBER, STEP, DT)
    if target == "explicit_euler":
        scene.add("nxt = p + v * dt\n\nv = v + a * dt", dt=dt)
    elif target == "verlet":
        scene.add("nxt = p + v * dt + 0.5 * a * dt * dt\n\nv = v + 0.5 * a * dt", dt=dt)
    else:
        scene.add(
            "v = v + a * dt\n\nnxt = p + v * dt" if choices.chance(0.6) else "v += a * dt\n\nnxt = p + dt * v", dt=dt
        )
    if choices.chance(0.5):
        damping = scene.number(0.1, 0.9, ("damping", "drag", "friction", "air_drag"))
        scene.add(
            choices.choice(
                ("v = v * (1.0 - damping * dt)", "v = v * wp.exp(-damping * dt)", "v *= 1.0 / (1.0 + damping * dt)")
            ),
            damping=damping,
            dt=dt,
        )
    if choices.chance(0.35):
        scene.add(
            "nxt = wp.vec3(nxt[0], wp.max(nxt[1], ground), nxt[2])",
            ground=scene.number(-1.0, 0.5, ("ground", "floor_y", "height")),
        )
    scene.draft.store(term(v, 8.0, VEC))
    return scene.finish(
        term(scene.name("nxt"), 4.0, VEC),
        "simulation",
        "integrator",
        target,
        "Time integration of particles",
        ("scale",),
    )


def _draw_spring(stream: Stream, target: str) -> KernelSpec:
    """Draw the force of a spring on its two ends, or a compliant constraint between them."""
    scene = Scene(stream, (NUMBER,))
    choices, count = scene.choices, scene.choices.choice((12, 16, 20))
    i = scene.thread[0]
    x = scene.array(VEC, POINTS, (count,), _POSITIONS)
    low, high = Domain(low=0, high=count // 2 - 1), Domain(low=count // 2, high=count - 1)
    starts, ends = _ENDS[not choices.chance(0.5)]
    first, second = (
        Subscript(scene.array(INDICES, domain, scene.draft.threads, pool), (i,))
        for domain, pool in ((low, starts), (high, ends))
    )
    scene.add(
        "ia = first\n\nib = second\n\np = x[ia]\n\nq = x[ib]\n\nd = q - p\n\nr = wp.length(d)",
        first=first,
        second=second,
        x=x,
    )
    scene.add(choices.choice(("n = d / (r + 0.01)", "n = wp.normalize(d)")))
    rest = scene.own(NUMBER, POSITIVE, ("rest_lengths", "rest", "lengths", "l0"))
    stretch = choices.choice(
        ("e = r - rest", "e = r / rest - 1.0", "e = wp.max(r - rest, 0.0)", "e = (r - rest) / (r + rest)")
    )
    scene.add(stretch, rest=rest)
    stiffness = scene.number(0.5, 2.0, ("stiffness", "ke", "k_s", "spring_ke"))
    factor = scene.weave_hole(NUMBER, [(scene.name("r"), Domain(low=0.1, high=6.0))], Domain(low=-20.0, high=20.0))
    scene.add("s = stiffness * e * factor", stiffness=stiffness, factor=factor)
    if target == "spring_damper":
        velocities = scene.array(VEC, UNIT, (count,), _VELOCITIES)
        scene.add(
            "s = s + kd * wp.dot(velocities[ib] - velocities[ia], n)",
            kd=scene.number(0.1, 1.0, ("damping", "kd", "spring_kd")),
            velocities=velocities,
        )
    if target == "constraint":
        masses = scene.array(NUMBER, POSITIVE, (count,), ("inv_mass", "w", "inv_masses"))
        scene.add(
            "w = masses[ia] + masses[ib]\n\ns = s / (w + alpha)",
            masses=masses,
            alpha=scene.number(0.1, 0.9, ("compliance", "alpha", "softness")),
        )
    out = Name(
        scene.draft.add_array(
            VEC, UNIT, (count,), Role.INOUT, ("forces", "particle_f", "deltas", "f_out", "corrections")
        )
    )
    scene.add(
        "wp.atomic_add(out, ia, n * s)\n\n"
        + choices.choice(("wp.atomic_sub(out, ib, n * s)", "wp.atomic_add(out, ib, -(n * s))")),
        out=out,
    )
    return scene.done(
        "simulation",
        "spring",
        target,
        "Compliant distance constraint between particles"
        if target == "constraint"
        else "Spring forces on pairs of particles",
        ("atomic_add", "length"),
    )


_FALLOFFS = (
    "w = w / (1.0 + r)", "w = w * wp.exp(-0.3 * r)", "w = w * wp.max(1.0 - 0.1 * r, 0.1)", "w = w * wp.cos(0.2 * r)",
    "w = w / wp.sqrt(r + 0.5)", "w = w * (1.2 - wp.tanh(r))",
)  # fmt: skip
"""Changes of a neighbour's weight with ``r``, the squared distance plus a constant."""


def _add_contribution(
    scene: Scene, choices: Stream, target: str, x: Name, table: Name, radius: Expression, weights: Name, *, vector: bool
) -> None:
    """Add what one neighbour contributes to the sum."""
    scene.add(
        "q = x[table[i, k]]\n\nd = q - p\n\nr = wp.length_sq(d) + soft",
        x=x,
        table=table,
        i=scene.thread[0],
        soft=scene.draft.literal(choices.choice((0.1, 0.2, 0.5)), "float32").node,
    )
    w = {
        "attraction": "w = mass[table[i, k]] / (r * wp.sqrt(r))",
        "repulsion": "w = -mass[table[i, k]] / (r * r + radius)",
        "cohesion": "w = wp.exp(-r / radius)",
        "density": "w = mass[table[i, k]] * wp.exp(-r / radius)",
        "lennard_jones": "u6 = radius / (r + 1.0)\n\nw = mass[table[i, k]] * (u6 * u6 - u6)",
        "potential": "w = mass[table[i, k]] / wp.sqrt(r + radius)",
    }[target]
    used = {"mass": weights, "table": table, "i": scene.thread[0], "radius": radius}
    scene.add(w, **{key: value for key, value in used.items() if key in w})
    if "mass" not in w:
        scene.add("w = w * mass[table[i, k]]", mass=weights, table=table, i=scene.thread[0])
    if "radius" not in w:
        scene.add("w = w * radius", radius=radius)
    for change in choices.shuffled(_FALLOFFS)[: choices.weighted([(0, 0.4), (1, 0.4), (2, 0.2)])]:
        scene.add(change)
    scene.add(choices.choice(("s += d * w", "s = s + w * d")) if vector else "s += w")


def _draw_pairwise(stream: Stream, target: str) -> KernelSpec:
    """Draw a sum of the contributions of a particle's neighbours."""
    scene = Scene(stream, (NUMBER,))
    choices = scene.choices
    listed, count = choices.integer(3, 8), choices.choice((12, 16, 24))
    x = scene.array(VEC, POINTS, (count,), _POSITIONS)
    table = scene.array(
        INDICES,
        Domain(low=0, high=count - 1),
        (*scene.draft.threads, listed),
        ("neighbors", "nbrs", "neighbor_ids", "adj"),
    )
    scene.add("p = own_p", own_p=scene.own(VEC, POINTS, ("queries", "centers", "particles", "xi")))
    vector = target in ("attraction", "repulsion", "cohesion")
    scene.add("s = wp.vec3(0.0, 0.0, 0.0)" if vector else "s = float(0.0)")
    radius = scene.number(0.5, 2.0, ("radius", "h", "support", "cutoff", "sigma"))
    weights = scene.array(NUMBER, POSITIVE, (count,), ("mass", "masses", "charges", "volumes", "weights"))
    with scene.draft.block() as body:
        _add_contribution(scene, choices, target, x, table, radius, weights, vector=vector)
    listed_by = scene.template.expression("table.shape[1]", table=table)
    loop = Call(Name("range"), (listed_by if choices.chance(0.6) else Literal(str(listed)),))
    scene.draft.add(For(scene.name("k").id, loop, tuple(body)))
    s = scene.name("s")
    if vector:
        made = scene.template.expression(
            "s * scale", s=s, scale=scene.number(0.2, 1.5, ("strength", "G", "gain", "coupling"))
        )
        return scene.finish(
            term(made, 60.0, VEC),
            "simulation",
            "pairwise",
            target,
            "Pairwise forces on a particle from its neighbours",
            ("length_sq",),
        )
    made = scene.template.expression(
        "s * factor", s=s, factor=scene.weave_hole(NUMBER, [], Domain(low=-8.0, high=8.0), (1, 2))
    )
    return scene.finish(
        term(made, 60.0),
        "simulation",
        "pairwise",
        target,
        "Weighted sum over the neighbours of a particle",
        ("length_sq",),
    )


def _draw_contact(stream: Stream, target: str) -> KernelSpec:
    """Draw the contact force on a particle that penetrates a plane, a sphere or a wavy ground."""
    scene = Scene(stream, (NUMBER,))
    choices = scene.choices
    scene.add(
        "p = own_p\n\nv = own_v", own_p=scene.own(VEC, POINTS, _POSITIONS), own_v=scene.own(VEC, UNIT, _VELOCITIES)
    )
    if target == "plane_contact":
        scene.add(
            "n = wp.normalize(up)\n\nc = wp.dot(n, p) - level",
            up=scene.shared(VEC, Domain(low=0.2, high=1.0), ("normal", "plane_n", "up_axis")),
            level=scene.number(-0.5, 0.8, ("offset", "level", "plane_d")),
        )
    elif target == "sphere_contact":
        scene.add(
            "d = p - center\n\nr = wp.length(d)\n\nn = d / (r + 0.01)\n\nc = r - radius",
            center=scene.shared(VEC, UNIT, ("center", "sphere_c", "origin")),
            radius=scene.number(1.0, 2.5, ("radius", "sphere_r", "R")),
        )
    else:
        wave = "2.0 * wp.pi * freq * p[0]" if choices.child("wave").chance(0.4) else "p[0] * freq"
        scene.add(
            f"n = wp.vec3(0.0, 1.0, 0.0)\n\nc = p[1] - level - 0.2 * wp.sin({wave})",
            level=scene.number(-0.5, 0.8, ("level", "ground", "base_height")),
            freq=scene.number(0.5, 2.0, ("freq", "k_x", "waves")),
        )
    ke, kd, mu = (
        scene.number(low, high, names)
        for low, high, names in (
            (1.0, 9.0, ("ke", "stiffness", "k_contact")),
            (0.1, 1.0, ("kd", "damping", "c_n")),
            (0.1, 0.9, ("mu", "friction", "kf")),
        )
    )
    scene.add("f = wp.vec3(0.0, 0.0, 0.0)")
    normal = choices.choice(("fn = -c * ke - wp.min(vn, 0.0) * kd", "fn = c * c * ke - vn * kd", "fn = -ke * c"))
    inside = "    vn = wp.dot(v, n)\n    " + normal + "\n    vt = v - n * vn\n"
    tangential = choices.choice(
        (
            "    f = n * fn - vt * mu\n",
            "    f = n * fn - vt * wp.min(mu, 0.5 * wp.abs(fn))\n",
            "    f = fn * n - mu * vt / (wp.length(vt) + 0.1)\n",
        )
    )
    scene.add(f"if c < 0.0:\n{inside}{tangential}", ke=ke, kd=kd, mu=mu)
    if "kd" not in normal:
        scene.add("f -= v * kd", kd=kd)
    extra = scene.weave_hole(
        NUMBER, [(scene.name("c"), Domain(low=-4.0, high=4.0))], Domain(low=-20.0, high=20.0), (0, 2)
    )
    made = scene.template.expression("f + v * extra", extra=extra)
    return scene.finish(
        term(made, 60.0, VEC),
        "simulation",
        "contact",
        target,
        "Penalty contact force with friction on a particle",
        ("dot", "if"),
    )


RECIPES = (
    Recipe(
        name="integrator",
        category="simulation",
        targets=("semi_implicit_euler", "explicit_euler", "verlet"),
        draw=_draw_integrated,
    ),
    Recipe(
        name="spring", category="simulation", targets=("spring_force", "spring_damper", "constraint"), draw=_draw_spring
    ),
    Recipe(
        name="pairwise",
        category="simulation",
        targets=("attraction", "repulsion", "cohesion", "density", "lennard_jones", "potential"),
        draw=_draw_pairwise,
        target_weights={"attraction": 0.5, "repulsion": 0.5, "density": 0.5, "potential": 0.5},
    ),
    Recipe(
        name="contact",
        category="simulation",
        targets=("plane_contact", "sphere_contact", "ground_contact"),
        draw=_draw_contact,
    ),
)
