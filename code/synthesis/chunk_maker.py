"""Makes a chunk of a run: a part with its rows, what verification measured, and last the record of what became of all.

A chunk is a pure function of the run's settings and its range: whoever makes it, wherever and however often, writes
the same bytes.
"""

import io
from collections.abc import Callable
from types import TracebackType

from synthesis.making.workshop import OnStep, Workshop
from synthesis.output.chunks import Chunk, ChunkRecord, RowRecord
from synthesis.output.layout import hash_of
from synthesis.output.rows import Row, row_of
from synthesis.output.tables import write_rows
from synthesis.output.writer import figures_line
from synthesis.records import Pair, Rejection
from synthesis.settings import Run
from synthesis.sources.drawn import TERMS, DrawnKernels
from synthesis.stores.base import Store

OnOutcome = Callable[[bool], None]
"""Told of each finished candidate whether it is a row."""


class ChunkMaker:
    """Makes chunks of one run; a context manager.

    Args:
        settings: those of the run, with everything filled in.
        store: the run's folder.
        source: where its candidates come from; made of the settings if None.
        on_step: told of progress inside candidates.
        on_outcome: told of each finished candidate.
    """

    def __init__(
        self,
        settings: Run,
        store: Store,
        *,
        source: DrawnKernels | None = None,
        on_step: OnStep | None = None,
        on_outcome: OnOutcome | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._source = source or DrawnKernels(settings, settings)
        self._on_outcome = on_outcome
        self._workshop = Workshop(
            settings,
            TERMS,
            frontend=self._source.frontend,
            kernels_per_module=settings.kernels_per_module,
            on_step=on_step,
        )

    def __enter__(self) -> "ChunkMaker":
        """The maker itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the processes that texts are run from."""
        self._workshop.close()

    def make(self, chunk: Chunk) -> ChunkRecord:
        """Make a chunk, and write what came of it; its record is the last of its files.

        Raises:
            OutputError: if the disk does not take it.
            MachineError: if the machine does not let texts run.
        """
        rows: list[Row] = []
        known: list[RowRecord] = []
        rejections: list[Rejection] = []
        figures = ""
        for outcome in self._workshop.pairs(self._source.candidates(range(chunk.start, chunk.stop))):
            if isinstance(outcome, Pair):
                rows.append(row_of(outcome))
                known.append(_record_of(outcome, rows[-1]))
                rejections += outcome.rejections
                figures += figures_line(outcome)
            else:
                rejections.append(outcome)
            if self._on_outcome is not None:
                self._on_outcome(isinstance(outcome, Pair))
        part = io.BytesIO()
        write_rows(part, rows, self._settings.level or ())
        record = ChunkRecord(hash_of(part.getvalue()), tuple(known), tuple(rejections))
        if figures:
            self._store.write(chunk.figures, figures.encode())
        self._store.write(chunk.part, part.getvalue())
        self._store.write(chunk.record, record.to_json().encode())
        return record


def _record_of(pair: Pair, row: Row) -> RowRecord:
    spec = pair.spec
    return RowRecord(spec.index, spec.category, row.metadata["renamed_hash"], tuple(pair.missing_levels))
