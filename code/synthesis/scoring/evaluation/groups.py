"""What the scores of many questions come to: overall, and by what rows and questions are."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from synthesis.scoring.evaluation.estimates import Estimate, interval, pass_at

BY = ("frontend", "category", "level", "direction", "difficulty", "split", "structure")
"""What questions are grouped by: the keys of a question's facts."""
ACCEPTED = "accepted"
"""What is counted beside symptoms, of answers that have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What became of the answers to one question."""

    row: str
    facts: Mapping[str, str]
    """A value for each of :data:`BY`."""
    values: Sequence[float]
    """An answer's score each."""
    symptoms: Sequence[str]
    """An answer's symptom each; empty if it was accepted."""
    same_text: int
    """How many were accepted for being the row's own text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What some questions came to."""

    questions: int
    rows: int
    """How many different ones they are of; intervals take rows for independent, not questions."""
    answers: int
    passes: Mapping[int, Estimate]
    """k to pass@k."""
    value: float
    """The mean of all answers' values."""
    same_text: int
    """Accepted answers that are the row's own text."""
    symptoms: Mapping[str, int]
    """Symptom to the number of answers that have it, the most frequent first; ``accepted`` among them."""

    def to_json(self) -> dict[str, Any]:
        """The group as JSON values."""
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
    """A group while questions come."""

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
    """What all questions came to."""

    overall: Group
    by: Mapping[str, Mapping[str, Group]]
    """What they are grouped by, to value, to group."""


def gather(judged: Iterable[Judged], ks: Sequence[int]) -> Findings:
    """Sum up questions, of which one is in memory at a time, and the ids of their rows.

    Args:
        judged: at least one.
        ks: of pass@k; each question has that many answers.
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
