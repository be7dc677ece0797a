"""Chunks: contiguous ranges of a run's candidates, and their results."""

import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from synthesis.core.records import Rejection
from synthesis.core.stores.base import Store
from synthesis.dataset.storage.layout import CHUNKS, FIGURES, PARTS, hash_of
from synthesis.dataset.storage.tables import SUFFIX

END = sys.maxsize
"""The stop of an open-ended chunk."""
_SMALL_CHUNKS = ((50, 5), (400, 25))
"""Pairs of a candidate's number and a size: chunks that begin before this candidate have at most this size.

A small run thus keeps several processes busy, and a run that is interrupted early keeps what it has finished.
"""


@dataclass(frozen=True, slots=True, order=True)
class Chunk:
    """A contiguous range of candidates, or of the files that they are in."""

    start: int
    stop: int

    def describe(self, unit: str) -> str:
        """Return the range as text."""
        if self.stop == END:
            return f"{unit} from {self.start} on"
        return f"{unit} {self.start} to {self.stop - 1}"

    @property
    def stem(self) -> str:
        """The stem of the names of the chunk's files."""
        return f"{self.start:09d}-{self.stop:09d}"

    @property
    def record(self) -> str:
        """The name of the chunk's record in a folder."""
        return f"{CHUNKS}/{self.stem}.json"

    @property
    def part(self) -> str:
        """The name of the file with the chunk's rows."""
        return f"{PARTS}/{self.stem}{SUFFIX}"

    @property
    def figures(self) -> str:
        """The name of the file with the chunk's verification figures."""
        return f"{FIGURES}/{self.stem}.jsonl"


def chunks_of(count: int, size: int) -> Iterator[Chunk]:
    """Yield the chunks of a run, in order. Their boundaries depend on the size alone, so that a run can grow.

    Args:
        count: number of candidates of the run.
        size: candidates in a chunk. Chunks of the first 50 candidates have at most 5, those of the first 400 at
            most 25.
    """
    start = 0
    while start < count:
        limit = next((small for end, small in _SMALL_CHUNKS if start < end), size)
        stop = min(count, start + min(size, limit))
        yield Chunk(start, stop)
        start = stop


@dataclass(frozen=True, slots=True)
class KernelRecord:
    """Identifies a user's kernel."""

    frontend: str
    name: str
    identity: str
    """A digest that is the same if several files export one kernel."""
    levels: tuple[str, ...]
    """The levels that the kernel's row has columns for."""


@dataclass(frozen=True, slots=True)
class RowRecord:
    """The entry of a row in a chunk's record."""

    index: int | None
    category: str
    renamed_hash: str
    missing_levels: tuple[str, ...]
    texts: Mapping[str, str]
    """Maps each level with a text to the reason why it is not verified; an empty string if it is."""
    kernel: KernelRecord | None = None
    """The user's kernel; None in a run that draws."""

    @property
    def is_drawn(self) -> bool:
        """Whether the kernel was drawn, in this run or in the run whose rows are lowered again."""
        return self.index is not None

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON values."""
        entry: dict[str, Any] = {
            "index": self.index,
            "category": self.category,
            "renamed_hash": self.renamed_hash,
            "missing_levels": list(self.missing_levels),
            "texts": dict(self.texts),
        }
        return entry if self.kernel is None else {**entry, "kernel": asdict(self.kernel)}

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "RowRecord":
        """Return the record from the output of ``to_json``.

        Raises:
            KeyError: if it lacks an entry.
            TypeError: if an entry has the wrong type.
        """
        missing, texts = tuple(entry["missing_levels"]), dict(entry["texts"])
        kernel = None
        if (kernel_entry := entry.get("kernel")) is not None:
            kernel = KernelRecord(
                kernel_entry["frontend"], kernel_entry["name"], kernel_entry["identity"], tuple(kernel_entry["levels"])
            )
        return cls(entry["index"], entry["category"], entry["renamed_hash"], missing, texts, kernel)


@dataclass(frozen=True, slots=True)
class ChunkRecord:
    """The results of a chunk. Each candidate is either one of the rows or one rejection without a level."""

    part: str
    """The hash of the file with the chunk's rows."""
    rows: tuple[RowRecord, ...]
    """The rows, in order."""
    rejections: tuple[Rejection, ...]
    """Rejections of candidates and of single levels, in order."""

    @property
    def candidates(self) -> int:
        """The number of candidates of the chunk."""
        return len(self.rows) + sum(each.level is None for each in self.rejections)

    def to_json(self) -> str:
        """Return the content of the record's file, with one row on each line.

        The second line has the hash of all lines after it.
        """
        rows = ",\n".join(f"    {json.dumps(row.to_json())}" for row in self.rows)
        rejections = ",\n".join(f"    {json.dumps(each.to_json(), ensure_ascii=False)}" for each in self.rejections)
        rest = f'  "part": "{self.part}",\n  "rows": [\n{rows}\n  ],\n  "rejections": [\n{rejections}\n  ]\n}}\n'
        return f"{_head_of(rest.encode())}{rest}"


def _head_of(rest: bytes) -> str:
    """Return the first two lines of a record, given its other lines."""
    return f'{{\n  "hash": "{hash_of(rest)}",\n'


def read_chunk(store: Store, chunk: Chunk, *, check: bool = True) -> ChunkRecord | None:
    """Return the record of a finished chunk.

    Args:
        store: the run's folder.
        chunk: the chunk.
        check: whether to also check that the file of its rows is unchanged.

    Returns:
        The record; None if the chunk must be made again, because a file is missing or has changed.
    """
    try:
        content = store.read(chunk.record)
        rest = content.split(b"\n", 2)[2]
        if content != _head_of(rest).encode() + rest:
            return None
        document = json.loads(content)
        record = ChunkRecord(
            str(document["part"]),
            tuple(RowRecord.from_json(entry) for entry in document["rows"]),
            tuple(Rejection.from_json(entry) for entry in document["rejections"]),
        )
        return record if not check or hash_of(store.read(chunk.part)) == record.part else None
    except (OSError, ValueError, LookupError, TypeError):
        return None
