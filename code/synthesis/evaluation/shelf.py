"""Rows by their ids, at once: what a folder holds, or what is wanted of it, packed into a file that ends with this."""

import json
import tempfile
import weakref
import zlib
from array import array
from collections import OrderedDict
from collections.abc import Collection, Iterator
from dataclasses import replace

from synthesis.errors import TargetError, UnknownNameError
from synthesis.output.reading import BrokenFile, Document, Place, document_of_json, scan_folder
from synthesis.stores.places import store_of

_LEVEL = 1
"""Of compression: 0.3 ms a row, which is then a sixth as large."""


class Shelf:
    """Rows by their ids; the folder is read once, and few rows are in memory.

    Args:
        place: the folder, or a URL.
        wanted: ids of the rows that will be asked for; all if None.
        kept: rows that stay in memory.

    Raises:
        TargetError: if there is no such folder, it holds no pairs, or a file in it is none.
    """

    def __init__(self, place: Place, wanted: Collection[str] | None = None, *, kept: int = 64) -> None:
        store = store_of(place)
        self._where = store.where
        self._kept = kept
        self._rows: OrderedDict[str, Document] = OrderedDict()
        self._places: dict[str, int] = {}
        self._ends = array("q", [0])
        self._file = tempfile.TemporaryFile()  # noqa: SIM115  (it is there as long as this is)
        weakref.finalize(self, self._file.close)
        for found in scan_folder(store):
            if isinstance(found, BrokenFile):
                raise TargetError(found.why)
            key = str(found.metadata["id"])
            if (wanted is None or key in wanted) and key not in self._places:
                self._put(key, found)

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
        """
        if key not in self._places:
            raise UnknownNameError("row", key, ["the ids of its rows"], where=f"in {self._where}")
        if key in self._rows:
            self._rows.move_to_end(key)
            return self._rows[key]
        number = self._places[key]
        self._file.seek(self._ends[number])
        packed = self._file.read(self._ends[number + 1] - self._ends[number])
        raw, stem, split, altered = json.loads(zlib.decompress(packed))
        row = replace(document_of_json(raw, f"row {key} of {self._where}", stem=stem), split=split, altered=altered)
        self._rows[key] = row
        if len(self._rows) > self._kept:
            self._rows.popitem(last=False)
        return row

    def _put(self, key: str, row: Document) -> None:
        packed = zlib.compress(json.dumps([row.raw, row.stem, row.split, row.altered]).encode(), _LEVEL)
        self._file.write(packed)
        self._places[key] = len(self._places)
        self._ends.append(self._ends[-1] + len(packed))
