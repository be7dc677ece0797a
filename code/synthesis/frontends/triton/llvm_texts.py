"""LLVM IR without its debug information, and the line map from that information."""

import re
from collections.abc import Iterator

from synthesis.frontends.linemap import LineMap, Where, runs_of

_NODE = re.compile(r"^!(\d+) = (?:distinct )?(.*)$")
_NAMED = re.compile(r"^!([\w.]+) = !\{(.*)\}$")
_USE = re.compile(r"!(\d+)\b")
_AT = re.compile(r", !dbg !(\d+)|(?<=\)) !dbg !(\d+)| !dbg !(\d+)")
_DEBUG = ("!DI", "!{!DI")
_FIELD = re.compile(r"(\w+): (?:!(\d+)|\"([^\"]*)\"|(\d+))")
_NOISE = re.compile(r"^(?:;.*|source_filename = .*)$")
_RECORD = re.compile(r"^\s*#dbg_")


def without_debug_information(text: str, where: Where) -> tuple[str, LineMap]:
    """Return a module without debug information, comments and the name of its file, and its line map.

    The remaining metadata nodes are numbered as the compiler numbers them without debug information.

    Args:
        text: the module as LLVM prints it, with line information.
        where: maps a file and a line of it to a line of the source.
    """
    nodes = {match[1]: match[2] for line in text.splitlines() if (match := _NODE.match(line))}
    kept = _reached(text, nodes)
    numbers = {old: str(new) for new, old in enumerate(sorted(kept, key=int))}
    lines: list[str] = []
    origins: list[int | None] = []
    for line in text.splitlines():
        node = _NODE.match(line)
        if (
            _NOISE.match(line)
            or _RECORD.match(line)
            or line.startswith("!llvm.dbg.cu")
            or (node and node[1] not in kept)
        ):
            continue
        mark = _AT.search(line)
        place = next(filter(None, mark.groups())) if mark else None
        origins.append(next(_lines_of(place, nodes, where), None) if place else None)
        plain = _AT.sub("", line).rstrip()
        lines.append(_USE.sub(lambda use: f"!{numbers.get(use[1], use[1])}", plain))
    while lines and not lines[0]:
        del lines[0], origins[0]
    while lines and not lines[-1]:
        del lines[-1], origins[-1]
    return "\n".join(lines) + "\n", runs_of(origins)


def _reached(text: str, nodes: dict[str, str]) -> set[str]:
    """Return the metadata nodes to which something other than debug information refers."""
    waiting: list[str] = []
    for line in text.splitlines():
        if _NODE.match(line) or line.startswith("!llvm.dbg.cu"):
            continue
        waiting += _USE.findall(_AT.sub("", line))
    reached = set[str]()
    while waiting:
        node = waiting.pop()
        if node not in reached and not nodes.get(node, "").startswith(_DEBUG):
            reached.add(node)
            waiting += _USE.findall(nodes.get(node, ""))
    return reached


def _lines_of(place: str, nodes: dict[str, str], where: Where) -> Iterator[int]:
    """Yield the source lines of a location and of the locations where it is inlined, innermost first."""
    seen = set[str]()
    current: str | None = place
    while current is not None and current not in seen:
        seen.add(current)
        fields = _fields(nodes.get(current, ""))
        file = _file_of(fields.get("scope"), nodes)
        line = where(file, int(fields.get("line", "0")))
        if line is not None:
            yield line
        current = fields.get("inlinedAt")


def _file_of(scope: str | None, nodes: dict[str, str]) -> str:
    fields = _fields(nodes.get(scope or "", ""))
    file = _fields(nodes.get(fields.get("file", ""), ""))
    folder, name = file.get("directory", ""), file.get("filename", "")
    return f"{folder}/{name}" if folder else name


def _fields(node: str) -> dict[str, str]:
    return {name: reference or string or number for name, reference, string, number in _FIELD.findall(node)}
