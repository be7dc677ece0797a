"""A model's C++ or CUDA in the form in which it may be run: comments out, and its names nobody else's.

A stored text is what Warp printed, and its bytes say so. A model's text may be right and written otherwise: with names
and operators of its own. So each name that Warp does not write, and that the row's text has not, gets a mark before it
wherever it stands. What it means is then in the text itself, or the compiler says that it means nothing: it cannot be
a function or a variable of anybody's library. What is left that Warp never prints is refused.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from synthesis.frontends.base import Level, Tamed
from synthesis.frontends.warp.screening import FRAME, is_warps, own_names, strange
from synthesis.frontends.warp.texts import clean, tokens, words
from synthesis.languages import CPP, CUDA

MARK = "var_own_"
"""What a name that is the text's own begins with; Warp's variables begin with ``var_`` too, and go on otherwise."""
_OPERATORS = {f"the character {mark!r}" for mark in "/%?^~"}
"""What Warp has functions for, and C++ operators, which do no more."""
_OTHER_SPELLING = re.compile(r"%:|<%|%>|<:|:>|\?\?|\\\n|#")
"""What C++ reads as another character, or hands to its preprocessor."""
_LONE_WORDS = frozenset(["auto", "do"])
_MEMBER_MARKS = frozenset([".", "->", "::"])
_KEPT_FOR_ALL = frozenset(["wp", "template", "operator", "goto", "extern", "typename"])


def tame(level: Level, text: str, own: str) -> Tamed:
    """A text of a model's, and what in it Warp never prints and the row's own text has not.

    Args:
        level: what it is said to be.
        text: the model's.
        own: the row's.
    """
    if level.language not in (CPP, CUDA):
        return Tamed(text)
    text = clean(text, {})
    known = _known(level, own)
    other = _OTHER_SPELLING.search(_without_strings(text))
    if other is not None and other[0] not in own:
        return Tamed(text, f"the characters {other[0]!r}")
    if not text.isascii() and own.isascii():
        return Tamed(text, "a character that is not ASCII")
    if _count_of("extern", text) > _count_of("extern", own):
        return Tamed(text, "an extern declaration beside the kernel's own")
    marked = _marked(text, words(own))
    found = (each for each in strange(level, marked) if not _is_harmless(each) and each not in known)
    return Tamed(marked, next(found, None))


@lru_cache(maxsize=256)
def _known(level: Level, own: str) -> frozenset[str]:
    return frozenset(strange(level, own))


def _is_harmless(found: str) -> bool:
    """Whether something strange is no more than another way to write, or a name of the text's own."""
    if found == FRAME or found in _OPERATORS or found.startswith(f"a call of {MARK}"):
        return True
    return found.removeprefix("the name ") in _LONE_WORDS


def _count_of(word: str, text: str) -> int:
    return sum(kind == "word" and each == word for kind, each in tokens(text))


def _without_strings(text: str) -> str:
    return "".join('""' if kind in ("string", "raw") else token for kind, token in tokens(text))


def _marked(text: str, given: set[str]) -> str:
    """A text whose names that nobody gave it have a mark.

    Args:
        text: without comments.
        given: the words of the row's own text.
    """
    parts = list(tokens(text))
    own = own_names(text)
    functions = _functions(parts)
    kept = given | _LONE_WORDS | _KEPT_FOR_ALL

    def is_kept(word: str, after: str) -> bool:
        if word in kept or is_warps(word):
            return True
        return word in functions if after == "(" else word in own

    return "".join(_with_marks(parts, is_kept))


def _with_marks(parts: Sequence[tuple[str, str]], is_kept: Callable[[str, str], bool]) -> Iterator[str]:
    solid = [number for number, (kind, _) in enumerate(parts) if kind not in ("space", "newline")]
    place = {number: at for at, number in enumerate(solid)}
    for number, (kind, token) in enumerate(parts):
        if kind != "word":
            yield token
            continue
        at = place[number]
        before = "".join(parts[each][1] for each in solid[max(0, at - 2) : at])
        after = parts[solid[at + 1]][1] if at + 1 < len(solid) else ""
        member = any(before.endswith(mark) for mark in _MEMBER_MARKS)
        yield token if member or is_kept(token, after) else f"{MARK}{token}"


def _functions(parts: Sequence[tuple[str, str]]) -> set[str]:
    """The names that stand before the parenthesis of a head outside of all braces, and the structs."""
    found: set[str] = set()
    depth, before = 0, ("", "")
    for kind, word in parts:
        if kind in ("space", "newline"):
            continue
        if kind == "other":
            depth += {"{": 1, "}": -1}.get(word, 0)
        if depth == 0 and before[0] == "word" and (word == "(" or before[1] == "struct"):
            found.add(before[1] if word == "(" else word)
        before = kind, word
    return found
