"""The forms of a data set: Parquet files, a JSON file a row, or files of texts."""

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, cast

from synthesis.output.layout import SIDECAR, hash_of
from synthesis.output.manifest import DataFile
from synthesis.output.naming import TRAIN, file_stem, table_name
from synthesis.output.rows import Row, document_of, readable, text_form
from synthesis.output.tables import write_rows
from synthesis.stores.base import Store, join

ROWS_OF_A_FILE = 20_000
"""Of a Parquet file: some 60 MB."""
FLAT = 10_000
"""As many rows lie in one folder as JSON files; where there are more, a thousand numbers have a folder of their own."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """What is known of the rows of one front end before they are written."""

    frontend: str
    levels: Sequence[str]
    """Those of all rows."""
    rows: int
    """How many."""


Numbered = Iterable[tuple[int, Row]]
"""Rows, each with the number that its file is called by."""


@dataclass(frozen=True, slots=True)
class Contents:
    """The rows of a data set, which can be gone through again."""

    shelves: Sequence[Shelf]
    last: int
    """The largest number of a row."""
    of: Callable[[str | None], Numbered]
    """The rows of a front end, or all, in order."""

    @property
    def levels(self) -> tuple[str, ...]:
        """Those of all front ends."""
        return tuple(dict.fromkeys(name for shelf in self.shelves for name in shelf.levels))

    @property
    def rows(self) -> int:
        """How many there are."""
        return sum(shelf.rows for shelf in self.shelves)


def write_parquet(store: Store, contents: Contents) -> Iterator[DataFile]:
    """Write rows as Parquet files by front end, so many rows a file; yields each file when it is there."""
    for shelf in contents.shelves:
        left = iter(contents.of(shelf.frontend))
        files = max(1, -(-shelf.rows // ROWS_OF_A_FILE))
        for number in range(files):
            name = table_name(shelf.frontend, TRAIN, number, files)
            size = min(ROWS_OF_A_FILE, shelf.rows - number * ROWS_OF_A_FILE)
            with store.writing(name) as file:
                hashed = _Hashed(file)
                write_rows(cast(BinaryIO, hashed), (row for _, row in islice(left, size)), shelf.levels)
            yield DataFile(name, size, hashed.hash)


def write_json(store: Store, contents: Contents) -> Iterator[DataFile]:
    """Write a JSON file a row; yields each when it is there."""
    for number, row in contents.of(None):
        name = f"{_stem(number, row, contents)}.json"
        yield _write(store, name, 1, readable(document_of(row, contents.levels)))


def write_texts(store: Store, contents: Contents) -> Iterator[DataFile]:
    """Write a file each for a row's Python and its levels, and the rest of it beside the run's own files."""
    for number, row in contents.of(None):
        stem = file_stem(number, row.metadata["kernel_name"], digits=_digits(contents))
        for suffix, text in text_form(row).items():
            yield _write(store, f"{stem}{suffix}", 0, text)
        yield _write(store, f"{SIDECAR}/{stem}.json", 1, readable(row.metadata))


WRITERS: dict[str, Callable[[Store, Contents], Iterator[DataFile]]] = {
    "parquet": write_parquet,
    "json": write_json,
    "text": write_texts,
}
"""By the name of their form."""


def _stem(number: int, row: Row, contents: Contents) -> str:
    digits = _digits(contents)
    folder = f"{number // 1000:0{digits - 3}d}" if contents.rows > FLAT else ""
    return join(folder, file_stem(number, row.metadata["kernel_name"], digits=digits))


def _digits(contents: Contents) -> int:
    return max(6, len(str(contents.last)))


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
