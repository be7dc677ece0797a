"""The batch generator: a run of many candidates, in chunks, that can be killed at any moment and continued.

What a run's folder holds is said in :mod:`synthesis.output.layout`. A chunk whose record and part are there is not made
again. No row depends on where chunks begin, who makes them, or which kernels share a module.
"""

import json
import logging
from collections.abc import Generator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from synthesis.dataset.finalising import finalise_alone
from synthesis.engines.base import Begun, Engine, Event, Failed, Made, Order, Settled, Staffed, Stepped
from synthesis.engines.inline import Inline
from synthesis.engines.local import Local, cores
from synthesis.engines.log import RankLog
from synthesis.errors import ConfigError
from synthesis.frontends.base import Frontend
from synthesis.output.chunks import Chunk, chunks_of, read_chunk
from synthesis.output.layout import CHUNKS, FIGURES, PARTS, RANKS, SETTINGS, SIDECAR, TOOLCHAIN, read_object, sweep
from synthesis.progress import Meter, OnProgress, progress_bar
from synthesis.settings import Run, Running
from synthesis.sources.drawn import DrawnKernels
from synthesis.stores.base import Store
from synthesis.stores.places import store_of
from synthesis.tally import RunSummary, Statistics
from synthesis.version import __version__

logger = logging.getLogger(__name__)


class BatchGenerator:
    """Makes the pairs of many candidates and writes them into a folder.

    Args:
        frontend: a front end or its name.
        settings: fields of :class:`synthesis.Run` by name, such as ``seed``, ``category`` or ``chunk_size``.

    Raises:
        UnknownNameError: for an unknown front end, category, recipe, level or device.
        ConfigError: for a setting that there is not or that is not allowed to be so, or a level that does not exist for
            the device.
        MissingFrontendError: if the front end's package is not installed.

    Example:
        >>> BatchGenerator("warp", seed=7).run(1000, "pairs").rows  # doctest: +SKIP
        1000
    """

    def __init__(self, frontend: str | Frontend, **settings: Any) -> None:
        name = frontend if isinstance(frontend, str) else frontend.name
        chosen = None if isinstance(frontend, str) else frontend
        self._work_with(Run.of(frontend=name, **{"count": 0, **settings}), chosen)

    @classmethod
    def of(cls, settings: Run) -> "BatchGenerator":
        """The batch generator of a record of settings."""
        batch = cls.__new__(cls)
        batch._work_with(settings, None)
        return batch

    def _work_with(self, settings: Run, frontend: Frontend | None) -> None:
        self._is_given = frontend is not None
        self.source = DrawnKernels(settings, settings, frontend=frontend)
        """Where the candidates come from."""
        self.settings = replace(
            settings,
            category=self.source.categories,
            level=tuple(level.name for level in self.source.levels),
            device=self.source.device,
        )
        """The settings, with what was left to the front end filled in."""

    def run(
        self,
        count: int | None = None,
        out: str | Path = "",
        *,
        on_progress: OnProgress | None = None,
        **running: Any,
    ) -> RunSummary:
        """Write the pairs of candidates 0 … count-1 as a data set into a folder.

        The same settings make the same bytes, whoever makes them. A run that was stopped is continued by the same call;
        more candidates may be asked for, but nothing else may differ.

        Args:
            count: the number of candidates; that of the settings if None.
            out: the folder, or a URL that fsspec knows; made if it is not there.
            on_progress: told of progress, many times a second.
            running: fields of :class:`synthesis.Running` by name, such as ``workers``, ``engine`` or ``format``;
                ``progress`` is ``none`` if it is not said.

        Returns:
            What became of the candidates. Where the run does not end with a data set, repeats are not looked for yet,
            and only the chunks of this rank are counted.

        Raises:
            ConfigError: if the count is negative, or the folder holds another run or something else.
            OutputError: if the folder cannot be written.
            MachineError: if the machine does not let candidates be made.
        """
        return self.run_with(Running.of(**{"progress": "none", **running}), count, out, on_progress=on_progress)

    def run_with(
        self,
        running: Running,
        count: int | None = None,
        out: str | Path = "",
        *,
        on_progress: OnProgress | None = None,
    ) -> RunSummary:
        """Write the pairs of candidates as a data set into a folder; see :meth:`run`."""
        settings = self.settings if count is None else replace(self.settings, count=count)
        store = store_of(out)
        toolchain = self.toolchain()
        _check_folder(store, settings, toolchain)
        store.prepare()
        with _at_work(store, running), ExitStack() as stack:
            _check_folder(store, settings, toolchain)
            _claim(store, settings, toolchain, alone=running.world_size == 1)
            shown = stack.enter_context(progress_bar(settings.frontend, running.progress))
            listeners = [shown, *([on_progress] if on_progress is not None else [])]
            mine = _chunks_of_rank(settings, running)
            meter = Meter(sum(chunk.stop - chunk.start for chunk in mine), listeners)
            self._make(store, settings, running, mine, meter)
            if not running.finalizes:
                return _count(store, settings, mine)
            shown = stack.enter_context(progress_bar(f"{settings.frontend}, files", running.progress))
            summary = finalise_alone(store, running.format, shown)
        logger.info(
            "%s: %d rows of %d candidates in %s", settings.frontend, summary.rows, summary.candidates, store.where
        )
        return summary

    def toolchain(self) -> dict[str, str]:
        """What the texts depend on beside the settings: versions, irsmith's among them."""
        return {"irsmith": __version__, **self.source.frontend.compiler.toolchain()}

    def _make(self, store: Store, settings: Run, running: Running, chunks: list[Chunk], meter: Meter) -> None:
        """Make the chunks that are not there yet."""
        missing: list[Chunk] = []
        for chunk in chunks:
            record = read_chunk(store, chunk)
            if record is None:
                missing.append(chunk)
            else:
                meter.resume(chunk.stop - chunk.start, len(record.rows))
        if missing:
            engine = self._engine(store, running, len(missing))
            with RankLog(store, running.rank, running.world_size) as log:

                def tell(event: Event) -> None:
                    log.note(event)
                    _note(meter, event)

                engine.run(Order(settings, _reachable(store)), missing, tell)

    def _engine(self, store: Store, running: Running, chunks: int) -> Engine:
        if running.engine == "ray":
            from synthesis.engines.ray import Ray

            return Ray(running.workers, running.address)
        workers = min(running.workers or cores(), chunks)
        # What was given as an object, or lies in this process's memory, no other process can reach.
        if workers == 1 or self._is_given or store.where.startswith("memory:"):
            return Inline(self.source)
        return Local(workers)


def find_missing(batch: BatchGenerator, running: Running, out: str | Path | Store) -> tuple[Store, list[Chunk]]:
    """A run's folder, and the chunks of this rank that are not there yet; nothing is written.

    Raises:
        ConfigError: if the folder holds another run or something else.
    """
    store = store_of(out)
    _check_folder(store, batch.settings, batch.toolchain())
    return store, [each for each in _chunks_of_rank(batch.settings, running) if read_chunk(store, each) is None]


def _note(meter: Meter, event: Event) -> None:
    """Count what happens."""
    match event:
        case Begun():
            meter.begin(event.chunk)
        case Stepped():
            meter.step(event.part, event.stage, event.chunk)
        case Settled():
            meter.finish(event.is_row, event.chunk)
        case Made():
            meter.close(event.chunk)
        case Failed():
            logger.warning("candidates %d to %d are begun anew: %s", event.chunk.start, event.chunk.stop - 1, event.why)
            meter.undo(event.chunk)
        case Staffed():
            meter.staff(event.workers)


def _reachable(store: Store) -> str:
    """The name by which another process reaches a store, whatever folder it is in."""
    return store.where if "://" in store.where else str(Path(store.where).resolve())


def _chunks_of_rank(settings: Run, running: Running) -> list[Chunk]:
    every = list(chunks_of(settings.count, settings.chunk_size))
    return every[running.rank :: running.world_size]


def _count(store: Store, settings: Run, chunks: list[Chunk]) -> RunSummary:
    """What became of the candidates of some chunks, repeats among them."""
    totals = Statistics()
    for chunk in chunks:
        record = read_chunk(store, chunk, check=False)
        if record is None:
            continue
        for row in record.rows:
            totals.count_row(row.category, row.missing_levels)
        for rejection in record.rejections:
            if rejection.level is None:
                totals.count(rejection)
    return totals.summary(settings.frontend, store.where, settings.category)


@contextmanager
def _at_work(store: Store, running: Running) -> Generator[None]:
    """Keep the folder to this process, or to the ranks of one run, each with chunks of its own."""
    with store.alone(SIDECAR, shared=running.world_size > 1), ExitStack() as stack:
        if running.world_size > 1:
            stack.enter_context(store.alone(f"{RANKS}/{running.rank:05d}-of-{running.world_size:05d}"))
        yield


def _claim(store: Store, settings: Run, toolchain: Mapping[str, str], *, alone: bool) -> None:
    """Write the run's settings into its folder, and remove what a killed run has left half done."""
    if alone:
        sweep(store, settings.frontend)
        wanted = {f"{chunk.stem}.json" for chunk in chunks_of(settings.count, settings.chunk_size)}
        for name in store.names(CHUNKS):
            if name.endswith(".json") and name not in wanted:  # the last, shorter chunk of a run of fewer candidates
                _forget(store, name.removesuffix(".json"))
    store.write(TOOLCHAIN, (json.dumps(toolchain, indent=2) + "\n").encode())
    store.write(SETTINGS, (json.dumps(settings.to_json(), indent=2) + "\n").encode())


def _forget(store: Store, stem: str) -> None:
    """Remove the files of a chunk that is none any more."""
    for name in (f"{CHUNKS}/{stem}.json", f"{PARTS}/{stem}.parquet", f"{FIGURES}/{stem}.jsonl"):
        store.remove(name)


def _check_folder(store: Store, settings: Run, toolchain: Mapping[str, str]) -> None:
    """Refuse a folder where another run or something else is; a run that was killed as it began is neither.

    Raises:
        ConfigError: naming what differs.
    """
    if store.has(SETTINGS):
        now = settings.to_json()
        before = read_object(store, SETTINGS)
        _compare(store, before | {"count": now["count"]}, now)
        _compare(store, read_object(store, TOOLCHAIN), toolchain)
        done = before.get("count")
        if isinstance(done, int) and done > settings.count:
            raise ConfigError(
                f"{store.where} holds a run of {done} candidates, and {settings.count} are asked for; "
                "choose an empty folder, or as many candidates or more"
            )
    elif _holds_files(store, ""):
        raise ConfigError(
            f"{store.where} is not empty and holds no run to continue; choose an empty folder or a new one"
        )


def _holds_files(store: Store, folder: str) -> bool:
    """Whether there is a file in a folder or below it, but for what a killed process left half written."""
    if any(not name.endswith(".tmp") and name != TOOLCHAIN.rpartition("/")[2] for name in store.names(folder)):
        return True
    return any(_holds_files(store, f"{folder}/{each}" if folder else each) for each in store.folders(folder))


def _compare(store: Store, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Refuse settings other than those that a folder's run has.

    Raises:
        ConfigError: naming what differs.
    """
    names = dict.fromkeys([*now, *before])
    different = [name for name in names if before.get(name) != now.get(name)]
    if different:
        listed = "; ".join(f"{name} was {before.get(name)!r}, now {now.get(name)!r}" for name in different)
        raise ConfigError(f"{store.where} holds another run: {listed}. Choose an empty folder, or the same settings")
