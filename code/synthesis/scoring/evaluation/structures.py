"""Determines which structures of rows a model may have seen in its training split."""

from collections.abc import Set as AbstractSet

from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.listing import Place
from synthesis.dataset.storage.naming import TRAIN
from synthesis.dataset.storage.reading import scan_folder


def seen_structures(trained_on: Place, structures: AbstractSet[str]) -> frozenset[str]:
    """Return the structures that occur in a folder's training split.

    Args:
        trained_on: the folder. If it has no splits, all rows are for training.
        structures: ``structure_hash`` values to look for.

    Raises:
        TargetError: if there is no such folder, or it holds no pairs.
    """
    found: set[str] = set()
    for each in scan_folder(trained_on):
        if isinstance(each, Document) and each.split == TRAIN and each.metadata["structure_hash"] in structures:
            found.add(each.metadata["structure_hash"])
            if len(found) == len(structures):
                break
    return frozenset(found)
