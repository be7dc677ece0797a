"""Finds sources that are nearly the same as an earlier one, with MinHash of the source's structure (library rensa).

A sketch has 128 values computed from the 5-grams of a structure's tokens. Two sources are compared if eight
consecutive values agree in one of sixteen bands. At a Jaccard similarity of 0.8 this happens with a probability of 95
%. For compared sources, the share of equal values estimates the similarity, with a standard error of 0.035.
"""

import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np

from synthesis.core.identity.python import canonical_source

THRESHOLD = 0.8
"""Jaccard similarity from which sources are nearly the same, a common value for deduplicating code."""
_VALUES = 128
_BYTES = 4 * _VALUES
_BAND_SIZE = 8
_RUN = 5
_SEED = 1
_TOKEN = re.compile(r"\w+|[^\w\s]")
_BLOCK = 4096
"""Number of sketches that are buffered before they are written."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The near duplicates in a sequence of rows."""

    of: Mapping[int, int] = field(default_factory=dict[int, int])
    """The number of the first row that each row nearly repeats."""
    rows: int = 0
    """Number of rows that were compared."""


def find_neighbours(sources: Iterable[str]) -> Neighbours:
    """Return the sources that are nearly the same as an earlier one.

    The search uses about 150 bytes of memory for each source, and a temporary file with 512 bytes for each.

    Args:
        sources: Python sources. One that cannot be parsed is near to no other.
    """
    with tempfile.TemporaryFile(prefix="irsmith-") as file:
        count = _write_sketches(sources, file)
        return Neighbours(_near(file, count), count)


def _write_sketches(sources: Iterable[str], file: BinaryIO) -> int:
    """Write a sketch for each source, and return their number."""
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
    """Return rensa's class for sketches."""
    import rensa  # pyright: ignore[reportMissingTypeStubs]

    module: Any = rensa
    return module.RMinHash


def _runs_of(source: str) -> list[str]:
    """Return the n-grams of tokens of a source's structure; empty if it cannot be parsed."""
    try:
        tokens = _TOKEN.findall(canonical_source(source, numbers=False))
    except (SyntaxError, ValueError, RecursionError):
        return []
    return [" ".join(tokens[at : at + _RUN]) for at in range(max(1, len(tokens) - _RUN + 1))]


def _near(file: BinaryIO, count: int) -> dict[int, int]:
    """Return, for each row that is near to the first row with which it shares a band, the number of that row."""
    found: dict[int, int] = {}
    for start in range(0, _VALUES, _BAND_SIZE):
        keys = _values(file, count, start)
        _, first, group = np.unique(keys, return_index=True, return_inverse=True)
        earlier = first[group.ravel()]
        for row in np.flatnonzero(earlier < np.arange(count)).tolist():
            one = int(earlier[row])
            if found.get(row, row) > one and np.mean(_sketch(file, row) == _sketch(file, one)) >= THRESHOLD:
                found[row] = one
    return found


def _values(file: BinaryIO, count: int, start: int) -> Any:
    """Return one band of each sketch, which is eight consecutive values, as a single value of a NumPy void type."""
    values = np.empty((count, _BAND_SIZE), np.uint32)
    file.seek(0)
    for at in range(0, count, _BLOCK):
        block = np.frombuffer(file.read(_BLOCK * _BYTES), np.uint32).reshape(-1, _VALUES)
        values[at : at + len(block)] = block[:, start : start + _BAND_SIZE]
    return values.view(np.dtype((np.void, values.dtype.itemsize * _BAND_SIZE))).ravel()


def _sketch(file: BinaryIO, row: int) -> Any:
    """Return all values of one sketch."""
    file.seek(row * _BYTES)
    return np.frombuffer(file.read(_BYTES), np.uint32)
