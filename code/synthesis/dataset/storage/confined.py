"""Reads untrusted Parquet files in a sandboxed process.

Native code decompresses them, and a few bytes may expand to more than the available memory.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from synthesis.core.sandbox.confinement import Confinement
from synthesis.core.sandbox.zygote import Casualty, Zygote
from synthesis.core.stores.base import Store
from synthesis.dataset.storage.listing import count_pairs
from synthesis.dataset.storage.reading import scan_folder
from synthesis.dataset.storage.rows import Row
from synthesis.dataset.storage.tables import TableError, read_rows

_WORDS = 200
"""Maximum number of characters in a message about a file."""
_TABLES = "synthesis.dataset.storage.tables"
_TIME_LIMIT = 60.0
"""Maximum processor time to read one row, in seconds."""


class ConfinedTables:
    """Reads tables in separate processes. A context manager.

    Args:
        confinement: the restrictions on the processes.
    """

    def __init__(self, confinement: Confinement) -> None:
        self._confinement = confinement
        self._folder: Path | None = None
        self._zygote = ExitStack()
        self._started: Zygote | None = None

    def __enter__(self) -> "ConfinedTables":
        """Return the reader itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the process that the others are forked from."""
        self._zygote.close()

    def _zygote_of(self, folder: Path) -> Zygote:
        """Return the process to fork from, which may read one folder. There is one at a time."""
        if self._started is None or folder != self._folder:
            self._zygote.close()
            confinement = replace(self._confinement, readable=(*self._confinement.readable, folder))
            self._started = self._zygote.enter_context(Zygote(preload=[_TABLES], confinement=confinement))
            self._folder = folder
        return self._started

    def read(self, path: Path) -> Iterator[Row]:
        """Yield the rows of a Parquet file. The process can read the file's folder, and no other user files.

        Raises:
            TableError: if the file is not a valid table of rows. The rows before the defect have been yielded.
            MachineError: if processes cannot run on this machine.
        """
        file = path.resolve()
        zygote = self._zygote_of(file.parent)
        work = partial(_rows_in, str(file))
        for item in zygote.run(work, bytes, time_limit=_TIME_LIMIT, contained=True):
            if isinstance(item, Casualty):
                zygote.check_machine()
                raise TableError(item.detail)
            yield _row(item)


def count_rows(store: Store, confinement: Confinement) -> int:
    """Return the number of rows of a folder. They are counted by reading if the folder's records do not give it.

    Args:
        store: the folder.
        confinement: the restrictions on a process that reads its tables.

    Raises:
        TargetError: if there is no such folder, or it holds no pairs.
    """
    known = count_pairs(store)
    if known is not None:
        return known
    with ConfinedTables(confinement) as tables:
        return sum(1 for _ in scan_folder(store, tables.read))


def _rows_in(path: str) -> Iterator[bytes]:
    """Yield the rows of a Parquet file as JSON. If it is invalid, the last item is the error message."""
    try:
        for row in read_rows(path):
            yield json.dumps([row.source, row.texts, row.metadata]).encode("utf-8", "surrogatepass")
    except TableError as error:
        yield json.dumps(str(error)).encode("utf-8", "surrogatepass")


def _row(data: bytes) -> Row:
    """Return a row as reported by a process.

    Raises:
        TableError: if it is not a valid row, or it is an error message.
    """
    try:
        found: Any = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise TableError(f"its rows cannot be read: {error}") from error
    if isinstance(found, str):
        raise TableError(found[:_WORDS])
    try:
        source, texts, metadata = found
        return Row(source, dict(texts), dict(metadata))
    except (ValueError, TypeError) as error:
        raise TableError(f"its rows cannot be read: {error}") from error
