"""Compares the texts of one row in two folders."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from synthesis.core.errors import TargetError, UnknownNameError
from synthesis.core.stores.places import store_of
from synthesis.dataset.comparing.texts import Touched, touched, unified
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.index import RowIndex
from synthesis.dataset.storage.listing import Place
from synthesis.dataset.storage.reading import find_pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """The difference of a text in two rows."""

    level: str
    diff: str
    """The unified diff; empty if only one of the rows has the text."""
    touched: Touched | None
    """The affected lines and operations; None if only one of the rows has the text."""
    missing: str = ""
    """The row that lacks the text, ``old`` or ``new``; empty if both have it."""

    def to_json(self) -> dict[str, Any]:
        """Return the change as JSON values."""
        return {
            "level": self.level,
            "diff": self.diff,
            "missing": self.missing or None,
            "touched": None if self.touched is None else asdict(self.touched),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class PairOfRows:
    """A row in two folders."""

    old: Document
    new: Document
    changes: tuple[Change, ...]
    """The differing texts, in the order of the new row's columns."""

    def to_json(self) -> dict[str, Any]:
        """Return the pair as JSON values."""
        return {
            "id": self.new.metadata["id"],
            "kernel_name": self.new.name,
            "old_toolchain": self.old.metadata["toolchain"],
            "new_toolchain": self.new.metadata["toolchain"],
            "changes": [each.to_json() for each in self.changes],
        }


def compare_row(old: Place, new: Place, key: str, *, level: Sequence[str] | None = None) -> PairOfRows:
    """Return the differences of a row's texts in two folders.

    Args:
        old: a folder written by irsmith, or its URL.
        new: another one.
        key: the row of the old folder: its id or a prefix of it, its number (17 or warp-17), or the kernel's name.
        level: the levels to compare; all if None.

    Raises:
        TargetError: if the old folder has no such row or several, or the new one has no row with its id.
        UnknownNameError: if neither row has one of the given levels.
    """
    first = find_pair(old, key)
    rows = RowIndex(new)
    if first.metadata["id"] not in rows:
        where = store_of(new).where
        raise TargetError(f"row {first.metadata['id']} ({first.name}) of {store_of(old).where} is not in {where}")
    second = rows[first.metadata["id"]]
    names = dict.fromkeys([*second.texts, *first.texts])
    for name in level or ():
        if name not in names:
            raise UnknownNameError("level", name, names, where=f"in {first.stem}")
    chosen = [name for name in names if level is None or name in level]
    changes = (_change(first, second, name) for name in chosen)
    return PairOfRows(old=first, new=second, changes=tuple(each for each in changes if each is not None))


def _change(old: Document, new: Document, name: str) -> Change | None:
    """Return the difference of a text; None if it is the same or neither row has it."""
    before, after = old.texts.get(name), new.texts.get(name)
    if before == after:
        return None
    if before is None or after is None:
        return Change(level=name, diff="", touched=None, missing="old" if before is None else "new")
    level = new.level(name)
    found = touched(before, after, None if level is None else level.language)
    titles = [f"{name}, {versions_of(each)}" for each in (old, new)]
    return Change(level=name, diff=unified(before, after, *titles), touched=found)


def versions_of(document: Document) -> str:
    """Return the versions of the tools that made a row's texts, as text."""
    return ", ".join(f"{name} {version}" for name, version in document.metadata["toolchain"].items())
