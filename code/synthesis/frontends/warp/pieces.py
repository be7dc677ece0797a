"""The join of the pieces of a text that Warp generates: the line map, and the names of structs."""

import functools
import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from synthesis.frontends.linemap import LineMap, Where, runs_of
from synthesis.frontends.warp.texts import Origin, clean_lines, has_word


def resolver(where: Where) -> Callable[[Origin | None], int | None]:
    """Return a cached function that maps an origin to its source line, since many lines share one origin."""

    def resolve(origin: Origin | None) -> int | None:
        return None if origin is None else where(*origin)

    return functools.cache(resolve)


def joined(
    pieces: Sequence[str], renames: Mapping[str, str], resolve: Callable[[Origin | None], int | None]
) -> tuple[str, LineMap]:
    """Return pieces of text joined by blank lines, and the line map."""
    lines: list[str] = []
    origins: list[Origin | None] = []
    for piece in pieces:
        cleaned, named = clean_lines(piece, renames)
        if lines and cleaned:
            lines.append("")
            origins.append(None)
        lines += cleaned
        origins += named
    return "\n".join([*lines, ""]), runs_of(map(resolve, origins))


def struct_renames(builder: Any, pieces: Sequence[str]) -> dict[str, str]:
    """Return new names for structs, without Warp's hash.

    A number is appended to a name that several structs would have, or that the text already contains.

    Args:
        builder: Warp's builder of the kernel.
        pieces: the pieces of the text.
    """
    if not builder.structs:
        return {}
    text = "".join(pieces)
    given: set[str] = set()

    def is_taken(name: str) -> bool:
        return name in given or has_word(text, name)

    renames: dict[str, str] = {}
    for struct in builder.structs:
        if struct.native_name in renames:
            continue
        stem = name = struct.cls.__name__
        for number in itertools.count(1):
            if not is_taken(name) and not is_taken(f"adj_{name}"):
                break
            name = f"{stem}_{number}"
        given |= {name, f"adj_{name}"}
        renames |= {struct.native_name: name, f"adj_{struct.native_name}": f"adj_{name}"}
    return renames
