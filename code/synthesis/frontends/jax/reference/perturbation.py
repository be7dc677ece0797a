"""Evaluations with every rounded number perturbed by a unit in the last place, to show the effect of rounding alone.

The oracle's evaluations in two precisions differ if large numbers cancel to a small result, but may agree by chance. An
evaluation that is perturbed at every step shows how far a result may move.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.frontends.jax.graphs import Equation, Graph
from synthesis.frontends.jax.reference.decisions import Decision, distance_moved, may_choose_another, measure_of
from synthesis.frontends.jax.reference.formats import UNITS
from synthesis.frontends.jax.reference.primitives import (
    BITS,
    CALLS,
    CROSSING,
    EXACT,
    FAITHFUL,
    FAR_UNITS,
    INSIDE,
    PARTS,
    TURNING,
    decides,
    is_rounded,
    units_of,
)
from synthesis.frontends.jax.reference.rules.table import Array, Inputs
from synthesis.frontends.jax.reference.stacks import Stack, aligned, numbers_of_stacks, of_run, whole
from synthesis.frontends.jax.reference.together import Together, at_once

_FAR_FROM_ONE = 2.0**-10
_FEW_TERMS = 1 << 16
"""Maximum number of terms, over all elements, of a matrix product whose terms are summed one at a time."""
_FEW_OF_A_VECTOR = 1 << 22
"""The same limit as ``_FEW_TERMS``, for a product with a vector."""
_AT_ONCE = 4096
"""Number of directions that are drawn at once."""


class Directions:
    """A generator of random directions of perturbations.

    Args:
        seed: the seed of all directions.
        opposite: whether to reverse each direction.
    """

    def __init__(self, seed: int, *, opposite: bool = False) -> None:
        self._up = np.int8(-1 if opposite else 1)
        self._bits = np.random.Philox(key=seed % (1 << 64))
        self._words = np.empty(0, np.uint32)
        self._left = np.empty(0, np.int8)

    def take(self, count: int) -> npt.NDArray[np.int8]:
        """Return the next ``count`` directions, each 1 or -1."""
        if count > len(self._left):
            self._left = self._drawn(max(count, _AT_ONCE))
        taken, self._left = self._left[:count], self._left[count:]
        return taken

    def _drawn(self, count: int) -> npt.NDArray[np.int8]:
        """Return new directions, drawn from one bit each of ``count`` bytes; unused bytes of a word are dropped."""
        words = -(-count // 4)
        raw = self._bits.random_raw(max(0, words - len(self._words) + 1) // 2).astype("<u8", copy=False).view("<u4")
        drawn = np.concatenate([self._words, raw])
        self._words = drawn[words:]
        up = ((drawn[:words].view(np.uint8)[:count] >> 6) & 2).view(np.int8) - np.int8(1)
        return self._up * up


@dataclass(frozen=True, slots=True)
class Perturbed:
    """The perturbed results of one run."""

    results: list[Array]
    moved: list[Array | None]
    """For each decision, how far rounding moves its measure; None if that is not known."""
    unsettled: bool
    """Whether rounding may change which element is selected."""


class PerturbingEvaluator(Together):
    """An evaluator in the graph's own precision that perturbs every rounded number by a unit in the last place.

    It repeats the decisions of another evaluation: the results of comparisons, ``argmax``, ``floor`` and conversions to
    integers, and the quotients of remainders. So it shows how rounding errors grow along the graph's own path. A text
    that takes another path gets no larger tolerance.

    Args:
        directions: the directions of the perturbations.
    """

    def __init__(self, directions: Directions) -> None:
        super().__init__(double=False)
        self._directions = directions
        self._noted: list[Iterator[Decision]] = []
        self._moved: list[list[Array | None]] = []
        self._unsettled: list[bool] = []

    def perturbed(
        self, graph: Graph, several: Sequence[Inputs], noted: Sequence[Sequence[Decision]]
    ) -> list[Perturbed]:
        """Return the perturbed results on several inputs.

        Args:
            graph: the function.
            several: the inputs of each run.
            noted: the decisions of the other evaluation in each run, in order.

        Raises:
            ReferenceUnknownError: for a primitive that is not modelled.
            ReferenceFaultError: for a loop that does not end.
        """
        found, rest = list[Perturbed](), iter(noted)
        for group in at_once(graph, several):
            found += self._perturbed_group(graph, group, [next(rest) for _ in group])
        return found

    def _perturbed_group(
        self, graph: Graph, several: Sequence[Inputs], noted: Sequence[Sequence[Decision]]
    ) -> list[Perturbed]:
        self._noted = [iter(each) for each in noted]
        self._moved, self._unsettled = [[] for _ in several], [False] * len(several)
        try:
            made = self.together(graph, several)
        except Exception:
            if len(several) == 1:
                raise
            pairs = zip(several, noted, strict=True)
            return [each for inputs, own in pairs for each in self._perturbed_group(graph, [inputs], [own])]
        return [
            Perturbed([of_run(each, run) for each in made], self._moved[run], self._unsettled[run])
            for run in range(len(several))
        ]

    def apply(self, equation: Equation, inputs: Sequence[Any]) -> list[Any]:
        """Return the perturbed results of one equation; for a decision, return the outcome of the other evaluation."""
        if not decides(equation, inputs):
            return self._perturbed(equation, inputs)
        return self.one_by_one(lambda own: self._decided(equation, own), inputs)

    def _decided(self, equation: Equation, inputs: Inputs) -> list[Array]:
        """Return the results of a decision in the only run that is being evaluated."""
        (run,) = self.running
        decision = next(self._noted[run])
        if decision.chosen_from is not None and not self._unsettled[run]:
            self._unsettled[run] = may_choose_another(equation, decision.chosen_from, inputs[0], decision.results[0])
        measure = decision.measure
        self._moved[run].append(None if measure is None else distance_moved(measure, measure_of(equation, inputs)))
        if equation.primitive == "rem":
            return [self._off(decision.remainders(inputs))]
        return decision.with_rounded(lambda: self._perturbed(equation, inputs))

    def _perturbed(self, equation: Equation, inputs: Sequence[Any]) -> list[Any]:
        name = equation.primitive
        if name in ("psum", "psum_invariant") and any(isinstance(each, int) for each in equation.parameters["axes"]):
            name = "reduce_sum"  # over an axis that is a dimension
        if name in INSIDE or name in CROSSING:
            inputs = [self._off(each) for each in inputs]
        elif name in TURNING:
            (matrix,) = self.one_by_one(lambda own: [self._off_in_proportion(own[0])], inputs[:1])
            inputs = [matrix, *inputs[1:]]
        results = super().apply(equation, inputs)
        if name in EXACT or name in CALLS:
            return results
        if name in ("reduce_sum", "dot_general"):
            results = self._added_in_turn(equation, inputs, results)
        if name == "igammac":
            results = [self._off_beside_one(each) for each in results]
        faithful = name in FAITHFUL
        if name == "div":
            rank = max(each.ndim for each in inputs)
            faithful = _is_power_of_two(aligned(inputs[1], rank))
        return [self._off(each, units=units_of(name, each.dtype), faithful=faithful) for each in results]

    def _added_in_turn(self, equation: Equation, inputs: Sequence[Any], results: Sequence[Any]) -> list[Any]:
        """Return sums, or products of matrices, whose terms are added one at a time, as XLA's CPU does."""
        if equation.primitive == "dot_general":
            return self._multiplied_in_turn(equation.parameters["dimension_numbers"], [*inputs, results[0]])
        if results[0].dtype in UNITS:
            return self.one_by_one(lambda own: [self._off_one_by_one(own[1], own[0])], [inputs[0], results[0]])
        axes = tuple(equation.parameters["axes"])
        if type(results[0]) is not Stack:
            return [_summed_in_turn(inputs[0], axes, results[0])]
        terms = whole(inputs[0], len(self.running))
        return [Stack(_summed_in_turn(terms, tuple(axis + 1 for axis in axes), results[0].data))]

    def _multiplied_in_turn(self, dimensions: Any, arrays: Sequence[Any]) -> list[Any]:
        """Return a product, given after its two operands, with its terms added one at a time."""
        runs = len(self.running)
        if type(arrays[2]) is not Stack or runs * _terms_of(arrays[0], dimensions, arrays[2]) > _FEW_OF_A_VECTOR:
            return self.one_by_one(lambda own: [_multiplied_in_turn(own[0], own[1], own[2], dimensions)], arrays)
        left, right, product = (whole(each, runs) for each in arrays)
        return [Stack(_multiplied_in_turn(left, right, product, numbers_of_stacks(dimensions), runs=runs))]

    def _off(self, value: Any, *, units: int = 1, faithful: bool | Array = True) -> Any:
        """Return perturbed numbers; if ``faithful``, numbers with few significant digits (integers, say) stay exact."""
        if type(value) is Stack:
            return Stack(self._off(value.data, units=units, faithful=faithful))
        if not is_rounded(value.dtype):
            return value
        parts = value.ravel()
        if value.dtype in PARTS:
            parts = parts.view(PARTS[value.dtype])
        word, half = BITS[parts.dtype]
        bits: npt.NDArray[np.signedinteger] = parts.view(word)
        rounded: npt.NDArray[np.bool_] = (bits & half) != 0
        if faithful is not True:
            any_digits = np.isfinite(parts) & (parts != 0)
            exact = np.broadcast_to(faithful, value.shape).ravel() if isinstance(faithful, np.ndarray) else faithful
            rounded = np.where(exact, rounded, any_digits)
        return (bits + rounded * (units * self._directions.take(bits.size))).view(value.dtype).reshape(value.shape)

    def _off_beside_one(self, value: Any) -> Any:
        """Return float32 numbers, with those near 1 perturbed by the rounding error of their difference from 1."""
        if type(value) is Stack:
            return Stack(self._off_beside_one(value.data))
        if value.dtype != np.float32:
            return value
        directions = self._directions.take(value.size).reshape(value.shape)
        unit = FAR_UNITS["igammac"] * 2.0**-24 * (value > _FAR_FROM_ONE)
        return (value + directions * unit).astype(value.dtype)

    def _off_one_by_one(self, total: Array, terms: Array) -> Array:
        """Return a 16-bit sum perturbed as if it were rounded after each term.

        XLA may round after each term, and the oracle does not.
        """
        count = max(1, terms.size // max(1, total.size))
        size = np.sqrt(np.square(terms.astype(np.float32)).sum() / max(1, total.size))
        unit = UNITS[total.dtype] * np.sqrt(count) * np.maximum(np.abs(total.astype(np.float32)), size)
        directions = self._directions.take(total.size).reshape(total.shape)
        return (total.astype(np.float32) + directions * unit).astype(total.dtype)

    def _off_in_proportion(self, matrix: Array) -> Array:
        """Return a matrix with its nonzero numbers perturbed.

        The perturbation is the length of a row times the rounding unit of the largest number.
        """
        unit = matrix.shape[-1] * np.finfo(matrix.dtype).eps * np.abs(matrix).max(initial=0.0) * (matrix != 0)
        return (matrix + self._directions.take(matrix.size).reshape(matrix.shape) * unit).astype(matrix.dtype)


def _summed_in_turn(terms: Array, axes: tuple[int, ...], total: Array) -> Array:
    """Return a float32 sum with its terms added one at a time, as XLA's CPU does; return other sums unchanged.

    The oracle adds pairwise. With many similar terms, the rounding errors of sequential addition have the same sign and
    accumulate.
    """
    if total.dtype != np.float32 or not terms.size:
        return total
    last = np.moveaxis(terms, axes, range(-len(axes), 0)).reshape(*total.shape, -1)
    return np.add.accumulate(last, axis=-1)[..., -1].reshape(total.shape)


def _terms_of(left: Any, dimensions: Any, product: Any) -> int:
    """Return the number of terms, over all elements, of a product with a left operand."""
    return math.prod(product.shape) * math.prod(left.shape[axis] for axis in dimensions[0][0])


def _multiplied_in_turn(left: Array, right: Array, product: Array, dimensions: Any, *, runs: int = 1) -> Array:
    """Return a float32 product of a vector or of small matrices, with its terms added one at a time.

    Other products are returned unchanged.

    Args:
        left: the first operand.
        right: the second operand.
        product: their product.
        dimensions: its dimension numbers.
        runs: the number of products that are stacked along the first batch axis.
    """
    summed, batch = dimensions
    terms = _terms_of(left, dimensions, product) // runs
    if {left.dtype, right.dtype, product.dtype} != {np.dtype(np.float32)} or not 0 < terms <= _FEW_OF_A_VECTOR:
        return product
    rows, columns = _with_last(left, batch[0], summed[0]), _with_last(right, batch[1], summed[1])
    if terms > _FEW_TERMS and 1 not in (rows.shape[1], columns.shape[1]):
        return product
    together = rows[:, :, None, :] * columns[:, None, :, :]
    return np.add.accumulate(together, axis=-1)[..., -1].reshape(product.shape)


def _with_last(matrix: Array, batch: Sequence[int], summed: Sequence[int]) -> Array:
    """Return a matrix with its axes merged to three: the batch axes, the others, and the summed ones."""
    others = [axis for axis in range(matrix.ndim) if axis not in (*batch, *summed)]
    moved = matrix.transpose(*batch, *others, *summed)
    return moved.reshape(
        math.prod(matrix.shape[axis] for axis in batch), -1, math.prod(matrix.shape[axis] for axis in summed)
    )


def _is_power_of_two(divisors: Array) -> bool | Array:
    """Return a mask of the numbers that are powers of two; False for complex numbers."""
    return divisors.dtype in BITS and np.abs(np.frexp(divisors.astype(np.float64))[0]) == 0.5
