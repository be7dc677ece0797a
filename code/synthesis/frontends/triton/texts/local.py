"""The local memory of a block: shared memory and tensor memory, asynchronous copies, and products that read them.

A buffer is initialised with NaN or the largest integer. An asynchronous copy takes effect when its group is waited for,
so a text that does not wait long enough computes other results. Barriers do nothing.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from synthesis.frontends.triton.texts.accesses import check_lanes, pointer_type
from synthesis.frontends.triton.texts.errors import TextError
from synthesis.frontends.triton.texts.machine import Effect, Machine, chosen
from synthesis.frontends.triton.texts.products import dot_scaled, product_of
from synthesis.frontends.triton.texts.shapes import check, integer, order_of
from synthesis.frontends.triton.texts.structure import Operation
from synthesis.frontends.triton.texts.types import Kind, Type
from synthesis.frontends.triton.texts.values import Array, Number, Pointer, full, unset

Shape = tuple[int, ...]


def _buffer(operation: Operation, given: Type) -> Shape:
    check(operation, given.kind is Kind.LOCAL)
    return given.dimensions


def _alloc(operation: Operation) -> Effect:
    given, line = operation.results[0].type, operation.line
    shape, dtype = _buffer(operation, given), given.dtype
    if operation.operands:
        source = operation.operands[0].type
        check(operation, source.kind is Kind.NUMBER and source.element == given.element and source.shape == shape)
        return lambda machine, value: np.array(full(value, shape))

    def alloc(machine: Machine) -> Array:
        machine.charge(line, given.size // 1024)
        return unset(dtype, shape)

    return alloc


def _index(operation: Operation) -> Effect:
    source, target, line = operation.operands[0].type, operation.results[0].type, operation.line
    shape = _buffer(operation, source)
    check(operation, target == Type(Kind.LOCAL, source.element, shape[1:]) and str(operation.operands[1].type) == "i32")

    def index(machine: Machine, buffer: Array, at: Number) -> Array:
        if not 0 <= at < shape[0]:
            raise TextError(line, f"buffer {at} of {shape[0]}")
        return buffer[int(at)]

    return index


def _subslice(operation: Operation) -> Effect:
    source, target = operation.operands[0].type, operation.results[0].type
    old, new, offsets = _buffer(operation, source), _buffer(operation, target), operation.attributes["offsets"]
    check(operation, source.element == target.element and len(old) == len(new) == len(offsets))
    check(operation, all(0 <= at <= a - b for at, a, b in zip(offsets, old, new, strict=True)))
    part = tuple(slice(at, at + length) for at, length in zip(offsets, new, strict=True))
    return lambda machine, buffer: buffer[part]


def _trans(operation: Operation) -> Effect:
    source, target = operation.operands[0].type, operation.results[0].type
    shape = _buffer(operation, source)
    order = order_of(operation, len(shape))
    check(operation, target == Type(Kind.LOCAL, source.element, tuple(shape[each] for each in order)))
    return lambda machine, buffer: buffer.transpose(order)


def _reshape(operation: Operation) -> Effect:
    source, target, line = operation.operands[0].type, operation.results[0].type, operation.line
    shape = _buffer(operation, target)
    check(operation, source.kind is Kind.LOCAL and source.element == target.element and source.size == target.size)

    def reshape(machine: Machine, buffer: Array) -> Array:
        view = buffer.reshape(shape)
        if not np.shares_memory(view, buffer):
            raise TextError(line, "a buffer that cannot be reshaped in place")
        return view

    return reshape


def _reinterpret(operation: Operation) -> Effect:
    source, target = operation.operands[0].type, operation.results[0].type
    _buffer(operation, source)
    if source != target:
        raise TextError(operation.line, f"{operation.name} of {source} as {target} depends on a layout")
    return lambda machine, buffer: buffer


def _load(operation: Operation) -> Effect:
    source, target = operation.operands[0].type, operation.results[0].type
    shape = _buffer(operation, source)
    check(operation, target == Type(Kind.NUMBER, source.element, shape))
    return lambda machine, buffer, token=None: np.array(buffer)


def _store(operation: Operation) -> Effect:
    value, target, predicate = (operation.given(name) for name in ("value", "target", "predicate"))
    check(operation, value is not None and target is not None)
    if value is None or target is None:
        return lambda machine: None
    shape = _buffer(operation, target.type)
    check(operation, value.type == Type(Kind.NUMBER, target.type.element, shape))
    check(operation, predicate is None or str(predicate.type) == "i1")

    def store(machine: Machine, given: Number, buffer: Array, on: Any) -> None:
        if on is None or on:
            buffer[...] = given

    return chosen(operation, store, "value", "target", "predicate")


def _gather(operation: Operation) -> Effect:
    source, indices, target = operation.operands[0].type, operation.operands[1].type, operation.results[0].type
    shape, axis, line = _buffer(operation, source), integer(operation, "axis"), operation.line
    new = indices.dimensions
    check(operation, indices.is_integer and target == Type(Kind.NUMBER, source.element, new))
    check(operation, 0 <= axis < len(shape) == len(new))
    check(operation, all(n == axis or a == b for n, (a, b) in enumerate(zip(shape, new, strict=True))))

    def gather(machine: Machine, buffer: Array, at: Array, token: None = None) -> Array:
        places = full(at, new).astype(np.int64)
        if ((places < 0) | (places >= shape[axis])).any():
            raise TextError(line, "an index outside a buffer")
        return np.take_along_axis(buffer, places, axis)

    return gather


def _async_copy(operation: Operation) -> Effect:
    pointer, line = pointer_type(operation), operation.line
    check_lanes(operation, pointer, pointer.shape, "other")
    target = operation.given("target")
    shape = _buffer(operation, target.type) if target else ()
    check(operation, shape == pointer.shape and target is not None and target.type.element == pointer.element)
    dtype = pointer.dtype

    def copy(machine: Machine, ptr: Pointer, buffer: Array, mask: Number, other: Number) -> None:
        machine.copy_later(buffer, full(machine.memory.load(line, ptr, mask, other, dtype), shape))

    return chosen(operation, copy, "ptr", "target", "mask", "other")


def _wait(operation: Operation) -> Effect:
    pending = integer(operation, "num")
    check(operation, pending >= 0)

    def wait(machine: Machine, *tokens: Any) -> None:
        machine.wait(pending)

    return wait


def _commit(operation: Operation) -> Effect:
    def commit(machine: Machine, *tokens: Any) -> None:
        machine.commit()

    return commit


def _group_dot(operation: Operation) -> Callable[..., Any]:
    a, b, c, use = (operation.given(name) for name in ("a", "b", "c", "use"))
    if a is None or b is None or c is None or (use and str(use.type) != "i1"):
        raise TextError(operation.line, f"{operation.name} lacks an operand")
    plain = [Type(Kind.NUMBER, each.type.element, each.type.shape) for each in (a, b, c)]
    product = product_of(operation, *plain)
    zero = np.zeros((1,) * len(plain[2].dimensions), plain[2].dtype)

    def multiply(machine: Machine, x: Array, y: Array, z: Array, on: Any) -> Array:
        return product(x, y, z if on is None or on else zero)

    return chosen(operation, multiply, "a", "b", "c", "use")


def _mma(operation: Operation) -> Effect:
    predicate = operation.given("predicate")
    check(operation, predicate is not None and str(predicate.type) == "i1")
    if operation.given("c") is not None:
        _buffer(operation, operation.operands[2].type)
    multiply = _group_dot_parts(operation)

    def effect(machine: Machine, a: Array, b: Array, c: Array, use: Any, on: Any) -> None:
        if on:
            c[...] = multiply(machine, a, b, c, use)

    return chosen(operation, effect, "a", "b", "c", "use", "predicate")


def _group_dot_parts(operation: Operation) -> Callable[..., Any]:
    only = Operation(name=operation.name, line=operation.line, attributes=dict(operation.attributes))
    # The fifth generation's products of float32 are always in TF32.
    only.attributes["inputPrecision"] = 0
    for name in ("a", "b", "c", "use"):
        value = operation.given(name)
        if value is not None:
            only.named[name] = value
            only.operands.append(value)
    return _group_dot(only)


def _mma_scaled(operation: Operation) -> Effect:
    names = ("a", "a_scale", "b", "b_scale", "c")
    values = {name: value for name in names if (value := operation.given(name)) is not None}
    use, predicate = operation.given("use"), operation.given("predicate")
    check(operation, len(values) == len(names) and use is not None and predicate is not None)
    check(operation, all(str(each.type) == "i1" for each in (use, predicate) if each))
    _buffer(operation, values["c"].type)
    attributes = operation.attributes
    part = Operation(name=operation.name, line=operation.line, attributes=attributes, operands=[*values.values()])
    part.named.update(values)
    product = dot_scaled(part)
    zero = np.zeros((1, 1), values["c"].type.dtype)

    def effect(machine: Machine, *given: Any) -> None:
        *factors, total, used, on = given
        if on:
            total[...] = product(*factors, total if used else zero)

    return chosen(operation, effect, *names, "use", "predicate")


def _dot_wait(operation: Operation) -> Effect:
    def wait(machine: Machine, first: Any, *others: Any) -> Any:
        return (first, *others) if others else first

    return wait


LOCAL: Mapping[str, Callable[[Operation], Effect]] = MappingProxyType(
    {
        "ttg.local_alloc": _alloc,
        "ttg.local_gather": _gather,
        "ttg.local_load": _load,
        "ttg.local_store": _store,
        "ttg.memdesc_index": _index,
        "ttg.memdesc_reinterpret": _reinterpret,
        "ttg.memdesc_reshape": _reshape,
        "ttg.memdesc_subslice": _subslice,
        "ttg.memdesc_trans": _trans,
        "ttg.async_copy_global_to_local": _async_copy,
        "ttg.async_commit_group": _commit,
        "ttg.async_wait": _wait,
        "ttng.tc_gen5_mma": _mma,
        "ttng.tc_gen5_mma_scaled": _mma_scaled,
        "ttng.tmem_alloc": _alloc,
        "ttng.tmem_load": _load,
        "ttng.tmem_store": _store,
        "ttng.warp_group_dot": _group_dot,
        "ttng.warp_group_dot_wait": _dot_wait,
    }
)
"""For each operation, a function that returns its effect."""
