"""The evaluator of graphs in NumPy, in float64 or in each graph's own precision."""

from collections.abc import Sequence
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt

from synthesis.frontends.base import ReferenceUnknownError, Trace, UndefinedResultError
from synthesis.frontends.jax.graphs import Constant, Equation, Graph
from synthesis.frontends.jax.reference.arms import SELECTING, arms_taken
from synthesis.frontends.jax.reference.rules import RULES
from synthesis.frontends.jax.reference.rules.table import Array, Dtype, Inputs

_WIDER: dict[Dtype, Dtype] = {
    np.dtype(np.complex64): np.dtype(np.complex128),
    **{np.dtype(kind): np.dtype(np.float64) for kind in (np.float16, ml_dtypes.bfloat16, np.float32)},
}
_LONGEST_LOOP = 20_000


class Evaluator:
    """An evaluator of graphs.

    Args:
        double: whether every floating-point number is computed in float64.
        trace: records the graphs that are evaluated and the arms that are taken; None for no record.
        masked: the identities of the products that have arms.
    """

    def __init__(self, *, double: bool, trace: Trace | None = None, masked: frozenset[int] = frozenset()) -> None:
        self.double = double
        self._trace = trace
        self._masked = masked
        self._run = 0
        self._left_in: dict[int, tuple[Graph, list[list[Any]]]] = {}
        self.programs: list[tuple[int, ...]] = []

    def runs(self, graph: Graph, several: Sequence[Inputs], *, first: int = 0) -> list[list[Array]]:
        """Return a function's results on several inputs.

        Args:
            graph: the function.
            several: the inputs of each run.
            first: the number of the first of these runs, for the trace.

        Raises:
            ReferenceUnknownError: for a primitive that is not modelled.
        """
        made: list[list[Array]] = []
        for self._run, inputs in enumerate(several, first):
            made.append(self.results(graph, inputs))
        return made

    def format(self, dtype: Dtype | None) -> Dtype:
        """Return the dtype in which values of a dtype are computed.

        Raises:
            TypeError: for None, which stands for a random key.
        """
        if dtype is None:
            raise TypeError("a random key is not a number")
        return _WIDER.get(dtype, dtype) if self.double else dtype

    def promoted(self, value: npt.ArrayLike) -> Array:
        """Return an array converted to the dtype in which it is computed."""
        array = np.asarray(value)
        return array.astype(self.format(array.dtype), copy=False)

    def results(self, graph: Graph, inputs: Inputs) -> list[Array]:
        """Return a function's results.

        Raises:
            ReferenceUnknownError: for a primitive that is not modelled.
        """
        with np.errstate(all="ignore"):
            return self.call(graph, [self.promoted(each) for each in inputs])

    def note(self, graph: Graph) -> None:
        """Record that the run evaluates a graph."""
        if self._trace is not None:
            self._trace.first.setdefault(id(graph), self._run)

    def call(self, graph: Graph, inputs: Inputs) -> list[Array]:
        """Return the results of an inner graph, for inputs that are already promoted."""
        self.note(graph)
        if len(graph.constants) != len(graph.values):
            raise ReferenceUnknownError("captured arrays that the text does not show")
        values: dict[Any, Array] = {}
        values.update(zip(graph.constants, map(self.constant, graph.values), strict=True))
        values.update(zip(graph.inputs, inputs, strict=True))

        def read(atom: Any) -> Array:
            return self.constant(atom.value) if isinstance(atom, Constant) else values[atom]

        for equation, left in zip(graph.equations, self._left_by(graph), strict=True):
            made = self.apply(equation, [read(each) for each in equation.inputs])
            values.update(zip(equation.outputs, made, strict=True))
            for name in left:
                del values[name]
        return [read(each) for each in graph.outputs]

    def constant(self, value: npt.ArrayLike) -> Array:
        """Return a constant of the text as it is computed with; ``Trace.infinity`` stands for an infinity or a NaN."""
        made = self.promoted(value)
        if self._infinity is None or made.dtype.kind != "f":
            return made
        return np.where(np.isfinite(made), made, np.copysign(self._infinity, made))

    @property
    def _infinity(self) -> float | None:
        return None if self._trace is None else self._trace.infinity

    def _left_by(self, graph: Graph) -> list[list[Any]]:
        """Return, for each equation, the names whose values can be dropped after it, since they are not read later."""
        if id(graph) not in self._left_in:
            needed: set[Any] = {each for each in graph.outputs if not isinstance(each, Constant)}
            found: list[list[Any]] = []
            for equation in reversed(graph.equations):
                used = {each for each in equation.inputs if not isinstance(each, Constant)} | set(equation.outputs)
                found.append(list(used - needed))
                needed |= used
            self._left_in[id(graph)] = graph, found[::-1]  # storing the graph keeps its id from being reused
        return self._left_in[id(graph)][1]

    def has_arms(self, equation: Equation) -> bool:
        """Return whether the arms of an equation are recorded."""
        return equation.primitive in SELECTING and (equation.primitive != "mul" or id(equation) in self._masked)

    def note_arms(self, equation: Equation, inputs: Sequence[Any]) -> None:
        """Record which arms of an equation the run takes, if it has arms."""
        if self._trace is None or not self.has_arms(equation):
            return
        for number, chosen in enumerate(arms_taken(self, equation, inputs)):
            if chosen.any():
                self._trace.arms.setdefault((id(equation), number), self._run)

    def apply(self, equation: Equation, inputs: Inputs) -> list[Array]:
        """Return the results of one equation, and record the arms that it takes.

        Raises:
            ReferenceUnknownError: for a primitive that is not modelled.
        """
        made = self.ruled(equation, inputs)
        self.note_arms(equation, inputs)
        return made

    def ruled(self, equation: Equation, inputs: Inputs) -> list[Array]:
        """Return the results of an equation by the rule for its primitive.

        Raises:
            ReferenceUnknownError: for a primitive that is not modelled.
        """
        rule = RULES.get(equation.primitive)
        if rule is None:
            raise ReferenceUnknownError(equation.primitive)
        try:
            made = rule(self, inputs, equation.parameters, equation.types)
        except (NotImplementedError, KeyError, AttributeError) as error:
            raise ReferenceUnknownError(f"{equation.primitive} with these parameters ({error})") from error
        if self._infinity is not None and equation.primitive == "convert_element_type" and inputs[0].dtype.kind == "b":
            made = _with_small_zeros(np.asarray(made), 1.0 / self._infinity)
        return [np.asarray(each) for each in (made if isinstance(made, list | tuple) else [made])]

    def stack(self, rows: Inputs) -> Array:
        """Return the results of a loop's iterations, stacked along a new first axis."""
        return np.stack(rows)

    def count_trip(self, trips: int) -> None:
        """Raise an error if a loop has run too many iterations.

        Raises:
            UndefinedResultError: if it has. A loop may end on other inputs, as a search for a root does.
        """
        if trips > _LONGEST_LOOP:
            raise UndefinedResultError(f"a loop of more than {_LONGEST_LOOP} trips")


def _with_small_zeros(converted: Array, small: float) -> Array:
    """Return truth values that were converted to numbers, with a small number as false.

    The logarithm of a mask and a quotient by a mask are infinite on purpose: false is zero in any precision.
    """
    return np.where(converted == 0, small, converted) if converted.dtype == np.float64 else converted
