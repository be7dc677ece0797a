"""Particles, fields and shapes: forces, integration steps, stencils and signed distances."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Expression
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.domains.scene import FACTOR, POSITIVE, UNIT, VALUES, Scene

_STEP = Domain(low=0.01, high=0.1)
_STEPS = {
    "euler": "new = x + dt * fn(x)",
    "midpoint": "k1 = fn(x)\n\nnew = x + dt * fn(x + 0.5 * dt * k1)",
    "heun": "k1 = fn(x)\n\nk2 = fn(x + dt * k1)\n\nnew = x + 0.5 * dt * (k1 + k2)",
    "runge_kutta_4": "k1 = fn(x)\n\nk2 = fn(x + 0.5 * dt * k1)\n\nk3 = fn(x + 0.5 * dt * k2)\n\n"
    "k4 = fn(x + dt * k3)\n\nnew = x + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)",
    "ralston": "k1 = fn(x)\n\nk2 = fn(x + 0.667 * dt * k1)\n\nnew = x + dt * (0.25 * k1 + 0.75 * k2)",
}

_METHODS = {
    "euler": "the explicit Euler method",
    "midpoint": "the midpoint method",
    "heun": "Heun's method",
    "runge_kutta_4": "the fourth-order Runge-Kutta method",
    "ralston": "Ralston's method",
}


def _draw_stepped(stream: Stream, target: str) -> KernelSpec:
    """Draw one or more steps of an ordinary differential equation."""
    kind = stream.child("kind").choice(((3,), (4,), (5, 2), (4, 3), (6,)))
    scene = Scene(stream, kind)
    choices = scene.choices
    x0 = scene.array(kind, VALUES, ("x0", "state", "y0", "u0", "positions"))
    rate = scene.number(0.2, 1.5, ("rate", "omega", "stiffness", "mu"))
    x = scene.name("x")
    slope = scene.map_hole(x)
    extra = scene.weave_hole(kind, Domain(low=-4.0, high=4.0), (0, 2))
    form = choices.choice(("-rate * x + slope", "rate * slope - 0.1 * x", "slope * (1.0 - rate * x * 0.1)"))
    scene.add(f"def fn(x):\n    return {form}", rate=rate, slope=slope)
    dt = scene.array((), _STEP, ("dt", "h", "step_size"))
    holes: dict[str, Expression] = {"dt": dt}
    if choices.chance(0.5):
        inner = _STEPS[target].replace("\n\n", "\n    ")
        scene.add(f"def body(_, x):\n    {inner}\n    return new", **holes)
        scene.add(
            "last = lax_.fori_loop(0, 3, body, start)".replace("3", str(choices.integer(2, 6))).replace(
                "lax_", "jax.lax"
            ),
            start=x0,
        )
        end = scene.name("last")
    else:
        scene.add("x = start", start=x0)
        scene.add(_STEPS[target], **holes)
        end = scene.name("new")
    made = scene.template.expression("end + dt * extra", end=end, dt=dt, extra=extra)
    return scene.finish(
        made,
        kind,
        9.0,
        "simulation",
        "differential_equation",
        target,
        f"Integration of a differential equation by {_METHODS[target]}",
    )


_INTERACTIONS = {
    "gravity": "gravity",
    "coulomb": "Coulomb forces",
    "lennard_jones": "Lennard-Jones forces",
    "boids": "flocking forces",
}


def _draw_particles(stream: Stream, target: str) -> KernelSpec:
    """Draw a function that computes forces or energies of particles, for all pairs or for pairs given by edges."""
    count, width = stream.child("sizes").integer(4, 7), stream.child("sizes", "w").integer(2, 3)
    kind = (count, width)
    scene = Scene(stream, kind)
    choices = scene.choices
    x = scene.array(kind, VALUES, ("positions", "x", "pos", "coords", "points"))
    strength = scene.array((count,), POSITIVE, ("masses", "charges", "m", "weights"))
    soft = scene.number(0.2, 0.9, ("eps", "soft", "radius", "sigma"))
    if target == "spring_network":
        edges = count + 3
        index = [
            scene.array((edges,), Domain(low=0, high=count - 1), pool, "int32")
            for pool in (("senders", "src", "heads"), ("receivers", "dst", "tails"))
        ]
        rest = scene.array((edges,), POSITIVE, ("rest", "lengths", "l0"))
        scene.add(
            "d = x[first] - x[second]\n\nr = jnp.sqrt(jnp.sum(d * d, axis=-1) + soft)\n\ns = (r - rest) * stiff",
            x=x,
            first=index[0],
            second=index[1],
            soft=soft,
            rest=rest,
            stiff=scene.number(0.3, 1.5, ("stiffness", "ke", "k_spring")),
        )
        scene.add(f"f = jax.ops.segment_sum(d * (s / r)[:, None], second, num_segments={count})", second=index[1])
        made = scene.template.expression(
            "f / m[:, None] - drag * x", f=scene.name("f"), m=strength, drag=scene.weave_hole(kind, UNIT, (0, 2)), x=x
        )
        return scene.finish(
            made, kind, 40.0, "simulation", "particles", target, "Spring forces in a network of particles"
        )
    scene.add("d = x[:, None, :] - x[None, :, :]\n\nr = jnp.sum(d * d, axis=-1) + soft", x=x, soft=soft)
    pair = {
        "gravity": "w = m[None, :] / (r * jnp.sqrt(r))",
        "coulomb": "w = m[:, None] * m[None, :] / r",
        "lennard_jones": "s = soft / (r + 1.0)\n\nw = m[None, :] * (s ** 2 - s)",
        "boids": "w = jnp.exp(-r / soft) * m[None, :]",
    }[target]
    scene.add(pair, **{key: node for key, node in (("m", strength), ("soft", soft)) if key in pair})
    total = choices.choice(
        (
            "jnp.sum(w[:, :, None] * d, axis=1)",
            "jnp.einsum('ij,ijk->ik', w, d)",
            "(w[..., None] * d).sum(axis=1)".replace("...", ":, :"),
        )
    )
    scene.add("f = total", total=scene.template.expression(total, w=scene.name("w"), d=scene.name("d")))
    made = scene.template.expression(
        choices.choice(("f * gain", "x - gain * f", "f + gain * x")),
        f=scene.name("f"),
        x=x,
        gain=scene.weave_hole(kind, FACTOR, (1, 2)),
    )
    return scene.finish(
        made, kind, 60.0, "simulation", "particles", target, f"Pairwise {_INTERACTIONS[target]} between particles"
    )


_EQUATIONS = {
    "heat": "Heat equation",
    "wave": "Wave equation",
    "reaction": "Reaction-diffusion",
    "advection": "Advection",
}


def _draw_field(stream: Stream, target: str) -> KernelSpec:
    """Draw a step of a field on a grid, such as heat, waves, reactions or flow, by slices, shifts or a convolution."""
    sizes = stream.child("sizes")
    kind = (sizes.integer(4, 8), sizes.integer(4, 8))
    scene = Scene(stream, kind)
    choices = scene.choices
    u = scene.array(kind, VALUES, ("u", "field", "temperature", "phi", "grid"))
    style = choices.choice(("roll", "pad", "half"))
    if style == "roll":
        for variable, axis in (("a", 0), ("b", 1)):
            scene.add(f"{variable} = jnp.roll(u, 1, axis={axis}) + jnp.roll(u, -1, axis={axis})", u=u)
        scene.add("s = a + b - 4.0 * u", u=u)
    elif style == "pad":
        mode = choices.choice(("edge", "wrap", "reflect"))
        scene.add(
            (
                f"p = jnp.pad(u, 1, mode='{mode}')\n\n"
                "s = p[2:, 1:-1] + p[:-2, 1:-1] + p[1:-1, 2:] + p[1:-1, :-2] - 4.0 * u"
            ),
            u=u,
        )
    else:
        scene.add(
            "d = jnp.diff(u, axis=0, prepend=u[:1])\n\ne = jnp.diff(u, axis=1, append=u[:, -1:])\n\ns = e - d", u=u
        )
    rate = scene.number(0.05, 0.4, ("alpha", "nu", "diffusivity", "kappa"))
    node = {
        "heat": "u + rate * s",
        "wave": "2.0 * u - old + rate * s",
        "reaction": "u + rate * s + 0.1 * u * (1.0 - u * other)",
        "advection": "u - rate * (s * other)",
    }[target]
    other = scene.weave_hole(kind, VALUES, (0, 3))
    made = scene.template.expression(
        node if "other" in node or "old" in node else f"{node} + other",
        u=u,
        rate=rate,
        s=scene.name("s"),
        other=other,
        old=other,
    )
    return scene.finish(made, kind, 30.0, "simulation", "field", target, f"{_EQUATIONS[target]} step on a grid")


_SHAPES = {
    "sphere": "jnp.linalg.norm(p - center + 0.01, axis=-1) - size",
    "box": "jnp.max(jnp.abs(p - center) - size, axis=-1)",
    "torus": "jnp.hypot(jnp.hypot(p[:, 0], p[:, 1]) - 1.2, p[:, 2] + 0.01) - size * center[0]",
    "plane": "p @ center - size",
}


def _draw_distance(stream: Stream, target: str) -> KernelSpec:
    """Draw a function that computes signed distances of points from a combination of shapes."""
    count = stream.child("sizes").integer(14, 24)
    scene = Scene(stream, (count,))
    choices = scene.choices
    p = scene.array((count, 3), VALUES, ("points", "p", "samples", "queries"))
    for variable, kind in zip("ab", choices.ranked(tuple(_SHAPES)), strict=False):
        scene.add(
            f"{variable} = node",
            node=scene.template.expression(
                _SHAPES[kind],
                p=p,
                center=scene.array((3,), UNIT, (f"center_{variable}", f"c_{variable}", f"axis_{variable}")),
                size=scene.number(0.3, 1.2, (f"size_{variable}", f"radius_{variable}", f"r_{variable}")),
            ),
        )
    node = {
        "union": "jnp.minimum(a, b)",
        "difference": "jnp.maximum(a, -b)",
        "smooth_union": "-jnp.logaddexp(-k * a, -k * b) / k",
        "blend": "a + (b - a) * jax.nn.sigmoid(k * a)",
    }[target]
    made = scene.template.expression(
        node,
        a=scene.name("a"),
        b=scene.name("b"),
        **({"k": scene.number(1.0, 4.0, ("sharpness", "k_smooth", "beta"))} if "k *" in node else {}),
    )
    scene.add("d = made", made=made)
    made = scene.template.expression(
        choices.choice(("d * gain", "jnp.exp(-d * d) * gain", "jnp.arctan(d) + gain")),
        d=scene.name("d"),
        gain=scene.weave_hole((count,), FACTOR, (1, 3)),
    )
    others = (("a", (count,)), ("b", (count,))) if target in ("union", "difference") else ()
    summary = "Signed distance of points to combined shapes"
    return scene.finish(made, (count,), 40.0, "simulation", "distance", target, summary, others)


RECIPES = (
    Recipe(name="differential_equation", category="simulation", targets=tuple(_STEPS), draw=_draw_stepped),
    Recipe(
        name="particles",
        category="simulation",
        targets=("gravity", "coulomb", "lennard_jones", "boids", "spring_network"),
        draw=_draw_particles,
    ),
    Recipe(name="field", category="simulation", targets=("heat", "wave", "reaction", "advection"), draw=_draw_field),
    Recipe(
        name="distance",
        category="simulation",
        targets=("union", "difference", "smooth_union", "blend"),
        draw=_draw_distance,
    ),
)
