"""Measurements and state of molecular simulations: temperatures, distributions, thermostats, lists."""

from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import placed, positive, settled
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.spaces import SIDE, WITHIN, box, side_of_box
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

DISTANCES = '''
    def pair_distances(R: Array, side) -> Array:
        {?0.5 """{Distances of all pairs, to the nearest image ~ Matrix of minimum image distances}."""}
        dR = {R[:, None, :] - R[None, :, :] ~ R[:, None] - R}
        if side is not None:
            {dR = dR - side * jnp.round(dR / side) ~ dR = jnp.mod(dR + 0.5 * side, side) - 0.5 * side}
        dr2 = {jnp.sum(dR ** 2, axis=-1) ~ jnp.sum(dR * dR, axis=-1)}
        {?0.3 # {the root has no gradient at zero}}
        {return jnp.sqrt(jnp.where(dr2 > 0, dr2, 1.0)) * (dr2 > 0) ~
        apart = dr2 > 0
        return jnp.where(apart, jnp.sqrt(jnp.where(apart, dr2, 1.0)), 0.0)}
'''
_SQUARES = """
    if (momenta is None) == (velocities is None):
        raise ValueError('expected either momenta or velocities')
    {if momenta is not None:
        {?0.4 # {twice the kinetic energy of each degree of freedom}}
        squares = momenta ** 2 / MASS
    else:
        squares = MASS * velocities ** 2 ~
    if velocities is None:
        {?0.4 # {p = m v}}
        velocities = momenta / MASS
    squares = MASS * velocities ** 2}
"""
_TEMPERATURES = {
    "whole": """
        dof = squares.size
        {if remove_drift:
            {?0.5 # {the centre of mass does not move}}
            dof -= squares.shape[1]
        {?0.6 if num_constraints is not None:
            {?0.5 # {each rigid bond takes one away}}
            dof -= num_constraints} ~
        if num_constraints is not None:
            if num_constraints < 0 or num_constraints >= dof:
                raise ValueError(f'cannot constrain <<num_constraints>> of <<dof>> degrees of freedom')
            dof -= num_constraints}
        {return jnp.sum(squares) / dof ~
        {if return_energy:
            kinetic = 0.5 * jnp.sum(squares)
            return <<'kinetic_energy': kinetic, 'temperature': 2.0 * kinetic / dof>> ~
        if return_energy:
            {?0.4 # {both are logged}}
            return jnp.sum(squares) / dof, 0.5 * jnp.sum(squares)}
        return jnp.sum(squares) / dof}
    """,
    "species": """
        per_particle = {jnp.sum(squares, axis=-1) ~ squares.sum(-1)}
        {totals = jnp.zeros(num_species, squares.dtype).at[species].add(per_particle)
        counts = jnp.zeros(num_species, jnp.int32).at[species].add(1) ~
        totals = jnp.bincount(species, weights=per_particle, length=num_species)
        counts = jnp.bincount(species, length=num_species) ~
        totals = jax.ops.segment_sum(per_particle, species, num_segments=num_species)
        counts = jnp.bincount(species, length=num_species)}
        dof = squares.shape[1] * counts
        {{?0.4 # {a species that does not occur is as cold as can be}}
        return totals / jnp.maximum(dof, 1) ~
        temperatures = totals / jnp.maximum(dof, 1)
        if not return_total:
            return temperatures
        return temperatures, jnp.sum(totals) / squares.size ~
        temperatures = jnp.where(dof > 0, totals / jnp.maximum(dof, 1), 0.0)
        return temperatures}
    """,
    "axes": """
        {?0.4 # {a pressure that differs by axis shows here first}}
        {along = jnp.mean(squares, axis=0) ~ along = squares.sum(axis=0) / squares.shape[0]}
        {if axis is not None:
            {?0.5 if axis not in (0, 1, 2):
                raise ValueError(f'unknown axis <<axis>>')}
            return along[axis]
        return along ~
        if average:
            return jnp.mean(along)
        return along}
    """,
}


def write_temperature(p: Program) -> Text:
    """Draw the temperature of all particles, of each species or along each axis."""
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
    lines = settled(lines)
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
            "num_species": Option("int", "how many species there are", (str(kinds),), ("num_species",)),
            "remove_drift": Option("bool", "whether the centre of mass stands still", ("True", "False"),
                                   ("remove_drift", "fixed_com")),
            "num_constraints": Option("int | None", "bonds of a fixed length", ("None", "4", "8"),
                                      ("num_constraints",)),
            "axis": Option("int | None", "the axis along which, or all of them", ("None",), ("axis",), given_axis),
            "average": Option("bool", "whether axes count as one", ("True",), ("average", "mean"), str(averaged)),
            "return_energy": Option("bool", "whether the energy is wanted too", ("False",), ("return_energy",),
                                    str(energies)),
            "return_total": Option("bool", "whether the whole is wanted too", ("False",), ("return_total",),
                                   str(totals)),
        },
        result=result,
        titles={"species": ("temperature_by_species", "species_temperature"),
                "axes": ("temperature_tensor", "axis_temperature")}.get(
            form, ("temperature", "instantaneous_temperature", "kinetic_temperature")),
        summary={"species": "Temperature of each species", "axes": "Temperature along each axis"}.get(
            form, "Temperature of particles from their motion"),
        returned="temperatures in units of the energy",
    )  # fmt: skip


_HISTOGRAM = """
    {?0.25 if R.ndim != 2:
        raise ValueError(f'expected positions of shape (n, dim), got <<R.shape>>')}
    {?0.3 if bins < 1 or cutoff <= 0.0:
        raise ValueError(f'expected bins up to a positive cutoff, got <<bins>> and <<cutoff>>')}
    n, d = R.shape
    width = cutoff / bins
    {centers = (jnp.arange(bins) + 0.5) * width ~
    edges = jnp.linspace(0.0, cutoff, bins + 1)
    centers = 0.5 * (edges[1:] + edges[:-1])}
    dr = pair_distances(R, side)
    COUNT
    {?0.4 # {what an ideal gas would have in the same shells}}
    {if d == 2:
        shell = 2.0 * math.pi * centers * width
    elif d == 3:
        shell = 4.0 * math.pi * centers ** 2 * width
    else:
        raise ValueError(f'expected two or three dimensions, got <<d>>') ~
    area = {2.0 * math.pi * centers if d == 2 else 4.0 * math.pi * centers ** 2}
    shell = area * width ~
    {?0.4 if d not in (2, 3):
        raise ValueError(f'no shells in <<d>> dimensions')}
    shell = 2.0 * math.pi * width * (centers if d == 2 else 2.0 * centers ** 2)}
"""
_COUNTED = """
    def count(weights):
        {if smearing is not None:
            {?0.5 # {a smooth histogram has gradients}}
            z = (dr[..., None] - centers) / smearing
            kernel = jnp.exp(-0.5 * z ** 2) / (smearing * math.sqrt(2.0 * math.pi))
            return width * {jnp.einsum('ij,ijb->b', weights, kernel) ~
                jnp.sum(weights[..., None] * kernel, axis=(0, 1)) ~ jnp.tensordot(weights, kernel, axes=2)} ~
        if smooth:
            z = (dr[..., None] - centers) / width
            kernel = jnp.exp(-0.5 * z ** 2) / math.sqrt(2.0 * math.pi)
            return jnp.sum(weights[..., None] * kernel, axis=(0, 1)) ~}
        {index = jnp.floor(dr / width).astype(jnp.int32) ~ index = (dr / width).astype(jnp.int32)}
        {?0.4 # {what is beyond the cutoff is dropped}}
        {return jnp.zeros(bins).at[index].add(weights, mode='drop') ~
        counts = jnp.zeros(bins, weights.dtype)
        return counts.at[index.reshape(-1)].add(weights.reshape(-1), mode='drop') ~
        flat = jnp.minimum(index, bins).reshape(-1)
        return jnp.bincount(flat, weights.reshape(-1), length=bins + 1)[:-1]}

    {others = (jnp.arange(n)[:, None] != jnp.arange(n)).astype(R.dtype) ~ others = off_diagonal(n).astype(R.dtype)}
"""
_ALL_PAIRS = """
    {density = n / volume
    return count(others) / (n * density * shell) ~
    g = count(others) * volume / (n ** 2 * shell)
    {~ if return_centers:
        return centers, g}
    return g ~
    {?0.5 # {pairs in each shell, of one particle on average}}
    pairs = count(others) / n
    if normalize:
        pairs = pairs * volume / (n * shell)
    return pairs}
"""
_BY_SPECIES = """
    curves = {<<>> ~ []}
    for a in range(num_species):
        {for b in range(a, num_species):
            ONE ~
        for b in range(num_species):
            {if b < a:
                {?0.4 # {pairs of species have no order}}
                continue
            ONE ~ if b >= a:
                ONE}}
    return CURVES
"""


_ONE_CURVE = """
    in_a, in_b = (species == a).astype(R.dtype), (species == b).astype(R.dtype)
    weights = others * in_a[:, None] * in_b
    {?0.4 # {never nothing to divide by}}
    {expected = jnp.maximum(jnp.sum(in_a) * jnp.sum(in_b), 1.0) / volume ~
    expected = jnp.maximum(jnp.sum(weights), 1.0) / volume}
"""


def write_distribution(p: Program) -> Text:
    """Draw the number of pairs at each distance, relative to an ideal gas."""
    n, bins = p.size(24, 32), p.choices.choice((16, 20, 24, 32))
    kinds = p.choices.choice((2, 3))
    split, both = p.choices.chance(0.45), False
    dim = p.choices.choice((2, 3))
    periodic = p.choices.chance(0.7)
    first = _HISTOGRAM.replace("COUNT", _COUNTED.strip())
    volume = "volume = side ** d" if periodic else ""
    if not periodic:
        volume = """
            {if side is None:
                {?0.5 # {no box: the space that the particles take up}}
                volume = jnp.prod(jnp.max(R, axis=0) - jnp.min(R, axis=0))
            else:
                volume = side ** d ~
            extent = jnp.max(R, axis=0) - jnp.min(R, axis=0)
            volume = {jnp.prod(extent) if side is None else side ** d ~
                side ** d if side is not None else jnp.prod(extent)}}
        """
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
    lines = settled(lines)
    cutoff = p.pick("2.0", "1.5", "1.8")
    return Text(
        lines=lines,
        given={
            "R": Array(Leaf((n, dim), *WITHIN), f"positions of shape (n, {dim})", ("R", "positions", "pos")),
            "side": Option("float", "side of the periodic box", (f"{SIDE}",), ("box_size", "side"))
            if periodic
            else Option("float | None", "side of the periodic box", ("None",), ("box_size", "side")),
            "species": Array(Leaf((n,), 0, kinds - 1, "int32"), "species of each particle", ("species", "species_idx")),
            "num_species": Option("int", "how many species there are", (str(kinds),), ("num_species",)),
            "cutoff": Option("float", "largest distance", (cutoff,), ("cutoff", "r_max")),
            "bins": Option("int", "number of bins", (str(bins),), ("num_bins", "bins")),
            "smearing": Option("float | None", "width of a smooth histogram", ("None", "0.1", "0.05"),
                               ("smearing", "bandwidth")),
            "smooth": Option("bool", "whether pairs are smeared out", ("False", "True"), ("smooth",)),
            "return_centers": Option("bool", "whether to give the middle of each bin", ("False",), ("return_centers",),
                                     str(both)),
            "normalize": Option("bool", "whether an ideal gas has one everywhere", ("True", "False"), ("normalize",)),
        },
        result=results,
        titles=("partial_rdf", "pair_correlation_by_species", "partial_distributions")
        if split
        else ("radial_distribution", "pair_correlation", "compute_rdf"),
        summary="Pair correlation of each pair of species" if split else "Radial distribution of particles",
        returned="one curve for each pair of species" if split else "one number for each bin",
        helpers=(DISTANCES,),
    )  # fmt: skip


_SUZUKI = """
    {?0.4 # {weights of Suzuki and Yoshida}}
    if order == 1:
        weights = [1.0]
    elif order == 3:
        {w = 1.0 / (2.0 - 2.0 ** (1.0 / 3.0))
        weights = [w, 1.0 - 2.0 * w, w] ~ weights = [1.3512071919596578, -1.7024143839193153, 1.3512071919596578]}
    else:
        raise ValueError(f'expected an order of 1 or 3, got <<order>>')
"""
_ONE_CHAIN = """
    {?0.4 # {from the end of the chain to the particles}}
    p_xi = p_xi.at[-1].add(0.25 * dt_k * push(length - 1, p_xi, kinetic))
    for k in reversed(range(length - 1)):
        drag = jnp.exp(-0.125 * dt_k * p_xi[k + 1] / masses[k + 1])
        p_xi = p_xi.at[k].set(drag * (drag * p_xi[k] + 0.25 * dt_k * push(k, p_xi, kinetic)))
    {?0.4 # {all velocities are scaled alike}}
    factor = jnp.exp(-0.5 * dt_k * p_xi[0] / masses[0])
    scale = scale * factor
    kinetic = factor ** 2 * kinetic
    xi = xi + 0.5 * dt_k * p_xi / masses
    {?0.4 # {and back again}}
    for k in range(length - 1):
        drag = jnp.exp(-0.125 * dt_k * p_xi[k + 1] / masses[k + 1])
        p_xi = p_xi.at[k].set(drag * (drag * p_xi[k] + 0.25 * dt_k * push(k, p_xi, kinetic)))
    p_xi = p_xi.at[-1].add(0.25 * dt_k * push(length - 1, p_xi, kinetic))
"""
_CHAIN = """
    xi, p_xi, masses = chain
    {?0.4 if xi.shape != masses.shape:
        raise ValueError(f'expected one mass for each thermostat, got <<masses.shape>>')}
    length = len(masses)
    {dof = V.size ~ dof = V.size - V.shape[1]}
    {kinetic = jnp.sum(mass[:, None] * V ** 2) ~ kinetic = jnp.sum(mass @ V ** 2)}

    def push(k, p_xi, kinetic):
        {?0.5 \"\"\"{What drives one thermostat of the chain ~ Force on a thermostat}.\"\"\"}
        {if k == 0:
            return kinetic - dof * kT
        return p_xi[k - 1] ** 2 / masses[k - 1] - kT ~
        return kinetic - dof * kT if k == 0 else p_xi[k - 1] ** 2 / masses[k - 1] - kT}

    scale = {1.0 ~ jnp.ones((), V.dtype)}
    LOOP
    {return V * scale, (xi, p_xi, masses) ~
    V = V * scale
    return V, (xi, p_xi, masses)}
"""
_NESTED = """
    for _ in range(substeps):
        for w in weights:
            dt_k = {w * dt / substeps ~ dt * w / substeps}
            ONE
"""
_WEIGHTED = """
    for weight in (0.5, 0.5):
        dt_k = {weight * dt ~ dt * weight}
        ONE
"""


def write_thermostat(p: Program) -> Text:
    """Draw half a step of a chain of thermostats."""
    n, length = p.size(64, 128), p.choices.choice((2, 3, 4))
    loop = p.pick(join(_SUZUKI, _NESTED), "dt_k = dt / substeps\nfor _ in range(substeps):\n    ONE", _WEIGHTED)
    lines = placed(p.choose(_CHAIN), "LOOP", p.choose(loop))
    lines = placed(lines, "ONE", p.choose(_ONE_CHAIN))
    chain: Tree = (Leaf((length,), -1, 1), Leaf((length,), -1, 1), Leaf((length,), 5, 20))
    return Text(
        lines=settled(lines),
        given={
            "V": Array(Leaf((n, 3), -1, 1), "velocities of shape (n, 3)", ("V", "velocities", "velocity")),
            "mass": Array(positive(n, high=2), "mass of each particle", ("mass", "masses_of_particles")),
            "chain": Array(chain, "positions, momenta and masses of the chain", ("chain", "thermostat")),
            "kT": Constant("1.0", "temperature", ("kT", "temperature"), (0.5, 1.5)),
            "dt": Option("float", "time step", ("0.005", "0.002", "0.01"), ("dt", "time_step")),
            "order": Option("int", "order of the splitting", ("3", "1"), ("sy_order", "order")),
            "substeps": Option("int", "steps of the chain in one", ("1", "2"), ("chain_steps", "num_substeps")),
        },
        result=(Leaf((n, 3)), chain),
        titles=("nose_hoover_half_step", "update_chain", "half_step_chain", "thermostat_step"),
        summary=p.pick("Half a step of a Nose-Hoover chain", "Couples velocities to a chain of thermostats"),
        returned="the velocities and the chain",
    )  # fmt: skip


_TRAJECTORY = """
    {?0.3 if traj.ndim != 3:
        raise ValueError(f'expected positions of shape (frames, n, dim), got <<traj.shape>>')}
    frames, n, d = traj.shape
    {?0.6 if unwrap_side is not None:
        {?0.4 # {jumps across the box are undone}}
        jumps = jnp.diff(traj, axis=0)
        jumps = jumps - unwrap_side * jnp.round(jumps / unwrap_side)
        traj = jnp.concatenate([traj[:1], traj[:1] + jnp.cumsum(jumps, axis=0)])}
    {?0.6 {if remove_drift:
        {?0.5 # {a box that moves as a whole does not diffuse}}
        traj = traj - jnp.mean(traj, axis=1, keepdims=True) ~
    if remove_com:
        {?0.5 # {a box that moves as a whole does not diffuse}}
        if masses is None:
            center = jnp.mean(traj, axis=1, keepdims=True)
        else:
            center = (masses @ traj)[:, None, :] / jnp.sum(masses)
        traj = traj - center}}
"""
_LAGGED = {
    "msd": """
        curve = []
        for lag in lags:
            {?0.5 if lag >= frames:
                raise ValueError(f'a lag of <<lag>> does not fit <<frames>> frames')}
            {if lag == 0:
                curve.append({jnp.zeros(n, traj.dtype) ~ jnp.zeros(traj.shape[1])})
                continue ~}
            moved = traj[lag:] - {traj[:frames - lag] ~ traj[:traj.shape[0] - lag]}
            curve.append({jnp.mean(jnp.sum(moved ** 2, axis=-1), axis=0) ~
                jnp.sum(moved ** 2, axis=-1).mean(axis=0)})
        msd = jnp.stack(curve)
    """,
    "first": """
        {moved = traj - traj[0] ~ moved = traj - traj[:1]}
        msd = jnp.sum(moved ** 2, axis=-1)
    """,
    "blocks": """
        {?0.4 # {each block begins anew}}
        usable = frames - frames % block
        {blocks = traj[:usable].reshape(-1, block, n, d) ~
        blocks = traj[:usable].reshape(usable // block, block, *traj.shape[1:])}
        moved = blocks - blocks[:, :1]
        msd = jnp.mean(jnp.sum(moved ** 2, axis=-1), axis=0)
    """,
}
_MSD_ENDS = """
    {?0.5 if species is not None:
        {{?0.4 # {one column for each species}}
        members = jax.nn.one_hot(species, num_species, dtype=msd.dtype)
        return msd @ members / jnp.maximum(jnp.sum(members, axis=0), 1.0) ~
        columns = []
        for kind in range(num_species):
            members = (species == kind).astype(msd.dtype)
            columns.append(msd @ members / jnp.maximum(jnp.sum(members), 1.0))
        return jnp.stack(columns, axis=-1)}}
    {if per_particle:
        return msd
    return jnp.mean(msd, axis=-1) ~ return msd if per_particle else jnp.mean(msd, axis=-1) ~
    return jnp.mean(msd, axis=1)}
"""


def write_displacements(p: Program) -> Text:
    """Draw the displacements of particles over time, from a trajectory."""
    frames, n, kinds = p.choices.choice((24, 32, 40)), p.size(16, 32), p.size(2, 3)
    form = p.pick("msd", "msd", "first", "blocks")
    lines = p.choose(join(_TRAJECTORY, _LAGGED[form], _MSD_ENDS))
    lags = p.pick("(1, 2, 4, 8)", "(1, 2, 5, 10)", "(0, 1, 2, 4)" if "lag == 0" in lines else "(1, 4, 16)")
    block = p.choices.choice((4, 8, 10))
    rows = {"msd": lags.count(",") + 1, "first": frames, "blocks": block}[form]
    split = "species is not None" in lines and p.choices.chance(0.5)
    alone = "per_particle" in lines and p.choices.chance(0.5)
    lines = settled(lines)
    result = Leaf((rows, kinds)) if split else Leaf((rows, n)) if alone else Leaf((rows,))
    return Text(
        lines=lines,
        given={
            "traj": Array(Leaf((frames, n, 3), -2, 2), "positions of shape (frames, n, 3)",
                          ("trajectory", "traj", "positions")),
            "masses": Array(positive(n, high=2), "mass of each particle", ("masses", "mass"), left_out=0.5),
            "species": Array(Leaf((n,), 0, kinds - 1, "int32"), "species of each particle", ("species", "species_idx"),
                             float(not split)),
            "num_species": Option("int", "how many species there are", ("1",), ("num_species",),
                                  str(kinds) if split else "1"),
            "per_particle": Option("bool", "whether particles are kept apart", ("False",), ("per_particle",),
                                   str(alone)),
            "lags": Option("tuple[int, ...]", "frames between two positions", (lags,), ("lags", "lag_times")),
            "block": Option("int", "frames of a block", (str(block),), ("block_size", "window")),
            "remove_drift": Option("bool", "whether the motion of the whole is taken off", ("True", "False"),
                                   ("remove_drift", "remove_com")),
            "remove_com": Option("bool", "whether the motion of the whole is taken off", ("True",), ("remove_com",)),
            "unwrap_side": Option("float | None", "side of the periodic box", ("None", "4.5"), ("box_size", "side")),
        },
        result=(result,),
        titles=("mean_squared_displacement", "compute_msd", "msd_curve"),
        summary=p.pick("Mean squared displacement of particles", "How far particles get, from a trajectory"),
        returned="squared displacements by time",
    )  # fmt: skip


_SHAPES = """
    {?0.3 if R.shape[-1] != 3:
        raise ValueError(f'expected positions in three dimensions, got <<R.shape>>')}
    {if masses is None:
        masses = {jnp.ones(R.shape[0], R.dtype) ~ jnp.ones_like(R[:, 0])}
    {?0.6 elif masses.shape != R.shape[:1]:
        raise ValueError(f'expected a mass for each particle, got <<masses.shape>>')} ~
    masses = {jnp.ones(R.shape[:1], R.dtype) ~ jnp.ones_like(R[:, 0])} \
            if masses is None else jnp.asarray(masses, R.dtype)}
    total_mass = jnp.sum(masses)
    {center = masses @ R / total_mass ~ center = jnp.sum(masses[:, None] * R, axis=0) / total_mass}
    arm = R - center
"""
_SHAPE_ENDS = {
    "gyration": """
        squares = jnp.sum(arm ** 2, axis=-1)
        {rg2 = masses @ squares / total_mass ~ rg2 = jnp.sum(masses * squares) / total_mass}
        {if squared:
            return rg2
        return jnp.sqrt(rg2) ~ return rg2 if squared else jnp.sqrt(rg2) ~
        if not return_center:
            return jnp.sqrt(rg2)
        return jnp.sqrt(rg2), center}
    """,
    "tensor": """
        tensor = {jnp.einsum('n,ni,nj->ij', masses, arm, arm) ~ (masses[:, None] * arm).T @ arm}
        {if kind == 'inertia':
            {?0.5 # {how hard it is to turn about each axis}}
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
    "groups": """
        {?0.4 # {one molecule after the other}}
        radii = []
        for first, last in zip(starts[:-1], starts[1:]):
            part, weight = R[first:last], masses[first:last]
            middle = weight @ part / jnp.sum(weight)
            rg2 = weight @ jnp.sum((part - middle) ** 2, axis=-1) / jnp.sum(weight)
            radii.append({jnp.sqrt(rg2) ~ rg2 if squared else jnp.sqrt(rg2)})
        return jnp.stack(radii)
    """,
    "indexed": """
        {total = jnp.zeros(num_molecules, R.dtype).at[molecule].add(masses) ~
        total = jnp.bincount(molecule, weights=masses, length=num_molecules)}
        {?0.5 # {a molecule without particles has no size}}
        total = jnp.maximum(total, 1e-6)
        {sums = jax.ops.segment_sum(masses[:, None] * R, molecule, num_segments=num_molecules)
        centers = sums / total[:, None] ~
        centers = jnp.zeros((num_molecules, R.shape[1]), R.dtype).at[molecule].add(masses[:, None] * R)
        centers = centers / total[:, None]}
        {squares = jnp.sum((R - centers[molecule]) ** 2, axis=-1) ~
        relative = R - jnp.take(centers, molecule, axis=0)
        squares = jnp.sum(relative ** 2, axis=-1)}
        rg2 = {jnp.zeros_like(total).at[molecule].add(masses * squares) / total ~
            jnp.bincount(molecule, weights=masses * squares, length=num_molecules) / total}
        {return jnp.sqrt(rg2) ~ return rg2 if squared else jnp.sqrt(rg2) ~
        if not return_centers:
            return jnp.sqrt(rg2)
        return jnp.sqrt(rg2), centers}
    """,
}


def write_shape(p: Program) -> Text:
    """Draw the size and the shape of a molecule."""
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
        lines=settled(lines),
        given={
            "R": Array(Leaf((n, 3), -2, 2), "positions of shape (n, 3)", ("R", "positions", "coords")),
            "masses": Array(positive(n, high=2), "mass of each particle", ("masses", "mass"), left_out=0.4),
            "squared": Option("bool", "whether to leave out the root", ("False", "True"), ("squared",)),
            "return_center": Option("bool", "whether the centre is wanted too", ("False",), ("return_center",),
                                    str(both)),
            "kind": Option("str", "inertia or gyration", ("'gyration'", "'inertia'"), ("kind", "which")),
            "starts": Option("tuple[int, ...]", "where each molecule begins, and the end of the last",
                             (str(tuple(starts)),), ("offsets", "boundaries"), needed=True),
            "molecule": Array(Leaf((n,), 0, several - 1, "int32"), "the molecule of each particle",
                              ("molecule_ids", "molecule", "mol_idx")),
            "num_molecules": Option("int", "how many molecules there are", (str(several),), ("num_molecules",),
                                    needed=True),
            "return_centers": Option("bool", "whether centres are wanted too", ("False",), ("return_centers",),
                                     str(located)),
        },
        result=result,
        titles={"gyration": ("radius_of_gyration", "gyration_radius"), "tensor": ("gyration_tensor", "shape_tensor"),
                }.get(form, ("radii_of_gyration", "gyration_by_molecule")),
        summary={"gyration": "Radius of gyration of a molecule", "tensor": "Gyration or inertia tensor of a molecule",
                 }.get(form, "Radius of gyration of each of several molecules"),
        returned={"gyration": "a length", "tensor": "a symmetric matrix"}.get(form, "one length for each molecule"),
    )  # fmt: skip


_TERMS = """
    {?0.4 if not topology:
        raise ValueError('expected at least one kind of interaction')}
    {energies = <<>> ~ energies = dict()}
    {for name, idx in topology.items(): ~ for name in topology:
        idx = topology[name] ~ for name, idx in sorted(topology.items()):}
        {?0.5 if name in exclude:
            continue}
        k, rest = params[name]
        if name == 'bonds':
            {i, j = idx.T
            value = jnp.sqrt(jnp.sum((R[i] - R[j]) ** 2, axis=-1) + 1e-8) ~
            dR = R[idx[:, 0]] - R[idx[:, 1]]
            value = jnp.sqrt(jnp.sum(dR ** 2, axis=-1) + 1e-8)}
        elif name == 'angles':
            {i, j, l = idx.T
            u, v = R[i] - R[j], R[l] - R[j] ~
            u = R[idx[:, 0]] - R[idx[:, 1]]
            v = R[idx[:, 2]] - R[idx[:, 1]]}
            {?0.4 # {stable for straight angles}}
            sine = jnp.sqrt(jnp.sum(jnp.cross(u, v) ** 2, axis=-1) + 1e-8)
            value = jnp.arctan2(sine, jnp.sum(u * v, axis=-1))
        {elif name == 'planes':
            {?0.4 # {the volume that four atoms span, which is none in a plane}}
            a, b, c = R[idx[:, 1]] - R[idx[:, 0]], R[idx[:, 2]] - R[idx[:, 0]], R[idx[:, 3]] - R[idx[:, 0]]
            value = jnp.sum(a * jnp.cross(b, c), axis=-1) / 6.0
        else:
            raise ValueError(f'unknown interaction <<name>>') ~
        else:
            raise ValueError(f'expected bonds or angles, got <<name>>')}
        {energies[name] = 0.5 * jnp.sum(k * (value - rest) ** 2) ~
        deviation = value - rest
        energies[name] = 0.5 * jnp.sum(k * deviation ** 2)}
"""
_TERM_ENDS = """
    {return sum(energies.values()) ~
    {energy_sum = sum(energies.values()) ~ energy_sum = jnp.zeros((), R.dtype)
    for energy in energies.values():
        energy_sum += energy}
    return <<'total': energy_sum, **energies>> ~
    energy_sum = sum(energies.values())
    return energy_sum, energies ~
    return sum(scales.get(name, 1.0) * energy for name, energy in energies.items()) ~
    if not with_terms:
        return sum(energies.values())
    return sum(energies.values()), energies}
"""


def write_terms(p: Program) -> Text:
    """Draw the energy of a molecule whose interactions are listed by kind."""
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
        lines=settled(lines),
        given={
            "R": Array(Leaf((n, 3), -2, 2), "positions of shape (n, 3)", ("R", "positions", "coords")),
            "topology": Array(topology, "indices of the atoms of each interaction, by kind", ("topology", "terms")),
            "params": Array(params, "strengths and values at rest, by kind", ("params", "force_field")),
            "scales": Array({each: Leaf((), 0.5, 2) for each in topology}, "weight of each kind",
                            ("scales", "weights")),
            "exclude": Option("tuple[str, ...]", "kinds that are left out", ("()",), ("exclude", "skip"), excluded),
            "with_terms": Option("bool", "whether each kind is wanted too", ("False",),
                                 ("with_terms", "return_terms"), str(both)),
        },
        result=result,
        titles=("bonded_terms", "total_energy", "force_field_energy", "energy_terms"),
        summary=p.pick("Energy of a molecule, kind by kind", "Sums the bonded interactions of a molecule"),
        returned="energies",
    )  # fmt: skip


_FILL = """
    {?0.35 if per_side < 3:
        raise ValueError(f'expected at least 3 cells along each side, got <<per_side>>')}
    n, d = R.shape
    {num_cells = per_side ** d ~ cells = (per_side,) * d
    num_cells = math.prod(cells)}
    {cell = jnp.floor(R / side * per_side).astype(jnp.int32) ~ cell = (R * (per_side / side)).astype(jnp.int32)}
    cell = jnp.clip(cell, 0, per_side - 1)
    {index = jnp.zeros(n, jnp.int32)
    for axis in range(d):
        index = index * per_side + cell[:, axis] ~
    {?0.4 # {rows of the grid, one axis after the other}}
    strides = per_side ** jnp.arange(d - 1, -1, -1)
    index = cell @ strides ~
    index = cell[:, 0]
    for axis in range(1, d):
        index = index * per_side + cell[:, axis]}
    {?0.4 # {particles of one cell stand together}}
    order = jnp.argsort(index, stable=True)
    index = index[order]
    counts = {jnp.bincount(index, length=num_cells) ~ jnp.zeros(num_cells, jnp.int32).at[index].add(1)}
    first = jnp.cumsum(counts) - counts
    slot = jnp.arange(n) - first[index]
    {?0.4 # {what does not fit is written behind the end, and dropped}}
    place = jnp.where(slot < capacity, index * capacity + slot, num_cells * capacity)

    def scatter(x, fill):
        {buffer = jnp.full((num_cells * capacity, *x.shape[1:]), fill, x.dtype)
        buffer = buffer.at[place].set(x[order], mode='drop') ~
        buffer = jnp.full((num_cells * capacity + 1,) + x.shape[1:], fill, x.dtype)
        buffer = buffer.at[place].set(x[order])[:-1]}
        return buffer.reshape({(per_side,) * d + (capacity,) + x.shape[1:] ~ num_cells, capacity, *x.shape[1:]})
"""
_FILL_ENDS = """
    {return scatter(R, 0.0), scatter(jnp.arange(n), n) ~
    {buffers = <<'R': scatter(R, 0.0), 'id': scatter(jnp.arange(n), n)>>
    if attributes is not None:
        for name, value in attributes.items():
            {?0.6 if value.shape[0] != n:
                raise ValueError(f'expected <<n>> rows of <<name>>, got <<value.shape>>')}
            buffers[name] = scatter(value, 0.0) ~
    buffers = <<'R': scatter(R, 0.0), 'id': scatter(jnp.arange(n), n)>>
    for name in attributes or ():
        buffers[name] = scatter(attributes[name], 0.0)}
    {return buffers ~ return buffers, jnp.max(counts) > capacity} ~
    ids = scatter(jnp.arange(n), n)
    {?0.5 # {the caller allocates again if a cell is too small}}
    return ids, jnp.any(counts > capacity)}
"""


def write_cell_buffers(p: Program) -> Text:
    """Draw the particles in each cell of a grid, with a limited number in each cell."""
    n, side_cells, capacity = p.size(32, 48, 64), p.choices.choice((3, 4)), p.choices.choice((8, 12, 16))
    dim = p.choices.choice((2, 3))
    lines = p.choose(_FILL + _FILL_ENDS)
    flat = "num_cells, capacity, *" in lines
    head = (side_cells**dim, capacity) if flat else (*(side_cells,) * dim, capacity)
    some = {"mass": positive(n), "velocity": Leaf((n, dim), -1, 1)}
    if p.choices.chance(0.5):
        some = {"charge": Leaf((n,), -1, 1)}
    given: dict[str, Array | Constant | Option] = {
        "R": Array(Leaf((n, dim), *WITHIN), f"positions of shape (n, {dim})", ("R", "positions", "pos")),
        "side": Option("float", "side of the box", (f"{SIDE}",), ("box_size", "side")),
        "per_side": Option(
            "int", "cells along each side", (str(side_cells),), ("cells_per_side", "grid_size"), needed=True
        ),
        "capacity": Option("int", "most particles of a cell", (str(capacity),), ("capacity", "cell_capacity")),
        "attributes": Array(some, "what else particles have, by name", ("attributes", "extra", "features")),
    }
    place, ids = Leaf((*head, dim)), Leaf(head, dtype="int32")
    kept = {name: Leaf((*head, *leaf.shape[1:])) for name, leaf in some.items()}
    last = lines.split("\n")[-1].strip()
    if last.startswith("return buffers"):
        made: Tree = {"R": place, "id": ids, **kept}
        result: tuple[Tree, ...] = (made, Leaf((), dtype="bool")) if "," in last else (made,)
    elif last.startswith("return ids"):
        result = (ids, Leaf((), dtype="bool"))
    else:
        result = (place, ids)
    return Text(
        lines=settled(lines),
        given=given,
        result=result,
        titles=("fill_cells", "build_cell_list", "cell_list", "scatter_to_cells"),
        summary=p.pick("Sorts particles into the cells of a grid", "Cell list with room for some particles in each"),
        returned="buffers of one length for each cell",
    )


_SPARSE = """
    {?0.35 if idx.ndim != 2:
        raise ValueError(f'expected a row of neighbours for each particle, got <<idx.shape>>')}
    n, width = idx.shape
    {receivers = jnp.broadcast_to(jnp.arange(n)[:, None], idx.shape).reshape(-1) ~
    receivers = jnp.repeat(jnp.arange(n), width)}
    senders = idx.reshape(-1)
    {if layout == 'ordered':
        {?0.5 # {each pair once}}
        mask = (senders < n) & (receivers < senders)
    elif layout == 'sparse':
        mask = (senders < n) & (receivers != senders)
    else:
        raise ValueError(f'unknown layout <<layout>>') ~
    mask = (senders < n) & (receivers != senders)
    if ordered:
        {?0.5 # {each pair once}}
        mask = mask & (receivers < senders) ~
    {?0.4 # {n marks places that are free}}
    mask = senders < n
    if not include_self:
        mask = mask & (senders != receivers)}
    {?0.4 if R is not None:
        {?0.4 # {lists hold particles a little beyond the cutoff}}
        dR = R[receivers] - R.at[senders].get(mode='clip')
        {?0.6 if side is not None:
            dR = dR - side * jnp.round(dR / side)}
        mask = mask & (jnp.sum(dR ** 2, axis=-1) < cutoff ** 2)}
    senders = jnp.where(mask, senders, n)
    receivers = jnp.where(mask, receivers, n)
"""
_SPARSE_ENDS = """
    {return {jnp.stack([receivers, senders]) ~ receivers, senders} ~
    if capacity is not None:
        {?0.4 # {pairs that count come first}}
        order = jnp.argsort(jnp.logical_not(mask), stable=True)[:capacity]
        senders, receivers = senders[order], receivers[order]
    return {jnp.stack([receivers, senders]) ~ senders, receivers} ~
    {?0.4 # {how many pairs there are}}
    return {receivers, senders, jnp.sum(mask) ~
        <<'senders': senders, 'receivers': receivers, 'n_edge': jnp.sum(mask)>>}}
"""


def write_pairs_of_lists(p: Program) -> Text:
    """Draw neighbour pairs as senders and receivers."""
    n, width = p.size(16, 24, 32), p.choices.choice((6, 8, 12))
    lines = p.choose(_SPARSE + _SPARSE_ENDS)
    capacity = p.pick("None", str(n * width // 2), str(n * width // 4)) if "capacity is not" in lines else "None"
    size = n * width if capacity == "None" else int(capacity)
    one = Leaf((size,), dtype="int32")
    last = lines.split("\n")[-1]
    if "'senders'" in last:
        result: tuple[Tree, ...] = ({"senders": one, "receivers": one, "n_edge": Leaf((), dtype="int32")},)
    elif "stack" in last:
        result = (Leaf((2, size), dtype="int32"),)
    else:
        result = (one, one, *([Leaf((), dtype="int32")] if "sum" in last else []))
    return Text(
        lines=settled(lines),
        given={
            "idx": Array(Leaf((n, width), 0, n, "int32"), "neighbours of each, n where there is none",
                         ("idx", "neighbor_idx", "neighbors")),
            "R": Array(box(n), "positions of shape (n, 3)", ("R", "positions", "pos")),
            "side": side_of_box(p),
            "cutoff": Option("float", "distance up to which pairs count", ("1.5", "1.8", "1.2"), ("cutoff", "r_cut")),
            "capacity": Option("int | None", "most pairs", ("None",), ("capacity", "max_edges"), capacity),
            "layout": Option("str", "sparse or ordered", ("'sparse'", "'ordered'"), ("layout", "list_format")),
            "ordered": Option("bool", "whether each pair is listed once", ("False", "True"), ("ordered", "half")),
            "include_self": Option("bool", "whether particles may be their own neighbours", ("False", "True"),
                                   ("include_self", "self_edges")),
        },
        result=result,
        titles=("to_edges", "dense_to_sparse", "neighbor_pairs", "to_jraph"),
        summary=p.pick("Pairs of neighbours as senders and receivers", "Turns lists of neighbours into pairs"),
        returned="indices of both particles of each pair",
    )  # fmt: skip
