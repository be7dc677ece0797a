"""Source templates with groups of alternatives: several ways to write the same code, and optional code.

``{a ~ b}`` is one of its alternatives, all equally likely; one may be empty. ``{? a}`` is optional, and ``{?0.7 a}``
has that probability, which is higher in more difficult kernels. ``{? a ~ b}`` is a with this probability, otherwise b.
``{* a ~ b ~ c}`` is one or more of its alternatives, on separate lines in any order. Groups can be nested. An
alternative of several lines is indented like the line of its group.
"""

import re
from collections.abc import Callable
from textwrap import dedent, indent

Shuffle = Callable[[list[str]], list[str]]
"""Returns the given alternatives in random order."""
Chance = Callable[[float], bool]
"""Returns True with approximately the given probability."""

_OPTIONAL = 0.4
"""Probability that an optional alternative is taken, if its group gives none."""
_SEVERAL = 0.45
"""Expected share of the alternatives of a ``*`` group that are chosen. At least one is chosen."""
_INDENT = 4
_WORD = re.compile(r"(and|or|if|else|not)\b")
"""Matches words that need a space before them."""
_PROBABILITY = re.compile(r"\?(\d*\.\d+)?")


def choose(text: str, shuffled: Shuffle, chance: Chance) -> str:
    """Return the source made of a template by choosing in each of its groups.

    Args:
        text: the template.
        shuffled: returns alternatives in random order.
        chance: decides whether an optional alternative is taken.

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
    """Return an alternative as it is inserted at a position of the template."""
    if "\n" not in part:
        part = part.strip(" ")
        return f" {part}" if _WORD.match(part) and text[start - 1 : start].strip() else part
    return _align(part, _margin(text, start))


def _align(part: str, pad: str) -> str:
    """Return the lines of an alternative with the margin ``pad`` before all but the first.

    An alternative that begins on a new line loses its common indentation first. If it begins directly after a brace,
    its other lines keep theirs, unless they are indented too far: they are then moved left as a block.
    """
    first, _, rest = part.rstrip("\n ").partition("\n")
    if not first.strip():
        return indent(dedent(rest), pad).removeprefix(pad)
    lines = rest.split("\n") if rest else []
    least = min((len(each) - len(each.lstrip(" ")) for each in lines), default=0)
    further = max(0, least - len(pad) - (_INDENT if first.rstrip().endswith(":") else 0))
    return "\n".join([first.strip(), *(each[further:] for each in lines)])


def _margin(text: str, start: int) -> str:
    """Return the indentation of the line of a position."""
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
    """Return the parts separated by the group's own ``~``."""
    parts, depth, begin = list[str](), 0, 0
    for place, each in enumerate(text):
        depth += {"{": 1, "}": -1}.get(each, 0)
        if each == "~" and depth == 0:
            parts.append(text[begin:place])
            begin = place + 1
    return [*parts, text[begin:]]
