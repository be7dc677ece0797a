"""Pairs read back from their JSON form."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthesis.errors import TargetError, UnknownNameError


@dataclass(frozen=True, slots=True)
class Document:
    """A pair as its file holds it."""

    document: Mapping[str, Any]
    texts: Mapping[str, str | None]
    """Level to text, in the file's order."""

    @property
    def name(self) -> str:
        """The kernel's name."""
        return self.document["metadata"]["kernel_name"]

    @property
    def summary(self) -> str:
        """Front end, category and device in a few words."""
        metadata = self.document["metadata"]
        return f"{metadata['frontend']}, {metadata['category']}, {metadata['device']}"

    @property
    def source(self) -> str:
        """The Python source."""
        return self.document["python_source"]

    def language(self, level: str) -> str:
        """The first or last word of a level's name, which tells its language: ``cpp``, ``cuda``, ``stablehlo`` …"""
        words = level.split("_")
        return words[0] if words[0] in ("cpp", "cuda") else words[-1]


def read_pair(path: Path, levels: Sequence[str] | None = None) -> Document:
    """The pair in a file.

    Args:
        path: a JSON file that irsmith wrote.
        levels: the levels to keep; all if None.

    Raises:
        TargetError: if there is no such file, or it is not a pair.
        UnknownNameError: if the pair lacks a level that was named.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise TargetError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise TargetError(f"{path} is not JSON: {error}") from error
    if not isinstance(document, dict) or "python_source" not in document or "metadata" not in document:
        raise TargetError(f"{path} is not a pair: it lacks python_source or metadata")
    columns: dict[str, Any] = dict(document)  # pyright: ignore[reportUnknownArgumentType]
    texts = {name: text for name, text in columns.items() if name not in ("python_source", "metadata")}
    for name in levels or ():
        if name not in texts:
            raise UnknownNameError("level", name, texts, where=f"in {path}")
    kept = {name: text for name, text in texts.items() if levels is None or name in levels}
    return Document(columns, kept)
