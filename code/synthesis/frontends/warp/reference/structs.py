"""Structs as NumPy's records, an element each: what a tile of them holds."""

from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.values import Array, StructType, StructValue, Value, ValueType


def record_of(machine: Machine, kind: Any) -> Any:
    """The dtype of an element: a number's, or a record with a field for each of a struct's.

    Raises:
        ReferenceUnknownError: if a struct has an array in it.
    """
    if isinstance(kind, ValueType):
        return machine.formats[kind.scalar]
    if not isinstance(kind, StructType):
        raise ReferenceUnknownError("a tile of structs with arrays in them")
    return np.dtype(
        [(name, record_of(machine, each), getattr(each, "shape", ())) for name, each in kind.fields.items()]
    )


def packed(machine: Machine, value: StructValue) -> Array:
    """A struct of every lane as records; shape ``(lanes or 1,)``."""
    parts = {name: packed(machine, each) if isinstance(each, StructValue) else each.data
             for name, each in value.fields.items()}  # fmt: skip
    made: Any = np.zeros(max(map(len, parts.values())), record_of(machine, value.type))
    for name, part in parts.items():
        made[name] = part
    return made


def unpacked(kind: StructType, records: Array) -> StructValue:
    """A struct of every lane, of records; shape ``(lanes or 1,)``."""
    return StructValue(kind, {name: unpacked(each, records[name]) if isinstance(each, StructType)
                              else Value(each, records[name]) for name, each in kind.fields.items()})  # fmt: skip


def gathered(machine: Machine, kind: Any, memory: Any, index: Any) -> Array:
    """Elements of an array's memory: numbers as they are, structs as records."""
    if not isinstance(kind, StructType):
        return memory[index]
    parts = {name: gathered(machine, each, memory[name], index) for name, each in kind.fields.items()}
    name, first = next(iter(parts.items()))
    rank = first.ndim - len(getattr(kind.fields[name], "shape", ()))
    made: Any = np.zeros(first.shape[:rank], record_of(machine, kind))
    for name, part in parts.items():
        made[name] = part
    return made


def put(kind: Any, memory: Any, index: Any, data: Array) -> None:
    """Write elements into an array's memory, as :func:`gathered` gives them."""
    if not isinstance(kind, StructType):
        memory[index] = data
        return
    for name, each in kind.fields.items():
        put(each, memory[name], index, data[name])
