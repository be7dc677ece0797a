"""A model's jaxpr, StableHLO or HLO: what in it JAX never prints.

It is run as it is. What leads out of the program is refused, and so is every custom call whose function the row's own
text does not call: JAX's own call native code, which takes its operands on trust. So are operations of dialects that
JAX does not print, such as those of the interpreter itself, which can write files.
"""

import re
from functools import lru_cache

from synthesis.core.languages import MLIR
from synthesis.frontends.base import Level, Tamed
from synthesis.frontends.jax.screening import foreign, targets

_STRING = re.compile(r'"(?:\\.|[^"\\])*"')
_DIALECT = re.compile(r"(?<![\w.%@#!$-])\"?([A-Za-z_]\w*)\.[A-Za-z_]")
_DIALECTS = frozenset(["stablehlo", "chlo", "func", "builtin", "mhlo", "jax", "sdy"])
"""Those of operations and attributes that JAX prints."""


def tame(level: Level, text: str, own: str) -> Tamed:
    """A text of a model's, and what in it JAX never prints and the row's own text has not.

    Args:
        level: what it is said to be.
        text: the model's.
        own: the row's.
    """
    why = foreign(level, text)
    if why is not None:
        return Tamed(text, why)
    if not text.isascii() and own.isascii():
        return Tamed(text, "a character that is not ASCII")
    called, dialects = _known(own)
    more = sorted(set(targets(text)) - called)
    if more:
        return Tamed(text, f"a custom call of {more[0]}")
    if level.language == MLIR:
        strange = sorted(set(_dialects(text)) - _DIALECTS - dialects)
        if strange:
            return Tamed(text, f"the dialect {strange[0]}")
    return Tamed(text)


@lru_cache(maxsize=256)
def _known(own: str) -> tuple[frozenset[str], frozenset[str]]:
    return frozenset(targets(own)), frozenset(_dialects(own))


def _dialects(text: str) -> list[str]:
    """What stands before a dot at the beginning of a word, outside of strings but for operations' quoted names."""
    return _DIALECT.findall(_STRING.sub(_quoted_name, text))


def _quoted_name(string: re.Match[str]) -> str:
    return f" {string[0][1:-1]} " if re.fullmatch(r'"\w+(?:\.\w+)+"', string[0]) else '""'
