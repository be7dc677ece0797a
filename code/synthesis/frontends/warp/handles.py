"""The parts of each kind of object that kernels query, mostly by an id.

The ``handle`` of an argument names the kind of the object that the argument is or identifies. The argument's fields
are the object's parts. So a row contains everything that is needed to make the object, and each run makes its own.
An array may hold the ids of objects of one kind, which have parts of the same shapes.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.signatures import Argument, Domain, Role
from synthesis.frontends.warp.volumes import TILE

MOST_CELLS = 2**21
"""Maximum number of cells of a hash grid, a volume or a texture: 128 per side."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An array or a number from which an object is made."""

    dtype: str
    element: tuple[int, ...] = ()
    rank: int | None = 1
    """The number of dimensions of an array; None for a plain value."""
    optional: bool = False

    def fits(self, argument: Argument) -> bool:
        """Return whether a field has this part's type, and all its dimensions are known."""
        sizes = argument.shape
        return (
            (argument.dtype, argument.element) == (self.dtype, self.element)
            and (None if sizes is None else len(sizes)) == self.rank
            and all(sizes or ())
            and not argument.fields
            and not argument.handle
        )


def _volume(dtype: str, element: tuple[int, ...] = ()) -> Mapping[str, Part]:
    return {
        "values": Part(dtype=dtype, element=element, rank=3),
        "min_world": Part(dtype="float32", element=(3,), rank=None),
        "voxel_size": Part(dtype="float32", rank=None),
        "bg_value": Part(dtype=dtype, element=element, rank=None),
        "first_voxel": Part(dtype="int32", element=(3,), rank=None, optional=True),
    }


VOLUMES = {"volume_f": _volume("float32"), "volume_v": _volume("float32", (3,)), "volume_i": _volume("int32")}
"""Volumes of floats, of vectors and of integers, with the suffixes of Warp's functions for them.

The first value belongs to the voxel ``first_voxel``, by default (0, 0, 0). Voxel (0, 0, 0) is at ``min_world``.
"""


def _texture(rank: int) -> Mapping[str, Part]:
    whole = Part(dtype="int32", rank=None)
    values = Part(dtype="float32", rank=rank)
    return {"values": values, "filter_mode": whole, "address_mode": whole, "normalized_coords": whole}


TEXTURES = {"texture_2d": _texture(2), "texture_3d": _texture(3)}
"""Textures of one channel, with rows before columns as in their arrays. Kernels take them by value."""
PARTS: Mapping[str, Mapping[str, Part]] = {
    "mesh": {
        "points": Part(dtype="float32", element=(3,)),
        "indices": Part(dtype="int32"),
        "velocities": Part(dtype="float32", element=(3,), optional=True),
        "groups": Part(dtype="int32", optional=True),
    },
    "bvh": {
        "lowers": Part(dtype="float32", element=(3,)),
        "uppers": Part(dtype="float32", element=(3,)),
        "groups": Part(dtype="int32", optional=True),
    },
    "hash_grid": {
        "points": Part(dtype="float32", element=(3,)),
        "cell_width": Part(dtype="float32", rank=None),
        "dims": Part(dtype="int32", element=(3,), rank=None),
        "groups": Part(dtype="int32", optional=True),
    },
    **VOLUMES,
    **TEXTURES,
}
"""Arguments of ``wp.Mesh``, ``wp.Bvh``, ``wp.HashGrid``, ``Volume.load_from_numpy`` and ``wp.Texture2D``, in order."""
EXISTS = "exists"
"""The part of the objects in an array that is 0 for an object that is not made; its id is 0."""
TYPES = {"texture_2d": "Texture2D", "texture_3d": "Texture3D"}
"""The types of arguments that are the objects themselves. For other kinds the argument is an id."""


def existing(objects: npt.NDArray[Any]) -> Iterator[tuple[tuple[int, ...], Any]]:
    """Yield the place and the parts of each object in the value of an array of ids, if it exists."""
    gaps = EXISTS in (objects.dtype.names or ())
    yield from ((place, objects[place]) for place in np.ndindex(objects.shape) if not gaps or objects[place][EXISTS])


def is_object(argument: Argument) -> bool:
    """Return whether an argument is an object, its id or an array of ids, and every draw of its fields is valid."""
    parts = PARTS.get(argument.handle)
    if parts is None or (argument.dtype, argument.element) != (TYPES.get(argument.handle, "uint64"), ()):
        return False
    if argument.shape is not None:
        if argument.handle in TYPES or argument.role is not Role.INPUT or not all(argument.shape):
            return False
        parts = {**parts, EXISTS: Part(dtype="int32", rank=None, optional=True)}
    fields = {each.name: each for each in argument.fields}
    expected = [name for name, part in parts.items() if name in fields or not part.optional]
    if [each.name for each in argument.fields] != expected:
        return False
    return all(parts[name].fits(each) for name, each in fields.items()) and _CHECKS[argument.handle](fields)


def _is_mesh(fields: Mapping[str, Argument]) -> bool:
    indices, points = fields["indices"], fields["points"]
    velocities = fields.get("velocities", points)
    low, high = _range(indices)
    grouped = "groups" not in fields or 3 * _count(fields["groups"]) == _count(indices)
    whole = _count(indices) % 3 == 0 and velocities.shape == points.shape
    return whole and grouped and 0 <= low <= high < _count(points)


def _is_bvh(fields: Mapping[str, Argument]) -> bool:
    shapes = {each.shape for each in fields.values()}
    return len(shapes) == 1


def _is_grid(fields: Mapping[str, Argument]) -> bool:
    (width, _), (least, most) = _range(fields["cell_width"]), _range(fields["dims"])
    grouped = "groups" not in fields or fields["groups"].shape == fields["points"].shape
    return grouped and width > 0 and least >= 1 and most**3 <= MOST_CELLS


def _is_volume(fields: Mapping[str, Argument]) -> bool:
    (width, _), cells = _range(fields["voxel_size"]), math.prod(size or 0 for size in fields["values"].shape or ())
    return width > 0 and 0 < cells <= MOST_CELLS and _is_corner(fields.get("first_voxel"))


def _is_corner(first: Argument | None) -> bool:
    """Return whether a voxel is the first one of a leaf on every draw; True for the default (None)."""
    if first is None:
        return True
    return first.domain == Domain(low=0, high=0) and all(at % TILE == 0 for at in first.base)


def _is_texture(fields: Mapping[str, Argument]) -> bool:
    """Return whether a texture has valid modes, the same on every draw, and not too many texels."""
    texels = math.prod(size or 0 for size in fields["values"].shape or ())
    modes = [_range(fields[name]) for name in ("filter_mode", "address_mode", "normalized_coords")]
    return 0 < texels <= MOST_CELLS and all(
        low == high and 0 <= low < count for (low, high), count in zip(modes, (2, 4, 2), strict=True)
    )


_CHECKS = {"mesh": _is_mesh, "bvh": _is_bvh, "hash_grid": _is_grid, **dict.fromkeys(VOLUMES, _is_volume),
           **dict.fromkeys(TEXTURES, _is_texture)}  # fmt: skip


def _range(argument: Argument) -> tuple[float, float]:
    """Return the smallest and largest value that a field may have; NaN if its domain is unknown."""
    if argument.domain is None:
        return math.nan, math.nan
    base = argument.base or (0.0,)
    return argument.domain.low + min(base), argument.domain.high + max(base)


def _count(argument: Argument) -> int:
    return (argument.shape or (0,))[0] or 0
