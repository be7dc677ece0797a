"""Measures the slopes of a kernel's outputs at one point, by finite differences of the reference.

A direction changes one input at a time, so that no input can hide the error of another, and some directions change few
elements. The outputs are weighted in several ways, and some weightings cover few elements. So the error of a single
thread is not negligible in every number that is compared. Adjoints of inputs start from random values, to which a text
must add.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.frontends.base import Reference, ReferenceFaultError, Trace, Values
from synthesis.verification.decided import decided_elements
from synthesis.verification.infinities import constants_at, have_gradients
from synthesis.verification.inputs import count_numbers, flat, generator_of, is_part_of
from synthesis.verification.slopes import (
    STEPS,
    Differences,
    Direction,
    Floats,
    dense_direction,
    differences,
    doubled,
    moved,
    sparse_direction,
    typical_width,
    weights,
    without_equal,
)
from synthesis.verification.thresholds import has_extremes, kernel_thresholds
from synthesis.verification.weightings import FEW, enlarged_weightings, largest_power, random_weightings

_DIRECTIONS = 3
"""Number of directions for each input. A kernel with many inputs and large arrays has one."""
_SINGULAR = 0.01
"""Allowed error of every slope at a singular point, as a share of the point's largest slope."""
_KINK_SHARE = 0.25
"""Largest share of the outputs that may have a kink along a direction; a direction with more is left out."""
_MOST_NUMBERS = 1 << 26
"""Number of elements of all arguments and results of the runs that are evaluated in one call of the reference."""


@dataclass(frozen=True, slots=True)
class Slope:
    """The slope of a weighted sum of the outputs along a direction of one input."""

    argument: str
    direction: Direction
    variant: int
    """The index of the weighting among those of the point."""
    value: float
    uncertainty: float
    """The largest error of the value that rounding of the reference and the step length may cause."""
    enlarged: bool = False
    """Whether only outputs with far smaller slopes than others are weighted, with larger weights."""
    larger: bool = False
    """Whether all weights are larger than the usual ones by the same factor."""

    @property
    def kind(self) -> tuple[bool, bool]:
        """What distinguishes its weights; slopes of one kind are about as large."""
        return self.enlarged, self.larger


def differentiable(signature: Signature) -> list[Argument]:
    """Return the inputs for which a derivative's text computes gradients."""
    return [each for each in signature.arguments if each.name in signature.differentiable]


def weighted_outputs(signature: Signature) -> list[Argument]:
    """Return the outputs that get weights: floating-point results, and floating-point arrays that a kernel writes."""
    written = [each for each in signature.arguments if each.role is not Role.INPUT]
    return [each for each in (*signature.results, *written) if each.is_float]


@dataclass(frozen=True, slots=True)
class Measured:
    """The finite differences at one point."""

    cotangents: tuple[dict[str, npt.NDArray[Any]], ...]
    starts: Mapping[str, Direction]
    slopes: tuple[Slope, ...]


MeasuredPlace = tuple[Values, Measured]
"""A point, and the finite differences there."""


def measure(
    reference: Reference,
    spec: KernelSpec,
    drawn: Sequence[Values],
    numbers: Sequence[int],
    *,
    seed: int,
    decided: bool = False,
) -> tuple[list[MeasuredPlace], list[MeasuredPlace]]:
    """Return the points where a kernel's results are smooth, with the finite differences there, in two lists.

    At the points in the second list, the kernel computes an intermediate value without a derivative. Elements that are
    an infinite constant have a slope of zero, unless the kernel may take the larger or smaller of two numbers.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        drawn: the points, whose steps along all directions are evaluated together.
        numbers: the numbers of the points, on which directions and weightings depend.
        seed: seed of the directions and weightings.
        decided: whether to leave out elements for which rounding decides a comparison.
    """
    signature, extremes, equal = spec.signature, has_extremes(spec.source), kernel_thresholds(spec).equal
    inputs = differentiable(signature)
    generators = [generator_of("direction", 1000 + each, seed=seed) for each in numbers]
    few = _DIRECTIONS * len(inputs) * len(STEPS) * count_numbers(signature) > _MOST_NUMBERS
    directions = [
        _directions(generator, inputs, place, number, equal, few=few)
        for number, generator, place in zip(numbers, generators, drawn, strict=True)
    ]
    sound, singular = list[MeasuredPlace](), list[MeasuredPlace]()
    most = largest_power(signature)
    masks = decided_elements(reference, drawn, seed=seed) if decided else [None] * len(drawn)
    for number, (stepped, is_singular) in enumerate(_stepped(reference, signature, drawn, directions)):
        if stepped is not None and not extremes and stepped.found.infinite.any():
            stepped = _with_constants(reference, signature, drawn[number], stepped)
        ends = numbers[number] % 2 == 0
        made = (
            None
            if stepped is None
            else _measured(generators[number], directions[number], inputs, stepped, masks[number], ends=ends, most=most)
        )
        if made is not None:
            (singular if is_singular else sound).append((drawn[number], made))
    return sound, singular


def _with_constants(reference: Reference, signature: Signature, place: Values, stepped: "_Stepped") -> "_Stepped":
    """Return the differences at a point, with a slope of zero where an output is an infinite constant."""
    wide = doubled(place)
    (result,) = reference([wide], double=True)
    masks = constants_at(reference, wide, result)
    constant = np.concatenate([masks[name].ravel() for name in stepped.shapes]) & stepped.found.infinite.all(axis=0)
    return replace(stepped, found=replace(stepped.found, smooth=stepped.found.smooth | constant))


@dataclass(frozen=True, slots=True)
class _Stepped:
    """The outputs at a point, and their differences along directions."""

    shapes: Mapping[str, tuple[int, ...]]
    """Output (``name`` or ``name.field``) to its shape."""
    groups: Sequence[slice]
    """The slice of elements of each output."""
    found: Differences


def _stepped(
    reference: Reference,
    signature: Signature,
    drawn: Sequence[Values],
    directions: Sequence[Sequence[tuple[str, Direction]]],
) -> list[tuple[_Stepped | None, bool]]:
    """Return the differences at each point, or None, and whether an intermediate value has no derivative there.

    All points are evaluated in one call of the reference, unless their arrays need too much memory. Then it is called
    for some directions of one point at a time.
    """
    outputs = weighted_outputs(signature)
    numbers = count_numbers(signature)
    if len(drawn) * (1 + len(STEPS) * len(directions[0])) * numbers <= _MOST_NUMBERS:
        return _stepped_at_once(reference, outputs, drawn, directions)
    some = max(1, _MOST_NUMBERS // (len(STEPS) * max(1, numbers)))
    return [
        _joined([
            _stepped_at_once(reference, outputs, [place], [of_place[start : start + some]])[0]
            for start in range(0, len(of_place), some)
        ])
        for place, of_place in zip(drawn, directions, strict=True)
    ]  # fmt: skip


def _stepped_at_once(
    reference: Reference,
    outputs: Sequence[Argument],
    drawn: Sequence[Values],
    directions: Sequence[Sequence[tuple[str, Direction]]],
) -> list[tuple[_Stepped | None, bool]]:
    """Return the same as ``_stepped``, from one call of the reference."""
    runs = [run for place, each in zip(drawn, directions, strict=True) for run in _runs(place, each)]
    trace, size = Trace(undefined={}), len(runs) // len(drawn)
    results = [flat(each) for each in reference(runs, double=True, trace=trace, group=size)]
    singular = {each // size for each in trace.singular} | _undefined(reference, drawn, trace, size)
    return [
        (_differences(reference, place, results[number * size : (number + 1) * size], outputs), number in singular)
        for number, place in enumerate(drawn)
    ]


def _undefined(reference: Reference, drawn: Sequence[Values], trace: Trace, size: int) -> set[int]:
    """Return the points at which a value has no finite derivative because numbers are equal that need not be.

    An example is the root of the squared distance of a point from itself, even if the kernel does not use it. A right
    text gives NaN there: zero, the derivative of the result, times an infinite one. The root of ``max(x, 0.0)`` is
    different. Its operand is zero on one side of a kink, and no derivative goes through it.

    Args:
        reference: the kernel's reference.
        drawn: the points.
        trace: the record of a call of the reference that starts with each point every ``size`` runs.
        size: the number of runs of each point.
    """
    noted = {number: count for number in range(len(drawn)) if (count := (trace.undefined or {}).get(number * size))}
    if not noted:
        return set()
    other = Trace(undefined={}, jitter=np.random.default_rng(0))
    try:
        reference([doubled(drawn[number]) for number in noted], double=True, trace=other)
    except ReferenceFaultError:
        return set()
    left = other.undefined or {}
    return {number for place, (number, count) in enumerate(noted.items()) if left.get(place, 0) < count}


def _joined(parts: Sequence[tuple[_Stepped | None, bool]]) -> tuple[_Stepped | None, bool]:
    """Return the differences along all directions of a point, from those along some of them each."""
    stepped = [each for each, _ in parts if each is not None]
    if len(stepped) < len(parts):
        return None, False
    found = Differences(
        np.concatenate([each.found.slope for each in stepped]),
        np.concatenate([each.found.uncertainty for each in stepped]),
        np.concatenate([each.found.smooth for each in stepped]),
        np.concatenate([each.found.infinite for each in stepped]),
    )
    return replace(stepped[0], found=found), any(is_singular for _, is_singular in parts)


def _differences(
    reference: Reference, place: Values, results: Sequence[Mapping[str, npt.NDArray[Any]]], outputs: Sequence[Argument]
) -> _Stepped | None:
    """Return the differences of the outputs at a point; None if an output is not finite there.

    Infinities and NaNs that the kernel stores on purpose are allowed.

    Args:
        reference: the kernel's reference.
        place: the point.
        results: the results at the point itself, and at each step along every direction.
        outputs: the outputs of the kernel that have derivatives.
    """
    expected = {each.name for each in outputs}
    first = results[0]
    names = [
        name
        for name, value in first.items()
        if value.dtype.kind == "f" and any(is_part_of(name, each) for each in expected)
    ]
    elements = np.stack([np.concatenate([each[name].ravel() for name in names]) for each in results])
    if not elements.size:
        return None
    if not np.isfinite(elements[0]).all() and not have_gradients(
        reference, doubled(place), {name: first[name] for name in names}
    ):
        return None
    edges = np.cumsum([0, *(first[name].size for name in names)]).tolist()
    groups = [slice(start, end) for start, end in pairwise(edges)]
    found = differences(elements[0], elements[1:].reshape(-1, len(STEPS), elements.shape[1]), groups)
    return _Stepped({name: first[name].shape for name in names}, groups, found)


def _directions(
    generator: np.random.Generator, inputs: Sequence[Argument], place: Values, number: int,
    equal: Mapping[str, Sequence[float]], *, few: bool,
) -> list[tuple[str, Direction]]:  # fmt: skip
    """Return the directions in which each input is changed at a point.

    In a large array, some directions change only a few elements: the first and the last one at points with even
    numbers, one in eight at the others. Fields of structs are changed alone and together, since their slopes may differ
    by far. If ``few`` is set, there is one direction for each input, of another kind at the next point.
    """
    found: list[tuple[str, Direction]] = []
    for each in inputs:
        value = place[each.name]
        small = value.size <= FEW or each.shape is None
        if len(each.fields) > 1 and not few:
            parts = dense_direction(generator, each, value)
            found += [(each.name, {name: part}) for name, part in parts.items() if len(parts) > 1]
        for count in (number % _DIRECTIONS,) if few else range(_DIRECTIONS):
            if count < 2 - number % 2 or small:
                found.append((each.name, dense_direction(generator, each, value)))
            else:
                ends = count == 2 and number % 2 == 0
                found.append((each.name, sparse_direction(generator, each, value, ends=ends)))
    return [(name, without_equal(direction, name, place[name], equal)) for name, direction in found]


def _runs(place: Values, directions: Sequence[tuple[str, Direction]]) -> list[Values]:
    """Return the point itself, followed by the steps along each direction."""
    wide = doubled(place)
    return [wide, *(moved(wide, {name: direction}, step) for name, direction in directions for step in STEPS)]


def with_larger_uncertainties(measured: Measured) -> Measured:
    """Return the differences with larger uncertainties, for a point where the kernel has no derivative.

    An example is the length of a zero vector. A text may compute large terms there, which cancel out except for
    rounding.
    """
    largest = max(abs(each.value) for each in measured.slopes)
    slopes = tuple(replace(each, uncertainty=max(each.uncertainty, _SINGULAR * largest)) for each in measured.slopes)
    return replace(measured, slopes=slopes)


def _measured(
    generator: np.random.Generator,
    directions: Sequence[tuple[str, Direction]],
    inputs: Sequence[Argument],
    stepped: _Stepped,
    decided: Mapping[str, npt.NDArray[np.bool_]] | None,
    *,
    ends: bool,
    most: int,
) -> Measured | None:
    """Return weightings of the outputs at a point, and the slopes of the weighted sums.

    The result is None if an input has no smooth direction, or no element of the outputs is smooth. Weights are enlarged
    by at most two to the power of ``most``.
    """
    found, groups = stepped.found, stepped.groups
    finite = np.maximum(1, (~found.infinite).sum(axis=1))
    kinks = (~found.smooth & ~found.infinite).sum(axis=1) / finite
    kept: list[int] = np.flatnonzero(kinks <= _KINK_SHARE).tolist()
    if {directions[number][0] for number in kept} != {name for name, _ in directions}:
        return None
    smooth = found.smooth[kept].all(axis=0)
    if decided is not None:
        smooth &= np.concatenate([decided[name].ravel() for name in stepped.shapes])
    weightings = [each * smooth for each in random_weightings(generator, groups, ends=ends)]
    weightings = [each for number, each in enumerate(weightings) if not number or each.any()]
    if not weightings[0].any():
        return None
    usual = len(weightings)
    inputs_of_kept = [directions[number][0] for number in kept]
    weightings += enlarged_weightings(weightings[0], inputs_of_kept, found, kept, groups, most)
    slopes = _slopes(directions, kept, found, weightings, usual)
    cotangents = tuple(
        {name: each[group].reshape(shape) for (name, shape), group in zip(stepped.shapes.items(), groups, strict=True)}
        for each in weightings
    )
    starts = {each.name: _start(generator, each, slopes) for each in inputs if each.role is Role.INPUT}
    return Measured(cotangents, starts, slopes)


def _slopes(
    directions: Sequence[tuple[str, Direction]],
    kept: Sequence[int],
    found: Differences,
    weightings: Sequence[Floats],
    usual: int,
) -> tuple[Slope, ...]:
    """Return the slopes along the kept directions. The weightings from number ``usual`` on are enlarged ones."""
    table = np.stack(weightings).T
    values, uncertainties = found.slope @ table, np.sqrt(np.square(found.uncertainty) @ np.square(table))
    return tuple(
        Slope(
            *directions[number],
            variant,
            float(values[number, variant]),
            float(uncertainties[number, variant]),
            enlarged=variant >= usual,
        )
        for number in kept
        for variant in range(len(weightings))
    )


def _start(generator: np.random.Generator, argument: Argument, slopes: Sequence[Slope]) -> Direction:
    """Return the initial adjoint of an input.

    Its magnitude is close to that of the gradient, so that neither is lost in the sum of the two.
    """
    mine = [each for each in slopes if each.argument == argument.name and each.variant == 0]
    terms = max(sum(int(np.count_nonzero(part)) for part in each.direction.values()) for each in mine)
    largest = max(abs(each.value) for each in mine) / max(1.0, float(np.sqrt(terms)))
    found: Direction = {}
    for each in argument.fields or (argument,):
        name = each.name if argument.fields else ""
        part = next((slope.direction[name] for slope in mine if name in slope.direction), None)
        if part is not None:
            power = np.log2(largest / typical_width(argument, each)) if largest else 0.0
            size = 2.0 ** float(np.clip(np.round(power), -10.0, 10.0))
            found[name] = weights(generator, part.shape) * size
    return found
