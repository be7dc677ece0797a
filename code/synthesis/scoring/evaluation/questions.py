"""Reads a model's answers from a JSON lines file: one question about a row a line, with all its sampled answers."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from synthesis.core.errors import TargetError

PYTHON = "python"
_TO = "-to-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One line of a file of generations: a row, the requested level, and the answers."""

    line: int
    """The line number in the file, from 1."""
    id: str
    """The id of the row."""
    target: str
    """The requested level; ``python`` if Python is requested for a row's IR."""
    given: tuple[str, ...] = ()
    """The levels that were shown, according to the direction; empty if the line only names a level."""
    completions: tuple[str, ...]

    @property
    def direction(self) -> str:
        """The direction as views name it; empty if it is not known what was shown."""
        return f"{'+'.join(self.given)}{_TO}{self.target}" if self.given else ""


def read_questions(path: Path) -> Iterator[Question]:
    """Yield the questions of a file of generations. Empty lines are skipped.

    Raises:
        TargetError: with file and line, if a line is invalid, or the file cannot be read or is empty.
    """
    found = False
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, start=1):
                if line.strip():
                    found = True
                    yield question_of(line, number, f"{path}:{number}")
    except (OSError, UnicodeDecodeError) as error:
        raise TargetError(f"cannot read {path}: {error}") from error
    if not found:
        raise TargetError(f"{path} holds no generations; a line is {_FORM}")


_FORM = '{"id": …, "level": … or "direction": …, "completions": [text, …]}'


def question_of(line: str, number: int, where: str) -> Question:
    """Return the question in a line.

    Raises:
        TargetError: if it is invalid.
    """
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise TargetError(f"{where}: not JSON: {error}") from error
    if not isinstance(entry, dict):
        raise TargetError(f"{where}: a line is an object, {_FORM}")
    record = cast(dict[str, Any], entry)
    if not isinstance(record.get("id"), str):
        raise TargetError(f"{where}: a line needs the id of a row: {_FORM}")
    given, target = direction_of(record, where)
    listed = record.get("completions")
    if not isinstance(listed, list) or not listed:
        raise TargetError(f"{where}: completions is a list of at least one text: {_FORM}")
    texts = tuple(text_of(each, where) for each in cast(list[object], listed))
    return Question(line=number, id=record["id"], target=target, given=given, completions=texts)


def direction_of(record: Mapping[str, Any], where: str) -> tuple[tuple[str, ...], str]:
    """Return what is shown and what is requested. A direction gives both, and takes precedence over a level.

    Raises:
        TargetError: if a record has neither.
    """
    direction, level = record.get("direction"), record.get("level")
    if isinstance(direction, str) and direction:
        given, separator, target = direction.rpartition(_TO)
        if not separator or not given or not target:
            raise TargetError(f"{where}: a direction must be like python{_TO}jaxpr, got {direction!r}")
        return tuple(given.split("+")), target
    if isinstance(level, str) and level:
        return (), level
    raise TargetError(f"{where}: a line needs a level or a direction: {_FORM}")


def text_of(completion: object, where: str) -> str:
    """Return the text of a completion: a string, a message's content, or that of the last message of a conversation.

    Raises:
        TargetError: if it is none of these.
    """
    found = completion
    if isinstance(found, list) and found:
        found = cast(list[object], found)[-1]
    if isinstance(found, dict):
        found = cast(dict[str, object], found).get("content")
    if isinstance(found, str):
        return found
    raise TargetError(f"{where}: a completion is a text or a list of messages, got {str(completion)[:80]!r}")
