"""The batch generator: a run of many candidates, in chunks, that can be killed at any moment and continued.

A run's folder holds one file a pair, and beside them, under ``_irsmith``::

    run.json                 the settings; another run's are refused
    chunks/000000-000200.json  what became of candidates 0 … 199, written once all their files are there
    figures/000000-000200.jsonl  what verification measured: errors, tolerances, seconds; it differs between machines
    rejections.jsonl         the rejections of all chunks, written at the end

A chunk whose record is there is not made again. No row depends on where chunks begin or which kernels share a module.
"""

import json
import logging
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synthesis.errors import ConfigError
from synthesis.files import alone_in, make_folder, remove_unfinished, write_atomic
from synthesis.frontends.base import Frontend
from synthesis.identity import renamed_hash
from synthesis.pipeline import SynthesisPipeline, check_count
from synthesis.progress import OnProgress, Progress, progress_bar
from synthesis.records import Pair, Rejection
from synthesis.rows import FIGURES, SIDECAR, file_name, write_figures, write_ledger, write_pair
from synthesis.tally import Repeats, RunSummary, Statistics

logger = logging.getLogger(__name__)

CHUNK_SIZE = 200
"""Candidates a chunk: what a kill costs at most."""
KERNELS_PER_MODULE = 20
"""Kernels that share a Python module; ``benchmarks/batches.txt`` shows what other numbers give."""


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
        seed: any integer.
        categories: the categories to draw from; all by default. A filter never changes a kernel.
        levels: the levels of a row, by name; the front end's default ones for the device if None.
        device: what the texts are for; the front end's default if None.
        verify: which kernels' texts are proved by execution: ``all``, ``none`` or ``sample:0.1``.
        ptx: of those, whose CUDA texts are compiled to PTX by NVRTC too, in the same words.
        wrong_adjoints: the share of kernels with wrong adjoints, as :class:`synthesis.KernelGenerator` takes it.
        difficulty: how long and how deep the kernels are, as :class:`synthesis.KernelGenerator` takes it.
        kernels_per_module: how many kernels may share a Python module while they are lowered.
        chunk_size: candidates a chunk.

    Raises:
        UnknownNameError: for an unknown front end, category, level or device.
        ConfigError: for a level that does not exist for the device, no categories, or a size below 1.
        MissingFrontendError: if the front end's package is not installed.

    Example:
        >>> BatchGenerator("warp", seed=7).run(1000, "pairs").rows  # doctest: +SKIP
        1000
    """

    def __init__(
        self,
        frontend: str | Frontend,
        *,
        seed: int = 0,
        categories: Sequence[str] | None = None,
        levels: Sequence[str] | None = None,
        device: str | None = None,
        verify: str = "all",
        ptx: str = "none",
        wrong_adjoints: float | None = None,
        difficulty: int | Mapping[int, float] | None = None,
        kernels_per_module: int = KERNELS_PER_MODULE,
        chunk_size: int = CHUNK_SIZE,
    ) -> None:
        for name, size in (("kernels_per_module", kernels_per_module), ("chunk_size", chunk_size)):
            if isinstance(size, bool) or not isinstance(size, int) or size < 1:  # pyright: ignore[reportUnnecessaryIsInstance]
                raise ConfigError(f"{name} must be an integer from 1, got {size!r}")
        self.pipeline = SynthesisPipeline(
            frontend,
            seed=seed,
            categories=categories,
            levels=levels,
            device=device,
            verify=verify,
            ptx=ptx,
            wrong_adjoints=wrong_adjoints,
            difficulty=difficulty,
        )
        self.kernels_per_module = kernels_per_module
        self.chunk_size = chunk_size

    def run(
        self, count: int, out: str | Path, *, on_progress: OnProgress | None = None, progress: bool = False
    ) -> RunSummary:
        """Write the pairs of candidates 0 … count-1 as JSON files into a folder.

        Files are ``<index>_<name>.json``; rejections go to ``_irsmith/rejections.jsonl``. The same settings make the
        same bytes. A run that was stopped is continued by the same call; more candidates may be asked for, but
        nothing else may differ.

        Args:
            count: the number of candidates.
            out: the folder; made if it is not there.
            on_progress: told after every candidate.
            progress: whether to show a bar on standard error.

        Raises:
            ConfigError: if the count is negative, or the folder holds another run or something else.
            OutputError: if the folder cannot be written.
        """
        check_count(count)
        folder = Path(out)
        self._check(folder, count)
        for name in ("chunks", FIGURES):
            make_folder(folder / SIDECAR / name)
        with alone_in(folder / SIDECAR), ExitStack() as stack:
            self._claim(folder, count)
            listeners = [stack.enter_context(progress_bar(self.pipeline.frontend.name))] if progress else []
            listeners += [on_progress] if on_progress is not None else []
            return self._make(folder, count, listeners)

    def _make(self, folder: Path, count: int, listeners: Sequence[OnProgress]) -> RunSummary:
        """Make what is not there yet."""
        frontend = self.pipeline.frontend.name
        totals, repeats = Statistics(), Repeats()
        rejections: list[Rejection] = []
        began, resumed = time.monotonic(), 0
        for chunk in chunks_of(count, self.chunk_size):
            record = _read_record(folder, chunk)
            if record is not None:
                resumed += record.replay(totals, repeats, rejections)
                continue
            record, figures = ChunkRecord.empty(), list[Pair]()
            numbers = range(chunk.start, chunk.stop)
            drawn = self.pipeline.outcomes(numbers, kernels_per_module=self.kernels_per_module)
            for outcome in map(repeats.settle, drawn):
                totals.count(outcome)
                record.add(outcome)
                if isinstance(outcome, Pair):
                    write_pair(folder, outcome.spec.index or 0, outcome)
                    figures.append(outcome)
                seconds = time.monotonic() - began
                done = Progress(done=totals.candidates, total=count, rows=totals.rows, seconds=seconds, resumed=resumed)
                for listener in listeners:
                    listener(done)
            rejections += record.rejections
            write_figures(folder / SIDECAR / FIGURES / f"{chunk.stem}.jsonl", figures)
            write_atomic(folder / SIDECAR / "chunks" / chunk.file, record.to_json())
        write_ledger(folder, rejections)
        summary = totals.summary(frontend, folder, self.pipeline.categories)
        logger.info("%s: %d rows of %d candidates in %s", frontend, totals.rows, count, folder)
        return summary

    def _settings(self) -> dict[str, Any]:
        sizes = {"kernels_per_module": self.kernels_per_module, "chunk_size": self.chunk_size}
        return self.pipeline.settings() | sizes

    def _check(self, folder: Path, count: int) -> None:
        """Refuse a folder where another run or something else is; a run that was killed as it began is neither.

        Raises:
            ConfigError: naming what differs.
        """
        path = folder / SIDECAR / "run.json"
        if path.is_file():
            _compare(folder, _read_settings(path), self._settings(), count)
        elif folder.is_dir() and any(entry.is_file() and entry.suffix != ".tmp" for entry in folder.rglob("*")):
            raise ConfigError(
                f"{folder} is not empty and holds no run to continue; choose an empty folder or a new one"
            )

    def _claim(self, folder: Path, count: int) -> None:
        """Write the run's settings into its folder, and remove what a killed run has left half done."""
        self._check(folder, count)
        records = folder / SIDECAR / "chunks"
        for place in (folder, folder / SIDECAR, records, folder / SIDECAR / FIGURES):
            remove_unfinished(place)
        wanted = {chunk.file for chunk in chunks_of(count, self.chunk_size)}
        for record in records.glob("*.json"):
            if record.name not in wanted:  # the last, shorter chunk of a run of fewer candidates
                record.unlink()
        write_atomic(folder / SIDECAR / "run.json", json.dumps(self._settings() | {"count": count}, indent=2) + "\n")


@dataclass(slots=True)
class ChunkRecord:
    """What became of a chunk's candidates."""

    rows: list[dict[str, Any]]
    """Of each row its file, index, category, renamed hash, and the levels that it lacks."""
    rejections: list[Rejection]
    """Of whole candidates and of levels, in order."""

    @classmethod
    def empty(cls) -> "ChunkRecord":
        """The record of a chunk that has just begun."""
        return cls([], [])

    def add(self, outcome: Pair | Rejection) -> None:
        """Add one candidate's outcome."""
        if isinstance(outcome, Rejection):
            self.rejections.append(outcome)
            return
        spec = outcome.spec
        self.rejections += outcome.rejections
        self.rows.append(
            {
                "file": file_name(spec.index or 0, spec),
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
    """The record of a chunk that was finished and whose files are all there; None if it has to be made."""
    try:
        document = json.loads((folder / SIDECAR / "chunks" / chunk.file).read_text(encoding="utf-8"))
        record = ChunkRecord(document["rows"], [Rejection.from_json(entry) for entry in document["rejections"]])
        return record if all((folder / row["file"]).is_file() for row in record.rows) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _read_settings(path: Path) -> Mapping[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ConfigError(f"{path} is not the record of a run: {error}") from error
    if not isinstance(found, dict):
        raise ConfigError(f"{path} is not the record of a run")
    return dict(found)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


def _compare(folder: Path, before: Mapping[str, Any], now: Mapping[str, Any], count: int) -> None:
    """Refuse settings other than those that a folder's run has.

    Raises:
        ConfigError: naming what differs.
    """
    different = [name for name in now if before.get(name) != now[name]]
    if different:
        listed = "; ".join(f"{name} was {before.get(name)!r}, now {now[name]!r}" for name in different)
        raise ConfigError(f"{folder} holds another run: {listed}. Choose an empty folder, or the same settings")
    if before.get("count", 0) > count:
        raise ConfigError(
            f"{folder} holds a run of {before['count']} candidates, and {count} are asked for; "
            "choose an empty folder, or as many candidates or more"
        )
