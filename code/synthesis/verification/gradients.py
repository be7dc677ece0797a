"""Derivatives: what a backward text says of them against directional finite differences of the float64 reference.

A direction moves one input at a time, so that no input hides behind another, and some move few of its elements; the
outputs are weighted in several ways, some of them few at a time. So one thread that is wrong among thousands is no
small part of everything that it shows in. Adjoints of inputs start from random values, which a text has to add to.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.formats import numpy_dtype
from synthesis.frontends.base import Outcome, Purpose, Reference, RunKey, Values
from synthesis.records import Argument, KernelSpec, Role, Signature
from synthesis.verification.inputs import flat, generator_of, struct_dtype
from synthesis.verification.slopes import (
    STEPS,
    Differences,
    Direction,
    Floats,
    dense_direction,
    differences,
    domain_width,
    doubled,
    draw_point,
    moved,
    sparse_direction,
    weights,
)

_DIRECTIONS = 3
"""Directions an input."""
POINTS, BENT_POINTS, BRANCHING_POINTS = 2, 3, 5
"""Points that a backward text is checked at, those of a kernel with functions of two ways, and with ways of its own."""
_BRANCH = re.compile(r"\b(?:if|while|for|where|cond|switch|select|while_loop|fori_loop|scan)\b")
_BENT = re.compile(r"\b(?:clamp|clip|min|max|minimum|maximum|abs|relu|leaky_relu|sign|atomic_min|atomic_max)\b")
_FEW = 8
"""Of so few elements one is always seen."""
_KINKED = 0.25
"""The share of the outputs that may have a kink along a direction; with more of them it is left out."""
_PARTS = 2
"""Parts of the outputs, a quarter each, that are weighted by themselves at every other point."""
_LEAST = 1e-4
"""The smallest tolerance; of drawn kernels' right texts none is off by 1e-6 beyond doubt and rounding."""
_NEGLIGIBLE = 1e-3
"""A slope smaller than this part of the largest one of the same input is measured against that part."""
_TERMS = 2.0
"""How much of the root of its terms' squares a sum may be off, times the tolerance."""
_UNITS = 16.0
"""Units in the last place of the largest slope of all that the text's own rounding may come to."""
_FINE = 2.0**-23
_COARSE_UNITS, _COARSE_SHARE = 4.0, 0.5
"""Where numbers are coarse: units of the largest slope of the same input, and of all. More would hide small inputs."""


@dataclass(frozen=True, slots=True)
class Slope:
    """How fast a weighted sum of the outputs grows along a direction of one input."""

    argument: str
    direction: Direction
    variant: int
    """Which of the point's weightings it is of."""
    value: float
    doubt: float
    """How far it may be off for the rounding of the reference."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point where a kernel is smooth, with what a derivative's text is to be told and held against."""

    inputs: Values
    cotangents: tuple[dict[str, npt.NDArray[Any]], ...]
    """Several weightings of the outputs: output (``name`` or ``name.field``) to weights."""
    starts: Mapping[str, Direction]
    """What the adjoint of each input, or of its struct's fields, is before the text adds to it; none in JAX."""
    slopes: tuple[Slope, ...]
    final: Values
    """What a forward run leaves, in the kernel's own precision."""


def differentiable(signature: Signature) -> list[Argument]:
    """The inputs that a derivative's text gives gradients for."""
    return [each for each in signature.arguments if each.name in signature.differentiable]


def weighted_outputs(signature: Signature) -> list[Argument]:
    """The outputs that are summed: results, or arrays that a kernel writes."""
    written = [each for each in signature.arguments if each.role is not Role.INPUT]
    return [each for each in (*signature.results, *written) if each.is_float]


@dataclass(frozen=True, slots=True)
class NothingToCheck:
    """Why there is no point that a derivative could be checked at."""

    reason: str


def points_for(source: str) -> int:
    """How many points the derivatives of a kernel are checked at."""
    if _BRANCH.search(source):
        return BRANCHING_POINTS
    return BENT_POINTS if _BENT.search(source) else POINTS


def find_points(reference: Reference, spec: KernelSpec, *, seed: int = 0) -> tuple[Point, ...] | NothingToCheck:
    """Smooth points, or why there is none that a derivative could be checked at; another seed gives others.

    Raises:
        ReferenceUnknownError: for what is not modelled.
        ReferenceFaultError: if the kernel is at fault.
    """
    signature = spec.signature
    inputs, outputs = differentiable(signature), weighted_outputs(signature)
    if not inputs:
        return NothingToCheck("no floating-point input")
    if not outputs:
        return NothingToCheck("no floating-point output")
    wished = points_for(spec.source)
    places: list[Values] = []
    found: list[_Measured] = []
    for numbers in (range(wished), range(wished, wished + 2)):
        # All points, directions and steps in one run of the reference; every other point is near edges.
        drawn = [
            draw_point(signature, spec.source, 1000 + each, seed=seed, near=each % 2 == 1 and each < wished)
            for each in numbers
        ]
        generators = [generator_of("direction", 1000 + each, seed=seed) for each in numbers]
        directions = [
            _directions(generator, inputs, place, number)
            for number, generator, place in zip(numbers, generators, drawn, strict=True)
        ]
        runs = [run for place, each in zip(drawn, directions, strict=True) for run in _runs(place, each)]
        results = [flat(each) for each in reference(runs, double=True)]
        size = len(results) // len(drawn)
        for number, place in enumerate(drawn):
            of_place = results[number * size : (number + 1) * size]
            made = _measured(generators[number], directions[number], inputs, outputs, of_place, ends=number % 2 == 0)
            if made is not None and len(places) < wished:
                places.append(place)
                found.append(made)
        if len(places) == wished:
            break
    if not places:
        return NothingToCheck("no smooth point found")
    if not any(abs(slope.value) > 4 * slope.doubt for each in found for slope in each.slopes):
        return NothingToCheck("the derivative is zero")
    finals = reference(places, double=False)
    return tuple(
        Point(place, each.cotangents, {} if signature.results else each.starts, each.slopes, final)
        for place, each, final in zip(places, found, finals, strict=True)
    )


def _directions(
    generator: np.random.Generator, inputs: Sequence[Argument], place: Values, number: int
) -> list[tuple[str, Direction]]:
    """So many directions of each input; of large arrays some move few elements, at every other point the ends."""
    found: list[tuple[str, Direction]] = []
    for each in inputs:
        value = place[each.name]
        small = value.size <= _FEW or each.shape is None
        for count in range(_DIRECTIONS):
            if count < 2 - number % 2 or small:
                found.append((each.name, dense_direction(generator, each, value)))
            else:
                ends = count == 2 and number % 2 == 0
                found.append((each.name, sparse_direction(generator, each, value, ends=ends)))
    return found


def _runs(place: Values, directions: Sequence[tuple[str, Direction]]) -> list[Values]:
    """The place itself, then the steps of each direction."""
    return [
        doubled(place),
        *(moved(place, {name: direction}, step) for name, direction in directions for step in STEPS),
    ]


@dataclass(frozen=True, slots=True)
class _Measured:
    """What differences at one point say."""

    cotangents: tuple[dict[str, npt.NDArray[Any]], ...]
    starts: Mapping[str, Direction]
    slopes: tuple[Slope, ...]


def _measured(
    generator: np.random.Generator,
    directions: Sequence[tuple[str, Direction]],
    inputs: Sequence[Argument],
    outputs: Sequence[Argument],
    results: Sequence[Mapping[str, npt.NDArray[Any]]],
    *,
    ends: bool,
) -> _Measured | None:
    """Weightings of the outputs, and the slopes of their sums; None if an input has no smooth direction."""
    wanted = {each.name for each in outputs}
    first = results[0]
    names = [name for name, value in first.items() if name.split(".")[0] in wanted and value.dtype.kind == "f"]
    elements = np.stack([np.concatenate([each[name].ravel() for name in names]) for each in results])
    if not elements.size or not np.isfinite(elements[0]).all():
        return None
    edges = np.cumsum([0, *(first[name].size for name in names)]).tolist()
    groups = [slice(start, end) for start, end in pairwise(edges)]
    found = differences(elements[0], elements[1:].reshape(len(directions), len(STEPS), -1), groups)
    kept: list[int] = np.flatnonzero(np.mean(~found.smooth, axis=1) <= _KINKED).tolist()
    if {directions[number][0] for number in kept} != {name for name, _ in directions}:
        return None
    smooth = found.smooth[kept].all(axis=0)
    weightings = [each * smooth for each in _weightings(generator, groups, ends=ends)]
    weightings = [each for number, each in enumerate(weightings) if not number or each.any()]
    if not weightings[0].any():
        return None
    slopes = _slopes(directions, kept, found, weightings)
    cotangents = tuple(
        {name: each[group].reshape(first[name].shape) for name, group in zip(names, groups, strict=True)}
        for each in weightings
    )
    starts = {each.name: _start(generator, each, slopes) for each in inputs if each.role is Role.INPUT}
    return _Measured(cotangents, starts, slopes)


def _weightings(generator: np.random.Generator, groups: Sequence[slice], *, ends: bool) -> list[Floats]:
    """Weights of all elements of the outputs; where these are many, also of the ends of each alone, or of parts."""
    size = groups[-1].stop
    whole = weights(generator, (size,))
    if size <= _FEW:
        return [whole]
    if not ends:
        part = np.asarray(generator.integers(0, 2 * _PARTS, size), np.int64)
        return [whole, *(whole * (part == number) for number in range(_PARTS))]
    chosen = np.zeros(size, bool)
    chosen[[place for group in groups for place in (group.start, group.stop - 1) if group.start < group.stop]] = True
    return [whole, whole * chosen]


def _slopes(
    directions: Sequence[tuple[str, Direction]],
    kept: Sequence[int],
    found: Differences,
    weightings: Sequence[Floats],
) -> tuple[Slope, ...]:
    table = np.stack(weightings).T
    values, doubts = found.slope @ table, np.sqrt(np.square(found.doubt) @ np.square(table))
    return tuple(
        Slope(*directions[number], variant, float(values[number, variant]), float(doubts[number, variant]))
        for number in kept
        for variant in range(len(weightings))
    )


def _start(generator: np.random.Generator, argument: Argument, slopes: Sequence[Slope]) -> Direction:
    """What an adjoint starts from: about as large as the gradient is, so that neither drowns the other."""
    mine = [each for each in slopes if each.argument == argument.name and each.variant == 0]
    terms = max(sum(int(np.count_nonzero(part)) for part in each.direction.values()) for each in mine)
    largest = max(abs(each.value) for each in mine) / max(1.0, float(np.sqrt(terms)))
    found: Direction = {}
    for each in argument.fields or (argument,):
        name = each.name if argument.fields else ""
        if name in mine[0].direction:
            power = np.log2(largest / domain_width(each.domain)) if largest else 0.0
            size = 2.0 ** float(np.clip(np.round(power), -10.0, 10.0))
            found[name] = weights(generator, mine[0].direction[name].shape) * size
    return found


def backward_inputs(signature: Signature, point: Point, variant: int) -> Values:
    """What a backward text starts from: what a forward run left, and adjoints.

    A JAX text takes its arguments and then the cotangents; a Warp text the arrays, with an adjoint array for each.
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
            name.partition(".")[2]: each for name, each in cotangents.items() if name.split(".")[0] == argument.name
        }  # fmt: skip
        for name, part in parts.items():
            adjoint[name or ...] = part.astype(adjoint[name or ...].dtype)
        values[f"adj_{argument.name}"] = adjoint
    return values


def backward_runs(signature: Signature, points: Sequence[Point]) -> dict[RunKey, Values]:
    """The runs of a backward text: at every point one for each weighting of the outputs."""
    return {
        RunKey(Purpose.POINT, number, variant): backward_inputs(signature, point, variant)
        for number, point in enumerate(points)
        for variant in range(len(point.cotangents))
    }


@dataclass(frozen=True, slots=True)
class GradientResult:
    """What the check of one backward text found."""

    directions: int
    error: float
    problem: str | None = None


def check_backward(outcome: Outcome, points: Sequence[Point], tolerance: float, unit: float) -> GradientResult:
    """Whether gradients give the slopes at every point.

    Args:
        outcome: what the runs of ``backward_runs`` left.
        points: the points.
        tolerance: how far a gradient may be off, of the size of its terms.
        unit: a unit in the last place of the coarsest number that it is computed with.
    """
    slopes = [slope for point in points for slope in point.slopes if slope.variant == 0]
    largest = {slope.argument: 0.0 for slope in slopes}
    for slope in slopes:
        largest[slope.argument] = max(largest[slope.argument], abs(slope.value))
    own, everywhere = (_COARSE_UNITS, _COARSE_SHARE) if unit > _FINE else (0.0, _UNITS)
    rounding = {name: unit * max(own * each, everywhere * max(largest.values())) for name, each in largest.items()}
    count, worst = 0, 0.0
    for number, point in enumerate(points):
        for slope in point.slopes:
            gradient = outcome[RunKey(Purpose.POINT, number, slope.variant)].get(f"adj_{slope.argument}")
            if gradient is None:
                return GradientResult(0, worst, f"the text gives no gradient of {slope.argument}")
            with np.errstate(all="ignore"):  # a wrong gradient may be infinite
                value, size = _along(slope.direction, gradient, point.starts.get(slope.argument, {}))
                size = max(_TERMS * size, abs(slope.value), _NEGLIGIBLE * largest[slope.argument])
                off = max(0.0, abs(value - slope.value) - slope.doubt - rounding[slope.argument])
            if not off <= tolerance * size:
                detail = f"the slope is {slope.value:.3g}, the text gives {value:.3g}"
                return GradientResult(0, off / size, f"along a direction of {slope.argument} {detail}")
            worst = max(worst, off / size if size else 0.0)
            count += 1
    return GradientResult(count, worst)


def _along(direction: Direction, gradient: npt.NDArray[Any], start: Direction) -> tuple[float, float]:
    """A gradient's sum along a direction, less what its array started from, and the root of its terms' squares."""
    value, squares = 0.0, 0.0
    for field, part in direction.items():
        found = (gradient[field] if field else gradient).astype(np.float64)
        terms = (found - start[field] if start else found) * part
        value += float(np.sum(terms))
        squares += float(np.sum(np.square(terms)))
    return value, float(np.sqrt(squares))


def changed_array(signature: Signature, before: Values, after: Values, *, exempt: Collection[str] = ()) -> str | None:
    """An array that a backward text has changed, which was no adjoint; None if it left all as they were.

    Args:
        signature: the kernel's.
        before: the arrays that the text found.
        after: those that it left.
        exempt: arrays that may change: where a thread uses what an atomic gives, Warp does that again.
    """
    for each in signature.arguments:
        if each.shape is None or each.name in exempt:
            continue
        if after[each.name].tobytes() != before[each.name].tobytes():
            return each.name
    return None


def unspent(signature: Signature, outcome: Outcome, points: Sequence[Point]) -> str | None:
    """An output whose adjoint a backward text has left where the kernel overwrites it; None if there is none.

    What an element held before it was overwritten matters to nothing, so its adjoint is zero, and a store before that
    store must find it so. Tiles and fields of structs are left out: Warp keeps their adjoints.
    """
    outputs = [each for each in signature.arguments if each.role is Role.OUTPUT and each.is_float and not each.fields]
    if signature.results or signature.tiled:
        return None
    for key, after in outcome.items():
        point = points[key.number]
        for each in outputs:
            written = np.asarray(point.final[each.name]) != point.inputs[each.name]
            if each.shape is not None and np.any(after[f"adj_{each.name}"][written]):
                return each.name
    return None


def tolerance_for(signature: Signature, forward: float) -> float:
    """The relative tolerance of a gradient: of its coarsest input, and of what the forward run needs."""
    return 3e-2 if _is_coarse(signature) else float(np.clip(20 * forward, _LEAST, 1e-2))


def unit_for(signature: Signature) -> float:
    """A unit in the last place of the coarsest number of a kernel."""
    kinds = {each.dtype for each in (*signature.arguments, *signature.results)}
    return 2.0**-7 if "bfloat16" in kinds else 2.0**-10 if "float16" in kinds else _FINE


def _is_coarse(signature: Signature) -> bool:
    return any(each.dtype in ("float16", "bfloat16") for each in (*signature.arguments, *signature.results))
