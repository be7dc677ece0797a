"""The batch generator: a run of many candidates, in chunks, that can be killed at any moment and continued.

A run's folder holds one file a pair, and beside them, under ``_irsmith``::

    run.json                 the settings, a field of ``Run`` a key; another run's are refused
    toolchain.json           the versions of irsmith and of what made the texts; others are refused
    chunks/000000-000200.json  what became of candidates 0 … 199, written once all their files are there
    figures/000000-000200.jsonl  what verification measured: errors, tolerances, seconds; it differs between machines
    rejections.jsonl         the rejections of all chunks, written at the end

A chunk whose record is there is not made again. No row depends on where chunks begin or which kernels share a module.
"""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from synthesis.errors import ConfigError
from synthesis.files import alone_in, make_folder, remove_unfinished, write_atomic
from synthesis.frontends.base import Frontend
from synthesis.identity.python import renamed_hash
from synthesis.making.workshop import Workshop
from synthesis.output.writer import FIGURES, SIDECAR, Writer, Written, file_hash
from synthesis.progress import Meter, OnProgress, progress_bar
from synthesis.records import Pair, Rejection
from synthesis.settings import Run
from synthesis.sources.drawn import TERMS, DrawnKernels
from synthesis.tally import Repeats, RunSummary, Statistics
from synthesis.version import __version__

logger = logging.getLogger(__name__)

SETTINGS, TOOLCHAIN = "run.json", "toolchain.json"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A contiguous range of candidates."""

    start: int
    stop: int

    @property
    def stem(self) -> str:
        """What its files are called."""
        return f"{self.start:06d}-{self.stop:06d}"

    @property
    def file(self) -> str:
        """The name of its record."""
        return f"{self.stem}.json"


def chunks_of(count: int, size: int) -> Iterator[Chunk]:
    """The chunks of a run, in order."""
    return (Chunk(start, min(start + size, count)) for start in range(0, count, size))


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
        progress: bool = False,
    ) -> RunSummary:
        """Write the pairs of candidates 0 … count-1 as JSON files into a folder.

        Files are ``<index>_<name>.json``; rejections go to ``_irsmith/rejections.jsonl``. The same settings make the
        same bytes. A run that was stopped is continued by the same call; more candidates may be asked for, but
        nothing else may differ.

        Args:
            count: the number of candidates; that of the settings if None.
            out: the folder; made if it is not there.
            on_progress: told of progress, many times a second.
            progress: whether to show a bar on standard error.

        Raises:
            ConfigError: if the count is negative, or the folder holds another run or something else.
            OutputError: if the folder cannot be written.
        """
        settings = self.settings if count is None else replace(self.settings, count=count)
        folder = Path(out)
        _check_folder(folder, settings, self._toolchain())
        make_folder(folder / SIDECAR / "chunks")
        with alone_in(folder / SIDECAR), ExitStack() as stack:
            self._claim(folder, settings)
            listeners = [stack.enter_context(progress_bar(settings.frontend))] if progress else []
            listeners += [on_progress] if on_progress is not None else []
            return self._make(folder, settings, Meter(settings.count, listeners))

    def _make(self, folder: Path, settings: Run, meter: Meter) -> RunSummary:
        """Make what is not there yet."""
        totals, repeats = Statistics(), Repeats()
        rejections: list[Rejection] = []
        writer = Writer(folder, columns=settings.level or ())
        workshop = Workshop(
            settings,
            TERMS,
            frontend=self.source.frontend,
            kernels_per_module=settings.kernels_per_module,
            on_step=meter.step,
        )
        with workshop:
            for chunk in chunks_of(settings.count, settings.chunk_size):
                record = _read_record(folder, chunk)
                if record is not None:
                    meter.resume(record.replay(totals, repeats, rejections), totals.rows)
                    continue
                record, figures = ChunkRecord.empty(), list[Pair]()
                drawn = self.source.candidates(range(chunk.start, chunk.stop))
                for outcome in map(repeats.settle, workshop.pairs(drawn)):
                    totals.count(outcome)
                    written = None
                    if isinstance(outcome, Pair):
                        written = writer.write(outcome.spec.index or 0, outcome)
                        figures.append(outcome)
                    record.add(outcome, written)
                    meter.finish(isinstance(outcome, Pair))
                rejections += record.rejections
                writer.write_figures(chunk.stem, figures)
                write_atomic(folder / SIDECAR / "chunks" / chunk.file, record.to_json())
        writer.write_ledger(rejections)
        summary = totals.summary(settings.frontend, folder, self.source.categories)
        logger.info("%s: %d rows of %d candidates in %s", settings.frontend, totals.rows, settings.count, folder)
        return summary

    def _toolchain(self) -> dict[str, str]:
        """What the texts depend on beside the settings: versions, irsmith's among them."""
        return {"irsmith": __version__, **self.source.frontend.compiler.toolchain()}

    def _claim(self, folder: Path, settings: Run) -> None:
        """Write the run's settings into its folder, and remove what a killed run has left half done."""
        toolchain = self._toolchain()
        _check_folder(folder, settings, toolchain)
        records = folder / SIDECAR / "chunks"
        for place in (folder, folder / SIDECAR, records, folder / SIDECAR / FIGURES):
            remove_unfinished(place)
        wanted = {chunk.file for chunk in chunks_of(settings.count, settings.chunk_size)}
        for record in records.glob("*.json"):
            if record.name not in wanted:  # the last, shorter chunk of a run of fewer candidates
                record.unlink()
        write_atomic(folder / SIDECAR / TOOLCHAIN, json.dumps(toolchain, indent=2) + "\n")
        write_atomic(folder / SIDECAR / SETTINGS, json.dumps(settings.to_json(), indent=2) + "\n")


@dataclass(slots=True)
class ChunkRecord:
    """What became of a chunk's candidates."""

    rows: list[dict[str, Any]]
    """Of each row its file and that one's hash, index, category, renamed hash, and the levels that it lacks."""
    rejections: list[Rejection]
    """Of whole candidates and of levels, in order."""

    @classmethod
    def empty(cls) -> "ChunkRecord":
        """The record of a chunk that has just begun."""
        return cls([], [])

    def add(self, outcome: Pair | Rejection, written: Written | None) -> None:
        """Add one candidate's outcome, and the file that a pair was written to."""
        if isinstance(outcome, Rejection) or written is None:
            self.rejections += [outcome] if isinstance(outcome, Rejection) else []
            return
        spec = outcome.spec
        self.rejections += outcome.rejections
        self.rows.append(
            {
                "file": written.path.name,
                "hash": written.hash,
                "index": spec.index,
                "category": spec.category,
                "renamed_hash": renamed_hash(spec.source),
                "missing_levels": outcome.missing_levels,
            }
        )

    def replay(self, totals: Statistics, repeats: Repeats, rejections: list[Rejection]) -> int:
        """Count the chunk again as it was counted when it was made; returns how many candidates it had."""
        before = totals.candidates
        for row in self.rows:
            totals.count_row(row["category"], row["missing_levels"])
            repeats.note(row["renamed_hash"], row["index"])
        for rejection in self.rejections:
            if rejection.level is None:
                totals.count(rejection)
        rejections += self.rejections
        return totals.candidates - before

    def to_json(self) -> str:
        """The record as its file holds it: a row a line."""
        rows = ",\n".join(f"    {json.dumps(row)}" for row in self.rows)
        rejections = ",\n".join(f"    {json.dumps(each.to_json(), ensure_ascii=False)}" for each in self.rejections)
        return f'{{\n  "rows": [\n{rows}\n  ],\n  "rejections": [\n{rejections}\n  ]\n}}\n'


def _read_record(folder: Path, chunk: Chunk) -> ChunkRecord | None:
    """The record of a chunk that was finished and whose files are as they were; None if it has to be made."""
    try:
        document = json.loads((folder / SIDECAR / "chunks" / chunk.file).read_text(encoding="utf-8"))
        record = ChunkRecord(document["rows"], [Rejection.from_json(entry) for entry in document["rejections"]])
        return record if all(_is_as_written(folder / row["file"], row["hash"]) for row in record.rows) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _is_as_written(path: Path, known: str) -> bool:
    """Whether a file has the hash that it was written with.

    Raises:
        OSError: if it cannot be read.
    """
    return path.is_file() and file_hash(path.read_bytes()) == known


def _check_folder(folder: Path, settings: Run, toolchain: Mapping[str, str]) -> None:
    """Refuse a folder where another run or something else is; a run that was killed as it began is neither.

    Raises:
        ConfigError: naming what differs.
    """
    path = folder / SIDECAR / SETTINGS
    if path.is_file():
        now = settings.to_json()
        before = read_record_of_run(path)
        _compare(folder, before | {"count": now["count"]}, now)
        _compare(folder, read_record_of_run(folder / SIDECAR / TOOLCHAIN), toolchain)
        done = before.get("count")
        if isinstance(done, int) and done > settings.count:
            raise ConfigError(
                f"{folder} holds a run of {done} candidates, and {settings.count} are asked for; "
                "choose an empty folder, or as many candidates or more"
            )
    elif folder.is_dir() and any(entry.is_file() and entry.suffix != ".tmp" for entry in folder.rglob("*")):
        raise ConfigError(f"{folder} is not empty and holds no run to continue; choose an empty folder or a new one")


def read_record_of_run(path: Path) -> dict[str, Any]:
    """What a run's own file says.

    Raises:
        ConfigError: if it cannot be read, or is no such record.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"{path} is not the record of a run: {error}") from error
    if not isinstance(found, dict):
        raise ConfigError(f"{path} is not the record of a run")
    return dict(found)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _compare(folder: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Refuse settings other than those that a folder's run has.

    Raises:
        ConfigError: naming what differs.
    """
    names = dict.fromkeys([*now, *before])
    different = [name for name in names if before.get(name) != now.get(name)]
    if different:
        listed = "; ".join(f"{name} was {before.get(name)!r}, now {now.get(name)!r}" for name in different)
        raise ConfigError(f"{folder} holds another run: {listed}. Choose an empty folder, or the same settings")
