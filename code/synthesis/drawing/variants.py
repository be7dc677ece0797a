"""Text with choices in it: the several ways in which people write the same, and what they may leave out.

``{a ~ b}`` is one of its parts, each as likely as the others; a part may be empty. ``{? a}`` is there or not, and
``{?0.7 a}`` with that probability, more often in kernels that are to be more difficult; ``{? a ~ b}`` is b else.
``{* a ~ b ~ c}`` is one or more of its parts, one below the other in any order. Groups nest. A part of several lines is
indented as the line that its group stands on.
"""

import re
from collections.abc import Callable
from textwrap import dedent, indent

Shuffle = Callable[[list[str]], list[str]]
"""Several texts in a random order."""
Chance = Callable[[float], bool]
"""True with about a probability."""

_OPTIONAL, _SEVERAL = 0.4, 0.45
_INDENT = 4
_WORD = re.compile(r"(and|or|if|else|not)\b")
"""What stands apart from what is before it."""
_PROBABILITY = re.compile(r"\?(\d*\.\d+)?")


def choose(text: str, shuffled: Shuffle, chance: Chance) -> str:
    """The text with one part of each of its groups.

    Args:
        text: lines of Python with groups.
        shuffled: brings parts into a random order.
        chance: decides on what may be left out.

    Raises:
        ValueError: if a group is not closed.
    """
    while (start := text.find("{")) >= 0:
        end = _closing(text, start)
        inside = text[start + 1 : end]
        if found := _PROBABILITY.match(inside):
            part, *other = _parts(inside[found.end() :])
            chosen = [part] if chance(float(found[1] or _OPTIONAL)) else other
        elif inside.startswith("*"):
            parts = shuffled(_parts(inside[1:]))
            chosen = parts[: max(1, sum(chance(_SEVERAL) for _ in parts))]
        else:
            chosen = shuffled(_parts(inside))[:1]
        below = f"\n{_margin(text, start)}"
        text = text[:start] + below.join(_fit(each, text, start) for each in chosen) + text[end + 1 :]
    return "\n".join(line for line in text.split("\n") if line.strip())


def _fit(part: str, text: str, start: int) -> str:
    """A part as it stands at a place of the text."""
    if "\n" not in part:
        part = part.strip(" ")
        return f" {part}" if _WORD.match(part) and text[start - 1 : start].strip() else part
    return _align(part, _margin(text, start))


def _align(part: str, pad: str) -> str:
    """The lines of a part with a margin before all but the first.

    Where a part begins behind a brace, its other lines stand as they are, or below its own first line.
    """
    first, _, rest = part.rstrip("\n ").partition("\n")
    if not first.strip():
        return indent(dedent(rest), pad).removeprefix(pad)
    lines = rest.split("\n") if rest else []
    least = min((len(each) - len(each.lstrip(" ")) for each in lines), default=0)
    further = max(0, least - len(pad) - (_INDENT if first.rstrip().endswith(":") else 0))
    return "\n".join([first.strip(), *(each[further:] for each in lines)])


def _margin(text: str, start: int) -> str:
    """What the line of a place begins with."""
    line = text[text.rfind("\n", 0, start) + 1 :]
    return line[: len(line) - len(line.lstrip(" "))]


def _closing(text: str, start: int) -> int:
    depth = 0
    for place in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return place
    raise ValueError(f"a group is not closed: {text[start : start + 40]!r}")


def _parts(text: str) -> list[str]:
    """What the group's own ``~`` divide."""
    parts, depth, begin = list[str](), 0, 0
    for place, each in enumerate(text):
        depth += {"{": 1, "}": -1}.get(each, 0)
        if each == "~" and depth == 0:
            parts.append(text[begin:place])
            begin = place + 1
    return [*parts, text[begin:]]
