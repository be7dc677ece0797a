"""Finds smooth points of a kernel, and the slopes of its outputs there, which texts of derivatives are compared with.

A direction moves one input at a time, so that no input hides behind another, and some directions move few elements. The
outputs are weighted in several ways, some of which cover few elements. So the error of one thread among thousands is
not a small part of every number that is compared. Adjoints of inputs start from random values, to which a text has to
add.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.frontends.base import Reference, ReferenceFaultError, Trace, Values
from synthesis.verification.aimed import TRIALS, aimed_inputs
from synthesis.verification.inputs import complete, flat, generator_of, is_of
from synthesis.verification.slopes import (
    STEPS,
    Differences,
    Direction,
    Floats,
    dense_direction,
    differences,
    doubled,
    draw_point,
    inside,
    moved,
    sparse_direction,
    typical_width,
    weights,
)

_DIRECTIONS = 3
"""Number of directions for each input."""
POINTS = 2
"""Number of points at which the backward text of a smooth kernel is checked."""
BENT_POINTS = 3
"""Number of points for a kernel with functions that have a kink, such as ``abs`` or ``max``."""
BRANCHING_POINTS = 5
"""Number of points for a kernel with branches or loops."""
_CROWDED = 4
"""The number of the point at which many threads access one element, for kernels with branches or loops."""
SUSPECT_POINTS = 12
"""Number of points for a kernel with kinks, branches or loops, and with a construct that ``suspect`` stands for.

The tool is known to get its derivatives wrong, which may show at few points.
"""
_BRANCH = re.compile(r"\b(?:if|while|for|where|cond|switch|select|while_loop|fori_loop|scan)\b")
"""Matches branches and loops."""
_BENT = re.compile(
    r"\b(?:clamp|clip|min|max|minimum|maximum|abs|relu|leaky_relu|sign|atomic_min|atomic_max|sort|argsort|median|"
    r"quantile|percentile|top_k|amax|amin|cummax|cummin|argmax|argmin|segment_max|segment_min|ptp)\b"
)
"""Matches functions that have a kink."""
_SINGULAR = 0.01
"""Allowed error of every slope at a point that is not sound, as a share of the point's largest slope."""
AIMED = 2000
"""The number of the first point that is tried because others do not reach everything."""
MOST_AIMED = 4
"""Maximum number of such points that are taken."""
_MOVED = 2.0**-6
"""How far an element's initial value is moved to check whether it matters."""
_FEW = 8
"""Largest number of elements that are always moved, or weighted, together: an error in one of them is still seen."""
_KINKED = 0.25
"""Largest share of the outputs that may have a kink along a direction; a direction with more is left out."""
_PARTS = 2
"""Number of parts of the outputs, a quarter each, that are weighted alone at every other point."""


@dataclass(frozen=True, slots=True)
class Slope:
    """The slope of a weighted sum of the outputs along a direction of one input."""

    argument: str
    direction: Direction
    variant: int
    """The number of the point's weighting."""
    value: float
    doubt: float
    """The largest error of the value that the reference's rounding and the steps may cause."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point where a kernel is smooth, with the inputs and the expected slopes of a derivative's text."""

    inputs: Values
    cotangents: tuple[dict[str, npt.NDArray[Any]], ...]
    """Several weightings of the outputs, each from output (``name`` or ``name.field``) to weights."""
    starts: Mapping[str, Direction]
    """The initial adjoint of each input, or of its struct's fields; empty in JAX."""
    slopes: tuple[Slope, ...]
    final: Values
    """The final values of a forward run, in the kernel's own precision."""
    kept: Mapping[str, npt.NDArray[np.bool_]]
    """Write-only floating-point array to a mask of the elements that a forward run does not change."""
    replaced: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict[str, npt.NDArray[np.bool_]])
    """Array that is read and written, and has no gradient, to a mask of elements whose initial values do not matter."""


def differentiable(signature: Signature) -> list[Argument]:
    """Return the inputs that a derivative's text computes gradients of."""
    return [each for each in signature.arguments if each.name in signature.differentiable]


def weighted_outputs(signature: Signature) -> list[Argument]:
    """Return the outputs that are weighted: floating-point results, or arrays that a kernel writes."""
    written = [each for each in signature.arguments if each.role is not Role.INPUT]
    return [each for each in (*signature.results, *written) if each.is_float]


@dataclass(frozen=True, slots=True)
class NothingToCheck:
    """The reason why there is no point at which a derivative could be checked."""

    reason: str


def points_for(source: str, *, suspect: bool = False) -> int:
    """Return the number of points at which a kernel's derivatives are checked.

    Args:
        source: the kernel's source.
        suspect: whether it has a construct whose derivatives the tool is known to get wrong.
    """
    if suspect and (_BRANCH.search(source) or _BENT.search(source)):
        return SUSPECT_POINTS
    if _BRANCH.search(source):
        return BRANCHING_POINTS
    return BENT_POINTS if _BENT.search(source) else POINTS


def find_points(
    reference: Reference,
    spec: KernelSpec,
    *,
    suspect: bool = False,
    seed: int = 0,
    runs: Sequence[Values] = (),
    trace: Trace | None = None,
) -> tuple[Point, ...] | NothingToCheck:
    """Return smooth points, or why there is none at which a derivative could be checked.

    If they do not reach everything that a derivative goes through, up to four more that do are searched for.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        suspect: whether the kernel has a construct whose derivatives the tool is known to get wrong.
        seed: seed of the points.
        runs: draws of the kernel's arguments, which are tried too as such points.
        trace: where to record the places and arms that the points reach, if that is wanted.

    Raises:
        ReferenceUnknownError: if something is not modelled.
        ReferenceFaultError: if the kernel is at fault.
    """
    trace = Trace() if trace is None else trace
    signature = spec.signature
    inputs, outputs = differentiable(signature), weighted_outputs(signature)
    if not inputs:
        return NothingToCheck("no floating-point input")
    if not outputs:
        return NothingToCheck("no floating-point output")
    wished = points_for(spec.source, suspect=suspect)
    sound, doubtful = list[tuple[Values, _Measured]](), list[tuple[Values, _Measured]]()
    for first in (0, wished):
        numbers = range(first, wished if first == 0 else wished + 2 + len(doubtful))
        # Every other point is near edges.
        drawn = [
            draw_point(
                signature,
                spec.source,
                1000 + each,
                seed=seed,
                near=each % 2 == 1 and each < wished,
                crowded=each == _CROWDED,
            )
            for each in numbers
        ]
        more = _measure(reference, signature, drawn, numbers, seed=seed)
        sound, doubtful = [*sound, *more[0]], [*doubtful, *more[1]]
        if len(sound) >= wished:
            break
    taken = (sound or [(place, _loosened(each)) for place, each in doubtful])[:wished]
    if not taken:
        return NothingToCheck("no smooth point found")
    reference([place for place, _ in taken], double=False, trace=trace)
    if reference.reached(trace).underived:
        taken += _aimed(reference, spec, trace, runs, seed=seed)
    places, found = [place for place, _ in taken], [each for _, each in taken]
    if not any(abs(slope.value) > 4 * slope.doubt for each in found for slope in each.slopes):
        return NothingToCheck("the derivative is zero")
    finals = reference(places, double=False)
    kept = _left_alone(reference, signature, places, finals)
    replaced = _replaced(reference, signature, places, finals)
    return tuple(
        Point(place, each.cotangents, {} if signature.results else each.starts, each.slopes, final, alone, gone)
        for place, each, final, alone, gone in zip(places, found, finals, kept, replaced, strict=True)
    )


_Place = tuple[Values, "_Measured"]


def _measure(
    reference: Reference, signature: Signature, drawn: Sequence[Values], numbers: Sequence[int], *, seed: int
) -> tuple[list[_Place], list[_Place]]:
    """Return the places where a kernel is smooth, with the finite differences there: the sound ones, and the others.

    Args:
        reference: the kernel's reference.
        signature: the kernel's signature.
        drawn: the places. The steps along their directions are one call of the reference.
        numbers: the numbers of the places, which directions and weightings depend on.
        seed: seed of the directions and weightings.
    """
    inputs, outputs = differentiable(signature), weighted_outputs(signature)
    generators = [generator_of("direction", 1000 + each, seed=seed) for each in numbers]
    directions = [
        _directions(generator, inputs, place, number)
        for number, generator, place in zip(numbers, generators, drawn, strict=True)
    ]
    runs = [run for place, each in zip(drawn, directions, strict=True) for run in _runs(place, each)]
    trace = Trace()
    results = [flat(each) for each in reference(runs, double=True, trace=trace)]
    size = len(results) // len(drawn)
    sound, doubtful = list[_Place](), list[_Place]()
    for number, place in enumerate(drawn):
        of_place = results[number * size : (number + 1) * size]
        made = _measured(generators[number], directions[number], inputs, outputs, of_place, ends=number % 2 == 0)
        if made is not None:
            singular = any(each // size == number for each in trace.singular)
            (doubtful if singular else sound).append((place, made))
    return sound, doubtful


def _aimed(reference: Reference, spec: KernelSpec, trace: Trace, runs: Sequence[Values], *, seed: int) -> list[_Place]:
    """Return a few more points, at which the kernel reaches something new that a derivative goes through.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        trace: the places and arms that the points have reached; those of the new points are added.
        runs: draws of the kernel's arguments, which are tried last.
        seed: seed of the points.
    """
    found: list[_Place] = []
    for number, place in enumerate(trials(spec, runs, seed)):
        before = reference.reached(trace).underived
        if not before or len(found) == MOST_AIMED:
            break
        way = replace(trace, first=dict(trace.first), arms=dict(trace.arms), whole=set(trace.whole))
        try:
            reference([place], double=False, trace=way)
            if len(reference.reached(way).underived) >= len(before):
                continue
            sound, _ = _measure(reference, spec.signature, [place], [AIMED + number], seed=seed)
        except ReferenceFaultError:
            continue
        if sound:
            found += sound
            trace.first, trace.arms, trace.whole = way.first, way.arms, way.whole
    return found


def trials(spec: KernelSpec, runs: Sequence[Values], seed: int) -> Iterator[Values]:
    """Yield points to try where others do not reach everything, away from the bounds of the domains.

    Args:
        spec: the kernel's record.
        runs: draws of its arguments, which are tried last.
        seed: seed of the points.
    """
    for number in range(TRIALS):
        crowded = number % 4 == 3
        yield draw_point(spec.signature, spec.source, AIMED + number, seed=seed, near=number % 2 == 0, crowded=crowded)
    outputs = {each.name for each in spec.signature.arguments if each.role is Role.OUTPUT}
    for each in (*aimed_inputs(spec, seed=seed), *runs):
        given = {name: value for name, value in each.items() if name not in outputs}
        yield complete(spec.signature, inside(spec.signature, given), poisoned=False)


def _left_alone(
    reference: Reference, signature: Signature, places: Sequence[Values], finals: Sequence[Values]
) -> list[dict[str, npt.NDArray[np.bool_]]]:
    """Return, for each run, which elements of its outputs keep their initial values, whatever these are.

    Tiles and fields of structs are left out.
    """
    outputs = [] if signature.results or signature.tiled else [
        each.name for each in signature.arguments
        if each.role is Role.OUTPUT and each.is_float and not each.fields and each.shape is not None
    ]  # fmt: skip
    kept = [
        {name: np.asarray(final[name]) == place[name] for name in outputs}
        for place, final in zip(places, finals, strict=True)
    ]
    unsure = [number for number, each in enumerate(kept) if any(mask.any() for mask in each.values())]
    others = [{**places[number], **{name: places[number][name] + 1 for name in outputs}} for number in unsure]
    for number, other, final in zip(unsure, others, reference(others, double=False) if others else [], strict=True):
        kept[number] = {name: mask & (np.asarray(final[name]) == other[name]) for name, mask in kept[number].items()}
    return kept


def _replaced(
    reference: Reference, signature: Signature, places: Sequence[Values], finals: Sequence[Values]
) -> list[dict[str, npt.NDArray[np.bool_]]]:
    """Return, for each run, which elements of arrays without a gradient do not depend on their initial values.

    They are computed from slightly different initial values too. The arrays are those that atomics take extremes into.
    Tiles and fields of structs are left out.
    """
    names = [] if signature.results or signature.tiled else [
        each.name for each in signature.arguments
        if each.role is Role.INOUT and each.is_float and not each.fields and each.shape is not None
        and each.name not in signature.differentiable
    ]  # fmt: skip
    if not names:
        return [{} for _ in places]
    moved = [{**place, **{name: place[name] - _MOVED for name in names}} for place in places]
    others = reference(moved, double=False)
    return [
        {name: np.asarray(final[name]) == other[name] for name in names}
        for final, other in zip(finals, others, strict=True)
    ]


def _directions(
    generator: np.random.Generator, inputs: Sequence[Argument], place: Values, number: int
) -> list[tuple[str, Direction]]:
    """Return the directions of each input. In large arrays some move few elements, at every other point the ends."""
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
    """Return the place itself, followed by the steps along each direction."""
    wide = doubled(place)
    return [wide, *(moved(wide, {name: direction}, step) for name, direction in directions for step in STEPS)]


@dataclass(frozen=True, slots=True)
class _Measured:
    """The finite differences at one point."""

    cotangents: tuple[dict[str, npt.NDArray[Any]], ...]
    starts: Mapping[str, Direction]
    slopes: tuple[Slope, ...]


def _loosened(measured: _Measured) -> _Measured:
    """Return the differences with larger doubts, for a point where a gradient goes through something singular.

    An example is the length of a vector of zeros, which has no derivative. A text may have large terms there that
    cancel out except for rounding.
    """
    largest = max(abs(each.value) for each in measured.slopes)
    slopes = tuple(replace(each, doubt=max(each.doubt, _SINGULAR * largest)) for each in measured.slopes)
    return replace(measured, slopes=slopes)


def _measured(
    generator: np.random.Generator,
    directions: Sequence[tuple[str, Direction]],
    inputs: Sequence[Argument],
    outputs: Sequence[Argument],
    results: Sequence[Mapping[str, npt.NDArray[Any]]],
    *,
    ends: bool,
) -> _Measured | None:
    """Return weightings of the outputs, and the slopes of the weighted sums.

    None if an output is not finite, an input has no smooth direction, or no element of the outputs is smooth.
    """
    wanted = {each.name for each in outputs}
    first = results[0]
    names = [
        name for name, value in first.items() if value.dtype.kind == "f" and any(is_of(name, each) for each in wanted)
    ]
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
    """Return weights for all elements of the outputs, and for many elements also weights for the ends or parts only."""
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
    """Return the initial adjoint of an input, about as large as the gradient, so that neither is lost in the other."""
    mine = [each for each in slopes if each.argument == argument.name and each.variant == 0]
    terms = max(sum(int(np.count_nonzero(part)) for part in each.direction.values()) for each in mine)
    largest = max(abs(each.value) for each in mine) / max(1.0, float(np.sqrt(terms)))
    found: Direction = {}
    for each in argument.fields or (argument,):
        name = each.name if argument.fields else ""
        if name in mine[0].direction:
            power = np.log2(largest / typical_width(argument, each)) if largest else 0.0
            size = 2.0 ** float(np.clip(np.round(power), -10.0, 10.0))
            found[name] = weights(generator, mine[0].direction[name].shape) * size
    return found
