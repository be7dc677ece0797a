"""Does expensive work on rows in batches, and stores the results, so that a stopped export can be resumed.

The results are removed when the export is complete.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from synthesis.core.errors import ConfigError
from synthesis.core.identity.hashing import digest
from synthesis.core.stores.base import Store
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.layout import SIDECAR, read_object

BATCH_SIZE = 20
"""Number of rows whose texts are run together, and whose plans are in memory at once."""
PARTS = f"{SIDECAR}/parts"


@dataclass(slots=True)
class Batch:
    """The results for some rows."""

    values: list[Any]
    """A JSON value for each row."""
    left_out: Counter[str] = field(default_factory=Counter[str])
    """Number of records left out, by reason."""


Work = Callable[[Sequence[Document]], Batch]
"""Computes the results for some rows. It must be a pure function of the rows and the export's settings."""


class Keeping:
    """Stores results in an export's folder, or nowhere.

    Args:
        store: the export's folder; None to store nothing.
    """

    def __init__(self, store: Store | None) -> None:
        self._store = store

    def through(
        self, documents: Iterable[Document], work: Work, left_out: Counter[str]
    ) -> Iterator[tuple[Document, Any]]:
        """Yield the rows in order, each with its value, and count what is left out."""
        left = iter(documents)
        number = 0
        while rows := list(islice(left, BATCH_SIZE)):
            batch = self._batch(number, rows, work)
            left_out.update(batch.left_out)
            yield from zip(rows, batch.values, strict=True)
            number += 1

    @property
    def has_any(self) -> bool:
        """Whether any results are stored."""
        return self._store is not None and bool(self._store.names(PARTS))

    def clear(self) -> None:
        """Remove the stored results."""
        if self._store is not None:
            for name in self._store.names(PARTS):
                self._store.remove(f"{PARTS}/{name}")
            self._store.prune(PARTS)

    def _batch(self, number: int, rows: Sequence[Document], work: Work) -> Batch:
        if self._store is None:
            return work(rows)
        name = f"{PARTS}/{number:06d}-{digest(*(json.dumps(each.raw) for each in rows))}.json"
        if self._store.has(name):
            try:
                found = read_object(self._store, name)
                return Batch(found["values"], Counter(found["left_out"]))
            except (ConfigError, KeyError, TypeError):
                pass
        batch = work(rows)
        self._store.write(name, json.dumps({"values": batch.values, "left_out": batch.left_out}).encode())
        return batch
