"""Finds points at which a kernel is smooth, and the slopes there, with which texts of derivatives are compared.

``measuring.py`` measures the slopes at a point.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Role, Signature
from synthesis.frontends.base import Reference, ReferenceFaultError, Trace, Values
from synthesis.verification.aimed import TRIALS, aimed_inputs, first_to_cover
from synthesis.verification.inputs import complete
from synthesis.verification.measuring import (
    MeasuredPlace,
    Slope,
    differentiable,
    measure,
    weighted_outputs,
    with_larger_uncertainties,
)
from synthesis.verification.slopes import Direction, apart, draw_point, inside
from synthesis.verification.thresholds import has_extremes

POINTS = 2
"""Number of points at which the backward text of a smooth kernel is checked."""
KINK_POINTS = 3
"""Number of points for a kernel with functions that have a kink, such as ``abs`` or ``max``."""
BRANCHING_POINTS = 5
"""Number of points for a kernel with branches or loops."""
_CROWDED = 4
"""Index of the point at which many threads access one element.

Only kernels with more points than this have such a point, such as those with branches or loops.
"""
_TIED = 5
"""Index of the point at which arguments of a JAX function have equal numbers.

Only functions with more points than this have such a point: those with a construct whose derivatives may be wrong.
"""
SUSPECT_SMOOTH_POINTS = 6
"""Number of points for a kernel with such a construct and no kinks, branches or loops.

A derivative rule of its own may be wrong where indices or numbers are equal.
"""
SUSPECT_POINTS = 12
"""Number of points for a kernel with kinks, branches or loops and a construct whose derivatives the tool gets wrong.

Such an error may show at few points only.
"""
_BRANCH = re.compile(r"\b(?:if|while|for|where|cond|switch|select|while_loop|fori_loop|scan)\b")
"""Matches branches and loops."""
AIMED = 2000
"""The number that identifies the first additional point.

Additional points are tried if the other points do not cover the whole derivative.
"""
MOST_AIMED = 4
"""Maximum number of additional points that are kept."""
_BATCH_SIZE = 8
"""Number of additional points that are tried in one call of the reference. Usually none raises the coverage."""
_MOVED = 2.0**-6
"""Change of an element's initial value, to check whether the result depends on it."""


@dataclass(frozen=True, slots=True)
class Point:
    """A point where a kernel is smooth, with the inputs and the expected slopes of a derivative's text."""

    inputs: Values
    cotangents: tuple[dict[str, npt.NDArray[Any]], ...]
    """Several weightings of the outputs, each of which maps an output (``name`` or ``name.field``) to weights."""
    starts: Mapping[str, Direction]
    """The initial adjoint of each input, or of its struct's fields; empty in JAX."""
    slopes: tuple[Slope, ...]
    final: Values
    """The final values of a forward run, in the kernel's own precision."""
    kept: Mapping[str, npt.NDArray[np.bool_]]
    """Maps a write-only floating-point array to a mask of the elements that a forward run does not change."""
    replaced: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict[str, npt.NDArray[np.bool_]])
    """Maps an array that is read and written, and has no gradient, to a mask of elements.

    The initial values of these elements have no effect.
    """


@dataclass(frozen=True, slots=True)
class NothingToCheck:
    """The reason why no derivative can be checked at any point."""

    reason: str


def points_for(source: str, *, suspect: bool = False) -> int:
    """Return the number of points at which the derivatives of a kernel are checked, judging by its source."""
    if suspect:
        return SUSPECT_POINTS if _BRANCH.search(source) or has_extremes(source) else SUSPECT_SMOOTH_POINTS
    if _BRANCH.search(source):
        return BRANCHING_POINTS
    return KINK_POINTS if has_extremes(source) else POINTS


def usual_points(spec: KernelSpec, *, seed: int, suspect: bool) -> list[Values]:
    """Draw all arguments of a kernel at each of its usual points.

    Args:
        spec: the kernel's record.
        seed: seed of the points.
        suspect: whether the kernel has a construct whose derivatives the tool is known to get wrong.
    """
    numbers = range(points_for(spec.source, suspect=suspect))
    return [_draw(spec, number, seed=seed, near=number % 2 == 1, suspect=suspect) for number in numbers]


def _draw(spec: KernelSpec, number: int, *, seed: int, near: bool, suspect: bool) -> Values:
    """Draw all arguments at the point of an index. At two of the points, numbers of the arguments are equal."""
    # Equal numbers may be a fault in Warp, such as a triangle without area; JAX has no such faults.
    tied = suspect and number == _TIED and bool(spec.signature.results)
    crowded = number == _CROWDED
    return draw_point(spec.signature, spec.source, 1000 + number, seed=seed, near=near, crowded=crowded, tied=tied)


def find_points(
    reference: Reference,
    spec: KernelSpec,
    *,
    suspect: bool = False,
    seed: int = 0,
    runs: Sequence[Values] = (),
    trace: Trace | None = None,
    decided: bool = False,
) -> tuple[Point, ...] | NothingToCheck:
    """Return smooth points, or the reason why no derivative can be checked.

    If they do not cover everything that a derivative depends on, up to four more points that do are searched for.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        suspect: whether the kernel has a construct whose derivatives the tool is known to get wrong.
        seed: seed of the points.
        runs: draws of the kernel's arguments, which are tried as further points.
        trace: where to record the statements and branches that are executed at the points; None to record nothing.
        decided: whether to give no weight to elements of outputs for which rounding decides a comparison.

    Raises:
        ReferenceUnknownError: if something is not modelled.
        ReferenceFaultError: if the kernel is at fault.
    """
    trace = Trace(influence=True) if trace is None else trace
    signature = spec.signature
    inputs, outputs = differentiable(signature), weighted_outputs(signature)
    if not inputs:
        return NothingToCheck("no floating-point input")
    if not outputs:
        return NothingToCheck("no floating-point output")
    wished = points_for(spec.source, suspect=suspect)
    taken = _smooth_places(reference, spec, wished, seed=seed, suspect=suspect, decided=decided)
    if not taken:
        return NothingToCheck("no smooth point found")
    reference([place for place, _ in taken], double=False, trace=trace)
    if reference.reached(trace).wanted:
        taken += _aimed(reference, spec, trace, runs, seed=seed, decided=decided)
    places, found = [place for place, _ in taken], [each for _, each in taken]
    if not any(abs(slope.value) > 4 * slope.uncertainty for each in found for slope in each.slopes):
        return NothingToCheck("the derivative is zero")
    finals = reference(places, double=False)
    kept = _unchanged_elements(reference, signature, places, finals)
    replaced = _overwritten_elements(reference, signature, places, finals)
    return tuple(
        Point(place, each.cotangents, {} if signature.results else each.starts, each.slopes, final, alone, gone)
        for place, each, final, alone, gone in zip(places, found, finals, kept, replaced, strict=True)
    )


def _smooth_places(
    reference: Reference, spec: KernelSpec, wished: int, *, seed: int, suspect: bool, decided: bool
) -> list[MeasuredPlace]:
    """Return up to ``wished`` points where the kernel is smooth, with the finite differences there.

    If all of them are singular, they are returned with larger uncertainties.
    """
    sound, singular = list[MeasuredPlace](), list[MeasuredPlace]()
    for first in (0, wished):
        numbers = range(first, wished if first == 0 else wished + 2 + len(singular))
        # Every second point is near bounds of domains and numbers in the source.
        drawn = [
            _draw(spec, each, seed=seed, near=each % 2 == 1 and each < wished, suspect=suspect) for each in numbers
        ]
        more = measure(reference, spec, drawn, numbers, seed=seed, decided=decided)
        sound, singular = [*sound, *more[0]], [*singular, *more[1]]
        if len(sound) >= wished:
            break
    return (sound or [(place, with_larger_uncertainties(each)) for place, each in singular])[:wished]


def _aimed(
    reference: Reference, spec: KernelSpec, trace: Trace, runs: Sequence[Values], *, seed: int, decided: bool
) -> list[MeasuredPlace]:
    """Return a few more points, at which a derivative depends on code that no other point covers.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        trace: the statements and branches that are executed at the other points; those of the new points are added.
        runs: draws of the kernel's arguments, which are tried last.
        seed: seed of the points.
        decided: whether to give no weight to elements of outputs for which rounding decides a comparison.
    """
    found: list[MeasuredPlace] = []

    def wanted() -> bool:
        return len(found) < MOST_AIMED and bool(reference.reached(trace).wanted)

    numbered = enumerate(trials(spec, runs, seed))
    while wanted() and (together := list(islice(numbered, _BATCH_SIZE))):
        while wanted() and together:
            way = _cover_more(reference, trace, [place for _, place in together])
            if way is None:
                break
            first = first_to_cover(trace, way)
            chosen = [each for run, each in enumerate(together) if run in first] or together
            most = MOST_AIMED - len(found)
            found += _covering(reference, spec, trace, chosen, most=most, seed=seed, decided=decided)
            numbers = {number for number, _ in chosen}
            together = [each for each in together if each[0] not in numbers]
    return found


def _covering(
    reference: Reference,
    spec: KernelSpec,
    trace: Trace,
    numbered: Sequence[tuple[int, Values]],
    *,
    most: int,
    seed: int,
    decided: bool,
) -> list[MeasuredPlace]:
    """Return up to ``most`` of the given numbered points: smooth ones at which a derivative depends on more code.

    The trace is extended by the code that is executed at each of them.
    """
    found: list[MeasuredPlace] = []
    ways = [(number, place, _cover_more(reference, trace, [place])) for number, place in numbered]
    promising = [(number, place, way) for number, place, way in ways if way is not None]
    tried = [(number, place) for number, place, _ in promising]
    smooth = _smooth_among(reference, spec, tried, seed=seed, decided=decided)
    for (_, _, way), sound in zip(promising, smooth, strict=True):
        more = _merged(trace, way)
        if len(found) == most:
            break
        if sound is not None and _covers_more(reference, trace, more):
            found.append(sound)
            trace.first, trace.arms, trace.whole = more.first, more.arms, more.whole
    return found


def _smooth_among(
    reference: Reference, spec: KernelSpec, numbered: Sequence[tuple[int, Values]], *, seed: int, decided: bool
) -> list[MeasuredPlace | None]:
    """Return the finite differences at each of several numbered points; None for a point that is not smooth.

    It is also None for a point from which a step makes the kernel fail.
    """
    if not numbered:
        return []
    places = [place for _, place in numbered]
    try:
        numbers = [AIMED + number for number, _ in numbered]
        sound, _ = measure(reference, spec, places, numbers, seed=seed, decided=decided)
    except ReferenceFaultError:
        if len(numbered) == 1:
            return [None]
        return [
            found for each in numbered for found in _smooth_among(reference, spec, [each], seed=seed, decided=decided)
        ]
    by_place = {id(measured[0]): measured for measured in sound}
    return [by_place.get(id(place)) for place in places]


def _merged(trace: Trace, way: Trace) -> Trace:
    """Return a trace extended by the code that another trace records."""
    return replace(trace, first=way.first | trace.first, arms=way.arms | trace.arms, whole=way.whole | trace.whole)


def _cover_more(reference: Reference, trace: Trace, places: Sequence[Values]) -> Trace | None:
    """Return the trace, extended by the code executed at some points; None if they do not cover more of a derivative.

    If the kernel fails at one of several points, the given trace is returned unchanged, since the other points may
    cover more. If it fails at a single point, the result is None.
    """
    way = replace(trace, first=dict(trace.first), arms=dict(trace.arms), whole=set(trace.whole))
    try:
        reference(places, double=False, trace=way)
    except ReferenceFaultError:
        return None if len(places) == 1 else trace
    return way if _covers_more(reference, trace, way) else None


def _covers_more(reference: Reference, trace: Trace, more: Trace) -> bool:
    """Return whether an extended trace covers more of the code that a derivative depends on."""
    return len(reference.reached(more).wanted) < len(reference.reached(trace).wanted)


def trials(spec: KernelSpec, runs: Sequence[Values], seed: int) -> Iterator[Values]:
    """Yield points to try if others do not cover everything, away from the bounds of the domains.

    Draws have equal numbers, at which a function may have no derivative, so all their numbers are moved first.

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
        place = inside(spec.signature, given)
        yield complete(spec.signature, apart(spec.signature, place, seed=seed), poisoned=False)
        yield complete(spec.signature, place, poisoned=False)


def _unchanged_elements(
    reference: Reference, signature: Signature, places: Sequence[Values], finals: Sequence[Values]
) -> list[dict[str, npt.NDArray[np.bool_]]]:
    """Return, for each run, masks of the output elements that keep any initial value.

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


def _overwritten_elements(
    reference: Reference, signature: Signature, places: Sequence[Values], finals: Sequence[Values]
) -> list[dict[str, npt.NDArray[np.bool_]]]:
    """Return, for each run, masks of the elements whose results do not depend on their initial values.

    Only arrays that are read and written and have no gradient are checked, which are those that ``atomic_min`` or
    ``atomic_max`` changes. For the comparison, the kernel is evaluated again from slightly smaller initial values.
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
