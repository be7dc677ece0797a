"""Finds edits that make mutants of HLO texts as XLA prints them, with one instruction on each line."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from synthesis.verification.mutating.mlir import DIRECTIONS, EDGES, OPPOSITES
from synthesis.verification.mutating.records import Edit, Token, close_of, parts_of, tokens_of
from synthesis.verification.mutating.ssa import Attribute, Dialect, Statement, both_ways, edits_of, short

_WORDS = re.compile(
    r"""(?P<space>\s+)
    |(?P<string>"(?:\\.|[^"\\])*")
    |(?P<type>[a-z]\w*\[[\d,<=]*\](?:\{[\d,:()\w]*\})?)
    |(?P<number>-?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?)(?![\w.]))
    |(?P<word>%?[A-Za-z_][\w.-]*)
    |(?P<sign>.)""",
    re.VERBOSE,
)
_DIALECT = Dialect(
    swaps=both_ways(
        "add subtract multiply divide maximum minimum", "sine cosine tanh exponential negate abs sqrt", "and or xor",
        "shift-left shift-right-logical", "log log-plus-one", "rsqrt sqrt", "floor ceil",
    ),
    comparisons=DIRECTIONS,
    edges=EDGES,
    opposites=OPPOSITES,
    reductions={},
    select="select",
    negations=frozenset({"negate"}),
    additions=frozenset({"add"}),
    identity=lambda _, operand: f"copy({operand.text})",
    write=short,
    permutations=frozenset({"dimensions", "start_index_map"}),
    indices=frozenset({"index", "padding"}),
    ignored=frozenset({"entry_computation_layout", "backend_config", "api_version"}),
)  # fmt: skip


def hlo_edits(text: str, *, derivative: bool) -> list[Edit]:
    """Return every edit that makes a mutant of an HLO text.

    Args:
        text: the text.
        derivative: whether it computes a derivative, for which some errors have kinds of their own.
    """
    reading = _Reading(roles=_roles(text))
    for match in re.finditer(r".*\n?", text):
        reading.line(tokens_of(text, _WORDS, match.start(), match.end()))
    return edits_of(text, reading.finished(), _DIALECT, derivative=derivative)


def _roles(text: str) -> dict[str, str]:
    """Return the role of each computation that is the condition of a loop, or a reducer."""
    tokens = tokens_of(text, _WORDS)
    roles = {"condition": "condition"}
    found: dict[str, str] = {}
    reducing = False
    for number, token in enumerate(tokens[:-2]):
        if tokens[number + 1].text == "(":
            reducing = token.text in ("reduce", "reduce-window", "scatter", "all-reduce")
        name = tokens[number + 2].text
        if tokens[number + 1].text == "=" and token.text in roles:
            found[name] = roles[token.text]
        elif tokens[number + 1].text == "=" and token.text == "to_apply" and reducing:
            found[name] = "reducer"
    return found


@dataclass(slots=True)
class _Reading:
    """The statements read so far, and the names in the current computation."""

    roles: dict[str, str]
    statements: list[Statement] = field(default_factory=list[Statement])
    types: dict[str, str] = field(default_factory=dict[str, str])
    constants: dict[str, int] = field(default_factory=dict[str, int])
    starting: set[int] = field(default_factory=set[int])
    role: str = ""

    def line(self, tokens: Sequence[Token]) -> None:
        if tokens and tokens[-1].text == "{":
            self.types, self.constants = {}, {}
            self.role = next((self.roles[each.text] for each in tokens if each.text in self.roles), "")
            return
        tokens = tokens[1:] if tokens and tokens[0].text == "ROOT" else tokens
        if len(tokens) < 5 or tokens[1].text != "=":
            return
        at = close_of(tokens, 2) + 1 if tokens[2].text == "(" else 3
        kind = "" if at > 3 else tokens[2].text
        if at + 1 >= len(tokens) or tokens[at + 1].text != "(":
            return
        end = close_of(tokens, at + 1)
        self._statement(tokens[0].text, kind, tokens[at], tokens[at + 2 : end], tokens[end:])

    def _statement(self, name: str, kind: str, op: Token, inner: Sequence[Token], rest: Sequence[Token]) -> None:
        operands = tuple(part[-1] for part in parts_of(inner) if part[-1].kind == "word")
        known: dict[str, list[str]] = {}
        for each, its in self.types.items():
            known.setdefault(its, []).append(each)
        constant = op.text == "constant"
        named = () if constant else operands
        made = Statement(
            op=op,
            operands=named,
            types=tuple(self.types.get(each.text, "") for each in named),
            result=kind if op.text not in ("parameter", "constant", "get-tuple-element") else "",
            known=known,
            literals=tuple(each for each in inner if each.kind == "number")[:4] if constant else (),
            attributes=tuple(_attributes(rest)),
            branches=_branches(rest),
            role=self.role,
            start=op.start,
            end=_end(rest),
        )
        self.statements.append(made)
        if constant:
            self.constants[name] = len(self.statements) - 1
        if op.text in ("reduce", "reduce-window", "while"):
            self.starting.update(self.constants[each.text] for each in operands[1:] if each.text in self.constants)
        if kind:
            self.types[name] = kind

    def finished(self) -> list[Statement]:
        """Return the statements, with the initial values of reductions and loops as their ``starts``."""
        return [
            replace(each, starts=each.literals, literals=()) if number in self.starting else each
            for number, each in enumerate(self.statements)
        ]


def _end(rest: Sequence[Token]) -> int:
    """Return the position where an instruction's attributes end."""
    return rest[-1].end


def _attributes(tokens: Sequence[Token]) -> Iterator[Attribute]:
    for number, token in enumerate(tokens[:-2]):
        if token.kind != "word" or tokens[number + 1].text != "=":
            continue
        following = tokens[number + 2]
        if following.text == "{":
            inner = tokens[number + 2 : close_of(tokens, number + 2)]
            yield Attribute(key=token.text, numbers=tuple(each for each in inner if each.kind == "number"))
        else:
            yield Attribute(key=token.text, numbers=(following,))


def _branches(tokens: Sequence[Token]) -> tuple[tuple[int, int], ...]:
    """Return the spans of the names of a conditional's computations."""
    for number, token in enumerate(tokens[:-2]):
        if token.text == "branch_computations":
            inner = tokens[number + 3 : close_of(tokens, number + 2)]
            return tuple((part[0].start, part[-1].end) for part in parts_of(inner))
    return ()
