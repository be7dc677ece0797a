"""Parts of molecular simulations: periodic space, neighbours, potentials of pairs and bonds."""

from collections.abc import Callable
from textwrap import dedent

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.molecule_parts import (
    write_constraints,
    write_electrostatics,
    write_order,
    write_pressure,
    write_stale,
    write_velocities,
)
from synthesis.frontends.jax.recipes.applications.neighbor_lists import write_cell_buffers, write_pairs_of_lists
from synthesis.frontends.jax.recipes.applications.observables import (
    write_displacements,
    write_distribution,
    write_shape,
    write_temperature,
    write_terms,
    write_thermostat,
)
from synthesis.frontends.jax.recipes.applications.parts import truth
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.spaces import (
    DISPLACEMENT,
    box,
    side_of_box,
    write_neighbours,
    write_space,
)
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe

_BODIES = read_bodies("jax", "molecules", margin=8)

SAFE = _BODIES["safe"]
_APART = '''
    def masked_distance(dR: Array, mask: Array) -> Array:
        {?0.5 """{Distances of the pairs that count, and one for the others ~ Distances that are never zero}."""}
        return {jnp.where(mask, distance(dR), 1.0) ~ distance(jnp.where(mask[..., None], dR, 1.0))}
'''
CUTOFF = _BODIES["cutoff"]


_PAIR = {
    "soft_sphere": (
        """
        overlap = {jnp.maximum(1.0 - dr / sigma, 0.0) ~ jax.nn.relu(1.0 - dr / sigma)}
        U = {0.5 * epsilon * overlap ** 2 ~ epsilon / alpha * overlap ** alpha}
        """
    ),
    "soft_core_lj": (_BODIES["soft_core_lj"]),
    "morse": (
        """
        t = jnp.exp(-alpha * (dr - sigma))
        U = epsilon * {((1.0 - t) ** 2 - 1.0) ~ (t ** 2 - 2.0 * t)}
        """
    ),
    "soft_core_coulomb": """
        {?0.4 # {softened energy at small distances}}
        U = CHARGES / jnp.sqrt(dr ** 2 + radius ** 2)
        {?0.4 U = U * jnp.exp(-kappa * dr)}
    """,
    "gaussian_core": "U = epsilon * jnp.exp(-((dr / sigma) ** 2))",
}
_CUT = {
    "none": "",
    "sharp": """
        if cutoff is not None:
            {?0.4 # {no interaction beyond the cutoff}}
            U = jnp.where(dr < cutoff, U, 0.0)
    """,
    "shifted": _BODIES["shifted"],
    "smooth": _BODIES["smooth"],
}
_MIXED = _BODIES["mixed"]


def _lookup(whose: str, columns: str) -> str:
    """Return the lines that look up the parameters of each pair."""
    return {
        "one": "",
        "species": f"""
            {{?0.15 if species.shape != R.shape[:1]:
                raise ValueError(f'expected one species for each particle, got <<species.shape>>')}}
            {{?0.4 # {{parameters of each pair of species}}}}
            {{sigma = sigma[species[:, None], {columns}]
            epsilon = epsilon[species[:, None], {columns}] ~
            pairs = (species[:, None], {columns})
            sigma, epsilon = sigma[pairs], epsilon[pairs]}}
        """,
        "mixed": _MIXED,
    }[whose]


def _energy_parts(kind: str, per: str, cut: str, *, listed: bool) -> tuple[str, str, str, str]:
    """Return the lines of distances and energies, and of their sum."""
    apart = _BODIES["pairs.listed"] if listed else _BODIES["pairs.all_pairs"]
    # The distance of a particle from itself is zero, and must not be a divisor.
    length = (
        "dr = {masked_distance(dR, mask) ~ "
        "jnp.where(mask, distance(dR), 1.0) ~ distance(jnp.where(mask[..., None], dR, 1.0))}"
    )
    charges = f"charge[:, None] * {'charge[idx]' if listed else 'charge'}"
    energy = _PAIR[kind].replace("CHARGES", charges)
    if cut == "shifted":
        energy = join(block("def potential(dr):", energy, "return U"), "U = potential(dr)")
    reduce = {
        "total": "return {0.5 * jnp.sum(U) ~ U.sum() / 2.0}",
        "forces": "return {0.5 * jnp.sum(U) ~ U.sum() / 2.0}",
        "particle": _BODIES["pairs.each"],
    }[per]
    return apart, length, energy, reduce


def _parameters(kinds: int, n: int, whose: str) -> tuple[Constant | Array, Constant | Array]:
    """Return the parameters sigma and epsilon."""
    leaf = {"one": Leaf(()), "species": Leaf((kinds, kinds), 0.8, 1.4), "mixed": Leaf((n,), 0.8, 1.4)}[whose]
    says = {"one": "", "species": " of each pair of species", "mixed": " of each particle"}[whose]
    sigma: Array | Constant = (
        Constant("1.0", "length scale", ("sigma",), (0.8, 1.4))
        if whose == "one"
        else Array(leaf, f"length scale{says}", ("sigma",))
    )
    epsilon: Array | Constant = (
        Constant("1.0", "strength of the interaction", ("epsilon",), (0.5, 1.5))
        if whose == "one"
        else Array(leaf, f"strength of the interaction{says}", ("epsilon",))
    )
    return sigma, epsilon


def _check(*, listed: bool) -> str:
    """Return the lines that check the arguments."""
    check = """
        {?0.12 if R.ndim != 2 {~ or R.shape[0] < 2}:
            raise ValueError(f'expected positions of shape (n, dim), got <<R.shape>>')}
    """
    if listed:
        check = _BODIES["checks"]
    return check


def _whole_text(
    p: Program, n: int, per: str, table: str, check: str, body: str
) -> tuple[str, tuple[Leaf, Leaf] | tuple[Leaf]]:
    """Return all lines, and the result."""
    if per == "forces":
        both = p.choices.chance(0.5)
        end = (
            "{value, grads = jax.value_and_grad(energy)(R)\nreturn value, -grads}"
            if both
            else "return -jax.grad(energy)(R)"
        )
        text = join(check, table, block("def energy(R):", body), end)
        result: tuple[Tree, ...] = (Leaf(()), Leaf((n, 3))) if both else (Leaf((n, 3)),)
    else:
        text = join(check, table, body)
        result = (Leaf(()) if per == "total" else Leaf((n,)),)
    return text, result


def _pair(p: Program) -> Text:
    """Draw a function that computes the energy or the forces of all pairs, from positions or neighbour lists."""
    n, kinds, near = p.size(16, 24), p.size(2, 3), p.size(8, 12)
    kind = p.pick(*_PAIR)
    listed = p.choices.chance(0.35)
    coulomb = kind == "soft_core_coulomb"
    whose = (
        "one" if coulomb else p.choices.weighted((("one", 0.5), ("species", 0.3), ("mixed", 0.0 if listed else 0.2)))
    )
    per = p.pick("total", "total", "particle", "forces")
    cut = "none" if kind == "soft_sphere" else p.pick("none", "sharp", "shifted", "smooth")
    columns = "species[idx]" if listed else "species"
    table = _lookup(whose, columns)
    apart, length, energy, reduce = _energy_parts(kind, per, cut, listed=listed)
    sigma, epsilon = _parameters(kinds, n, whose)
    check = _check(listed=listed)
    body = join(apart, length, energy, _CUT[cut], "U = {jnp.where(mask, U, 0.0) ~ U * mask}", reduce)
    text, result = _whole_text(p, n, per, table, check, body)
    ends = ("_forces", "_energy_and_forces" if len(result) > 1 else "_force") if per == "forces" else (
        "_energy", "_potential")  # fmt: skip
    return Text(
        lines=text,
        given={
            "R": Array(box(n), "positions of shape (n, 3)", ("R", "positions", "pos")),
            "idx": Array(Leaf((n, near), 0, n, "int32"), "neighbours of each particle, n for none",
                         ("idx", "neighbor_idx", "neighbors")),
            "box": side_of_box(p),
            "species": Array(Leaf((n,), 0, kinds - 1, "int32"), "species of each particle", ("species", "species_idx")),
            "sigma": sigma,
            "epsilon": epsilon,
            "alpha": Option("float", "steepness", ("2.0", "2.5", "3.0"), ("alpha",)),
            "kappa": Constant("1.0", "inverse screening length", ("kappa",), (0.5, 2.0)),
            "lam": Constant("0.5", "coupling parameter, from 0 to 1", ("lam", "coupling"), (0.2, 0.8)),
            "charge": Array(Leaf((n,), -1, 1), "charge of each particle", ("charge", "charges", "q")),
            "radius": Constant("0.5", "radius of the charges", ("radius", "core_radius"), (0.3, 0.6)),
            "softness": Constant("0.5", "softening length of the core", ("softness", "soft_core")),
            "mixing": Option("str", "mixing rule for pairs of species", ("'arithmetic'", "'geometric'"),
                             ("mixing", "rule")),
            "shift": Option("bool", "whether to shift the energy to zero at the cutoff", ("True", "False"), ("shift",)),
            "onset": Option("float", "distance at which the smoothing of the potential begins", ("1.2", "1.0"),
                            ("r_onset", "onset")),
            "cutoff": Option("float", "cutoff distance", ("1.5", "1.8"), ("r_cutoff", "r_cut"))
            if cut == "smooth"
            else Option("float | None", "cutoff distance", ("None", "1.5", "1.8"),
                        ("cutoff", "r_cutoff", "r_cut")),
        },
        result=result,
        titles=tuple(f"{kind}{end}{'_neighbor_list' if listed else ''}" for end in ends),
        summary={"soft_core_lj": "Soft-core Lennard-Jones"}.get(kind, kind.replace("_", " ").capitalize())
        + (" forces of " if per == "forces" else " energy of ")
        + ("particles and their neighbours" if listed else "all pairs of particles"),
        returned={"total": "the energy", "particle": "the energy of each particle"}.get(
            per, "forces of shape (n, 3)" if len(result) == 1 else "the energy and forces of shape (n, 3)"
        ),
        helpers=(DISPLACEMENT, SAFE, _APART, CUTOFF),
    )  # fmt: skip


_BONDED = {
    "bond": _BODIES["bond"],
    "angle": _BODIES["angle"],
    "torsion": _BODIES["torsion"],
}
_BOND_FORMS = {
    "harmonic": "U = 0.5 * stiffness * stretch ** 2",
    "morse": _BODIES["morse"],
    "quartic": _BODIES["quartic"],
}
_BONDED_CHECKS = {
    "bond": """
        {?0.15 if bonds.ndim != 2 or bonds.shape[-1] != 2:
            raise ValueError(f'expected bonds of shape (m, 2), got <<bonds.shape>>')}
    """,
    "angle": """
        {?0.1 if R.shape[0] < 3:
            raise ValueError(f'an angle needs three beads, got <<R.shape[0]>>')}
    """,
    "torsion": """
        {?0.1 if R.shape[0] < 4:
            raise ValueError(f'a torsion needs four beads, got <<R.shape[0]>>')}
    """,
}


def _bonds(p: Program) -> Text:
    """Draw a function that computes the energies of bonds, or of the angles or torsions of a chain."""
    n = p.size(64, 128)
    kind = p.pick("bond", "angle", "torsion")
    m = {"bond": p.size(96, 256), "angle": n - 2, "torsion": n - 3}[kind]
    form = p.pick("total", "force", "each")
    each = p.choices.chance(0.4)
    rest = (0.8, 1.2) if kind == "bond" else (1.5, 2.2)
    whose = f"of each {kind}"
    rest_name = {"bond": ("r0", "length", "rest"), "angle": ("theta0", "rest_angle")}.get(kind, ("phi0", "phase"))
    rest_says = {"bond": "length at rest", "angle": "angle at rest"}.get(kind, "phase")
    stiff_name = {"bond": ("k_b", "stiffness", "k"), "angle": ("k_theta", "stiffness", "k")}.get(
        kind, ("k_phi", "stiffness", "k")
    )
    bond = p.pick(*_BOND_FORMS)
    lines = dedent(_BONDED[kind]).replace("FORM", dedent(_BOND_FORMS[bond]).strip())
    if form == "force":
        text = join(
            block("def energy(R):", lines, "return {jnp.sum(U) ~ U.sum()}"),
            "{return -jax.grad(energy)(R) ~ grads = jax.grad(energy)(R)\nreturn -grads}",
        )
        result = Leaf((n, 3))
    else:
        text = join(lines, "return {jnp.sum(U) ~ U.sum()}" if form == "total" else "return U")
        result = Leaf(()) if form == "total" else Leaf((m,))
    ending = {"force": "forces", "each": "energies"}.get(form, "energy")
    names = {"bond": (f"'{bond}'",), "torsion": ("'periodic'",)}.get(kind, ("'harmonic'", "'cosine'"))
    asked = p.choices.choice(names)
    return Text(
        lines=join(_BONDED_CHECKS[kind], text),
        given={
            "R": Array(box(n), "positions of shape (n, 3)", ("R", "positions", "pos")),
            "bonds": Array(Leaf((m, 2), 0, n - 1, "int32"), "the two particles of each bond", ("bonds", "bond_idx")),
            "mask": Array(truth(m), "mask of existing bonds", ("mask", "bond_mask")),
            "box": side_of_box(p),
            "rest": Array(Leaf((m,), *rest), f"{rest_says} {whose}", rest_name)
            if each
            else Constant({"bond": "1.0", "angle": "1.9"}.get(kind, "0.0"), rest_says, rest_name, rest),
            "stiffness": Array(Leaf((m,), 0.5, 2), f"stiffness {whose}", stiff_name)
            if each
            else Constant("1.0", "stiffness", stiff_name, (0.5, 2)),
            "depth": Constant("2.0", "depth of the well", ("depth", "well_depth"), (1.0, 3.0)),
            "anharmonic": Constant("1.0", "quartic coefficient", ("k4", "anharmonicity"), (0.5, 2.0)),
            "periodicity": Option("int", "number of minima of a full turn", ("3", "2", "1"),
                                  ("multiplicity", "periodicity")),
            "form": Option("str", f"form of the energy of a {kind}", (asked,), ("form", "kind")),
        },
        result=(result,),
        titles=tuple(f"{name}_{ending}" for name in
                     {"bond": ("bond", "bonded"), "angle": ("angle", "bending"),
                      "torsion": ("torsion", "dihedral")}[kind]),
        summary={
            "bond": f"{'Forces' if form == 'force' else 'Energy'} of bonds",
            "angle": f"{'Forces' if form == 'force' else 'Energy'} of the angles along a chain of beads",
            "torsion": f"{'Forces' if form == 'force' else 'Energy'} of the dihedral angles along a chain of beads",
        }[kind],
        returned={"total": "the total energy", "each": "one energy for each", "force": "forces of shape (n, 3)"}[form],
        helpers=(DISPLACEMENT, SAFE),
    )  # fmt: skip


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "periodic_space": write_space,
    "pair_energy": _pair,
    "bonded_energy": _bonds,
    "neighbours": write_neighbours,
    "temperature": write_temperature,
    "pair_distribution": write_distribution,
    "thermostat_chain": write_thermostat,
    "displacement_in_time": write_displacements,
    "molecule_shape": write_shape,
    "energy_terms": write_terms,
    "cell_buffers": write_cell_buffers,
    "neighbour_pairs": write_pairs_of_lists,
    "pressure": write_pressure,
    "electrostatics": write_electrostatics,
    "bond_constraints": write_constraints,
    "first_velocities": write_velocities,
    "order_parameter": write_order,
    "list_update": write_stale,
}
_WEIGHTS = {"pair_energy": 2.0, "bonded_energy": 0.8, "periodic_space": 0.7, "order_parameter": 0.5, "pressure": 0.5}
RECIPES = (written_recipe("molecule_part", "molecules", _WRITERS, _WEIGHTS),)
