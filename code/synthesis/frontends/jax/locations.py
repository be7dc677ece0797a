"""A map from lines of JAX's texts to source lines, from the locations that JAX keeps and XLA prints on request."""

import re
from collections.abc import Callable
from typing import Any

from synthesis.frontends.linemap import Places, Where
from synthesis.frontends.mlir_locations import adopted

_METADATA = re.compile(r", metadata=\{[^{}]*\}")
_TABLES = re.compile(r"^(FileNames|FileLocations|StackFrames)\n((?:\d+ .+\n)*)", re.MULTILINE)
_FRAME_ID = re.compile(r"metadata=\{[^{}]*stack_frame_id=(\d+)")
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
    return adopted(lines, [line_of_frame(marked.get(line)) for line in lines], _HLO_NAME)


def llvm_origins(name: str, annotated: str, where: Where) -> list[int]:
    """Return the source lines of a module of XLA's LLVM IR.

    Args:
        name: the instruction of the optimised HLO from which the module was made; its called computations count, too.
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
        """Return the source line of a stack frame, or of the innermost frame around it that has one."""
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
