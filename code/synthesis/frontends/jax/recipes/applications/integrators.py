"""Systems of differential equations over time, by a method that the caller names."""

import re

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_CHECK = """
    {?0.5 if y0.ndim != 2 {or y0.shape[-1] != WIDTH ~}:
        raise ValueError(f'expected states of shape (batch, WIDTH), got <<y0.shape>>')}
    {?0.4 {if steps <= 0:
        raise ValueError(f'the number of steps has to be positive, got <<steps>>') ~
    if dt <= 0.0:
        raise ValueError(f'the time step has to be positive, got <<dt>>')}}
    {?0.3 if not jnp.issubdtype(y0.dtype, jnp.floating):
        raise TypeError(f'states of type <<y0.dtype>>')}
"""
_METHOD = """
    def step(y, TIME):
        {if method == 'euler':
            {?0.5 # {one evaluation, first order ~ the plain step}}
            new = y + dt * rhs(y|)
        elif method == 'midpoint':
            {?0.4 # {slope in the middle of the step ~ half a step ahead}}
            new = y + dt * rhs(y + 0.5 * dt * rhs(y|)|0.5)
        {elif method == 'heun':
            k1 = rhs(y|)
            k2 = rhs(y + dt * k1|1)
            new = y + 0.5 * dt * (k1 + k2) ~}
        elif method == 'rk4':
            k1 = rhs(y|)
            k2 = rhs(y + 0.5 * dt * k1|0.5)
            k3 = rhs(y + 0.5 * dt * k2|0.5)
            k4 = rhs(y + dt * k3|1)
            new = y + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        else:
            raise ValueError(f'unknown method <<method>>') ~
        if method not in ('euler', 'midpoint', 'rk4'):
            raise ValueError(f'method <<method>> is not known')
        k1 = rhs(y|)
        if method == 'euler':
            new = y + dt * k1
        else:
            k2 = rhs(y + 0.5 * dt * k1|0.5)
            if method == 'midpoint':
                new = y + dt * k2
            else:
                k3 = rhs(y + 0.5 * dt * k2|0.5)
                k4 = rhs(y + dt * k3|1)
                new = y + dt * (k1 + 2.0 * k2 + 2.0 * k3 + k4) / 6.0}
        KEPT
        return SAVED
"""
_POSITIVE = """{?0.4 if keep_positive:
            {?0.5 # there are no fewer than none}
            new = {jnp.maximum(new, 0.0) ~ jax.nn.relu(new)}}"""
_START = """{?0.3 if include_start:
            path = jnp.concatenate([y0[None], path])}"""
_RUN = {
    "scan": """
        {?0.4 # {the whole way, one state a step ~ states after every step}}
        final, path = {lax.scan ~ jax.lax.scan}(step, y0, TIMES)
        {?0.35 if every > 1:
            # {thin out what is kept ~ keep each n-th state}
            path = path[every - 1::every]}
        START
    """,
    "loop": "final = {lax.fori_loop ~ jax.lax.fori_loop}(0, steps, lambda i, y: step(y, MOMENT), y0)",
    "unrolled": "final = y0\nfor i in range(steps):\n    final = step(final, MOMENT)",
}


def _timed(text: str, run: str, *, driven: bool) -> str:
    """A method's text with the time of each evaluation, where what drives the system depends on it."""
    later = {"": ", t", "0.5": ", t + 0.5 * dt", "1": ", t + dt"}
    text = re.sub(r"\|([\d.]*)(?=\))", lambda found: later[found[1]] if driven else "", text)
    if driven:
        return text.replace("TIMES", "dt * jnp.arange(steps)").replace("TIME", "t").replace("MOMENT", "i * dt")
    text = text.replace("y0, TIMES", "y0, None, length=steps").replace("for i in", "for _ in")
    text = text.replace("lambda i, y: step(y, MOMENT)", "lambda _, y: step(y)").replace(", MOMENT", "")
    return text.replace("TIME", "_") if run == "scan" else text.replace("y, TIME", "y")


_SYSTEMS: dict[str, tuple[int, str]] = {
    "lorenz": (3, """
        def rhs(y):
            {u, v, w = y[..., 0], y[..., 1], y[..., 2] ~ u, v, w = jnp.moveaxis(y, -1, 0)}
            {return jnp.stack([sigma * (v - u), u * (rho - w) - v, u * v - beta * w], axis=-1) ~
            du = sigma * (v - u)
            dv = u * (rho - w) - v
            dw = u * v - beta * w
            return jnp.stack([du, dv, dw], axis=-1)}
    """),
    "lotka_volterra": (2, """
        def rhs(y):
            prey, predator = y[..., 0], y[..., 1]
            meetings = {prey * predator ~ predator * prey}
            {if capacity is not None:
                # prey cannot grow without end
                growth = alpha * prey * (1.0 - prey / capacity)
            else:
                growth = alpha * prey ~ growth = alpha * prey}
            return jnp.stack([growth - beta * meetings, delta * meetings - gamma * predator], axis=-1)
    """),
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
    "epidemic": (3, """
        def rhs(y):
            {susceptible, infected, recovered = jnp.moveaxis(y, -1, 0) ~
            susceptible, infected, recovered = (y[..., i] for i in range(3))}
            {?0.4 # contacts grow with the product of both groups}
            infections = beta * susceptible * infected
            recoveries = gamma * infected
            {return jnp.stack([-infections, infections - recoveries, recoveries], axis=-1) ~
            # {immunity is lost again ~ the recovered become susceptible again}
            waned = waning * recovered
            return jnp.stack([waned - infections, infections - recoveries, recoveries - waned], axis=-1)}
    """),
}  # fmt: skip
_RATES: dict[str, dict[str, tuple[str, tuple[str, ...], tuple[float, float]]]] = {
    "lorenz": {"beta": ("aspect of the cell", ("2.667", "8.0 / 3.0"), (2.0, 3.0))},
    "lotka_volterra": {
        "alpha": ("growth of the prey", ("1.0", "0.7"), (0.5, 1.5)),
        "beta": ("prey lost in a meeting", ("0.5", "1.0"), (0.3, 1.0)),
        "gamma": ("death of the predators", ("0.5", "1.0"), (0.2, 1.0)),
        "delta": ("predators won by a meeting", ("0.2", "0.3"), (0.1, 0.5)),
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
"""What each system is made of beside its state: what it is, usual values, and where it is drawn from."""
_RANGES = {
    "lorenz": (-2.0, 2.0), "lotka_volterra": (0.5, 2.0), "van_der_pol": (-2.0, 2.0), "duffing": (-1.0, 1.0),
    "epidemic": (0.1, 1.0),
}  # fmt: skip


def _draw_integrator(stream: Stream, target: str) -> KernelSpec:
    """A system of differential equations from many starts at once."""
    p = Program(stream)
    width, system = _SYSTEMS[target]
    count = p.size(64, 128, 256)
    run = p.pick("scan", "scan", "scan", "scan", "loop", "unrolled")
    # Steps that are written one after the other are as many as the text is long.
    steps = p.choices.choice((4, 8, 10, 16)) if run == "unrolled" else p.size(4, 8, 10, 16)
    p.tensor(
        "y0",
        Leaf((count, width), *_RANGES[target]),
        f"states to begin with, (batch, {width})",
        ("y0", "state", "initial_state"),
    )
    p.option("dt", p.pick("0.01", "0.02"), "float", "time step", p.pick("0.01", "0.02", "0.05"), ("dt", "step_size"))
    p.option("steps", "10", "int", "number of steps", str(steps), ("num_steps", "n_steps", "steps"))
    p.option(
        "method",
        p.pick("'rk4'", "'euler'"),
        "str",
        "how a step is made",
        p.pick("'rk4'", "'euler'", "'midpoint'"),
        ("method", "solver"),
    )
    p.option(
        "keep_positive",
        "False",
        "bool",
        "whether states stay above zero",
        p.pick("True", "False"),
        ("nonnegative", "keep_positive"),
    )
    p.option("every", "1", "int", "steps between two states that are kept", "1", ("every", "save_every"))
    p.option(
        "include_start",
        "False",
        "bool",
        "whether the first state is kept too",
        "False",
        ("include_start", "save_initial"),
    )
    p.option("capacity", "None", "float | None", "prey that the ground can bear", p.pick("4.0", "None"))
    p.number("sigma", "10.0", "Prandtl number", (5.0, 12.0))
    p.number("rho", "28.0", "Rayleigh number", (10.0, 28.0))
    for key, (says, usual, within) in _RATES[target].items():
        p.number(key, p.pick(*usual), says, within)
    checks = _CHECK.replace("WIDTH", str(width))
    kept = p.pick("new", "new", "jnp.mean(new, axis=0)") if run == "scan" else "None"
    driven = target in ("van_der_pol", "duffing") and p.choices.chance(0.6)
    within = _POSITIVE if target in ("lotka_volterra", "epidemic") else ""
    start = _START if kept == "new" else ""
    push = p.pick("drive * jnp.cos(omega * t)", "drive * jnp.sin(omega * t)")
    system = (
        system.replace("PUSH", f"+ {push}") if driven else system.replace(" PUSH", "").replace("rhs(y, t)", "rhs(y)")
    )
    method = _METHOD.replace("SAVED", f"new, {kept}" if run == "scan" else "new").replace("KEPT", within)
    p.write(
        checks,
        system,
        _timed(method, run, driven=driven),
        _timed(_RUN[run], run, driven=driven).replace("START", start),
    )
    state: Tree = Leaf((count, width))
    if run != "scan":
        p.finish(("return final", (state,)))
    else:
        whole = Leaf((steps, count, width) if kept == "new" else (steps, width))
        p.finish(("return final, path", (state, whole)), ("return path", (whole,)))
    titles = {
        "lorenz": ("lorenz", "lorenz_system"),
        "lotka_volterra": ("lotka_volterra", "predator_prey"),
        "van_der_pol": ("van_der_pol", "relaxation_oscillator"),
        "duffing": ("duffing", "duffing_oscillator"),
        "epidemic": ("epidemic", "sir_model"),
    }[target]
    return p.done(
        "dynamics",
        "integrator",
        target,
        [*(f"integrate_{name}" for name in titles), *(f"solve_{name}" for name in titles), f"simulate_{titles[0]}"],
        p.pick("Integrates many copies of a system", "Solves the equations of motion with fixed steps"),
        "states after the steps",
    )


RECIPES = (Recipe(name="integrator", category="dynamics", targets=tuple(_SYSTEMS), draw=_draw_integrator),)
