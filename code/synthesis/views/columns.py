"""The columns of each view, and those that every record has."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.schema import METADATA
from synthesis.dataset.storage.schema import Kind as Stored

Record = dict[str, Any]
"""A row of an export: values by column."""


class Kind(StrEnum):
    """The type of a column of an export."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "true or false"
    ORIGIN = "object"
    MESSAGES = "messages"
    """A list of objects with ``role`` and ``content``."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an export."""

    name: str
    kind: Kind = Kind.TEXT


PROVENANCE = (
    Column("id"), Column("frontend"), Column("kernel_name"), Column("category"), Column("difficulty", Kind.INTEGER),
    Column("split"), Column("licence"),
)  # fmt: skip
"""The columns of every view that say where a record comes from."""
SFT = (
    Column("prompt", Kind.MESSAGES), Column("completion", Kind.MESSAGES), Column("direction"), Column("level"),
    *PROVENANCE,
)  # fmt: skip
PRETRAIN = (Column("text"), Column("levels"), *PROVENANCE)
REPAIR = (
    Column("prompt", Kind.MESSAGES), Column("completion", Kind.MESSAGES), Column("level"), Column("error"),
    Column("change"), Column("symptom"), Column("said"), Column("wrong_text"), Column("right_text"), *PROVENANCE,
)  # fmt: skip
VERSIONS = (
    Column("level"), Column("python_source"), Column("old_text"), Column("new_text"), Column("old_toolchain"),
    Column("new_toolchain"), Column("operations"), Column("lines_removed", Kind.INTEGER),
    Column("lines_added", Kind.INTEGER), *PROVENANCE,
)  # fmt: skip
_STORED = {
    Stored.TEXT: Kind.TEXT, Stored.JSON: Kind.TEXT, Stored.INTEGER: Kind.INTEGER, Stored.NUMBER: Kind.NUMBER,
    Stored.FLAG: Kind.FLAG, Stored.RECORD: Kind.ORIGIN,
}  # fmt: skip


def raw_columns(levels: Iterable[str]) -> tuple[Column, ...]:
    """Return the columns of unchanged rows with the given levels."""
    known = tuple(Column(each.name, _STORED[each.kind]) for each in METADATA)
    return (*known, Column("split"), Column("python_source"), *map(Column, levels))


def provenance_of(document: Document) -> Record:
    """Return the columns of :data:`PROVENANCE`."""
    metadata = document.metadata
    return {
        "id": metadata["id"],
        "frontend": metadata["frontend"],
        "kernel_name": metadata["kernel_name"],
        "category": metadata["category"],
        "difficulty": metadata["difficulty"],
        "split": document.split,
        "licence": metadata["licence"],
    }
