"""Counts the sources, texts and structures that splits of a data set share, from the rows that were written."""

from array import array
from collections.abc import Callable, Iterator, Mapping
from itertools import combinations
from typing import Any

import numpy as np

from synthesis.core.identity.hashing import hash_text, short_hash
from synthesis.dataset.splits import ACROSS, SPLITS
from synthesis.dataset.storage.rows import Row

KINDS: Mapping[str, Callable[[Row], str]] = {
    "source": lambda row: hash_text(row.source),
    "renamed_source": lambda row: row.metadata["renamed_hash"],
    "source_structure": lambda row: row.metadata["structure_hash"],
    "ir": lambda row: hash_text(*(text for text in row.texts.values() if text is not None)),
    "ir_structure": lambda row: row.metadata["ir_structure_hash"],
}
"""Properties that rows of two splits may share, each with the function that returns its hash.

They are the exact source, the source after renaming, its structure, all exact texts, and the structure of the first
text.
"""


class LeakCounter:
    """A counter of the values of ``KINDS`` that splits share. It needs 40 bytes for each row."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str, str], array[int]] = {}
        self._rows: dict[tuple[str, str], int] = {}

    def add(self, split: str, row: Row) -> None:
        """Add a row that was written."""
        frontend = row.metadata["frontend"]
        self._rows[frontend, split] = self._rows.get((frontend, split), 0) + 1
        for kind, content_of in KINDS.items():
            if found := content_of(row):
                self._seen.setdefault((frontend, split, kind), array("Q")).append(short_hash(found))

    def report(self) -> dict[str, Any]:
        """Return, by front end, the number of rows of each split and what two splits share.

        What is shared is the number of common values of each property in ``KINDS``, by pair of splits.
        """
        found: dict[str, Any] = {}
        for frontend in dict.fromkeys(name for name, _ in self._rows):
            splits = [split for split in SPLITS if (frontend, split) in self._rows]
            found[frontend] = {
                "rows": {split: self._rows[frontend, split] for split in splits},
                "shared": {
                    f"{one}/{other}": {kind: self._common(frontend, one, other, kind) for kind in KINDS}
                    for one, other in combinations(splits, 2)
                },
                "repeated_sources": {split: self._repeated(frontend, split) for split in splits},
            }
        return found

    def _common(self, frontend: str, one: str, other: str, kind: str) -> int:
        ours, theirs = (self._unique(frontend, split, kind) for split in (one, other))
        return int(np.isin(ours, theirs).sum())

    def _repeated(self, frontend: str, split: str) -> int:
        """Return how many rows of a split repeat the source of an earlier row of the split, up to renaming."""
        kind = "renamed_source"
        return self._rows[frontend, split] - len(self._unique(frontend, split, kind))

    def _unique(self, frontend: str, split: str, kind: str) -> Any:
        return np.unique(np.array(self._seen.get((frontend, split, kind), array("Q")), np.uint64))


def describe_leaks(report: Mapping[str, Any]) -> list[str]:
    """Return one line for each property in ``KINDS`` whose values two splits share; empty if they share none."""
    return [
        f"{frontend}: {count} programs are in {pair.replace('/', ' and in ')} by {kind.replace('_', ' ')}"
        for frontend, found in report.items()
        for pair, kinds in found["shared"].items()
        for kind, count in kinds.items()
        if count
    ]


def describe_report(report: Mapping[str, Any]) -> Iterator[str]:
    """Yield sentences, without full stops, about hold-outs, near repeats and overlaps.

    Args:
        report: the content of ``leaks.json``.
    """
    for what, count in report.get("held_out", {}).items():
        yield f"{count:,} rows are held out for `{what}`"
    near = report.get("near")
    if near is not None:
        across = near.get(ACROSS, 0)
        yield (
            f"{sum(near.values()) - across:,} rows are nearly the same as an earlier one (MinHash of the source's "
            f"structure, Jaccard similarity from 0.8), which for {across:,} of them is in another split"
        )
    for path, count in report.get("overlap", {}).items():
        done = "were left out" if report.get("overlap_left_out") else "are among these rows"
        yield f"{count:,} rows that overlap with `{path}` {done}"
