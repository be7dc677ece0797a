"""Ranges of a folder's rows: one that begins where the last one ended, or later, is read on from there."""

from collections.abc import Iterator

from synthesis.core.stores.base import Store
from synthesis.dataset.storage.reading import BrokenFile, Document, OpenTable, scan_from


class RangeReader:
    """Reads ranges of a folder's rows, as :func:`synthesis.dataset.storage.reading.scan_from` numbers them.

    Args:
        store: the folder.
        open_table: what reads a Parquet file.
    """

    def __init__(self, store: Store, open_table: OpenTable) -> None:
        self._store = store
        self._open_table = open_table
        self._ahead: tuple[int, Document | BrokenFile] | None = None
        """What was read last, and is of a range to come."""
        self._reading: Iterator[tuple[int, Document | BrokenFile]] = iter(())
        self._at = -1
        """Where the next range begins that can be read on from here."""

    def read(self, start: int, stop: int) -> Iterator[tuple[int, Document | BrokenFile]]:
        """The rows of a range with their numbers, and what is none.

        Raises:
            TargetError: if there is no such folder, or it holds no pairs.
        """
        if not 0 <= self._at <= start:
            self._reading, self._ahead = scan_from(self._store, start, self._open_table), None
        self._at = stop
        while True:
            at, each = self._ahead or next(self._reading, (stop, None))
            if each is None or at >= stop:
                self._ahead = None if each is None else (at, each)
                return
            self._ahead = None
            if at >= start:
                yield at, each
