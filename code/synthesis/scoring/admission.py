"""What of a model's answer may be looked at and run at all: told in time that grows with its length alone.

Nothing here runs, parses or imports an answer. What patterns could be made to look at again and again (quotes that do
not end, comments that do not end, long runs of white space) is refused before any pattern sees it.
"""

import re
from dataclasses import dataclass

from synthesis.core.errors import Symptom
from synthesis.scoring.normal import unfenced
from synthesis.scoring.scores import Refusal, Score, Step

_MOST_BLANKS = 2000
_MOST_QUOTES = 400
"""Quotes, and as many backslashes, beside four times those of the row's own text."""
_DEEPEST = 400
_BLANKS = re.compile(rf"[ \t\r\f\v\n]{{{_MOST_BLANKS}}}")
_BRACKET = re.compile(r"[(){}\[\]]")


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that is not looked at further."""

    symptom: str
    message: str

    @property
    def score(self) -> Score:
        """Nothing."""
        return Score(value=0.0, step=Step.NOTHING, symptom=str(self.symptom), message=self.message)


def admitted(text: object, own: str, limit: int) -> str | Refused:
    """The text of an answer without a fence, or why it is not looked at.

    Args:
        text: what the model gave.
        own: the row's own text.
        limit: characters that it may have; four times those of the row's own are allowed in any case.
    """
    if not isinstance(text, str):
        return Refused(Refusal.EMPTY, f"the answer is no text, but of the type {type(text).__name__}")
    longest = max(limit, 4 * len(own))
    if len(text) > longest:
        return Refused(Refusal.TOO_LONG, f"it has {len(text)} characters; at most {longest} are tried")
    why = _strange(text, own)
    if why is not None:
        return Refused(Refusal.FOREIGN, f"it has {why}")
    inside = unfenced(text)
    if not inside.strip():
        return Refused(Refusal.EMPTY, "there is no text")
    if _is_too_deep(inside, own):
        return Refused(str(Symptom.SYNTAX_ERROR), f"brackets are nested more than {_DEEPEST} deep")
    return inside


def _strange(text: str, own: str) -> str | None:
    if "\0" in text:
        return "a NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "half of a character"
    if _BLANKS.search(text) is not None:
        return f"{_MOST_BLANKS} blanks in a row"
    quotes = _MOST_QUOTES + 4 * _quotes(own)
    if _quotes(text) > quotes and text.count("\\") > _MOST_QUOTES + 4 * own.count("\\"):
        return "more quotes and backslashes than such a text needs"
    if text.count('R"') > _MOST_QUOTES + 4 * own.count('R"'):
        return "more raw strings than such a text needs"
    if text.rfind("/*") >= text.rfind("*/") and "/*" in text:
        return "a comment that does not end"
    return None


def _quotes(text: str) -> int:
    return text.count('"') + text.count("'")


def _is_too_deep(text: str, own: str) -> bool:
    """Whether brackets are nested deeper than the tool can be trusted with; to count them tells it of most texts."""
    return sum(map(text.count, "([{")) > _DEEPEST and _depth(text) > max(_DEEPEST, 2 * _depth(own))


def _depth(text: str) -> int:
    """How deep brackets are nested, those in strings counted too."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(text):
        depth = depth + 1 if bracket in "([{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest
