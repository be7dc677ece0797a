"""The forms of a data set: Parquet files, a JSON file a row, or files of texts."""

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
"""Of a Parquet file: some 60 MB."""
FLAT = 10_000
"""As many rows lie in one folder as JSON files; where there are more, a thousand numbers have a folder of their own."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A row of a data set, and where it goes."""

    number: int
    """What its file is called by."""
    split: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class Contents:
    """The rows of a data set, to be gone through once."""

    census: Census
    placed: Iterable[Placed]
    """In order."""

    @property
    def levels(self) -> tuple[str, ...]:
        """Those of all front ends."""
        return tuple(dict.fromkeys(name for levels in self.census.levels.values() for name in levels))


def write_parquet(store: Store, contents: Contents, before: Sequence[DataFile]) -> Iterator[DataFile]:
    """Write rows as Parquet files by front end and split, so many rows a file; returns them in order.

    A file that holds the rows of one that is there takes its place: of a data set that grew, only what is new is
    compressed.
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
        """The hash of the file that took the place of one that was to be written."""

    def write(self, row: Row) -> None:
        """Write a row, or count it where a file of it is there."""
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
        """The files; one without rows where there are none."""
        if not self._done:
            name, plan = self._plans[0]
            self._open = _OpenTable(self._store, name, self._levels)
            self._end(name, plan)
        return self._done

    def _take_over(self, name: str, plan: FilePlan) -> bool:
        """Whether a file that is there and whole has these rows; it has the new name then."""
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
        """Have the file be there; returns its hash."""
        self._stack.close()
        return self._hashed.hash

    def abandon(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Have the file not be there, if an error came before it was finished."""
        if kind is not None:
            self._stack.__exit__(kind, error, trace)


def is_as_written(store: Store, file: DataFile) -> bool:
    """Whether a file of a data set is as it was written."""
    try:
        return hash_of_stored(store, file.name) == file.hash
    except OSError:
        return False


def write_json(store: Store, contents: Contents, before: Sequence[DataFile]) -> Iterator[DataFile]:
    """Write a JSON file a row; yields each when it is there."""
    del before
    census, levels = contents.census, contents.levels
    for each in contents.placed:
        row = each.entry.row
        folder = f"{each.number // 1000:0{_digits(census) - 3}d}" if census.totals.rows > FLAT else ""
        name = join(folder, f"{file_stem(each.number, row.metadata['kernel_name'], digits=_digits(census))}.json")
        yield _write(store, name, 1, readable(document_of(row, levels)))


def write_texts(store: Store, contents: Contents, before: Sequence[DataFile]) -> Iterator[DataFile]:
    """Write a file each for a row's Python and its levels, and the rest of it beside the run's own files."""
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
"""By the name of their form; each is told of the files that are there."""


def _digits(census: Census) -> int:
    return max(6, len(str(census.last)))


def _write(store: Store, name: str, rows: int, text: str) -> DataFile:
    content = text.encode()
    store.write(name, content)
    return DataFile(name, rows, hash_of(content))


class _Hashed(io.RawIOBase):
    """A file that is written through, and its hash."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.blake2b(digest_size=16)
        self._at = 0

    def writable(self) -> bool:
        """It can be written."""
        return True

    def write(self, data: Any) -> int:
        """Write bytes."""
        self._hash.update(data)
        written = self._file.write(data)
        self._at += written
        return written

    def tell(self) -> int:
        """How many bytes have been written."""
        return self._at

    @property
    def hash(self) -> str:
        """The hash of what has been written."""
        return self._hash.hexdigest()
