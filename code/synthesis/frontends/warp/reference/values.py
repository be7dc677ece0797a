"""The values that the reference computes with: a lane an entry of the first axis.

A lane is one thread of one replica; replicas are several draws of inputs, or the points of a finite difference, in one
pass. An axis of length 1 stands for all lanes. Nothing here is changed in place but buffers, which are memory.
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
        """The same form of another scalar."""
        return value_type(self.form, scalar, self.shape)


@cache
def value_type(form: str, scalar: str, shape: tuple[int, ...] = ()) -> ValueType:
    """The one object for a type, so that types compare quickly."""
    return ValueType(form, scalar, shape)


def scalar_type(scalar: str) -> ValueType:
    """The type of a number."""
    return value_type("scalar", scalar)


def vector_type(scalar: str, length: int) -> ValueType:
    """The type of a vector."""
    return value_type("vector", scalar, (length,))


def matrix_type(scalar: str, rows: int, columns: int) -> ValueType:
    """The type of a matrix."""
    return value_type("matrix", scalar, (rows, columns))


INT32, FLOAT32, BOOL, UINT32, UINT64 = (scalar_type(each) for each in ("int32", "float32", "bool", "uint32", "uint64"))


@dataclass(frozen=True, eq=False)
class StructType:
    """A struct: its name and its fields' types, in order."""

    name: str
    fields: Mapping[str, Any]

    @property
    def shape(self) -> tuple[int, ...]:
        """None: as an element, a struct is a record."""
        return ()


@dataclass(frozen=True, eq=False)
class ArrayType:
    """An array of values or structs."""

    element: Any
    rank: int
    container: str = ""
    """The class of one that is looked at through others, as an indexed one is; empty for any other."""
    indexed: int = 0
    """How many of its dimensions, the first ones, are chosen along by indices."""


@dataclass(slots=True, eq=False)
class Value:
    """A number, vector, matrix, quaternion or transform of every lane."""

    type: ValueType
    data: Array
    """Of shape ``(lanes or 1, *type.shape)``."""
    literal: Any = None
    """The Python number, where the source has one: it takes the type that is asked of it."""


@dataclass(slots=True, eq=False)
class StructValue:
    """A struct of every lane; never changed, only made anew."""

    type: StructType
    fields: dict[str, Any]


@dataclass(slots=True, eq=False)
class Tile:
    """A tile of every block."""

    type: Any
    """A :class:`ValueType`, or a :class:`StructType`, of which ``data`` holds records."""
    shape: tuple[int, ...]
    data: Array
    """Of shape ``(lanes or 1, *shape, *type.shape)``."""


@dataclass(slots=True, eq=False)
class Stack:
    """A stack of every block: memory that changes in place."""

    type: ValueType
    data: Array
    """Of shape ``(lanes, capacity, *type.shape)``: the first ``counts`` of each lane count."""
    counts: Array


@dataclass(slots=True, eq=False)
class Buffer:
    """The memory of an array: ``(replicas, *shape, *element)``, or such an array for each field of a struct."""

    data: Any
    key: Any
    """What names it in the log of accesses."""


@dataclass(slots=True, eq=False)
class IndexedBuffer:
    """The memory of an array that is looked at through indices along its first dimensions."""

    whole: Buffer
    shape: tuple[int, ...]
    """Of the whole array."""
    chosen: tuple[Buffer, ...]
    """The indices: ``(replicas, count)`` each."""

    @property
    def key(self) -> Any:
        """What names the memory in the log of accesses."""
        return self.whole.key

    @property
    def data(self) -> Any:
        """Refused: an index has to be looked up first.

        Raises:
            ReferenceUnknownError: always.
        """
        raise ReferenceUnknownError("this of an indexed array")


@dataclass(frozen=True, slots=True)
class Recast:
    """What names an array's memory under another shape in the log of accesses."""

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
    """An array, or what is left of it after some of its indices and slices."""

    element: Any
    shape: tuple[int, ...]
    """Of the whole array."""
    buffer: Buffer | IndexedBuffer
    prefix: tuple[Any, ...] = ()
    """The indices and :class:`Span` given so far, a dimension an entry."""

    @property
    def remaining(self) -> tuple[int, ...]:
        """The shape of what is left."""
        spans = tuple(each.count for each in self.prefix if isinstance(each, Span))
        return spans + self.shape[len(self.prefix) :]


@dataclass(frozen=True, slots=True)
class BuiltIn:
    """A built-in of Warp's, by name."""

    name: str


@dataclass(slots=True, eq=False)
class Handle:
    """The id of an object that a kernel queries."""

    kind: str
    """One of the kinds in ``handles.py``."""
    parts: Mapping[str, Array]
    """What the object is made of, by name: ``(replicas, *shape, *element)`` each."""

    @property
    def type(self) -> ValueType:
        """The type of an id; a texture has none that another value could have."""
        return UINT64


@dataclass(slots=True, eq=False)
class Query:
    """What a query of every lane has found, and how much of it was asked for; never changed, only made anew."""

    kind: str
    """What gives the next of it: ``mesh_query``, ``bvh_query`` or ``hash_grid_query``, or ``tile_…`` of a block's."""
    items: Array
    """Of shape ``(lanes, most)``: numbers of faces, bounds or points; the first ``counts`` of each lane count."""
    counts: Array
    taken: Array
    near: Array = None
    """How far along its ray each item begins, of the shape of ``items``; None where no ray is asked with."""
    closed: bool = False
    """Whether what begins as far as a limit is found too."""
    valid: Array = None
    """Whether the last step of a block's query has found something, a lane an entry; None before the first step."""


@dataclass(slots=True, eq=False)
class Frame:
    """The names of one call of a function."""

    names: dict[str, Any]
    scope: Mapping[str, Any]
    """What the function's module and closure hold."""
    result: Any = None
    loops: list["Loop"] = field(default_factory=list["Loop"])


@dataclass(slots=True, eq=False)
class Loop:
    """The lanes that have left the loop, and those that have left this trip of it."""

    broken: Array = None
    continued: Array = None


def widen(data: Array, axes: int) -> Array:
    """The array with unit axes at its end."""
    return data.reshape(data.shape + (1,) * axes) if axes else data


def joined(parts: list[Array], axis: int = 1) -> Array:
    """Arrays stacked along a new axis, lanes broadcast."""
    lanes = max(len(part) for part in parts)
    return np.stack([np.broadcast_to(part, (lanes, *part.shape[1:])) for part in parts], axis)


def chained(parts: list[Array]) -> Array:
    """Arrays joined end to end along the first axis after the lanes."""
    lanes = max(len(part) for part in parts)
    return np.concatenate([np.broadcast_to(part, (lanes, *part.shape[1:])) for part in parts], 1)
