"""Decides which texts of a row are exported, and whether a question was asked before."""

import hashlib
import sqlite3
from collections import Counter
from dataclasses import dataclass, field

from synthesis.dataset.storage.documents import Document


@dataclass(slots=True)
class Selection:
    """Decides which texts are exported, and counts the others."""

    unverified: bool
    """Whether texts that the row does not list as verified are allowed."""
    left_out: Counter[str] = field(default_factory=Counter[str])
    """Number of records left out, by reason."""

    def has(self, document: Document, level: str) -> bool:
        """Return whether a row has a level's text that is verified or allowed."""
        if document.texts.get(level) is None:
            return False
        return self.unverified or level in document.metadata["verified"]

    def allows(self, document: Document, levels: tuple[str, ...]) -> bool:
        """Return whether all these texts may be used. A present text that may not be used is counted."""
        if any(document.texts.get(name) is None for name in levels):
            return False
        if all(self.has(document, name) for name in levels):
            return True
        self.left_out["not verified"] += 1
        return False


_HASH = 8


class Seen:
    """Remembers questions and their answers, in a temporary file.

    Two rows may give the same question, for example if two Python sources have the same text. A second question would
    be redundant or contradictory, and in another split it would be a leak.
    """

    def __init__(self) -> None:
        self._table = sqlite3.connect("")  # a temporary database on disk
        self._table.execute("PRAGMA journal_mode = OFF")
        self._table.execute("CREATE TABLE seen (asked INTEGER PRIMARY KEY, answered BLOB)")

    def earlier(self, question: str, answer: str) -> bool | None:
        """Return False if the question is new, True if it had the same answer before, None if it had another answer."""
        key = int.from_bytes(_hashed(question), "big", signed=True)
        value = _hashed(answer)
        found = self._table.execute("SELECT answered FROM seen WHERE asked = ?", (key,)).fetchone()
        if found is None:
            self._table.execute("INSERT INTO seen VALUES (?, ?)", (key, value))
            return False
        return True if found[0] == value else None

    def close(self) -> None:
        """Remove the temporary file."""
        self._table.close()


def _hashed(text: str) -> bytes:
    return hashlib.blake2b(text.encode(), digest_size=_HASH).digest()
