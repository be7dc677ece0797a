"""Finds the lines of a StableHLO text that do not affect its results, so that a change there is not an error."""

import re
from collections import Counter
from collections.abc import Sequence

_DEFINED = re.compile(r"\s*(?P<name>%[\w$.-]+)(?::\d+)? = (?P<rest>.*)")
_NAME = re.compile(r"%[\w$.-]+")
_FUNCTION = re.compile(r"\s*func\.func\b.*?@(?P<name>[\w$.-]+)")
_CALLED = re.compile(r"@([\w$.-]+)")
_KEPT = re.compile(r"custom_call|infeed|outfeed|send|recv|[{(]\s*$")
"""Matches lines that are kept even if nothing uses their results: those with effects, and those that open a region."""


def unused_lines(text: str) -> list[tuple[int, int]]:
    """Return the start and the end of each line that no result depends on, in order.

    These are operations whose results nothing uses, and the lines of functions that nothing calls. A name counts as
    used if it occurs in another line of its function that is used itself.
    """
    functions: dict[str, list[re.Match[str]]] = {"": []}
    name = ""
    for line in re.finditer(r"[^\n]*\n?", text):
        head = _FUNCTION.match(line[0])
        if head is not None:
            name = head["name"]
        functions.setdefault(name, []).append(line)
    live = {name: _live(lines) for name, lines in functions.items()}
    called, waiting = set[str](), [""] + [name for name, lines in functions.items() if _is_public(lines)]
    while waiting:
        name = waiting.pop()
        if name not in called and name in functions:
            called.add(name)
            waiting += [each for line in live[name] for each in _CALLED.findall(line[0])]
    kept = {line.start() for name in called for line in live[name]}
    return sorted(line.span() for lines in functions.values() for line in lines if line.start() not in kept)


def _is_public(lines: Sequence[re.Match[str]]) -> bool:
    return "func.func private" not in lines[0][0] if lines else False


def _live(lines: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    """Return the lines of a function that its results or effects depend on."""
    defined = [_DEFINED.match(line[0]) for line in lines]
    uses = Counter(name for line, each in zip(lines, defined, strict=True) for name in _used(line, each))
    dead = set[int]()
    for number in reversed(range(len(lines))):  # a name is used only below its definition
        each = defined[number]
        if each is not None and not uses[each["name"]] and not _KEPT.search(lines[number][0]):
            dead.add(number)
            uses.subtract(_used(lines[number], each))
    return [line for number, line in enumerate(lines) if number not in dead]


def _used(line: re.Match[str], defined: re.Match[str] | None) -> list[str]:
    return _NAME.findall(line[0] if defined is None else defined["rest"])
