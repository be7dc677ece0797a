"""What an export came to."""

from dataclasses import asdict, dataclass
from typing import Any

from synthesis.dataset.storage.manifest import DataFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSummary:
    """What an export came to."""

    view: str
    format: str
    out: str
    rows: int
    """Rows of the folder that were read."""
    records: dict[str, int]
    """Split to its number of records."""
    directions: dict[str, int]
    """Direction to its number of records, where there are any; else level to them, or nothing."""
    left_out: dict[str, int]
    """Why records were left out, and how many."""
    files: tuple[DataFile, ...]

    def to_json(self) -> dict[str, Any]:
        """The summary as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> "ExportSummary":
        """The summary that ``to_json`` gave.

        Raises:
            TypeError: if it is none.
        """
        found: dict[str, Any] = {**entry, "files": tuple(DataFile(**each) for each in entry["files"])}
        return cls(**found)
