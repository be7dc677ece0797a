"""The values that the oracle computes with. The first axis of their arrays has one entry per lane.

A lane is one thread of one replica. Replicas are launches that are computed in one pass: several draws of inputs, or
the points of a finite difference. An axis of length 1 stands for all lanes. Only buffers, which are memory, are changed
in place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from synthesis.drawing.types import FLOATS
from synthesis.frontends.base import ReferenceUnknownError

Array = Any
"""A NumPy array whose first axis is lanes."""

SCALARS = (
    "bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "bfloat16",
    "float32", "float64",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ValueType:
    """The type of a number, vector, matrix, quaternion or transform."""

    form: str
    """``scalar``, ``vector``, ``matrix``, ``quaternion`` or ``transform``."""
    scalar: str
    """One of :data:`SCALARS`."""
    shape: tuple[int, ...] = ()

    @property
    def is_float(self) -> bool:
        """Whether its numbers are floating-point."""
        return self.scalar in FLOATS

    def of(self, scalar: str) -> "ValueType":
        """Return the type of the same form and shape with another scalar type."""
        return value_type(self.form, scalar, self.shape)


@cache
def value_type(form: str, scalar: str, shape: tuple[int, ...] = ()) -> ValueType:
    """Return a type. The same arguments give the same object, so that types can be compared by identity."""
    return ValueType(form, scalar, shape)


def scalar_type(scalar: str) -> ValueType:
    """Return the type of a number."""
    return value_type("scalar", scalar)


def vector_type(scalar: str, length: int) -> ValueType:
    """Return the type of a vector."""
    return value_type("vector", scalar, (length,))


def matrix_type(scalar: str, rows: int, columns: int) -> ValueType:
    """Return the type of a matrix."""
    return value_type("matrix", scalar, (rows, columns))


INT32, FLOAT32, BOOL, UINT32, UINT64 = (scalar_type(each) for each in ("int32", "float32", "bool", "uint32", "uint64"))


@dataclass(frozen=True, eq=False)
class StructType:
    """A struct: its name and its fields' types, in order."""

    name: str
    fields: Mapping[str, Any]

    @property
    def shape(self) -> tuple[int, ...]:
        """Empty, since an element of a tile of structs is a record."""
        return ()


@dataclass(frozen=True, eq=False)
class ArrayType:
    """An array of values or structs."""

    element: Any
    rank: int
    container: str = ""
    """The class of an array that refers to others, such as an indexed one; empty for any other."""
    indexed: int = 0
    """Number of its dimensions, from the first, that have an index array."""


@dataclass(slots=True, eq=False)
class Value:
    """A number, vector, matrix, quaternion or transform of every lane."""

    type: ValueType
    data: Array
    """Its shape is ``(lanes or 1, *type.shape)``."""
    literal: Any = None
    """The Python number, if the source has one. It takes the type that the context requires."""


@dataclass(frozen=True, slots=True)
class Gradient:
    """What ``wp.grad`` returns: the gradient of a function, as a function of the same arguments."""

    function: Any
    """A function of the user's, or a :class:`BuiltIn`."""


@dataclass(slots=True, eq=False)
class StructValue:
    """A struct of every lane. It is replaced, never changed."""

    type: StructType
    fields: dict[str, Any]


@dataclass(slots=True, eq=False)
class Tile:
    """A tile of every block."""

    type: Any
    """A :class:`ValueType`, or a :class:`StructType`, for which ``data`` holds records."""
    shape: tuple[int, ...]
    data: Array
    """Its shape is ``(lanes or 1, *shape, *type.shape)``."""


@dataclass(slots=True, eq=False)
class Stack:
    """A stack of every block, which is changed in place."""

    type: ValueType
    data: Array
    """Its shape is ``(lanes, capacity, *type.shape)``. Of each lane, the first ``counts`` entries are used."""
    counts: Array


@dataclass(slots=True, eq=False)
class Buffer:
    """The memory of an array, of shape ``(replicas, *shape, *element)``; a struct has one such array per field."""

    data: Any
    key: Any
    """The memory's key in the log of accesses."""


@dataclass(slots=True, eq=False)
class IndexedBuffer:
    """The memory of an array that is accessed through indices along its first dimensions."""

    whole: Buffer
    shape: tuple[int, ...]
    """The shape of the whole array."""
    chosen: tuple[Buffer, ...]
    """The index arrays: ``(replicas, count)`` each."""

    @property
    def key(self) -> Any:
        """The memory's key in the log of accesses."""
        return self.whole.key

    @property
    def data(self) -> Any:
        """Not available, since indices have to be looked up first.

        Raises:
            ReferenceUnknownError: always.
        """
        raise ReferenceUnknownError("an operation that is not supported on an indexed array")


@dataclass(frozen=True, slots=True)
class Recast:
    """The key, in the log of accesses, of an array's memory under another shape."""

    key: Any
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Span:
    """A slice of a dimension."""

    start: int
    step: int
    count: int


@dataclass(slots=True, eq=False)
class ArrayView:
    """An array, or the part of an array that some indices and slices select."""

    element: Any
    shape: tuple[int, ...]
    """The shape of the whole array."""
    buffer: Buffer | IndexedBuffer
    prefix: tuple[Any, ...] = ()
    """The indices and :class:`Span` given so far, one entry per dimension."""

    @property
    def remaining(self) -> tuple[int, ...]:
        """The shape of the selected part."""
        spans = tuple(each.count for each in self.prefix if isinstance(each, Span))
        return spans + self.shape[len(self.prefix) :]


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A built-in of Warp, by name."""

    name: str


@dataclass(slots=True, eq=False)
class Handle:
    """An object that a kernel queries; each lane may query another one of several objects of the same kind."""

    kind: str
    """One of the kinds in ``handles.py``."""
    parts: Mapping[str, Array]
    """The objects' parts by name: ``(replicas, *shape, *element)`` each, with one more axis before the shape if there
    are several objects."""
    number: Array = None
    """The number of each lane's object; None if there is one object."""

    @property
    def type(self) -> ValueType:
        """The type of an id; for a texture it has no meaning."""
        return UINT64


@dataclass(slots=True, eq=False)
class Query:
    """The items that a query of every lane has found, and how many were returned. It is replaced, never changed."""

    kind: str
    """The kind of query: ``mesh_query``, ``bvh_query`` or ``hash_grid_query``, or ``tile_…`` for a block's."""
    items: Array
    """Numbers of faces, bounds or points, of shape ``(lanes, most)``. Of each lane, the first ``counts`` are used."""
    counts: Array
    taken: Array
    near: Array = None
    """The distance along its ray at which each item begins, shaped like ``items``; None for queries without a ray."""
    closed: bool = False
    """Whether an item that begins exactly at a limit is found, too."""
    valid: Array = None
    """Whether the last step of a block's query found an item, one entry per lane; None before the first step."""


@dataclass(slots=True, eq=False)
class Frame:
    """The variables of one call of a function."""

    names: dict[str, Any]
    scope: Mapping[str, Any]
    """The names of the function's module and closure, with their values."""
    result: Any = None
    loops: list["Loop"] = field(default_factory=list["Loop"])


@dataclass(slots=True, eq=False)
class Loop:
    """The lanes that have left a loop, and those that have left its current iteration."""

    broken: Array = None
    continued: Array = None


def widen(data: Array, axes: int) -> Array:
    """Return an array with axes of length 1 added at its end."""
    return data.reshape(data.shape + (1,) * axes) if axes else data


def joined(parts: list[Array], axis: int = 1) -> Array:
    """Return arrays stacked along a new axis, after broadcasting their lanes."""
    lanes = max(len(part) for part in parts)
    return np.stack([np.broadcast_to(part, (lanes, *part.shape[1:])) for part in parts], axis)


def chained(parts: list[Array]) -> Array:
    """Return arrays concatenated along the first axis after the lanes."""
    lanes = max(len(part) for part in parts)
    return np.concatenate([np.broadcast_to(part, (lanes, *part.shape[1:])) for part in parts], 1)
