"""A candidate of a folder made once more, in a fresh process: does the same come out?"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, cast

from synthesis.errors import ConfigError, Stage, Symptom, TargetError
from synthesis.extraction import extract_with
from synthesis.isolation.confinement import MY_OWN
from synthesis.isolation.zygote import Casualty, Zygote
from synthesis.ledger import Entry, find_entries, read_ledger
from synthesis.making.candidate import Candidate
from synthesis.making.workshop import Workshop
from synthesis.output.layout import SETTINGS, read_object
from synthesis.output.reading import Document, Place, find_pair
from synthesis.records import Pair, Rejection
from synthesis.registry import frontend_modules, get_frontend
from synthesis.settings import Extraction, Making, Run, run_of
from synthesis.sources.drawn import TERMS, DrawnKernels
from synthesis.sources.extracted import TERMS as EXTRACTED
from synthesis.stores.base import join
from synthesis.stores.places import store_of
from synthesis.tally import Repeats

_PATIENCE = 600.0
"""Seconds of processor time for one candidate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replay:
    """What was recorded of a candidate, and what came out when it was made again."""

    id: str
    before: tuple[Rejection, ...]
    after: tuple[Rejection, ...]
    changed: tuple[str, ...] = ()
    """Levels of a row whose text is another now."""

    @property
    def same(self) -> bool:
        """Whether stages, symptoms and the tools' words are the same, level by level, and the texts of a row too."""
        return not self.changed and sorted(map(_essence, self.before)) == sorted(map(_essence, self.after))

    def to_json(self) -> dict[str, Any]:
        """The findings as JSON values."""
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

    A drawn one is made from the settings of its run, one of the user's from the file or module that it was found in,
    or, if it became a row, from the row's source.

    Args:
        folder: what ``irsmith generate`` or ``irsmith extract`` wrote.
        key: an id of the ledger, an index, a kernel's name, or what ``irsmith show`` takes for a row.

    Raises:
        TargetError: if there is no such candidate, or several, or it cannot be told where it came from.
        ConfigError: if the record of the run cannot be used.
    """
    entries = find_entries(read_ledger(folder), key)
    before = tuple(each.rejection for each in entries)
    settings = settings_of(folder)
    if settings is not None:
        row = None if any(each.level is None for each in before) else find_pair(folder, key.rpartition("-")[2])
        index = before[0].index if before else row.metadata["index"] if row is not None else None
        assert index is not None, "every drawn candidate has an index"
        name = entries[0].id if entries else f"{settings.frontend}-{index}"
        return _compared(name, before, row, _drawn_again(settings, index, before))
    row = _row_of(folder, entries, key)
    name = entries[0].id if entries else key
    if row is not None:
        return _compared(name, before, row, _outcome(row.frontend, partial(_row_again, row)))
    origin, kernel = before[0].origin, before[0].kernel_name
    outcomes = _extracted_again(origin, kernel, before[0].frontend or None)
    return Replay(id=name, before=before, after=outcomes)


def settings_of(folder: Place) -> Run | None:
    """The settings of the run that made a folder; None of an extraction.

    Raises:
        ConfigError: if the record cannot be used.
    """
    store = store_of(folder)
    if not store.has(SETTINGS):
        return None
    record = read_object(store, SETTINGS)
    try:
        found = run_of(record)
    except ConfigError as error:
        raise ConfigError(f"{join(store.where, SETTINGS)} is not the record of a run: {error}") from error
    return found if isinstance(found, Run) else None


def _row_of(folder: Place, entries: list[Entry], key: str) -> Document | None:
    """The row of a candidate of the user's; None if none of it became one.

    Raises:
        TargetError: if there is neither a row nor a line of the ledger.
    """
    if any(each.rejection.level is None for each in entries):
        return None
    return find_pair(folder, entries[0].rejection.kernel_name if entries else key)


@dataclass(frozen=True, slots=True)
class _Made:
    """What came out of a candidate, without anything that cannot travel."""

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
    """The earlier candidate that a repeat is the same program as."""
    found = re.search(r"index (\d+)", detail)
    return int(found[1]) if found else None


def _make_drawn(settings: Run, indices: list[int]) -> Iterator[_Made]:
    source = DrawnKernels(settings, settings)
    specs = [source.generator.spec(index) for index in indices]
    yield _last(settings, [Candidate(spec=spec, number=spec.index or 0, device=source.device, levels=source.levels)
                           for spec in specs])  # fmt: skip


def _last(settings: Making, candidates: list[Candidate]) -> _Made:
    """What came out of the last of some candidates, those before it known."""
    repeats = Repeats()
    with Workshop(settings, TERMS) as workshop:
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
    """What comes out of work in a process of its own."""
    with Zygote(preload=frontend_modules(frontend), confinement=MY_OWN) as zygote:
        for item in zygote.run(work, _Made, time_limit=_PATIENCE):
            if isinstance(item, Casualty):
                found = Rejection(stage=Stage.LOWER, symptom=item.symptom, detail=item.detail, frontend=frontend)
                return _Made((found,), {})
            return cast(_Made, item)
    return _Made((), {})


def _extracted_again(origin: str, kernel: str, frontend: str | None) -> tuple[Rejection, ...]:
    """The rejections of a kernel of the user's; of a whole file if it has no name.

    Raises:
        TargetError: if the ledger does not say where it came from, or there is no such place any more.
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
