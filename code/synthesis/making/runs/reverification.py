"""Verifies a finished folder of pairs from its files alone, on all cores of this machine."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from synthesis.core.errors import MachineError
from synthesis.core.progress import Meter
from synthesis.core.progress_display import progress_bar
from synthesis.core.run_settings import Running
from synthesis.core.sandbox.confinement import Protection
from synthesis.core.settings import Verification
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.chunks import END, Chunk
from synthesis.dataset.storage.confined import count_rows
from synthesis.dataset.storage.listing import Place
from synthesis.making.chunk_verifier import Failure, Findings
from synthesis.making.engines.base import Event, Made
from synthesis.making.engines.handing import choose_engine, count_in, order_of
from synthesis.making.engines.local import cores

_FEWEST = 10
"""Minimum number of rows in a chunk. Rows are verified faster in groups."""
_MOST = 100
"""Maximum number of rows in a chunk. Larger chunks leave workers idle at the end."""
_EACH = 4
"""Number of chunks for each worker, if there are enough rows."""
OnFailure = Callable[[Failure], None]


@dataclass(slots=True)
class Reverification(Findings):
    """The findings for a folder."""

    seed: int = 0
    """Seed of the inputs that texts ran on."""

    def to_json(self) -> dict[str, Any]:
        """Return the findings as JSON values."""
        found = Findings.to_json(self)
        return {**found, "seed": self.seed, "protections": found["protections"] or []}

    def add(self, found: Findings) -> None:
        """Add the findings for more rows."""
        for name in ("rows", "texts", "lowered", "remade", "unproved", "failing_rows"):
            setattr(self, name, getattr(self, name) + getattr(found, name))
        self.failures += found.failures
        self.unverified += found.unverified
        both = [in_force for in_force in (self.protections, found.protections) if in_force is not None]
        self.protections = frozenset[Protection].intersection(*both) if both else None

    @property
    def status(self) -> int:
        """The exit status of the command: 1 if a row failed, 3 if some texts could not be verified, else 0."""
        return 1 if self.failing_rows else 3 if self.unproved else 0


def verify_folder(
    folder: Place,
    *,
    on_failure: OnFailure | None = None,
    progress: bool = False,
    workers: int | None = None,
    **settings: Any,
) -> Reverification:
    """Verify every row of a folder; see :func:`verify_folder_with`.

    Args:
        folder: the output folder of ``irsmith generate`` or ``irsmith extract``, or its URL.
        on_failure: called with each failure, in the order of rows. The failures are then not kept in the result.
        progress: whether to show a progress bar on standard error.
        workers: number of processes; the number of cores if None.
        settings: fields of :class:`synthesis.core.settings.Verification` by name, such as ``seed`` or ``sandbox``.
    """
    running = Running(workers=workers, progress="auto" if progress else "none")
    return verify_folder_with(Verification.of(**settings), folder, running, on_failure=on_failure)


def verify_folder_with(
    settings: Verification, folder: Place, running: Running, *, on_failure: OnFailure | None = None
) -> Reverification:
    """Verify every row of a folder, and return which of them passed and why the others failed.

    Args:
        settings: the settings of the verification.
        folder: the folder or URL.
        running: how the work is done.
        on_failure: called with each failure as it is found.

    Raises:
        TargetError: if there is no such folder, or it holds no pairs.
        MissingFrontendError: if a row's front end is not installed.
        MachineError: if rows cannot be verified on this machine, or it lacks a required protection.
    """
    store = store_of(folder)
    total = count_rows(store, settings.confinement)
    chunks = _chunks_of(total, running.workers or cores())
    found = Reverification(seed=settings.seed)
    waiting: dict[Chunk, Findings] = {}
    left = iter(chunks)
    turn = next(left)
    with progress_bar("verify", running.progress) as shown:
        count = count_in(Meter(total, [shown]), settings.unit)

        def on_event(event: Event) -> None:
            nonlocal turn
            count(event)
            if isinstance(event, Made):
                waiting[event.chunk] = Findings.from_json(event.findings)
            while (ready := waiting.pop(turn, None)) is not None:
                turn = next(left, Chunk(END, END))
                if on_failure is not None:
                    for failure in ready.failures:
                        on_failure(failure)
                    ready.failures = []
                found.add(ready)

        choose_engine(running, store, len(chunks)).run(order_of(settings, store), chunks, on_event)
    if turn.start != END:
        raise MachineError(f"rows from {turn.start} on were not verified: no result for them arrived; try again")
    return found


def _chunks_of(total: int, workers: int) -> list[Chunk]:
    """Return the chunks of a folder's rows. The last one is open-ended and includes any rows beyond the total."""
    size = min(_MOST, max(_FEWEST, -(-total // (_EACH * workers))))
    starts = range(0, max(1, total), size)
    return [Chunk(start, END if start + size >= total else start + size) for start in starts]
