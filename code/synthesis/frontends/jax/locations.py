"""Where lines of JAX's texts come from, read off the locations that JAX prints when asked to."""

import re
from collections.abc import Sequence
from typing import Any

_METADATA = re.compile(r", metadata=\{[^{}]*\}")
_TABLES = re.compile(r"^(FileNames|FileLocations|StackFrames)\n((?:\d+ .+\n)*)", re.MULTILINE)
_MLIR_NAME = re.compile(r"%[\w.]+")
_HLO_NAME = re.compile(r"(?<![\w.-])[a-zA-Z_][\w.-]*\.\d+")


def line_of(traceback: Any, file: str) -> int | None:
    """The innermost line of a file in a traceback that JAX keeps with an equation."""
    for frame in traceback.frames if traceback is not None else ():
        if frame.file_name == file:
            return frame.line_num
    return None


def hlo_origins(annotated: str, text: str, file: str) -> list[int | None]:
    """For each line of an HLO text, the line of a file that the metadata in its annotated twin names."""
    tables = {name: dict(re.findall(r"^(\d+) (.+)$", body, re.MULTILINE)) for name, body in _TABLES.findall(annotated)}
    frames = {frame: _fields(entry) for frame, entry in tables.get("StackFrames", {}).items()}
    places = {place: _fields(entry) for place, entry in tables.get("FileLocations", {}).items()}

    def line_of_frame(frame: str | None) -> int | None:
        """The line of the innermost frame in the file; a frame that is its own parent is the outermost."""
        while frame in frames:
            place = places.get(frames[frame].get("file_location_id", ""), {})
            if tables["FileNames"].get(place.get("file_name_id", "")) == f'"{file}"':
                return int(place["line"])
            parent = frames[frame].get("parent_frame_id")
            frame = parent if parent != frame else None
        return None

    marked = {
        _METADATA.sub("", line): match[1]
        for line in annotated.splitlines()
        if (match := re.search(r"metadata=\{[^{}]*stack_frame_id=(\d+)", line))
    }
    lines = text.splitlines()
    return _adopted(lines, [line_of_frame(marked.get(line)) for line in lines], _HLO_NAME)


def _fields(entry: str) -> dict[str, str]:
    return dict(re.findall(r"(\w+)=(\d+)", entry))


def _adopted(lines: Sequence[str], origins: Sequence[int | None], name: re.Pattern[str]) -> list[int | None]:
    """The origins, with that of its first use for a constant, or for what is made of one."""
    result = list(origins)
    uses: dict[str, int] = {}
    for position in reversed(range(len(lines))):
        line = lines[position]
        if line.lstrip().startswith("func.func"):
            uses.clear()
        defined, equals, rest = line.partition(" = ")
        names = name.findall(rest if equals else line)
        own = name.findall(defined)[-1:] if equals else []
        # A literal has no place of its own, or that of the branch around it.
        if own and ("constant" in rest or (result[position] is None and "broadcast" in rest)):
            result[position] = uses.get(own[0], result[position])
        for each in own:
            uses.pop(each, None)
        origin = result[position]
        if origin is not None:
            uses.update(dict.fromkeys(names, origin))
    return result


def mlir_origins(annotated: str, file: str) -> list[int | None]:
    """For each line of a module's text, the line of a file that the location at its end in the annotated twin names."""
    aliases = dict(re.findall(r"^(#loc\d*) = loc\((.*)\)$", annotated, re.MULTILINE))
    place = re.compile(rf'"{re.escape(file)}":(\d+):')

    def line_at(location: str, depth: int = 0) -> int | None:
        found = place.search(location)
        if found:
            return int(found[1])
        inner = re.findall(r"#loc\d*", location) if depth < 20 else []
        return next((line for alias in inner if (line := line_at(aliases.get(alias, ""), depth + 1)) is not None), None)

    lines = [line for line in annotated.splitlines() if not line.startswith("#loc")]
    origins: list[int | None] = []
    for line in lines:
        ends = re.search(r" loc\(([^()]*(?:\([^()]*\))*[^()]*)\)$", line)
        origins.append(line_at(ends[1]) if ends else None)
    return _adopted(lines, origins, _MLIR_NAME)
