"""Syntax highlighting of languages that Pygments does not know: MLIR, HLO and jaxprs, based on tokens only."""

from pygments.lexer import Lexer, RegexLexer
from pygments.lexers import get_lexer_by_name  # pyright: ignore[reportUnknownVariableType]
from pygments.token import Comment, Keyword, Name, Number, Operator, Punctuation, String, Text

_TYPES = r"\b(?:(?:tensor|memref|vector|complex)\b|(?:[fiusc]|bf|ui|si)\d+\b|index\b|bool\b|pred\b)"


class IrLexer(RegexLexer):
    """Highlights types, names with a sigil, numbers, strings, dotted operations and words after an equals sign."""

    name = "IR"
    aliases = ("ir",)
    tokens = {  # noqa: RUF012 (as Pygments has it)
        "root": [
            (r"\s+", Text),
            (r"//[^\n]*", Comment),
            (r'"(?:\\.|[^"\\])*"', String),
            (r"[%@#!^][\w.$-]+", Name.Variable),
            (_TYPES, Keyword.Type),
            (r"\b(?:module|func\.func|func\.call|return|lambda|let|in|HloModule|ENTRY|ROOT)\b", Keyword),
            (r"\b[a-z_]+\.[a-z_.]+\b", Name.Function),
            (r"(?<== )[a-z][\w-]*", Name.Function),
            (r"-?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?", Number),
            (r"[\w.]+", Name),
            (r"[=:,;()\[\]{}<>]", Punctuation),
            (r".", Operator),
        ]
    }


def lexer_of(name: str) -> Lexer:
    """Return a lexer, given its name: the field ``lexer`` of :class:`synthesis.core.languages.Language`."""
    return IrLexer() if name == "ir" else get_lexer_by_name(name)
