"""Rows to be answered, from wherever users have them: a loader of data sets, a file, a folder, memory."""

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Any

from synthesis.errors import TargetError, UnknownNameError
from synthesis.output.reading import BrokenFile, Document, Place, document_of_json, read_at, scan_places
from synthesis.output.rows import document_of
from synthesis.output.rows import row_of as as_row
from synthesis.output.schema import METADATA
from synthesis.records import Pair
from synthesis.registry import levels_of
from synthesis.stores.places import store_of

SOURCE = "python_source"
_NAMES = frozenset(each.name for each in METADATA)


def row_of(value: Mapping[str, Any] | Document | Pair) -> Document:
    """A row, as whatever holds it.

    Args:
        value: a row of a table as ``datasets.load_dataset`` gives it, one in its JSON form, a document, or a pair.

    Raises:
        TargetError: if it is no row; the message says what it lacks.
    """
    if isinstance(value, Document):
        return value
    if isinstance(value, Pair):
        row = as_row(value)
        return document_of_json(document_of(row, row.texts), f"the pair {value.spec.name}")
    if not isinstance(value, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]  (users pass anything)
        raise TargetError(
            f"a row is a mapping with {SOURCE}, levels and metadata, or a Pair; got {type(value).__name__}"
        )
    if "metadata" in value:
        return document_of_json(dict(value), "the row")
    if lacking := [name for name in (SOURCE, *sorted(_NAMES)) if name not in value]:
        raise TargetError(f"the row lacks {', '.join(lacking[:3])}: columns of a row are in docs/rows.md")
    levels = {each.name for each in levels_of(str(value["frontend"]))}
    texts = {name: value[name] or "" for name in value if name in levels}
    metadata = {name: value[name] for name in value if name in _NAMES}
    return document_of_json({SOURCE: value[SOURCE], **texts, "metadata": metadata}, "the row")


class RowIndex:
    """The rows of a finished folder by their ids, a few of them in memory at a time.

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
        self._places: dict[str, tuple[str, int]] = {}
        files: dict[str, str] = {}
        for name, number, found in scan_places(self._store):
            if isinstance(found, BrokenFile):
                raise TargetError(found.why)
            self._places.setdefault(str(found.metadata["id"]), (files.setdefault(name, name), number))

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
        if key in self._rows:
            self._rows.move_to_end(key)
            return self._rows[key]
        if key not in self._places:
            raise UnknownNameError("row", key, [f"the {len(self)} ids of its rows"], where=f"in {self._store.where}")
        found = read_at(self._store, *self._places[key])
        if found.metadata["id"] != key:
            raise TargetError(f"{self._store.where} has changed: row {key} is gone")
        self._keep(key, found)
        return found

    def _keep(self, key: str, row: Document) -> None:
        self._rows[key] = row
        if len(self._rows) > self._kept:
            self._rows.popitem(last=False)
