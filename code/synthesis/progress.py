"""What long work says of itself while it runs, and the bar that shows it."""

import contextlib
from collections.abc import Callable, Generator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run is."""

    done: int
    """Candidates finished, rows and rejections together."""
    total: int
    rows: int


OnProgress = Callable[[Progress], None]


@contextlib.contextmanager
def progress_bar(title: str) -> Generator[OnProgress]:
    """A bar on standard error with the rate and the time left; on no terminal it shows nothing."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rows]} rows, {task.fields[rate]:.0f}/s"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, disable=not console.is_terminal, transient=True) as bar:
        task = bar.add_task(title, rows=0, rate=0.0)

        def show(progress: Progress) -> None:
            speed = bar.tasks[0].speed or 0.0
            bar.update(task, total=progress.total, completed=progress.done, rows=progress.rows, rate=speed)

        yield show
