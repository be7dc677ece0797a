"""What tests look at folders with."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder
from synthesis.dataset.storage.rows import packed_metadata, unpacked_metadata


def contents(folder: Path) -> dict[str, bytes]:
    """Each file below a folder, by its path from there, but for what differs between machines."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.parent.name not in ("figures", "logs")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def rows_of(folder: Path) -> dict[str, dict[str, bytes]]:
    """The data set of each front end that is in a folder: its files, whatever made them."""
    found = contents(folder)
    return {name: {path: found[path] for path in found if path.startswith(f"{name}/")} for name in ("warp", "jax")}


def documents(folder: Path) -> list[Document]:
    """The pairs of a folder, drawn ones by index, whichever split they are in."""
    return sorted(read_folder(folder), key=lambda each: each.metadata["index"] or 0)


def write_as_json(rows: list[Document], target: Path, edit: Callable[[int, dict[str, Any]], object]) -> None:
    """Write rows as JSON files into a folder, each edited, its columns as Python has the values."""
    target.mkdir(parents=True)
    for number, row in enumerate(rows):
        document = json.loads(json.dumps(row.raw))
        document["metadata"] = unpacked_metadata(document["metadata"])
        edit(number, document)
        document["metadata"] = packed_metadata(document["metadata"])
        (target / f"{number:06d}_row.json").write_text(json.dumps(document))


def leave_out(document: dict[str, Any], level: str) -> None:
    """Take a text, and what is said of it, out of a row whose columns are as Python has the values."""
    document[level] = ""
    metadata = document["metadata"]
    metadata["verified"] = [each for each in metadata["verified"] if each != level]
    metadata["unverified"].pop(level, None)
    metadata["line_map"].pop(level, None)
