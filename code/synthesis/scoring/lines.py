"""Scores a file of answers, one on each line, with one result for each line. The file need not fit in memory."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, cast

from synthesis.core.errors import ConfigError, UnknownNameError
from synthesis.dataset.storage.index import RowIndex
from synthesis.scoring.answers import PYTHON, Answer
from synthesis.scoring.grading import BATCH_SIZE, check_level
from synthesis.scoring.scorer import Scorer
from synthesis.scoring.scores import Score

_LOTS = 5
"""Number of batches of answers that are read ahead for each process."""
_LONGEST = 1 << 24
"""Maximum number of bytes in a line. A longer line is skipped and reported."""


@dataclass(slots=True)
class Counts:
    """Statistics of many answers."""

    lines: int = 0
    accepted: int = 0
    same_text: int = 0
    not_judged: int = 0
    errors: int = 0
    """Number of lines that are not a valid answer."""
    value: float = 0.0
    """Sum of the scores of all answers that were judged."""
    symptoms: Counter[str] = field(default_factory=Counter[str])
    seed: int = 0
    """The seed of the inputs."""

    @property
    def status(self) -> int:
        """The exit status of the command: 1 if a line was invalid, else 0."""
        return 1 if self.errors else 0

    def add(self, score: Score) -> None:
        """Count a score."""
        self.accepted += score.accepted
        self.same_text += score.same_text
        self.not_judged += not score.judged
        self.value += score.value
        if score.symptom:
            self.symptoms[score.symptom] += 1

    def to_json(self) -> dict[str, Any]:
        """Return the counts as JSON values."""
        judged = self.lines - self.errors - self.not_judged
        return {
            "lines": self.lines,
            "accepted": self.accepted,
            "same_text": self.same_text,
            "not_judged": self.not_judged,
            "errors": self.errors,
            "mean_value": round(self.value / judged, 6) if judged else None,
            "symptoms": dict(self.symptoms.most_common()),
            "seed": self.seed,
        }


def score_lines(
    scorer: Scorer,
    rows: RowIndex,
    lines: Iterable[bytes],
    *,
    name: str,
    seed: int,
    counts: Counts,
    on_line: Callable[[bool], None] = lambda _: None,
) -> Iterator[dict[str, Any]]:
    """Yield the result of each line, in order: ``id`` and ``level`` from the line, then the score or an ``error``.

    Args:
        scorer: the scorer.
        rows: the rows that are answered.
        lines: JSON objects with ``id``, ``level`` and ``text``. ``given`` may be the level that was shown, if Python is
            requested. Empty lines are skipped.
        name: the name of the file in error messages.
        seed: the seed of all inputs.
        counts: updated with each result.
        on_line: called for each line with whether it was accepted.

    Raises:
        MachineError: if texts cannot be run on this machine.
    """
    counts.seed = seed
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    while some := list(islice(numbered, BATCH_SIZE * _LOTS * scorer.settings.workers)):
        read = [_read(line, f"{name}:{number}", rows, scorer) for number, line in some]
        scores = iter(scorer.score([each.answer for each in read if each.answer is not None], seed=seed))
        for each in read:
            counts.lines += 1
            if each.answer is None:
                counts.errors += 1
                on_line(False)
                yield {**each.fields, "error": each.error}
                continue
            score = next(scores)
            counts.add(score)
            on_line(score.accepted)
            yield {**each.fields, **score.to_json()}


@dataclass(frozen=True, slots=True)
class _Line:
    """A line and the answer in it, or an error message."""

    fields: dict[str, Any]
    answer: Answer | None = None
    error: str = ""


def _read(line: bytes, where: str, rows: RowIndex, scorer: Scorer) -> _Line:
    if len(line) > _LONGEST:
        return _Line({"id": None, "level": None}, error=f"{where}: the line has more than {_LONGEST} bytes")
    try:
        found: object = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        return _Line({"id": None, "level": None}, error=f"{where}: it is not JSON: {error}")
    if not isinstance(found, dict):
        return _Line({"id": None, "level": None}, error=f"{where}: it is not an object with id, level and text")
    entry = cast("dict[str, Any]", found)
    fields = {name: entry.get(name) for name in ("id", "level")}
    if missing := [name for name in ("id", "level", "text") if name not in entry]:
        return _Line(fields, error=f"{where}: it lacks {', '.join(missing)}; a line has id, level and text")
    if wrong := [name for name in ("id", "level") if not isinstance(entry[name], str)]:
        kind = type(entry[wrong[0]]).__name__
        return _Line(fields, error=f"{where}: its {wrong[0]} must be a string, got {kind}")
    given = entry.get("given", "")
    if not isinstance(given, str) or (given and entry["level"] != PYTHON):
        return _Line(fields, error=f"{where}: given must be a level, and the answer's level {PYTHON}")
    try:
        answer = Answer(row=rows[entry["id"]], level=entry["level"], text=entry["text"], given=given)
        check_level(answer, require_verified=scorer.settings.require_verified)
    except (UnknownNameError, ConfigError) as error:
        return _Line(fields, error=f"{where}: {error}")
    return _Line(fields, answer)
