"""Molecular simulations controlled by options: thermostats, pressure, trial moves, replicas."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import key, placed, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.spaces import SIDE
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "ensemble_parts", margin=4)

_POTENTIALS = _BODIES["potentials"]
_WRAPPED = "{dR = dR - box * jnp.round(dR / box) ~ dR = jnp.mod(dR + 0.5 * box, box) - 0.5 * box}"
ENERGY = f'''
    def total_energy(R: Array, box, epsilon, sigma) -> Array:
        {{?0.5 """{{Pair energy in a periodic box ~ Potential energy, each pair once}}."""}}
        {{dR = R[:, None, :] - R[None, :, :] ~ dR = R[:, None] - R}}
        {_WRAPPED}
        {{apart = off_diagonal(R.shape[0]) ~ apart = jnp.eye(R.shape[0]) == 0 ~
        index = jnp.arange(R.shape[0])
        apart = index[:, None] != index}}
        {{?0.5 # {{the square root has no finite gradient at zero}}}}
        dr2 = jnp.where(apart, jnp.sum(dR ** 2, axis=-1) + 1e-8, 1.0)
        POTENTIAL
        return {{0.5 * jnp.sum(jnp.where(apart, U, 0.0)) ~ 0.5 * jnp.sum(apart * U)}}
'''
ONE_ENERGY = f'''
    def energy_of_one(x: Array, i, R: Array, box, epsilon, sigma) -> Array:
        {{?0.5 """{{Energy of one particle among all others ~ Energy of a particle at x with all others}}."""}}
        dR = {{x - R ~ R - x}}
        {_WRAPPED}
        dr2 = jnp.where(jnp.arange(R.shape[0]) == i, 1.0, jnp.sum(dR ** 2, axis=-1))
        POTENTIAL
        return jnp.sum(jnp.where(jnp.arange(R.shape[0]) == i, 0.0, U))
'''
_KINETIC = _BODIES["kinetic"]


def _energies(p: Program) -> tuple[str, str]:
    """Return the templates of two functions with the same potential: the energy of all particles, and that of one."""
    potential = p.choose(_POTENTIALS)
    return tuple(placed(join(each), "POTENTIAL", with_escaped_braces(potential)) for each in (ENERGY, ONE_ENERGY))  # type: ignore[return-value]


def _inside(n: int) -> Leaf:
    return Leaf((n, 3), 0.05 * SIDE, 0.95 * SIDE)


def _interaction(p: Program) -> dict[str, Array | Constant | Option]:
    sides = p.choices.choice(("option", "array"))
    return {
        "box": Array(Leaf((), SIDE, 1.2 * SIDE), "side length of the periodic box", ("box", "box_size"))
        if sides == "array"
        else Option("float", "side length of the periodic box", (f"{SIDE}",), ("box_size", "box"), needed=True),
        "epsilon": Constant("1.0", "depth of the potential", ("epsilon",), (0.5, 1.5)),
        "sigma": Constant("1.0", "length scale of the potential", ("sigma",), (0.8, 1.2)),
        "kT": Constant("1.0", "temperature", ("kT", "temperature"), (0.5, 1.5)),
        "dt": Option("float", "time step", ("0.005", "0.002", "0.01"), ("dt", "time_step")),
    }


_THERMOSTATS = _BODIES["thermostats"]
_DAMPED = _BODIES["damped"]


def write_thermostats(p: Program) -> Text:
    """Draw a simulation step with a thermostat chosen by name."""
    n = p.size(36, 48, 64)
    lines = placed(p.choose(_THERMOSTATS), "THERMOSTAT", p.choose(_DAMPED))
    if "(F * V)" in lines and "F = force(R)" not in lines:
        first, last = lines.rsplit("V = V + 0.5 * dt * force(R) / mass", 1)
        lines = f"{first}F = force(R)\nV = V + 0.5 * dt * F / mass{last}"
    known = [each for each in ("langevin", "andersen", "berendsen", "rescale", "gaussian") if f"'{each}'" in lines]
    state = p.record("MDState", [("R", _inside(n)), ("V", Leaf((n, 3), -1, 1)), ("mass", Leaf((n,), 0.5, 2))],
                     "Positions, velocities and masses of particles")  # fmt: skip
    asked = p.choices.choice([each for each in known if each != "gaussian"])  # it does not use a temperature
    random = asked in ("langevin", "andersen")
    made = f"{state.name}(R=R, V=V, mass=state.mass)"
    end, more = p.choices.choice(
        (
            (f"return {made}", ()),
            (f"return {made}, total_energy(R, box, epsilon, sigma)", (Leaf(()),)),
            (
                join("T = kinetic_temperature(V, state.mass)", "U = total_energy(R, box, epsilon, sigma)",
                     f"return {made}, <<'temperature': T, 'potential': U>>"),
                ({"temperature": Leaf(()), "potential": Leaf(())},),
            ),
            (f"if not log:\n    return {made}\nreturn {made}, kinetic_temperature(V, state.mass)", None),
        )
    )  # fmt: skip
    logged = p.choices.chance(0.5)
    lines = with_escaped_braces(placed(lines, "END", "RETURNED")).replace("RETURNED", end)
    result: tuple[Tree, ...] = (state, *(((Leaf(()),) if logged else ()) if more is None else more))
    return Text(
        lines=lines,
        given={
            "state": Array(state, "state of the simulation", ("state", "md_state")),
            "key": Array(key(), "random key", ("key", "rng"), 0.0 if random else 1.0),
            **_interaction(p),
            "thermostat": Option("str | None" if "is not None" in lines else "str", f"one of {', '.join(known)}",
                                 (f"'{asked}'",), ("thermostat", "method")),
            "friction": Option("float", "friction coefficient of the thermostat", ("1.0", "5.0", "10.0"),
                               ("gamma", "friction", "rate")),
            "window": Option("float", "largest relative deviation of the temperature", ("0.1", "0.05"),
                             ("window", "tolerance")),
            "remove_drift": Option("bool", "whether to remove the drift of the centre of mass", ("True", "False"),
                                   ("remove_drift", "zero_momentum")),
            "log": Option("bool", "whether to return the temperature as well", ("False",), ("log", "with_temperature"),
                          str(logged)),
        },
        result=result,
        titles=("nvt_step", "md_step", "step_with_thermostat", "thermostatted_step"),
        summary=p.pick("Performs one constant-temperature simulation step", "Moves particles coupled to a heat bath"),
        returned="the next state" + (", and the measured quantities" if len(result) > 1 else ""),
        helpers=(_energies(p)[0], _KINETIC),
    )  # fmt: skip


_TRIALS = _BODIES["trials"]
_MOVES = (
    """
    {x = R[i] + max_move * jax.random.uniform(move_key, (3,), R.dtype, -1.0, 1.0) ~
    x = R[i] + max_move * jax.random.normal(move_key, (3,))}
    x = {jnp.mod(x, box) ~ x - box * jnp.floor(x / box)}
    """,
    _BODIES["moves"],
)


def write_trials(p: Program) -> Text:
    """Draw sweeps of trial moves, one particle at a time."""
    n = p.size(16, 24)
    lines = placed(p.choose(_TRIALS), "MOVE", p.choose(p.choices.choice(_MOVES)))
    if "energy_at =" in lines:
        lines = lines.replace("ENERGY(", "energy_at(").replace("ENERGY_OF", "energy_at")
    else:
        lines = lines.replace("ENERGY(R[i], i, R)", "energy_of_one(R[i], i, R, box, epsilon, sigma)")
        lines = lines.replace("ENERGY(x, i, R)", "energy_of_one(x, i, R, box, epsilon, sigma)")
        lines = lines.replace("ENERGY_OF", "lambda x, i, R: energy_of_one(x, i, R, box, epsilon, sigma)")
    tuned = "target_rate is not None" in lines and p.choices.chance(0.6)
    side = Option("float", "side length of the periodic box", (f"{SIDE}",), ("box_size", "side"))
    interaction = _interaction(p) | {"box": side}
    moved = Constant("0.2", "largest trial displacement", ("max_move", "step_size", "max_displacement"), (0.1, 0.4))
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "R": Array(_inside(n), "positions of shape (n, 3)", ("R", "positions")),
            "key": Array(key(), "random key", ("key", "rng")),
            "field": Array(Leaf((3,), -1, 1), "external force on all particles", ("field", "external_force"), 0.5),
            **interaction,
            "max_move": moved,
            "sweeps": Option("int", "number of trial moves of each particle", ("1", "2"), ("num_sweeps", "sweeps")),
            "axis": Option("int | None", "axis of the moves", ("None", "2", "0"), ("axis",)),
            "planar": Option("bool", "whether to move particles only within their planes", ("True", "False"),
                             ("planar", "in_plane")),
            "target_rate": Option("float | None", "target acceptance rate", ("None",),
                                  ("target_rate", "target_acceptance"), "0.4" if tuned else "None"),
        },
        result=(Leaf((n, 3)), {"energy": Leaf(()), "acceptance": Leaf(())})
        if "'acceptance'" in lines
        else (Leaf((n, 3)), Leaf(()), Leaf(()), *((Leaf(()),) if tuned else ())),
        titles=("metropolis_sweep", "monte_carlo_sweeps", "mc_moves", "sample_positions"),
        summary=p.pick("Performs sweeps of Metropolis moves of particles",
                       "Performs Monte Carlo moves of particles in a periodic box"),
        returned="positions, energy, the acceptance rate" + (" and the new trial displacement" if tuned else ""),
        helpers=(_energies(p)[1],),
    )  # fmt: skip


_BROWNIAN = _BODIES["brownian"]


def write_brownian(p: Program) -> Text:
    """Draw steps of the overdamped motion of particles in a heat bath."""
    n, steps = p.choices.choice((36, 48, 64)), p.choices.choice((3, 4, 5))
    lines = p.choose(_BROWNIAN)
    measured, one = p.choices.choice(
        (("moved", Leaf((steps, n, 3))), ("total_energy(moved, box, epsilon, sigma)", Leaf((steps,))),
         ("jnp.mean(jnp.sum((moved - R) ** 2, axis=-1))", Leaf((steps,))))
    )  # fmt: skip
    lines = lines.replace("MEASURED", measured)
    named = "'history'" in lines
    driven, sized = p.choices.chance(0.6), p.choices.chance(0.6)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "R": Array(_inside(n), "positions of shape (n, 3)", ("R", "positions")),
            "key": Array(key(), "random key", ("key", "rng")),
            "radius": Array(Leaf((n,), 0.5, 1.5), "radius of each particle", ("radius", "radii"), float(not sized)),
            "drive": Array(p.choices.choice((Leaf((3,)), Leaf((n, 3)))), "external driving force",
                           ("drive", "external"),
                           float(not driven)),
            **_interaction(p),
            "friction": Option("float", "friction coefficient", ("1.0", "5.0", "2.0"), ("gamma", "friction")),
            "max_force": Option("float | None", "largest absolute force", ("None", "20.0", "50.0"), ("max_force",)),
            "max_step": Option("float | None", "largest displacement in a step", ("None", "0.1"), ("max_step",)),
            "scheme": Option("str", "integrator: euler or heun", ("'euler'", "'heun'"), ("scheme", "integrator")),
            "wrap": Option("bool", "whether to wrap positions into the box", ("True", "False"), ("wrap",)),
            "steps": Option("int", "number of steps", (str(steps),), ("num_steps", "steps")),
        },
        result=({"R": Leaf((n, 3)), "history": one},) if named else (Leaf((n, 3)), one),
        titles=("brownian_dynamics", "simulate_brownian", "overdamped_langevin", "run_brownian"),
        summary=p.pick("Simulates Brownian dynamics of particles",
                       "Simulates overdamped motion of particles in a heat bath"),
        returned="the positions, and the quantities measured after each step",
        helpers=(_energies(p)[0],),
    )  # fmt: skip


_PRESSED = _BODIES["pressed"]


def write_pressed(p: Program) -> Text:
    """Draw a barostat, which scales the box towards a pressure."""
    n = p.size(36, 48, 64)
    state = p.record(
        "NPTState",
        [("R", _inside(n)), ("V", Leaf((n, 3), -1, 1)), ("mass", Leaf((n,), 0.5, 2)),
         ("box", Leaf((3,), SIDE, 1.2 * SIDE))],
        "Positions, velocities and masses of particles, and sides of the box",
    )  # fmt: skip
    lines = p.choose(_PRESSED)
    noisy = "noisy" in lines  # the temperature is not used otherwise
    made = f"{state.name}(R=factor * R, V=V, mass=state.mass, box=factor * box)"
    end, more = p.choices.choice(
        (
            (f"return {made}", ()),
            (f"return {made}, pressure", (Leaf((3,)),)),
            (f"return {made}, <<'pressure': jnp.mean(pressure), 'volume': volume>>",
             ({"pressure": Leaf(()), "volume": Leaf(())},)),
        )
    )  # fmt: skip
    lines = with_escaped_braces(placed(lines, "END", "RETURNED")).replace("RETURNED", end)
    interaction = {name: each for name, each in _interaction(p).items() if name != "box"}
    return Text(
        lines=lines,
        given={
            "state": Array(state, "state of the simulation", ("state", "npt_state")),
            "key": Array(key(), "random key", ("key", "rng"), float(not noisy)),
            **interaction,
            "noisy": Option("bool", "whether to add random fluctuations of the box", ("False",),
                            ("stochastic", "noisy"), str(noisy)),
            "target": Constant("1.0", "target pressure", ("target_pressure", "pressure_ref"), (0.5, 2.0)),
            "tau": Option("float", "relaxation time of the barostat", ("1.0", "0.5"), ("tau", "tau_p")),
            "compressibility": Option("float", "compressibility", ("0.5", "1.0"),
                                      ("compressibility", "beta")),
            "max_change": Option("float", "largest relative change of a box side in a step", ("0.01", "0.02"),
                                 ("max_change", "limit")),
            "coupling": Option("str", "scaling of the box: isotropic, semi_isotropic or anisotropic",
                               ("'isotropic'", "'anisotropic'", "'semi_isotropic'"), ("coupling", "mode")),
            "isotropic": Option("bool", "whether to scale all box sides alike", ("True", "False"), ("isotropic",)),
            "scale_velocities": Option("bool", "whether to scale velocities as well", ("True", "False"),
                                       ("scale_velocities",)),
        },
        result=(state, *more),
        titles=("barostat_step", "berendsen_barostat", "scale_box", "couple_pressure"),
        summary=p.pick("Scales a box of particles towards a target pressure",
                       "Couples a box of particles to a constant pressure"),
        returned="the state" + (", and the measured quantities" if more else ""),
        helpers=(_energies(p)[0],),
    )  # fmt: skip


_REPLICAS = _BODIES["replicas"]


def write_replicas(p: Program) -> Text:
    """Draw replica exchange between simulations at several temperatures."""
    n, replicas = p.choices.choice((12, 16, 24)), p.choices.choice((8, 10, 12, 16))
    lines = p.choose(_REPLICAS)
    last = lines.rstrip().split("\n")[-1]
    whole = Leaf((replicas, n, 3))
    number, flags = Leaf((replicas,)), Leaf((replicas,), dtype="bool")
    result: tuple[Tree, ...]
    if "labels" in last:
        result = (whole, whole, number, Leaf((replicas,), dtype="int32"))
    elif "'source'" in last:
        source = Leaf((replicas,), dtype="int32")
        result = ({"R": whole, "V": whole, "energy": number, "source": source},)
    elif "'accepted'" in last:
        result = (whole, whole, {"energy": number, "accepted": flags})
    else:
        result = (whole, whole, number, *([Leaf(())] if last.endswith("rate") else []))
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "R": Array(Leaf((replicas, n, 3), 0.05 * SIDE, 0.95 * SIDE), "positions of all replicas",
                       ("R", "positions")),
            "V": Array(Leaf((replicas, n, 3), -1, 1), "velocities of all replicas", ("V", "velocities")),
            "temperatures": Array(Leaf((replicas,), 0.8, 2), "temperature of each replica", ("temperatures", "kTs")),
            "key": Array(key(), "random key", ("key", "rng")),
            "step": Array(Leaf((), 0, 20, "int32"), "number of exchange rounds so far", ("step", "round")),
            **_interaction(p),
            "labels": Array(Leaf((replicas,), 0, replicas - 1, "int32"), "index of the replica at each temperature",
                            ("labels", "replica_ids")),
            "rescale": Option("bool", "whether to rescale velocities after an exchange", ("True", "False"),
                              ("rescale_velocities",)),
        },
        result=result,
        titles=("swap_replicas", "replica_exchange", "exchange_step", "parallel_tempering_swap"),
        summary=p.pick("Exchanges replicas between temperatures",
                       "Exchanges configurations between neighbouring replicas"),
        returned="positions, velocities and energies of the replicas",
        helpers=(_energies(p)[0],),
    )  # fmt: skip


WRITERS = {
    "named_thermostat": write_thermostats,
    "trial_moves": write_trials,
    "brownian": write_brownian,
    "barostat": write_pressed,
    "replica_exchange": write_replicas,
}
