"""Computes larger tolerances for elements, from the effect of rounding alone on the results.

If most of a value cancels out, the two precisions may agree by chance. So the effect of rounding is also measured by a
run in which every rounded number is perturbed by a unit in the last place, and an element may deviate by that effect.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.formats import FINE, epsilon_of, is_exact
from synthesis.frontends.base import PerturbedRun, Values
from synthesis.verification.inputs import flat
from synthesis.verification.stored import beyond_storing, is_stored
from synthesis.verification.tolerances import (
    MARGIN,
    Expected,
    are_many,
    cap_of,
    distances,
    root_mean_square,
    scale_of,
    sizes_of,
    widened,
)

_ROUNDED = 12.0**-0.5
"""Root mean square error of rounding to nearest, in units in the last place.

A perturbed number is off by 1 such unit.
"""
_NOISE_FACTOR = 16.0
"""Tolerance of elements that consist of rounding error, in multiples of the largest known shift among them."""
_SINGLE = 4
"""Largest number of elements of an array for which one measurement of the effect of rounding is not enough."""


def has_few_elements(expected: Expected) -> bool:
    """Return whether an array of rounded numbers is so small that a perturbation may, by chance, change none of it."""
    return any(not is_exact(each.dtype) and each.size <= _SINGLE for each in expected.own[0].values())


def exceeds_rounding_cap(expected: Expected, run: int, perturbed_run: PerturbedRun) -> bool:
    """Return whether rounding alone moves more than a few elements of an array by more than the cap (``cap_of``).

    The results of such a run cannot be compared. The result is False for kernels that compute in low precision.
    """
    shifts = _shifts(expected.double[run], expected.own[run], flat(perturbed_run.off), expected.unit)
    return expected.unit <= FINE and any(are_many(off > most) for _, off, most in shifts)


def has_rounding_noise(expected: Expected, run: int, perturbed_run: PerturbedRun) -> bool:
    """Return whether some elements of a run consist of rounding error."""
    found = _noise_of_run(expected.double[run], expected.own[run], flat(perturbed_run.off), expected.unit)
    return any(each.any() for each in found.values())


def with_max_shifts(expected: Expected, run: int, first: PerturbedRun, others: Sequence[Values]) -> PerturbedRun:
    """Return the effect of rounding on a run, with the largest shift of each element over several measurements.

    Args:
        expected: the expected results of all runs.
        run: the index of the run.
        first: the first measurement.
        others: results of the other measurements. One in which an integer or a Boolean differs is ignored.
    """
    own, off = expected.own[run], flat(first.off)
    for found in map(flat, others):
        if not decides_otherwise(own, found):
            off = {
                name: value if is_exact(value.dtype) else _further_from(own[name], value, found[name])
                for name, value in off.items()
            }
    return replace(first, off=off)


def _further_from(own: npt.NDArray[Any], one: npt.NDArray[Any], other: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Return, for each element, the value from the two arrays that is further from ``own``."""
    apart = [distances(widened(each), widened(own)) for each in (one, other)]
    return np.where(apart[1] > apart[0], other, one)


def with_relaxed_tolerances(expected: Expected, perturbed: Sequence[PerturbedRun]) -> Expected:
    """Return the expected results with larger tolerances for elements that rounding alone may move further.

    If the operands of a comparison are equal except for rounding, a right text may decide it either way. An element
    that depends on the decision may be anywhere between the two results, and slightly beyond.

    A perturbed run shows the effect of rounding only if it takes the same branches as the unperturbed run. So a run in
    which an integer or a Boolean differs is ignored; otherwise a text that takes a wrong branch could pass. The
    tolerance of an element grows with its shift, up to the cap (``cap_of``), relative to the element or to the largest
    element of its array.

    An element that moves by more than the cap consists of rounding error, such as the direction of a vector that should
    be zero. Its own shift gives no tolerance. But if there are few such elements in the array of one run, or in the
    array over all runs, the tolerance of each is a multiple of the largest shift among them, or of the largest
    difference between the two precisions.

    Args:
        expected: the expected results of the runs, all of them finite.
        perturbed: for each run, the effect of rounding on the reference's arrays in the kernel's own precision.
    """
    off = [flat(each.off) for each in perturbed]
    inverted = tuple([flat(way) for way in each.inverted] for each in perturbed)
    evaluations = list(zip(expected.double, expected.own, off, strict=True))
    slack = _with_usual(tuple(_slack(*each, expected.unit) for each in evaluations))
    noise = _noise([_noise_of_run(*each, expected.unit) for each in evaluations])
    together = {name: max(each, _perturbed_error(name, expected, off)) for name, each in expected.together.items()}
    return replace(expected, slack=slack, noise=noise, inverted=inverted, together=together)


def _perturbed_error(name: str, expected: Expected, perturbed: Sequence[Mapping[str, npt.NDArray[Any]]]) -> float:
    """Return the root mean square error of an array that rounding alone causes.

    It is measured by runs in which every rounded number is perturbed by a unit in the last place.
    """
    moved = [
        (distances(widened(off[name]), widened(own[name])) / scale_of(wide[name])).ravel()
        for off, own, wide in zip(perturbed, expected.own, expected.double, strict=True)
    ]
    return _ROUNDED * root_mean_square(
        np.concatenate(moved), cap_of(epsilon_of(expected.own[0][name].dtype), expected.unit)
    )


def _slack(
    wide: Mapping[str, npt.NDArray[Any]],
    own: Mapping[str, npt.NDArray[Any]],
    perturbed: Mapping[str, npt.NDArray[Any]],
    unit: float,
) -> dict[str, npt.NDArray[Any]]:
    found: dict[str, npt.NDArray[Any]] = {}
    for name, off, most in _shifts(wide, own, perturbed, unit):
        allowed = MARGIN * off
        if is_stored(own[name].dtype, unit):
            allowed = np.maximum(off, MARGIN * beyond_storing(off, own[name], perturbed[name]))
        found[name] = np.asarray(np.where(off <= most, np.minimum(most, allowed), 0.0) / scale_of(wide[name]))
    return found


def _with_usual(slack: tuple[dict[str, npt.NDArray[Any]], ...]) -> tuple[dict[str, npt.NDArray[Any]], ...]:
    """Return the tolerances, with those of small arrays raised to the median over the runs.

    By chance, a perturbation may move a single number by little in one run, even if it moves the operands by much.
    """
    few = {name for run in slack for name, each in run.items() if 0 < each.size <= _SINGLE}
    usual = {name: np.median([run[name].max() for run in slack if name in run]) for name in few}
    return tuple(
        {name: np.asarray(np.maximum(each, usual.get(name, 0.0))) for name, each in run.items()} for run in slack
    )


def _noise(runs: Sequence[Mapping[str, npt.NDArray[Any]]]) -> tuple[dict[str, npt.NDArray[Any]], ...]:
    """Return the tolerances of elements that consist of rounding error, in arrays that have few of them.

    One run may have many, as at the bounds of domains, where vectors are often parallel: its other elements and the
    other runs still detect a wrong text.
    """
    names = {name for run in runs for name in run}
    over_all = {name: np.concatenate([run[name].ravel() > 0 for run in runs if name in run]) for name in names}
    return tuple(
        {
            name: each
            for name, each in run.items()
            if each.any() and not (are_many(each > 0) and are_many(over_all[name]))
        }
        for run in runs
    )


def _noise_of_run(
    wide: Mapping[str, npt.NDArray[Any]],
    own: Mapping[str, npt.NDArray[Any]],
    perturbed: Mapping[str, npt.NDArray[Any]],
    unit: float,
) -> dict[str, npt.NDArray[Any]]:
    """Return, for each array, the absolute tolerance of elements that consist of rounding error; 0 for the others."""
    if unit > FINE:
        return {}
    found: dict[str, npt.NDArray[Any]] = {}
    for name, off, most in _shifts(wide, own, perturbed, unit):
        found[name] = np.zeros(off.shape)
        if (off > most).any():
            lost = MARGIN * off > most  # elements computed from a lost one may move slightly less
            apart = distances(wide[name], widened(own[name]))
            found[name] = np.where(lost, _NOISE_FACTOR * np.maximum(off, apart)[lost].max(), 0.0)
    return found


def decides_otherwise(own: Mapping[str, npt.NDArray[Any]], other: Mapping[str, npt.NDArray[Any]]) -> bool:
    """Return whether an integer or a Boolean differs between two evaluations of a run.

    Args:
        own: the ``flat`` arrays of the first evaluation.
        other: the ``flat`` arrays of the second evaluation.
    """
    return any(is_exact(value.dtype) and not np.array_equal(value, other[name]) for name, value in own.items())


def _shifts(
    wide: Mapping[str, npt.NDArray[Any]],
    own: Mapping[str, npt.NDArray[Any]],
    perturbed: Mapping[str, npt.NDArray[Any]],
    unit: float,
) -> Iterator[tuple[str, npt.NDArray[Any], npt.NDArray[Any]]]:
    """Yield each floating-point array with the absolute shift of its elements and the largest allowed shift.

    The allowed shift is the cap, relative to the element or to the largest one if that is larger. Nothing is yielded
    for a run in which an integer or a Boolean differs.
    """
    if decides_otherwise(own, perturbed):
        return
    for name, value in own.items():
        if not is_exact(value.dtype):
            largest = sizes_of(wide[name]).max(initial=0.0)
            most = cap_of(epsilon_of(value.dtype), unit) * np.maximum(scale_of(wide[name]), largest)
            yield name, distances(widened(perturbed[name]), widened(value)), most
