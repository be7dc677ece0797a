"""What long work says of itself while it runs, and the bar that shows it."""

import contextlib
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is."""

    done: int
    """Candidates finished, rows and rejections together."""
    total: int | None
    """None if it is not known how many there will be."""
    rows: int
    way: float = 0.0
    """The same as ``done``, with the parts of their way that unfinished candidates have gone."""
    seconds: float = 0.0
    """Since this process began."""
    resumed: int = 0
    """Candidates that were finished before this process began."""

    @property
    def rate(self) -> float | None:
        """Candidates a second, of those that this process made; None before there is one."""
        made = self.way - self.resumed
        return made / self.seconds if self.seconds > 0 and made >= 1 else None

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this rate; None before there is one."""
        return None if self.rate is None or self.total is None else (self.total - self.way) / self.rate


OnProgress = Callable[[Progress], None]


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
        self._done = self._rows = self._resumed = 0
        self._way = 0.0
        self._tell()

    def resume(self, candidates: int, rows: int) -> None:
        """Candidates that were finished before, and all rows so far."""
        self._resumed += candidates
        self._done += candidates
        self._way = max(self._way, float(self._done))
        self._rows = rows
        self._tell()

    def step(self, part: float) -> None:
        """A part of a candidate's way; the parts of one candidate come to 1."""
        self._way += part
        self._tell()

    def finish(self, is_row: bool) -> None:
        """One more candidate is finished."""
        self._done += 1
        self._rows += is_row
        self._way = max(self._way, float(self._done))
        self._tell()

    def _tell(self) -> None:
        for listener in self._listeners:
            listener(
                Progress(
                    done=self._done,
                    total=self._total,
                    rows=self._rows,
                    way=self._way if self._total is None else min(self._way, self._total),
                    seconds=time.monotonic() - self._began,
                    resumed=self._resumed,
                )
            )


@contextlib.contextmanager
def progress_bar(title: str) -> Generator[OnProgress]:
    """A bar on standard error with time, rate and time left; where there is no terminal, a line now and then."""
    from rich.console import Console
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.fields[count]}"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[speed]}"),
    )
    with Bar(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(title, total=None, count="", speed="")
        said = 0.0

        def show(progress: Progress) -> None:
            nonlocal said
            count = _count(progress)
            bar.update(task, total=progress.total, completed=progress.way, count=count, speed=_speed(progress))
            if not console.is_terminal and progress.seconds - said >= _SILENCE:
                said = progress.seconds
                elapsed = timedelta(seconds=round(progress.seconds))
                line = f"{title}: {count}, {elapsed}, {_speed(progress)}"
                console.print(line, markup=False, highlight=False, soft_wrap=True)

        yield show


_SILENCE = 30.0
"""Seconds between two lines where there is no terminal."""


def _count(progress: Progress) -> str:
    return f"{progress.done}" if progress.total is None else f"{progress.done}/{progress.total}"


def _speed(progress: Progress) -> str:
    rate, left = progress.rate, progress.seconds_left
    speed = f", {rate:.0f}/s" if rate is not None and rate >= 10 else f", {rate:.1f}/s" if rate is not None else ""
    ends = f", {timedelta(seconds=round(left))} left" if left is not None else ""
    return f"{progress.rows} rows{speed}{ends}"
