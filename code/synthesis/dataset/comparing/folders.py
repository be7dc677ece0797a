"""Counts the rows that two folders share, and those whose texts differ.

Each folder is read once, a few rows at a time. Hashes of the first folder's texts are kept, in about 300 bytes a row.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from synthesis.core.errors import TargetError, UnknownNameError
from synthesis.core.progress import Meter, OnProgress
from synthesis.core.stores.base import Store
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.listing import Place, count_pairs
from synthesis.dataset.storage.reading import read_folder

_HASH = 8
"""Number of bytes of a text's hash."""
_NUMBER = 2
"""Number of bytes of a level's number."""


@dataclass(slots=True)
class Texts:
    """Counts for the texts of one level, over the rows that both folders have."""

    same: int = 0
    different: int = 0
    only_old: int = 0
    """Number of rows that have this text in the first folder only."""
    only_new: int = 0

    def to_json(self) -> dict[str, int]:
        """Return the counts as JSON values."""
        return {
            "same": self.same,
            "different": self.different,
            "only_old": self.only_old,
            "only_new": self.only_new,
        }


@dataclass(slots=True)
class Comparison:
    """The comparison of two folders."""

    old: str
    """The first folder."""
    new: str
    both: int = 0
    """Number of rows, identified by their ids, in both folders."""
    only_old: int = 0
    only_new: int = 0
    different: int = 0
    """Number of rows in both folders with a text that differs."""
    other_split: int = 0
    """Number of rows in both folders whose splits differ; 0 if one of the folders has no splits."""
    repeats: int = 0
    """Number of rows with the id of an earlier row in the same folder. They are not compared."""
    toolchains: tuple[Counter[str], Counter[str]] = field(default_factory=lambda: (Counter(), Counter()))
    """For each folder, the number of rows by toolchain (as JSON)."""
    levels: dict[str, Texts] = field(default_factory=dict[str, Texts])
    ops: Counter[str] = field(default_factory=Counter[str])
    """Number of rows in both folders by operation of their kernels."""
    ops_different: Counter[str] = field(default_factory=Counter[str])
    """Number of rows in both folders with a text that differs, by operation of their kernels."""

    def to_json(self) -> dict[str, Any]:
        """Return the counts as JSON values."""
        old, new = (
            [{"toolchain": json.loads(each), "rows": n} for each, n in c.most_common()] for c in self.toolchains
        )
        return {
            "old": {"folder": self.old, "toolchains": old, "only": self.only_old},
            "new": {"folder": self.new, "toolchains": new, "only": self.only_new},
            "both": self.both,
            "different": self.different,
            "other_split": self.other_split,
            "repeats": self.repeats,
            "levels": {name: each.to_json() for name, each in self.levels.items()},
            "ops": {
                name: {"rows": count, "different": self.ops_different[name]} for name, count in self.ops.most_common()
            },
        }

    def ops_by_difference(self) -> list[tuple[str, int, int]]:
        """Return each operation with its number of rows and of rows that differ, by decreasing number that differ."""
        listed = [(name, count, self.ops_different[name]) for name, count in self.ops.items()]
        return sorted(listed, key=lambda each: (-each[2], -each[1], each[0]))


def compare(
    old: Place, new: Place, *, level: Sequence[str] | None = None, on_progress: OnProgress | None = None
) -> Comparison:
    """Compare the rows that two folders have in common, by their ids.

    Args:
        old: a folder written by irsmith, or its URL.
        new: another one, such as one made by other tool versions.
        level: the levels to compare; all if None.
        on_progress: called for each row that was read.

    Raises:
        TargetError: if a folder does not exist, holds no pairs or has an unreadable file, or if no row is in both.
        UnknownNameError: if no row has one of the given levels.
    """
    stores = store_of(old), store_of(new)
    meter = Meter(_total(stores), [on_progress] if on_progress is not None else [])
    found = Comparison(stores[0].where, stores[1].where)
    known = _Known(level)
    for row in _rows(stores[0], meter):
        found.toolchains[0][_toolchain(row)] += 1
        found.repeats += not known.add(row)
    splits: set[str] = set()
    for row in _rows(stores[1], meter):
        found.toolchains[1][_toolchain(row)] += 1
        splits.add(row.split)
        _compare(found, known, row)
    found.only_old = known.left
    if len(known.splits) < 2 or len(splits) < 2:
        found.other_split = 0
    for name in level or ():
        if name not in known.levels:
            raise UnknownNameError("level", name, sorted(known.columns), where=f"in {found.old} and {found.new}")
    if not found.both:
        raise TargetError(
            f"no row of {found.old} is in {found.new}: two rows are the same if their front ends, renamed sources and "
            "signatures are, as in a folder and the folder that irsmith relower makes from it"
        )
    found.levels = {name: found.levels[name] for name in known.levels if name in found.levels}
    return found


def _total(stores: tuple[Store, Store]) -> int | None:
    counts = [count_pairs(each) for each in stores]
    return None if None in counts else sum(each for each in counts if each is not None)


def _rows(store: Store, meter: Meter) -> Iterator[Document]:
    for row in read_folder(store):
        yield row
        meter.finish(is_row=True)


class _Known:
    """The rows of the first folder."""

    def __init__(self, chosen: Sequence[str] | None) -> None:
        self._chosen = None if chosen is None else frozenset(chosen)
        self._rows: dict[str, tuple[bytes, str]] = {}
        self._taken: set[str] = set()
        self.splits: dict[str, str] = {}
        self.levels: dict[str, int] = {}
        """Maps each selected level that occurs in rows to a number, which stands for it in memory."""
        self.columns: set[str] = set()
        """All levels that rows have columns for, selected or not."""

    @property
    def left(self) -> int:
        """The number of rows that have not been found in the second folder."""
        return len(self._rows)

    def add(self, row: Document) -> bool:
        """Remember a row, and return whether its id is new."""
        key = row.metadata["id"]
        if key in self._rows:
            return False
        hashes = b"".join(number.to_bytes(_NUMBER, "big") + digest for number, digest in self.hashes(row).items())
        self._rows[key] = hashes, self.splits.setdefault(row.split, row.split)
        return True

    def was_taken(self, row: Document) -> bool:
        """Return whether a row of the second folder has the id of an earlier one there, and remember its id."""
        before = len(self._taken)
        self._taken.add(row.metadata["id"])
        return len(self._taken) == before

    def take(self, row: Document) -> tuple[dict[int, bytes], str] | None:
        """Remove the first folder's row with the same id, and return its hashes and split; None if there is none."""
        found = self._rows.pop(row.metadata["id"], None)
        if found is None:
            return None
        packed, split = found
        starts = range(0, len(packed), _NUMBER + _HASH)
        return {_unpacked(packed[at : at + _NUMBER]): packed[at + _NUMBER :][:_HASH] for at in starts}, split

    def hashes(self, row: Document) -> dict[int, bytes]:
        """Return the hash of each text of a row, by the number of its level."""
        found: dict[int, bytes] = {}
        for name, text in row.texts.items():
            self.columns.add(name)
            if text is not None and (self._chosen is None or name in self._chosen):
                number = self.levels.setdefault(name, len(self.levels))
                found[number] = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_HASH).digest()
        return found


def _unpacked(number: bytes) -> int:
    return int.from_bytes(number, "big")


def _compare(found: Comparison, known: _Known, row: Document) -> None:
    """Count one row of the second folder."""
    if known.was_taken(row):
        found.repeats += 1
        return
    before, hashes = known.take(row), known.hashes(row)
    if before is None:
        found.only_new += 1
        return
    old, split = before
    names = list(known.levels)
    differs = False
    for number in sorted({*old, *hashes}):
        texts = found.levels.setdefault(names[number], Texts())
        if number not in old:
            texts.only_new += 1
        elif number not in hashes:
            texts.only_old += 1
        elif old[number] == hashes[number]:
            texts.same += 1
        else:
            texts.different += 1
            differs = True
    ops = {str(name) for name in row.metadata["ops"]}
    found.both += 1
    found.different += differs
    found.other_split += split != row.split
    found.ops.update(ops)
    found.ops_different.update(ops if differs else ())


def _toolchain(row: Document) -> str:
    toolchain: Mapping[str, Any] = row.metadata["toolchain"]
    return json.dumps(toolchain)
