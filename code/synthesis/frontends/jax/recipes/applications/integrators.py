"""Systems of differential equations over time, by a method that the caller names."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_CHECK = """
    {?0.5 if y0.ndim != 2 {or y0.shape[-1] != WIDTH ~}:
        raise ValueError(f'expected states of shape (batch, WIDTH), got <<y0.shape>>')}
    {?0.4 if steps <= 0 {or dt <= 0.0 ~}:
        raise ValueError({'nothing to integrate' ~ f'<<steps>> steps of <<dt>>'})}
    {?0.3 if not jnp.issubdtype(y0.dtype, jnp.floating):
        {raise TypeError(f'states of type <<y0.dtype>>') ~ y0 = y0.astype(jnp.float32)}}
"""
_METHOD = """
    def step(y, {_ ~ t}):
        {if method == 'euler':
            {?0.5 # {one evaluation, first order ~ the plain step}}
            new = y + dt * rhs(y)
        elif method == 'midpoint':
            {?0.4 # {slope in the middle of the step ~ half a step ahead}}
            new = y + dt * rhs(y + 0.5 * dt * rhs(y))
        {elif method == 'heun':
            k1 = rhs(y)
            k2 = rhs(y + dt * k1)
            new = y + 0.5 * dt * (k1 + k2) ~}
        elif method == 'rk4':
            k1 = rhs(y)
            k2 = rhs(y + 0.5 * dt * k1)
            k3 = rhs(y + 0.5 * dt * k2)
            k4 = rhs(y + dt * k3)
            new = y + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        else:
            raise ValueError(f'unknown method <<method>>') ~
        k1 = rhs(y)
        if method == 'euler':
            new = y + dt * k1
        else:
            k2 = rhs(y + 0.5 * dt * k1)
            {if method == 'midpoint':
                new = y + dt * k2
            else:
                k3 = rhs(y + 0.5 * dt * k2)
                k4 = rhs(y + dt * k3)
                new = y + dt * (k1 + 2.0 * k2 + 2.0 * k3 + k4) / 6.0 ~
            k3 = rhs(y + 0.5 * dt * k2)
            k4 = rhs(y + dt * k3)
            new = y + dt * (k1 + 2.0 * k2 + 2.0 * k3 + k4) / 6.0}}
        KEPT
        return new, SAVED
"""
_BOUNDED = """{?0.4 if bound is not None:
            {?0.5 # {far out the step is too long to be trusted ~ keep what diverges finite}}
            new = jnp.clip(new, -bound, bound)}"""
_POSITIVE = """{?0.4 if keep_positive:
            {?0.5 # there are no fewer than none}
            new = {jnp.maximum(new, 0.0) ~ jax.nn.relu(new)}}"""
_START = """{?0.3 if include_start:
            path = jnp.concatenate([y0[None], path])}"""
_DISTANCE = """\
{?0.4 # {how far it came ~ distance from where it began}}
moved = {jnp.linalg.norm(final - y0, axis=-1) ~ jnp.sqrt(jnp.sum((final - y0) ** 2, axis=-1))}
"""
_RUN = {
    "scan": """
        {?0.4 # {the whole way, one state a step ~ states after every step}}
        {final, path = lax.scan(step, y0, None, length=steps) ~ final, path = jax.lax.scan(step, y0, jnp.arange(steps))}
        {?0.35 if every > 1:
            # {thin out what is kept ~ keep each n-th state}
            path = path[every - 1::every]}
        START
    """,
    "loop": f"final = lax.fori_loop(0, steps, lambda i, y: step(y, i)[0], y0)\n{_DISTANCE}",
    "unrolled": f"final = y0\nfor _ in range(steps):\n    final, _ = step(final, None)\n{_DISTANCE}",
}
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
            return jnp.stack([growth - beta * meetings, gain * meetings - gamma * predator], axis=-1)
    """),
    "van_der_pol": (2, """
        def rhs(y):
            {position, velocity = y[..., 0], y[..., 1] ~ position, velocity = y.T}
            acc = mu * (1.0 - position ** 2) * velocity - position
            {?0.4 if drive is not None:
                acc = acc + drive}
            return jnp.stack([velocity, acc], axis=-1)
    """),
    "duffing": (2, """
        def rhs(y):
            position, velocity = y[..., 0], y[..., 1]
            {force = -alpha * position - beta * position ** 3 ~
            stiffness = alpha + beta * jnp.square(position)
            force = -stiffness * position}
            {acc = force - gamma * velocity ~ acc = force - gamma * velocity * jnp.abs(velocity)}
            {?0.4 if drive is not None:
                acc = acc + drive}
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
            # immunity is lost again
            lost = gain * recovered
            return jnp.stack([lost - infections, infections - recoveries, recoveries - lost], axis=-1)}
    """),
}  # fmt: skip
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
        "bound", "None", "float | None", "largest size of a state", p.pick("1.0", "2.0", "None"), ("max_value", "bound")
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
    p.option("drive", "None", "float | None", "force from outside", p.pick("0.3", "None"), ("drive", "forcing"))
    p.number("sigma", "10.0", "rate of mixing", (5.0, 12.0))
    p.number("rho", "28.0", "how strong the heating is", (10.0, 28.0))
    p.number("alpha", "1.0", "linear growth", (0.5, 1.5), ("alpha", "growth_rate"))
    p.number("beta", p.pick("2.0", "1.0"), "strength of the coupling", (0.5, 2.5), ("beta", "coupling"))
    p.number("gamma", "0.5", "loss", (0.2, 1.0), ("gamma", "decay_rate"))
    p.number("gain", "0.2", "what meetings give", (0.1, 0.5), ("delta_rate", "gain", "efficiency"))
    p.number("mu", "1.0", "strength of the damping", (0.5, 2.0), ("mu", "damping"))
    checks = _CHECK.replace("WIDTH", str(width))
    kept = p.pick("new", "new", "jnp.mean(new, axis=0)" if run == "scan" else "None")
    within = _POSITIVE if target in ("lotka_volterra", "epidemic") else _BOUNDED
    start = _START if kept == "new" else ""
    p.write(checks, system, _METHOD.replace("SAVED", kept).replace("KEPT", within), _RUN[run].replace("START", start))
    state: Tree = Leaf((count, width))
    if run != "scan":
        p.finish(("return final", (state,)), ("return final, moved", (state, Leaf((count,)))))
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
        [*(f"integrate_{name}" for name in titles), *(f"{name}_solve" for name in titles), "integrate", "odeint"],
        p.pick("Integrates many copies of a system", "Solves the equations of motion with fixed steps"),
        "states after the steps",
    )


RECIPES = (Recipe(name="integrator", category="dynamics", targets=tuple(_SYSTEMS), draw=_draw_integrator),)
