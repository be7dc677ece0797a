"""Pairs of different texts of one kernel at one level, from two versions of its tools."""

import json
from collections.abc import Iterable, Iterator

from synthesis.dataset.comparing.texts import touched
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.index import RowIndex
from synthesis.dataset.storage.listing import Place
from synthesis.views.columns import Record, provenance_of
from synthesis.views.selection import Selection


def version_records(
    old: Place, levels: tuple[str, ...] | None, documents: Iterable[Document], selection: Selection
) -> Iterator[tuple[Document, list[Record]]]:
    """Yield the records of rows: one for each level whose text differs in another folder, if both texts may be used.

    Args:
        old: the other folder, with the old texts.
        levels: the levels to use; all if None.
        documents: the rows with the new texts.
        selection: decides which texts are allowed, and counts what is left out.

    Raises:
        TargetError: if the other folder does not exist, holds no pairs, or a file in it is invalid.
    """
    index = RowIndex(old)
    for document in documents:
        key = document.metadata["id"]
        if key not in index:
            selection.left_out["rows that the old folder lacks"] += 1
            yield document, []
            continue
        before = index[key]
        names = document.texts if levels is None else levels
        records = (_record(before, document, name, selection) for name in names)
        yield document, [each for each in records if each is not None]


def _record(old: Document, new: Document, name: str, selection: Selection) -> Record | None:
    """Return the record of a level. If there is none, return None and count the reason."""
    before, after = old.texts.get(name), new.texts.get(name)
    if before is None or after is None:
        selection.left_out["texts that only one version has"] += before is not after
        return None
    if before == after:
        selection.left_out["texts that are the same"] += 1
        return None
    if not (selection.has(old, name) and selection.has(new, name)):
        selection.left_out["not verified"] += 1
        return None
    level = new.level(name)
    found = touched(before, after, None if level is None else level.language)
    return {
        "level": name,
        "python_source": new.source,
        "old_text": before,
        "new_text": after,
        "old_toolchain": json.dumps(old.metadata["toolchain"]),
        "new_toolchain": json.dumps(new.metadata["toolchain"]),
        "operations": json.dumps(found.operations),
        "lines_removed": found.removed,
        "lines_added": found.added,
        **provenance_of(new),
    }
