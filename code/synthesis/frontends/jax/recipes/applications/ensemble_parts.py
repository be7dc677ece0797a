"""Molecular simulations controlled by options: thermostats, pressure, trial moves, replicas."""

from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import key, placed, settled
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.spaces import SIDE
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_POTENTIALS = """
    {U = epsilon * jnp.exp(-dr2 / sigma ** 2) ~
    overlap = jnp.maximum(1.0 - jnp.sqrt(dr2) / sigma, 0.0)
    U = {0.5 * epsilon * overlap ** 2 ~ 0.4 * epsilon * overlap ** 2.5} ~
    {?0.5 # {shells that overlap repel each other}}
    U = epsilon * jnp.exp(-jnp.sqrt(dr2) / sigma) ~
    decay = jnp.exp(-2.0 * (jnp.sqrt(dr2) - sigma))
    U = epsilon * decay * (decay - 2.0)}
"""
_WRAPPED = "{dR = dR - box * jnp.round(dR / box) ~ dR = jnp.mod(dR + 0.5 * box, box) - 0.5 * box}"
ENERGY = f'''
    def total_energy(R: Array, box, epsilon, sigma) -> Array:
        {{?0.5 """{{Energy of all pairs in a periodic box ~ Potential energy, each pair once}}."""}}
        {{dR = R[:, None, :] - R[None, :, :] ~ dR = R[:, None] - R}}
        {_WRAPPED}
        {{apart = off_diagonal(R.shape[0]) ~ apart = jnp.eye(R.shape[0]) == 0 ~
        index = jnp.arange(R.shape[0])
        apart = index[:, None] != index}}
        {{?0.5 # {{the root has no gradient at zero}}}}
        dr2 = jnp.where(apart, jnp.sum(dR ** 2, axis=-1) + 1e-8, 1.0)
        POTENTIAL
        return {{0.5 * jnp.sum(jnp.where(apart, U, 0.0)) ~ 0.5 * jnp.sum(apart * U)}}
'''
ONE_ENERGY = f'''
    def energy_of_one(x: Array, i, R: Array, box, epsilon, sigma) -> Array:
        {{?0.5 """{{Energy of one particle among all others ~ What a particle at x feels of the others}}."""}}
        dR = {{x - R ~ R - x}}
        {_WRAPPED}
        dr2 = jnp.where(jnp.arange(R.shape[0]) == i, 1.0, jnp.sum(dR ** 2, axis=-1))
        POTENTIAL
        return jnp.sum(jnp.where(jnp.arange(R.shape[0]) == i, 0.0, U))
'''
_KINETIC = '''
    def kinetic_temperature(V: Array, mass: Array) -> Array:
        {?0.4 """{Temperature of what moves ~ Twice the kinetic energy of a degree of freedom}."""}
        {return jnp.sum(mass[:, None] * V ** 2) / V.size ~
        dof = V.size - V.shape[1]
        return jnp.sum(mass[:, None] * V ** 2) / dof ~
        return jnp.mean(mass[:, None] * V ** 2)}
'''


def _energies(p: Program) -> tuple[str, str]:
    """Return the texts of the energy of all particles and of one, with the same potential."""
    potential = p.choose(_POTENTIALS)
    return tuple(placed(join(each), "POTENTIAL", settled(potential)) for each in (ENERGY, ONE_ENERGY))  # type: ignore[return-value]


def _inside(n: int) -> Leaf:
    return Leaf((n, 3), 0.05 * SIDE, 0.95 * SIDE)


def _interaction(p: Program) -> dict[str, Array | Constant | Option]:
    sides = p.choices.choice(("option", "array"))
    return {
        "box": Array(Leaf((), SIDE, 1.2 * SIDE), "side of the periodic box", ("box", "box_size"))
        if sides == "array"
        else Option("float", "side of the periodic box", (f"{SIDE}",), ("box_size", "box"), needed=True),
        "epsilon": Constant("1.0", "strength of the interaction", ("epsilon",), (0.5, 1.5)),
        "sigma": Constant("1.0", "length of the interaction", ("sigma",), (0.8, 1.2)),
        "kT": Constant("1.0", "temperature", ("kT", "temperature"), (0.5, 1.5)),
        "dt": Option("float", "time step", ("0.005", "0.002", "0.01"), ("dt", "time_step")),
    }


_THERMOSTATS = """
    {?0.25 if state.R.shape != state.V.shape:
        raise ValueError(f'expected velocities of shape <<state.R.shape>>, got <<state.V.shape>>')}
    {R, V, mass = state.R, state.V, state.mass[:, None] ~
    R, V = state.R, state.V
    mass = state.mass[:, None]}
    {energy = functools.partial(total_energy, box=box, epsilon=epsilon, sigma=sigma)
    force = jax.grad(lambda R: -energy(R)) ~
    force_fn = jax.grad(total_energy)
    force = lambda R: -force_fn(R, box, epsilon, sigma) ~
    force = force_from(functools.partial(total_energy, box=box, epsilon=epsilon, sigma=sigma)) ~
    force = force_from(lambda R: total_energy(R, box, epsilon, sigma)) ~
    def force(R):
        return -jax.grad(total_energy)(R, box, epsilon, sigma)}

    {?0.4 # {velocity Verlet ~ half a kick, a drift, and half a kick}}
    V = V + 0.5 * dt * force(R) / mass
    R = {jnp.mod(R + dt * V, box) ~ R + dt * V}
    {F = force(R)
    V = V + 0.5 * dt * F / mass ~ V = V + 0.5 * dt * force(R) / mass}
    THERMOSTAT
    {?0.4 if remove_drift:
        {?0.5 # {the thermostat must not push the whole}}
        V = V - jnp.sum(mass * V, axis=0) / jnp.sum(mass)}
    END
"""
_DAMPED = """
    {if thermostat == 'langevin':
        decay = {math.exp(-friction * dt) ~ jnp.exp(-friction * dt)}
        noise = jax.random.normal(key, V.shape, V.dtype)
        V = decay * V + jnp.sqrt((1.0 - decay ** 2) * kT / mass) * noise
    {elif thermostat == 'andersen':
        {?0.5 # {some particles meet the bath and forget their velocity}}
        {hit_key, noise_key = jax.random.split(key)
        hit = jax.random.uniform(hit_key, (V.shape[0], 1)) < friction * dt
        noise = jax.random.normal(noise_key, V.shape) ~
        hit_key, noise_key = jax.random.split(key)
        hit = jax.random.bernoulli(hit_key, min(friction * dt, 1.0), (V.shape[0], 1))
        noise = jax.random.normal(noise_key, V.shape)}
        V = jnp.where(hit, jnp.sqrt(kT / mass) * noise, V) ~}
    elif thermostat == 'berendsen':
        T = kinetic_temperature(V, state.mass)
        {?0.5 # {weak coupling to a bath}}
        V = V * jnp.sqrt(1.0 + dt * friction * (kT / T - 1.0))
    elif thermostat == 'rescale':
        {V = V * jnp.sqrt(kT / kinetic_temperature(V, state.mass)) ~
        T = kinetic_temperature(V, state.mass)
        V = jnp.sqrt(kT / T) * V}
    elif thermostat is not None:
        raise ValueError(f'unknown thermostat <<thermostat>>') ~
    if thermostat not in ('berendsen', 'langevin'):
        raise ValueError(f'expected berendsen or langevin, got <<thermostat>>')
    if thermostat == 'berendsen':
        ratio = kT / kinetic_temperature(V, state.mass)
        {?0.5 # {no more at once than a simulation bears}}
        V = V * {jnp.clip(jnp.sqrt(1.0 + dt * friction * (ratio - 1.0)), 0.8, 1.25) ~
            jnp.sqrt(jnp.clip(1.0 + dt * friction * (ratio - 1.0), 0.64, 1.5625))}
    else:
        c = math.exp(-friction * dt)
        noise = jax.random.normal(key, V.shape)
        V = c * V + jnp.sqrt(1.0 - c ** 2) * jnp.sqrt(kT / mass) * noise ~
    T = kinetic_temperature(V, state.mass)
    if thermostat == 'berendsen':
        factor = jnp.sqrt(1.0 + dt * friction * (kT / T - 1.0))
    elif thermostat == 'rescale':
        {?0.5 # {only where it has left the window}}
        factor = jnp.where(jnp.abs(T - kT) > window * kT, jnp.sqrt(kT / T), 1.0)
    elif thermostat == 'gaussian':
        {?0.5 # {drag that keeps the kinetic energy}}
        drag = jnp.sum(F * V) / jnp.sum(mass * V ** 2)
        factor = jnp.exp(-drag * dt)
    else:
        raise ValueError(f'unknown thermostat <<thermostat>>')
    V = factor * V}
"""


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
    lines = settled(placed(lines, "END", "RETURNED")).replace("RETURNED", end)
    result: tuple[Tree, ...] = (state, *(((Leaf(()),) if logged else ()) if more is None else more))
    return Text(
        lines=lines,
        given={
            "state": Array(state, "state of the simulation", ("state", "md_state")),
            "key": Array(key(), "random key", ("key", "rng"), 0.0 if random else 1.0),
            **_interaction(p),
            "thermostat": Option("str | None" if "is not None" in lines else "str", f"one of {', '.join(known)}",
                                 (f"'{asked}'",), ("thermostat", "method")),
            "friction": Option("float", "how fast particles come to the temperature", ("1.0", "5.0", "10.0"),
                               ("gamma", "friction", "rate")),
            "window": Option("float", "how far off the temperature may be", ("0.1", "0.05"), ("window", "tolerance")),
            "remove_drift": Option("bool", "whether the centre of mass stands still", ("True", "False"),
                                   ("remove_drift", "zero_momentum")),
            "log": Option("bool", "whether the temperature is wanted too", ("False",), ("log", "with_temperature"),
                          str(logged)),
        },
        result=result,
        titles=("nvt_step", "md_step", "step_with_thermostat", "thermostatted_step"),
        summary=p.pick("A step of a simulation at a temperature", "Moves particles and couples them to a bath"),
        returned="the next state" + (", and what was measured" if len(result) > 1 else ""),
        helpers=(_energies(p)[0], _KINETIC),
    )  # fmt: skip


_TRIALS = """
    {?0.3 if sweeps < 1:
        raise ValueError(f'expected at least one sweep, got <<sweeps>>')}
    n = R.shape[0]
    {energy_at = functools.partial(energy_of_one, box=box, epsilon=epsilon, sigma=sigma) ~}

    def trial(i, carry):
        R, accepted, key = carry
        {key, move_key, accept_key = jax.random.split(key, 3) ~
        key, sub = jax.random.split(key)
        move_key, accept_key = jax.random.split(sub)}
        MOVE
        {old, new = ENERGY(R[i], i, R), ENERGY(x, i, R)
        change = new - old ~
        change = ENERGY(x, i, R) - ENERGY(R[i], i, R)}
        {?0.4 if field is not None:
            {?0.5 # {a constant force on all}}
            change = change - jnp.dot(field, x - R[i])}
        {?0.5 # {Metropolis: downhill always, uphill sometimes}}
        {accept = jnp.log(jax.random.uniform(accept_key) + 1e-12) < -change / kT ~
        accept = jax.random.uniform(accept_key) < jnp.exp(jnp.minimum(-change / kT, 0.0))}
        {R = R.at[i].set(jnp.where(accept, x, R[i]))
        return R, accepted + accept, key ~
        return jnp.where(accept, R.at[i].set(x), R), accepted + accept.astype(jnp.int32), key ~
        R = jax.lax.cond(accept, lambda: R.at[i].set(x), lambda: R)
        return R, accepted + accept, key}

    {accepted = jnp.zeros((), jnp.int32) ~ accepted = jnp.asarray(0, jnp.int32)}
    {for _ in range(sweeps):
        R, accepted, key = jax.lax.fori_loop(0, n, trial, (R, accepted, key)) ~
    carry = (R, accepted, key)
    for _ in range(sweeps):
        carry = jax.lax.fori_loop(0, n, trial, carry)
    R, accepted, _ = carry}
    rate = accepted / (sweeps * n)
    {?0.4 # {the energy of where particles are now}}
    {index = jnp.arange(n)
    U = 0.5 * jnp.sum(jax.vmap(lambda x, i: ENERGY(x, i, R))(R, index)) ~
    felt = jax.vmap(ENERGY_OF, in_axes=(0, 0, None))(R, jnp.arange(n), R)
    U = 0.5 * jnp.sum(felt)}
    {if target_rate is not None:
        {?0.5 # {smaller moves where few are accepted}}
        {scale = jnp.clip(rate / target_rate, 0.5, 2.0)
        max_move = max_move * scale ~ max_move = jnp.where(rate > target_rate, 1.05 * max_move, 0.95 * max_move)}
        return R, U, rate, max_move
    return R, U, rate ~
    return R, U, rate ~
    return R, <<'energy': U, 'acceptance': rate>>}
"""
_MOVES = (
    """
    {x = R[i] + max_move * jax.random.uniform(move_key, (3,), R.dtype, -1.0, 1.0) ~
    x = R[i] + max_move * jax.random.normal(move_key, (3,))}
    x = {jnp.mod(x, box) ~ x - box * jnp.floor(x / box)}
    """,
    """
    {shift = jax.random.uniform(move_key, (3,), minval=-max_move, maxval=max_move) ~
    shift = max_move * jax.random.normal(move_key, (3,), R.dtype)}
    {if axis is not None:
        {?0.5 # {along one axis only}}
        shift = jnp.zeros_like(shift).at[axis].set(shift[axis]) ~
    if planar:
        {?0.5 # {nothing leaves its plane}}
        shift = shift.at[2].set(0.0)}
    x = jnp.mod(R[i] + shift, box)
    """,
)


def write_trials(p: Program) -> Text:
    """Draw sweeps of trial moves, one particle at a time."""
    n = p.size(16, 24, 32)
    lines = placed(p.choose(_TRIALS), "MOVE", p.choose(p.choices.choice(_MOVES)))
    if "energy_at =" in lines:
        lines = lines.replace("ENERGY(", "energy_at(").replace("ENERGY_OF", "energy_at")
    else:
        lines = lines.replace("ENERGY(R[i], i, R)", "energy_of_one(R[i], i, R, box, epsilon, sigma)")
        lines = lines.replace("ENERGY(x, i, R)", "energy_of_one(x, i, R, box, epsilon, sigma)")
        lines = lines.replace("ENERGY_OF", "lambda x, i, R: energy_of_one(x, i, R, box, epsilon, sigma)")
    tuned = "target_rate is not None" in lines and p.choices.chance(0.6)
    side = Option("float", "side of the periodic box", (f"{SIDE}",), ("box_size", "side"))
    interaction = _interaction(p) | {"box": side}
    moved = Constant("0.2", "largest move", ("max_move", "step_size", "max_displacement"), (0.1, 0.4))
    return Text(
        lines=settled(lines),
        given={
            "R": Array(_inside(n), "positions of shape (n, 3)", ("R", "positions")),
            "key": Array(key(), "random key", ("key", "rng")),
            "field": Array(Leaf((3,), -1, 1), "a force on all particles", ("field", "external_force"), 0.5),
            **interaction,
            "max_move": moved,
            "sweeps": Option("int", "trials of each particle", ("1", "2"), ("num_sweeps", "sweeps")),
            "axis": Option("int | None", "the axis that particles move along", ("None", "2", "0"), ("axis",)),
            "planar": Option("bool", "whether particles stay in their planes", ("True", "False"),
                             ("planar", "in_plane")),
            "target_rate": Option("float | None", "share of moves to accept", ("None",),
                                  ("target_rate", "target_acceptance"), "0.4" if tuned else "None"),
        },
        result=(Leaf((n, 3)), {"energy": Leaf(()), "acceptance": Leaf(())})
        if "'acceptance'" in lines
        else (Leaf((n, 3)), Leaf(()), Leaf(()), *((Leaf(()),) if tuned else ())),
        titles=("metropolis_sweep", "monte_carlo_sweeps", "mc_moves", "sample_positions"),
        summary=p.pick("Sweeps of Metropolis moves of particles", "Monte Carlo moves of particles in a periodic box"),
        returned="positions, energy, the share of accepted moves" + (" and the size of moves" if tuned else ""),
        helpers=(_energies(p)[1],),
    )  # fmt: skip


_BROWNIAN = """
    {?0.3 if friction <= 0.0:
        raise ValueError(f'expected a positive friction, got <<friction>>')}
    {mobility = 1.0 / friction
    {spread = math.sqrt(2.0 * dt / friction)
    scale = spread * jnp.sqrt(kT) ~ scale = jnp.sqrt(2.0 * kT * mobility * dt)} ~
    if radius is None:
        mobility = jnp.full((R.shape[0], 1), 1.0 / friction)
    else:
        {?0.5 # {Stokes: large particles are slow}}
        mobility = 1.0 / (friction * radius[:, None])
    scale = jnp.sqrt(2.0 * kT * mobility * dt)}

    def force(R):
        {F = -jax.grad(total_energy)(R, box, epsilon, sigma) ~
        F = force_from(functools.partial(total_energy, box=box, epsilon=epsilon, sigma=sigma))(R) ~
        F = force_from(lambda R: total_energy(R, box, epsilon, sigma))(R)}
        {?0.5 if drive is not None:
            {?0.7 if drive.shape not in ((3,), R.shape):
                raise ValueError(f'expected one force, or one for each particle, got <<drive.shape>>')}
            F = F + drive}
        {?0.35 if max_force is not None:
            {?0.5 # {particles that overlap at the start}}
            size = jnp.linalg.norm(F, axis=-1, keepdims=True)
            F = F * jnp.minimum(1.0, max_force / jnp.maximum(size, 1e-9))}
        return F

    def advance(R, key):
        noise = {jax.random.normal(key, R.shape, R.dtype) ~ jax.random.normal(key, R.shape)}
        {if scheme == 'euler':
            moved = R + dt * mobility * force(R) + scale * noise
        elif scheme == 'heun':
            {?0.5 # {the mean of the forces before and after}}
            F = force(R)
            guess = R + dt * mobility * F + scale * noise
            moved = R + 0.5 * dt * mobility * (F + force(guess)) + scale * noise
        else:
            raise ValueError(f'unknown scheme <<scheme>>') ~
        drift = dt * mobility * force(R)
        {?0.4 if max_step is not None:
            drift = jnp.clip(drift, -max_step, max_step)}
        moved = R + drift + scale * noise}
        {if wrap:
            moved = jnp.mod(moved, box)
        return moved, MEASURED ~
        {?0.5 # {nothing is wrapped, so that diffusion can be measured}}
        return moved, MEASURED}

    {keys = jax.random.split(key, steps)
    R, history = jax.lax.scan(advance, R, keys) ~
    R, history = jax.lax.scan(advance, R, jax.random.split(key, steps))}
    {return R, history ~ return <<'R': R, 'history': history>>}
"""


def write_brownian(p: Program) -> Text:
    """Draw the overdamped motion of particles in a bath."""
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
        lines=settled(lines),
        given={
            "R": Array(_inside(n), "positions of shape (n, 3)", ("R", "positions")),
            "key": Array(key(), "random key", ("key", "rng")),
            "radius": Array(Leaf((n,), 0.5, 1.5), "radius of each particle", ("radius", "radii"), float(not sized)),
            "drive": Array(p.choices.choice((Leaf((3,)), Leaf((n, 3)))), "a force from outside", ("drive", "external"),
                           float(not driven)),
            **_interaction(p),
            "friction": Option("float", "friction", ("1.0", "5.0", "2.0"), ("gamma", "friction")),
            "max_force": Option("float | None", "largest force", ("None", "20.0", "50.0"), ("max_force",)),
            "max_step": Option("float | None", "largest drift of a step", ("None", "0.1"), ("max_step",)),
            "scheme": Option("str", "euler or heun", ("'euler'", "'heun'"), ("scheme", "integrator")),
            "wrap": Option("bool", "whether positions stay in the box", ("True", "False"), ("wrap",)),
            "steps": Option("int", "number of steps", (str(steps),), ("num_steps", "steps")),
        },
        result=({"R": Leaf((n, 3)), "history": one},) if named else (Leaf((n, 3)), one),
        titles=("brownian_dynamics", "simulate_brownian", "overdamped_langevin", "run_brownian"),
        summary=p.pick("Brownian dynamics of particles", "Overdamped motion of particles in a bath"),
        returned="the positions, and what was measured after each step",
        helpers=(_energies(p)[0],),
    )  # fmt: skip


_PRESSED = """
    {?0.3 if tau <= 0.0:
        raise ValueError(f'expected a positive time of coupling, got <<tau>>')}
    {R, V, box = state.R, state.V, state.box ~ R, V = state.R, state.V
    box = state.box}
    d = R.shape[-1]
    volume = {jnp.prod(box) ~ box[0] * box[1] * box[2]}
    {?0.4 # {how the energy changes as the box is stretched}}
    {def stretched(strain):
        factor = 1.0 + strain
        return total_energy(factor * R, factor * box, epsilon, sigma)

    virial = -jax.grad(stretched)(jnp.zeros(d, R.dtype)) ~
    virial = -jax.grad(lambda strain: total_energy((1.0 + strain) * R, (1.0 + strain) * box, epsilon, sigma))(
        jnp.zeros_like(box))}
    {kinetic = jnp.sum(state.mass[:, None] * V ** 2, axis=0) ~ kinetic = state.mass @ V ** 2}
    pressure = (kinetic + virial) / volume
    {if coupling == 'isotropic':
        pressure = jnp.full(d, jnp.mean(pressure))
    elif coupling == 'semi_isotropic':
        {?0.5 # {the plane of a membrane, and the axis across it}}
        {in_plane = 0.5 * (pressure[0] + pressure[1])
        pressure = jnp.stack([in_plane, in_plane, pressure[2]]) ~
        pressure = pressure.at[:2].set(jnp.mean(pressure[:2]))}
    elif coupling != 'anisotropic':
        raise ValueError(f'unknown coupling <<coupling>>') ~
    if isotropic:
        pressure = {jnp.mean(pressure) * jnp.ones(d) ~ jnp.broadcast_to(jnp.mean(pressure), (d,))} ~
    pressure = jnp.full(d, jnp.mean(pressure), R.dtype)}
    {?0.4 # {weak coupling to a bath of constant pressure}}
    {factor = jnp.cbrt(1.0 - compressibility * dt / tau * (target - pressure)) ~
    change = compressibility * dt / tau * (target - pressure)
    {?0.5 if noisy:
        {?0.5 # {fluctuations as of a real ensemble}}
        amplitude = jnp.sqrt(2.0 * kT * compressibility * dt / (volume * tau))
        change = change - amplitude * jax.random.normal(key, change.shape)}
    factor = jnp.exp(-change / 3.0)}
    {?0.6 factor = jnp.clip(factor, 1.0 - max_change, 1.0 + max_change)}
    {?0.5 if scale_velocities:
        V = V / factor}
    END
"""


def write_pressed(p: Program) -> Text:
    """Draw a box that is scaled towards a pressure."""
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
    lines = settled(placed(lines, "END", "RETURNED")).replace("RETURNED", end)
    interaction = {name: each for name, each in _interaction(p).items() if name != "box"}
    return Text(
        lines=lines,
        given={
            "state": Array(state, "state of the simulation", ("state", "npt_state")),
            "key": Array(key(), "random key", ("key", "rng"), float(not noisy)),
            **interaction,
            "noisy": Option("bool", "whether the box fluctuates", ("False",), ("stochastic", "noisy"), str(noisy)),
            "target": Constant("1.0", "the pressure that is wanted", ("target_pressure", "pressure_ref"), (0.5, 2.0)),
            "tau": Option("float", "time of coupling", ("1.0", "0.5"), ("tau", "tau_p")),
            "compressibility": Option("float", "how far the box gives way", ("0.5", "1.0"),
                                      ("compressibility", "beta")),
            "max_change": Option("float", "largest change of a side in a step", ("0.01", "0.02"),
                                 ("max_change", "limit")),
            "coupling": Option("str", "isotropic, semi_isotropic or anisotropic",
                               ("'isotropic'", "'anisotropic'", "'semi_isotropic'"), ("coupling", "mode")),
            "isotropic": Option("bool", "whether the box keeps its form", ("True", "False"), ("isotropic",)),
            "scale_velocities": Option("bool", "whether velocities are scaled too", ("True", "False"),
                                       ("scale_velocities",)),
        },
        result=(state, *more),
        titles=("barostat_step", "berendsen_barostat", "scale_box", "couple_pressure"),
        summary=p.pick("Scales a box of particles towards a pressure", "Couples the box to a constant pressure"),
        returned="the state" + (", and what was measured" if more else ""),
        helpers=(_energies(p)[0],),
    )  # fmt: skip


_REPLICAS = """
    {?0.35 if temperatures.shape[0] != R.shape[0]:
        raise ValueError(f'expected a temperature for each of <<R.shape[0]>> replicas, got <<temperatures.shape>>')}
    num_replicas = R.shape[0]
    {energy = functools.partial(total_energy, box=box, epsilon=epsilon, sigma=sigma)
    {energies = jax.vmap(energy)(R) ~ energies = jax.lax.map(energy, R)} ~
    energies = jax.vmap(lambda r: total_energy(r, box, epsilon, sigma))(R) ~
    energies = jax.vmap(total_energy, in_axes=(0, None, None, None))(R, box, epsilon, sigma)}
    betas = 1.0 / temperatures
    index = jnp.arange(num_replicas)
    {?0.5 # {even pairs and odd pairs take turns}}
    {offset = step % 2
    partner = jnp.where((index - offset) % 2 == 0, index + 1, index - 1)
    partner = jnp.where((partner < 0) | (partner >= num_replicas), index, partner) ~
    is_lower = (index + step) % 2 == 0
    partner = jnp.where(is_lower, index + 1, index - 1)
    {?0.5 # {a replica at an end may have nobody}}
    partner = jnp.where((partner >= 0) & (partner < num_replicas), partner, index)}
    gain = (betas - betas[partner]) * (energies - energies[partner])
    {?0.5 # {both of a pair draw the same number}}
    {draws = jax.random.uniform(key, (num_replicas,))
    draws = draws[jnp.minimum(index, partner)] ~
    draws = jnp.take(jax.random.uniform(key, (num_replicas,)), jnp.minimum(index, partner)) ~
    pair_of = jnp.minimum(index, partner)
    draws = jax.random.uniform(key, (num_replicas,))[pair_of]}
    {accept = (draws < jnp.exp(jnp.minimum(gain, 0.0))) & (partner != index) ~
    accept = jnp.logical_and(jnp.log(draws + 1e-12) < gain, partner != index)}
    source = jnp.where(accept, partner, index)
    {R, V = R[source], V[source] ~ R, V = jax.tree.map(lambda x: jnp.take(x, source, axis=0), (R, V))}
    {{?0.5 # {as warm as the new temperature}}
    scale = jnp.sqrt(temperatures / temperatures[source])
    V = scale[:, None, None] * V ~
    if rescale:
        V = V * jnp.sqrt(temperatures / temperatures[source])[:, None, None]}
    energies = energies[source]
    {return R, V, energies ~
    rate = jnp.sum(accept) / jnp.maximum(jnp.sum(partner != index), 1)
    return R, V, energies, rate ~
    return <<'R': R, 'V': V, 'energy': energies, 'source': source>> ~
    return R, V, <<'energy': energies, 'accepted': accept>> ~
    {?0.5 # {to follow a replica on its way through the temperatures}}
    return R, V, energies, labels[source]}
"""


def write_replicas(p: Program) -> Text:
    """Draw replicas at several temperatures that exchange their states."""
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
        lines=settled(lines),
        given={
            "R": Array(Leaf((replicas, n, 3), 0.05 * SIDE, 0.95 * SIDE), "positions of all replicas",
                       ("R", "positions")),
            "V": Array(Leaf((replicas, n, 3), -1, 1), "velocities of all replicas", ("V", "velocities")),
            "temperatures": Array(Leaf((replicas,), 0.8, 2), "temperature of each replica", ("temperatures", "kTs")),
            "key": Array(key(), "random key", ("key", "rng")),
            "step": Array(Leaf((), 0, 20, "int32"), "how often replicas met so far", ("step", "round")),
            **_interaction(p),
            "labels": Array(Leaf((replicas,), 0, replicas - 1, "int32"), "which replica is at each temperature",
                            ("labels", "replica_ids")),
            "rescale": Option("bool", "whether velocities are rescaled", ("True", "False"), ("rescale_velocities",)),
        },
        result=result,
        titles=("swap_replicas", "replica_exchange", "exchange_step", "parallel_tempering_swap"),
        summary=p.pick("Replicas at several temperatures change places", "Exchanges between neighbouring replicas"),
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
