"""Compares the gradients of a backward text with directional finite differences of the float64 reference."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.formats import FINE, NARROW, epsilon_of, numpy_dtype
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.frontends.base import Outcome, Purpose, RunKey, Values
from synthesis.verification.inputs import is_part_of, struct_dtype
from synthesis.verification.measuring import weighted_outputs
from synthesis.verification.points import Point
from synthesis.verification.slopes import Direction

_LEAST = 1e-4
"""Smallest relative tolerance of a derivative.

Right texts of drawn kernels have errors below 1e-6, except for rounding.
"""
_MOST = 1e-2
"""Largest relative tolerance of a derivative in float32 or a finer format."""
_SHARPENING = 20
"""Tolerance of a derivative, in multiples of that of the forward run; it is clipped to ``_LEAST`` and ``_MOST``."""
_COARSE = 3e-2
"""Relative tolerance of a derivative in a format coarser than float32, such as half precision."""
_NEGLIGIBLE = 1e-3
"""Smallest magnitude that an error is divided by, as a share of the input's largest slope."""
_TERMS = 2.0
"""Factor on the root of the sum of squares of a gradient's terms.

The error of a slope is divided by this product, if that is larger than the slope.
"""
_UNITS = 16.0
"""Allowed rounding error of the text, in units in the last place of the largest slope of any input.

It applies to float32 and finer formats.
"""
_COARSE_UNITS = 4.0
"""Allowed rounding error of a coarser format, in units in the last place of the largest slope of the same input."""
_COARSE_SHARE = 0.5
"""Allowed rounding error of a coarser format, in units in the last place of the largest slope of any input.

The larger of this and ``_COARSE_UNITS`` counts. A larger factor would hide wrong gradients of inputs with small slopes.
"""
_SMALL_SHARE = 0.25
"""Largest value of ``_COARSE_SHARE`` relative to the input's own largest slope, so that zeros never pass.

It does not apply to inputs whose slopes may be rounding error alone.
"""
_SMALLEST = 1 / 16
"""Largest slope of an input that may be rounding error alone, in units in the last place of the largest slope of any.

Right gradients of 350 inputs in bfloat16 were off by at most two fifths of that.
"""
_NARROW = 2.0**-6
"""Smallest unit in the last place, at 1, of formats of 8 bits and fewer.

Four of their units are up to the whole of a slope, so that a gradient of zeros would pass.
"""
_NARROW_TERMS = 0.5
"""Allowed rounding error of such a format in units in the last place of the root of the sum of squares of the terms.

A gradient in such a format is rounded once where it is stored, which is off by at most half a unit of each term, and by
three tenths of a unit of the root for many terms.
"""
_NARROW_UNITS = 0.25
"""Further rounding error of such a format, in units in the last place of the largest slope of the same input.

It is for small terms, and for gradients that are added in the format.
"""


def backward_inputs(signature: Signature, point: Point, variant: int) -> Values:
    """Return the initial values of a backward text: the arrays that a forward run leaves, and adjoints or cotangents.

    A JAX text takes its arguments, followed by the cotangents. A Warp text takes its arguments, and an adjoint array
    for each floating-point array.
    """
    cotangents = point.cotangents[variant]
    if signature.results:
        given = {f"ct_{each.name}": cotangents[each.name].astype(each.dtype) for each in weighted_outputs(signature)}
        return {**point.inputs, **given}
    values = {**point.inputs, **point.final}
    values = {each.name: np.asarray(values[each.name]) for each in signature.arguments}
    for argument in signature.arguments:
        if not argument.is_float or argument.shape is None:
            continue
        adjoint = np.zeros(
            values[argument.name].shape, struct_dtype(argument) if argument.fields else numpy_dtype(argument.dtype)
        )
        parts = point.starts.get(argument.name, {}) if argument.role is Role.INPUT else {
            name.removeprefix(argument.name).removeprefix("."): each
            for name, each in cotangents.items()
            if is_part_of(name, argument.name)
        }  # fmt: skip
        for name, part in parts.items():
            field = _field_of(adjoint, name)
            field[...] = part.astype(field.dtype)
        values[f"adj_{argument.name}"] = adjoint
    return values


def backward_runs(signature: Signature, points: Sequence[Point]) -> dict[RunKey, Values]:
    """Return the runs of a backward text: at every point, one run for each weighting of the outputs."""
    return {
        RunKey(Purpose.POINT, number, variant): backward_inputs(signature, point, variant)
        for number, point in enumerate(points)
        for variant in range(len(point.cotangents))
    }


@dataclass(frozen=True, slots=True)
class GradientResult:
    """The result of the check of one backward text."""

    directions: int
    error: float
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Precision:
    """The tolerance and the rounding unit with which a gradient is checked."""

    tolerance: float
    """The largest error, relative to the magnitude of the gradient's terms."""
    unit: float
    """A unit in the last place of the coarsest numbers that the gradient is computed with."""


def check_backward(outcome: Outcome, points: Sequence[Point], precisions: Mapping[str, Precision]) -> GradientResult:
    """Check that the gradients of a text match the measured slopes at every point.

    Args:
        outcome: the final values of the runs that ``backward_runs`` returned.
        points: the points with their slopes.
        precisions: argument name to the precision of its gradient.
    """
    largest: dict[tuple[str, tuple[bool, bool]], float] = {}
    top: dict[tuple[bool, bool], float] = {}
    for slope in (
        each for point in points for each in point.slopes if each.variant == 0 or each.enlarged or each.larger
    ):
        key = slope.argument, slope.kind
        largest[key] = max(largest.get(key, 0.0), abs(slope.value))
        top[slope.kind] = max(top.get(slope.kind, 0.0), abs(slope.value))
    rounding = {key: _rounding(each, top[key[1]], precisions[key[0]].unit) for key, each in largest.items()}
    count, worst = 0, 0.0
    for number, point in enumerate(points):
        for slope in point.slopes:
            gradient = outcome[RunKey(Purpose.POINT, number, slope.variant)].get(f"adj_{slope.argument}")
            if gradient is None:
                return GradientResult(0, worst, f"the text gives no gradient of {slope.argument}")
            key = slope.argument, slope.kind
            with np.errstate(all="ignore"):  # a wrong gradient may be infinite
                value, size = _along(slope.direction, gradient, point.starts.get(slope.argument, {}))
                unit = precisions[slope.argument].unit
                allowed = slope.uncertainty + rounding[key]
                allowed += _NARROW_TERMS * unit * size if unit >= _NARROW else 0.0
                size = max(_TERMS * size, abs(slope.value), _NEGLIGIBLE * largest[key])
                off = max(0.0, abs(value - slope.value) - allowed)
            if not np.isfinite(size) or not off <= precisions[slope.argument].tolerance * size:
                detail = "the slope is {}, the text gives {}".format(*told_apart(slope.value, value))
                return GradientResult(0, off / size, f"along a direction of {slope.argument} {detail}")
            worst = max(worst, off / size if size else 0.0)
            count += 1
    return GradientResult(count, worst)


def told_apart(first: float, second: float) -> tuple[str, str]:
    """Return two numbers with three digits, or with as many as show that they differ."""
    shown = ((f"{first:.{digits}g}", f"{second:.{digits}g}") for digits in range(3, 10))
    return next((each for each in shown if each[0] != each[1]), (repr(first), repr(second)))


def _rounding(largest: float, top: float, unit: float) -> float:
    """Return the allowed rounding error of an input's slopes.

    Args:
        largest: the magnitude of the input's largest slope.
        top: the magnitude of the largest slope of any input.
        unit: a unit in the last place of the coarsest numbers that the gradient is computed with.
    """
    if unit <= FINE:
        return _UNITS * unit * top
    if unit >= _NARROW:
        return _NARROW_UNITS * unit * largest
    of_others, smallest = _COARSE_SHARE * unit * top, _SMALLEST * unit * top
    if largest >= smallest:
        of_others = min(of_others, max(_SMALL_SHARE * largest, smallest))
    return max(_COARSE_UNITS * unit * largest, of_others)


def _field_of(array: npt.NDArray[Any], path: str) -> npt.NDArray[Any]:
    """Return a field of an array of structs; the whole array for an empty path.

    A dot in the path separates a nested struct from its field.
    """
    for name in filter(None, path.split(".")):
        array = array[name]
    return array


def _along(direction: Direction, gradient: npt.NDArray[Any], start: Direction) -> tuple[float, float]:
    """Return the inner product of a gradient with a direction, and the root of the sum of squares of its terms.

    The adjoint's initial value is subtracted from the gradient.
    """
    value, size = 0.0, 0.0
    for field, part in direction.items():
        found = _field_of(gradient, field).astype(np.float64)
        terms = (found - start[field] if start else found) * part
        largest = float(np.max(np.abs(terms), initial=0.0))
        value += float(np.sum(terms))
        size = float(np.hypot(size, largest * np.sqrt(np.sum(np.square(terms / (largest or 1.0))))))
    return value, size


def changed_array(signature: Signature, before: Values, after: Values, *, exempt: Collection[str] = ()) -> str | None:
    """Return the first array that a backward text changed although it is not an adjoint; None if there is none.

    Args:
        signature: the kernel's signature.
        before: the initial values of the text's arrays.
        after: their final values.
        exempt: arrays that may change. Warp repeats an atomic operation if a thread uses its result.
    """
    for each in signature.arguments:
        if each.shape is None or each.handle or each.name in exempt:
            continue
        if not _are_same(after[each.name], before[each.name]):
            return each.name
    return None


def _are_same(one: npt.NDArray[Any], other: npt.NDArray[Any]) -> bool:
    """Return whether two arrays hold the same bytes, except for those between the fields of structs."""
    if one.dtype.names:
        return all(_are_same(one[name], other[name]) for name in one.dtype.names)
    return one.tobytes() == other.tobytes()


def adjoint_error(outcome: Outcome, points: Sequence[Point]) -> str | None:
    """Return a message about an adjoint of an output that a backward text leaves wrong; None if all are right.

    The value that an element had before it was overwritten has no effect, so its adjoint must be zero. An element that
    the kernel does not write keeps its value, so its adjoint must be unchanged. Tiles and fields of structs are not
    checked: Warp keeps their adjoints.
    """
    for key, after in outcome.items():
        if key.purpose is not Purpose.POINT:
            continue
        point = points[key.number]
        for name, replaced in point.replaced.items():
            adjoint, given = after[f"adj_{name}"], _given(point, key, name, after)
            if np.any((adjoint != given) & ~(replaced & (adjoint == 0))):
                return f"the adjoint of {name}, which an atomic min or max updates, is neither unchanged nor zero"
        for name, kept in point.kept.items():
            adjoint = after[f"adj_{name}"]
            if np.any(adjoint[~kept]):
                return f"the adjoint of {name}, which is overwritten, is not zero after the run"
            given = _given(point, key, name, after)
            if np.any((adjoint != given)[kept]):
                return f"the adjoint of {name} changes at an element of {name} that the kernel does not write"
    return None


def by_convention(outcome: Outcome, points: Sequence[Point]) -> list[str]:
    """Return the arrays with adjoints that a backward text leaves nonzero at elements whose derivative is zero."""
    found: dict[str, None] = {}
    for key, after in outcome.items():
        point = points[key.number]
        for name, replaced in point.replaced.items():
            if np.any(after[f"adj_{name}"][replaced]):
                found[name] = None
    return list(found)


def _given(point: Point, key: RunKey, name: str, after: Values) -> npt.NDArray[Any]:
    """Return the initial adjoint of an array that a kernel writes."""
    return point.cotangents[key.variant][name].astype(after[f"adj_{name}"].dtype)


def tolerance_for(signature: Signature, forward: float, inside: float = 0.0) -> float:
    """Return the relative tolerance of a derivative, given the coarsest format of the kernel and the forward tolerance.

    Args:
        signature: the kernel's signature.
        forward: the tolerance of the forward run.
        inside: a unit in the last place of the coarsest numbers that the kernel computes with; 0 if that is not known.
    """
    return _precision(_coarsest_unit(signature, inside), forward).tolerance


def is_in_half_precision(signature: Signature, inside: float) -> bool:
    """Return whether a kernel's coarsest numbers have 16 bits.

    Args:
        signature: the kernel's signature.
        inside: a unit in the last place of the coarsest numbers that the kernel computes with; 0 if that is not known.
    """
    return FINE < _coarsest_unit(signature, inside) < _NARROW


def _coarsest_unit(signature: Signature, inside: float) -> float:
    """Return a unit in the last place, at 1, of the coarsest numbers of a kernel and its signature."""
    return max(inside, *(_unit_of(each) for each in (*signature.arguments, *signature.results)))


def precisions_of(signature: Signature, forward: float, inside: float = 0.0) -> dict[str, Precision]:
    """Return the precision with which the gradient of each argument can be checked, by the argument's name.

    The gradient of an argument in half precision is in half precision. All gradients are in half precision if an output
    is, or if the kernel computes in half precision. An input in half precision is widened before use, so it does not
    affect the other gradients, unless the forward run needs a larger tolerance.

    Args:
        signature: the kernel's signature.
        forward: the tolerance of the forward run.
        inside: a unit in the last place of the coarsest numbers that the kernel computes with; 0 if that is not known.
    """
    widened = _SHARPENING * forward < _MOST
    shared = max(inside, *(_unit_of(each) for each in (*signature.arguments, *signature.results)
                           if not (widened and each.role is Role.INPUT)), FINE)  # fmt: skip
    return {each.name: _precision(max(shared, _unit_of(each)), forward) for each in signature.arguments}


def _precision(unit: float, forward: float) -> Precision:
    tolerance = _COARSE if unit > FINE else float(np.clip(_SHARPENING * forward, _LEAST, _MOST))
    return Precision(tolerance, max(unit, FINE))


def _unit_of(argument: Argument) -> float:
    kinds = {argument.dtype, *(each.dtype for each in argument.fields)}
    narrow = [epsilon_of(numpy_dtype(each)) for each in kinds if each in NARROW and each.startswith("float")]
    if narrow:
        return max(narrow)
    return 2.0**-7 if "bfloat16" in kinds else 2.0**-10 if "float16" in kinds else FINE
