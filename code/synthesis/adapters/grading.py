"""Scores texts for the rows of one data set, in processes of this machine or by a server; what all adapters call."""

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
from synthesis.dataset.storage.reading import Place
from synthesis.scoring.answers import Answer
from synthesis.scoring.evaluation.questions import PYTHON
from synthesis.scoring.scorer import Scorer
from synthesis.scoring.scores import Score
from synthesis.scoring.settings import Scoring

TOGETHER = 40
"""Texts that share what is dear about running one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A text for a row."""

    id: str
    """Of the row."""
    level: str
    """What is asked for: a level, or ``python``."""
    text: str
    given: str = ""
    """Of the way back, the level that was shown."""


class Grader:
    """Scores texts for the rows of one data set.

    What it needs is started when it is first asked, and by each process for itself; it may be pickled.

    Args:
        dataset: the folder, or its URL.
        url: of ``irsmith serve``, which scores in the place of this machine; a data set is not needed then.
        token: of the server, if it asks for one; ``IRSMITH_TOKEN`` of the environment if None.
        seed: of the inputs; new ones that nobody knows for each call if None.
        settings: fields of :class:`synthesis.Scoring` by name.

    Raises:
        ConfigError: for settings that cannot be used.
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
            raise ConfigError(f"a server scores with settings of its own; {', '.join(settings)} cannot be said to it")
        self._dataset = dataset
        self._settings = Scoring.of(**settings)
        self._server = None if url is None else Server(url, token)
        self._seed = seed
        self._forget()

    def score(self, submitted: Sequence[Submitted]) -> list[Score]:
        """A score for each text, in order; those that come together share what is dear.

        Raises:
            UnknownNameError: for a row that the data set has not.
            ConfigError: for a level that a row has no proved text of.
            MachineError: if the machine, or the server, does not let texts be run.
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
        """The score of one text; those that are asked for at the same time are scored together."""
        loop = asyncio.get_running_loop()
        queue = self._queues.setdefault(loop, _Queue(self))
        return await queue.score(submitted)

    def close(self) -> None:
        """Stop the processes that texts run in; they are started again if more comes."""
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
        self._end: Callable[[], object] = int  # nothing to be ended yet
        self._queues: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, _Queue] = weakref.WeakKeyDictionary()

    def __deepcopy__(self, memory: dict[int, Any]) -> "Grader":
        """Itself: what holds it is copied, its processes are not."""
        del memory
        return self

    def __getstate__(self) -> dict[str, Any]:
        """What another process starts from: nothing that is live."""
        return {name: value for name, value in self.__dict__.items() if name not in _LIVE}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Start anew."""
        self.__dict__.update(state)
        self._forget()


_LIVE = ("_lock", "_live", "_process", "_end", "_queues")


def _close(scorer: Scorer, process: int) -> None:
    """End a scorer, in the process that it is of."""
    if process == os.getpid():
        scorer.close()


class _Queue:
    """What one event loop waits for: while some texts are scored, the next ones gather."""

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
        await asyncio.sleep(0)  # those that are asked at the same time come first
        while self._waiting:
            batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
            try:
                scores = await asyncio.to_thread(self._grader.score, [each for each, _ in batch])
            except Exception as error:  # noqa: BLE001  (it is theirs who asked)
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for (_, future), score in zip(batch, scores, strict=True):
                with contextlib.suppress(asyncio.InvalidStateError):  # nobody waits any more
                    future.set_result(score)


def _entry(submitted: Submitted) -> dict[str, str]:
    entry = {"id": submitted.id, "level": submitted.level, "text": submitted.text}
    return {**entry, "given": submitted.given} if submitted.level == PYTHON and submitted.given else entry
