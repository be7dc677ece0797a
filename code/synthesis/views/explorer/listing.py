"""The table's data: columns of many rows together, words once, in shards that are written as they fill."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import Any

from synthesis.core.records import Rejection
from synthesis.dataset.ledger import id_of
from synthesis.views.explorer.pages import Page

ROWS, LINES = 10_000, 5_000
"""Rows of a shard of the table, and lines of one of the ledger."""
_CODED = ("frontend", "category", "recipe", "difficulty", "split", "device", "gradient", "folder")
_WORDS = 400
"""Characters of a name; of what a tool said, ten times as many."""
_LEDGER = ("frontend", "category", "recipe", "level", "stage", "symptom", "folder")


class Words:
    """A column of few different words: each once, and a number for each row."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}
        self._codes: list[int] = []

    def add(self, word: Any) -> None:
        """Add a row's word."""
        self._codes.append(self._numbers.setdefault(word, len(self._numbers)))

    def to_json(self) -> dict[str, Any]:
        """The words and the numbers."""
        return {"words": list(self._numbers), "codes": self._codes}


class Shard:
    """Columns of up to so many rows.

    Args:
        coded: the columns of few different words.
        free: the columns of texts and numbers of all kinds.
    """

    def __init__(self, coded: Sequence[str], free: Sequence[str]) -> None:
        self._coded = {name: Words() for name in coded}
        self._free: dict[str, list[Any]] = {name: [] for name in free}
        self.rows = 0

    def add(self, entry: Mapping[str, Any]) -> None:
        """Add a row."""
        self.rows += 1
        for name, words in self._coded.items():
            words.add(entry[name])
        for name, values in self._free.items():
            values.append(entry[name])

    def to_json(self) -> dict[str, Any]:
        """The columns."""
        coded = {name: words.to_json() for name, words in self._coded.items()}
        return {"rows": self.rows, "coded": coded, **self._free}


def rows_shard() -> Shard:
    """An empty shard of the table."""
    return Shard((*_CODED, "ops", "levels"), ("key", "short", "name", "description", "lines"))


def row_entry(page: Page) -> dict[str, Any]:
    """A row as a shard of the table takes it; lists are tuples, which are words too."""
    ops = tuple(page.entry["ops"])
    return {**page.entry, "ops": ops, "levels": tuple((each.name, each.state) for each in page.levels)}


def ledger_shard() -> Shard:
    """An empty shard of the ledger."""
    return Shard((*_LEDGER, "ops"), ("id", "name", "detail"))


def _written(value: object) -> str:
    """A text that can be hashed: one of JSON may hold halves of letters, which no file can."""
    return str(value).encode("utf-8", "replace").decode()


def ledger_entry(rejection: Rejection, folder: int, several: Container[str]) -> dict[str, Any]:
    """A rejection as a shard of the ledger takes it.

    Args:
        rejection: the line.
        folder: which of the site's folders it is from.
        several: the front ends of which the site shows several runs.
    """
    named = {name: _written(getattr(rejection, name)) for name in ("frontend", "origin", "kernel_name")}
    entry: dict[str, Any] = {
        "frontend": rejection.frontend,
        "category": rejection.category,
        "recipe": rejection.recipe or rejection.origin,
        "level": rejection.level or "",
        "stage": rejection.stage,
        "symptom": rejection.symptom,
        "id": id_of(replace(rejection, **named), several),
        "name": rejection.kernel_name,
    }
    short = {name: str(value)[:_WORDS] for name, value in entry.items()}
    ops = tuple(str(each)[:_WORDS] for each in rejection.ops[:_WORDS])
    return {**short, "folder": folder, "ops": ops, "detail": str(rejection.detail)[: 10 * _WORDS]}
