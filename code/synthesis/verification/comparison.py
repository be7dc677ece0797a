"""Whether what a text computed is what the reference computed, and how far they may be apart.

The allowance comes from the arithmetic. The reference runs in float64 and in the kernel's own precision. Their
distance, relative to the element's size and to the array's typical one, times a margin, with a floor of some units in
the last place, is what a text may be off. It is capped: a kernel that needs more is ill-conditioned and proves nothing.

Where much cancels out and little is left, the two precisions may lie close to each other by chance. So an element may
also be off by what rounding alone comes to there, told by a run in which every rounded number is off by a unit.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.frontends.base import Values
from synthesis.records import Argument, Role, Signature
from synthesis.verification.inputs import flat, poison_of

CAP = 1e-2
"""The largest relative allowance; four units in the last place where a format is coarser than that."""
_MARGIN = 8.0
_UNITS = 32.0
_LEAST = 1e-11
"""The smallest allowance: for float64 there is no wider format to measure against."""
_OUTLIERS = 0.01
"""The share of elements that may stand apart in the two precisions: a comparison that falls either way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """The first element that differs."""

    array: str
    index: tuple[int, ...]
    run: int
    expected: Any
    got: Any

    def __str__(self) -> str:
        """In words for a person."""
        place = f"[{', '.join(map(str, self.index))}]" if self.index else ""
        return f"{self.array}{place} on input {self.run}: expected {self.expected!s}, got {self.got!s}"


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

    @property
    def largest_tolerance(self) -> float:
        """The largest allowance of any array."""
        return max(self.tolerance.values(), default=0.0)

    @property
    def largest_allowance(self) -> float:
        """The largest one of any element."""
        elements = (float(each.max(initial=0.0)) for run in self.slack for each in run.values())
        return max([self.largest_tolerance, *elements])


def expect(double: Sequence[Values], own: Sequence[Values], poison: Mapping[str, Any]) -> Expected:
    """The expectation for several runs.

    Args:
        double: the reference's arrays in float64, a run an entry.
        own: the same in the kernel's own precision.
        poison: pure output (``name`` or ``name.field``) to its poison.
    """
    wide, narrow = tuple(map(_numeric, double)), tuple(map(flat, own))
    tolerance: dict[str, float] = {}
    ill, non_finite = None, None
    for name in narrow[0]:
        dtype = narrow[0][name].dtype
        exact = dtype.kind in "iub"
        written = [_written(run[name], poison.get(name)) for run in narrow]
        finite = all(
            np.isfinite(w[name][mask]).all() and np.isfinite(_number(n[name])[mask]).all()
            for w, n, mask in zip(wide, narrow, written, strict=True)
        )
        if not exact and not finite and non_finite is None:
            non_finite = name
        if exact:
            tolerance[name] = 0.0
            continue
        errors = [_relative(_number(n[name]), w[name])[mask]
                  for n, w, mask in zip(narrow, wide, written, strict=True)]  # fmt: skip
        tolerance[name], needed = _allowance(np.concatenate([each.ravel() for each in errors]), _epsilon(dtype))
        if needed is not None and ill is None:
            ill = f"{name} differs by {needed:.1e} between float64 and {dtype}"
    return Expected(wide, narrow, tolerance, dict(poison), ill, non_finite)


def loosened(expected: Expected, shaken: Sequence[Values]) -> Expected:
    """The same with the allowance of an element that rounding alone moves further than that of its array.

    A run that is shaken is to decide as the unshaken one did. Where it did not, it says nothing of rounding, and a text
    that decides wrongly must not pass for it: a run whose whole numbers or truth values differ counts not at all, nor
    does an element that is moved by more than the cap, of itself or of the largest one of its array. No allowance is
    more than that cap.

    Args:
        expected: of the runs, all of them finite.
        shaken: the reference's arrays in the kernel's own precision, every rounded number off by a unit; a run an
            entry.
    """
    slack = tuple(map(_slack, expected.double, expected.own, map(flat, shaken)))
    return replace(expected, slack=slack)


def _slack(
    wide: Mapping[str, npt.NDArray[Any]], own: Mapping[str, npt.NDArray[Any]], shaken: Mapping[str, npt.NDArray[Any]]
) -> dict[str, npt.NDArray[Any]]:
    if any(value.dtype.kind in "iub" and not np.array_equal(value, shaken[name]) for name, value in own.items()):
        return {}
    found: dict[str, npt.NDArray[Any]] = {}
    for name, value in own.items():
        if value.dtype.kind in "iub":
            continue
        off = np.abs(_number(shaken[name]) - _number(value))
        scale = scale_of(wide[name])
        most = max(CAP, 4 * _epsilon(value.dtype)) * np.maximum(scale, _sizes(wide[name]).max(initial=0.0))
        found[name] = np.asarray(np.where(off <= most, np.minimum(most, _MARGIN * off), 0.0) / scale)
    return found


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
    """The size that an element's error is measured against: its own, and the array's typical one; poison counts not."""
    sizes = _sizes(true)
    typical = float(np.median(sizes)) if sizes.size else 0.0
    typical = typical or (float(sizes.mean()) if sizes.size else 0.0)
    return sizes + (typical or 1.0)


def _sizes(true: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Absolute values; 0 for poison and what is not finite."""
    sizes = np.abs(true)
    return np.where(np.isfinite(sizes) & (sizes < 1e30), sizes, 0)


def _allowance(errors: npt.NDArray[Any], epsilon: float) -> tuple[float, float | None]:
    """The relative allowance, and how much is needed where that is more than the cap."""
    cap = max(CAP, 4 * epsilon)
    floor = min(max(_UNITS * epsilon, _LEAST), cap)
    errors = errors[np.isfinite(errors)]
    if not errors.size:
        return floor, None
    apart = errors > cap
    if apart.sum() > max(1, _OUTLIERS * errors.size):
        return cap, float(errors.max())
    needed = float(errors[~apart].max(initial=0.0))
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
    for number, (found, wide, narrow) in enumerate(zip(map(flat, got), expected.double, expected.own, strict=True)):
        for name, true in wide.items():
            if name not in found or found[name].shape != true.shape:
                shape = found[name].shape if name in found else "no such array"
                return Compared(
                    elements, worst, Mismatch(array=name, index=(), run=number, expected=true.shape, got=shape)
                )
            value, own = found[name], narrow[name]
            written = _written(own, expected.poison.get(name))
            if value.dtype.kind in "iub":
                wrong = (value != own) & (value != true)
                distance = np.zeros(value.shape)
            else:
                measured = _number(value)
                distance = np.minimum(_relative(measured, true), _relative(measured, _number(own)))
                slack = expected.slack[number].get(name, 0.0) if expected.slack else 0.0
                wrong = ~(distance <= np.maximum(expected.tolerance[name], slack))
            wrong = np.where(written, wrong, value != own)
            if wrong.any():
                index = tuple(int(axis) for axis in np.argwhere(wrong)[0])
                mismatch = Mismatch(array=name, index=index, run=number, expected=true[index], got=value[index])
                return Compared(elements, worst, mismatch)
            elements += int(written.sum())
            worst = max(worst, float(distance[written].max(initial=0.0)))
    return Compared(elements, worst)


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
