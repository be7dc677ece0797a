"""The oracle of one kernel: its results, its coverage by some runs, and the effect of rounding."""

import contextlib
import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from synthesis.core.formats import is_floating
from synthesis.core.records import KernelSpec
from synthesis.frontends.base import (
    PerturbedRun,
    Reached,
    ReferenceFaultError,
    ReferenceUnknownError,
    Trace,
    UndefinedResultError,
    Values,
)
from synthesis.frontends.triton.reference.calls import call_function
from synthesis.frontends.triton.reference.coverage import reached_statements
from synthesis.frontends.triton.reference.hosts import Hosted, constant_of, type_of
from synthesis.frontends.triton.reference.lanes import evaluate
from synthesis.frontends.triton.reference.machine import GARBAGE, EvaluationHints, Lanes, Machine
from synthesis.frontends.triton.reference.order import accumulated_in, clashing, restored_in, separate_in
from synthesis.frontends.triton.reference.perturbing import (
    FURTHER_EVALUATIONS,
    Inverted,
    LostError,
    Perturbed,
    Recording,
    doubts_of,
    is_unclear,
    is_unsettled,
    parts_of,
)
from synthesis.frontends.triton.reference.sources import read
from synthesis.frontends.triton.reference.types import COARSE
from synthesis.frontends.triton.reference.values import Array, Block, Buffer, Pointer

_MOST_PROGRAMS = 1 << 16
_MOST_NUMBERS = 1 << 20
"""Number of array elements, over the runs of a batch, above which no run is added to the batch."""
_MOST_PERTURBED = 1 << 17
"""The same limit as ``_MOST_NUMBERS``, for evaluations that record decisions."""
_UNUSUAL = 4e4
"""Magnitude from which numbers that are the same in both orders may be those that outputs hold before a run.

They say nothing of the size of the results.
"""
_SHUFFLED_ORDERS = 2
"""Number of shuffled orders in which programs that may see each other's effects are run."""
_ORDER_TOLERANCE = 1e-3
"""Error that another order of summation may cause, relative to an array's largest element."""


class TritonReference:
    """The oracle of a kernel, from its source and signature alone.

    Args:
        spec: the kernel's specification.

    Raises:
        ReferenceUnknownError: if something is not modelled.
    """

    def __init__(self, spec: KernelSpec) -> None:
        signature = spec.signature
        self._source = read(spec.source)
        self._kernel = self._source.function(spec.name)
        self._arguments = signature.arguments
        self._types = {each.name: type_of(each.type_name) for each in signature.arguments}
        self._arrays = [each.name for each in signature.arguments if each.shape is not None]
        self._constants = {
            name: constant_of(value) for name, value in (signature.call or {}).get("constants", {}).items()
        }
        self._hosted = Hosted(signature)
        launch = [each or 0 for each in signature.launch or ()]
        if not 1 <= len(launch) <= 3 or not 0 < math.prod(launch) <= _MOST_PROGRAMS:
            raise ReferenceUnknownError(f"a launch of {launch}; at most {_MOST_PROGRAMS} programs are run")
        x, y, z = (*launch, 1, 1)[:3]
        self._grid = (x, y, z)
        self._coarse = set[str]()
        self._hints = EvaluationHints()
        parameters = {each.name for each in signature.arguments} | set(self._constants)
        if not parameters <= set(self._kernel.parameters):
            raise ReferenceUnknownError("a signature whose parameters are not the kernel's")

    # ---- the protocol

    def __call__(
        self, runs: Sequence[Values], *, double: bool, trace: Trace | None = None, group: int = 1
    ) -> list[Values]:
        """Return the final contents of every array argument for each of several runs.

        Args:
            runs: the arguments of each run, by name.
            double: whether to compute in float64; arrays of floating-point numbers are then float64.
            trace: where to record coverage; None to record nothing.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault on these inputs.
        """
        found, clashes = dict[int, Values](), set[int]()
        own = None if trace is None else Trace(infinity=trace.infinity)
        try:
            for numbers in _batches(runs, _MOST_NUMBERS):
                log = own is not None and not double
                machine = Machine(double=double, trace=own, log=log, hints=self._hints, runs=numbers)
                made = self._evaluated(machine, [runs[each] for each in numbers])
                if machine.has_undefined and not double:
                    self._check_defined(numbers, runs, made)
                found.update(zip(numbers, made, strict=True))
                if own is not None:
                    own.restored |= restored_in(machine.touched)
                clashes.update(numbers[each] for each in clashing(machine.touched))
        finally:
            if trace is not None and own is not None:
                trace.first.update(own.first | trace.first)
                trace.arms.update(own.arms | trace.arms)
                trace.left_out |= own.left_out
                trace.restored |= own.restored
        if trace is not None and trace.order is None:
            orders = (self._ordered(runs[each], found[each]) for each in sorted(clashes))
            trace.order = next((each for each in orders if each is not None), None)
        return [found[number] for number in range(len(runs))]

    def perturbed(self, runs: Sequence[Values], *, seed: int) -> list[PerturbedRun]:
        """Return the results with every rounded number perturbed, and results with decisions in doubt reversed.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault on these inputs.
        """
        found = dict[int, PerturbedRun]()
        for numbers in _batches(runs, _MOST_PERTURBED):
            found.update(self._perturbed(runs, numbers, seed))
        return [found[number] for number in range(len(runs))]

    def _perturbed(self, runs: Sequence[Values], numbers: Sequence[int], seed: int) -> dict[int, PerturbedRun]:
        """Return the possible effects of rounding on some runs, by their numbers."""
        some = [runs[number] for number in numbers]
        recording = Recording(self._hints, len(some))
        owns = self._evaluated(recording, some)
        perturbed = Perturbed(recording, seed=seed + 7919 * numbers[0])
        try:
            offs = self._evaluated(perturbed, some)
        except LostError:
            if len(some) == 1:
                return {numbers[0]: PerturbedRun(owns[0], (), unsettled=True)}
            return {number: self._perturbed(runs, [number], seed)[number] for number in numbers}
        found, coarse = dict[int, PerturbedRun](), bool(self.unit)
        for place, number in enumerate(numbers):
            own = recording.of_run(place)
            moved = self._most_moved(runs[number], own, recording.in_run(place, perturbed.moved), seed + number)
            inverted = self._inverted(runs[number], own, doubts_of(own.decisions, moved, few=coarse), moved)
            found[number] = PerturbedRun(offs[place], inverted, not coarse and is_unsettled(own.decisions, moved))
        return found

    def perturbed_results(self, runs: Sequence[Values], *, seed: int, opposite: bool = False) -> list[Values]:
        """Return the results with every rounded number perturbed by units in the last place.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault on these inputs.
        """
        found = dict[int, Values]()
        left = _batches(runs, _MOST_PERTURBED)
        while left:
            numbers = left.pop()
            some = [runs[number] for number in numbers]
            recording = Recording(self._hints, len(some))
            made = self._evaluated(recording, some)
            try:
                made = self._evaluated(Perturbed(recording, seed=seed + 7919 * numbers[0], opposite=opposite), some)
            except LostError:
                if len(some) > 1:
                    left += [[number] for number in numbers]
            found.update(zip(numbers, made, strict=True))
        return [found[number] for number in range(len(runs))]

    def rough_results(
        self, runs: Sequence[Values], *, seed: int, samples: int, decide: bool = False
    ) -> list[list[Values]]:
        """Return an empty list: there are no texts of derivatives."""
        return []

    def others(self, runs: Sequence[Values]) -> list[list[Values]]:
        """Return an empty list: programs run in one order, and ``trace.order`` shows whether the order matters."""
        return []

    @property
    def unit(self) -> float:
        """A unit in the last place, at 1, of the coarsest type of fewer than 32 bits used so far; 0 if there is none.

        Numbers that are only loaded or stored in such a format do not count.
        """
        return max((COARSE[each] for each in self._coarse), default=0.0)

    @property
    def work(self) -> float:
        """The cost of an evaluation, above which a twin is run; 0, since a kernel is always run at its own sizes."""
        return 0.0

    @property
    def is_of_one_thread(self) -> bool:
        """False, since a program computes whole blocks."""
        return False

    def reached(self, trace: Trace) -> Reached:
        """Return the coverage of the kernel, and of the functions that it calls, by the recorded runs."""
        return replace(reached_statements(self._kernel, trace), restored=frozenset(trace.restored))

    # ---- for the prover

    def accumulated(self, run: Values) -> frozenset[str]:
        """Return the arrays that are accessed only by atomics, and in which several programs access one element.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault on these inputs.
        """
        machine = Machine(log=True, hints=self._hints)
        self._evaluated(machine, [run])
        return accumulated_in(machine.touched)

    def separate(self, runs: Sequence[Values]) -> frozenset[str]:
        """Return the arrays without data races: what one program writes, others access only by atomics, if at all.

        Raises:
            ReferenceUnknownError: if something is not modelled.
            ReferenceFaultError: if the kernel is at fault on these inputs.
        """
        apart = frozenset(self._arrays)
        for numbers in _batches(runs, _MOST_NUMBERS):
            machine = Machine(log=True, hints=self._hints, runs=numbers)
            self._evaluated(machine, [runs[each] for each in numbers])
            apart &= separate_in(machine.touched, self._arrays)
        return apart

    # ---- evaluation

    def _evaluated(self, machine: Machine, runs: Sequence[Values], order: Array | None = None) -> list[Values]:
        """Run all programs on inputs of the same shapes, and return the final arrays of each run.

        Args:
            machine: the machine.
            runs: the inputs.
            order: the numbers of all programs in the order in which they run; None for ascending order.
        """
        buffers = self._buffers(machine, runs)
        numbers = np.arange(math.prod(self._grid)) if order is None else order
        lanes = Lanes(np.tile(numbers, len(runs)), np.repeat(np.arange(len(runs)), numbers.size), self._grid)
        scalars = {
            name: np.array([np.reshape(run[name], ()) for run in runs]).astype(machine.format(kind))
            for name, kind in self._types.items()
            if name not in buffers
        }
        pointers = {
            name: self._hosted.value(name, Pointer(buffer, np.zeros(1, np.int64)), runs[0][name].shape)
            for name, buffer in buffers.items()
        }

        def body() -> None:
            own = machine.lanes.runs
            own = own[:1] if own[0] == own[-1] else own
            given: dict[str, Any] = {name: Block(held[own], self._types[name]) for name, held in scalars.items()}
            call_function(machine, self._kernel, (), {**self._constants, **pointers, **given})

        try:
            with np.errstate(all="ignore"):
                evaluate(machine, lanes, body)
        except RecursionError as error:
            raise ReferenceUnknownError("expressions that are nested too deeply") from error
        self._coarse |= machine.coarse
        whole = {name: buffers[name].data.reshape(len(runs), *runs[0][name].shape) for name in self._arrays}
        return [{name: data[number] for name, data in whole.items()} for number in range(len(runs))]

    def _check_defined(self, numbers: Sequence[int], runs: Sequence[Values], made: Sequence[Values]) -> None:
        """Evaluate runs with other numbers in the place of elements without a defined value.

        Raises:
            UndefinedResultError: if the results differ.
        """
        why = (
            "depends on an element that a load without `other` masks off, or on a number converted to an integer type "
            "that it does not fit into"
        )
        for garbage in GARBAGE:
            machine = Machine(hints=self._hints, runs=numbers, garbage=garbage)
            try:
                others = self._evaluated(machine, [runs[each] for each in numbers])
            except (ReferenceFaultError, ReferenceUnknownError) as error:  # such as an index that is not valid
                raise UndefinedResultError(f"the kernel {why}") from error
            changed = (
                name
                for one, other in zip(made, others, strict=True)
                for name in one
                if not _same(one[name], other[name])
            )
            if (name := next(changed, None)) is not None:
                raise UndefinedResultError(f"{name} {why}")

    def _buffers(self, machine: Machine, runs: Sequence[Values]) -> dict[str, Buffer]:
        """Return the memory of each array; arguments that are the same array share it."""
        made: dict[int, Buffer] = {}
        for name in self._arrays:
            kind, first = self._types[name], runs[0][name]
            if id(first) not in made:
                data = np.stack([run[name] for run in runs]).astype(machine.format(kind)).reshape(-1)
                made[id(first)] = Buffer(name, data, kind, first.size)
        return {name: made[id(runs[0][name])] for name in self._arrays}

    def _ordered(self, run: Values, own: Values) -> str | None:
        """Return the name of an array that differs by more than rounding in another program order; None if none.

        The orders are the reverse one, and shuffled ones in which programs run at once, statement by statement. The
        latter lose terms of a sum of plain loads and stores, which is the same in reverse order.
        """
        numbers = np.arange(math.prod(self._grid))
        tried = [(EvaluationHints(in_order=True), numbers[::-1])]
        shuffled = np.random.default_rng(len(numbers))
        tried += [(EvaluationHints(together=True), shuffled.permutation(numbers)) for _ in range(_SHUFFLED_ORDERS)]
        for hints, order in tried:
            try:
                (other,) = self._evaluated(Machine(hints=hints), [run], order)
            except ReferenceFaultError:
                return next((name for name in own if not np.array_equal(own[name], run[name])), next(iter(own)))
            if (changed := next((name for name in own if _differ(own[name], other[name])), None)) is not None:
                return changed
        return None

    def _most_moved(self, run: Values, recording: Recording, moved: Sequence[Array], seed: int) -> Sequence[Array]:
        """Return how far rounding moves the measure of each decision, by further evaluations if one is not enough."""
        if not is_unclear(recording.decisions, moved):
            return moved
        for more in range(FURTHER_EVALUATIONS):
            machine = Perturbed(recording, seed=seed + 104_729 * (more + 1))
            with contextlib.suppress(LostError):
                self._evaluated(machine, [run])
                moved = [np.maximum(one, other) for one, other in zip(moved, machine.moved, strict=True)]
        return moved

    def _inverted(
        self, run: Values, recording: Recording, doubts: Sequence[Array | None], moved: Sequence[Array]
    ) -> list[Values]:
        """Return the results with decisions in doubt reversed. Evaluations that take another path are left out."""
        found = list[Values]()
        for some in parts_of(doubts):
            with contextlib.suppress(LostError, ReferenceFaultError):
                found += self._evaluated(Inverted(recording, some, moved), [run])
        return found


def _batches(runs: Sequence[Values], most: int) -> list[list[int]]:
    """Return the numbers of runs in batches whose arrays are alike: in shapes, types, and which of them share memory.

    Args:
        runs: the runs.
        most: the number of array elements in a batch above which no run is added to it.
    """
    found = dict[tuple[Any, ...], list[list[int]]]()
    for number, run in enumerate(runs):
        names = {id(value): name for name, value in reversed(run.items())}
        alike = tuple((name, value.shape, value.dtype, names[id(value)]) for name, value in run.items())
        batches = found.setdefault(alike, [[]])
        if len(batches[-1]) * sum(value.size for value in run.values()) > most:
            batches.append([])
        batches[-1].append(number)
    return [each for batches in found.values() for each in batches]


def _differ(left: Array, right: Array) -> bool:
    if not is_floating(left.dtype):
        return not np.array_equal(left, right)
    one, other = left.astype(np.float64), right.astype(np.float64)
    unwritten = (one == other) & (np.abs(one) >= _UNUSUAL)
    size = np.max(np.abs(one), initial=0.0, where=np.isfinite(one) & ~unwritten)
    return not np.allclose(one, other, rtol=_ORDER_TOLERANCE, atol=_ORDER_TOLERANCE * float(size), equal_nan=True)


def _same(left: Array, right: Array) -> bool:
    return left.tobytes() == right.tobytes()


def accumulated(spec: KernelSpec, run: Values) -> frozenset[str]:
    """Return the arrays that :meth:`TritonReference.accumulated` finds for a kernel."""
    return TritonReference(spec).accumulated(run)


def separate(spec: KernelSpec, runs: Sequence[Values]) -> frozenset[str]:
    """Return the arrays that :meth:`TritonReference.separate` finds for a kernel."""
    return TritonReference(spec).separate(runs)


__all__ = ["TritonReference", "accumulated", "separate"]
