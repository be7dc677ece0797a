"""Reads ranges of a folder's rows. A range that begins at or after the end of the last one continues from there."""

from collections.abc import Iterator

from synthesis.core.stores.base import Store
from synthesis.dataset.storage.documents import BrokenFile, Document
from synthesis.dataset.storage.reading import OpenTable, scan_from


class RangeReader:
    """Reads ranges of a folder's rows, as :func:`synthesis.dataset.storage.reading.scan_from` numbers them.

    Args:
        store: the folder.
        open_table: the function that reads a Parquet file.
    """

    def __init__(self, store: Store, open_table: OpenTable) -> None:
        self._store = store
        self._open_table = open_table
        self._ahead: tuple[int, Document | BrokenFile] | None = None
        """The row that was read last, if it belongs to a later range."""
        self._reading: Iterator[tuple[int, Document | BrokenFile]] = iter(())
        self._at = -1
        """The lowest start of a range that can continue from here; -1 before the first range."""

    def read(self, start: int, stop: int) -> Iterator[tuple[int, Document | BrokenFile]]:
        """Yield the rows and the invalid files of a range, with their numbers.

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
