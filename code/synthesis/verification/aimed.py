"""Searches for inputs that raise the coverage of a kernel, with the numbers in its source."""

import itertools
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.formats import is_exact, numpy_dtype
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Role
from synthesis.frontends.base import Reference, Trace, Values
from synthesis.verification.coverage import Coverage, changed_by
from synthesis.verification.infinities import expected_of
from synthesis.verification.inputs import (
    array_shape,
    based,
    complete,
    draw_inputs,
    generator_of,
)
from synthesis.verification.thresholds import Thresholds, kernel_thresholds
from synthesis.verification.tolerances import poison_for

logger = logging.getLogger(__name__)

TRIALS = 16
"""Number of draws that are tried."""
_MOST = 6
"""Maximum number of draws that are kept."""
_NEAR = 0.5
"""Probability that an argument takes only numbers that the source compares it with, if there are any.

It applies to trials that choose the numbers at random. In trials that use one number after the other, the argument
always takes only numbers that the source compares it with.
"""
_STEP = 0.05
"""Distance between a floating-point number and its neighbours; that of integers is 1.

It is relative to the larger of the number's magnitude and 1.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class AimedDraw:
    """Inputs that raise the coverage of a kernel, with the reference's results."""

    inputs: Values
    own: Values
    """The reference's results in the kernel's own precision."""
    double: Values
    """The reference's results in float64."""


def find_aimed_draws(
    reference: Reference,
    spec: KernelSpec,
    coverage: Coverage,
    trace: Trace,
    *,
    already: int,
    seed: int = 0,
    infinite: bool = True,
) -> list[AimedDraw]:
    """Return a few draws that raise the coverage of a kernel.

    On such a draw the kernel executes statements, takes branches or changes outputs that no other run did. A draw is
    dropped if the reference fails on it, or if results are not finite or differ too much between float64 and the
    kernel's own precision.

    Args:
        reference: the kernel's reference.
        spec: the kernel's record.
        coverage: the coverage by the other runs.
        trace: the statements and branches that the other runs executed. Those of the found draws are added to it.
        already: the number of other runs. The numbers of the found draws begin with it.
        seed: seed of the draws.
        infinite: whether results may hold infinities that the kernel stores on purpose.
    """
    trials = [complete(spec.signature, each) for each in aimed_inputs(spec, seed=seed)]
    poison = poison_for(spec.signature)
    idle = list(coverage.idle)
    found: list[AimedDraw] = []
    for number in _promising(reference, trials, trace, idle):
        reached = reference.reached(trace)
        if len(found) == _MOST or not (idle or reached.missed or reached.untaken):
            break
        way, trial = Trace(), trials[number]
        own = result_of(reference, spec, trial, number, double=False, trace=way)
        if own is None:
            continue
        changed = changed_by(trial, own, idle)
        new = any(place not in trace.first for place in way.first)
        both = replace(trace, arms=trace.arms | way.arms)
        taken = bool(reached.untaken) and len(reference.reached(both).untaken) < len(reached.untaken)
        if not (changed or new or taken):
            continue
        double = result_of(reference, spec, trial, number, double=True)
        if double is None:
            continue
        expected = expected_of(reference, [trial], [double], [own], poison, on_purpose=infinite)
        if expected.ill_conditioned or expected.non_finite:
            continue
        idle = [name for name in idle if name not in changed]
        trace.add(way, already + len(found))
        found.append(AimedDraw(inputs=trial, own=own, double=double))
    return found


def result_of(
    reference: Reference, spec: KernelSpec, trial: Values, number: int, *, double: bool, trace: Trace | None = None
) -> Values | None:
    """Return the reference's results on one trial; None if it fails, since then the draw verifies nothing."""
    try:
        (found,) = reference([trial], double=double, trace=trace)
    except Exception as error:  # noqa: BLE001 (whatever the error is)
        logger.debug("%s: draw %d is dropped: %s", spec.name, number, error)
        return None
    return found


def _promising(reference: Reference, trials: Sequence[Values], trace: Trace, idle: Sequence[str]) -> list[int]:
    """Return the indices of the trials that may raise the coverage.

    These are the trials that are the first to execute something new when all trials run in one call. If that call
    fails, all trials are returned.
    """
    way = Trace()
    try:
        results = reference(trials, double=False, trace=way)
    except Exception:  # noqa: BLE001 (one trial that fails makes all of them fail)
        return list(range(len(trials)))
    first = first_to_cover(trace, way)
    for name in idle:
        first |= set([k for k, (run, left) in enumerate(zip(trials, results, strict=True))
                      if changed_by(run, left, [name])][:1])  # fmt: skip
    return sorted(first)


def first_to_cover(trace: Trace, more: Trace) -> set[int]:
    """Return the runs recorded in ``more`` that were the first to execute code that ``trace`` does not contain."""
    places = {run for place, run in more.first.items() if place not in trace.first}
    return places | {run for arm, run in more.arms.items() if arm not in trace.arms}


def aimed_inputs(spec: KernelSpec, *, trials: int = TRIALS, seed: int = 0) -> list[Values]:
    """Return draws of every argument that the kernel reads, with numbers from its source among the values.

    The draws depend only on the source, the signature and the seed. Every value is in its argument's domain.
    """
    signature = spec.signature
    thresholds = kernel_thresholds(spec)
    sizes = {size for each in signature.arguments for size in each.shape or () if size is not None}
    sizes |= {size for size in signature.launch or () if size is not None}
    made: list[Values] = []
    for trial in range(trials):
        drawn = draw_inputs(signature, 200 + trial, seed=seed)
        aims = _Aims(thresholds, sorted(sizes), trial, seed)
        for argument in signature.arguments:
            if argument.role is not Role.OUTPUT:
                drawn[argument.name] = aims.put(argument, drawn[argument.name])
        if trial % 4 == 2:
            make_equal(signature.arguments, thresholds.together, drawn, generator_of("equal", trial, seed=seed))
        made.append(drawn)
    return made


@dataclass(frozen=True, slots=True)
class _Aims:
    """Replaces values of arguments in one trial by chosen numbers.

    Some elements get such numbers, or all elements get the same number or the same bound of the domain.
    """

    thresholds: Thresholds
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
        if self.trial % 4 in (1, 3):  # all elements get the same number
            return based(argument, np.full(shape, self._one(pool, argument, generator))).astype(dtype)
        if not shape:
            return based(argument, self._one(pool, argument, generator)).astype(dtype)
        put = generator.random(shape) < 0.5
        return np.where(put, based(argument, generator.choice(pool, shape)).astype(dtype), drawn)

    def _one(self, pool: Sequence[float], argument: Argument, generator: np.random.Generator) -> float:
        """Return one number of the pool.

        Half of the trials take the numbers of the pool in turn, so that each is used. The others choose at random.
        """
        if not self._in_turn:
            return generator.choice(pool)
        first = int(generator_of("turn", argument.name, seed=self.seed).integers(2**16))
        return pool[(first + self.trial // 8 * 3 + self.trial % 4) % len(pool)]

    @property
    def _in_turn(self) -> bool:
        return self.trial % 8 < 4

    def _pool(self, argument: Argument, *, near: bool) -> Iterator[float]:
        """Yield the numbers of the source that are in the argument's domain, followed by their neighbours.

        If ``near``, these are only the numbers that the source compares the argument with, if there are any.
        """
        domain = argument.domain
        assert domain is not None
        whole = is_exact(numpy_dtype(argument.dtype))
        name = argument.name if argument.name in self.thresholds.of else argument.name.partition(".")[0]
        own = self.thresholds.of.get(name, ()) if near else ()
        sizes = self.sizes if whole else ()
        numbers = dict.fromkeys(own or (*self.thresholds.numbers, *sizes, -1.0, 0.0, 1.0, domain.low, domain.high))
        steps = {number: 1.0 if whole else _STEP * max(1.0, abs(number)) for number in numbers}
        for side in (0.0, 1.0, -1.0):
            for number, step in steps.items():
                if domain.low <= number + side * step <= domain.high:
                    yield int(number + side * step) if whole else number + side * step


def make_equal(
    arguments: Sequence[Argument], together: Iterable[tuple[str, str]], drawn: Values, generator: np.random.Generator
) -> None:
    """Copy values between pairs of arguments, so that some of their values are equal.

    The pairs are consecutive arguments of the same shape, and arguments that the source compares with each other.
    Values stay in the arguments' domains.
    """
    plain = {each.name: each for each in arguments if each.role is not Role.OUTPUT and each.domain is not None}
    neighbours = [each for each in itertools.pairwise(plain) if drawn[each[0]].shape == drawn[each[1]].shape]
    compared = [each for each in together if each[0] in plain and each[1] in plain]
    for first, second in dict.fromkeys([*neighbours, *compared]):
        _make_pair_equal(plain[first], plain[second], drawn, generator)


def _make_pair_equal(first: Argument, second: Argument, drawn: Values, generator: np.random.Generator) -> None:
    """Copy some values of one argument to the other.

    Elements are copied to the same indices; a single number is copied to any. The first argument is copied to the
    second, unless only the second is a single number.
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
