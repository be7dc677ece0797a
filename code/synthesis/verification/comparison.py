"""Compares the arrays of a text with those of the reference, within tolerances.

In a low-precision format a single element says little: a right text may be off by several units in the last place, and
the error of a missing term may be no larger. So the cap, which is the largest tolerance, is wider there, and the root
mean square error of each array is compared with the error that the reference's own rounding causes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.formats import FINE, epsilon_of, is_exact
from synthesis.frontends.base import Values
from synthesis.verification.inputs import flat
from synthesis.verification.stored import stored_agree
from synthesis.verification.tolerances import (
    MARGIN,
    UNITS,
    Expected,
    cap_of,
    distances,
    is_same_special,
    relative_errors,
    root_mean_square,
    scale_of,
    widened,
    written_in,
)

_MEAN_ERROR_FACTOR = 3.0
"""Largest root mean square error of a large array, in multiples of the one expected from rounding (low precision)."""
_FEW = 4.0
"""Extra allowance for arrays with few elements: the limit is multiplied by ``1 + _FEW / sqrt(elements)``."""
_TAIL = 1e-3
"""Share of an array's elements that may exceed their tolerance in low precision."""
_TAIL_CAPS = 3.0
"""Largest error of the elements that ``_TAIL`` exempts, in multiples of the cap. A NaN is never exempt."""
_BEYOND = 1.5
"""Largest accepted error of an element that depends on comparisons that are nearly ties.

It is in multiples of the change of the element when all these comparisons are inverted. If they are inverted a few at a
time, the sum of the changes counts instead if it is larger.
"""
_NOISE = 1e-14
"""Largest magnitude of a float64 result that counts as the residue of complete cancellation.

It is relative to the array's usual magnitude.
"""
_ROUNDINGS = 4
"""Tolerance of an element in which cancellation or rounding leaves no correct digits.

Such an element is the residue of cancellation, or the two precisions differ in it by more than the cap. The tolerance
is in units in the last place of the array's usual magnitude.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """An element of a text's array that differs from the expected one."""

    array: str
    index: tuple[int, ...]
    run: int
    expected: Any
    got: Any
    together: float | None = None
    """The root mean square error of the array if only that is too large; the element is then the worst one."""

    def __str__(self) -> str:
        """Return a sentence that describes the mismatch."""
        place = f"[{', '.join(map(str, self.index))}]" if self.index else ""
        all_of_them = "" if self.together is None else f"; the array's root mean square error is {self.together:.1e}"
        return f"{self.array}{place} on input {self.run}: expected {self.expected!s}, got {self.got!s}{all_of_them}"


@dataclass(frozen=True, slots=True)
class Compared:
    """The result of a comparison."""

    elements: int
    """Number of compared elements, without those that still hold poison."""
    error: float
    """The largest relative error."""
    mismatch: Mismatch | None = None


def compare(got: Sequence[Values], expected: Expected) -> Compared:
    """Compare every element of a text's arrays with the expected value, in every run.

    An element agrees if its distance from the value in either precision is within the tolerance of its array, or within
    its own tolerance. An element that is infinite must be the same infinity, and one that is NaN must be NaN. Elements
    that the reference does not write must be unchanged.
    """
    elements, worst = 0, 0.0
    errors: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in expected.together}
    for number, (found, wide) in enumerate(zip(map(flat, got), expected.double, strict=True)):
        for name, true in wide.items():
            if name not in found or found[name].shape != true.shape:
                shape = found[name].shape if name in found else "no such array"
                return Compared(
                    elements, worst, Mismatch(array=name, index=(), run=number, expected=true.shape, got=shape)
                )
            value = found[name]
            wrong, distance, written = wrong_elements(value, expected, number, name)
            if name in errors:
                errors[name].append(np.where(written, distance, 0.0))
            if wrong.any():
                index = tuple(int(axis) for axis in np.argwhere(wrong)[0])
                mismatch = Mismatch(array=name, index=index, run=number, expected=true[index], got=value[index])
                return Compared(elements, worst, mismatch)
            elements += int(written.sum())
            worst = max(worst, float(distance[written].max(initial=0.0)))
    return Compared(elements, worst, _mean_error_mismatch(got, expected, errors))


def wrong_elements(
    value: npt.NDArray[Any], expected: Expected, run: int, name: str
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Return a mask of an array's wrong elements, the error of each, and a mask of those that the reference writes.

    Args:
        value: the text's array, of the expected shape.
        expected: the expected results of all runs.
        run: the index of the array's run.
        name: the name of the array.
    """
    true, own = expected.double[run][name], expected.own[run][name]
    written = written_in(own, expected.poison.get(name))
    if np.array_equal(value, own):  # so are most arrays of right texts; what follows is 100 times slower
        return np.zeros(value.shape, bool), np.zeros(value.shape), written
    inverted = [each[name] for each in expected.inverted[run]] if expected.inverted else []
    turning = np.zeros(value.shape, bool)
    if is_exact(value.dtype):
        wrong = (value != own) & (value != true)
        for way in inverted:
            wrong &= value != way
        distance: npt.NDArray[Any] = np.zeros(value.shape)
    else:
        measured = widened(value)
        distance = np.minimum(relative_errors(measured, true), relative_errors(measured, widened(own)))
        slack = expected.slack[run].get(name, 0.0) if expected.slack else 0.0
        storing = expected.storing.get(name)
        if storing is None:
            wrong = ~(distance <= np.maximum(expected.tolerance[name], slack))
        else:
            allowed = (MARGIN * storing.error + UNITS * FINE) * scale_of(true)
            wrong = ~(stored_agree(value, own, true, allowed, storing.units) | (distance <= slack))
        if wrong.any():
            apart = relative_errors(widened(own), true) > cap_of(epsilon_of(own.dtype), expected.unit)
            usual = _usual_size(expected, name)
            noise = (true != 0) & (np.abs(true) <= _NOISE * usual)
            rounding = _ROUNDINGS * epsilon_of(own.dtype) * usual
            wrong &= ~((apart | noise) & (distances(measured, widened(own)) <= rounding))
        limit = expected.noise[run].get(name) if expected.noise else None
        if limit is not None and wrong.any():
            wrong &= ~(distances(measured, widened(own)) <= limit)
        if inverted and wrong.any():
            steps = [distances(widened(way), widened(own)) for way in inverted]
            furthest = np.maximum(steps[0], np.sum(steps[1:], axis=0)) if steps[1:] else steps[0]
            turning = wrong & (distances(measured, widened(own)) <= _BEYOND * furthest) & (furthest < np.inf)
            if np.isinf(furthest).any():  # between a number and an infinity there is nothing
                ways = [relative_errors(measured, widened(way)) <= expected.tolerance[name] for way in inverted]
                turning |= wrong & np.isinf(furthest) & np.any(ways, axis=0)
            wrong &= ~turning
            distance = np.where(turning, 0.0, distance)  # such an error is not caused by rounding
        if name in expected.together:
            wrong = _unless_few(wrong, distance, cap_of(epsilon_of(own.dtype), expected.unit))
        special = is_same_special(widened(own), true)
        if special.any():
            wrong = np.where(special, ~is_same_special(measured, true) & ~turning, wrong)
    return np.where(written, wrong, value != own), distance, written


def _usual_size(expected: Expected, name: str) -> float:
    """Return the median magnitude of the elements of an array over all runs.

    Elements that are zero, not finite or not written are ignored.
    """
    runs = zip(expected.double, expected.own, strict=True)
    sizes = [np.abs(true[name][written_in(own[name], expected.poison.get(name))]) for true, own in runs]
    whole = np.concatenate([each.ravel() for each in sizes])
    whole = whole[np.isfinite(whole) & (whole > 0)]
    return float(np.median(whole)) if whole.size else 0.0


def _unless_few(wrong: npt.NDArray[np.bool_], distance: npt.NDArray[Any], cap: float) -> npt.NDArray[np.bool_]:
    """Return the mask of wrong elements; all False if so few are wrong that low precision may explain them."""
    few = wrong.sum() <= _TAIL * wrong.size and bool((distance[wrong] <= _TAIL_CAPS * cap).all())
    return np.zeros_like(wrong) if few else wrong


def _mean_error_mismatch(
    got: Sequence[Values], expected: Expected, distances: Mapping[str, Sequence[npt.NDArray[Any]]]
) -> Mismatch | None:
    """Return the worst element of the first array whose root mean square error is larger than rounding explains.

    The result is None if there is no such array.
    """
    for name, runs in distances.items():
        epsilon, count = epsilon_of(expected.own[0][name].dtype), sum(each.size for each in runs)
        off = root_mean_square(np.concatenate([each.ravel() for each in runs]), cap_of(epsilon, expected.unit))
        rounding = _MEAN_ERROR_FACTOR * (1 + _FEW / np.sqrt(max(1, count))) * expected.together[name]
        if off <= rounding + max(epsilon, UNITS * FINE):
            continue
        number = int(np.argmax([each.max(initial=0.0) for each in runs]))
        index = tuple(map(int, np.unravel_index(int(np.argmax(runs[number])), runs[number].shape)))
        true, value = expected.double[number][name][index], flat(got[number])[name][index]
        return Mismatch(array=name, index=index, run=number, expected=true, got=value, together=float(off))
    return None
