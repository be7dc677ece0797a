"""Which programs are nearly the same as an earlier one: MinHash of the source's structure, by rensa.

A sketch has 128 values of the runs of five tokens that a structure has; two programs are held against each other where
eight values in a row are the same at one of sixteen places, which those whose Jaccard similarity is 0.8 are with a
probability of 95 %. Of those that meet, the share of equal values estimates the similarity, to within 0.035.
"""

import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np

from synthesis.core.identity.python import canonical_source

THRESHOLD = 0.8
"""Similarity from which programs are nearly the same: what data sets of code are commonly cleaned with."""
_VALUES = 128
_BYTES = 4 * _VALUES
_TOGETHER = 8
_RUN = 5
_SEED = 1
_TOKEN = re.compile(r"\w+|[^\w\s]")
_BLOCK = 4096
"""Sketches in memory while they are written."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Which rows of a sequence are nearly the same as an earlier one."""

    of: Mapping[int, int] = field(default_factory=dict[int, int])
    """Number of a row to that of the first that it is near to."""
    rows: int = 0
    """How many were compared."""


def find_neighbours(sources: Iterable[str]) -> Neighbours:
    """Which programs are nearly the same as an earlier one.

    Memory is some 150 bytes a program, and the sketches are in a temporary file of 512 bytes a program.

    Args:
        sources: Python sources; those that cannot be parsed are near to none.
    """
    with tempfile.TemporaryFile(prefix="irsmith-") as file:
        count = _write_sketches(sources, file)
        return Neighbours(_near(file, count), count)


def _write_sketches(sources: Iterable[str], file: BinaryIO) -> int:
    """Write a sketch for each source; returns how many there are."""
    count, waiting = 0, list[list[int]]()
    minhash = _minhash()
    for number, source in enumerate(sources):
        sketch = minhash(_VALUES, _SEED)
        sketch.update(_runs_of(source) or [f"no Python: {number}"])
        waiting.append(sketch.digest())
        count += 1
        if len(waiting) == _BLOCK:
            file.write(np.array(waiting, np.uint32).tobytes())
            waiting.clear()
    file.write(np.array(waiting, np.uint32).tobytes())
    file.flush()
    return count


def _minhash() -> Any:
    """The class of sketches."""
    import rensa  # pyright: ignore[reportMissingTypeStubs]

    module: Any = rensa
    return module.RMinHash


def _runs_of(source: str) -> list[str]:
    """The runs of tokens of a source's structure; none if it is no Python."""
    try:
        tokens = _TOKEN.findall(canonical_source(source, numbers=False))
    except (SyntaxError, ValueError, RecursionError):
        return []
    return [" ".join(tokens[at : at + _RUN]) for at in range(max(1, len(tokens) - _RUN + 1))]


def _near(file: BinaryIO, count: int) -> dict[int, int]:
    """Each row that is near to the first of those that it meets, to that one."""
    found: dict[int, int] = {}
    for start in range(0, _VALUES, _TOGETHER):
        keys = _values(file, count, start)
        _, first, group = np.unique(keys, return_index=True, return_inverse=True)
        earlier = first[group.ravel()]
        for row in np.flatnonzero(earlier < np.arange(count)).tolist():
            one = int(earlier[row])
            if found.get(row, row) > one and np.mean(_sketch(file, row) == _sketch(file, one)) >= THRESHOLD:
                found[row] = one
    return found


def _values(file: BinaryIO, count: int, start: int) -> Any:
    """Some values in a row of all sketches, those of each as one."""
    values = np.empty((count, _TOGETHER), np.uint32)
    file.seek(0)
    for at in range(0, count, _BLOCK):
        block = np.frombuffer(file.read(_BLOCK * _BYTES), np.uint32).reshape(-1, _VALUES)
        values[at : at + len(block)] = block[:, start : start + _TOGETHER]
    return values.view(np.dtype((np.void, values.dtype.itemsize * _TOGETHER))).ravel()


def _sketch(file: BinaryIO, row: int) -> Any:
    """All values of one sketch."""
    file.seek(row * _BYTES)
    return np.frombuffer(file.read(_BYTES), np.uint32)
