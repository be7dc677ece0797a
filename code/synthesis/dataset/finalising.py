"""From the parts of a run to a data set: repeats are dropped, the ledger is written, and the files of the rows.

What comes out depends on the rows alone, not on chunks, workers, engines, or the order in which anything was made. Of
drawn kernels those are repeats that are the same program after renaming; of the user's, which may well be, those that
are the same kernel, which several files make public.
"""

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from synthesis.dataset.writers import WRITERS, Contents, Shelf
from synthesis.errors import ConfigError
from synthesis.output.chunks import Chunk, ChunkRecord, RowRecord, chunks_of, read_chunk
from synthesis.output.layout import CHUNKS, FILES, LEDGER, SETTINGS, SIDECAR, hash_of, read_object, sweep
from synthesis.output.manifest import DataFile, Manifest, read_manifest
from synthesis.output.rows import Row
from synthesis.output.tables import TableError, read_rows
from synthesis.progress import Meter, OnProgress
from synthesis.records import Rejection
from synthesis.settings import FORMATS, AnyRun, Run, run_of
from synthesis.stores.base import Store, join
from synthesis.stores.places import store_of
from synthesis.tally import Repeats, RunSummary, Statistics, repeat_of, summarise


def finalise(place: str | Path | Store, *, form: str = "parquet", on_progress: OnProgress | None = None) -> RunSummary:
    """Make the data set of a run of which every chunk is there; the same again changes nothing.

    Args:
        place: the run's folder.
        form: ``parquet``, ``json`` for a file a row, or ``text`` for a file each for the Python and every level.
        on_progress: told of each row that is written.

    Raises:
        ConfigError: if the folder holds no run, chunks are missing, or there is no such form.
        OutputError: if the folder cannot be written, or another process is at it.
    """
    if form not in FORMATS:
        raise ConfigError(f"format is one of {', '.join(FORMATS)}, got {form!r}")
    store = store_of(place)
    with store.alone(SIDECAR):
        return finalise_alone(store, form, on_progress)


def finalise_alone(store: Store, form: str, on_progress: OnProgress | None = None) -> RunSummary:
    """Make the data set of a folder that no other process is at; see :func:`finalise`."""
    settings = run_of(read_object(store, SETTINGS))
    sweep(store)
    chunks = list(chunks_of(settings.count, settings.chunk_size))
    census = _take(store, settings, chunks, form)
    summary = summarise(census.totals, settings, store.where)
    before = read_manifest(store)
    if before is not None and before.of == census.digest and all(_is_there(store, each) for each in before.files):
        return summary
    meter = Meter(census.totals.rows, [on_progress] if on_progress is not None else [])
    contents = Contents(
        [Shelf(name, tuple(census.levels[name]), rows) for name, rows in census.rows.items()],
        census.last,
        lambda frontend: _kept(store, census, frontend, meter),
    )
    files = tuple(WRITERS[form](store, contents))
    with store.writing(FILES) as file:
        for line in Manifest(census.digest, files).to_lines():
            file.write(line.encode())
    kept = {each.name for each in files}
    for old in before.files if before is not None else ():
        if old.name not in kept:
            store.remove(old.name)
    return summary


@dataclass(slots=True)
class _Census:
    """What is in the chunks of a run."""

    totals: Statistics = field(default_factory=Statistics)
    dropped: dict[Chunk, set[int]] = field(default_factory=dict[Chunk, set[int]])
    """The places in their parts of rows that are repeats."""
    parts: dict[Chunk, str] = field(default_factory=dict[Chunk, str])
    """The hash that each chunk's part was written with."""
    rows: dict[str, int] = field(default_factory=dict[str, int])
    """Front end to number of rows that stay."""
    levels: dict[str, dict[str, None]] = field(default_factory=dict[str, dict[str, None]])
    """Front end to the levels of its rows."""
    last: int = 0
    """The largest number of a row."""
    digest: str = ""
    """Of all that the data set is made from."""


class _Counter:
    """Counts what is in the chunks of a run, one after the other, and tells repeats."""

    def __init__(self, store: Store, census: _Census) -> None:
        self._store = store
        self._census = census
        self._repeats = Repeats()
        self._said: dict[str, Chunk] = {}
        """The lines of the ledger that earlier files of the user's have come to."""

    def take(self, chunk: Chunk, record: ChunkRecord) -> list[Rejection]:
        """Count a chunk; returns its lines of the ledger, in the order of candidates."""
        earlier: dict[int, int | None] = {}
        for place, row in enumerate(record.rows):
            frontend = self._count_levels(row)
            if row.index is not None:
                self._census.last = max(self._census.last, row.index)
            key = row.renamed_hash if row.kernel is None else row.kernel.identity
            if not self._repeats.is_new(key, row.index):
                earlier[place] = self._repeats.first(key)
                continue
            self._census.totals.count_row(row.category, row.missing_levels)
            self._census.rows[frontend] = self._census.rows.get(frontend, 0) + 1
            if row.kernel is not None:
                self._census.last = self._census.totals.rows - 1
                self._census.totals.frontends.add(frontend)
        self._census.dropped[chunk] = set(earlier)
        rejections = self._ledger_of(chunk, record, earlier)
        for rejection in rejections:
            if rejection.level is None:
                self._census.totals.count(rejection)
        return rejections

    def _count_levels(self, row: RowRecord) -> str:
        """Note the levels of a row of the user's; returns its front end, which of drawn ones is known."""
        if row.kernel is None:
            return next(iter(self._census.levels))
        self._census.levels.setdefault(row.kernel.frontend, {}).update(dict.fromkeys(row.kernel.levels))
        return row.kernel.frontend

    def _ledger_of(self, chunk: Chunk, record: ChunkRecord, earlier: dict[int, int | None]) -> list[Rejection]:
        """The lines of a chunk, without those of repeats, and with one for each repeat that was drawn."""
        drawn = {index: earlier[place] for place in earlier if (index := record.rows[place].index) is not None}
        rejections = [each for each in record.rejections if each.index is None or each.index not in drawn]
        if drawn:
            rows = _rows_of(self._store, chunk, record.part)
            repeats = (row for row in rows if row.metadata["index"] in drawn)
            rejections += [_repeat_of(row, drawn[row.metadata["index"]]) for row in repeats]
        rejections.sort(key=lambda each: each.index or 0)
        return [each for each in rejections if each.index is not None or not self._has_said(chunk, each)]

    def _has_said(self, chunk: Chunk, rejection: Rejection) -> bool:
        """Whether another chunk's line of a kernel of the user's says the same, because it is the same kernel."""
        if not rejection.kernel_name:
            return False
        line = json.dumps(rejection.to_json())
        return self._said.setdefault(line, chunk) != chunk


def _take(store: Store, settings: AnyRun, chunks: list[Chunk], form: str) -> _Census:
    """Go through all records, and write the ledger.

    Raises:
        ConfigError: if some are missing.
    """
    census = _Census()
    if isinstance(settings, Run):
        census.rows[settings.frontend] = 0
        census.levels[settings.frontend] = dict.fromkeys(settings.level or ())
    counter = _Counter(store, census)
    digest = hashlib.blake2b(json.dumps([form, settings.to_json()]).encode(), digest_size=16)
    present = {name.removesuffix(".json") for name in store.names(CHUNKS)}
    missing = [chunk for chunk in chunks if chunk.stem not in present]
    with store.writing(LEDGER) as ledger:
        for chunk in chunks if not missing else ():
            record = read_chunk(store, chunk, check=False)
            if record is None:
                missing.append(chunk)
                continue
            census.parts[chunk] = record.part
            digest.update(record.to_json().encode())
            for rejection in counter.take(chunk, record):
                ledger.write(json.dumps(rejection.to_json(), ensure_ascii=False).encode() + b"\n")
        if missing:
            raise ConfigError(
                f"{store.where} lacks {len(missing)} of {len(chunks)} chunks, the first of them "
                f"{missing[0].describe(settings.unit)}; {_AGAIN}"
            )
    census.digest = digest.hexdigest()
    return census


_AGAIN = "make what is missing with the run's own command"


def _repeat_of(row: Row, first: int | None) -> Rejection:
    """The rejection of a row that is the same program as an earlier one."""
    metadata = row.metadata
    return replace(
        repeat_of(first),
        frontend=metadata["frontend"],
        kernel_name=metadata["kernel_name"],
        index=metadata["index"],
        category=metadata["category"],
        recipe=metadata["recipe"],
        target=metadata["target"],
        ops=tuple(json.loads(metadata["ops"])),
    )


def _kept(store: Store, census: _Census, frontend: str | None, meter: Meter) -> Iterator[tuple[int, Row]]:
    """The rows of all parts, or of one front end, but those that are dropped, with their numbers.

    That of a drawn kernel is its index, that of one of the user's its place among them.

    Raises:
        ConfigError: if a part is not as it was written.
    """
    number = 0
    for chunk, part in census.parts.items():
        dropped = census.dropped[chunk]
        for place, row in enumerate(_rows_of(store, chunk, part)):
            if place in dropped:
                continue
            if frontend in (None, row.metadata["frontend"]):
                index: int | None = row.metadata["index"]
                yield number if index is None else index, row
                meter.finish(is_row=True)
            number += 1


def _rows_of(store: Store, chunk: Chunk, part: str) -> list[Row]:
    """The rows of a chunk whose part was written with this hash.

    Raises:
        ConfigError: if it is not as it was written, or cannot be read.
    """
    where = join(store.where, chunk.part)
    try:
        content = store.read(chunk.part)
        if hash_of(content) != part:
            raise ConfigError(f"{where} is not as it was written; {_AGAIN}")
        return list(read_rows(io.BytesIO(content)))
    except (OSError, TableError) as error:
        raise ConfigError(f"{where} cannot be read: {error}; {_AGAIN}") from error


def _is_there(store: Store, file: DataFile) -> bool:
    """Whether a file of the data set is as it was written."""
    try:
        return hash_of(store.read(file.name)) == file.hash
    except OSError:
        return False
