"""The lanes of a launch: which of them are active, and what is recorded about them."""

import ast
import functools
import math
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Protocol, Self, cast

import numpy as np

from synthesis.core.formats import numpy_dtype
from synthesis.drawing.types import FLOATS
from synthesis.frontends.base import EndlessLoopError, Trace
from synthesis.frontends.warp.reference.values import SCALARS, Array, Handle, Value

_LONGEST_LOOP = 20_000
Taken = tuple[tuple[int, int], Array]
"""The identity of an arm of an expression, and the lanes that took it."""


class Function(Protocol):
    """A function that runs user functions."""

    def __call__(self, machine: Any, function: Any, arguments: Sequence[Any]) -> Any:
        """Return the result of a user function on a machine."""
        ...


class Access(NamedTuple):
    """An access to memory."""

    key: Any
    """The key of the buffer."""
    kind: str
    """``R`` for a read and ``W`` for a write.

    An atomic has ``X`` if the old value is used, else ``A``, followed by its operation, as in ``Aadd``.
    """
    indices: tuple[Array, ...]
    """For each dimension, one entry per lane or one for all. For a tile, the second axis is over its elements."""
    lanes: Array
    """Whether each lane accesses memory. For a tile, the second axis is over its elements."""
    kept: Array
    """The numbers of the lanes if only some lanes ran; otherwise None."""
    value: ast.expr | None = None
    """For a write by an assignment, the expression of the assigned value; otherwise None."""


class Lanes:
    """The state of one launch.

    Args:
        launch: number of threads along each dimension; a tiled launch has one lane per block.
        replicas: number of launches that run side by side, each in memory of its own.
        double: whether every floating-point number is computed in float64.
        threads: the threads to run, by linear index, in order; None for all.
        tiled: whether a lane is a block, whose only thread on a CPU is number 0.
        function: runs user functions; without it, none can be called.
        trace: records the statements that run; None for no record.
        backwards: whether queries return their items, whose order is not defined, in reverse; by default the value of
            ``double``.
    """

    def __init__(
        self,
        launch: tuple[int, ...],
        replicas: int,
        *,
        double: bool,
        threads: list[int] | None = None,
        tiled: bool = False,
        function: "Function | None" = None,
        trace: Trace | None = None,
        backwards: bool | None = None,
    ) -> None:
        self.launch = launch
        self.trace = trace
        self.function = function
        self.tiled = tiled
        self.replicas = replicas
        self.double = double
        self.backwards = double if backwards is None else backwards
        self.threads = threads
        self.lanes = replicas * (math.prod(launch) if threads is None else len(threads))
        self.is_of_one_thread = self.lanes == replicas
        self.everyone: Array = np.ones(self.lanes, bool)
        self.mask: Array = self.everyone
        """The active lanes."""
        self.kept: Array = None
        """The numbers of the lanes that run while the others are left out; None if none are left out."""
        self.log: list[Access] = []
        self.assigned: ast.expr | None = None  # the value of the assignment that stores
        self.notes: list[tuple[int, Array]] = []
        """Statements and sides of conditional expressions, by identity, with the numbers of the lanes that ran them.

        There are no further entries for a place once the first lane has run it, and none at all without a trace.
        """
        self.objects: list[Handle] = []
        """The objects of each argument that is an id or an array of ids; see ``objects.py``."""
        self.names: dict[Any, str] = {}
        """The argument of each buffer, by its key in the log of accesses."""
        self._settled: set[int] = set()
        self._buffered: list[list[Taken]] = []
        """Arms taken inside operands that are being evaluated. They count only if the operand is used."""
        self._singular: Array | None = None
        """The lanes that have computed a value without a derivative; None if none has."""
        self._whole: Lanes | None = None
        """The machine from which :meth:`spread` made this one, whose lanes are elements of that machine's tiles."""
        self.trips = 0
        self.group = 1
        """The number of consecutive replicas that are steps from the first of them; see ``Reference``."""
        self.formats = {
            name: np.dtype("float64") if double and name in FLOATS else numpy_dtype(name) for name in SCALARS
        }

    def held(self, data: Array) -> Array:
        """Return values without a derivative: in every replica of a group, those of the first."""
        if self.group == 1 or len(data) != self.lanes or self.kept is not None:
            return data
        parts = data.reshape(self.replicas // self.group, self.group, -1, *data.shape[1:])
        return np.broadcast_to(parts[:, :1], parts.shape).reshape(data.shape)

    @functools.cached_property
    def linear(self) -> Array:
        """The linear index of each lane's thread."""
        count = math.prod(self.launch)
        return np.tile(np.arange(count) if self.threads is None else np.asarray(self.threads), self.replicas)

    @functools.cached_property
    def replica(self) -> Array:
        """The index of the replica of the launch, and thus of the draw, that each lane belongs to."""
        return np.repeat(np.arange(self.replicas), self.lanes // self.replicas)

    @functools.cached_property
    def coordinates(self) -> list[Array]:
        """The index of each lane's thread along each dimension of the launch, int32."""
        axes = cast(tuple[Array, ...], np.unravel_index(self.linear, self.launch))
        return [axis.astype(np.int32) for axis in axes]

    def count_trip(self, trips: int = 1) -> None:
        """Count iterations of a loop.

        Raises:
            EndlessLoopError: if there are too many.
        """
        self.trips += trips
        if self.trips > _LONGEST_LOOP:
            raise EndlessLoopError(f"more than {_LONGEST_LOOP} trips of its loops")

    def spread(self, lanes: int, elements: int) -> Self:
        """Return a machine without memory, for operations on each element of a tile.

        Args:
            lanes: number of lanes of the tile: as many as this machine has, or 1 for all.
            elements: number of elements of each lane.
        """
        made = type(self)((lanes, elements), 1, double=self.double, function=self.function, trace=self.trace)
        made._whole = self
        return made

    def note(self, place: ast.AST, lanes: Array) -> None:
        """Record that a statement, or one side of a conditional expression, runs in at least one of some lanes."""
        if self.trace is None:
            return
        if self._whole is not None:
            rows = self._whole.mask & lanes.reshape(self.launch).any(axis=1)
            if rows.any():
                self._whole.note(place, rows)
            return
        if id(place) not in self.trace.first:
            self.trace.first[id(place)] = int(self.replica[lanes.argmax()])
        if id(place) not in self._settled:
            ran = self.numbers(lanes)
            self.notes.append((id(place), ran))
            if ran[0] == 0:
                self._settled.add(id(place))

    @property
    def of_blocks(self) -> bool:
        """Whether lanes are blocks of threads, or elements of tiles."""
        return self.tiled or self._whole is not None

    def is_whole(self, lanes: Array) -> bool:
        """Return whether a mask of lanes has all lanes, and the machine is not restricted to some of them."""
        return lanes is self.everyone and self.kept is None

    def numbers(self, lanes: Array) -> Array:
        """Return the numbers of lanes in a mask, as numbered before the machine was restricted to some lanes."""
        active = np.flatnonzero(lanes)
        return active if self.kept is None else self.kept[active]

    def record(self, key: Any, kind: str, indices: tuple[Array, ...], lanes: Array) -> None:
        """Add a memory access to the log."""
        self.log.append(Access(key, kind, indices, lanes, self.kept, self.assigned if kind == "W" else None))

    @contextmanager
    def only(self, lanes: Array) -> Generator[Array]:
        """Restrict the machine to some lanes until the end of the context, and yield their numbers.

        Inside, every array of lanes has one entry for each remaining lane. Records still use the numbers among all
        lanes.
        """
        part = np.flatnonzero(lanes)
        before = self.lanes, self.everyone, self.mask, self.kept, self._singular
        known = self.linear, self.replica, self.coordinates
        before_these = len(self._buffered[-1]) if self._buffered else 0
        self.kept = part if self.kept is None else self.kept[part]
        self.lanes, self.everyone, self._singular = len(part), np.ones(len(part), bool), None
        if before[-1] is not None and before[-1][part].any():
            self._singular = before[-1][part]
        self.mask = self.everyone
        self.linear, self.replica = known[0][part], known[1][part]
        self.coordinates = [axis[part] for axis in known[2]]
        try:
            yield part
        finally:
            inside = self._singular
            self.lanes, self.everyone, self.mask, self.kept, self._singular = before
            self.linear, self.replica, self.coordinates = known
            if self._buffered:
                arms = self._buffered[-1]
                arms[before_these:] = [(arm, self.among_all(taken, part)) for arm, taken in arms[before_these:]]
            if inside is not None:
                inside = self.among_all(inside, part)
                self._singular = inside if self._singular is None else self._singular | inside

    @contextmanager
    def aside(self) -> Generator[tuple[Trace, list[tuple[int, Array]]]]:
        """Yield records of the statements that run until the end of the context, in place of the machine's own ones.

        Accesses to memory are not recorded.
        """
        records = self.trace, self.log, self.notes, self._settled, self._buffered
        state = self._singular, self.mask, self.trips
        self.trace, self.log, self.notes, self._settled, self._buffered = Trace(), [], [], set(), []
        try:
            yield self.trace, self.notes
        finally:
            self.trace, self.log, self.notes, self._settled, self._buffered = records
            self._singular, self.mask, self.trips = state

    def among_all(self, data: Array, part: Array) -> Array:
        """Return an array with one entry per lane of the machine: ``data`` for the lanes of ``part``, else zeros."""
        found = np.zeros((self.lanes, *data.shape[1:]), data.dtype)
        found[part] = data
        return found

    def buffer_arms(self) -> None:
        """Buffer what :meth:`note_arm` records from now on, until :meth:`buffered_arms` returns it."""
        self._buffered.append([])

    def buffered_arms(self) -> "list[Taken]":
        """Return the arms recorded since the last :meth:`buffer_arms`, with the lanes that took them."""
        return self._buffered.pop()

    def note_arm(self, arm: ast.AST, where: Array, value: Any, inside: "Sequence[Taken]" = ()) -> None:
        """Record that an arm of an expression is taken in the active lanes where a condition holds.

        Args:
            arm: the expression.
            where: the condition, one entry per lane or one for all.
            value: the arm's value.
            inside: the arms that were taken inside it; they count only where the outer arm is taken.
        """
        if self.trace is None:
            return
        if isinstance(value, Value) and not value.type.is_float:
            self.trace.whole.add((id(arm), 0))
        self._note_taken([*inside, ((id(arm), 0), self.everyone)], where)

    def _note_taken(self, arms: "Sequence[Taken]", where: Array) -> None:
        assert self.trace is not None
        lanes: Array = None
        for arm, taken in arms:
            if self.trace.arms.get(arm) == 0:
                continue
            lanes = self.mask & where if lanes is None else lanes
            both = lanes & taken
            if not both.any():
                continue
            if self._buffered:
                self._buffered[-1].append((arm, both))
            elif self._whole is not None:
                rows = both.reshape(self.launch).any(axis=1)
                self._whole._note_taken([(arm, self._whole.everyone)], rows)
            else:
                run = int(self.replica[both.argmax()])
                self.trace.arms[arm] = min(run, self.trace.arms.get(arm, run))

    def note_singular(self, where: Array) -> None:
        """Record that a value has no derivative in the active lanes where a condition holds.

        It counts for a launch only when such a lane changes memory. Before that, the value may be unused: a kernel may,
        for example, skip a triangle without an area.
        """
        if self.trace is None or not where.any():
            return
        lanes = np.broadcast_to(self.mask & where, self.lanes)
        if self._whole is not None:
            self._whole.note_singular(lanes.reshape(self.launch).any(axis=1))
        else:
            self._singular = lanes if self._singular is None else self._singular | lanes

    def note_undefined(self, condition: Callable[[], Array]) -> None:
        """Record the active lanes in which a value has no finite derivative, if such lanes are recorded.

        Args:
            condition: returns where this is so, by the value's operands. It is called only if lanes are recorded.
        """
        if self.trace is None or self.trace.undefined is None or not (where := condition()).any():
            return
        lanes = np.broadcast_to(self.mask & where.reshape(len(where), -1).any(axis=1), self.lanes)
        if self._whole is not None:
            of_blocks = lanes.reshape(self.launch).any(axis=1)
            self._whole.note_undefined(lambda: of_blocks)
            return
        for run in self.replica[lanes].tolist():
            self.trace.undefined[run] = self.trace.undefined.get(run, 0) + 1

    def note_change(self, lanes: Array) -> None:
        """Record that some lanes change memory."""
        if self._singular is not None and self.trace is not None:
            self.trace.singular.update(self.replica[self._singular & lanes].tolist())

    def leave_out(self, body: Sequence[ast.stmt] | ast.expr) -> None:
        """Record that Warp generates no code for these statements, or this operand, in this call of their function."""
        if self.trace is not None:
            self.trace.left_out.add(id(body))
