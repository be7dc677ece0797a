"""Tells infinities and NaNs that a kernel stores on purpose from those that are an accident.

A mask of attention holds ``-inf``, a search that finds nothing leaves the ``inf`` that it starts from, and a missing
value is NaN. These are constants of the source. A quotient by zero, the logarithm of a negative number and an overflow
are accidents of the inputs, and nothing can be verified there. To tell the two apart, the reference computes once more
with a huge number in place of every constant that is not finite: what is not finite on purpose is then a finite number.

In this module, a number that is infinite or NaN is called infinite.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.frontends.base import Reference, ReferenceFaultError, ReferenceUnknownError, Trace, Values
from synthesis.verification.inputs import flat
from synthesis.verification.tolerances import Expected, expect, written_in

HUGE = 2.0**40
"""The number that stands for an infinite constant.

It is far outside every domain, and so small that a number that is added to it, or a product with it, is not lost.
"""
MODERATE = 2.0**9
"""A number whose exponential is finite, unlike that of ``HUGE``."""
_STEP = 2.0**-20
"""The share by which inputs are changed to see whether an infinity is multiplied by one of them."""
_SMALLER = 2.0**24
"""A smaller number that stands for an infinite constant, of whose multiples a sum keeps more digits."""


def with_accidents(
    expected: Expected, reference: Reference, runs: Sequence[Values], *, on_purpose: bool = True
) -> Expected:
    """Return expected results whose ``non_finite`` names an array with accidental infinities too, if there is one.

    An array is also named if all that it holds on all runs is infinite, and is computed from other numbers, such as
    ``f(x) + inf``: the infinities hide these numbers.

    Args:
        expected: the expected results of the runs.
        reference: the kernel's reference.
        runs: the inputs.
        on_purpose: whether infinities that a kernel stores on purpose are allowed. If not, every infinity counts as an
            accident.
    """
    if not expected.infinite or expected.non_finite:
        return expected
    found = _accident(expected, reference, runs) if on_purpose else expected.infinite[0]
    return replace(expected, non_finite=found)


def expected_of(
    reference: Reference,
    runs: Sequence[Values],
    double: Sequence[Values],
    own: Sequence[Values],
    poison: Mapping[str, Any],
    *,
    on_purpose: bool = True,
) -> Expected:
    """Return the expected results of several runs of a kernel, of which ``non_finite`` names accidents too.

    Args:
        reference: the kernel's reference.
        runs: the inputs.
        double: for each run, the reference's arrays in float64.
        own: for each run, the reference's arrays in the kernel's own precision.
        poison: write-only output (``name`` or ``name.field``) to its poison.
        on_purpose: whether infinities that a kernel stores on purpose are allowed.
    """
    expected = expect(double, own, poison, unit=reference.unit)
    return with_accidents(expected, reference, runs, on_purpose=on_purpose)


def have_gradients(reference: Reference, run: Values, result: Values) -> bool:
    """Return whether infinities that a run gives are on purpose, and leave the gradients of the inputs finite.

    An infinity that is multiplied by an input does not: its cotangent is zero, and a text gives zero times infinity.

    Args:
        reference: the kernel's reference.
        run: the inputs in float64.
        result: the results in float64 of some of the outputs.
    """
    moved = {name: value * (1 + _STEP) if value.dtype.kind == "f" else value for name, value in run.items()}
    infinite = {name: ~np.isfinite(each) for name, each in flat(result).items() if each.dtype.kind == "f"}
    for huge in (HUGE, MODERATE):
        made = _with_huge_constants(reference, [run, moved], huge)
        if made is None:
            continue
        pairs = [(made[0][name][at], made[1][name][at]) for name, at in infinite.items()]
        if all(np.isfinite(here).all() for here, _ in pairs):
            return all((np.abs(there - here) <= _STEP * _SMALLER).all() for here, there in pairs)
    return False


def constants_at(reference: Reference, run: Values, result: Values) -> dict[str, npt.NDArray[np.bool_]]:
    """Return, by array, a mask of the infinite elements that are copies of a constant, so that their slope is zero.

    The result is empty if nothing is infinite.

    Args:
        reference: the kernel's reference. The kernel must not take extremes: of two infinities that are equal, a text
            may differentiate both.
        run: the inputs in float64.
        result: the results in float64.
    """
    held = flat(result)
    if not any(value.dtype.kind == "f" and not np.isfinite(value).all() for value in held.values()):
        return {}
    made = _with_huge_constants(reference, [run], _SMALLER)
    if made is None:
        return {name: np.zeros(value.shape, bool) for name, value in held.items()}
    return {
        name: ~np.isfinite(value) & (np.abs(made[0][name]) == _SMALLER)
        for name, value in held.items()
        if value.dtype.kind == "f"
    }


def _accident(expected: Expected, reference: Reference, runs: Sequence[Values]) -> str | None:
    """Return the name of an array with accidental infinities, or with nothing but computed ones; None if none has."""
    found = _accident_at(expected, reference, runs, HUGE)
    return found and _accident_at(expected, reference, runs, MODERATE)


def _accident_at(expected: Expected, reference: Reference, runs: Sequence[Values], huge: float) -> str | None:
    made = _with_huge_constants(reference, runs, huge)
    if made is None:
        return expected.infinite[0]
    for name in expected.infinite:
        finite, copied = True, True
        for run, own, true, value in zip(map(flat, runs), expected.own, expected.double, made, strict=True):
            written = written_in(own[name], expected.poison.get(name)) & ~_is_left(run.get(name), own[name])
            infinite = written & ~np.isfinite(true[name])
            if not np.isfinite(value[name][infinite]).all():
                return name
            finite = finite and bool(infinite[written].all())
            copied = copied and bool((np.abs(value[name][infinite]) == huge).all())
        if finite and not copied:
            return name
    return None


def _is_left(before: npt.NDArray[Any] | None, after: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Return a mask of the elements that were given as an infinity or a NaN, and that a run leaves as they were."""
    if before is None or before.shape != after.shape:
        return np.zeros(after.shape, bool)
    return ~np.isfinite(before) & ((before == after) | (np.isnan(before) & np.isnan(after)))


def _with_huge_constants(
    reference: Reference, runs: Sequence[Values], huge: float
) -> list[dict[str, npt.NDArray[Any]]] | None:
    """Return the results in float64 with a huge number as infinite constants; None if the reference fails then."""
    try:
        return [flat(each) for each in reference(runs, double=True, trace=Trace(infinity=huge))]
    except (ReferenceFaultError, ReferenceUnknownError):
        return None
