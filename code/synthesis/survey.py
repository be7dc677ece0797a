"""What a folder of pairs holds: counts, lengths and rejections."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from synthesis.errors import TargetError
from synthesis.frontends.base import Frontend
from synthesis.output.reading import BrokenFile, Document, Place, read_folder, scan_folder, scan_ledger
from synthesis.stores.base import Store
from synthesis.stores.places import store_of


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long the texts of one column are, in lines."""

    column: str
    texts: int
    shortest: int
    median: int
    most: int
    """What 90 of 100 are at most as long as."""
    longest: int
    characters: int
    """Of all texts together."""

    @classmethod
    def of(cls, column: str, lines: Sequence[int], characters: int) -> "Lengths":
        """The lengths of a column from the number of lines of each of its texts."""
        ordered = sorted(lines)
        at = [ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.9)]
        return cls(column, len(ordered), ordered[0], at[0], at[1], ordered[-1], characters)


@dataclass(slots=True)
class Survey:
    """What a folder holds."""

    folder: str
    rows: int = 0
    programs: int = 0
    """Different programs after renaming."""
    structures: int = 0
    """Different programs after renaming and with numbers left out."""
    categories: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """(front end, category) to rows."""
    levels: Counter[str] = field(default_factory=Counter[str])
    missing: Counter[str] = field(default_factory=Counter[str])
    ops: Counter[str] = field(default_factory=Counter[str])
    difficulty: Counter[int] = field(default_factory=Counter[int])
    lengths: list[Lengths] = field(default_factory=list[Lengths])
    rejections: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """(stage, symptom) to candidates and levels that ended there."""
    broken: list[str] = field(default_factory=list[str])
    """What could not be read, and why."""

    def to_json(self) -> dict[str, Any]:
        """The survey as JSON values."""
        categories: dict[str, dict[str, int]] = {}
        for (frontend, category), count in self.categories.items():
            categories.setdefault(frontend, {})[category] = count
        return {
            "folder": self.folder,
            "rows": self.rows,
            "programs": self.programs,
            "structures": self.structures,
            "categories": categories,
            "levels": dict(self.levels),
            "missing_levels": dict(self.missing),
            "difficulty": {str(level): self.difficulty[level] for level in sorted(self.difficulty)},
            "ops": dict(self.ops.most_common()),
            "lengths": {
                each.column: {
                    "texts": each.texts,
                    "lines": {
                        "min": each.shortest,
                        "median": each.median,
                        "p90": each.most,
                        "max": each.longest,
                    },
                    "characters": each.characters,
                }
                for each in self.lengths
            },
            "rejections": {f"{stage}/{symptom}": count for (stage, symptom), count in self.rejections.items()},
            "broken": list(self.broken),
        }


def survey(folder: Place) -> Survey:
    """Count what a folder holds, that of a run that is not finished too; what cannot be read is named.

    Raises:
        TargetError: if there is no such folder, or it holds neither pairs nor rejections.
    """
    store = store_of(folder)
    found = Survey(store.where)
    for rejection in scan_ledger(store):
        if isinstance(rejection, BrokenFile):
            found.broken.append(rejection.why)
        else:
            found.rejections[str(rejection.stage), str(rejection.symptom)] += 1
    renamed, structures = set[str](), set[str]()
    lines: dict[str, list[int]] = {}
    characters: Counter[str] = Counter()
    for pair in _pairs(store, found):
        metadata = pair.metadata
        found.rows += 1
        found.categories[metadata["frontend"], metadata["category"]] += 1
        found.ops.update(metadata["ops"])
        found.difficulty[metadata["difficulty"]] += 1
        renamed.add(metadata["renamed_hash"])
        structures.add(metadata["structure_hash"])
        for column, text in {"python_source": pair.source, **pair.texts}.items():
            if text is None:
                found.missing[column] += 1
                continue
            if column != "python_source":
                found.levels[column] += 1
            lines.setdefault(column, []).append(text.count("\n"))
            characters[column] += len(text)
    found.programs, found.structures = len(renamed), len(structures)
    found.lengths = [Lengths.of(column, counts, characters[column]) for column, counts in lines.items()]
    return found


def _pairs(folder: Store, found: Survey) -> Iterator[Document]:
    """The pairs of a folder; one that cannot be read is noted. A folder without any may still have rejections."""
    try:
        for pair in scan_folder(folder):
            if isinstance(pair, BrokenFile):
                found.broken.append(pair.why)
            else:
                yield pair
    except TargetError:
        if not found.rejections:
            raise


ENOUGH = 10
"""Verified rows that an operation is to be in before it counts as covered."""


def coverage(frontend: Frontend, folder: Place) -> Counter[str]:
    """How many verified rows of a folder have each of a tool's operations.

    Raises:
        TargetError: if there is no such folder, it holds no pairs, or a file is no pair.
    """
    prover = frontend.prover
    found = Counter(dict.fromkeys(prover.operations() if prover is not None else (), 0))
    for pair in read_folder(folder):
        if prover is not None and pair.frontend == frontend.name and pair.metadata["verified"]:
            found.update(prover.used(pair.source, pair.texts) & found.keys())
    return found
