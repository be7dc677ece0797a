"""The engine of a Ray cluster: a chunk is a task, which any node may do that reaches the run's folder by its name.

Ray starts another task where a node or a worker is lost; here the tries are counted, so that a chunk that kills its
worker wherever it is done ends the run with a clear message.
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
"""Tasks that are handed over for each worker, so that none waits for the next."""
_GLANCE = 1.0
"""Seconds between two looks at how many workers there are."""
_Result = tuple[str, str, list[bool]]
"""The name of the error that making a chunk has raised, its words, and of each candidate whether it became a row."""


class Ray:
    """Has chunks made by tasks of a Ray cluster, a core each.

    Args:
        workers: how many at once; as many as the cluster has cores if None.
        address: of the cluster; ``RAY_ADDRESS``, or else a cluster of this machine, if None.

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

    def run(self, order: Order, chunks: Iterable[Chunk], tell: OnEvent) -> None:
        """See to it that all chunks are made.

        Raises:
            MachineError: if tasks are lost at a chunk again and again, or there is no cluster.
            IrsmithError: what making a chunk raises.
        """
        mine = not self._ray.is_initialized()
        if mine:
            try:
                self._ray.init(address=self._address, log_to_driver=False, configure_logging=False)
            except (ConnectionError, RuntimeError, ValueError) as error:
                raise MachineError(f"no Ray cluster at {self._address or 'this machine'}: {error}") from error
        try:
            self._work(order, deque(chunks), tell)
        finally:
            if mine:
                self._ray.shutdown()

    def _work(self, order: Order, waiting: deque[Chunk], tell: OnEvent) -> None:
        task: Any = self._ray.remote(num_cpus=1, max_retries=0)(_make_one)
        running: dict[Any, Chunk] = {}
        try:
            self._hand_over(task, order, waiting, running, tell)
        finally:
            for reference in running:  # of a run that has failed, or was interrupted
                self._ray.cancel(reference, force=True)

    def _hand_over(
        self, task: Any, order: Order, waiting: deque[Chunk], running: dict[Any, Chunk], tell: OnEvent
    ) -> None:
        """Hand over all chunks, some ahead, and take what comes of them."""
        line, attempts = write_order(order), Attempts(order)
        staff = 0
        while waiting or running:
            if staff != (now := self._size()):
                staff = now
                tell(Staffed(staff))
            while waiting and len(running) < max(1, staff) * _AHEAD:
                chunk = waiting.popleft()
                running[task.remote(line, chunk.start, chunk.stop)] = chunk
            ready, _ = self._ray.wait(list(running), num_returns=1, timeout=_GLANCE)
            for reference in ready:
                chunk = running.pop(reference)
                why = self._take(reference, chunk, tell)
                if why is not None:
                    tell(Failed(chunk, why))
                    attempts.note(chunk, why)
                    waiting.appendleft(chunk)

    def _size(self) -> int:
        """How many tasks the cluster can do at once now, of those that are asked for."""
        cores = int(self._ray.cluster_resources().get("CPU", 0))
        return cores if self._workers is None else min(cores, self._workers)

    def _take(self, reference: Any, chunk: Chunk, tell: OnEvent) -> str | None:
        """Tell what a task has done; returns what came to harm, None if nothing did.

        Raises:
            IrsmithError: what making the chunk has raised.
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
            tell(Settled(chunk, is_row))
        tell(Made(chunk))
        return None


def _make_one(line: bytes, start: int, stop: int) -> _Result:
    """Make one chunk, in a process of the cluster, which a core is for."""
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
