"""Whole steps of simulations of molecules: forces, an integrator, what keeps temperature or finds a minimum."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.molecules import CUTOFF, SAFE
from synthesis.frontends.jax.recipes.applications.parts import key
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.spaces import DISPLACEMENT, SIDE
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.grammar.lines import block, join
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec

_PAIRS = {
    "soft": "{overlap = jnp.maximum(1.0 - dr, 0.0) ~ overlap = jax.nn.relu(1.0 - dr)}\nU = 0.5 * overlap ** 2",
    "gaussian": "U = jnp.exp(-0.5 * dr ** 2)",
    "morse": "t = jnp.exp(-2.0 * (dr - 1.0))\nU = t ** 2 - 2.0 * t",
    "screened": "U = jnp.exp(-dr) / jnp.sqrt(dr ** 2 + 0.25)",
}
_APART = """
    {dR = displacement(R[:, None, :], R[None, :, :]) ~
    dR = jax.vmap(jax.vmap(displacement, (None, 0)), (0, None))(R, R) ~
    d = jax.vmap(displacement, in_axes=(0, None))
    dR = jax.vmap(d, in_axes=(None, 0), out_axes=1)(R, R)}
    {dr = distance(dR) ~ dr = jnp.sqrt(jnp.sum(dR ** 2, axis=-1) + 1e-6)}
"""
_TOTAL = """
    {?0.4 U = U * smooth_cutoff(dr, 1.2, 1.8)}
    {mask = 1.0 - jnp.eye(R.shape[0], dtype=R.dtype)
    return 0.5 * jnp.sum({mask * U ~ U * mask}) ~
    N = R.shape[0]
    U = jnp.where(jnp.arange(N)[:, None] == jnp.arange(N), 0.0, U)
    return {0.5 * jnp.sum(U) ~ U.sum() / 2.0} ~
    return jnp.sum(jnp.triu(U, k=1))}
"""
_KICK = """
    {?0.4 # {half a kick, a drift, half a kick ~ velocity Verlet}}
    V = V + 0.5 * dt * F / MASS
    R = {shift(R, dt * V) ~ jnp.mod(R + dt * V, 4.0)}
    F = force(R)
    V {+= 0.5 * dt * F / MASS ~ = V + 0.5 * dt * F / MASS}
"""
_STEPS = {
    "constant_energy": _KICK,
    "rescaled": join(
        _KICK,
        """
        {?0.4 # {twice the kinetic energy of each degree of freedom}}
        T = {jnp.mean(MASS * V ** 2) ~ jnp.sum(MASS * V ** 2) / V.size}
        {{?0.5 # {velocities move towards the temperature that is wanted}
        ratio = jnp.sqrt(1.0 + 0.1 * (kT / (T + 1e-6) - 1.0))
        V = V * jnp.clip(ratio, 0.9, 1.1) ~ V = V * jnp.sqrt(1.0 + 0.1 * (kT / (T + 1e-6) - 1.0))} ~
        V *= (kT / (T + 1e-6)) ** 0.05}
        """,
    ),
    "langevin": """
        V = V + 0.5 * dt * F / MASS
        R = {shift(R, 0.5 * dt * V) ~ jnp.mod(R + 0.5 * dt * V, 4.0)}
        {key, sub = jax.random.split(key) ~ sub = jax.random.fold_in(key, i)}
        {?0.4 # {friction takes out what noise puts in ~ exact for a free particle}}
        c = {math.exp(-friction * dt) ~ jnp.exp(-friction * dt)}
        {noise = jax.random.normal(sub, V.shape)
        V = c * V + jnp.sqrt((1.0 - c ** 2) * kT / MASS) * noise ~
        V = c * V + jnp.sqrt((1.0 - c ** 2) * kT / MASS) * jax.random.normal(sub, V.shape, V.dtype)}
        R = {shift(R, 0.5 * dt * V) ~ jnp.mod(R + 0.5 * dt * V, 4.0)}
        F = force(R)
        V {+= 0.5 * dt * F / MASS ~ = V + 0.5 * dt * F / MASS}
    """,
    "descent": """
        {?0.4 # {friction by hand: go on while going down ~ steps follow the force}}
        {V = 0.9 * V + dt * F ~ power = jnp.sum(F * V)
        size = jnp.sqrt(jnp.sum(V ** 2) + 1e-12)
        norm = jnp.sqrt(jnp.sum(F ** 2) + 1e-12)
        {V = jnp.where(power > 0, 0.9 * V + 0.1 * F * size / norm, 0.5 * V) + dt * F / MASS ~
        mixed = 0.9 * V + 0.1 * F * (size / norm)
        V = jnp.where(power < 0, jnp.zeros_like(V), mixed) + dt * F / MASS}}
        {?0.5 V = jnp.clip(V, -1.0, 1.0)}
        R = {shift(R, dt * V) ~ jnp.mod(R + dt * V, 4.0)}
        F = force(R)
    """,
}
_SHIFT = '''
    def shift(R: Array, dR: Array) -> Array:
        {?0.4 """Moves points and puts them back into the box."""}
        {return jnp.mod(R + dR, 4.0) ~ return (R + dR) % 4.0 ~ moved = R + dR
        return moved - 4.0 * jnp.floor(moved / 4.0)}
'''


def _draw_ensemble(stream: Stream, target: str) -> KernelSpec:
    """Some steps of a simulation from a state."""
    p = Program(stream)
    n, kinds = p.choices.choice((36, 40, 48, 64)), 3
    for each in (DISPLACEMENT, SAFE, CUTOFF, _SHIFT):
        p.function(each)
    heavy = p.choices.chance(0.5) and target != "descent"
    by_kind = p.choices.chance(0.25)
    fields: list[tuple[str, Tree]] = [("R", Leaf((n, 3), 0.0, SIDE)), ("V", Leaf((n, 3), -1, 1))]
    fields += [("mass", Leaf((n, 1), 0.5, 2))] if heavy else []
    fields += [("key", key())] if target == "langevin" else []
    state = p.record("SimState", fields, "Where particles are and how they move")
    p.tree("state", state, "positions and velocities, and what else a step needs", ("state", "sim", "s"))
    p.tensor("species", Leaf((n,), 0, kinds - 1, "int32"), "species of each particle", ("species", "kinds"))
    p.tensor("table", Leaf((kinds, kinds), 0.5, 1.5), "strength of each pair of species", ("table", "epsilon"))
    steps = p.choices.choice((2, 3))
    p.option("steps", p.pick("1", "10"), "int", "steps of time", str(steps), ("steps", "num_steps", "inner_steps"))
    p.option("dt", "0.005", "float", "time step", p.pick("0.005", "0.01", "0.002"), ("dt", "time_step"))
    p.option("kT", "1.0", "float", "temperature", p.pick("1.0", "0.5", "0.1"), ("kT", "temperature"))
    p.option("friction", "1.0", "float", "friction", p.pick("1.0", "0.5", "2.0"), ("gamma", "friction"))
    kind = p.pick(*_PAIRS)
    lookup = "U = U * table[species[:, None], species]" if by_kind else ""
    energy = block("def energy(R):", p.choose(_APART), p.choose(_PAIRS[kind]), lookup, p.choose(_TOTAL))
    force = p.pick(
        "def force(R):\n    return -jax.grad(energy)(R)",
        "def force(R):\n    grads = jax.grad(energy)(R)\n    return -grads",
        "force = lambda R: -jax.grad(energy)(R)",
    )
    mass = "state.mass" if heavy else ""
    p.write("""
        {?0.35 if state.R.shape != state.V.shape:
            raise ValueError(f'<<state.R.shape>> positions, <<state.V.shape>> velocities')}
        {?0.3 if steps < 1:
            raise ValueError({'no step is asked for' ~ f'steps are counted from 1, got <<steps>>'})}
    """)
    p.add(energy, force)
    names = ["R", "V", *(["key"] if target == "langevin" else [])]
    p.write(
        "{R, V = state.R, state.V ~ R = state.R\nV = state.V}",
        "key = state.key" if target == "langevin" else "",
        "F = force(R)",
    )
    text = (
        _STEPS[target]
        .replace(" / MASS", f" / {mass}" if heavy else "")
        .replace("MASS * ", f"{mass} * " if heavy else "")
    )
    body = p.choose(text)
    kept = p.choices.chance(0.35)
    logged = p.pick("energy(R)", f"0.5 * jnp.sum({mass + ' * ' if heavy else ''}V ** 2) + energy(R)") if kept else ""
    split = "key, sub" in body
    if p.choices.chance(0.6):
        p.add("log = []" if kept else "", block("for i in range(steps):", body, f"log += [{logged}]" if kept else ""))
        energies = p.pick("jnp.stack(log)", "jnp.array(log)") if kept else ""
    else:
        carried = ["R", "V", "F", *(["key"] if split else [])]
        held = f"({', '.join(carried)})"
        p.add(
            block(
                "def step(carry, i):",
                f"{', '.join(carried)} = carry",
                body,
                f"return {held}, {logged if kept else 'None'}",
            ),
            f"{held}, {'energies' if kept else '_'} = jax.lax.scan(step, {held}, jnp.arange(steps))",
        )
        energies = "energies" if kept else ""
    returned = ["R=R", "V=V", *(["mass=state.mass"] if heavy else []), *(["key=key"] if target == "langevin" else [])]
    end = f"{state.name}({', '.join(returned)})"
    p.write(
        "{?0.4 # {the drift of the whole is taken off}\nV = V - {jnp.mean(V, axis=0) ~ V.mean(axis=0, keepdims=True)}}"
    )
    given = p.pick("state", "energy", "plain")
    if kept:
        p.add(f"return {end}, {energies}")
    elif given == "plain":
        p.add(f"return {', '.join(names[:2])}, energy(R)")
    elif given == "energy":
        p.add(f"return {end}, energy(R)")
    else:
        p.add(f"return {end}")
    results: tuple[Tree, ...] = (state,)
    if kept:
        results = (state, Leaf((steps,)))
    elif given == "plain":
        results = (Leaf((n, 3)), Leaf((n, 3)), Leaf(()))
    elif given == "energy":
        results = (state, Leaf(()))
    p.gives(*results)
    titles = {
        "constant_energy": ("simulate", "nve_steps", "run_steps"),
        "rescaled": ("nvt_steps", "simulate_nvt", "run_thermostat"),
        "langevin": ("langevin_steps", "simulate_langevin", "run_langevin"),
        "descent": ("minimize", "fire_steps", "relax"),
    }[target]
    return p.done(
        "molecules", "ensemble", target, titles,
        {"constant_energy": "Simulates particles at constant energy",
         "rescaled": "Simulates particles near a temperature",
         "langevin": "Simulates particles in a bath that gives and takes energy",
         "descent": "Brings particles nearer to a minimum of their energy"}[target],
        "the state after the steps",
    )  # fmt: skip


RECIPES = (
    Recipe(
        name="ensemble",
        category="molecules",
        targets=tuple(_STEPS),
        draw=_draw_ensemble,
        target_weights=dict.fromkeys(_STEPS, 1.5),
    ),
)
