"""Other computations of molecular simulations: pressure, charges, constraints, order, age of neighbour lists."""

import re
from textwrap import dedent

from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import key, placed, positive, settled
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.spaces import DISPLACEMENT, SIDE, WITHIN, box, side_of_box
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_POSITIONS = ("R", "positions", "pos")
_PRESSURE = """
    {?0.3 if R.ndim != 2 or R.shape != V.shape:
        raise ValueError(f'expected velocities of shape <<R.shape>>, got <<V.shape>>')}
    n, d = R.shape
    {volume = box ** d if jnp.ndim(box) == 0 else jnp.prod(box) ~
    if jnp.ndim(box) == 0:
        volume = box ** d
    else:
        {?0.4 # {one side for each axis}}
        volume = jnp.prod(box)}
    {?0.4 # {derivative of the pair energy, by the distance}}
    dR = displacement(R[:, None, :], R[None, :, :], box)
    {others = off_diagonal(n) ~ others = jnp.eye(n) == 0 ~ others = jnp.arange(n)[:, None] != jnp.arange(n)}
    dr = jnp.sqrt(jnp.sum(dR ** 2, axis=-1) + 1e-12)
    def pair_energy(r):
        FORM
        {return u ~ return u ~
        if cutoff is None:
            return u
        {?0.4 # {nothing acts beyond the cutoff}}
        return jnp.where(r < cutoff, u, 0.0)}

    slope = {jax.vmap(jax.vmap(jax.grad(pair_energy)))(dr) ~ slope_of(pair_energy)(dr) ~
        slope_of(pair_energy)(dr) ~ slope_of(pair_energy, dr.ndim)(dr) ~ slope_of(pair_energy, times=2)(dr)}
    {slope = jnp.where(others, slope, 0.0) ~ slope = slope * others}
"""
_PAIR_FORMS = (
    "u = epsilon * jnp.exp(-((r / sigma) ** 2))",
    "u = 0.5 * epsilon * jnp.maximum(1.0 - r / sigma, 0.0) ** 2",
    "x = jnp.exp(-alpha * (r - sigma))\nu = epsilon * x * (x - 2.0)",
    "u = 0.4 * epsilon * jnp.maximum(1.0 - r / sigma, 0.0) ** 2.5",
    "u = epsilon * jnp.exp(-r / sigma)",
)
_PRESSURES = {
    "scalar": """
        {kinetic = jnp.sum(mass[:, None] * V ** 2) ~ kinetic = jnp.sum(mass * jnp.sum(V ** 2, axis=1))}
        {?0.4 # {each pair is counted twice}}
        virial = -0.5 * jnp.sum(slope * dr)
        {if return_parts:
            return <<'kinetic': kinetic / (d * volume), 'virial': virial / (d * volume)>>
        return (kinetic + virial) / (d * volume) ~
        pressure = (kinetic + virial) / (d * volume)
        {?0.5 if long_range is not None:
            {?0.5 # {what the cutoff leaves out}}
            pressure = pressure + long_range}
        return pressure ~
        if temperature is not None:
            {?0.5 # {the ideal gas at a temperature that is given, not measured}}
            return n * temperature / volume + virial / (d * volume)
        return (kinetic + virial) / (d * volume)}
    """,
    "tensor": """
        {kinetic = jnp.einsum('n,ni,nj->ij', mass, V, V) ~ kinetic = (mass[:, None] * V).T @ V}
        {virial = -0.5 * jnp.einsum('ab,abi,abj->ij', slope / dr, dR, dR) ~
        force = -(slope / dr)[..., None] * dR
        virial = 0.5 * jnp.einsum('abi,abj->ij', force, dR)}
        stress = (kinetic + virial) / volume
        {if component == 'full':
            return stress
        if component == 'diagonal':
            return jnp.diagonal(stress)
        if component == 'trace':
            return jnp.trace(stress) / d
        raise ValueError(f'unknown component <<component>>') ~
        {?0.4 # {compression is positive}}
        return stress ~
        if traceless:
            {?0.5 # {shear alone}}
            stress = stress - jnp.trace(stress) / d * jnp.eye(d, dtype=R.dtype)
        return stress}
    """,
}

_SLOPE = '''
    def slope_of(fn, times: int = 2):
        {?0.5 """{Derivative of a function of one number, for each of an array of them ~ Slope at every entry}."""}
        {slope = jax.grad(fn)
        for _ in range(times):
            slope = jax.vmap(slope)
        return slope ~
        slope = jax.grad(fn)
        return functools.reduce(lambda each, _: jax.vmap(each), range(times), slope)}
'''


def write_pressure(p: Program) -> Text:
    """Draw the pressure or the stress tensor, from the motion of particles and the forces between them."""
    n = p.choices.choice((24, 32, 64))  # for 256 particles, sums over all pairs have a larger error than is allowed
    form = p.pick(*_PRESSURES)
    lines = p.choose(join(_PRESSURE.replace("FORM", p.pick(*_PAIR_FORMS).replace("\n", "\n        ")),
                          _PRESSURES[form]))  # fmt: skip
    if "cutoff" not in lines:
        lines = re.sub(r"(?m)^if long_range is not None:\n(?: +.*\n)+", "", lines)
    parts = p.choices.chance(0.5)
    component = p.pick("'full'", "'diagonal'", "'trace'")
    result: Tree = Leaf(()) if form == "scalar" else Leaf((3, 3))
    if "return_parts" in lines and parts:
        result = {"kinetic": Leaf(()), "virial": Leaf(())}
    elif "component ==" in lines:
        result = {"'full'": Leaf((3, 3)), "'diagonal'": Leaf((3,)), "'trace'": Leaf(())}[component]
    return Text(
        lines=settled(lines),
        given={
            "R": Array(box(n), "positions of shape (n, 3)", _POSITIONS),
            "V": Array(Leaf((n, 3), -1, 1), "velocities of shape (n, 3)", ("V", "velocities", "velocity")),
            "mass": Array(positive(n, high=2), "mass of each particle", ("mass", "masses")),
            "box": side_of_box(p),
            "epsilon": Constant("1.0", "strength of the interaction", ("epsilon",), (0.5, 1.5)),
            "sigma": Constant("1.0", "length of the interaction", ("sigma",), (0.8, 1.4)),
            "alpha": Constant("2.0", "steepness of the well", ("alpha",), (1.5, 2.5)),
            "cutoff": Option("float | None", "distance beyond which nothing acts", ("None", "1.8", "1.5"),
                             ("cutoff", "r_cut")),
            "long_range": Option("float | None", "pressure that the cutoff leaves out", ("None", "-0.05"),
                                 ("tail_correction", "long_range_correction")),
            "temperature": Option("float | None", "temperature", ("None",), ("temperature", "kT"), "None"),
            "return_parts": Option("bool", "whether both parts are wanted", ("False",), ("return_parts",), str(parts)),
            "component": Option("str", "full, diagonal or trace", (component,), ("component", "which")),
            "traceless": Option("bool", "whether the pressure is taken off", ("False", "True"),
                                ("traceless", "deviatoric")),
        },
        result=(result,),
        titles={"scalar": ("pressure", "instantaneous_pressure", "virial_pressure")}.get(
            form, ("stress_tensor", "pressure_tensor", "virial_stress")),
        summary="Pressure of particles in a periodic box" if form == "scalar" else
        "Stress of particles in a periodic box",
        returned="the pressure" if form == "scalar" else "a tensor, or what is asked for of it",
        helpers=(DISPLACEMENT, _SLOPE),
    )  # fmt: skip


_ELECTRIC = """
    {?0.3 if charge.shape != R.shape[:1]:
        raise ValueError(f'expected one charge for each particle, got <<charge.shape>>')}
    n = R.shape[0]
    {?0.4 if neutralize:
        {?0.5 # {a uniform background takes up what is left}}
        charge = charge - jnp.mean(charge)}
    dR = {displacement(R[:, None, :], R[None, :, :], box) ~ displacement(R[:, None], R, box)}
    others = {off_diagonal(n) ~ jnp.eye(n) == 0 ~ jnp.arange(n)[:, None] != jnp.arange(n)}
    {dr2 = jnp.sum(dR ** 2, axis=-1)
    {?0.4 # {charges that meet have a finite energy}}
    dr = jnp.sqrt(jnp.where(others, dr2, 1.0) + softening ** 2) ~
    dr = jnp.sqrt(jnp.where(others, jnp.sum(dR ** 2, axis=-1), 1.0) + softening ** 2)}
    {if method == 'cutoff':
        kernel = 1.0 / dr
    elif method == 'shifted':
        {?0.5 # {zero at the cutoff}}
        kernel = 1.0 / dr - 1.0 / cutoff
    elif method == 'reaction_field':
        {?0.5 # {a dielectric beyond the cutoff}}
        k_rf = (dielectric - 1.0) / (2.0 * dielectric + 1.0) / cutoff ** 3
        c_rf = 1.0 / cutoff + k_rf * cutoff ** 2
        kernel = 1.0 / dr + k_rf * dr ** 2 - c_rf
    else:
        raise ValueError(f'unknown method <<method>>') ~
    if method not in ('wolf', 'yukawa'):
        raise ValueError(f'expected wolf or yukawa, got <<method>>')
    if method == 'wolf':
        {?0.5 # {damped, and zero at the cutoff}}
        kernel = jax.scipy.special.erfc(kappa * dr) / dr - math.erfc(kappa * cutoff) / cutoff
    else:
        kernel = jnp.exp(-kappa * dr) / dr ~
    kernel = {1.0 / dr - 1.0 / cutoff ~ jnp.exp(-kappa * dr) / dr}
    {?0.5 if force_shift:
        {?0.5 # {so that the force is zero at the cutoff too}}
        kernel = kernel + (dr - cutoff) / cutoff ** 2}}
    {mask = others & (dr < cutoff) ~ mask = jnp.logical_and(others, dr < cutoff)}
    {?0.5 if bonded is not None:
        {?0.7 if bonded.ndim != 2 or bonded.shape[1] != 2:
            raise ValueError(f'expected pairs of particles, got <<bonded.shape>>')}
        {?0.5 # {bonded pairs have terms of their own}}
        {i, j = bonded.T
        mask = mask.at[i, j].set(False).at[j, i].set(False) ~
        first, second = bonded[:, 0], bonded[:, 1]
        mask = mask.at[first, second].set(False)
        mask = mask.at[second, first].set(False)}}
    {energies = coulomb * charge[:, None] * charge * jnp.where(mask, kernel, 0.0) ~
    kernel = jnp.where(mask, kernel, 0.0)
    energies = coulomb * jnp.outer(charge, charge) * kernel}
    {if per_particle:
        return 0.5 * jnp.sum(energies, axis=1)
    return 0.5 * jnp.sum(energies) ~ return 0.5 * jnp.sum(energies) ~
    potential = coulomb * jnp.sum(jnp.where(mask, kernel, 0.0) * charge, axis=1)
    return 0.5 * jnp.sum(charge * potential), potential}
"""


def write_electrostatics(p: Program) -> Text:
    """Draw the energy of charges, by one of several methods."""
    n, m = p.size(24, 32), p.size(8, 16)
    lines = p.choose(_ELECTRIC)
    apart = p.choices.chance(0.5)
    known = [each for each in ("cutoff", "shifted", "reaction_field", "wolf", "yukawa") if f"'{each}'" in lines]
    last = lines.rstrip().split("\n")[-1]
    result: tuple[Tree, ...] = (Leaf(()),)
    if last.endswith(", potential"):
        result = (Leaf(()), Leaf((n,)))
    elif "per_particle" in lines and apart:
        result = (Leaf((n,)),)
    return Text(
        lines=settled(lines),
        given={
            "R": Array(box(n), "positions of shape (n, 3)", _POSITIONS),
            "charge": Array(Leaf((n,), -1, 1), "charge of each particle", ("charge", "charges", "q")),
            "bonded": Array(Leaf((m, 2), 0, n - 1, "int32"), "pairs that are bonded", ("bonded", "exclusions"), 0.5),
            "box": side_of_box(p),
            "method": Option("str", f"one of {', '.join(known)}", (f"'{p.choices.choice(known or ['cutoff'])}'",),
                             ("method", "kind", "scheme")),
            "cutoff": Option("float", "distance beyond which nothing acts", ("1.8", "1.5"), ("cutoff", "r_cut")),
            "dielectric": Option("float", "dielectric constant beyond the cutoff", ("78.5", "80.0"),
                                 ("dielectric", "epsilon_rf")),
            "kappa": Option("float", "how fast it is damped", ("1.0", "1.5", "0.8"), ("kappa", "alpha")),
            "softening": Option("float", "softness of the core", ("0.2", "0.1", "0.3"), ("softening", "core")),
            "coulomb": Constant("1.0", "Coulomb's constant", ("coulomb", "k_e"), (0.5, 1.5)),
            "neutralize": Option("bool", "whether the whole is neutral", ("True", "False"), ("neutralize",)),
            "force_shift": Option("bool", "whether forces end at zero", ("True", "False"), ("force_shift",)),
            "per_particle": Option("bool", "whether particles are kept apart", ("False",), ("per_particle",),
                                   str(apart)),
        },
        result=result,
        titles=("electrostatic_energy", "coulomb_energy", "charge_energy"),
        summary=p.pick("Electrostatic energy of charges in a periodic box", "Energy of charged particles"),
        returned="the energy, and the potential at each particle" if len(result) > 1 else "energies",
        helpers=(DISPLACEMENT,),
    )  # fmt: skip


_CONSTRAINED = """
    {?0.35 if lengths.shape != bonds.shape[:1]:
        raise ValueError(f'expected a length for each bond, got <<lengths.shape>>')}
    {?0.3 if iterations < 1:
        raise ValueError(f'expected at least one iteration, got <<iterations>>')}
    {i, j = bonds.T ~ i, j = bonds[:, 0], bonds[:, 1]}
    {if mass is None:
        inv_mass = jnp.ones(R.shape[0], R.dtype)
    else:
        inv_mass = 1.0 / mass
    weight = inv_mass[i] + inv_mass[j] ~
    inv_mass = 1.0 / mass
    weight = inv_mass[i] + inv_mass[j] ~
    {?0.5 # {a mass of zero stands for one that does not move}}
    inv_mass = jnp.where(mass > 0.0, 1.0 / jnp.where(mass > 0.0, mass, 1.0), 0.0)
    {?0.5 # {a bond may have both of its ends pinned}}
    weight = jnp.maximum(inv_mass[i] + inv_mass[j], 1e-6)}
    {?0.4 # {how many bonds pull at a particle}}
    {counts = jnp.zeros(R.shape[0], R.dtype).at[i].add(1.0).at[j].add(1.0) ~
    counts = jnp.zeros(R.shape[0], R.dtype).at[bonds].add(1.0)}
    share = 1.0 / jnp.maximum(counts, 1.0)
    {?0.4 start = R}

    def project(R{~, _}):
        dR = APART
        {length = jnp.sqrt(jnp.sum(dR ** 2, axis=-1) + 1e-12)
        excess = length - lengths
        push = (stiffness * excess / (weight * length))[:, None] * dR ~
        {?0.5 # {without a root, which is as good near the right length}}
        squares = jnp.sum(dR ** 2, axis=-1)
        excess = (squares - lengths ** 2) / (squares + lengths ** 2)
        push = (stiffness * excess / weight)[:, None] * dR}
        {R = R.at[i].add(-inv_mass[i, None] * share[i, None] * push)
        return R.at[j].add(inv_mass[j, None] * share[j, None] * push) ~
        change = jnp.zeros_like(R)
        change = change.at[i].add(-inv_mass[i, None] * push).at[j].add(inv_mass[j, None] * push)
        {?0.4 # {averaged, since all bonds are solved at once}}
        return R + share[:, None] * change}

    {for _ in range(iterations):
        R = project(R) ~
    R = jax.lax.fori_loop(0, iterations, lambda _, R: project(R), R) ~
    def violated(carry):
        R, iteration = carry
        dR = APART
        error = {jnp.abs(jnp.sqrt(jnp.sum(dR ** 2, axis=-1) + 1e-12) / lengths - 1.0) ~
            jnp.abs(jnp.sum(dR ** 2, axis=-1) - lengths ** 2) / (2.0 * lengths ** 2)}
        return (jnp.max(error) > tolerance) & (iteration < iterations)

    def solve(carry):
        R, iteration = carry
        return project(R), iteration + 1

    {?0.4 # {until all bonds are as long as they should be, or as near as time allows}}
    R, _ = jax.lax.while_loop(violated, solve, (R, 0))}
    END
"""


def write_constraints(p: Program) -> Text:
    """Draw positions that are moved until bonds have their lengths."""
    n, m = p.size(32, 48, 64), p.size(24, 32, 40)
    lines = p.choose(_CONSTRAINED).replace("project(R, _)", "project(R)")
    end = p.choices.choice(("plain", "plain", "velocity", "violation"))
    ends = {
        "plain": "return R",
        "velocity": p.choose("""
            {if V is None:
                return R
            {?0.5 # {velocities follow what positions had to do}}
            return R, V + (R - start) / dt ~
            {?0.5 # {velocities follow what positions had to do}}
            V = V + (R - start) / dt
            return R, V}
        """),
        "violation": p.choose("""
            {?0.4 # {what is left of the error}}
            dR = APART
            {violation = jnp.abs(jnp.sqrt(jnp.sum(dR ** 2, axis=-1) + 1e-12) - lengths)
            return R, jnp.max(violation) ~
            error = jnp.sqrt(jnp.sum(dR ** 2, axis=-1) + 1e-12) / lengths - 1.0
            return R, jnp.sqrt(jnp.mean(error ** 2))}
        """),
    }
    if end == "velocity" and "start = R" not in lines:
        lines = lines.replace("\ndef project(", "\nstart = R\ndef project(", 1)
    # the remaining error is measured in the form in which it was corrected
    apart = p.pick("R[i] - R[j]", "displacement(R[i], R[j], box)")
    lines = lines.replace("END", ends[end]).replace("APART", apart)
    result: tuple[Tree, ...] = (Leaf((n, 3)),)
    if end == "violation":
        result = (Leaf((n, 3)), Leaf(()))
    elif end == "velocity":
        result = (Leaf((n, 3)), Leaf((n, 3)))
    iterations = p.pick("4", "8", "10", "20") if "jax.lax." in lines else p.pick("2", "3", "4")
    return Text(
        lines=settled(lines),
        given={
            "R": Array(box(n), "positions of shape (n, 3)", _POSITIONS),
            "V": Array(Leaf((n, 3), -1, 1), "velocities of shape (n, 3)", ("V", "velocity", "velocities")),
            "bonds": Array(Leaf((m, 2), 0, n - 1, "int32"), "the two particles of each bond", ("bonds", "constraints")),
            "lengths": Array(Leaf((m,), 0.5, 1.5), "length of each bond", ("lengths", "rest_lengths", "d0")),
            "mass": Array(positive(n, high=2), "mass of each particle", ("mass", "masses"),
                          0.3 if "mass is None" in lines else 0.0),
            "box": side_of_box(p),
            "stiffness": Option("float", "share of an error that is undone at once", ("1.0", "0.8", "0.5"),
                                ("stiffness", "relaxation")),
            "iterations": Option("int", "how often all bonds are solved", (iterations,), ("iterations", "num_iters")),
            "tolerance": Option("float", "largest error that is left", ("1e-3", "1e-4"), ("tolerance", "tol")),
            "dt": Option("float", "time step", ("0.01", "0.005", "0.02"), ("dt", "time_step")),
        },
        result=result,
        titles=("apply_constraints", "constrain_bonds", "project_bonds", "solve_bonds"),
        summary=p.pick("Moves particles until bonds have their lengths", "Solves the constraints of rigid bonds"),
        returned={"plain": "the positions", "velocity": "positions and velocities"}.get(
            end, "the positions, and what is left of the error"),
        helpers=(DISPLACEMENT,),
    )  # fmt: skip


_DRAWN = """
    {?0.35 if temperature < 0.0:
        raise ValueError(f'expected a temperature of at least 0, got <<temperature>>')}
    n = {mass.shape[0] ~ len(mass)}
    {spread = jnp.sqrt(temperature / mass)[:, None] ~ mass = mass.reshape(-1, 1)
    spread = jnp.sqrt(temperature / mass)}
    V = spread * jax.random.{normal(key, SHAPE) ~ normal(key, SHAPE, mass.dtype)}
    STILL
    {if exact:
        {?0.5 # {as warm as was asked for, not only on average}}
        dof = DOF
        measured = jnp.sum(COLUMN * V ** 2) / dof
        V = V * jnp.sqrt(temperature / {measured ~ jnp.maximum(measured, 1e-12)})
    return V ~
    {?0.5 if max_speed is not None:
        {?0.5 # {the tail of the distribution breaks a first step}}
        speed = jnp.linalg.norm(V, axis=-1, keepdims=True)
        V = V * jnp.minimum(1.0, max_speed / jnp.maximum(speed, 1e-12))}
    return V ~
    if as_momenta:
        return COLUMN * V
    return V ~
    return V, 0.5 * jnp.sum(COLUMN * V ** 2)}
"""
_STILL = {
    "frozen": (
        """
        if frozen is not None:
            {?0.6 if frozen.shape[0] != n:
                raise ValueError(f'expected <<n>> flags, got <<frozen.shape>>')}
            {?0.5 # {walls do not move}}
            V = jnp.where(frozen[:, None], 0.0, V)
    """,
        "V.size if frozen is None else 3 * jnp.sum(jnp.logical_not(frozen))",
    ),
    "drift": (
        """
        if remove_drift:
            {?0.5 # {the centre of mass stands still}}
            {momentum = jnp.sum(COLUMN * V, axis=0)
            V = V - momentum / jnp.sum(mass) ~
            V = V - jnp.sum(COLUMN * V, axis=0, keepdims=True) / jnp.sum(mass)}
    """,
        "V.size - (3 if remove_drift else 0)",
    ),
    "rotation": (
        """
        {?0.5 # {the centre of mass stands still}}
        V = V - jnp.sum(COLUMN * V, axis=0) / jnp.sum(mass)
        if remove_rotation:
            {?0.5 # {nor does it turn}}
            arm = R - jnp.sum(COLUMN * R, axis=0) / jnp.sum(mass)
            angular = jnp.sum(COLUMN * jnp.cross(arm, V), axis=0)
            {squares = jnp.sum(arm ** 2, axis=-1)[:, None, None] * jnp.eye(3)
            outer = arm[:, :, None] * arm[:, None, :]
            inertia = jnp.sum(mass.reshape(-1, 1, 1) * (squares - outer), axis=0) ~
            second = jnp.einsum('ni,nj->ij', COLUMN * arm, arm)
            inertia = jnp.trace(second) * jnp.eye(3) - second}
            V = V - jnp.cross(jnp.linalg.solve(inertia, angular), arm)
    """,
        "V.size - (6 if remove_rotation else 3)",
    ),
}
"""The motion that is removed from velocities, and the degrees of freedom that are left."""


def write_velocities(p: Program) -> Text:
    """Draw the initial velocities of a simulation."""
    n = p.size(64, 128, 256)
    still, dof = _STILL[p.pick("frozen", "drift", "drift", "rotation")]
    lines = p.choose(placed(_DRAWN, "STILL", dedent(still).strip()))
    lines = lines.replace("DOF", dof)
    column = "mass" if "mass = mass.reshape" in lines else "mass[:, None]"
    lines = lines.replace("SHAPE", "(n, 3)").replace("COLUMN", column)
    cold = p.choices.chance(0.5)
    both = lines.rstrip().split("\n")[-1].count(",") > 1 or ", 0.5" in lines.rstrip().split("\n")[-1]
    rotating = "remove_rotation" in lines
    return Text(
        lines=settled(lines),
        given={
            "key": Array(key(), "random key", ("key", "rng")),
            "mass": Array(positive(n, high=2), "mass of each particle", ("mass", "masses")),
            **({"R": Array(box(n), "positions of shape (n, 3)", _POSITIONS)} if rotating else {}),
            "frozen": Array(Leaf((n,), 0, 1, "bool"), "particles that do not move", ("frozen", "fixed"), float(cold)),
            "temperature": Option("float", "temperature", ("1.0", "0.7", "2.0"), ("temperature", "kT")),
            "remove_drift": Option("bool", "whether the centre of mass stands still", ("True", "False"),
                                   ("remove_drift", "zero_momentum")),
            "remove_rotation": Option("bool", "whether the whole does not turn", ("True",), ("remove_rotation",)),
            "exact": Option("bool", "whether the temperature is exact", ("True", "False"), ("exact", "rescale")),
            "max_speed": Option("float | None", "largest speed", ("None", "2.0", "3.0"), ("max_speed",)),
            "as_momenta": Option("bool", "whether momenta are wanted", ("False", "True"), ("as_momenta",)),
        },
        result=(Leaf((n, 3)), Leaf(())) if both else (Leaf((n, 3)),),
        titles=("initialize_velocities", "maxwell_boltzmann", "draw_velocities", "thermal_velocities"),
        summary=p.pick("Draws velocities at a temperature", "Velocities of particles as a simulation begins"),
        returned="velocities, and their energy" if both else "velocities of shape (n, 3)",
    )  # fmt: skip


_ORDERED = {
    "bond": """
        {?0.3 if R.ndim != 2 or R.shape[-1] != 2:
            raise ValueError(f'expected positions in a plane, got <<R.shape>>')}
        {?0.3 if fold < 1:
            raise ValueError(f'expected a positive symmetry, got <<fold>>')}
        n = R.shape[0]
        dR = {R[:, None] - R ~ displacement(R[:, None], R, box)}
        dr2 = jnp.sum(dR ** 2, axis=-1)
        {near = (dr2 < cutoff ** 2) & (jnp.arange(n)[:, None] != jnp.arange(n)) ~
        near = jnp.logical_and(dr2 < cutoff ** 2, jnp.arange(n)[:, None] != jnp.arange(n))}
        {?0.4 if species is not None:
            {?0.5 # {order among particles of one kind}}
            near = near & (species[:, None] == species)}
        {theta = jnp.arctan2(dR[..., 1], dR[..., 0] + 1e-9)
        count = jnp.maximum(jnp.sum(near, axis=1), 1)
        real = jnp.sum(jnp.where(near, jnp.cos(fold * theta), 0.0), axis=1) / count
        imag = jnp.sum(jnp.where(near, jnp.sin(fold * theta), 0.0), axis=1) / count ~
        theta = jnp.arctan2(dR[..., 1], dR[..., 0] + 1e-9)
        weights = near / jnp.maximum(jnp.sum(near, axis=1, keepdims=True), 1)
        {?0.5 # {real and imaginary parts}}
        real, imag = [jnp.sum(weights * wave, axis=1) for wave in (jnp.cos(fold * theta), jnp.sin(fold * theta))]}
        {order = jnp.sqrt(real ** 2 + imag ** 2 + 1e-12)
        {?0.5 if per_particle:
            return order}
        return jnp.mean(order) ~
        if per_particle:
            return jnp.sqrt(real ** 2 + imag ** 2 + 1e-12)
        {?0.5 # {of the whole: directions have to agree}}
        return jnp.sqrt(jnp.mean(real) ** 2 + jnp.mean(imag) ** 2 + 1e-12) ~
        return real, imag}
    """,
    "nematic": """
        {?0.3 if axes.shape[-1] != 3:
            raise ValueError(f'expected directions of shape (n, 3), got <<axes.shape>>')}
        {axes = axes / jnp.linalg.norm(axes, axis=-1, keepdims=True) ~
        if normalize:
            axes = axes / jnp.linalg.norm(axes, axis=-1, keepdims=True)}
        {?0.5 # {the same for both ends of a rod}}
        {outer = axes[:, :, None] * axes[:, None, :] ~ outer = jnp.einsum('ni,nj->nij', axes, axes)}
        {if weights is None:
            average = jnp.mean(outer, axis=0)
        else:
            {?0.4 if weights.shape[0] != axes.shape[0]:
                raise ValueError(f'expected <<axes.shape[0]>> weights, got <<weights.shape>>')}
            average = jnp.einsum('n,nij->ij', weights, outer) / jnp.sum(weights) ~
        average = jnp.mean(outer, axis=0)}
        tensor = 1.5 * average - 0.5 * jnp.eye(3, dtype=axes.dtype)
        {if director is None:
            return tensor
        {?0.5 # {order along a direction that is known}}
        {director = director / jnp.linalg.norm(director)
        return director @ tensor @ director ~
        unit = director / jnp.linalg.norm(director)
        return jnp.einsum('i,ij,j->', unit, tensor, unit)} ~
        {?0.4 # {the largest eigenvalue, by repeated products}}
        {direction = jnp.ones(3, axes.dtype) ~ direction = axes[0]}
        for _ in range(iterations):
            direction = {(tensor + jnp.eye(3)) @ direction ~ tensor @ direction + direction}
            direction = direction / jnp.linalg.norm(direction)
        return direction @ tensor @ direction, direction ~
        return tensor}
    """,
    "structure": """
        {?0.3 if waves.shape[-1] != R.shape[-1]:
            raise ValueError(f'expected wave vectors of <<R.shape[-1]>> components, got <<waves.shape>>')}
        {k = 2.0 * math.pi * waves / box ~ scale = 2.0 * math.pi / box
        k = scale * waves}
        {phase = k @ R.T ~ phase = jnp.einsum('kd,nd->kn', k, R)}
        {if form_factor is None:
            cos, sin = jnp.sum(jnp.cos(phase), axis=-1), jnp.sum(jnp.sin(phase), axis=-1)
            count = R.shape[0]
        else:
            {?0.5 # {particles scatter differently}}
            cos, sin = jnp.cos(phase) @ form_factor, jnp.sin(phase) @ form_factor
            count = jnp.sum(form_factor ** 2) ~
        cos, sin = jnp.sum(jnp.cos(phase), axis=-1), jnp.sum(jnp.sin(phase), axis=-1)
        count = R.shape[0]}
        intensity = (cos ** 2 + sin ** 2) / count
        {if num_shells is None:
            return intensity
        {?0.5 # {averaged over directions}}
        length = jnp.linalg.norm(k, axis=-1)
        shell = jnp.floor(num_shells * length / (jnp.max(length) * (1.0 + 1e-6))).astype(jnp.int32)
        totals = jnp.zeros(num_shells).at[shell].add(intensity)
        {counts = jnp.zeros(num_shells).at[shell].add(1.0) ~ counts = jnp.bincount(shell, length=num_shells)}
        return totals / jnp.maximum(counts, 1) ~
        return intensity ~
        {?0.5 # {beyond this, atoms are no points}}
        return intensity * jnp.exp(-damping * jnp.sum(k ** 2, axis=-1))}
    """,
}


def write_order(p: Program) -> Text:
    """Draw a measure of the order of particles, by bonds, directions or waves."""
    form = p.pick(*_ORDERED)
    n, waves = p.choices.choice((24, 32, 48)), p.choices.choice((12, 20, 24))
    lines = p.choose(_ORDERED[form])
    alone, weighed, along = (p.choices.chance(0.5) for _ in range(3))
    shells = p.pick("None", "4", "6")
    last = lines.rstrip().split("\n")[-1].strip()
    if form == "bond":
        result: tuple[Tree, ...] = (Leaf((n,)) if "per_particle" in lines and alone else Leaf(()),)
        result = (Leaf((n,)), Leaf((n,))) if last == "return real, imag" else result
    elif form == "nematic":
        result = (Leaf((3, 3)),)
        if "director is None" in lines and along:
            result = (Leaf(()),)
        elif last.endswith(", direction"):
            result = (Leaf(()), Leaf((3,)))
    else:
        shelled = "num_shells is None" in lines and shells != "None"
        result = (Leaf((int(shells),)) if shelled else Leaf((waves,)),)
    return Text(
        lines=settled(lines),
        given={
            "R": Array(Leaf((n, 2 if form == "bond" else 3), *WITHIN), "positions of the particles", _POSITIONS),
            "axes": Array(Leaf((n, 3), 0.1, 1), "direction of each molecule", ("axes", "directors", "orientation")),
            "weights": Array(positive(n), "how much each counts", ("weights",), float(not weighed)),
            "director": Array(Leaf((3,), 0.2, 1), "a direction", ("director", "reference_axis"), float(not along)),
            "waves": Array(Leaf((waves, 3), 1, 5, "int32"), "waves along each side of the box", ("waves", "k_idx")),
            "form_factor": Array(positive(n), "how strongly each particle scatters", ("form_factor", "amplitudes"),
                                 float(not weighed)),
            "box": Option("float", "side of the periodic box", (f"{SIDE}",), ("box_size", "side")),
            "cutoff": Option("float", "distance of neighbours", ("1.2", "1.5"), ("cutoff", "r_cut")),
            "species": Array(Leaf((n,), 0, 1, "int32"), "species of each particle", ("species", "species_idx"),
                             float(not weighed)),
            "fold": Option("int", "symmetry of the order", ("6", "4"), ("fold", "symmetry")),
            "per_particle": Option("bool", "whether particles are kept apart", ("False",), ("per_particle",),
                                   str(alone)),
            "normalize": Option("bool", "whether directions are of any length", ("True",), ("normalize",)),
            "iterations": Option("int", "products", ("3", "4", "8"), ("iterations", "num_iters")),
            "num_shells": Option("int | None", "shells of one length", ("None",), ("num_shells", "bins"), shells),
            "damping": Option("float", "how fast intensities fall", ("0.01", "0.05"), ("b_factor", "damping")),
        },
        result=result,
        titles={"bond": ("bond_order", "hexatic_order", "local_order"),
                "nematic": ("nematic_order", "order_tensor", "q_tensor")}.get(
            form, ("structure_factor", "scattering_intensity")),
        summary={"bond": "Bond-orientational order of particles in a plane", "nematic": "Nematic order of rods",
                 "structure": "Structure factor of particles for given waves"}[form],
        returned={"bond": "order between 0 and 1", "nematic": "a tensor or the order"}.get(form, "intensities"),
        helpers=(DISPLACEMENT,),
    )  # fmt: skip


_STALE = """
    {?0.3 if R.shape != reference.shape:
        raise ValueError(f'expected positions of shape <<reference.shape>>, got <<R.shape>>')}
    {?0.25 if skin <= 0.0:
        raise ValueError(f'expected a positive skin, got <<skin>>')}
    {?0.35 if reference_box is not None:
        {?0.5 # {where particles would be if they had only followed the box}}
        reference = reference * (box / reference_box)}
    dR = displacement(R, reference, box)
    {?0.35 if frozen is not None:
        {?0.6 if frozen.shape != R.shape[:1]:
            raise ValueError(f'expected one flag for each particle, got <<frozen.shape>>')}
        dR = jnp.where(frozen[:, None], 0.0, dR)}
    {moved = jnp.sqrt(jnp.sum(dR ** 2, axis=-1) + 1e-12) ~ moved = jnp.linalg.norm(dR, axis=-1)}
    {if two_largest:
        {?0.5 # {two particles may have moved towards each other}}
        {way = jnp.sum(jax.lax.top_k(moved, 2)[0]) ~ way = jnp.sum(jnp.sort(moved)[-2:])}
    else:
        {?0.5 # {each of two particles may have come half of the way}}
        way = 2.0 * jnp.max(moved) ~
    {if kind == 'max':
        way = 2.0 * jnp.max(moved)
    elif kind == 'rms':
        {?0.5 # {cheaper to miss a few than to build too often}}
        way = 2.0 * jnp.sqrt(jnp.mean(moved ** 2))
    elif kind == 'quantile':
        {?0.5 # {a few fast particles do not count}}
        way = 2.0 * jnp.sort(moved)[int(0.95 * moved.shape[0])]
    else:
        raise ValueError(f'unknown criterion <<kind>>') ~
    {?0.5 # {half of the skin for each of two particles}}
    way = 2.0 * jnp.max(moved)}}
    {rebuild = way > skin ~ rebuild = way > safety * skin}
    {?0.5 {?0.5 # {a list is kept for some steps in any case}}
    rebuild = {rebuild & (age >= delay) ~ jnp.logical_and(rebuild, age >= delay)}}
    {return rebuild, way ~ return <<'rebuild': rebuild, 'largest': way>> ~
    {?0.5 # {how many steps it may last, if all goes on like that}}
    lifetime = skin * age / jnp.maximum(way, 1e-6)
    return rebuild, lifetime ~
    fraction = jnp.mean((2.0 * moved > skin).astype(R.dtype))
    return rebuild, way, fraction ~
    {?0.5 # {where particles are if it is built now, and where they were if not}}
    new_reference = jax.lax.cond(rebuild, lambda: R, lambda: reference)
    return rebuild, way, new_reference ~
    {reference = jax.lax.cond(rebuild, lambda: R, lambda: reference) ~
    reference = jax.lax.cond(rebuild, lambda new, old: new, lambda new, old: old, R, reference)}
    return rebuild, way, reference}
"""


def write_stale(p: Program) -> Text:
    """Draw the test whether neighbour lists are too old."""
    n = p.size(24, 32, 64)
    lines = p.choose(_STALE)
    last = lines.rstrip().split("\n")[-1]
    flag, number = Leaf((), dtype="bool"), Leaf(())
    result: tuple[Tree, ...] = (flag, number, *([number] if "fraction" in last else []))
    if "'rebuild'" in last:
        result = ({"rebuild": flag, "largest": number},)
    begins_anew = "reference" in last
    if begins_anew:
        result = (flag, number, Leaf((n, 3)))
    scaled, held = p.choices.chance(0.6), p.choices.chance(0.6)
    return Text(
        lines=settled(lines),
        given={
            "R": Array(box(n), "positions of shape (n, 3)", _POSITIONS),
            "reference": Array(box(n), "positions that the list was built for", ("reference", "R_ref", "last_pos")),
            "frozen": Array(Leaf((n,), 0, 1, "bool"), "particles that do not move", ("frozen", "fixed"),
                            float(not held)),
            "age": Array(Leaf((), 1, 20, "int32"), "steps since the list was built", ("age", "steps_since")),
            "box": Array(Leaf((), SIDE, 1.2 * SIDE), "side of the periodic box", ("box", "box_size", "side")),
            "reference_box": Array(Leaf((), SIDE, 1.2 * SIDE), "the box that the list was built for",
                                   ("reference_box", "last_box"), float(not scaled)),
            "skin": Option("float", "how far beyond the cutoff lists go", ("0.3", "0.4", "0.5"),
                           ("skin", "dr_threshold")),
            "safety": Option("float", "share of the skin that may be used up", ("0.9", "0.8"), ("safety",)),
            "two_largest": Option("bool", "whether the two that moved most count", ("True", "False"), ("two_largest",)),
            "kind": Option("str", "max, rms or quantile", ("'max'", "'rms'", "'quantile'"), ("criterion", "kind")),
            "delay": Option("int", "steps for which a list is kept", ("10", "8", "12"), ("delay", "min_steps")),
        },
        result=result,
        titles=("needs_rebuild", "list_is_stale", "check_neighbors", "should_rebuild"),
        summary=p.pick("Whether a list of neighbours is too old", "How far particles moved since a list was built"),
        returned="whether to build the list again, and how far particles have moved"
        + (", and the positions that the list is of then" if begins_anew else ""),
        helpers=(DISPLACEMENT,),
    )  # fmt: skip
