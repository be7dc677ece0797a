"""Operations on a kernel's array arguments: pointers, loads, stores and atomics."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from synthesis.frontends.triton.texts.elementwise import as_unsigned, unsigned
from synthesis.frontends.triton.texts.errors import TextError
from synthesis.frontends.triton.texts.machine import Effect, Machine, chosen
from synthesis.frontends.triton.texts.shapes import check
from synthesis.frontends.triton.texts.structure import Operation
from synthesis.frontends.triton.texts.types import Kind, Type
from synthesis.frontends.triton.texts.values import Array, Number, Pointer, where

AXES: Mapping[str, int] = MappingProxyType({"x": 0, "y": 1, "z": 2})

COMBINATIONS: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "add": np.add,
        "fadd": np.add,
        "and": np.bitwise_and,
        "or": np.bitwise_or,
        "xor": np.bitwise_xor,
        "max": np.maximum,
        "min": np.minimum,
        "umax": as_unsigned(np.maximum),
        "umin": as_unsigned(np.minimum),
        "exch": lambda old, new: new,
    }
)
"""The function of an atomic operation on an element and a value."""


def pointer_type(operation: Operation, name: str = "ptr") -> Type:
    """Return the type of an operand that must be a pointer.

    Raises:
        TextError: if it is not a pointer.
    """
    given = operation.given(name)
    if given is None or given.type.kind is not Kind.POINTER:
        raise TextError(operation.line, f"{operation.name} needs a pointer")
    return given.type


def check_lanes(operation: Operation, pointer: Type, shape: tuple[int, ...] | None, *values: str) -> None:
    """Check that values have the type that a pointer points to, and that values and mask have the given shape."""
    mask = operation.given("mask")
    check(operation, mask is None or mask.type == Type(Kind.NUMBER, "i1", shape))
    for name in values:
        value = operation.given(name)
        check(operation, value is None or value.type == Type(Kind.NUMBER, pointer.element, shape))


def combination(operation: Operation, kind: str, given: Type) -> Callable[[Any, Any], Any]:
    """Return the function that an atomic operation applies to an element and a value.

    Raises:
        TextError: if the operation does not exist for the type.
    """
    found = COMBINATIONS.get(kind)
    if found is None or (kind == "fadd" and not given.is_float) or given.element == "i1":
        raise TextError(operation.line, f"unknown atomic operation {kind} of {given}")
    if given.is_float and kind not in ("fadd", "exch"):
        raise TextError(operation.line, f"the atomic operation {kind} of {given}")
    return found


def _add_pointer(operation: Operation) -> Effect:
    pointer, offset = pointer_type(operation), operation.operands[1].type
    check(operation, offset.is_integer and offset.shape == pointer.shape and offset.element != "i1")
    return lambda machine, ptr, by: Pointer(ptr.array, ptr.offset + by)


def _load(operation: Operation) -> Effect:
    pointer, line = pointer_type(operation), operation.line
    check_lanes(operation, pointer, pointer.shape, "other")
    dtype, bits = pointer.dtype, pointer.element == "i1"

    def load(machine: Machine, ptr: Pointer, mask: Number, other: Number) -> Number:
        if bits:
            wide = None if other is None else other.view(np.int8)
            return machine.memory.load(line, ptr, mask, wide, np.dtype(np.int8)).astype(np.bool_)
        return machine.memory.load(line, ptr, mask, other, dtype)

    return chosen(operation, load, "ptr", "mask", "other")


def _store(operation: Operation) -> Effect:
    pointer, line = pointer_type(operation), operation.line
    check_lanes(operation, pointer, pointer.shape, "value")
    dtype, shape = pointer.dtype, pointer.dimensions

    def store(machine: Machine, ptr: Pointer, value: Number, mask: Number) -> None:
        machine.memory.store(line, ptr, value, mask, dtype, shape)

    return chosen(operation, store, "ptr", "value", "mask")


def _atomic_rmw(operation: Operation) -> Effect:
    pointer, line = pointer_type(operation), operation.line
    check_lanes(operation, pointer, pointer.shape, "value")
    check(operation, operation.results[0].type == Type(Kind.NUMBER, pointer.element, pointer.shape))
    combine = combination(operation, str(operation.attributes["kind"]), operation.results[0].type)
    dtype, shape = pointer.dtype, pointer.dimensions

    used = operation.results[0].uses > 0

    def change(machine: Machine, ptr: Pointer, value: Number, mask: Number) -> Number:
        machine.charge(line, pointer.size)
        return machine.memory.change(line, ptr, value, mask, dtype, shape, combine, used)

    return chosen(operation, change, "ptr", "value", "mask")


def _atomic_cas(operation: Operation) -> Effect:
    line, offsets = operation.line, operation.given("offsets")
    pointer = _buffer_pointer(operation)[0] if offsets else pointer_type(operation)
    given = offsets.type.shape if offsets else pointer.shape
    check_lanes(operation, pointer, given, "compare", "value")
    check(operation, operation.results[0].type == Type(Kind.NUMBER, pointer.element, given))
    dtype, shape = pointer.dtype, given or ()
    pair = np.dtype([("compare", dtype), ("value", dtype)])

    def exchange(old: Any, both: Any) -> Array:
        return where(unsigned(old) == unsigned(both["compare"]), both["value"], old)

    def change(machine: Machine, ptr: Pointer, by: Any, compare: Number, value: Number) -> Number:
        both = np.empty(shape, pair)
        machine.charge(line, both.size)
        both["compare"], both["value"] = compare, value
        lanes = ptr if by is None else Pointer(ptr.array, ptr.offset + by)
        return machine.memory.change(line, lanes, both, None, dtype, shape, exchange)

    return chosen(operation, change, "ptr", "offsets", "compare", "value")


def _atomic_load(operation: Operation) -> Effect:
    pointer, line = pointer_type(operation), operation.line
    check_lanes(operation, pointer, pointer.shape)
    check(operation, operation.results[0].type == Type(Kind.NUMBER, pointer.element, pointer.shape))
    dtype, shape = pointer.dtype, pointer.dimensions

    def load(machine: Machine, ptr: Pointer, mask: Number) -> Number:
        machine.charge(line, pointer.size)
        zero = np.zeros(shape, dtype)
        return machine.memory.change(line, ptr, zero, mask, dtype, shape, lambda old, new: old)

    return chosen(operation, load, "ptr", "mask")


def _atomic_store(operation: Operation) -> Effect:
    pointer, line = pointer_type(operation), operation.line
    check_lanes(operation, pointer, pointer.shape, "value")
    dtype, shape = pointer.dtype, pointer.dimensions

    def store(machine: Machine, ptr: Pointer, value: Number, mask: Number) -> None:
        machine.charge(line, pointer.size)
        machine.memory.change(line, ptr, value, mask, dtype, shape, lambda old, new: new)

    return chosen(operation, store, "ptr", "value", "mask")


def _program(operation: Operation) -> Effect:
    axis = AXES.get(str(operation.attributes["axis"]))
    if axis is None or str(operation.results[0].type) != "i32":
        raise TextError(operation.line, f"{operation.name} of an unknown axis")
    if operation.name == "tt.get_program_id":
        return lambda machine: np.int32(machine.program[axis])
    return lambda machine: np.int32(machine.grid[axis])


def _assert(operation: Operation) -> Effect:
    message, line = str(operation.attributes.get("message", "an assumption of the text"))[:200], operation.line
    check(operation, operation.operands[0].type.element == "i1")

    def check_condition(machine: Machine, condition: Array) -> None:
        if not condition.all():
            raise TextError(line, f"this does not hold: {message}")

    return check_condition


def _refused(operation: Operation) -> Effect:
    raise TextError(operation.line, f"{operation.name} is not allowed")


def _nothing(operation: Operation) -> Effect:
    def nothing(machine: Machine, *values: Any) -> None:
        pass

    return nothing


def _buffer_pointer(operation: Operation) -> tuple[Type, tuple[int, ...]]:
    """Return the type of a scalar pointer and the shape of the offsets that are added to it."""
    pointer, offsets = pointer_type(operation), operation.given("offsets")
    check(operation, pointer.shape is None and offsets is not None and str(offsets.type.scalar) == "i32")
    return pointer, (offsets.type.shape if offsets else None) or ()


def _buffer_load(operation: Operation) -> Effect:
    pointer, shape = _buffer_pointer(operation)
    check_lanes(operation, pointer, shape, "other")
    check(operation, operation.results[0].type == Type(Kind.NUMBER, pointer.element, shape))
    dtype, line = pointer.dtype, operation.line

    def load(machine: Machine, ptr: Pointer, offsets: Array, mask: Number, other: Number) -> Number:
        lanes = Pointer(ptr.array, ptr.offset + offsets)
        return machine.memory.load(line, lanes, mask, other, dtype)

    return chosen(operation, load, "ptr", "offsets", "mask", "other")


def _buffer_change(operation: Operation) -> Effect:
    pointer, shape = _buffer_pointer(operation)
    check_lanes(operation, pointer, shape, "value")
    dtype, line = pointer.dtype, operation.line
    atomic = operation.name == "amdg.buffer_atomic_rmw"
    value_type = Type(Kind.NUMBER, pointer.element, shape)
    combine = combination(operation, str(operation.attributes["kind"]), value_type) if atomic else None

    def change(machine: Machine, ptr: Pointer, offsets: Array, value: Number, mask: Number) -> Number | None:
        lanes = Pointer(ptr.array, ptr.offset + offsets)
        if combine is None:
            return machine.memory.store(line, lanes, value, mask, dtype, shape)
        machine.charge(line, math.prod(shape))
        return machine.memory.change(line, lanes, value, mask, dtype, shape, combine)

    return chosen(operation, change, "ptr", "offsets", "value", "mask")


ACCESSES: Mapping[str, Callable[[Operation], Effect]] = MappingProxyType(
    {
        "tt.addptr": _add_pointer,
        "tt.load": _load,
        "tt.store": _store,
        "tt.atomic_cas": _atomic_cas,
        "tt.atomic_load": _atomic_load,
        "tt.atomic_rmw": _atomic_rmw,
        "tt.atomic_store": _atomic_store,
        "tt.get_num_programs": _program,
        "tt.get_program_id": _program,
        "tt.assert": _assert,
        "cf.assert": _assert,
        "llvm.intr.assume": _assert,
        "amdg.buffer_atomic_cas": _atomic_cas,
        "amdg.buffer_load": _buffer_load,
        "amdg.buffer_store": _buffer_change,
        "amdg.buffer_atomic_rmw": _buffer_change,
        **dict.fromkeys(["tt.print", "tt.int_to_ptr", "tt.ptr_to_int", "tt.atomic_poll"], _refused),
        **dict.fromkeys(
            [
                "tt.grid_dependency_launch_dependents",
                "tt.grid_dependency_wait",
                "gpu.barrier",
                "ttg.barrier",
                "ttg.local_barrier",
                "ttg.local_dealloc",
                "ttng.arrive_barrier",
                "ttng.async_copy_mbarrier_arrive",
                "ttng.async_tma_store_wait",
                "ttng.barrier_expect",
                "ttng.cluster_barrier",
                "ttng.fence_async_shared",
                "ttng.fence_mbarrier_init_release_cluster",
                "ttng.init_barrier",
                "ttng.inval_barrier",
                "ttng.tensormap_fenceproxy_acquire",
                "ttng.wait_barrier",
            ],
            _nothing,
        ),
    }
)
"""For each operation, a function that returns its effect."""
