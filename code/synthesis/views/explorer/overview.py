"""The overview's counts over all rows, including those without a page."""

import hashlib
from collections.abc import Mapping
from typing import Any

from synthesis.core.records import Rejection
from synthesis.views.explorer.counting import Counts, Distinct, Growth
from synthesis.views.explorer.packing import plain
from synthesis.views.explorer.pages import Level, Page

MOST_NAMED = 500
"""Maximum number of unreadable files that are named."""


class Overview:
    """Counts rows, rejections and unreadable files."""

    def __init__(self) -> None:
        self.rows = 0
        self.broken: list[str] = []
        self.broken_count = 0
        self._counts = {
            name: Counts()
            for name in ("frontends", "categories", "recipes", "difficulties", "splits", "devices", "gradients",
                         "reasons", "rejections", "dropped", "versions", "seeds", "sizes")
        }  # fmt: skip
        self._ops = Counts(200_000)
        self._levels: dict[tuple[str, str], list[int]] = {}
        self._lines: dict[tuple[str, str], dict[int, int]] = {}
        self._characters = Counts()
        self._programs, self._structures = Distinct(), Distinct()
        self._growth: dict[str, Growth] = {}

    @property
    def frontends(self) -> Counts:
        """The counts of rows by front end."""
        return self._counts["frontends"]

    def add(self, page: Page) -> None:
        """Count a row."""
        self.rows += 1
        frontend = page.entry["frontend"]
        add = {name: counts.add for name, counts in self._counts.items()}
        add["frontends"](frontend)
        add["categories"](frontend, page.entry["category"])
        add["recipes"](frontend, page.entry["recipe"])
        add["difficulties"](frontend, page.entry["difficulty"])
        add["splits"](page.entry["split"], frontend)
        add["devices"](frontend, page.entry["device"])
        add["gradients"](page.entry["gradient"])
        add["sizes"]("of a twin" if page.has_twin else "its own")
        if page.versions["seed"]:
            add["seeds"](frontend, page.versions["seed"])
        add["versions"](f"irsmith {page.versions['irsmith']}")
        for package, version in page.versions["toolchain"].items():
            add["versions"](f"{package} {version}")
        for reason in page.reasons.values():
            add["reasons"](reason)
        for operation in page.entry["ops"]:
            self._ops.add(frontend, operation)
        self._count_levels(frontend, page.levels)
        for column, lines, characters in page.lengths:
            counts = self._lines.setdefault((frontend, column), {})
            counts[lines] = counts.get(lines, 0) + 1
            self._characters.add(frontend, column, times=characters)
        structure = _number(page.structure)
        self._programs.add(_number(page.program))
        self._structures.add(structure)
        self._growth.setdefault(frontend, Growth()).add(structure)

    def _count_levels(self, frontend: str, levels: tuple[Level, ...]) -> None:
        for level in levels:
            counts = self._levels.setdefault((frontend, level.name), [0, 0, 0])
            counts[level.state] += 1

    def add_rejection(self, rejection: Rejection) -> None:
        """Count a line of a ledger, for a rejected candidate or a missing text."""
        kind = "rejections" if rejection.level is None else "dropped"
        self._counts[kind].add(str(rejection.stage), str(rejection.symptom))

    def add_broken(self, why: str) -> None:
        """Record an unreadable file or line."""
        self.broken_count += 1
        if len(self.broken) < MOST_NAMED:
            self.broken.append(why[:1000])

    def to_json(self) -> dict[str, Any]:
        """Return the overview as JSON values."""
        return {
            "rows": self.rows,
            "programs": self._programs.count,
            "structures": self._structures.count,
            "exact": self._structures.is_exact,
            **{name: counts.to_json() for name, counts in self._counts.items()},
            "ops": self._ops.to_json(),
            "levels": [[*name, *counts] for name, counts in self._levels.items()],
            "lengths": [_lengths(name, counts) for name, counts in self._lines.items()],
            "characters": self._characters.to_json(),
            "growth": {frontend: growth.points for frontend, growth in self._growth.items()},
            "broken": self.broken,
            "broken_count": self.broken_count,
        }


def _lengths(name: tuple[str, str], counts: Mapping[int, int]) -> dict[str, Any]:
    """Return the quantiles of the lengths of one column's texts, in lines."""
    total, ordered = sum(counts.values()), sorted(counts)
    quantiles: list[int] = []
    for share in (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0):
        left = min(total - 1, int(share * total))
        for lines in ordered:
            left -= counts[lines]
            if left < 0:
                quantiles.append(lines)
                break
    return {"frontend": name[0], "column": name[1], "texts": total, "quantiles": quantiles}


def _number(text: str) -> int:
    """Return a uniformly distributed number that is a hash of a text."""
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def leaks_of(found: object) -> object:
    """Return the content of a folder's ``leaks.json``, which may be any JSON value, as plain data."""
    return plain(found)
