"""The two canonical forms of IR texts: the renamed form and the structure.

The renamed form has canonical identifiers. The structure also omits numbers and constants. Types and shapes are kept in
both. There is a function for each family of languages; ``languages.py`` assigns them.
"""

import re
from collections.abc import Iterable

_IR_WORD = r"""
    \b(?:tensor|memref|vector|complex)<(?:[^<>]|<[^<>]*>)*>
  | \b(?:pred|bool|token|b?[fsuic]\d+)(?!\w)(?:\[[^\]]*\](?:\{[\d,]*\})?)?
  | [A-Za-z_][\w.]*(?:-\w+)*
"""
"""Matches a type or a word."""
_IR_TOKEN = rf"""
    "(?:\\.|[^"\\])*" | [%@\#!][\w.$-]+ | {_IR_WORD} | -?(?:0x[0-9A-Fa-f]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?) | \S
"""
"""Matches a string, a name with its sigil, a type or a word, a number, or any other character.

The first character of a token decides which of these it is.
"""
_TOKENS = re.compile(rf"//[^\n]* | ({_IR_TOKEN})", re.VERBOSE)
_TOKENS_AND_PRIMITIVES = re.compile(rf"//[^\n]* | (?<==\ )({_IR_WORD}) | ({_IR_TOKEN})", re.VERBOSE)
_DENSE = re.compile(r"dense(?:_resource)?<[^>]*>")
_CPP_TOKEN = re.compile(
    r"""
    "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])+'
  | (?:\w+::)+\w+(?:<[\w:,\ <>]*>)?
  | [A-Za-z_]\w*
  | \.?\d(?:[eEpP][+-]|[\w.])*
  | \S
    """,
    re.VERBOSE,
)
"""Matches a string, a name with its namespaces, a word, a number, or any other character.

The first character of a token decides which of these it is.
"""
_CPP_PART = re.compile(r"\b(?!wp\b)([A-Za-z_]\w*)\b(?!::)")
_CPP_DECLARED = re.compile(
    r"""
    struct (?<=\bstruct) \s+ (\w+)
  | [\s*&] (?<=[\w>*&].) (?: (?<=\s) \s* [\s*&] )? (\w+) \s* [;=,){(]
    """,
    re.VERBOSE | re.DOTALL,
)
"""Matches a declared name: after ``struct``, or between a type and a character that may follow a declared name.

Each alternative begins with a few literal characters, which makes the search fast.
"""
_CPP_KEYWORDS = frozenset({
    "auto", "bool", "break", "case", "char", "class", "const", "constexpr", "continue", "default", "delete", "do",
    "double", "else", "enum", "extern", "false", "float", "for", "goto", "if", "inline", "int", "long", "namespace",
    "new", "nullptr", "operator", "private", "public", "return", "short", "signed", "size_t", "sizeof", "static",
    "static_cast", "struct", "switch", "template", "this", "true", "typename", "unsigned", "using", "void", "volatile",
    "while", "CUDA_CALLABLE", "blockDim", "blockIdx", "gridDim", "threadIdx", "task_index", "dim", "_idx",
    "builtin_tid1d", "builtin_tid2d", "builtin_tid3d", "builtin_tid4d",
})  # fmt: skip


_NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d*)?(?:[eE][+-]?\d+)?\b")


def canonical_text(text: str) -> str:
    """Return a text of an unknown language on one line and without numbers."""
    return " ".join(_NUMBER.sub("#", text).split())


def canonical_cpp(text: str, *, numbers: bool = False) -> str:
    """Return C++, CUDA or machine code with canonical identifiers, and without numbers unless ``numbers``."""
    return " ".join(_canonical_cpp(text, numbers))


def canonical_mlir(text: str, *, numbers: bool = False) -> str:
    """Return an MLIR or LLVM text in canonical form. Words that start with a sigil count as names."""
    return _canonical_tensor(text, frozenset(), numbers)


def canonical_jaxpr(text: str, *, numbers: bool = False) -> str:
    """Return a printed jaxpr in canonical form. The words that it binds, and its functions, count as names."""
    bound = re.findall(r"\b([a-z_]+):(?=[a-z])", text) + re.findall(r"\bname=(\S+)", text)
    # A word after "= " is a primitive, even if a bound name is spelled the same.
    tokens = _TOKENS_AND_PRIMITIVES.findall(text if numbers else _without_dense(text))
    return " ".join(_canonical_tokens(tokens, frozenset(bound), numbers))


def canonical_hlo(text: str, *, numbers: bool = False) -> str:
    """Return an HLO text in canonical form. The words that the text defines count as names."""
    defined = re.findall(r"(?<![\w.=/-])([\w.-]+) = ", text) + re.findall(r"^(?:ENTRY )?([\w.-]+) \{", text, re.M)
    return _canonical_tensor(text, frozenset(defined + re.findall(r"^HloModule ([\w.-]+)", text)), numbers)


def renamed_cpp(text: str) -> str:
    """Return the renamed form of C++, CUDA or machine code: it has canonical identifiers, and its numbers are kept."""
    return canonical_cpp(text, numbers=True)


def renamed_mlir(text: str) -> str:
    """Return the renamed form of an MLIR or LLVM text: it has canonical identifiers, and its numbers are kept."""
    return canonical_mlir(text, numbers=True)


def renamed_jaxpr(text: str) -> str:
    """Return the renamed form of a printed jaxpr: it has canonical identifiers, and its numbers are kept."""
    return canonical_jaxpr(text, numbers=True)


def renamed_hlo(text: str) -> str:
    """Return the renamed form of an HLO text: it has canonical identifiers, and its numbers are kept."""
    return canonical_hlo(text, numbers=True)


def _canonical_tensor(text: str, defined: frozenset[str], numbers: bool) -> str:
    tokens = (("", token) for token in _TOKENS.findall(text if numbers else _without_dense(text)))
    return " ".join(_canonical_tokens(tokens, defined, numbers))


def _without_dense(text: str) -> str:
    return _DENSE.sub("dense<>", text)


def _canonical_cpp(text: str, numbers: bool) -> list[str]:
    declared = {name for found in _CPP_DECLARED.findall(text) for name in found if name} - _CPP_KEYWORDS
    names: dict[str, str] = {}
    known: dict[str, str] = {}

    def canonical(token: str) -> str:
        """Return the canonical form of a token that has not occurred before in the text."""
        if token[0].isdecimal() or (token[0] == "." and len(token) > 1):
            return token if numbers else "#"
        if token not in declared and not token.startswith(("var_", "adj_")):
            return token
        prefix = "adj_" if token.startswith("adj_") else ""
        stem = token.removeprefix("adj_").removeprefix("var_")
        return prefix + names.setdefault(stem, f"n{len(names)}")

    def canonical_part(part: re.Match[str]) -> str:
        return names.get(part[1], part[1])

    # A token has the same canonical form everywhere, except one with namespaces, since one of its parts may get a
    # canonical name later.
    tokens: list[str] = []
    parts: dict[str, list[str]] = {}
    for token in _CPP_TOKEN.findall(text):
        if token in known:
            tokens.append(known[token])
        elif "::" not in token or token[0] in "\"'":
            tokens.append(known.setdefault(token, canonical(token)))
        else:
            named = parts.get(token) or parts.setdefault(token, _CPP_PART.findall(token))
            tokens.append(token if names.keys().isdisjoint(named) else _CPP_PART.sub(canonical_part, token))
    return tokens


def _canonical_tokens(tokens: Iterable[tuple[str, str]], defined: frozenset[str], numbers: bool) -> list[str]:
    """Return tokens with canonical names.

    In each pair, one element is a token and the other is empty: a token in the first place is kept unchanged, a token
    in the second gets its canonical form. Both are empty for a comment, which is dropped.
    """
    names: dict[str, str] = {}
    known = {"": ""}

    def canonical(token: str) -> str:
        """Return the canonical form of a token that has not occurred before in the text."""
        first = token[0]
        is_word = first == "_" or (first.isascii() and first.isalpha())
        if token in defined if is_word else first in "%@#!" and len(token) > 1:
            return names.setdefault(token, f"n{len(names)}")
        return "#" if not numbers and (first.isdecimal() or (first == "-" and len(token) > 1)) else token

    found: list[str] = []
    for kept, token in tokens:
        if token not in known:
            known[token] = canonical(token)
        found.append(kept or known[token])
    return list(filter(None, found))
