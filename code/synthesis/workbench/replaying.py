"""Makes a candidate of a folder again in a new process, and compares the results."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

from synthesis.core.errors import ConfigError, Stage, Symptom, TargetError
from synthesis.core.records import Pair, Rejection
from synthesis.core.run_settings import Extraction, Run, run_of
from synthesis.core.sandbox.confinement import MY_OWN
from synthesis.core.sandbox.zygote import Casualty, Zygote
from synthesis.core.settings import Making
from synthesis.core.stores.base import Store, join
from synthesis.core.stores.places import store_of
from synthesis.dataset.ledger import Entry, find_entries, read_ledger, several_runs
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.layout import read_object
from synthesis.dataset.storage.listing import Place, names_of_settings
from synthesis.dataset.storage.reading import find_pair, short_id
from synthesis.dataset.tally import Repeats
from synthesis.frontends.registry import frontend_modules, get_frontend
from synthesis.making.candidate import Candidate
from synthesis.making.runs.extraction import extract_with
from synthesis.making.sources.drawn import DrawnKernels
from synthesis.making.sources.extracted import TERMS as EXTRACTED
from synthesis.making.stages import Terms
from synthesis.making.workshop import Workshop

_TIME_LIMIT = 600.0
"""Processor time limit for one candidate, in seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """The recorded and the new results of a candidate."""

    id: str
    before: tuple[Rejection, ...]
    after: tuple[Rejection, ...]
    changed: tuple[str, ...] = ()
    """Levels of a row whose text has changed."""

    @property
    def same(self) -> bool:
        """Whether both results have the same stage, symptom and message for each level, and the row the same texts."""
        return not self.changed and sorted(map(_essence, self.before)) == sorted(map(_essence, self.after))

    def to_json(self) -> dict[str, Any]:
        """Return the comparison as JSON values."""
        return {
            "id": self.id,
            "same": self.same,
            "before": [each.to_json() for each in self.before],
            "after": [each.to_json() for each in self.after],
            "changed": list(self.changed),
        }


def _essence(rejection: Rejection) -> tuple[str, str, str, str]:
    return rejection.level or "", str(rejection.stage), str(rejection.symptom), rejection.detail


def replay(folder: Place, key: str) -> Replay:
    """Make a candidate of a folder again.

    A drawn candidate is made from the settings of its run. A user's is made from its file or module, or from the row's
    source if it became a row.

    Args:
        folder: the output folder of ``irsmith generate`` or ``irsmith extract``.
        key: an id in the ledger, an index, a kernel's name, or a key that ``irsmith show`` accepts for a row.

    Raises:
        TargetError: if there is no such candidate, or several, or its origin is unknown.
        ConfigError: if the record of the run is invalid.
    """
    entries = find_entries(read_ledger(folder), key)
    before = tuple(each.rejection for each in entries)
    row = _row_of(folder, entries, key)
    name = entries[0].id if entries else key
    drawn = before[0] if before else row.spec if row is not None else None
    if drawn is not None and drawn.index is not None:
        if not entries:
            name = short_id(drawn.frontend, drawn.seed, drawn.index, several_runs(folder))
        settings = run_that_drew(folder, drawn.frontend, drawn.seed)
        if settings is not None:
            return _compared(name, before, row, _drawn_again(settings, drawn.index, before))
    if row is not None:
        return _compared(name, before, row, _outcome(row.frontend, partial(_row_again, row)))
    origin, kernel = before[0].origin, before[0].kernel_name
    outcomes = _extracted_again(origin, kernel, before[0].frontend or None)
    return Replay(id=name, before=before, after=outcomes)


def run_that_drew(folder: Place, frontend: str, seed: int | None) -> Run | None:
    """Return the run that drew a kernel: the folder's run, or one of those merged into the folder; None if none did.

    Args:
        folder: the output folder of ``irsmith generate`` or ``irsmith finalize``.
        frontend: the kernel's front end.
        seed: the kernel's seed; None if its ledger line has none, as in older versions.

    Raises:
        ConfigError: if the record of a run is invalid.
        TargetError: if several runs may have drawn it.
    """
    store = store_of(folder)
    found: list[Run] = []
    for name in filter(store.has, names_of_settings(store)):
        settings = _settings_in(store, name)
        if isinstance(settings, Run) and settings.frontend == frontend and seed in (None, settings.seed):
            found.append(settings)
    if len({(each.seed, each.digest) for each in found}) > 1:
        raise TargetError(
            f"{store.where} holds {len(found)} runs of {frontend} that may have drawn this kernel; name the "
            "folder of the one that did"
        )
    return found[0] if found else None


def _settings_in(store: Store, name: str) -> object:
    record = read_object(store, name)
    try:
        return run_of(record)
    except ConfigError as error:
        raise ConfigError(f"{join(store.where, name)} is not the record of a run: {error}") from error


def _row_of(folder: Place, entries: list[Entry], key: str) -> Document | None:
    """Return the row of a candidate; None if it did not become one.

    Raises:
        TargetError: if there is neither a row nor a ledger line.
    """
    if any(each.rejection.level is None for each in entries):
        return None
    if not entries:
        return find_pair(folder, key)
    rejection = entries[0].rejection
    return find_pair(folder, rejection.kernel_name if rejection.index is None else entries[0].id)


@dataclass(frozen=True, slots=True)
class _Made:
    """The result of making a candidate, as plain data."""

    rejections: tuple[Rejection, ...]
    texts: Mapping[str, str | None]


def _compared(name: str, before: tuple[Rejection, ...], row: Document | None, made: _Made) -> Replay:
    stored: Mapping[str, str | None] = {} if row is None else row.texts
    changed = tuple(level for level, text in stored.items() if made.texts.get(level) != text)
    return Replay(id=name, before=before, after=made.rejections, changed=changed)


def _drawn_again(settings: Run, index: int, before: tuple[Rejection, ...]) -> _Made:
    earlier = next((_named_index(each.detail) for each in before if each.stage is Stage.DEDUPLICATE), None)
    indices = [index] if earlier is None else [earlier, index]
    return _outcome(settings.frontend, partial(_make_drawn, settings, indices))


def _named_index(detail: str) -> int | None:
    """Return the index of the earlier candidate named in the message of a repeat."""
    found = re.search(r"index (\d+)", detail)
    return int(found[1]) if found else None


def _make_drawn(settings: Run, indices: list[int]) -> Iterator[_Made]:
    source = DrawnKernels(settings, settings)
    specs = [source.generator.spec(index) for index in indices]
    candidates = [
        Candidate(spec=spec, number=spec.index or 0, device=source.device, levels=source.levels) for spec in specs
    ]
    yield _last(settings, source.terms, candidates)


def _last(settings: Making, terms: Terms, candidates: list[Candidate]) -> _Made:
    """Return the result of the last candidate, with the earlier ones made first so that repeats are detected."""
    repeats = Repeats()
    with Workshop(settings, terms) as workshop:
        outcomes = [repeats.settle(each) for each in workshop.pairs(candidates)]
    return _made(outcomes[-1])


def _made(outcome: Pair | Rejection) -> _Made:
    if isinstance(outcome, Rejection):
        return _Made((outcome,), {})
    return _Made(outcome.rejections, outcome.texts)


def _row_again(row: Document) -> Iterator[_Made]:
    frontend = get_frontend(row.frontend)
    levels = tuple(frontend.level(name) for name in row.texts)
    candidate = Candidate(spec=row.spec, device=row.device, levels=levels)
    with Workshop(Making(), EXTRACTED) as workshop:
        (outcome,) = workshop.pairs([candidate])
    yield _made(outcome)


def _outcome(frontend: str, work: "partial[Iterator[_Made]]") -> _Made:
    """Return the result of work in a separate process."""
    with Zygote(preload=frontend_modules(frontend), confinement=MY_OWN) as zygote:
        for item in zygote.run(work, _Made, time_limit=_TIME_LIMIT):
            if isinstance(item, Casualty):
                found = Rejection(stage=Stage.LOWER, symptom=item.symptom, detail=item.detail, frontend=frontend)
                return _Made((found,), {})
            return cast(_Made, item)
    return _Made((), {})


def _extracted_again(origin: str, kernel: str, frontend: str | None) -> tuple[Rejection, ...]:
    """Return the rejections of a user's kernel, or of its whole file if ``kernel`` is empty.

    Raises:
        TargetError: if the ledger does not give its origin, or the origin no longer exists.
    """
    if not origin:
        raise TargetError("the ledger does not say which file or module the kernel was found in")
    try:
        outcomes = list(extract_with(Extraction(frontend=frontend), origin))
    except TargetError as error:
        cause = getattr(error, "symptom", None)
        if not isinstance(cause, Symptom):
            raise
        return (Rejection(stage=Stage.LOAD, symptom=cause, detail=str(error), origin=origin),)
    found: list[Rejection] = []
    for each in outcomes:
        if isinstance(each, Rejection) and each.kernel_name == kernel:
            found.append(replace(each, origin=origin))
        elif isinstance(each, Pair) and each.spec.name == kernel:
            found += each.rejections
    return tuple(found)
