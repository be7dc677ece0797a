"""Periodic space of particles: shortest displacements and neighbours."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "spaces", margin=4)

SIDE = 4.0
"""The side of the box that contains the positions."""
WITHIN = (0.02 * SIDE, 0.97 * SIDE)
"""Domain of positions.

Some draws use its bounds and its middle. No two of these are half a side apart, because two shortest displacements
would then be equal, and rounding would decide between them.
"""

DISPLACEMENT = _BODIES["displacement"]
SQUARE = '''
    def square_distance(dR: Array) -> Array:
        {?0.4 """Sum of squares over the last axis."""}
        return {jnp.sum(dR ** 2, axis=-1) ~ jnp.einsum('...i,...i->...', dR, dR)}
'''


def box(n: int) -> Leaf:
    """Return the positions of n particles."""
    return Leaf((n, 3), *WITHIN)


def side_of_box(p: Program) -> Array:
    """Return the box as an array: one side for all axes, or one for each."""
    sides = p.choices.choice(((), (3,)))
    says = "side of the periodic box along each axis" if sides else "side of the periodic box"
    return Array(Leaf(sides, SIDE, 1.2 * SIDE), says, ("box", "box_size", "side"))


_MINIMUM_IMAGE = _BODIES["minimum_image"]
_LENGTH = _BODIES["length"]
_SHIFT = _BODIES["shift"]
_IMAGES = _BODIES["images"]


def write_space(p: Program) -> Text:
    """Draw a function that computes displacements, distances, or shifted positions in a periodic box."""
    n = p.size(64, 128, 256)
    form = p.pick("displacement", "distance", "shift", "images")
    result: tuple[Tree, ...] = (Leaf((n, 3)),)
    if form == "shift":
        lines = _SHIFT
    elif form == "images":
        lines, result = _IMAGES, (Leaf((n, 3)), Leaf((n, 3), dtype="int32"))
    else:
        lines = join(
            """
            {?0.4 if Ra.shape != Rb.shape:
                raise ValueError(f'expected positions of one shape, got <<Ra.shape>> and <<Rb.shape>>')}
            {?0.25 if Ra.ndim != 2:
                raise ValueError(f'expected positions of shape (n, dim), got <<Ra.shape>>')}
            dR = Ra - Rb
            """,
            _MINIMUM_IMAGE,
            _LENGTH if form == "distance" else "return dR",
        )
        result = (Leaf((n,)),) if form == "distance" else result
    return Text(
        lines=lines,
        given={
            "Ra": Array(box(n), "positions of shape (n, 3)", ("Ra", "pos_a", "r1")),
            "Rb": Array(box(n), "positions of the other particles", ("Rb", "pos_b", "r2")),
            "R": Array(box(n), "positions of shape (n, 3)", ("R", "position", "pos")),
            "dR": Array(Leaf((n, 3), -2, 2), "displacement of each particle", ("dR", "shift")),
            "V": Array(Leaf((n, 3), -9, 9), "velocities", ("V", "velocity", "vel")),
            "dt": Option("float", "time step", ("0.1", "0.2"), ("dt", "time_step")),
            "box": side_of_box(p),
            "images": Array(Leaf((n, 3), -2, 2, "int32"), "image counters of each particle", ("images", "image")),
            "boundary": Option("str", "free, periodic or reflect", ("'periodic'", "'reflect'"), ("boundary", "bc")),
            "fractional": Option("bool", "whether positions are fractions of the box", ("False", "True"),
                                 ("fractional", "fractional_coordinates")),
            "squared": Option("bool", "whether to return squared distances", ("False", "True"), ("squared",)),
        },
        result=result,
        titles={
            "displacement": ("displacement", "periodic_displacement", "minimum_image"),
            "distance": ("distance", "metric", "periodic_distance"),
            "shift": ("shift", "move", "apply_boundary"),
            "images": ("wrap_positions", "wrap_and_count", "shift_with_images"),
        }[form],
        summary={
            "displacement": "Computes minimum-image displacements in a periodic box",
            "distance": "Computes minimum-image distances in a periodic box",
            "shift": "Shifts points and applies the boundary conditions of a box",
            "images": "Shifts points, wraps them into a box and counts the images",
        }[form],
        returned={"distance": "one number for each pair", "images": "positions in the box, and image counters"}.get(
            form, "vectors of shape (n, 3)"
        ),
        helpers=(SQUARE,),
    )  # fmt: skip


_NEAR = _BODIES["near"]
_LISTED = _BODIES["listed"]
_CELLS = _BODIES["cells"]


_TITLES = {
    "list": ("neighbor_list", "build_neighbors", "neighbor_idx"),
    "count": ("count_neighbors", "coordination_numbers", "neighbor_counts"),
    "cells": ("cell_index", "hash_positions", "assign_cells"),
}
"""Names of functions, by what they return."""


_SUMMARIES = {
    "list": "Builds padded neighbour lists of particles",
    "count": "Counts the neighbours of each particle",
    "cells": "Assigns each particle to a grid cell",
}
"""What functions do, by what they return."""


_RETURNED = {
    "list": "a row of indices for each particle, n where there is none",
    "count": "the number of neighbours of each particle",
    "cells": "one cell for each particle",
}
"""What functions return, in words."""


def write_neighbours(p: Program) -> Text:
    """Draw a function that computes lists of neighbours, their counts, or the grid cell of each particle."""
    n, near = p.size(16, 24), p.choices.choice((8, 12))
    form = p.pick("list", "count", "cells")
    cells = p.choices.choice((3, 4, 5))
    ends: dict[str, tuple[tuple[str, tuple[Tree, ...]], ...]] = {
        "list": (
            ("return idx", (Leaf((n, near), dtype="int32"),)),
            (
                _BODIES["neighbours.overflow"],
                (Leaf((n, near), dtype="int32"), Leaf((), dtype="bool")),
            ),
        ),
        "count": (
            ("return {jnp.sum(close, axis=1) ~ jnp.count_nonzero(close, axis=1)}", (Leaf((n,), dtype="int32"),)),
            (
                _BODIES["neighbours.counts"],
                (Leaf((n,), dtype="int32"), Leaf((), dtype="int32")),
            ),
        ),
        "cells": (
            ("return index", (Leaf((n,), dtype="int32"),)),
            (
                _BODIES["neighbours.occupied"],
                (Leaf((n,), dtype="int32"), Leaf((cells**3,), dtype="int32")),
            ),
            (
                _BODIES["neighbours.sorted_by_cell"],
                (Leaf((n,), dtype="int32"), Leaf((n,), dtype="int32")),
            ),
        ),
    }
    end, result = p.choices.choice(ends[form])
    first = {"list": join(_NEAR, _LISTED), "count": _NEAR, "cells": _CELLS}[form]
    return Text(
        lines=join(first, end),
        given={
            "R": Array(box(n), "positions of shape (n, 3)", ("R", "positions", "pos")),
            "box": side_of_box(p),
            "molecule": Array(Leaf((n,), 0, 7, "int32"), "index of the molecule of each particle",
                              ("molecule", "molecule_id")),
            "cutoff": Option("float", "cutoff distance", ("1.0", "1.3", "0.8"),
                             ("cutoff", "r_cutoff")),
            "half": Option("bool", "whether to list each pair once", ("False", "True"), ("half", "half_list")),
            "per_side": Option("int", "number of cells along each side", (str(cells),), ("cells_per_side", "num_cells"),
                               needed=True),
            "wrap": Option("bool", "whether the box is periodic", ("True", "False"), ("periodic", "wrap")),
            "capacity": Option("int", "largest number of neighbours", (str(near),), ("capacity", "max_neighbors")),
        },
        result=result,
        titles=_TITLES[form],
        summary=_SUMMARIES[form],
        returned=_RETURNED[form],
        helpers=(DISPLACEMENT, SQUARE),
    )  # fmt: skip
