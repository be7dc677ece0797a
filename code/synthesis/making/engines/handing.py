"""Functions shared by all code that hands chunks to engines: engine choice, folder name and progress display."""

import logging
from collections.abc import Callable
from pathlib import Path

from synthesis.core.progress import Meter
from synthesis.core.run_settings import AnyRun, Running
from synthesis.core.settings import Verification
from synthesis.core.stores.base import Store
from synthesis.making.engines.base import Engine, Event, Failed, Made, Opened, Order, Settled, Staffed, Started, Stepped
from synthesis.making.engines.inline import Inline
from synthesis.making.engines.local import CHUNKS_A_WORKER, Local, cores
from synthesis.making.sources.drawn import DrawnKernels

logger = logging.getLogger(__name__)


def choose_engine(
    running: Running, store: Store, chunks: int, *, source: DrawnKernels | None = None, alone: bool = False
) -> Engine:
    """Return the engine to use.

    The chunks are made in this process if no other process can make or store them, or if one worker would make only a
    few.

    Args:
        running: the requested engine and workers.
        store: the folder.
        chunks: the number of chunks to make.
        source: the source of drawn candidates, for chunks that are made in this process.
        alone: whether only this process can make them.

    Raises:
        ConfigError: if Ray is requested and not installed.
    """
    if running.engine == "ray":
        from synthesis.making.engines.ray import Ray

        return Ray(running.workers, running.address)
    workers = workers_for(running, chunks)
    # A folder in this process's memory is not accessible to other processes. A single worker is still used for many
    # chunks, because replacing it from time to time frees memory that the tools leak.
    if alone or store.where.startswith("memory:") or (workers == 1 and chunks <= CHUNKS_A_WORKER):
        return Inline(source)
    return Local(workers)


def workers_for(running: Running, chunks: int) -> int:
    """Return the number of local workers to start: the requested number, but at most one for each chunk."""
    return min(running.workers or cores(), max(1, chunks))


def order_of(settings: AnyRun | Verification, store: Store) -> Order:
    """Return the order for workers, with the folder named by a URL or an absolute path."""
    return Order(settings, store.where if "://" in store.where else str(Path(store.where).resolve()))


def count_in(meter: Meter, unit: str) -> Callable[[Event], None]:
    """Return a callback that reports an engine's events to a meter, and logs failures of chunks, which are made again.

    Args:
        meter: counts the progress.
        unit: the plural noun for what the chunks are ranges of, such as ``candidates``, for messages.
    """

    def count(event: Event) -> None:
        match event:
            case Started():
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
                logger.warning("%s are started again: %s", event.chunk.describe(unit), event.why)
                meter.undo(event.chunk)
            case Staffed():
                meter.staff(event.workers)

    return count
