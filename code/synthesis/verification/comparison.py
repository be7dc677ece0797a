"""Compares the arrays of a text with those of the reference, within tolerances.

The tolerance comes from the arithmetic. The reference runs in float64 and in the kernel's own precision. The tolerance
is the difference between the two, relative to the element's magnitude plus the array's typical one, times a margin,
with a minimum of some units in the last place. It is capped: a kernel that needs more is ill-conditioned and verifies
nothing.

If most of a value cancels out, the two precisions may be close to each other by chance. So an element may also be off
by the effect of rounding alone on it. That is measured by a run in which every rounded number is perturbed by a unit in
the last place.

If a kernel computes in a low-precision format, a single element says little: a right text may be off by some units of
that format, and a missing term may be no larger. So the cap is wider there, and the root mean square error of all
elements of an array is compared with the one that the reference's own rounding causes.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.formats import epsilon_of, is_exact
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.frontends.base import Shake, Values
from synthesis.verification.inputs import flat, poison_of

CAP = 1e-2
"""Largest relative tolerance; for an array in a coarser format, 4 units in its last place if that is more."""
_FINE = 2.0**-23
"""A unit in the last place of float32, relative to the number. Coarser units count as low precision."""
_COARSE_UNITS = 16.0
"""Largest relative tolerance of a kernel that is known to compute in low precision, in units of its coarsest format.

It is never less than ``CAP``.
"""
_TOGETHER = 3.0
"""Largest root mean square error of a large array, in multiples of the one expected from rounding (low precision)."""
_FEW = 4.0
"""How much more is allowed for few elements: the limit is multiplied by ``1 + _FEW / sqrt(elements)``."""
_TAIL = 1e-3
"""Share of an array's elements that may exceed their tolerance in low precision."""
_TAIL_CAPS = 3.0
"""Largest error of these elements, in multiples of the cap. A NaN is never one of them."""
_ROUNDED = 12.0**-0.5
"""Root mean square error of rounding to nearest, in units in the last place.

A perturbed number is off by 1 such unit.
"""
_MARGIN = 8.0
"""Factor from the measured differences between two precisions, or effects of rounding, to the tolerance."""
_UNITS = 32.0
"""Smallest relative tolerance, in units in the last place of the array's format."""
_STORED_UNITS = 2.0
"""The same for an array in low precision that stores numbers computed in a finer format.

A right text is off by one unit there.
"""
_LEAST = 1e-11
"""Smallest relative tolerance; it applies to float64, for which there is no wider format to measure against."""
_QUARTILE = 0.25
"""An array's typical magnitude is at least this quantile of its nonzero magnitudes, unless the median is zero."""
_LOST = 16.0
"""Tolerance of elements that consist of rounding error, in multiples of the largest known shift among them."""
_SINGLE = 4
"""Largest number of elements of an array for which one measurement of the effect of rounding is not enough."""
_BEYOND = 1.5
"""Factor on the distance that turned comparisons move an element; values within it are accepted.

The distance is that with all comparisons turned, or the sum of those with a few of them turned if that is more.
"""
_OUTLIERS = 0.01
"""Share of an array's elements that may differ by more than the cap between the two precisions; one always may.

Causes are a comparison that rounding may turn, and nearly complete cancellation. A text must agree with one of the two
precisions there, with a tolerance of ``_ROUNDINGS`` roundings of the array's usual magnitude.
"""

_NOISE = 1e-14
"""Largest magnitude of a float64 result that counts as what complete cancellation leaves.

It is relative to the array's usual magnitude.
"""

_ROUNDINGS = 4
"""Tolerance of such elements, in units in the last place of the array's usual magnitude."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """The first element that differs from the expected one."""

    array: str
    index: tuple[int, ...]
    run: int
    expected: Any
    got: Any
    together: float | None = None
    """The array's root mean square error if only that is too large; the element then has the largest error."""

    def __str__(self) -> str:
        """Return the mismatch as text for a person."""
        place = f"[{', '.join(map(str, self.index))}]" if self.index else ""
        all_of_them = "" if self.together is None else f"; all elements together are off by {self.together:.1e}"
        return f"{self.array}{place} on input {self.run}: expected {self.expected!s}, got {self.got!s}{all_of_them}"


@dataclass(frozen=True, slots=True)
class Compared:
    """The result of a comparison."""

    elements: int
    """Number of elements that agree, without those that still hold poison."""
    error: float
    """The largest relative error."""
    mismatch: Mismatch | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """The reference's results in both precisions, and the tolerances of a text."""

    double: tuple[Mapping[str, npt.NDArray[Any]], ...]
    own: tuple[Mapping[str, npt.NDArray[Any]], ...]
    tolerance: Mapping[str, float]
    """Array to relative tolerance; 0 for integers and truth values."""
    poison: Mapping[str, Any]
    """Write-only output to the poison that it held before the run."""
    ill_conditioned: str | None = None
    """A message about the first array that needs more than the cap; None if there is none."""
    non_finite: str | None = None
    """The first array with a NaN or an infinity; None if there is none."""
    slack: tuple[Mapping[str, npt.NDArray[Any]], ...] = ()
    """For each run, array to the relative tolerance of each element, where that may exceed the array's."""
    turned: tuple[Sequence[Mapping[str, npt.NDArray[Any]]], ...] = ()
    """For each run, the results with comparisons turned that rounding may turn: all of them, then a few at a time."""
    noise: tuple[Mapping[str, npt.NDArray[Any]], ...] = ()
    """For each run, array to the absolute tolerance of elements that consist of rounding error; 0 for the others.

    Arrays without such elements are left out.
    """
    unit: float = 0.0
    """A unit in the last place of the coarsest numbers that the kernel computes with; 0 if that is not known."""
    together: Mapping[str, float] = field(default_factory=dict[str, float])
    """Array to the root mean square of relative errors over all runs that rounding causes.

    Empty unless the kernel computes in low precision.
    """

    @property
    def largest_tolerance(self) -> float:
        """The largest tolerance of any array."""
        return max(self.tolerance.values(), default=0.0)

    @property
    def largest_allowance(self) -> float:
        """The largest tolerance of any array or element."""
        elements = (float(each.max(initial=0.0)) for run in self.slack for each in run.values())
        return max([self.largest_tolerance, *elements])


def expect(
    double: Sequence[Values], own: Sequence[Values], poison: Mapping[str, Any], *, unit: float = 0.0
) -> Expected:
    """Return the expected results of several runs.

    Args:
        double: for each run, the reference's arrays in float64.
        own: for each run, the reference's arrays in the kernel's own precision.
        poison: write-only output (``name`` or ``name.field``) to its poison.
        unit: a unit in the last place of the coarsest numbers that the kernel computes with; 0 if that is not known.
    """
    wide, narrow = tuple(map(_numeric, double)), tuple(map(flat, own))
    tolerance, together = dict[str, float](), dict[str, float]()
    ill, non_finite = None, None
    for name in narrow[0]:
        dtype = narrow[0][name].dtype
        exact = is_exact(dtype)
        if exact:
            tolerance[name] = 0.0
            continue
        errors, finite = list[npt.NDArray[Any]](), True
        for w, n in zip(wide, narrow, strict=True):
            value, true, mask = _number(n[name]), w[name], _written(n[name], poison.get(name))
            finite = finite and bool(np.isfinite(true[mask]).all() and np.isfinite(value[mask]).all())
            # Most arrays are only read, so both precisions have the same values.
            off = np.zeros(true.shape) if np.array_equal(value, true) else _relative(value, true)
            errors.append(off[mask])
        if not finite and non_finite is None:
            non_finite = name
        off = np.concatenate([each.ravel() for each in errors])
        tolerance[name], needed = _allowance(off, epsilon_of(dtype), unit)
        if unit > _FINE:
            together[name] = _root_mean_square(off, _cap(epsilon_of(dtype), unit))
        if needed is not None and ill is None:
            ill = f"{name} differs by {needed:.1e} between float64 and {dtype}"
    return Expected(wide, narrow, tolerance, dict(poison), ill, non_finite, unit=unit, together=together)


def has_few_elements(expected: Expected) -> bool:
    """Return whether an array of rounded numbers is so small that rounding may leave all of it unchanged by chance."""
    return any(not is_exact(each.dtype) and each.size <= _SINGLE for each in expected.own[0].values())


def is_lost(expected: Expected, run: int, shake: Shake) -> bool:
    """Return whether rounding alone moves more than a few elements of an array beyond the cap.

    Such a run says nothing about the array. The result is False for kernels that compute in low precision.
    """
    shifts = _shifts(expected.double[run], expected.own[run], flat(shake.off), expected.unit)
    return expected.unit <= _FINE and any(_are_many(off > most) for _, off, most in shifts)


def _are_many(elements: npt.NDArray[np.bool_]) -> bool:
    """Return whether these are more of an array's elements than may differ between the two precisions."""
    return bool(elements.sum() > max(1, _OUTLIERS * elements.size))


def leaves_rounding(expected: Expected, run: int, shake: Shake) -> bool:
    """Return whether elements of a run consist of rounding error, if only a few do."""
    return bool(_noise(expected.double[run], expected.own[run], flat(shake.off), expected.unit))


def furthest(expected: Expected, run: int, first: Shake, others: Sequence[Values]) -> Shake:
    """Return the effect of rounding on a run, with each element where it moved furthest in several measurements.

    Args:
        expected: the expected results of all runs.
        run: the number of the run.
        first: the first measurement.
        others: results of the other measurements. One with other decisions is ignored.
    """
    own, off = expected.own[run], flat(first.off)
    for found in map(flat, others):
        if not decides_otherwise(own, found):
            off = {name: _further(own[name], value, found[name]) for name, value in off.items()}
    return replace(first, off=off)


def _further(own: npt.NDArray[Any], one: npt.NDArray[Any], other: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return, for each element, the number of the two arrays that is further from that of a third array."""
    apart = [np.abs(_number(each) - _number(own)) for each in (one, other)]
    return np.where(apart[1] > apart[0], other, one)


def loosened(expected: Expected, shaken: Sequence[Shake]) -> Expected:
    """Return the expectation with larger tolerances for elements that rounding alone moves further than their array's.

    If the two sides of a comparison are equal except for rounding, a right text may decide either way. An element that
    depends on the decision may be anywhere between the two results, and slightly beyond.

    A perturbed run has to decide as the unperturbed one did. If it did not, it says nothing about rounding, and a text
    that decides wrongly must not pass because of it. So a run whose integers or truth values differ is ignored. So is
    an element that moves by more than the cap, relative to itself or to the largest one of its array. No tolerance
    exceeds that cap.

    An element that moves by more consists of rounding error, such as the direction of a vector that should be zero. If
    there are few of them in an array, each may be off by a multiple of the largest shift among them, or of the largest
    difference between the two precisions.

    Args:
        expected: the expected results of the runs, all of them finite.
        shaken: for each run, the effect of rounding on the reference's arrays in the kernel's own precision.
    """
    off = [flat(each.off) for each in shaken]
    turned = tuple([flat(way) for way in each.turned] for each in shaken)
    told = list(zip(expected.double, expected.own, off, strict=True))
    slack = _with_usual(tuple(_slack(*each, expected.unit) for each in told))
    noise = tuple(_noise(*each, expected.unit) for each in told)
    together = {name: max(each, _shaken_together(name, expected, off)) for name, each in expected.together.items()}
    return replace(expected, slack=slack, noise=noise, turned=turned, together=together)


def _shaken_together(name: str, expected: Expected, shaken: Sequence[Mapping[str, npt.NDArray[Any]]]) -> float:
    """Return the root mean square error of an array that rounding causes.

    It is measured by runs in which every rounded number is perturbed by a unit in the last place.
    """
    moved = [
        (np.abs(_number(off[name]) - _number(own[name])) / scale_of(wide[name])).ravel()
        for off, own, wide in zip(shaken, expected.own, expected.double, strict=True)
    ]
    return _ROUNDED * _root_mean_square(
        np.concatenate(moved), _cap(epsilon_of(expected.own[0][name].dtype), expected.unit)
    )


def _slack(
    wide: Mapping[str, npt.NDArray[Any]],
    own: Mapping[str, npt.NDArray[Any]],
    shaken: Mapping[str, npt.NDArray[Any]],
    unit: float,
) -> dict[str, npt.NDArray[Any]]:
    return {
        name: np.asarray(np.where(off <= most, np.minimum(most, _MARGIN * off), 0.0) / scale_of(wide[name]))
        for name, off, most in _shifts(wide, own, shaken, unit)
    }


def _with_usual(slack: tuple[dict[str, npt.NDArray[Any]], ...]) -> tuple[dict[str, npt.NDArray[Any]], ...]:
    """Return the tolerances, with those of small arrays raised to the median over the runs.

    A perturbation may move a single number by little in one run by chance, even if its operands move by much.
    """
    few = {name for run in slack for name, each in run.items() if 0 < each.size <= _SINGLE}
    usual = {name: np.median([run[name].max() for run in slack if name in run]) for name in few}
    return tuple(
        {name: np.asarray(np.maximum(each, usual.get(name, 0.0))) for name, each in run.items()} for run in slack
    )


def _noise(
    wide: Mapping[str, npt.NDArray[Any]],
    own: Mapping[str, npt.NDArray[Any]],
    shaken: Mapping[str, npt.NDArray[Any]],
    unit: float,
) -> dict[str, npt.NDArray[Any]]:
    if unit > _FINE:
        return {}
    found: dict[str, npt.NDArray[Any]] = {}
    for name, off, most in _shifts(wide, own, shaken, unit):
        if not (off > most).any():
            continue
        lost = _MARGIN * off > most  # elements computed from a lost one may move slightly less
        if not _are_many(lost):
            apart = np.abs(wide[name] - _number(own[name]))
            found[name] = np.where(lost, _LOST * np.maximum(off, apart)[lost].max(), 0.0)
    return found


def decides_otherwise(own: Mapping[str, npt.NDArray[Any]], other: Mapping[str, npt.NDArray[Any]]) -> bool:
    """Return whether an integer or a truth value differs between two evaluations of a run.

    Args:
        own: the ``flat`` arrays of the first evaluation.
        other: those of the second.
    """
    return any(is_exact(value.dtype) and not np.array_equal(value, other[name]) for name, value in own.items())


def _shifts(
    wide: Mapping[str, npt.NDArray[Any]],
    own: Mapping[str, npt.NDArray[Any]],
    shaken: Mapping[str, npt.NDArray[Any]],
    unit: float,
) -> Iterator[tuple[str, npt.NDArray[Any], npt.NDArray[Any]]]:
    """Yield each array of rounded numbers with the absolute shift of its elements and the largest allowed shift.

    The allowed shift is the cap, relative to the element or to the largest one. Nothing is yielded for a run that
    decides otherwise.
    """
    if decides_otherwise(own, shaken):
        return
    for name, value in own.items():
        if not is_exact(value.dtype):
            largest = _sizes(wide[name]).max(initial=0.0)
            most = _cap(epsilon_of(value.dtype), unit) * np.maximum(scale_of(wide[name]), largest)
            yield name, np.abs(_number(shaken[name]) - _number(value)), most


def _numeric(values: Values) -> dict[str, npt.NDArray[Any]]:
    return {name: _number(value) for name, value in flat(values).items()}


def _number(value: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an array in the widest format of its kind. NumPy itself does not know the small floating-point formats."""
    if value.dtype.kind in "fV":
        return value.astype(np.float64)
    return value.astype(np.complex128) if value.dtype.kind == "c" else value


def _relative(value: npt.NDArray[Any], true: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return errors relative to an element's magnitude plus the array's typical one."""
    with np.errstate(all="ignore"):
        return np.abs(value - true) / scale_of(true)


def scale_of(true: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the magnitudes that errors are relative to: each element's own plus the array's typical one.

    The latter is 1 if all elements are zero.
    """
    sizes = _sizes(true)
    return sizes + (_typical(sizes) or 1.0)


def _typical(sizes: npt.NDArray[Any]) -> float:
    """Return the median magnitude, or the mean if the median is zero.

    If nearly half of an array is zero because it is masked or partly written, the median is near the smallest of the
    other magnitudes, which says nothing about their errors. So a median is raised to the lower quartile of the nonzero
    magnitudes.
    """
    others = sizes[sizes > 0]
    if not others.size:
        return 0.0
    median = _quantile(sizes.ravel(), 0.5)
    return max(median, _quantile(others, _QUARTILE)) if median else float(sizes.mean())


def _quantile(numbers: npt.NDArray[Any], share: float) -> float:
    """Return the same as ``np.quantile``, in a tenth of the time for small arrays, which most are."""
    place = share * (numbers.size - 1)
    low = int(place)
    high = min(low + 1, numbers.size - 1)
    sorted_there = np.partition(numbers, (low, high))
    return float(sorted_there[low] + (sorted_there[high] - sorted_there[low]) * (place - low))


def _sizes(true: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return absolute values; 0 for those that are not finite or at least 1e30, as most poison is."""
    sizes = np.abs(true)
    return np.where(np.isfinite(sizes) & (sizes < 1e30), sizes, 0)


def _cap(epsilon: float, unit: float) -> float:
    """Return the largest relative tolerance of an array.

    Args:
        epsilon: a unit in the last place of the array's format.
        unit: that of the coarsest numbers that the kernel computes with; 0 if it is not known.
    """
    return max(CAP, _COARSE_UNITS * unit) if unit > _FINE else max(CAP, 4 * epsilon)


def _root_mean_square(errors: npt.NDArray[Any], cap: float) -> float:
    """Return the root mean square of the finite relative errors, each limited to the cap.

    Larger errors come from decisions that rounding turned.
    """
    finite = np.minimum(errors[np.isfinite(errors)], cap)
    return float(np.sqrt(np.mean(np.square(finite)))) if finite.size else 0.0


def _allowance(errors: npt.NDArray[Any], epsilon: float, unit: float) -> tuple[float, float | None]:
    """Return the relative tolerance, and the tolerance that is needed if it exceeds the cap (else None)."""
    cap = _cap(epsilon, unit)
    stored = epsilon > _FINE >= unit
    floor = min(max((_STORED_UNITS if stored else _UNITS) * epsilon, _LEAST), cap)
    errors = errors[np.isfinite(errors)]
    if not errors.size:
        return floor, None
    apart = errors > cap
    if _are_many(apart):
        return cap, float(errors.max())
    needed = float(errors[~apart].max(initial=0.0))
    if unit > _FINE:
        usual = float(np.quantile(errors, 1 - _OUTLIERS))
        return min(cap, _MARGIN * needed + floor), usual if 2 * usual > cap else None
    if 4 * needed > cap and needed > 4 * epsilon:
        return cap, needed
    return min(cap, _MARGIN * needed + floor), None


def _written(value: npt.NDArray[Any], poison: Any) -> npt.NDArray[np.bool_]:
    """Return which elements no longer hold the poison."""
    return np.ones(value.shape, bool) if poison is None else value != poison


def compare(got: Sequence[Values], expected: Expected) -> Compared:
    """Compare a text's arrays with the expected ones, in every element of every run.

    An element agrees if it is within the tolerance of its array, or its own, of the value in either precision. Elements
    that the reference does not write must be unchanged. A NaN never agrees.
    """
    elements, worst = 0, 0.0
    distances: dict[str, list[npt.NDArray[Any]]] = {name: [] for name in expected.together}
    for number, (found, wide) in enumerate(zip(map(flat, got), expected.double, strict=True)):
        for name, true in wide.items():
            if name not in found or found[name].shape != true.shape:
                shape = found[name].shape if name in found else "no such array"
                return Compared(
                    elements, worst, Mismatch(array=name, index=(), run=number, expected=true.shape, got=shape)
                )
            value = found[name]
            wrong, distance, written = wrong_elements(value, expected, number, name)
            if name in distances:
                distances[name].append(np.where(written, distance, 0.0))
            if wrong.any():
                index = tuple(int(axis) for axis in np.argwhere(wrong)[0])
                mismatch = Mismatch(array=name, index=index, run=number, expected=true[index], got=value[index])
                return Compared(elements, worst, mismatch)
            elements += int(written.sum())
            worst = max(worst, float(distance[written].max(initial=0.0)))
    return Compared(elements, worst, _off_together(got, expected, distances))


def wrong_elements(
    value: npt.NDArray[Any], expected: Expected, run: int, name: str
) -> tuple[npt.NDArray[np.bool_], npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """Return which elements of an array are wrong, the error of each, and which elements the reference writes.

    Args:
        value: the text's array, of the expected shape.
        expected: the expected results of all runs.
        run: the number of the array's run.
        name: the name of the array.
    """
    true, own = expected.double[run][name], expected.own[run][name]
    written = _written(own, expected.poison.get(name))
    if np.array_equal(value, own):  # true of most arrays of right texts; the rest takes 100 times as long
        return np.zeros(value.shape, bool), np.zeros(value.shape), written
    turned = [each[name] for each in expected.turned[run]] if expected.turned else []
    if is_exact(value.dtype):
        wrong = (value != own) & (value != true)
        for way in turned:
            wrong &= value != way
        distance: npt.NDArray[Any] = np.zeros(value.shape)
    else:
        measured = _number(value)
        distance = np.minimum(_relative(measured, true), _relative(measured, _number(own)))
        slack = expected.slack[run].get(name, 0.0) if expected.slack else 0.0
        wrong = ~(distance <= np.maximum(expected.tolerance[name], slack))
        if wrong.any():
            apart = _relative(_number(own), true) > _cap(epsilon_of(own.dtype), expected.unit)
            usual = _usual_size(expected, name)
            noise = (true != 0) & (np.abs(true) <= _NOISE * usual)
            rounding = _ROUNDINGS * epsilon_of(own.dtype) * usual
            wrong &= ~((apart | noise) & (np.abs(measured - _number(own)) <= rounding))
        reach = expected.noise[run].get(name) if expected.noise else None
        if reach is not None and wrong.any():
            wrong &= ~(np.abs(measured - _number(own)) <= reach)
        if turned and wrong.any():
            steps = [np.abs(_number(way) - _number(own)) for way in turned]
            reach = np.maximum(steps[0], np.sum(steps[1:], axis=0)) if steps[1:] else steps[0]
            turning = wrong & (np.abs(measured - _number(own)) <= _BEYOND * reach)
            wrong &= ~turning
            distance = np.where(turning, 0.0, distance)  # a turned comparison says nothing about rounding
        if name in expected.together:
            wrong = _but_for_a_few(wrong, distance, _cap(epsilon_of(own.dtype), expected.unit))
    return np.where(written, wrong, value != own), distance, written


def _usual_size(expected: Expected, name: str) -> float:
    """Return the median magnitude of an array's elements over all runs.

    Elements that are zero, not finite or not written are ignored.
    """
    runs = zip(expected.double, expected.own, strict=True)
    sizes = [np.abs(true[name][_written(own[name], expected.poison.get(name))]) for true, own in runs]
    whole = np.concatenate([each.ravel() for each in sizes])
    whole = whole[np.isfinite(whole) & (whole > 0)]
    return float(np.median(whole)) if whole.size else 0.0


def _but_for_a_few(wrong: npt.NDArray[np.bool_], distance: npt.NDArray[Any], cap: float) -> npt.NDArray[np.bool_]:
    """Return the wrong elements; none if they are so few of many that rounding in low precision may explain them."""
    few = wrong.sum() <= _TAIL * wrong.size and bool((distance[wrong] <= _TAIL_CAPS * cap).all())
    return np.zeros_like(wrong) if few else wrong


def _off_together(
    got: Sequence[Values], expected: Expected, distances: Mapping[str, Sequence[npt.NDArray[Any]]]
) -> Mismatch | None:
    """Return the element with the largest error of an array whose root mean square error rounding cannot explain.

    None if there is no such array.
    """
    for name, runs in distances.items():
        epsilon, count = epsilon_of(expected.own[0][name].dtype), sum(each.size for each in runs)
        off = _root_mean_square(np.concatenate([each.ravel() for each in runs]), _cap(epsilon, expected.unit))
        rounding = _TOGETHER * (1 + _FEW / np.sqrt(max(1, count))) * expected.together[name]
        if off <= rounding + max(epsilon, _UNITS * _FINE):
            continue
        number = int(np.argmax([each.max(initial=0.0) for each in runs]))
        index = tuple(map(int, np.unravel_index(int(np.argmax(runs[number])), runs[number].shape)))
        true, value = expected.double[number][name][index], flat(got[number])[name][index]
        return Mismatch(array=name, index=index, run=number, expected=true, got=value, together=float(off))
    return None


def poison_for(signature: Signature) -> dict[str, Any]:
    """Return the poison of each write-only output that has one, by ``name``, or ``name.field`` for structs."""
    return _poison_in([each for each in signature.arguments if each.role is Role.OUTPUT])


def _poison_in(arguments: Sequence[Argument], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for argument in arguments:
        if argument.fields:
            found |= _poison_in(argument.fields, f"{prefix}{argument.name}.")
        elif (poison := poison_of(argument.dtype)) is not None:
            found[f"{prefix}{argument.name}"] = poison
    return found
