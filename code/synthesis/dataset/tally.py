"""Counts the outcomes of candidates: rows, rejections and repeats."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from synthesis.core.errors import Stage, Symptom
from synthesis.core.identity.python import renamed_hash
from synthesis.core.records import Pair, Rejection
from synthesis.core.run_settings import AnyRun, Run


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """The outcomes of a run's candidates. Each candidate is either a row or one of the rejections."""

    frontend: str
    out: str
    """The folder or URL that the rows were written to."""
    candidates: int
    rows: int
    categories: Mapping[str, int]
    """Number of rows by category."""
    rejections: Mapping[tuple[str, str], int]
    """Number of rejected candidates by stage and symptom."""
    missing_levels: Mapping[str, int]
    """Number of rows without a text of a level, by level."""
    texts: Mapping[str, int]
    """Number of texts by level."""
    unverified: Mapping[str, Mapping[str, int]]
    """Number of texts that are not verified, by level and kind of reason. All others are verified."""
    dropped: Mapping[str, Mapping[str, int]]
    """Number of texts missing from their rows by level and symptom."""

    @property
    def verified(self) -> dict[str, int]:
        """Number of verified texts by level."""
        return {level: count - sum(self.unverified.get(level, {}).values()) for level, count in self.texts.items()}

    @property
    def faults(self) -> int:
        """Number of candidates rejected because of an error in irsmith itself."""
        return sum(count for (_, symptom), count in self.rejections.items() if symptom == Symptom.INTERNAL_ERROR)

    def to_json(self) -> dict[str, Any]:
        """Return the summary as JSON values."""
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
        """Return the summary from the output of ``to_json``."""
        rejections = {tuple(name.split("/", 1)): count for name, count in entries["rejections"].items()}
        fields: dict[str, Any] = {**entries, "rejections": rejections}
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
    """Number of texts that are not verified by level and kind of reason."""
    dropped: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    """Number of texts missing from their rows by level and symptom."""
    frontends: set[str] = field(default_factory=set[str])

    @property
    def candidates(self) -> int:
        """Number of all outcomes: rows and rejections of candidates."""
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
            category: the kernel's category.
            missing_levels: the levels that it lacks.
            proofs: for each level with a text, the kind of reason why it is not verified; empty if it is.
        """
        self.rows += 1
        self.categories[category] += 1
        self.missing_levels.update(missing_levels)
        self.texts.update(proofs.keys())
        self.unverified.update((level, why) for level, why in proofs.items() if why)

    def count_dropped(self, rejection: Rejection) -> None:
        """Count the rejection of one text, which its row then lacks."""
        assert rejection.level is not None
        self.dropped[rejection.level, str(rejection.symptom)] += 1

    def summary(self, frontend: str, out: str, categories: Sequence[str] | None = None) -> RunSummary:
        """Return the counts so far as a summary, with a zero for each given category that has no row."""
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
    """Return the most frequent names, each with its count."""
    return [f"{name} {count:,}" for name, count in Counter(counts).most_common(most)]


def nested(counts: Mapping[tuple[str, str], int]) -> dict[str, dict[str, int]]:
    """Return counts of pairs as nested counts, by the first and then the second element."""
    found = dict[str, dict[str, int]]()
    for (first, second), count in sorted(counts.items()):
        found.setdefault(first, {})[second] = count
    return found


def summarise(totals: Statistics, settings: AnyRun | None, where: str) -> RunSummary:
    """Return the counts of a run as a summary; ``settings`` is None for the counts of several runs."""
    if isinstance(settings, Run):
        return totals.summary(settings.frontend, where, settings.category)
    return totals.summary("+".join(sorted(totals.frontends)) or "none", where)


class Repeats:
    """Finds repeats in a run. Of several kernels whose sources are the same after renaming, the first is kept."""

    def __init__(self) -> None:
        self._first: dict[str, int | None] = {}

    def is_new(self, renamed: str, index: int | None) -> bool:
        """Record the hash of a renamed source, and return whether it has not occurred before."""
        new = renamed not in self._first
        if new:
            self._first[renamed] = index
        return new

    def first(self, renamed: str) -> int | None:
        """Return the index of the first row with a recorded hash of a renamed source."""
        return self._first[renamed]

    def settle(self, outcome: Pair | Rejection) -> Pair | Rejection:
        """Return the outcome, or a rejection if an earlier row has the same source after renaming."""
        if isinstance(outcome, Rejection):
            return outcome
        spec = outcome.spec
        key = renamed_hash(spec.source)
        return outcome if self.is_new(key, spec.index) else repeat_of(f"index {self.first(key)}").of(spec)


def repeat_of(first: str) -> Rejection:
    """Return the rejection of a row that repeats the source of an earlier one, which ``first`` names (``index 7``)."""
    return Rejection(
        stage=Stage.DEDUPLICATE,
        symptom=Symptom.RENAMED_REPEAT,
        detail=f"the same program as {first} after renaming",
    )
