"""The files of a finished data set: which there are, how many rows each holds, and the hash it was written with."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from synthesis.core.stores.base import Store
from synthesis.dataset.storage.layout import FILES, SIDECAR


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of rows."""

    name: str
    """Relative to the folder."""
    rows: int
    """None of them where it is the text of one of which another file tells."""
    hash: str
    of: str = ""
    """The digest of which rows it holds; empty if it is not made of rows alone."""


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of a data set, in order."""

    of: str
    """The digest of what it was made from: the same again means the same files."""
    files: tuple[DataFile, ...]
    summary: Mapping[str, Any]
    """What became of the candidates, as JSON values."""
    beside: tuple[DataFile, ...] = ()
    """Files of the run's own that were written with them."""

    def to_lines(self) -> Iterator[str]:
        """The manifest as its file holds it, an object a line."""
        yield (
            json.dumps({"of": self.of, "summary": self.summary, "beside": [asdict(each) for each in self.beside]})
            + "\n"
        )
        yield from (json.dumps(asdict(each)) + "\n" for each in self.files)


def is_data(name: object) -> bool:
    """Whether a file of a data set may have this name: in the folder or in one right below it, and not hidden.

    Of rows as texts, what is no text lies beside the run's own files, under a number.

    A folder's own record of its files may be anybody's.
    """
    parts = name.split("/") if isinstance(name, str) else [""]
    if len(parts) == 2 and parts[0] == SIDECAR:
        return parts[1][:1].isdecimal() and parts[1].endswith(".json")
    return len(parts) <= 2 and not any(part.startswith((".", "_")) or not part for part in parts)


def read_manifest(store: Store) -> Manifest | None:
    """The manifest of a folder; None if it has none, or one that cannot be read."""
    try:
        head, *lines = store.read(FILES).decode("utf-8").splitlines()
        files = tuple(DataFile(**json.loads(line)) for line in lines)
        if not all(is_data(each.name) and type(each.rows) is int for each in files):
            return None
        told = json.loads(head)
        beside = tuple(DataFile(**each) for each in told["beside"])
        return Manifest(str(told["of"]), files, dict(told["summary"]), beside)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
