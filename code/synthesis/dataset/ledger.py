"""Reads the ledger of a folder: the candidates and levels that were rejected."""

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from synthesis.core.errors import TargetError
from synthesis.core.identity.hashing import hash_text
from synthesis.core.records import Rejection
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.documents import BrokenFile
from synthesis.dataset.storage.layout import CHUNKS, SIDECAR
from synthesis.dataset.storage.listing import Place
from synthesis.dataset.storage.reading import read_drawings, scan_ledger, short_forms, short_id

_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a ledger."""

    id: str
    """The id of the candidate. Several levels of one candidate share it."""
    rejection: Rejection


def several_runs(*folders: Place) -> frozenset[str]:
    """Return the front ends whose drawn kernels come from several runs, so that one index may mean several kernels.

    Args:
        folders: all folders in which indices have to be unique.
    """
    drawings = {(each.frontend, each.seed, each.digest) for folder in folders for each in read_drawings(folder)}
    runs = Counter(frontend for frontend, _, _ in drawings)
    return frozenset(name for name, count in runs.items() if count > 1)


def id_of(rejection: Rejection, several: Container[str] = ()) -> str:
    """Return the id of a rejection's candidate: its short id if it was drawn, else a hash.

    Args:
        rejection: a line of the ledger.
        several: the result of :func:`several_runs` for the folder.
    """
    if rejection.index is not None:
        return short_id(rejection.frontend, rejection.seed, rejection.index, several)
    return hash_text("\n".join((rejection.frontend, rejection.origin, rejection.kernel_name)))[:_DIGITS]


def read_ledger(folder: Place) -> list[Entry]:
    """Return the lines of a folder's ledger, in order. For an unfinished run, return those of its finished chunks.

    Raises:
        TargetError: if there is no such folder, irsmith did not write it, or a line is invalid.
    """
    store = store_of(folder)
    if not store.names(SIDECAR) and not store.names(CHUNKS):
        where = store.where
        raise TargetError(f"no ledger in {where}; expected a folder that irsmith generate or irsmith extract wrote")
    entries, several = list[Entry](), several_runs(store)
    for found in scan_ledger(store):
        if isinstance(found, BrokenFile):
            raise TargetError(found.why)
        entries.append(Entry(id_of(found, several), found))
    return entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A filter for lines of a ledger. A field matches any of its values, or everything if it is empty."""

    frontend: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    recipe: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    symptom: tuple[str, ...] = ()

    def of(self, entries: Iterable[Entry]) -> list[Entry]:
        """Return the lines that match, in order."""
        return [each for each in entries if self._takes(each.rejection)]

    def _takes(self, rejection: Rejection) -> bool:
        pairs = (
            (self.frontend, rejection.frontend),
            (self.category, rejection.category),
            (self.recipe, rejection.recipe),
            (self.level, rejection.level or ""),
            (self.stage, str(rejection.stage)),
            (self.symptom, str(rejection.symptom)),
        )
        return all(not allowed or value in allowed for allowed, value in pairs)


def find_entries(entries: Sequence[Entry], key: str) -> list[Entry]:
    """Return the lines of one candidate, given its id, a prefix of it, its index, or the kernel's name.

    The id of a drawn one may be given with or without the seed.

    Raises:
        TargetError: if lines of several candidates match. The message lists their ids.
    """
    exact = [each for each in entries if key == each.id]
    found = exact or [
        each
        for each in entries
        if key in (*_forms(each.rejection), each.rejection.kernel_name)
        or (each.rejection.index is None and each.id.startswith(key))
    ]
    ids = list(dict.fromkeys(each.id for each in found))
    if len(ids) > 1:
        raise TargetError(f"{key!r} is {len(ids)} candidates; give one of their ids: {', '.join(ids[:8])}")
    return found


def _forms(rejection: Rejection) -> tuple[str, ...]:
    if rejection.index is None:
        return ()
    return short_forms(rejection.frontend, rejection.seed, rejection.index)


def counts(entries: Iterable[Entry]) -> tuple[Counter[str], Counter[str]]:
    """Return the number of lines by symptom, and by recipe (by origin for kernels that were not drawn)."""
    symptoms, recipes = Counter[str](), Counter[str]()
    for each in entries:
        symptoms[str(each.rejection.symptom)] += 1
        recipes[each.rejection.recipe or each.rejection.origin or "(extracted)"] += 1
    return symptoms, recipes
