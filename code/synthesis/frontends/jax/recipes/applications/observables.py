"""Measurements and state of molecular simulations: temperatures, distributions, thermostats, displacements, shapes."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import placed, positive, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.spaces import SIDE, WITHIN
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "observables", margin=4)

DISTANCES = _BODIES["distances"]
_SQUARES = _BODIES["squares"]
_TEMPERATURES = {
    "whole": _BODIES["whole"],
    "species": _BODIES["species"],
    "axes": _BODIES["axes"],
}


def write_temperature(p: Program) -> Text:
    """Draw a function that computes the temperature of all particles, of each species or along each axis."""
    n, kinds = p.size(64, 128, 256), p.size(2, 3)
    form = p.pick("whole", "whole", "species", "axes")
    heavy = p.choices.chance(0.65)
    given = p.pick("momenta", "velocities")
    mass = p.pick("mass[:, None]", "masses") if heavy else "mass"
    column = p.pick("masses = mass.reshape(-1, 1)", "masses = jnp.expand_dims(mass, axis=-1)")
    lines = p.choose(join(column if mass == "masses" else "", _SQUARES.replace("MASS", mass), _TEMPERATURES[form]))
    result: tuple[Tree, ...] = (Leaf(()),)
    dof_axis = "axis is not None" in lines
    given_axis = p.pick("None", "0", "2") if dof_axis else "None"
    averaged, energies, totals = (p.choices.chance(0.5) for _ in range(3))
    if form == "axes" and (given_axis == "None" if dof_axis else not averaged):
        result = (Leaf((3,)),)
    elif form == "species":
        result = (Leaf((kinds,)), Leaf(())) if "return_total" in lines and totals else (Leaf((kinds,)),)
    elif "return_energy" in lines and energies:
        named = "kinetic_energy" in lines
        result = ({"kinetic_energy": Leaf(()), "temperature": Leaf(())},) if named else (Leaf(()), Leaf(()))
    lines = with_escaped_braces(lines)
    names = {"momenta": ("momenta", "momentum", "P"), "velocities": ("velocities", "velocity", "V")}
    return Text(
        lines=lines,
        given={
            **{
                each: Array(Leaf((n, 3), -2, 2), f"{each} of shape (n, 3)", called, float(each != given))
                for each, called in names.items()
            },
            "mass": Array(positive(n, high=2), "mass of each particle", ("mass",))
            if heavy
            else Constant("1.0", "mass of a particle", ("mass",), (0.5, 2)),
            "species": Array(Leaf((n,), 0, kinds - 1, "int32"), "species of each particle", ("species", "species_idx")),
            "num_species": Option("int", "number of species", (str(kinds),), ("num_species",)),
            "remove_drift": Option("bool", "whether to remove the drift of the centre of mass", ("True", "False"),
                                   ("remove_drift", "fixed_com")),
            "num_constraints": Option("int | None", "number of constraints", ("None", "4", "8"),
                                      ("num_constraints",)),
            "axis": Option("int | None", "axis of the temperature, or None for all", ("None",), ("axis",), given_axis),
            "average": Option("bool", "whether to average over the axes", ("True",), ("average", "mean"),
                              str(averaged)),
            "return_energy": Option("bool", "whether to return the energy as well", ("False",), ("return_energy",),
                                    str(energies)),
            "return_total": Option("bool", "whether to return the total as well", ("False",), ("return_total",),
                                   str(totals)),
        },
        result=result,
        titles={"species": ("temperature_by_species", "species_temperature"),
                "axes": ("temperature_tensor", "axis_temperature")}.get(
            form, ("temperature", "instantaneous_temperature", "kinetic_temperature")),
        summary={"species": "Computes the temperature of each species",
                 "axes": "Computes the temperature along each axis"}.get(
            form, "Computes the kinetic temperature of particles"),
        returned="temperatures in units of the energy",
    )  # fmt: skip


_HISTOGRAM = _BODIES["histogram"]
_COUNTED = _BODIES["counted"]
_ALL_PAIRS = _BODIES["all_pairs"]
_BY_SPECIES = _BODIES["by_species"]


_ONE_CURVE = _BODIES["one_curve"]


def write_distribution(p: Program) -> Text:
    """Draw a function that computes the number of pairs at each distance, relative to an ideal gas."""
    n, bins = p.size(24, 32), p.choices.choice((16, 20, 24, 32))
    kinds = p.choices.choice((2, 3))
    split, both = p.choices.chance(0.45), False
    dim = p.choices.choice((2, 3))
    periodic = p.choices.chance(0.7)
    first = _HISTOGRAM.replace("COUNT", _COUNTED.strip())
    volume = "volume = side ** d" if periodic else _BODIES["volume"]
    pairs: Tree = [Leaf((bins,)) for _ in range(kinds * (kinds + 1) // 2)]
    if split:
        named = p.choices.chance(0.5)
        kept = "curves[f'<<a>>-<<b>>'] = VALUE" if named else "curves.append(VALUE)"
        end = "curves" if named else "{jnp.stack(curves) ~ curves ~ jnp.stack(curves, axis=-1)}"
        text = _BY_SPECIES.replace("{<<>> ~ []}", "<<>>" if named else "[]").replace("CURVES", end)
        one = join(_ONE_CURVE, kept.replace("VALUE", "count(weights) / (expected * shell)"))
        lines = placed(p.choose(join(first, volume, text)), "ONE", p.choose(one))
        keys = [f"{a}-{b}" for a in range(kinds) for b in range(a, kinds)]
        if named:
            result: Tree = {key: Leaf((bins,)) for key in keys}
        elif "stack(curves, axis" in lines:
            result = Leaf((bins, len(keys)))
        else:
            result = Leaf((len(keys), bins)) if "stack(curves" in lines else pairs
        results: tuple[Tree, ...] = (result,)
    else:
        lines = p.choose(join(first, volume, _ALL_PAIRS))
        both = "return_centers" in lines and p.choices.chance(0.5)
        results = (Leaf((bins,)), Leaf((bins,))) if both else (Leaf((bins,)),)
    lines = with_escaped_braces(lines)
    cutoff = p.pick("2.0", "1.5", "1.8")
    return Text(
        lines=lines,
        given={
            "R": Array(Leaf((n, dim), *WITHIN), f"positions of shape (n, {dim})", ("R", "positions", "pos")),
            "side": Option("float", "side length of the periodic box", (f"{SIDE}",), ("box_size", "side"))
            if periodic
            else Option("float | None", "side length of the periodic box", ("None",), ("box_size", "side")),
            "species": Array(Leaf((n,), 0, kinds - 1, "int32"), "species of each particle", ("species", "species_idx")),
            "num_species": Option("int", "number of species", (str(kinds),), ("num_species",)),
            "cutoff": Option("float", "largest distance", (cutoff,), ("cutoff", "r_max")),
            "bins": Option("int", "number of bins", (str(bins),), ("num_bins", "bins")),
            "smearing": Option("float | None", "width of a smooth histogram", ("None", "0.1", "0.05"),
                               ("smearing", "bandwidth")),
            "smooth": Option("bool", "whether to smooth the histogram", ("False", "True"), ("smooth",)),
            "return_centers": Option("bool", "whether to return the centres of the bins", ("False",),
                                     ("return_centers",),
                                     str(both)),
            "normalize": Option("bool", "whether to normalize by the ideal gas", ("True", "False"), ("normalize",)),
        },
        result=results,
        titles=("partial_rdf", "pair_correlation_by_species", "partial_distributions")
        if split
        else ("radial_distribution", "pair_correlation", "compute_rdf"),
        summary="Computes the pair correlation of each pair of species" if split
                else "Computes the radial distribution of particles",
        returned="one curve for each pair of species" if split else "one number for each bin",
        helpers=(DISTANCES,),
    )  # fmt: skip


_SUZUKI = _BODIES["suzuki"]
_ONE_CHAIN = _BODIES["one_chain"]
_CHAIN = _BODIES["chain"]
_NESTED = _BODIES["nested"]
_WEIGHTED = """
    for weight in (0.5, 0.5):
        dt_k = {weight * dt ~ dt * weight}
        ONE
"""


def write_thermostat(p: Program) -> Text:
    """Draw half a time step of a chain of thermostats."""
    n, length = p.size(64, 128), p.choices.choice((2, 3, 4))
    loop = p.pick(join(_SUZUKI, _NESTED), "dt_k = dt / substeps\nfor _ in range(substeps):\n    ONE", _WEIGHTED)
    lines = placed(p.choose(_CHAIN), "LOOP", p.choose(loop))
    lines = placed(lines, "ONE", p.choose(_ONE_CHAIN))
    chain: Tree = (Leaf((length,), -1, 1), Leaf((length,), -1, 1), Leaf((length,), 5, 20))
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "V": Array(Leaf((n, 3), -1, 1), "velocities of shape (n, 3)", ("V", "velocities", "velocity")),
            "mass": Array(positive(n, high=2), "mass of each particle", ("mass", "masses_of_particles")),
            "chain": Array(chain, "positions, momenta and masses of the thermostat chain", ("chain", "thermostat")),
            "kT": Constant("1.0", "temperature", ("kT", "temperature"), (0.5, 1.5)),
            "dt": Option("float", "time step", ("0.005", "0.002", "0.01"), ("dt", "time_step")),
            "order": Option("int", "order of the Suzuki-Yoshida splitting", ("3", "1"), ("sy_order", "order")),
            "substeps": Option("int", "number of chain steps in one time step", ("1", "2"),
                               ("chain_steps", "num_substeps")),
        },
        result=(Leaf((n, 3)), chain),
        titles=("nose_hoover_half_step", "update_chain", "half_step_chain", "thermostat_step"),
        summary=p.pick("Performs half a step of a Nose-Hoover chain",
                       "Couples velocities to a Nose-Hoover chain of thermostats"),
        returned="the velocities and the thermostat chain",
    )  # fmt: skip


_TRAJECTORY = _BODIES["trajectory"]
_LAGGED = {
    "msd": _BODIES["msd"],
    "first": """
        {moved = traj - traj[0] ~ moved = traj - traj[:1]}
        msd = jnp.sum(moved ** 2, axis=-1)
    """,
    "blocks": _BODIES["blocks"],
}
_MSD_ENDS = _BODIES["msd_ends"]


def write_displacements(p: Program) -> Text:
    """Draw a function that computes displacements of particles over time, from a trajectory."""
    frames, n, kinds = p.choices.choice((24, 32, 40)), p.size(16, 32), p.size(2, 3)
    form = p.pick("msd", "msd", "first", "blocks")
    lines = p.choose(join(_TRAJECTORY, _LAGGED[form], _MSD_ENDS))
    lags = p.pick("(1, 2, 4, 8)", "(1, 2, 5, 10)", "(0, 1, 2, 4)" if "lag == 0" in lines else "(1, 4, 16)")
    block = p.choices.choice((4, 8, 10))
    rows = {"msd": lags.count(",") + 1, "first": frames, "blocks": block}[form]
    split = "species is not None" in lines and p.choices.chance(0.5)
    alone = "per_particle" in lines and p.choices.chance(0.5)
    lines = with_escaped_braces(lines)
    result = Leaf((rows, kinds)) if split else Leaf((rows, n)) if alone else Leaf((rows,))
    return Text(
        lines=lines,
        given={
            "traj": Array(Leaf((frames, n, 3), -2, 2), "positions of shape (frames, n, 3)",
                          ("trajectory", "traj", "positions")),
            "masses": Array(positive(n, high=2), "mass of each particle", ("masses", "mass"), left_out=0.5),
            "species": Array(Leaf((n,), 0, kinds - 1, "int32"), "species of each particle", ("species", "species_idx"),
                             float(not split)),
            "num_species": Option("int", "number of species", ("1",), ("num_species",),
                                  str(kinds) if split else "1"),
            "per_particle": Option("bool", "whether to return one value for each particle", ("False",),
                                   ("per_particle",),
                                   str(alone)),
            "lags": Option("tuple[int, ...]", "lags in frames", (lags,), ("lags", "lag_times")),
            "block": Option("int", "number of frames in a block", (str(block),), ("block_size", "window")),
            "remove_drift": Option("bool", "whether to subtract the motion of the centre of mass", ("True", "False"),
                                   ("remove_drift", "remove_com")),
            "remove_com": Option("bool", "whether to subtract the motion of the centre of mass", ("True",),
                                 ("remove_com",)),
            "unwrap_side": Option("float | None", "side length of the periodic box", ("None", "4.5"),
                                  ("box_size", "side")),
        },
        result=(result,),
        titles=("mean_squared_displacement", "compute_msd", "msd_curve"),
        summary=p.pick("Computes the mean squared displacement of particles",
                       "Computes the mean squared displacement of a trajectory"),
        returned="squared displacements by time",
    )  # fmt: skip


_SHAPES = _BODIES["shapes"]
_SHAPE_ENDS = {
    "gyration": _BODIES["gyration"],
    "tensor": """
        tensor = {jnp.einsum('n,ni,nj->ij', masses, arm, arm) ~ (masses[:, None] * arm).T @ arm}
        {if kind == 'inertia':
            {?0.5 # {rotational inertia about each axis}}
            tensor = jnp.trace(tensor) * jnp.eye(3, dtype=R.dtype) - tensor
        elif kind == 'gyration':
            tensor = tensor / total_mass
        else:
            raise ValueError(f'expected inertia or gyration, got <<kind>>') ~
        if kind not in ('inertia', 'gyration'):
            raise ValueError(f'unknown tensor <<kind>>')
        tensor = {jnp.trace(tensor) * jnp.eye(3) - tensor if kind == 'inertia' else tensor / total_mass}}
        {return tensor ~ return 0.5 * (tensor + tensor.T)}
    """,
    "groups": _BODIES["groups"],
    "indexed": _BODIES["indexed"],
}


def write_shape(p: Program) -> Text:
    """Draw a function that computes a measure of the size or shape of molecules."""
    n = p.size(24, 48, 96)
    form = p.pick(*_SHAPE_ENDS)
    lines = p.choose(join(_SHAPES, _SHAPE_ENDS[form]))
    both = "return_center" in lines and p.choices.chance(0.5)
    starts = [0, n // 3, n // 2, n] if p.choices.chance(0.5) else [0, n // 4, n // 2, 3 * n // 4, n]
    several, located = p.choices.choice((4, 6, 8)), "return_centers" in lines and p.choices.chance(0.5)
    result: tuple[Tree, ...] = {
        "gyration": (Leaf(()), Leaf((3,))) if both else (Leaf(()),), "tensor": (Leaf((3, 3)),),
        "groups": (Leaf((len(starts) - 1,)),),
        "indexed": (Leaf((several,)), *([Leaf((several, 3))] if located else [])),
    }[form]  # fmt: skip
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "R": Array(Leaf((n, 3), -2, 2), "positions of shape (n, 3)", ("R", "positions", "coords")),
            "masses": Array(positive(n, high=2), "mass of each particle", ("masses", "mass"), left_out=0.4),
            "squared": Option("bool", "whether to return the squared value", ("False", "True"), ("squared",)),
            "return_center": Option("bool", "whether to return the centre as well", ("False",), ("return_center",),
                                    str(both)),
            "kind": Option("str", "inertia or gyration", ("'gyration'", "'inertia'"), ("kind", "which")),
            "starts": Option("tuple[int, ...]", "start of each molecule, and the end of the last one",
                             (str(tuple(starts)),), ("offsets", "boundaries"), needed=True),
            "molecule": Array(Leaf((n,), 0, several - 1, "int32"), "index of the molecule of each particle",
                              ("molecule_ids", "molecule", "mol_idx")),
            "num_molecules": Option("int", "number of molecules", (str(several),), ("num_molecules",),
                                    needed=True),
            "return_centers": Option("bool", "whether to return the centres as well", ("False",), ("return_centers",),
                                     str(located)),
        },
        result=result,
        titles={"gyration": ("radius_of_gyration", "gyration_radius"), "tensor": ("gyration_tensor", "shape_tensor"),
                }.get(form, ("radii_of_gyration", "gyration_by_molecule")),
        summary={"gyration": "Computes the radius of gyration of a molecule",
                 "tensor": "Computes the gyration or inertia tensor of a molecule",
                 }.get(form, "Computes the radius of gyration of each of several molecules"),
        returned={"gyration": "the radius of gyration",
                  "tensor": "the tensor"}.get(form, "the radius of gyration of each molecule"),
    )  # fmt: skip


_TERMS = _BODIES["terms"]
_TERM_ENDS = _BODIES["term_ends"]


def write_terms(p: Program) -> Text:
    """Draw a function that computes the energy of a molecule from lists of its interactions by kind."""
    n, m = p.size(24, 32), p.size(16, 20, 28)
    lines = p.choose(_TERMS + _TERM_ENDS.replace("return <<'total': energy_sum, **energies>>",
                                                 "energies['total'] = energy_sum\n    return energies"))  # fmt: skip
    known = ["bonds", "angles", *(["planes"] if "planes" in lines else [])]
    listed = known if p.choices.chance(0.7) else known[:2]
    members = {"bonds": 2, "angles": 3, "planes": 4}
    topology = {each: Leaf((m + 4 * members[each], members[each]), 0, n - 1, "int32") for each in listed}
    left = p.choices.choice(listed) if "exclude" in lines and p.choices.chance(0.4) else ""
    rows = {each: topology[each].shape[0] for each in listed}
    params: Tree = {
        each: (Leaf((rows[each],), 0.5, 2), Leaf((rows[each],), 0.5, 1.5)) for each in listed if each != left
    }
    topology = {each: leaf for each, leaf in topology.items() if each != left}
    kept = {each: Leaf(()) for each in topology}
    flag = "with_terms" in lines
    both = flag and p.choices.chance(0.6)
    excluded = p.pick("('planes',)", "('impropers',)") if "planes" not in topology else "('impropers',)"
    last = lines.split("\n")[-1]
    if "energies['total']" in lines:
        result: tuple[Tree, ...] = ({**kept, "total": Leaf(())},)
    elif (flag and both) or (not flag and last.endswith(", energies")):
        result = (Leaf(()), kept)
    else:
        result = (Leaf(()),)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "R": Array(Leaf((n, 3), -2, 2), "positions of shape (n, 3)", ("R", "positions", "coords")),
            "topology": Array(topology, "indices of the atoms of each interaction, by kind", ("topology", "terms")),
            "params": Array(params, "force constants and equilibrium values, by kind", ("params", "force_field")),
            "scales": Array({each: Leaf((), 0.5, 2) for each in topology}, "weight of each kind",
                            ("scales", "weights")),
            "exclude": Option("tuple[str, ...]", "kinds to leave out", ("()",), ("exclude", "skip"), excluded),
            "with_terms": Option("bool", "whether to return the energy of each kind as well", ("False",),
                                 ("with_terms", "return_terms"), str(both)),
        },
        result=result,
        titles=("bonded_terms", "total_energy", "force_field_energy", "energy_terms"),
        summary=p.pick("Computes the energy of a molecule by interaction type",
                       "Sums the bonded interactions of a molecule"),
        returned="energies",
    )  # fmt: skip
