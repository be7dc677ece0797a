"""The progress of long operations, counted for listeners, with an estimate of the time left."""

import math
import statistics
import time
from collections import deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace

_RECENT = 120.0
"""Window in seconds over which a rate is measured, longer than the verification of a batch."""
_LEAST = 3
"""Minimum number of finished candidates or chunks before the time left is estimated."""
_LEAST_SHARE = 0.1
"""Share of the work that must be finished before the time left is estimated, unless ``_LEAST_SECONDS`` have passed."""
_LEAST_SECONDS = 60.0
"""Seconds after which the time left is estimated even if less than ``_LEAST_SHARE`` of the work is finished."""
_SPREAD = 0.15
"""Maximum relative standard error of an estimate, at which the true value is hardly ever half or twice as large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The progress of a run."""

    done: int
    """Number of finished candidates, rows and rejections together."""
    total: int | None
    """Total number of candidates; None if it is not known."""
    rows: int
    workers: int = 1
    """Number of worker processes now."""
    way: float = 0.0
    """Like ``done``, but including the completed shares of unfinished candidates."""
    seconds: float = 0.0
    """Seconds since this process began."""
    rate: float | None = None
    """Candidates per second that this process made in the last minutes; None at first."""
    stages: Mapping[str, float] = field(default_factory=dict[str, float])
    """Wall-clock seconds that all workers together have spent in each step: lower, plan and prove."""
    resumed: int = 0
    """Number of candidates that were finished before this process began."""
    seconds_left: float | None = None
    """Estimate of the remaining seconds; None if it is not known to within a factor of two."""
    chunks: tuple[int, int] | None = None
    """Numbers of finished and of all chunks, if no total is known; else None."""
    slowest: tuple[str, float] | None = None
    """The file that has been processed longest among the current ones, and its seconds; None if there is none."""

    @property
    def rejected(self) -> int:
        """Number of rejected candidates."""
        return self.done - self.rows

    def later(self, seconds: float) -> "Progress":
        """Return the progress as it is some seconds later if no event arrives until then. The time left is unknown."""
        slowest = None if self.slowest is None else (self.slowest[0], self.slowest[1] + seconds)
        return replace(self, seconds=self.seconds + seconds, seconds_left=None, slowest=slowest)


OnProgress = Callable[[Progress], None]


@dataclass(slots=True)
class _Part:
    """The progress of a chunk, which is reset if the chunk is made again."""

    way: float = 0.0
    done: int = 0
    rows: int = 0


class Meter:
    """Counts the progress of a run and informs listeners.

    Args:
        total: number of candidates of the run; None if not known.
        listeners: called at each step.
    """

    def __init__(self, total: int | None, listeners: Sequence[OnProgress]) -> None:
        self._total = total
        self._listeners = tuple(listeners)
        self._began = time.monotonic()
        self._sum = _Part()
        self._parts: dict[Hashable, _Part] = {}
        self._stages: dict[str, float] = {}
        self._seen: dict[Hashable, float] = {}
        """The time of the latest event of each chunk."""
        self._marks = deque([(self._began, 0.0)])
        """Pairs of time and progress: at most one each second for the last minutes, and the last one before them."""
        self._resumed = 0
        self._workers = 1
        self._chunks: int | None = None
        """Number of chunks to make, if the number of candidates in them is not known."""
        self._started: dict[Hashable, float] = {}
        self._durations: list[float] = []
        """Seconds that each finished chunk took."""
        self._opened: dict[Hashable, tuple[str, float]] = {}
        """The current file of each chunk, and the time when it began."""
        self._notify()

    def resume(self, candidates: int, rows: int) -> None:
        """Count candidates that were finished before, and their rows."""
        self._resumed += candidates
        self._sum.done += candidates
        self._sum.way += candidates
        self._sum.rows += rows
        self._marks = deque((at, way + candidates) for at, way in self._marks)
        self._notify()

    def expect_chunks(self, chunks: int) -> None:
        """Set the number of chunks to make, from which the time left is estimated if no total is known."""
        self._chunks = chunks
        self._notify()

    def staff(self, workers: int) -> None:
        """Set the number of worker processes."""
        self._workers = workers
        self._notify()

    def step(self, part: float, stage: str, of: Hashable = None) -> None:
        """Record that a candidate has advanced by the share ``part`` of its work. Its shares sum to 1."""
        now = time.monotonic()
        self._stages[stage] = self._stages.get(stage, 0.0) + now - self._seen.get(of, self._began)
        self._seen[of] = now
        self._add(of, part, 0, 0)

    def finish(self, is_row: bool, of: Hashable = None) -> None:
        """Count one more finished candidate."""
        behind = self._sum.done + 1 - self._sum.way
        self._add(of, max(0.0, behind), 1, int(is_row))

    def begin(self, of: Hashable) -> None:
        """Record that a chunk has begun."""
        self._seen[of] = self._started[of] = time.monotonic()

    def open(self, what: str, of: Hashable) -> None:
        """Record that a file has begun in a chunk, which ends the chunk's previous file."""
        self._opened[of] = (what, time.monotonic())
        self._notify()

    def close(self, of: Hashable) -> None:
        """Record that a chunk is finished."""
        self._parts.pop(of, None)
        self._seen.pop(of, None)
        self._opened.pop(of, None)
        if of in self._started:
            self._durations.append(time.monotonic() - self._started.pop(of))
        self._notify()

    def undo(self, of: Hashable) -> None:
        """Discard the progress of a chunk that is made again."""
        lost = self._parts.pop(of, _Part())
        self._seen.pop(of, None)
        self._started.pop(of, None)
        self._opened.pop(of, None)
        self._sum = _Part(self._sum.way - lost.way, self._sum.done - lost.done, self._sum.rows - lost.rows)
        self._marks = deque([(time.monotonic(), self._sum.way)])
        self._notify()

    def _add(self, of: Hashable, way: float, done: int, rows: int) -> None:
        for each in (self._sum, self._parts.setdefault(of, _Part()) if of is not None else _Part()):
            each.way += way
            each.done += done
            each.rows += rows
        self._notify()

    def _rate(self, now: float) -> float | None:
        """Return the candidates per second in the last minutes; in a younger run, those since it began.

        A pause therefore affects the rate for some minutes only. The result is None before the first candidate.
        """
        while len(self._marks) > 1 and self._marks[1][0] <= now - _RECENT:
            self._marks.popleft()
        began, way = self._marks[0]
        if now >= self._marks[-1][0] + 1:
            self._marks.append((now, self._sum.way))
        if self._sum.way - self._resumed < 1 or now <= self._began:
            return None
        if self._sum.way <= way or now <= began:
            began, way = self._began, self._resumed
        return (self._sum.way - way) / (now - began)

    def _seconds_left(self, now: float, rate: float | None) -> float | None:
        """Return the estimated seconds left; None if there is not enough data."""
        if self._total is not None:
            return self._left_of_total(self._total, now, rate)
        return None if self._chunks is None else self._left_of_chunks(self._chunks, now)

    def _left_of_total(self, total: int, now: float, rate: float | None) -> float | None:
        """Return an estimate from the recent rate.

        Return None if the rates in the two halves of the measured period differ by more than a factor of two.
        """
        if self._sum.way >= total:
            return 0.0
        finished = self._sum.way - self._resumed
        is_early = finished < _LEAST_SHARE * (total - self._resumed) and now - self._began < _LEAST_SECONDS
        if rate is None or finished < _LEAST or is_early:
            return None
        began, way = self._marks[0]
        middle, half = next((mark for mark in reversed(self._marks) if mark[0] <= (began + now) / 2), self._marks[0])
        if middle <= began or now <= middle:
            return None
        first, second = (half - way) / (middle - began), (self._sum.way - half) / (now - middle)
        return (total - self._sum.way) / rate if first <= 2 * second and second <= 2 * first and first else None

    def _left_of_chunks(self, chunks: int, now: float) -> float | None:
        """Return an estimate of the seconds left from the durations of finished chunks; None if they vary too much.

        A running chunk that already took longer than the average is included with its current duration.
        """
        ages = [now - began for began in self._started.values()]
        left = chunks - len(self._durations)
        if left <= 0:
            return 0.0
        is_early = len(self._durations) < _LEAST_SHARE * chunks and now - self._began < _LEAST_SECONDS
        if len(self._durations) < _LEAST or is_early:
            return None
        usual = statistics.fmean(self._durations)
        known = [*self._durations, *(age for age in ages if age > usual)]
        mean = statistics.fmean(known)
        variance = sum((each - mean) ** 2 for each in known) / (len(known) - 1)
        error = math.sqrt(variance * (1 / left + 1 / len(known)))
        if error > _SPREAD * mean or max(known) > sum(known) / 2:
            return None
        work = mean * (left - len(ages)) + sum(max(0.0, mean - age) for age in ages)
        return work / max(1, min(self._workers, left))

    def _slowest(self, now: float) -> tuple[str, float] | None:
        what, since = min(self._opened.values(), key=lambda each: each[1], default=("", now))
        return (what, now - since) if what else None

    def _notify(self) -> None:
        now = time.monotonic()
        rate = self._rate(now)
        left, slowest, stages = self._seconds_left(now, rate), self._slowest(now), dict(self._stages)
        for listener in self._listeners:
            listener(
                Progress(
                    done=self._sum.done,
                    total=self._total,
                    rows=self._sum.rows,
                    workers=self._workers,
                    way=self._sum.way if self._total is None else min(self._sum.way, self._total),
                    seconds=now - self._began,
                    rate=rate,
                    stages=stages,
                    resumed=self._resumed,
                    seconds_left=left,
                    chunks=None if self._chunks is None else (len(self._durations), self._chunks),
                    slowest=slowest,
                )
            )
