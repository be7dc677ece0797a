"""The engine of a Ray cluster: a chunk is a task for any node that can access the run's folder by its name.

Ray restarts tasks whose node or worker is lost. The tries are counted here instead, so that a chunk that kills every
worker ends the run with a clear message.
"""

import os
from collections import deque
from collections.abc import Iterable
from typing import Any

from synthesis.core.errors import ConfigError, IrsmithError, MachineError, error_of
from synthesis.core.sandbox.environment import OF_WORK
from synthesis.dataset.storage.chunks import Chunk
from synthesis.making.engines.base import Attempts, Event, Failed, Made, OnEvent, Order, Settled, Staffed
from synthesis.making.engines.inline import make_chunks
from synthesis.making.engines.worker import read_order, write_order

_AHEAD = 2
"""Number of tasks submitted for each worker, so that no worker waits for its next task."""
_POLL_SECONDS = 1.0
"""Seconds between two checks of the cluster's size."""
_Result = tuple[str, str, list[bool]]
"""The name of the error that was raised (or empty), its message, and whether each candidate became a row."""


class Ray:
    """Makes chunks as tasks of a Ray cluster, with one core each.

    Args:
        workers: maximum number of concurrent tasks; one for each core of the cluster if None.
        address: the address of the cluster. If None, ``RAY_ADDRESS`` is used, or else a cluster on this machine.

    Raises:
        ConfigError: if Ray is not installed.
        MachineError: if there is no cluster at the address.
    """

    def __init__(self, workers: int | None, address: str | None) -> None:
        try:
            import ray  # pyright: ignore[reportMissingTypeStubs]
        except ImportError as error:
            raise ConfigError(
                "the engine ray needs the package 'ray', which is not installed; "
                "install it with: pip install 'irsmith[ray]'"
            ) from error
        self._ray: Any = ray
        self._workers = workers
        self._address = address

    def run(self, order: Order, chunks: Iterable[Chunk], on_event: OnEvent) -> None:
        """Make all chunks.

        Raises:
            MachineError: if tasks are lost repeatedly at a chunk, or there is no cluster.
            IrsmithError: if making a chunk raises it.
        """
        mine = not self._ray.is_initialized()
        if mine:
            try:
                self._ray.init(address=self._address, log_to_driver=False, configure_logging=False)
            except (ConnectionError, RuntimeError, ValueError) as error:
                raise MachineError(f"no Ray cluster at {self._address or 'this machine'}: {error}") from error
        try:
            self._work(order, deque(chunks), on_event)
        finally:
            if mine:
                self._ray.shutdown()

    def _work(self, order: Order, waiting: deque[Chunk], on_event: OnEvent) -> None:
        task: Any = self._ray.remote(num_cpus=1, max_retries=0)(_make_one)
        running: dict[Any, Chunk] = {}
        try:
            self._submit_all(task, order, waiting, running, on_event)
        finally:
            for reference in running:  # left over if the run failed or was interrupted
                self._ray.cancel(reference, force=True)

    def _submit_all(
        self, task: Any, order: Order, waiting: deque[Chunk], running: dict[Any, Chunk], on_event: OnEvent
    ) -> None:
        """Submit chunks until all are done, only a few more than can run at once, and collect their results."""
        line, attempts = write_order(order), Attempts(order)
        staff = 0
        while waiting or running:
            if staff != (now := self._size()):
                staff = now
                on_event(Staffed(staff))
            while waiting and len(running) < max(1, staff) * _AHEAD:
                chunk = waiting.popleft()
                running[task.remote(line, chunk.start, chunk.stop)] = chunk
            ready, _ = self._ray.wait(list(running), num_returns=1, timeout=_POLL_SECONDS)
            for reference in ready:
                chunk = running.pop(reference)
                why = self._take(reference, chunk, on_event)
                if why is not None:
                    on_event(Failed(chunk, why))
                    attempts.note(chunk, why)
                    waiting.appendleft(chunk)

    def _size(self) -> int:
        """Return how many of the requested tasks the cluster can run at once now."""
        cores = int(self._ray.cluster_resources().get("CPU", 0))
        return cores if self._workers is None else min(cores, self._workers)

    def _take(self, reference: Any, chunk: Chunk, on_event: OnEvent) -> str | None:
        """Report the events of a finished task. Return why it was lost; None if it succeeded.

        Raises:
            IrsmithError: if making the chunk raised it.
        """
        try:
            result: _Result = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            return str(error).strip().partition("\n")[0] or type(error).__name__
        name, words, settled = result
        if name:
            error = error_of(name, words)
            if isinstance(error, MachineError):
                return words
            raise error
        for is_row in settled:
            on_event(Settled(chunk, is_row))
        on_event(Made(chunk))
        return None


def _make_one(line: bytes, start: int, stop: int) -> _Result:
    """Make one chunk in a process of the cluster, on one core."""
    os.environ.update(OF_WORK)
    settled: list[bool] = []

    def note(event: Event) -> None:
        if isinstance(event, Settled):
            settled.append(event.is_row)

    try:
        make_chunks(read_order(line), [Chunk(start, stop)], note)
    except IrsmithError as error:
        return type(error).__name__, str(error), []
    return "", "", settled
