"""The table of primitives, the decorator that fills it, and the types that rules are written in."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from synthesis.frontends.jax.graphs import Graph, Shaped

Dtype = np.dtype[Any]
Array = npt.NDArray[Any]
"""Numbers of any type and shape; a scalar of NumPy's may stand for one without axes. Keys have two fields."""
Inputs = Sequence[Array]
Parameters = Mapping[str, Any]
Types = Sequence[Shaped]
"""Of the outputs."""
Results = Array | np.generic | list[Array] | tuple[Array, ...]
"""Of one output, or of all of them."""


class Machine(Protocol):
    """What rules need of the evaluator that calls them."""

    programs: list[tuple[int, ...]]
    """Of the kernels of Pallas's that are being evaluated, the points of their grids."""

    @property
    def double(self) -> bool:
        """Whether every floating-point number is computed in float64."""
        ...

    def format(self, dtype: Dtype | None) -> Dtype:
        """The dtype that values of a dtype are computed in."""
        ...

    def promoted(self, value: npt.ArrayLike) -> Array:
        """An array in the format that it is computed in."""
        ...

    def call(self, graph: Graph, inputs: Inputs) -> list[Array]:
        """The results of an inner graph."""
        ...

    def stack(self, rows: Inputs) -> Array:
        """What the steps of a loop gave, along a new first axis."""
        ...

    def count_trip(self, trips: int) -> None:
        """Stop a loop that does not end."""
        ...


def numbers(kind: Shaped) -> Dtype:
    """The dtype of a value of numbers.

    Raises:
        NotImplementedError: for a random key.
    """
    if kind.dtype is None:
        raise NotImplementedError("random keys")
    return kind.dtype


Rule = Callable[[Machine, Inputs, Parameters, Types], Results]
"""``(evaluator, inputs, parameters, types) -> result or results``."""
RULES: dict[str, Rule] = {}


def rule(*names: str) -> Callable[[Rule], Rule]:
    """Register what one or several primitives compute."""

    def register(compute: Rule) -> Rule:
        RULES.update(dict.fromkeys(names, compute))
        return compute

    return register
