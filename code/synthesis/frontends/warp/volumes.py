"""A reader and writer of a volume's values in its NanoVDB grid, in the layout of NanoVDB's header.

A grid is a tree. Its leaves have 8 x 8 x 8 voxels; above them are two kinds of nodes, and a root. A voxel without a
leaf has the background value, or the value that a node stores for a whole block. Volumes from Warp's own constructors
have no such blocks.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]

TILE = 8
"""Voxels along the side of a leaf."""
_MOST = 12_000
"""Maximum number of voxels of a volume that is stored whole. If it has more, two leaves along each axis are stored."""
_TREE = 672
"""Offset in bytes of a grid's tree. It begins with the offsets of the leaves, both kinds of nodes and the root."""
_COUNTS = 32
_BACKGROUND = 28
_BOX = 32
"""Offset in bytes of a node's masks: that of active voxels, then that of children."""
_LOWER = 16
"""Blocks along the side of a lower node. Each block has the size of a leaf."""
_UPPER = 32
"""Blocks along the side of an upper node. Each block has the size of a lower node."""
_ENTRY = 32
"""Bytes of the root's entry for each block, just before the nodes: key, offset of the node, whether active, value."""


@dataclass(frozen=True, slots=True)
class _Layout:
    """The layout of a grid with values of one type."""

    kind: str
    dtype: np.dtype[Any]
    element: tuple[int, ...]
    leaf: int
    """Bytes of a leaf, which ends with its values."""
    entry: int
    """Bytes of a node's entry for each block; a node ends with its entries."""


_LAYOUTS = {
    "float": _Layout("volume_f", np.dtype(np.float32), (), 2144, 8),
    "Vec3f": _Layout("volume_v", np.dtype(np.float32), (3,), 6272, 16),
    "int32": _Layout("volume_i", np.dtype(np.int32), (), 2144, 8),
}


def fill(volume: Any, values: Array, first: Array) -> None:
    """Write values into a volume all of whose leaves are in a box.

    Args:
        volume: a volume on the host.
        values: an array with the box's dimensions, then those of a value.
        first: the first voxel of the box, at the corner of a leaf.
    """
    held = volume.array().numpy()
    leaves = held[_TREE + int(held[_TREE:].view(np.int64)[0]) :].reshape(volume.get_tile_count(), -1)
    for corner, inside in zip(_corners(leaves) - first, _insides(leaves, values.dtype, values.shape[3:]), strict=True):
        some = values[tuple(slice(start, start + TILE) for start in corner)]
        inside[tuple(map(slice, some.shape[:3]))] = some


def read_volume(volume: Any) -> tuple[str, Mapping[str, Array]]:
    """Return a volume's kind, and its parts as named in ``handles.py``.

    The values are those of a box that contains all leaves or, if that is too large, of a small box near the middle of
    the leaves. Blocks of a leaf's size that have a single value count as leaves.

    Raises:
        ValueError: with a description of the volume, if it holds other types of values, is rotated or stretched, or has
            blocks of a single value that a box cannot hold.
    """
    info = volume.get_grid_info()
    layout = _LAYOUTS.get(info.type_str)
    if layout is None:
        raise ValueError(f"a volume of {info.type_str}")
    matrix = np.array(info.transform_matrix, np.float32).reshape(3, 3)
    if (matrix != np.eye(3, dtype=np.float32) * matrix[0, 0]).any() or matrix[0, 0] <= 0:
        raise ValueError("a rotated volume, or one with voxels that are not cubes")
    held: npt.NDArray[np.uint8] = volume.array().numpy()
    leaves_at, lower_at, upper_at, root_at = map(int, held[_TREE : _TREE + _COUNTS].view(np.int64) + _TREE)
    counts = held[_TREE + _COUNTS :][:12].view(np.uint32)
    start = root_at + _BACKGROUND
    background = held[start : start + layout.dtype.itemsize * math.prod(layout.element)]
    empty = background.view(layout.dtype).reshape(layout.element)
    leaves = held[leaves_at : leaves_at + counts[0] * layout.leaf].reshape(counts[0], layout.leaf)
    roots = held[upper_at - int(held[start - 4 : start].view(np.uint32)[0]) * _ENTRY : upper_at].reshape(-1, _ENTRY)
    blocks, numbers = _blocks(
        _Root(roots, root_at),
        _Nodes(held[upper_at:lower_at], upper_at, int(counts[2]), _UPPER, layout.entry),
        _Nodes(held[lower_at:leaves_at], lower_at, int(counts[1]), _LOWER, layout.entry),
        background,
    )
    corners = np.concatenate([_corners(leaves), blocks])
    if not len(corners):
        raise ValueError("a volume that has only background values")
    if len(blocks) and _voxels_of(corners.min(axis=0), corners.max(axis=0) + TILE) > _MOST:
        raise ValueError(f"a volume of more than {_MOST:,} voxels with whole blocks of one value")
    whole = numbers.view(layout.dtype).reshape(-1, 1, 1, 1, *layout.element).repeat(TILE, 1).repeat(TILE, 2)
    insides = [*_insides(leaves, layout.dtype, layout.element), *whole.repeat(TILE, 3)]
    first, values = _box(corners, insides, empty)
    parts = {
        "values": values,
        "min_world": np.array(info.translation, np.float32),
        "voxel_size": matrix[0, 0],
        "bg_value": empty.copy(),
    }
    return layout.kind, parts if not first.any() else {**parts, "first_voxel": first}


@dataclass(frozen=True, slots=True)
class _Root:
    """The root's entries, and its offset in the grid."""

    entries: npt.NDArray[np.uint8]
    at: int

    def origins(self) -> Mapping[int, Array]:
        """Return the first voxel of each node, by the node's offset. Keys have 21 bits per axis, last axis lowest."""
        side = _UPPER * _LOWER * TILE
        found: dict[int, Array] = {}
        for each in self.entries:
            key, beyond = int(each[:8].copy().view(np.uint64)[0]), int(each[8:16].copy().view(np.int64)[0])
            places = [(key >> shift & (2**21 - 1)) * side for shift in (42, 21, 0)]
            found[self.at + beyond] = np.array(places, np.int64).astype(np.int32)
        return found

    def values(self, size: int) -> npt.NDArray[np.uint8]:
        """Return the values that the root stores for blocks without a node, ``size`` bytes each."""
        return self.entries[~self.entries[:, 8:16].any(axis=1), 20 : 20 + size]


@dataclass(frozen=True, slots=True)
class _Nodes:
    """The nodes of one kind, which are contiguous, and their offset in the grid."""

    data: npt.NDArray[np.uint8]
    at: int
    count: int
    side: int
    """Blocks along the side of a node."""
    entry: int

    def blocks(self) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.uint8]]:
        """Return for each block of each node whether it has a child, and its bytes: the child's offset or a value."""
        number = self.side**3
        if not self.count:
            return np.zeros((0, number), bool), np.zeros((0, number, self.entry), np.uint8)
        nodes = self.data.reshape(self.count, -1)
        children = np.unpackbits(nodes[:, _BOX + number // 8 : _BOX + number // 4], axis=1, bitorder="little")
        return children.astype(bool), nodes[:, -number * self.entry :].reshape(self.count, number, self.entry)

    def address(self, node: int) -> int:
        """Return the offset of a node in the grid."""
        return self.at + node * (len(self.data) // self.count)

    def place(self, number: npt.NDArray[np.int64]) -> npt.NDArray[np.int32]:
        """Return the position of a block in its node, in blocks."""
        places = [number // self.side**2, number // self.side % self.side, number % self.side]
        return np.stack(places, axis=-1).astype(np.int32)


def _blocks(
    root: _Root, uppers: _Nodes, lowers: _Nodes, background: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
    """Return the first voxel of each non-background block without a leaf, and the bytes of its single value.

    Raises:
        ValueError: if such a block is larger than a leaf.
    """
    size = len(background)
    children, entries = uppers.blocks()
    if (root.values(size) != background).any() or (entries[~children][:, :size] != background).any():
        raise ValueError(f"a volume with whole blocks of one value of {_LOWER * TILE} voxels a side")
    tops = root.origins()
    origins: dict[int, Array] = {}
    for node, number in zip(*np.nonzero(children), strict=True):
        at, beyond = uppers.address(int(node)), int(entries[node, number, :8].copy().view(np.int64)[0])
        origins[at + beyond] = tops[at] + uppers.place(number) * _LOWER * TILE
    children, entries = lowers.blocks()
    nodes, numbers = np.nonzero(~children & (entries[:, :, :size] != background).any(axis=2))
    starts = np.array([origins[lowers.address(int(each))] for each in nodes], np.int32).reshape(-1, 3)
    return starts + lowers.place(numbers) * TILE, np.ascontiguousarray(entries[nodes, numbers, :size])


def _box(corners: npt.NDArray[np.int32], insides: Sequence[Array], background: Array) -> tuple[Array, Array]:
    """Return the first voxel of a box of leaves, and the values in the box.

    If a box of all leaves is too large, a small one near their middle is used. Planes of background at the upper ends
    of the axes are cut off.
    """
    low, high = corners.min(axis=0), corners.max(axis=0) + TILE
    if _voxels_of(low, high) > _MOST:
        middle = np.abs(corners - np.median(corners, axis=0)).sum(axis=1).argmin()
        low, high = corners[middle], corners[middle] + 2 * TILE
    values = np.empty((*(high - low), *background.shape), background.dtype)
    values[...] = background
    for corner, inside in zip(corners - low, insides, strict=True):
        if (corner >= 0).all() and (corner < high - low).all():
            values[tuple(slice(start, start + TILE) for start in corner)] = inside
    empty = (values == background).reshape(*values.shape[:3], -1).all(axis=3)
    for axis in range(3):
        planes = np.flatnonzero(~empty.all(axis=tuple({0, 1, 2} - {axis})))
        values = values[(slice(None),) * axis + (slice(int(planes.max(initial=0)) + 1),)]
    return low, np.ascontiguousarray(values)


def _voxels_of(low: Array, high: Array) -> float:
    return float(np.prod(high.astype(np.float64) - low))


def _corners(leaves: npt.NDArray[np.uint8]) -> npt.NDArray[np.int32]:
    """Return the first voxel of each leaf; a leaf stores the first of its active voxels."""
    return np.ascontiguousarray(leaves[:, :12]).view(np.int32) & -TILE


def _insides(leaves: npt.NDArray[np.uint8], dtype: np.dtype[Any], element: tuple[int, ...]) -> list[Array]:
    """Return views of the values of each leaf."""
    width = dtype.itemsize * math.prod(element)
    return [leaf[-(TILE**3) * width :].view(dtype).reshape(TILE, TILE, TILE, *element) for leaf in leaves]
