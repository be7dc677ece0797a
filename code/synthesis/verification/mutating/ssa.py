"""Finds edits that make mutants of texts whose operations have named results, in any language.

A language supplies its statements (:class:`Statement`) and its spellings (:class:`Dialect`).
"""

import itertools
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from synthesis.verification.mutating.numbers import float_edits, whole_edits
from synthesis.verification.mutating.records import Edit, Kind, Token, change, exchange, replace_span


@dataclass(frozen=True, slots=True, kw_only=True)
class Attribute:
    """An attribute of an operation: a key, and an integer or a list of integers."""

    key: str
    numbers: tuple[Token, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """An operation with named results."""

    op: Token
    name: str = ""
    """The name of the result; empty if there are several."""
    operands: tuple[Token, ...] = ()
    types: tuple[str, ...] = ()
    """The types of the operands."""
    result: str = ""
    """The type of the result; empty if there are several."""
    known: Mapping[str, Sequence[str]]
    """Maps a type to the names of that type that are in scope."""
    literals: tuple[Token, ...] = ()
    """The numbers of a constant."""
    starts: tuple[Token, ...] = ()
    """The initial values of a reduction or a loop."""
    attributes: tuple[Attribute, ...] = ()
    branches: tuple[tuple[int, int], ...] = ()
    """The spans of branches that may be exchanged."""
    role: str = ""
    """The construct that contains it: ``condition`` of a loop, ``reducer`` or ``body``; empty if it is not known."""
    start: int
    end: int
    """The end of the operation with its attributes and operands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """The spelling of operations and attributes in a language."""

    swaps: Mapping[str, Sequence[str]]
    """Maps an operation to the operations that it is exchanged for."""
    comparisons: Mapping[str, str]
    """Maps a comparison to the opposite direction, and an equality to its negation."""
    edges: Mapping[str, str]
    """Maps a comparison to the one that differs from it for equal operands only."""
    opposites: Mapping[str, str]
    """Maps a comparison to its negation."""
    reductions: Mapping[str, str]
    """Maps a reduction to the one that it is exchanged for."""
    select: str
    negations: frozenset[str]
    additions: frozenset[str]
    identity: Callable[[Statement, Token], str]
    """Returns the text of an operation that returns an operand unchanged, which can replace a whole statement."""
    write: Callable[[float], str]
    """Returns the text of a floating-point number."""
    permutations: frozenset[str] = frozenset({"dims", "permutation", "dimensions", "start_index_map"})
    indices: frozenset[str] = frozenset({"index"})
    """Attributes that are indices of elements rather than of dimensions."""
    lengths: frozenset[str] = frozenset({"length"})
    ignored: frozenset[str] = frozenset()
    transposes: frozenset[str] = frozenset({"transpose"})
    chosen: re.Pattern[str] | None = None
    """Matches a selection, with the groups ``at`` for its condition, ``new`` for the value if it holds, and ``old``."""
    negative: str = ""
    """Regular expression of the test whether an index, ``{}``, is negative."""
    moved: str = ""
    """Regular expression of the sum of an index, ``{}``, and a length."""


_MOVED = frozenset({"slice", "low", "high", "start_indices", "limit_indices"})
_ORDERED = frozenset({"subtract", "sub", "divide", "div", "power", "pow"})


def both_ways(*groups: str) -> dict[str, tuple[str, ...]]:
    """Return a mapping from each word to the other words of its groups."""
    found: dict[str, tuple[str, ...]] = {}
    for group in groups:
        words = group.split()
        for word in words:
            found[word] = (*found.get(word, ()), *(each for each in words if each != word))
    return found


def edits_of(text: str, statements: Sequence[Statement], dialect: Dialect, *, derivative: bool) -> list[Edit]:
    """Return every edit of the given statements that makes a mutant; for ``derivative``, see ``hlo_edits``."""
    from_end = _from_end(text, statements, dialect)
    return [
        replace(edit, kind=Kind.FROM_END) if each.start in from_end else edit
        for each in statements
        for edit in _of_statement(text, each, dialect, derivative=derivative)
    ]


def _from_end(text: str, statements: Sequence[Statement], dialect: Dialect) -> set[int]:
    """Return the start positions of statements that convert an index from the end into one from the start."""
    found, known = set[int](), dict[str, Statement]()
    for each in statements:
        written = text[each.start : each.end]
        match = dialect.chosen.match(written) if dialect.chosen else None
        if match:
            old, condition, moved = re.escape(match["old"]), known.get(match["at"]), known.get(match["new"])
            if (
                condition is not None
                and moved is not None
                and re.match(dialect.negative.format(old), text[condition.start : condition.end])
                and re.match(dialect.moved.format(old), text[moved.start : moved.end])
            ):
                found |= {each.start, condition.start, moved.start}
        known[each.name] = each
    return found


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
    """Yield the replacements, by a table, of an operation or of a word in its attributes (``direction=LT``)."""
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
    """Yield exchanges of two dimensions of a transpose that have the same size, which keep the result's type."""
    sizes = [
        int(each) for each in re.findall(r"\d+(?=x|,|\])", statement.types[0].partition("[")[2] or statement.types[0])
    ]
    for first, second in itertools.combinations(numbers, 2):
        places = int(first.text), int(second.text)
        if max(places) < len(sizes) and sizes[places[0]] == sizes[places[1]]:
            yield _swap(Kind.PERMUTATION, text, first, second)


def _moved(text: str, statement: Statement) -> Iterator[Edit]:
    """Yield shifts of a slice or a padding by one element in each direction, which keep the result's type."""
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
    """Yield the start and limit of each range in a list such as ``[0:3, 1:4]``."""
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
    """Yield edits that replace an operation by an operand of the result's type, if that changes the text."""
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
    """Return a number with ``digits`` significant digits, and with a point or an exponent."""
    if not math.isfinite(value):
        return str(value)
    written = f"{value:.{digits}g}"
    return written if re.search(r"[.e]", written) else f"{written}.0"
