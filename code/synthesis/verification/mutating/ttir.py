"""Finds edits that make mutants of TTIR and TTGIR texts as Triton prints them, with one statement on each line."""

import re
from collections.abc import Iterator, Sequence

from synthesis.verification.mutating.records import Edit, Token, tokens_of
from synthesis.verification.mutating.ssa import Attribute, Dialect, Statement, both_ways, edits_of

_WORDS = re.compile(
    r"""(?P<space>\s+)
    |(?P<string>"[^"]*")
    |(?P<type>(?:tensor|!\w+\.\w+)<(?:[^<>]|<(?:[^<>]|<[^<>]*>)*>)*>|\b(?:i|f|bf)\d+\w*\b)
    |(?P<name>[%^][\w$.-]+(?:\#\d+)?)
    |(?P<number>-?(?:0x[0-9A-Fa-f]+|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)(?![\w.]))
    |(?P<word>[A-Za-z_@#][\w.$]*)
    |(?P<sign>->|.)""",
    re.VERBOSE,
)
_POINTED = re.compile(r"!tt\.ptr<([^<>]*)>")
_ELEMENT = re.compile(r"(?:bf|[if])\d+\w*(?=[,>]|$)")
_DIRECTIONS = {"slt": "sgt", "sle": "sge", "ult": "ugt", "ule": "uge", "eq": "ne", "olt": "ogt", "ole": "oge",
               "oeq": "une"}  # fmt: skip
_EDGES = {"slt": "sle", "sgt": "sge", "ult": "ule", "ugt": "uge", "olt": "ole", "ogt": "oge"}
_OPPOSITES = {"slt": "sge", "sgt": "sle", "ult": "uge", "ugt": "ule", "olt": "oge", "ogt": "ole"}


def _mutual(pairs: dict[str, str]) -> dict[str, str]:
    return {**pairs, **{other: one for one, other in pairs.items()}}


def _of_arith(group: str) -> str:
    return " ".join(f"arith.{each}" for each in group.split())


_DIALECT = Dialect(
    swaps=both_ways(
        *map(_of_arith, ("addf subf mulf divf maxnumf minnumf maximumf minimumf", "addi subi muli maxsi minsi",
                         "andi ori xori", "shli shrsi shrui", "extsi extui", "sitofp uitofp")),
        "math.exp math.exp2 math.sin math.cos math.absf", "math.log math.log2", "math.sqrt math.rsqrt",
        "math.floor math.ceil",
    ),
    comparisons=_mutual(_DIRECTIONS),
    edges=_mutual(_EDGES),
    opposites=_mutual(_OPPOSITES),
    reductions={},
    select="arith.select",
    negations=frozenset({"arith.negf"}),
    additions=frozenset({"arith.addf"}),
    identity=lambda made, operand: f"arith.bitcast {operand.text} : {made.result} to {made.result}",
    write=lambda value: f"{value:.6e}",
    ignored=frozenset({"axis", "start", "end", "inputPrecision", "maxNumImpreciseAcc"}),
)  # fmt: skip


def ttir_edits(text: str) -> list[Edit]:
    """Return every edit that makes a mutant of a TTIR or TTGIR text."""
    return edits_of(text, [*_statements(text)], _DIALECT, derivative=False)


def _statements(text: str) -> Iterator[Statement]:
    scopes: list[dict[str, str]] = [{}]
    for match in re.finditer(r".*\n?", text):
        tokens = tokens_of(text, _WORDS, match.start(), match.end())
        if _defines(tokens) and (made := _statement(tokens, scopes)) is not None:
            yield made
        for name, colon, kind in zip(tokens, tokens[1:], tokens[2:], strict=False):
            if name.kind == "name" and colon.text == ":" and kind.kind == "type":
                scopes[-1][name.text] = kind.text
        for token in tokens:
            if token.text == "{":
                scopes.append({})
            elif token.text == "}" and len(scopes) > 1:
                scopes.pop()
        if _defines(tokens) and tokens[-1].text != "{" and (result := _result(tokens)):
            scopes[-1][tokens[0].text] = result


def _defines(tokens: Sequence[Token]) -> bool:
    """Return whether a line names the result of an operation."""
    return len(tokens) > 2 and tokens[0].kind == "name" and tokens[1].text == "="


def _statement(tokens: Sequence[Token], scopes: Sequence[dict[str, str]]) -> Statement | None:
    op, colon = tokens[2], _colon(tokens)
    if colon == len(tokens) or op.text in ("scf.for", "scf.if", "scf.while") or op.kind == "string":
        return None
    rest = tokens[3:colon]
    known: dict[str, list[str]] = {}
    for scope in scopes:
        for name, kind in scope.items():
            known.setdefault(kind, []).append(name)
    types = {name: kind for scope in scopes for name, kind in scope.items()}
    operands = tuple(each for each in rest if each.kind == "name")
    compared = op.text in ("arith.cmpi", "arith.cmpf")
    return Statement(
        op=op,
        name=tokens[0].text,
        operands=operands,
        types=tuple(types.get(each.text, "") for each in operands),
        result=_result(tokens),
        known=known,
        literals=tuple(each for each in rest if each.kind == "number") if op.text == "arith.constant" else (),
        attributes=(Attribute(key="direction", numbers=(rest[0],)),) if compared else (),
        role="body",
        start=op.start,
        end=tokens[-1].end,
    )


def _colon(tokens: Sequence[Token]) -> int:
    """Return the index of the last colon, after which the types follow; the number of tokens if there is none."""
    return max((number for number, each in enumerate(tokens) if each.text == ":"), default=len(tokens))


def _result(tokens: Sequence[Token]) -> str:
    """Return the type of a line's result, as printed or as implied by an operand; an empty string if there is none."""
    op, types = tokens[2].text, [each.text for each in tokens[_colon(tokens) :] if each.kind == "type"]
    if not types:
        return ""
    if op == "tt.load":
        return _POINTED.sub(r"\1", types[-1])
    if op == "tt.addptr":
        return types[0]
    return _ELEMENT.sub("i1", types[-1], count=1) if op in ("arith.cmpi", "arith.cmpf") else types[-1]
