"""Structs as NumPy records, one per element: the contents of tiles of structs."""

from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.values import Array, StructType, StructValue, Value, ValueType


def record_of(machine: Machine, kind: Any) -> Any:
    """Return the NumPy dtype of an element: that of a number, or a record with one field per field of a struct.

    Raises:
        ReferenceUnknownError: if a struct contains an array.
    """
    if isinstance(kind, ValueType):
        return machine.formats[kind.scalar]
    if not isinstance(kind, StructType):
        raise ReferenceUnknownError("a tile of structs with arrays in them")
    return np.dtype(
        [(name, record_of(machine, each), getattr(each, "shape", ())) for name, each in kind.fields.items()]
    )


def packed(machine: Machine, value: StructValue) -> Array:
    """Return a struct of every lane as an array of records with one entry per lane, or one for all lanes."""
    parts = {name: packed(machine, each) if isinstance(each, StructValue) else each.data
             for name, each in value.fields.items()}  # fmt: skip
    made: Any = np.zeros(max(map(len, parts.values())), record_of(machine, value.type))
    for name, part in parts.items():
        made[name] = part
    return made


def unpacked(kind: StructType, records: Array) -> StructValue:
    """Return a struct of every lane, given an array of records as ``packed`` returns it."""
    return StructValue(kind, {name: unpacked(each, records[name]) if isinstance(each, StructType)
                              else Value(each, records[name]) for name, each in kind.fields.items()})  # fmt: skip


def gathered(machine: Machine, kind: Any, memory: Any, index: Any) -> Array:
    """Return elements of an array's memory; numbers are unchanged, and structs become records."""
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
    """Write elements, in the form that :func:`gathered` returns, to an array's memory."""
    if not isinstance(kind, StructType):
        memory[index] = data
        return
    for name, each in kind.fields.items():
        put(each, memory[name], index, data[name])
