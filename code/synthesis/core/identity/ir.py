"""What "the same program" means of IR text: canonical identifiers; of its structure, without numbers and constants.

Types and shapes stay. There is a function for each family of languages; ``languages.py`` says which language has which.
"""

import re
from collections.abc import Iterable

_IR_WORD = r"""
    \b(?:tensor|memref|vector|complex)<(?:[^<>]|<[^<>]*>)*>
  | \b(?:pred|bool|token|b?[fsuic]\d+)(?!\w)(?:\[[^\]]*\](?:\{[\d,]*\})?)?
  | [A-Za-z_][\w.]*(?:-\w+)*
"""
"""A type or a word."""
_IR_TOKEN = rf"""
    "(?:\\.|[^"\\])*" | [%@\#!][\w.$-]+ | {_IR_WORD} | -?(?:0x[0-9A-Fa-f]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?) | \S
"""
"""A string, a name with its mark, a type or a word, a number, or any other character: its beginning tells which."""
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
"""A string, a name with its namespaces, a word, a number, or any other character: its beginning tells which."""
_CPP_PART = re.compile(r"\b(?!wp\b)([A-Za-z_]\w*)\b(?!::)")
_CPP_DECLARED = re.compile(
    r"""
    struct (?<=\bstruct) \s+ (\w+)
  | [\s*&] (?<=[\w>*&].) (?: (?<=\s) \s* [\s*&] )? (\w+) \s* [;=,){(]
    """,
    re.VERBOSE | re.DOTALL,
)
"""A struct, or a word between a type, or a mark of one, and what may follow a declared name; each way begins with few
characters, which is what makes it quick."""
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
    """A text of no language that is known here, without numbers and in one line."""
    return " ".join(_NUMBER.sub("#", text).split())


def canonical_cpp(text: str, *, numbers: bool = False) -> str:
    """A C++ or CUDA text, or machine code, with canonical identifiers, and without numbers unless they are wanted."""
    return " ".join(_canonical_cpp(text, numbers))


def canonical_mlir(text: str, *, numbers: bool = False) -> str:
    """An MLIR or LLVM text, whose names start with a mark."""
    return _canonical_tensor(text, frozenset(), numbers)


def canonical_jaxpr(text: str, *, numbers: bool = False) -> str:
    """A printed jaxpr; its names are the words that it binds, and those of the functions in it."""
    bound = re.findall(r"\b([a-z_]+):(?=[a-z])", text) + re.findall(r"\bname=(\S+)", text)
    # What follows "= " is a primitive, and no name whatever its spelling.
    tokens = _TOKENS_AND_PRIMITIVES.findall(text if numbers else _without_dense(text))
    return " ".join(_canonical_tokens(tokens, frozenset(bound), numbers))


def canonical_hlo(text: str, *, numbers: bool = False) -> str:
    """An HLO text; its names are the words that it defines."""
    defined = re.findall(r"(?<![\w.=/-])([\w.-]+) = ", text) + re.findall(r"^(?:ENTRY )?([\w.-]+) \{", text, re.M)
    return _canonical_tensor(text, frozenset(defined + re.findall(r"^HloModule ([\w.-]+)", text)), numbers)


def renamed_cpp(text: str) -> str:
    """A C++ or CUDA text, or machine code, with canonical identifiers, numbers and all."""
    return canonical_cpp(text, numbers=True)


def renamed_mlir(text: str) -> str:
    """An MLIR or LLVM text likewise."""
    return canonical_mlir(text, numbers=True)


def renamed_jaxpr(text: str) -> str:
    """A printed jaxpr likewise."""
    return canonical_jaxpr(text, numbers=True)


def renamed_hlo(text: str) -> str:
    """An HLO text likewise."""
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
        """A token that was not seen before."""
        if token[0].isdecimal() or (token[0] == "." and len(token) > 1):
            return token if numbers else "#"
        if token not in declared and not token.startswith(("var_", "adj_")):
            return token
        prefix = "adj_" if token.startswith("adj_") else ""
        stem = token.removeprefix("adj_").removeprefix("var_")
        return prefix + names.setdefault(stem, f"n{len(names)}")

    def canonical_part(part: re.Match[str]) -> str:
        return names.get(part[1], part[1])

    # The same token is the same text wherever it stands, but for one with namespaces: what a part of it is called may
    # be known only later.
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
    """Tokens with names replaced; of each pair the first is kept as it is, and of a comment both are empty."""
    names: dict[str, str] = {}
    known = {"": ""}

    def canonical(token: str) -> str:
        """A token that was not seen before."""
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
