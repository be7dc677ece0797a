"""Draws that look for what the standard ones do not come to: they hold the numbers that a source decides by."""

import itertools
import logging
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.formats import numpy_dtype
from synthesis.core.records import Argument, KernelSpec, Role, Signature
from synthesis.frontends.base import Reference, Trace, Values
from synthesis.verification.comparison import decides_otherwise, expect, poison_for
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
from synthesis.verification.thresholds import Thresholds, thresholds_of

logger = logging.getLogger(__name__)

TRIALS = 16
"""Draws that are tried."""
_MOST = 6
"""Draws that are taken at most."""
_NEAR = 0.5
"""How often an argument takes the numbers that it is compared with itself, where there are any: in these trials, and
in all of those in which numbers have their turn."""
_STEP = 0.05
"""How far from a number its neighbours are, relative to it or to 1; whole numbers have theirs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AimedDraw:
    """A draw that came to something new."""

    inputs: Values
    own: Values
    """What the reference gives in the kernel's own precision."""
    double: Values
    """And in float64."""


def find_aimed_draws(
    reference: Reference, spec: KernelSpec, reach: Reach, trace: Trace, *, already: int, seed: int = 0
) -> list[AimedDraw]:
    """A few draws on which the kernel comes to statements, takes arms or changes outputs that other runs did not.

    A draw on which the reference fails, is at fault, or gives what is not finite or differs much between float64 and
    the kernel's own precision, is dropped.

    Args:
        reference: the kernel's.
        spec: the kernel.
        reach: what the other runs came to.
        trace: what was noted of them; what the found draws come to is added.
        already: how many runs there are; the found draws are numbered from there.
        seed: another one gives other draws.
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
        except Exception as error:  # noqa: BLE001 (the draw proves nothing, whatever it is)
            logger.debug("%s: draw %d is dropped: %s", spec.name, number, error)
            continue
        changed = changed_by(trials[number], own, idle)
        new = [place for place in way.first if place not in trace.first]  # in order: draws that turn depend on it
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
    """The trials that may come to something new: those that do so first where all run at once, or all of them."""
    way = Trace()
    try:
        results = reference(trials, double=False, trace=way)
    except Exception:  # noqa: BLE001 (one of them is at fault, and takes the others along)
        return list(range(len(trials)))
    first = {run for place, run in way.first.items() if place not in trace.first}
    first |= {run for arm, run in way.arms.items() if arm not in trace.arms}
    for name in idle:
        first |= set([k for k, (run, left) in enumerate(zip(trials, results, strict=True))
                      if changed_by(run, left, [name])][:1])  # fmt: skip
    return sorted(first)


# ---- where comparisons turn

_ROUNDS, _STEPS = 3, 8
"""How often the way between two draws that come to different places is divided, and into how many steps."""
_TURNS = 2
"""Places that are looked at so, at most."""

EDGES, ORDINARY = 4, 0
"""Draws that hold what their arguments are compared with: half of the elements of the first, all of the second; in the
others every element is that, a bound, zero or the middle, so that sums and products of them are often equal too. And
ordinary ones beside them."""
_LANES = ((4, 16, 16), (256, 4, 8))
"""A kernel of few threads decides seldom where others do many times: how many draws of both one of so many has."""
_LOOSER = 2.0
"""How much more than the other runs a draw may need to be allowed; one that needs more would hide errors in them."""


def find_edge_draws(
    reference: Reference, spec: KernelSpec, tolerance: Mapping[str, float], *, seed: int = 0
) -> list[AimedDraw]:
    """Draws with elements equal to what the source compares them with, where ``<`` and ``<=`` are not the same.

    None if it compares no argument. A draw is dropped as ``find_aimed_draws`` drops it, and where it needs a larger
    allowance than other runs.

    Args:
        reference: the kernel's.
        spec: the kernel.
        tolerance: array to the allowance of the other runs.
        seed: another one gives other draws.
    """
    told = thresholds_of(spec.source, [each.name for each in spec.signature.arguments])
    if not told.of:
        return []
    runs = [complete(spec.signature, each) for each in _edge_inputs(spec.signature, told, seed)]
    return _kept(reference, spec, runs, tolerance)


def find_compared_draws(
    reference: Reference, spec: KernelSpec, tolerance: Mapping[str, float], *, most: int, seed: int = 0
) -> list[AimedDraw]:
    """A few draws in which arguments are what the source compares them with, and its neighbours, one after the other.

    For where draws are dear: of a single number that is compared with one other, three draws see both sides and the
    edge. None if it compares no argument; a draw is dropped as ``find_edge_draws`` drops it.

    Args:
        reference: the kernel's.
        spec: the kernel.
        tolerance: array to the allowance of the other runs.
        most: how many.
        seed: another one gives other draws.
    """
    if not thresholds_of(spec.source, [each.name for each in spec.signature.arguments]).of:
        return []
    runs = [complete(spec.signature, each) for each in aimed_inputs(spec, trials=most, seed=seed)]
    return _kept(reference, spec, runs, tolerance)


def find_turning_draws(
    reference: Reference, spec: KernelSpec, runs: Sequence[Values], trace: Trace, tolerance: Mapping[str, float]
) -> list[AimedDraw]:
    """Draws on both sides of where a decision of the whole kernel turns, and near it.

    Where one run comes to a place that the first run does not come to, the way between the two is divided again and
    again: a text that decides by another number takes the other branch on one of the two draws that are left.

    Args:
        reference: the kernel's.
        spec: the kernel.
        runs: those that were noted.
        trace: what was noted of them.
        tolerance: array to the allowance of these runs.
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
    except Exception as error:  # noqa: BLE001 (there is none to be found so, whatever it is)
        logger.debug("%s: the way between two draws is left: %s", spec.name, error)
    return _kept(reference, spec, found, tolerance) if found else []


def _between(left: Values, right: Values, share: float) -> Values:
    """Inputs on the way from one run's to another's; truth values are the second's."""
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
    """The runs that prove something, with what the reference gives; none if it fails on one of them.

    A run proves nothing where a result depends on an order that the tool leaves open, as of two items as near, or a
    whole number on rounding: one that several threads change may be what neither precision gives.
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
    except Exception as error:  # noqa: BLE001 (the draws prove nothing, whatever it is)
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
            if chosen is not None and number:  # nothing of a draw would be left
                drawn[argument.name] = chosen.astype(numpy_dtype(argument.dtype))
                continue
            value = draw_argument(argument, 300 + number, seed=seed, edges=number == 1)
            drawn[argument.name] = value if chosen is None else np.where(put, chosen.astype(value.dtype), value)
        _make_equal(signature.arguments, told.together, drawn, generator)
        yield drawn


def _edges_of(argument: Argument, told: Thresholds, *, bounds: bool) -> list[float]:
    """What an argument is compared with, and its domain's bounds, middle and zero if these are wanted."""
    domain = argument.domain
    if argument.fields or domain is None:
        return []
    whole = numpy_dtype(argument.dtype).kind in "iub"
    middle = (domain.low + domain.high) / 2
    special = [domain.low, domain.high, math.trunc(middle) if whole else middle, 0.0] if bounds else []
    return [each for each in dict.fromkeys([*told.of.get(argument.name, ()), *special])
            if domain.low <= each <= domain.high and not (whole and each % 1)]  # fmt: skip


def _draws_of(signature: Signature) -> tuple[int, int]:
    """How many draws at edges there are, and how many ordinary ones beside them."""
    threads = math.inf if signature.launch is None else math.prod(each or 1 for each in signature.launch)
    return next(((edges, ordinary) for most, edges, ordinary in _LANES if threads <= most), (EDGES, ORDINARY))


# ---- what is tried


def aimed_inputs(spec: KernelSpec, *, trials: int = TRIALS, seed: int = 0) -> list[Values]:
    """Draws of every argument that the kernel reads, with the numbers that its source decides by among the values.

    A pure function of source, signature and seed. Every value is in its argument's domain.
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
    """One trial's way to put numbers into arguments: among the values, as all of them, or bounds as all of them."""

    told: Thresholds
    sizes: Sequence[int]
    trial: int
    seed: int

    def put(self, argument: Argument, drawn: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """The array with some of its values replaced; what an object is made of stays."""
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
        """One after the other in half of the trials, so that each has its turn, and any in the others."""
        if not self._in_turn:
            return generator.choice(pool)
        first = int(generator_of("turn", argument.name, seed=self.seed).integers(2**16))
        return pool[(first + self.trial // 8 * 3 + self.trial % 4) % len(pool)]

    @property
    def _in_turn(self) -> bool:
        return self.trial % 8 < 4

    def _pool(self, argument: Argument, *, near: bool) -> Iterator[float]:
        """The numbers in the argument's domain; if ``near``, of those that it is compared with, where there are any."""
        domain = argument.domain
        assert domain is not None
        whole = numpy_dtype(argument.dtype).kind in "iub"
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
    """Give arguments that are alike, or are compared with each other, some equal values, as far as their domains go."""
    plain = {each.name: each for each in arguments if each.role is not Role.OUTPUT and each.domain is not None}
    neighbours = [each for each in itertools.pairwise(plain) if drawn[each[0]].shape == drawn[each[1]].shape]
    compared = [each for each in together if each[0] in plain and each[1] in plain]
    for first, second in dict.fromkeys([*neighbours, *compared]):
        _make_pair_equal(plain[first], plain[second], drawn, generator)


def _make_pair_equal(first: Argument, second: Argument, drawn: Values, generator: np.random.Generator) -> None:
    """Give the second some values of the first: those at the same places, or the first's one; a lone one is given."""
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
