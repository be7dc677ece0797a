"""The engine without workers: makes or verifies chunks one after another in this process."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from synthesis.core.settings import Verification
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.chunks import Chunk
from synthesis.making.chunk_maker import ChunkMaker, OnOutcome
from synthesis.making.engines.base import Made, OnEvent, Opened, Order, Settled, Staffed, Started, Stepped
from synthesis.making.sources.drawn import DrawnKernels
from synthesis.making.sources.opening import OnOpen
from synthesis.making.workshop import OnStep

if TYPE_CHECKING:
    from synthesis.making.chunk_verifier import ChunkVerifier


class Inline:
    """Makes chunks in this process.

    Args:
        source: the source of drawn candidates; built from the settings if None.
    """

    def __init__(self, source: DrawnKernels | None = None) -> None:
        self._source = source

    def run(self, order: Order, chunks: Iterable[Chunk], on_event: OnEvent) -> None:
        """Make all chunks, in order.

        Raises:
            IrsmithError: if making a chunk raises it.
        """
        make_chunks(order, chunks, on_event, self._source)


def make_chunks(order: Order, chunks: Iterable[Chunk], on_event: OnEvent, source: DrawnKernels | None = None) -> None:
    """Make chunks and report events. Every kind of worker calls this."""
    at: Chunk | None = None

    def step(part: float, stage: str) -> None:
        assert at is not None
        on_event(Stepped(at, part, stage))

    def settle(is_row: bool) -> None:
        assert at is not None
        on_event(Settled(at, is_row))

    def open_one(what: str) -> None:
        assert at is not None
        on_event(Opened(at, what))

    with _maker_of(order, source, step, settle, open_one) as maker:
        on_event(Staffed(1))
        for at in chunks:
            on_event(Started(at))
            on_event(Made(at, maker.make(at)))


def _maker_of(
    order: Order, source: DrawnKernels | None, on_step: OnStep, on_outcome: OnOutcome, on_open: OnOpen
) -> "ChunkMaker | ChunkVerifier":
    """Return the maker or the verifier for the chunks of an order."""
    store = store_of(order.where)
    if isinstance(order.settings, Verification):  # a run that makes chunks does not import the verifier
        from synthesis.making.chunk_verifier import ChunkVerifier

        return ChunkVerifier(order.settings, store, on_step=on_step, on_outcome=on_outcome)
    return ChunkMaker(order.settings, store, source=source, on_step=on_step, on_outcome=on_outcome, on_open=on_open)
