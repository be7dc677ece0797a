"""Assembles lines of Python into a template of a body."""

import re
from textwrap import dedent, indent


def block(head: str, *lines: str) -> str:
    """Return a compound statement from its head and the lines inside it."""
    return f"{head}\n{indent(join(*lines), '    ')}"


def join(*lines: str) -> str:
    """Return statements in sequence, without empty ones."""
    return "\n".join(dedent(each).strip("\n") for each in lines if each)


def chain(*cases: tuple[str, str], otherwise: str = "") -> str:
    """Return an ``if`` statement with an ``elif`` for each further pair of test and body."""
    heads = ["if", *["elif"] * (len(cases) - 1)]
    parts = [block(f"{head} {test}:", body) for head, (test, body) in zip(heads, cases, strict=True)]
    return join(*parts, block("else:", otherwise) if otherwise else "")


def with_marked(text: str, mark: str, *, kept: bool) -> str:
    """Return a template with groups (see ``variants``) with marked lines kept or removed.

    If ``kept``, only the marks are removed. Otherwise the rest of the line after a mark is removed as well, except for
    braces and separators of groups at its end. A line that would be empty is removed.
    """
    lines = (line.replace(mark, "") if kept else _without_marked(line, mark) for line in text.split("\n"))
    return "\n".join(each for each in lines if each is not None)


def _without_marked(line: str, mark: str) -> str | None:
    """Return a line without a mark and the text after it, except braces and separators; None if nothing is left."""
    if mark not in line:
        return line
    before, _, rest = line.partition(mark)
    ends = "".join(each for each in rest if each in "{}~") if rest.rstrip().endswith(("}", "~")) else ""
    return before + ends if ends or before.strip() else None


def quote_remarks(text: str) -> str:
    """Return a template with comment lines turned into string statements, as templates require."""
    lines = (re.sub(r"# .*", lambda remark: repr(remark[0]), each) if each.lstrip().startswith("# ") else each
             for each in text.split("\n"))  # fmt: skip
    return "\n".join(lines)


def with_parts(text: str, **parts: str) -> str:
    """Return a template with placeholders replaced by other templates, each indented like its placeholder.

    Args:
        text: the template. Its lines have a margin of four spaces. A placeholder is a line with only a name in
            capitals, which may be followed by braces that close groups.
        parts: the template for each placeholder, by its name in small letters. Their margin is also four spaces.
    """
    lines = list[str]()
    for line in text.split("\n"):
        name = line.strip().rstrip("}").lower()
        if name in parts:
            pad, end = line[: len(line) - len(line.lstrip())], "}" * line.count("}")
            lines.append(pad + _deeper(parts[name], len(pad) - 4).lstrip() + end)
        else:
            lines.append(line)
    return "\n".join(lines)


def _deeper(text: str, by: int) -> str:
    """Return a template with more indentation."""
    return text.strip("\n").replace("\n    ", "\n" + " " * (4 + by))
