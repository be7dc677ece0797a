"""What an engine is: it sees to it that every chunk of a run is made, somewhere, by somebody.

A chunk is one idempotent task. An engine gives each to a worker, at most a few ahead of those that are at work; gives
it to another when one comes to harm that is the machine's, a bounded number of times; and says what happens.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from synthesis.core.errors import MachineError
from synthesis.core.settings import AnyRun, Verification
from synthesis.dataset.storage.chunks import Chunk

TRIES = 3
"""How often a chunk is tried whose worker comes to harm."""


@dataclass(frozen=True, slots=True)
class Order:
    """What a worker has to know of a run."""

    settings: AnyRun | Verification
    """With everything filled in that can be left to the front end."""
    where: str
    """The run's folder or URL, which every worker reaches by this name."""


@dataclass(frozen=True, slots=True)
class Begun:
    """A worker begins with a chunk."""

    chunk: Chunk


@dataclass(frozen=True, slots=True)
class Stepped:
    """A part of the way of a chunk's candidates has been gone; the parts of one come to 1."""

    chunk: Chunk
    part: float
    stage: str
    """``lower``, ``plan`` or ``prove``."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A worker begins with a file of a chunk that is extracted, or with a kernel of a recording."""

    chunk: Chunk
    what: str


@dataclass(frozen=True, slots=True)
class Settled:
    """A candidate of a chunk is finished."""

    chunk: Chunk
    is_row: bool


@dataclass(frozen=True, slots=True)
class Made:
    """A chunk is finished, and its record is there."""

    chunk: Chunk
    findings: Any = None
    """JSON values: what was found where a folder is verified, of which there is no record."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A worker came to harm at a chunk, which is begun anew."""

    chunk: Chunk
    why: str


@dataclass(frozen=True, slots=True)
class Staffed:
    """How many workers there are now."""

    workers: int


Event = Begun | Stepped | Opened | Settled | Made | Failed | Staffed
OnEvent = Callable[[Event], None]


class Engine(Protocol):
    """Has chunks made."""

    def run(self, order: Order, chunks: Iterable[Chunk], tell: OnEvent) -> None:
        """See to it that all chunks are made.

        Args:
            order: what workers have to know.
            chunks: those that there are no records of.
            tell: told what happens, in this thread.

        Raises:
            MachineError: if workers come to harm at a chunk again and again, or none can be started.
            IrsmithError: what making a chunk raises.
        """
        ...


class Attempts:
    """Counts how often workers came to harm at a chunk.

    Args:
        order: what they work at.
    """

    def __init__(self, order: Order) -> None:
        self._unit = order.settings.unit
        verifies = isinstance(order.settings, Verification)
        self.advice = "" if verifies else "; what is finished stands, and the same command goes on from there"
        """How an error ends that a run stops with."""
        self._harm: dict[Chunk, int] = {}

    def note(self, chunk: Chunk, why: str) -> None:
        """Count one more.

        Raises:
            MachineError: if that was the last try.
        """
        self._harm[chunk] = self._harm.get(chunk, 0) + 1
        if self._harm[chunk] >= TRIES:
            raise MachineError(f"{chunk.describe(self._unit)} could not be made: {why}, {TRIES} times{self.advice}")
