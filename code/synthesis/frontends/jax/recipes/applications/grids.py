"""Fields on grids: diffusion, waves, transport, reactions."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.lines import block
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.grid_changes import change, keep_walls, laplacian, write_flux
from synthesis.frontends.jax.recipes.applications.parts import (
    guard,
    positive,
    truth,
)
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf


def _declare_fields(
    p: Program, target: str, shape: tuple[int, int], u: Leaf, called: tuple[str, ...], *, excitable: bool
) -> bool:
    """Declare the fields, and return whether a wave is described by two fields of successive steps."""
    p.tensor("u", u, "field of shape (height, width)", called)
    # A wave is described by its last two fields, or by the field and its rate of change.
    leapfrog = p.choices.chance(0.5)
    p.tensor(
        "v",
        Leaf(shape, 0, 1) if target == "reaction" else Leaf(shape),
        ("recovery variable" if excitable else "second species")
        if target == "reaction"
        else "field a step before"
        if leapfrog
        else "change of the field in unit time",
        ("v",) if target == "reaction" else ("u_prev", "previous") if leapfrog else ("u_t", "velocity"),
    )
    p.tensor("source", Leaf(shape), "what is added in unit time", ("source", "forcing"))
    p.tensor("conductivity", positive(*shape), "conductivity", ("conductivity", "coefficient"))
    p.tensor("solid", truth(*shape), "where the field is held", ("solid", "mask", "obstacle"), optional=True)
    return leapfrog


def _declare_constants(p: Program, target: str, shape: tuple[int, int]) -> tuple[bool, tuple[str, ...]]:
    """Declare the constants of the equations, and return whether the wind is a field."""
    p.number(
        "nu", p.pick("0.1", "0.05"), "viscosity" if target == "burgers" else "diffusivity", (0.02, 0.2),
        ("nu", "viscosity") if target == "burgers" else ("kappa", "diffusivity", "alpha"),
    )  # fmt: skip
    p.number("spread_u", "0.16", "diffusivity of the first species", (0.1, 0.2), ("d_u", "diffusion_u"))
    p.number("spread_v", "0.08", "diffusivity of the second species", (0.05, 0.1), ("d_v", "diffusion_v"))
    p.number("eps_v", "0.08", "how fast the recovery variable is", (0.05, 0.1), ("epsilon", "rate"))
    p.number("a", "0.7", "offset of the recovery variable", (0.5, 0.9))
    p.number("b", "0.8", "decay of the recovery variable", (0.5, 0.9))
    p.number("c", "1.0", "speed of waves", (0.5, 1.0), ("c", "wave_speed"))
    # The wind is a constant that is not negative, or a field of any sign.
    either = p.choices.chance(0.5)
    for key, axis in (("cx", "first"), ("cy", "second")):
        names = (key, f"wind_{key[1]}", "vel_" + key[1])
        if either:
            p.tensor(key, Leaf(shape), f"wind along the {axis} axis at each point", names)
        else:
            p.number(
                key, "0.5" if key == "cx" else "0.25", f"wind along the {axis} axis, not negative", (0.1, 1.0), names
            )
    p.tree("params", (), "constants of the equation", ("params", "constants"))  # its fields are known later
    p.number("feed", p.pick("0.04", "0.055"), "feed rate", (0.02, 0.08), ("feed", "feed_rate"))
    p.number("kill", "0.06", "kill rate", (0.04, 0.08), ("kill", "kill_rate"))
    p.number("dt", p.pick("0.1", "0.01"), "time step", (0.02, 0.2), ("dt", "time_step"))
    p.number("dx", p.pick("1.0", "0.5"), "distance of grid points", (0.8, 1.2), ("dx", "spacing", "h"))
    p.number("damping", "0.01", "damping of waves", (0.01, 0.1), ("damping", "drag"))
    return either, names


def _write_steps(
    p: Program,
    shape: tuple[int, int],
    steps: int,
    body: str,
    hold: str,
    then: str,
    loop: str,
    *,
    both: bool,
    once: bool,
) -> None:
    """Write one or several steps, and set the results."""
    if once:
        p.add(body, hold)
        if both:
            p.add(f"return u_next, {then}")
            p.set_results(Leaf(shape), Leaf(shape))
        elif p.maybe(0.3):
            p.add(
                p.pick(
                    "residual = jnp.sqrt(jnp.mean(jnp.square(u_next - u)))", "residual = jnp.max(jnp.abs(u_next - u))"
                ),
                "return u_next, residual",
            )
            p.set_results(Leaf(shape), Leaf(()))
        else:
            p.add("return u_next")
            p.set_results(Leaf(shape))
    elif loop == "fori":
        if both:
            p.add(block("def body(_, carry):", "u, v = carry", body, hold, f"return u_next, {then}"))
        else:
            p.add(block("def body(_, u):", body, hold, "return u_next"))
        p.add(
            p.pick(
                f"return lax.fori_loop(0, steps, body, {'(u, v)' if both else 'u'})",
                f"final = jax.lax.fori_loop(0, steps, body, {'(u, v)' if both else 'u'})\nreturn final",
            )
        )
        p.set_results(*([Leaf(shape), Leaf(shape)] if both else [Leaf(shape)]))
    else:
        kept = p.pick("jnp.mean(u_next)", "jnp.max(jnp.abs(u_next))", "jnp.sum(u_next ** 2)")
        if both:
            p.add(block("def step(carry, _):", "u, v = carry", body, hold, f"return (u_next, {then}), {kept}"))
            p.add("(u, v), history = lax.scan(step, (u, v), None, length=steps)", "return u, v, history")
            p.set_results(Leaf(shape), Leaf(shape), Leaf((steps,)))
        else:
            p.add(
                block("def step(u, _):", body, hold, f"return u_next, {kept}"),
                "u, history = jax.lax.scan(step, u, None, length=steps)",
                "return u, history",
            )
            p.set_results(Leaf(shape), Leaf((steps,)))


def _titles_of(target: str, *, excitable: bool, once: bool) -> tuple[str, ...]:
    """Return the names of a function."""
    return {
        "heat": ("heat_step", "diffuse") if once else ("simulate_heat", "heat_equation"),
        "wave": ("wave_step", "propagate") if once else ("simulate_waves", "wave_equation"),
        "advection": ("advect", "advection_step") if once else ("simulate_transport", "advect_steps"),
        "reaction": (
            (("fitzhugh_nagumo_step", "excitable_step") if once else ("simulate_fitzhugh_nagumo", "fitzhugh_nagumo"))
            if excitable
            else (("gray_scott_step", "reaction_step") if once else ("simulate_gray_scott", "gray_scott"))
        ),
        "burgers": ("burgers_step",) if once else ("simulate_burgers", "burgers"),
    }[target]


def _draw_grid(stream: Stream, target: str) -> KernelSpec:
    """Draw one or several steps of a field on a grid."""
    p = Program(stream)
    rows, columns = p.size(16, 24, 32, 48, 64), p.size(16, 24, 32, 48, 64)
    shape = (rows, columns)
    # A field that transports itself grows without bound where it is steep.
    u = Leaf(shape, *{"reaction": (0.1, 1), "burgers": (-0.4, 0.4)}.get(target, (-1, 1)))
    called = {"heat": ("u", "temperature", "temp"), "reaction": ("u",)}.get(target, ("u", "field"))
    excitable = target == "reaction" and p.choices.chance(0.4)
    if excitable:
        u = Leaf(shape, -1, 1)
    leapfrog = _declare_fields(p, target, shape, u, called, excitable=excitable)
    either, names = _declare_constants(p, target, shape)
    # Transported quantities leave on one side and enter on the opposite one.
    carried = target in ("advection", "burgers")
    bounds = "periodic" if carried else p.pick("periodic", "edge", "option", "zero")
    names = ("'periodic'", "'neumann'", "'dirichlet'")
    p.option("boundary", p.pick(*names), "str", "boundary condition", p.pick(*names),
             ("boundary", "bc", "boundary_kind"))  # fmt: skip
    if target == "heat" and bounds == "edge":
        bounds = "periodic" if p.choices.chance(0.5) else bounds
    steps = p.choices.choice((4, 8, 10))
    p.option("steps", p.pick("1", "100"), "int", "number of steps", str(steps), ("steps", "n_steps", "num_steps"))
    p.helper(laplacian(p, bounds))
    more = ", boundary" if bounds == "option" else ""
    both = target in ("wave", "reaction")
    p.add(
        guard(
            p, "u.ndim != 2 or u.shape != v.shape", "expected two fields of one shape, got {u.shape} and {v.shape}", 0.4
        )
        if both
        else guard(p, "u.ndim != 2", "expected a field of shape (height, width), got {u.shape}", 0.4),
    )
    flux = target == "heat" and bounds == "periodic" and p.choices.chance(0.5)
    body = write_flux(p) if flux else change(p, target, more, leapfrog=leapfrog, either=either, excitable=excitable)
    if p.choices.chance(0.6):
        body = _gathered(p, target, body)
    hold = keep_walls(p, target, leapfrog=leapfrog) if p.maybe(0.25) else ""
    # The previous field is the one that the leapfrog step started from.
    then = "u" if target == "wave" and leapfrog else "v_next"
    loop = p.pick("once", "once", "fori", "scan")
    once = loop == "once"
    _write_steps(p, shape, steps, body, hold, then, loop, both=both, once=once)
    titles = _titles_of(target, excitable=excitable, once=once)
    return p.done(
        "dynamics",
        "grid_step",
        target,
        titles,
        {
            "heat": "Heat diffusion on a grid",
            "wave": f"{'Leapfrog' if leapfrog else 'Symplectic'} step{'' if once else 's'} of the wave equation",
            "advection": "Advection of a field by a steady wind",
            "reaction": "FitzHugh-Nagumo waves in an excitable medium"
            if excitable
            else "Gray-Scott reaction and diffusion",
            "burgers": "Viscous Burgers' equation",
        }[target],
        "the fields afterwards" if both else "the field afterwards",
    )


_CONSTANTS: dict[str, tuple[str, float, float]] = {
    "spread_u": ("d_u", 0.1, 0.2), "spread_v": ("d_v", 0.05, 0.1), "feed": ("feed", 0.02, 0.08),
    "kill": ("kill", 0.04, 0.08), "eps_v": ("epsilon", 0.05, 0.1), "a": ("a", 0.5, 0.9), "b": ("b", 0.5, 0.9),
    "damping": ("damping", 0.01, 0.1), "nu": ("diffusivity", 0.02, 0.2), "c": ("speed", 0.5, 1.0),
}  # fmt: skip
"""The name of each constant in a record of constants, and its bounds."""


def _gathered(p: Program, target: str, body: str) -> str:
    """Return statements that read their constants, if at least three, from a record that becomes an argument."""
    lines = body.split("\n")
    code = "\n".join(line for line in lines if "# " not in line)
    read = [name for name in _CONSTANTS if re.search(rf"(?<![\w.]){name}(?!\w)(?! =)", code)]
    if len(read) < 3:
        return body
    fields = [(_CONSTANTS[name][0], Leaf((), *_CONSTANTS[name][1:])) for name in read]
    title = "Params" if target != "reaction" else p.pick("Params", "ReactionParams")
    p.tree("params", p.record(title, fields, "Constants of the equation"), "constants of the equation",
           ("params", "constants"))  # fmt: skip
    for name in read:
        at = f"params.{_CONSTANTS[name][0]}"
        lines = [each if "# " in each else re.sub(rf"(?<![\w.]){name}(?!\w)(?! =)", at, each) for each in lines]
    return "\n".join(lines)


RECIPES = (
    Recipe(
        name="grid_step",
        category="dynamics",
        targets=("heat", "wave", "advection", "reaction", "burgers"),
        draw=_draw_grid,
    ),
)
