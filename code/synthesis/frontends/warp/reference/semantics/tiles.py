"""Built-ins for tiles. A lane is a block, and the axes after it are the elements of its tile.

A cooperative operation of a block's threads is one operation here. Sums are taken in the order of elements, which no
GPU guarantees; the tolerance allows for that.
"""

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synthesis.core.formats import numpy_dtype
from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.warp import introspection
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.parts import component, constant_of, ready, sizes_of
from synthesis.frontends.warp.reference.semantics.table import SEMANTICS, semantics
from synthesis.frontends.warp.reference.sources import type_of
from synthesis.frontends.warp.reference.structs import packed, unpacked
from synthesis.frontends.warp.reference.values import (
    INT32,
    Array,
    BuiltIn,
    StructType,
    StructValue,
    Tile,
    Value,
    scalar_type,
    vector_type,
)


def _filled(machine: Machine, shape: tuple[int, ...], dtype: Any, value: Array) -> Tile:
    kind = type_of(dtype)
    data = np.broadcast_to(
        value.reshape(len(value), *(1,) * len(shape), *value.shape[1:]), (machine.lanes, *shape, *kind.shape)
    )
    return Tile(kind, shape, data.astype(machine.formats[kind.scalar]))


@semantics("tile_zeros", "tile_empty")
def _zeros(machine: Machine, shape: Any, dtype: Any = float, storage: str = "") -> Tile:
    """Return a tile of zeros. The contents of an empty tile are undefined and must not be read."""
    return _filled(machine, sizes_of(shape), dtype, np.zeros(1))


@semantics("tile_ones")
def _ones(machine: Machine, shape: Any, dtype: Any = float, storage: str = "") -> Tile:
    return _filled(machine, sizes_of(shape), dtype, np.ones(1))


@semantics("tile_full")
def _full(machine: Machine, shape: Any, value: Value, dtype: Any = float, storage: str = "") -> Tile:
    return _filled(machine, sizes_of(shape), dtype, machine.converted(value, type_of(dtype).scalar).data)


@semantics("tile_from_thread")
def _from_thread(machine: Machine, shape: Any, value: Value, thread_idx: Any, storage: str = "") -> Tile:
    """Return a tile filled with the value of thread 0, the only thread of a block on a CPU."""
    if constant_of(thread_idx):
        raise ReferenceUnknownError("wp.tile_from_thread of a thread other than the first")
    return _filled(machine, sizes_of(shape), value.type, value.data)


@semantics("tile")
def _tile(machine: Machine, value: Value, preserve_type: Any = None) -> Tile:
    """Return a tile with the value of the block's only thread; a vector becomes a dimension by default."""
    if value.type.form == "vector" and preserve_type is None:
        return Tile(scalar_type(value.type.scalar), (*value.type.shape, 1), value.data[..., None])
    return Tile(value.type, (1,), value.data[:, None])


@semantics("untile")
def _untile(machine: Machine, tile: Tile) -> Value:
    if len(tile.shape) == 1:
        return Value(tile.type, tile.data[:, 0])
    return Value(vector_type(tile.type.scalar, tile.shape[0]), tile.data[:, :, 0])


@semantics("tile_arange")
def _arange(machine: Machine, *bounds: Value, dtype: Any = float, storage: str = "") -> Tile:
    """Return the numbers from a first one up to a last one (exclusive), all in the tile's type.

    So are the bounds, and the quotient of which the length is the ceiling. Integers are exact.
    """
    given = [each.literal if each.literal is not None else constant_of(each) for each in bounds]
    kind = type_of(dtype)
    limits = (0, *given, 1) if len(given) == 1 else (*given, 1)[:3]
    if kind.is_float:
        own = numpy_dtype(kind.scalar)
        start, stop, step = (float(own.type(each)) for each in limits)
        count = max(math.ceil(float(own.type((stop - start) / step))), 1)
    else:
        start, stop, step = map(int, limits)
        count = -((stop - start) // -step)
    numbers = np.array([start + number * step for number in range(count)], machine.formats[kind.scalar])
    return Tile(kind, numbers.shape, numbers[None])


# ---- elementwise


def _element(kind: Any, data: Array) -> Value | StructValue:
    return unpacked(kind, data) if isinstance(kind, StructType) else Value(kind, data)


def _numbers(value: Any) -> Array:
    """Return the numbers of a value, or of one field of a struct, one row per lane or block."""
    while isinstance(value, StructValue):
        value = next(iter(value.fields.values()))
    return value.data


def _elements(tile: Any, lanes: int, size: int) -> Value | StructValue:
    """Return a tile's elements as lanes; a value that is not a tile is repeated for each element."""
    if isinstance(tile, StructValue):
        return StructValue(tile.type, {name: _elements(each, lanes, size) for name, each in tile.fields.items()})
    data = np.broadcast_to(tile.data, (lanes, *tile.data.shape[1:]))
    if isinstance(tile, Tile):
        return _element(tile.type, data.reshape(lanes * size, *tile.type.shape))
    return Value(tile.type, np.repeat(data, size, 0), getattr(tile, "literal", None))


def _applied(machine: Machine, function: Any, operands: Sequence[Any], elements: int) -> Any:
    """Return the result of a built-in or user function on values whose lanes are elements of tiles."""
    lanes = max(len(_numbers(each)) for each in operands)
    inner = machine.spread(lanes // elements, elements)
    if isinstance(function, BuiltIn):
        known = SEMANTICS.get(function.name)
        if known is None or known.changes is not None:
            raise ReferenceUnknownError(f"wp.{function.name} of tiles")
        return known.compute(inner, *operands)
    if introspection.is_function(function) and inner.function is not None:
        return inner.function(inner, function, operands)
    raise ReferenceUnknownError("wp.tile_map of a value that is not a function")


@semantics("tile_map")
def _map(machine: Machine, function: Any, *operands: Any) -> Tile:
    tile = next(each for each in operands if isinstance(each, Tile))
    lanes = max(len(_numbers(each)) for each in operands)
    size = int(np.prod(tile.shape))
    made = _applied(machine, function, [_elements(each, lanes, size) for each in operands], size)
    held = packed(machine, made) if isinstance(made, StructValue) else made.data
    data = np.broadcast_to(held, (lanes * size, *made.type.shape))
    return Tile(made.type, tile.shape, data.reshape(lanes, *tile.shape, *made.type.shape))


# ---- reductions and scans of a tile


def _flat(tile: Tile) -> Array:
    return tile.data.reshape(len(tile.data), -1, *tile.type.shape)


def _one(tile: Tile, data: Array, kind: Any = None) -> Tile:
    """Return a tile of one element."""
    return Tile(kind or tile.type, (1,), data[:, None])


def _sum_in_order(data: Array, axis: int) -> Array:
    """Return a sum along an axis, with rounding after each addition.

    ``np.sum`` adds pairwise, with much smaller rounding errors than Warp's loop. The tolerance is measured from the
    errors of this sum.
    """
    return np.add.accumulate(data, axis, dtype=data.dtype).take(-1, axis)


@semantics("tile_sum")
def _sum(machine: Machine, tile: Tile, axis: Any = None) -> Tile:
    if axis is not None:
        along = constant_of(axis)
        sizes = tuple(size for place, size in enumerate(tile.shape) if place != along) or (1,)
        made = _sum_in_order(tile.data, along + 1)
        return Tile(tile.type, sizes, made.reshape(len(made), *sizes, *tile.type.shape))
    return _one(tile, _sum_in_order(_flat(tile), 1))


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
def _reduce(machine: Machine, function: Any, tile: Tile, axis: Any = None) -> Tile:
    """Return a tile's elements, or those along an axis, combined from first to last."""
    along = None if axis is None else constant_of(axis)
    sizes = () if along is None else tuple(size for place, size in enumerate(tile.shape) if place != along)
    flat = _flat(tile) if along is None else np.moveaxis(tile.data, along + 1, 1)
    count = math.prod(sizes)

    def part(number: int) -> Value | StructValue:
        taken = flat[:, number]
        return _element(tile.type, taken.reshape(len(taken) * count, *tile.type.shape))

    result = part(0)
    for number in range(1, flat.shape[1]):
        result = _applied(machine, function, [result, part(number)], count)
    held = packed(machine, result) if isinstance(result, StructValue) else result.data
    if along is None:
        return _one(tile, held, result.type)
    sizes = sizes or (1,)
    return Tile(result.type, sizes, held.reshape(-1, *sizes, *getattr(result.type, "shape", ())))


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


def _running(extreme: Any) -> Callable[[Machine, Tile], Tile]:
    def compute(_: Machine, tile: Tile) -> Tile:
        return Tile(tile.type, tile.shape, extreme.accumulate(_flat(tile), axis=1).reshape(tile.data.shape))

    return compute


semantics("tile_scan_max_inclusive")(_running(np.fmax))
semantics("tile_scan_min_inclusive")(_running(np.fmin))


@semantics("tile_dot")
def _dot(_: Machine, a: Tile, b: Tile) -> Tile:
    product = (_flat(a) * _flat(b)).astype(a.data.dtype)
    return Tile(scalar_type(a.type.scalar), (1,), _sum_in_order(product.reshape(len(product), -1), 1)[:, None])


# ---- shapes and products


@semantics("tile_transpose")
def _transpose(_: Machine, tile: Tile) -> Tile:
    return Tile(tile.type, tile.shape[::-1], np.swapaxes(tile.data, 1, 2))


@semantics("tile_broadcast")
def _broadcast(machine: Machine, tile: Tile, shape: Any) -> Tile:
    sizes = sizes_of(shape)
    data = tile.data.reshape(len(tile.data), *(1,) * (len(sizes) - len(tile.shape)), *tile.data.shape[1:])
    return Tile(tile.type, sizes, np.broadcast_to(data, (len(data), *sizes, *tile.type.shape)))


@semantics("tile_reshape")
def _reshape(machine: Machine, tile: Tile, shape: Any) -> Tile:
    sizes = sizes_of(shape)
    data = tile.data.reshape(len(tile.data), *sizes, *tile.type.shape)
    return Tile(tile.type, data.shape[1 : 1 + len(sizes)], data)


@semantics("tile_squeeze")
def _squeeze(machine: Machine, tile: Tile, axis: Any = None) -> Tile:
    rank = len(tile.shape)
    axes = [k for k, size in enumerate(tile.shape) if size == 1] if axis is None else [k % rank for k in sizes_of(axis)]
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
    """Return ``a b``; with a third tile, store ``alpha a b + beta out`` in it.

    Sums in 16 bits are rounded after each term, as Warp rounds them.
    """
    if a.data.dtype.itemsize == 2 and a.type.is_float:
        terms = (a.data[:, :, k, None] * b.data[:, k, None, :] for k in range(a.shape[1]))
        product = functools.reduce(np.add, terms)
    else:
        product = np.matmul(a.data, b.data).astype(np.result_type(a.data, b.data))
    if rest and isinstance(rest[0], Tile):
        out = rest[0]
        scale = 1 if alpha is None else alpha.data.reshape(-1, 1, 1)
        keep = 1 if beta is None else beta.data.reshape(-1, 1, 1)
        out.data = (scale * product + keep * out.data).astype(out.data.dtype)
        return None
    return Tile(a.type, (a.shape[0], b.shape[1]), product)


@semantics("tile_extract")
def _extract(machine: Machine, tile: Tile, *indices: Value) -> Value:
    return component(machine, tile, indices)


# ---- parts of a tile, and changes in place: a view shares its tile's memory


@semantics("tile_view")
def _view(machine: Machine, tile: Tile, offset: Any, shape: Any = None) -> Tile:
    """Return a window of a tile; without a shape, the part that the first indices select."""
    starts = sizes_of(offset)
    if shape is None:
        return Tile(tile.type, tile.shape[len(starts) :], tile.data[(slice(None), *starts)])
    sizes = sizes_of(shape)
    return Tile(tile.type, sizes, tile.data[_region(starts, sizes)])


def _region(starts: Sequence[int], sizes: Sequence[int]) -> tuple[slice, ...]:
    """Return the slices of a window of every block's tile."""
    return (slice(None), *(slice(start, start + size) for start, size in zip(starts, sizes, strict=True)))


@semantics("tile_assign")
def _assign(machine: Machine, dst: Tile, src: Tile, offset: Any = None) -> None:
    starts = (0,) * len(dst.shape) if offset is None else sizes_of(offset)
    _changed(machine, dst, src.data.astype(dst.data.dtype), _region(starts, src.shape))


@semantics("tile_axpy")
def _axpy(machine: Machine, alpha: Value, src: Tile, dest: Tile) -> None:
    scale = machine.converted(alpha, dest.type.scalar).data
    scaled = scale.reshape(-1, *(1,) * (dest.data.ndim - 1)) * src.data
    _changed(machine, dest, dest.data + scaled, (slice(None),))


def _changed(machine: Machine, tile: Tile, data: Array, where: tuple[Any, ...]) -> None:
    """Change elements of the active blocks' tiles, in place."""
    ready(tile)
    if len(tile.data) != machine.lanes:
        raise ReferenceUnknownError("a change of a tile that all blocks share")
    lanes = machine.mask.reshape(-1, *(1,) * (tile.data.ndim - 1))
    tile.data[where] = np.where(lanes, data, tile.data[where])


def _scattered(machine: Machine, tile: Tile, rest: Sequence[Any], *, add: bool) -> None:
    """Write or add one value of each block's only thread to its tile, if the thread has one."""
    rank = len(tile.shape)
    value, has = rest[rank : rank + 2]
    ready(tile)
    lanes = np.nonzero(machine.mask & np.broadcast_to(machine.truth(has), machine.lanes))[0]
    active, machine.mask = machine.mask, machine.mask & np.broadcast_to(machine.truth(has), machine.lanes)
    places = [machine.inside(each.data, size) for each, size in zip(rest[:rank], tile.shape, strict=True)]
    machine.mask = active
    where = (lanes, *(np.broadcast_to(each, machine.lanes)[lanes] for each in places))
    given = np.broadcast_to(machine.as_type(value, tile.type).data, (machine.lanes, *tile.type.shape))[lanes]
    tile.data[where] = tile.data[where] + given if add else given


@semantics("tile_scatter_add")
def _scatter_add(machine: Machine, tile: Tile, *rest: Any, atomic: Any = None) -> None:
    _scattered(machine, tile, rest, add=True)


@semantics("tile_scatter_masked")
def _scatter_masked(machine: Machine, tile: Tile, *rest: Any) -> None:
    _scattered(machine, tile, rest, add=False)
