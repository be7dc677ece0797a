"""Scores texts for the rows of one data set, on this machine or by a server. All adapters use it."""

import asyncio
import contextlib
import os
import threading
import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from synthesis.adapters.remote import Server
from synthesis.core.errors import ConfigError
from synthesis.dataset.storage.index import RowIndex
from synthesis.dataset.storage.listing import Place
from synthesis.scoring.answers import Answer
from synthesis.scoring.evaluation.questions import PYTHON
from synthesis.scoring.scorer import Scorer
from synthesis.scoring.scores import Score
from synthesis.scoring.settings import Scoring

BATCH_SIZE = 40
"""Maximum number of texts that are scored together, which shares the fixed cost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A text for a row."""

    id: str
    """The id of the row."""
    level: str
    """The requested level, or ``python``."""
    text: str
    given: str = ""
    """The level that was shown, if the answer is Python for a row's IR."""


class Grader:
    """Scores texts for the rows of one data set.

    Processes are started on first use, separately in each process. It can be pickled.

    Args:
        dataset: the folder, or its URL.
        url: the URL of an ``irsmith serve`` server that scores instead of this machine. The data set is then not
            needed.
        token: the server's token, if it requires one; the environment variable ``IRSMITH_TOKEN`` if None.
        seed: the seed of the inputs; a random one for each call if None.
        settings: fields of :class:`synthesis.Scoring` by name.

    Raises:
        ConfigError: for invalid settings.
    """

    def __init__(
        self,
        dataset: Place | None = None,
        *,
        url: str | None = None,
        token: str | None = None,
        seed: int | None = None,
        **settings: Any,
    ) -> None:
        if (dataset is None) == (url is None):
            raise ConfigError("give the folder of a data set, or the url of a server that has one")
        if url is not None and settings:
            raise ConfigError(f"a server scores with its own settings; {', '.join(settings)} cannot be set here")
        self._dataset = dataset
        self._settings = Scoring.of(**settings)
        self._server = None if url is None else Server(url, token)
        self._seed = seed
        self._forget()

    def score(self, submitted: Sequence[Submitted]) -> list[Score]:
        """Return a score for each text, in order. Texts scored together share the fixed cost.

        Raises:
            UnknownNameError: for a row that is not in the data set.
            ConfigError: for a level of which a row has no verified text.
            MachineError: if texts cannot be run on this machine or by the server.
        """
        if self._server is not None:
            return self._server.score([_entry(each) for each in submitted], self._seed)
        with self._lock:
            scorer, rows = self._started()
            answers = [
                Answer(row=rows[each.id], level=each.level, text=each.text, given=each.given) for each in submitted
            ]
            return scorer.score(answers, seed=self._seed)

    async def score_one(self, submitted: Submitted) -> Score:
        """Return the score of one text. Concurrent calls are scored together."""
        loop = asyncio.get_running_loop()
        queue = self._queues.setdefault(loop, _Queue(self))
        return await queue.score(submitted)

    def close(self) -> None:
        """Stop the processes that run texts. They are started again when needed."""
        with self._lock:
            self._end()
            self._live = None

    def _started(self) -> tuple[Scorer, RowIndex]:
        if self._live is None or self._process != os.getpid():
            assert self._dataset is not None
            scorer = Scorer(self._settings)
            self._end = weakref.finalize(self, _close, scorer, os.getpid())
            self._live = (scorer, RowIndex(self._dataset))
            self._process = os.getpid()
        return self._live

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._live: tuple[Scorer, RowIndex] | None = None
        self._process = 0
        self._end: Callable[[], object] = int  # nothing to stop yet
        self._queues: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Queue] = weakref.WeakKeyDictionary()

    def __deepcopy__(self, memory: dict[int, Any]) -> "Grader":
        """Return the grader itself, so that a copy of an object that holds it uses the same processes."""
        del memory
        return self

    def __getstate__(self) -> dict[str, Any]:
        """Return the state to pickle, without live objects such as the scorer."""
        return {name: value for name, value in self.__dict__.items() if name not in _LIVE}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Restore the pickled state, and start without a scorer and other live objects, which are never pickled."""
        self.__dict__.update(state)
        self._forget()


_LIVE = ("_lock", "_live", "_process", "_end", "_queues")


def _close(scorer: Scorer, process: int) -> None:
    """Close a scorer, but only in the process that started it."""
    if process == os.getpid():
        scorer.close()


class _Queue:
    """The texts that one event loop waits for. While some are scored, later ones are collected."""

    def __init__(self, grader: Grader) -> None:
        self._grader = grader
        self._waiting: list[tuple[Submitted, asyncio.Future[Score]]] = []
        self._work: asyncio.Task[None] | None = None

    async def score(self, submitted: Submitted) -> Score:
        future = asyncio.get_running_loop().create_future()
        self._waiting.append((submitted, future))
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._drain())
        return await future

    async def _drain(self) -> None:
        await asyncio.sleep(0)  # lets concurrent calls join first
        while self._waiting:
            batch, self._waiting = self._waiting[:BATCH_SIZE], self._waiting[BATCH_SIZE:]
            try:
                scores = await asyncio.to_thread(self._grader.score, [each for each, _ in batch])
            except Exception as error:  # noqa: BLE001  (it is raised for each caller)
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), score in zip(batch, scores, strict=True):
                with contextlib.suppress(asyncio.InvalidStateError):  # the caller may have been cancelled
                    future.set_result(score)


def _entry(submitted: Submitted) -> dict[str, str]:
    entry = {"id": submitted.id, "level": submitted.level, "text": submitted.text}
    return {**entry, "given": submitted.given} if submitted.level == PYTHON and submitted.given else entry
