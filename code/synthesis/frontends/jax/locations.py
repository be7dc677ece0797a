"""Maps lines of JAX's texts to lines of the source, from the locations that JAX prints on request."""

import functools
import re
from collections.abc import Callable, Sequence
from typing import Any

from synthesis.frontends.linemap import Places, Where

_METADATA = re.compile(r", metadata=\{[^{}]*\}")
_TABLES = re.compile(r"^(FileNames|FileLocations|StackFrames)\n((?:\d+ .+\n)*)", re.MULTILINE)
_MLIR_NAME = re.compile(r"%[\w.]+")
_FRAME_ID = re.compile(r"metadata=\{[^{}]*stack_frame_id=(\d+)")
_ALIAS = re.compile(r"#loc\d*")
_LOCATION = " loc("
_LOCATIONS = re.compile(
    r'(?P<string>"(?:[^"\\]|\\.)*")| loc\((?:[^()"]|"(?:[^"\\]|\\.)*"|\((?:[^()"]|"(?:[^"\\]|\\.)*")*\))*\)'
)
_ALIASES = re.compile(r"^(#loc\d*) = loc\((.*)\)$", re.MULTILINE)
_AT_END = re.compile(r" loc\(([^()]*(?:\([^()]*\))*[^()]*)\)$")
_FILE_LINE = re.compile(r'"((?:[^"\\]|\\.)*)":(\d+):')
_COMPUTATION = re.compile(r"^(?:ENTRY )?%?([\w.-]+) (?:\(.*)?\{$")
_INSTRUCTION = re.compile(r"^\s+(?:ROOT )?%?([\w.-]+) = ")
_HLO_WORD = re.compile(r"[\w.-]+")
_HLO_NAME = re.compile(r"(?<![\w.-])[a-zA-Z_][\w.-]*\.\d+")


def line_of(traceback: Any, places: Places) -> int | None:
    """Return the innermost source line in the traceback that JAX keeps with an equation; None if there is none."""
    if traceback is None:
        return None
    files = places.files
    for code, at in zip(*traceback.raw_frames(), strict=True):  # JAX's own frames take several times as long to make
        if code.co_filename in files:
            line = places.line(code.co_filename, traceback.code_addr2line(code, at))
            if line is not None:
                return line
    return None


def hlo_origins(annotated: str, text: str, where: Where) -> list[int | None]:
    """Return for each line of an HLO text the source line in the metadata of the same line in an annotated copy."""
    line_of_frame = _frames(annotated, where)
    marked = {_METADATA.sub("", line): match[1] for line in annotated.splitlines() if (match := _FRAME_ID.search(line))}
    lines = text.splitlines()
    return _adopted(lines, [line_of_frame(marked.get(line)) for line in lines], _HLO_NAME)


def llvm_origins(name: str, annotated: str, where: Where) -> list[int]:
    """Return the source lines that a module of XLA's LLVM IR comes from.

    Args:
        name: the instruction of the optimised HLO that the module was made from; computations that it calls count, too.
        annotated: the optimised HLO with its metadata.
        where: maps a file and a line of it to a line of the source.
    """
    line_of_frame = _frames(annotated, where)
    bodies: dict[str, list[str]] = {}
    instructions: dict[str, str] = {}
    for line in annotated.splitlines():
        opening = _COMPUTATION.match(line)
        if opening:
            bodies[opening[1]] = []
        elif bodies and (defined := _INSTRUCTION.match(line)):
            bodies[next(reversed(bodies))].append(line)
            instructions[_plain(defined[1])] = line
    found: set[int] = set()
    pending, seen = [instructions.get(_plain(name), name)], set[str]()
    while pending:
        line = pending.pop()
        frame = _FRAME_ID.search(line)
        origin = line_of_frame(frame[1]) if frame else None
        found |= {origin} if origin is not None else set()
        for called in bodies.keys() & set(_HLO_WORD.findall(line)) - seen:
            seen.add(called)
            pending += bodies[called]
    return sorted(found)


def _plain(name: str) -> str:
    return re.sub(r"\W", "_", name)


def _frames(annotated: str, where: Where) -> Callable[[str | None], int | None]:
    """Return a function that maps a stack frame in an HLO text's metadata to a line of the source."""
    tables = {name: dict(re.findall(r"^(\d+) (.+)$", body, re.MULTILINE)) for name, body in _TABLES.findall(annotated)}
    frames = {frame: _fields(entry) for frame, entry in tables.get("StackFrames", {}).items()}
    places = {place: _fields(entry) for place, entry in tables.get("FileLocations", {}).items()}

    def line_of_frame(frame: str | None) -> int | None:
        """Return the innermost line. The outermost frame is its own parent."""
        while frame in frames:
            place = places.get(frames[frame].get("file_location_id", ""), {})
            file = tables["FileNames"].get(place.get("file_name_id", ""), "").strip('"')
            line = where(file, int(place["line"])) if "line" in place else None
            if line is not None:
                return line
            parent = frames[frame].get("parent_frame_id")
            frame = parent if parent != frame else None
        return None

    return line_of_frame


def _fields(entry: str) -> dict[str, str]:
    return dict(re.findall(r"(\w+)=(\d+)", entry))


def _adopted(lines: Sequence[str], origins: Sequence[int | None], name: re.Pattern[str]) -> list[int | None]:
    """Return the origins, with constants and values made from them given the origin of their first use."""
    result = list(origins)
    uses: dict[str, int] = {}
    for position in reversed(range(len(lines))):
        line = lines[position]
        if line.lstrip().startswith("func.func"):
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
        lines.append(_LOCATIONS.sub(_told, plain) if _LOCATION in plain else plain)
    return lines, _adopted(lines, origins, _MLIR_NAME)


def _told(match: re.Match[str]) -> str:
    """Return a string unchanged, and an empty text for a location."""
    return match["string"] or ""
