"""Shows the progress of a long operation on standard error: a bar at a terminal, lines or JSON objects elsewhere."""

import contextlib
import json
import sys
import threading
import time
from collections.abc import Generator
from datetime import timedelta

from synthesis.core.progress import OnProgress, Progress

FORMS = ("auto", "plain", "json", "none")
"""Forms of progress: a bar at a terminal and lines elsewhere; lines; one JSON object a line; nothing."""


@contextlib.contextmanager
def progress_bar(title: str, form: str = "auto") -> Generator[OnProgress]:
    """Show progress on standard error: at a terminal a bar with time, rate and time left, elsewhere lines.

    Args:
        title: the title of the work.
        form: one of ``FORMS``.
    """
    if form == "none":
        yield lambda progress: None
    elif form == "json":
        with _ticking(_Now(lambda progress: _print_event(title, progress), _EVENT, _SILENCE, shows_end=True)) as now:
            yield now
    elif form == "plain" or not sys.stderr.isatty():
        with _ticking(_Now(lambda progress: _print_line(title, progress), _SILENCE, _SILENCE)) as now:
            yield now
    else:
        with _bar(title) as show, _ticking(_Now(show, 0.0, _TICK)) as now:
            yield now


_SILENCE = 15.0
"""Seconds between two lines if there is no terminal, whether or not there is news."""
_EVENT = 1.0
"""Seconds between two JSON objects while events arrive. The last one is always written."""
_TICK = 1.0
"""Seconds between two checks for missing events."""
_LONG = 10.0
"""Seconds after which the slowest current file is shown."""


class _Now:
    """Forwards progress to a display at a limited rate, and repeats it if no event arrives.

    Args:
        show: displays the progress.
        seconds: minimum number of seconds between two displays of new progress.
        silence: seconds without a display after which the latest progress is shown again.
        shows_end: whether the end is always shown.
    """

    def __init__(self, show: OnProgress, seconds: float, silence: float, *, shows_end: bool = False) -> None:
        self._show = show
        self._seconds = seconds
        self._silence = silence
        self._shows_end = shows_end
        self._lock = threading.Lock()
        self._latest = Progress(done=0, total=None, rows=0)
        self._received_at = self._shown_at = time.monotonic()

    def __call__(self, progress: Progress) -> None:
        """Receive progress."""
        with self._lock:
            self._latest, self._received_at = progress, time.monotonic()
            ends = self._shows_end and progress.done == progress.total
            if ends or self._received_at - self._shown_at >= self._seconds:
                self._shown_at = self._received_at
                self._shows_end &= not ends
                self._show(progress)

    def tick(self) -> None:
        """Show the latest progress again if nothing was shown for long."""
        with self._lock:
            now = time.monotonic()
            if now - self._shown_at >= self._silence:
                self._shown_at = now
                self._show(self._latest.later(now - self._received_at))


@contextlib.contextmanager
def _ticking(now: _Now) -> Generator[_Now]:
    """Yield the display, which a separate thread calls regularly during the block."""
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
    """Return a description of the shares of time by step."""
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
