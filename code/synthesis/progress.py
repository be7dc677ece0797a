"""What long work says of itself while it runs, and the bar that shows it."""

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is."""

    done: int
    """Candidates finished, rows and rejections together."""
    total: int
    rows: int
    seconds: float = 0.0
    """Since this process began."""
    resumed: int = 0
    """Candidates that were finished before this process began."""

    @property
    def rate(self) -> float:
        """Candidates a second, of those that this process made."""
        return (self.done - self.resumed) / self.seconds if self.seconds > 0 else 0.0

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this rate; None before there is one."""
        return (self.total - self.done) / self.rate if self.rate > 0 else None


OnProgress = Callable[[Progress], None]


@contextlib.contextmanager
def progress_bar(title: str) -> Generator[OnProgress]:
    """A bar on standard error with the rate and the time left; where there is no terminal, a line now and then."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[speed]}"))
    with Bar(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(title, speed="")
        said = 0.0

        def show(progress: Progress) -> None:
            nonlocal said
            bar.update(task, total=progress.total, completed=progress.done, speed=_speed(progress))
            if not console.is_terminal and progress.seconds - said >= _SILENCE:
                said = progress.seconds
                line = f"{title}: {progress.done} of {progress.total}, {_speed(progress)}"
                console.print(line, markup=False, highlight=False, soft_wrap=True)

        yield show


_SILENCE = 30.0
"""Seconds between two lines where there is no terminal."""


def _speed(progress: Progress) -> str:
    left = progress.seconds_left
    ends = f", {timedelta(seconds=round(left))} left" if left is not None else ""
    return f"{progress.rows} rows, {progress.rate:.0f}/s{ends}"
