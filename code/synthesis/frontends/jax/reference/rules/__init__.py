"""The rules of JAX's primitives, by name: the oracle's part of the op catalogue.

To add one, write a function of (evaluator, inputs, parameters, types of the outputs) in the module of its group and
register it with :func:`rule`. A primitive that is not in the table is refused; ``irsmith ops --frontend jax --missing``
lists it.
"""

from synthesis.frontends.jax.reference.rules import (
    collectives,
    composites,
    control,
    elementwise,
    factors,
    grids,
    indexing,
    linalg,
    randoms,
    reductions,
    shapes,
)
from synthesis.frontends.jax.reference.rules.table import RULES

_GROUPS = (elementwise, shapes, reductions, indexing, linalg, factors, control, randoms, grids, collectives, composites)

__all__ = ["RULES"]
