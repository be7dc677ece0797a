"""The table of primitives, the decorator that fills it, and the types that rules use."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from synthesis.frontends.jax.graphs import Graph, Shaped

Dtype = np.dtype[Any]
Array = npt.NDArray[Any]
"""Numbers of any type and shape; a NumPy scalar may replace an array without axes. A random key has two fields."""
Inputs = Sequence[Array]
Parameters = Mapping[str, Any]
Types = Sequence[Shaped]
"""The types of the outputs."""
Results = Array | np.generic | list[Array] | tuple[Array, ...]
"""The result for one output, or a sequence for all of them."""


class Machine(Protocol):
    """The part of the evaluator that rules use."""

    programs: list[tuple[int, ...]]
    """The current grid points of the Pallas kernels that are being evaluated, the innermost last."""

    @property
    def double(self) -> bool:
        """Whether every floating-point number is computed in float64."""
        ...

    def format(self, dtype: Dtype | None) -> Dtype:
        """Return the dtype in which values of a dtype are computed."""
        ...

    def promoted(self, value: npt.ArrayLike) -> Array:
        """Return an array converted to the dtype in which it is computed."""
        ...

    def constant(self, value: npt.ArrayLike) -> Array:
        """Return a constant of the text as it is computed with; ``Trace.infinity`` stands for an infinity or a NaN."""
        ...

    def call(self, graph: Graph, inputs: Inputs) -> list[Array]:
        """Return the results of an inner graph."""
        ...

    def stack(self, rows: Inputs) -> Array:
        """Return the results of a loop's iterations, stacked along a new first axis."""
        ...

    def count_trip(self, trips: int) -> None:
        """Raise an error if a loop has run too many iterations."""
        ...


def numbers(kind: Shaped) -> Dtype:
    """Return the dtype of a value that is not a random key.

    Raises:
        NotImplementedError: if it is a random key.
    """
    if kind.dtype is None:
        raise NotImplementedError("random keys")
    return kind.dtype


Rule = Callable[[Machine, Inputs, Parameters, Types], Results]
"""``(evaluator, inputs, parameters, types) -> result or results``."""
RULES: dict[str, Rule] = {}


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Return a decorator that registers a function as the rule of primitives."""

    def register(compute: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, compute))
        return compute

    return register
