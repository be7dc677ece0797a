"""Converts rows from data set loaders, files or memory into documents."""

from collections.abc import Mapping
from typing import Any

from synthesis.core.errors import TargetError
from synthesis.core.records import Pair
from synthesis.dataset.storage.documents import Document, document_of_json
from synthesis.dataset.storage.rows import document_of
from synthesis.dataset.storage.rows import row_of as as_row
from synthesis.dataset.storage.schema import METADATA
from synthesis.frontends.registry import levels_of

SOURCE = "python_source"
_NAMES = frozenset(each.name for each in METADATA)


def row_of(value: Mapping[str, Any] | Document | Pair) -> Document:
    """Return a row as a document.

    Args:
        value: a row from ``datasets.load_dataset``, a row in JSON form, a document, or a pair.

    Raises:
        TargetError: if it is not a row; the message says what it lacks.
    """
    if isinstance(value, Document):
        return value
    if isinstance(value, Pair):
        row = as_row(value)
        return document_of_json(document_of(row, row.texts), f"the pair {value.spec.name}")
    if not isinstance(value, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]  (users pass anything)
        raise TargetError(
            f"a row is a mapping with {SOURCE}, levels and metadata, or a Pair; got {type(value).__name__}"
        )
    if "metadata" in value:
        return document_of_json(dict(value), "the row")
    if lacking := [name for name in (SOURCE, *sorted(_NAMES)) if name not in value]:
        raise TargetError(f"the row lacks {', '.join(lacking[:3])}: columns of a row are in docs/rows.md")
    levels = {each.name for each in levels_of(str(value["frontend"]))}
    texts = {name: value[name] or "" for name in value if name in levels}
    metadata = {name: value[name] for name in value if name in _NAMES}
    return document_of_json({SOURCE: value[SOURCE], **texts, "metadata": metadata}, "the row")
