"""Lines of candidates, scored: a file that never has to fit in memory, and a line of results for each of its lines."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, cast

from synthesis.core.errors import ConfigError, UnknownNameError
from synthesis.dataset.storage.index import RowIndex
from synthesis.scoring.answers import PYTHON, Answer
from synthesis.scoring.grading import TOGETHER, check_level
from synthesis.scoring.scorer import Scorer
from synthesis.scoring.scores import Score

_LOTS = 5
"""Lots of answers that are read ahead, for each process."""
_LONGEST = 1 << 24
"""Bytes that a line may have; what is longer is read past, and told of."""


@dataclass(slots=True)
class Counts:
    """What came of many candidates."""

    lines: int = 0
    accepted: int = 0
    same_text: int = 0
    not_judged: int = 0
    errors: int = 0
    """Lines that are no candidate."""
    value: float = 0.0
    """Of all that were judged, added up."""
    symptoms: Counter[str] = field(default_factory=Counter[str])
    seed: int = 0
    """Of the inputs."""

    @property
    def status(self) -> int:
        """What a command exits with: 1 if a line was no candidate, 0 if all were."""
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
        """The counts as JSON values."""
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
    """The score of each line, in order: ``id`` and ``level`` as the line has them, then the score, or an ``error``.

    Args:
        scorer: what scores.
        rows: what candidates answer.
        lines: JSON objects with ``id``, ``level`` and ``text``; ``given`` may be a level for the way back. Empty ones
            are left out.
        name: of the file, for errors.
        seed: of the inputs of all.
        counts: what is counted into.
        on_line: told of each line whether it is accepted.

    Raises:
        MachineError: if the machine does not let texts be run.
    """
    counts.seed = seed
    numbered = ((number, line) for number, line in enumerate(lines, start=1) if line.strip())
    while some := list(islice(numbered, TOGETHER * _LOTS * scorer.settings.workers)):
        read = [_read(line, f"{name}:{number}", rows, scorer) for number, line in some]
        scores = iter(scorer.score([each.answer for each in read if each.answer is not None], seed=seed))
        for each in read:
            counts.lines += 1
            if each.answer is None:
                counts.errors += 1
                on_line(False)
                yield {**each.told, "error": each.error}
                continue
            score = next(scores)
            counts.add(score)
            on_line(score.accepted)
            yield {**each.told, **score.to_json()}


@dataclass(frozen=True, slots=True)
class _Line:
    """A line, as far as it is one of a candidate."""

    told: dict[str, Any]
    answer: Answer | None = None
    error: str = ""


def _read(line: bytes, where: str, rows: RowIndex, scorer: Scorer) -> _Line:
    if len(line) > _LONGEST:
        return _Line({"id": None, "level": None}, error=f"{where}: the line has more than {_LONGEST} bytes")
    try:
        found: object = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        return _Line({"id": None, "level": None}, error=f"{where}: it is no JSON: {error}")
    if not isinstance(found, dict):
        return _Line({"id": None, "level": None}, error=f"{where}: it is no object with id, level and text")
    entry = cast("dict[str, Any]", found)
    told = {name: entry.get(name) for name in ("id", "level")}
    if missing := [name for name in ("id", "level", "text") if name not in entry]:
        return _Line(told, error=f"{where}: it lacks {', '.join(missing)}; a line has id, level and text")
    if wrong := [name for name in ("id", "level") if not isinstance(entry[name], str)]:
        kind = type(entry[wrong[0]]).__name__
        return _Line(told, error=f"{where}: its {wrong[0]} has to be a string, and is of the type {kind}")
    given = entry.get("given", "")
    if not isinstance(given, str) or (given and entry["level"] != PYTHON):
        return _Line(told, error=f"{where}: given is a level, of what is answered in {PYTHON}")
    try:
        answer = Answer(row=rows[entry["id"]], level=entry["level"], text=entry["text"], given=given)
        check_level(answer, require_verified=scorer.settings.require_verified)
    except (UnknownNameError, ConfigError) as error:
        return _Line(told, error=f"{where}: {error}")
    return _Line(told, answer)
