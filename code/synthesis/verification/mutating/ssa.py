"""Where a text of operations with named results can be changed, whatever language it is in.

A language says what its statements are (:class:`Statement`) and how it writes some things (:class:`Dialect`).
"""

import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from synthesis.verification.mutating.numbers import float_edits, whole_edits
from synthesis.verification.mutating.records import Edit, Kind, Token, change, exchange, replace_span


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """What stands beside an operation's operands: a key, and the whole numbers of a list or a number."""

    key: str
    numbers: tuple[Token, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An operation whose results have names."""

    op: Token
    operands: tuple[Token, ...] = ()
    types: tuple[str, ...] = ()
    """Of the operands."""
    result: str = ""
    """Its type; empty if it has several."""
    known: Mapping[str, Sequence[str]]
    """Type to the names of that type that may be used here."""
    literals: tuple[Token, ...] = ()
    """Numbers of a constant."""
    starts: tuple[Token, ...] = ()
    """Those that a reduction, or a loop, begins with."""
    attributes: tuple[Attribute, ...] = ()
    branches: tuple[tuple[int, int], ...] = ()
    """Stretches that may stand in each other's place."""
    role: str = ""
    """What it is part of: ``condition`` of a loop, or ``reducer``."""
    start: int
    end: int
    """Of the operation, its attributes and its operands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a language writes things."""

    swaps: Mapping[str, Sequence[str]]
    comparisons: Mapping[str, str]
    edges: Mapping[str, str]
    opposites: Mapping[str, str]
    reductions: Mapping[str, str]
    select: str
    negations: frozenset[str]
    additions: frozenset[str]
    identity: Callable[[Statement, Token], str]
    """What gives an operand back, in place of a whole operation."""
    write: Callable[[float], str]
    permutations: frozenset[str] = frozenset({"dims", "permutation", "dimensions", "start_index_map"})
    indices: frozenset[str] = frozenset({"index"})
    """Attributes that are places rather than dimensions."""
    lengths: frozenset[str] = frozenset({"length"})
    ignored: frozenset[str] = frozenset()
    transposes: frozenset[str] = frozenset({"transpose"})


_MOVED = frozenset({"slice", "low", "high", "start_indices", "limit_indices"})
_ORDERED = frozenset({"subtract", "sub", "divide", "div", "power", "pow"})


def both_ways(*groups: str) -> dict[str, tuple[str, ...]]:
    """Each word of a group to the others."""
    found: dict[str, tuple[str, ...]] = {}
    for group in groups:
        words = group.split()
        for word in words:
            found[word] = (*found.get(word, ()), *(each for each in words if each != word))
    return found


def edits_of(text: str, statements: Sequence[Statement], dialect: Dialect, *, derivative: bool) -> list[Edit]:
    """Every place where statements can be changed."""
    return [edit for each in statements for edit in _of_statement(text, each, dialect, derivative=derivative)]


def _of_statement(text: str, statement: Statement, dialect: Dialect, *, derivative: bool) -> Iterator[Edit]:
    op, reducer = statement.op, statement.role == "reducer"
    kind = Kind.REDUCTION if reducer else Kind.OPERATOR
    yield from (change(kind, op, each) for each in dialect.swaps.get(op.text, ()))
    for table, what in (
        (dialect.comparisons, Kind.COMPARISON),
        (dialect.edges, Kind.EDGE),
        (dialect.opposites, Kind.NEGATED),
        (dialect.reductions, Kind.REDUCTION),
    ):
        yield from _exchanged_words(statement, table, what)
    loop = statement.role == "condition"
    for token in statement.literals:
        if _is_whole(token):
            yield from whole_edits(token, Kind.LOOP if loop else Kind.INDEX)
        else:
            yield from float_edits(token, dialect.write)
    for token in statement.starts:
        yield from whole_edits(token, Kind.START) if _is_whole(token) else float_edits(token, dialect.write, start=True)
    for attribute in statement.attributes:
        yield from _of_attribute(text, statement, attribute, dialect)
    yield from _moved(text, statement)
    if op.text == dialect.select and len(statement.operands) == 3 and _spell(statement, 1) != _spell(statement, 2):
        yield _swap(Kind.EXCHANGED, text, statement.operands[1], statement.operands[2])
    if len(statement.branches) > 1:
        yield exchange(Kind.EXCHANGED, text, *statement.branches[:2])
    yield from _of_operands(text, statement)
    yield from _dropped(text, statement, dialect, derivative=derivative)


def _spell(statement: Statement, number: int) -> str:
    return statement.operands[number].text


def _is_whole(token: Token) -> bool:
    return token.text.lstrip("-").isdigit()


def _exchanged_words(statement: Statement, table: Mapping[str, str], kind: Kind) -> Iterator[Edit]:
    """An operation, or a word among its attributes (``direction=LT``), by a table."""
    words = [statement.op, *(token for each in statement.attributes for token in each.numbers)]
    yield from (change(kind, token, table[token.text]) for token in words if token.text in table)


def _of_attribute(text: str, statement: Statement, attribute: Attribute, dialect: Dialect) -> Iterator[Edit]:
    numbers = [each for each in attribute.numbers if _is_whole(each)]
    if attribute.key in dialect.ignored | _MOVED or not numbers:
        return
    transposed = statement.op.text in dialect.transposes and attribute.key in dialect.permutations
    if transposed:
        yield from _transposed(text, statement, numbers)
        return
    kind = Kind.DIMENSIONS
    if attribute.key in dialect.indices:
        kind = Kind.INDEX
    elif attribute.key in dialect.lengths:
        kind = Kind.LOOP
    elif attribute.key == "start_index_map":
        kind = Kind.PERMUTATION
    for first, second in itertools.pairwise(numbers):
        if first.text != second.text:
            yield _swap(kind, text, first, second)
    yield from (edit for each in numbers for edit in whole_edits(each, kind, least=0))


def _transposed(text: str, statement: Statement, numbers: Sequence[Token]) -> Iterator[Edit]:
    """Two dimensions of a transpose exchanged that are of one size: the result's type stays."""
    sizes = [
        int(each) for each in re.findall(r"\d+(?=x|,|\])", statement.types[0].partition("[")[2] or statement.types[0])
    ]
    for first, second in itertools.combinations(numbers, 2):
        places = int(first.text), int(second.text)
        if max(places) < len(sizes) and sizes[places[0]] == sizes[places[1]]:
            yield _swap(Kind.PERMUTATION, text, first, second)


def _moved(text: str, statement: Statement) -> Iterator[Edit]:
    """A slice, or a padding, one element on or back: the result's type stays."""
    by_key = {each.key: each.numbers for each in statement.attributes}
    pairs = [(first, second, 1) for first, second in _ranges(text, by_key.get("slice", ()))]
    pairs += [(first, second, 1) for first, second in
              zip(by_key.get("start_indices", ()), by_key.get("limit_indices", ()), strict=False)]  # fmt: skip
    pairs += [(first, second, -1) for first, second in zip(by_key.get("low", ()), by_key.get("high", ()), strict=False)]
    for first, second, sign in pairs:
        for step in (1, -1):
            moved = int(first.text) + step, int(second.text) + sign * step
            if min(moved) >= 0:
                spans = ((first.start, first.end, str(moved[0])), (second.start, second.end, str(moved[1])))
                yield Edit(Kind.INDEX, spans)


def _ranges(text: str, numbers: Sequence[Token]) -> Iterator[tuple[Token, Token]]:
    """The starts and limits of ``[0:3, 1:4]``."""
    for first, second in itertools.pairwise(numbers):
        if text[first.end : second.start] == ":" and text[first.start - 1] != ":":
            yield first, second


def _swap(kind: Kind, text: str, first: Token, second: Token) -> Edit:
    return exchange(kind, text, (first.start, first.end), (second.start, second.end))


def _of_operands(text: str, statement: Statement) -> Iterator[Edit]:
    for token, kind in zip(statement.operands, statement.types, strict=False):
        others = [each for each in statement.known.get(kind, ()) if each != token.text]
        yield from (change(Kind.OPERAND, token, each) for each in others[-2:])
    if statement.op.text.rsplit(".")[-1] in _ORDERED and len(statement.operands) > 1:
        first, second = statement.operands[:2]
        if first.text != second.text:
            yield _swap(Kind.OPERAND, text, first, second)


def _dropped(text: str, statement: Statement, dialect: Dialect, *, derivative: bool) -> Iterator[Edit]:
    """An operation that gives an operand of its result's type back; nothing where it does so already."""
    same = [token for token, kind in zip(statement.operands, statement.types, strict=False) if kind == statement.result]
    if not same or not statement.result:
        return
    adds = statement.op.text in dialect.additions
    kind = Kind.STATEMENT
    if derivative:
        kind = Kind.SIGN if statement.op.text in dialect.negations else Kind.ADJOINT
    copied = dialect.identity(statement, same[0])
    if text[statement.start : statement.end] != copied:
        yield replace_span(kind, statement.start, statement.end, copied)
    if derivative and adds and len(same) > 1:
        yield replace_span(Kind.ACCUMULATION, statement.start, statement.end, dialect.identity(statement, same[1]))


def short(value: float, digits: int = 9) -> str:
    """A number with so many digits, and with a point."""
    if not math.isfinite(value):
        return str(value)
    written = f"{value:.{digits}g}"
    return written if re.search(r"[.e]", written) else f"{written}.0"
