"""The protocol of an engine, which makes all chunks of a run, usually by means of workers.

A chunk is one idempotent task. An engine hands each chunk to a worker, with only a few queued ahead. If a worker fails
for a reason outside the chunk, the engine gives the chunk to another worker, a limited number of times. It reports
progress as events.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from synthesis.core.errors import MachineError
from synthesis.core.run_settings import AnyRun
from synthesis.core.settings import Verification
from synthesis.dataset.storage.chunks import Chunk

TRIES = 3
"""Number of times that a chunk is tried if its workers fail."""


@dataclass(frozen=True, slots=True)
class Order:
    """The description of a run that a worker receives."""

    settings: AnyRun | Verification
    """The settings, with all defaults that depend on the front end filled in."""
    where: str
    """The run's folder or URL, by a name that is valid for every worker."""


@dataclass(frozen=True, slots=True)
class Started:
    """A worker has started a chunk."""

    chunk: Chunk


@dataclass(frozen=True, slots=True)
class Stepped:
    """A candidate of a chunk has advanced by the share ``part`` of its work. The shares of one candidate sum to 1."""

    chunk: Chunk
    part: float
    stage: str
    """``lower``, ``plan`` or ``prove``."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An event: a worker has started a file that is extracted, or a recorded kernel."""

    chunk: Chunk
    what: str


@dataclass(frozen=True, slots=True)
class Settled:
    """An event: a candidate of a chunk is finished."""

    chunk: Chunk
    is_row: bool


@dataclass(frozen=True, slots=True)
class Made:
    """An event: a chunk is finished and its record is written."""

    chunk: Chunk
    findings: Any = None
    """The findings as JSON values if the chunk was verified, which writes no record; None if it was made."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A worker failed while making a chunk, which another worker then makes."""

    chunk: Chunk
    why: str


@dataclass(frozen=True, slots=True)
class Staffed:
    """The number of workers has changed."""

    workers: int


Event = Started | Stepped | Opened | Settled | Made | Failed | Staffed
OnEvent = Callable[[Event], None]


class Engine(Protocol):
    """Makes the chunks of a run."""

    def run(self, order: Order, chunks: Iterable[Chunk], on_event: OnEvent) -> None:
        """Make all chunks.

        Args:
            order: the description of the run for the workers.
            chunks: the chunks that have no record yet.
            on_event: called with each event, in this thread.

        Raises:
            MachineError: if workers fail repeatedly at a chunk, or none can be started.
            IrsmithError: if making a chunk raises it.
        """
        ...


class Attempts:
    """Counts the failures of workers by chunk.

    Args:
        order: the run.
    """

    def __init__(self, order: Order) -> None:
        self._unit = order.settings.unit
        verifies = isinstance(order.settings, Verification)
        self.advice = "" if verifies else "; finished chunks are kept, and the same command continues from there"
        """Text appended to the error message that stops a run."""
        self._harm: dict[Chunk, int] = {}

    def note(self, chunk: Chunk, why: str) -> None:
        """Count one more failure.

        Raises:
            MachineError: if that was the last try.
        """
        self._harm[chunk] = self._harm.get(chunk, 0) + 1
        if self._harm[chunk] >= TRIES:
            raise MachineError(f"{chunk.describe(self._unit)} could not be made: {why}, {TRIES} times{self.advice}")
