"""Splits an IR text into lines without the names of values, each with its operations.

Names of values are often numbered, so one more statement changes all later names. Lines are therefore compared without
them. There is a function for each family of languages; ``languages.py`` assigns them.
"""

import re
from dataclasses import dataclass

_NAME = "_"
_MARKED = re.compile(r"[%@#!^][\w.$-]+")
_CPP_NAME = re.compile(r"(?<![\w:])(?:var|adj|label|ret)_\w+(?!\w*\s*\()")
_MACHINE_NAME = re.compile(r"%\w+|\$\w+|(?<![\w.])U?[RP]\d+\b")
_JAXPR_BOUND = re.compile(r"(?<![\w.])([a-z]+|_):(?=[a-zA-Z])")
_JAXPR_WORD = re.compile(r"(?<== )[\w-]+|(?<![\w.=])(?:[a-z]+|_)(?![\w=\[])")
_HLO_BOUND = re.compile(r"(?<![\w.=/-])([\w.-]+) = ")
_HLO_WORD = re.compile(r"(?<![\w.=/-])[A-Za-z_][\w.-]*(?![\w(])|(?<==)[A-Za-z_][\w.-]*(?![\w(])")

_JAXPR_OPERATION = re.compile(r" = ([a-z_][\w-]*)")
_MLIR_OPERATION = re.compile(r"^\s*(?:%[^=]*= )?\"?([a-zA-Z_]\w*(?:\.\w+)+|return|module)")
_HLO_OPERATION = re.compile(r" = (?:\([^()]*\)|\S+) ([\w-]+)\(")
_LLVM_OPERATION = re.compile(
    r"^\s*(?:[%@][\w.$-]* = )?(?:(?:tail|musttail|notail) )?([a-z]\w*)\b(?![\w.]*:)",
)
_CPP_OPERATION = re.compile(
    r"(?<![\w:])(?!(?:if|for|while|switch|return|sizeof|static_cast)\b|\w+_kernel_(?:for|back)ward\()"
    r"(?:wp::)?(\w+)(?:<[^<>();]*>)?\("
)
_PTX_OPERATION = re.compile(r"^\s*(?:@!?%\w* )?([a-z][\w.]*)")
_SASS_OPERATION = re.compile(r"^\s*(?:/\*[0-9a-f]+\*/)?\s*(?:@!?\w+ )?([A-Z][A-Z0-9_.]*)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a text."""

    text: str
    """The line without the names of values and surrounding white space."""
    operations: tuple[str, ...]
    """The operations on the line. A continuation line has those of its statement."""


def lines_of_jaxpr(text: str) -> list[Line]:
    """Return the lines of a printed jaxpr. Its operations are primitives."""
    return _lines(_without_words(text, _JAXPR_BOUND, _JAXPR_WORD), _JAXPR_OPERATION, spans=True)


def lines_of_mlir(text: str) -> list[Line]:
    """Return the lines of an MLIR text."""
    return _lines(_MARKED.sub(_mark, text), _MLIR_OPERATION, spans=True)


def lines_of_hlo(text: str) -> list[Line]:
    """Return the lines of an HLO text."""
    return _lines(_without_words(text, _HLO_BOUND, _HLO_WORD), _HLO_OPERATION, spans=True)


def lines_of_llvm(text: str) -> list[Line]:
    """Return the lines of an LLVM text."""
    return _lines(_MARKED.sub(_mark, text), _LLVM_OPERATION, spans=True)


def lines_of_cpp(text: str) -> list[Line]:
    """Return the lines of a C++ or CUDA text. Its operations are the functions that it calls, without ``wp::``."""
    return _lines(_CPP_NAME.sub(_NAME, text), _CPP_OPERATION)


def lines_of_ptx(text: str) -> list[Line]:
    """Return the lines of a PTX text."""
    return _lines(_MACHINE_NAME.sub(_mark, text), _PTX_OPERATION)


def lines_of_sass(text: str) -> list[Line]:
    """Return the lines of a SASS text."""
    return _lines(_MACHINE_NAME.sub(_mark, text), _SASS_OPERATION)


def _mark(found: re.Match[str]) -> str:
    return found[0][0]


def _without_words(text: str, bound: re.Pattern[str], word: re.Pattern[str]) -> str:
    """Return a text with a placeholder for each name that it binds.

    A word after ``= `` is kept even if it is such a name, because it is an operation there.
    """
    names = frozenset(bound.findall(text))

    def replaced(found: re.Match[str]) -> str:
        is_operation = text[max(0, found.start() - 2) : found.start()] == "= "
        return _NAME if found[0] in names and not is_operation else found[0]

    return word.sub(replaced, text)


def _lines(text: str, operation: re.Pattern[str], *, spans: bool = False) -> list[Line]:
    """Return the non-empty lines.

    Args:
        text: a text without names.
        operation: a pattern that matches the operations of a line.
        spans: whether a line without an operation continues the statement before it.
    """
    found: list[Line] = []
    current: tuple[str, ...] = ()
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped:
            continue
        operations = tuple(operation.findall(line))
        if operations or not spans:
            current = operations
        found.append(Line(stripped, current))
    return found
