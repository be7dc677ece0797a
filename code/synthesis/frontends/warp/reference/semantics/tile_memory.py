"""Built-ins that load tiles from arrays, and store or add tiles to arrays. A lane is a block."""

from collections.abc import Sequence
from typing import Any, cast

import numpy as np

from synthesis.frontends.base import OutOfBoundsError, ReferenceUnknownError
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.parts import constant_of, sizes_of
from synthesis.frontends.warp.reference.semantics.table import semantics
from synthesis.frontends.warp.reference.structs import gathered, put
from synthesis.frontends.warp.reference.values import Array, ArrayView, Span, StructType, Tile


def _window(
    machine: Machine,
    view: ArrayView,
    shape: Sequence[int],
    offset: Any,
    moved: tuple[int, Tile] | None = None,
    *,
    checked: bool = True,
) -> tuple[list[Array], Array]:
    """Return the array indices of a tile's elements, one row per lane, and which are inside the array.

    ``moved`` is an axis and a tile of integers, which are added to the offset along this axis.

    Raises:
        OutOfBoundsError: if a block's element is outside the array, and the kernel has bounds left unchecked.
    """
    if any(isinstance(each, Span) for each in view.prefix):
        raise ReferenceUnknownError("a tile of a slice")
    rank = len(view.remaining)
    offsets = offset if isinstance(offset, tuple) else (offset,) if offset is not None else ()  # pyright: ignore
    starts = [np.broadcast_to(each.data, machine.lanes).astype(np.int64) for each in offsets]  # pyright: ignore
    starts += [np.zeros(machine.lanes, np.int64)] * (rank - len(starts))
    grid = np.indices(shape).reshape(len(shape), -1)
    where: list[Array] = []
    inside = np.ones((machine.lanes, grid.shape[1]), bool)
    for axis in range(rank):
        steps = (grid[axis] if axis < len(shape) else np.zeros(grid.shape[1], np.int64))[None]
        if moved is not None and axis == moved[0]:
            steps = moved[1].data.astype(np.int64)[:, steps[0]]
        index = starts[axis][:, None] + steps
        size = view.remaining[axis]
        inside &= (index >= 0) & (index < size)
        if not checked and not inside[machine.mask].all():
            needed = max(int(index[machine.mask].max()) + 1, size + 1)
            raise OutOfBoundsError(size, needed, machine.names.get(view.buffer.key, ""), len(view.prefix) + axis)
        where.append(np.clip(index, 0, size - 1))
    return where, inside


def _is_checked(bounds_check: Any) -> bool:
    """Return whether a tile's elements outside the array are left out; if not, the kernel must have none."""
    return bounds_check is None or bool(constant_of(bounds_check))


@semantics("tile_load")
def _load(
    machine: Machine, view: ArrayView, shape: Any, offset: Any = None, storage: str = "", bounds_check: Any = None,
    aligned: Any = None,
) -> Tile:  # fmt: skip
    return _loaded(machine, view, sizes_of(shape), offset, checked=_is_checked(bounds_check))


@semantics("tile_load_indexed")
def _load_indexed(
    machine: Machine,
    view: ArrayView,
    indices: Tile,
    shape: Any,
    offset: Any = None,
    axis: Any = None,
    storage: str = "",
) -> Tile:
    return _loaded(machine, view, sizes_of(shape), offset, _along(machine, axis, indices))


def _along(machine: Machine, axis: Any, indices: Tile) -> tuple[int, Tile]:
    return (0 if axis is None else constant_of(axis)), indices


def _loaded(
    machine: Machine,
    view: ArrayView,
    sizes: tuple[int, ...],
    offset: Any,
    moved: tuple[int, Tile] | None = None,
    *,
    checked: bool = True,
) -> Tile:
    """Return a tile of an array's elements; elements outside the array are zeros if bounds are checked."""
    if len(sizes) != len(view.remaining):
        raise ReferenceUnknownError("wp.tile_load of a rank other than the array's")
    where, inside = _window(machine, view, sizes, offset, moved, checked=checked)
    _note(machine, view, "R", where, inside & machine.mask[:, None])
    index = (machine.replica[:, None], *(each[:, None] for each in view.prefix), *where)
    data = gathered(machine, view.element, view.buffer.data, index)
    nothing = np.zeros(1, data.dtype)
    data = cast(Array, np.where(inside.reshape(*inside.shape, *(1,) * (data.ndim - 2)), data, nothing))
    return Tile(view.element, sizes, data.reshape(machine.lanes, *sizes, *view.element.shape))


@semantics("tile_store")
def _store(
    machine: Machine, view: ArrayView, value: Tile, offset: Any = None, bounds_check: Any = None, aligned: Any = None
) -> None:
    index, data = _placed(machine, view, "W", value, offset, checked=_is_checked(bounds_check))
    put(view.element, view.buffer.data, index, data)  # if blocks overlap, the last one's elements remain


@semantics("tile_atomic_add")
def _atomic_add(machine: Machine, view: ArrayView, value: Tile, offset: Any = None, bounds_check: Any = None) -> None:
    index, data = _placed(machine, view, "Aadd", value, offset, checked=_is_checked(bounds_check))
    _added(view, index, data)


@semantics("tile_store_indexed")
def _store_indexed(
    machine: Machine, view: ArrayView, indices: Tile, t: Tile, offset: Any = None, axis: Any = None
) -> None:
    index, data = _placed(machine, view, "W", t, offset, _along(machine, axis, indices))
    put(view.element, view.buffer.data, index, data)


@semantics("tile_atomic_add_indexed")
def _atomic_add_indexed(
    machine: Machine, view: ArrayView, indices: Tile, t: Tile, offset: Any = None, axis: Any = None
) -> None:
    index, data = _placed(machine, view, "Aadd", t, offset, _along(machine, axis, indices))
    _added(view, index, data)


def _added(view: ArrayView, index: tuple[Array, ...], data: Array) -> None:
    if isinstance(view.element, StructType):
        raise ReferenceUnknownError("a sum of structs")
    np.add.at(view.buffer.data, index, data)


def _placed(
    machine: Machine,
    view: ArrayView,
    kind: str,
    value: Tile,
    offset: Any,
    moved: tuple[int, Tile] | None = None,
    *,
    checked: bool = True,
) -> tuple[tuple[Array, ...], Array]:
    """Return the indices of the active tiles' elements in the array's buffer, and the elements.

    The accesses are logged with the kind ``kind``.
    """
    where, inside = _window(machine, view, value.shape, offset, moved, checked=checked)
    chosen = inside & machine.mask[:, None]
    _note(machine, view, kind, where, chosen)
    machine.note_change(machine.mask)
    prefix = [np.broadcast_to(each, machine.lanes)[:, None] for each in view.prefix]
    index = tuple(np.broadcast_to(each, chosen.shape)[chosen] for each in (machine.replica[:, None], *prefix, *where))
    data = np.broadcast_to(value.data, (machine.lanes, *value.data.shape[1:]))
    return index, data.reshape(*chosen.shape, *value.type.shape)[chosen]


def _note(machine: Machine, view: ArrayView, kind: str, where: Sequence[Array], chosen: Array) -> None:
    """Log the accesses to a tile's elements that are ``chosen``, of shape ``(lanes, elements)``."""
    prefix = [np.broadcast_to(each, machine.lanes)[:, None] for each in view.prefix]
    indices = tuple(np.broadcast_to(each, chosen.shape) for each in (*prefix, *where))
    machine.record(view.buffer.key, kind, indices, chosen)
