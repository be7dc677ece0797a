"""A map from lines of MLIR to lines of the source, from the locations that MLIR prints on request."""

import functools
import re
from collections.abc import Sequence

from synthesis.frontends.linemap import Where

_MLIR_NAME = re.compile(r"%[\w.]+")
_ALIAS = re.compile(r"#loc\d*")
_LOCATION = " loc("
_LOCATIONS = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*")| loc\((?:[^()"]|"(?:[^"\\]|\\.)*"|\((?:[^()"]|"(?:[^"\\]|\\.)*")*\))*\)'
)
_ALIASES = re.compile(r"^(#loc\d*) = loc\((.*)\)$", re.MULTILINE)
_AT_END = re.compile(r" loc\(([^()]*(?:\([^()]*\))*[^()]*)\)$")
_FILE_LINE = re.compile(r'"((?:[^"\\]|\\.)*)":(\d+):')


def mlir_lines(annotated: str, where: Where) -> tuple[list[str], list[int | None]]:
    """Return the lines of a module, and for each the source line of the location at its end.

    Args:
        annotated: the module printed with locations. Those at the ends of lines and of arguments are removed from the
            lines; one of an unknown kind stays.
        where: maps a file and a line of it to a line of the source.
    """
    aliases = dict(_ALIASES.findall(annotated))

    @functools.cache
    def line_at(location: str) -> int | None:
        if '":' in location:
            for file, number in _FILE_LINE.findall(location):
                line = where(file, int(number))
                if line is not None:
                    return line
        inner = _ALIAS.findall(location)
        return next((line for alias in inner if (line := line_at(aliases.get(alias, ""))) is not None), None)

    lines: list[str] = []
    origins: list[int | None] = []
    for line in annotated.splitlines():
        if line.startswith("#loc"):
            continue
        plain, found, location = line.rpartition(_LOCATION)
        if found and location.endswith(")") and "(" not in location and '"' not in location:
            origins.append(line_at(location[:-1]))
        else:
            ends, plain = _AT_END.search(line), line
            origins.append(line_at(ends[1]) if ends else None)
        lines.append(_LOCATIONS.sub(_without_location, plain) if _LOCATION in plain else plain)
    return lines, adopted(lines, origins, _MLIR_NAME)


def adopted(lines: Sequence[str], origins: Sequence[int | None], name: re.Pattern[str]) -> list[int | None]:
    """Return the origins, in which constants and values broadcast from them have the origin of their first use.

    Args:
        lines: the lines of a module.
        origins: the source line of each line; None if it is unknown.
        name: matches the name of a value.
    """
    result = list(origins)
    uses: dict[str, int] = {}
    for position in reversed(range(len(lines))):
        line = lines[position]
        if line.lstrip().startswith(("func.func", "tt.func")):
            uses.clear()
        defined, equals, rest = line.partition(" = ")
        names = name.findall(rest if equals else line)
        own = name.findall(defined)[-1:] if equals else []
        # A literal has no location of its own, or that of the branch around it.
        if own and ("constant" in rest or (result[position] is None and "broadcast" in rest)):
            result[position] = uses.get(own[0], result[position])
        for each in own:
            uses.pop(each, None)
        origin = result[position]
        if origin is not None:
            uses.update(dict.fromkeys(names, origin))
    return result


def _without_location(match: re.Match[str]) -> str:
    """Return the replacement of a match: a string unchanged, and an empty text for a location."""
    return match["string"] or ""
