"""Which texts of a row are let through, and what has been let through before."""

import hashlib
import sqlite3
from collections import Counter
from dataclasses import dataclass, field

from synthesis.dataset.storage.reading import Document


@dataclass(slots=True)
class Selection:
    """Which texts go into an export; counts those that do not."""

    unverified: bool
    """Whether texts may that the row does not list as verified."""
    left_out: Counter[str] = field(default_factory=Counter[str])
    """Why records were left out, and how many."""

    def has(self, document: Document, level: str) -> bool:
        """Whether a row has a level's text, verified or let through."""
        if document.texts.get(level) is None:
            return False
        return self.unverified or level in document.metadata["verified"]

    def allows(self, document: Document, levels: tuple[str, ...]) -> bool:
        """Whether all these texts may be used; one that is there and may not is counted."""
        if any(document.texts.get(name) is None for name in levels):
            return False
        if all(self.has(document, name) for name in levels):
            return True
        self.left_out["not verified"] += 1
        return False


_HASH = 8


class Seen:
    """What has been asked before, and what was answered, in a file of its own that ends with this.

    Two rows may come to the same question, as where two Python sources give one text and both are asked back. A second
    one would teach what is known, or contradict it; and in another split it would be a leak.
    """

    def __init__(self) -> None:
        self._table = sqlite3.connect("")  # a temporary file, of which little is in memory
        self._table.execute("PRAGMA journal_mode = OFF")
        self._table.execute("CREATE TABLE seen (asked INTEGER PRIMARY KEY, answered BLOB)")

    def earlier(self, asked: str, answered: str) -> bool | None:
        """Whether the same was asked before: False if not; True if it was answered the same, None if otherwise."""
        key = int.from_bytes(_hashed(asked), "big", signed=True)
        value = _hashed(answered)
        found = self._table.execute("SELECT answered FROM seen WHERE asked = ?", (key,)).fetchone()
        if found is None:
            self._table.execute("INSERT INTO seen VALUES (?, ?)", (key, value))
            return False
        return True if found[0] == value else None

    def close(self) -> None:
        """Forget everything."""
        self._table.close()


def _hashed(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=_HASH).digest()
