"""Worker processes that score waiting answers. A lost process is replaced, and its answers are scored again."""

import asyncio
import contextlib
import json
import logging
import sys
import time
from collections.abc import Sequence
from typing import Any

from synthesis.adapters.serving.metrics import Metrics
from synthesis.adapters.serving.settings import Serving
from synthesis.adapters.serving.waiting import Line, Waiting
from synthesis.core.errors import MachineError

logger = logging.getLogger(__name__)

TRIES = 3
"""Number of lost processes after which an answer is given up."""
_LONGEST_LINE = 1 << 28
"""Maximum number of bytes of a reply."""
_START = 900.0
"""Seconds that a process may take to start, including reading the ids of its data set."""
_PAUSE = 0.5
"""Seconds before restarting a process that could not start, doubled each time up to a minute."""


class LostError(Exception):
    """A process has ended, or did not answer in time."""


class Pool:
    """Worker processes that score the answers in a queue.

    Args:
        dataset: the folder, or its URL.
        settings: the settings of the server, including the number of processes.
        metrics: records scored batches and lost processes.
    """

    def __init__(self, dataset: str, settings: Serving, metrics: Metrics) -> None:
        self.line = Line(settings.queue, settings.gather / 1000)
        self._first = {"dataset": dataset, "settings": settings.scoring}
        self._settings = settings
        self._metrics = metrics
        self._tasks: list[asyncio.Task[None]] = []
        self._ready = 0
        self._one_ready = asyncio.Event()
        self._failure = ""

    async def start(self) -> None:
        """Start the processes, and wait until one of them is ready.

        Raises:
            MachineError: if none can be started, with the error message.
        """
        self._tasks = [asyncio.create_task(self._staff()) for _ in range(self._settings.workers)]
        await self._one_ready.wait()
        if self._failure:
            await self.close()
            raise MachineError(f"no process can score: {self._failure}")

    @property
    def ready(self) -> int:
        """Number of processes that can score now."""
        return self._ready

    async def close(self) -> None:
        """End the processes. Answers that still wait are not scored."""
        for each in self._tasks:
            each.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _staff(self) -> None:
        """Keep one process running: replace it when it is lost or has scored its maximum number of batches."""
        pause = _PAUSE
        while True:
            worker = _Worker(self._settings.batch_limit)
            try:
                await worker.start(self._first)
                pause = _PAUSE
                self._count(1)
                self._one_ready.set()
                try:
                    await self._work(worker)
                finally:
                    self._count(-1)
            except LostError as error:
                self._metrics.lost.inc()
                logger.warning("a process that scores is replaced: %s", error)
                if not self._one_ready.is_set():
                    self._failure = str(error)
                    self._one_ready.set()
                    return
                if not worker.has_started:
                    await asyncio.sleep(pause)
                    pause = min(60.0, 2 * pause)
            finally:
                await worker.stop()

    async def _work(self, worker: "_Worker") -> None:
        for _ in range(self._settings.recycle):
            batch = await self.line.take(self._settings.batch)
            began = time.monotonic()
            try:
                replies = await worker.score(batch)
            except (LostError, asyncio.CancelledError):
                self._requeue(batch)
                raise
            seconds = time.monotonic() - began
            self.line.measured(seconds, len(batch))
            self._metrics.batch(len(batch), seconds)
            for each, reply in zip(batch, replies, strict=True):
                if not each.reply.done():
                    each.reply.set_result(reply)

    def _requeue(self, batch: Sequence[Waiting]) -> None:
        """Put the answers of a lost process back into the queue, except those that have caused too many losses."""
        for each in batch:
            each.tries += 1
            if each.tries >= TRIES and not each.reply.done():
                words = f"{TRIES} processes were lost while they scored this answer"
                each.reply.set_exception(MachineError(words))
        self.line.put_back([each for each in batch if not each.reply.done()])

    def _count(self, change: int) -> None:
        self._ready += change
        self._metrics.workers.set(self._ready)


class _Worker:
    """One worker process."""

    def __init__(self, limit: float) -> None:
        self._limit = limit
        self._process: asyncio.subprocess.Process | None = None
        self.has_started = False

    async def start(self, first: dict[str, Any]) -> None:
        """Start the process, and wait until it can score.

        Raises:
            LostError: if it cannot.
        """
        self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "synthesis.adapters.serving.worker",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=_LONGEST_LINE, start_new_session=True,
        )  # fmt: skip
        answer = await self._ask(first, _START)
        if "ready" not in answer:
            raise LostError(str(answer.get("failed", answer)))
        self.has_started = True

    async def score(self, batch: Sequence[Waiting]) -> list[dict[str, Any]]:
        """Return a reply for each answer.

        Raises:
            LostError: if the process has ended or takes too long.
        """
        answers = [each.answer.to_json() for each in batch]
        found = (await self._ask({"answers": answers, "seed": batch[0].answer.seed}, self._limit)).get("replies")
        if not isinstance(found, list) or len(found) != len(batch):  # pyright: ignore[reportUnknownArgumentType]
            raise LostError(f"its reply is invalid: {str(found)[:200]}")  # pyright: ignore[reportUnknownArgumentType]
        return found  # pyright: ignore[reportUnknownVariableType]

    async def stop(self) -> None:
        """Kill the process. Its child processes end with it."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        if process.stdin is not None:
            process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()

    async def _ask(self, message: dict[str, Any], limit: float) -> dict[str, Any]:
        assert self._process is not None
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            async with asyncio.timeout(limit):
                stdin.write(json.dumps(message).encode() + b"\n")
                await stdin.drain()
                line = await stdout.readline()
        except TimeoutError as error:
            raise LostError(f"it has not answered for {limit:g} s") from error
        except (ConnectionError, ValueError) as error:
            raise LostError(f"it has ended: {error}") from error
        if not line.endswith(b"\n"):
            raise LostError(f"it has ended, with status {await self._process.wait()}")
        return json.loads(line)
