"""What long work says of itself while it runs, and the bar that shows it."""

import contextlib
import json
import sys
import time
from collections import deque
from collections.abc import Callable, Generator, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

_RECENT = 120.0
"""Seconds that a rate is of, once that many have passed: longer than a batch takes to be verified."""


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
    expected: float | None = None
    """About how many candidates there will be, where no total is known; None before anything tells."""

    @property
    def rejected(self) -> int:
        """Candidates that made no row."""
        return self.done - self.rows

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this rate; None before there is one."""
        total = self.expected if self.total is None else self.total
        return None if self.rate is None or total is None else max(0.0, total - self.way) / self.rate


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
        self._expected: float | None = None
        self._tell()

    def resume(self, candidates: int, rows: int) -> None:
        """Candidates that were finished before, and how many of them are rows."""
        self._resumed += candidates
        self._sum.done += candidates
        self._sum.way += candidates
        self._sum.rows += rows
        self._marks = deque((at, way + candidates) for at, way in self._marks)
        self._tell()

    def expect(self, part: float) -> None:
        """So large a part of the work is done: where no total is known, what is finished tells about how much it is."""
        self._expected = self._sum.done / part
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
        self._seen[of] = time.monotonic()

    def close(self, of: Hashable) -> None:
        """A part of the run is done, and will not be done anew."""
        self._parts.pop(of, None)
        self._seen.pop(of, None)

    def undo(self, of: Hashable) -> None:
        """A part of the run is begun anew."""
        lost = self._parts.pop(of, _Part())
        self._seen.pop(of, None)
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

    def _tell(self) -> None:
        now = time.monotonic()
        rate = self._rate(now)
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
                    stages=self._stages,
                    resumed=self._resumed,
                    expected=self._expected,
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
        yield _Now(_EVENT, lambda progress: _print_event(title, progress))
    elif form == "plain" or not sys.stderr.isatty():
        yield _Now(_SILENCE, lambda progress: _print_line(title, progress))
    else:
        with _bar(title) as show:
            yield show


_SILENCE = 30.0
"""Seconds between two lines where there is no terminal."""
_EVENT = 1.0
"""Seconds between two JSON objects; the last one comes in any case."""


class _Now:
    """Hands on progress now and then, and the end of it."""

    def __init__(self, seconds: float, show: OnProgress) -> None:
        self._seconds = seconds
        self._show = show
        self._said = 0.0
        self._ended = self._seconds >= _SILENCE

    def __call__(self, progress: Progress) -> None:
        """Look at progress."""
        ends = not self._ended and progress.done == progress.total
        if ends or progress.seconds - self._said >= self._seconds:
            self._said = progress.seconds
            self._ended |= ends
            self._show(progress)


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
    return f"{progress.done}" if progress.total is None else f"{progress.done}/{progress.total}"


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
    return f"{progress.rows} rows{lost}{speed}{staff}{ends}"
