"""The summary of an export."""

from dataclasses import asdict, dataclass
from typing import Any

from synthesis.dataset.storage.manifest import DataFile


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSummary:
    """The summary of an export."""

    view: str
    format: str
    out: str
    rows: int
    """Number of rows read from the folder."""
    records: dict[str, int]
    """Number of records by split."""
    directions: dict[str, int]
    """Number of records by direction; by level or by planted error in views without directions."""
    left_out: dict[str, int]
    """Number of records left out, by reason."""
    files: tuple[DataFile, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the summary as JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> "ExportSummary":
        """Return the summary from the output of ``to_json``.

        Raises:
            TypeError: if it is invalid.
        """
        found: dict[str, Any] = {**entry, "files": tuple(DataFile(**each) for each in entry["files"])}
        return cls(**found)
