"""Computes the expected results of a text, and the tolerances of its arrays.

A tolerance is derived from the arithmetic. The reference runs in float64 and in the kernel's own precision. The
tolerance is the difference between the two, relative to the element's magnitude plus the array's typical one, times a
margin, and at least some units in the last place. It is capped: a kernel that needs more is ill-conditioned, and none
of its texts is verified. The cap is larger for a kernel that computes in a low-precision format.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.formats import FINE, epsilon_of, is_exact
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.frontends.base import Values
from synthesis.verification.inputs import flat, poison_of
from synthesis.verification.stored import Storing, is_stored, storing_of

CAP = 1e-2
"""Largest relative tolerance of an array, called the cap; ``cap_of`` has larger ones for low precision."""
_COARSE_UNITS = 16.0
"""Maximum relative tolerance of a low-precision kernel, in units in the last place of its coarsest format.

It is never less than ``CAP``.
"""
MARGIN = 8.0
"""Tolerance, in multiples of the measured difference between two precisions or of the measured effect of rounding."""
UNITS = 32.0
"""Smallest relative tolerance, in units in the last place of the array's format."""
_STORED_UNITS = 2.0
"""Smallest relative tolerance of an array in low precision that stores numbers computed in a finer format.

It is in units in the last place of the array's format. A right text is off by one unit there.
"""
_LEAST = 1e-11
"""Smallest relative tolerance; it applies to float64, for which there is no wider format to measure against."""
_QUARTILE = 0.25
"""An array's typical magnitude is at least this quantile of its nonzero magnitudes, unless the median is zero."""
_OUTLIERS = 0.01
"""Share of an array's elements that may differ by more than the cap between the two precisions; a single one may.

Causes are a comparison whose result depends on rounding, and nearly complete cancellation. There a text must agree with
one of the two precisions, with a tolerance of a few roundings of the array's usual magnitude.
"""


@dataclass(frozen=True, slots=True)
class Expected:
    """The reference's results in both precisions, and the tolerances of a text."""

    double: tuple[Mapping[str, npt.NDArray[Any]], ...]
    own: tuple[Mapping[str, npt.NDArray[Any]], ...]
    tolerance: Mapping[str, float]
    """Maps an array to its relative tolerance; 0 for integers and Booleans."""
    poison: Mapping[str, Any]
    """Maps a write-only output to the poison that it held before the run."""
    ill_conditioned: str | None = None
    """A message about the first array that needs a tolerance above the cap; None if there is none."""
    non_finite: str | None = None
    """The first array with an infinity or a NaN in one of the two precisions alone; None if there is none.

    ``infinities.with_accidents`` also names an array with infinities or NaNs that are an accident.
    """
    infinite: tuple[str, ...] = ()
    """The arrays that hold infinities or NaNs, the same in both precisions."""
    slack: tuple[Mapping[str, npt.NDArray[Any]], ...] = ()
    """For each run, maps an array to the relative tolerance of each element, where it may exceed the array's."""
    inverted: tuple[Sequence[Mapping[str, npt.NDArray[Any]]], ...] = ()
    """For each run, its results if comparisons that rounding may decide are inverted: all, and then a few at a time."""
    noise: tuple[Mapping[str, npt.NDArray[Any]], ...] = ()
    """For each run, maps an array to the absolute tolerance of elements that consist of rounding error; 0 for others.

    Arrays without such elements are left out.
    """
    unit: float = 0.0
    """A unit in the last place of the coarsest numbers that the kernel computes with; 0 if that is not known."""
    together: Mapping[str, float] = field(default_factory=dict[str, float])
    """Maps an array to the root mean square of the relative errors that rounding causes over all runs.

    It is empty unless the kernel computes in low precision.
    """
    storing: Mapping[str, Storing] = field(default_factory=dict[str, Storing])
    """Maps an array in low precision that stores numbers of a finer format to how it does so."""

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
    tolerance, together, storing = dict[str, float](), dict[str, float](), dict[str, Storing]()
    ill, non_finite, infinite = None, None, dict[str, None]()
    for name in narrow[0]:
        dtype = narrow[0][name].dtype
        exact = is_exact(dtype)
        if exact:
            tolerance[name] = 0.0
            continue
        errors, finite = list[npt.NDArray[Any]](), True
        for w, n in zip(wide, narrow, strict=True):
            value, true, mask = widened(n[name]), w[name], written_in(n[name], poison.get(name))
            if not (np.isfinite(true[mask]).all() and np.isfinite(value[mask]).all()):
                same = is_same_special(value, true)[mask]
                finite = finite and bool((np.isfinite(true[mask]) & np.isfinite(value[mask]) | same).all())
                infinite |= {name: None} if same.any() else {}
            # Most arrays are only read, so both precisions have the same values.
            off = np.zeros(true.shape) if np.array_equal(value, true) else relative_errors(value, true)
            errors.append(off[mask])
        if not finite and non_finite is None:
            non_finite = name
        if finite and is_stored(dtype, unit):
            storing[name] = _storing_of(name, wide, narrow, poison.get(name))
        off = np.concatenate([each.ravel() for each in errors])
        tolerance[name], needed = _allowance(off, dtype, unit)
        if unit > FINE:
            together[name] = root_mean_square(off, cap_of(epsilon_of(dtype), unit))
        if needed is not None and ill is None:
            ill = f"{name} differs by {needed:.1e} between float64 and {dtype}"
    return Expected(
        wide, narrow, tolerance, dict(poison), ill, non_finite, tuple(infinite),
        unit=unit, together=together, storing=storing,
    )  # fmt: skip


def _storing_of(
    name: str,
    wide: Sequence[Mapping[str, npt.NDArray[Any]]],
    narrow: Sequence[Mapping[str, npt.NDArray[Any]]],
    poison: Any,
) -> Storing:
    """Return how an array that is computed in a finer format is stored."""
    written = [written_in(each[name], poison) for each in narrow]
    stored = [each[name][mask] for each, mask in zip(narrow, written, strict=True)]
    true = [each[name][mask] for each, mask in zip(wide, written, strict=True)]
    scale = [scale_of(each[name])[mask] for each, mask in zip(wide, written, strict=True)]
    return storing_of(stored, true, scale)


def are_many(elements: npt.NDArray[np.bool_]) -> bool:
    """Return whether more of an array's elements are set than may differ between the two precisions."""
    return bool(elements.sum() > max(1, _OUTLIERS * elements.size))


def _numeric(values: Values) -> dict[str, npt.NDArray[Any]]:
    return {name: widened(value) for name, value in flat(values).items()}


def widened(value: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return an array in the widest format of its kind; this includes small floating-point formats unknown to NumPy."""
    if value.dtype.kind in "fV":
        return value.astype(np.float64)
    return value.astype(np.complex128) if value.dtype.kind == "c" else value


def is_same_special(value: npt.NDArray[Any], true: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Return a mask of the elements that are the same infinity, or NaN, in two arrays of real numbers."""
    if true.dtype.kind == "c":
        return np.zeros(true.shape, bool)
    return (np.isinf(true) & (value == true)) | (np.isnan(true) & np.isnan(value))


def distances(value: npt.NDArray[Any], true: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the distance of each element of an array from that of another.

    It is 0 between equal infinities and between NaNs, and infinite between one of these and any other number.
    """
    with np.errstate(all="ignore"):
        found = np.abs(value - true)
    if np.isfinite(found).all():
        return found
    return np.where(is_same_special(value, true), 0.0, np.where(np.isnan(found), np.inf, found))


def relative_errors(value: npt.NDArray[Any], true: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return errors relative to an element's magnitude plus the array's typical one."""
    with np.errstate(all="ignore"):
        return distances(value, true) / scale_of(true)


def scale_of(true: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return the magnitudes that errors are divided by: each element's own plus the array's typical one.

    The typical magnitude is 1 if all elements are zero.
    """
    sizes = sizes_of(true)
    return sizes + (_typical(sizes) or 1.0)


def _typical(sizes: npt.NDArray[Any]) -> float:
    """Return the median magnitude, or the mean if the median is zero.

    If nearly half of an array is zero because it is masked or partly written, the median is near the smallest of the
    other magnitudes, which is unrelated to their errors. So the median is raised to the lower quartile of the
    nonzero magnitudes.
    """
    others = sizes[sizes > 0]
    if not others.size:
        return 0.0
    median = _quantile(sizes.ravel(), 0.5)
    return max(median, _quantile(others, _QUARTILE)) if median else float(sizes.mean())


def _quantile(numbers: npt.NDArray[Any], share: float) -> float:
    """Return the same as ``np.quantile``, in a tenth of the time for small arrays, which are the most frequent."""
    place = share * (numbers.size - 1)
    low = int(place)
    high = min(low + 1, numbers.size - 1)
    sorted_there = np.partition(numbers, (low, high))
    return float(sorted_there[low] + (sorted_there[high] - sorted_there[low]) * (place - low))


def sizes_of(true: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return absolute values, with 0 for numbers that are not finite, or whose magnitude is 1e30 or more.

    Most poison values are that large.
    """
    sizes = np.abs(true)
    return np.where(np.isfinite(sizes) & (sizes < 1e30), sizes, 0)


def cap_of(epsilon: float, unit: float) -> float:
    """Return the largest relative tolerance of an array.

    Args:
        epsilon: a unit in the last place of the array's format.
        unit: a unit in the last place of the coarsest numbers that the kernel computes with; 0 if it is not known.
    """
    return max(CAP, _COARSE_UNITS * unit) if unit > FINE else max(CAP, 4 * epsilon)


def root_mean_square(errors: npt.NDArray[Any], cap: float) -> float:
    """Return the root mean square of the finite relative errors, each limited to the cap.

    Larger errors come from comparisons whose outcome depends on rounding.
    """
    finite = np.minimum(errors[np.isfinite(errors)], cap)
    return float(np.sqrt(np.mean(np.square(finite)))) if finite.size else 0.0


def _allowance(errors: npt.NDArray[Any], dtype: np.dtype[Any], unit: float) -> tuple[float, float | None]:
    """Return the relative tolerance, and the needed tolerance if it exceeds the cap (else None)."""
    epsilon = epsilon_of(dtype)
    cap = cap_of(epsilon, unit)
    floor = min(max((_STORED_UNITS if is_stored(dtype, unit) else UNITS) * epsilon, _LEAST), cap)
    errors = errors[np.isfinite(errors)]
    if not errors.size:
        return floor, None
    apart = errors > cap
    if are_many(apart):
        return cap, float(errors.max())
    needed = float(errors[~apart].max(initial=0.0))
    if unit > FINE:
        usual = float(np.quantile(errors, 1 - _OUTLIERS))
        return min(cap, MARGIN * needed + floor), usual if 2 * usual > cap else None
    if 4 * needed > cap and needed > 4 * epsilon:
        return cap, needed
    return min(cap, MARGIN * needed + floor), None


def written_in(value: npt.NDArray[Any], poison: Any) -> npt.NDArray[np.bool_]:
    """Return a mask of the elements that no longer hold the poison."""
    return np.ones(value.shape, bool) if poison is None else value != poison


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
