"""Fields on grids: diffusion, waves, transport, reactions."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import (
    guard,
    positive,
    remark,
    truth,
)
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf
from synthesis.grammar.lines import block, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec


def _draw_grid(stream: Stream, target: str) -> KernelSpec:
    """A step, or several, of a field on a grid."""
    p = Program(stream)
    rows, columns = p.size(16, 24, 32, 48, 64), p.size(16, 24, 32, 48, 64)
    shape = (rows, columns)
    u = Leaf(shape, -1, 1) if target in ("heat", "wave", "advection") else Leaf(shape, 0.1, 1)
    p.tensor(
        "u", u, "field of shape (height, width)", ("u", "field", "temperature") if target == "heat" else ("u", "field")
    )
    p.tensor(
        "v",
        Leaf(shape, 0, 1) if target == "reaction" else Leaf(shape),
        "second field",
        ("v", "inhibitor") if target == "reaction" else ("v", "u_prev", "previous"),
    )
    p.tensor("source", Leaf(shape), "what is added in unit time", ("source", "forcing"))
    p.tensor("conductivity", positive(*shape), "conductivity", ("conductivity", "coefficient"))
    p.tensor(
        "solid",
        truth(*shape),
        "where the field is held",
        ("solid", "mask", "obstacle"),
        given=p.maybe(0.35),
        optional=True,
    )
    p.number("nu", p.pick("0.1", "0.05"), "diffusivity", (0.02, 0.2), ("nu", "diffusivity", "alpha"))
    p.number("c", "1.0", "speed of waves", (0.5, 1.0), ("c", "wave_speed"))
    p.number("cx", "0.5", "wind along the first axis", (0.1, 1.0), ("cx", "wind_x"))
    p.number("cy", "0.25", "wind along the second axis", (0.1, 1.0), ("cy", "wind_y"))
    p.number("feed", p.pick("0.04", "0.055"), "feed rate", (0.02, 0.08), ("feed", "f"))
    p.number("kill", "0.06", "kill rate", (0.04, 0.08), ("kill", "k"))
    p.number("dt", p.pick("0.1", "0.01"), "time step", (0.02, 0.2), ("dt", "time_step"))
    p.number("dx", p.pick("1.0", "0.5"), "distance of grid points", (0.8, 1.2), ("dx", "spacing", "h"))
    p.number("damping", "0.01", "damping of waves", (0.01, 0.1), ("damping", "drag"))
    bounds = p.pick("periodic", "edge", "option", "zero")
    p.option(
        "boundary",
        p.pick("'periodic'", "'edge'"),
        "str",
        "what is beyond the edge",
        p.pick("'periodic'", "'edge'"),
        ("boundary", "bc", "mode"),
    )
    p.option(
        "steps",
        p.pick("1", "4", "8"),
        "int",
        "number of steps",
        p.pick("4", "8", "10"),
        ("steps", "n_steps", "num_steps"),
    )
    p.helper(_laplacian(p, bounds))
    more = ", boundary" if bounds == "option" else ""
    both = target in ("wave", "reaction")
    p.add(
        guard(p, "u.ndim != 2", "expected a field of two axes, got {u.shape}", 0.3),
        guard(p, "u.shape != v.shape", "fields of {u.shape} and {v.shape}", 0.3) if both else "",
    )
    body = _change(p, target, more)
    hold = block(
        "if solid is not None:",
        remark(p, "walls keep their value", "nothing moves inside walls"),
        p.pick("new = jnp.where(solid, u, new)", "new = jnp.where(solid, 0.0, new)"),
    )
    loop = p.pick("once", "once", "fori", "scan", "python")
    if loop == "once":
        p.add(body, hold)
        if both:
            p.add("return new, new_v" if p.choices.chance(0.7) else "out = (new, new_v)\nreturn out")
            p.gives(Leaf(shape), Leaf(shape))
        elif p.maybe(0.3):
            p.add(
                p.pick("change = jnp.sqrt(jnp.mean(jnp.square(new - u)))", "change = jnp.max(jnp.abs(new - u))"),
                "return new, change",
            )
            p.gives(Leaf(shape), Leaf(()))
        else:
            p.add("return new")
            p.gives(Leaf(shape))
    elif loop == "python":
        p.add(
            remark(p, "a few steps, unrolled", "small steps stay stable"),
            block("for _ in range(steps):", body, hold, "u, v = new, new_v" if both else "u = new"),
        )
        p.add("return u, v" if both else "return u")
        p.gives(*([Leaf(shape), Leaf(shape)] if both else [Leaf(shape)]))
    elif loop == "fori":
        if both:
            p.add(block("def body(_, carry):", "u, v = carry", body, hold, "return new, new_v"))
        else:
            p.add(block("def body(_, u):", body, hold, "return new"))
        p.add(
            p.pick(
                f"return lax.fori_loop(0, steps, body, {'(u, v)' if both else 'u'})",
                f"final = jax.lax.fori_loop(0, steps, body, {'(u, v)' if both else 'u'})\nreturn final",
            )
        )
        p.gives(*([Leaf(shape), Leaf(shape)] if both else [Leaf(shape)]))
    else:
        kept = p.pick("jnp.mean(new)", "jnp.max(jnp.abs(new))", "jnp.sum(new ** 2)")
        if both:
            p.add(block("def step(carry, _):", "u, v = carry", body, hold, f"return (new, new_v), {kept}"))
            p.add("(u, v), history = lax.scan(step, (u, v), None, length=8)", "return u, v, history")
            p.gives(Leaf(shape), Leaf(shape), Leaf((8,)))
        else:
            p.add(
                block("def step(u, _):", body, hold, f"return new, {kept}"),
                "u, history = jax.lax.scan(step, u, None, length=8)",
                "return u, history",
            )
            p.gives(Leaf(shape), Leaf((8,)))
    titles = {
        "heat": ("heat_step", "diffuse", "heat_equation"),
        "wave": ("wave_step", "propagate", "wave_equation"),
        "advection": ("advect", "advection_step", "transport"),
        "reaction": ("gray_scott_step", "reaction_diffusion", "gray_scott"),
        "burgers": ("burgers_step", "burgers"),
    }[target]
    return p.done(
        "dynamics",
        "grid_step",
        target,
        titles,
        {
            "heat": "Diffusion of heat on a grid",
            "wave": "Leapfrog step of the wave equation",
            "advection": "Upwind transport by a steady wind",
            "reaction": "Gray-Scott reaction and diffusion",
            "burgers": "Burgers' equation with viscosity",
        }[target],
        "the field afterwards",
    )


def _laplacian(p: Program, bounds: str) -> str:
    """A helper that sums up the differences to the four neighbours."""
    rolled = p.pick(
        "return (jnp.roll(u, 1, 0) + jnp.roll(u, -1, 0) + jnp.roll(u, 1, 1) + jnp.roll(u, -1, 1) - 4.0 * u) / dx ** 2",
        "total = sum(jnp.roll(u, shift, axis) for shift, axis in ((1, 0), (-1, 0), (1, 1), (-1, 1)))\n"
        "return (total - 4.0 * u) / dx ** 2",
        "up, down = jnp.roll(u, 1, axis=0), jnp.roll(u, -1, axis=0)\n"
        "left, right = jnp.roll(u, 1, axis=1), jnp.roll(u, -1, axis=1)\n"
        "return (up + down + left + right - 4.0 * u) / dx ** 2",
    )
    inner = p.pick(
        "return (padded[2:, 1:-1] + padded[:-2, 1:-1] + padded[1:-1, 2:] + padded[1:-1, :-2] - 4.0 * u) / dx ** 2",
        "vertical = padded[2:, 1:-1] - 2.0 * u + padded[:-2, 1:-1]\n"
        "horizontal = padded[1:-1, 2:] - 2.0 * u + padded[1:-1, :-2]\nreturn (vertical + horizontal) / dx ** 2",
    )
    says = '"""Five-point Laplacian."""' if p.choices.chance(0.5) else ""
    if bounds == "periodic":
        return block("def laplacian(u, dx):", says, rolled)
    if bounds == "option":
        return block(
            "def laplacian(u, dx, boundary):",
            says,
            "mode = 'wrap' if boundary == 'periodic' else 'edge'",
            "padded = jnp.pad(u, 1, mode=mode)",
            inner,
        )
    mode = ", mode='edge'" if bounds == "edge" else ""
    return block("def laplacian(u, dx):", says, f"padded = jnp.pad(u, 1{mode})", inner)


def _change(p: Program, target: str, more: str) -> str:
    """Statements that make ``new``, and ``new_v`` where there are two fields."""
    source = p.pick("", " + dt * source") if p.maybe(0.6) else ""
    match target:
        case "heat":
            spread = (
                remark(p, "explicit step, stable for small dt", "heat flows from warm to cold")
                + "\n"
                + p.pick(
                    f"new = u + dt * nu * laplacian(u, dx{more})",
                    f"new = u + nu * dt * laplacian(u, dx{more})",
                    f"flux = conductivity * laplacian(u, dx{more})\nnew = u + nu * dt * flux",
                )
            )
            return spread + source
        case "wave":
            return join(
                remark(p, "leapfrog", "the wave pulls every point towards its neighbours"),
                p.pick(
                    f"acc = c ** 2 * laplacian(u, dx{more})",
                    f"acc = jnp.square(c) * laplacian(u, dx{more}) - damping * (u - v)",
                ),
                p.pick(
                    "new = 2.0 * u - v + dt ** 2 * acc" + source + "\nnew_v = u",
                    "new_v = v + dt * acc" + source + "\nnew = u + dt * new_v",
                ),
            )
        case "advection":
            return join(
                remark(p, "differences against the wind", "what the wind brings"),
                p.pick(
                    "du_dx = (u - jnp.roll(u, 1, axis=0)) / dx",
                    "du_dx = 0.5 * (jnp.roll(u, -1, 0) - jnp.roll(u, 1, 0)) / dx",
                ),
                p.pick(
                    "du_dy = (u - jnp.roll(u, 1, axis=1)) / dx",
                    "du_dy = 0.5 * (jnp.roll(u, -1, 1) - jnp.roll(u, 1, 1)) / dx",
                ),
                p.pick(
                    f"new = u - dt * (cx * du_dx + cy * du_dy) + nu * dt * laplacian(u, dx{more})",
                    "new = u - dt * (cx * du_dx + cy * du_dy)",
                )
                + source,
            )
        case "burgers":
            return join(
                remark(p, "the field carries itself", "steep fronts are smoothed by viscosity"),
                p.pick(
                    "du_dx = (u - jnp.roll(u, 1, axis=0)) / dx",
                    "du_dx = 0.5 * (jnp.roll(u, -1, 0) - jnp.roll(u, 1, 0)) / dx",
                ),
                p.pick("flow = u * du_dx", "flow = u * du_dx + cy * (u - jnp.roll(u, 1, axis=1)) / dx"),
                p.pick(
                    f"new = u + dt * (nu * laplacian(u, dx{more}) - flow)",
                    f"new = u - dt * flow + dt * nu * laplacian(u, dx{more})",
                )
                + source,
            )
        case _:
            return join(
                remark(p, "one species feeds on the other", "two of v make three"),
                p.pick("reaction = u * v ** 2", "reaction = u * jnp.square(v)"),
                p.pick(
                    f"new = u + dt * (2.0 * nu * laplacian(u, dx{more}) - reaction + feed * (1.0 - u))",
                    f"du = nu * laplacian(u, dx{more}) - reaction + feed * (1.0 - u)\nnew = u + dt * du",
                )
                + source,
                p.pick(
                    f"new_v = v + dt * (nu * laplacian(v, dx{more}) + reaction - (feed + kill) * v)",
                    f"dv = 0.5 * nu * laplacian(v, dx{more}) + reaction - (feed + kill) * v\nnew_v = v + dt * dv",
                ),
            )


RECIPES = (
    Recipe(
        name="grid_step",
        category="dynamics",
        targets=("heat", "wave", "advection", "reaction", "burgers"),
        draw=_draw_grid,
    ),
)
