"""Access to parts of values: components, swizzles, elements of tiles, and constant integers such as sizes."""

from typing import Any, cast

import numpy as np

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.structs import unpacked
from synthesis.frontends.warp.reference.values import (
    Array,
    StructType,
    StructValue,
    Tile,
    Value,
    scalar_type,
    value_type,
    vector_type,
)

AXES = "xyzw"


def constant_of(value: Any) -> int:
    """Convert a value to a Python integer. It must be an integer that is equal in all lanes."""
    if isinstance(value, Value) and value.literal is not None:
        return int(value.literal)
    if isinstance(value, Value) and not value.type.shape and len(value.data) == 1:
        return int(value.data[0])
    raise ReferenceUnknownError("a size that is not a constant")


def sizes_of(shape: Any) -> tuple[int, ...]:
    """Convert a shape or an offset, which may be a single number, to a tuple of Python integers."""
    given = cast(tuple[Any, ...], shape) if isinstance(shape, tuple) else (shape,)
    return tuple(map(constant_of, given))


def places_of(indices: tuple[Any, ...]) -> tuple[Any, ...]:
    """Convert integers in indices to Python integers. They must be equal in all lanes. Slices are unchanged."""
    return tuple(cast(Any, each) if isinstance(each, slice) else constant_of(each) for each in indices)


def component(machine: Machine, container: Any, indices: tuple[Any, ...]) -> Any:
    """Return a component or part of a tuple, vector, matrix or tile."""
    if isinstance(container, tuple):
        return container[indices[0] if isinstance(indices[0], slice) else constant_of(indices[0])]  # pyright: ignore
    if isinstance(container, Tile):
        return _tile_element(machine, container, indices)
    if not isinstance(container, Value) or not container.type.shape or len(indices) > len(container.type.shape):
        raise ReferenceUnknownError(f"an index into a {type(container).__name__}")
    if any(isinstance(each, slice) for each in indices):
        where = places_of(indices)
        data = container.data[(slice(None), *where)]
        return Value(value_type("matrix" if data.ndim == 3 else "vector", container.type.scalar, data.shape[1:]), data)
    inside = [machine.inside(each.data, container.type.shape[axis]) for axis, each in enumerate(indices)]
    if all(len(each) == 1 for each in inside):
        data = container.data[(slice(None), *(int(each[0]) for each in inside))]
    else:
        lanes = max(len(container.data), *(len(each) for each in inside))
        source = np.broadcast_to(container.data, (lanes, *container.type.shape))
        data = source[(np.arange(lanes), *(np.broadcast_to(each, lanes) for each in inside))]
    rest = container.type.shape[len(indices) :]
    return Value(vector_type(container.type.scalar, rest[0]) if rest else scalar_type(container.type.scalar), data)


def _tile_element(machine: Machine, tile: Tile, indices: tuple[Any, ...]) -> Value | StructValue | Tile:
    """Return an element or a part of a tile, or the parts that a tile of indices selects."""
    rows = [axis for axis, each in enumerate(indices) if isinstance(each, Tile)]
    if rows and all(each == slice(None) for axis, each in enumerate(indices) if axis not in rows):
        return _gathered(tile, rows[0], indices[rows[0]])
    if len(indices) != len(tile.shape) or any(isinstance(each, slice) for each in indices):
        return _tile_part(machine, tile, indices)
    inside = [machine.inside(each.data, size) for each, size in zip(indices, tile.shape, strict=True)]
    lanes = max(len(tile.data), *(len(each) for each in inside))
    source = np.broadcast_to(tile.data, (lanes, *tile.data.shape[1:]))
    data = source[(np.arange(lanes), *(np.broadcast_to(each, lanes) for each in inside))]
    return unpacked(tile.type, data) if isinstance(tile.type, StructType) else Value(tile.type, data)


def _tile_part(machine: Machine, tile: Tile, indices: tuple[Any, ...]) -> Tile:
    """Return the same part of every block's tile, which shares the tile's memory."""
    where: list[Any] = []
    for each, size in zip(indices, tile.shape, strict=False):
        if isinstance(each, slice):
            start, stop, step = each.indices(size)
            if step < 0:
                raise ReferenceUnknownError("a part of a tile with a negative step")
            where.append(slice(start, stop, step))
        elif isinstance(each, Value) and len(each.data) == 1 and not each.type.is_float:
            where.append(int(machine.inside(each.data, size)[0]))
        else:
            raise ReferenceUnknownError("a part of a tile that depends on the thread")
    ready(tile)
    data = tile.data[(slice(None), *where)]
    return Tile(tile.type, data.shape[1 : data.ndim - len(tile.type.shape)], data)


def set_element(machine: Machine, tile: Tile, indices: tuple[Any, ...], value: Any) -> None:
    """Write an element of the active blocks' tiles, in place."""
    whole = len(indices) == len(tile.shape) and all(isinstance(each, Value) for each in indices)
    if not whole or not isinstance(value, Value):
        raise ReferenceUnknownError("a change of a part of a tile")
    ready(tile)
    if len(tile.data) != machine.lanes:
        raise ReferenceUnknownError("a change of a tile that all blocks share")
    lanes = np.nonzero(machine.mask)[0]
    places = (machine.inside(each.data, size) for each, size in zip(indices, tile.shape, strict=True))
    where = (lanes, *(np.broadcast_to(each, machine.lanes)[lanes] for each in places))
    given = machine.as_type(value, tile.type).data
    tile.data[where] = np.broadcast_to(given, (machine.lanes, *tile.type.shape))[lanes]


def ready(tile: Tile) -> None:
    """Copy a tile's data if it is read-only because repeated elements share memory."""
    if not tile.data.flags.writeable:
        tile.data = tile.data.copy()


def _gathered(tile: Tile, axis: int, indices: Tile) -> Tile:
    """Return the parts of a tile along an axis at the indices that a tile of integers holds."""
    size = tile.shape[axis]
    chosen = cast(Array, np.where(indices.data < 0, indices.data + size, indices.data))
    if ((chosen < 0) | (chosen >= size)).any():
        raise ReferenceFaultError(f"an index out of bounds of {size}")
    lanes = max(len(tile.data), len(chosen))
    source = np.moveaxis(np.broadcast_to(tile.data, (lanes, *tile.data.shape[1:])), axis + 1, 1)
    taken = source[np.arange(lanes)[:, None], np.broadcast_to(chosen, (lanes, chosen.shape[1]))]
    shape = (*tile.shape[:axis], chosen.shape[1], *tile.shape[axis + 1 :])
    return Tile(tile.type, shape, np.moveaxis(taken, 1, axis + 1))


def part_of(value: Value, name: str) -> Any:
    """Return an attribute of a value, such as ``.x`` or ``.xy`` of a vector, ``.p`` of a transform, or ``.dtype``."""
    form, scalar = value.type.form, value.type.scalar
    if form == "scalar" and name == "value":
        return value
    if form == "transform" and name in ("p", "q"):
        if name == "p":
            return Value(vector_type(scalar, 3), value.data[:, :3])
        return Value(value_type("quaternion", scalar, (4,)), value.data[:, 3:])
    if form in ("vector", "quaternion") and name and all(axis in AXES[: value.type.shape[0]] for axis in name):
        axes = [AXES.index(axis) for axis in name]
        if len(axes) == 1:
            return Value(scalar_type(scalar), value.data[:, axes[0]])
        return Value(vector_type(scalar, len(axes)), value.data[:, axes])
    if name == "dtype":
        return scalar_type(scalar)
    raise ReferenceUnknownError(f".{name} of a {form}")
