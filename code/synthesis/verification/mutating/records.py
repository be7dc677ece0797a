"""Records of mutants and of edits, and functions that find tokens in a text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """The kind of error in a mutant."""

    OPERATOR = "operation exchanged"
    PERCENT = "constant by 1 %"
    TENTH = "constant by 10 %"
    INDEX = "index"
    FROM_END = "index from the end"
    OPERAND = "operand"
    COMPARISON = "comparison"
    EDGE = "comparison's edge"
    STATEMENT = "statement dropped"
    NEGATED = "condition negated"
    EXCHANGED = "branches exchanged"
    LOOP = "loop bound"
    REDUCTION = "reduce operation"
    START = "start of a reduction"
    DIMENSIONS = "dimension numbers"
    PERMUTATION = "permutation"
    BOUNDS = "bounds check removed"
    SIGN = "adjoint's sign"
    ADJOINT = "adjoint dropped"
    ACCUMULATION = "adjoint set, not added"
    GRID = "grid loop"
    ATOMIC = "atomic made plain"

    @property
    def sequential(self) -> bool:
        """Whether running one thread after another can show the error.

        If not, the mutant counts as wrong whatever a CPU computes.
        """
        return self not in FRAME


FRAME = (Kind.GRID, Kind.ATOMIC)
"""Kinds of errors that only show if threads run in parallel."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """A text with one change."""

    kind: Kind
    level: str
    text: str
    done: str
    """A description of the change, with its line."""


@dataclass(frozen=True, slots=True)
class Token:
    """A token of a text."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The position after the token's last character."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a text that replaces one or more spans of it."""

    kind: Kind
    spans: tuple[tuple[int, int, str], ...]
    """Start, end and replacement of each span."""

    def applied(self, text: str) -> str:
        """Return the text with the change applied."""
        for start, end, new in sorted(self.spans, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def line(self, text: str) -> str:
        """Return the line of the text that has the first replaced span."""
        start, _, _ = min(self.spans)
        return text[text.rfind("\n", 0, start) + 1 :].partition("\n")[0]

    def description(self, text: str) -> str:
        """Return a description of the change, with its line."""
        start, end, new = min(self.spans)
        line = text.count("\n", 0, start) + 1
        more = f" and {len(self.spans) - 1} more" if len(self.spans) > 1 else ""
        return f"line {line}: {_short(text[start:end])!r} -> {_short(new)!r}{more}"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 90 else f"{words[:87]}..."


def change(kind: Kind, token: Token, new: str) -> Edit:
    """Return an edit that replaces one token."""
    return Edit(kind, ((token.start, token.end, new),))


def replace_span(kind: Kind, start: int, end: int, new: str) -> Edit:
    """Return an edit that replaces one span."""
    return Edit(kind, ((start, end, new),))


def exchange(kind: Kind, text: str, first: tuple[int, int], second: tuple[int, int]) -> Edit:
    """Return an edit that exchanges two spans."""
    return Edit(kind, ((*first, text[slice(*second)]), (*second, text[slice(*first)])))


def tokens_of(text: str, pattern: re.Pattern[str], start: int = 0, end: int | None = None) -> list[Token]:
    """Return the tokens of a text, or of a part of it; matches of the pattern's group ``space`` are left out."""
    found: list[Token] = []
    for match in pattern.finditer(text, start, len(text) if end is None else end):
        kind = match.lastgroup or "sign"
        if kind != "space":
            found.append(Token(kind, match[0], match.start()))
    return found


_CLOSING = {"(": ")", "[": "]", "{": "}"}


def close_of(tokens: Sequence[Token], at: int) -> int:
    """Return the index of the bracket that closes the one at ``at``; the last index if none does."""
    opening = tokens[at].text
    closing, depth = _CLOSING[opening], 0
    for position in range(at, len(tokens)):
        depth += (tokens[position].text == opening) - (tokens[position].text == closing)
        if depth == 0:
            return position
    return len(tokens) - 1


def parts_of(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """Yield the parts of a token list that commas outside brackets separate."""
    depth, part = 0, list[Token]()
    for token in tokens:
        depth += (token.text in "([{<") - (token.text in ")]}>")
        if token.text == "," and depth == 0:
            yield part
            part = []
        else:
            part.append(token)
    if part:
        yield part
