"""Writes records into Parquet or JSON lines files, several if there are many. None appears before all are complete.

Records are first written to spool files by split, because file names contain the number of files of a split, which is
known only at the end. The files are then renamed.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any, BinaryIO, Protocol

import numpy as np
import pyarrow as _pyarrow  # pyright: ignore[reportMissingTypeStubs]
import pyarrow.parquet as _parquet  # pyright: ignore[reportMissingTypeStubs]

from synthesis.core.stores.base import Store
from synthesis.dataset.storage.layout import SIDECAR, hash_of_stored
from synthesis.dataset.storage.manifest import DataFile
from synthesis.dataset.storage.tables import ORIGIN, array_of
from synthesis.views.columns import Column, Kind, Record

pa: Any = _pyarrow
parquet: Any = _parquet

RECORDS_OF_A_FILE = 20_000
_GROUP = 1000
"""Maximum number of records in a row group."""
_GROUP_BYTES = 32 << 20
"""Approximate maximum number of bytes of text in a row group."""
_COMPRESSION_LEVEL = 6
"""Compression level of zstd: files are a sixth larger than at 12, in a third of the time."""
SPOOL = f"{SIDECAR}/spool"
_MESSAGE = pa.struct([("role", pa.string()), ("content", pa.string())])
_TYPES: dict[Kind, Any] = {
    Kind.TEXT: pa.string(),
    Kind.INTEGER: pa.int64(),
    Kind.NUMBER: pa.float64(),
    Kind.FLAG: pa.bool_(),
    Kind.ORIGIN: ORIGIN,
    Kind.MESSAGES: pa.list_(_MESSAGE),
}


class Writer(Protocol):
    """Writes records into one file."""

    def write(self, record: Record) -> None:
        """Add a record."""
        ...

    def finish(self) -> None:
        """Write the remaining records."""
        ...

    def abandon(self) -> None:
        """Close the file without completing it."""
        ...


class ParquetWriter:
    """Writes records into a Parquet file, one row group at a time.

    Args:
        file: the file to write to.
        columns: the columns of all records.
    """

    def __init__(self, file: BinaryIO, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._schema = pa.schema([pa.field(each.name, _TYPES[each.kind]) for each in columns])
        self._waiting: list[Record] = []
        self._bytes = 0
        self._writer = parquet.ParquetWriter(
            file, self._schema, compression="zstd", compression_level=_COMPRESSION_LEVEL, write_page_index=True
        )

    def write(self, record: Record) -> None:
        """Add a record."""
        self._waiting.append(record)
        self._bytes += sum(_size(value) for value in record.values())
        if len(self._waiting) == _GROUP or self._bytes > _GROUP_BYTES:
            self._flush()

    def finish(self) -> None:
        """Write the remaining records and the file's footer."""
        self._flush()
        self._writer.close()

    def abandon(self) -> None:
        """Close the file without completing it."""
        self._writer.close()

    def _flush(self) -> None:
        if self._waiting:
            arrays = [_array([record[each.name] for record in self._waiting], each.kind) for each in self._columns]
            self._writer.write_table(pa.Table.from_arrays(arrays, schema=self._schema))
        self._waiting, self._bytes = [], 0


class LinesWriter:
    """Writes records as JSON, one a line.

    Args:
        file: the file to write to.
        columns: the columns of all records.
    """

    def __init__(self, file: BinaryIO, columns: Sequence[Column]) -> None:
        self._file = file
        self._names = [each.name for each in columns]

    def write(self, record: Record) -> None:
        """Add a record."""
        line = json.dumps({name: record[name] for name in self._names}, ensure_ascii=False)
        self._file.write(line.encode() + b"\n")

    def finish(self) -> None:
        """Do nothing."""

    def abandon(self) -> None:
        """Do nothing."""


WRITERS: dict[str, Callable[[BinaryIO, Sequence[Column]], Writer]] = {"parquet": ParquetWriter, "jsonl": LinesWriter}
"""The writers by the suffix of their files."""


def _size(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    return sum(len(each["content"]) for each in value) if isinstance(value, list) else 8  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _array(values: Sequence[Any], kind: Kind) -> Any:
    if kind is not Kind.MESSAGES:
        return array_of(values, _TYPES[kind])
    offsets = np.cumsum([0, *map(len, values)], dtype=np.int32)
    flat = array_of([message for messages in values for message in messages], _MESSAGE)
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), flat)


@dataclass(slots=True)
class _Open:
    """The file of a split that is being written."""

    stack: ExitStack
    writer: Writer
    number: int
    records: int = 0


class Spool:
    """Spool files of records by split. A context manager.

    Args:
        store: the folder.
        columns: the columns of all records.
        form: ``parquet`` or ``jsonl``.
        most: maximum number of records in a file.
    """

    def __init__(self, store: Store, columns: Sequence[Column], form: str, most: int = RECORDS_OF_A_FILE) -> None:
        self._store = store
        self._columns = columns
        self._form = form
        self._most = most
        self._open: dict[str, _Open] = {}
        self._sizes: dict[str, list[int]] = {}
        """Numbers of records of the finished files, by split."""

    def __enter__(self) -> "Spool":
        """Return the spool itself, empty."""
        self._empty()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: Any) -> None:
        """Remove files that have not been renamed."""
        for each in self._open.values():
            each.writer.abandon()
            each.stack.__exit__(kind or KeyboardInterrupt, error or KeyboardInterrupt(), trace)
        self._empty()

    def write(self, split: str, record: Record) -> None:
        """Add a record to a split."""
        found = self._open.get(split) or self._begin(split)
        found.writer.write(record)
        found.records += 1
        if found.records == self._most:
            self._end(split)

    def settle(self) -> Iterator[DataFile]:
        """Rename all files, by split, and yield each one."""
        for split in list(self._open):
            self._end(split)
        for split, sizes in sorted(self._sizes.items()):
            for number, records in enumerate(sizes):
                name = f"{split}-{number:05d}-of-{len(sizes):05d}.{self._form}"
                yield DataFile(name, records, self._rename(self._name(split, number), name))

    def _begin(self, split: str) -> _Open:
        stack = ExitStack()
        number = len(self._sizes.setdefault(split, []))
        file = stack.enter_context(self._store.writing(self._name(split, number)))
        writer = WRITERS[self._form](file, self._columns)
        found = self._open[split] = _Open(stack, writer, number)
        return found

    def _end(self, split: str) -> None:
        found = self._open.pop(split)
        with found.stack:
            found.writer.finish()
        self._sizes[split].append(found.records)

    def _name(self, split: str, number: int) -> str:
        return f"{SPOOL}/{split}-{number:05d}.{self._form}"

    def _rename(self, old: str, new: str) -> str:
        """Rename a file and return its hash."""
        found = hash_of_stored(self._store, old)
        self._store.move(old, new)
        return found

    def _empty(self) -> None:
        self._store.sweep(SPOOL)
        for name in self._store.names(SPOOL):
            self._store.remove(f"{SPOOL}/{name}")
        self._store.prune(SPOOL)
