"""The memory layouts of arrays, and of arrays that refer to others, in Warp's headers."""

import ctypes
from collections.abc import Callable, Sequence
from typing import Any

RANKS = 4
"""The maximum number of dimensions of a Warp array."""


class Array(ctypes.Structure):
    """``wp::array_t``; strides are in bytes."""

    _fields_ = (
        ("data", ctypes.c_uint64),
        ("grad", ctypes.c_uint64),
        ("shape", ctypes.c_int32 * RANKS),
        ("strides", ctypes.c_int32 * RANKS),
        ("ndim", ctypes.c_uint16),
        ("flags", ctypes.c_uint16),
    )


class _Bucket(ctypes.Structure):
    """``wp::fabricbucket_t``."""

    _fields_ = (
        ("start", ctypes.c_uint64),
        ("end", ctypes.c_uint64),
        ("data", ctypes.c_uint64),
        ("lengths", ctypes.c_uint64),
    )


class _Indexed(ctypes.Structure):
    """``wp::indexedarray_t``."""

    _fields_ = (("data", Array), ("indices", ctypes.c_uint64 * RANKS), ("shape", ctypes.c_int32 * RANKS))


class _Fabric(ctypes.Structure):
    """``wp::fabricarray_t``."""

    _fields_ = (("buckets", ctypes.c_uint64), ("count", ctypes.c_uint64), ("size", ctypes.c_uint64))


class _IndexedFabric(ctypes.Structure):
    """``wp::indexedfabricarray_t``."""

    _fields_ = (("inner", _Fabric), ("indices", ctypes.c_uint64), ("size", ctypes.c_uint64))


def packed(made: str, data: Array, indices: Sequence[Array], keep: Callable[[bytes], int]) -> Any:
    """Return a container in the layout of Warp's headers.

    Args:
        made: the container's class.
        data: the underlying array; if its address is 0, an empty container is returned.
        indices: integer arrays.
        keep: stores bytes where a text can read them, and returns their address.
    """
    if made == "indexedarray":
        return _indexed(data, indices)
    fabric = _fabric(data, keep) if data.data else _Fabric()
    if made == "fabricarray":
        return fabric
    (chosen,) = indices
    return _IndexedFabric(fabric, chosen.data, chosen.shape[0]) if data.data else _IndexedFabric()


def _indexed(data: Array, indices: Sequence[Array]) -> Any:
    made = _Indexed(data)
    for axis, each in enumerate(indices if data.data else ()):
        made.indices[axis], made.shape[axis] = each.data, each.shape[0]
    return made


def _fabric(data: Array, keep: Callable[[bytes], int]) -> _Fabric:
    """Return a Fabric array of two buckets in one block of memory; an array of arrays holds pointers to its rows."""
    size, step = data.shape[0], data.strides[0]
    start, lengths = data.data, 0
    if data.ndim > 1:
        start = keep(bytes((ctypes.c_uint64 * size)(*(data.data + step * row for row in range(size)))))
        lengths = keep(bytes((ctypes.c_uint64 * size)(*[data.shape[1]] * size)))
        step = ctypes.sizeof(ctypes.c_uint64)
    parts = [(low, high) for low, high in ((0, size // 2), (size // 2, size)) if low < high]
    buckets = (_Bucket * len(parts))(
        *(_Bucket(low, high, start + step * low, lengths and lengths + 8 * low) for low, high in parts)
    )
    return _Fabric(keep(bytes(buckets)), len(parts), size)
