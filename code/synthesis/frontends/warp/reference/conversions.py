"""The part of the machine that converts, merges and selects values of lanes."""

import enum
import math
from dataclasses import replace
from typing import Any, cast

import numpy as np

from synthesis.core.formats import is_floating, numpy_dtype
from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.warp.reference.lanes import Lanes
from synthesis.frontends.warp.reference.values import (
    BOOL,
    FLOAT32,
    INT32,
    Array,
    ArrayType,
    ArrayView,
    Query,
    Span,
    StructType,
    StructValue,
    Tile,
    Value,
    ValueType,
    widen,
)


class Conversions(Lanes):
    """Lanes with functions that convert values and select between them."""

    def number(self, given: Any) -> Value:
        """Return a Python number as a value of the kernel."""
        if isinstance(given, bool):
            return Value(BOOL, np.array([given]), given)
        if isinstance(given, enum.Enum):
            given = given.value
        if isinstance(given, int):
            return Value(INT32, np.array([(given + 2**31) % 2**32 - 2**31], np.int32), given)
        if isinstance(given, float):
            # A constant is a float32 in any precision, so that comparisons with it have the same result as in the text.
            given = self.constant(given)
            return Value(FLOAT32, np.array([given], np.float32).astype(self.formats["float32"]), given)
        raise ReferenceUnknownError(f"a constant of type {type(given).__name__}")

    def constant(self, given: float) -> float:
        """Return a constant of the source, with ``Trace.infinity`` in place of an infinity or a NaN."""
        infinity = self._infinity
        return given if infinity is None or math.isfinite(given) else math.copysign(infinity, given)

    def constants(self, value: Value) -> Value:
        """Return constants of the source, with ``Trace.infinity`` in place of infinities and NaNs."""
        infinity = self._infinity
        if infinity is None or value.data.dtype.kind != "f":
            return value
        return Value(value.type, np.where(np.isfinite(value.data), value.data, np.copysign(infinity, value.data)))

    @property
    def _infinity(self) -> float | None:
        return None if self.trace is None else self.trace.infinity

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
                huge = abs(value.literal) == self._infinity
                return Value(kind, np.array([value.literal], target if huge else numpy_dtype(scalar)).astype(target))
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
        """Return two numbers converted to one type. A literal takes the other's type; other mixtures are refused."""
        if left.type.scalar == right.type.scalar:
            return left, right
        if left.literal is not None:
            return self.converted(left, right.type.scalar), right
        if right.literal is not None:
            return left, self.converted(right, left.type.scalar)
        raise ReferenceUnknownError(f"mixed types {left.type.scalar} and {right.type.scalar}")

    def as_type(self, value: Any, kind: Any) -> Any:
        """Return a value converted to the type of the variable that stores it."""
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
                raise ReferenceUnknownError("a name with values of two kinds")
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
            raise ReferenceUnknownError("a name with two kinds of queries")
        if (new.near is None) != (old.near is None) or new.closed != old.closed:
            raise ReferenceUnknownError("a name with two kinds of queries")
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
        """Return one value where a condition holds, and the other value elsewhere."""
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
