"""The rows of a folder by their ids: nothing but the ids is read beforehand, and few rows are in memory."""

import weakref
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import ExitStack

from synthesis.core.errors import TargetError, UnknownNameError
from synthesis.core.stores.base import join
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.reading import Document, Place, document_at, files_of_pairs, read_file
from synthesis.dataset.storage.tables import SUFFIX, RowsByNumber, TableError

_OPEN = 4
"""Tables that are open at a time; each has a group of rows at hand, of some 30 MB."""


class RowIndex:
    """The rows of a folder by their ids; rows that are asked for in the order of the folder come at once.

    It takes some 250 bytes a row. Another row of a table costs some 12 ms, because :data:`GROUP` rows are read (see
    ``tables``); a row in a file of its own costs the reading of that file. Each table of a URL is fetched once.

    Args:
        place: the folder, or a URL.
        kept: rows that stay in memory.

    Raises:
        TargetError: if there is no such folder, it holds no pairs, or a file in it is none.
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
        """How many rows there are."""
        return len(self._places)

    def __iter__(self) -> Iterator[str]:
        """The ids, in the order of the folder."""
        return iter(self._places)

    def __contains__(self, key: object) -> bool:
        """Whether there is a row of an id."""
        return key in self._places

    def __getitem__(self, key: str) -> Document:
        """The row of an id.

        Raises:
            UnknownNameError: if there is none.
            TargetError: if the folder has changed, or the row is none.
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
        """A table of the folder, opened.

        Raises:
            OSError: if it is not there.
            TableError: if it is none.
        """
        if name not in self._tables:
            if name not in self._copies:
                self._copies[name] = str(self._fetched.enter_context(self._store.as_path(name)))
            self._tables[name] = RowsByNumber(self._copies[name])
            if len(self._tables) > _OPEN:
                self._tables.popitem(last=False)
        self._tables.move_to_end(name)
        return self._tables[name]
