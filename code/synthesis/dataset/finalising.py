"""Makes a data set from the parts of runs: removes repeats, writes the ledger and the files of the rows.

The result depends on the rows alone, and not on chunks, workers, engines, or the order in which runs were made or
merged. Drawn kernels are repeats if they have the same source after renaming. Two different kernels of a user may have
the same source, so a user's kernels are repeats only if several files export one kernel.
"""

import hashlib
import json
from collections.abc import Container, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from synthesis.core.errors import ConfigError, LeakError
from synthesis.core.progress import Meter, OnProgress
from synthesis.core.records import Rejection
from synthesis.core.run_settings import Finishing
from synthesis.core.stores.base import Store
from synthesis.core.stores.places import store_of
from synthesis.core.version import __version__
from synthesis.dataset.card import Card, write_card
from synthesis.dataset.census import Census, Sieve, take_census
from synthesis.dataset.contamination import Reference, files_of
from synthesis.dataset.leaks import LeakCounter, describe_leaks
from synthesis.dataset.neighbours import Neighbours, find_neighbours
from synthesis.dataset.runs import RunFolder, bring_in, entries_of, runs_of
from synthesis.dataset.splits import HoldOut, SplitRule
from synthesis.dataset.storage.chunks import Chunk, ChunkRecord
from synthesis.dataset.storage.layout import CARD, FILES, LEAKS, LEDGER, SIDECAR, hash_of_stored, sweep
from synthesis.dataset.storage.manifest import DataFile, Manifest, read_manifest
from synthesis.dataset.storage.naming import form_of, is_table
from synthesis.dataset.storage.rows import unpacked_metadata
from synthesis.dataset.survey import SOURCE, Survey
from synthesis.dataset.tally import RunSummary, summarise
from synthesis.dataset.tokens import counter_of
from synthesis.dataset.writers import ROWS_OF_A_FILE, WRITERS, Contents, Placed, is_as_written

Place = str | Path | Store
_PASS = 1 / 3
"""Progress of a row for each of the three passes: compare, sift and write."""


def finalize(
    *places: Place,
    out: Place | None = None,
    on_progress: OnProgress | None = None,
    settings: Finishing | None = None,
    **fields: Any,
) -> RunSummary:
    """Make the data set of finished runs. Calling it again changes nothing.

    Args:
        places: folders of runs, or of data sets that runs were merged into. With ``out``, their runs are copied there,
            and the data set in it grows by their rows.
        out: the folder of the data set. If None, there must be one place, which is used.
        on_progress: called with the progress of each row.
        settings: the settings of the data set.
        fields: fields of :class:`synthesis.Finishing` by name, such as ``format``, ``test`` or ``hold_out``. They
            override the settings.

    Raises:
        ConfigError: if a folder holds no run, chunks are missing, or a setting is invalid.
        LeakError: if splits share a source, a text or a structure, which should be impossible.
        OutputError: if the folder cannot be written, or another process is using it.
    """
    finishing = Finishing.of(**{**(settings or Finishing()).to_json(), **fields})
    check_beforehand(finishing)
    if not places or (out is None and len(places) > 1):
        raise ConfigError(f"one folder, or several with out, the folder of their data set; got {len(places)}")
    sources = [store_of(each) for each in places]
    store = sources[0] if out is None else store_of(out)
    runs = [run for each in sources for run in runs_of(each)]
    for run in runs:  # check all runs before anything is written
        run.check_whole()
    store.prepare()
    with store.alone(SIDECAR):
        if out is not None:
            bring_in(store, [run for run in runs if run.store.where != store.where])
        return finalize_alone(store, finishing, on_progress)


def check_beforehand(finishing: Finishing) -> None:
    """Check the settings of a data set, as far as possible before there are rows.

    Raises:
        ConfigError: if a hold-out is invalid, external data does not exist, or there is no such tokenizer.
    """
    _holds_out(finishing)
    counter_of(finishing.tokenizer)
    for path in finishing.against or ():
        files_of(path)


def check_form(store: Store, finishing: Finishing) -> None:
    """Check that a folder holds no data set in another format, whose files would have to be removed.

    Raises:
        ConfigError: if it holds one.
    """
    before = read_manifest(store)
    form = None if before is None else form_of([each.name for each in before.files])
    if form is not None and form != finishing.format:
        command = f"irsmith finalize {store.where} --format {finishing.format} --out OTHER"
        raise ConfigError(
            f"{store.where} holds a data set in format {form}, and the requested format is {finishing.format}; "
            f"nothing was changed; write the other format into another folder: {command}"
        )


def _holds_out(finishing: Finishing) -> list[HoldOut]:
    if finishing.hold_out and finishing.format != "parquet":
        raise ConfigError(f"hold_out needs splits, which only format parquet has; format is {finishing.format}")
    return [HoldOut.of(each) for each in finishing.hold_out or ()]


def finalize_alone(store: Store, finishing: Finishing, on_progress: OnProgress | None = None) -> RunSummary:
    """Make the data set of a folder that no other process is using; see :func:`finalize`."""
    check_form(store, finishing)
    sweep(store)
    runs = runs_of(store)
    references = [Reference(path) for path in finishing.against or ()]
    digest, total = _digest(runs, finishing, references)
    before = read_manifest(store)
    old = before.files if before is not None else ()
    if before is not None and before.of == digest and all(_is_there(store, each) for each in (*old, *before.beside)):
        return RunSummary.from_json({**before.summary, "out": store.where})
    meter = Meter(total, [on_progress] if on_progress is not None else [])
    census = _take(runs, finishing, references, meter)
    survey = Survey(store.where, count_tokens=counter_of(finishing.tokenizer))
    _write_ledger(store, runs, census)
    survey.rejections, survey.dropped = census.totals.rejections, census.totals.dropped
    leaks = LeakCounter()
    contents = Contents(census, _kept(census, survey, leaks, meter))
    files = [*WRITERS[finishing.format](store, contents, old)]
    survey.leaks = _report(census, leaks, finishing)
    if finishing.format == "parquet" and (shared := describe_leaks(survey.leaks["splits"])):
        raise LeakError(f"{store.where} is not finished, for splits share programs: {'; '.join(shared)}")
    store.write(LEAKS, (json.dumps(survey.leaks, indent=2) + "\n").encode())
    card = Card(survey, runs, census.levels, files, finishing)
    files += write_card(store, card, next((each for each in old if each.name == CARD), None))
    summary = summarise(census.totals, runs[0].settings if len(runs) == 1 else None, store.where)
    beside = tuple(DataFile(name, 0, hash_of_stored(store, name)) for name in (LEDGER, LEAKS))
    summary_fields = {name: value for name, value in summary.to_json().items() if name != "out"}
    with store.writing(FILES) as file:
        for line in Manifest(digest, tuple(files), summary_fields, beside).to_lines():
            file.write(line.encode())
    _clear(store, {CARD, *(each.name for each in files)}, (*(each.name for each in old), *_tables(store, census)))
    return summary


def _tables(store: Store, census: Census) -> Iterator[str]:
    """Yield the row files in the folders of front ends, including those left behind by a killed process."""
    for frontend in census.levels:
        yield from (f"{frontend}/{name}" for name in store.names(frontend) if is_table(name))


def _clear(store: Store, kept: Container[str], names: Iterable[str]) -> None:
    """Remove the files of an earlier data set that are not part of this one."""
    for name in dict.fromkeys(names):
        if name not in kept:
            store.remove(name)


def _digest(runs: Sequence[RunFolder], finishing: Finishing, references: Sequence[Reference]) -> tuple[str, int]:
    """Return the digest of everything that a data set is made from, and the number of rows of its runs.

    Raises:
        ConfigError: if chunks are missing.
    """
    made_with = [
        finishing.to_json(),
        [each.digest for each in references],
        [(run.name, len(run.chunks)) for run in runs],
    ]
    digest = hashlib.blake2b(json.dumps([__version__, made_with]).encode(), digest_size=16)
    rows = 0
    for run in runs:
        for _, record in run.records():
            digest.update(record.to_json().encode())
            rows += len(record.rows)
    return digest.hexdigest(), rows


def _take(runs: Sequence[RunFolder], finishing: Finishing, references: Sequence[Reference], meter: Meter) -> Census:
    """Assign all rows to splits.

    Raises:
        ConfigError: if a hold-out matches no row.
    """
    rule = _rule_of(finishing)
    neighbours = Neighbours()
    if finishing.near != "ignore":
        neighbours = find_neighbours(_sources(runs, meter))
    sieve = Sieve(
        rule=rule,
        neighbours=neighbours,
        drops_near=finishing.near == "drop",
        references=references,
        drops_overlap=finishing.drop_overlap,
    )
    entries = entries_of(runs, None if references else ())
    census = take_census(runs, entries, sieve, ROWS_OF_A_FILE, lambda: meter.step(_PASS, "sift"))
    for each in rule.held_out if rule is not None else ():
        if not census.held_out[each.text] and census.totals.rows:
            raise ConfigError(f"hold_out: no row has {each.text}, so nothing would be held out")
    return census


def _rule_of(finishing: Finishing) -> SplitRule | None:
    """Return the rule of splits; None if there are none."""
    if finishing.format != "parquet":
        return None
    return SplitRule(validation=finishing.validation, test=finishing.test, held_out=_holds_out(finishing))


def _sources(runs: Sequence[RunFolder], meter: Meter) -> Iterator[str]:
    for entry in entries_of(runs, ()):
        yield entry.row.source
        meter.step(_PASS, "compare")


def _write_ledger(store: Store, runs: Sequence[RunFolder], census: Census) -> None:
    """Write the ledger, with the rejections of all chunks and of rows that are left out, and count them."""
    written: dict[str, tuple[str, Chunk]] = {}
    with store.writing(LEDGER) as ledger:
        for run in runs:
            for chunk, record in run.records():
                here = (run.name, chunk)
                for rejection in _ledger_of(record, census.left_out.get(here, {})):
                    line = json.dumps(rejection.to_json(), ensure_ascii=False)
                    # A kernel that several files export is rejected in several chunks, with the same line. It is
                    # written once.
                    of_user = rejection.index is None and rejection.kernel_name
                    if of_user and written.setdefault(line, here) != here:
                        continue
                    ledger.write(line.encode() + b"\n")
                    if rejection.level is None:
                        census.totals.count(rejection)
                    else:
                        census.totals.count_dropped(rejection)


def _ledger_of(record: ChunkRecord, left_out: dict[int, Rejection | None]) -> list[Rejection]:
    """Return the ledger lines of a chunk: one for each left-out row, and none for single levels of such rows."""
    gone = {record.rows[place].index for place in left_out} - {None}
    rejections = [each for each in record.rejections if each.index is None or each.index not in gone]
    rejections += [each for each in left_out.values() if each is not None]
    return sorted(rejections, key=lambda each: each.index or 0)


def _kept(census: Census, survey: Survey, leaks: LeakCounter, meter: Meter) -> Iterator[Placed]:
    """Yield the kept rows, and count each.

    Raises:
        ConfigError: if a part has changed since it was written.
    """
    stays = 0
    for number, entry in enumerate(entries_of(census.runs)):
        split = census.split_of(number)
        meter.step(_PASS, "write")
        if split is not None:
            survey.add(unpacked_metadata(entry.row.metadata), {SOURCE: entry.row.source, **entry.row.texts}, split)
            leaks.add(split, entry.row)
            index = entry.record.index if census.numbers_are_indices else stays
            yield Placed(index or 0, split, entry)
            stays += 1
        meter.finish(is_row=split is not None)


def _report(census: Census, leaks: LeakCounter, finishing: Finishing) -> dict[str, Any]:
    """Return the report on what splits share, near repeats, and overlaps with external data."""
    rule = _rule_of(finishing)
    return {
        "rule": None if rule is None else rule.to_json(),
        "splits": leaks.report(),
        "held_out": {each: census.held_out[each] for each in finishing.hold_out or ()},
        "near": dict(census.near) if finishing.near != "ignore" else None,
        "overlap": {each: census.overlaps[each] for each in finishing.against or ()},
        "overlap_left_out": bool(finishing.against) and finishing.drop_overlap,
    }


def _is_there(store: Store, file: DataFile) -> bool:
    """Return whether a file of the data set is unchanged. For the card, which users may edit, it only has to exist."""
    return store.has(file.name) if file.name == CARD else is_as_written(store, file)
