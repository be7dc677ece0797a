"""Signed distances, triangles and rays, and finite elements."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.naming import NameBook
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Assign, Expression, Function, Name, Return
from synthesis.drawing.templates import Template
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import squared
from synthesis.frontends.warp.recipes.domains.scene import (
    MATRIX,
    NUMBER,
    POINTS,
    POSITIVE,
    STEP,
    UNIT,
    VEC,
    Scene,
    term,
)

_SHAPES = {
    "sphere": "wp.length(p - center) - radius",
    "box": "wp.length(wp.max(q, wp.vec3(0.0, 0.0, 0.0))) + wp.min(wp.max(q[0], wp.max(q[1], q[2])), 0.0)",
    "torus": "wp.length(wp.vec2(wp.length(wp.vec2(p[0], p[2])) - major, p[1])) - radius",
    "capsule": "wp.length(p - axis * wp.clamp(wp.dot(p, axis) / wp.length_sq(axis), 0.0, 1.0)) - radius",
    "plane": "wp.dot(p, wp.normalize(up)) - level",
    "cylinder": "wp.max(wp.length(wp.vec2(p[0], p[2])) - radius, wp.abs(p[1]) - tall)",
}
_JOINTS = {
    "union": "wp.min(first, second)",
    "intersection": "wp.max(first, second)",
    "difference": "wp.max(first, -second)",
    "smooth_union": "-wp.log(wp.exp(-sharp * first) + wp.exp(-sharp * second)) / sharp",
    "mix": "first * (1.0 - part) + second * part",
}


def _distance(scene: Scene, label: str) -> str:
    """Declare a ``@wp.func`` that computes the signed distance of a drawn shape, and return its name."""
    choices = scene.choices
    kind = choices.pick(tuple(_SHAPES))
    template = Template(NameBook(scene.stream.child("names", label)), {"p": ("p", "x", "pos", "pt")}, squared)
    p = template.name("p")
    draft = scene.draft

    def number(low: float, high: float) -> Expression:
        return draft.literal(choices.decimal(low, high, 1), "float32").node

    def vector(low: float, high: float) -> Expression:
        return template.expression("wp.vec3(a, b, c)", a=number(low, high), b=number(low, high), c=number(low, high))

    holes: dict[str, Expression] = {
        "p": p,
        "center": vector(-0.8, 0.8),
        "radius": number(0.3, 1.2),
        "major": number(0.6, 1.4),
        "axis": vector(0.2, 1.2),
        "up": vector(0.2, 1.0),
        "level": number(-0.6, 0.6),
        "tall": number(0.3, 1.2),
    }
    body: list[Assign | Return] = []
    if kind == "box":
        q = template.name("q")
        body.append(
            Assign(
                q,
                template.expression(
                    "wp.vec3(wp.abs(p[0]), wp.abs(p[1]), wp.abs(p[2])) - half", p=p, half=vector(0.3, 1.0)
                ),
            )
        )
        holes["q"] = q
    node = template.expression(_SHAPES[kind], **holes)
    if choices.chance(0.3):
        node = template.expression("inner - shell", inner=node, shell=number(0.1, 0.4))
    if choices.chance(0.3):
        local = template.name("sd")
        body.append(Assign(local, node))
        wave = "wp.sin(wp.pi * freq * p[1])" if choices.child("wave").chance(0.4) else "wp.sin(freq * p[1])"
        node = template.expression(f"d + bump * {wave}", d=local, bump=number(0.1, 0.3), freq=number(1.0, 3.0), p=p)
    name = draft.book.take((f"sdf_{kind}", f"{kind}_sdf", f"sd_{kind}", f"{kind}_distance"))
    draft.declare(
        Function(
            name,
            ((p.id, "wp.vec3"),),
            (*body, Return(node)),
            ("wp.func",),
            returns="float" if choices.chance(0.4) else "",
        )
    )
    return name


def _draw_distance(stream: Stream, target: str) -> KernelSpec:
    """Draw the distance of points from one shape or two combined ones, its gradient, or ray marching."""
    scene = Scene(stream, (NUMBER,))
    choices = scene.choices
    first = Name(_distance(scene, "first"))
    scene.add("p = own_p", own_p=scene.own(VEC, POINTS, ("points", "query_points", "positions", "samples")))
    p = scene.name("p")
    if choices.chance(0.4):
        warp = scene.weave_hole(NUMBER, [], UNIT, (1, 2))
        scene.add("p = p + wp.vec3(warp, 0.0, 0.0)" if choices.chance(0.5) else "p = p * (1.5 + warp)", warp=warp)
    if target == "normal":
        step = scene.draft.literal(choices.choice((0.01, 0.05, 0.1)), "float32").node
        for axis, along in (("gx", "eps, 0.0, 0.0"), ("gy", "0.0, eps, 0.0"), ("gz", "0.0, 0.0, eps")):
            scene.add(f"{axis} = sdf(p + wp.vec3({along})) - sdf(p - wp.vec3({along}))", sdf=first, eps=step)
        scene.add("g = wp.vec3(gx, gy, gz)")
        made = scene.template.expression(
            "g * scale + p * small",
            g=scene.name("g"),
            p=p,
            scale=scene.number(1.0, 5.0, ("scale", "sharpness", "gain")),
            small=scene.number(0.05, 0.5, ("blend", "mixing", "small")),
        )
        return scene.finish(
            term(made, 20.0, VEC), "geometry", "distance", target, "Gradient of a signed distance function", ("length",)
        )
    if target == "distance":
        node = scene.template.expression("sdf(p)", sdf=first, p=p)
    elif target == "march":
        scene.add(
            "v = wp.normalize(own_v)\n\nt = float(0.0)",
            own_v=scene.own(VEC, Domain(low=0.2, high=1.0), ("directions", "rays", "ray_dirs")),
        )
        scene.add(
            f"for _ in range({choices.integer(3, 8)}):\n    t = t + sdf(p + v * t) * relax",
            sdf=first,
            relax=scene.number(0.5, 0.9, ("relaxation", "relax", "step_scale")),
        )
        node = scene.name("t")
    else:
        second = Name(_distance(scene, "second"))
        local = scene.template.statements("da = sdf(p)\n\ndb = other(p)", sdf=first, other=second)
        for statement in local:
            scene.draft.add(statement)
        node = scene.template.expression(
            _JOINTS[target],
            first=scene.name("da"),
            second=scene.name("db"),
            sharp=lambda: scene.number(1.0, 4.0, ("sharpness", "k_smooth", "beta")),
            part=lambda: scene.own(NUMBER, Domain(low=0.0, high=1.0), ("blend", "parts", "alpha")),
        )
    made = scene.draft.keep(term(node, 8.0))
    return scene.finish(
        made,
        "geometry",
        "distance",
        target,
        "Sphere tracing of a signed distance function" if target == "march" else "Signed distance of points to shapes",
        ("length",),
    )


_OF_TRIANGLES = {
    "triangle_area": "Area of triangles",
    "triangle_quality": "Shape quality of triangles",
    "barycentric": "Barycentric coordinates of points in triangles",
    "ray_triangle": "Ray-triangle intersection",
}


def _draw_triangle(stream: Stream, target: str) -> KernelSpec:
    """Draw the area, the quality, barycentric coordinates or a ray intersection of a triangle of each thread."""
    scene = Scene(stream, (NUMBER,))
    choices = scene.choices
    for name, pool in (("a", ("a", "v0", "first")), ("b", ("b", "v1", "second")), ("c", ("c", "v2", "third"))):
        scene.add(f"{name} = own_{name}", **{f"own_{name}": scene.own(VEC, POINTS, (*pool, "corners_" + name))})
    scene.add("e1 = b - a\n\ne2 = c - a\n\nn = wp.cross(e1, e2)")
    if target == "triangle_area":
        node: Expression = scene.template.expression(
            choices.choice(("0.5 * wp.length(n)", "wp.sqrt(wp.length_sq(n) + 0.1) * 0.5")), n=scene.name("n")
        )
    elif target == "triangle_quality":
        node = scene.template.expression(
            "wp.length(n) / (wp.length_sq(e1) + wp.length_sq(e2) + wp.length_sq(e2 - e1) + 0.1)",
            **{each: scene.name(each) for each in ("n", "e1", "e2")},
        )
    elif target == "barycentric":
        scene.add(
            (
                "p = own_p - a\n\nd11 = wp.length_sq(e1)\n\nd12 = wp.dot(e1, e2)\n\n"
                "d22 = wp.length_sq(e2)\n\nd1 = wp.dot(p, e1)\n\nd2 = wp.dot(p, e2)"
            ),
            own_p=scene.own(VEC, POINTS, ("points", "queries", "samples")),
        )
        scene.add("s = d11 * d22 - d12 * d12 + 0.5\n\nt = (d22 * d1 - d12 * d2) / s\n\nw = (d11 * d2 - d12 * d1) / s")
        node = scene.template.expression(
            choices.choice(("1.0 - t - w", "wp.min(t, w)", "t * (1.0 - t) + w")), t=scene.name("t"), w=scene.name("w")
        )
    else:
        scene.add(
            (
                "v = own_v\n\nh = wp.cross(v, e2)\n\ns = wp.dot(e1, h)\n\n"
                "f = 1.0 / (wp.sign(s) * (wp.abs(s) + 0.3))\n\np = own_p - a\n\n"
                "t = f * wp.dot(p, h)\n\nq = wp.cross(p, e1)\n\nw = f * wp.dot(v, q)"
            ),
            own_v=scene.own(VEC, UNIT, ("directions", "ray_dirs", "rays")),
            own_p=scene.own(VEC, POINTS, ("origins", "ray_origins", "eyes")),
        )
        scene.add("r = float(-1.0)\n\nif t > -0.5 and w > -0.5:\n    r = f * wp.dot(e2, q)")
        node = scene.template.expression("r + 0.1 * t", r=scene.name("r"), t=scene.name("t"))
    made = scene.draft.keep(term(node, 20.0))
    factor = scene.weave_factor()
    node = scene.template.expression("made * factor", made=made.node, factor=factor)
    return scene.finish(term(node, 60.0), "geometry", "triangle", target, _OF_TRIANGLES[target], ("cross", "dot"))


_OF_ELEMENTS = {
    "strain": "Strain energy of deformed elements",
    "neo_hookean": "Neo-Hookean energy of deformed elements",
    "stress": "Stress of deformed elements",
}


def _add_gradient(scene: Scene, choices: Stream) -> None:
    """Add the deformation gradient, computed from the positions of the nodes or read from an array."""
    if choices.chance(0.5):
        for name in ("a", "b", "c", "h"):
            scene.add(
                f"{name} = own_{name}",
                **{f"own_{name}": scene.own(VEC, POINTS, (f"x_{name}", f"node_{name}", f"verts_{name}"))},
            )
        scene.add(
            "D = wp.matrix_from_cols(b - a, c - a, h - a)"
            if choices.chance(0.7)
            else "D = wp.matrix_from_rows(b - a, c - a, h - a)"
        )
        scene.add("F = D * inv_rest", inv_rest=scene.own(MATRIX, UNIT, ("rest_inv", "inv_dm", "poses", "Dm_inv")))
    else:
        scene.add(
            "F = own_F",
            own_F=scene.own(MATRIX, Domain(low=-1.0, high=1.0), ("deformation", "def_grads", "F_in", "gradients")),
        )
        scene.add(
            "F = F + wp.identity(n=3, dtype=float)"
            if choices.chance(0.5)
            else "F = F + wp.diag(wp.vec3(1.2, 1.2, 1.2))"
        )


def _draw_element(stream: Stream, target: str) -> KernelSpec:
    """Draw the deformation gradient of a tetrahedron, and an energy or stress computed from it."""
    scene = Scene(stream, (NUMBER,))
    choices = scene.choices
    _add_gradient(scene, choices)
    mu, la = (
        scene.own(NUMBER, POSITIVE, pool) if choices.chance(0.4) else scene.number(0.5, 2.0, pool)
        for pool in (("mu", "k_mu", "shear"), ("lam", "k_lambda", "bulk"))
    )
    scene.add("J = wp.determinant(F)")
    if target == "strain":
        scene.add("E = (wp.transpose(F) * F - wp.identity(n=3, dtype=float)) * 0.5\n\ns = wp.trace(E)")
        node = scene.template.expression(
            "mu * wp.trace(wp.transpose(E) * E) + 0.5 * la * s * s + 0.1 * J",
            mu=mu,
            la=la,
            **{each: scene.name(each) for each in "EsJ"},
        )
        bound, kind = 300.0, NUMBER
    elif target == "neo_hookean":
        scene.add(choices.choice(("C = wp.transpose(F) * F\n\ns = wp.trace(C)", "s = wp.trace(wp.transpose(F) * F)")))
        energy = choices.choice(
            (
                "0.5 * mu * (s - 3.0) + 0.5 * la * (J - 1.0) * (J - 1.0)",
                "mu * (s - 3.0 - 2.0 * J) * 0.5 + la * wp.pow(J - 1.0, 2.0)",
                "0.5 * mu * (s / (wp.abs(J) + 0.5) - 3.0) + la * J * J",
            )
        )
        node = scene.template.expression(energy, mu=mu, la=la, s=scene.name("s"), J=scene.name("J"))
        bound, kind = 300.0, NUMBER
    else:
        scene.add("P = F * mu + wp.transpose(F) * (la * (J - 1.0))", mu=mu, la=la)
        node = scene.template.expression(
            "P * direction", P=scene.name("P"), direction=scene.own(VEC, UNIT, ("normals", "faces", "directions"))
        )
        bound, kind = 60.0, VEC
    volume = scene.weave_factor()
    node = scene.template.expression(
        "made * volume", made=scene.draft.add_local(node, ("psi", "energy", "density", "stress", "dens")), volume=volume
    )
    return scene.finish(
        term(node, bound, kind),
        "geometry",
        "element",
        target,
        _OF_ELEMENTS[target],
        ("determinant", "transpose"),
    )


def _draw_advected(stream: Stream, target: str) -> KernelSpec:
    """Draw semi-Lagrangian advection of a field on a 2-D grid with bilinear interpolation."""
    scene = Scene(stream, (NUMBER,), rank=2, launch=stream.child("launch").choice(((6, 6), (8, 8), (8, 6))))
    rows, columns = scene.draft.threads
    i, j = scene.thread
    field = scene.array(NUMBER, POINTS, (rows, columns), ("field", "density", "phi", "smoke", "u"))
    speed = [scene.own(NUMBER, UNIT, pool) for pool in (("vx", "u_x", "flow_x"), ("vy", "u_y", "flow_y"))]
    dt = scene.shared(NUMBER, STEP, ("dt", "h", "delta_t"))
    scene.add(
        (
            f"px = wp.clamp(float(i) - su * dt * 9.0, 0.0, {rows - 1.01:.2f})\n\n"
            f"py = wp.clamp(float(j) - sv * dt * 9.0, 0.0, {columns - 1.01:.2f})"
        ),
        i=i,
        j=j,
        su=speed[0],
        sv=speed[1],
        dt=dt,
    )
    scene.add(
        (
            "ix = int(px)\n\niy = int(py)\n\nfx = px - float(ix)\n\nfy = py - float(iy)\n\n"
            "low = wp.lerp(u[ix, iy], u[ix + 1, iy], fx)\n\n"
            "high = wp.lerp(u[ix, iy + 1], u[ix + 1, iy + 1], fx)"
        ),
        u=field,
    )
    made = scene.template.expression(
        "wp.lerp(low, high, fy)", **{each: scene.name(each) for each in ("low", "high", "fy")}
    )
    if target == "dissipation":
        made = scene.template.expression(
            "made * wp.exp(-rate * dt) + source",
            made=made,
            rate=scene.number(0.2, 1.5, ("dissipation", "decay", "rate")),
            dt=dt,
            source=scene.weave_hole(NUMBER, [], Domain(low=-6.0, high=6.0), (1, 2)),
        )
    else:
        made = scene.template.expression(
            "made + dt * source",
            made=made,
            dt=dt,
            source=scene.weave_hole(NUMBER, [], Domain(low=-9.0, high=9.0), (1, 3)),
        )
    return scene.finish(
        term(made, 12.0), "geometry", "advection", target, "Semi-Lagrangian advection of a field", ("lerp", "clamp")
    )


RECIPES = (
    Recipe(
        name="distance", category="geometry", targets=("distance", "normal", "march", *_JOINTS), draw=_draw_distance
    ),
    Recipe(
        name="triangle",
        category="geometry",
        targets=("triangle_area", "triangle_quality", "barycentric", "ray_triangle"),
        draw=_draw_triangle,
    ),
    Recipe(name="element", category="geometry", targets=("strain", "neo_hookean", "stress"), draw=_draw_element),
    Recipe(name="advection", category="geometry", targets=("dissipation", "advection"), draw=_draw_advected),
)
