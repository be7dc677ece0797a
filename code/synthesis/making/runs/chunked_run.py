"""A run in chunks, of drawn kernels, extracted kernels or the rows of a folder.

It can be killed at any moment and resumed by the same call.

The module ``synthesis.dataset.storage.layout`` describes a run's folder. A chunk is not made again if its record and
part exist. No row depends on chunk boundaries, on the process that makes a chunk, or on which kernels share a module.
"""

import json
import logging
from collections.abc import Generator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from synthesis.core.errors import ConfigError, UsageError
from synthesis.core.progress import Meter, OnProgress
from synthesis.core.progress_display import progress_bar
from synthesis.core.run_settings import AnyRun, ExtractionRun, RelowerRun, Run, Running
from synthesis.core.stores.base import Store
from synthesis.core.stores.places import store_of
from synthesis.dataset.finalising import check_beforehand, check_form, finalize_alone
from synthesis.dataset.storage.chunks import Chunk, chunks_of, read_chunk
from synthesis.dataset.storage.layout import (
    CHUNKS,
    COMPILED,
    FIGURES,
    PARTS,
    RANKS,
    SETTINGS,
    SIDECAR,
    TOOLCHAIN,
    clear,
    read_object,
    sweep,
)
from synthesis.dataset.tally import RunSummary, Statistics, summarise
from synthesis.making.engines.base import Event
from synthesis.making.engines.handing import choose_engine, count_in, order_of
from synthesis.making.engines.log import RankLog
from synthesis.making.sources.drawn import DrawnKernels

logger = logging.getLogger(__name__)

_LONGEST_VALUE = 80
"""Maximum number of characters of a setting's value in a message."""


class ChunkedRun:
    """A run whose chunks are made by any engine.

    Args:
        settings: the settings of the run, with all defaults filled in.
        toolchain: the versions that the texts depend on besides the settings.
        source: the source of drawn candidates, for chunks that are made in this process; built from the settings if
            None.
        alone: whether only this process can make candidates.
    """

    def __init__(
        self,
        settings: AnyRun,
        toolchain: Mapping[str, str],
        *,
        source: DrawnKernels | None = None,
        alone: bool = False,
    ) -> None:
        self._settings = settings
        self._toolchain = dict(toolchain)
        self._source = source
        self._alone = alone
        self._is_new = False

    @property
    def _title(self) -> str:
        match self._settings:
            case Run():
                return self._settings.frontend
            case ExtractionRun():
                return "extract"
            case RelowerRun():
                return "relower"

    def run(self, running: Running, out: str | Path | Store, *, on_progress: OnProgress | None = None) -> RunSummary:
        """Make all missing chunks and finalise the data set.

        Args:
            running: the engine, and the format of the data set.
            out: the folder, or a URL that fsspec supports. It is created if it does not exist. If the run fails because
                of its input before a chunk is finished, the folder is left unchanged.
            on_progress: called with progress, many times a second.

        Returns:
            A summary of the outcomes. If the run is not finalised, repeats are not removed yet, and only the chunks of
            this rank are counted.

        Raises:
            ConfigError: if the folder holds another run or something else.
            OutputError: if the folder cannot be written.
            MachineError: if candidates cannot be made on this machine.
            TargetError: if the target of an extraction cannot be imported.
        """
        settings, store = self._settings, store_of(out)
        if running.finalizes:
            check_beforehand(running.finishing)
        self._check_folder(store)
        if running.finalizes:
            check_form(store, running.finishing)
        self._is_new = store.prepare()
        with _at_work(store, running), ExitStack() as stack:
            self._check_folder(store)
            self._claim(store, alone=running.world_size == 1)
            shown = stack.enter_context(progress_bar(self._title, running.progress))
            listeners = [shown, *([on_progress] if on_progress is not None else [])]
            mine = self._chunks_of_rank(running)
            total = None  # the number of kernels in files is known only after their import
            if not isinstance(settings, ExtractionRun):
                total = sum(chunk.stop - chunk.start for chunk in mine)
            try:
                self._make(store, running, mine, Meter(total, listeners))
            except UsageError:
                if running.world_size == 1 and not store.names(CHUNKS):
                    self.withdraw(store)
                raise
            if not running.finalizes:
                return _count(store, settings, mine)
            shown = stack.enter_context(progress_bar(f"{self._title}, files", running.progress))
            summary = finalize_alone(store, running.finishing, shown)
        logger.info(
            "%s: %d rows of %d candidates in %s", summary.frontend, summary.rows, summary.candidates, store.where
        )
        return summary

    def withdraw(self, store: Store) -> None:
        """Remove this run, which has no finished candidate, from a folder; also remove a folder that it created."""
        clear(store, whole=self._is_new)

    def find_missing(self, running: Running, out: str | Path | Store) -> tuple[Store, list[Chunk]]:
        """Return a run's folder and the missing chunks of this rank. Nothing is written.

        Raises:
            ConfigError: if the folder holds another run or something else.
        """
        store = store_of(out)
        self._check_folder(store)
        return store, [each for each in self._chunks_of_rank(running) if read_chunk(store, each) is None]

    def _make(self, store: Store, running: Running, chunks: Sequence[Chunk], meter: Meter) -> None:
        """Make the missing chunks."""
        missing: list[Chunk] = []
        for chunk in chunks:
            record = read_chunk(store, chunk)
            if record is None:
                missing.append(chunk)
            else:
                meter.resume(record.candidates, len(record.rows))
        if not isinstance(self._settings, Run):
            meter.expect_chunks(len(missing))
        if missing:
            engine = choose_engine(running, store, len(missing), source=self._source, alone=self._alone)
            count = count_in(meter, self._settings.unit)
            with RankLog(store, running.rank, running.world_size) as log:

                def on_event(event: Event) -> None:
                    log.note(event)
                    count(event)

                engine.run(order_of(self._settings, store), missing, on_event)

    def _chunks_of_rank(self, running: Running) -> list[Chunk]:
        every = list(chunks_of(self._settings.count, self._settings.chunk_size))
        return every[running.rank :: running.world_size]

    def _claim(self, store: Store, *, alone: bool) -> None:
        """Write the run's settings into its folder, and remove unfinished files of a killed run."""
        if alone:
            sweep(store)
            records = {f"{chunk.stem}.json" for chunk in chunks_of(self._settings.count, self._settings.chunk_size)}
            for name in store.names(CHUNKS):
                if (
                    name.endswith(".json") and name not in records
                ):  # the last, shorter chunk of an earlier run with fewer candidates
                    _forget(store, name.removesuffix(".json"))
        store.write(TOOLCHAIN, (json.dumps(self._toolchain, indent=2) + "\n").encode())
        store.write(SETTINGS, (json.dumps(self._settings.to_json(), indent=2) + "\n").encode())

    def _check_folder(self, store: Store) -> None:
        """Raise an error if a folder holds another run or other files. A run that was killed as it began is accepted.

        Raises:
            ConfigError: with the settings that differ.
        """
        if store.has(SETTINGS):
            now = self._settings.to_json()
            before = read_object(store, SETTINGS)
            grows = isinstance(self._settings, Run)
            if [name for name in now if before.get(name) != now[name]] == ["sources"]:
                what = (
                    f"the rows of {now['folder']}"
                    if "folder" in now
                    else f"the files of {now['target']}, or its inputs,"
                )
                raise ConfigError(
                    f"{what} are not those that the run in {store.where} began with; choose an empty folder"
                )
            _compare(store, before | ({"count": now["count"]} if grows else {}), now)
            _compare(store, read_object(store, TOOLCHAIN), self._toolchain)
            done = before.get("count")
            if isinstance(done, int) and done > self._settings.count:
                raise ConfigError(
                    f"{store.where} holds a run of {done} candidates, and {self._settings.count} are asked for; "
                    "choose an empty folder, or as many candidates or more"
                )
        else:
            refuse_other_files(store)


def _count(store: Store, settings: AnyRun, chunks: Sequence[Chunk]) -> RunSummary:
    """Return a summary of the outcomes in some chunks, including repeats."""
    totals = Statistics()
    for chunk in chunks:
        record = read_chunk(store, chunk, check=False)
        if record is None:
            continue
        for row in record.rows:
            totals.count_row(row.category, row.missing_levels, row.texts)
            totals.frontends |= {row.kernel.frontend} if row.kernel is not None else set()
        for rejection in record.rejections:
            if rejection.level is None:
                totals.count(rejection)
            else:
                totals.count_dropped(rejection)
    return summarise(totals, settings, store.where)


@contextmanager
def _at_work(store: Store, running: Running) -> Generator[None]:
    """Lock a run's folder during the block. The ranks of a run share the lock, and each locks its own number."""
    with store.alone(SIDECAR, shared=running.world_size > 1), ExitStack() as stack:
        if running.world_size > 1:
            stack.enter_context(store.alone(f"{RANKS}/{running.rank:05d}-of-{running.world_size:05d}"))
        yield


def _forget(store: Store, stem: str) -> None:
    """Remove the files of an obsolete chunk."""
    for name in (f"{CHUNKS}/{stem}.json", f"{PARTS}/{stem}.parquet", f"{FIGURES}/{stem}.jsonl"):
        store.remove(name)


def refuse_other_files(store: Store) -> None:
    """Refuse a folder that holds files and no run.

    Raises:
        ConfigError: if it does.
    """
    if not store.has(SETTINGS) and _holds_files(store, ""):
        raise ConfigError(
            f"{store.where} is not empty and holds no run to continue; choose an empty folder or a new one"
        )


def _holds_files(store: Store, folder: str) -> bool:
    """Return whether a folder holds a file at any depth.

    Files that a killed process left unfinished do not count, and neither does a recording for the run.
    """
    if folder == COMPILED:
        return False
    if any(not name.endswith(".tmp") and name != TOOLCHAIN.rpartition("/")[2] for name in store.names(folder)):
        return True
    return any(_holds_files(store, f"{folder}/{each}" if folder else each) for each in store.folders(folder))


def _shown(value: Any) -> str:
    """Return a setting's value for a message, truncated if it is long."""
    text = repr(value)
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _compare(store: Store, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Raise an error if settings differ from those of a folder's run.

    Raises:
        ConfigError: with the settings that differ.
    """
    kinds = [_command_of(each) for each in (before, now)]
    if kinds[0] != kinds[1]:
        raise ConfigError(f"{store.where} holds a run of irsmith {kinds[0]}, not of {kinds[1]}; choose an empty folder")
    names = dict.fromkeys([*now, *before])
    different = [name for name in names if before.get(name) != now.get(name)]
    if different:
        listed = "; ".join(f"{name} was {_shown(before.get(name))}, now {_shown(now.get(name))}" for name in different)
        raise ConfigError(f"{store.where} holds another run: {listed}. Choose an empty folder, or the same settings")


def _command_of(settings: Mapping[str, Any]) -> str:
    """Return the command that a run's settings belong to."""
    return "relower" if "folder" in settings else "extract" if "target" in settings else "generate"
