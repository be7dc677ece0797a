"""The manifest of a finished data set: its files, the number of rows of each, and their hashes."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from synthesis.core.stores.base import Store
from synthesis.dataset.storage.layout import FILES, SIDECAR


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of a data set: rows, the text of a row, or the card."""

    name: str
    """The name relative to the folder."""
    rows: int
    """Number of rows; 0 for the card and for the text files of a row, whose metadata file counts as the row."""
    hash: str
    of: str = ""
    """The digest of the rows and levels in a Parquet file, so that it can be reused; empty for other files."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of a data set, in order."""

    of: str
    """The digest of what the data set was made from. The same digest means the same files."""
    files: tuple[DataFile, ...]
    summary: Mapping[str, Any]
    """The summary of the run, as JSON values."""
    beside: tuple[DataFile, ...] = ()
    """Other files that were written with the data set: the ledger and the report on leaks."""

    def to_lines(self) -> Iterator[str]:
        """Yield the lines of the manifest's file, one JSON object each."""
        yield (
            json.dumps({"of": self.of, "summary": self.summary, "beside": [asdict(each) for each in self.beside]})
            + "\n"
        )
        yield from (json.dumps(asdict(each)) + "\n" for each in self.files)


def is_data(name: object) -> bool:
    """Return whether a name is allowed for a file of a data set: in the folder or a direct subfolder, and not hidden.

    Names of JSON files that begin with a digit are also allowed in the sidecar folder, which has the metadata of rows
    that are stored as texts. The manifest may be untrusted, so its names are checked.
    """
    parts = name.split("/") if isinstance(name, str) else [""]
    if len(parts) == 2 and parts[0] == SIDECAR:
        return parts[1][:1].isdecimal() and parts[1].endswith(".json")
    return len(parts) <= 2 and not any(part.startswith((".", "_")) or not part for part in parts)


def read_manifest(store: Store) -> Manifest | None:
    """Return the manifest of a folder; None if it has none or it is invalid."""
    try:
        head, *lines = store.read(FILES).decode("utf-8").splitlines()
        files = tuple(DataFile(**json.loads(line)) for line in lines)
        if not all(is_data(each.name) and type(each.rows) is int for each in files):
            return None
        header = json.loads(head)
        beside = tuple(DataFile(**each) for each in header["beside"])
        return Manifest(str(header["of"]), files, dict(header["summary"]), beside)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
