"""Chooses the weights of the outputs in the weighted sums whose slopes are compared."""

from collections.abc import Sequence

import numpy as np

from synthesis.core.signatures import Signature
from synthesis.verification.slopes import Differences, Floats, weights

FEW = 8
"""Largest number of elements that are always changed, or weighted, together: an error in one remains visible."""
_PARTS = 2
"""Number of weightings of only some outputs, a random quarter of the elements each, at every second point."""
_SMALL_OUTPUT = 3
"""Smallest power of two by which the slopes of an output are smaller than another's if it is also weighted alone.

Outputs are weighted together if the same multiple of this power, rounded down, separates their slopes from the largest.
"""
_LARGEST_POWER = 40
"""Largest power of two by which the weights of outputs with small slopes are enlarged."""
_LARGEST_HALF_POWER = 10
"""The same for kernels with arrays in float16, whose adjoints may overflow."""


def largest_power(signature: Signature) -> int:
    """Return the largest power of two by which the weights of outputs may be enlarged."""
    arguments = (*signature.arguments, *signature.results)
    has_halves = any("float16" in {each.dtype, *(part.dtype for part in each.fields)} for each in arguments)
    return _LARGEST_HALF_POWER if has_halves else _LARGEST_POWER


def random_weightings(generator: np.random.Generator, groups: Sequence[slice], *, ends: bool) -> list[Floats]:
    """Return weights for all elements of the outputs; for many elements, also weights for only some of them.

    The weighted elements are then the first and the last one of each output if ``ends``, else random ones.
    """
    size = groups[-1].stop
    whole = weights(generator, (size,))
    if size <= FEW:
        return [whole]
    if not ends:
        part = np.asarray(generator.integers(0, 2 * _PARTS, size), np.int64)
        return [whole, *(whole * (part == number) for number in range(_PARTS))]
    chosen = np.zeros(size, bool)
    chosen[[place for group in groups for place in (group.start, group.stop - 1) if group.start < group.stop]] = True
    return [whole, whole * chosen]


def enlarged_weightings(
    whole: Floats, inputs: Sequence[str], found: Differences, kept: Sequence[int], groups: Sequence[slice], most: int
) -> list[Floats]:
    """Return weightings of the outputs that have far smaller slopes than others, with larger weights.

    Args:
        whole: the weights of all elements of the outputs.
        inputs: the input that is changed along each of the directions in ``kept``.
        found: the slopes.
        kept: the directions that are smooth.
        groups: the slice of elements of each output.
        most: the largest power of two by which weights are enlarged.
    """
    powers, weightings = _powers(inputs, kept, found, groups), list[Floats]()
    for power in sorted(set(powers) - {0}):
        part = np.zeros_like(whole)
        for group in (group for group, own in zip(groups, powers, strict=True) if own == power):
            part[group] = whole[group]
        if part.any():
            weightings.append(part * 2.0 ** min(power, most))
    return weightings


def _powers(inputs: Sequence[str], kept: Sequence[int], found: Differences, groups: Sequence[slice]) -> list[int]:
    """Return, for each output, the power of two by which its slopes are smaller than the largest of another output.

    It is 0 for an output whose slopes are about as large, or not larger than their uncertainties. An error in the
    slopes of a smaller output would not show in a sum with those of a larger one.

    Args:
        inputs: the input that is changed along each of the directions in ``kept``.
        kept: the directions that are smooth.
        found: the slopes.
        groups: the slice of elements of each output.
    """
    sizes = np.stack([np.linalg.norm(found.slope[kept, group], axis=1) for group in groups], axis=1)
    noise = np.stack([np.linalg.norm(found.uncertainty[kept, group], axis=1) for group in groups], axis=1)
    smallest = np.ones(len(groups))
    for name in set(inputs):
        own = [number for number, each in enumerate(inputs) if each == name]
        largest = sizes[own].max(axis=0)
        known = (sizes[own] > 4 * noise[own]).any(axis=0) & (largest > 0)
        share = np.where(known, largest / max(largest.max(), np.finfo(float).tiny), 1.0)
        smallest = np.minimum(smallest, share)
    powers = np.floor(-np.log2(smallest) / _SMALL_OUTPUT) * _SMALL_OUTPUT
    return [int(min(each, _LARGEST_POWER)) for each in powers]
