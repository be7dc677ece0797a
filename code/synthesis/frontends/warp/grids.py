"""Arrangements of the threads of a CUDA text that runs on the host: blocks, threads per block, and their order.

Threads run one after another. The frame of a text is the code around the kernel's own statements: its header, and the
loop over the elements of a thread. A text with exactly the frame that Warp prints runs as one block of one thread. A
text with any other frame runs in several arrangements; in each of them, every thread must visit exactly its own
elements of the launch, the right number of times.
"""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Threads = npt.NDArray[np.uint32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """One arrangement of blocks and threads."""

    blocks: int
    threads: int
    """Threads per block."""
    block_of: Threads
    """The block of each thread that runs, in execution order."""
    lane_of: Threads
    """The index of each thread in its block, in execution order."""

    def __str__(self) -> str:
        """Return a description of the arrangement for a message."""
        return f"{self.blocks} blocks of {self.threads} threads"

    @property
    def whole(self) -> bool:
        """Whether all threads of the grid run."""
        return len(self.block_of) == self.blocks * self.threads

    def visits(self, size: int, *, strides: bool) -> npt.NDArray[np.uint32]:
        """Return how often each element of a launch must be visited.

        Args:
            size: the number of elements of the launch.
            strides: whether threads use a grid-stride loop.
        """
        due = np.zeros(size, np.uint32)
        step = self.blocks * self.threads if strides else size
        for block, lane in zip(self.block_of.tolist(), self.lane_of.tolist(), strict=True):
            due[block * self.threads + lane :: step] += 1
        return due


def _grid(blocks: int, threads: int, order: Sequence[int] | None = None) -> Grid:
    """Return a grid whose threads run in a given order of their numbers; by default in ascending order."""
    numbers = np.arange(blocks * threads) if order is None else np.asarray(order)
    return Grid(
        blocks=blocks,
        threads=threads,
        block_of=(numbers // threads).astype(np.uint32),
        lane_of=(numbers % threads).astype(np.uint32),
    )


ONE = _grid(1, 1)
"""One thread for the whole launch."""
_WIDTH = 4


def one_each(size: int) -> Grid:
    """Return a grid with at least as many threads as elements."""
    return _grid(size // _WIDTH + 1, _WIDTH)


def arrangements(size: int, *, strides: bool) -> tuple[Grid, ...]:
    """Return the arrangements of threads in which a CUDA text is run; results are taken from the first.

    Args:
        size: the number of elements of the launch.
        strides: whether there may be fewer threads than elements.
    """
    each = one_each(size)
    count = each.blocks * each.threads
    backwards = _grid(each.blocks, each.threads, range(count - 1, -1, -1))
    # 641 * 6700417 is 2^32 + 1, and 65536 * 65536 is 2^32. In these grids, a 32-bit count of threads wraps around.
    far = _grid(65_537, 65_536, [65_536 * 65_536])
    if not strides:
        return each, backwards, far
    shuffled = _grid(2, 3, [4, 0, 5, 2, 1, 3])
    # In a launch of two or three elements, only the smallest grids make a thread continue with another element.
    small = _grid(2, 1), _grid(1, 2)
    return ONE, *small, _grid(2, 3), _grid(3, 2), shuffled, each, backwards, far, _grid(6_700_417, 641, [0])


class Launch(ctypes.Structure):
    """The launch parameters and result fields of a text's entry. ``units.py`` declares the same struct."""

    _fields_ = (
        ("threads", ctypes.c_uint64),
        ("block_of", ctypes.c_void_p),
        ("lane_of", ctypes.c_void_p),
        ("block_dim", ctypes.c_uint32),
        ("grid_dim", ctypes.c_uint32),
        ("size", ctypes.c_uint64),
        ("visits", ctypes.c_void_p),
        ("beyond", ctypes.c_uint64),
        ("watched", ctypes.c_uint64),
        ("starts", ctypes.c_void_p),
        ("sizes", ctypes.c_void_p),
        ("notes", ctypes.c_void_p),
        ("conflict", ctypes.c_uint64),
    )


class Watch:
    """Arrays without data races: what one thread writes, others may access only by atomics, if at all.

    Args:
        places: the name, address and size in bytes of each array.
    """

    def __init__(self, places: Sequence[tuple[str, int, int]]) -> None:
        self.names = [name for name, _, _ in places]
        self.starts = np.array([start for _, start, _ in places], np.uint64)
        self.sizes = np.array([size for _, _, size in places], np.uint64)
        self._notes = [np.zeros((size, 3), np.uint32) for _, _, size in places]
        self.notes = np.array([each.ctypes.data for each in self._notes], np.uint64)


def launch_of(grid: Grid, size: int, visits: npt.NDArray[np.uint32], watch: Watch | None = None) -> Any:
    """Return the launch structure for an entry. The arrays must stay alive while it is used."""
    return Launch(
        threads=len(grid.block_of),
        block_of=grid.block_of.ctypes.data,
        lane_of=grid.lane_of.ctypes.data,
        block_dim=grid.threads,
        grid_dim=grid.blocks,
        size=size,
        visits=visits.ctypes.data,
        watched=0 if watch is None else len(watch.names),
        starts=None if watch is None else watch.starts.ctypes.data,
        sizes=None if watch is None else watch.sizes.ctypes.data,
        notes=None if watch is None else watch.notes.ctypes.data,
    )
