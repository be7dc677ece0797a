"""The languages of IR texts, one record each, with everything that depends only on the language."""

from collections.abc import Callable
from dataclasses import dataclass

from synthesis.core.identity.hashing import hash_text
from synthesis.core.identity.ir import (
    canonical_cpp,
    canonical_hlo,
    canonical_jaxpr,
    canonical_mlir,
    canonical_text,
    renamed_cpp,
    renamed_hlo,
    renamed_jaxpr,
    renamed_mlir,
)
from synthesis.core.identity.sizes import sizeless_hlo, sizeless_jaxpr, sizeless_mlir
from synthesis.core.identity.statements import (
    Line,
    lines_of_cpp,
    lines_of_hlo,
    lines_of_jaxpr,
    lines_of_llvm,
    lines_of_mlir,
    lines_of_ptx,
    lines_of_sass,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language of IR texts. A front end may define its own."""

    name: str
    """The language's name in documentation and error messages."""
    suffix: str
    """The suffix of files in this language, without the dot."""
    fence: str = ""
    """The language's name after a fence in Markdown; empty if no highlighter knows the language."""
    lexer: str = "text"
    """The name of its Pygments lexer for highlighting; ``ir`` for our own lexer if Pygments has none."""
    canonical: Callable[[str], str] = canonical_text
    """Returns a text with canonical identifiers and without numbers, which is the same for texts of one structure."""
    renamed: Callable[[str], str] = str.strip
    """Returns a text with canonical identifiers and its numbers, the same for texts that differ only in names."""
    sizeless: Callable[[str], str] | None = None
    """Returns a text without array sizes, the same for texts of one kernel at several sizes; None if unavailable."""
    lines: Callable[[str], list[Line]] | None = None
    """Returns a text's lines without the names of values, each with its operations; None if unavailable."""


CPP = Language(
    name="C++", suffix="cpp", fence="cpp", lexer="cpp", canonical=canonical_cpp, renamed=renamed_cpp, lines=lines_of_cpp
)
CUDA = Language(
    name="CUDA",
    suffix="cu",
    fence="cuda",
    lexer="cuda",
    canonical=canonical_cpp,
    renamed=renamed_cpp,
    lines=lines_of_cpp,
)
PTX = Language(
    name="PTX", suffix="ptx", fence="ptx", lexer="ptx", canonical=canonical_cpp, renamed=renamed_cpp, lines=lines_of_ptx
)
SASS = Language(
    name="SASS",
    suffix="sass",
    fence="sass",
    lexer="nasm",
    canonical=canonical_cpp,
    renamed=renamed_cpp,
    lines=lines_of_sass,
)
AMDGCN = Language(name="AMDGCN", suffix="s", fence="asm", lexer="gas", canonical=canonical_cpp, renamed=renamed_cpp)
JAXPR = Language(
    name="jaxpr",
    suffix="jaxpr",
    fence="jaxpr",
    lexer="ir",
    canonical=canonical_jaxpr,
    renamed=renamed_jaxpr,
    sizeless=sizeless_jaxpr,
    lines=lines_of_jaxpr,
)
MLIR = Language(
    name="MLIR",
    suffix="mlir",
    fence="mlir",
    lexer="ir",
    canonical=canonical_mlir,
    renamed=renamed_mlir,
    sizeless=sizeless_mlir,
    lines=lines_of_mlir,
)
HLO = Language(
    name="HLO",
    suffix="hlo",
    fence="hlo",
    lexer="ir",
    canonical=canonical_hlo,
    renamed=renamed_hlo,
    sizeless=sizeless_hlo,
    lines=lines_of_hlo,
)
LLVM = Language(
    name="LLVM IR",
    suffix="ll",
    fence="llvm",
    lexer="llvm",
    canonical=canonical_mlir,
    renamed=renamed_mlir,
    lines=lines_of_llvm,
)


def ir_structure_hash(text: str, language: Language) -> str:
    """Return the hash of an IR text's structure."""
    return hash_text(language.canonical(text))


def renamed_ir_hash(text: str, language: Language) -> str:
    """Return the hash of an IR text's renamed form, which is the same for texts that differ only in names."""
    return hash_text(language.renamed(text))
