"""Decides whether a language model's answer may be examined and run, in time linear in its length.

Nothing here runs, parses or imports an answer. Input that could make regular expressions slow (unterminated quotes,
unterminated comments, long runs of white space) is refused before any is applied.
"""

import re
from dataclasses import dataclass

from synthesis.core.errors import Symptom
from synthesis.scoring.normal import unfenced
from synthesis.scoring.scores import Refusal, Score, Step

_MOST_BLANKS = 2000
_MOST_QUOTES = 400
"""Maximum number of quotes, and of backslashes, in addition to four times those of the row's own text."""
_DEEPEST = 400
_BLANKS = re.compile(rf"[ \t\r\f\v\n]{{{_MOST_BLANKS}}}")
_BRACKET = re.compile(r"[(){}\[\]]")


@dataclass(frozen=True, slots=True)
class Refused:
    """An answer that is refused."""

    symptom: str
    message: str

    @property
    def score(self) -> Score:
        """The score of a refused answer, 0."""
        return Score(value=0.0, step=Step.NOTHING, symptom=str(self.symptom), message=self.message)


def admitted(text: object, own: str, limit: int) -> str | Refused:
    """Return the text of an answer without a Markdown fence, or the reason why it is refused.

    Args:
        text: the model's output.
        own: the row's own text.
        limit: maximum number of characters. Four times the length of the row's own text is always allowed.
    """
    if not isinstance(text, str):
        return Refused(Refusal.EMPTY, f"the answer must be a string, got {type(text).__name__}")
    longest = max(limit, 4 * len(own))
    if len(text) > longest:
        return Refused(Refusal.TOO_LONG, f"it has {len(text)} characters; at most {longest} are tried")
    why = _foreign_construct(text, own)
    if why is not None:
        return Refused(Refusal.FOREIGN, f"it has {why}")
    inside = unfenced(text)
    if not inside.strip():
        return Refused(Refusal.EMPTY, "there is no text")
    if _is_too_deep(inside, own):
        return Refused(str(Symptom.SYNTAX_ERROR), f"brackets are nested more than {_DEEPEST} deep")
    return inside


def _foreign_construct(text: str, own: str) -> str | None:
    if "\0" in text:
        return "a NUL character"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "an unpaired surrogate"
    if _BLANKS.search(text) is not None:
        return f"{_MOST_BLANKS} white-space characters in a row"
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
    """Return whether brackets are nested too deeply for the tool. For most texts it is enough to count them."""
    return sum(map(text.count, "([{")) > _DEEPEST and _depth(text) > max(_DEEPEST, 2 * _depth(own))


def _depth(text: str) -> int:
    """Return the nesting depth of brackets, including those in strings."""
    depth = deepest = 0
    for bracket in _BRACKET.findall(text):
        depth = depth + 1 if bracket in "([{" else max(0, depth - 1)
        deepest = max(deepest, depth)
    return deepest
