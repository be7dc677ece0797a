"""The languages that IR texts are in: one record each, with all that depends on the language alone."""

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
    """A language of IR texts. A front end may bring one of its own along, as a record of this kind."""

    name: str
    """What docs and errors call it."""
    suffix: str
    """Of a file that holds a text, without the dot."""
    lexer: str = "text"
    """The name of the Pygments lexer that colours it; ``ir`` for our own, where Pygments has none."""
    canonical: Callable[[str], str] = canonical_text
    """A text with canonical identifiers and without numbers: what two texts of one structure share."""
    renamed: Callable[[str], str] = str.strip
    """A text with canonical identifiers, numbers and all: what two texts of one program share."""
    sizeless: Callable[[str], str] | None = None
    """A text without the sizes of its arrays: what two texts of one program at two sizes share; None if nothing tells
    that."""
    lines: Callable[[str], list[Line]] | None = None
    """A text's lines without the names of values, each with its operations; None if nothing tells them."""


CPP = Language(name="C++", suffix="cpp", lexer="cpp", canonical=canonical_cpp, renamed=renamed_cpp, lines=lines_of_cpp)
CUDA = Language(
    name="CUDA", suffix="cu", lexer="cuda", canonical=canonical_cpp, renamed=renamed_cpp, lines=lines_of_cpp
)
PTX = Language(name="PTX", suffix="ptx", lexer="ptx", canonical=canonical_cpp, renamed=renamed_cpp, lines=lines_of_ptx)
SASS = Language(
    name="SASS", suffix="sass", lexer="nasm", canonical=canonical_cpp, renamed=renamed_cpp, lines=lines_of_sass
)
JAXPR = Language(
    name="jaxpr",
    suffix="jaxpr",
    lexer="ir",
    canonical=canonical_jaxpr,
    renamed=renamed_jaxpr,
    sizeless=sizeless_jaxpr,
    lines=lines_of_jaxpr,
)
MLIR = Language(
    name="MLIR",
    suffix="mlir",
    lexer="ir",
    canonical=canonical_mlir,
    renamed=renamed_mlir,
    sizeless=sizeless_mlir,
    lines=lines_of_mlir,
)
HLO = Language(
    name="HLO",
    suffix="hlo",
    lexer="ir",
    canonical=canonical_hlo,
    renamed=renamed_hlo,
    sizeless=sizeless_hlo,
    lines=lines_of_hlo,
)
LLVM = Language(
    name="LLVM IR", suffix="ll", lexer="llvm", canonical=canonical_mlir, renamed=renamed_mlir, lines=lines_of_llvm
)


def ir_structure_hash(text: str, language: Language) -> str:
    """The hash of an IR text's structure."""
    return hash_text(language.canonical(text))


def renamed_ir_hash(text: str, language: Language) -> str:
    """The hash of an IR text's renamed form, which two texts of one program share whatever their names."""
    return hash_text(language.renamed(text))
