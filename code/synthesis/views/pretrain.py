"""Rows as Markdown documents with the facts, the Python, and each level in a fenced block of its language."""

from collections.abc import Iterable, Iterator

from synthesis.dataset.storage.documents import Document
from synthesis.views.columns import Record, provenance_of
from synthesis.views.facts import facts_of
from synthesis.views.selection import Selection
from synthesis.views.settings import Export
from synthesis.views.words import PYTHON, Words


def pretrain_records(
    settings: Export, documents: Iterable[Document], selection: Selection
) -> Iterator[tuple[Document, list[Record]]]:
    """Yield rows with their record, or with none if there is no text to show."""
    for document in documents:
        requested = settings.level or tuple(document.texts)
        levels = tuple(name for name in requested if selection.allows(document, (name,)))
        if not levels:
            yield document, []
            continue
        record = {"text": document_text(document, levels), "levels": " ".join(levels), **provenance_of(document)}
        yield document, [record]


def document_text(document: Document, levels: tuple[str, ...]) -> str:
    """Return a row as a Markdown document: a heading, the facts, the Python, then the given levels in order.

    ::

        # count_neighbors

        <the facts of a prompt>

        ## NVIDIA Warp kernel in Python

        ```python
        …
        ```

        ## C++ that Warp generates for the CPU, forward pass

        ```cpp
        …
        ```
    """
    words = Words(document)
    parts = [f"# {document.name}", facts_of(document, document.spec.signature, (PYTHON, *levels))]
    for name in (PYTHON, *levels):
        parts += [f"## {words.title(name)}", words.fenced(name)]
    return "\n\n".join(parts) + "\n"
