"""Worker processes that score in parallel. They run no untrusted code themselves, but start sandboxed processes for it.

If one is killed, another takes over its work, so only time is lost.
"""

import contextlib
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import replace
from multiprocessing.connection import Connection, wait

from synthesis.core.errors import IrsmithError, MachineError, error_of
from synthesis.core.sandbox.environment import environment_of_work
from synthesis.scoring.answers import Answer
from synthesis.scoring.grading import Grader
from synthesis.scoring.scores import Score
from synthesis.scoring.settings import Scoring

_ATTEMPTS = 3
"""Number of times that answers are given to a process before the run stops, if it ends each time."""
_EXIT_SECONDS = 10.0
"""Seconds that a process has to exit when it is no longer needed."""
_PROGRAM = "from synthesis.scoring.pool import serve; serve({})"
Some = tuple[int, Sequence[Answer]]
"""The number of a batch, and its answers."""


class Pool:
    """A pool of processes that score.

    Args:
        settings: the settings of the scoring, including the number of processes.
    """

    def __init__(self, settings: Scoring) -> None:
        self._settings = settings
        self._workers: list[_Worker] = []

    def close(self) -> None:
        """Stop all processes."""
        while self._workers:
            self._workers.pop().end()

    def score(self, parts: Iterable[Sequence[Answer]], seed: int) -> list[list[Score]]:
        """Return the scores of batches of answers, in order.

        Args:
            parts: the batches.
            seed: the seed of the inputs.

        Raises:
            IrsmithError: if scoring raises it.
            MachineError: if processes repeatedly end at the same answers, or none can be started.
        """
        waiting = deque(enumerate(parts))
        attempts, found = [0] * len(waiting), dict[int, list[Score]]()
        at_work: dict[Connection, tuple[_Worker, Some]] = {}
        try:
            while waiting or at_work:
                while waiting and len(at_work) < self._settings.workers:
                    worker = self._idle([worker for worker, _ in at_work.values()])
                    some = waiting.popleft()
                    worker.give(some[1], seed)
                    at_work[worker.connection] = worker, some
                for ready in wait([*at_work]):
                    assert isinstance(ready, Connection)
                    worker, some = at_work.pop(ready)
                    scores = worker.receive()
                    if scores is not None:
                        found[some[0]] = scores
                        continue
                    self._workers.remove(worker)
                    how = worker.end()
                    attempts[some[0]] += 1
                    if attempts[some[0]] == _ATTEMPTS:
                        raise MachineError(f"a process that scores ended {_ATTEMPTS} times at the same answers: {how}")
                    waiting.appendleft(some)
        except BaseException:
            for worker, _ in at_work.values():  # their results are no longer needed
                self._workers.remove(worker)
                worker.end()
            raise
        return [found[number] for number in range(len(found))]

    def _idle(self, busy: "Sequence[_Worker]") -> "_Worker":
        for each in self._workers:
            if each not in busy:
                return each
        worker = _Worker(self._settings)
        self._workers.append(worker)
        return worker


class _Worker:
    """A process that scores."""

    def __init__(self, settings: Scoring) -> None:
        ours, theirs = socket.socketpair()
        try:
            self._process = subprocess.Popen(  # noqa: S603 (our own interpreter and program)
                [sys.executable, "-c", _PROGRAM.format(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                env=environment_of_work(),
                stdin=subprocess.DEVNULL,
                process_group=0,  # Ctrl-C reaches only the command, which then ends this process
            )
        except OSError as error:
            ours.close()
            raise MachineError(f"no process can be started: {error.strerror}") from error
        finally:
            theirs.close()
        self.connection = Connection(ours.detach())
        self._send(replace(settings, workers=1))

    def give(self, answers: Sequence[Answer], seed: int) -> None:
        """Send answers to be scored."""
        self._send((answers, seed))

    def _send(self, what: object) -> None:
        with contextlib.suppress(OSError):  # a process that has exited is noticed when it is read from
            self.connection.send(what)

    def receive(self) -> list[Score] | None:
        """Return the scores of the answers sent; None if the process has ended.

        Raises:
            IrsmithError: if scoring raises it.
        """
        try:
            found: list[Score] | tuple[str, str] = self.connection.recv()
        except (EOFError, OSError):
            return None
        if isinstance(found, tuple):
            raise error_of(*found)
        return found

    def end(self) -> str:
        """End the process and return a description of how it ended, for an error message."""
        self.connection.close()  # closing the connection makes it exit
        try:
            status = self._process.wait(timeout=_EXIT_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        return f"signal {-status}" if status < 0 else f"exit status {status}"


def serve(descriptor: int) -> None:
    """Score each batch of answers that the parent process sends, until it closes the connection.

    Args:
        descriptor: of the connection to the parent process, which sends answers.
    """
    connection = Connection(descriptor)
    with contextlib.suppress(EOFError, ConnectionError), Grader(connection.recv()) as grader:
        while True:
            answers, seed = connection.recv()
            try:
                found: object = grader.score(answers, seed)
            except IrsmithError as error:
                found = type(error).__name__, str(error)
            connection.send(found)
