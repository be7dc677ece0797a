"""Aggregates the scores of many questions: overall, and by properties of rows and questions."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from synthesis.scoring.evaluation.estimates import Estimate, interval, pass_at

BY = ("frontend", "category", "level", "direction", "difficulty", "split", "structure")
"""The properties by which questions are grouped: the keys of a question's facts."""
ACCEPTED = "accepted"
"""The key for accepted answers in counts by symptom."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The scored answers to one question."""

    row: str
    facts: Mapping[str, str]
    """The value of each property in :data:`BY`."""
    values: Sequence[float]
    """The score of each answer."""
    symptoms: Sequence[str]
    """The symptom of each answer; empty if it was accepted."""
    same_text: int
    """Number of answers accepted because they are the row's own text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Statistics of a group of questions."""

    questions: int
    rows: int
    """Number of different rows. Intervals treat rows as independent, not questions."""
    answers: int
    passes: Mapping[int, Estimate]
    """Estimates of pass@k by k."""
    value: float
    """The mean score of all answers."""
    same_text: int
    """Number of accepted answers that are the row's own text."""
    symptoms: Mapping[str, int]
    """Number of answers by symptom, the most frequent first, including ``accepted``."""

    def to_json(self) -> dict[str, Any]:
        """Return the group as JSON values."""
        passes = {f"pass@{k}": asdict(each) for k, each in self.passes.items()}
        return {
            "questions": self.questions,
            "rows": self.rows,
            "answers": self.answers,
            **passes,
            "value": self.value,
            "same_text": self.same_text,
            "symptoms": dict(self.symptoms),
        }


@dataclass(slots=True)
class _Sum:
    """Running sums of a group."""

    questions: int = 0
    answers: int = 0
    same_text: int = 0
    value: float = 0.0
    rows: set[str] = field(default_factory=set[str])
    passes: dict[int, float] = field(default_factory=dict[int, float])
    symptoms: Counter[str] = field(default_factory=Counter[str])

    def add(self, judged: Judged, passes: Mapping[int, float]) -> None:
        self.questions += 1
        self.answers += len(judged.values)
        self.same_text += judged.same_text
        self.value += math.fsum(judged.values)
        self.rows.add(judged.row)
        self.symptoms.update(each or ACCEPTED for each in judged.symptoms)
        for k, share in passes.items():
            self.passes[k] = self.passes.get(k, 0.0) + share

    def settle(self) -> Group:
        found = sorted(self.symptoms.items(), key=lambda item: (-item[1], item[0]))
        return Group(
            questions=self.questions,
            rows=len(self.rows),
            answers=self.answers,
            passes={k: interval(total / self.questions, len(self.rows)) for k, total in self.passes.items()},
            value=self.value / self.answers,
            same_text=self.same_text,
            symptoms=dict(found),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """The statistics of all questions."""

    overall: Group
    by: Mapping[str, Mapping[str, Group]]
    """Groups by property and value."""


def gather(judged: Iterable[Judged], ks: Sequence[int]) -> Findings:
    """Aggregate questions. Only one question at a time and the ids of all rows are kept in memory.

    Args:
        judged: at least one question.
        ks: the k of pass@k, for which each question has enough answers.
    """
    overall, by = _Sum(), dict[str, dict[str, _Sum]]()
    for each in judged:
        right = sum(not symptom for symptom in each.symptoms)
        passes = {k: pass_at(k, len(each.values), right) for k in ks}
        overall.add(each, passes)
        for kind in BY:
            by.setdefault(kind, {}).setdefault(each.facts[kind], _Sum()).add(each, passes)
    return Findings(
        overall=overall.settle(),
        by={kind: {name: by[kind][name].settle() for name in sorted(by[kind])} for kind in by},
    )
