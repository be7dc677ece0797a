"""Discrete outcomes that floating-point numbers decide, and which of these decisions rounding may invert."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synthesis.core.formats import is_whole
from synthesis.frontends.jax.graphs import Equation, Graph
from synthesis.frontends.jax.reference.evaluator import Evaluator
from synthesis.frontends.jax.reference.primitives import BITS, COMPARISONS, EXTREMES, STEPS, decides, is_rounded
from synthesis.frontends.jax.reference.rules.table import Array, Inputs
from synthesis.frontends.jax.reference.stacks import of_run
from synthesis.frontends.jax.reference.together import Together

_TURNS = 4.0
"""A decision is uncertain if its threshold is no further away than this many times the effect of rounding."""
MORE = 3
"""Number of further evaluations, which show effects of rounding that cancelled by chance in the first."""
_UNCERTAIN_PARTS = 4
"""Number of parts in which uncertain decisions are inverted; this many or fewer are inverted individually."""
_MAX_UNCERTAIN_SHARE = 0.01
"""Maximum share of a decision's elements that may be uncertain with 16-bit numbers."""


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
        if not any(is_rounded(each.dtype) for each in self.results) or self.primitive in STEPS:
            return self.results
        return [new if is_rounded(new.dtype) else each for new, each in zip(compute(), self.results, strict=True)]

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


class Recording(Together):
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
            return [noted for inputs in several for noted in Recording().noted(graph, [inputs])]
        return [self._of_run(run) for run in range(len(several))]

    def _of_run(self, run: int) -> list[Decision]:
        noted = list[Decision]()
        for running, equation, inputs, results in self._decisions:
            if run not in running:
                continue
            place = running.index(run)
            own = [of_run(each, place) for each in inputs]
            of_this_run = [of_run(each, place) for each in results]
            chosen_from = own[0] if equation.primitive in EXTREMES else None
            noted.append(Decision(equation.primitive, of_this_run, measure_of(equation, own), chosen_from))
        return noted

    def apply(self, equation: Equation, inputs: Sequence[Any]) -> list[Any]:
        """Return the results of one equation, and record its decision."""
        results = super().apply(equation, inputs)
        if decides(equation, inputs):
            self._decisions.append((self.running, equation, inputs, results))
        return results


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
        if not decides(equation, inputs):
            return super().apply(equation, inputs)
        decision, uncertain, moved = next(self._noted)
        before = decision.measure
        if before is None or moved is None or decision.is_single:
            return decision.with_rounded(lambda: super(InvertingEvaluator, self).apply(equation, inputs))
        changed = ~(distance_moved(before, measure_of(equation, inputs)) <= _TURNS * moved)
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


def measure_of(equation: Equation, inputs: Inputs) -> Array | None:
    """Return the numbers on which an equation's decision depends (``Decision.measure``); None if not known."""
    if not all(each.dtype in BITS for each in inputs):
        return None
    name = equation.primitive
    with np.errstate(all="ignore"):  # of infinite numbers and of zeros
        if name in COMPARISONS:
            return inputs[0].astype(np.float64) - inputs[1].astype(np.float64)
        if name == "rem":
            return inputs[0].astype(np.float64) / inputs[1].astype(np.float64)
    kind = equation.types[0].dtype
    if name in STEPS or (name == "convert_element_type" and kind is not None and is_whole(kind)):
        return inputs[0].astype(np.float64)
    return None


def may_choose_another(equation: Equation, numbers: Array, perturbed: Array, chosen: Array) -> bool:
    """Return whether another element is so close to the selected one that rounding may select it."""
    if numbers.dtype not in BITS:
        return False
    (axis,) = equation.parameters["axes"]
    place = np.expand_dims(chosen, axis)
    wide = EXTREMES[equation.primitive] * numbers.astype(np.float64)
    moved = np.abs(perturbed.astype(np.float64) - numbers.astype(np.float64)).max(axis=axis, initial=0.0)
    least = np.take_along_axis(wide, place, axis)
    np.put_along_axis(wide, place, np.inf, axis)
    apart = wide.min(axis=axis, initial=np.inf) - least.squeeze(axis)
    return bool(((moved > 0) & (apart <= _TURNS * moved)).any())


def distance_moved(measure: Array, perturbed: Array | None) -> Array:
    """Return how far each number of a decision's ``measure`` is from its perturbed value; 0 if that is None."""
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
