"""Estimates the time and size of a run before it starts, from a sample of its candidates made on this machine."""

import io
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from synthesis.core.records import Pair
from synthesis.core.run_settings import Running
from synthesis.core.stores.base import Store
from synthesis.dataset.storage.rows import row_of
from synthesis.dataset.storage.tables import write_rows
from synthesis.making.engines.handing import workers_for
from synthesis.making.runs.batch_generator import BatchGenerator
from synthesis.making.workshop import Workshop

SAMPLE = 40
"""Number of candidates to sample, which takes a few seconds to half a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """The state of a run and an estimate of the remaining work."""

    out: str
    candidates: int
    """Number of candidates of the whole run."""
    missing: int
    """Number of candidates in the missing chunks of this rank."""
    chunks: int
    """Number of missing chunks."""
    workers: int
    """Number of processes that would work at once."""
    sample: int
    """Number of candidates in the sample."""
    rows: int
    """Number of rows in the sample."""
    seconds: float
    """Wall-clock seconds that one process needs for a candidate."""
    row_bytes: float
    """Bytes on disk of a row in a Parquet file. Each row is stored twice, in the parts and in the data set."""

    @property
    def seconds_left(self) -> float:
        """Seconds for the remaining work, if each worker has its own core."""
        return self.missing * self.seconds / self.workers

    @property
    def bytes_left(self) -> float:
        """Bytes on disk for the remaining rows: their parts plus the data set that is made of these."""
        return 2 * self.missing * self.row_bytes * self.rows / max(1, self.sample)

    def to_json(self) -> dict[str, Any]:
        """Return the estimate as JSON values."""
        return {
            "out": self.out,
            "candidates": self.candidates,
            "missing": self.missing,
            "chunks": self.chunks,
            "workers": self.workers,
            "sample": self.sample,
            "rows": self.rows,
            "seconds_a_candidate": round(self.seconds, 4),
            "bytes_a_row": round(self.row_bytes),
            "seconds_left": round(self.seconds_left, 1),
            "bytes_left": round(self.bytes_left),
        }

    def describe(self) -> str:
        """Return the estimate as two lines of text."""
        left = timedelta(seconds=round(self.seconds_left))
        return (
            f"{self.out}: {self.candidates} candidates, {self.missing} of them to be made, in {self.chunks} chunks by "
            f"{self.workers} workers\n"
            f"about {left} and {_size(self.bytes_left)}, by {self.sample} of the candidates: {self.rows} rows, "
            f"{self.seconds * 1e3:.0f} ms each on one core, {_size(self.row_bytes)} a row"
        )


def estimate(batch: BatchGenerator, running: Running, out: str | Path | Store) -> Estimate:
    """Estimate a run. Nothing is written.

    Args:
        batch: the run, with its settings.
        running: the number of workers and the rank.
        out: its folder, which may hold finished chunks.

    Raises:
        ConfigError: if the folder holds another run or something else.
        MachineError: if candidates cannot be made on this machine.
    """
    store, missing = batch.chunked().find_missing(running, out)
    numbers = [number for chunk in missing for number in range(chunk.start, chunk.stop)]
    chosen = numbers[:: max(1, -(-len(numbers) // SAMPLE))]
    with Workshop(
        batch.settings,
        batch.source.terms,
        frontend=batch.source.frontend,
        kernels_per_module=batch.settings.kernels_per_module,
    ) as workshop:
        began = time.monotonic()
        outcomes = list(workshop.pairs(batch.source.candidates(chosen)))
        seconds = time.monotonic() - began
    rows = [row_of(each) for each in outcomes if isinstance(each, Pair)]
    table = io.BytesIO()
    write_rows(table, rows, batch.settings.level or ())
    return Estimate(
        out=store.where,
        candidates=batch.settings.count,
        missing=len(numbers),
        chunks=len(missing),
        workers=workers_for(running, len(missing)),
        sample=len(chosen),
        rows=len(rows),
        seconds=seconds / max(1, len(chosen)),
        row_bytes=len(table.getvalue()) / max(1, len(rows)),
    )


def _size(count: float) -> str:
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000:
            return f"{count:.0f} {unit}" if count >= 10 or unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:.1f} TB"
