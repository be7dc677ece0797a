"""Built-ins for volumes: dense grids of values in space with a background around them, read at voxels or interpolated.

Points of a volume are in index space: voxel ``(i, j, k)`` is at the point with these coordinates.
"""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceUnknownError, UnknownObjectError
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.objects import object_of, part, places, spread
from synthesis.frontends.warp.reference.parts import constant_of
from synthesis.frontends.warp.reference.semantics.table import semantics
from synthesis.frontends.warp.reference.sources import type_of
from synthesis.frontends.warp.reference.values import (
    FLOAT32,
    INT32,
    Array,
    Handle,
    Value,
    ValueType,
    matrix_type,
    vector_type,
    widen,
)

_VECTOR = vector_type("float32", 3)
_VALUE_TYPES = {"volume_f": FLOAT32, "volume_v": _VECTOR, "volume_i": INT32}
"""The type of the values of each kind of volume."""
_CLOSEST = 0
"""The value of ``wp.Volume.CLOSEST``."""
_LINEAR = 1
"""The value of ``wp.Volume.LINEAR``."""
_SIDE = 8
"""Voxels along the side of a leaf."""
_OUTSIDE = 2**30
"""A voxel outside any volume, which replaces coordinates that are too large for an integer."""


def _volume(machine: Machine, given: Any, kind: str) -> Handle:
    """Return a volume after checking its kind; an empty ``kind`` accepts any volume.

    Raises:
        UnknownObjectError: if nothing is known of the object. If any volume is accepted, the kind is that of floats.
    """
    try:
        found = object_of(machine, given, kind)
    except UnknownObjectError as error:
        raise UnknownObjectError(kind or "volume_f") from error
    if found.kind not in _VALUE_TYPES:
        raise ReferenceUnknownError(f"a {found.kind} in place of a volume")
    return found


def _first_voxel(machine: Machine, volume: Handle) -> Array:
    """Return the first voxel of the volume's values, whose first axis has one entry per lane, or one for all."""
    return part(machine, volume, "first_voxel") if "first_voxel" in volume.parts else np.zeros((1, 3), np.int32)


def _read(machine: Machine, volume: Handle, voxel: list[Array]) -> Array:
    """Return the volume's value at one voxel per lane; outside the volume it is the background."""
    values, background = volume.parts["values"], part(machine, volume, "bg_value")
    voxel = [at - first for at, first in zip(voxel, _first_voxel(machine, volume).T, strict=True)]
    place = places(machine, volume)
    sizes = values.shape[len(place) : len(place) + 3]
    inside = np.logical_and.reduce([(at >= 0) & (at < size) for at, size in zip(voxel, sizes, strict=True)])
    voxel = [np.clip(at, 0, size - 1) for at, size in zip(voxel, sizes, strict=True)]
    found: Any = values[(*place, *voxel)]
    return np.where(widen(inside, found.ndim - 1), found, background)  # pyright: ignore[reportUnknownVariableType]


def _voxel(coordinates: Array) -> list[Array]:
    """Return integer coordinates as voxel numbers."""
    kept = np.clip(np.nan_to_num(coordinates, nan=_OUTSIDE), -_OUTSIDE, _OUTSIDE)
    return [kept[:, axis].astype(np.int64) for axis in range(3)]


def _closest(machine: Machine, volume: Handle, point: Array) -> Array:
    """Return the value of the nearest voxel; halves are rounded away from zero, like C's ``roundf``."""
    return _read(machine, volume, _voxel(np.trunc(point + np.copysign(0.5, point))))


def _between(machine: Machine, volume: Handle, point: Array) -> tuple[Array, Array]:
    """Return the value interpolated between the eight voxels around a point, and its derivatives on a new last axis."""
    base = np.floor(point)
    share = point - base
    voxel = _voxel(base)
    ways = [(1 - share[:, axis], share[:, axis]) for axis in range(3)]
    value: Any = 0
    slope: Any = 0
    for corner in product((0, 1), repeat=3):
        held = _read(machine, volume, [at + step for at, step in zip(voxel, corner, strict=True)])
        x, y, z = (way[step] for way, step in zip(ways, corner, strict=True))
        signs = [2 * step - 1 for step in corner]
        slopes = np.stack([signs[0] * y * z, signs[1] * x * z, signs[2] * x * y], axis=-1)
        value = value + widen(x * y * z, held.ndim - 1) * held
        slope = slope + held[..., None] * (slopes if held.ndim == 1 else slopes[:, None])
    return value, slope


def _sampled(machine: Machine, id: Any, uvw: Value, mode: Value, kind: str) -> tuple[Value, Array]:  # noqa: A002
    """Return a volume's value at a point, and its derivatives, which are zero if the closest voxel is used."""
    volume, point = _volume(machine, id, kind), spread(machine, uvw)
    held, wanted = _VALUE_TYPES[volume.kind], constant_of(mode)
    if wanted not in (_CLOSEST, _LINEAR) or (wanted == _LINEAR and held is INT32):
        raise ReferenceUnknownError(f"sampling of a {volume.kind} in mode {wanted}")
    if wanted == _LINEAR:
        value, slope = _between(machine, volume, point)
        return Value(held, value.astype(point.dtype)), slope.astype(point.dtype)
    value = _closest(machine, volume, point)
    return Value(held, value), np.zeros((*value.shape, 3), point.dtype)


def _typed(machine: Machine, id: Any, dtype: Any) -> str:  # noqa: A002
    """Return the kind of a volume, after checking that its values have the given type."""
    volume = _volume(machine, id, "")
    if type_of(dtype) != _VALUE_TYPES[volume.kind]:
        raise ReferenceUnknownError(f"a {volume.kind} of another type")
    return volume.kind


# ---- samples


@semantics("volume_sample_f")
def _sample_f(machine: Machine, id: Any, uvw: Value, sampling_mode: Value) -> Value:  # noqa: A002
    return _sampled(machine, id, uvw, sampling_mode, "volume_f")[0]


@semantics("volume_sample_v")
def _sample_v(machine: Machine, id: Any, uvw: Value, sampling_mode: Value) -> Value:  # noqa: A002
    return _sampled(machine, id, uvw, sampling_mode, "volume_v")[0]


@semantics("volume_sample_i")
def _sample_i(machine: Machine, id: Any, uvw: Value) -> Value:  # noqa: A002
    return Value(INT32, _closest(machine, _volume(machine, id, "volume_i"), spread(machine, uvw)))


@semantics("volume_sample")
def _sample(machine: Machine, id: Any, uvw: Value, sampling_mode: Value, dtype: Any) -> Value:  # noqa: A002
    return _sampled(machine, id, uvw, sampling_mode, _typed(machine, id, dtype))[0]


@semantics("volume_sample_grad_f", changes=3)
def _sample_grad_f(
    machine: Machine, keep: Callable[[Array], None], id: Any, uvw: Value, sampling_mode: Value, grad: Value  # noqa: A002
) -> Value:  # fmt: skip
    value, slope = _sampled(machine, id, uvw, sampling_mode, "volume_f")
    if grad.type != _VECTOR:
        raise ReferenceUnknownError("wp.volume_sample_grad_f into a value that is not a vec3")
    keep(slope)
    return value


@semantics("volume_sample_grad", changes=3)
def _sample_grad(
    machine: Machine, keep: Callable[[Array], None], id: Any, uvw: Value, sampling_mode: Value, grad: Value,  # noqa: A002
    dtype: Any,
) -> Value:  # fmt: skip
    kind = _typed(machine, id, dtype)
    value, slope = _sampled(machine, id, uvw, sampling_mode, kind)
    wanted: ValueType = matrix_type("float32", 3, 3) if kind == "volume_v" else _VECTOR
    if grad.type != wanted:
        raise ReferenceUnknownError("wp.volume_sample_grad into another type")
    keep(slope)
    return value


# ---- voxels


def _looked_up(machine: Machine, id: Any, kind: str, *voxel: Value) -> Value:  # noqa: A002
    volume = _volume(machine, id, kind)
    return Value(
        _VALUE_TYPES[volume.kind], _read(machine, volume, [spread(machine, each).astype(np.int64) for each in voxel])
    )


@semantics("volume_lookup_f")
def _lookup_f(machine: Machine, id: Any, i: Value, j: Value, k: Value) -> Value:  # noqa: A002
    return _looked_up(machine, id, "volume_f", i, j, k)


@semantics("volume_lookup_v")
def _lookup_v(machine: Machine, id: Any, i: Value, j: Value, k: Value) -> Value:  # noqa: A002
    return _looked_up(machine, id, "volume_v", i, j, k)


@semantics("volume_lookup_i")
def _lookup_i(machine: Machine, id: Any, i: Value, j: Value, k: Value) -> Value:  # noqa: A002
    return _looked_up(machine, id, "volume_i", i, j, k)


@semantics("volume_lookup")
def _lookup(machine: Machine, id: Any, i: Value, j: Value, k: Value, dtype: Any) -> Value:  # noqa: A002
    return _looked_up(machine, id, _typed(machine, id, dtype), i, j, k)


# ---- leaves


def _leaves(machine: Machine, volume: Handle) -> tuple[Array, Array]:
    """Return the first and the last leaf of a volume along each axis, for each lane or one for all."""
    first = _first_voxel(machine, volume)
    axes = len(places(machine, volume))
    last = first + np.array(volume.parts["values"].shape[axes : axes + 3]) - 1
    return first // _SIDE, last // _SIDE


@semantics("volume_voxel_count")
def _voxel_count(machine: Machine, id: Any) -> Value:  # noqa: A002
    """Return the number of voxels in the leaves of a volume, with or without a value of their own."""
    first, last = _leaves(machine, _volume(machine, id, ""))
    return Value(INT32, ((last - first + 1).prod(axis=1) * _SIDE**3).astype(np.int32))


@semantics("volume_lookup_index")
def _lookup_index(machine: Machine, id: Any, i: Value, j: Value, k: Value) -> Value:  # noqa: A002
    """Return the number of a voxel in the leaf of a volume, last axis fastest; -1 outside.

    Raises:
        ReferenceUnknownError: if the volume has several leaves, whose order is Warp's own.
    """
    first, last = _leaves(machine, _volume(machine, id, ""))
    if (first != last).any():
        raise ReferenceUnknownError("the number of a voxel of a volume with several leaves")
    voxel = np.stack([spread(machine, each).astype(np.int64) for each in (i, j, k)], axis=1)
    inside = (voxel // _SIDE == first).all(axis=1)
    number = (voxel % _SIDE) @ np.array([_SIDE * _SIDE, _SIDE, 1])
    return Value(INT32, np.where(inside, number, -1).astype(np.int32))


# ---- space


def _size(machine: Machine, id: Any) -> Array:  # noqa: A002
    return part(machine, _volume(machine, id, ""), "voxel_size")[:, None]


def _corner(machine: Machine, id: Any) -> Array:  # noqa: A002
    return part(machine, _volume(machine, id, ""), "min_world")


@semantics("volume_index_to_world")
def _to_world(machine: Machine, id: Any, uvw: Value) -> Value:  # noqa: A002
    return Value(_VECTOR, uvw.data * _size(machine, id) + _corner(machine, id))


@semantics("volume_world_to_index")
def _to_index(machine: Machine, id: Any, xyz: Value) -> Value:  # noqa: A002
    return Value(_VECTOR, (xyz.data - _corner(machine, id)) * (1 / _size(machine, id)))


@semantics("volume_index_to_world_dir")
def _direction_to_world(machine: Machine, id: Any, uvw: Value) -> Value:  # noqa: A002
    return Value(_VECTOR, uvw.data * _size(machine, id))


@semantics("volume_world_to_index_dir")
def _direction_to_index(machine: Machine, id: Any, xyz: Value) -> Value:  # noqa: A002
    return Value(_VECTOR, xyz.data * (1 / _size(machine, id)))
