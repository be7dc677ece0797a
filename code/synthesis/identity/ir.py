"""What "the same program" means of IR text: canonical identifiers, without numbers and dense constants.

Types and shapes stay. There is a function for each family of languages; ``languages.py`` says which language has which.
"""

import re
from collections.abc import Iterator

_IR_TOKEN = re.compile(
    r"""
    (?P<space> \s+ | //[^\n]* )
  | (?P<string> "(?:\\.|[^"\\])*" )
  | (?P<symbol> [%@\#!][\w.$-]+ )
  | (?P<type> \b(?:tensor|memref|vector|complex)<(?:[^<>]|<[^<>]*>)*>
            | \b(?:pred|bool|token|b?[fsuic]\d+)(?!\w)(?:\[[^\]]*\](?:\{[\d,]*\})?)? )
  | (?P<word> [A-Za-z_][\w.]*(?:-\w+)* )
  | (?P<number> -?(?:0x[0-9A-Fa-f]+|\d+(?:\.\d*)?(?:[eE][+-]?\d+)?) )
  | (?P<other> . )
    """,
    re.VERBOSE,
)
_DENSE = re.compile(r"dense(?:_resource)?<[^>]*>")
_CPP_TOKEN = re.compile(
    r"""
    (?P<space> \s+ )
  | (?P<string> "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])+' )
  | (?P<scoped> (?:\w+::)+\w+(?:<[\w:,\ <>]*>)? )
  | (?P<word> [A-Za-z_]\w* )
  | (?P<number> \.?\d(?:[eEpP][+-]|[\w.])* )
  | (?P<other> . )
    """,
    re.VERBOSE,
)
_CPP_DECLARED = re.compile(
    r"""
    \b struct \s+ (\w+)
  | [\w>*&] \s* [\s*&] (\w+) \s* (?=[;=,){(])
    """,
    re.VERBOSE,
)
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


def canonical_cpp(text: str) -> str:
    """A C++ or CUDA text, or machine code, with canonical identifiers and without numbers."""
    return " ".join(_canonical_cpp(text))


def canonical_mlir(text: str) -> str:
    """An MLIR or LLVM text, whose names start with a mark."""
    return _canonical_tensor(text, frozenset())


def canonical_jaxpr(text: str) -> str:
    """A printed jaxpr; its names are the words that it binds, and those of the functions in it."""
    bound = re.findall(r"\b([a-z_]+):(?=[a-z])", text) + re.findall(r"\bname=(\S+)", text)
    return _canonical_tensor(text, frozenset(bound), primitives=True)


def canonical_hlo(text: str) -> str:
    """An HLO text; its names are the words that it defines."""
    defined = re.findall(r"(?<![\w.=/-])([\w.-]+) = ", text) + re.findall(r"^(?:ENTRY )?([\w.-]+) \{", text, re.M)
    return _canonical_tensor(text, frozenset(defined + re.findall(r"^HloModule ([\w.-]+)", text)))


def _canonical_tensor(text: str, defined: frozenset[str], *, primitives: bool = False) -> str:
    tokens = _canonical_tokens(_DENSE.sub("dense<>", text), defined, primitives=primitives)
    return " ".join(tokens)


def _canonical_cpp(text: str) -> Iterator[str]:
    declared = {name for match in _CPP_DECLARED.finditer(text) for name in match.groups() if name} - _CPP_KEYWORDS
    names: dict[str, str] = {}
    for match in _CPP_TOKEN.finditer(text):
        kind, token = match.lastgroup, match.group()
        if kind == "space":
            continue
        if kind == "word" and (token in declared or token.startswith(("var_", "adj_"))):
            prefix = "adj_" if token.startswith("adj_") else ""
            stem = token.removeprefix("adj_").removeprefix("var_")
            yield prefix + names.setdefault(stem, f"n{len(names)}")
        elif kind == "number":
            yield "#"
        elif kind == "scoped":
            yield re.sub(r"\b(?!wp\b)([A-Za-z_]\w*)\b(?!::)", lambda m: names.get(m[1], m[1]), token)
        else:
            yield token


def _canonical_tokens(text: str, defined: frozenset[str], *, primitives: bool) -> Iterator[str]:
    """Tokens with names replaced; ``primitives`` tells that what follows "= " is none, whatever its spelling."""
    names: dict[str, str] = {}
    before = ""
    for match in _IR_TOKEN.finditer(text):
        kind, token = match.lastgroup, match.group()
        is_primitive = primitives and before.endswith("= ")
        before = (before + token)[-2:]
        if kind == "space":
            continue
        if kind == "symbol" or (kind in ("word", "type") and token in defined and not is_primitive):
            yield names.setdefault(token, f"n{len(names)}")
        elif kind == "number":
            yield "#"
        else:
            yield token
