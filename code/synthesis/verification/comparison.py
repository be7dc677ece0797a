"""Whether what a text computed is what the reference computed, and how far they may be apart.

The allowance comes from the arithmetic. The reference runs in float64 and in the kernel's own precision. Their
distance, relative to the element's size and to the array's typical one, times a margin, with a floor of some units in
the last place, is what a text may be off. It is capped: a kernel that needs more is ill-conditioned and proves nothing.

Where much cancels out and little is left, the two precisions may lie close to each other by chance. So an element may
also be off by what rounding alone comes to there, told by a run in which every rounded number is off by a unit.

Where a kernel computes in a format of few digits, a single element says little: an honest one may be off by some units
of that format, and a term that is left out may be no more. So the cap is wider there, and what all elements of an array
are off together is held against what the reference's own rounding comes to.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.records import Argument, Role, Signature
from synthesis.frontends.base import Shake, Values
from synthesis.verification.inputs import flat, poison_of

CAP = 1e-2
"""The largest relative allowance; four units in the last place where a format is coarser than that."""
_FINE = 2.0**-23
_COARSE_UNITS = 16.0
"""Where a kernel is known to compute in a coarse format, units of it that an element may be off at most."""
_TOGETHER, _FEW = 3.0, 4.0
"""And how often as far off as the reference its elements may be together; more if there are few of them."""
_TAIL, _TAIL_CAPS = 1e-3, 3.0
"""The share of the elements that may be further off than the cap there, and how many caps; a NaN is no such element."""
_ROUNDED = 12.0**-0.5
"""What rounding to the nearest number is off by on average, where a number that is shaken is off by 1."""
_MARGIN = 8.0
_UNITS, _STORED_UNITS = 32.0, 2.0
"""Units in the last place that a text may be off at least; fewer of a coarse format in which finer numbers are stored:
there an honest text is off by one."""
_LEAST = 1e-11
"""The smallest allowance: for float64 there is no wider format to measure against."""
_QUARTILE = 0.25
_LOST = 16.0
"""How many times as far as rounding is known to move it an element may be that is what rounding leaves."""
_SINGLE = 4
"""How many elements an array has at most that are too few for one measurement of what rounding comes to."""
_BEYOND = 1.5
"""How far from what an element is, in steps to what it is with comparisons turned, it may be: with all of them, or one
after the other if that is further."""
_OUTLIERS = 0.01
"""The share of elements that may stand apart in the two precisions: a comparison that falls either way, or next to
nothing that is left of much. A text gives there what one of the two does, but for less than a unit of what the array
usually holds."""

_NOISE = 1e-14
"""What is left in float64 where all of what the array usually holds cancels out, in the array's usual numbers."""

_ROUNDINGS = 4
"""How many roundings of an array's usual number such an element may be off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """The first element that differs."""

    array: str
    index: tuple[int, ...]
    run: int
    expected: Any
    got: Any
    together: float | None = None
    """What the array's elements are off together, where no single one is off too far: this is then the furthest."""

    def __str__(self) -> str:
        """In words for a person."""
        place = f"[{', '.join(map(str, self.index))}]" if self.index else ""
        all_of_them = "" if self.together is None else f"; all elements together are off by {self.together:.1e}"
        return f"{self.array}{place} on input {self.run}: expected {self.expected!s}, got {self.got!s}{all_of_them}"


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison found."""

    elements: int
    """Finite elements that agree, poison not counted."""
    error: float
    """The largest relative distance."""
    mismatch: Mismatch | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What the reference computed, in both precisions, and how far a text may be off."""

    double: tuple[Mapping[str, npt.NDArray[Any]], ...]
    own: tuple[Mapping[str, npt.NDArray[Any]], ...]
    tolerance: Mapping[str, float]
    """Array to relative allowance; 0 for whole numbers."""
    poison: Mapping[str, Any]
    """Pure output to what it held before the run."""
    ill_conditioned: str | None = None
    """The array that needs more than the cap, and how much."""
    non_finite: str | None = None
    """The first array with a NaN or an infinity."""
    slack: tuple[Mapping[str, npt.NDArray[Any]], ...] = ()
    """Array to the relative allowance of each element, where that may be more than the array's; a run an entry."""
    turned: tuple[Sequence[Mapping[str, npt.NDArray[Any]]], ...] = ()
    """Array to what it is where comparisons that rounding may turn fall the other way, all and a few of them; a run an
    entry."""
    noise: tuple[Mapping[str, npt.NDArray[Any]], ...] = ()
    """Array to how far from what they are the elements may be that are what rounding leaves, 0 for the others; a run an
    entry, without arrays that have no such element."""
    unit: float = 0.0
    """A unit in the last place of the coarsest numbers that the kernel computes with; 0 if that is not known."""
    together: Mapping[str, float] = field(default_factory=dict[str, float])
    """Array to the root mean square of its elements' relative distances, in all runs, that rounding comes to; where the
    kernel computes in a coarse format."""

    @property
    def largest_tolerance(self) -> float:
        """The largest allowance of any array."""
        return max(self.tolerance.values(), default=0.0)

    @property
    def largest_allowance(self) -> float:
        """The largest one of any element."""
        elements = (float(each.max(initial=0.0)) for run in self.slack for each in run.values())
        return max([self.largest_tolerance, *elements])


def expect(
    double: Sequence[Values], own: Sequence[Values], poison: Mapping[str, Any], *, unit: float = 0.0
) -> Expected:
    """The expectation for several runs.

    Args:
        double: the reference's arrays in float64, a run an entry.
        own: the same in the kernel's own precision.
        poison: pure output (``name`` or ``name.field``) to its poison.
        unit: a unit in the last place of the coarsest numbers that the kernel computes with; 0 if that is not known.
    """
    wide, narrow = tuple(map(_numeric, double)), tuple(map(flat, own))
    tolerance, together = dict[str, float](), dict[str, float]()
    ill, non_finite = None, None
    for name in narrow[0]:
        dtype = narrow[0][name].dtype
        exact = dtype.kind in "iub"
        if exact:
            tolerance[name] = 0.0
            continue
        errors, finite = list[npt.NDArray[Any]](), True
        for w, n in zip(wide, narrow, strict=True):
            value, true, mask = _number(n[name]), w[name], _written(n[name], poison.get(name))
            finite = finite and bool(np.isfinite(true[mask]).all() and np.isfinite(value[mask]).all())
            # Most arrays are only read, and the same in both.
            off = np.zeros(true.shape) if np.array_equal(value, true) else _relative(value, true)
            errors.append(off[mask])
        if not finite and non_finite is None:
            non_finite = name
        off = np.concatenate([each.ravel() for each in errors])
        tolerance[name], needed = _allowance(off, _epsilon(dtype), unit)
        if unit > _FINE:
            together[name] = _root_mean_square(off, _cap(_epsilon(dtype), unit))
        if needed is not None and ill is None:
            ill = f"{name} differs by {needed:.1e} between float64 and {dtype}"
    return Expected(wide, narrow, tolerance, dict(poison), ill, non_finite, unit=unit, together=together)


def has_few_elements(expected: Expected) -> bool:
    """Whether an array of rounded numbers has so few that rounding may leave them all where they are by chance."""
    return any(each.dtype.kind not in "iub" and each.size <= _SINGLE for each in expected.own[0].values())


def is_lost(expected: Expected, run: int, shake: Shake) -> bool:
    """Whether rounding alone moves more than a few elements of an array beyond the cap: the run tells nothing of it."""
    shifts = _shifts(expected.double[run], expected.own[run], flat(shake.off), expected.unit)
    return expected.unit <= _FINE and any(_are_many(off > most) for _, off, most in shifts)


def _are_many(elements: npt.NDArray[np.bool_]) -> bool:
    """Whether these are more of an array's elements than may stand apart."""
    return bool(elements.sum() > max(1, _OUTLIERS * elements.size))


def leaves_rounding(expected: Expected, run: int, shake: Shake) -> bool:
    """Whether elements of a run, if few, are what rounding leaves."""
    return bool(_noise(expected.double[run], expected.own[run], flat(shake.off), expected.unit))


def furthest(expected: Expected, run: int, first: Shake, others: Sequence[Values]) -> Shake:
    """What rounding makes of a run, with each element where it is moved furthest of several times.

    Args:
        expected: of all runs.
        run: the number of the run.
        first: what was measured of it first.
        others: what was computed the other times; one that decides otherwise counts not at all.
    """
    own, off = expected.own[run], flat(first.off)
    for found in map(flat, others):
        if not decides_otherwise(own, found):
            off = {name: _further(own[name], value, found[name]) for name, value in off.items()}
    return replace(first, off=off)


def _further(own: npt.NDArray[Any], one: npt.NDArray[Any], other: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Of two arrays, in each place the number that is further from a third one's."""
    apart = [np.abs(_number(each) - _number(own)) for each in (one, other)]
    return np.where(apart[1] > apart[0], other, one)


def loosened(expected: Expected, shaken: Sequence[Shake]) -> Expected:
    """The same with the allowance of an element that rounding alone moves further than that of its array.

    Where the two sides of a comparison are equal but for rounding, a right text may fall either way: an element that
    this changes may be anywhere between the two, and little beyond.

    A run that is shaken is to decide as the unshaken one did. Where it did not, it says nothing of rounding, and a text
    that decides wrongly must not pass for it: a run whose whole numbers or truth values differ counts not at all, nor
    does an element that is moved by more than the cap, of itself or of the largest one of its array. No allowance is
    more than that cap.

    An element that is moved by more is what rounding leaves, as the direction of a vector is that would be zero: it may
    be some times as far off as the one that is moved furthest, or as far as the two precisions are apart; if there are
    few of them.

    Args:
        expected: of the runs, all of them finite.
        shaken: what rounding makes of the reference's arrays in the kernel's own precision; a run an entry.
    """
    off = [flat(each.off) for each in shaken]
    turned = tuple([flat(way) for way in each.turned] for each in shaken)
    told = list(zip(expected.double, expected.own, off, strict=True))
    slack = _with_usual(tuple(_slack(*each, expected.unit) for each in told))
    noise = tuple(_noise(*each, expected.unit) for each in told)
    together = {name: max(each, _shaken_together(name, expected, off)) for name, each in expected.together.items()}
    return replace(expected, slack=slack, noise=noise, turned=turned, together=together)


def _shaken_together(name: str, expected: Expected, shaken: Sequence[Mapping[str, npt.NDArray[Any]]]) -> float:
    """How far an array's elements are moved together where every rounded number is off by a unit."""
    moved = [
        (np.abs(_number(off[name]) - _number(own[name])) / scale_of(wide[name])).ravel()
        for off, own, wide in zip(shaken, expected.own, expected.double, strict=True)
    ]
    return _ROUNDED * _root_mean_square(
        np.concatenate(moved), _cap(_epsilon(expected.own[0][name].dtype), expected.unit)
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
    """The same, in which arrays of few elements are let off no less on a run than on half of the runs.

    A single number may be moved by little on one by chance, where what it is computed from is moved by much.
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
        lost = _MARGIN * off > most  # what is computed with one that is lost may be moved a little less than it
        if not _are_many(lost):
            apart = np.abs(wide[name] - _number(own[name]))
            found[name] = np.where(lost, _LOST * np.maximum(off, apart)[lost].max(), 0.0)
    return found


def decides_otherwise(own: Mapping[str, npt.NDArray[Any]], other: Mapping[str, npt.NDArray[Any]]) -> bool:
    """Whether a whole number or a truth value of one run's ``flat`` arrays is another in a second evaluation of it."""
    return any(value.dtype.kind in "iub" and not np.array_equal(value, other[name]) for name, value in own.items())


def _shifts(
    wide: Mapping[str, npt.NDArray[Any]],
    own: Mapping[str, npt.NDArray[Any]],
    shaken: Mapping[str, npt.NDArray[Any]],
    unit: float,
) -> Iterator[tuple[str, npt.NDArray[Any], npt.NDArray[Any]]]:
    """Arrays of numbers that are rounded, how far each element is moved, and how far at most it may: the cap, of it or
    of the largest. None of a run that decides otherwise."""
    if decides_otherwise(own, shaken):
        return
    for name, value in own.items():
        if value.dtype.kind not in "iub":
            largest = _sizes(wide[name]).max(initial=0.0)
            most = _cap(_epsilon(value.dtype), unit) * np.maximum(scale_of(wide[name]), largest)
            yield name, np.abs(_number(shaken[name]) - _number(value)), most


def _numeric(values: Values) -> dict[str, npt.NDArray[Any]]:
    return {name: _number(value) for name, value in flat(values).items()}


def _number(value: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """An array in the widest format of its kind; NumPy itself knows no small floating-point formats."""
    if value.dtype.kind in "fV":
        return value.astype(np.float64)
    return value.astype(np.complex128) if value.dtype.kind == "c" else value


def _epsilon(dtype: np.dtype[Any]) -> float:
    return 2.0**-7 if dtype.name == "bfloat16" else float(np.finfo(dtype).eps)


def _relative(value: npt.NDArray[Any], true: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Distances relative to an element's size and the array's typical one."""
    with np.errstate(all="ignore"):
        return np.abs(value - true) / scale_of(true)


def scale_of(true: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """The size that an element's error is measured against: its own, and the array's typical one, 1 if all are zero."""
    sizes = _sizes(true)
    return sizes + (_typical(sizes) or 1.0)


def _typical(sizes: npt.NDArray[Any]) -> float:
    """The median; where that is zero, the mean.

    As zeros come to a half of an array that is masked, or written in part, the median comes to the least of its other
    numbers, which says nothing of how far these may be off. So it is no less than the lower quartile of these.
    """
    others = sizes[sizes > 0]
    if not others.size:
        return 0.0
    median = _quantile(sizes.ravel(), 0.5)
    return max(median, _quantile(others, _QUARTILE)) if median else float(sizes.mean())


def _quantile(numbers: npt.NDArray[Any], share: float) -> float:
    """What ``np.quantile`` gives, in a tenth of the time for the few numbers that most arrays have."""
    place = share * (numbers.size - 1)
    low = int(place)
    high = min(low + 1, numbers.size - 1)
    sorted_there = np.partition(numbers, (low, high))
    return float(sorted_there[low] + (sorted_there[high] - sorted_there[low]) * (place - low))


def _sizes(true: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Absolute values; 0 for poison and what is not finite."""
    sizes = np.abs(true)
    return np.where(np.isfinite(sizes) & (sizes < 1e30), sizes, 0)


def _cap(epsilon: float, unit: float) -> float:
    """The largest relative allowance for an array of a format, where a kernel computes with numbers of such a unit."""
    return max(CAP, _COARSE_UNITS * unit) if unit > _FINE else max(CAP, 4 * epsilon)


def _root_mean_square(errors: npt.NDArray[Any], cap: float) -> float:
    """Of relative distances, none of which counts as more than the cap: a decision that falls either way is one."""
    finite = np.minimum(errors[np.isfinite(errors)], cap)
    return float(np.sqrt(np.mean(np.square(finite)))) if finite.size else 0.0


def _allowance(errors: npt.NDArray[Any], epsilon: float, unit: float) -> tuple[float, float | None]:
    """The relative allowance, and how much is needed where that is more than the cap."""
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
    """Which elements are not the poison that was there."""
    return np.ones(value.shape, bool) if poison is None else value != poison


def compare(got: Sequence[Values], expected: Expected) -> Compared:
    """Whether a text's arrays are the expected ones, in every element of every run.

    An element agrees if it is within its array's allowance, or its own, of either precision's value. What the reference
    leaves as it was has to be as it was. A NaN never agrees.
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
    """Which elements of an array are not the expected ones, how far each is off, and which the reference writes.

    Args:
        value: of the shape that is expected.
        expected: of all runs.
        run: the number of the run that it is of.
        name: the array's.
    """
    true, own = expected.double[run][name], expected.own[run][name]
    written = _written(own, expected.poison.get(name))
    if np.array_equal(value, own):  # as most arrays of right texts are; what follows takes a hundred times as long
        return np.zeros(value.shape, bool), np.zeros(value.shape), written
    turned = [each[name] for each in expected.turned[run]] if expected.turned else []
    if value.dtype.kind in "iub":
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
            apart = _relative(_number(own), true) > _cap(_epsilon(own.dtype), expected.unit)
            usual = _usual_size(expected, name)
            noise = (true != 0) & (np.abs(true) <= _NOISE * usual)
            rounding = _ROUNDINGS * _epsilon(own.dtype) * usual
            wrong &= ~((apart | noise) & (np.abs(measured - _number(own)) <= rounding))
        reach = expected.noise[run].get(name) if expected.noise else None
        if reach is not None and wrong.any():
            wrong &= ~(np.abs(measured - _number(own)) <= reach)
        if turned and wrong.any():
            steps = [np.abs(_number(way) - _number(own)) for way in turned]
            reach = np.maximum(steps[0], np.sum(steps[1:], axis=0)) if steps[1:] else steps[0]
            turning = wrong & (np.abs(measured - _number(own)) <= _BEYOND * reach)
            wrong &= ~turning
            distance = np.where(turning, 0.0, distance)  # which says nothing of how far rounding moves the others
        if name in expected.together:
            wrong = _but_for_a_few(wrong, distance, _cap(_epsilon(own.dtype), expected.unit))
    return np.where(written, wrong, value != own), distance, written


def _usual_size(expected: Expected, name: str) -> float:
    """The median of an array's elements in all runs, those left out that are zero or not written."""
    runs = zip(expected.double, expected.own, strict=True)
    sizes = [np.abs(true[name][_written(own[name], expected.poison.get(name))]) for true, own in runs]
    whole = np.concatenate([each.ravel() for each in sizes])
    whole = whole[np.isfinite(whole) & (whole > 0)]
    return float(np.median(whole)) if whole.size else 0.0


def _but_for_a_few(wrong: npt.NDArray[np.bool_], distance: npt.NDArray[Any], cap: float) -> npt.NDArray[np.bool_]:
    """Which elements are too far off, if not so few of many that rounding in a coarse format may come to it."""
    few = wrong.sum() <= _TAIL * wrong.size and bool((distance[wrong] <= _TAIL_CAPS * cap).all())
    return np.zeros_like(wrong) if few else wrong


def _off_together(
    got: Sequence[Values], expected: Expected, distances: Mapping[str, Sequence[npt.NDArray[Any]]]
) -> Mismatch | None:
    """The element that is furthest off of an array whose elements together are off by more than rounding comes to."""
    for name, runs in distances.items():
        epsilon, count = _epsilon(expected.own[0][name].dtype), sum(each.size for each in runs)
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
    """The poison of each pure output that has any, a struct's fields apart."""
    return _poison_in([each for each in signature.arguments if each.role is Role.OUTPUT])


def _poison_in(arguments: Sequence[Argument], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for argument in arguments:
        if argument.fields:
            found |= _poison_in(argument.fields, f"{prefix}{argument.name}.")
        elif (poison := poison_of(argument.dtype)) is not None:
            found[f"{prefix}{argument.name}"] = poison
    return found
