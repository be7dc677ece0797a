"""Loads, stores, atomic operations and tensor descriptors."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synthesis.frontends.base import OutOfBoundsError, ReferenceUnknownError
from synthesis.frontends.triton.reference.casting import as_type, number
from synthesis.frontends.triton.reference.machine import Machine
from synthesis.frontends.triton.reference.types import INT1, INT32
from synthesis.frontends.triton.reference.values import (
    Array,
    Block,
    Buffer,
    Descriptor,
    Pointer,
    bounded,
    broadcast_shape,
    shape_of,
)

_UNSIGNED = np.dtype(np.uint64)
_UPDATES: dict[str, Callable[..., Any]] = {
    "add": np.add, "max": np.maximum, "min": np.minimum, "and": np.bitwise_and, "or": np.bitwise_or,
    "xor": np.bitwise_xor,
}  # fmt: skip


def _checked(buffer: Buffer, offsets: Any) -> None:
    """Check the offsets of an access.

    Raises:
        OutOfBoundsError: if one is outside the array.
    """
    if offsets.size and int(offsets.view(_UNSIGNED).max()) >= buffer.data.size:
        raise OutOfBoundsError(buffer.data.size, max(int(offsets.max()) + 1, -int(offsets.min())), buffer.name)


def _pointer(value: Any) -> Pointer:
    if not isinstance(value, Pointer):
        raise ReferenceUnknownError(f"an access through a {type(value).__name__}")
    return value


def load(
    m: Machine,
    pointer: Any,
    mask: Any = None,
    other: Any = None,
    *,
    cache_modifier: Any = "",
    eviction_policy: Any = "",
    volatile: Any = False,
) -> Block:
    """Evaluate ``tl.load``.

    What is masked off without ``other`` has no value. In an evaluation in float64 it is NaN, else 0, so that a kernel
    whose results depend on it has no finite results.

    Raises:
        OutOfBoundsError: if an element that is not masked off is outside the array.
    """
    del cache_modifier, eviction_policy, volatile
    return _loaded(m, _pointer(pointer), mask, other, "R")


def _loaded(m: Machine, place: Pointer, mask: Any, other: Any, access: str) -> Block:
    buffer, offset = place.buffer, place.offset
    kind = buffer.type
    if mask is None:
        _checked(buffer, offset)
        m.accessed(buffer.name, access, offset)
        return Block(buffer.data[offset], kind)
    active = as_type(m, mask, INT1).data
    shape = broadcast_shape(offset.shape, np.shape(active), shape_of(other))
    fill = as_type(m, other, kind).data if other is not None else _nothing(m, buffer)
    chosen = np.where(active, offset, np.int64(0))
    _checked(buffer, chosen)
    if m.log is not None:
        m.accessed(buffer.name, access, np.broadcast_to(offset, shape)[np.broadcast_to(active, shape)])
    if not buffer.data.size:
        return Block(np.full(shape, fill)[()], kind)
    return Block(np.where(active, buffer.data[chosen], fill)[()], kind)


def _nothing(m: Machine, buffer: Buffer) -> Any:
    return m.format(buffer.type).type(np.nan if m.double and buffer.type.is_float else 0)


def arms_of_load(m: Machine, pointer: Any, mask: Any = None, other: Any = None, **_: Any) -> list[Any]:
    """Return where elements are loaded, and where ``other`` is used instead."""
    if mask is None or other is None:
        return [True, True]
    active = as_type(m, mask, INT1).data
    return [active, np.logical_not(active)]


def _active(m: Machine, place: Pointer, values: Sequence[Any], mask: Any) -> tuple[Array, list[Array]]:
    """Return the offsets of an access that are not masked off, and the values at these positions."""
    shape = place.shape
    data = [np.broadcast_to(each.data, shape) for each in values]
    if mask is None:
        return np.ravel(place.offset), [np.ravel(each) for each in data]
    chosen = np.broadcast_to(as_type(m, mask, INT1).data, shape)
    return np.broadcast_to(place.offset, shape)[chosen], [each[chosen] for each in data]


def store(
    m: Machine,
    pointer: Any,
    value: Any,
    mask: Any = None,
    *,
    cache_modifier: Any = "",
    eviction_policy: Any = "",
) -> None:
    """Evaluate ``tl.store``.

    Raises:
        OutOfBoundsError: if an element that is not masked off is outside the array.
        ReferenceUnknownError: if it stores different values to one element, since the order is undefined.
    """
    del cache_modifier, eviction_policy
    _store(m, _pointer(pointer), value, mask, "W")


def _store(m: Machine, place: Pointer, value: Any, mask: Any, access: str) -> None:
    offsets, (numbers,) = _active(m, place, [as_type(m, value, place.buffer.type)], mask)
    _checked(place.buffer, offsets)
    m.accessed(place.buffer.name, access, offsets)
    place.buffer.data[offsets] = numbers
    if m.log is not None and _are_repeated(offsets):
        left = place.buffer.data[offsets]
        if not ((left == numbers) | ((left != left) & (numbers != numbers))).all():
            raise ReferenceUnknownError(f"different values stored to one element of {place.buffer.name}")


def _are_repeated(offsets: Array) -> bool:
    return offsets.size > 1 and not bool((np.diff(offsets) > 0).all()) and len(np.unique(offsets)) < offsets.size


# ---- atomic operations


def _atomic(m: Machine, name: str, pointer: Any, given: Sequence[Any], mask: Any) -> Block:
    """Update elements one after another, in the order of the block, and return their previous values.

    Args:
        m: the machine.
        name: the name of the operation.
        pointer: pointers to the elements.
        given: the operand; for ``cas``, the expected and the new values.
        mask: which elements are changed; None for all.
    """
    place = _pointer(pointer)
    buffer, kind = place.buffer, place.buffer.type
    values = [as_type(m, each, kind) for each in given]
    offsets, numbers = _active(m, place, values, mask)
    _checked(buffer, offsets)
    m.accessed(buffer.name, f"{'X' if m.wanted or name in ('xchg', 'cas') else 'A'}{name}", offsets)
    update = _update(m, name, buffer)
    old = np.zeros(place.shape, buffer.data.dtype)
    where = np.ones(place.shape, bool) if mask is None else np.broadcast_to(as_type(m, mask, INT1).data, place.shape)
    if not _are_repeated(offsets):
        before = buffer.data[offsets]
        buffer.data[offsets] = update(before, *numbers)
    else:
        m.step(offsets.size)
        before = np.zeros(offsets.size, buffer.data.dtype)
        for each, offset in enumerate(offsets):
            before[each] = buffer.data[offset]
            buffer.data[offset] = update(before[each], *(given[each] for given in numbers))
    old[where] = before
    return Block(old[()], kind)


def _update(m: Machine, name: str, buffer: Buffer) -> Callable[..., Any]:
    def swapped(before: Any, wished: Any, new: Any) -> Any:
        made = np.array(before)
        np.copyto(made, new, where=made == wished)
        return made

    def replaced(before: Any, new: Any) -> Any:
        del before
        return new

    def added(before: Any, new: Any) -> Any:
        return m.rounded(np.add(before, new), buffer.type)

    if name in ("cas", "xchg"):
        return swapped if name == "cas" else replaced
    if name == "add" and buffer.type.is_float:
        return added
    return _UPDATES[name]


def atomic(name: str) -> Callable[..., Block]:
    """Return the implementation of ``tl.atomic_…`` for an operation with one operand."""

    def run(m: Machine, pointer: Any, val: Any, mask: Any = None, sem: Any = None, scope: Any = None) -> Block:
        del sem, scope
        return _atomic(m, name, pointer, [val], mask)

    return run


def atomic_cas(m: Machine, pointer: Any, cmp: Any, val: Any, sem: Any = None, scope: Any = None) -> Block:
    """Evaluate ``tl.atomic_cas``."""
    del sem, scope
    return _atomic(m, "cas", pointer, [cmp, val], None)


def atomic_load(m: Machine, pointer: Any, mask: Any = None, sem: Any = None, scope: Any = None) -> Block:
    """Evaluate ``tl.atomic_load``."""
    del sem, scope
    return _loaded(m, _pointer(pointer), mask, None, "Xload")


def atomic_store(m: Machine, pointer: Any, val: Any, mask: Any = None, sem: Any = None, scope: Any = None) -> None:
    """Evaluate ``tl.atomic_store``."""
    del sem, scope
    _store(m, _pointer(pointer), val, mask, "Xstore")


# ---- tensor descriptors


def make_tensor_descriptor(
    m: Machine, base: Any, shape: Any, strides: Any, block_shape: Any, padding_option: Any = "zero"
) -> Descriptor:
    """Evaluate ``tl.make_tensor_descriptor``."""
    sizes, steps = tuple(map(number, shape)), tuple(map(number, strides))
    block = bounded(tuple(block_shape))
    if not len(sizes) == len(steps) == len(block) or steps[-1] != 1:
        raise ReferenceUnknownError("a tensor descriptor whose parts do not fit")
    return Descriptor(_pointer(base), sizes, steps, block, np.nan if padding_option == "nan" else 0.0)


def _window(m: Machine, desc: Any, offsets: Any) -> tuple[Pointer, Block]:
    """Return the pointers of a descriptor's block at some offsets, and which of them are within its bounds."""
    if not isinstance(desc, Descriptor) or len(offsets) != len(desc.block):
        raise ReferenceUnknownError("a tensor descriptor with other offsets")
    return _pointers(desc, [number(start) + np.arange(size) for start, size in zip(offsets, desc.block, strict=True)])


def _pointers(desc: Descriptor, places: Sequence[Array]) -> tuple[Pointer, Block]:
    """Return the pointers at the given indices of each axis, and which of them are within bounds."""
    rank = len(places)
    offset: Any = np.zeros((1,) * rank, np.int64) + desc.pointer.offset
    inside: Any = np.ones((1,) * rank, bool)
    for axis, (index, size, stride) in enumerate(zip(places, desc.sizes, desc.strides, strict=True)):
        along = index.reshape([-1 if each == axis else 1 for each in range(rank)])
        offset = offset + along * stride
        inside = inside & (along >= 0) & (along < size)
    return Pointer(desc.pointer.buffer, offset), Block(np.broadcast_to(inside, offset.shape), INT1)


def _padding(desc: Descriptor) -> float | int:
    return desc.padding if desc.pointer.buffer.type.is_float else 0


def descriptor_load(m: Machine, desc: Any, offsets: Any, **_: Any) -> Block:
    """Evaluate ``tl.load_tensor_descriptor`` or the method ``load``."""
    place, inside = _window(m, desc, offsets)
    return load(m, place, inside, _padding(desc))


def descriptor_store(m: Machine, desc: Any, offsets: Any, value: Any) -> None:
    """Evaluate ``tl.store_tensor_descriptor`` or the method ``store``."""
    place, inside = _window(m, desc, offsets)
    store(m, place, value, inside)


def descriptor_atomic(name: str) -> Callable[..., None]:
    """Return the implementation of the method ``atomic_…`` of a tensor descriptor."""

    def run(m: Machine, desc: Any, offsets: Any, value: Any) -> None:
        place, inside = _window(m, desc, offsets)
        _atomic(m, name, place, [value], inside)

    return run


def _rows(m: Machine, desc: Any, x_offsets: Any, y_offset: Any) -> tuple[Pointer, Block]:
    if not isinstance(desc, Descriptor) or len(desc.block) != 2 or desc.block[0] != 1:
        raise ReferenceUnknownError("rows of a tensor descriptor of other blocks")
    rows = as_type(m, x_offsets, INT32).data.astype(np.int64)
    return _pointers(desc, [rows, number(y_offset) + np.arange(desc.block[1])])


def descriptor_gather(m: Machine, desc: Any, x_offsets: Any, y_offset: Any) -> Block:
    """Evaluate the method ``gather`` of a tensor descriptor."""
    place, inside = _rows(m, desc, x_offsets, y_offset)
    return load(m, place, inside, _padding(desc))


def descriptor_scatter(m: Machine, desc: Any, value: Any, x_offsets: Any, y_offset: Any) -> None:
    """Evaluate the method ``scatter`` of a tensor descriptor."""
    place, inside = _rows(m, desc, x_offsets, y_offset)
    store(m, place, value, inside)
