"""The engine of one machine: one worker process for each core, each with its own interpreter and caches.

Workers are started as new processes. They are not forked and do not inherit the imports of a user's program. A worker
that is killed affects only itself. None outlives this process.
"""

import contextlib
import json
import os
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
from collections import deque
from collections.abc import Iterable, Iterator
from typing import IO, Any

from synthesis.core.errors import MachineError, NoSpaceError, error_of
from synthesis.core.sandbox.environment import environment_of_work
from synthesis.dataset.storage.chunks import Chunk
from synthesis.frontends.registry import warn_once
from synthesis.making.engines.base import Attempts, Failed, OnEvent, Order, Staffed
from synthesis.making.engines.worker import read_events, write_order

CHUNKS_A_WORKER = 20
"""Number of chunks that a worker makes before it is replaced, which frees memory that the tools leak."""
_EXIT_SECONDS = 10.0
"""Seconds that workers have to exit when the run ends."""
_PROGRAM = "from synthesis.making.engines.worker import serve; serve({})"


def cores() -> int:
    """Return the number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Local:
    """Makes chunks in processes of this machine.

    Args:
        workers: maximum number of processes.
    """

    def __init__(self, workers: int) -> None:
        self._workers = workers

    def run(self, order: Order, chunks: Iterable[Chunk], on_event: OnEvent) -> None:
        """Make all chunks.

        Raises:
            MachineError: if workers fail repeatedly at a chunk, or none can be started.
            IrsmithError: if making a chunk raises it.
        """
        with _Staff(order, self._workers, deque(chunks), on_event) as staff:
            staff.work()


class _Worker:
    """A worker process and its current chunk."""

    def __init__(self, order: Order) -> None:
        self.chunk: Chunk | None = None
        self.made = 0
        self._rest = b""
        self._words: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed when the worker has ended)
        self.socket, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and program)
                [sys.executable, "-c", _PROGRAM.format(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=environment_of_work(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._words,
                process_group=0,  # Ctrl-C reaches only the command, which then ends this process
            )
        except OSError as error:
            raise MachineError(f"no process can be started: {error.strerror}") from error
        finally:
            theirs.close()
        self._send(write_order(order))

    def give(self, chunk: Chunk) -> None:
        """Tell the worker to make a chunk."""
        self.chunk = chunk
        self._send(json.dumps([chunk.start, chunk.stop]).encode() + b"\n")

    def _send(self, line: bytes) -> None:
        with contextlib.suppress(OSError):  # a worker that has exited is noticed when it is read from
            self.socket.sendall(line)

    def receive(self) -> list[dict[str, Any]] | None:
        """Return the messages that have arrived; None if the worker has exited."""
        try:
            data = self.socket.recv(1 << 16)
        except OSError:
            data = b""
        if not data:
            return None
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [json.loads(line) for line in lines]

    def end(self) -> str:
        """End the process and return a description of how it ended, for an error message."""
        self.socket.close()  # closing the socket makes the worker exit
        try:
            status = self._process.wait(timeout=_EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        with self._words:
            self._words.seek(0)
            words = self._words.read()[-2000:].decode("utf-8", "replace").strip().rpartition("\n")[2]
        how = f"killed by {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"
        return f"its process ended, {how}{f' ({words})' if words else ''}"


class _Staff:
    """The workers of a run. A context manager that ends them all."""

    def __init__(self, order: Order, size: int, waiting: deque[Chunk], on_event: OnEvent) -> None:
        self._order = order
        self._size = size
        self._waiting = waiting
        self._on_event = on_event
        self._workers: list[_Worker] = []
        self._selector = selectors.DefaultSelector()
        self._attempts = Attempts(order)

    def __enter__(self) -> "_Staff":
        """Return the staff itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all workers."""
        for worker in self._workers:
            with contextlib.suppress(OSError):  # it may have exited already
                worker.socket.shutdown(socket.SHUT_RDWR)
        for worker in list(self._workers):
            self._dismiss(worker)
        self._selector.close()

    def work(self) -> None:
        """Make all chunks."""
        self._fill()
        while self._workers:
            for worker in self._ready_workers():
                self._listen(worker)
            self._fill()

    def _ready_workers(self) -> Iterator[_Worker]:
        for key, _ in self._selector.select():
            yield key.data

    def _fill(self) -> None:
        """Give idle workers a chunk, start workers while chunks are waiting, and end workers that have none."""
        for worker in list(self._workers):
            if worker.chunk is None and self._waiting and worker.made < CHUNKS_A_WORKER:
                worker.give(self._waiting.popleft())
            elif worker.chunk is None:
                self._dismiss(worker)
        while self._waiting and len(self._workers) < self._size:
            worker = _Worker(self._order)
            self._workers.append(worker)
            self._selector.register(worker.socket, selectors.EVENT_READ, worker)
            self._on_event(Staffed(len(self._workers)))
            worker.give(self._waiting.popleft())

    def _listen(self, worker: _Worker) -> None:
        received = worker.receive()
        if received is None:
            self._requeue(worker, "")
            return
        for entry in received:
            if "error" in entry:
                self._raise_or_requeue(worker, entry)
                return
            if "warning" in entry:
                warn_once(entry["warning"])
                continue
            assert worker.chunk is not None, "a worker without a chunk sends no messages"
            for event in read_events(entry, worker.chunk):
                self._on_event(event)
            if "made" in entry:
                worker.chunk, worker.made = None, worker.made + 1

    def _raise_or_requeue(self, worker: _Worker, entry: dict[str, Any]) -> None:
        """Requeue the chunk of a worker if the error that it reports is a temporary problem of the machine.

        Any other error is raised.
        """
        error = error_of(entry["error"], entry["words"])
        if isinstance(error, NoSpaceError):
            raise NoSpaceError(f"{error}{self._attempts.advice}")
        if not isinstance(error, MachineError):
            raise error
        self._requeue(worker, entry["words"])

    def _requeue(self, worker: _Worker, why: str) -> None:
        """End a failed worker and requeue its chunk. If ``why`` is empty, the reason is how the process ended."""
        chunk = worker.chunk
        assert chunk is not None, "a worker without a chunk cannot fail at one"
        how = self._dismiss(worker)
        self._on_event(Failed(chunk, why or how))
        self._attempts.note(chunk, why or how)
        self._waiting.appendleft(chunk)

    def _dismiss(self, worker: _Worker) -> str:
        """End a worker and return a description of how its process ended, for an error message."""
        self._selector.unregister(worker.socket)
        self._workers.remove(worker)
        how = worker.end()
        self._on_event(Staffed(len(self._workers)))
        return how
