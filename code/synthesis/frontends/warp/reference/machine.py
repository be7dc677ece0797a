"""The machine that the interpreter runs on: lanes, masks, number formats and memory."""

import ast
import enum
import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, cast

import numpy as np

from synthesis.core.formats import is_floating, numpy_dtype
from synthesis.drawing.types import FLOATS
from synthesis.frontends.base import OutOfBoundsError, ReferenceFaultError, ReferenceUnknownError, Trace
from synthesis.frontends.warp.reference.values import (
    BOOL,
    FLOAT32,
    INT32,
    SCALARS,
    Array,
    ArrayType,
    ArrayView,
    Buffer,
    IndexedBuffer,
    Query,
    Span,
    StructType,
    StructValue,
    Tile,
    Value,
    ValueType,
    widen,
)

_UPDATES: dict[str, Any] = {
    "add": np.add,
    "sub": np.subtract,
    "min": np.fmin,
    "max": np.fmax,
    "and": np.bitwise_and,
    "or": np.bitwise_or,
    "xor": np.bitwise_xor,
}
_LONGEST_LOOP = 20_000
_MANY = 256
"""Number of vectors or matrices from which one flat index is faster than several."""
Taken = tuple[tuple[int, int], Array]
"""The identity of an arm of an expression, and the lanes that took it."""
_UNSIGNED = {np.dtype(f"{kind}{size}"): np.dtype(f"u{size}") for kind in "iu" for size in (1, 2, 4, 8)}


class Function(Protocol):
    """Runs user functions."""

    def __call__(self, machine: "Machine", function: Any, arguments: Sequence[Any]) -> Any:
        """Return the result of a function on a machine."""
        ...


@dataclass(slots=True, kw_only=True)
class _Sums:
    """The atomic additions to the elements of a buffer."""

    data: Array
    before: Array
    """The buffer's contents before the additions."""
    added: list[tuple[Array, Array, Array]] = field(default_factory=list[tuple[Array, Array, Array]])
    """For each call: the flat positions in the buffer, the numbers, and the lanes that add them."""
    alone: bool = True
    """Whether only additions and subtractions change the buffer."""


class Machine:
    """The state of one launch.

    Args:
        launch: number of threads along each dimension; a tiled launch has one lane per block.
        replicas: number of launches that run side by side, each in memory of its own.
        double: whether every floating-point number is computed in float64.
        threads: the threads to run, by linear index, in order; None for all.
        tiled: whether a lane is a block, whose only thread on a CPU is number 0.
        function: runs user functions; without it none can be run.
        trace: records the statements that run; None for no record.
        backwards: whether query items, whose order is not defined, come in reverse; by default as ``double``.
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
        self.everyone = np.ones(self.lanes, bool)
        self.mask = self.everyone
        """The active lanes."""
        self.log: list[tuple[Any, str, tuple[Array, ...], Array]] = []
        """Accesses to memory: buffer, kind, indices, lanes.

        For a tile, indices and lanes have a second axis for its elements. Kinds are ``R`` for a read and ``W`` for a
        write. An atomic has ``X`` if the old value is used, else ``A``, followed by its operation, as in ``Aadd``.
        """
        self.notes: list[tuple[int, Array]] = []
        """Statements and sides of conditional expressions, by identity, with the lanes in which they ran, in order.

        There are no further entries for a place once the first lane has run it, and none at all without a trace.
        """
        self.names: dict[Any, str] = {}
        """The argument of each buffer, by its key in the log of accesses."""
        self._sums: dict[Any, _Sums] = {}
        """The sums of floating-point buffers, by their keys."""
        self._settled: set[int] = set()
        self._held: list[list[Taken]] = []
        """Arms taken inside operands that are being evaluated. They count only if the operand is used."""
        self._singular: Array | None = None
        """The lanes that have computed a value without a derivative; None if none has."""
        self._whole: Machine | None = None
        """The machine whose lanes' elements are this machine's lanes; None if there is none."""
        self.trips = 0
        self.formats = {
            name: np.dtype("float64") if double and name in FLOATS else numpy_dtype(name) for name in SCALARS
        }

    @functools.cached_property
    def linear(self) -> Array:
        """The linear index of each lane's thread."""
        count = math.prod(self.launch)
        return np.tile(np.arange(count) if self.threads is None else np.asarray(self.threads), self.replicas)

    @functools.cached_property
    def replica(self) -> Array:
        """The number of each lane's replica."""
        return np.repeat(np.arange(self.replicas), self.lanes // self.replicas)

    @functools.cached_property
    def coordinates(self) -> list[Array]:
        """The index of each lane's thread along each dimension of the launch, int32."""
        axes = cast(tuple[Array, ...], np.unravel_index(self.linear, self.launch))
        return [axis.astype(np.int32) for axis in axes]

    def count_trip(self, trips: int = 1) -> None:
        """Count a loop's trips.

        Raises:
            ReferenceFaultError: if there are too many.
        """
        self.trips += trips
        if self.trips > _LONGEST_LOOP:
            raise ReferenceFaultError(f"more than {_LONGEST_LOOP} trips of its loops")

    def spread(self, lanes: int, elements: int) -> "Machine":
        """Return a machine without memory, for operations on each element of a tile.

        Args:
            lanes: number of lanes of the tile: as many as this machine has, or 1 for all.
            elements: number of elements of each lane.
        """
        made = Machine((lanes, elements), 1, double=self.double, function=self.function, trace=self.trace)
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
            self.notes.append((id(place), lanes))
            if lanes[0]:
                self._settled.add(id(place))

    def hold_arms(self) -> None:
        """Store what :meth:`note_arm` records from now on, until :meth:`held_arms` returns it."""
        self._held.append([])

    def held_arms(self) -> "list[Taken]":
        """Return the arms recorded since the last :meth:`hold_arms`, with the lanes that took them."""
        return self._held.pop()

    def note_arm(self, arm: ast.AST, where: Array, value: Any, inside: "Sequence[Taken]" = ()) -> None:
        """Record that an arm of an expression is taken in those active lanes where a condition holds.

        Args:
            arm: the expression.
            where: the condition, one entry per lane or one for all.
            value: the arm's value.
            inside: the arms that were taken inside it; they count where it is taken itself.
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
            if self._held:
                self._held[-1].append((arm, both))
            elif self._whole is not None:
                rows = both.reshape(self.launch).any(axis=1)
                self._whole._note_taken([(arm, self._whole.everyone)], rows)
            else:
                run = int(self.replica[both.argmax()])
                self.trace.arms[arm] = min(run, self.trace.arms.get(arm, run))

    def note_singular(self, where: Array) -> None:
        """Record that the active lanes where a condition holds compute a value without a derivative.

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

    def note_change(self, lanes: Array) -> None:
        """Record that some lanes change memory."""
        if self._singular is not None and self.trace is not None:
            self.trace.singular.update(self.replica[self._singular & lanes].tolist())

    def leave_out(self, body: Sequence[ast.stmt] | ast.expr) -> None:
        """Record that Warp generates no text for these statements or this side, in this call of their function."""
        if self.trace is not None:
            self.trace.left_out.add(id(body))

    # ---- values

    def number(self, given: Any) -> Value:
        """Return the value of a Python number."""
        if isinstance(given, bool):
            return Value(BOOL, np.array([given]), given)
        if isinstance(given, enum.Enum):
            given = given.value
        if isinstance(given, int):
            return Value(INT32, np.array([(given + 2**31) % 2**32 - 2**31], np.int32), given)
        if isinstance(given, float):
            # A constant is a float32 in any precision, so that comparisons with it have the same result as in the text.
            return Value(FLOAT32, np.array([given], np.float32).astype(self.formats["float32"]), given)
        raise ReferenceUnknownError(f"a constant of type {type(given).__name__}")

    def zeros(self, kind: Any) -> Any:
        """Return the initial value of a type's variables."""
        if isinstance(kind, StructType):
            return StructValue(kind, {name: self.zeros(each) for name, each in kind.fields.items()})
        if isinstance(kind, ArrayType):
            return None
        return Value(kind, np.zeros((1, *kind.shape), self.formats[kind.scalar]))

    def converted(self, value: Value, scalar: str) -> Value:
        """Return a value as another scalar type, converted like a C++ cast."""
        kind = value.type.of(scalar)
        if value.type is kind:
            return Value(kind, value.data)
        target = self.formats[scalar]
        if value.literal is not None and scalar != "bool" and not value.type.shape:
            if kind.is_float:
                return Value(kind, np.array([value.literal], numpy_dtype(scalar)).astype(target))
            if isinstance(value.literal, int):
                return Value(
                    kind, np.array([value.literal & ((1 << 8 * target.itemsize) - 1)], np.uint64).astype(target)
                )
        data = value.data
        if scalar == "bool":
            return Value(kind, data != 0)
        if is_floating(data.dtype) and target.kind in "iu":
            whole = np.trunc(data.astype(np.float64))
            if target.itemsize < 8 and target != np.uint32:
                inside = np.isfinite(whole) & (np.abs(whole) < 2.0**31)
                return Value(kind, np.where(inside, whole, -(2.0**31)).astype(np.int64).astype(target))
            return Value(kind, np.where(np.isfinite(whole), whole, 0).astype(np.int64).astype(target))
        return Value(kind, data.astype(target))

    def agreed(self, left: Value, right: Value) -> tuple[Value, Value]:
        """Return two numbers of one type. A literal takes the other's type; Warp refuses any other mixture."""
        if left.type.scalar == right.type.scalar:
            return left, right
        if left.literal is not None:
            return self.converted(left, right.type.scalar), right
        if right.literal is not None:
            return left, self.converted(right, left.type.scalar)
        raise ReferenceUnknownError(f"mixed types {left.type.scalar} and {right.type.scalar}")

    def as_type(self, value: Any, kind: Any) -> Any:
        """Return a value as a variable of a type stores it."""
        if not isinstance(value, Value) or not isinstance(kind, ValueType) or value.type is kind:
            return value
        if value.literal is not None and not kind.shape and not value.type.shape:
            return self.converted(value, kind.scalar)
        if value.type.scalar == kind.scalar and value.type.shape == kind.shape:
            return Value(kind, value.data)
        raise ReferenceUnknownError(f"a change of type from {value.type} to {kind}")

    def merged(self, lanes: Array, new: Any, old: Any) -> Any:
        """Return the new value in some lanes, and the old one in the others."""
        if lanes is self.everyone or old is None:
            return new
        if isinstance(new, Value):
            if not isinstance(old, Value):
                raise ReferenceUnknownError("a name that is two kinds of thing")
            new = self.as_type(new, old.type)
            return Value(new.type, np.where(widen(lanes, len(new.type.shape)), new.data, old.data))
        if isinstance(new, StructValue):
            return StructValue(new.type, {n: self.merged(lanes, v, old.fields[n]) for n, v in new.fields.items()})
        if isinstance(new, Tile):
            shape = (len(lanes), *(1,) * (new.data.ndim - 1))
            return Tile(new.type, new.shape, np.where(lanes.reshape(shape), new.data, old.data))
        if isinstance(new, Query):
            return self._merged_queries(lanes, new, old)
        if isinstance(new, tuple):
            return tuple(self.merged(lanes, a, b) for a, b in zip(new, old, strict=True))  # pyright: ignore
        if isinstance(new, ArrayView):
            if not (isinstance(old, ArrayView) and new.buffer is old.buffer and len(new.prefix) == len(old.prefix)):
                raise ReferenceUnknownError("an array that depends on the thread")
            prefix = tuple(
                a if isinstance(a, Span) else cast(Array, np.where(lanes, a, b))
                for a, b in zip(new.prefix, old.prefix, strict=True)
            )
            return ArrayView(new.element, new.shape, new.buffer, prefix)
        return new

    def _merged_queries(self, lanes: Array, new: Query, old: Any) -> Query:
        if not isinstance(old, Query) or old.kind != new.kind:
            raise ReferenceUnknownError("a name that is two kinds of query")
        if (new.near is None) != (old.near is None) or new.closed != old.closed:
            raise ReferenceUnknownError("a name that is two kinds of query")
        most = max(new.items.shape[1], old.items.shape[1])

        def merged(*each: Array) -> Array:
            this, other = (np.pad(one, ((0, 0), (0, most - one.shape[1]))) for one in each)
            return cast(Array, np.where(lanes[:, None], this, other))

        truths = [self.everyone if each.valid is None else each.valid for each in (new, old)]
        return Query(
            new.kind,
            merged(new.items, old.items),
            np.where(lanes, new.counts, old.counts),
            np.where(lanes, new.taken, old.taken),
            None if new.near is None else merged(new.near, old.near),
            new.closed,
            np.where(lanes, *truths),
        )

    def advanced(self, query: Query, limit: Array = None) -> tuple[Array, Array, Query]:
        """Return the active lanes in which a query has another item, the item's number, and the advanced query.

        Args:
            query: the query.
            limit: the maximum distance along the ray at which an item may begin, one entry per lane; None for no limit.
        """
        order = cast(Array, np.arange(query.items.shape[1]))
        left = (order >= query.taken[:, None]) & (order < query.counts[:, None])
        if limit is not None and query.near is not None:
            far = limit[:, None]
            left &= query.near <= far if query.closed else query.near < far
        found = self.mask & left.any(axis=1)
        place = left.argmax(axis=1)
        number = query.items[np.arange(self.lanes), place]
        after = cast(Array, np.where(found, place + 1, query.counts))
        taken = cast(Array, np.where(self.mask, after, query.taken))
        return found, number, replace(query, taken=taken)

    def truth(self, value: Any) -> Array:
        """Return whether a value counts as true, one entry per lane."""
        if isinstance(value, Value):
            if value.type.shape:
                raise ReferenceUnknownError("the truth of a vector")
            return value.data != 0
        if isinstance(value, ArrayView):
            return np.array([True])
        if value is None or isinstance(value, str):
            return np.array([bool(value)])
        raise ReferenceUnknownError(f"the truth of a {type(value).__name__}")

    def chosen(self, condition: Array, left: Any, right: Any) -> Any:
        """Return one value where a condition holds, and another elsewhere."""
        if isinstance(left, Value) and isinstance(right, Value):
            if left.type is not right.type:
                if not left.type.shape and not right.type.shape:
                    left, right = self.agreed(left, right)
                right = self.as_type(right, left.type)
            return Value(left.type, np.where(widen(condition, len(left.type.shape)), left.data, right.data))
        if isinstance(left, StructValue):
            return StructValue(
                left.type, {n: self.chosen(condition, v, right.fields[n]) for n, v in left.fields.items()}
            )
        raise ReferenceUnknownError(f"a choice between {type(left).__name__}s")

    # ---- memory

    def at(self, view: ArrayView, indices: Sequence[Any]) -> tuple[Any, ...]:
        """Return the indices of an element, or of a part, in the whole array; negative ones count from the end.

        Args:
            view: an array or a part of one.
            indices: an integer or a ``slice`` for each of the first remaining dimensions.

        Raises:
            OutOfBoundsError: if an active lane's index is out of bounds.
        """
        pending = list(indices)
        full: list[Any] = []
        for each in view.prefix:
            if isinstance(each, Span) and pending:
                inner = self._index(pending.pop(0), each.count)
                if isinstance(inner, Span):
                    each = Span(each.start + each.step * inner.start, each.step * inner.step, inner.count)
                else:
                    each = each.start + each.step * inner
            full.append(each)
        for given in pending:
            axis = len(full)
            if axis >= len(view.shape):
                raise ReferenceUnknownError("more indices than dimensions")
            try:
                full.append(self._index(given, view.shape[axis]))
            except OutOfBoundsError as error:
                chosen = view.buffer.chosen if isinstance(view.buffer, IndexedBuffer) else ()
                left, place = (chosen[axis], 0) if axis < len(chosen) else (view.buffer, axis)
                name = self.names.get(left.key, "")
                raise OutOfBoundsError(error.size, error.needed, name, place) from error
        return tuple(full)

    def _index(self, given: Any, size: int) -> Any:
        if isinstance(given, slice):
            start, stop, step = given.indices(size)
            return Span(start, step, len(range(start, stop, step)))
        if not isinstance(given, Value) or given.type.shape or given.type.is_float:
            raise ReferenceUnknownError("an index that is no whole number")
        return self.inside(given.data, size)

    def is_element(self, view: ArrayView, indices: tuple[Any, ...]) -> bool:
        """Return whether indices from ``at`` refer to one element."""
        return len(indices) == len(view.shape) and not any(isinstance(each, Span) for each in indices)

    def inside(self, index: Array, size: int) -> Array:
        """Return indices with negative ones counted from the end; those of inactive lanes are in bounds, too.

        Raises:
            OutOfBoundsError: if an active lane's index is out of bounds.
        """
        if not np.count_nonzero(index.view(_UNSIGNED[index.dtype]) >= size):  # negative ones are large, too
            return index
        outside = (index < -size) | (index >= size)
        if outside.any():
            found = np.broadcast_to(index, self.mask.shape)[outside & self.mask]
            if found.size:
                raise OutOfBoundsError(size, max(int(found.max()) + 1, -int(found.min())))
            index = cast(Array, np.where(outside, 0, index))
        return cast(Array, np.where(index < 0, index + size, index)) if (index < 0).any() else index

    def load(self, view: ArrayView, indices: tuple[Array, ...]) -> Any:
        """Return an element, or a view of the remaining part if indices are missing."""
        if isinstance(view.element, ArrayType):
            raise ReferenceUnknownError("an array of arrays")
        if not self.is_element(view, indices):
            return ArrayView(view.element, view.shape, view.buffer, indices)
        buffer, indices = self._looked_up(view, indices)
        self.log.append((buffer.key, "R", indices, self.mask))
        replica = np.zeros(1, int) if self.replicas == 1 else self.replica
        return self._loaded(buffer.data, view.element, (replica, *indices))

    def _looked_up(self, view: ArrayView, indices: tuple[Array, ...]) -> tuple[Buffer, tuple[Array, ...]]:
        """Return the memory of an array, and the indices of an element in it.

        Raises:
            OutOfBoundsError: if the value in an index array is out of the bounds of the underlying array.
        """
        if not isinstance(view.buffer, IndexedBuffer):
            return view.buffer, indices
        found = list(indices)
        for axis, chosen in enumerate(view.buffer.chosen):
            replica = np.zeros(1, int) if self.replicas == 1 else self.replica
            self.log.append((chosen.key, "R", (indices[axis],), self.mask))
            given = np.broadcast_to(chosen.data[replica, indices[axis]], self.lanes)
            if ((given < 0) & self.mask).any():
                raise ReferenceFaultError("a negative index in an indexed array")
            try:
                found[axis] = self.inside(np.ascontiguousarray(given), view.buffer.shape[axis])
            except OutOfBoundsError as error:
                name = self.names.get(view.buffer.key, "")
                raise OutOfBoundsError(error.size, error.needed, name, axis) from error
        return view.buffer.whole, tuple(found)

    def _loaded(self, data: Any, kind: Any, place: tuple[Array, ...]) -> Any:
        if isinstance(kind, StructType):
            return StructValue(
                kind,
                {
                    name: None if isinstance(each, ArrayType) else self._loaded(data[name], each, place)
                    for name, each in kind.fields.items()
                },
            )
        return Value(kind, _elements(data, place))

    def store(self, view: ArrayView, indices: tuple[Array, ...], value: Any) -> None:
        """Write an element in the active lanes; if several lanes write one element, the last one's value remains."""
        if isinstance(view.element, ValueType):
            value = self.as_type(value, view.element)
        buffer, indices = self._looked_up(view, indices)
        self.log.append((buffer.key, "W", indices, self.mask))
        self.note_change(self.mask)
        active = slice(None) if self.mask is self.everyone else np.nonzero(self.mask)[0]

        def pick(data: Array) -> Array:
            return data if len(data) == 1 else data[active]

        place = (self.replica[active], *(pick(index) for index in indices))
        self._stored(buffer.data, view.element, place, value, pick)

    def _stored(self, data: Any, kind: Any, place: tuple[Array, ...], value: Any, pick: Any) -> None:
        if isinstance(kind, StructType):
            for name, each in kind.fields.items():
                if not isinstance(each, ArrayType):
                    self._stored(data[name], each, place, value.fields[name], pick)
            return
        data[place] = pick(value.data)

    def atomic(
        self,
        operation: str,
        view: ArrayView,
        indices: tuple[Array, ...],
        value: Value,
        *,
        wanted: bool,
        expected: Value | None = None,
        inner: int = 0,
    ) -> Value | None:
        """Change an element once per lane, in the order of lanes.

        Args:
            operation: ``add``, ``sub``, ``min``, ``max``, ``and``, ``or``, ``xor``, ``exch`` or ``cas``.
            view: the array.
            indices: of the element, with ``inner`` more for a component of it.
            value: the operand.
            wanted: whether the old value is used.
            expected: for ``cas``, the value that the element has to have.
            inner: number of indices that select a component.

        Returns:
            The old value of each lane, if wanted.
        """
        if not isinstance(view.element, ValueType):
            raise ReferenceUnknownError("an atomic operation on a struct")
        value = self.as_type(value, view.element)
        used = wanted or operation in ("cas", "exch")
        kind = f"{'X' if used else 'A'}{'add' if operation == 'sub' else operation}"
        buffer, indices = self._looked_up(view, indices)
        self.log.append((buffer.key, kind, indices[: len(indices) - inner], self.mask))
        self.note_change(self.mask)
        lanes = np.nonzero(self.mask)[0]
        place = (self.replica[lanes], *(np.broadcast_to(index, self.lanes)[lanes] for index in indices))
        given = np.broadcast_to(value.data, (self.lanes, *value.type.shape))[lanes]
        update = _UPDATES.get(operation)
        data = buffer.data
        if is_floating(data.dtype):
            self._note_sum(buffer, place, given, lanes, operation if not wanted else "")
        if not wanted and update is not None:
            update.at(data, place, given)
            return None
        wished = None
        if expected is not None:
            wished = np.broadcast_to(self.as_type(expected, view.element).data, (self.lanes, *value.type.shape))[lanes]
        old = np.zeros((self.lanes, *value.type.shape), value.data.dtype)
        for number, lane in enumerate(lanes):
            spot = tuple(index[number] for index in place)
            before = data[spot].copy()
            old[lane] = before
            if wished is not None:
                data[spot] = given[number] if np.all(before == wished[number]) else before
            elif operation == "exch":
                data[spot] = given[number]
            elif update is not None:
                data[spot] = update(before, given[number])
            else:
                raise ReferenceUnknownError(f"wp.atomic_{operation}")
        return Value(value.type, old)

    def _note_sum(
        self, buffer: Buffer, place: tuple[Array, ...], given: Array, lanes: Array, operation: str
    ) -> None:  # fmt: skip
        """Record the additions that an atomic is about to make to a buffer, for :meth:`add_in_order`."""
        data = buffer.data
        if self.double or self.tiled or self.lanes == self.replicas or not data.flags.c_contiguous:
            return
        sums = self._sums.get(buffer.key)
        if sums is None:
            sums = self._sums[buffer.key] = _Sums(data=data, before=data.copy())
        if operation not in ("add", "sub"):
            sums.alone = False
            return
        parts = math.prod(data.shape[len(place) :])
        first: Array = np.asarray(np.ravel_multi_index(place, data.shape[: len(place)])) * parts
        numbers = (given if operation == "add" else -given).reshape(-1)
        sums.added.append(((first[:, None] + np.arange(parts)).reshape(-1), numbers, np.repeat(lanes, parts)))

    def add_in_order(self) -> None:
        """Redo the additions of several atomics in the order of Warp's CPU, one thread after another.

        Sums are rounded, so that they depend on that order. It is done only for buffers that nothing else reads or
        changes.
        """
        for key, sums in self._sums.items():
            if len(sums.added) < 2 or not sums.alone:
                continue
            if {kind for buffer, kind, _, _ in self.log if buffer == key} != {"Aadd"}:
                continue
            places, numbers, lanes = map(np.concatenate, zip(*sums.added, strict=True))
            order = np.argsort(lanes, kind="stable")
            sums.data[...] = sums.before
            np.add.at(sums.data.reshape(-1), places[order], numbers[order])


def _elements(data: Array, place: tuple[Array, ...]) -> Array:
    """Return the elements at some positions of an array, with whole vectors and matrices."""
    inner = data.shape[len(place) :]
    if not inner or max(map(len, place)) < _MANY or not data.flags.c_contiguous:
        return data[place]
    flat = place[0]
    for index, size in zip(place[1:], data.shape[1:], strict=False):
        flat = flat * size + index.astype(np.int64, copy=False)
    return data.reshape(-1, *inner).take(flat, axis=0)
