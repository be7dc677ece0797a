"""Tests which values affect a function's results, by evaluating it with one value moved a little."""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from synthesis.frontends.base import Trace
from synthesis.frontends.jax.graphs import Equation, Graph
from synthesis.frontends.jax.reference.joins import RESULTS
from synthesis.frontends.jax.reference.rules.table import Array, Inputs
from synthesis.frontends.jax.reference.stacks import Stack
from synthesis.frontends.jax.reference.together import Together

_STEP = 2.0**-20
"""How far an element is moved, relative to its size. Rounding in float64 is much less, and few decisions change."""
_SMALLEST = 2.0**-10
"""Elements smaller than this share of the array's mean size are moved as far as an element of that size."""


def note_influence(graph: Graph, several: Sequence[Inputs], places: Collection[tuple[int, int]], trace: Trace) -> None:
    """Record in ``trace.arms`` the first run in which a value affects a result; values that affect none are left out.

    A value has an effect if a floating-point result differs where all elements of the value are moved, each in a random
    direction.

    Args:
        graph: the function.
        several: the inputs of each run.
        places: for each value, the identity of an equation and the number of an operand, or ``RESULTS``.
        trace: the record.

    Raises:
        ReferenceUnknownError: for a primitive that is not modelled.
    """
    untaken = [place for place in places if place not in trace.arms]
    if not untaken:
        return
    before = Together(double=True).runs(graph, several)
    for place in untaken:
        after = _Moving(place).runs(graph, several)
        for run, (left, right) in enumerate(zip(before, after, strict=True)):
            if any(_differs(*pair) for pair in zip(left, right, strict=True)):
                trace.arms[place] = run
                break


class _Moving(Together):
    """An evaluator in float64 that moves one operand of an equation, or its results, wherever it is evaluated."""

    def __init__(self, place: tuple[int, int]) -> None:
        super().__init__(double=True)
        self._equation, self._operand = place
        self._generator = np.random.default_rng(place[1] - RESULTS)

    def apply(self, equation: Equation, inputs: Sequence[Any]) -> list[Any]:
        """Return the results of one equation, each an array or a stack."""
        if id(equation) != self._equation:
            return super().apply(equation, inputs)
        if self._operand == RESULTS:
            return [self._moved(each) for each in super().apply(equation, inputs)]
        moved = [self._moved(each) if number == self._operand else each for number, each in enumerate(inputs)]
        return super().apply(equation, moved)

    def _moved(self, value: Any) -> Any:
        if type(value) is Stack:
            return Stack(self._moved(value.data))
        if value.dtype.kind not in "fc":
            return value
        array: Array = value
        sizes = np.abs(array)
        finite = sizes[np.isfinite(sizes)]
        least = _SMALLEST * float(finite.mean()) if finite.size and finite.any() else _SMALLEST
        signs = np.where(self._generator.random(array.shape) < 0.5, -_STEP, _STEP)
        steps = signs * self._generator.uniform(0.5, 1.0, array.shape) * np.maximum(sizes, least)
        return np.asarray(array + steps, array.dtype)


def _differs(left: Array, right: Array) -> bool:
    return left.dtype.kind in "fc" and not np.array_equal(left, right, equal_nan=True)
