"""Conversion of C++ or CUDA that a language model wrote to a form that may be run.

The form has no comments, and the text's own names have a prefix.

A stored text must have the bytes that Warp prints. An answer may be correct with other names and operators. So
each name that neither Warp nor the row's text uses gets a prefix wherever it occurs. The name is then defined in the
text itself, or the compiler reports that it is undefined; it cannot refer to a function or variable of a library. Any
other construct that Warp never prints is refused.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

from synthesis.core.languages import CPP, CUDA
from synthesis.frontends.base import Level, Sanitised
from synthesis.frontends.warp.screening import (
    BLANK,
    BROKEN,
    FRAME,
    foreign_constructs,
    foreign_constructs_of,
    is_printed_by_warp,
    own_names,
)
from synthesis.frontends.warp.texts import clean, tokens

MARK = "var_own_"
"""The prefix of the text's own names. Warp's variables begin with ``var_``, too, but continue differently."""
_OPERATORS = {f"the character {mark!r}" for mark in "/%?^~"}
"""Foreign constructs that are harmless: C++ operators in place of which Warp prints equivalent functions."""
_OTHER_SPELLING = re.compile(r"%:|<%|%>|<:|:>|\?\?|\\\n|#")
"""Matches digraphs, trigraphs, line continuations and the ``#`` of preprocessor lines."""
_LONE_WORDS = frozenset(["auto", "do"])
_MEMBER_MARKS = (".", "->", "::")
_KEPT_FOR_ALL = _LONE_WORDS | {"sizeof", "wp", "template", "operator", "goto", "extern", "typename"}
_FIELDS = re.compile(r"\bstruct\s+wp_args_\w+\s*\{(?P<all>[^{}]*)\}")
_PARAMETERS = re.compile(r"_cuda_kernel_(?:forward|backward)\s*\((?P<all>[^()]*)\)")
_NOT_IN_ANGLES = re.compile(r",(?![^<>]*>)")
_TYPE = re.compile(r"(?P<type>.*[\s>*&])\w+", re.DOTALL)
_ALIAS = re.compile(r"(?<![\w:])(?:float|double|int)\b")
_Token = tuple[str, str]
_EXTERN = ("word", "extern")


def sanitise(level: Level, text: str, own: str) -> Sanitised:
    """Return an answer's text with its names prefixed, and the first construct that Warp and the row's text lack.

    Args:
        level: the level of the text.
        text: the text of the answer.
        own: the row's text.
    """
    if level.language not in (CPP, CUDA):
        return Sanitised(text)
    given = _known(level, own)
    text = clean(text, {})
    parts = tokens(text)
    other = _other_spelling(text, parts)
    if other is not None and other not in own:
        return Sanitised(text, f"the characters {other!r}")
    if not text.isascii() and own.isascii():
        return Sanitised(text, "a character that is not ASCII")
    if parts.count(_EXTERN) > given.externs:
        return Sanitised(text, "an extern declaration beside the kernel's own")
    marked = _marked(parts, given.words)
    text = "".join([token for _, token in marked])
    found = [
        each
        for each in foreign_constructs_of(level, text, marked)
        if not _is_harmless(each) and each not in given.foreign_constructs
    ]
    return Sanitised(
        text,
        foreign=found[0] if found else None,
        other=_other_arguments(level, text, given.arguments),
        broken=next((f"it has {each}" for each in found if each in BROKEN), None),
    )


def _other_spelling(text: str, parts: Sequence[_Token]) -> str | None:
    """Return the first match of ``_OTHER_SPELLING`` outside strings, such as a digraph; None if there is none."""
    if _OTHER_SPELLING.search(text) is None:
        return None
    found = _OTHER_SPELLING.search("".join(['""' if kind in ("string", "raw") else token for kind, token in parts]))
    return None if found is None else found[0]


@dataclass(frozen=True, slots=True)
class _Given:
    """The constructs of a row's own text that an answer may also contain, and the types of its arguments."""

    words: frozenset[str]
    foreign_constructs: frozenset[str]
    externs: int
    arguments: tuple[str, ...] | None


@lru_cache(maxsize=256)
def _known(level: Level, own: str) -> _Given:
    parts = tokens(own)
    found = frozenset(token for kind, token in parts if kind == "word")
    return _Given(found, frozenset(foreign_constructs(level, own)), parts.count(_EXTERN), _arguments(level, own))


def _other_arguments(level: Level, text: str, expected: tuple[str, ...] | None) -> str | None:
    """Return how the arguments of an answer's text differ from those of the row's text; None if they do not.

    A text with other arguments would misread the values that it gets.
    """
    given = _arguments(level, text)
    if expected is None or given == expected:
        return None
    if given is None or len(given) != len(expected):
        return f"it takes {0 if given is None else len(given)} arguments, not {len(expected)}"
    number, (one, other) = next(
        (n, pair) for n, pair in enumerate(zip(given, expected, strict=True)) if pair[0] != pair[1]
    )
    return f"its argument {number + 1} is of the type {one}, not {other}"


def _arguments(level: Level, text: str) -> tuple[str, ...] | None:
    """Return the types of the arguments of a text's kernel, in order; None if they are not found."""
    found = _FIELDS.search(text) if level.language == CPP else _PARAMETERS.search(text)
    if found is None:
        return None
    fields = _NOT_IN_ANGLES.split(found["all"]) if level.language == CUDA else found["all"].split(";")
    types = [_TYPE.fullmatch(each.strip()) for each in fields if each.strip()]
    return tuple("" if each is None else _ALIAS.sub(_long_name, "".join(each["type"].split())) for each in types)


def _long_name(short: re.Match[str]) -> str:
    return {"float": "wp::float32", "double": "wp::float64", "int": "wp::int32"}[short[0]]


def _is_harmless(found: str) -> bool:
    """Return whether a foreign construct is only a different spelling, or a name that the text defines."""
    if found == FRAME or found in _OPERATORS or found.startswith(f"a call of {MARK}"):
        return True
    return found.removeprefix("the name ") in _LONE_WORDS


def _marked(parts: Sequence[_Token], given: Collection[str]) -> Sequence[_Token]:
    """Return a text's tokens, with a prefix before names that are not given.

    Args:
        parts: the tokens of a text without comments.
        given: the words of the row's own text.
    """
    words = {token for kind, token in parts if kind == "word"}.difference(given, _KEPT_FOR_ALL)
    unknown = {word for word in words if not is_printed_by_warp(word)}
    if not unknown:
        return parts
    own, functions = own_names(parts), _functions(parts)
    found = list(parts)
    solid = [number for number, (kind, _) in enumerate(parts) if kind not in BLANK]
    for place, number in enumerate(solid):
        kind, word = parts[number]
        if word not in unknown or kind != "word":
            continue
        before = "".join(parts[each][1] for each in solid[max(0, place - 2) : place])
        after = parts[solid[place + 1]][1] if place + 1 < len(solid) else ""
        is_kept = word in functions if after == "(" else word in own
        if not (is_kept or before.endswith(_MEMBER_MARKS)):
            found[number] = kind, f"{MARK}{word}"
    return found


def _functions(parts: Sequence[_Token]) -> set[str]:
    """Return the names of a text's own functions and structs, found in the heads outside all braces."""
    found: set[str] = set()
    depth, before = 0, ("", "")
    for part in parts:
        kind, word = part
        if kind in BLANK:
            continue
        if kind == "other" and word in "{}":
            depth += 1 if word == "{" else -1
        elif depth == 0 and before[0] == "word" and (word == "(" or before[1] == "struct"):
            found.add(before[1] if word == "(" else word)
        before = part
    return found
