"""Evaluations with every rounded number perturbed by a unit in the last place, to show the effect of rounding alone.

The oracle's evaluations in two precisions differ if large numbers cancel to a small result, but may agree by chance. An
evaluation that is perturbed at every step shows how far a result may move.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np
import numpy.typing as npt

from synthesis.core.formats import is_whole
from synthesis.frontends.jax.graphs import Equation, Graph
from synthesis.frontends.jax.reference.evaluator import Evaluator
from synthesis.frontends.jax.reference.formats import UNITS
from synthesis.frontends.jax.reference.rules.table import Array, Dtype, Inputs
from synthesis.frontends.jax.reference.together import (
    Stack,
    Together,
    aligned,
    at_once,
    numbers_of_stacks,
    of_run,
    whole,
)

CALLS = frozenset({
    "closed_call", "cond", "custom_jvp_call", "custom_linear_solve", "custom_vjp_call", "jit", "one_minus_square",
    "pallas_call", "polynomial", "reduce", "reduce_window", "remat2", "scaled_dot", "scan", "shard_map", "while",
})  # fmt: skip
"""Primitives that call functions, whose equations are perturbed individually."""
EXACT = frozenset({
    "abs", "all_gather", "approx_top_k", "broadcast_in_dim", "broadcast_to", "clamp", "complex", "concatenate",
    "conj", "copy", "cummax", "cummin", "device_put", "dynamic_slice", "dynamic_update_slice", "empty", "empty2",
    "gather", "get", "imag", "iota", "max", "min", "name", "neg", "nextafter", "optimization_barrier", "pad", "pmax",
    "pmin", "ppermute", "psum", "psum_invariant", "pvary", "real", "reduce_max", "reduce_min", "reduce_precision",
    "reduce_scatter", "reduce_window_max", "reduce_window_min", "reshape", "rev", "scatter", "scatter-max",
    "scatter-min", "select_n", "sharding_constraint", "slice", "sort", "split", "squeeze", "stack", "stop_gradient",
    "swap", "tile", "top_k", "transpose", "unstack",
})  # fmt: skip
"""Primitives that only select, move or pass on numbers."""
INSIDE = frozenset({
    "cholesky", "conv_general_dilated", "cumsum", "dot_general", "fft", "lu", "reduce_sum", "reduce_window_sum",
    "scatter-add", "scatter-sub", "select_and_scatter_add", "triangular_solve", "tridiagonal_solve",
})  # fmt: skip
"""Primitives inside which large numbers may cancel, so that their operands are also perturbed."""
TURNING = frozenset({
    "eig", "eigh", "geqrf", "hessenberg", "householder_product", "ormqr", "qr", "schur", "svd", "tridiagonal",
})  # fmt: skip
"""Primitives that rotate a matrix at least once per row. Rounding errors are proportional to its largest number."""
FAITHFUL = frozenset({
    "add", "add_any", "convert_element_type", "cumprod", "integer_pow", "mul", "reduce_prod", "rem",
    "scatter-mul", "sqrt", "square", "sub", *INSIDE,
})  # fmt: skip
"""Primitives that return a number of few digits exactly. Others, like ``tanh`` near 1, only approach one.

Quotients are not among them, because XLA multiplies by the reciprocal of a number that divides a whole array, or of a
constant.
"""
COARSE = frozenset({
    "acosh", "asinh", "atanh", "bessel_i0e", "bessel_i1e", "digamma", "erf", "erf_inv", "erfc", "exp2", "expm1",
    "igamma", "igammac", "lgamma", "log1p", "polygamma", "pow", "sinh", "tanh", "zeta",
})  # fmt: skip
"""Primitives that XLA's CPU computes with errors of more than two units in the last place of float32.

For 20,000 numbers from -4 to 4, the largest error was 2.3 (log1p) to 5.1 (sinh) units, with 4.9 for tanh; few numbers
of erfc and erf_inv were off by 10 and 20. For exp, log, sin, cos, sqrt and rsqrt it was at most 1.6. Measured on
2026-11-23 with jax 0.10.2, without optimisation. For as many numbers from 0.1 to 10, on 2026-11-27, polygamma was off
by 4.5 (1) and 7.3 (2), zeta by 3.6, the Bessel functions (-4 to 4) by 5.5, igamma and igammac (2) by 6 and 7; lgamma
and digamma by thousands near their zeros.
"""
CROSSING = frozenset({"digamma", "lgamma"})
"""Primitives that XLA's CPU computes near their zeros by cancellation."""
_COARSE_UNITS = 4
_FAR_UNITS = {"igamma": 16, "igamma_grad_a": 16, "igammac": 16}
"""Assumed errors in units in the last place.

For 20,000 pairs of numbers from 0.1 to 10, the largest error was 89, 105 and 222 units, measured on 2026-11-29. For
igammac it was 896 where both are below 1: there it is computed as 1 - igamma, and has the same absolute error.
"""
_FAR_FROM_ONE = 2.0**-10
STEPS = frozenset({"ceil", "floor", "round", "sign"})
"""Primitives that are step functions, so that their floating-point results are decisions."""
_BITS: dict[Dtype, tuple[Dtype, int]] = {
    np.dtype(kind): (np.dtype(word), (1 << (digits + 1) // 2) - 1)
    for kind, word, digits in (
        (np.float16, np.int16, 10), (ml_dtypes.bfloat16, np.int16, 7), (np.float32, np.int32, 23),
        (np.float64, np.int64, 52),
    )
}  # fmt: skip
"""The integer type of a format's size, and a mask of the lower half of its fraction bits."""
_PARTS = {np.dtype(np.complex64): np.dtype(np.float32), np.dtype(np.complex128): np.dtype(np.float64)}
_COMPARISONS = frozenset({"eq", "eq_to", "ge", "gt", "le", "le_to", "lt", "lt_to", "ne"})
_EXTREMES = {"argmax": -1.0, "argmin": 1.0}
"""Maps a primitive that selects an element to the factor that makes the selected number the smallest."""
_TURNS = 4.0
"""A decision is uncertain if its threshold is no further away than this many times the effect of rounding."""
MORE = 3
"""Number of further evaluations, which show effects of rounding that cancelled by chance in the first."""
_UNCERTAIN_PARTS = 4
"""Number of parts in which uncertain decisions are inverted; this many or fewer are inverted individually."""
_MAX_UNCERTAIN_SHARE = 0.01
"""Maximum share of a decision's elements that may be uncertain with 16-bit numbers."""
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
class Decision:
    """A discrete outcome that floating-point numbers decided at one equation in one run."""

    primitive: str
    results: list[Array]
    """The equation's results."""
    measure: Array | None
    """The float64 number on which the decision depends; None if there is none.

    For a comparison this is the difference of its sides, for a step the number, and for a remainder the quotient.
    """
    chosen_from: Array | None
    """The numbers from which an element is selected; None for another decision."""

    @property
    def is_single(self) -> bool:
        """Whether the outcome is a scalar, on which a branch or a loop may depend."""
        return not self.results[0].shape

    @property
    def apart(self) -> Array | None:
        """The signed distance of each number in ``measure`` from the threshold at which the outcome changes."""
        if self.measure is None:
            return None
        match self.primitive:
            case "floor" | "ceil":
                return self.measure - np.round(self.measure)
            case "round":
                return self.measure - np.floor(self.measure) - 0.5
            case "convert_element_type" | "rem":  # both truncate, and the numbers that become zero are centred at zero
                return np.where(np.abs(self.measure) < 0.5, np.inf, self.measure - np.round(self.measure))
            case _:
                return self.measure

    def apart_where(self, moved: Array | None) -> Array | None:
        """Return ``apart``; None if rounding moves none of the numbers in ``measure``, or if that is not known."""
        return None if moved is None or not (moved > 0).any() else self.apart

    def with_rounded(self, compute: Callable[[], list[Array]]) -> list[Array]:
        """Return the results, with floating-point results replaced by those that ``compute`` returns.

        The results of a step (see ``STEPS``) are not replaced, because they are the decision.
        """
        if not any(_is_rounded(each.dtype) for each in self.results) or self.primitive in STEPS:
            return self.results
        return [new if _is_rounded(new.dtype) else each for new, each in zip(compute(), self.results, strict=True)]

    def otherwise(self, uncertain: Array) -> list[Array]:
        """Return the results as if the elements in ``uncertain`` had been decided the other way."""
        assert self.measure is not None
        (result,) = self.results
        if result.dtype == np.bool_:
            return [result ^ uncertain]
        if self.primitive == "sign":
            return [np.where(uncertain, -result, result)]
        with np.errstate(all="ignore"):  # integers of non-finite numbers, which are never uncertain
            return [np.where(uncertain, (result.astype(np.float64) + self._step()).astype(result.dtype), result)]

    def _step(self) -> Array:
        """Return the step from each decided integer to the one on the other side of the threshold."""
        assert self.measure is not None
        apart = self.apart
        assert apart is not None
        ties = {"floor": -1.0, "ceil": 1.0}.get(self.primitive)
        if ties is None:  # towards zero, or back to the number that was rounded
            whole = np.trunc(self.measure) if self.primitive == "rem" else self.results[0].astype(np.float64)
            ties = np.sign(self.measure - whole if self.primitive == "round" else -whole)
        return np.where(apart == 0, ties, -np.sign(apart))

    def remainders(self, inputs: Inputs, uncertain: Array | None = None) -> Array:
        """Return the remainders for the decided quotients, or for the adjacent integer where a quotient is uncertain.

        With an adjacent quotient, a remainder that would not have the sign of the dividend becomes zero.
        """
        assert self.measure is not None
        wide = [each.astype(np.float64) for each in inputs]
        quotient = np.trunc(self.measure)
        if uncertain is not None:
            quotient = np.where(uncertain, quotient + self._step(), quotient)
        with np.errstate(all="ignore"):
            left = wide[0] - np.where(quotient == 0, 0.0, quotient * wide[1])
            if uncertain is not None:
                left = np.where(uncertain & (left * wide[0] < 0), 0.0, left)
            return left.astype(inputs[0].dtype)


class Noting(Together):
    """An evaluator in the graph's own precision that records the decisions of floating-point numbers."""

    def __init__(self) -> None:
        super().__init__(double=False)
        self._decisions: list[tuple[Sequence[int], Equation, Sequence[Any], Sequence[Any]]] = []

    def noted(self, graph: Graph, several: Sequence[Inputs]) -> list[list[Decision]]:
        """Return the decisions on each of several inputs, in order.

        Raises:
            ReferenceUnknownError: for a primitive that is not modelled.
            ReferenceFaultError: for a loop that does not end.
        """
        self._decisions = []
        try:
            self.together(graph, several)
        except Exception:
            if len(several) == 1:
                raise
            return [noted for inputs in several for noted in Noting().noted(graph, [inputs])]
        return [self._of_run(run) for run in range(len(several))]

    def _of_run(self, run: int) -> list[Decision]:
        noted = list[Decision]()
        for running, equation, inputs, results in self._decisions:
            if run not in running:
                continue
            place = running.index(run)
            own = [of_run(each, place) for each in inputs]
            of_this_run = [of_run(each, place) for each in results]
            chosen_from = own[0] if equation.primitive in _EXTREMES else None
            noted.append(Decision(equation.primitive, of_this_run, _measure(equation, own), chosen_from))
        return noted

    def apply(self, equation: Equation, inputs: Sequence[Any]) -> list[Any]:
        """Return the results of one equation, and record its decision."""
        results = super().apply(equation, inputs)
        if _decides(equation, inputs):
            self._decisions.append((self.running, equation, inputs, results))
        return results


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
        if not _decides(equation, inputs):
            return self._perturbed(equation, inputs)
        return self.one_by_one(lambda own: self._decided(equation, own), inputs)

    def _decided(self, equation: Equation, inputs: Inputs) -> list[Array]:
        """Return the results of a decision in the only run that is being evaluated."""
        (run,) = self.running
        decision = next(self._noted[run])
        if decision.chosen_from is not None and not self._unsettled[run]:
            self._unsettled[run] = _may_choose_another(equation, decision.chosen_from, inputs[0], decision.results[0])
        measure = decision.measure
        self._moved[run].append(None if measure is None else _moved(measure, _measure(equation, inputs)))
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
        return [self._off(each, units=_units_of(name, each.dtype), faithful=faithful) for each in results]

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
        if not _is_rounded(value.dtype):
            return value
        parts = value.ravel()
        if value.dtype in _PARTS:
            parts = parts.view(_PARTS[value.dtype])
        word, half = _BITS[parts.dtype]
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
        unit = _FAR_UNITS["igammac"] * 2.0**-24 * (value > _FAR_FROM_ONE)
        return (value + directions * unit).astype(value.dtype)

    def _off_one_by_one(self, total: Array, terms: Array) -> Array:
        """Return a 16-bit sum perturbed as if it were rounded after each term; return other sums unchanged.

        XLA may round after each term, and the oracle does not.
        """
        if total.dtype not in UNITS:
            return total
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


class InvertingEvaluator(Evaluator):
    """An evaluator in the graph's own precision that inverts uncertain decisions, and repeats all others.

    If the inversions change the ``measure`` of a later decision by more than rounding does, that decision is computed
    anew.

    Args:
        noted: the decisions of an earlier evaluation, in order.
        uncertain: for each decision, a mask of the elements to invert; None to invert none.
        moved: for each decision, how far rounding moves its ``measure``; None if that is not known.
    """

    def __init__(
        self, noted: Sequence[Decision], uncertain: Sequence[Array | None], moved: Sequence[Array | None]
    ) -> None:
        super().__init__(double=False)
        self._noted = zip(noted, uncertain, moved, strict=True)

    def apply(self, equation: Equation, inputs: Inputs) -> list[Array]:
        """Return the results of one equation, with its decision inverted where ``uncertain`` says so."""
        if not _decides(equation, inputs):
            return super().apply(equation, inputs)
        decision, uncertain, moved = next(self._noted)
        before = decision.measure
        if before is None or moved is None or decision.is_single:
            return decision.with_rounded(lambda: super(InvertingEvaluator, self).apply(equation, inputs))
        changed = ~(_moved(before, _measure(equation, inputs)) <= _TURNS * moved)
        if equation.primitive == "rem":
            kept = [decision.remainders(inputs, uncertain)]
        else:
            kept = decision.results if uncertain is None else decision.otherwise(uncertain)
        if not changed.any():
            return kept
        return [np.where(changed, new, old) for new, old in zip(super().apply(equation, inputs), kept, strict=True)]

    @property
    def is_done(self) -> bool:
        """Whether all decisions were made. If not, the evaluation took another path and its results are invalid."""
        return next(self._noted, None) is None


def _measure(equation: Equation, inputs: Inputs) -> Array | None:
    """Return the numbers on which an equation's decision depends (``Decision.measure``); None if not known."""
    if not all(each.dtype in _BITS for each in inputs):
        return None
    name = equation.primitive
    with np.errstate(all="ignore"):  # of infinite numbers and of zeros
        if name in _COMPARISONS:
            return inputs[0].astype(np.float64) - inputs[1].astype(np.float64)
        if name == "rem":
            return inputs[0].astype(np.float64) / inputs[1].astype(np.float64)
    kind = equation.types[0].dtype
    if name in STEPS or (name == "convert_element_type" and kind is not None and is_whole(kind)):
        return inputs[0].astype(np.float64)
    return None


def _may_choose_another(equation: Equation, numbers: Array, perturbed: Array, chosen: Array) -> bool:
    """Return whether another element is so close to the selected one that rounding may select it."""
    if numbers.dtype not in _BITS:
        return False
    (axis,) = equation.parameters["axes"]
    place = np.expand_dims(chosen, axis)
    wide = _EXTREMES[equation.primitive] * numbers.astype(np.float64)
    moved = np.abs(perturbed.astype(np.float64) - numbers.astype(np.float64)).max(axis=axis, initial=0.0)
    least = np.take_along_axis(wide, place, axis)
    np.put_along_axis(wide, place, np.inf, axis)
    apart = wide.min(axis=axis, initial=np.inf) - least.squeeze(axis)
    return bool(((moved > 0) & (apart <= _TURNS * moved)).any())


def _moved(measure: Array, perturbed: Array | None) -> Array:
    return np.zeros(measure.shape) if perturbed is None else np.abs(perturbed - measure)


def most_moved(first: Sequence[Array | None], second: Sequence[Array | None]) -> list[Array | None]:
    """Return, for each decision, the larger of the distances by which two evaluations move its ``measure``."""
    pairs = zip(first, second, strict=True)
    return [None if one is None or other is None else np.maximum(one, other) for one, other in pairs]


def is_unclear(noted: Sequence[Decision], moved: Sequence[Array | None]) -> bool:
    """Return whether more evaluations are needed to find out which decisions are uncertain.

    They are needed in two cases. An element that moved little would be uncertain if it moved as far as the median of
    its array: its rounding errors may have cancelled by chance. Or a scalar decision is an exact tie.
    """
    for decision, by in zip(noted, moved, strict=True):
        apart = decision.apart_where(by)
        if decision.is_single and by is not None and decision.apart == 0 and by == 0:
            return True
        if apart is None or by is None:
            continue
        near = np.abs(apart) <= _TURNS * np.median(by[by > 0])
        if (near & ~_is_uncertain(apart, by)).any():
            return True
    return False


def uncertain_elements(
    noted: Sequence[Decision], moved: Sequence[Array | None], *, few: bool = False
) -> list[Array | None]:
    """Return, for each decision, a mask of the elements that rounding may invert.

    It is None if there are none, and for a scalar decision.

    Args:
        noted: the decisions, in order.
        moved: for each decision, how far rounding moves its ``measure``; None if that is not known.
        few: whether to skip decisions of which more than a hundredth of the elements are uncertain. In 16-bit formats
            these are common, and a text that decides wrongly must not pass because of them.
    """
    found = [None if each.is_single else _uncertain_elements(each, by) for each, by in zip(noted, moved, strict=True)]
    if not few:
        return found
    return [None if each is None or each.sum() > _MAX_UNCERTAIN_SHARE * each.size else each for each in found]


def with_parts(uncertain: Sequence[Array | None]) -> list[Sequence[Array | None]]:
    """Return all masks of uncertain elements, followed by a few subsets of these elements, in the same form.

    The list is empty if no element is uncertain. The subsets are needed because the effects of two inversions may
    cancel, and a text may invert only one of them.
    """
    sizes = [0 if each is None else int(each.sum()) for each in uncertain]
    several = min(_UNCERTAIN_PARTS, sum(sizes))
    if several <= 1:
        return [uncertain] * several
    ends = np.cumsum(sizes)
    return [uncertain, *([_part(each, end, part, several) for each, end in zip(uncertain, ends, strict=True)]
                      for part in range(several))]  # fmt: skip


def _part(uncertain: Array | None, end: int, part: int, several: int) -> Array | None:
    """Return a mask of every ``several``-th uncertain element of a decision; None if there is none.

    Args:
        uncertain: the mask of the decision's uncertain elements.
        end: the number of uncertain elements of all decisions up to this one.
        part: which of the subsets to return.
        several: the number of subsets.
    """
    if uncertain is None:
        return None
    places = np.flatnonzero(uncertain)
    kept = np.zeros(uncertain.size, bool)
    kept[places[(end - 1 - np.arange(places.size)) % several == part]] = True
    return kept.reshape(uncertain.shape) if kept.any() else None


def is_open(noted: Sequence[Decision], moved: Sequence[Array | None]) -> bool:
    """Return whether rounding may invert a scalar decision, which may change the path of the evaluation."""
    return any(
        each.is_single and _uncertain_elements(each, by) is not None for each, by in zip(noted, moved, strict=True)
    )


def _uncertain_elements(decision: Decision, moved: Array | None) -> Array | None:
    """Return a mask of the elements that rounding may invert; None if there are none.

    An exact tie is not among them if rounding does not move it.
    """
    apart = decision.apart_where(moved)
    uncertain = None if apart is None or moved is None else _is_uncertain(apart, moved)
    return uncertain if uncertain is not None and uncertain.any() else None


def _is_uncertain(apart: Array, moved: Array) -> Array:
    """Return a mask of the elements that rounding may move across their threshold."""
    return (moved > 0) & (np.abs(apart) <= _TURNS * moved)


def _units_of(primitive: str, dtype: Dtype) -> int:
    """Return the error that XLA's CPU may make in a primitive's results, in units in the last place."""
    if dtype != np.float32:  # 16-bit results are rounded from float32
        return 1
    return _FAR_UNITS.get(primitive, _COARSE_UNITS if primitive in COARSE else 1)


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
    return divisors.dtype in _BITS and np.abs(np.frexp(divisors.astype(np.float64))[0]) == 0.5


def _is_rounded(dtype: Dtype | None) -> bool:
    return dtype in _BITS or dtype in _PARTS


def _decides(equation: Equation, inputs: Sequence[Any]) -> bool:
    """Return whether an equation makes a decision: a step, a remainder, or integers or truth values from floats."""
    if equation.primitive in STEPS:
        return True
    if equation.primitive == "rem":
        return all(each.dtype in _BITS for each in inputs)
    if equation.primitive in CALLS:
        return False
    whole = any(not _is_rounded(each.dtype) for each in equation.types)
    return whole and any(_is_rounded(each.dtype) for each in inputs)
