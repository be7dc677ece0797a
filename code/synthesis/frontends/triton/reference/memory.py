"""Loads, stores, atomic operations and tensor descriptors."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from synthesis.frontends.base import OutOfBoundsError, ReferenceUnknownError
from synthesis.frontends.triton.reference.casting import as_type, whole
from synthesis.frontends.triton.reference.machine import Machine
from synthesis.frontends.triton.reference.shapes import item
from synthesis.frontends.triton.reference.types import INT1, INT32
from synthesis.frontends.triton.reference.values import (
    Array,
    Block,
    Buffer,
    Descriptor,
    Pointer,
    bounded,
    broadcast_shape,
    check_product,
    lanes_first,
    lanes_last,
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
    if offsets.size and int(offsets.view(_UNSIGNED).max()) >= buffer.size:
        raise OutOfBoundsError(buffer.size, max(int(offsets.max()) + 1, -int(offsets.min())), buffer.name)


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

    Elements that are masked off without ``other`` have no defined value. In an evaluation in float64 they are NaN, so
    that results that depend on them are not finite; see ``Machine.undefined`` for other evaluations.

    Raises:
        OutOfBoundsError: if an element that is not masked off is outside the array.
    """
    del cache_modifier, eviction_policy, volatile
    return _loaded(m, _pointer(pointer), mask, other, "R")


def _loaded(m: Machine, place: Pointer, mask: Any, other: Any, access: str) -> Block:
    buffer, offset = place.buffer, place.offset
    kind = buffer.type
    if m.watches(buffer.name, access):
        touched = _touched(m, place, (), mask)
        m.accessed(buffer, access, touched.offsets, touched.lanes)
    if mask is None:
        _checked(buffer, offset)
        return Block(buffer.data[m.lanes.within(buffer, offset)], kind)
    active = as_type(m, mask, INT1).data
    fill = as_type(m, other, kind).data if other is not None else m.undefined(kind, ~active)
    chosen = np.where(active, offset, np.int64(0))
    _checked(buffer, chosen)
    if not buffer.size:
        return Block(np.full(broadcast_shape(chosen.shape, np.shape(fill)), fill), kind)
    return Block(np.where(active, buffer.data[m.lanes.within(buffer, chosen)], fill), kind)


def arms_of_load(m: Machine, pointer: Any, mask: Any = None, other: Any = None, **_: Any) -> list[Any]:
    """Return where elements are loaded, and where ``other`` is used instead."""
    if mask is None or other is None:
        return [True, True]
    active = as_type(m, mask, INT1).data
    return [active, np.logical_not(active)]


@dataclass(frozen=True, slots=True)
class _Elements:
    """The elements that an access touches, those of one lane after another."""

    offsets: Array
    """Their positions in the buffer."""
    lanes: Array
    """The number of the lane that accesses each."""
    values: list[Array]
    chosen: Array | None
    """A mask of shape ``(lanes, *block)`` of the positions that are not masked off; None if all are chosen."""


def _touched(m: Machine, place: Pointer, values: Sequence[Any], mask: Any) -> _Elements:
    """Return the elements of an access that are not masked off, and the values at these positions.

    Raises:
        OutOfBoundsError: if one is outside the array.
    """
    block, lanes = place.shape, len(m.lanes)
    active = None if mask is None else as_type(m, mask, INT1).data
    if active is not None and not values:
        block = broadcast_shape(block, active.shape[:-1])
    offsets, *data = (_spread(each, (*block, lanes)) for each in (place.offset, *(each.data for each in values)))
    if active is None:
        chosen, offsets, data = None, offsets.reshape(-1), [each.reshape(-1) for each in data]
        owners = np.repeat(np.arange(lanes), offsets.size // lanes)
    else:
        chosen = _spread(active, (*block, lanes))
        offsets, data = offsets[chosen], [each[chosen] for each in data]
        owners = np.repeat(np.arange(lanes), np.count_nonzero(chosen.reshape(lanes, -1), axis=1))
    _checked(place.buffer, offsets)
    return _Elements(m.lanes.within(place.buffer, offsets, owners), owners, data, chosen)


def _spread(data: Array, shape: tuple[int, ...]) -> Array:
    """Return an array broadcast to a shape whose last axis is that of the lanes, with that axis first."""
    return lanes_first(data if data.shape == shape else np.broadcast_to(data, shape))


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
    buffer = place.buffer
    touched = _touched(m, place, [as_type(m, value, buffer.type)], mask)
    offsets, (numbers,) = touched.offsets, touched.values
    m.accessed(buffer, access, offsets, touched.lanes)
    buffer.data[offsets] = numbers
    if m.logs and _are_repeated(offsets + touched.lanes * buffer.data.size):
        left = buffer.data[offsets]
        if not ((left == numbers) | ((left != left) & (numbers != numbers))).all():
            raise ReferenceUnknownError(f"different values stored to one element of {buffer.name}")


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
    touched = _touched(m, place, [as_type(m, each, kind) for each in given], mask)
    offsets = touched.offsets
    m.accessed(buffer, f"{'X' if m.result_is_used or name in ('xchg', 'cas') else 'A'}{name}", offsets, touched.lanes)
    update = _update(m, name, buffer)
    before = np.zeros(offsets.size, buffer.data.dtype)
    turns = _turns(offsets)
    m.step(len(turns) // len(m.lanes))
    for some in turns:
        before[some] = buffer.data[offsets[some]]
        buffer.data[offsets[some]] = update(before[some], *(each[some] for each in touched.values))
    shape = (len(m.lanes), *place.shape)
    if touched.chosen is None:
        return Block(lanes_last(before.reshape(shape)), kind)
    old = np.empty(shape, buffer.data.dtype)
    old[...] = m.undefined(kind, ~touched.chosen)
    old[touched.chosen] = before
    return Block(lanes_last(old), kind)


def _turns(offsets: Array) -> list[Any]:
    """Return the positions of the first access to each element, then those of the second, and so on."""
    if not _are_repeated(offsets):
        return [slice(None)]
    order = np.argsort(offsets, kind="stable")
    ordered, places = offsets[order], np.arange(offsets.size)
    begins = np.maximum.accumulate(np.where(np.diff(ordered, prepend=-1) != 0, places, 0))
    turn = places - begins
    return np.split(order[np.lexsort((order, turn))], np.cumsum(np.bincount(turn))[:-1])


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
    sizes, steps = (tuple(_whole_number(m, each) for each in given) for given in (shape, strides))
    block = bounded(tuple(block_shape))
    if not len(sizes) == len(steps) == len(block) or (steps[-1] != 1).any():
        raise ReferenceUnknownError("a tensor descriptor whose parts do not fit")
    return Descriptor(_pointer(base), sizes, steps, block, np.nan if padding_option == "nan" else 0.0)


def _whole_number(m: Machine, value: Any) -> Array:
    """Return a single integer in all lanes, as int64."""
    return whole(m, item(m, m.block_of(value)))


def _window(m: Machine, desc: Any, offsets: Any) -> tuple[Pointer, Block]:
    """Return the pointers of a descriptor's block at some offsets, and which of them are within its bounds."""
    if not isinstance(desc, Descriptor) or len(offsets) != len(desc.block):
        raise ReferenceUnknownError("a tensor descriptor with other offsets")
    return _pointers(desc, [_along(m, start, size) for start, size in zip(offsets, desc.block, strict=True)])


def _along(m: Machine, start: Any, size: int) -> Array:
    return _whole_number(m, start) + np.arange(size)[:, None]


def _pointers(desc: Descriptor, places: Sequence[Array]) -> tuple[Pointer, Block]:
    """Return the pointers at the given indices of each axis, and which of them are within bounds."""
    rank = len(places)
    offset: Any = np.zeros((1,) * (rank + 1), np.int64) + desc.pointer.offset
    inside: Any = np.ones((1,) * (rank + 1), bool)
    for axis, (index, size, stride) in enumerate(zip(places, desc.sizes, desc.strides, strict=True)):
        along = index.reshape([*(-1 if each == axis else 1 for each in range(rank)), index.shape[-1]])
        check_product(offset, along)
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
    return _pointers(desc, [rows, _along(m, y_offset, desc.block[1])])


def descriptor_gather(m: Machine, desc: Any, x_offsets: Any, y_offset: Any) -> Block:
    """Evaluate the method ``gather`` of a tensor descriptor."""
    place, inside = _rows(m, desc, x_offsets, y_offset)
    return load(m, place, inside, _padding(desc))


def descriptor_scatter(m: Machine, desc: Any, value: Any, x_offsets: Any, y_offset: Any) -> None:
    """Evaluate the method ``scatter`` of a tensor descriptor."""
    place, inside = _rows(m, desc, x_offsets, y_offset)
    store(m, place, value, inside)
