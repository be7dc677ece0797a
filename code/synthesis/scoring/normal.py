"""A text without what its tool reads past: white space and comments. Two texts of one normal form are one program.

Names stay, but for those of MLIR's values: a renamed text is another text, which is run. Numbers stay as they are
written.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from synthesis.core.languages import CPP, CUDA, HLO, JAXPR, MLIR, Language

_FENCE = re.compile(r"\s*(?P<mark>`{3,}|~{3,})[^\n`]*\n(?P<text>.*?)\n?[ \t]*(?P=mark)\s*", re.DOTALL)
_TENSOR_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|->|::|[=<>]=|[%@#!]?[\w$.-]+|\S')
_CPP_TOKEN = re.compile(
    r"""
    "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])+'
  | \.?\d(?:[eEpP][+-]|[\w.])*
  | [A-Za-z_]\w*
  | [+\-*/%&|^!=<>:]+
  | \S
    """,
    re.VERBOSE,
)


def unfenced(text: str) -> str:
    """What one Markdown fence around a whole text encloses; the text itself if it has none, or several."""
    found = _FENCE.fullmatch(text)
    if found is None or found["mark"] in found["text"]:
        return text
    return found["text"] + "\n"


def normal_lines(text: str) -> str:
    """A text without white space at the ends of lines, and without empty lines at either end."""
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def normal_form(text: str, language: Language) -> str:
    """A text as its language reads it: its tokens, with one space between each two."""
    return _FORMS.get(language.name, normal_lines)(text)


@lru_cache(maxsize=64)
def known_form(text: str, language: Language) -> str:
    """The same of a row's own text, which is asked for with each answer to the row."""
    return normal_form(text, language)


def _of_cpp(text: str) -> str:
    """C++ of which the preprocessor has nothing to say, and whose comments are gone."""
    return normal_lines(text) if "#" in text or "\\" in text or 'R"' in text else " ".join(_CPP_TOKEN.findall(text))


def _of_mlir(text: str) -> str:
    """MLIR's tokens, values numbered as they come.

    A value's name begins with ``%``, which begins nothing else outside of strings, and means nothing but itself: the
    numbering maps names one to one, wherever they stand, so two texts that it makes the same differ in them alone.
    Symbols (``@``), attributes (``#``) and types (``!``) have meanings and stay.
    """
    found = _tensor_tokens(text)
    names = {name: f"%{number}" for number, name in enumerate(dict.fromkeys(each for each in found if each[0] == "%"))}
    return " ".join([names.get(each, each) for each in found])


def _of_tensors(text: str) -> str:
    return " ".join(_tensor_tokens(text))


def _tensor_tokens(text: str) -> list[str]:
    found = _TENSOR_TOKEN.findall(text)
    return [each for each in found if not each.startswith("//")] if "//" in text else found


_FORMS: dict[str, Callable[[str], str]] = {
    CPP.name: _of_cpp,
    CUDA.name: _of_cpp,
    MLIR.name: _of_mlir,
    HLO.name: _of_tensors,
    JAXPR.name: _of_tensors,
}
