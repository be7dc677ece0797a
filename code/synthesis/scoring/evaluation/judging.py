"""Scores the answers of a file of generations in batches.

Finished batches are stored, so that an interrupted evaluation can be resumed.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from synthesis.core.errors import ConfigError
from synthesis.core.stores.base import Store
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.index import RowIndex
from synthesis.dataset.storage.layout import SIDECAR, hash_of
from synthesis.scoring.answers import Answer
from synthesis.scoring.evaluation.groups import Judged
from synthesis.scoring.evaluation.questions import PYTHON, Question
from synthesis.scoring.scorer import Scorer
from synthesis.scoring.scores import Score

BATCH_SIZE = 40
"""Minimum number of answers in a batch for each worker. Running many texts together shares the fixed cost."""
PARTS = f"{SIDECAR}/parts"


def facts_of(row: Document, question: Question, seen: bool) -> dict[str, str]:
    """Return the properties by which a question is grouped."""
    metadata = row.metadata
    return {
        "frontend": str(metadata["frontend"]),
        "category": str(metadata["category"]),
        "level": question.target,
        "direction": question.direction or f"to {question.target}",
        "difficulty": str(metadata["difficulty"]),
        "split": row.split,
        "structure": "seen" if seen else "unseen",
    }


def answers_of(row: Document, question: Question) -> list[Answer]:
    """Return the answers to a question for the scorer."""
    given = question.given[0] if question.target == PYTHON and question.given else ""
    return [Answer(row=row, level=question.target, text=text, given=given) for text in question.completions]


@dataclass(frozen=True, slots=True)
class Judge:
    """Scores questions in batches."""

    scorer: Scorer
    rows: RowIndex
    store: Store
    """The folder of the report."""
    seed: int
    seen: frozenset[str]
    """Structures of rows that the model may have been trained on."""

    def through(self, questions: Iterable[Question], on_answers: Callable[[int, int], None]) -> Iterator[str]:
        """Yield one line of JSON for each question, in order. Results of an earlier run are reused.

        Args:
            questions: all questions.
            on_answers: called with the number of newly scored answers and the number of accepted ones among them.
        """
        for number, batch in enumerate(_batches(questions, BATCH_SIZE * self.scorer.settings.workers)):
            name = f"{PARTS}/{number:06d}-{hash_of(repr(batch).encode('utf-8', 'surrogatepass'))}.jsonl"
            lines = self._kept(name, len(batch))
            if lines is None:
                lines = self._judge(batch)
                self.store.write(name, "".join(lines).encode())
            for line in lines:
                symptoms = judged_of(line).symptoms
                on_answers(len(symptoms), sum(not each for each in symptoms))
                yield line

    def _kept(self, name: str, count: int) -> list[str] | None:
        if not self.store.has(name):
            return None
        lines = self.store.read(name).decode().splitlines(keepends=True)
        return lines if len(lines) == count else None

    def _judge(self, batch: Sequence[Question]) -> list[str]:
        rows = [self.rows[each.id] for each in batch]
        answers = [answers_of(row, each) for row, each in zip(rows, batch, strict=True)]
        scores = iter(self.scorer.score([each for listed in answers for each in listed], seed=self.seed))
        return [
            self._line(row, question, [next(scores) for _ in listed])
            for row, question, listed in zip(rows, batch, answers, strict=True)
        ]

    def _line(self, row: Document, question: Question, scores: Sequence[Score]) -> str:
        seen = row.metadata["structure_hash"] in self.seen
        entry = {
            "line": question.line,
            "id": question.id,
            **facts_of(row, question, seen),
            "scores": [each.to_json() for each in scores],
        }
        return json.dumps(entry) + "\n"


def judged_of(line: str) -> Judged:
    """Return the scored question in a line of scores.

    Raises:
        ConfigError: if the line is invalid.
    """
    try:
        entry: Mapping[str, Any] = json.loads(line)
        scores: Sequence[Mapping[str, Any]] = entry["scores"]
        return Judged(
            row=entry["id"],
            facts={name: value for name, value in entry.items() if isinstance(value, str) and name != "id"},
            values=[float(each["value"]) for each in scores],
            symptoms=[str(each["symptom"]) for each in scores],
            same_text=sum(bool(each["same_text"]) for each in scores),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise ConfigError(f"the report's folder has an invalid line of scores: {error}; remove the folder") from error


def _batches(questions: Iterable[Question], least: int) -> Iterator[list[Question]]:
    """Yield batches of questions with at least a number of answers each."""
    batch, answers = list[Question](), 0
    for each in questions:
        batch.append(each)
        answers += len(each.completions)
        if answers >= least:
            yield batch
            batch, answers = [], 0
    if batch:
        yield batch
