"""Finds edits that make mutants of printed jaxprs.

An equation of a jaxpr has result variables, a primitive, parameters and operands.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from synthesis.verification.mutating.living import dead_spans
from synthesis.verification.mutating.records import Edit, Kind, Token, close_of, parts_of, replace_span, tokens_of
from synthesis.verification.mutating.ssa import Attribute, Dialect, Statement, both_ways, edits_of, short

_WORDS = re.compile(
    r"""(?P<space>\s+)
    |(?P<string>'[^']*'|"[^"]*")
    |(?P<type>:[a-z]\w*(?:<[^>]*>)?\[[\d,]*\](?:\{[^}]*\})?)
    |(?P<number>-?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|inf|nan)(?![\w.]))
    |(?P<word>[A-Za-z_][\w.]*)
    |(?P<sign>.)""",
    re.VERBOSE,
)
_WHOLE = re.compile(r"(?:[iu]\d+|bool)\[")
_DIALECT = Dialect(
    swaps=both_ways(
        "add sub mul div max min", "sin cos tanh exp neg abs sqrt", "and or xor", "shift_left shift_right_logical",
        "log log1p", "rsqrt sqrt", "floor ceil", "sinh cosh asinh", "erf erfc", "acos atan square", "add_any sub",
        "logistic tanh", "cumsum cumprod cummax",
    ),
    comparisons={"lt": "gt", "gt": "lt", "le": "ge", "ge": "le", "eq": "ne", "ne": "eq"},
    edges={"lt": "le", "le": "lt", "gt": "ge", "ge": "gt", "lt_to": "le_to", "le_to": "lt_to"},
    opposites={"lt": "ge", "ge": "lt", "gt": "le", "le": "gt"},
    reductions={"reduce_max": "reduce_min", "reduce_min": "reduce_max", "argmax": "argmin", "argmin": "argmax",
                "reduce_and": "reduce_or", "reduce_or": "reduce_and"},
    select="select_n",
    negations=frozenset({"neg"}),
    additions=frozenset({"add_any", "add"}),
    identity=lambda _, operand: f"copy {operand.text}",
    write=short,
    permutations=frozenset({"permutation", "start_index_map"}),
    chosen=re.compile(r"select_n (?P<at>\w+) (?P<old>\S+) (?P<new>\w+)"),
    negative=r"lt {} 0:i\d+\[\]",
    moved=r"add {} \d+:i\d+\[\]",
    ignored=frozenset({"num_carry", "num_consts", "unroll", "bit_width", "num_keys", "cond_nconsts", "body_nconsts"}),
)  # fmt: skip


def jaxpr_edits(text: str, *, derivative: bool) -> list[Edit]:
    """Return every edit that makes a mutant of a printed jaxpr, in the equations that a CPU executes.

    For ``derivative``, see ``hlo_edits``.
    """
    statements = jaxpr_statements(text)
    sums = [edit for each in statements for edit in _sums(text, each)]
    return [*edits_of(text, statements, _DIALECT, derivative=derivative), *sums]


def jaxpr_statements(text: str) -> list[Statement]:
    """Return the equations that a CPU executes; those of inner functions come before their callers."""
    tokens = tokens_of(text, _WORDS)
    reading = _Reading(tokens)
    reading.read(0, len(tokens), "")
    dead = [(tokens[first].start, tokens[last].end) for first, last in dead_spans(tokens)]
    return [each for each in reading.statements if not any(start <= each.start < end for start, end in dead)]


def indices_are_fixed(text: str) -> bool:
    """Return whether a jaxpr computes integers or Booleans, and these only from integers and Booleans."""
    made = [each for each in jaxpr_statements(text) if _WHOLE.match(each.result) or not each.result]
    return bool(made) and all(each.result and all(map(_WHOLE.match, each.types)) for each in made)


def _sums(text: str, statement: Statement) -> Iterator[Edit]:
    """Yield edits that replace a sum by a maximum or a minimum, without the parameter ``out_sharding`` of sums."""
    if statement.op.text == "reduce_sum":
        written = text[statement.start : statement.end].replace(" out_sharding=None", "")
        for other in ("reduce_max", "reduce_min"):
            new = written.replace("reduce_sum", other, 1)
            yield replace_span(Kind.REDUCTION, statement.start, statement.end, new)


@dataclass(slots=True)
class _Reading:
    """Reads the equations of a text's jaxprs, including inner jaxprs, whose names are separate."""

    tokens: Sequence[Token]
    statements: list[Statement] = field(default_factory=list[Statement])

    def read(self, at: int, end: int, role: str) -> None:
        """Read the equations and lists of variables between two positions."""
        known: dict[str, list[str]] = {}
        kinds: dict[str, str] = {}
        binders: list[tuple[str, str]] = []
        while at < end:
            token = self.tokens[at]
            if token.text == "{":
                close = close_of(self.tokens, at)
                self.read(at + 1, close, role)
                at = close + 1
            elif token.kind == "word" and at + 1 < end and self.tokens[at + 1].kind == "type":
                binders.append((token.text, self.tokens[at + 1].text[1:]))
                at += 2
            elif token.text == "=" and binders and at + 1 < end:
                visible = {kind: list(names) for kind, names in known.items()}
                at = self._equation(at + 1, end, binders, visible, kinds, role)
                self._keep(binders, known, kinds)
                binders = []
            else:
                if token.text in (".", "let", "in"):
                    self._keep(binders, known, kinds)
                    binders = []
                at += 1

    def _keep(self, binders: Sequence[tuple[str, str]], known: dict[str, list[str]], kinds: dict[str, str]) -> None:
        for name, kind in binders:
            if name != "_":
                known.setdefault(kind, []).append(name)
                kinds[name] = kind

    def _equation(
        self,
        at: int,
        end: int,
        binders: Sequence[tuple[str, str]],
        known: dict[str, list[str]],
        kinds: dict[str, str],
        role: str,
    ) -> int:
        """Read an equation that begins at its primitive, and return the position of the next one."""
        op = self.tokens[at]
        at += 1
        attributes: tuple[Attribute, ...] = ()
        branches: tuple[tuple[int, int], ...] = ()
        if at < end and self.tokens[at].text == "[":
            close = close_of(self.tokens, at)
            attributes, branches = self._parameters(at + 1, close, op)
            at = close + 1
        operands, literals, last = list[Token](), list[Token](), self.tokens[at - 1]
        while at < end:
            token = self.tokens[at]
            typed = at + 1 < end and self.tokens[at + 1].kind == "type"
            if (token.kind == "number" and typed) or (token.text in ("True", "False") and typed):
                literals.append(token)
                last = self.tokens[at + 1]
                at += 2
            elif token.kind == "word" and not typed and token.text != "in":
                operands.append(token)
                last = token
                at += 1
            else:
                break
        looping = op.text in ("scan", "while")
        self.statements.append(
            Statement(
                op=op,
                name=binders[0][0] if len(binders) == 1 else "",
                operands=tuple(operands),
                types=tuple(kinds.get(each.text, "") for each in operands),
                result=binders[0][1] if len(binders) == 1 else "",
                known=known,
                literals=() if looping else tuple(literals),
                starts=tuple(literals) if looping else (),
                attributes=attributes,
                branches=branches,
                role=role,
                start=op.start,
                end=last.end,
            )
        )
        return at

    def _parameters(self, at: int, end: int, op: Token) -> tuple[tuple[Attribute, ...], tuple[tuple[int, int], ...]]:
        """Return the parameters in an equation's brackets, and the spans of its branches.

        Jaxprs in the brackets are read too.
        """
        attributes: list[Attribute] = []
        branches: tuple[tuple[int, int], ...] = ()
        key = ""
        while at < end:
            token = self.tokens[at]
            if token.kind == "word" and self.tokens[at + 1].text == "=":
                key, at = token.text, at + 2
            elif token.text == "{":
                close = close_of(self.tokens, at)
                self.read(at + 1, close, _role(op.text, key))
                at = close + 1
            elif token.text == "(" and key == "branches":
                close = close_of(self.tokens, at)
                branches = tuple(self._inner(at + 1, close))
                at += 1
            elif token.text == "(" and key:
                close = close_of(self.tokens, at)
                attributes += self._lists(key, at, close)
                at = close + 1
            else:
                if token.kind == "number" and key:
                    attributes.append(Attribute(key=key, numbers=(token,)))
                at += 1
        return tuple(attributes), branches

    def _lists(self, key: str, at: int, close: int) -> list[Attribute]:
        """Return the numbers in a list, or in the lists that it holds."""
        found: list[Attribute] = []
        numbers: list[Token] = []
        for number in range(at, close + 1):
            token = self.tokens[number]
            if token.kind == "word" and self.tokens[number + 1].text == "=":
                key = token.text
            if token.kind == "number":
                numbers.append(token)
            if token.text in ")]" and numbers:
                found.append(Attribute(key=key, numbers=tuple(numbers)))
                numbers = []
        return found

    def _inner(self, at: int, end: int) -> Iterator[tuple[int, int]]:
        for part in parts_of(self.tokens[at:end]):
            yield part[0].start, part[-1].end


def _role(op: str, key: str) -> str:
    if key == "cond_jaxpr":
        return "condition"
    return "reducer" if key == "update_jaxpr" or op in ("reduce", "reduce_window") else ""
