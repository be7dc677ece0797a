"""The files of a finished data set: which there are, how many rows each holds, and the hash it was written with."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from synthesis.output.layout import FILES, SIDECAR
from synthesis.stores.base import Store


@dataclass(frozen=True, slots=True)
class DataFile:
    """A file of rows."""

    name: str
    """Relative to the folder."""
    rows: int
    """None of them where it is the text of one of which another file tells."""
    hash: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """The files of a data set, in order."""

    of: str
    """The digest of what it was made from: the same again means the same files."""
    files: tuple[DataFile, ...]

    def to_lines(self) -> Iterator[str]:
        """The manifest as its file holds it, an object a line."""
        yield json.dumps({"of": self.of}) + "\n"
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
        return Manifest(str(json.loads(head)["of"]), files)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
