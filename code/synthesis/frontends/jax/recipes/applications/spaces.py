"""Periodic space of particles: the shortest ways between them, and who is near whom."""

from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf
from synthesis.frontends.jax.recipes.applications.written import Text
from synthesis.grammar.lines import join

SIDE = 4.0
"""Of the box that positions are in."""

DISPLACEMENT = '''
    def displacement(Ra: Array, Rb: Array, side: float = 4.0) -> Array:
        {?0.5 """{The shortest way from one point to another in a periodic box ~ Minimum image convention}."""}
        {dR = Ra - Rb
        return jnp.mod(dR + 0.5 * side, side) - 0.5 * side ~
        dR = Ra - Rb
        return dR - side * jnp.round(dR / side) ~
        half = 0.5 * side
        dR = Ra - Rb
        dR = jnp.where(dR > half, dR - side, dR)
        return jnp.where(dR < -half, dR + side, dR)}
'''
SQUARE = '''
    def square_distance(dR: Array) -> Array:
        {?0.4 """Sum of squares over the last axis."""}
        return {jnp.sum(dR ** 2, axis=-1) ~ jnp.einsum('...i,...i->...', dR, dR)}
'''


def box(n: int) -> Leaf:
    """Positions of so many particles."""
    return Leaf((n, 3), 0.0, SIDE)


def write_space(p: Program) -> Text:
    """Displacements, distances, or positions that were moved, in a box that repeats."""
    n = p.size(64, 128, 256)
    form = p.pick("displacement", "distance", "shift")
    ends = {
        "displacement": ("return dR", Leaf((n, 3))),
        "distance": ("""
            {dr2 = jnp.sum(dR ** 2, axis=-1) ~ dr2 = square_distance(dR)}
            {?0.5 # {a root has no gradient at zero ~ nothing where two points are one}
            {safe = jnp.where(dr2 > 0, dr2, 1.0)
            return jnp.where(dr2 > 0, jnp.sqrt(safe), 0.0) ~ return jnp.sqrt(dr2 + 1e-8)} ~
            {?0.5 if squared:
                return dr2}
            return jnp.sqrt({dr2 + eps ~ dr2 + 1e-8})}
            """, Leaf((n,))),
    }  # fmt: skip
    if form == "shift":
        lines = """
            {?0.3 if R.shape != dR.shape:
                raise ValueError(f'<<dR.shape>> does not move <<R.shape>>')}
            {{?0.5 moved = R + dR ~ moved = R + {dt * dR ~ dR * dt}}
            {if not periodic:
                return moved
            return {moved % side ~ jnp.mod(moved, side)} ~
            if periodic:
                {moved = jnp.mod(moved, side) ~ moved = moved - side * jnp.floor(moved / side)}
            return moved ~
            return jnp.mod(moved, side) if periodic else moved} ~
            out = R + dR
            {?0.5 {# {twice, for what leaves by more than one side}
            for _ in range(2):
                out = jnp.where(out < 0.0, out + side, out)
                out = jnp.where(out >= side, out - side, out)
            return out} ~
            {below, above = out < 0, out >= side
            return jnp.where(below, out + side, jnp.where(above, out - side, out)) ~
            out = out.at[:, :].set(jnp.mod(out, side))
            return out}}}
        """
        result = Leaf((n, 3))
    else:
        end, result = ends[form]
        lines = join(
            """
            {?0.3 if Ra.shape != Rb.shape:
                raise ValueError(f'got positions of shapes <<Ra.shape>> and <<Rb.shape>>')}
            {?0.3 if Ra.ndim != 2:
                raise ValueError({'positions have two axes' ~ f'expected (n, dim), got <<Ra.shape>>'})}
            {dR = Ra - Rb
            {if periodic:
                {?0.5 # {the nearest of all images ~ the shorter way around the box}}
                {dR = jnp.mod(dR + 0.5 * side, side) - 0.5 * side ~ dR = dR - side * jnp.round(dR / side) ~
                half = 0.5 * side
                dR = jnp.where(dR > half, dR - side, dR)
                dR = jnp.where(dR < -half, dR + side, dR)} ~
            dR = dR - side * jnp.round(dR / side) if periodic else dR} ~
            dR = displacement(Ra, Rb) ~ dR = jax.vmap(displacement)(Ra, Rb) ~
            dR = jax.vmap(displacement, in_axes=(0, 0))(Ra, Rb)}
            """,
            end,
        )
    return Text(
        lines=lines,
        given={
            "Ra": Array(box(n), "positions of shape (n, 3)", ("Ra", "pos_a", "r1")),
            "Rb": Array(box(n), "positions of the others", ("Rb", "pos_b", "r2")),
            "R": Array(box(n), "positions of shape (n, 3)", ("R", "position", "pos")),
            "dR": Array(Leaf((n, 3), -2, 2), "how far each is moved", ("dR", "delta", "shift")),
            "dt": Constant("0.01", "time step", ("dt",), (0.1, 0.5)),
            "side": Option("float", "side of the box", ("4.0", "3.0"), ("side", "box_size", "box")),
            "periodic": Option("bool", "whether the box repeats", ("True",), ("periodic", "wrapped")),
            "squared": Option("bool", "whether squares are enough", ("False", "True"), ("squared",)),
            "eps": Constant("1e-8", "what keeps the root away from zero", ("eps",)),
        },
        result=(result,),
        titles={
            "displacement": ("displacement", "periodic_displacement", "minimum_image"),
            "distance": ("distance", "metric", "periodic_distance"),
            "shift": ("shift", "periodic_shift", "move"),
        }[form],
        summary={
            "displacement": "The shortest vectors between points of a periodic box",
            "distance": "Distances of points in a periodic box",
            "shift": "Moves points and puts them back into the box",
        }[form],
        returned={"distance": "one number for each pair"}.get(form, "vectors of shape (n, 3)"),
        helpers=(DISPLACEMENT, SQUARE),
    )


def write_neighbours(p: Program) -> Text:
    """Who is near whom: counts, cells, or lists of a fixed length."""
    n, near = p.size(16, 24), p.size(8, 12)
    form = p.pick("list", "count", "cells")
    first = """
        {?0.3 if R.ndim != 2:
            raise ValueError(f'expected positions of shape (n, dim), got <<R.shape>>')}
        N = R.shape[0]
        {dR = displacement(R[:, None, :], R[None, :, :]) ~
        dR = jax.vmap(jax.vmap(displacement, (None, 0)), (0, None))(R, R)}
        {dr2 = square_distance(dR) ~ dr2 = jnp.sum(dR ** 2, axis=-1)}
        {close = {(dr2 < cutoff ** 2) & (jnp.eye(N) == 0) ~ jnp.logical_and(dr2 < cutoff ** 2, jnp.eye(N) < 1)} ~
        close = dr2 < cutoff ** 2
        {?0.4 # {nobody is a neighbour of its own}}
        close = {close & (jnp.arange(N)[:, None] != jnp.arange(N)) ~ close.at[jnp.arange(N), jnp.arange(N)].set(False)}}
    """
    rest = {
        "count": """
            {?0.5 {if half:
                # {each pair once}
                close = {jnp.triu(close) ~ close & (jnp.arange(N)[:, None] < jnp.arange(N))} ~
            close = jnp.triu(close) if half else close}}
            {return jnp.sum(close, axis=1, dtype=jnp.int32) ~ count = close.astype(jnp.int32).sum(axis=-1)
            return count ~ return jnp.count_nonzero(close, axis=1).astype(jnp.int32)}
        """,
        "list": """
            {?0.5 if half:
                close = {jnp.triu(close) ~ close & (jnp.arange(N)[:, None] < jnp.arange(N))}}
            {?0.4 # {N stands for no neighbour ~ sorted, what is close comes first}}
            {idx = jnp.where(close, jnp.arange(N, dtype=jnp.int32), N)
            {idx = jnp.sort(idx, axis=-1)[:, :capacity] ~ idx = jnp.sort(idx, axis=1)
            idx = idx[:, :capacity]} ~
            columns = jnp.broadcast_to(jnp.arange(N, dtype=jnp.int32), (N, N))
            idx = jnp.sort(jnp.where(close, columns, N), axis=-1)[..., :capacity]}
            {return idx.astype(jnp.int32) ~ {?0.4 {overflow = jnp.sum(close, axis=1) > capacity
            return jnp.where(overflow[:, None], N, idx).astype(jnp.int32)} ~ return idx.astype(jnp.int32)}}
        """,
        "cells": "",
    }[form]
    cells = """
        {?0.3 if R.shape[-1] != 3:
            raise ValueError({'cells are of three dimensions' ~ f'expected three dimensions, got <<R.shape[-1]>>'})}
        {per_side = int(4.0 / cutoff) ~ per_side = max(1, int(4.0 // cutoff))}
        {cell = jnp.floor(R * per_side / 4.0).astype(jnp.int32) ~ cell = (R * (per_side / 4.0)).astype(jnp.int32)}
        {?0.5 # {a point on the far wall is in the last cell}}
        cell = {jnp.clip(cell, 0, per_side - 1) ~ jnp.minimum(cell, per_side - 1)}
        {?0.5 strides = {per_side ** jnp.arange(3, dtype=jnp.int32) ~ jnp.power(per_side, jnp.arange(3))}
        index = {jnp.sum(cell * strides, axis=-1) ~ cell @ strides} ~
        index = jnp.zeros({R.shape[:1], jnp.int32 ~ R.shape[0], dtype=jnp.int32})
        for axis in range(3):
            index {+= cell[:, axis] * per_side ** axis ~ = index + cell[:, axis] * per_side ** axis}}
        {return index.astype(jnp.int32) ~ {?0.5 {order = jnp.argsort(index, stable=True)
        return index[order].astype(jnp.int32)} ~
        return jnp.zeros(per_side ** 3, jnp.int32).at[index].add(1) if counts else index.astype(jnp.int32)} ~
        {?0.4 # {how full each cell is}}
        {?0.5 if not counts:
            return index.astype(jnp.int32)}
        {return index.astype(jnp.int32) ~ hist = jnp.bincount(index, length=per_side ** 3)
        return hist[index].astype(jnp.int32)}}
    """
    return Text(
        lines=cells if form == "cells" else join(first, rest),
        given={
            "R": Array(box(n), "positions of shape (n, 3)", ("R", "positions", "pos")),
            "cutoff": Option("float", "distance up to which others are near", ("1.0", "1.3", "0.8"),
                             ("cutoff", "r_cutoff", "minimum_size") if form == "cells" else ("cutoff", "r_cutoff")),
            "half": Option("bool", "whether each pair counts once", ("False", "True"), ("half", "half_list")),
            "counts": Option("bool", "whether to count", ("False",), ("counts",)),
            "capacity": Option("int", "most neighbours of one", (str(near),), ("capacity", "max_neighbors")),
        },
        result=(Leaf((n, near) if form == "list" else (n,), dtype="int32"),),
        titles={
            "list": ("neighbor_list", "build_neighbors", "neighbor_idx"),
            "count": ("count_neighbors", "coordination", "neighbor_counts"),
            "cells": ("cell_index", "hash_positions", "cell_ids"),
        }[form],
        summary={
            "list": "Neighbours of each particle, in rows of one length",
            "count": "How many neighbours each particle has",
            "cells": "The cell of a grid that each particle is in",
        }[form],
        returned="whole numbers, a row for each particle" if form == "list" else "one whole number for each particle",
        helpers=(DISPLACEMENT, SQUARE),
    )  # fmt: skip
