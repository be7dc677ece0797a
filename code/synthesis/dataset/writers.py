"""The forms of a data set: Parquet files, or a JSON file a row."""

import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, BinaryIO, cast

from synthesis.output.layout import hash_of
from synthesis.output.manifest import DataFile
from synthesis.output.naming import file_stem
from synthesis.output.rows import Row, document_of, readable
from synthesis.output.tables import SUFFIX, write_rows
from synthesis.stores.base import Store, join

ROWS_OF_A_FILE = 20_000
"""Of a Parquet file: some 60 MB."""
FLAT = 10_000
"""As many JSON files lie in one folder; where there are more, a thousand numbers have a folder of their own."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is known of a data set before it is written."""

    frontend: str
    """Whose rows they are."""
    levels: Sequence[str]
    """Those of all rows."""
    rows: int
    """How many."""
    last: int
    """The largest number of one."""


def write_parquet(store: Store, rows: Iterable[Row], plan: Plan) -> Iterator[DataFile]:
    """Write rows as Parquet files of their front end, so many rows a file; yields each file when it is there."""
    left = iter(rows)
    files = max(1, -(-plan.rows // ROWS_OF_A_FILE))
    for number in range(files):
        name = join(plan.frontend, f"train-{number:05d}-of-{files:05d}{SUFFIX}")
        size = min(ROWS_OF_A_FILE, plan.rows - number * ROWS_OF_A_FILE)
        with store.writing(name) as file:
            hashed = _Hashed(file)
            write_rows(cast(BinaryIO, hashed), islice(left, size), plan.levels)
        yield DataFile(name, size, hashed.hash)


def write_json(store: Store, rows: Iterable[Row], plan: Plan) -> Iterator[DataFile]:
    """Write a JSON file a row; yields each when it is there."""
    digits = max(6, len(str(plan.last)))
    for row in rows:
        number: int = row.metadata["index"]
        folder = f"{number // 1000:0{digits - 3}d}" if plan.rows > FLAT else ""
        name = join(folder, f"{file_stem(number, row.metadata['kernel_name'], digits=digits)}.json")
        content = readable(document_of(row, plan.levels)).encode()
        store.write(name, content)
        yield DataFile(name, 1, hash_of(content))


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
