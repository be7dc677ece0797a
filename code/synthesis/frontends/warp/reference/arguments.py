"""The arguments of a kernel as its body uses them, in the memory of a launch."""

from collections.abc import Mapping
from typing import Any

from synthesis.frontends.warp.containers import DATA, INDICES
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.objects import ids_of
from synthesis.frontends.warp.reference.values import (
    Array,
    ArrayType,
    ArrayView,
    Buffer,
    IndexedBuffer,
    StructType,
    StructValue,
    Value,
)


def argument_of(machine: Machine, kind: Any, memory: Mapping[str, Any], name: str, objects: Mapping[str, str]) -> Any:
    """Return an argument as the kernel's body uses it. For a struct with arrays, memory holds the fields.

    Args:
        machine: the machine.
        kind: the type of the argument.
        memory: the memory of each argument.
        name: the argument's name.
        objects: the kind of each argument that is the id of an object, or holds ids.
    """
    if name in objects:
        return _ids(machine, kind, memory[name], objects[name])
    if isinstance(kind, StructType) and name not in memory:
        fields = {
            each: argument_of(machine, inner, memory, f"{name}.{each}", objects) for each, inner in kind.fields.items()
        }
        return StructValue(kind, fields)
    if isinstance(kind, ArrayType) and kind.container:
        return _indexed_view(machine, kind, memory, name)
    return _bound(machine, kind, memory[name], id(memory[name]))


def _ids(machine: Machine, kind: Any, parts: Mapping[str, Array], name: str) -> Any:
    """Return the id of an object, or an array of ids, as the kernel's body uses it."""
    rank = kind.rank if isinstance(kind, ArrayType) else 0
    return _bound(machine, kind, ids_of(machine, name, parts, rank), id(parts))


def _indexed_view(machine: Machine, kind: ArrayType, memory: Mapping[str, Any], name: str) -> ArrayView:
    """Return a view of an array that refers to other arrays."""
    data = memory[f"{name}.{DATA}"]
    whole = _bound(machine, ArrayType(kind.element, kind.rank), data, id(data))
    if not kind.indexed:
        return whole
    chosen = tuple(
        Buffer(each, id(each)) for each in (memory[f"{name}.{INDICES}{axis}"] for axis in range(kind.indexed))
    )
    shape = (*(each.data.shape[1] for each in chosen), *whole.shape[kind.indexed :])
    return ArrayView(kind.element, shape, IndexedBuffer(whole.buffer, whole.shape, chosen))


def _bound(machine: Machine, kind: Any, data: Any, key: Any) -> Any:
    """Return an argument as the kernel's body uses it; ``key`` identifies its memory."""
    if isinstance(kind, ArrayType):
        first, element = data, kind.element
        while isinstance(first, Mapping):
            name = next(iter(element.fields))
            first, element = first[name], element.fields[name]  # pyright: ignore
        return ArrayView(kind.element, first.shape[1 : 1 + kind.rank], Buffer(data, key))  # pyright: ignore
    if isinstance(kind, StructType):
        return StructValue(
            kind, {name: _bound(machine, each, data[name], (key, name)) for name, each in kind.fields.items()}
        )
    lanes = data if machine.replicas == 1 else data[machine.replica]
    return Value(kind, lanes.astype(machine.formats[kind.scalar], copy=False))
