"""Adds a run with far larger tangents and cotangents, at which every derivative is larger by the same factor.

Derivatives are linear in them. A wrong text may be right where they are small: a softmax that subtracts a tangent from
its operands, instead of their maximum, overflows only with a larger tangent.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.formats import largest_of, numpy_dtype
from synthesis.core.records import KernelSpec
from synthesis.frontends.base import Values
from synthesis.verification.points import Point
from synthesis.verification.tangents import Tangents

_FACTOR = 2.0**10
"""Factor of the tangents, and of the cotangents; a power of two, by which right texts multiply without rounding.

The tangents of an input are about as large as its domain is wide, which may be a hundredth of a user's.
"""
_SMALL_FORMATS = re.compile(r"(?<!b)float(?:16\b|[468]_)|\bhalf\b")
"""Matches the names of formats in which right texts overflow with larger tangents: those of less range than float32."""
_SAFE_SHARE = 2.0**-64
"""Largest number of the added run, as a share of the largest of its format.

Numbers that a right text computes on the way may be larger.
"""


def with_larger(spec: KernelSpec, found: Sequence[Tangents]) -> tuple[Tangents, ...]:
    """Return tangents with the first ones added once more, all of them larger by the same factor.

    They are not added if a right text may overflow with them.

    Args:
        spec: the kernel's record.
        found: the tangents at all points.
    """
    if _has_small_formats(spec):
        return tuple(found)
    arrays = [each for each in (*spec.signature.arguments, *spec.signature.results) if each.is_float]
    larger = _larger(found[0])
    limits = {each.name: _SAFE_SHARE * largest_of(numpy_dtype(each.dtype)) for each in arrays}
    fits = all(_fits(values, limits) for values in (larger.inputs, larger.expected))
    return (*found, larger) if fits else tuple(found)


def with_larger_weights(spec: KernelSpec, found: Sequence[Point]) -> tuple[Point, ...]:
    """Return points with one more weighting of the outputs at the first one, with far larger weights.

    It is not added if a right text may overflow with it.

    Args:
        spec: the kernel's record.
        found: the points.
    """
    first, *others = found
    usual = [each for each in first.slopes if each.variant == 0]
    largest = max((abs(each.value) for each in usual), default=0.0)
    if _has_small_formats(spec) or not _FACTOR * largest <= _SAFE_SHARE * largest_of(np.dtype(np.float32)):
        return tuple(found)
    slopes = [
        replace(
            each,
            variant=len(first.cotangents),
            value=_FACTOR * each.value,
            uncertainty=_FACTOR * each.uncertainty,
            larger=True,
        )
        for each in usual
    ]
    weights = _times(_FACTOR, first.cotangents[0])
    return (
        replace(first, cotangents=(*first.cotangents, weights), slopes=(*first.slopes, *slopes)),
        *others,
    )


def _has_small_formats(spec: KernelSpec) -> bool:
    """Return whether a kernel computes, or may compute, in a format with less range than float32."""
    arrays = (*spec.signature.arguments, *spec.signature.results)
    names = {part.dtype for each in arrays for part in (each, *each.fields)}
    return any(map(_SMALL_FORMATS.search, (spec.source, *names)))


def _larger(tangents: Tangents) -> Tangents:
    return replace(
        tangents,
        inputs=_with_larger_tangents(tangents.inputs),
        expected=_with_larger_tangents(tangents.expected),
        uncertainty=_times(_FACTOR, tangents.uncertainty),
        weights=_times(_FACTOR, tangents.weights),
    )


def _times(factor: float, values: Mapping[str, npt.NDArray[Any]]) -> Values:
    """Return arrays multiplied by a number. The product of an array without dimensions is an array too."""
    return {name: np.asarray(each * np.asarray(factor, each.dtype)) for name, each in values.items()}


def _with_larger_tangents(values: Values) -> Values:
    return values | _times(_FACTOR, {name: each for name, each in values.items() if name.startswith("tangent_")})


def _fits(values: Values, limits: dict[str, float]) -> bool:
    """Return whether all tangents are finite, and at most as large as the limit of their argument or result."""
    for name, each in values.items():
        limit = limits.get(name.removeprefix("tangent_"))
        if name.startswith("tangent_") and limit is not None and not np.all(np.abs(each.astype(np.float64)) <= limit):
            return False
    return True
