"""Chooses the tests that ``make test`` runs: all except those that ``tiers.toml`` puts into the second tier."""

import tomllib
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("tiers.toml")


@dataclass(frozen=True)
class Entry:
    """Tests of one file that are in the second tier."""

    file: str
    """The file, relative to ``tests``."""
    tests: tuple[str, ...]
    """The names of the test functions."""
    guards: str
    """A description of what the tests protect."""
    keep: int = 0
    """Number of cases of each function that stay in the first tier, chosen by a hash of their names."""
    instead: str = ""
    """The id of a test of the same kind that stays in the first tier; needed if ``keep`` is 0."""

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the tests, without parameters."""
        return tuple(f"{self.file}::{name}" for name in self.tests)


@dataclass(frozen=True)
class Tiers:
    """The table of ``tiers.toml``."""

    entries: tuple[Entry, ...]

    @classmethod
    def read(cls, path: Path = TABLE) -> "Tiers":
        """Return the table in a file."""
        found = tomllib.loads(path.read_text(encoding="utf-8"))
        listed: list[dict[str, Any]] = found["second"]
        return cls(tuple(Entry(tests=tuple(entry.pop("tests")), **entry) for entry in listed))

    def second(self, ids: Iterable[str]) -> set[str]:
        """Return the ids of the tests that are in the second tier, given all ids with their parameters."""
        kept = {test: entry.keep for entry in self.entries for test in entry.ids}
        listed: dict[str, list[str]] = {}
        for each in ids:
            test = each.partition("[")[0]
            if test in kept:
                listed.setdefault(test, []).append(each)
        return {
            case
            for test, cases in listed.items()
            for case in sorted(cases, key=lambda each: zlib.crc32(each.encode()))[kept[test] :]
        }
