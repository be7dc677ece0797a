"""A bounded queue of answers that wait to be scored, from which batches are taken."""

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from synthesis.adapters.serving.requests import SentAnswer

_LONGEST = 15
"""Maximum number of seconds after which a client is told to retry. A single slow text makes the estimate too long."""


class BusyError(Exception):
    """The queue is full."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many answers are waiting; retry in {seconds:g} s")
        self.seconds = seconds


@dataclass(slots=True, eq=False)
class Waiting:
    """An answer whose score has been requested and is not yet computed."""

    answer: SentAnswer
    reply: "asyncio.Future[dict[str, Any]]"
    tries: int = 0
    """Number of processes that were lost while scoring the answer."""


@dataclass(slots=True)
class Line:
    """A queue of waiting answers, first come first served.

    Args:
        most: maximum number of waiting answers.
        gather: seconds to wait for more answers if there are few.
    """

    most: int
    gather: float
    _waiting: deque[Waiting] = field(default_factory=deque[Waiting])
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _seconds: float = 0.05
    """Decaying sum of the seconds of recent batches.

    Divided by the decaying sum of the numbers of their answers, it estimates the seconds that one answer takes.
    """
    _answers: float = 1.0

    def __len__(self) -> int:
        """Return the number of waiting answers."""
        return len(self._waiting)

    def join(self, answers: Sequence[SentAnswer], workers: int) -> list[Waiting]:
        """Add answers to the queue, all of them or none, and return their entries in it.

        Raises:
            BusyError: if there would be too many.
        """
        if self._waiting and len(self._waiting) + len(answers) > self.most:
            seconds = len(self._waiting) * self._seconds / self._answers / max(1, workers)
            raise BusyError(float(min(_LONGEST, max(1, math.ceil(seconds)))))
        loop = asyncio.get_running_loop()
        found = [Waiting(each, loop.create_future()) for each in answers]
        self._waiting.extend(found)
        self._came.set()
        return found

    def put_back(self, batch: Sequence[Waiting]) -> None:
        """Put answers back at the front of the queue."""
        self._waiting.extendleft(reversed(batch))
        self._came.set()

    async def take(self, most: int) -> list[Waiting]:
        """Return the next batch: answers with the same seed, without those whose client is gone.

        An answer that was lost with a process before is scored alone, so that it cannot affect others.
        """
        while True:
            while not self._waiting:
                self._came.clear()
                await self._came.wait()
            if len(self._waiting) < most and self.gather > 0:
                await asyncio.sleep(self.gather)
            batch = self._next(most)
            if batch:
                return batch

    def measured(self, seconds: float, answers: int) -> None:
        """Record the duration of a batch."""
        self._seconds = 0.9 * self._seconds + seconds
        self._answers = 0.9 * self._answers + answers

    def _next(self, most: int) -> list[Waiting]:
        batch: list[Waiting] = []
        others: list[Waiting] = []
        while self._waiting and len(batch) < most:
            each = self._waiting.popleft()
            if each.reply.done():  # cancelled because its client is gone
                continue
            if not batch or (each.answer.seed == batch[0].answer.seed and not each.tries and not batch[0].tries):
                batch.append(each)
            else:
                others.append(each)
                if len(others) >= most:
                    break
        self._waiting.extendleft(reversed(others))
        return batch
