"""The runs of a data set: the folder's own, and those that were merged into it."""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from heapq import merge
from itertools import groupby
from typing import Any

from synthesis.core.errors import ConfigError
from synthesis.core.identity.hashing import hash_text
from synthesis.core.run_settings import AnyRun, ExtractionRun, RelowerRun, Run, run_of
from synthesis.core.stores.base import Store, join
from synthesis.dataset.storage.chunks import Chunk, ChunkRecord, RowRecord, chunks_of, read_chunk
from synthesis.dataset.storage.layout import CHUNKS, RUNS, SETTINGS, SIDECAR, TOOLCHAIN, hash_of, read_object
from synthesis.dataset.storage.rows import Row
from synthesis.dataset.storage.tables import TableError, read_rows

_ADVICE = "make what is missing with the run's own command"


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a run and its location."""

    run: "RunFolder"
    chunk: Chunk
    part: str
    """The hash of the chunk's part."""
    place: int
    """The position of the row in the part."""
    record: RowRecord
    row: Row
    """The row, with the requested texts."""

    @property
    def seed(self) -> int:
        """The seed that the row was drawn with; 0 for a user's kernel."""
        return self.row.metadata["seed"] or 0


class RunFolder:
    """A run in a folder.

    Args:
        store: its folder.
        inside: the folder of the run's settings, relative to that of the data set.

    Raises:
        ConfigError: if the folder holds no run.
    """

    def __init__(self, store: Store, inside: str = SIDECAR) -> None:
        self.store = store
        self.inside = inside
        self.settings: AnyRun = run_of(read_object(store, SETTINGS))
        self.toolchain: dict[str, Any] = read_object(store, TOOLCHAIN)
        self.chunks: Sequence[Chunk] = list(chunks_of(self.settings.count, self.settings.chunk_size))

    @cached_property
    def name(self) -> str:
        """A unique name of the run, which does not depend on its number of candidates."""
        entries = {name: value for name, value in self.settings.to_json().items() if name != "count"}
        digest = hash_text(json.dumps([entries, self.toolchain], sort_keys=True))[:12]
        if isinstance(self.settings, Run):
            return f"{self.settings.frontend}-{self.settings.seed}-{digest}"
        return f"{'relowered' if isinstance(self.settings, RelowerRun) else 'extracted'}-{digest}"

    @property
    def seed(self) -> int | None:
        """The seed of a run of drawn kernels; None for a user's kernels."""
        return self.settings.seed if isinstance(self.settings, Run) else None

    @property
    def recorded(self) -> bool:
        """Whether the run extracted the kernels of a recording, which are verified on recorded launches."""
        return isinstance(self.settings, ExtractionRun) and self.settings.recorded

    def records(self) -> Iterator[tuple[Chunk, ChunkRecord]]:
        """Yield each chunk and its record, in order.

        Raises:
            ConfigError: if chunks are missing.
        """
        self.check_whole()
        for chunk in self.chunks:
            record = read_chunk(self.store, chunk, check=False)
            if record is None:
                raise self._lacking([chunk])
            yield chunk, record

    def check_whole(self) -> None:
        """Check that no chunk is missing.

        Raises:
            ConfigError: if some are.
        """
        present = {name.removesuffix(".json") for name in self.store.names(CHUNKS)}
        if missing := [chunk for chunk in self.chunks if chunk.stem not in present]:
            raise self._lacking(missing)

    def entries(self, levels: Sequence[str] | None) -> Iterator[Entry]:
        """Yield the rows in order, with one chunk at a time in memory; see :func:`entries_of`."""
        for chunk, record in self.records():
            rows = self.rows(chunk, record.part, levels)
            for place, (row_record, row) in enumerate(zip(record.rows, rows, strict=True)):
                yield Entry(self, chunk, record.part, place, row_record, row)

    def rows(self, chunk: Chunk, part: str, levels: Sequence[str] | None = None) -> list[Row]:
        """Return the rows of a chunk whose part has the given hash.

        Args:
            chunk: the chunk.
            part: the hash.
            levels: the levels whose texts are read; all if None.

        Raises:
            ConfigError: if the part has changed since it was written, or cannot be read.
        """
        where = join(self.store.where, chunk.part)
        try:
            content = self.store.read(chunk.part)
            if hash_of(content) != part:
                raise ConfigError(f"{where} has changed since it was written; {_ADVICE}")
            return list(read_rows(io.BytesIO(content), levels))
        except (OSError, TableError) as error:
            raise ConfigError(f"{where} cannot be read: {error}; {_ADVICE}") from error

    def row(self, chunk: Chunk, place: int) -> Row:
        """Return one row of a chunk, with all its texts.

        Raises:
            ConfigError: if the part has changed since it was written, or cannot be read.
        """
        record = read_chunk(self.store, chunk, check=False)
        if record is None:
            raise self._lacking([chunk])
        return self.rows(chunk, record.part)[place]

    def _lacking(self, missing: Sequence[Chunk]) -> ConfigError:
        return ConfigError(
            f"{self.store.where} lacks {len(missing)} of {len(self.chunks)} chunks, the first of them "
            f"{missing[0].describe(self.settings.unit)}; {_ADVICE}"
        )


def runs_of(store: Store) -> list[RunFolder]:
    """Return the runs in a folder: those of drawn kernels by seed, then those of users' kernels, recorded ones first.

    Raises:
        ConfigError: if there are none.
    """
    found = [RunFolder(store.inside(join(RUNS, name)), join(RUNS, name, SIDECAR)) for name in store.folders(RUNS)]
    if store.has(SETTINGS):
        found.append(RunFolder(store))
    if not found:
        raise ConfigError(f"{store.where} holds no run; irsmith generate, extract and relower write one")
    by_name = {run.name: run for run in found}  # the folder's own run takes precedence over a copy of it
    return sorted(by_name.values(), key=_order)


def _order(run: RunFolder) -> tuple[bool, int, bool, str]:
    return run.seed is None, run.seed or 0, not run.recorded, run.name


def entries_of(runs: Iterable[RunFolder], levels: Sequence[str] | None = None) -> Iterator[Entry]:
    """Yield the rows of runs: drawn ones by seed and index, then users' kernels run by run.

    Args:
        runs: the runs, in the order of :func:`runs_of`.
        levels: the levels whose texts are read; all if None.

    Raises:
        ConfigError: if a chunk is missing or has changed since it was written.
    """
    for seed, together in groupby(runs, key=lambda run: run.seed):
        streams = [run.entries(levels) for run in together]
        if seed is not None and len(streams) > 1:
            yield from merge(*streams, key=lambda entry: entry.record.index or 0)
        else:
            for stream in streams:
                yield from stream


def bring_in(store: Store, runs: Sequence[RunFolder]) -> None:
    """Copy complete runs of other folders into this one: their settings, records and parts.

    A run that this folder already holds is extended if the other folder has more candidates of it.

    Raises:
        ConfigError: if a run cannot be read.
        OutputError: if the folder cannot be written.
    """
    own = RunFolder(store).name if store.has(SETTINGS) else None
    for run in runs:
        if run.name != own:
            _copy(run, store.inside(join(RUNS, run.name)))


def _copy(run: RunFolder, to: Store) -> None:
    """Copy the files that a run's rows and ledger are made from.

    The settings come last, as they mark a complete copy.
    """
    if to.has(SETTINGS) and RunFolder(to).settings.count >= run.settings.count:
        return
    to.prepare()
    to.sweep(SIDECAR)
    try:
        for chunk, record in run.records():
            there = read_chunk(to, chunk)
            if there is None or there.part != record.part:
                to.copy(run.store, chunk.part, chunk.part)
                to.copy(run.store, chunk.record, chunk.record)
        for name in (TOOLCHAIN, SETTINGS):
            to.copy(run.store, name, name)
    except OSError as error:
        raise ConfigError(f"cannot read the run in {run.store.where}: {error}") from error
    records = {chunk.record for chunk in run.chunks}
    for name in to.names(CHUNKS):
        if join(CHUNKS, name) not in records:  # the last, shorter chunk of an earlier run with fewer candidates
            to.remove(join(CHUNKS, name))
