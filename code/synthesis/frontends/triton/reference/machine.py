"""The state of one evaluation of a kernel: its precision, its programs, its memory accesses and its limits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError, Trace
from synthesis.frontends.triton.reference.order import Access, Touched, add_accesses
from synthesis.frontends.triton.reference.types import UINT64, Dtype, type_of_number
from synthesis.frontends.triton.reference.values import MOST_AT_ONCE, Array, Block, Buffer, CrowdedError

_MOST_STEPS = 500_000
"""Maximum number of statements and loop iterations of one evaluation."""
_MOST_WORK = 1 << 32
"""Maximum number of elements that one evaluation computes."""
_DEEPEST = 64
"""Maximum depth of calls of the source's functions."""
_MOST_LOGGED = 1 << 22
"""Maximum number of recorded accesses of a group of several lanes."""
GARBAGE = (113, -113)
"""Arbitrary numbers that stand for elements without a defined value, to find results that depend on them."""
_MOST_LANES = 256
"""Maximum number of programs that are evaluated at once."""


class ConflictError(Exception):
    """An error for a program that may access elements that another program of its group changes."""


@dataclass(frozen=True, slots=True)
class Lanes:
    """Programs of one run or of several that are evaluated at once, in the order of the runs."""

    numbers: Array
    """The number of each lane's program in its run."""
    runs: Array
    """The number of each lane's run in memory."""
    grid: tuple[int, int, int]
    """The numbers of programs along the axes of the launch."""

    def __len__(self) -> int:
        return self.numbers.size

    def of(self, chosen: Any) -> Self:
        """Return some of the lanes, selected by a slice, a mask or their indices."""
        return type(self)(self.numbers[chosen], self.runs[chosen], self.grid)

    def program(self, axis: int) -> Array:
        """Return the coordinate of each lane's program along an axis of the launch."""
        x, y, z = self.grid
        return (self.numbers // (1, x, x * y)[axis] % (x, y, z)[axis]).astype(np.int32)

    def within(self, buffer: Buffer, offsets: Array, owners: Array | None = None) -> Array:
        """Return the positions of elements in a buffer's data, in the part for the run of each lane.

        Args:
            buffer: the buffer.
            offsets: the positions of the elements in the memory of a run.
            owners: the number of the lane of each; None if the last axis is that of the lanes.
        """
        if buffer.data.size == buffer.size:
            return offsets
        return offsets + (self.runs if owners is None else self.runs[owners]) * buffer.size


ONE = Lanes(np.zeros(1, np.int64), np.zeros(1, np.int64), (1, 1, 1))


@dataclass(slots=True)
class EvaluationHints:
    """The way in which to evaluate a kernel, learned from earlier evaluations of it."""

    lanes: int = _MOST_LANES
    """The number of lanes that are evaluated at once."""
    in_order: bool = False
    """Whether programs are evaluated one after another, since they access what others change."""
    together: bool = False
    """Whether programs are evaluated at once, statement by statement, even if they access what others change."""
    changed: set[str] = field(default_factory=set[str])
    """Names of arrays that the kernel changes."""


@dataclass(frozen=True, slots=True)
class Mark:
    """The extent of an evaluation's records at some point, so that later records can be removed."""

    log: int
    kept: int
    spent: Array
    coarse: frozenset[str]
    more: Any


@dataclass(slots=True)
class GroupCoverage:
    """The statements and arms that a group of lanes reached."""

    run: int
    """The number of the group's first run. All lanes reach the same statements, so this run reaches all of them."""
    reached: set[int] = field(default_factory=set[int])
    arms: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])
    left_out: set[int] = field(default_factory=set[int])


class Machine:
    """The evaluator of a kernel. Subclasses that round in another way override some of its methods.

    Args:
        double: whether every floating-point number is computed in float64.
        trace: where to record coverage; None to record nothing.
        log: whether to record all memory accesses.
        hints: what was learned from earlier evaluations of the kernel.
        runs: the numbers of the runs that are in memory.
        garbage: the number that stands for elements without a defined value, converted to their type.
    """

    def __init__(
        self,
        *,
        double: bool = False,
        trace: Trace | None = None,
        log: bool = False,
        hints: EvaluationHints | None = None,
        runs: Sequence[int] = (0,),
        garbage: int = 0,
    ) -> None:
        self.double = double
        self.garbage = garbage
        self.has_undefined = False
        """Whether elements without a defined value occurred, such as those that a load without ``other`` masks off."""
        self.trace = trace
        self.logs = log
        self.log: list[Access] = []
        """The accesses of the group of lanes that is evaluated."""
        self.touched: dict[str, Touched] = {}
        """The accesses of all earlier groups of lanes by buffer name, if all accesses are recorded."""
        self.hints = hints or EvaluationHints()
        self.runs = runs
        self.lanes = ONE
        self.guards = False
        """Whether to detect that a program accesses an element that another program of the group changes."""
        self.saves = False
        """Whether the group of lanes may have to be evaluated again."""
        self.unwatched = set[str]()
        """Names of arrays whose loads were not recorded, by these lanes or by the group that they are a part of."""
        self.saved: dict[Buffer, Array] = {}
        """The old contents of each buffer that the group of lanes has changed."""
        self.result_is_used = True
        """Whether the result of the call that is evaluated is used."""
        self.depth = 0
        self.coarse: set[str] = set()
        """The names of the types of fewer than 32 bits that the kernel computes with."""
        self.kept: list[GroupCoverage] = []
        self._now = GroupCoverage(0)
        self._logged = 0
        self._steps = 0
        self._work = 0
        self._spent = np.zeros((2, len(runs)), np.int64)
        """The steps and the work of each run in the groups of lanes that have been evaluated."""
        self._most = (_MOST_STEPS, _MOST_WORK)
        """The maximum number of steps, and of work, that each lane of the group may still use."""

    # ---- rounding and decisions

    def format(self, kind: Dtype) -> np.dtype[Any]:
        """Return the NumPy dtype in which numbers of a type are held."""
        return np.dtype(np.float64) if self.double and kind.is_float else kind.numpy

    def rounded(self, data: Any, kind: Dtype, *, units: int = 1, faithful: bool = True) -> Any:
        """Return rounded numbers. Subclasses perturb them, since a correct text may round differently.

        Args:
            data: numbers in the format of the type.
            kind: their type.
            units: the error that a correct text may have, in units in the last place.
            faithful: whether a correct text computes results with few significant digits exactly.
        """
        del units, faithful
        if kind.bits < 32:
            self.computed_in(kind.name)
        return data

    def narrowed(self, data: Any, kind: Dtype) -> Any:
        """Return numbers converted to another floating-point type. Subclasses perturb them."""
        del kind
        return data

    def computed_in(self, name: str) -> None:
        """Record that the kernel computes in a type of fewer than 32 bits."""
        self.coarse.add(name)

    def summed(self, data: Any, kind: Dtype) -> Any:
        """Return the terms of a sum. Subclasses perturb them, since their errors may be large compared with the sum."""
        del kind
        return data

    def rounded_tf32(self, data: Any) -> Any:
        """Return float32 numbers that were rounded to TensorFloat-32. Subclasses perturb them."""
        return data

    def decided(self, decision: str, outcome: Any, measure: Any) -> Any:
        """Return the outcome of a decision. Rounding may change it, so subclasses record or replace it.

        Args:
            decision: ``compare``, ``truncate``, ``floor``, ``ceil``, ``round`` or ``choose``.
            outcome: the computed outcome: truth values, integers, or floating-point numbers that are whole.
            measure: the float64 numbers that it depends on. For a comparison it is the difference of the sides; for
                ``choose``, the distance to the next best choice.
        """
        del decision, measure
        return outcome

    @property
    def records_decisions(self) -> bool:
        """Whether ``decided`` uses the measures of decisions, so that they must be computed."""
        return False

    # ---- values

    def number_of(self, value: Any, kind: Dtype | None = None) -> Block:
        """Return a Python number as a value of a type, or of its default type.

        Raises:
            ReferenceUnknownError: if it is not a number, or out of the range of the type.
        """
        if not isinstance(value, bool | int | float):
            raise ReferenceUnknownError(f"a {type(value).__name__} where a number is needed")
        kind = kind or type_of_number(value)
        if kind.is_float:
            value = min(max(value, -1.8e308), 1.8e308) if isinstance(value, int) else value
            if self.trace is not None and self.trace.infinity is not None and not math.isfinite(value):
                value = math.copysign(self.trace.infinity, value)
            return Block(np.array([value], np.float64).astype(self.format(kind)), kind)
        if value != int(value) or not kind.limits[0] <= int(value) <= kind.limits[1]:
            raise ReferenceUnknownError(f"the number {value} as {kind.name}")
        whole = np.array([int(value)], np.uint64 if kind is UINT64 else np.int64)
        return Block(whole.astype(kind.numpy), kind)

    def block_of(self, value: Any) -> Block:
        """Return a value as a block.

        Raises:
            ReferenceUnknownError: if it is neither a block nor a number.
        """
        return value if isinstance(value, Block) else self.number_of(value)

    def undefined(self, kind: Dtype, where: Any) -> Any:
        """Return a number to stand for elements of a type that have no defined value.

        It is NaN in an evaluation in float64, so that results that depend on it are not finite.

        Args:
            kind: the type.
            where: a mask of these elements.
        """
        self.has_undefined = self.has_undefined or bool(where.any())
        if self.double and kind.is_float:
            return np.float64(np.nan)
        return np.array(self.garbage).astype(self.format(kind))

    # ---- limits and records

    def step(self, count: int = 1) -> None:
        """Count executed statements, or iterations of a loop.

        Raises:
            ReferenceFaultError: if there are too many.
        """
        self._steps += count
        if self._steps > self._most[0]:
            raise ReferenceFaultError(f"more than {_MOST_STEPS} statements and trips of loops")

    def work(self, size: int) -> None:
        """Count the elements that an expensive operation computes in each lane.

        Raises:
            ReferenceFaultError: if there are too many.
        """
        self._work += size
        if self._work > self._most[1]:
            raise ReferenceFaultError(f"more than {_MOST_WORK} elements")

    def enter(self) -> None:
        """Begin a call of a function of the source. The caller must lower ``depth`` afterwards.

        Raises:
            ReferenceFaultError: if calls are nested too deeply.
        """
        self.depth += 1
        if self.depth > _DEEPEST:
            raise ReferenceFaultError(f"calls deeper than {_DEEPEST}")

    def note(self, place: int) -> None:
        """Record that the lanes reach a statement or expression, by its identity."""
        self._now.reached.add(place)

    def note_arms(self, place: int, taken: Sequence[Any]) -> None:
        """Record which arms of an expression are taken.

        Args:
            place: the identity of the expression.
            taken: for each arm, whether it is taken: a truth value for all lanes, or a mask.
        """
        arms, first = self._now.arms, self._now.run
        for number, each in enumerate(taken):
            if arms.get((place, number), self.runs[-1] + 1) > first and np.any(each):
                run = first
                if len(self.runs) > 1 and np.shape(each)[-1:] > (1,):
                    run = self._first_run(each)
                arms[place, number] = min(arms.get((place, number), run), run)

    def _first_run(self, taken: Array) -> int:
        places = np.flatnonzero(taken.reshape(-1, taken.shape[-1]).any(axis=0))
        return self.runs[int(self.lanes.runs[places[0]])]

    def leave_out(self, place: object) -> None:
        """Record that Triton removes a branch when it compiles the kernel."""
        self._now.left_out.add(id(place))

    def watches(self, buffer: str, kind: str) -> bool:
        """Return whether a load must be recorded.

        Loads from arrays that the kernel is not known to change are recorded only if all accesses are.
        """
        if self.logs or (self.guards and (buffer in self.hints.changed or kind != "R")):
            return True
        if self.guards:
            self.unwatched.add(buffer)
        return False

    def accessed(self, buffer: Buffer, kind: str, offsets: Array, owners: Array) -> None:
        """Record an access to elements of a buffer, before they change.

        Args:
            buffer: the buffer.
            kind: the kind of access; see ``Access.kind``.
            offsets: the positions of the elements in the buffer's data.
            owners: the number of the lane that accesses each.

        Raises:
            ConflictError: if loads from this array were not recorded.
            CrowdedError: if too many accesses are recorded.
        """
        if self.logs or self.guards:
            rounds = kind[1:] == "add" and buffer.type.is_float
            self.log.append(Access(buffer, kind, offsets, self.lanes.numbers[owners], rounds))
            self._logged += offsets.size
            if len(self.lanes) > 1 and self._logged > _MOST_LOGGED:
                raise CrowdedError(2 * MOST_AT_ONCE // len(self.lanes))
        if kind != "R" and self.saves and buffer not in self.saved:
            self.saved[buffer] = buffer.data.copy()
        if kind != "R" and self.guards:
            self.hints.changed.add(buffer.name)
            if buffer.name in self.unwatched:
                raise ConflictError

    # ---- groups of lanes

    def begin(self, lanes: Lanes) -> None:
        """Begin the evaluation of a group of lanes at the start of the kernel."""
        self.lanes, self.saves, self.saved = lanes, len(lanes) > 1 or self.guards, {}
        self._now, self.result_is_used = GroupCoverage(self.runs[int(lanes.runs[0])]), True
        self._logged, self._steps, self._work = 0, 0, 0
        left = np.array([[_MOST_STEPS], [_MOST_WORK]]) - self._spent
        counts = np.bincount(lanes.runs, minlength=len(self.runs))
        steps, work = (left // np.maximum(counts, 1))[:, counts > 0].min(axis=1).tolist()
        self._most = (steps, work)

    def keep(self) -> None:
        """End the evaluation of a group of lanes, and add its coverage and its work to the records."""
        counts = np.bincount(self.lanes.runs, minlength=len(self.runs))
        self._spent = self._spent + np.array([[self._steps], [self._work]]) * counts
        self.kept.append(self._now)

    def mark(self) -> Mark:
        """Return the current extent of the records."""
        return Mark(len(self.log), len(self.kept), self._spent, frozenset(self.coarse), None)

    def forget(self, mark: Mark) -> None:
        """Remove what was recorded since a mark."""
        del self.log[mark.log :], self.kept[mark.kept :]
        self._spent, self.coarse = mark.spent, set(mark.coarse)

    def flush(self) -> None:
        """Add the coverage and the accesses of all groups of lanes to those of earlier ones."""
        if self.logs:
            add_accesses(self.touched, self.log)
        self.log.clear()
        if self.trace is not None:
            first, arms = self.trace.first, self.trace.arms
            for each in self.kept:
                for place in each.reached:
                    first[place] = min(first.get(place, each.run), each.run)
                for arm, run in each.arms.items():
                    arms[arm] = min(arms.get(arm, run), run)
                self.trace.left_out |= each.left_out
        self.kept.clear()
