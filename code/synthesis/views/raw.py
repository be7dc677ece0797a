"""Rows as they are: every column flat, for those who make their own of them."""

from collections.abc import Iterable, Iterator

from synthesis.dataset.storage.reading import Document, Place, read_folder
from synthesis.views.columns import Record
from synthesis.views.selection import Selection


def raw_records(
    levels: tuple[str, ...], documents: Iterable[Document], selection: Selection
) -> Iterator[tuple[Document, list[Record]]]:
    """The record of each row; a level that it lacks, or whose text is not let through, is null."""
    for document in documents:
        texts = {name: document.texts[name] if selection.allows(document, (name,)) else None for name in levels}
        own = {"split": document.split, "python_source": document.source}
        yield document, [{**document.raw["metadata"], **own, **texts}]


def levels_in(folder: Place) -> tuple[str, ...]:
    """The levels that rows of a folder have columns for, in the order in which they come up.

    Raises:
        TargetError: if there is no such folder, it holds no pairs, or a file in it is none.
    """
    found: dict[str, None] = {}
    for document in read_folder(folder):
        found.update(dict.fromkeys(document.texts))
    return tuple(found)
