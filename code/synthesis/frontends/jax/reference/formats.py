"""The number formats of a graph."""

from collections.abc import Iterator
from typing import Any

import ml_dtypes
import numpy as np

from synthesis.frontends.jax.graphs import Graph

UNITS: dict[np.dtype[Any], float] = {np.dtype(np.float16): 2.0**-10, np.dtype(ml_dtypes.bfloat16): 2.0**-7}
"""The unit in the last place at 1, for 16-bit formats."""


def coarsest_unit(graph: Graph) -> float:
    """Return the unit in the last place, at 1, of the coarsest results of a graph's equations; 0 if none has 16 bits.

    Equations of inner graphs count. The graph's inputs do not, since widening them is exact.
    """
    kinds = {each.dtype for inner in _graphs(graph) for equation in inner.equations for each in equation.types}
    return max((unit for kind, unit in UNITS.items() if kind in kinds), default=0.0)


def _graphs(graph: Graph) -> Iterator[Graph]:
    yield graph
    for equation in graph.equations:
        for parameter in equation.parameters.values():
            yield from _inside(parameter)


def _inside(parameter: Any) -> Iterator[Graph]:
    if isinstance(parameter, Graph):
        yield from _graphs(parameter)
    elif isinstance(parameter, tuple | list):
        for each in parameter:  # pyright: ignore[reportUnknownVariableType]
            yield from _inside(each)
