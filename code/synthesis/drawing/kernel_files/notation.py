"""Templates with alternatives: parses the body of a kernel file and draws variants of it.

Alternatives of statements stand between comments that begin with ``#|``, alternatives of expressions in a call of
``either``:

    #| 0.7                      one block of two: the first with this probability
    #| else                     (may be left out)
    #| end

    #| one of                   one block of several, each equally likely
    #| or
    #| end

    #| some of                  one or more of several blocks, in any order
    #| and
    #| end

    y[i] = either(a * x[i], x[i] / b)
"""

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

Shuffle = Callable[[list[int]], list[int]]
"""Returns the given numbers in random order."""
Chance = Callable[[float], bool]
"""Returns True with approximately the given probability."""

_SOME = 0.45
"""Probability of each further block of ``some of``."""
_DIRECTIVE = re.compile(r"\s*#\|(.*)")
_SEPARATORS = {"one of": "or", "some of": "and"}


class NotationError(ValueError):
    """Raised for an invalid directive or call of ``either``. ``line`` is its line in the file."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(slots=True)
class Alternatives:
    """A place in a template where one or more of several alternative parts are used."""

    line: int
    """The line in the file, from 1."""
    parts: list["Text"]
    probability: float | None = None
    """The probability of the first of two parts; None if all are equally likely."""
    several: bool = False
    """Whether one or more parts are used, in any order."""
    first: int = 0
    """The number of its first part among all parts of the template."""


@dataclass(slots=True)
class Text:
    """Python with alternatives."""

    pieces: list["str | Alternatives"] = field(default_factory=list["str | Alternatives"])

    def alternatives(self) -> Iterator[Alternatives]:
        """Yield every place with alternatives, including nested ones, in the order of the file."""
        for piece in self.pieces:
            if isinstance(piece, Alternatives):
                yield piece
                for part in piece.parts:
                    yield from part.alternatives()

    def whole(self) -> str:
        """Return the template with all parts of all alternatives one after another, in which names can be looked up."""
        parts = list[str]()
        for piece in self.pieces:
            parts += [piece] if isinstance(piece, str) else [part.whole() + "\n" for part in piece.parts]
        return "".join(parts)

    def draw(self, shuffled: Shuffle, chance: Chance, taken: set[int]) -> str:
        """Return the source of one variant of the template.

        Args:
            shuffled: returns numbers in random order.
            chance: decides about optional parts.
            taken: the set to which the numbers of the used parts are added.
        """
        return "".join(
            piece if isinstance(piece, str) else _drawn(piece, shuffled, chance, taken) for piece in self.pieces
        )


def _drawn(place: Alternatives, shuffled: Shuffle, chance: Chance, taken: set[int]) -> str:
    numbers = list(range(len(place.parts)))
    if place.probability is not None:
        chosen = [0 if chance(place.probability) else 1]
    else:
        count = 1
        numbers = shuffled(numbers)
        if place.several:
            count = max(1, sum(chance(_SOME) for _ in numbers))
        chosen = numbers[:count]
    taken.update(place.first + each for each in chosen)
    return "".join(place.parts[each].draw(shuffled, chance, taken) for each in chosen)


def read_text(source: str, first: int, last: int) -> Text:
    """Return the template in some lines of a file.

    Args:
        source: the file, which is valid Python.
        first: the first line, from 1.
        last: the last line.

    Raises:
        NotationError: if a directive or a call of ``either`` is invalid.
    """
    reader = _Reader(source, first, last)
    text = reader.block((), first - 1)
    number = 0
    for place in text.alternatives():
        place.first = number
        number += len(place.parts)
    return text


class _Reader:
    """Parses the lines of a body."""

    def __init__(self, source: str, first: int, last: int) -> None:
        self._lines = source.splitlines(keepends=True)
        self._next, self._last = first, last
        self._calls = _outermost(_either_calls(source, first, last))

    def block(self, ends: Sequence[str], opened: int) -> Text:
        """Parse the lines up to a directive that ends it, which is then the next line, or up to the last line."""
        text = Text()
        while self._next <= self._last:
            line = self._lines[self._next - 1]
            if found := _DIRECTIVE.fullmatch(line.rstrip("\r\n")):
                word = found[1].strip()
                if word in ends:
                    return text
                if word in ("else", "or", "and", "end"):
                    allowed = f"allowed here: {', '.join(ends)}" if ends else "nothing is open here"
                    raise NotationError(self._next, f"unexpected '#| {word}'; {allowed}")
                text.pieces.append(self._place(word))
                continue
            text.pieces += self._line()
        if ends:
            raise NotationError(opened, "this '#|' is not closed by '#| end'")
        return text

    def _place(self, word: str) -> Alternatives:
        opened = self._next
        self._next += 1
        if separator := _SEPARATORS.get(word):
            parts = [self.block((separator, "end"), opened)]
            while self._directive() == separator:
                self._next += 1
                parts.append(self.block((separator, "end"), opened))
            self._next += 1
            if len(parts) < 2:
                raise NotationError(opened, f"'#| {word}' needs two blocks or more, with '#| {separator}' between them")
            return Alternatives(opened, parts, several=word == "some of")
        try:
            probability = float(word)
        except ValueError:
            probability = -1.0
        if not 0 < probability < 1:
            raise NotationError(
                opened, f"cannot read '#| {word}'; allowed: a probability between 0 and 1, 'one of', 'some of'"
            )
        parts = [self.block(("else", "end"), opened)]
        if self._directive() == "else":
            self._next += 1
            parts.append(self.block(("end",), opened))
        else:
            parts.append(Text())
        self._next += 1
        return Alternatives(opened, parts, probability=probability)

    def _directive(self) -> str:
        found = _DIRECTIVE.fullmatch(self._lines[self._next - 1].rstrip("\r\n"))
        return found[1].strip() if found else ""

    def _line(self) -> list["str | Alternatives"]:
        """Return the pieces of the next line, or of several if a call of ``either`` spans them."""
        start = self._next
        calls = [call for call in self._calls if call.lineno == start]
        end = max((call.end_lineno or start for call in calls), default=start)
        while more := [call for call in self._calls if start < call.lineno <= end and call not in calls]:
            calls += more
            end = max(end, *(call.end_lineno or end for call in more))
        self._next = end + 1
        return self._pieces((start, 0), (end, len(self._lines[end - 1].encode())), calls)

    def _pieces(
        self, start: tuple[int, int], end: tuple[int, int], calls: Sequence[ast.Call]
    ) -> list["str | Alternatives"]:
        """Return the pieces between two positions, with the outermost calls of ``either`` as alternatives."""
        pieces, here = list["str | Alternatives"](), start
        for call in sorted(calls, key=lambda each: (each.lineno, each.col_offset)):
            pieces.append(self._between(here, (call.lineno, call.col_offset)))
            pieces.append(self._either(call))
            here = _end_of(call)
        pieces.append(self._between(here, end))
        return [piece for piece in pieces if piece != ""]

    def _either(self, call: ast.Call) -> Alternatives:
        if len(call.args) < 2 or call.keywords or any(isinstance(each, ast.Starred) for each in call.args):
            raise NotationError(call.lineno, "either takes two expressions or more, each by position")
        parts = list[Text]()
        for each in call.args:
            inside = self._pieces((each.lineno, each.col_offset), _end_of(each), _outermost(_calls_in(each)))
            if not isinstance(each, ast.Name | ast.Constant | ast.Attribute | ast.Call | ast.Subscript):
                inside = ["(", *inside, ")"]
            parts.append(Text(inside))
        return Alternatives(call.lineno, parts)

    def _between(self, start: tuple[int, int], end: tuple[int, int]) -> str:
        """Return the characters between two positions, each a line from 1 and a byte offset in it."""
        lines = [line.encode() for line in self._lines[start[0] - 1 : end[0]]]
        lines[-1] = lines[-1][: end[1]]
        lines[0] = lines[0][start[1] :]
        return b"".join(lines).decode()


def _end_of(node: ast.expr) -> tuple[int, int]:
    return node.end_lineno or node.lineno, node.end_col_offset or 0


def _calls_in(tree: ast.AST) -> list[ast.Call]:
    """Return the calls of ``either`` in a tree."""
    return [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        and node.func.id == "either"
    ]  # fmt: skip


def _either_calls(source: str, first: int, last: int) -> list[ast.Call]:
    return [call for call in _calls_in(ast.parse(source)) if first <= call.lineno <= last]


def _outermost(calls: Sequence[ast.Call]) -> list[ast.Call]:
    """Return the calls that are not inside another one."""
    inner = {id(each) for call in calls for each in _calls_in(call) if each is not call}
    return [call for call in calls if id(call) not in inner]
