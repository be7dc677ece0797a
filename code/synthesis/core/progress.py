"""What long work says of itself while it runs, and the bar that shows it."""

import contextlib
import json
import math
import statistics
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Generator, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

_RECENT = 120.0
"""Seconds that a rate is of, once that many have passed: longer than a batch takes to be verified."""
_LEAST = 3
"""Candidates, or parts of a run, that are finished before there is an estimate of the time left."""
_LEAST_SHARE, _LEAST_SECONDS = 0.1, 60.0
"""And so large a share of what there is to do, or so long a time."""
_SPREAD = 0.15
"""The standard error of an estimate, as a share of it, above which it is not given; three are a factor of two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is."""

    done: int
    """Candidates finished, rows and rejections together."""
    total: int | None
    """None if it is not known how many there will be."""
    rows: int
    workers: int = 1
    """Processes that make candidates now."""
    way: float = 0.0
    """The same as ``done``, with the parts of their way that unfinished candidates have gone."""
    seconds: float = 0.0
    """Since this process began."""
    rate: float | None = None
    """Candidates a second, of those that this process made in the last minutes; None before there is one."""
    stages: Mapping[str, float] = field(default_factory=dict[str, float])
    """Stage to the seconds, by the clock, that all workers together have spent at it."""
    resumed: int = 0
    """Candidates that were finished before this process began."""
    seconds_left: float | None = None
    """About how long the rest takes; None where nothing tells it to within a factor of two."""
    chunks: tuple[int, int] | None = None
    """Chunks that are done, and that there were to do, where no total is known; None where one is."""
    slowest: tuple[str, float] | None = None
    """The file that has been at work longest of those that are, and for how many seconds; None where none is named."""

    @property
    def rejected(self) -> int:
        """Candidates that made no row."""
        return self.done - self.rows

    def later(self, seconds: float) -> "Progress":
        """The same some seconds later, in which nothing was heard of the work: what is left is not known any more."""
        slowest = None if self.slowest is None else (self.slowest[0], self.slowest[1] + seconds)
        return replace(self, seconds=self.seconds + seconds, seconds_left=None, slowest=slowest)


OnProgress = Callable[[Progress], None]


@dataclass(slots=True)
class _Part:
    """What has been done of a part of a run, which may have to be done anew."""

    way: float = 0.0
    done: int = 0
    rows: int = 0


class Meter:
    """Counts what a run has done, and tells listeners.

    Args:
        total: candidates of the run; None if it is not known.
        listeners: told at each step.
    """

    def __init__(self, total: int | None, listeners: Sequence[OnProgress]) -> None:
        self._total = total
        self._listeners = tuple(listeners)
        self._began = time.monotonic()
        self._sum = _Part()
        self._parts: dict[Hashable, _Part] = {}
        self._stages: dict[str, float] = {}
        self._seen: dict[Hashable, float] = {}
        """When each part was last told of."""
        self._marks = deque([(self._began, 0.0)])
        """How far the run was at moments of the last minutes, at most one a second, and once before them."""
        self._resumed = 0
        self._workers = 1
        self._chunks: int | None = None
        """Parts of the run that there were to do, where nobody knows how many candidates they hold."""
        self._begun: dict[Hashable, float] = {}
        self._durations: list[float] = []
        """Of the parts that are done, in seconds."""
        self._opened: dict[Hashable, tuple[str, float]] = {}
        """The file that is at work in each part, and since when."""
        self._tell()

    def resume(self, candidates: int, rows: int) -> None:
        """Candidates that were finished before, and how many of them are rows."""
        self._resumed += candidates
        self._sum.done += candidates
        self._sum.way += candidates
        self._sum.rows += rows
        self._marks = deque((at, way + candidates) for at, way in self._marks)
        self._tell()

    def expect_chunks(self, chunks: int) -> None:
        """So many chunks are to be begun and closed, of which the time left is told where no total is known."""
        self._chunks = chunks
        self._tell()

    def staff(self, workers: int) -> None:
        """So many processes are at work."""
        self._workers = workers
        self._tell()

    def step(self, part: float, stage: str, of: Hashable = None) -> None:
        """A part of a candidate's way has been gone at a stage; the parts of one candidate come to 1."""
        now = time.monotonic()
        self._stages[stage] = self._stages.get(stage, 0.0) + now - self._seen.get(of, self._began)
        self._seen[of] = now
        self._add(of, part, 0, 0)

    def finish(self, is_row: bool, of: Hashable = None) -> None:
        """One more candidate is finished."""
        behind = self._sum.done + 1 - self._sum.way
        self._add(of, max(0.0, behind), 1, int(is_row))

    def begin(self, of: Hashable) -> None:
        """A part of the run is begun."""
        self._seen[of] = self._begun[of] = time.monotonic()

    def open(self, what: str, of: Hashable) -> None:
        """A file is at work in a part of the run, and the one before it in that part no more."""
        self._opened[of] = (what, time.monotonic())
        self._tell()

    def close(self, of: Hashable) -> None:
        """A part of the run is done, and will not be done anew."""
        self._parts.pop(of, None)
        self._seen.pop(of, None)
        self._opened.pop(of, None)
        if of in self._begun:
            self._durations.append(time.monotonic() - self._begun.pop(of))
        self._tell()

    def undo(self, of: Hashable) -> None:
        """A part of the run is begun anew."""
        lost = self._parts.pop(of, _Part())
        self._seen.pop(of, None)
        self._begun.pop(of, None)
        self._opened.pop(of, None)
        self._sum = _Part(self._sum.way - lost.way, self._sum.done - lost.done, self._sum.rows - lost.rows)
        self._marks = deque([(time.monotonic(), self._sum.way)])
        self._tell()

    def _add(self, of: Hashable, way: float, done: int, rows: int) -> None:
        for each in (self._sum, self._parts.setdefault(of, _Part()) if of is not None else _Part()):
            each.way += way
            each.done += done
            each.rows += rows
        self._tell()

    def _rate(self, now: float) -> float | None:
        """Candidates a second since some minutes ago, so that a pause is forgotten; before, since the beginning."""
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
        """How long the rest takes, where there is ground for an estimate."""
        if self._total is not None:
            return self._left_of_total(self._total, now, rate)
        return None if self._chunks is None else self._left_of_chunks(self._chunks, now)

    def _left_of_total(self, total: int, now: float, rate: float | None) -> float | None:
        """By the rate of the last minutes, if both halves of these agree on it."""
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
        """By the time that finished chunks took, if they differ little enough for as many as are left.

        A chunk that is at work for longer than the others took counts as one of them already.
        """
        ages = [now - began for began in self._begun.values()]
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

    def _tell(self) -> None:
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


FORMS = ("auto", "plain", "json", "none")
"""A bar where standard error is a terminal and lines elsewhere; lines; a JSON object a line; nothing."""


@contextlib.contextmanager
def progress_bar(title: str, form: str = "auto") -> Generator[OnProgress]:
    """What shows progress on standard error: a bar with time, rate and time left at a terminal, lines elsewhere.

    Args:
        title: what the work is called.
        form: one of ``FORMS``.
    """
    if form == "none":
        yield lambda progress: None
    elif form == "json":
        with _ticking(_Now(lambda progress: _print_event(title, progress), _EVENT, _SILENCE, tells_end=True)) as now:
            yield now
    elif form == "plain" or not sys.stderr.isatty():
        with _ticking(_Now(lambda progress: _print_line(title, progress), _SILENCE, _SILENCE)) as now:
            yield now
    else:
        with _bar(title) as show, _ticking(_Now(show, 0.0, _TICK)) as now:
            yield now


_SILENCE = 15.0
"""Seconds between two lines where there is no terminal, whether or not anything has happened."""
_EVENT = 1.0
"""Seconds between two JSON objects while something happens; the last one comes in any case."""
_TICK = 1.0
"""Seconds between two looks at how long nothing was said."""
_LONG = 10.0
"""Seconds after which the slowest file at work is named."""


class _Now:
    """Hands on progress now and then, and also where nothing is heard of the work.

    Args:
        show: what shows it.
        seconds: between two times that news of the work is shown.
        silence: seconds after which the latest news is shown again.
        tells_end: whether the end is shown in any case.
    """

    def __init__(self, show: OnProgress, seconds: float, silence: float, *, tells_end: bool = False) -> None:
        self._show = show
        self._seconds = seconds
        self._silence = silence
        self._tells_end = tells_end
        self._lock = threading.Lock()
        self._latest = Progress(done=0, total=None, rows=0)
        self._heard = self._said = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        """Look at progress."""
        with self._lock:
            self._latest, self._heard = progress, time.monotonic()
            ends = self._tells_end and progress.done == progress.total
            if ends or self._heard - self._said >= self._seconds:
                self._said = self._heard
                self._tells_end &= not ends
                self._show(progress)

    def tick(self) -> None:
        """Show the latest progress again if nothing was shown for long."""
        with self._lock:
            now = time.monotonic()
            if now - self._said >= self._silence:
                self._said = now
                self._show(self._latest.later(now - self._heard))


@contextlib.contextmanager
def _ticking(now: _Now) -> Generator[_Now]:
    """Progress that is looked at by a thread of its own too, as long as the block lasts."""
    ended = threading.Event()

    def tick() -> None:
        while not ended.wait(_TICK):
            now.tick()

    thread = threading.Thread(target=tick, name="progress", daemon=True)
    thread.start()
    try:
        yield now
    finally:
        ended.set()
        thread.join()


def _print_line(title: str, progress: Progress) -> None:
    elapsed = timedelta(seconds=round(progress.seconds))
    sys.stderr.write(f"{title}: {_count(progress)}, {elapsed}, {_speed(progress)}{_shares(progress)}\n")
    sys.stderr.flush()


def _print_event(title: str, progress: Progress) -> None:
    event = {
        "work": title,
        "done": progress.done,
        "total": progress.total,
        "rows": progress.rows,
        "rejected": progress.rejected,
        "resumed": progress.resumed,
        "workers": progress.workers,
        "seconds": round(progress.seconds, 3),
        "stages": {name: round(seconds, 3) for name, seconds in progress.stages.items()},
        "rate": progress.rate,
        "seconds_left": progress.seconds_left,
        "chunks": progress.chunks,
        "slowest": None if progress.slowest is None else [progress.slowest[0], round(progress.slowest[1], 3)],
    }
    sys.stderr.write(json.dumps(event) + "\n")
    sys.stderr.flush()


@contextlib.contextmanager
def _bar(title: str) -> Generator[OnProgress]:
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[count]}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[speed]}"),
    )
    with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None, count="", speed="")

        def show(progress: Progress) -> None:
            count = _count(progress)
            bar.update(task, total=progress.total, completed=progress.way, count=count, speed=_speed(progress))

        yield show


def _count(progress: Progress) -> str:
    chunks = "" if progress.chunks is None else f" ({progress.chunks[0]}/{progress.chunks[1]} chunks)"
    return f"{progress.done}{chunks}" if progress.total is None else f"{progress.done}/{progress.total}"


def _shares(progress: Progress) -> str:
    """Where the time goes, stage by stage."""
    whole = sum(progress.stages.values())
    listed = ", ".join(f"{name} {100 * seconds / whole:.0f} %" for name, seconds in progress.stages.items() if whole)
    return f" ({listed})" if listed else ""


def _speed(progress: Progress) -> str:
    rate, left = progress.rate, progress.seconds_left
    speed = f", {rate:.0f}/s" if rate is not None and rate >= 10 else f", {rate:.1f}/s" if rate is not None else ""
    ends = f", {timedelta(seconds=round(left))} left" if left is not None else ""
    lost = f", {progress.rejected} rejected" if progress.rejected else ""
    staff = f", {progress.workers} workers" if progress.workers > 1 else ""
    at = ""
    if progress.slowest is not None and progress.slowest[1] >= _LONG:
        name = "".join(each if each.isprintable() else "?" for each in progress.slowest[0])
        at = f", at {name} for {timedelta(seconds=round(progress.slowest[1]))}"
    return f"{progress.rows} rows{lost}{speed}{staff}{ends}{at}"
