"""Counts the content of a folder of pairs: rows, lengths and rejections."""

import contextlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from synthesis.core.errors import ConfigError, TargetError
from synthesis.core.identity.hashing import short_hash
from synthesis.core.stores.base import Store
from synthesis.core.stores.places import store_of
from synthesis.core.verdicts import NOT_REQUESTED, kind_of
from synthesis.dataset.storage.documents import BrokenFile, Document
from synthesis.dataset.storage.layout import LEAKS, read_object
from synthesis.dataset.storage.listing import Place
from synthesis.dataset.storage.reading import read_folder, scan_folder, scan_ledger
from synthesis.dataset.tally import nested
from synthesis.frontends.base import Frontend

SOURCE = "python_source"


@dataclass(frozen=True, slots=True)
class Lengths:
    """Statistics of the lengths of one column's texts, in lines."""

    column: str
    texts: int
    shortest: int
    median: int
    most: int
    """90th percentile of the lengths."""
    longest: int
    characters: int
    """Total number of characters of all texts."""
    tokens: int = 0
    """Total number of tokens of all texts, if a tokenizer was given."""

    @classmethod
    def of(cls, column: str, lines: Mapping[int, int], characters: int, tokens: int = 0) -> "Lengths":
        """Return the statistics of a column from a histogram of its texts' lengths."""
        texts = sum(lines.values())
        at = [_number_at(lines, min(texts - 1, int(share * texts))) for share in (0.5, 0.9)]
        return cls(column, texts, min(lines), at[0], at[1], max(lines), characters, tokens)


def _number_at(counts: Mapping[int, int], place: int) -> int:
    """Return the value at a position of the sorted sequence described by a histogram."""
    for number in sorted(counts):
        place -= counts[number]
        if place < 0:
            return number
    raise IndexError(place)


@dataclass(slots=True)
class Survey:
    """The statistics of a folder."""

    folder: str
    rows: int = 0
    categories: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """Number of rows by front end and category."""
    splits: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """Number of rows by front end and split."""
    sizes: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """Number of characters of all texts by front end and split."""
    levels: Counter[str] = field(default_factory=Counter[str])
    missing: Counter[str] = field(default_factory=Counter[str])
    verified: Counter[str] = field(default_factory=Counter[str])
    """Number of rows whose text of a level is verified, by level."""
    proofs: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """Number of texts that were verified otherwise than by execution, by level and way of verification."""
    unverified: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """Number of rows by level and reason for not being verified."""
    gradients: Counter[str] = field(default_factory=Counter[str])
    """Number of rows by gradient status."""
    ops: Counter[str] = field(default_factory=Counter[str])
    difficulty: Counter[int] = field(default_factory=Counter[int])
    licences: Counter[str] = field(default_factory=Counter[str])
    toolchains: Counter[str] = field(default_factory=Counter[str])
    """Number of rows by toolchain (as JSON)."""
    rejections: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """Number of rejected candidates by stage and symptom."""
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """Number of texts missing from their rows by level and symptom."""
    broken: list[str] = field(default_factory=list[str])
    """Error messages for files that could not be read."""
    leaks: dict[str, Any] = field(default_factory=dict[str, Any])
    """The folder's own report on what its splits share; see docs/datasets.md."""
    count_tokens: Callable[[str], int] | None = None
    """Returns the number of tokens of a text; None if tokens are not counted."""
    _programs: set[int] = field(default_factory=set[int])
    _structures: set[int] = field(default_factory=set[int])
    _lines: dict[str, Counter[int]] = field(default_factory=dict[str, Counter[int]])
    _characters: Counter[str] = field(default_factory=Counter[str])
    _tokens: Counter[str] = field(default_factory=Counter[str])

    @property
    def programs(self) -> int:
        """Number of different sources after renaming."""
        return len(self._programs)

    @property
    def structures(self) -> int:
        """Number of different structures: sources after renaming, without their numbers."""
        return len(self._structures)

    @property
    def reasons(self) -> dict[str, dict[str, int]]:
        """Number of texts that are not verified, by level and kind of reason."""
        found, untold = Counter[tuple[str, str]](), self.levels - self.verified
        for (level, why), count in self.unverified.items():
            found[level, kind_of(why)] += count
            untold[level] -= count
        found.update({(level, NOT_REQUESTED): count for level, count in untold.items() if count > 0})
        return nested(found)

    @property
    def lengths(self) -> list[Lengths]:
        """The lengths of the source and of each level."""
        return [
            Lengths.of(column, counts, self._characters[column], self._tokens[column])
            for column, counts in self._lines.items()
        ]

    def add(self, metadata: Mapping[str, Any], texts: Mapping[str, str | None], split: str) -> None:
        """Count a row.

        Args:
            metadata: its columns, as Python values.
            texts: its source and its levels by name; None if it has none.
            split: its split.
        """
        self.rows += 1
        self.categories[metadata["frontend"], metadata["category"]] += 1
        self.splits[metadata["frontend"], split] += 1
        self.sizes[metadata["frontend"], split] += sum(len(text) for text in texts.values() if text is not None)
        self.ops.update(map(str, metadata["ops"]))
        self.difficulty[metadata["difficulty"]] += 1
        self.verified.update(map(str, metadata["verified"]))
        self.proofs.update((level, str(how)) for level, how in metadata["proofs"].items())
        self.unverified.update((level, str(why)) for level, why in metadata["unverified"].items())
        self.gradients[metadata["gradient"]] += 1
        self.licences[metadata["licence"]] += 1
        self.toolchains[json.dumps({"irsmith": metadata["version"], **metadata["toolchain"]})] += 1
        self._programs.add(short_hash(str(metadata["renamed_hash"])))
        self._structures.add(short_hash(str(metadata["structure_hash"])))
        for column, text in texts.items():
            if text is None:
                self.missing[column] += 1
                continue
            if column != SOURCE:
                self.levels[column] += 1
            self._lines.setdefault(column, Counter())[text.count("\n")] += 1
            self._characters[column] += len(text)
            if self.count_tokens is not None:
                self._tokens[column] += self.count_tokens(text)

    def to_json(self) -> dict[str, Any]:
        """Return the survey as JSON values."""
        return {
            "folder": self.folder,
            "rows": self.rows,
            "programs": self.programs,
            "structures": self.structures,
            "categories": nested(self.categories),
            "splits": nested(self.splits),
            "levels": dict(self.levels),
            "missing_levels": dict(self.missing),
            "verified": dict(self.verified),
            "proofs": nested(self.proofs),
            "unverified": nested(self.unverified),
            "gradients": dict(self.gradients.most_common()),
            "difficulty": {str(level): self.difficulty[level] for level in sorted(self.difficulty)},
            "ops": dict(self.ops.most_common()),
            "licences": dict(self.licences.most_common()),
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
                    **({"tokens": each.tokens} if self.count_tokens is not None else {}),
                }
                for each in self.lengths
            },
            "rejections": {f"{stage}/{symptom}": count for (stage, symptom), count in self.rejections.items()},
            "dropped": nested(self.dropped),
            "leaks": self.leaks,
            "broken": list(self.broken),
        }


def survey(folder: Place) -> Survey:
    """Count the content of a folder, including that of an unfinished run. Unreadable files are listed in ``broken``.

    Raises:
        TargetError: if there is no such folder, or it holds neither pairs nor rejections.
    """
    store = store_of(folder)
    found = Survey(store.where)
    if store.has(LEAKS):
        with contextlib.suppress(ConfigError):
            found.leaks = read_object(store, LEAKS)
    for rejection in scan_ledger(store):
        if isinstance(rejection, BrokenFile):
            found.broken.append(rejection.why)
        else:
            ended = (str(rejection.stage), str(rejection.symptom))
            if rejection.level is None:
                found.rejections[ended] += 1
            else:
                found.dropped[rejection.level, ended[1]] += 1
    for pair in _pairs(store, found):
        found.add(pair.metadata, {SOURCE: pair.source, **pair.texts}, pair.split)
    return found


def _pairs(folder: Store, found: Survey) -> Iterator[Document]:
    """Yield the pairs of a folder, and note unreadable ones. A folder without pairs may still have rejections."""
    try:
        for pair in scan_folder(folder):
            if isinstance(pair, BrokenFile):
                found.broken.append(pair.why)
            else:
                yield pair
    except TargetError:
        if not found.rejections and not found.dropped:
            raise


ENOUGH = 10
"""Number of verified rows that an operation must be in to count as covered."""


def coverage(frontend: Frontend, folder: Place) -> Counter[str]:
    """Return the number of verified rows of a folder for each of a tool's operations.

    Raises:
        TargetError: if there is no such folder, it holds no pairs, a file is invalid, or no verified row has the text
            that operations are read from.
    """
    prover, verified, readable = frontend.prover, 0, 0
    found = Counter(dict.fromkeys(prover.operations() if prover is not None else (), 0))
    for pair in read_folder(folder):
        if prover is not None and pair.frontend == frontend.name and pair.metadata["verified"]:
            verified += 1
            used = prover.used(pair.source, pair.texts)
            if used is not None:
                readable += 1
                found.update(used & found.keys())
    if verified and not readable:
        raise TargetError(
            f"{folder}: none of the {verified} verified rows of {frontend.name} has a text that operations are read "
            "from: generate them with more levels"
        )
    return found
