"""Tiles: a lane is a block, and a tile's elements are axes after it.

What a block's threads do together is one operation here. Sums are taken in the order of elements, which no GPU
promises; the tolerance is for that.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.warp import lowering
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.semantics.table import SEMANTICS, semantics
from synthesis.frontends.warp.reference.sources import type_of
from synthesis.frontends.warp.reference.values import (
    INT32,
    Array,
    ArrayView,
    BuiltIn,
    Span,
    Tile,
    Value,
    scalar_type,
)


def _sizes(machine: Any, shape: Any) -> tuple[int, ...]:
    values = shape if isinstance(shape, tuple) else (shape,)  # pyright: ignore
    return tuple(machine.constant(each) for each in values)  # pyright: ignore


def _filled(machine: Machine, shape: tuple[int, ...], dtype: Any, value: Array) -> Tile:
    kind = type_of(dtype)
    data = np.broadcast_to(
        value.reshape(len(value), *(1,) * len(shape), *value.shape[1:]), (len(value), *shape, *kind.shape)
    )
    return Tile(kind, shape, data.astype(machine.formats[kind.scalar]))


@semantics("tile_zeros")
def _zeros(machine: Machine, shape: Any, dtype: Any = float, storage: str = "") -> Tile:
    return _filled(machine, _sizes(machine, shape), dtype, np.zeros(1))


@semantics("tile_ones")
def _ones(machine: Machine, shape: Any, dtype: Any = float, storage: str = "") -> Tile:
    return _filled(machine, _sizes(machine, shape), dtype, np.ones(1))


@semantics("tile_full")
def _full(machine: Machine, shape: Any, value: Value, dtype: Any = float, storage: str = "") -> Tile:
    return _filled(machine, _sizes(machine, shape), dtype, machine.converted(value, type_of(dtype).scalar).data)


@semantics("tile_arange")
def _arange(machine: Any, *bounds: Value, dtype: Any = float, storage: str = "") -> Tile:
    start, stop, step = 0, machine.constant(bounds[-1]), 1
    if len(bounds) > 1:
        start, stop = machine.constant(bounds[0]), machine.constant(bounds[1])
    if len(bounds) > 2:
        step = machine.constant(bounds[2])
    kind = type_of(dtype)
    numbers = np.arange(start, stop, step).astype(machine.formats[kind.scalar])
    return Tile(kind, numbers.shape, numbers[None])


def _window(machine: Machine, view: ArrayView, shape: Sequence[int], offset: Any) -> tuple[list[Array], Array]:
    """Indices of a tile's elements, flattened over lanes, and which of them are inside the array."""
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
        steps = grid[axis] if axis < len(shape) else np.zeros(grid.shape[1], np.int64)
        index = starts[axis][:, None] + steps[None]
        inside &= (index >= 0) & (index < view.remaining[axis])
        where.append(np.clip(index, 0, view.remaining[axis] - 1))
    return where, inside


@semantics("tile_load")
def _load(
    machine: Machine, view: ArrayView, shape: Any, offset: Any = None, storage: str = "", bounds_check: Any = None,
    aligned: Any = None,
) -> Tile:  # fmt: skip
    """Elements beyond the array are zeros."""
    sizes = _sizes(machine, shape)
    if len(sizes) != len(view.remaining) or not hasattr(view.element, "scalar"):
        raise ReferenceUnknownError("wp.tile_load of another rank than the array's")
    where, inside = _window(machine, view, sizes, offset)
    for axis in where:
        machine.log.append((view.buffer.key, "R", (*view.prefix, axis[:, 0]), machine.mask))
    data = view.buffer.data[(machine.replica[:, None], *(each[:, None] for each in view.prefix), *where)]
    data = np.where(inside.reshape(*inside.shape, *(1,) * (data.ndim - 2)), data, 0)
    return Tile(view.element, sizes, data.reshape(machine.lanes, *sizes, *view.element.shape))


@semantics("tile_store")
def _store(
    machine: Machine, view: ArrayView, value: Tile, offset: Any = None, bounds_check: Any = None, aligned: Any = None
) -> None:
    index, data = _placed(machine, view, value, offset)
    view.buffer.data[index] = data  # where blocks overlap, the last one's stays


@semantics("tile_atomic_add")
def _atomic_add(machine: Machine, view: ArrayView, value: Tile, offset: Any = None, bounds_check: Any = None) -> None:
    index, data = _placed(machine, view, value, offset)
    np.add.at(view.buffer.data, index, data)


def _placed(machine: Machine, view: ArrayView, value: Tile, offset: Any) -> tuple[tuple[Array, ...], Array]:
    """Where the elements of the active blocks' tiles go in the array's buffer, block after block, and what they are."""
    where, inside = _window(machine, view, value.shape, offset)
    chosen = inside & machine.mask[:, None]
    prefix = [np.broadcast_to(each, machine.lanes)[:, None] for each in view.prefix]
    index = tuple(np.broadcast_to(each, chosen.shape)[chosen] for each in (machine.replica[:, None], *prefix, *where))
    data = np.broadcast_to(value.data, (machine.lanes, *value.data.shape[1:]))
    return index, data.reshape(*chosen.shape, *value.type.shape)[chosen]


# ---- element by element


def _elements(tile: Any, lanes: int, size: int) -> Value:
    """A tile's elements, or a number that goes with each, as lanes."""
    data = np.broadcast_to(tile.data, (lanes, *tile.data.shape[1:]))
    if isinstance(tile, Tile):
        return Value(tile.type, data.reshape(lanes * size, *tile.type.shape))
    return Value(tile.type, np.repeat(data, size, 0), getattr(tile, "literal", None))


def _applied(machine: Any, function: Any, operands: Sequence[Any]) -> Any:
    """What a built-in or a function of the user's gives for values whose lanes are elements."""
    lanes = len(operands[0].data)
    inner = machine.spread(lanes)
    if isinstance(function, BuiltIn):
        known = SEMANTICS.get(function.name)
        if known is None or known.changes_state:
            raise ReferenceUnknownError(f"wp.{function.name} of tiles")
        return known.compute(inner, *operands)
    if lowering.is_function(function):
        return inner.function(function, list(operands), {})
    raise ReferenceUnknownError("wp.tile_map of something else")


@semantics("tile_map")
def _map(machine: Any, function: Any, *operands: Any) -> Tile:
    tile = next(each for each in operands if isinstance(each, Tile))
    lanes = max(len(each.data) for each in operands)
    size = int(np.prod(tile.shape))
    made = _applied(machine, function, [_elements(each, lanes, size) for each in operands])
    data = np.broadcast_to(made.data, (lanes * size, *made.type.shape))
    return Tile(made.type, tile.shape, data.reshape(lanes, *tile.shape, *made.type.shape))


# ---- over the elements of a tile


def _flat(tile: Tile) -> Array:
    return tile.data.reshape(len(tile.data), -1, *tile.type.shape)


def _one(tile: Tile, data: Array, kind: Any = None) -> Tile:
    """A tile of one element."""
    return Tile(kind or tile.type, (1,), data[:, None])


@semantics("tile_sum")
def _sum(_: Machine, tile: Tile, axis: Any = None) -> Tile:
    if axis is not None:
        raise ReferenceUnknownError("wp.tile_sum along an axis")
    return _one(tile, _flat(tile).sum(1, dtype=tile.data.dtype))


def _extreme(reduce: Callable[..., Array]) -> Callable[[Machine, Tile], Tile]:
    def compute(_: Machine, tile: Tile) -> Tile:
        return _one(tile, reduce(_flat(tile), axis=1))

    return compute


semantics("tile_min")(_extreme(np.fmin.reduce))
semantics("tile_max")(_extreme(np.fmax.reduce))


def _position(choose: Callable[..., Array]) -> Callable[[Machine, Tile], Tile]:
    def compute(_: Machine, tile: Tile) -> Tile:
        return _one(tile, choose(_flat(tile), axis=1).astype(np.int32), INT32)

    return compute


semantics("tile_argmin")(_position(np.argmin))
semantics("tile_argmax")(_position(np.argmax))


@semantics("tile_reduce")
def _reduce(machine: Any, function: Any, tile: Tile) -> Tile:
    flat = _flat(tile)
    result = Value(tile.type, flat[:, 0])
    for number in range(1, flat.shape[1]):
        result = _applied(machine, function, [result, Value(tile.type, flat[:, number])])
    return _one(tile, result.data, result.type)


def _scan(*, inclusive: bool) -> Callable[[Machine, Tile], Tile]:
    def compute(_: Machine, tile: Tile) -> Tile:
        flat = _flat(tile)
        sums = np.cumsum(flat, axis=1, dtype=flat.dtype)
        if not inclusive:
            sums = np.concatenate([np.zeros_like(sums[:, :1]), sums[:, :-1]], 1)
        return Tile(tile.type, tile.shape, sums.reshape(tile.data.shape))

    return compute


semantics("tile_scan_inclusive")(_scan(inclusive=True))
semantics("tile_scan_exclusive")(_scan(inclusive=False))


# ---- shapes and products


@semantics("tile_transpose")
def _transpose(_: Machine, tile: Tile) -> Tile:
    return Tile(tile.type, tile.shape[::-1], np.swapaxes(tile.data, 1, 2))


@semantics("tile_broadcast")
def _broadcast(machine: Any, tile: Tile, shape: Any) -> Tile:
    sizes = _sizes(machine, shape)
    data = tile.data.reshape(len(tile.data), *(1,) * (len(sizes) - len(tile.shape)), *tile.data.shape[1:])
    return Tile(tile.type, sizes, np.broadcast_to(data, (len(data), *sizes, *tile.type.shape)))


@semantics("tile_reshape")
def _reshape(machine: Any, tile: Tile, shape: Any) -> Tile:
    sizes = _sizes(machine, shape)
    data = tile.data.reshape(len(tile.data), *sizes, *tile.type.shape)
    return Tile(tile.type, data.shape[1 : 1 + len(sizes)], data)


@semantics("tile_squeeze")
def _squeeze(machine: Any, tile: Tile, axis: Any = None) -> Tile:
    axes = [k for k, size in enumerate(tile.shape) if size == 1] if axis is None else list(_sizes(machine, axis))
    sizes = tuple(size for k, size in enumerate(tile.shape) if k not in axes)
    return Tile(tile.type, sizes, tile.data.reshape(len(tile.data), *sizes, *tile.type.shape))


@semantics("tile_astype")
def _astype(machine: Machine, tile: Tile, dtype: Any) -> Tile:
    kind = type_of(dtype)
    made = machine.converted(Value(scalar_type(tile.type.scalar), tile.data), kind.scalar)
    return Tile(kind, tile.shape, made.data)


@semantics("tile_matmul")
def _matmul(
    machine: Machine, a: Tile, b: Tile, *rest: Any, alpha: Value | None = None, beta: Value | None = None
) -> Any:
    """``a b``, or with a third tile ``alpha a b + beta out`` in its place."""
    product = np.matmul(a.data, b.data).astype(np.result_type(a.data, b.data))
    if rest and isinstance(rest[0], Tile):
        out = rest[0]
        scale = 1 if alpha is None else alpha.data.reshape(-1, 1, 1)
        keep = 1 if beta is None else beta.data.reshape(-1, 1, 1)
        out.data = (scale * product + keep * out.data).astype(out.data.dtype)
        return None
    return Tile(a.type, (a.shape[0], b.shape[1]), product)


@semantics("tile_extract")
def _extract(machine: Any, tile: Tile, *indices: Value) -> Value:
    where = tuple(machine.constant(each) for each in indices)
    if any(not 0 <= each < size for each, size in zip(where, tile.data.shape[1:], strict=False)):
        raise ReferenceFaultError("an index beyond a tile")
    return Value(tile.type, tile.data[(slice(None), *where)])
