"""Writes a data set as Parquet files, as one JSON file a row, or as text files."""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType
from typing import Any, BinaryIO, cast

from synthesis.core.stores.base import Store, join
from synthesis.dataset.census import Census, FilePlan
from synthesis.dataset.runs import Entry
from synthesis.dataset.splits import SPLITS
from synthesis.dataset.storage.layout import SIDECAR, hash_of, hash_of_stored
from synthesis.dataset.storage.manifest import DataFile
from synthesis.dataset.storage.naming import file_stem, table_name
from synthesis.dataset.storage.rows import Row, document_of, readable, text_form
from synthesis.dataset.storage.tables import TableWriter

ROWS_OF_A_FILE = 20_000
"""Maximum number of rows in a Parquet file: about 60 MB."""
FLAT = 10_000
"""Maximum number of rows stored as JSON files in one folder.

Larger data sets have a subfolder for each thousand rows.
"""


@dataclass(frozen=True, slots=True)
class Placed:
    """A row of a data set and its location."""

    number: int
    """The number in the name of the row's file."""
    split: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Contents:
    """The rows of a data set, which can be iterated over once."""

    census: Census
    placed: Iterable[Placed]
    """The rows, in order."""

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels of all front ends."""
        return tuple(dict.fromkeys(name for levels in self.census.levels.values() for name in levels))


def write_parquet(store: Store, contents: Contents, before: Sequence[DataFile]) -> Iterator[DataFile]:
    """Write rows as Parquet files by front end and split, and return the files in order.

    An existing file with the same rows is reused. When a data set grows, only new files are compressed.
    """
    census = contents.census
    known = {each.of: each for each in before if each.of}
    with ExitStack() as stack:
        files = {
            (frontend, split): _ShelfWriter(store, frontend, split, census, known, stack)
            for frontend, split in sorted(census.shelves, key=lambda each: (each[0], SPLITS.index(each[1])))
        }
        for each in contents.placed:
            files[each.entry.row.metadata["frontend"], each.split].write(each.entry.row)
        for each in files.values():
            yield from each.close()


class _ShelfWriter:
    """Writes the files of one front end and split, one after the other."""

    def __init__(
        self, store: Store, frontend: str, split: str, census: Census, known: Mapping[str, DataFile], stack: ExitStack
    ) -> None:
        self._store = store
        self._known = known
        self._stack = stack
        plans = census.shelves[frontend, split].files or [FilePlan(0, "")]
        self._plans = [(table_name(frontend, split, at, len(plans)), plan) for at, plan in enumerate(plans)]
        self._levels = tuple(census.levels.get(frontend, ()))
        self._done: list[DataFile] = []
        self._rows = 0
        self._open: _OpenTable | None = None
        self._taken = ""
        """The hash of an existing file that is reused instead of being written."""

    def write(self, row: Row) -> None:
        """Write a row, or only count it if an existing file with it is reused."""
        name, plan = self._plans[len(self._done)]
        if self._rows == 0 and not self._take_over(name, plan):
            self._open = _OpenTable(self._store, name, self._levels)
            self._stack.push(self._open.abandon)
        self._rows += 1
        if self._open is not None:
            self._open.write(row)
        if self._rows == plan.rows:
            self._end(name, plan)

    def close(self) -> list[DataFile]:
        """Return the files. If there are no rows, one empty file is written."""
        if not self._done:
            name, plan = self._plans[0]
            self._open = _OpenTable(self._store, name, self._levels)
            self._end(name, plan)
        return self._done

    def _take_over(self, name: str, plan: FilePlan) -> bool:
        """Reuse an existing, unchanged file with these rows under the new name, and return whether there is one."""
        old = self._known.get(f"{plan.of} {','.join(self._levels)}")
        if old is None or not is_as_written(self._store, old):
            return False
        if old.name != name:
            self._store.move(old.name, name)
        self._taken = old.hash
        return True

    def _end(self, name: str, plan: FilePlan) -> None:
        found = self._taken if self._open is None else self._open.finish()
        self._done.append(DataFile(name, plan.rows, found, f"{plan.of} {','.join(self._levels)}"))
        self._rows, self._open = 0, None


class _OpenTable:
    """A Parquet file that is being written."""

    def __init__(self, store: Store, name: str, levels: Sequence[str]) -> None:
        self._stack = ExitStack()
        self._hashed = _Hashed(self._stack.enter_context(store.writing(name)))
        self._table = self._stack.enter_context(TableWriter(cast(BinaryIO, self._hashed), levels))

    def write(self, row: Row) -> None:
        """Add a row."""
        self._table.write(row)

    def finish(self) -> str:
        """Complete the file and return its hash."""
        self._stack.close()
        return self._hashed.hash

    def abandon(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Discard the file if an error occurred before it was complete."""
        if kind is not None:
            self._stack.__exit__(kind, error, trace)


def is_as_written(store: Store, file: DataFile) -> bool:
    """Return whether a file of a data set is unchanged since it was written."""
    try:
        return hash_of_stored(store, file.name) == file.hash
    except OSError:
        return False


def write_json(store: Store, contents: Contents, before: Sequence[DataFile]) -> Iterator[DataFile]:
    """Write one JSON file a row. Yields each file once it is written."""
    del before
    census, levels = contents.census, contents.levels
    for each in contents.placed:
        row = each.entry.row
        folder = f"{each.number // 1000:0{_digits(census) - 3}d}" if census.totals.rows > FLAT else ""
        name = join(folder, f"{file_stem(each.number, row.metadata['kernel_name'], digits=_digits(census))}.json")
        yield _write(store, name, 1, readable(document_of(row, levels)))


def write_texts(store: Store, contents: Contents, before: Sequence[DataFile]) -> Iterator[DataFile]:
    """Write one file for a row's Python source and for each text, and its metadata into the sidecar folder."""
    del before
    for each in contents.placed:
        row = each.entry.row
        stem = file_stem(each.number, row.metadata["kernel_name"], digits=_digits(contents.census))
        for suffix, text in text_form(row).items():
            yield _write(store, f"{stem}{suffix}", 0, text)
        yield _write(store, f"{SIDECAR}/{stem}.json", 1, readable(row.metadata))


WRITERS: dict[str, Callable[[Store, Contents, Sequence[DataFile]], Iterator[DataFile]]] = {
    "parquet": write_parquet,
    "json": write_json,
    "text": write_texts,
}
"""The writer of each format. It receives the files of the earlier data set."""


def _digits(census: Census) -> int:
    return max(6, len(str(census.last)))


def _write(store: Store, name: str, rows: int, text: str) -> DataFile:
    content = text.encode()
    store.write(name, content)
    return DataFile(name, rows, hash_of(content))


class _Hashed(io.RawIOBase):
    """A file wrapper that computes the hash of what is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.blake2b(digest_size=16)
        self._at = 0

    def writable(self) -> bool:
        """Return True."""
        return True

    def write(self, data: Any) -> int:
        """Write bytes."""
        self._hash.update(data)
        written = self._file.write(data)
        self._at += written
        return written

    def tell(self) -> int:
        """Return the number of bytes written."""
        return self._at

    @property
    def hash(self) -> str:
        """The hash of the bytes written so far."""
        return self._hash.hexdigest()
