"""Lines of PTX and of nvdisasm's output without line marks, each with the source line from which it was made."""

import re
from collections.abc import Iterator

from synthesis.frontends.linemap import Where

_SECTION = re.compile(r"^\t?\.section\s+(\S+?),", re.MULTILINE)
_FILE = re.compile(r'^\t\.file\t(\d+) "(.*)"$', re.MULTILINE)
_LOC = re.compile(r"\t\.loc\t(\d+ \d+ \d+)(?:, function_name \S+, inlined_at (\d+ \d+ \d+))?\s*(?://.*)?")
_PTX_DEBUG = re.compile(r"^\t(?:\.file\t.*\n|\.section\t\.debug_\w+\s*\{[^{}]*\}\n?)", re.MULTILINE)
_PTX_MARK = re.compile(r"^\$L__(?:tmp|func_begin|func_end)\d+:$")
_SASS_MARK = re.compile(r'\t//## File "(.*?)", line (\d+)')


def ptx_lines(text: str, where: Where) -> Iterator[tuple[str, int | None]]:
    """Yield the lines of a PTX text without line information, each with its source line.

    Args:
        text: PTX with line information.
        where: maps a file and a line of it to a line of the source.
    """
    names = dict[str, str](_FILE.findall(text))
    callers: dict[str, str] = {}
    origin: int | None = None
    for line in _PTX_DEBUG.sub("", text).splitlines():
        loc = _LOC.fullmatch(line)
        if loc is None:
            if not _PTX_MARK.match(line):
                yield line, origin
            origin = None if line.startswith("}") else origin
            continue
        place: str | None = loc[1]
        if loc[2]:
            callers[loc[1]] = loc[2]
        else:
            callers.pop(loc[1], None)
        origin, seen = None, set[str]()
        while place is not None and origin is None and place not in seen:
            seen.add(place)
            number, row, _ = place.split()
            origin = where(names.get(number, ""), int(row))
            place = callers.get(place)


def code_sections(disassembly: str) -> str:
    """Return the sections of nvdisasm's output that hold code."""
    starts = [*_SECTION.finditer(disassembly)]
    ends = [match.start() for match in starts[1:]] + [len(disassembly)]
    return "".join(
        disassembly[match.start() : end]
        for match, end in zip(starts, ends, strict=True)
        if match[1].startswith(".text.")
    )


def sass_lines(code: str, where: Where) -> Iterator[tuple[str, int | None]]:
    """Yield the lines of a disassembly without line marks, each with its source line.

    The source line is the innermost known location in the group of marks before a line.

    Args:
        code: sections of nvdisasm's output with line marks.
        where: maps a file and a line of it to a line of the source.
    """
    origin: int | None = None
    in_marks = False
    for line in code.splitlines():
        mark = _SASS_MARK.match(line)
        if mark is None:
            in_marks = False
            # A routine of the compiler itself, such as the slow path of a square root, begins at a label with "$".
            origin = None if _SECTION.match(line) or line.startswith("$") else origin
            yield line, origin
            continue
        origin = origin if in_marks else None
        in_marks = True
        if origin is None:
            origin = where(mark[1], int(mark[2]))
