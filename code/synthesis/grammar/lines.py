"""Lines of Python put together to the text of a body."""

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
