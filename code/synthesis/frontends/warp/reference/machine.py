"""The machine that the interpreter runs on: lanes, their values, and memory."""

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from synthesis.core.formats import is_floating
from synthesis.frontends.base import OutOfBoundsError, ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.warp.reference.conversions import Conversions
from synthesis.frontends.warp.reference.values import (
    Array,
    ArrayType,
    ArrayView,
    Buffer,
    IndexedBuffer,
    Span,
    StructType,
    StructValue,
    Value,
    ValueType,
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
_MANY = 256
"""Number of vectors or matrices above which one flat index is faster than several indices."""
_JITTER = 1e-9
"""Largest number that is added to a number that is read, relative to 1 and the number's magnitude."""
_MOST_UNITS = 2
"""Error of a function of C's library, in units in the last place, and about that of a product fused with a sum."""
_HALF_OF_DIGITS = (1 << 12) - 1
"""A mask of the lower half of the fraction bits of a float32."""
_UNSIGNED = {np.dtype(f"{kind}{size}"): np.dtype(f"u{size}") for kind in "iu" for size in (1, 2, 4, 8)}


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


class Machine(Conversions):
    """The lanes of a launch and its memory. See :class:`Lanes` for the arguments."""

    @functools.cached_property
    def _sums(self) -> dict[Any, _Sums]:
        """The recorded additions to floating-point buffers, by the buffers' keys."""
        return {}

    def at(self, view: ArrayView, indices: Sequence[Any]) -> tuple[Any, ...]:
        """Return the indices of an element, or of a part, in the whole array; negative indices count from the end.

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
            raise ReferenceUnknownError("an index that is not an integer")
        return self.inside(given.data, size)

    def is_element(self, view: ArrayView, indices: tuple[Any, ...]) -> bool:
        """Return whether indices from ``at`` refer to one element."""
        return len(indices) == len(view.shape) and not any(isinstance(each, Span) for each in indices)

    def inside(self, index: Array, size: int) -> Array:
        """Return indices with negative ones counted from the end; those of inactive lanes are made valid.

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
        self.record(buffer.key, "R", indices, self.mask)
        replica = np.zeros(1, int) if self.replicas == 1 else self.replica
        return self._loaded(buffer.data, view.element, (replica, *indices))

    def _looked_up(self, view: ArrayView, indices: tuple[Array, ...]) -> tuple[Buffer, tuple[Array, ...]]:
        """Return the memory of an array, and an element's indices in it after looking up index arrays.

        Raises:
            OutOfBoundsError: if the value in an index array is out of the bounds of the underlying array.
        """
        if not isinstance(view.buffer, IndexedBuffer):
            return view.buffer, indices
        found = list(indices)
        for axis, chosen in enumerate(view.buffer.chosen):
            replica = np.zeros(1, int) if self.replicas == 1 else self.replica
            self.record(chosen.key, "R", (indices[axis],), self.mask)
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
        return Value(kind, self._jittered(_elements(data, place)))

    def _jittered(self, data: Array) -> Array:
        """Return numbers with the record's jitter added, if it has one and they are in float64."""
        jitter = None if self.trace is None else self.trace.jitter
        if jitter is None or data.dtype != np.float64:
            return data
        noise = np.asarray(jitter.uniform(-_JITTER, _JITTER, data.shape), np.float64)
        return data + noise * (1 + np.abs(data))

    def roughened(self, given: Any, *, numbers: bool = False) -> Any:
        """Return a value with its numbers moved by up to two units in the last place, if the record asks for it.

        Numbers with at most half of the digits stay, since sums of their products are exact.

        Args:
            given: an operand or a result of a built-in; only values in float32 are moved.
            numbers: whether single numbers are moved too, not only vectors, matrices, quaternions and transforms.
        """
        rough = None if self.trace is None else self.trace.rough
        if rough is None or not isinstance(given, Value) or given.data.dtype != np.float32:
            return given
        if not (given.type.shape or numbers) or given.literal is not None:
            return given
        bits = np.ascontiguousarray(given.data).view(np.int32)
        has_digits = (bits & _HALF_OF_DIGITS != 0) & np.isfinite(given.data)
        units = rough.integers(-_MOST_UNITS, _MOST_UNITS, bits.shape, np.int32, endpoint=True)
        return Value(given.type, np.where(has_digits, bits + units, bits).view(np.float32))

    def store(self, view: ArrayView, indices: tuple[Array, ...], value: Any) -> None:
        """Write an element in the active lanes; if several lanes write one element, the last lane's value remains."""
        if isinstance(view.element, ValueType):
            value = self.as_type(value, view.element)
        buffer, indices = self._looked_up(view, indices)
        self.record(buffer.key, "W", indices, self.mask)
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
        is_used: bool,
        expected: Value | None = None,
        inner: int = 0,
    ) -> Value | None:
        """Update an element once per lane, in the order of lanes.

        Args:
            operation: ``add``, ``sub``, ``min``, ``max``, ``and``, ``or``, ``xor``, ``exch`` or ``cas``.
            view: the array.
            indices: the indices of the element, followed by ``inner`` indices of a component.
            value: the operand.
            is_used: whether the old value is used.
            expected: for ``cas``, the expected value of the element.
            inner: number of indices that select a component.

        Returns:
            The old value of each lane, if used.
        """
        if not isinstance(view.element, ValueType):
            raise ReferenceUnknownError("an atomic operation on a struct")
        value = self.as_type(value, view.element)
        used = is_used or operation in ("cas", "exch")
        kind = f"{'X' if used else 'A'}{'add' if operation == 'sub' else operation}"
        buffer, indices = self._looked_up(view, indices)
        self.record(buffer.key, kind, indices[: len(indices) - inner], self.mask)
        self.note_change(self.mask)
        lanes = np.nonzero(self.mask)[0]
        place = (self.replica[lanes], *(np.broadcast_to(index, self.lanes)[lanes] for index in indices))
        given = np.broadcast_to(value.data, (self.lanes, *value.type.shape))[lanes]
        update = _UPDATES.get(operation)
        data = buffer.data
        if is_floating(data.dtype):
            self._note_sum(buffer, place, given, lanes, operation if not is_used else "")
        if not is_used and update is not None:
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
        if self.double or self.tiled or self.is_of_one_thread or not data.flags.c_contiguous:
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
        numbered = lanes if self.kept is None else self.kept[lanes]
        sums.added.append(((first[:, None] + np.arange(parts)).reshape(-1), numbers, np.repeat(numbered, parts)))

    def add_in_order(self) -> None:
        """Redo the additions of several atomics in the order of Warp's CPU, one thread after another.

        Rounded sums depend on the order. Only buffers that nothing else reads or changes are recomputed.
        """
        for key, sums in self._sums.items():
            if len(sums.added) < 2 or not sums.alone:
                continue
            if {each.kind for each in self.log if each.key == key} != {"Aadd"}:
                continue
            places, numbers, lanes = map(np.concatenate, zip(*sums.added, strict=True))
            order = np.argsort(lanes, kind="stable")
            sums.data[...] = sums.before
            np.add.at(sums.data.reshape(-1), places[order], numbers[order])


def _elements(data: Array, place: tuple[Array, ...]) -> Array:
    """Return the elements at some positions of an array; an element is a number, vector or matrix."""
    inner = data.shape[len(place) :]
    if not inner or max(map(len, place)) < _MANY or not data.flags.c_contiguous:
        return data[place]
    flat = place[0]
    for index, size in zip(place[1:], data.shape[1:], strict=False):
        flat = flat * size + index.astype(np.int64, copy=False)
    return data.reshape(-1, *inner).take(flat, axis=0)
