"""Makes a chunk of a run: the part with its rows, the figures that verification measured, and then the chunk's record.

A chunk is a pure function of the run's settings and its range. Whichever process makes it, and however often, it writes
the same bytes.
"""

import io
import json
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from types import TracebackType

from synthesis.core.errors import Stage
from synthesis.core.records import Pair, Rejection
from synthesis.core.run_settings import AnyRun, ExtractionRun, RelowerRun, Run
from synthesis.core.stores.base import Store
from synthesis.dataset.storage.chunks import Chunk, ChunkRecord, KernelRecord, RowRecord
from synthesis.dataset.storage.layout import hash_of
from synthesis.dataset.storage.rows import Row, figures_line, row_of
from synthesis.dataset.storage.tables import write_rows
from synthesis.making.faults import fault_of, is_fault
from synthesis.making.sources.drawn import DrawnKernels
from synthesis.making.sources.opening import OnOpen, ignore_opened
from synthesis.making.workshop import OnStep, Workshop

OnOutcome = Callable[[bool], None]
"""Called for each finished candidate with True if it became a row, and False if it was rejected."""


class ChunkMaker:
    """Makes the chunks of one run. A context manager.

    Args:
        settings: the settings of the run, with all defaults filled in.
        store: the run's folder.
        source: the source of drawn candidates; built from the settings if None.
        on_step: called with progress within candidates.
        on_outcome: called for each finished candidate.
        on_open: called with each file or recorded kernel before it is extracted.

    Raises:
        TargetError: if what is to be extracted or lowered again is missing, or has changed since the run began.
    """

    def __init__(
        self,
        settings: AnyRun,
        store: Store,
        *,
        source: DrawnKernels | None = None,
        on_step: OnStep | None = None,
        on_outcome: OnOutcome | None = None,
        on_open: OnOpen = ignore_opened,
    ) -> None:
        self._store = store
        self._on_outcome = on_outcome
        self._is_drawn = isinstance(settings, Run)
        self._stack = ExitStack()
        if isinstance(settings, ExtractionRun):  # a drawing run does not import the extraction code
            from synthesis.making.sources.extracted import TERMS as EXTRACTED
            from synthesis.making.sources.extracted import ExtractedFiles
            from synthesis.making.sources.recorded import RecordedKernels

            kind = RecordedKernels if settings.recorded else ExtractedFiles
            self._source = self._stack.enter_context(kind.of_run(settings, on_open))
            workshop = Workshop(settings, EXTRACTED, confinement=settings.confinement, on_step=on_step)
        elif isinstance(settings, RelowerRun):
            from synthesis.making.sources.relowered import TERMS as RELOWERED
            from synthesis.making.sources.relowered import RowsToLower

            self._source = self._stack.enter_context(RowsToLower.of_run(settings))
            workshop = Workshop(settings, RELOWERED, confinement=settings.confinement, on_step=on_step)
        else:
            drawn = self._source = source or DrawnKernels(settings, settings)
            workshop = Workshop(
                settings,
                drawn.terms,
                frontend=drawn.frontend,
                kernels_per_module=settings.kernels_per_module,
                on_step=on_step,
            )
        self._levels = (settings.level or ()) if isinstance(settings, Run) else ()
        self._workshop = self._stack.enter_context(workshop)

    def __enter__(self) -> "ChunkMaker":
        """Return the maker itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop the processes that run texts and import files."""
        self._stack.close()

    def make(self, chunk: Chunk) -> None:
        """Make a chunk and write its files. Its record is written last.

        Raises:
            OutputError: if the files cannot be written.
            MachineError: if texts cannot be run on this machine.
            TargetError: if the only file of an extraction cannot be imported.
        """
        rows: list[Row] = []
        known: list[RowRecord] = []
        rejections: list[Rejection] = []
        figures = ""
        for made in self._workshop.pairs(self._source.candidates(range(chunk.start, chunk.stop))):
            outcome, row = _with_row(made)
            if isinstance(outcome, Pair) and row is not None:
                rows.append(row)
                known.append(self._record_of(outcome, rows[-1]))
                rejections += outcome.rejections
                figures += figures_line(outcome)
            elif isinstance(outcome, Rejection):
                rejections.append(outcome)
            if self._on_outcome is not None:
                self._on_outcome(isinstance(outcome, Pair))
        part = io.BytesIO()
        write_rows(part, rows, self._levels or _levels_of(rows))
        record = ChunkRecord(hash_of(part.getvalue()), tuple(known), tuple(rejections))
        if figures:
            self._store.write(chunk.figures, figures.encode())
        self._store.write(chunk.part, part.getvalue())
        self._store.write(chunk.record, record.to_json().encode())

    def _record_of(self, pair: Pair, row: Row) -> RowRecord:
        spec, missing = pair.spec, tuple(pair.missing_levels)
        kernel = None
        if not self._is_drawn:
            identity = json.dumps([row.metadata["id"], row.metadata["origin"], spec.name])
            kernel = KernelRecord(spec.frontend, spec.name, hash_of(identity.encode()), tuple(row.texts))
        return RowRecord(spec.index, spec.category, row.metadata["renamed_hash"], missing, pair.proofs, kernel)


def _with_row(outcome: Pair | Rejection) -> tuple[Pair | Rejection, Row | None]:
    """Return an outcome and its row; None as the row of a rejection.

    If a bug in irsmith prevents the row, the outcome becomes a rejection.
    """
    if isinstance(outcome, Rejection):
        return outcome, None
    try:
        return outcome, row_of(outcome)
    except Exception as error:
        if not is_fault(error):
            raise
        return fault_of(error, Stage.VERIFY).of(outcome.spec), None


def _levels_of(rows: Iterable[Row]) -> tuple[str, ...]:
    """Return the names of all levels of rows, possibly of several front ends, in order of first appearance."""
    return tuple(dict.fromkeys(name for row in rows for name in row.texts))
