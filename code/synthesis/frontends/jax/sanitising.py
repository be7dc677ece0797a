"""A search for constructs that JAX never prints, in a jaxpr, StableHLO or HLO that a language model wrote.

An accepted text is run unchanged. Calls of code outside the text are refused, as is every custom call of a function
that the row's own text does not call, because even JAX's own calls run native code that does not check its operands.
Operations of dialects that JAX does not print are also refused; for example, the interpreter's own operations can write
files.
"""

import re
from functools import lru_cache

from synthesis.core.languages import MLIR
from synthesis.frontends.base import Level, Sanitised
from synthesis.frontends.jax.screening import foreign, targets

_STRING = re.compile(r'"(?:\\.|[^"\\])*"')
_DIALECT = re.compile(r"(?<![\w.%@#!$-])\"?([A-Za-z_]\w*)\.[A-Za-z_]")
_DIALECTS = frozenset(["stablehlo", "chlo", "func", "builtin", "mhlo", "jax", "sdy"])
"""The dialects of the operations and attributes that JAX prints."""


def sanitise(level: Level, text: str, own: str) -> Sanitised:
    """Return the text of an answer, and the first construct in it that neither JAX prints nor the row's own text has.

    Args:
        level: the level of the text.
        text: the text of the answer.
        own: the row's text.
    """
    why = foreign(level, text)
    if why is not None:
        return Sanitised(text, why)
    if not text.isascii() and own.isascii():
        return Sanitised(text, "a character that is not ASCII")
    called, dialects = _known(own)
    more = sorted(set(targets(text)) - called)
    if more:
        return Sanitised(text, f"a custom call of {more[0]}")
    if level.language == MLIR:
        strange = sorted(set(_dialects(text)) - _DIALECTS - dialects)
        if strange:
            return Sanitised(text, f"the dialect {strange[0]}")
    return Sanitised(text)


@lru_cache(maxsize=256)
def _known(own: str) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(targets(own)), frozenset(_dialects(own))


def _dialects(text: str) -> list[str]:
    """Return the prefixes of dotted words in a text, outside strings except operations' quoted names."""
    return _DIALECT.findall(_STRING.sub(_quoted_name, text))


def _quoted_name(string: re.Match[str]) -> str:
    return f" {string[0][1:-1]} " if re.fullmatch(r'"\w+(?:\.\w+)+"', string[0]) else '""'
