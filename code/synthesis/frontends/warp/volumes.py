"""What a volume holds, read from and written into its NanoVDB grid, as NanoVDB's header lays it out.

A grid is a tree: leaves of 8 x 8 x 8 voxels lie at its end, nodes of two kinds above them, and a root. What has no leaf
is its background, or what a node says of a whole block; Warp's own constructors make no such blocks.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

TILE = 8
"""Voxels along the side of a leaf."""
_MOST = 12_000
"""Voxels of a volume that are kept whole; of a larger one two leaves along each axis are."""
_TREE = 672
"""Bytes before the tree of a grid. It begins with how far from itself leaves, both kinds of nodes and the root are."""
_COUNTS = 32
_BACKGROUND = 28
_BOX = 32
"""Bytes of a node before its masks: of voxels that count, and of children."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """How a grid of values of one type is laid out."""

    kind: str
    dtype: np.dtype[Any]
    element: tuple[int, ...]
    leaf: int
    """Bytes of a leaf, which ends with its values."""
    entry: int
    """Bytes that a node has for each of its blocks, with which it ends."""


_LAYOUTS = {
    "float": _Layout("volume_f", np.dtype(np.float32), (), 2144, 8),
    "Vec3f": _Layout("volume_v", np.dtype(np.float32), (3,), 6272, 16),
    "int32": _Layout("volume_i", np.dtype(np.int32), (), 2144, 8),
}


def fill(volume: Any, values: Array, first: Array) -> None:
    """Put values into the leaves of a volume that has no others.

    Args:
        volume: on the host.
        values: its dimensions, then those of a value.
        first: the voxel of the first of them, at the corner of a leaf.
    """
    held = volume.array().numpy()
    leaves = held[_TREE + int(held[_TREE:].view(np.int64)[0]) :].reshape(volume.get_tile_count(), -1)
    for corner, inside in zip(_corners(leaves) - first, _insides(leaves, values.dtype, values.shape[3:]), strict=True):
        some = values[tuple(slice(start, start + TILE) for start in corner)]
        inside[tuple(map(slice, some.shape[:3]))] = some


def read_volume(volume: Any) -> tuple[str, Mapping[str, Array]]:
    """The kind of a volume, and the parts that ``handles.py`` names: a box with all its leaves, or those in its middle.

    Raises:
        ValueError: with what it is that is not kept, if it holds other values, is turned or stretched, or has whole
            blocks of one value.
    """
    info = volume.get_grid_info()
    layout = _LAYOUTS.get(info.type_str)
    if layout is None:
        raise ValueError(f"a volume of {info.type_str}")
    matrix = np.array(info.transform_matrix, np.float32).reshape(3, 3)
    if (matrix != np.eye(3, dtype=np.float32) * matrix[0, 0]).any() or matrix[0, 0] <= 0:
        raise ValueError("a volume that is turned, or whose voxels are no cubes")
    held: npt.NDArray[np.uint8] = volume.array().numpy()
    leaves_at, low_at, high_at, root_at = held[_TREE : _TREE + _COUNTS].view(np.int64) + _TREE
    counts = held[_TREE + _COUNTS :][:12].view(np.uint32)
    start = int(root_at) + _BACKGROUND
    background = held[start : start + layout.dtype.itemsize * math.prod(layout.element)]
    nodes = (held[low_at:leaves_at].reshape(counts[1], -1), held[high_at:low_at].reshape(counts[2], -1))
    children = held[start - 4 : start].view(np.uint32)[0]
    if children != counts[2] or any(_has_blocks(each, layout.entry, background) for each in nodes):
        raise ValueError("a volume with whole blocks of one value")
    if not counts[0]:
        raise ValueError("a volume of nothing but its background")
    leaves = held[leaves_at : leaves_at + counts[0] * layout.leaf].reshape(counts[0], layout.leaf)
    empty = background.view(layout.dtype).reshape(layout.element)
    first, values = _box(leaves, empty)
    parts = {
        "values": values,
        "min_world": np.array(info.translation, np.float32),
        "voxel_size": matrix[0, 0],
        "bg_value": empty.copy(),
    }
    return layout.kind, parts if not first.any() else {**parts, "first_voxel": first}


def _has_blocks(nodes: npt.NDArray[np.uint8], entry: int, background: npt.NDArray[np.uint8]) -> bool:
    """Whether nodes say of a block that has no child another value than the background."""
    bits = next(size for size in (512, 4096) if nodes.shape[1] < _BOX + 2 * size + 2 * entry * 8 * size)
    children = np.unpackbits(nodes[:, _BOX + bits : _BOX + 2 * bits], axis=1, bitorder="little").astype(bool)
    table = nodes[:, -8 * bits * entry :].reshape(len(nodes), 8 * bits, entry)
    return bool((table[~children][:, : len(background)] != background).any())


def _box(leaves: npt.NDArray[np.uint8], background: Array) -> tuple[Array, Array]:
    """The first voxel of a box, and its values; at its end there is no plane of nothing but background."""
    corners = _corners(leaves)
    low, high = corners.min(axis=0), corners.max(axis=0) + TILE
    if np.prod(high - low) > _MOST:
        middle = np.abs(corners - np.median(corners, axis=0)).sum(axis=1).argmin()
        low, high = corners[middle], corners[middle] + 2 * TILE
    values = np.empty((*(high - low), *background.shape), background.dtype)
    values[...] = background
    for corner, inside in zip(corners - low, _insides(leaves, background.dtype, background.shape), strict=True):
        if (corner >= 0).all() and (corner < high - low).all():
            values[tuple(slice(start, start + TILE) for start in corner)] = inside
    empty = (values == background).reshape(*values.shape[:3], -1).all(axis=3)
    for axis in range(3):
        planes = np.flatnonzero(~empty.all(axis=tuple({0, 1, 2} - {axis})))
        values = values[(slice(None),) * axis + (slice(int(planes.max(initial=0)) + 1),)]
    return low, np.ascontiguousarray(values)


def _corners(leaves: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
    """The first voxel of each leaf, which says first where those of its voxels begin that count."""
    return np.ascontiguousarray(leaves[:, :12]).view(np.int32) & -TILE


def _insides(leaves: npt.NDArray[np.uint8], dtype: np.dtype[Any], element: tuple[int, ...]) -> list[Array]:
    """The values of each leaf, where they are."""
    width = dtype.itemsize * math.prod(element)
    return [leaf[-(TILE**3) * width :].view(dtype).reshape(TILE, TILE, TILE, *element) for leaf in leaves]
