"""Whole steps of molecular simulations: forces, an integrator, and a thermostat or a minimizer."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.ensemble_parts import WRITERS
from synthesis.frontends.jax.recipes.applications.molecules import CUTOFF, SAFE
from synthesis.frontends.jax.recipes.applications.parts import key, truth
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.spaces import DISPLACEMENT, SIDE
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree
from synthesis.frontends.jax.recipes.applications.written import with_texts

_BODIES = read_bodies("jax", "ensembles", margin=4)

_SHIFT = _BODIES["shift"]
_PAIRS = {
    "soft_sphere": """
        overlap = {jnp.maximum(1.0 - (dr / sigma) ** 2, 0.0) ~ jax.nn.relu(1.0 - (dr / sigma) ** 2)}
        U = epsilon * overlap ** 2
    """,
    "soft_core_lj": _BODIES["soft_core_lj"],
    "morse": _BODIES["morse"],
    "hertzian": """
        overlap = {jnp.maximum(1.0 - dr / sigma, 0.0) ~ jax.nn.relu(1.0 - dr / sigma)}
        U = 0.4 * epsilon * overlap ** 2.5
    """,
    "gaussian_core": "U = epsilon * jnp.exp({-0.5 * (dr / sigma) ** 2 ~ -((dr / sigma) ** 2)})",
}
_ENERGY = _BODIES["energy"]
_FORCE = _BODIES["force"]
_CHECKS = _BODIES["checks"]
_BOX = """
    {?0.1 if box <= 0.0:
        raise ValueError(f'expected a box of positive size, got <<box>>')}
"""
_CUT = _BODIES["cut"]
_KICK = "V = V + 0.5 * dt * F / MASS"
_VERLET = f"""
    {{?0.4 # {{kick, drift, kick ~ velocity Verlet}}}}
    {_KICK}
    R = shift(R, dt * V, box)
    F = force(R)
    {_KICK}
"""
_RESCALED = join(
    _VERLET,
    _BODIES["rescaled"],
)
_LANGEVIN = f"""
    {{?0.4 # {{BAOAB splitting}}}}
    {_KICK}
    R = shift(R, 0.5 * dt * V, box)
    key, sub = jax.random.split(key)
    {{noise = jax.random.normal(sub, V.shape)
    V = c * V + jnp.sqrt((1.0 - c ** 2) * kT / MASS) * noise ~
    noise = jnp.sqrt(kT / MASS) * jax.random.normal(sub, V.shape, V.dtype)
    V = c * V + math.sqrt(1.0 - c ** 2) * noise}}
    R = shift(R, 0.5 * dt * V, box)
    F = force(R)
    {_KICK}
"""
_FIRE = _BODIES["fire"]
_STEEPEST = _BODIES["steepest"]
_CONSTANTS: dict[str, tuple[float, float]] = {
    "epsilon": (0.5, 1.5), "sigma": (0.8, 1.2), "softness": (0.4, 0.8), "alpha": (1.5, 2.5),
}  # fmt: skip
"""Bounds of the constants that a record may hold."""
_STEPS = {"constant_energy": _VERLET, "rescaled": _RESCALED, "langevin": _LANGEVIN, "descent": _FIRE}
_TITLES = {
    "constant_energy": ("simulate_nve", "nve_steps", "run_nve", "velocity_verlet"),
    "rescaled": ("nvt_steps", "simulate_nvt", "run_thermostat"),
    "langevin": ("langevin_steps", "simulate_langevin", "run_langevin"),
    "fire": ("fire_descent", "fire_steps", "minimize_fire"),
    "steepest": ("minimize", "steepest_descent", "relax"),
}
_SUMMARIES = {
    "constant_energy": "Simulates particles at constant energy",
    "rescaled": "Simulates particles with a thermostat",
    "langevin": "Simulates Langevin dynamics of particles in a periodic box",
    "fire": "Minimizes the energy of particles by FIRE",
    "steepest": "Minimizes the energy of particles by steepest descent",
}


def _gather_constants(p: Program, kinds: int, pair: str, *, by_kind: bool, gathered: bool) -> None:
    """Declare a record of the constants of the interaction."""
    if gathered:
        read = [name for name in _CONSTANTS if re.search(rf"\b{name}\b", _PAIRS[pair])]
        ranges = {name: Leaf((), *_CONSTANTS[name]) for name in read}
        ranges["epsilon"] = Leaf((kinds, kinds), 0.5, 1.5) if by_kind else ranges["epsilon"]
        title = p.pick("PairParams", "Potential", "EnergyParams")
        params = p.record(title, list(ranges.items()), "Constants of the interaction")
        p.tree("params", params, "constants of the interaction", ("params", "energy_params"))


def _write_forces(
    p: Program, target: str, way: str, pair: str, *, heavy: bool, held: bool, by_kind: bool, gathered: bool
) -> str:
    """Write the energy and the force, and what a step needs in addition."""
    text = re.sub(r"\bepsilon\b", "eps_ij", _PAIRS[pair]) if by_kind else _PAIRS[pair]
    if gathered:
        text = re.sub(rf"\b({'|'.join(_CONSTANTS)})\b", r"params.\1", text)
    p.write(_inserted(_ENERGY, "PAIR", text))
    p.write(_FORCE if held else "def force(R):\n    return -jax.grad(energy)(R)")
    if held and way != "steepest":
        p.write("if frozen is not None:\n    V = jnp.where(frozen[:, None], 0.0, V)")
    elif target in ("constant_energy", "langevin", "rescaled"):
        p.write(_drift(heavy=heavy))
    if way == "langevin":
        p.write("{?0.4 # {what friction leaves of a velocity}}\nc = math.exp(-friction * dt)")
    return text


def _write_end(
    p: Program, way: str, steps: int, made: Record, state: Leaf | Record, unpacked: list[str], log: str
) -> None:
    """Write the return statement, and set the results."""
    end = "R"
    if way != "steepest":
        packed = [f"{name}={'state.mass' if name == 'mass' else name}" for name in unpacked]
        end = f"{made.name}({', '.join(packed)})"
    if log:
        p.add(f"return {end}, history")
        p.set_results(state, Leaf((steps,)))
    elif way in ("fire", "steepest") and p.choices.chance(0.3):
        p.add(f"return {end}, energy(R)")
        p.set_results(state, Leaf(()))
    else:
        p.add(f"return {end}")
        p.set_results(state)


def _draw_ensemble(stream: Stream, target: str) -> KernelSpec:
    """Draw several steps of a simulation from a state."""
    p = Program(stream)
    n, kinds = p.choices.choice((36, 40, 48, 64)), 3
    for each in (DISPLACEMENT, SAFE, CUTOFF, _SHIFT):
        p.function(each)
    way = p.pick("fire", "fire", "steepest") if target == "descent" else target
    pair = p.pick(*_PAIRS)
    heavy = p.choices.chance(0.75) and target != "descent"
    held = p.choices.chance(0.2) and target in ("constant_energy", "descent")
    by_kind = p.choices.chance(0.35)
    steps = p.choices.choice((2, 3))
    fields = _fields(n, way, heavy=heavy)
    title = {"fire": "FireState", "langevin": "LangevinState"}.get(way, p.pick("SimState", "MDState"))
    made = p.record(title, fields, "Positions and velocities of particles")
    state: Tree = _inside(n) if way == "steepest" else made
    if way == "steepest":
        p.tensor("R", _inside(n), "positions of shape (n, 3)", ("R", "positions"))
    else:
        p.tree("state", made, "state of the simulation", ("state", "md_state"))
    p.tree("params", (), "constants of the interaction", ("params", "energy_params"))  # its fields are known later
    _declare(p, n, kinds, steps, way, by_kind=by_kind)
    p.tensor("frozen", truth(n), "particles that do not move", ("frozen", "fixed"), optional=True)

    gathered = p.choices.chance(0.6)
    held_in = "params.epsilon" if gathered else "epsilon"
    _gather_constants(p, kinds, pair, by_kind=by_kind, gathered=gathered)
    lookup = """
        {?0.15 if species.shape != R.shape[:1]:
            raise ValueError(f'expected one species for each particle, got <<species.shape>>')}
        eps_ij = EPS[species[:, None], species]
    """.replace("EPS", held_in)
    p.write("" if way == "steepest" else _CHECKS, _BOX, _CUT if pair in ("soft_core_lj", "morse") else "")
    unpacked = [name for name, _ in fields]
    if way != "steepest":
        p.write(_unpacking(p, unpacked))
    p.write(lookup if by_kind else "")
    text = _write_forces(p, target, way, pair, heavy=heavy, held=held, by_kind=by_kind, gathered=gathered)
    p.write("F = force(R)")
    text = (_STEEPEST if way == "steepest" else _STEPS[target]).replace(
        " / MASS", " / mass" if heavy else "").replace("MASS * ", "mass * " if heavy else "")  # fmt: skip
    body = p.choose(text)
    carried = ["R", "F"] if way == "steepest" else [*(each for each in unpacked if each != "mass"), "F"]
    kinetic = f"0.5 * jnp.sum({'mass * ' if heavy else ''}V ** 2)"
    measured = {
        "fire": ("energy(R)", "jnp.max(jnp.abs(F))"), "steepest": ("energy(R)", "jnp.max(jnp.abs(F))"),
        "constant_energy": ("energy(R)", f"{kinetic} + energy(R)"),
    }.get(way, (kinetic, "energy(R)"))  # fmt: skip
    log = p.pick(*measured) if p.choices.chance(0.35) else ""
    _loop(p, carried, body, log, minimizes=way in ("fire", "steepest"))

    _write_end(p, way, steps, made, state, unpacked, log)
    returned = "the positions after the steps" if way == "steepest" else "the state after the steps"
    more = ", and what was measured after each" if log else ""
    return p.done("molecules", "ensemble", target, _TITLES[way], _SUMMARIES[way], returned + more)


def _inside(n: int) -> Leaf:
    """Return positions so far inside the box that no step crosses a side, where rounding could change the results."""
    return Leaf((n, 3), 0.05 * SIDE, 0.95 * SIDE)


def _fields(n: int, way: str, *, heavy: bool) -> list[tuple[str, Tree]]:
    """Return the fields of a simulation's state."""
    fields: list[tuple[str, Tree]] = [("R", _inside(n)), ("V", Leaf((n, 3), -1, 1))]
    if way == "fire":
        return [*fields, ("dt", Leaf((), 0.002, 0.01)), ("mixing", Leaf((), 0.05, 0.1)),
                ("count", Leaf((), 0, 10, "int32"))]  # fmt: skip
    fields += [("mass", Leaf((n,), 0.5, 2))] if heavy else []
    return [*fields, *([("key", key())] if way == "langevin" else [])]


def _declare(p: Program, n: int, kinds: int, steps: int, way: str, *, by_kind: bool) -> None:
    """Declare the arguments of a simulation besides its state."""
    p.option("box", None, "float", "side length of the periodic box", f"{SIDE}", ("box_size", "box"))
    p.tensor("species", Leaf((n,), 0, kinds - 1, "int32"), "species of each particle", ("species", "species_idx"))
    if by_kind:
        strengths = Leaf((kinds, kinds), 0.5, 1.5)
        p.tensor("epsilon", strengths, "strength of each pair of species", ("epsilon", "epsilon_table"))
    else:
        p.number("epsilon", "1.0", "strength of the interaction", (0.5, 1.5), ("epsilon",))
    p.number("sigma", "1.0", "length of the interaction", (0.8, 1.2), ("sigma", "r0"))
    p.number("alpha", "2.0", "steepness of the well", (1.5, 2.5))
    p.number("softness", "0.5", "softness of the core", (0.4, 0.8), ("softness", "soft_core"))
    p.option(
        "onset",
        "1.2",
        "float",
        "distance at which the smoothing of the potential begins",
        p.pick("1.2", "1.0"),
        ("r_onset", "onset"),
    )
    p.option("cutoff", "1.8", "float", "cutoff distance", p.pick("1.8", "1.6"), ("r_cutoff", "r_cut"))
    p.option("steps", p.pick("1", "10"), "int", "number of steps", str(steps), ("num_steps", "steps"))
    if way != "fire":
        usual = p.pick("0.02", "0.05") if way == "steepest" else p.pick("0.005", "0.01", "0.002")
        p.option("dt", "0.005", "float", "step size along the force" if way == "steepest" else "time step", usual,
                 ("step_size",) if way == "steepest" else ("dt", "time_step"))  # fmt: skip
    p.number("kT", "1.0", "temperature", (0.5, 1.5), ("kT", "temperature"))
    p.number("tau", "0.1", "time of coupling to the bath", (0.05, 0.5), ("tau", "relaxation_time"))
    p.option("friction", "1.0", "float", "friction coefficient", p.pick("5.0", "10.0", "2.0"), ("gamma", "friction"))
    p.option(
        "delay", "5", "int", "number of downhill steps before the step size grows", p.pick("5", "3"), ("n_min", "delay")
    )
    p.number("dt_max", p.pick("0.1", "0.05"), "largest time step", None, ("dt_max",))
    p.number("max_step", p.pick("0.05", "0.1"), "largest displacement of a step", (0.002, 0.01), ("max_step",))
    p.option("remove_drift", "True", "bool", "whether to remove the drift of the centre of mass",
             p.pick("True", "False"),
             ("remove_drift", "zero_momentum"))  # fmt: skip


def _unpacking(p: Program, names: list[str]) -> str:
    """Return statements that unpack a state."""
    given = [f"state.{name}" + ("[:, None]" if name == "mass" else "") for name in names]
    if len(names) < 4 and p.choices.chance(0.6):
        return f"{', '.join(names)} = {', '.join(given)}"
    return "\n".join(f"{name} = {each}" for name, each in zip(names, given, strict=True))


def _drift(*, heavy: bool) -> str:
    """Return an optional group of statements that subtract the motion of the centre. Few drawn functions have it."""
    if heavy:
        return """
            {?0.15 if remove_drift:
                momentum = jnp.sum(mass * V, axis=0)
                V = V - momentum / jnp.sum(mass)}
        """
    return """
        {?0.15 if remove_drift:
            V = V - jnp.mean(V, axis=0)}
    """


def _inserted(text: str, mark: str, lines: str) -> str:
    """Return a template with lines in place of a mark on a line of its own inside a function."""
    inner = block("def inner():", lines).split("\n")[1:]
    return join(text).replace(f"    {mark}", "\n".join(inner))


def _loop(p: Program, carried: list[str], body: str, log: str, *, minimizes: bool) -> None:
    """Write the steps, with ``history`` if a value is measured after each. A minimizer may stop early."""
    held = f"({', '.join(carried)})"
    names = ", ".join(carried)
    form = "scan" if log else p.pick("scan", "fori", "fori", *(("while",) * 3 if minimizes else ()))
    if form == "while":
        p.option("tolerance", "1e-3", "float", "largest force at a minimum", p.pick("1e-3", "1e-2"),
                 ("force_tol", "f_max", "tolerance"))  # fmt: skip
        p.write(
            """
            def unrelaxed(carry):
                *_, F, iteration = carry
                {return (jnp.max(jnp.abs(F)) > tolerance) & (iteration < steps) ~
                largest = jnp.max(jnp.sqrt(jnp.sum(F ** 2, axis=-1)))
                return (largest > tolerance) & (iteration < steps)}
            """
        )
        p.add(
            block("def step(carry):", f"{names}, iteration = carry", body, f"return {names}, iteration + 1"),
            f"{names}, _ = jax.lax.while_loop(unrelaxed, step, ({names}, 0))",
        )
        return
    if form == "fori":
        p.add(
            block("def step(_, carry):", f"{names} = carry", body, f"return {held}"),
            f"{names} = jax.lax.fori_loop(0, steps, step, {held})",
        )
    else:
        p.add(
            block("def step(carry, _):", f"{names} = carry", body, f"return {held}, {log or 'None'}"),
            f"{held}, {'history' if log else '_'} = jax.lax.scan(step, {held}, None, length=steps)",
        )


RECIPES = (
    with_texts(
        Recipe(
            name="ensemble",
            category="molecules",
            targets=tuple(_STEPS),
            draw=_draw_ensemble,
            target_weights=dict.fromkeys(_STEPS, 0.32) | {"langevin": 0.6},
        ),
        WRITERS,
        weight=0.3,
    ),
)
