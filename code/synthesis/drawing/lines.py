"""Lines of Python put together to the text of a body."""

import re
from textwrap import dedent, indent


def block(head: str, *lines: str) -> str:
    """A compound statement: its head and the lines inside it."""
    return f"{head}\n{indent(join(*lines), '    ')}"


def join(*lines: str) -> str:
    """Statements one after the other; empty ones are left out."""
    return "\n".join(dedent(each).strip("\n") for each in lines if each)


def chain(*cases: tuple[str, str], otherwise: str = "") -> str:
    """An ``if`` with an ``elif`` for each further pair of a test and its body."""
    heads = ["if", *["elif"] * (len(cases) - 1)]
    parts = [block(f"{head} {test}:", body) for head, (test, body) in zip(heads, cases, strict=True)]
    return join(*parts, block("else:", otherwise) if otherwise else "")


def with_marked(text: str, mark: str, *, kept: bool) -> str:
    """A text with the lines that have a mark, or without them; what opens or closes a group in one stays."""
    lines = (line.replace(mark, "") if kept else _without_marked(line, mark) for line in text.split("\n"))
    return "\n".join(each for each in lines if each is not None)


def _without_marked(line: str, mark: str) -> str | None:
    """What stays of a line without what is behind a mark; None if nothing does."""
    if mark not in line:
        return line
    before, _, rest = line.partition(mark)
    ends = "".join(each for each in rest if each in "{}~") if rest.rstrip().endswith(("}", "~")) else ""
    return before + ends if ends or before.strip() else None


def quote_remarks(text: str) -> str:
    """The lines of a text with comments as templates take them: each a text by itself."""
    lines = (re.sub(r"# .*", lambda remark: repr(remark[0]), each) if each.lstrip().startswith("# ") else each
             for each in text.split("\n"))  # fmt: skip
    return "\n".join(lines)
