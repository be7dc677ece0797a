"""Processes that score at once: ours, which run nobody's text; each has processes without rights for that.

One that is killed costs what it was at some time, and nothing else: another takes its place and its work.
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
"""How often some answers are given to a process that then ends."""
_PATIENCE = 10.0
"""Seconds that a process has to end, once there is nobody to work for."""
_PROGRAM = "from synthesis.scoring.pool import serve; serve({})"
Some = tuple[int, Sequence[Answer]]
"""Answers that are scored together, and the number of them among others."""


class Pool:
    """Processes that score at once.

    Args:
        settings: what they score with; as many processes as it says.
    """

    def __init__(self, settings: Scoring) -> None:
        self._settings = settings
        self._workers: list[_Worker] = []

    def close(self) -> None:
        """Stop all processes."""
        while self._workers:
            self._workers.pop().end()

    def score(self, parts: Iterable[Sequence[Answer]], seed: int) -> list[list[Score]]:
        """The scores of several lots of answers, in order.

        Args:
            parts: answers that are scored together.
            seed: of the inputs.

        Raises:
            IrsmithError: what scoring raises.
            MachineError: if processes end again and again at the same answers, or none can be started.
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
            for worker, _ in at_work.values():  # whose answers nobody will ask for
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
                process_group=0,  # an interrupt at the terminal is for the command alone, which ends this process
            )
        except OSError as error:
            ours.close()
            raise MachineError(f"no process can be started: {error.strerror}") from error
        finally:
            theirs.close()
        self.connection = Connection(ours.detach())
        self._send(replace(settings, workers=1))

    def give(self, answers: Sequence[Answer], seed: int) -> None:
        """Have answers scored."""
        self._send((answers, seed))

    def _send(self, what: object) -> None:
        with contextlib.suppress(OSError):  # that it is gone is seen when it is listened to
            self.connection.send(what)

    def receive(self) -> list[Score] | None:
        """The scores of what it was given; None if it has ended.

        Raises:
            IrsmithError: what scoring raises.
        """
        try:
            found: list[Score] | tuple[str, str] = self.connection.recv()
        except (EOFError, OSError):
            return None
        if isinstance(found, tuple):
            raise error_of(*found)
        return found

    def end(self) -> str:
        """End it; what it ended of, in words."""
        self.connection.close()  # which tells it to end
        try:
            status = self._process.wait(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        return f"signal {-status}" if status < 0 else f"exit status {status}"


def serve(descriptor: int) -> None:
    """The process's own loop: score what is given until nobody gives anything.

    Args:
        descriptor: of the connection to the process that gives answers, which is our own parent.
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
