"""Parses and checks requests before anything is scored."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

LONGEST_NAME = 200
_TEXTS = ("id", "level", "text")
_MOST_SEED = 2**63


@dataclass(frozen=True, slots=True, kw_only=True)
class SentAnswer:
    """An answer to be scored."""

    id: str
    level: str
    text: str
    given: str = ""
    seed: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the answer as JSON values, without the seed, which is common to a batch."""
        return {"id": self.id, "level": self.level, "text": self.text, "given": self.given}


@dataclass(frozen=True, slots=True)
class Request:
    """The content of a request."""

    answers: tuple[SentAnswer, ...]
    is_single: bool
    """Whether the request is a single answer, whose reply is a single score."""


class InvalidError(ValueError):
    """A request that cannot be scored.

    Attributes:
        problems: error messages by location in the request, such as ``answers[3].text``.
    """

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{place}: {words}" for place, words in problems.items()))
        self.problems = dict(problems)


def read_request(body: bytes, most: int) -> Request:
    """Return the request in a body.

    Args:
        body: JSON: an answer with ``id``, ``level`` and ``text``, or ``{"answers": [answer, …]}``, and optionally
            ``seed``.
        most: maximum number of answers in a request.

    Raises:
        InvalidError: with the first twenty invalid locations.
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise InvalidError({"body": f"not JSON: {str(error)[:200]}"}) from error
    if not isinstance(document, dict):
        raise InvalidError({"body": "expected an object with id, level and text, or with a list of these as answers"})
    entry = cast(dict[str, Any], document)
    seed = entry.get("seed")
    if seed is not None and (isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < _MOST_SEED):
        raise InvalidError({"seed": "expected an integer from 0, below 2^63, or nothing"})
    if "answers" not in entry:
        return Request(_checked([entry], seed, [""]), is_single=True)
    listed = entry["answers"]
    if not isinstance(listed, list) or not listed:
        raise InvalidError({"answers": "expected a list of at least one answer"})
    answers = cast(list[object], listed)
    if len(answers) > most:
        raise InvalidError({"answers": f"{len(answers)} answers; a request may have at most {most}"})
    return Request(_checked(answers, seed, [f"answers[{n}]" for n in range(len(answers))]), is_single=False)


def _checked(entries: list[Any], seed: int | None, places: list[str]) -> tuple[SentAnswer, ...]:
    problems: dict[str, str] = {}
    found: list[SentAnswer] = []
    for place, entry in zip(places, entries, strict=True):
        wrong = _problems(place, entry)
        problems.update(wrong)
        if not wrong:
            texts = {name: entry[name] for name in _TEXTS}
            found.append(SentAnswer(**texts, given=entry.get("given", ""), seed=seed))
    if problems:
        raise InvalidError(dict(list(problems.items())[:20]))
    return tuple(found)


def _problems(place: str, entry: Any) -> dict[str, str]:
    if not isinstance(entry, dict):
        return {place or "body": "expected an object with id, level and text"}
    inside = f"{place}." if place else ""
    fields = cast(dict[str, object], entry)
    wrong = {f"{inside}{name}": "expected a string" for name in _TEXTS if not isinstance(fields.get(name), str)}
    if not isinstance(fields.get("given", ""), str):
        wrong[f"{inside}given"] = "expected a string or nothing"
    for name in ("id", "level", "given"):
        value = fields.get(name)
        if isinstance(value, str) and len(value) > LONGEST_NAME:
            wrong[f"{inside}{name}"] = f"at most {LONGEST_NAME} characters"
    return wrong
