"""The scanner of a text, which reads words, numbers and brackets one after another."""

import re
from bisect import bisect_right

from synthesis.frontends.triton.texts.errors import Limits, TextError

_SPACE = re.compile(r"(?:\s++|//[^\n]*+)*+")
_WORD = re.compile(r"[A-Za-z_][\w$.]*+")
_VALUE = re.compile(r"%[\w$.-]++")
_LABEL = re.compile(r"\^[\w$.-]++")
_SYMBOL = re.compile(r'@(?:[\w$.-]++|"[^"\n]*+")')
_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*+)"')
_NUMBER = re.compile(r"[-+]?(?:0x[0-9a-fA-F]++|\d++(?:\.\d*+)?+(?:[eE][-+]?\d++)?+)")
_TYPE_NAME = re.compile(r"!?[A-Za-z_][\w.]*+|(?=<)")
_BRACKETS = re.compile(r'"(?:[^"\\\n]|\\.)*+"|->|[][(){}<>]')
_ALIAS = re.compile(r"^#[^\n]*+\n?", re.MULTILINE)
_LONGEST_NUMBER = 400
_OPENING = {"(": ")", "[": "]", "{": "}", "<": ">"}


class Scanner:
    """A position in a text. Comments and white space are skipped."""

    def __init__(self, text: str, limits: Limits) -> None:
        if len(text) > limits.characters:
            raise TextError(0, f"the text has {len(text)} characters; at most {limits.characters} are allowed")
        self.text = text
        self.position = 0
        self._limits = limits
        self._starts = [match.start() for match in re.finditer("\n", text)]
        self.skip_space()

    @property
    def line(self) -> int:
        """The line of the position, from 1."""
        return bisect_right(self._starts, self.position - 1) + 1

    def error(self, message: str) -> TextError:
        """Return an error with a message for the current position."""
        return TextError(self.line, message)

    def skip_space(self) -> None:
        """Move past white space and comments."""
        match = _SPACE.match(self.text, self.position)
        if match:
            self.position = match.end()

    @property
    def at_end(self) -> bool:
        """Whether the position is at the end."""
        return self.position >= len(self.text)

    def sees(self, literal: str) -> bool:
        """Return whether a literal comes next. A literal that ends in a letter or digit must end a word."""
        if not self.text.startswith(literal, self.position):
            return False
        if not literal[-1].isalnum():
            return True
        after = self.text[self.position + len(literal) : self.position + len(literal) + 1]
        return not (after.isalnum() or after in ("_", "."))

    def accept(self, literal: str) -> bool:
        """Move past a literal if it comes next, and return whether it did."""
        if not self.sees(literal):
            return False
        self.position += len(literal)
        self.skip_space()
        return True

    def expect(self, literal: str) -> None:
        """Move past a literal.

        Raises:
            TextError: if it does not come next.
        """
        if not self.accept(literal):
            raise self.error(f"{literal!r} expected, not {self.text[self.position : self.position + 20]!r}")

    def _take(self, pattern: re.Pattern[str], what: str) -> str:
        match = pattern.match(self.text, self.position)
        if not match:
            raise self.error(f"{what} expected, not {self.text[self.position : self.position + 20]!r}")
        self.position = match.end()
        self.skip_space()
        return match.group()

    def word(self) -> str:
        """Return the next word, which may contain dots."""
        return self._take(_WORD, "a word")

    def value(self) -> str:
        """Return the next name of a value, with its percent sign."""
        return self._take(_VALUE, "a value")

    def label(self) -> str:
        """Return the next name of a block, with its caret."""
        return self._take(_LABEL, "a block")

    def symbol(self) -> str:
        """Return the next name of a function, without its at sign."""
        return self._take(_SYMBOL, "a function")[1:].strip('"')

    def string(self) -> str:
        """Return the content of the next string, as written."""
        return self._take(_STRING, "a string")[1:-1]

    def number(self) -> str:
        """Return the text of the next number."""
        found = self._take(_NUMBER, "a number")
        if len(found) > _LONGEST_NUMBER:
            raise self.error("a number that is too long")
        return found

    def integer(self) -> int:
        """Return the next number, which must be an integer."""
        found = self.number()
        digits = found.lstrip("+-")
        if not digits.isdecimal():
            raise self.error(f"{found} is no integer")
        return int(found)

    @property
    def sees_number(self) -> bool:
        """Whether a number comes next."""
        return _NUMBER.match(self.text, self.position) is not None

    def balanced(self) -> str:
        """Return the text from an opening bracket to its closing bracket, and move past it.

        Raises:
            TextError: if the bracket is not closed, or nested too deeply.
        """
        start = self.position
        open_ones: list[str] = []
        for match in _BRACKETS.finditer(self.text, start):
            mark = match.group()
            if mark in _OPENING:
                open_ones.append(_OPENING[mark])
                if len(open_ones) > self._limits.nesting:
                    raise self.error("brackets are nested too deeply")
            elif len(mark) == 1:
                if not open_ones or open_ones.pop() != mark:
                    raise self.error(f"a bracket {mark!r} that closes nothing")
                if not open_ones:
                    self.position = match.end()
                    self.skip_space()
                    return self.text[start : match.end()]
        raise self.error("a bracket that is not closed")

    def type_text(self) -> str:
        """Return the text of the next type, including its angle brackets, and move past it."""
        start = self.position
        match = _TYPE_NAME.match(self.text, start)
        if not match:
            raise self.error(f"a type expected, not {self.text[start : start + 20]!r}")
        self.position = end = match.end()
        if self.text.startswith("<", end):
            return match.group() + self.balanced()
        self.skip_space()
        return match.group()

    def location(self) -> None:
        """Move past a location, if one comes next."""
        if self.sees("loc") and self.text.startswith("loc(", self.position):
            self.position += 3
            self.balanced()

    def aliases(self) -> None:
        """Move past the lines that define names of layouts and locations."""
        while match := _ALIAS.match(self.text, self.position):
            self.position = match.end()
            self.skip_space()
