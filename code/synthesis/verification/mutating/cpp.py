"""Finds edits that make mutants of Warp's C++ and CUDA texts, by parsing the statements that Warp writes."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from synthesis.verification.mutating.numbers import float_edits, whole_edits
from synthesis.verification.mutating.records import (
    Edit,
    Kind,
    Token,
    change,
    close_of,
    exchange,
    parts_of,
    replace_span,
    tokens_of,
)

_WORDS = re.compile(
    r"""(?P<space>\s+)
    |(?P<string>"(?:\\.|[^"\\])*")
    |(?P<number>-?(?:\d+\.\d*(?:e[-+]?\d+)?|\d+(?:e[-+]?\d+)?)\w*)
    |(?P<name>(?:[A-Za-z_]\w*::)*[A-Za-z_]\w*)
    |(?P<sign>->|[<>=!+\-*/&|]=|&&|\|\||.)""",
    re.VERBOSE,
)
_GROUPS = (
    ("add", "sub"), ("mul", "add"), ("div", "mul"), ("min", "max"), ("sin", "cos"), ("tanh", "sin"), ("exp", "cos"),
    ("abs", "neg"), ("sqrt", "abs"), ("floor", "ceil"), ("bit_and", "bit_or"), ("bit_xor", "bit_or"),
    ("lshift", "rshift"), ("atomic_add", "atomic_sub"), ("atomic_min", "atomic_max"), ("dot", "ddot"),
    ("tile_add", "tile_sub"), ("log", "sqrt"), ("asin", "atan"), ("sinh", "tanh"), ("length", "length_sq"),
    ("floordiv", "mod"), ("cos", "tanh"), ("mod", "div"), ("pow", "mul"),
)  # fmt: skip
"""Pairs of functions that are exchanged for each other."""
_REDUCTIONS = (("tile_sum", "tile_max"), ("tile_min", "tile_max"), ("tile_sum", "tile_min"))
"""Pairs of reductions that are exchanged for each other."""
_COMPARISONS = {"<": ">", ">": "<", "<=": ">=", ">=": "<=", "==": "!=", "!=": "=="}
"""Maps a comparison to the opposite direction, and an equality to its negation."""
_EDGES = {"<": "<=", "<=": "<", ">": ">=", ">=": ">"}
"""Maps a comparison to the one that differs from it for equal operands only."""
_INDEXED = ("address", "array_store", "extract", "atomic_add", "atomic_sub", "atomic_min", "atomic_max")
"""Functions with indices among their arguments."""


def _both_ways(pairs: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for left, right in pairs:
        found[left].append(right)
        found[right].append(left)
    return found


_SWAPS = _both_ways(_GROUPS)
"""Maps a function to the functions that it is exchanged for."""
_REDUCED = _both_ways(_REDUCTIONS)
"""Maps a reduction to the reductions that it is exchanged for."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of a function: the tokens up to a semicolon or a brace."""

    tokens: tuple[Token, ...]
    start: int
    end: int
    """The position after the semicolon, or after the last token before a brace."""

    @property
    def words(self) -> tuple[str, ...]:
        """The texts of the statement's tokens."""
        return tuple(each.text for each in self.tokens)

    def call(self) -> "Call | None":
        """Return the call that the statement consists of; None if it is no call.

        The statement may assign the call's result.
        """
        words = self.words
        at = 2 if len(words) > 2 and words[1] == "=" else 0
        opening = next((number for number, word in enumerate(words) if word == "(" and number > at), None)
        if opening is None or self.tokens[at].kind != "name" or close_of(self.tokens, opening) != len(words) - 1:
            return None
        arguments = tuple(tuple(each) for each in parts_of(self.tokens[opening + 1 : -1]))
        return Call(self, self.tokens[at], self.tokens[0] if at else None, arguments)


@dataclass(frozen=True, slots=True)
class Call:
    """A statement that calls a function."""

    statement: Statement
    function: Token
    result: Token | None
    arguments: tuple[tuple[Token, ...], ...]

    @property
    def name(self) -> str:
        """The function's name without its namespace."""
        return self.function.text.removeprefix("wp::")

    def plain(self) -> list[Token]:
        """Return the arguments that are names."""
        return [each[0] for each in self.arguments if len(each) == 1 and each[0].kind == "name"]


@dataclass(slots=True)
class Function:
    """The statements of a function, and the types of its names."""

    types: dict[str, str] = field(default_factory=dict[str, str])
    statements: list[Statement] = field(default_factory=list[Statement])

    def alike(self, name: str, before: int) -> list[str]:
        """Return other names of the same type that are parameters, or that have a value before a position."""
        kind = self.types.get(name)
        if kind is None:
            return []
        return [each for each in self._known(before) if each != name and self.types.get(each) == kind]

    def _known(self, before: int) -> Iterator[str]:
        given = set(self.types)
        for statement in self.statements:
            words = statement.words
            if len(words) > 1 and words[1] == "=" and words[0] in given:
                given.discard(words[0])
                if statement.end <= before:
                    yield words[0]
        yield from sorted(given)


def functions_of(text: str) -> list[Function]:
    """Return the functions of a text: the blocks in braces that follow a list of parameters."""
    tokens = tokens_of(text, _WORDS)
    found: list[Function] = []
    at = 0
    while at < len(tokens):
        if tokens[at].text == "{":
            end = close_of(tokens, at)
            if tokens[at - 1].text == ")":
                opening = _opening_of(tokens, at - 1)
                found.append(_function(tokens[opening + 1 : at - 1], tokens[at + 1 : end]))
            at = end
        at += 1
    return found


def _opening_of(tokens: Sequence[Token], at: int) -> int:
    depth = 0
    for position in range(at, -1, -1):
        depth += (tokens[position].text == ")") - (tokens[position].text == "(")
        if depth == 0:
            return position
    return 0


def _function(parameters: Sequence[Token], body: Sequence[Token]) -> Function:
    made = Function()
    for part in parts_of(parameters):
        _declare(made.types, [each for each in part if each.text != "&"])
    start = 0
    depth = 0
    for number, token in enumerate(body):
        depth += (token.text == "(") - (token.text == ")")
        if token.text in (";", "{", "}") and depth == 0:
            tokens = tuple(body[start:number])
            if tokens:
                statement = Statement(tokens, tokens[0].start, token.end if token.text == ";" else tokens[-1].end)
                made.statements.append(statement)
                if token.text == ";":
                    _declare(made.types, tokens)
            start = number + 1
    return made


def _declare(types: dict[str, str], tokens: Sequence[Token]) -> None:
    """Record the type of a name if the tokens are a declaration of one."""
    words = [each.text for each in tokens if each.text != "const"]
    words = words[: words.index("=")] if "=" in words else words
    if len(words) > 1 and tokens[-1].kind in ("name", "number", "sign") and re.match(r"(?:var|adj)_\w", words[-1]):
        types[words[-1]] = "".join(words[:-1])


def cpp_edits(text: str) -> list[Edit]:
    """Return every edit that makes a mutant of a C++ or CUDA text, except errors visible in parallel runs only."""
    return [edit for function in functions_of(text) for edit in _of_function(text, function)]


def _of_function(text: str, function: Function) -> Iterator[Edit]:
    starts = _starts(function)
    for number, statement in enumerate(function.statements):
        words = statement.words
        if words[0] == "const":
            yield from _constant(statement, starts)
        elif words[0] == "if":
            following = function.statements[number + 1].words if number + 1 < len(function.statements) else ()
            yield from _branch(statement, function, following)
        elif len(words) > 2 and words[1:3] == ("=", "(") and words[-1] == ")":
            yield from _comparison(statement)
        elif len(words) > 2 and words[0].startswith("adj_") and words[1] == "+=":
            yield change(Kind.ACCUMULATION, statement.tokens[1], "=")
            yield change(Kind.SIGN, statement.tokens[1], "-=")
            yield replace_span(Kind.ADJOINT, statement.start, statement.end, "")
        else:
            call = statement.call()
            if call is not None:
                yield from _of_call(text, function, call)


def _starts(function: Function) -> set[str]:
    """Return the constants that are initial values of variables.

    A variable has one if it is assigned again later, or if the constant is converted by ``float``, ``double`` or
    ``int``.
    """
    kept = {words[2] for each in function.statements if (words := each.words)[:2] == ("wp::assign", "(")}
    made = (each.call() for each in function.statements)
    return {
        each.arguments[0][0].text
        for each in made
        if each and each.result and (each.result.text in kept or each.name in ("float", "double", "int"))
        and each.arguments
    }  # fmt: skip


def _constant(statement: Statement, starts: set[str]) -> Iterator[Edit]:
    if "=" not in statement.words or len(statement.tokens) - 2 != statement.words.index("="):
        return
    token, name = statement.tokens[-1], statement.tokens[-3].text
    if token.kind != "number":
        return
    if "." in token.text or "e" in token.text:
        yield from float_edits(token, _written, start=name in starts)
    else:
        yield from whole_edits(token, Kind.START if name in starts else Kind.INDEX)


def _written(value: float) -> str:
    written = repr(value)
    return written if "." in written or "e" in written else f"{written}.0"


def _branch(statement: Statement, function: Function, following: Sequence[str]) -> Iterator[Edit]:
    words = statement.words
    if words[:2] != ("if", "(") or words[-1] != ")" or len(words) > 5:
        return
    inner = statement.tokens[2:-1]
    name = inner[-1].text
    start, end = inner[0].start, inner[-1].end
    if tuple(following[:1]) in (("return",), ("continue",), ("goto",)):
        yield replace_span(Kind.BOUNDS, start, end, "false")
    yield replace_span(Kind.NEGATED, start, end, name if len(inner) > 1 else f"!{name}")
    pairs = [each for each in function.statements if each.words[0] == "if" and each.words[-2:-1] == (name,)]
    if len(pairs) > 1 and len({len(each.words) for each in pairs}) > 1:
        both = tuple(
            (each.tokens[2].start, each.tokens[-2].end, name if len(each.words) > 4 else f"!{name}") for each in pairs
        )
        yield Edit(Kind.EXCHANGED, both)


def _comparison(statement: Statement) -> Iterator[Edit]:
    for token in statement.tokens[3:-1]:
        if token.text in _COMPARISONS:
            yield change(Kind.COMPARISON, token, _COMPARISONS[token.text])
        if token.text in _EDGES:
            yield change(Kind.EDGE, token, _EDGES[token.text])


def _of_call(text: str, function: Function, call: Call) -> Iterator[Edit]:
    adjoint = call.name.startswith("adj_")
    name = call.name.removeprefix("adj_")
    prefix = "wp::adj_" if adjoint else "wp::"
    if call.function.text == prefix + name:
        yield from (change(Kind.OPERATOR, call.function, prefix + each) for each in _SWAPS.get(name, ()))
        yield from (change(Kind.REDUCTION, call.function, prefix + each) for each in _REDUCED.get(name, ()))
    yield from _operands(function, call)
    yield from _dropped(function, call, adjoint)
    if adjoint:
        yield from _adjoint(text, function, call)
        return
    arguments = call.plain()
    if name == "where" and len(arguments) == 3:
        yield _exchanged(Kind.EXCHANGED, text, arguments[1], arguments[2])
    if name == "range":
        yield from (change(Kind.LOOP, each, f"wp::{way}({each.text}, 1)")
                    for each in arguments[:2] for way in ("add", "sub"))  # fmt: skip
    if name in _INDEXED:
        yield from _indices(text, function, call)
    if "vec_t" in call.name and len(arguments) > 1:
        yield _exchanged(Kind.PERMUTATION, text, arguments[0], arguments[1])
    if name in ("transpose", "tile_transpose"):
        yield change(Kind.PERMUTATION, call.function, "wp::copy")


def _exchanged(kind: Kind, text: str, first: Token, second: Token) -> Edit:
    return exchange(kind, text, (first.start, first.end), (second.start, second.end))


def _operands(function: Function, call: Call) -> Iterator[Edit]:
    for token in call.plain():
        others = function.alike(token.text, call.statement.start)
        yield from (change(Kind.OPERAND, token, each) for each in others[-3:])


def _dropped(function: Function, call: Call, adjoint: bool) -> Iterator[Edit]:
    start, end = call.statement.start, call.statement.end
    if call.result is None:
        kind = Kind.ADJOINT if adjoint or call.name.startswith("adj_") else Kind.STATEMENT
        yield replace_span(kind, start, end, "")
    elif call.name.startswith("atomic_"):
        yield replace_span(Kind.STATEMENT, start, end, "")
    elif not function.types.get(call.result.text, "*").endswith("*"):
        # A name without a value would hold an arbitrary one.
        yield replace_span(Kind.STATEMENT, start, end, f"{call.result.text} = {{}};")


def _adjoint(text: str, function: Function, call: Call) -> Iterator[Edit]:
    plain = call.plain()
    last = plain[-1].text if plain else ""
    if last.startswith("adj_") and re.fullmatch(
        r"wp::(?:float|vec|mat|quat|transform).*", function.types.get(last, "")
    ):
        yield replace_span(Kind.SIGN, call.statement.start, call.statement.start, f"{last} = wp::neg({last});\n    ")
    if call.name in ("adj_address", "adj_array_store") and len(plain) == len(call.arguments):
        first = next((number for number, each in enumerate(plain) if each.text.startswith("adj_")), 0)
        if call.name == "adj_address":
            places = ", ".join(each.text for each in plain[1:first])
            new = f"wp::array_store({plain[first].text}, {places}, {last});"
            yield replace_span(Kind.ACCUMULATION, call.statement.start, call.statement.end, new)


def _indices(text: str, function: Function, call: Call) -> Iterator[Edit]:
    plain = call.plain()
    places = plain[1:] if call.name in ("address", "extract") else plain[1:-1]
    whole = [each for each in places if function.types.get(each.text, "") == "wp::int32"]
    if len(whole) > 1 and whole[0].text != whole[1].text:
        yield _exchanged(Kind.INDEX, text, whole[0], whole[1])
    yield from (change(Kind.INDEX, each, f"wp::add({each.text}, 1)") for each in whole[:1])
