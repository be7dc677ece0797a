"""From the parts of a run to a data set: renamed repeats are dropped, the ledger is written, and the files of the rows.

What comes out depends on the rows alone, not on chunks, workers, engines, or the order in which anything was made.
"""

import hashlib
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from synthesis.dataset.writers import Plan, write_json, write_parquet
from synthesis.errors import ConfigError
from synthesis.output.chunks import Chunk, ChunkRecord, chunks_of, read_chunk
from synthesis.output.layout import CHUNKS, FILES, LEDGER, SETTINGS, SIDECAR, hash_of, read_object, sweep
from synthesis.output.manifest import DataFile, Manifest, read_manifest
from synthesis.output.rows import Row
from synthesis.output.tables import TableError, read_rows
from synthesis.progress import Meter, OnProgress
from synthesis.records import Rejection
from synthesis.settings import FORMATS, Run
from synthesis.stores.base import Store, join
from synthesis.stores.places import store_of
from synthesis.tally import Repeats, RunSummary, Statistics, repeat_of


def finalise(place: str | Path | Store, *, form: str = "parquet", on_progress: OnProgress | None = None) -> RunSummary:
    """Make the data set of a run of which every chunk is there; the same again changes nothing.

    Args:
        place: the run's folder.
        form: ``parquet``, or ``json`` for a file a row.
        on_progress: told of each row that is written.

    Raises:
        ConfigError: if the folder holds no run, chunks are missing, or there is no such form.
        OutputError: if the folder cannot be written, or another process is at it.
    """
    if form not in FORMATS:
        raise ConfigError(f"format is {' or '.join(FORMATS)}, got {form!r}")
    store = store_of(place)
    with store.alone(SIDECAR):
        return finalise_alone(store, form, on_progress)


def finalise_alone(store: Store, form: str, on_progress: OnProgress | None = None) -> RunSummary:
    """Make the data set of a folder that no other process is at; see :func:`finalise`."""
    settings = Run.from_json(read_object(store, SETTINGS))
    sweep(store, settings.frontend)
    chunks = list(chunks_of(settings.count, settings.chunk_size))
    census = _take(store, settings, chunks, form)
    summary = census.totals.summary(settings.frontend, store.where, settings.category)
    before = read_manifest(store)
    if before is not None and before.of == census.digest and all(_is_there(store, each) for each in before.files):
        return summary
    meter = Meter(census.totals.rows, [on_progress] if on_progress is not None else [])
    rows = _kept(store, census, meter)
    write = write_parquet if form == "parquet" else write_json
    plan = Plan(settings.frontend, settings.level or (), census.totals.rows, census.last)
    files = tuple(write(store, rows, plan))
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
    dropped: set[int] = field(default_factory=set[int])
    """The indices of renamed repeats."""
    parts: dict[Chunk, str] = field(default_factory=dict[Chunk, str])
    """The hash that each chunk's part was written with."""
    last: int = 0
    """The largest index of a row."""
    digest: str = ""
    """Of all that the data set is made from."""


def _take(store: Store, settings: Run, chunks: list[Chunk], form: str) -> _Census:
    """Go through all records, and write the ledger.

    Raises:
        ConfigError: if some are missing.
    """
    census, repeats = _Census(), Repeats()
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
            for rejection in _count(store, chunk, record, census, repeats):
                ledger.write(json.dumps(rejection.to_json(), ensure_ascii=False).encode() + b"\n")
        if missing:
            raise ConfigError(
                f"{store.where} lacks {len(missing)} of {len(chunks)} chunks, the first of them candidates "
                f"{missing[0].start} to {missing[0].stop - 1}; make them with irsmith generate and the run's settings"
            )
    census.digest = digest.hexdigest()
    return census


def _count(store: Store, chunk: Chunk, record: ChunkRecord, census: _Census, repeats: Repeats) -> list[Rejection]:
    """Count a chunk; returns its lines of the ledger, in the order of candidates."""
    rejections = list(record.rejections)
    earlier: dict[int, int | None] = {}
    for row in record.rows:
        assert row.index is not None, "every drawn candidate has an index"
        census.last = max(census.last, row.index)
        if repeats.is_new(row.renamed_hash, row.index):
            census.totals.count_row(row.category, row.missing_levels)
        else:
            earlier[row.index] = repeats.first(row.renamed_hash)
    if earlier:
        census.dropped |= earlier.keys()
        rejections = [each for each in rejections if each.index not in earlier]
        for row in _rows_of(store, chunk, record.part):
            if row.metadata["index"] in earlier:
                rejections.append(_repeat_of(row, earlier[row.metadata["index"]]))
    rejections.sort(key=lambda each: each.index or 0)
    for rejection in rejections:
        if rejection.level is None:
            census.totals.count(rejection)
    return rejections


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


def _kept(store: Store, census: _Census, meter: Meter) -> Iterator[Row]:
    """The rows of all parts but those that are dropped.

    Raises:
        ConfigError: if a part is not as it was written.
    """
    for chunk, part in census.parts.items():
        for row in _rows_of(store, chunk, part):
            if row.metadata["index"] not in census.dropped:
                yield row
                meter.finish(is_row=True)


def _rows_of(store: Store, chunk: Chunk, part: str) -> list[Row]:
    """The rows of a chunk whose part was written with this hash.

    Raises:
        ConfigError: if it is not as it was written, or cannot be read.
    """
    where = join(store.where, chunk.part)
    again = "make it again with irsmith generate and the run's settings"
    try:
        content = store.read(chunk.part)
        if hash_of(content) != part:
            raise ConfigError(f"{where} is not as it was written; {again}")
        return list(read_rows(io.BytesIO(content)))
    except (OSError, TableError) as error:
        raise ConfigError(f"{where} cannot be read: {error}; {again}") from error


def _is_there(store: Store, file: DataFile) -> bool:
    """Whether a file of the data set is as it was written."""
    try:
        return hash_of(store.read(file.name)) == file.hash
    except OSError:
        return False
