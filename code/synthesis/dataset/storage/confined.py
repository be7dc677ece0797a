"""Parquet files of strangers, read in a process without rights: what unpacks them is native code, and they may be
anything, also a few bytes that come to more than any memory.
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
from synthesis.dataset.storage.reading import count_pairs, scan_folder
from synthesis.dataset.storage.rows import Row
from synthesis.dataset.storage.tables import TableError, read_rows

_WORDS = 200
"""Characters of what is told of a file."""
_TABLES = "synthesis.dataset.storage.tables"
_TIME_LIMIT = 60.0
"""Seconds of processor time until the next row."""


class ConfinedTables:
    """Reads tables in processes of their own; a context manager.

    Args:
        confinement: what such a process is held to.
    """

    def __init__(self, confinement: Confinement) -> None:
        self._confinement = confinement
        self._folder: Path | None = None
        self._zygote = ExitStack()
        self._started: Zygote | None = None

    def __enter__(self) -> "ConfinedTables":
        """The reader itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Stop the process that others are forked from."""
        self._zygote.close()

    def _zygote_of(self, folder: Path) -> Zygote:
        """What starts processes that may read a folder; one at a time."""
        if self._started is None or folder != self._folder:
            self._zygote.close()
            confinement = replace(self._confinement, readable=(*self._confinement.readable, folder))
            self._started = self._zygote.enter_context(Zygote(preload=[_TABLES], confinement=confinement))
            self._folder = folder
        return self._started

    def read(self, path: Path) -> Iterator[Row]:
        """The rows of a Parquet file; the process may read the file's folder, and nothing else of yours.

        Raises:
            TableError: if it is no table of rows; those before the place where it ends to be one have come.
            MachineError: if the machine does not let a process run.
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
    """How many rows a folder has; they are gone through once where its own records do not say.

    Args:
        store: the folder.
        confinement: what a process that reads its tables is held to.

    Raises:
        TargetError: if there is no such folder, or it holds no pairs.
    """
    known = count_pairs(store)
    if known is not None:
        return known
    with ConfinedTables(confinement) as tables:
        return sum(1 for _ in scan_folder(store, tables.read))


def _rows_in(path: str) -> Iterator[bytes]:
    """The rows of a Parquet file as JSON; what is wrong with it as a text."""
    try:
        for row in read_rows(path):
            yield json.dumps([row.source, row.texts, row.metadata]).encode("utf-8", "surrogatepass")
    except TableError as error:
        yield json.dumps(str(error)).encode("utf-8", "surrogatepass")


def _row(data: bytes) -> Row:
    """The row of which a process says that it is in the file.

    Raises:
        TableError: if that is none.
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
