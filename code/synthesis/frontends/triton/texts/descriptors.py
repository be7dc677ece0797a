"""Tensor descriptors: parts of arrays that are loaded and stored in blocks, with masks for elements out of bounds."""

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np

from synthesis.frontends.triton.texts.accesses import combination
from synthesis.frontends.triton.texts.errors import TextError
from synthesis.frontends.triton.texts.machine import Effect, Machine, chosen
from synthesis.frontends.triton.texts.shapes import check
from synthesis.frontends.triton.texts.structure import Operation
from synthesis.frontends.triton.texts.types import Kind, Type
from synthesis.frontends.triton.texts.values import Array, Descriptor, Number, Pointer, full

_PADDINGS = {"1": 0.0, "2": float("nan"), "zero": 0.0, "nan": float("nan"), "0": 0.0}


def _make(operation: Operation) -> Effect:
    base, given, line = operation.operands[0].type, operation.results[0].type, operation.line
    sizes, strides = operation.several("shape"), operation.several("strides")
    rank = len(given.dimensions)
    check(operation, base.kind is Kind.POINTER and base.shape is None and base.element == given.element)
    check(operation, given.kind is Kind.DESCRIPTOR and len(sizes) == len(strides) == rank > 0)
    check(
        operation, all(str(each.type) == "i32" for each in sizes) and all(str(each.type) == "i64" for each in strides)
    )
    fill = _PADDINGS.get(str(operation.attributes.get("padding", 1)))
    if fill is None:
        raise TextError(line, f"unknown padding {operation.attributes['padding']}")

    def make(machine: Machine, pointer: Pointer, *numbers: Number) -> Descriptor:
        shape, steps = (tuple(int(each) for each in part) for part in (numbers[:rank], numbers[rank:]))
        if steps[-1] != 1:
            raise TextError(line, "the last stride of a tensor descriptor must be 1")
        return Descriptor(
            base=pointer, shape=shape, strides=steps, block=given.dimensions, dtype=given.dtype, fill=fill
        )

    return make


def _create(operation: Operation) -> Effect:
    base, line = operation.operands[1].type, operation.line
    scratch_type = operation.operands[0].type
    check(operation, base.kind is scratch_type.kind is Kind.POINTER and base.shape is scratch_type.shape is None)
    check(operation, all(each.type.is_integer and each.type.shape is None for each in operation.operands[2:]))
    box, sizes, strides = (len(operation.several(name)) for name in ("box", "shape", "strides"))
    check(operation, box == sizes == strides + 1)
    fill = float("nan") if operation.attributes.get("fill_mode", 0) == 1 else 0.0
    width = base.dtype.itemsize

    def create(machine: Machine, scratch: Pointer, pointer: Pointer, *numbers: Number) -> None:
        values = [int(each) for each in numbers]
        shape = tuple(reversed(values[box : box + sizes]))
        steps = tuple(reversed(values[box + sizes : box + sizes + strides]))
        if any(each % width for each in steps) or scratch.array not in machine.descriptors:
            raise TextError(line, "a tensor descriptor that cannot be created")
        machine.descriptors[scratch.array] = Descriptor(
            base=pointer,
            shape=shape,
            strides=(*(each // width for each in steps), 1),
            block=(),
            dtype=base.dtype,
            fill=fill,
        )

    return create


def _reinterpret(operation: Operation) -> Effect:
    given, line = operation.results[0].type, operation.line
    source = operation.operands[0].type
    check(operation, given.kind is Kind.DESCRIPTOR and source.kind is Kind.POINTER and source.shape is None)

    def reinterpret(machine: Machine, scratch: Pointer) -> Descriptor:
        found = machine.descriptors.get(scratch.array)
        if found is None or found.dtype != given.dtype or len(found.shape) != len(given.dimensions):
            raise TextError(line, "memory that does not hold such a tensor descriptor")
        return Descriptor(
            base=found.base,
            shape=found.shape,
            strides=found.strides,
            block=given.dimensions,
            dtype=found.dtype,
            fill=found.fill,
        )

    return reinterpret


def _scratch(operation: Operation) -> Effect:
    given = operation.results[0].type
    check(operation, given.kind is Kind.POINTER and given.shape is None)
    nowhere = Pointer(-1, np.int64(0))
    empty = Descriptor(base=nowhere, shape=(), strides=(), block=(), dtype=given.dtype, fill=0.0)

    def scratch(machine: Machine) -> Pointer:
        return Pointer(machine.describe(empty), np.int64(0))

    return scratch


def lanes_of(descriptor: Descriptor, starts: Sequence[Any]) -> tuple[Pointer, Array]:
    """Return pointers to the elements of a block, and a mask of those that are within bounds.

    Args:
        descriptor: the descriptor.
        starts: for each axis, the first index or an array of all indices.
    """
    rank = len(descriptor.shape)
    offset = np.int64(0)
    inside = np.ones((1,) * rank, np.bool_)
    for axis, start in enumerate(starts):
        length = descriptor.block[axis]
        index = start.astype(np.int64) if np.ndim(start) else np.arange(length, dtype=np.int64) + int(start)
        index = index.reshape([-1 if each == axis else 1 for each in range(rank)])
        offset = offset + index * np.int64(descriptor.strides[axis])
        inside = inside & (index >= 0) & (index < descriptor.shape[axis])
    return Pointer(descriptor.base.array, descriptor.base.offset + offset), inside


def _starts(operation: Operation) -> Type:
    """Return the type of an operation's descriptor, after checking the types of its indices."""
    descriptor = operation.given("desc")
    check(operation, descriptor is not None and descriptor.type.kind is Kind.DESCRIPTOR)
    given = descriptor.type if descriptor else operation.operands[0].type
    rows, column = operation.given("rows"), operation.given("column")
    if rows and column:
        check(operation, rows.type.is_integer and len(rows.type.dimensions) == 1 and str(column.type) == "i32")
        check(operation, len(given.dimensions) == 2 and given.dimensions[0] == 1)
        return Type(Kind.DESCRIPTOR, given.element, (rows.type.size, given.dimensions[1]))
    indices = operation.several("indices")
    check(operation, len(indices) == len(given.dimensions))
    check(operation, all(str(each.type) == "i32" for each in indices))
    return given


def _block(operation: Operation, name: str, given: Type, kind: Kind) -> Type:
    """Return the type of the operand or result that holds a descriptor's block, after checking it."""
    value = operation.given(name) if name else operation.results[0]
    check(operation, value is not None and value.type.kind is kind)
    found = value.type if value else given
    check(operation, found.element == given.element and found.shape is not None and found.size == given.size)
    check(operation, [each for each in found.dimensions if each > 1] == [each for each in given.dimensions if each > 1])
    return found


def _load(operation: Operation) -> Effect:
    given, line = _starts(operation), operation.line
    shape = _block(operation, "", given, Kind.NUMBER).shape or ()

    def load(machine: Machine, descriptor: Descriptor, *starts: Any) -> Array:
        return loaded(machine, line, descriptor, starts, given.dimensions).reshape(shape)

    return load


def loaded(machine: Machine, line: int, descriptor: Descriptor, starts: Sequence[Any], shape: tuple[int, ...]) -> Array:
    """Return a block that is loaded through a descriptor."""
    pointer, inside = lanes_of(descriptor, starts)
    fill = np.full((), descriptor.fill).astype(descriptor.dtype)
    return full(machine.memory.load(line, pointer, inside, fill, descriptor.dtype), shape)


def _store(operation: Operation) -> Effect:
    given, line = _starts(operation), operation.line
    local = operation.name.startswith("ttng.")
    name = "source" if local else "value"
    own = _block(operation, name, given, Kind.LOCAL if local else Kind.NUMBER).shape or ()
    kind = operation.attributes.get("kind")
    plain = Type(Kind.NUMBER, given.element, given.shape)
    if kind in ("min", "max") and plain.is_float:
        raise TextError(line, f"a reduction by {kind} of {plain}")
    combine = combination(operation, "fadd" if kind == "add" and plain.is_float else str(kind), plain) if kind else None
    shape = given.dimensions

    def store(machine: Machine, descriptor: Descriptor, value: Array, *starts: Any) -> None:
        pointer, inside = lanes_of(descriptor, starts)
        block = full(value, own).reshape(shape)
        if combine is None:
            machine.memory.store(line, pointer, block, inside, given.dtype, shape)
        else:
            machine.charge(line, given.size)
            machine.memory.change(line, pointer, block, inside, given.dtype, shape, combine)

    def by_order(machine: Machine, *values: Any) -> None:
        store(machine, values[0], values[-1], *values[1:-1])

    return by_order


def _copy_in(operation: Operation) -> Effect:
    given, line = _starts(operation), operation.line
    shape = _block(operation, "target", given, Kind.LOCAL).shape or ()
    predicate = operation.given("predicate")
    check(operation, predicate is not None and str(predicate.type) == "i1")
    names = [name for name in operation.named if name in ("rows", "column")]

    def copy(machine: Machine, descriptor: Descriptor, target: Array, on: Any, *starts: Any) -> None:
        if on:
            target[...] = loaded(machine, line, descriptor, starts, given.dimensions).reshape(shape)

    if names:
        return chosen(operation, copy, "desc", "target", "predicate", "rows", "column")
    count = len(operation.several("indices"))

    def by_order(machine: Machine, *values: Any) -> None:
        copy(machine, values[0], values[1 + count], values[3 + count], *values[1 : 1 + count])

    return by_order


DESCRIPTORS: Mapping[str, Callable[[Operation], Effect]] = MappingProxyType(
    {
        "tt.make_tensor_descriptor": _make,
        "tt.descriptor_load": _load,
        "tt.descriptor_gather": _load,
        "tt.descriptor_store": _store,
        "tt.descriptor_reduce": _store,
        "tt.descriptor_scatter": _store,
        "ttg.global_scratch_alloc": _scratch,
        "ttng.tensormap_create": _create,
        "ttng.reinterpret_tensor_descriptor": _reinterpret,
        "ttng.async_tma_copy_global_to_local": _copy_in,
        "ttng.async_tma_gather": _copy_in,
        "ttng.async_tma_copy_local_to_global": _store,
        "ttng.async_tma_reduce": _store,
        "ttng.async_tma_scatter": _store,
    }
)
"""For each operation, a function that returns its effect."""
