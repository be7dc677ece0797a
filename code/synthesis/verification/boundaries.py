"""Finds inputs at and next to the values where a comparison in a kernel changes its result."""

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.formats import is_exact, numpy_dtype
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.frontends.base import Reference, Trace, Values
from synthesis.verification.aimed import AimedDraw, aimed_inputs, make_equal
from synthesis.verification.infinities import expected_of
from synthesis.verification.inputs import (
    array_shape,
    based,
    complete,
    draw_argument,
    draw_inputs,
    flat,
    generator_of,
    pick,
)
from synthesis.verification.rounding import decides_otherwise
from synthesis.verification.thresholds import Thresholds, kernel_thresholds
from synthesis.verification.tolerances import poison_for

logger = logging.getLogger(__name__)
_ROUNDS = 3
"""Number of times that the segment between two draws with different coverage is divided."""
_STEPS = 8
"""Number of equal parts into which each round divides the segment."""
_TURNS = 2
"""Maximum number of statements for which a boundary is searched."""

EDGES = 4
"""Number of draws in which arguments are equal to numbers that the source compares them with.

Half of the elements are such numbers in the first draw, all elements in the others. From the third draw on, the numbers
include the domain's bounds, its middle and zero, so that sums and products of arguments are often equal as well.
"""
ORDINARY = 0
"""Number of uniform draws in addition to the edge draws."""
_LANES = ((4, 16, 16), (256, 4, 8))
"""Maximum number of threads of small launches, and their numbers of edge draws (see ``EDGES``) and of uniform draws.



Each thread makes a decision only once, so a launch with few threads needs more draws. Larger launches have ``EDGES``
edge draws and ``ORDINARY`` uniform ones.
"""
_TOLERANCE_FACTOR = 2.0
"""Largest tolerance that a draw may need, in multiples of the other runs' tolerance.

The tolerance is shared, so a draw that needs more would hide errors in the other runs.
"""


def find_edge_draws(
    reference: Reference, spec: KernelSpec, tolerance: Mapping[str, float], *, seed: int = 0, infinite: bool = True
) -> list[AimedDraw]:
    """Return draws that distinguish ``<`` from ``<=``: elements equal numbers that the source compares them with.

    The result is empty if the source compares no argument with a number. A draw is dropped for the reasons given in
    ``find_aimed_draws``, or if it needs a larger tolerance than the other runs. If the reference fails on one draw, all
    are dropped.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        tolerance: the relative tolerance of the other runs, by array.
        seed: seed of the draws.
        infinite: whether results may hold infinities that the kernel stores on purpose.
    """
    thresholds = kernel_thresholds(spec)
    if not thresholds.of:
        return []
    runs = [complete(spec.signature, each) for each in _edge_inputs(spec.signature, thresholds, seed)]
    return _comparable(reference, spec, runs, tolerance, infinite=infinite)


def find_compared_draws(
    reference: Reference,
    spec: KernelSpec,
    tolerance: Mapping[str, float],
    *,
    most: int,
    seed: int = 0,
    infinite: bool = True,
) -> list[AimedDraw]:
    """Return a few draws in which arguments equal numbers that they are compared with, or numbers adjacent to these.

    It is used where each draw is expensive. If the source makes only one such comparison, three draws cover equality
    and both sides. The result is empty if the source compares no argument with a number. Draws are dropped for the
    reasons given in ``find_edge_draws``.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        tolerance: the relative tolerance of the other runs, by array.
        most: the maximum number of draws.
        seed: seed of the draws.
        infinite: whether results may hold infinities that the kernel stores on purpose.
    """
    if not kernel_thresholds(spec).of:
        return []
    runs = [complete(spec.signature, each) for each in aimed_inputs(spec, trials=most, seed=seed)]
    return _comparable(reference, spec, runs, tolerance, infinite=infinite)


def find_turning_draws(
    reference: Reference,
    spec: KernelSpec,
    runs: Sequence[Values],
    trace: Trace,
    tolerance: Mapping[str, float],
    *,
    infinite: bool = True,
) -> list[AimedDraw]:
    """Return pairs of draws that are close together, but on different sides of a branch condition.

    If a run executes a statement that the first run does not, the segment between the inputs of the two runs is divided
    repeatedly, until its ends are close together and still differ in this. A text that compares with a wrong number
    then takes the wrong branch at one of the two ends.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        runs: the inputs of the runs.
        trace: the statements that these runs executed.
        tolerance: array to the relative tolerance of these runs.
        infinite: whether results may hold infinities that the kernel stores on purpose.
    """
    places = {run: place for place, run in reversed(trace.first.items()) if 0 < run < len(runs)}
    found: list[Values] = []
    try:
        for run, place in sorted(places.items())[:_TURNS]:
            sides: list[Values] = [runs[0], runs[run]]
            for _ in range(_ROUNDS):
                steps = [_between(sides[0], sides[1], step / _STEPS) for step in range(1, _STEPS)]
                way = Trace()
                reference(steps, double=False, trace=way)
                reached = way.first.get(place, len(steps))  # the index of the first run that executes it
                sides = [sides[0], *steps, sides[1]][reached : reached + 2]
            found += sides
    except Exception as error:  # noqa: BLE001 (no draw is found then, whatever the error is)
        logger.debug("%s: the search between two draws ends: %s", spec.name, error)
    return _comparable(reference, spec, found, tolerance, infinite=infinite) if found else []


def _between(left: Values, right: Values, share: float) -> Values:
    """Return inputs on the segment between the inputs of two runs; Booleans are taken from the second run."""
    return {name: _array_between(value, right[name], share) for name, value in left.items()}


def _array_between(left: npt.NDArray[Any], right: npt.NDArray[Any], share: float) -> npt.NDArray[Any]:
    if left.dtype.names:
        middle = left.copy()
        for name in left.dtype.names:
            middle[name] = _array_between(left[name], right[name], share)
        return middle
    if left.dtype.kind not in "iuf" or np.array_equal(left, right, equal_nan=left.dtype.kind == "f"):
        return right
    middle = left + share * (right.astype(np.float64) - left)
    return np.asarray(np.rint(middle) if left.dtype.kind in "iu" else middle, dtype=left.dtype)


def _comparable(
    reference: Reference,
    spec: KernelSpec,
    runs: Sequence[Values],
    tolerance: Mapping[str, float],
    *,
    infinite: bool,
) -> list[AimedDraw]:
    """Return the runs whose results can be compared, with the reference's results; empty if the reference fails on one.

    A run is dropped if a result depends on an order that the tool does not define, such as that of two equally near
    items. It is also dropped if an integer depends on rounding, or if the results need a much larger tolerance than the
    other runs.
    """
    poison = poison_for(spec.signature)
    found: list[AimedDraw] = []

    def is_clear(inputs: Values, own: Values, double: Values) -> bool:
        expected = expected_of(reference, [inputs], [double], [own], poison, on_purpose=infinite)
        loose = any(each > _TOLERANCE_FACTOR * tolerance[name] for name, each in expected.tolerance.items())
        otherwise = decides_otherwise(flat(own), flat(double))
        return not (loose or otherwise or expected.ill_conditioned or expected.non_finite)

    try:
        ways = [reference(runs, double=False), *reference.others(runs)]
        for inputs, double, *owns in zip(runs, reference(runs, double=True), *ways, strict=True):
            if all(is_clear(inputs, own, double) for own in owns):
                found.append(AimedDraw(inputs=inputs, own=owns[0], double=double))
    except Exception as error:  # noqa: BLE001 (the draws verify nothing, whatever the error is)
        logger.debug("%s: draws at boundaries of comparisons are dropped: %s", spec.name, error)
    return found


def _edge_inputs(signature: Signature, thresholds: Thresholds, seed: int) -> Iterator[Values]:
    edges, ordinary = _draws_of(signature)
    yield from (draw_inputs(signature, 400 + number, seed=seed) for number in range(ordinary))
    for number in range(edges):
        generator, drawn = generator_of("edges", number, seed=seed), Values()
        for argument in signature.arguments:
            if argument.role is Role.OUTPUT:
                continue
            pool = _edges_of(argument, thresholds, bounds=number >= 2)
            shape = array_shape(argument)
            put = generator.random(shape) < (1.0 if number else 0.5) if pool else np.zeros(shape, bool)
            chosen = based(argument, pick(generator, pool, shape)) if pool else None
            if chosen is not None and number:  # all elements are replaced
                drawn[argument.name] = chosen.astype(numpy_dtype(argument.dtype))
                continue
            value = draw_argument(argument, 300 + number, seed=seed, edges=number == 1)
            drawn[argument.name] = value if chosen is None else np.where(put, chosen.astype(value.dtype), value)
        make_equal(signature.arguments, thresholds.together, drawn, generator)
        yield drawn


def _edges_of(argument: Argument, thresholds: Thresholds, *, bounds: bool) -> list[float]:
    """Return the numbers in an argument's domain that the source compares the argument with.

    If ``bounds``, the result includes the domain's bounds, its middle and zero.
    """
    domain = argument.domain
    if argument.fields or domain is None:
        return []
    whole = is_exact(numpy_dtype(argument.dtype))
    middle = (domain.low + domain.high) / 2
    special = [domain.low, domain.high, math.trunc(middle) if whole else middle, 0.0] if bounds else []
    return [each for each in dict.fromkeys([*thresholds.of.get(argument.name, ()), *special])
            if domain.low <= each <= domain.high and not (whole and each % 1)]  # fmt: skip


def _draws_of(signature: Signature) -> tuple[int, int]:
    """Return the number of edge draws, with bounds or numbers of the source as inputs, and that of uniform draws."""
    threads = math.inf if signature.launch is None else math.prod(each or 1 for each in signature.launch)
    return next(((edges, ordinary) for most, edges, ordinary in _LANES if threads <= most), (EDGES, ORDINARY))
