"""Warp's C++ and CUDA text, cleaned: comments out, compiler's names replaced, everything else untouched.

The text is cut into tokens first, so that a string, a character constant or a raw string is never looked into: a
``printf`` format that holds ``//`` or something like a mangled name stays as it is.
"""

import re
from collections.abc import Iterator, Mapping

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

_DIRECTIVE = re.compile(r'\s*#line\s+(?P<line>\d+)(?:\s+"(?P<file>(?:\\.|[^"\\])*)")?')

# Lines that need no tokens: no string, no block comment, nothing that goes on in the next line. Most texts are such.
_PLAIN_LINE = re.compile(
    r"""
    (?P<code> (?!\s*\#) (?:extern[ ]"C"[ ])? [^"'\\/]* (?:/(?![/*])[^"'\\/]*)* ) (?P<comment> // (?:.*[^\\])? )?
  | (?P<directive> \s*\#line[ ] (?P<line>\d+) [ ]"(?P<file>[^"\\]*)" )
    """,
    re.VERBOSE,
)
_NUMBER_OR_WORD = re.compile(r"\.?\d(?:[eEpP][+-]|[\w.])*|[A-Za-z_]\w*")


def tokens(text: str) -> Iterator[tuple[str, str]]:
    """The tokens of C++ text as (kind, text); joined, they are the text again.

    Kinds are ``comment``, ``raw``, ``string``, ``number``, ``word``, ``space``, ``newline`` and ``other``.
    """
    for match in _TOKEN.finditer(text):
        assert match.lastgroup is not None
        yield match.lastgroup, match.group()


def words(text: str) -> set[str]:
    """Every identifier and keyword of a text, those inside strings and comments left out."""
    return {token for kind, token in tokens(text) if kind == "word"}


Origin = tuple[str, int]
"""A file and a line of it."""


def clean(text: str, renames: Mapping[str, str]) -> str:
    """The text without comments, ``#line`` directives and blank lines, its identifiers renamed.

    Args:
        text: C++ or CUDA source.
        renames: identifiers to replace, and by what; ``adj_`` forms are separate entries.
    """
    return "".join(f"{line}\n" for line, _ in clean_lines(text, renames))


def clean_lines(text: str, renames: Mapping[str, str]) -> Iterator[tuple[str, Origin | None]]:
    """The lines of the clean text, each with the place that a ``#line`` directive just before it named."""
    plain = [_PLAIN_LINE.fullmatch(line) for line in text.split("\n")]
    if None in plain:
        yield from clean_tokens(text, renames)
        return
    origin: Origin | None = None
    for match in plain:
        assert match is not None
        if match["directive"]:
            origin = (match["file"], int(match["line"]))
        elif code := match["code"].rstrip():
            yield _NUMBER_OR_WORD.sub(lambda word: renames.get(word[0], word[0]), code) if renames else code, origin
            origin = None


def clean_tokens(text: str, renames: Mapping[str, str]) -> Iterator[tuple[str, Origin | None]]:
    """What ``clean_lines`` gives, token by token: for any text, in four times the time."""
    origin: Origin | None = None
    line: list[str] = []
    for kind, token in tokens(text + "\n"):
        if kind == "newline":
            finished = "".join(line).rstrip()
            directive = _DIRECTIVE.match(finished)
            if directive:
                origin = (directive["file"], int(directive["line"]))
            elif finished:
                yield finished, origin
                origin = None
            line = []
        elif kind == "word":
            line.append(renames.get(token, token))
        elif kind == "comment":
            # A comment separates tokens as a space does; at a line's end the space is stripped again.
            line.append(" " if line and not line[-1].isspace() else "")
        else:
            line.append(token)
