"""Functions with which tests read and write folders of rows."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder
from synthesis.dataset.storage.rows import packed_metadata, unpacked_metadata


def contents(folder: Path) -> dict[str, bytes]:
    """Return the content of each file below a folder by relative path, except files that differ between machines."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.parent.name not in ("figures", "logs")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def rows_of(folder: Path) -> dict[str, dict[str, bytes]]:
    """Return the data set files of each front end in a folder, by name and content, whatever run they come from."""
    found = contents(folder)
    return {name: {path: found[path] for path in found if path.startswith(f"{name}/")} for name in ("warp", "jax")}


def documents(folder: Path) -> list[Document]:
    """Return the pairs of a folder, sorted by index, from all splits."""
    return sorted(read_folder(folder), key=lambda each: each.metadata["index"] or 0)


def write_as_json(rows: list[Document], target: Path, edit: Callable[[int, dict[str, Any]], object]) -> None:
    """Write rows as JSON files into a new folder, after ``edit`` has changed each, with columns as Python values."""
    target.mkdir(parents=True)
    for number, row in enumerate(rows):
        document = json.loads(json.dumps(row.raw))
        document["metadata"] = unpacked_metadata(document["metadata"])
        edit(number, document)
        document["metadata"] = packed_metadata(document["metadata"])
        (target / f"{number:06d}_row.json").write_text(json.dumps(document))


def leave_out(document: dict[str, Any], level: str) -> None:
    """Remove a text, and the claims about it, from a row whose columns are Python values."""
    document[level] = ""
    metadata = document["metadata"]
    metadata["verified"] = [each for each in metadata["verified"] if each != level]
    metadata["unverified"].pop(level, None)
    metadata["line_map"].pop(level, None)
