"""Answers that wait to be scored: a line of bounded length, from which batches are taken."""

import asyncio
import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from synthesis.adapters.serving.requests import Wanted

_LONGEST = 15
"""Seconds after which a client comes again at the latest: what waits is gone sooner than one text that hangs tells."""


class BusyError(Exception):
    """More answers wait than may."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many answers wait; come again in {seconds:g} s")
        self.seconds = seconds


@dataclass(slots=True, eq=False)
class Waiting:
    """An answer that waits."""

    wanted: Wanted
    reply: "asyncio.Future[dict[str, Any]]"
    tries: int = 0
    """How often a process was lost that had it."""


@dataclass(slots=True)
class Line:
    """Answers that wait, first come first served.

    Args:
        most: that may wait.
        gather: seconds that one who finds few waits for more.
    """

    most: int
    gather: float
    _waiting: deque[Waiting] = field(default_factory=deque[Waiting])
    _came: asyncio.Event = field(default_factory=asyncio.Event)
    _seconds: float = 0.05
    """That batches took, the latest ones weighing most; in comparison with the answers that they had."""
    _answers: float = 1.0

    def __len__(self) -> int:
        """How many wait."""
        return len(self._waiting)

    def join(self, wanted: Sequence[Wanted], workers: int) -> list[Waiting]:
        """Have answers wait; all of them or none.

        Raises:
            BusyError: if there would be too many.
        """
        if self._waiting and len(self._waiting) + len(wanted) > self.most:
            seconds = len(self._waiting) * self._seconds / self._answers / max(1, workers)
            raise BusyError(float(min(_LONGEST, max(1, math.ceil(seconds)))))
        loop = asyncio.get_running_loop()
        found = [Waiting(each, loop.create_future()) for each in wanted]
        self._waiting.extend(found)
        self._came.set()
        return found

    def put_back(self, batch: Sequence[Waiting]) -> None:
        """Have answers wait again, before all others."""
        self._waiting.extendleft(reversed(batch))
        self._came.set()

    async def take(self, most: int) -> list[Waiting]:
        """The next batch: answers of one seed, none that nobody waits for any more.

        What was lost with a process before comes alone, so that it takes no other along.
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
        """A batch took so long."""
        self._seconds = 0.9 * self._seconds + seconds
        self._answers = 0.9 * self._answers + answers

    def _next(self, most: int) -> list[Waiting]:
        batch: list[Waiting] = []
        others: list[Waiting] = []
        while self._waiting and len(batch) < most:
            each = self._waiting.popleft()
            if each.reply.done():  # cancelled: its client is gone
                continue
            if not batch or (each.wanted.seed == batch[0].wanted.seed and not each.tries and not batch[0].tries):
                batch.append(each)
            else:
                others.append(each)
                if len(others) >= most:
                    break
        self._waiting.extendleft(reversed(others))
        return batch
