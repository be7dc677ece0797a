"""Rows unchanged, with all columns flat, for custom processing."""

from collections.abc import Iterable, Iterator

from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.listing import Place
from synthesis.dataset.storage.reading import read_folder
from synthesis.views.columns import Record
from synthesis.views.selection import Selection


def raw_records(
    levels: tuple[str, ...], documents: Iterable[Document], selection: Selection
) -> Iterator[tuple[Document, list[Record]]]:
    """Yield each row with its record. A level that it lacks, or whose text is not allowed, is null."""
    for document in documents:
        texts = {name: document.texts[name] if selection.allows(document, (name,)) else None for name in levels}
        own = {"split": document.split, "python_source": document.source}
        yield document, [{**document.raw["metadata"], **own, **texts}]


def levels_in(folder: Place) -> tuple[str, ...]:
    """Return the levels for which rows of a folder have columns, in order of appearance.

    Raises:
        TargetError: if there is no such folder, it holds no pairs, or a file in it is invalid.
    """
    found: dict[str, None] = {}
    for document in read_folder(folder):
        found.update(dict.fromkeys(document.texts))
    return tuple(found)
