"""What a folder's ledger holds: the candidates, and the levels of them, that did not become rows."""

from collections import Counter
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass

from synthesis.core.errors import TargetError
from synthesis.core.identity.hashing import hash_text
from synthesis.core.records import Rejection
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.layout import CHUNKS, SIDECAR
from synthesis.dataset.storage.reading import BrokenFile, Place, read_drawings, scan_ledger, short_forms, short_id

_DIGITS = 10


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a ledger."""

    id: str
    """Of the candidate: several levels of one have the same."""
    rejection: Rejection


def several_runs(*folders: Place) -> frozenset[str]:
    """The front ends of which folders hold drawn kernels of several runs: one number is that of several kernels.

    Args:
        folders: all that the numbers are to be told apart in.
    """
    drawings = {(each.frontend, each.seed, each.digest) for folder in folders for each in read_drawings(folder)}
    runs = Counter(frontend for frontend, _, _ in drawings)
    return frozenset(name for name, count in runs.items() if count > 1)


def id_of(rejection: Rejection, several: Container[str] = ()) -> str:
    """What a rejection's candidate is called: its short id if it was drawn, a hash if it is the user's.

    Args:
        rejection: a line of the ledger.
        several: what :func:`several_runs` says of the folder.
    """
    if rejection.index is not None:
        return short_id(rejection.frontend, rejection.seed, rejection.index, several)
    return hash_text("\n".join((rejection.frontend, rejection.origin, rejection.kernel_name)))[:_DIGITS]


def read_ledger(folder: Place) -> list[Entry]:
    """The lines of a folder's ledger, in order; of a run in progress, those of its finished chunks.

    Raises:
        TargetError: if there is no such folder, irsmith did not write it, or a line is no rejection.
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
    """Which lines of a ledger are meant; of each field one of the values, any if there is none."""

    frontend: tuple[str, ...] = ()
    category: tuple[str, ...] = ()
    recipe: tuple[str, ...] = ()
    level: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    symptom: tuple[str, ...] = ()

    def of(self, entries: Iterable[Entry]) -> list[Entry]:
        """The lines that are meant, in order."""
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
        return all(not wanted or value in wanted for wanted, value in pairs)


def find_entries(entries: Sequence[Entry], key: str) -> list[Entry]:
    """The lines of one candidate: by its id, the first characters of it, its index, or the kernel's name.

    Of a drawn one the id may be given with the seed and without it.

    Raises:
        TargetError: if lines of several candidates are meant; the message says which.
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
    """How many lines there are by symptom, and by recipe (by origin of those that were not drawn)."""
    symptoms, recipes = Counter[str](), Counter[str]()
    for each in entries:
        symptoms[str(each.rejection.symptom)] += 1
        recipes[each.rejection.recipe or each.rejection.origin or "(extracted)"] += 1
    return symptoms, recipes
