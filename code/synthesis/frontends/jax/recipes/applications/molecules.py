"""Parts of simulations of molecules: periodic space, neighbours, potentials of pairs and bonds."""

from collections.abc import Callable

from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.spaces import (
    DISPLACEMENT,
    box,
    write_neighbours,
    write_space,
)
from synthesis.frontends.jax.recipes.applications.trees import Leaf
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe
from synthesis.grammar.lines import block, join

SAFE = '''
    def distance(dR: Array) -> Array:
        {?0.4 """{Length of each vector, with a finite gradient at zero ~ Distances whose gradient is never nan}."""}
        {dr = jnp.sum(dR ** 2, axis=-1)
        safe = jnp.where(dr > 0, dr, 1.0)
        return jnp.where(dr > 0, jnp.sqrt(safe), 0.0) ~
        dr = jnp.sum(dR ** 2, axis=-1)
        return jnp.sqrt(jnp.where(dr > 0, dr, 1.0)) * (dr > 0) ~
        return jnp.sqrt(jnp.sum(dR ** 2, axis=-1) + 1e-6)}
'''
CUTOFF = '''
    def smooth_cutoff(dr: Array, onset: float, cutoff: float) -> Array:
        {?0.5 """{One up to the onset, nothing beyond the cutoff ~ Falls smoothly from one to nothing}."""}
        {r2, on2, off2 = dr ** 2, onset ** 2, cutoff ** 2
        inner = (off2 - r2) ** 2 * (off2 + 2.0 * r2 - 3.0 * on2) / (off2 - on2) ** 3
        inner = jnp.where(dr < cutoff, inner, 0.0)
        return jnp.where(dr < onset, 1.0, inner) ~
        t = jnp.clip((dr - onset) / (cutoff - onset), 0.0, 1.0)
        return 1.0 - t ** 2 * (3.0 - 2.0 * t) ~
        x = jnp.clip((dr - onset) / (cutoff - onset), 0.0, 1.0)
        return 0.5 * (jnp.cos(jnp.pi * x) + 1.0)}
'''


_PAIR = {
    "soft_sphere": """
        {overlap = 1.0 - dr / sigma
        U = {jnp.where(dr < sigma, epsilon / alpha * jnp.maximum(overlap, 0.0) ** alpha, 0.0) ~
        jnp.where(dr < sigma, 0.5 * epsilon * overlap ** 2, 0.0)} ~
        overlap = {jnp.maximum(1.0 - dr / sigma, 0.0) ~ jax.nn.relu(1.0 - dr / sigma)}
        U = epsilon * overlap ** 2 / 2.0}
    """,
    "lennard_jones": """
        {?0.4 # {the core is cut, or squares of squares get too large}}
        {idr = sigma / jnp.maximum(dr, 0.7 * sigma)
        {idr6 = idr ** 6
        U = 4.0 * epsilon * (idr6 ** 2 - idr6) ~ U = 4.0 * epsilon * (idr ** 12 - idr ** 6)} ~
        idr2 = sigma ** 2 / jnp.maximum(dr, 0.7 * sigma) ** 2
        idr6 = {idr2 ** 3 ~ idr2 * idr2 * idr2}
        U = 4.0 * epsilon * idr6 * (idr6 - 1.0)}
    """,
    "morse": """
        {t = jnp.exp(-alpha * (dr - sigma))
        U = epsilon * {((1.0 - t) ** 2 - 1.0) ~ (t ** 2 - 2.0 * t)} ~
        U = epsilon * (jnp.exp(-2.0 * alpha * (dr - sigma)) - 2.0 * jnp.exp(-alpha * (dr - sigma)))}
    """,
    "yukawa": """
        {screened = jnp.exp(-dr / sigma)
        U = epsilon * screened / {(dr + 0.1) ~ jnp.maximum(dr, 0.1)} ~
        U = epsilon * jnp.exp(-dr / sigma) / jnp.sqrt(dr ** 2 + 0.01)}
    """,
    "gaussian": """
        {U = epsilon * jnp.exp(-0.5 * (dr / sigma) ** 2) ~
        scaled = dr / sigma
        U = epsilon * jnp.exp(-scaled ** 2 / 2.0)}
    """,
}


def _pair(p: Program) -> Text:
    """The energy of all pairs, from positions or by lists of neighbours, with parameters of species or without."""
    n, kinds, near = p.size(16, 24), p.size(2, 3), p.size(8, 12)
    kind = p.pick(*_PAIR)
    by_kind = p.choices.chance(0.35)
    listed = p.choices.chance(0.35)
    per = p.pick("total", "total", "particle")
    whose = "species[idx]" if listed else "species[None, :]"
    table = f"""
        {{?0.4 # {{each pair of species has its own ~ look up what belongs to the two species}}}}
        {{sigma = sigma[species[:, None], {whose}]
        epsilon = epsilon[species[:, None], {whose}] ~
        sigma, epsilon = (table[species[:, None], {whose}] for table in (sigma, epsilon))}}
    """
    apart = (
        """
        {?0.4 # {padding points behind the last particle ~ rows of neighbours are filled up with n}}
        {Rb = R.at[idx].get(mode='clip')
        {dR = displacement(R[:, None, :], Rb) ~ dR = jax.vmap(displacement)(R[:, None, :], Rb)} ~
        dR = displacement(R[:, None], R.at[idx].get(mode='clip'))}
        mask = {idx < R.shape[0] ~ jnp.asarray(idx < R.shape[0], R.dtype)}
        """
        if listed
        else """
        {dR = displacement(R[:, None, :], R[None, :, :]) ~
        dR = jax.vmap(jax.vmap(displacement, (None, 0)), (0, None))(R, R) ~
        d = jax.vmap(displacement, in_axes=(0, None))
        dR = jax.vmap(d, in_axes=(None, 0), out_axes=1)(R, R)}
        {mask = 1.0 - jnp.eye(R.shape[0], dtype=R.dtype) ~
        N = R.shape[0]
        mask = {jnp.eye(N) == 0 ~ jnp.arange(N)[:, None] != jnp.arange(N)}}
        """
    )
    reduce = {
        "total": "return {0.5 * jnp.sum(U) ~ 0.5 * jnp.sum(U, axis=(0, 1)) ~ U.sum() / 2.0}",
        "particle": """
            {?0.4 # {half a pair for each of the two}}
            return {0.5 * jnp.sum(U, axis=1) ~ U.sum(axis=-1) / 2 ~ 0.5 * jnp.sum(U, axis=-1)}
        """,
    }[per]
    cut = """
        {?0.5 {if cutoff is not None:
            {U = U * smooth_cutoff(dr, 0.8 * cutoff, cutoff) ~
            onset = 0.8 * cutoff
            U *= smooth_cutoff(dr, onset, cutoff) ~
            U = jnp.where(dr < cutoff, U, 0.0)} ~
        U = U if cutoff is None else jnp.where(dr < cutoff, U, 0.0)}}
        {U = jnp.where(mask, U, 0.0) ~ U = U * mask}
    """
    parameter = Leaf((kinds, kinds), 0.8, 1.4)
    sigma: Array | Constant = (
        Array(parameter, "length of each pair of species", ("sigma",))
        if by_kind
        else Constant("1.0", "length", ("sigma", "length"), (0.8, 1.4))
    )
    epsilon: Array | Constant = (
        Array(parameter, "strength of each pair of species", ("epsilon",))
        if by_kind
        else Constant("1.0", "strength", ("epsilon", "strength"), (0.5, 1.5))
    )
    check = """
        {?0.25 if R.ndim != 2:
            raise ValueError(f'expected positions of shape (n, dim), got <<R.shape>>')}
    """
    return Text(
        lines=join(check, table if by_kind else "", apart, "dr = distance(dR)", _PAIR[kind], cut, reduce),
        given={
            "R": Array(box(n), "positions of shape (n, 3)", ("R", "positions", "pos")),
            "idx": Array(Leaf((n, near), 0, n, "int32"), "neighbours of each, n where there is none",
                         ("idx", "neighbor_idx", "neighbors")),
            "species": Array(Leaf((n,), 0, kinds - 1, "int32"), "species of each", ("species", "kinds")),
            "sigma": sigma,
            "epsilon": epsilon,
            "alpha": Option("float", "how steep it is", ("2.0", "2.5", "3.0"), ("alpha",)),
            "cutoff": Option("float | None", "distance beyond which nothing acts", ("None", "1.5", "2.0"),
                             ("cutoff", "r_cutoff", "r_cut")),
        },
        result=(Leaf(()) if per == "total" else Leaf((n,)),),
        titles=tuple(f"{kind}{end}" for end in ("_energy", "_pair", "_neighbor_list" if listed else "_potential")),
        summary=f"{kind.replace('_', ' ').capitalize()} energy of "
        + ("particles and their neighbours" if listed else "all pairs of particles"),
        returned="the energy" if per == "total" else "the energy of each particle",
        helpers=(DISPLACEMENT, SAFE, CUTOFF),
    )  # fmt: skip


def _bonds(p: Program) -> Text:
    """Bonds, angles and torsions."""
    n, m = p.size(64, 128), p.size(96, 256)
    kind = p.pick("bond", "angle", "torsion")
    ends = {"bond": 2, "angle": 3, "torsion": 4}[kind]
    lines = {
        "bond": """
            {i, j = {bonds[:, 0], bonds[:, 1] ~ bonds.T}
            dR = displacement(R[i], R[j]) ~
            dR = jax.vmap(lambda pair: displacement(R[pair[0]], R[pair[1]]))(bonds) ~
            ends = R[bonds]
            dR = displacement(ends[:, 0], ends[:, 1])}
            dr = distance(dR)
            {stretch = dr - rest
            {U = 0.5 * stiffness * stretch ** 2 ~
            {?0.5 U = jnp.where(stretch > 0, stiffness * stretch ** 2, 0.5 * stiffness * stretch ** 2) ~
            U = stiffness / 2.0 * stretch ** 2}} ~
            U = 0.5 * stiffness * (dr - rest) ** 2}
        """,
        "angle": """
            {a, b, c = {bonds.T ~ [bonds[:, i] for i in range(3)]}
            u, v = displacement(R[a], R[b]), displacement(R[c], R[b]) ~
            {?0.4 # {the middle one is the corner}}
            ends = R[bonds]
            u = displacement(ends[:, 0], ends[:, 1])
            v = displacement(ends[:, 2], ends[:, 1])}
            cos = jnp.sum(u * v, axis=-1) / {(distance(u) * distance(v) + 1e-3) ~
            jnp.maximum(distance(u) * distance(v), 1e-3)}
            {?0.5 cos = jnp.clip(cos, -0.99, 0.99)}
            {U = 0.5 * stiffness * (cos - jnp.cos(rest)) ** 2 ~
            bend = cos - jnp.cos(rest)
            U = stiffness / 2.0 * bend ** 2}
        """,
        "torsion": """
            a, b, c, d = {R[bonds.T] ~ [R[bonds[:, i]] for i in range(4)]}
            {b1, b2, b3 = displacement(b, a), displacement(c, b), displacement(d, c) ~
            b1 = displacement(b, a)
            b2 = displacement(c, b)
            b3 = displacement(d, c)}
            {?0.4 # {normals of the two planes}}
            n1, n2 = jnp.cross(b1, b2), jnp.cross(b2, b3)
            {lengths = distance(n1) * distance(n2) + 0.05 ~ lengths = jnp.maximum(distance(n1) * distance(n2), 0.05)}
            cos = jnp.sum(n1 * n2, axis=-1) / lengths
            {U = stiffness * (1.0 + cos * jnp.cos(rest)) ~
            {?0.5 # {the second harmonic}}
            U = 0.5 * stiffness * (1.0 - (2.0 * cos ** 2 - 1.0) * jnp.cos(rest))}
        """,
    }[kind]
    form = p.pick("total", "force", "each")
    each = p.choices.chance(0.4)
    given_rest = Array(Leaf((m,), 0.8, 1.2), "value of each at rest", ("rest", "length", "r0"))
    given_k = Array(Leaf((m,), 0.5, 2), "stiffness of each", ("stiffness", "k", "k_b"))
    if form == "force":
        text = join(
            block("def energy(R):", lines, "return {jnp.sum(U) ~ U.sum()}"),
            "{return -jax.grad(energy)(R) ~ grads = jax.grad(energy)(R)\nreturn -grads}",
        )
        result = Leaf((n, 3))
    else:
        text = join(lines, "return {jnp.sum(U) ~ U.sum()}" if form == "total" else "return U")
        result = Leaf(()) if form == "total" else Leaf((m,))
    check = f"""
        {{?0.3 if bonds.shape[-1] != {ends}:
            raise ValueError(f'expected {ends} particles in a row, got <<bonds.shape[-1]>>')}}
    """
    return Text(
        lines=join(check, text),
        given={
            "R": Array(box(n), "positions of shape (n, 3)", ("R", "positions", "pos")),
            "bonds": Array(
                Leaf((m, ends), 0, n - 1, "int32"),
                f"particles of each {kind}",
                {"bond": ("bonds", "bond_idx"), "angle": ("angles", "triples")}.get(kind, ("dihedrals", "quads")),
            ),
            "rest": given_rest if each else Constant("1.0", "value at rest", ("rest", "r0"), (0.8, 1.2)),
            "stiffness": given_k if each else Constant("1.0", "stiffness", ("stiffness", "k"), (0.5, 2)),
        },
        result=(result,),
        titles=tuple(f"{name}_{'forces' if form == 'force' else 'energy'}" for name in
                     {"bond": ("bond", "harmonic_bond"), "angle": ("angle", "bond_angle"),
                      "torsion": ("torsion", "dihedral")}[kind]),
        summary=f"{'Forces' if form == 'force' else 'Energy'} of {kind}s",
        returned={"total": "the energy of all", "each": "one energy for each", "force": "forces of shape (n, 3)"}[form],
        helpers=(DISPLACEMENT, SAFE),
    )  # fmt: skip


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "periodic_space": write_space,
    "pair_energy": _pair,
    "bonded_energy": _bonds,
    "neighbours": write_neighbours,
}
_WEIGHTS = {"pair_energy": 2.0, "bonded_energy": 1.5, "periodic_space": 0.7}
RECIPES = (written_recipe("molecule_part", "molecules", _WRITERS, _WEIGHTS),)
