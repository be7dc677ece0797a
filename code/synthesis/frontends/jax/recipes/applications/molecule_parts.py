"""Other computations of molecular simulations: pressure, charges, constraints, order, age of neighbour lists."""

import re
from textwrap import dedent

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import key, placed, positive, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.spaces import DISPLACEMENT, SIDE, WITHIN, box, side_of_box
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "molecule_parts", margin=8)

_POSITIONS = ("R", "positions", "pos")
_PRESSURE = _BODIES["pressure"]
_PAIR_FORMS = (
    "u = epsilon * jnp.exp(-((r / sigma) ** 2))",
    "u = 0.5 * epsilon * jnp.maximum(1.0 - r / sigma, 0.0) ** 2",
    "x = jnp.exp(-alpha * (r - sigma))\nu = epsilon * x * (x - 2.0)",
    "u = 0.4 * epsilon * jnp.maximum(1.0 - r / sigma, 0.0) ** 2.5",
    "u = epsilon * jnp.exp(-r / sigma)",
)
_PRESSURES = {
    "scalar": _BODIES["scalar"],
    "tensor": _BODIES["tensor"],
}

_SLOPE = _BODIES["slope"]


def write_pressure(p: Program) -> Text:
    """Draw a function that computes the pressure or the stress tensor from the motion and the forces of particles."""
    n = p.choices.choice((24, 32, 64))  # for 256 particles, sums over all pairs have a larger error than is allowed
    form = p.pick(*_PRESSURES)
    lines = p.choose(join(_PRESSURE.replace("FORM", p.pick(*_PAIR_FORMS).replace("\n", "\n            ")),
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
        lines=with_escaped_braces(lines),
        given={
            "R": Array(box(n), "positions of shape (n, 3)", _POSITIONS),
            "V": Array(Leaf((n, 3), -1, 1), "velocities of shape (n, 3)", ("V", "velocities", "velocity")),
            "mass": Array(positive(n, high=2), "mass of each particle", ("mass", "masses")),
            "box": side_of_box(p),
            "epsilon": Constant("1.0", "depth of the potential", ("epsilon",), (0.5, 1.5)),
            "sigma": Constant("1.0", "length scale of the potential", ("sigma",), (0.8, 1.4)),
            "alpha": Constant("2.0", "steepness of the well", ("alpha",), (1.5, 2.5)),
            "cutoff": Option("float | None", "cutoff distance", ("None", "1.8", "1.5"),
                             ("cutoff", "r_cut")),
            "long_range": Option("float | None", "whether to add the long-range correction of the pressure",
                                 ("None", "-0.05"),
                                 ("tail_correction", "long_range_correction")),
            "temperature": Option("float | None", "temperature", ("None",), ("temperature", "kT"), "None"),
            "return_parts": Option("bool", "whether to return the kinetic and virial parts as well", ("False",),
                                   ("return_parts",), str(parts)),
            "component": Option("str", "component of the tensor: full, diagonal or trace", (component,),
                                ("component", "which")),
            "traceless": Option("bool", "whether to subtract the trace", ("False", "True"),
                                ("traceless", "deviatoric")),
        },
        result=(result,),
        titles={"scalar": ("pressure", "instantaneous_pressure", "virial_pressure")}.get(
            form, ("stress_tensor", "pressure_tensor", "virial_stress")),
        summary="Computes the pressure of particles in a periodic box" if form == "scalar" else
        "Computes the stress tensor of particles in a periodic box",
        returned="the pressure" if form == "scalar" else "the pressure tensor, or the requested component",
        helpers=(DISPLACEMENT, _SLOPE),
    )  # fmt: skip


_ELECTRIC = _BODIES["electric"]


def write_electrostatics(p: Program) -> Text:
    """Draw a function that computes the energy of charges by one of several methods."""
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
        lines=with_escaped_braces(lines),
        given={
            "R": Array(box(n), "positions of shape (n, 3)", _POSITIONS),
            "charge": Array(Leaf((n,), -1, 1), "charge of each particle", ("charge", "charges", "q")),
            "bonded": Array(Leaf((m, 2), 0, n - 1, "int32"), "pairs of bonded particles", ("bonded", "exclusions"),
                            0.5),
            "box": side_of_box(p),
            "method": Option("str", f"one of {', '.join(known)}", (f"'{p.choices.choice(known or ['cutoff'])}'",),
                             ("method", "kind", "scheme")),
            "cutoff": Option("float", "cutoff distance", ("1.8", "1.5"), ("cutoff", "r_cut")),
            "dielectric": Option("float", "dielectric constant beyond the cutoff", ("78.5", "80.0"),
                                 ("dielectric", "epsilon_rf")),
            "kappa": Option("float", "damping parameter", ("1.0", "1.5", "0.8"), ("kappa", "alpha")),
            "softening": Option("float", "softening length of the core", ("0.2", "0.1", "0.3"), ("softening", "core")),
            "coulomb": Constant("1.0", "Coulomb's constant", ("coulomb", "k_e"), (0.5, 1.5)),
            "neutralize": Option("bool", "whether to subtract the mean charge", ("True", "False"), ("neutralize",)),
            "force_shift": Option("bool", "whether to shift forces to zero at the cutoff", ("True", "False"),
                                  ("force_shift",)),
            "per_particle": Option("bool", "whether to return one value for each particle", ("False",),
                                   ("per_particle",),
                                   str(apart)),
        },
        result=result,
        titles=("electrostatic_energy", "coulomb_energy", "charge_energy"),
        summary=p.pick("Computes the electrostatic energy of charges in a periodic box",
                       "Computes the energy of charged particles"),
        returned="the energy, and the potential at each particle" if len(result) > 1 else "energies",
        helpers=(DISPLACEMENT,),
    )  # fmt: skip


_CONSTRAINED = _BODIES["constrained"]


def write_constraints(p: Program) -> Text:
    """Draw a function that moves particles until bonds have their prescribed lengths."""
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
        lines=with_escaped_braces(lines),
        given={
            "R": Array(box(n), "positions of shape (n, 3)", _POSITIONS),
            "V": Array(Leaf((n, 3), -1, 1), "velocities of shape (n, 3)", ("V", "velocity", "velocities")),
            "bonds": Array(Leaf((m, 2), 0, n - 1, "int32"), "the two particles of each bond", ("bonds", "constraints")),
            "lengths": Array(Leaf((m,), 0.5, 1.5), "length of each bond", ("lengths", "rest_lengths", "d0")),
            "mass": Array(positive(n, high=2), "mass of each particle", ("mass", "masses"),
                          0.3 if "mass is None" in lines else 0.0),
            "box": side_of_box(p),
            "stiffness": Option("float", "fraction of the error corrected in an iteration", ("1.0", "0.8", "0.5"),
                                ("stiffness", "relaxation")),
            "iterations": Option("int", "number of iterations", (iterations,), ("iterations", "num_iters")),
            "tolerance": Option("float", "tolerance", ("1e-3", "1e-4"), ("tolerance", "tol")),
            "dt": Option("float", "time step", ("0.01", "0.005", "0.02"), ("dt", "time_step")),
        },
        result=result,
        titles=("apply_constraints", "constrain_bonds", "project_bonds", "solve_bonds"),
        summary=p.pick("Moves particles to satisfy bond length constraints",
                       "Solves rigid bond constraints iteratively"),
        returned={"plain": "the positions", "velocity": "positions and velocities"}.get(
            end, "the positions, and the remaining error"),
        helpers=(DISPLACEMENT,),
    )  # fmt: skip


_DRAWN = _BODIES["drawn"]
_STILL = {
    "frozen": (
        _BODIES["frozen"],
        "V.size if frozen is None else 3 * jnp.sum(jnp.logical_not(frozen))",
    ),
    "drift": (
        _BODIES["drift"],
        "V.size - (3 if remove_drift else 0)",
    ),
    "rotation": (
        _BODIES["rotation"],
        "V.size - (6 if remove_rotation else 3)",
    ),
}
"""The motion that is removed from velocities, and the degrees of freedom that are left."""


def write_velocities(p: Program) -> Text:
    """Draw a function that makes the initial velocities of a simulation."""
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
        lines=with_escaped_braces(lines),
        given={
            "key": Array(key(), "random key", ("key", "rng")),
            "mass": Array(positive(n, high=2), "mass of each particle", ("mass", "masses")),
            **({"R": Array(box(n), "positions of shape (n, 3)", _POSITIONS)} if rotating else {}),
            "frozen": Array(Leaf((n,), 0, 1, "bool"), "mask of fixed particles", ("frozen", "fixed"), float(cold)),
            "temperature": Option("float", "temperature", ("1.0", "0.7", "2.0"), ("temperature", "kT")),
            "remove_drift": Option("bool", "whether to remove the drift of the centre of mass", ("True", "False"),
                                   ("remove_drift", "zero_momentum")),
            "remove_rotation": Option("bool", "whether to remove the angular momentum", ("True",),
                                      ("remove_rotation",)),
            "exact": Option("bool", "whether to rescale to the exact temperature", ("True", "False"),
                            ("exact", "rescale")),
            "max_speed": Option("float | None", "largest speed", ("None", "2.0", "3.0"), ("max_speed",)),
            "as_momenta": Option("bool", "whether to return momenta instead of velocities", ("False", "True"),
                                 ("as_momenta",)),
        },
        result=(Leaf((n, 3)), Leaf(())) if both else (Leaf((n, 3)),),
        titles=("initialize_velocities", "maxwell_boltzmann", "draw_velocities", "thermal_velocities"),
        summary=p.pick("Samples velocities at a temperature", "Initializes particle velocities for a simulation"),
        returned="velocities, and their energy" if both else "velocities of shape (n, 3)",
    )  # fmt: skip


_ORDERED = {
    "bond": _BODIES["bond"],
    "nematic": _BODIES["nematic"],
    "structure": _BODIES["structure"],
}


def write_order(p: Program) -> Text:
    """Draw a function that measures the order of particles by bonds, directions or waves."""
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
        lines=with_escaped_braces(lines),
        given={
            "R": Array(Leaf((n, 2 if form == "bond" else 3), *WITHIN), "positions of the particles", _POSITIONS),
            "axes": Array(Leaf((n, 3), 0.1, 1), "direction of each molecule", ("axes", "directors", "orientation")),
            "weights": Array(positive(n), "weight of each molecule", ("weights",), float(not weighed)),
            "director": Array(Leaf((3,), 0.2, 1), "reference direction", ("director", "reference_axis"),
                              float(not along)),
            "waves": Array(Leaf((waves, 3), 1, 5, "int32"), "number of waves along each side of the box",
                           ("waves", "k_idx")),
            "form_factor": Array(positive(n), "form factor of each particle", ("form_factor", "amplitudes"),
                                 float(not weighed)),
            "box": Option("float", "side length of the periodic box", (f"{SIDE}",), ("box_size", "side")),
            "cutoff": Option("float", "largest distance of neighbours", ("1.2", "1.5"), ("cutoff", "r_cut")),
            "species": Array(Leaf((n,), 0, 1, "int32"), "species of each particle", ("species", "species_idx"),
                             float(not weighed)),
            "fold": Option("int", "symmetry of the order", ("6", "4"), ("fold", "symmetry")),
            "per_particle": Option("bool", "whether to return one value for each particle", ("False",),
                                   ("per_particle",),
                                   str(alone)),
            "normalize": Option("bool", "whether to normalize the directions", ("True",), ("normalize",)),
            "iterations": Option("int", "products", ("3", "4", "8"), ("iterations", "num_iters")),
            "num_shells": Option("int | None", "number of shells of equal wave number", ("None",),
                                 ("num_shells", "bins"), shells),
            "damping": Option("float", "temperature factor", ("0.01", "0.05"), ("b_factor", "damping")),
        },
        result=result,
        titles={"bond": ("bond_order", "hexatic_order", "local_order"),
                "nematic": ("nematic_order", "order_tensor", "q_tensor")}.get(
            form, ("structure_factor", "scattering_intensity")),
        summary={"bond": "Computes the bond-orientational order of particles in a plane",
                 "nematic": "Computes the nematic order of rods",
                 "structure": "Computes the structure factor of particles at given wave vectors"}[form],
        returned={"bond": "the order parameter, between 0 and 1",
                  "nematic": "the order tensor or the order parameter"}.get(form, "intensities"),
        helpers=(DISPLACEMENT,),
    )  # fmt: skip


_STALE = _BODIES["stale"]


def write_stale(p: Program) -> Text:
    """Draw a function that decides whether neighbour lists must be rebuilt."""
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
        lines=with_escaped_braces(lines),
        given={
            "R": Array(box(n), "positions of shape (n, 3)", _POSITIONS),
            "reference": Array(box(n), "positions at which the list was built", ("reference", "R_ref", "last_pos")),
            "frozen": Array(Leaf((n,), 0, 1, "bool"), "mask of fixed particles", ("frozen", "fixed"),
                            float(not held)),
            "age": Array(Leaf((), 1, 20, "int32"), "number of steps since the list was built", ("age", "steps_since")),
            "box": Array(Leaf((), SIDE, 1.2 * SIDE), "side length of the periodic box", ("box", "box_size", "side")),
            "reference_box": Array(Leaf((), SIDE, 1.2 * SIDE), "box at which the list was built",
                                   ("reference_box", "last_box"), float(not scaled)),
            "skin": Option("float", "skin distance", ("0.3", "0.4", "0.5"),
                           ("skin", "dr_threshold")),
            "safety": Option("float", "fraction of the skin after which the list is rebuilt", ("0.9", "0.8"),
                             ("safety",)),
            "two_largest": Option("bool", "whether to add the two largest displacements", ("True", "False"),
                                  ("two_largest",)),
            "kind": Option("str", "measure of the displacements: max, rms or quantile",
                           ("'max'", "'rms'", "'quantile'"), ("criterion", "kind")),
            "delay": Option("int", "number of steps before the list may be rebuilt", ("10", "8", "12"),
                            ("delay", "min_steps")),
        },
        result=result,
        titles=("needs_rebuild", "list_is_stale", "check_neighbors", "should_rebuild"),
        summary=p.pick("Checks whether a neighbour list must be rebuilt",
                       "Measures particle displacements since a neighbour list was built"),
        returned="whether to rebuild the list, and the displacement of the particles"
        + (", and the reference positions of the list" if begins_anew else ""),
        helpers=(DISPLACEMENT,),
    )  # fmt: skip
