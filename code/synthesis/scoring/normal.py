"""Normalises texts: removes white space and comments. Two texts with the same normal form do the same.

Names are kept, except those of MLIR values, so a renamed text is a different text and must be run. Numbers are kept as
written.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from synthesis.core.languages import CPP, CUDA, HLO, JAXPR, MLIR, Language

_FENCE = re.compile(r"\s*(?P<mark>`{3,}|~{3,})[^\n`]*\n(?P<text>.*?)\n?[ \t]*(?P=mark)\s*", re.DOTALL)
_TENSOR_TOKEN = re.compile(r'"(?:\\.|[^"\\])*"|//[^\n]*|->|::|[=<>]=|[%@#!]?[\w$.-]+|\S')
_KEPT = "=:(,"
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
    """Return the content of a Markdown fence around a whole text, or the text itself if it has not exactly one."""
    found = _FENCE.fullmatch(text)
    if found is None or found["mark"] in found["text"]:
        return text
    return found["text"] + "\n"


def normal_lines(text: str) -> str:
    """Return a text without trailing white space on lines, and without empty lines at its start and end."""
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


def normal_form(text: str, language: Language) -> str:
    """Return the tokens of a text in its language, separated by one space."""
    return _FORMS.get(language.name, normal_lines)(text)


def is_same_text(text: str, own: str, language: Language) -> bool:
    """Return whether an answer has the normal form of the row's own text.

    Args:
        text: the answer.
        own: the row's own text, whose normal form is cached.
        language: the language of both.
    """
    return not _differ_at_sight(text, own) and normal_form(text, language) == _known_form(own, language)


def _differ_at_sight(text: str, own: str) -> bool:
    """Return whether two texts without comments differ in the number of some character that normal forms keep.

    Names in MLIR, which its normal form replaces, contain none of these characters. It takes a hundredth of the time.
    """
    return "//" not in text and "//" not in own and any(text.count(each) != own.count(each) for each in _KEPT)


@lru_cache(maxsize=64)
def _known_form(text: str, language: Language) -> str:
    """Return the normal form of a row's own text, cached because each answer to the row needs it."""
    return normal_form(text, language)


def _of_cpp(text: str) -> str:
    """Return the tokens of C++ whose comments are removed.

    If it has preprocessor lines, backslashes or raw strings, where white space matters, only its lines are stripped.
    """
    return normal_lines(text) if "#" in text or "\\" in text or 'R"' in text else " ".join(_CPP_TOKEN.findall(text))


def _of_mlir(text: str) -> str:
    """Return the tokens of an MLIR text, with values numbered in order of appearance.

    A value's name begins with ``%``, which begins nothing else outside of strings, and has no meaning besides identity.
    The numbering maps names one to one, so texts with the same result differ only in them. Symbols (``@``), attributes
    (``#``) and types (``!``) have meanings and are kept.
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
