"""Measures how far rounding moves slopes, and adds it to their uncertainties.

A derivative may be what remains of terms that cancel: the tangent of a loss along a direction of all parameters, or
the gradient of the length of an edge between an atom and itself. Its rounding error is that of the terms, which the
derivative does not show. So slopes are also measured with random errors in all numbers that the kernel rounds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.records import KernelSpec
from synthesis.frontends.base import Reference, Values
from synthesis.verification.inputs import count_numbers, flat
from synthesis.verification.points import Point
from synthesis.verification.slopes import STEP, Direction, Floats, doubled, moved
from synthesis.verification.tangents import Tangents

_SAMPLES = 8
"""Number of samples of random errors."""
_JUMP = 16.0
"""Factor from the second largest deviation of a slope to the largest, above which the largest is that of a jump."""
_FACTOR = 5.0
"""Uncertainty of a slope because of rounding, in multiples of the root mean square deviation.

A text also rounds the terms of a derivative, a few for each operation of the function.
"""
_DECIDING_SAMPLES = 16
"""Number of samples that show for which elements rounding decides a comparison."""
_DECIDED = 0.25
"""Distance of a slope with errors from that without, from which on rounding has decided a comparison.

It is relative to the slope plus the median of its result.
"""
_FEW = 0.2
"""Largest share of the elements of a result that are left out because rounding decides a comparison."""
_MOST_WORK = 1 << 30
"""Maximum number of elements that the evaluations at one point make and read; they take some seconds."""
_MOST_AT_ONCE = 1 << 28
"""Maximum number of elements that the evaluations of several samples together make and read, which are in memory."""


def rough_tangents(
    reference: Reference, spec: KernelSpec, found: Sequence[Tangents], *, seed: int
) -> tuple[Tangents, ...]:
    """Return tangents with the effect of rounding added to their uncertainties, where it is known.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        found: the tangents at all points.
        seed: the seed of the random errors.
    """
    return tuple(_rough_tangents(reference, spec, each, seed) for each in found)


def _rough_tangents(reference: Reference, spec: KernelSpec, tangents: Tangents, seed: int) -> Tangents:
    names = [each.name for each in spec.signature.arguments]
    along = {name: {"": tangents.inputs[f"tangent_{name}"].astype(np.float64)} for name in names
             if f"tangent_{name}" in tangents.inputs}  # fmt: skip
    place = {name: tangents.inputs[name] for name in names}
    samples = _slopes(reference, spec, place, [along], seed)
    if not samples:
        return tangents
    tangents = replace(tangents, uncertainty={
        name: np.asarray(part + _deviation([each[0][name] for each in samples], tangents.expected[f"tangent_{name}"]))
        for name, part in tangents.uncertainty.items()
    })  # fmt: skip
    deciding = _slopes(reference, spec, place, [along], seed, samples=_DECIDING_SAMPLES, decide=True)
    return _without_decided(tangents, [each[0] for each in deciding])


def _without_decided(tangents: Tangents, samples: Sequence[Mapping[str, npt.NDArray[Any]]]) -> Tangents:
    """Return tangents without the elements of results for which rounding decides a comparison, if these are few.

    An example is ``relu`` of a number in bfloat16 that is zero but for rounding.

    Args:
        tangents: the tangents.
        samples: slopes with random errors, in runs that decide by themselves.
    """
    smooth = dict(tangents.smooth)
    for name, mask in tangents.smooth.items():
        true = tangents.expected[f"tangent_{name}"].astype(np.float64)
        near = _DECIDED * (np.abs(true) + (float(np.median(np.abs(true[mask]))) if mask.any() else 0.0))
        with np.errstate(all="ignore"):
            decided = mask & np.any([~(np.abs(each[name] - true) <= near) for each in samples], axis=0)
        if decided.sum() <= _FEW * mask.sum():
            smooth[name] = np.asarray(mask & ~decided)
    weights = {name: np.asarray(part * smooth[name]) for name, part in tangents.weights.items()}
    return replace(tangents, smooth=smooth, weights=weights)


def rough_points(reference: Reference, spec: KernelSpec, found: Sequence[Point], *, seed: int) -> tuple[Point, ...]:
    """Return points with the effect of rounding added to the uncertainties of their slopes, where it is known.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        found: the points.
        seed: the seed of the random errors.
    """
    return tuple(_rough_point(reference, spec, each, seed) for each in found)


def _rough_point(reference: Reference, spec: KernelSpec, point: Point, seed: int) -> Point:
    directions = {id(each.direction): (each.argument, each.direction) for each in point.slopes}
    along = [{name: direction} for name, direction in directions.values()]
    samples = _slopes(reference, spec, point.inputs, along, seed)
    if not samples:
        return point
    place = {each: number for number, each in enumerate(directions)}
    uncertainties = list[float]()
    for slope in point.slopes:
        weights = point.cotangents[slope.variant]
        rough = [_weighted(sample[place[id(slope.direction)]], weights) for sample in samples]
        uncertainties.append(slope.uncertainty + float(_deviation(rough, np.asarray(slope.value))))
    slopes = zip(point.slopes, uncertainties, strict=True)
    return replace(point, slopes=tuple(replace(slope, uncertainty=each) for slope, each in slopes))


def _slopes(
    reference: Reference,
    spec: KernelSpec,
    place: Values,
    directions: Sequence[Mapping[str, Direction]],
    seed: int,
    *,
    samples: int = _SAMPLES,
    decide: bool = False,
) -> list[list[dict[str, npt.NDArray[Any]]]]:
    """Return the slopes of each sample along each direction, by the name of the result; empty if they are not known.

    ``decide`` is whether each run makes its own decisions, or those of the run without errors.
    """
    count = 1 + 2 * len(directions)
    work = count * max(reference.work, count_numbers(spec.signature))
    if (1 + _SAMPLES) * work > _MOST_WORK:
        return []
    there = doubled(place)
    runs = [there, *(moved(there, along, step) for along in directions for step in (1.0, -1.0))]
    together = int(np.clip(_MOST_AT_ONCE // work - 1, 1, samples))
    found = list[list[Values]]()
    for first in range(0, samples, together):
        some = reference.rough_results(runs, seed=seed + first, samples=min(together, samples - first), decide=decide)
        found += [list(map(flat, each)) for each in some]
    if len(found) < samples:
        return []
    with np.errstate(all="ignore"):
        return [
            [
                {
                    name: (sample[number][name] - sample[number + 1][name]) / (2 * STEP)
                    for name, value in sample[0].items()
                    if value.dtype.kind == "f"
                }
                for number in range(1, count, 2)
            ]
            for sample in found
        ]


def _weighted(slopes: Mapping[str, npt.NDArray[Any]], weights: Mapping[str, npt.NDArray[Any]]) -> Floats:
    """Return the weighted sum of slopes, without the elements whose weight is zero."""
    return np.asarray(sum(float(np.sum((slopes[name] * part)[part != 0])) for name, part in weights.items()))


def _deviation(slopes: Sequence[Floats], true: Floats) -> Floats:
    """Return the uncertainty of slopes that samples show; 0 where a sample is not finite.

    A deviation that is far larger than all others is that of a jump between two steps, and is left out.
    """
    with np.errstate(all="ignore"):
        off = np.sort([np.abs(each - true) for each in slopes], axis=0)
        jumps = off[-1] > _JUMP * off[-2]
        total = np.square(off[:-1]).sum(axis=0) + np.where(jumps, 0.0, np.square(off[-1]))
        found = _FACTOR * np.sqrt(total / np.where(jumps, len(off) - 1, len(off)))
        return np.where(np.isfinite(found), found, 0.0)
