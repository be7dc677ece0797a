"""What a run would come to, before it is begun: from a few of its candidates, made on this machine."""

import io
import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from synthesis.core.records import Pair
from synthesis.core.settings import Running
from synthesis.core.stores.base import Store
from synthesis.dataset.storage.rows import row_of
from synthesis.dataset.storage.tables import write_rows
from synthesis.making.engines.handing import workers_for
from synthesis.making.runs.batch_generator import BatchGenerator
from synthesis.making.workshop import Workshop

SAMPLE = 40
"""Candidates that are made: a few seconds to half a minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What is there of a run, and what the rest would come to."""

    out: str
    candidates: int
    """Of the whole run."""
    missing: int
    """Candidates of those chunks of this rank that are not there yet."""
    chunks: int
    """How many chunks these are."""
    workers: int
    """Processes that would make them at once."""
    sample: int
    """Candidates that were made to tell the rest."""
    rows: int
    """Of the sample."""
    seconds: float
    """By the clock, that one process needs for a candidate."""
    row_bytes: float
    """On disk, of a row in a Parquet file; half of it comes twice, in the parts and in the data set."""

    @property
    def seconds_left(self) -> float:
        """How long the rest would take, if each worker has a core to itself."""
        return self.missing * self.seconds / self.workers

    @property
    def bytes_left(self) -> float:
        """What the rest would take on disk, as parts and as a data set."""
        return 2 * self.missing * self.row_bytes * self.rows / max(1, self.sample)

    def to_json(self) -> dict[str, Any]:
        """The estimate as JSON values."""
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
        """The estimate in two lines."""
        left = timedelta(seconds=round(self.seconds_left))
        return (
            f"{self.out}: {self.candidates} candidates, {self.missing} of them to be made, in {self.chunks} chunks by "
            f"{self.workers} workers\n"
            f"about {left} and {_size(self.bytes_left)}, by {self.sample} of the candidates: {self.rows} rows, "
            f"{self.seconds * 1e3:.0f} ms each on one core, {_size(self.row_bytes)} a row"
        )


def estimate(batch: BatchGenerator, running: Running, out: str | Path | Store) -> Estimate:
    """What a run would come to; nothing is written.

    Args:
        batch: the run, with its settings.
        running: by whom it would be done.
        out: its folder, where some of it may be there.

    Raises:
        ConfigError: if the folder holds another run or something else.
        MachineError: if the machine does not let candidates be made.
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
