"""Finds the first difference between two texts that must be equal."""


def first_different_line(text: str, other: str, maker: str) -> str:
    """Return the first difference between two texts, as a message.

    Args:
        text: the text that may be wrong.
        other: the text that it must equal.
        maker: the origin of the other text, as the message names it.
    """
    lines, right = text.splitlines(), other.splitlines()
    for number, (line, expected) in enumerate(zip(lines, right, strict=False), start=1):
        if line != expected:
            return f"line {number} is {_short(line)}, where {maker} gives {_short(expected)}"
    if len(lines) == len(right):
        return f"it differs from what {maker} gives only in the ends of lines"
    return f"it has {len(lines)} lines, where {maker} gives {len(right)}"


def _short(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:59]}…")
