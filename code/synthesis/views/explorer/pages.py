"""A row on the site: its entry in the table and the content of its page."""

import hashlib
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from synthesis.core.errors import IrsmithError
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import short_id
from synthesis.frontends.linemap import runs_of_steps
from synthesis.frontends.registry import levels_of
from synthesis.views.explorer.packing import plain

PYTHON = "python_source"
KEY = 12
"""Number of characters of the key in a page's address."""
ROWS_OF_A_FILE = 32
"""Number of rows whose pages are in one file. Opening one takes about ten milliseconds."""
LONGEST = 1_000_000
"""Maximum number of characters of a text that are shown."""
_MOST_LINES = 1 << 31
"""Exclusive upper bound of line numbers and skipped lines."""
_WORDS = 400
_MOST = 500
"""Maximum number of operations, levels and reasons of one row."""
ABSENT, UNVERIFIED, VERIFIED = range(3)


@dataclass(frozen=True, slots=True)
class Level:
    """The state of one of a row's levels."""

    name: str
    state: int
    """``ABSENT``, ``UNVERIFIED`` or ``VERIFIED``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A row, ready to be counted, listed and shown."""

    document: Document
    entry: Mapping[str, Any]
    """The values that the table shows and searches."""
    levels: tuple[Level, ...]
    lengths: tuple[tuple[str, int, int], ...]
    """The column, number of lines and number of characters of each text."""
    program: str
    structure: str
    reasons: Mapping[str, str]
    """For each level, the reason why its text could not be executed."""
    has_twin: bool
    versions: Mapping[str, Any]

    def content(self) -> dict[str, Any]:
        """Return the content of the row's page, without the values that the table shows."""
        metadata, source = self.document.metadata, self.document.source
        texts = {PYTHON: source, **{name: text for name, text in self.document.texts.items() if text is not None}}
        left_out = ("line_map", "ops", "unverified")
        return {
            "texts": {name: text[:LONGEST] for name, text in texts.items()},
            "cut": [name for name, text in texts.items() if len(text) > LONGEST],
            "line_map": {str(name): _runs(runs) for name, runs in metadata["line_map"].items() if name in texts},
            "reasons": self.reasons,
            "stem": _words(self.document.stem),
            "altered": self.document.altered,
            "metadata": plain({name: value for name, value in metadata.items() if name not in left_out}),
        }


def page_of(document: Document, folder: int, several: Container[str]) -> Page:
    """Return the page of a row. Whatever the row contains, it is plain data of bounded size.

    Args:
        document: the row.
        folder: the number of its folder among those of the site.
        several: the front ends of which the site shows several runs.
    """
    metadata: Mapping[str, Any] = document.metadata
    verified = [str(each) for each in metadata["verified"][:_MOST]]
    levels = tuple(_level(name, text, verified) for name, text in list(document.texts.items())[:_MOST])
    reasons = {str(name): str(why)[:_WORDS] for name, why in list(metadata["unverified"].items())[:_MOST]}
    texts = {PYTHON: document.source, **{name: text for name, text in document.texts.items() if text is not None}}
    twin = metadata["signature"].get("twin")
    entry = {
        "key": key_of(str(metadata["id"])),
        "short": _short(document, several),
        "name": _words(document.name),
        "description": _words(metadata["description"]),
        "frontend": _words(document.frontend),
        "category": _words(metadata["category"]),
        "recipe": _words(metadata["recipe"]),
        "difficulty": str(metadata["difficulty"]),
        "split": _words(document.split),
        "device": _words(document.device),
        "gradient": _words(str(metadata["gradient"]).partition(":")[0]),
        "folder": folder,
        "ops": list(dict.fromkeys(str(each)[:_WORDS] for each in metadata["ops"][:_MOST])),
        "lines": document.source.count("\n"),
    }
    return Page(
        document=document,
        entry=entry,
        levels=levels,
        lengths=tuple((name, text.count("\n"), len(text)) for name, text in texts.items()),
        program=str(metadata["renamed_hash"]),
        structure=str(metadata["structure_hash"]),
        reasons=reasons,
        has_twin=twin is not None,
        versions={
            "irsmith": _words(metadata["version"]),
            "seed": "" if metadata["seed"] is None else _words(metadata["seed"]),
            "toolchain": {_words(name): _words(each) for name, each in list(metadata["toolchain"].items())[:_MOST]},
        },
    )


def _short(document: Document, several: Container[str]) -> str:
    """Return the short id of a drawn row; empty for a user's kernel."""
    seed, index = document.metadata["seed"], document.metadata["index"]
    return "" if index is None else _words(short_id(document.frontend, seed, index, several))


def key_of(name: str) -> str:
    """Return the key of a row in addresses: a prefix of its id, which ``irsmith show`` accepts."""
    if re.fullmatch(rf"[0-9a-f]{{{KEY},}}", name):
        return name[:KEY]
    return hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=KEY // 2).hexdigest()


def _level(name: str, text: str | None, verified: list[str]) -> Level:
    return Level(name[:_WORDS], ABSENT if text is None else VERIFIED if name in verified else UNVERIFIED)


def _words(value: object) -> str:
    return str(value)[:_WORDS]


def _runs(steps: object) -> list[list[int]]:
    """Return the valid ranges of a line map: source line, first and last line of the text; none if it is malformed."""
    listed: list[Any] = steps if isinstance(steps, list) else []  # pyright: ignore[reportUnknownVariableType]
    if not all(isinstance(each, list) and len(each) == 3 and all(map(_is_line, each)) for each in listed):  # pyright: ignore[reportUnknownArgumentType]
        return []
    return [[*run] for run in runs_of_steps(listed) if run[0] > 0 and 0 < run[1] <= run[2] < _MOST_LINES]


def _is_line(value: object) -> bool:
    return type(value) is int and abs(value) < _MOST_LINES


def describe_levels(frontends: list[str]) -> dict[str, dict[str, str]]:
    """Return the language, lexer and device of each level of the front ends."""
    found: dict[str, dict[str, str]] = {}
    for name in frontends:
        try:
            levels = levels_of(name)
        except IrsmithError:
            continue
        for level in levels:
            found.setdefault(
                level.name,
                {"language": level.language.name, "colours": level.language.lexer, "device": level.device or ""},
            )
    return found
