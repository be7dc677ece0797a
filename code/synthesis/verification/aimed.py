"""Searches for draws that reach what the standard draws do not, with the numbers that a source decides by."""

import itertools
import logging
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.formats import is_exact, numpy_dtype
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.frontends.base import Reference, Trace, Values
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
from synthesis.verification.reach import Reach, changed_by
from synthesis.verification.rounding import decides_otherwise
from synthesis.verification.thresholds import Thresholds, thresholds_of
from synthesis.verification.tolerances import expect, poison_for

logger = logging.getLogger(__name__)

TRIALS = 16
"""Number of draws that are tried."""
_MOST = 6
"""Maximum number of draws that are taken."""
_NEAR = 0.5
"""Probability that an argument only takes numbers that the source compares it with, if there are any.

It applies to trials that choose among the numbers at random. Trials that use one number after the other always prefer
these.
"""
_STEP = 0.05
"""Distance between a floating-point number and its neighbours, relative to the number or to 1; for integers it is 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AimedDraw:
    """A draw that reaches something new."""

    inputs: Values
    own: Values
    """The reference's results in the kernel's own precision."""
    double: Values
    """The reference's results in float64."""


def find_aimed_draws(
    reference: Reference, spec: KernelSpec, reach: Reach, trace: Trace, *, already: int, seed: int = 0
) -> list[AimedDraw]:
    """Return a few draws on which the kernel reaches places, selects arms or changes outputs that other runs did not.

    A draw is dropped if the reference fails on it, or if results are not finite or differ much between float64 and the
    kernel's own precision.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        reach: the coverage of the other runs.
        trace: the places and arms that the other runs reached; those of the found draws are added.
        already: the number of other runs; the found draws are numbered from there.
        seed: seed of the draws.
    """
    trials = [complete(spec.signature, each) for each in aimed_inputs(spec, seed=seed)]
    poison = poison_for(spec.signature)
    idle = list(reach.idle)
    found: list[AimedDraw] = []
    for number in _promising(reference, trials, trace, idle):
        reached = reference.reached(trace)
        if len(found) == _MOST or not (idle or reached.missed or reached.untaken):
            break
        way = Trace()
        try:
            (own,) = reference([trials[number]], double=False, trace=way)
            (double,) = reference([trials[number]], double=True)
            expected = expect([double], [own], poison, unit=reference.unit)
        except Exception as error:  # noqa: BLE001 (the draw verifies nothing, whatever the error is)
            logger.debug("%s: draw %d is dropped: %s", spec.name, number, error)
            continue
        changed = changed_by(trials[number], own, idle)
        new = [place for place in way.first if place not in trace.first]  # in order: find_turning_draws depends on it
        both = replace(trace, arms=trace.arms | way.arms)
        taken = bool(reached.untaken) and len(reference.reached(both).untaken) < len(reached.untaken)
        if expected.ill_conditioned or expected.non_finite or not (changed or new or taken):
            continue
        idle = [name for name in idle if name not in changed]
        trace.first |= dict.fromkeys(new, already + len(found))
        trace.arms = dict.fromkeys(way.arms, already + len(found)) | trace.arms
        trace.whole |= way.whole
        trace.order = trace.order or way.order
        trace.left_out |= way.left_out
        found.append(AimedDraw(inputs=trials[number], own=own, double=double))
    return found


def _promising(reference: Reference, trials: Sequence[Values], trace: Trace, idle: Sequence[str]) -> list[int]:
    """Return the numbers of the trials that may reach something new.

    These are the trials that first reach it when all are run at once. If that fails, these are all trials.
    """
    way = Trace()
    try:
        results = reference(trials, double=False, trace=way)
    except Exception:  # noqa: BLE001 (one trial that fails makes all of them fail)
        return list(range(len(trials)))
    first = {run for place, run in way.first.items() if place not in trace.first}
    first |= {run for arm, run in way.arms.items() if arm not in trace.arms}
    for name in idle:
        first |= set([k for k, (run, left) in enumerate(zip(trials, results, strict=True))
                      if changed_by(run, left, [name])][:1])  # fmt: skip
    return sorted(first)


# ---- boundaries of comparisons

_ROUNDS = 3
"""How often the segment between two draws that reach different places is divided."""
_STEPS = 8
"""Number of equal parts into which each round divides the segment."""
_TURNS = 2
"""Maximum number of places that are located in this way."""

EDGES = 4
"""Number of draws with arguments equal to numbers that the source compares them with.

Half of the elements are such numbers in the first draw, all elements in the others. From the third draw on, the bounds,
the middle and zero are among the numbers too, so that sums and products of them are often equal as well.
"""
ORDINARY = 0
"""Number of ordinary draws beside them."""
_LANES = ((4, 16, 16), (256, 4, 8))
"""Largest number of threads, and the numbers of edge draws and of ordinary draws for launches of at most that size.

A kernel with few threads decides once where others decide many times, so it needs more draws.
"""
_LOOSER = 2.0
"""Largest tolerance that a draw may need, in multiples of the other runs' tolerance.

The tolerance is shared, so a draw that needs more would hide errors in the other runs.
"""


def find_edge_draws(
    reference: Reference, spec: KernelSpec, tolerance: Mapping[str, float], *, seed: int = 0
) -> list[AimedDraw]:
    """Return draws with elements equal to numbers that the source compares them with, where ``<`` and ``<=`` differ.

    Empty if the source compares no argument with a number. A draw is dropped for the reasons given in
    ``find_aimed_draws``, or if it needs a larger tolerance than the other runs. If the reference fails on one draw, all
    are dropped.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        tolerance: array to the relative tolerance of the other runs.
        seed: seed of the draws.
    """
    told = thresholds_of(spec.source, [each.name for each in spec.signature.arguments])
    if not told.of:
        return []
    runs = [complete(spec.signature, each) for each in _edge_inputs(spec.signature, told, seed)]
    return _kept(reference, spec, runs, tolerance)


def find_compared_draws(
    reference: Reference, spec: KernelSpec, tolerance: Mapping[str, float], *, most: int, seed: int = 0
) -> list[AimedDraw]:
    """Return a few draws in which arguments take, in turn, the numbers that they are compared with, and neighbours.

    It is used where draws are expensive. For a single number that is compared with one other, three draws cover both
    sides and equality. Empty if the source compares no argument with a number. Draws are dropped for the reasons given
    in ``find_edge_draws``.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        tolerance: array to the relative tolerance of the other runs.
        most: the number of draws that are tried.
        seed: seed of the draws.
    """
    if not thresholds_of(spec.source, [each.name for each in spec.signature.arguments]).of:
        return []
    runs = [complete(spec.signature, each) for each in aimed_inputs(spec, trials=most, seed=seed)]
    return _kept(reference, spec, runs, tolerance)


def find_turning_draws(
    reference: Reference, spec: KernelSpec, runs: Sequence[Values], trace: Trace, tolerance: Mapping[str, float]
) -> list[AimedDraw]:
    """Return draws on both sides of a boundary where a decision of the whole kernel changes, and close to it.

    If a run reaches a place that the first run does not reach, the segment between the inputs of the two runs is
    divided repeatedly. A text that decides by another number takes the other branch on one of the two remaining draws.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        runs: the runs that were recorded.
        trace: the places that these runs reached.
        tolerance: array to the relative tolerance of these runs.
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
                reached = way.first.get(place, len(steps))  # the number of the first run that comes there
                sides = [sides[0], *steps, sides[1]][reached : reached + 2]
            found += sides
    except Exception as error:  # noqa: BLE001 (no draw is found then, whatever the error is)
        logger.debug("%s: the way between two draws is left: %s", spec.name, error)
    return _kept(reference, spec, found, tolerance) if found else []


def _between(left: Values, right: Values, share: float) -> Values:
    """Return inputs on the segment between those of two runs; truth values are those of the second run."""
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


def _kept(
    reference: Reference, spec: KernelSpec, runs: Sequence[Values], tolerance: Mapping[str, float]
) -> list[AimedDraw]:
    """Return the runs that verify something, with the reference's results; empty if the reference fails on one of them.

    A run verifies nothing if a result depends on an order that the tool leaves open, such as that of two equally near
    items, or if an integer depends on rounding. An integer that several threads change may have a value that neither
    precision gives.
    """
    poison = poison_for(spec.signature)
    found: list[AimedDraw] = []

    def is_clear(own: Values, double: Values) -> bool:
        expected = expect([double], [own], poison, unit=reference.unit)
        loose = any(each > _LOOSER * tolerance[name] for name, each in expected.tolerance.items())
        otherwise = decides_otherwise(flat(own), flat(double))
        return not (loose or otherwise or expected.ill_conditioned or expected.non_finite)

    try:
        ways = [reference(runs, double=False), *reference.others(runs)]
        for inputs, double, *owns in zip(runs, reference(runs, double=True), *ways, strict=True):
            if all(is_clear(own, double) for own in owns):
                found.append(AimedDraw(inputs=inputs, own=owns[0], double=double))
    except Exception as error:  # noqa: BLE001 (the draws verify nothing, whatever the error is)
        logger.debug("%s: draws where comparisons turn are dropped: %s", spec.name, error)
    return found


def _edge_inputs(signature: Signature, told: Thresholds, seed: int) -> Iterator[Values]:
    edges, ordinary = _draws_of(signature)
    yield from (draw_inputs(signature, 400 + number, seed=seed) for number in range(ordinary))
    for number in range(edges):
        generator, drawn = generator_of("edges", number, seed=seed), Values()
        for argument in signature.arguments:
            if argument.role is Role.OUTPUT:
                continue
            pool = _edges_of(argument, told, bounds=number >= 2)
            shape = array_shape(argument)
            put = generator.random(shape) < (1.0 if number else 0.5) if pool else np.zeros(shape, bool)
            chosen = based(argument, pick(generator, pool, shape)) if pool else None
            if chosen is not None and number:  # no drawn value would be left
                drawn[argument.name] = chosen.astype(numpy_dtype(argument.dtype))
                continue
            value = draw_argument(argument, 300 + number, seed=seed, edges=number == 1)
            drawn[argument.name] = value if chosen is None else np.where(put, chosen.astype(value.dtype), value)
        _make_equal(signature.arguments, told.together, drawn, generator)
        yield drawn


def _edges_of(argument: Argument, told: Thresholds, *, bounds: bool) -> list[float]:
    """Return the numbers in an argument's domain that it is compared with.

    If ``bounds``, the domain's bounds, its middle and zero are included.
    """
    domain = argument.domain
    if argument.fields or domain is None:
        return []
    whole = is_exact(numpy_dtype(argument.dtype))
    middle = (domain.low + domain.high) / 2
    special = [domain.low, domain.high, math.trunc(middle) if whole else middle, 0.0] if bounds else []
    return [each for each in dict.fromkeys([*told.of.get(argument.name, ()), *special])
            if domain.low <= each <= domain.high and not (whole and each % 1)]  # fmt: skip


def _draws_of(signature: Signature) -> tuple[int, int]:
    """Return the number of draws at edges, and of ordinary draws beside them."""
    threads = math.inf if signature.launch is None else math.prod(each or 1 for each in signature.launch)
    return next(((edges, ordinary) for most, edges, ordinary in _LANES if threads <= most), (EDGES, ORDINARY))


# ---- trials


def aimed_inputs(spec: KernelSpec, *, trials: int = TRIALS, seed: int = 0) -> list[Values]:
    """Return draws of every argument that the kernel reads, with numbers from its source among the values.

    The draws depend only on source, signature and seed. Every value is in its argument's domain.
    """
    signature = spec.signature
    told = thresholds_of(spec.source, [each.name for each in signature.arguments])
    sizes = {size for each in signature.arguments for size in each.shape or () if size is not None}
    sizes |= {size for size in signature.launch or () if size is not None}
    made: list[Values] = []
    for trial in range(trials):
        drawn = draw_inputs(signature, 200 + trial, seed=seed)
        aims = _Aims(told, sorted(sizes), trial, seed)
        for argument in signature.arguments:
            if argument.role is not Role.OUTPUT:
                drawn[argument.name] = aims.put(argument, drawn[argument.name])
        if trial % 4 == 2:
            _make_equal(signature.arguments, told.together, drawn, generator_of("equal", trial, seed=seed))
        made.append(drawn)
    return made


@dataclass(frozen=True, slots=True)
class _Aims:
    """Puts numbers into the arguments of one trial: at some elements, or the same number or bound at all elements."""

    told: Thresholds
    sizes: Sequence[int]
    trial: int
    seed: int

    def put(self, argument: Argument, drawn: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return the array with some of its values replaced. The parts of objects are not changed."""
        if argument.handle:
            return drawn
        if argument.fields:
            values = drawn.copy()
            for each in argument.fields:
                inner = replace(each, name=f"{argument.name}.{each.name}", shape=argument.shape)
                values[each.name] = self.put(inner, drawn[each.name])
            return values
        generator = generator_of("aimed", self.trial, argument.name, seed=self.seed)
        pool = list(self._pool(argument, near=self._in_turn or generator.random() < _NEAR))
        assert argument.domain is not None
        if self.trial % 4 == 3 or not pool:
            pool = [argument.domain.low, argument.domain.high]
        shape, dtype = array_shape(argument), numpy_dtype(argument.dtype)
        if self.trial % 4 in (1, 3):  # all of the values
            return based(argument, np.full(shape, self._one(pool, argument, generator))).astype(dtype)
        if not shape:
            return based(argument, self._one(pool, argument, generator)).astype(dtype)
        put = generator.random(shape) < 0.5
        return np.where(put, based(argument, generator.choice(pool, shape)).astype(dtype), drawn)

    def _one(self, pool: Sequence[float], argument: Argument, generator: np.random.Generator) -> float:
        """Return one number: in half of the trials each number in turn, so that each is used, else a random one."""
        if not self._in_turn:
            return generator.choice(pool)
        first = int(generator_of("turn", argument.name, seed=self.seed).integers(2**16))
        return pool[(first + self.trial // 8 * 3 + self.trial % 4) % len(pool)]

    @property
    def _in_turn(self) -> bool:
        return self.trial % 8 < 4

    def _pool(self, argument: Argument, *, near: bool) -> Iterator[float]:
        """Yield the numbers in the argument's domain, followed by their neighbours.

        If ``near``, these are only the numbers that the source compares the argument with, if there are any.
        """
        domain = argument.domain
        assert domain is not None
        whole = is_exact(numpy_dtype(argument.dtype))
        name = argument.name if argument.name in self.told.of else argument.name.partition(".")[0]
        own = self.told.of.get(name, ()) if near else ()
        sizes = self.sizes if whole else ()
        numbers = dict.fromkeys(own or (*self.told.numbers, *sizes, -1.0, 0.0, 1.0, domain.low, domain.high))
        steps = {number: 1.0 if whole else _STEP * max(1.0, abs(number)) for number in numbers}
        for side in (0.0, 1.0, -1.0):
            for number, step in steps.items():
                if domain.low <= number + side * step <= domain.high:
                    yield int(number + side * step) if whole else number + side * step


def _make_equal(
    arguments: Sequence[Argument], together: Iterable[tuple[str, str]], drawn: Values, generator: np.random.Generator
) -> None:
    """Make some values of arguments equal that are neighbours of one shape, or are compared with each other.

    Values stay in the arguments' domains.
    """
    plain = {each.name: each for each in arguments if each.role is not Role.OUTPUT and each.domain is not None}
    neighbours = [each for each in itertools.pairwise(plain) if drawn[each[0]].shape == drawn[each[1]].shape]
    compared = [each for each in together if each[0] in plain and each[1] in plain]
    for first, second in dict.fromkeys([*neighbours, *compared]):
        _make_pair_equal(plain[first], plain[second], drawn, generator)


def _make_pair_equal(first: Argument, second: Argument, drawn: Values, generator: np.random.Generator) -> None:
    """Copy some values of the first argument to the second: those at the same indices, or the first's single value.

    If only the second argument has a single value, that is copied to the first.
    """
    left, right = drawn[first.name], drawn[second.name]
    if left.size > 1 and right.size == 1:
        first, second, left, right = second, first, right, left
    if left.dtype != right.dtype or left.dtype.kind not in "biuf" or (left.shape != right.shape and left.size != 1):
        return
    assert second.domain is not None
    low, high = (based(second, bound).astype(right.dtype) for bound in (second.domain.low, second.domain.high))
    share = 0.3 if left.size < right.size else 0.6
    left = np.broadcast_to(left.reshape(-1)[0] if left.size == 1 else left, right.shape)
    fits = (left >= low) & (left <= high)
    drawn[second.name] = np.where(fits & (generator.random(right.shape) < share), left, right)
