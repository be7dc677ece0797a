"""What all that hands chunks to engines has in common: which engine, by what name, and what is shown of it."""

import logging
from collections.abc import Callable
from pathlib import Path

from synthesis.core.progress import Meter
from synthesis.core.settings import AnyRun, Running, Verification
from synthesis.core.stores.base import Store
from synthesis.making.engines.base import Begun, Engine, Event, Failed, Made, Opened, Order, Settled, Staffed, Stepped
from synthesis.making.engines.inline import Inline
from synthesis.making.engines.local import CHUNKS_A_WORKER, Local, cores
from synthesis.making.sources.drawn import DrawnKernels

logger = logging.getLogger(__name__)


def choose_engine(
    running: Running, store: Store, chunks: int, *, source: DrawnKernels | None = None, alone: bool = False
) -> Engine:
    """The engine that is asked for; this process does by itself what no other can, or what is not worth another.

    Args:
        running: what is asked for.
        store: the folder.
        chunks: how many there are to do.
        source: where drawn candidates come from, for chunks that are made in this process.
        alone: whether only this process can do them.

    Raises:
        ConfigError: if Ray is asked for and not installed.
    """
    if running.engine == "ray":
        from synthesis.making.engines.ray import Ray

        return Ray(running.workers, running.address)
    workers = workers_for(running, chunks)
    # What lies in this process's memory, no other process can reach. What one worker does, another goes on with after
    # a while, so that what tools never give back is given back.
    if alone or store.where.startswith("memory:") or (workers == 1 and chunks <= CHUNKS_A_WORKER):
        return Inline(source)
    return Local(workers)


def workers_for(running: Running, chunks: int) -> int:
    """How many workers of this machine are of use for so many chunks, of those that are asked for."""
    return min(running.workers or cores(), max(1, chunks))


def order_of(settings: AnyRun | Verification, store: Store) -> Order:
    """What workers have to know; a folder by a name by which another process reaches it, whatever folder it is in."""
    return Order(settings, store.where if "://" in store.where else str(Path(store.where).resolve()))


def count_in(meter: Meter, unit: str) -> Callable[[Event], None]:
    """What counts events, of chunks that are ranges of a unit."""

    def count(event: Event) -> None:
        match event:
            case Begun():
                meter.begin(event.chunk)
            case Stepped():
                meter.step(event.part, event.stage, event.chunk)
            case Opened():
                meter.open(event.what, event.chunk)
            case Settled():
                meter.finish(event.is_row, event.chunk)
            case Made():
                meter.close(event.chunk)
            case Failed():
                logger.warning("%s are begun anew: %s", event.chunk.describe(unit), event.why)
                meter.undo(event.chunk)
            case Staffed():
                meter.staff(event.workers)

    return count
