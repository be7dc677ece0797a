"""Access to the rows of a folder by id. Only the ids are read in advance, and few rows are kept in memory."""

import weakref
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack

from synthesis.core.errors import TargetError, UnknownNameError
from synthesis.core.stores.base import join
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.listing import Place, files_of_pairs
from synthesis.dataset.storage.reading import document_at, read_file
from synthesis.dataset.storage.tables import SUFFIX, RowsByNumber, TableError

_OPEN = 4
"""Number of tables that are open at a time. Each keeps one row group in memory, about 30 MB."""


class RowIndex:
    """The rows of a folder by id. Access in the order of the folder is fastest.

    It takes about 250 bytes of memory for each row. Access to a row in another row group takes about 12 ms, because
    :data:`GROUP` rows are read (see ``tables``). A row in a separate file costs reading that file. Each table of a URL
    is downloaded once.

    Args:
        place: the folder, or a URL.
        kept: number of rows that are kept in memory.

    Raises:
        TargetError: if there is no such folder, it holds no pairs, or a file in it is invalid.
    """

    def __init__(self, place: Place, *, kept: int = 256) -> None:
        self._store = store_of(place)
        self._kept = kept
        self._rows: OrderedDict[str, Document] = OrderedDict()
        self._tables: OrderedDict[str, RowsByNumber] = OrderedDict()
        self._copies: dict[str, str] = {}
        self._fetched = ExitStack()
        weakref.finalize(self, self._fetched.close)
        self._places: dict[str, tuple[str, int]] = {}
        for name in files_of_pairs(self._store):
            for number, key in enumerate(self._ids_in(name)):
                self._places.setdefault(key, (name, number))

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids, in the order of the folder."""
        return iter(self._places)

    def __contains__(self, key: object) -> bool:
        """Return whether there is a row with an id."""
        return key in self._places

    def __getitem__(self, key: str) -> Document:
        """Return the row with an id.

        Raises:
            UnknownNameError: if there is none.
            TargetError: if the folder has changed, or the row is invalid.
        """
        if key in self._rows:
            self._rows.move_to_end(key)
            return self._rows[key]
        if key not in self._places:
            raise UnknownNameError("row", key, [f"the {len(self)} ids of its rows"], where=f"in {self._store.where}")
        found = self._read(*self._places[key])
        if found.metadata["id"] != key:
            raise TargetError(f"{self._store.where} has changed: row {key} is gone")
        self._rows[key] = found
        if len(self._rows) > self._kept:
            self._rows.popitem(last=False)
        return found

    def _ids_in(self, name: str) -> Iterator[str]:
        if not name.endswith(SUFFIX):
            yield str(read_file(self._store, name).metadata["id"])
            return
        try:
            yield from self._table(name).ids()
        except (OSError, TableError) as error:
            raise TargetError(f"cannot read {join(self._store.where, name)}: {error}") from error

    def _read(self, name: str, number: int) -> Document:
        if not name.endswith(SUFFIX):
            return read_file(self._store, name)
        try:
            return document_at(self._store, name, number, self._table(name).row(number))
        except (OSError, TableError) as error:
            raise TargetError(f"cannot read {join(self._store.where, name)}: {error}") from error

    def _table(self, name: str) -> RowsByNumber:
        """Return a table of the folder, opened.

        Raises:
            OSError: if it does not exist.
            TableError: if it is invalid.
        """
        if name not in self._tables:
            if name not in self._copies:
                self._copies[name] = str(self._fetched.enter_context(self._store.as_path(name)))
            self._tables[name] = RowsByNumber(self._copies[name])
            if len(self._tables) > _OPEN:
                self._tables.popitem(last=False)
        self._tables.move_to_end(name)
        return self._tables[name]
