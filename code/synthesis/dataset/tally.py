"""Counting what becomes of candidates: rows, rejections, repeats."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from synthesis.core.errors import Stage, Symptom
from synthesis.core.identity.python import renamed_hash
from synthesis.core.records import Pair, Rejection
from synthesis.core.settings import AnyRun, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What became of a run's candidates; rows and rejections of whole candidates add up to their number."""

    frontend: str
    out: str
    """The folder or URL that they were written to."""
    candidates: int
    rows: int
    categories: Mapping[str, int]
    """Category to number of rows."""
    rejections: Mapping[tuple[str, str], int]
    """(stage, symptom) to number of candidates that ended there."""
    missing_levels: Mapping[str, int]
    """Level to number of rows that lack it."""
    texts: Mapping[str, int]
    """Level to number of texts."""
    unverified: Mapping[str, Mapping[str, int]]
    """Level to kind of reason to number of texts that are not verified for it; the other texts are."""
    dropped: Mapping[str, Mapping[str, int]]
    """Level to symptom to number of texts that their rows lack for it."""

    @property
    def verified(self) -> dict[str, int]:
        """Level to number of texts that are verified."""
        return {level: count - sum(self.unverified.get(level, {}).values()) for level, count in self.texts.items()}

    @property
    def faults(self) -> int:
        """How many candidates ended by an error in irsmith itself."""
        return sum(count for (_, symptom), count in self.rejections.items() if symptom == Symptom.INTERNAL_ERROR)

    def to_json(self) -> dict[str, Any]:
        """The summary as JSON values."""
        return {
            "frontend": self.frontend,
            "out": self.out,
            "candidates": self.candidates,
            "rows": self.rows,
            "categories": dict(self.categories),
            "rejections": {f"{stage}/{symptom}": count for (stage, symptom), count in self.rejections.items()},
            "missing_levels": dict(self.missing_levels),
            "texts": dict(self.texts),
            "verified": self.verified,
            "unverified": {level: dict(reasons) for level, reasons in self.unverified.items()},
            "dropped": {level: dict(symptoms) for level, symptoms in self.dropped.items()},
        }

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> "RunSummary":
        """The summary that ``to_json`` wrote."""
        told = {tuple(name.split("/", 1)): count for name, count in entries["rejections"].items()}
        fields: dict[str, Any] = {**entries, "rejections": told}
        del fields["verified"]
        return cls(**fields)


@dataclass(slots=True)
class Statistics:
    """Running counts of a pipeline."""

    rows: int = 0
    categories: Counter[str] = field(default_factory=Counter[str])
    rejections: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    missing_levels: Counter[str] = field(default_factory=Counter[str])
    texts: Counter[str] = field(default_factory=Counter[str])
    unverified: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """(level, kind of reason) to texts that are not verified for it."""
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """(level, symptom) to texts that their rows lack for it."""
    frontends: set[str] = field(default_factory=set[str])

    @property
    def candidates(self) -> int:
        """Every outcome counted: rows and rejections of whole candidates."""
        return self.rows + self.rejections.total()

    def count(self, outcome: Pair | Rejection) -> None:
        """Add one candidate's outcome."""
        if outcome_frontend := outcome.frontend if isinstance(outcome, Rejection) else outcome.spec.frontend:
            self.frontends.add(outcome_frontend)
        if isinstance(outcome, Rejection):
            self.rejections[str(outcome.stage), str(outcome.symptom)] += 1
            return
        self.count_row(outcome.spec.category, outcome.missing_levels, outcome.proofs)
        for rejection in outcome.rejections:
            self.count_dropped(rejection)

    def count_row(self, category: str, missing_levels: Sequence[str], proofs: Mapping[str, str]) -> None:
        """Add one row.

        Args:
            category: the kernel's.
            missing_levels: those that it lacks.
            proofs: level of each text to the kind of reason why it is not verified; empty where it is.
        """
        self.rows += 1
        self.categories[category] += 1
        self.missing_levels.update(missing_levels)
        self.texts.update(proofs.keys())
        self.unverified.update((level, why) for level, why in proofs.items() if why)

    def count_dropped(self, rejection: Rejection) -> None:
        """Add one text that its row lacks."""
        assert rejection.level is not None
        self.dropped[rejection.level, str(rejection.symptom)] += 1

    def summary(self, frontend: str, out: str, categories: Sequence[str] | None = None) -> RunSummary:
        """The counts so far as a summary, with a zero for each of the categories that has no row."""
        return RunSummary(
            frontend=frontend,
            out=out,
            candidates=self.candidates,
            rows=self.rows,
            categories={name: self.categories[name] for name in categories or self.categories},
            rejections=dict(sorted(self.rejections.items())),
            missing_levels=dict(self.missing_levels),
            texts=dict(self.texts),
            unverified=nested(self.unverified),
            dropped=nested(self.dropped),
        )


def leading(counts: Mapping[str, int], most: int) -> list[str]:
    """The most frequent of some things, each with its number."""
    return [f"{name} {count:,}" for name, count in Counter(counts).most_common(most)]


def nested(counts: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    """Counts of pairs as counts by the first of each pair, and then by the second."""
    found = dict[str, dict[str, int]]()
    for (first, second), count in sorted(counts.items()):
        found.setdefault(first, {})[second] = count
    return found


def summarise(totals: Statistics, settings: AnyRun | None, where: str) -> RunSummary:
    """The counts of a run, or of several if None, in the folder or URL that it was written to, as a summary."""
    if isinstance(settings, Run):
        return totals.summary(settings.frontend, where, settings.category)
    return totals.summary("+".join(sorted(totals.frontends)) or "none", where)


class Repeats:
    """Which programs a run has had: of those that are the same after renaming the first is kept."""

    def __init__(self) -> None:
        self._first: dict[str, int | None] = {}

    def is_new(self, renamed: str, index: int | None) -> bool:
        """Whether a program has not come before; it has now."""
        new = renamed not in self._first
        if new:
            self._first[renamed] = index
        return new

    def first(self, renamed: str) -> int | None:
        """The index of the first row of a program that has come."""
        return self._first[renamed]

    def settle(self, outcome: Pair | Rejection) -> Pair | Rejection:
        """The outcome, or a rejection where an earlier row is the same program under other names."""
        if isinstance(outcome, Rejection):
            return outcome
        spec = outcome.spec
        key = renamed_hash(spec.source)
        return outcome if self.is_new(key, spec.index) else repeat_of(f"index {self.first(key)}").of(spec)


def repeat_of(first: str) -> Rejection:
    """The rejection of a row that is the same program as an earlier one: ``index 7``."""
    return Rejection(
        stage=Stage.DEDUPLICATE,
        symptom=Symptom.RENAMED_REPEAT,
        detail=f"the same program as {first} after renaming",
    )
