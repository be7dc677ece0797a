"""Finds edits that make mutants of StableHLO texts as MLIR prints them, with one statement on each line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from synthesis.verification.mutating.records import Edit, Kind, Token, change, close_of, parts_of, tokens_of
from synthesis.verification.mutating.ssa import Attribute, Dialect, Statement, both_ways, edits_of
from synthesis.verification.mutating.unused import unused_lines

_WORDS = re.compile(
    r"""(?P<space>\s+)
    |(?P<string>"[^"]*")
    |(?P<type>(?:tensor|tuple|complex)<[^>]*>+)
    |(?P<name>%[\w$.-]+(?:\#\d+)?)
    |(?P<number>-?(?:0x[0-9A-F]+|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.]))
    |(?P<word>[A-Za-z_@][\w.$]*)
    |(?P<sign>->|.)""",
    re.VERBOSE,
)
_BINARY = "add subtract multiply divide maximum minimum"
_COMMUTATIVE = frozenset({"add", "multiply", "maximum", "minimum", "and", "or"})
_UNARY = "sine cosine tanh exponential negate abs sqrt"


def _in_dialect(group: str, prefix: str) -> str:
    return " ".join(prefix + each for each in group.split())


DIRECTIONS = {"LT": "GT", "GT": "LT", "LE": "GE", "GE": "LE", "EQ": "NE", "NE": "EQ"}
"""Maps the direction of a comparison to the opposite direction, and an equality to its negation."""
EDGES = {"LT": "LE", "LE": "LT", "GT": "GE", "GE": "GT"}
"""Maps the direction of a comparison to the one that differs from it for equal operands only."""
OPPOSITES = {"LT": "GE", "GE": "LT", "GT": "LE", "LE": "GT"}
"""Maps the direction of a comparison to its negation."""
_DIALECT = Dialect(
    swaps=both_ways(
        *(_in_dialect(each, "stablehlo.") for each in (_BINARY, _UNARY, "and or xor", "shift_left shift_right_logical",
                                                       "log log_plus_one", "rsqrt sqrt", "floor ceil")),
        *(_in_dialect(each, "chlo.") for each in ("sinh cosh asinh", "erf erfc", "acos atan square")),
    ),
    comparisons=DIRECTIONS,
    edges=EDGES,
    opposites=OPPOSITES,
    reductions={},
    select="stablehlo.select",
    negations=frozenset({"stablehlo.negate"}),
    additions=frozenset({"stablehlo.add"}),
    identity=lambda made, operand: f"stablehlo.reshape {operand.text} : ({made.result}) -> {made.result}",
    write=lambda value: f"{value:.6e}",
    permutations=frozenset({"dims", "start_index_map"}),
    indices=frozenset({"sizes"}),
    ignored=frozenset({"operand_layouts", "result_layouts", "interior", "sharding_rule", "precision"}),
    transposes=frozenset({"stablehlo.transpose"}),
    chosen=re.compile(r"stablehlo\.select (?P<at>%\w+), (?P<new>%\w+), (?P<old>%\w+) "),
    negative=r"stablehlo\.compare +LT, {}, %c\w*, +SIGNED ",
    moved=r"stablehlo\.add {}, %c\w* ",
)  # fmt: skip


def mlir_edits(text: str, *, derivative: bool) -> list[Edit]:
    """Return every edit that makes a mutant of a StableHLO text, in lines that affect its results.

    For ``derivative``, see ``hlo_edits``.
    """
    reading = _Reading()
    for match in re.finditer(r".*\n?", text):
        reading.line(tokens_of(text, _WORDS, match.start(), match.end()))
    found = [*edits_of(text, reading.finished(), _DIALECT, derivative=derivative), *reading.further]
    unused = unused_lines(text)
    return [each for each in found if not any(_is_in(each, span) for span in unused)]


def _is_in(edit: Edit, span: tuple[int, int]) -> bool:
    return span[0] <= min(edit.spans)[0] < span[1]


@dataclass(slots=True)
class _Reading:
    """The statements read so far, and the names in scope, by region."""

    statements: list[Statement] = field(default_factory=list[Statement])
    further: list[Edit] = field(default_factory=list[Edit])
    scopes: list[dict[str, str]] = field(default_factory=lambda: [{}])
    roles: list[str] = field(default_factory=lambda: [""])
    constants: dict[str, int] = field(default_factory=dict[str, int])
    """Maps a name to the index of the statement that defines it, in the current function."""
    starting: set[int] = field(default_factory=set[int])
    regions: list[int] = field(default_factory=list[int])

    def line(self, tokens: Sequence[Token]) -> None:
        if not tokens:
            return
        if tokens[0].text == "func.func":
            self.constants = {}
            self.scopes, self.roles = [{}], [""]
        if tokens[0].kind == "name" and "=" in (each.text for each in tokens[1:4]):
            self._statement(tokens)
        else:
            self._named_arguments(tokens)
        role = _role(tokens)
        for token in tokens:
            if token.text == "{":
                self.scopes.append({})
                self.roles.append(role or self.roles[-1])
                if tokens[0].text in ("func.func", "^"):
                    self._named_arguments(tokens)
            elif token.text == "}" and len(self.scopes) > 1:
                self.scopes.pop()
                self.roles.pop()

    def _named_arguments(self, tokens: Sequence[Token]) -> None:
        for name, colon, kind in zip(tokens, tokens[1:], tokens[2:], strict=False):
            if name.kind == "name" and colon.text == ":" and kind.kind == "type":
                self.scopes[-1][name.text] = kind.text

    def _statement(self, tokens: Sequence[Token]) -> None:
        equals = next(number for number, each in enumerate(tokens) if each.text == "=")
        op, rest = tokens[equals + 1], tokens[equals + 2 :]
        colon = next((len(rest) - 1 - number for number, each in enumerate(reversed(rest)) if each.text == ":"), None)
        if colon is None:
            return
        types = [each.text for each in rest[colon:] if each.kind == "type"]
        operands = tuple(each for each in rest[:colon] if each.kind == "name")
        several = len(tokens) > 1 and tokens[1].text == ":"
        result = types[-1] if types and not several else ""
        if op.text == "stablehlo.while":
            self._loop(rest, types)
            return
        known: dict[str, list[str]] = {}
        for scope in self.scopes:
            for name, kind in scope.items():
                known.setdefault(kind, []).append(name)
        kinds = tuple(self._type_of(each.text) for each in operands)
        made = Statement(
            op=op,
            name="" if several else tokens[0].text,
            operands=operands,
            types=kinds,
            result=result,
            known=known,
            literals=_literals(rest[:colon]) if op.text == "stablehlo.constant" else (),
            attributes=tuple(_attributes(op, rest[:colon])),
            role=self.roles[-1],
            start=op.start,
            end=tokens[-1].end,
        )
        self.statements.append(made)
        if op.text == "stablehlo.constant":
            self.constants[tokens[0].text] = len(self.statements) - 1
        self._reduction(rest)
        if result:
            self.scopes[-1][tokens[0].text] = result

    def _type_of(self, name: str) -> str:
        return next((scope[name] for scope in reversed(self.scopes) if name in scope), "")

    def _loop(self, tokens: Sequence[Token], types: Sequence[str]) -> None:
        inner = tokens[1 : close_of(tokens, 0)]
        for part, kind in zip(parts_of(inner), types, strict=False):
            self.scopes[-1][part[0].text] = kind
            self._starts_with(part[-1].text)

    def _reduction(self, tokens: Sequence[Token]) -> None:
        for number, token in enumerate(tokens):
            if token.text == "init" and number + 2 < len(tokens):
                self._starts_with(tokens[number + 2].text)
            if token.text == "applies":
                others = _DIALECT.swaps.get(tokens[number + 1].text, ())
                swaps = [each for each in others if each.rpartition(".")[2] in _COMMUTATIVE]
                self.further += [change(Kind.REDUCTION, tokens[number + 1], each) for each in swaps]

    def _starts_with(self, name: str) -> None:
        if name in self.constants:
            self.starting.add(self.constants[name])

    def finished(self) -> list[Statement]:
        """Return the statements, with the initial values of reductions and loops as their ``starts``."""
        return [_starting(each) if number in self.starting else each for number, each in enumerate(self.statements)]


def _starting(statement: Statement) -> Statement:
    return replace(statement, starts=statement.literals, literals=())


def _role(tokens: Sequence[Token]) -> str:
    words = {each.text for each in tokens}
    if "cond" in words:
        return "condition"
    if words & {'"stablehlo.scatter"', '"stablehlo.reduce_window"', "reducer"}:
        return "reducer"
    return "body" if words & {"do", "func.func"} else ""


def _literals(tokens: Sequence[Token]) -> tuple[Token, ...]:
    numbers = tuple(each for each in tokens if each.kind == "number")
    return numbers[:4]


def _attributes(op: Token, tokens: Sequence[Token]) -> Iterator[Attribute]:
    if op.text == "stablehlo.compare":
        yield Attribute(key="direction", numbers=(tokens[0],))
    for number, token in enumerate(tokens[:-1]):
        following = tokens[number + 1]
        if token.kind == "word" and following.text == "=" and number + 2 < len(tokens):
            yield Attribute(key=token.text, numbers=_numbers(tokens, number + 2))
        elif token.text == "x" and following.text == "[":
            yield Attribute(key="contracting_dims", numbers=_numbers(tokens, number + 1))
        elif token.text == "[" and op.text == "stablehlo.slice":
            yield Attribute(key="slice", numbers=_numbers(tokens, number))


def _numbers(tokens: Sequence[Token], at: int) -> tuple[Token, ...]:
    if tokens[at].text == "[":
        return tuple(each for each in tokens[at : close_of(tokens, at)] if each.kind == "number")
    if tokens[at].text == "array":
        return tuple(each for each in tokens[at : at + 2 * 8] if each.kind == "number")[:3]
    return (tokens[at],) if tokens[at].kind == "number" else ()
