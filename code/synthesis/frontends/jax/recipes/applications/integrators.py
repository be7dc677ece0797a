"""Systems of differential equations over time, integrated by a method chosen by name."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.iterations import write_implicit, write_orbits
from synthesis.frontends.jax.recipes.applications.parts import with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import with_texts

_BODIES = read_bodies("jax", "integrators", margin=8)

_CHECK = _BODIES["check"]
_METHOD = """
    def step(y, TIME):
        {if method == 'euler':
            y_next = y + dt * rhs(y|)
        elif method == 'midpoint':
            {?0.4 # {slope in the middle of the step}}
            y_next = y + dt * rhs(y + 0.5 * dt * rhs(y|)|0.5)
        {elif method == 'heun':
            k1 = rhs(y|)
            k2 = rhs(y + dt * k1|1)
            y_next = y + 0.5 * dt * (k1 + k2) ~}
        elif method == 'rk4':
            k1 = rhs(y|)
            k2 = rhs(y + 0.5 * dt * k1|0.5)
            k3 = rhs(y + 0.5 * dt * k2|0.5)
            k4 = rhs(y + dt * k3|1)
            y_next = y + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        else:
            raise ValueError(f'unknown method <<method>>') ~
        k1 = rhs(y|)
        if method == 'euler':
            y_next = y + dt * k1
        elif method == 'heun':
            {?0.4 # {slopes at both ends of the step}}
            k2 = rhs(y + dt * k1|1)
            y_next = y + 0.5 * dt * (k1 + k2)
        elif method == 'rk4':
            k2 = rhs(y + 0.5 * dt * k1|0.5)
            k3 = rhs(y + 0.5 * dt * k2|0.5)
            k4 = rhs(y + dt * k3|1)
            y_next = y + dt * (k1 + 2.0 * k2 + 2.0 * k3 + k4) / 6.0
        else:
            raise ValueError(f'expected euler, heun or rk4, got <<method>>') ~
        {?0.4 # {the classical Runge-Kutta method}}
        k1 = rhs(y|)
        k2 = rhs(y + 0.5 * dt * k1|0.5)
        k3 = rhs(y + 0.5 * dt * k2|0.5)
        k4 = rhs(y + dt * k3|1)
        y_next = y + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)}
        return SAVED
"""
_START = """{?0.2 if include_start:
            trajectory = jnp.concatenate([y0[None], trajectory])}"""
_RUN = {
    "scan": """
        final, trajectory = {lax.scan ~ jax.lax.scan}(step, y0, TIMES)
        START
    """,
    # Steps between two stored states are made in a separate loop.
    "nested": _BODIES["nested"],
    "loop": "final = {lax.fori_loop ~ jax.lax.fori_loop}(0, steps, lambda i, y: step(y, MOMENT), y0)",
}


def _timed(text: str, run: str, *, driven: bool) -> str:
    """Return a method's template with the time of each evaluation if ``driven``, and without any time otherwise."""
    later = {"": ", t", "0.5": ", t + 0.5 * dt", "1": ", t + dt"}
    text = re.sub(r"\|([\d.]*)(?=\))", lambda found: later[found[1]] if driven else "", text)
    if driven:
        times = "every * dt * jnp.arange(steps)" if run == "nested" else "dt * jnp.arange(steps)"
        text = text.replace("TIMES", times).replace("TIME", "t").replace("MOMENT", "i * dt")
        return text.replace("LATER", "t + j * dt")
    text = text.replace("y0, TIMES", "y0, None, length=steps").replace("for i in", "for _ in")
    text = text.replace("for j in", "for _ in").replace(", LATER", "").replace("save_step(y, TIME)", "save_step(y, _)")
    text = text.replace("lambda i, y: step(y, MOMENT)", "lambda _, y: step(y)").replace(", MOMENT", "")
    return text.replace("TIME", "_") if run == "scan" else text.replace("y, TIME", "y")


_SYSTEMS: dict[str, tuple[int, str]] = {
    "lorenz": (3, _BODIES["lorenz"]),
    "lotka_volterra": (2, _BODIES["lotka_volterra"]),
    "van_der_pol": (2, """
        def rhs(y, t):
            {position, velocity = y[..., 0], y[..., 1] ~ position, velocity = y.T}
            acc = mu * (1.0 - position ** 2) * velocity - position PUSH
            return jnp.stack([velocity, acc], axis=-1)
    """),
    "duffing": (2, """
        def rhs(y, t):
            {position, velocity = y[..., 0], y[..., 1] ~ position, velocity = y.T}
            {force = -alpha * position - beta * position ** 3 ~
            stiffness = alpha + beta * jnp.square(position)
            force = -stiffness * position}
            acc = force - delta * velocity PUSH
            return jnp.stack([velocity, acc], axis=-1)
    """),
    "epidemic": (3, _BODIES["epidemic"]),
}  # fmt: skip
_RATES: dict[str, dict[str, tuple[str, tuple[str, ...], tuple[float, float]]]] = {
    "lorenz": {"beta": ("aspect of the cell", ("8.0 / 3.0", "8.0 / 3.0"), (2.0, 3.0))},
    "lotka_volterra": {
        "alpha": ("growth of the prey", ("1.0", "0.7"), (0.5, 1.5)),
        "beta": ("predation rate", ("0.5", "1.0"), (0.3, 1.0)),
        "gamma": ("death of the predators", ("0.5", "1.0"), (0.2, 1.0)),
        "delta": ("growth of the predators per prey", ("0.2", "0.3"), (0.1, 0.5)),
    },
    "van_der_pol": {
        "mu": ("strength of the damping", ("1.0", "2.0"), (0.5, 2.0)),
        "drive": ("amplitude of the drive", ("0.3", "1.2"), (0.3, 1.5)),
        "omega": ("angular frequency of the drive", ("1.0", "0.6"), (0.5, 2.0)),
    },
    "duffing": {
        "alpha": ("linear stiffness", ("1.0", "-1.0"), (0.5, 1.5)),
        "beta": ("cubic stiffness", ("1.0", "0.25"), (0.5, 2.0)),
        "delta": ("damping", ("0.3", "0.1"), (0.1, 0.5)),
        "drive": ("amplitude of the drive", ("0.3", "0.5"), (0.3, 1.0)),
        "omega": ("angular frequency of the drive", ("1.2", "1.0"), (0.5, 2.0)),
    },
    "epidemic": {
        "beta": ("infections by a contact", ("0.5", "2.0"), (0.5, 2.5)),
        "gamma": ("rate of recovery", ("0.2", "0.5"), (0.2, 1.0)),
        "waning": ("rate at which immunity is lost", ("0.05", "0.1"), (0.05, 0.3)),
    },
}
"""The constants of each system: description, usual values, and interval."""
_CALLED = {
    "lorenz": "the Lorenz system", "lotka_volterra": "the Lotka-Volterra equations",
    "van_der_pol": "the Van der Pol oscillator", "duffing": "the Duffing oscillator", "epidemic": "the SIR model",
}  # fmt: skip
_RANGES = {
    "lorenz": (-2.0, 2.0), "lotka_volterra": (0.5, 2.0), "van_der_pol": (-2.0, 2.0), "duffing": (-1.0, 1.0),
    "epidemic": (0.1, 1.0),
}  # fmt: skip


_TITLES = {
    "lorenz": ("lorenz", "lorenz_system"),
    "lotka_volterra": ("lotka_volterra", "predator_prey"),
    "van_der_pol": ("van_der_pol", "relaxation_oscillator"),
    "duffing": ("duffing", "duffing_oscillator"),
    "epidemic": ("epidemic", "sir_model"),
}
"""Names of functions without their first word, by target."""


def _declare_options(p: Program, run: str, steps: int) -> None:
    """Declare the options of the integration."""
    p.option("dt", p.pick("0.01", "0.02"), "float", "time step", p.pick("0.01", "0.02", "0.05"), ("dt", "step_size"))
    kept = run == "nested"
    p.option("steps", "10", "int", "number of states to return" if kept else "number of steps", str(steps),
             ("num_saves", "num_frames") if kept else ("num_steps", "n_steps", "steps"))  # fmt: skip
    p.option("method", p.pick("'rk4'", "'euler'"), "str", "integration method", p.pick("'rk4'", "'rk4'", "'euler'"),
             ("method", "solver"))  # fmt: skip
    p.option("every", "10", "int", "number of steps between two returned states", p.pick("2", "3"),
             ("save_every", "substeps"))  # fmt: skip
    p.option("include_start", "False", "bool", "whether to return the initial state as well", "False",
             ("include_start", "save_initial"))  # fmt: skip
    p.option("capacity", "None", "float | None", "carrying capacity of the prey", p.pick("4.0", "None"))
    p.option("sigma", "10.0", "float", "Prandtl number", p.pick("10.0", "12.0"))
    p.option("rho", "28.0", "float", "Rayleigh number", p.pick("28.0", "20.0"))


def _name_constants(p: Program, target: str, system: str) -> tuple[bool, str, str]:
    """Return the system with names for its constants, the force that drives it, and whether one does."""
    if p.choices.chance(0.5):
        ranges = {key: within for key, (_, _, within) in _RATES[target].items()}
        ranges |= {"sigma": (8.0, 12.0), "rho": (20.0, 28.0)} if target == "lorenz" else {}
        driven = target in ("van_der_pol", "duffing") and p.choices.chance(0.6)
        system = with_escaped_braces(p.choose(system))
        read = [key for key in ranges if re.search(rf"\b{key}\b", system) or (driven and key in ("drive", "omega"))]
        title = p.pick("Params", {"epidemic": "SIRParams"}.get(target, target.title().replace("_", "") + "Params"))
        fields = [(key, Leaf((), *ranges[key])) for key in read]
        made = p.record(title, fields, f"Constants of {_CALLED[target]}")
        p.tree("params", made, "constants of the equations", ("params", "args"))
        system = re.sub(rf"\b({'|'.join(read)})\b", r"params.\1", system)
        push = p.pick("params.drive * jnp.cos(params.omega * t)", "params.drive * jnp.sin(params.omega * t)")
    else:
        driven = target in ("van_der_pol", "duffing") and p.choices.chance(0.6)
        push = p.pick("drive * jnp.cos(omega * t)", "drive * jnp.sin(omega * t)")
    return driven, system, push


def _draw_integrator(stream: Stream, target: str) -> KernelSpec:
    """Draw an integration of a system of differential equations from many initial states."""
    p = Program(stream)
    width, system = _SYSTEMS[target]
    count = p.size(64, 128, 256)
    run = p.pick("scan", "scan", "scan", "nested", "loop")
    steps = p.size(4, 8, 10, 16)
    p.tensor("y0", Leaf((count, width), *_RANGES[target]), f"states to begin with, (batch, {width})",
             ("y0", "state", "initial_state"))  # fmt: skip
    p.tree("params", (), "constants of the equations", ("params", "args"))  # its fields are known later
    _declare_options(p, run, steps)
    # Either all constants of a system are passed as arrays, or none is.
    traced = target != "lorenz" and p.choices.chance(0.4)
    for key, (says, usual, within) in _RATES[target].items():
        if traced:
            p.tensor(key, Leaf((), *within), says)
        else:
            p.option(key, p.pick(*usual), "float", says)
    # Alternatively, they are fields of one record.
    driven, system, push = _name_constants(p, target, system)
    checks = _CHECK.replace("WIDTH", str(width))
    system = (
        system.replace("PUSH", f"+ {push}") if driven else system.replace(" PUSH", "").replace("rhs(y, t)", "rhs(y)")
    )
    method = _METHOD.replace("SAVED", "y_next, y_next" if run == "scan" else "y_next")
    p.write(
        checks,
        system,
        _timed(method, run, driven=driven),
        _timed(_RUN[run], run, driven=driven).replace("START", _START),
    )
    state: Tree = Leaf((count, width))
    if run not in ("scan", "nested"):
        p.finish(("return final", (state,)))
    else:
        trajectory = Leaf((steps, count, width))
        p.finish(("return final, trajectory", (state, trajectory)), ("return trajectory", (trajectory,)))
    titles = _TITLES[target]
    return p.done(
        "dynamics",
        "integrator",
        target,
        [*(f"integrate_{name}" for name in titles), *(f"solve_{name}" for name in titles), f"simulate_{titles[0]}"],
        f"Integrates {_CALLED[target]} from a batch of initial states",
        "states after each step" if run in ("scan", "nested") else "states after the steps",
    )


RECIPES = (
    with_texts(
        Recipe(
            name="integrator", category="dynamics", targets=tuple(_SYSTEMS), draw=_draw_integrator,
            target_weights=dict.fromkeys(_SYSTEMS, 0.85),
        ),
        {"kepler_orbit": write_orbits, "implicit_step": write_implicit},
        weight=0.6,
    ),
)  # fmt: skip
