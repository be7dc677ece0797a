"""The table's data in columnar shards, which are written as they fill."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace
from typing import Any

from synthesis.core.records import Rejection
from synthesis.dataset.ledger import id_of
from synthesis.views.explorer.pages import Page

ROWS = 10_000
"""Number of rows in a shard of the table."""
LINES = 5_000
"""Number of lines in a shard of the ledger."""
_CODED = ("frontend", "category", "recipe", "difficulty", "split", "device", "gradient", "folder")
_WORDS = 400
"""Maximum number of characters of a name. A tool's message may have ten times as many."""
_LEDGER = ("frontend", "category", "recipe", "level", "stage", "symptom", "folder")


class Words:
    """A dictionary-encoded column: each value once, and a code for each row."""

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}
        self._codes: list[int] = []

    def add(self, word: Any) -> None:
        """Add a row's value."""
        self._codes.append(self._numbers.setdefault(word, len(self._numbers)))

    def to_json(self) -> dict[str, Any]:
        """Return the values and the codes."""
        return {"words": list(self._numbers), "codes": self._codes}


class Shard:
    """The columns of a number of rows.

    Args:
        coded: the dictionary-encoded columns.
        free: the plain columns.
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
        """Return the columns as JSON values."""
        coded = {name: words.to_json() for name, words in self._coded.items()}
        return {"rows": self.rows, "coded": coded, **self._free}


def rows_shard() -> Shard:
    """Return an empty shard of the table."""
    return Shard((*_CODED, "ops", "levels"), ("key", "short", "name", "description", "lines"))


def row_entry(page: Page) -> dict[str, Any]:
    """Return a row as an entry of a table shard. Lists become tuples, which can be dictionary-encoded."""
    ops = tuple(page.entry["ops"])
    return {**page.entry, "ops": ops, "levels": tuple((each.name, each.state) for each in page.levels)}


def ledger_shard() -> Shard:
    """Return an empty shard of the ledger."""
    return Shard((*_LEDGER, "ops"), ("id", "name", "detail"))


def _written(value: object) -> str:
    """Return a text that can be hashed. Text from JSON may contain lone surrogates, which cannot be encoded."""
    return str(value).encode("utf-8", "replace").decode()


def ledger_entry(rejection: Rejection, folder: int, several: Container[str]) -> dict[str, Any]:
    """Return a rejection as an entry of a ledger shard.

    Args:
        rejection: the line.
        folder: the number of its folder among those of the site.
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
