"""Cleaning of Warp's C++ and CUDA texts, which removes comments, renames identifiers, and changes nothing else.

The text is first split into tokens, so that the contents of strings, character constants and raw strings never change:
a ``printf`` format with ``//`` or something like a mangled name stays as it is.
"""

import functools
import re
from collections.abc import Mapping
from typing import cast

_TOKEN = re.compile(
    r"""
    (?P<comment> //(?:\\\n|[^\n])* | /\*.*?\*/ )
  | (?P<raw> (?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)" )
  | (?P<string> (?:u8|[uUL])?"(?:\\.|[^"\\\n])*" | (?:u8|[uUL])?'(?:\\.|[^'\\\n])+' )
  | (?P<number> \.?\d(?:[eEpP][+-]|'(?=\w)|[\w.])* )
  | (?P<word> [A-Za-z_]\w* )
  | (?P<space> [ \t\r\f\v]+ )
  | (?P<newline> \n )
  | (?P<other> . )
    """,
    re.VERBOSE | re.DOTALL,
)
_TOKEN_AT_ONCE = re.compile(
    r"""
    [A-Za-z_]\w*(?![\w"'])
  | [ \t\r\f\v]+
  | \n
  | //(?:\\\n|[^\n])* | /\*.*?\*/
  | (?:u8|[uUL])?"(?:\\.|[^"\\\n])*" | (?:u8|[uUL])?'(?:\\.|[^'\\\n])+'
  | \.?\d(?:[eEpP][+-]|'(?=\w)|[\w.])*
  | [A-Za-z_]\w*
  | .
    """,
    re.VERBOSE | re.DOTALL,
)
"""Matches the tokens of a text without raw strings faster than ``_TOKEN``, with the most frequent kinds first."""
_SHORT = 64
"""Maximum length of a token whose kind is cached."""

_DIRECTIVE = re.compile(r'\s*#line\s+(?P<line>\d+)(?:\s+"(?P<file>(?:\\.|[^"\\])*)")?')

_PLAIN_DIRECTIVE = re.compile(r'\s*#line (?P<line>\d+) "(?P<file>[^"\\]*)"')
_EXTERN = 'extern "C" '
_NEEDS_TOKENS = re.compile(r"[\"'\\]|/\*")
"""Matches constructs that require splitting a line, outside its comment, into tokens."""
_CONTINUATION = re.compile(r'/\*|R"|\\')
"""Matches constructs that may make a line depend on the line before it."""
_NUMBER_OR_WORD = re.compile(r"\.?\d(?:[eEpP][+-]|[\w.])*|[A-Za-z_]\w*")


def tokens(text: str) -> list[tuple[str, str]]:
    """Return the tokens of C++ text as (kind, text); joined, they are the text again.

    Kinds are ``comment``, ``raw``, ``string``, ``number``, ``word``, ``space``, ``newline`` and ``other``.
    """
    if 'R"' in text:
        return [(match.lastgroup or "", match[0]) for match in _TOKEN.finditer(text)]
    return [_known(token) if len(token) <= _SHORT else _with_kind(token) for token in _TOKEN_AT_ONCE.findall(text)]


def _with_kind(token: str) -> tuple[str, str]:
    match = _TOKEN.fullmatch(token)
    assert match is not None
    assert match.lastgroup is not None
    return match.lastgroup, token


_known = functools.lru_cache(maxsize=4096)(_with_kind)  # most tokens recur


def words(text: str) -> set[str]:
    """Return every identifier and keyword of a text, except those inside strings and comments."""
    return {token for kind, token in tokens(text) if kind == "word"}


def has_word(text: str, word: str) -> bool:
    """Return whether ``words`` contains a word. A text without the word, even in comments, is not split into tokens."""
    pattern = re.compile(rf"\b{word}\b")
    if not pattern.search(text):
        return False
    lines = (_plain_line(line) for line in text.split("\n") if word in line)
    return (
        _CONTINUATION.search(text) is not None
        or any(plain is None or plain[1] is not None or pattern.search(plain[0]) for plain in lines)
    ) and word in words(text)


Origin = tuple[str, int]
"""A file and a line of it."""


Lines = tuple[list[str], list[Origin | None]]
"""The lines of a text without comments, and for each the origin in a ``#line`` directive just before it, or None."""


def clean(text: str, renames: Mapping[str, str]) -> str:
    """Return the text without comments, ``#line`` directives and blank lines, with identifiers renamed.

    Args:
        text: C++ or CUDA source.
        renames: maps identifiers to their replacements; ``adj_`` forms are separate entries.
    """
    return "".join(f"{line}\n" for line in clean_lines(text, renames)[0])


def clean_lines(text: str, renames: Mapping[str, str]) -> Lines:
    """Return the lines that ``clean`` keeps, and the origins in the directives before them."""
    plain = list(map(_plain_line, text.split("\n")))
    if None in plain:
        return clean_tokens(text, renames)
    found: list[str] = []
    origins: list[Origin | None] = []
    origin: Origin | None = None
    for code, named in cast("list[tuple[str, Origin | None]]", plain):
        if code:
            found.append(code)
            origins.append(origin)
            origin = None
        elif named is not None:
            origin = named
    if renames:
        found = [_NUMBER_OR_WORD.sub(lambda word: renames.get(word[0], word[0]), code) for code in found]
    return found, origins


@functools.lru_cache(maxsize=4096)  # a kernel's texts have most of their lines in common
def _plain_line(line: str) -> tuple[str, Origin | None] | None:
    """Return a line's code, or the origin in its directive; None if the line must be split into tokens.

    Most lines have no string and no block comment, and do not continue on the next line.
    """
    if "#" in line and line.lstrip().startswith("#"):
        directive = _PLAIN_DIRECTIVE.fullmatch(line)
        return None if directive is None else ("", (directive[2], int(directive[1])))
    code, _, comment = line.partition("//")
    may_need = '"' in code or "'" in code or "\\" in code or "/*" in code  # few lines have one of these
    if may_need and _NEEDS_TOKENS.search(code.removeprefix(_EXTERN)):
        return None
    return None if comment.endswith("\\") else (code.rstrip(), None)


def clean_tokens(text: str, renames: Mapping[str, str]) -> Lines:
    """Return the same as ``clean_lines`` for any text, token by token, which takes four times as long."""
    found: list[str] = []
    origins: list[Origin | None] = []
    origin: Origin | None = None
    line: list[str] = []
    for kind, token in tokens(text + "\n"):
        if kind == "newline":
            finished = "".join(line).rstrip()
            directive = _DIRECTIVE.match(finished)
            if directive:
                origin = (directive["file"], int(directive["line"]))
            elif finished:
                found.append(finished)
                origins.append(origin)
                origin = None
            line = []
        elif kind == "word":
            line.append(renames.get(token, token))
        elif kind == "comment":
            # A comment separates tokens like a space; at the end of a line the space is stripped.
            line.append(" " if line and not line[-1].isspace() else "")
        else:
            line.append(token)
    return found, origins
