"""``irsmith stats``."""

import json as json_module
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from synthesis.survey import Survey, survey

_WIDEST_BAR = 24


def stats(
    folder: Path,
    *,
    ops: int = 20,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Count what a folder of pairs holds: categories, levels, operations, lengths, rejections.

    Examples:

        irsmith stats data/samples/warp

        irsmith stats pairs --json

    Parameters
    ----------
    folder: Path
        A folder that irsmith generate or irsmith extract wrote; a run in progress will do.
    ops: int
        How many of the most frequent operations to list.
    json: bool
        Print everything as JSON.
    """
    found = survey(folder)
    console = Console()
    if json:
        console.print_json(json_module.dumps(found.to_json()))
        return
    console.print(
        f"{found.folder}: {found.rows} rows, {found.programs} different programs after renaming, "
        f"{found.structures} different structures",
        highlight=False,
    )
    _bars(console, "category", ((f"{front}  {name}", count) for (front, name), count in found.categories.items()))
    _bars(console, "level", found.levels.items())
    _bars(console, f"operation, the {ops} most frequent of {len(found.ops)}", found.ops.most_common(max(0, ops)))
    _bars(console, "difficulty", ((str(level), found.difficulty[level]) for level in sorted(found.difficulty)))
    _lengths(console, found)
    _bars(
        console, "rejected", ((f"{symptom} at {stage}", count) for (stage, symptom), count in found.rejections.items())
    )
    _bars(console, "rows without", found.missing.items())


def _bars(console: Console, title: str, counts: Iterable[tuple[str, int]]) -> None:
    """A table of counts with a bar each; nothing where there are none."""
    listed = list(counts)
    if not listed:
        return
    largest = max(count for _, count in listed)
    table = Table(box=None, pad_edge=False)
    table.add_column(title)
    table.add_column("rows", justify="right")
    table.add_column("")
    for name, count in listed:
        table.add_row(name, str(count), f"[cyan]{'▇' * max(1, round(_WIDEST_BAR * count / largest))}[/cyan]")
    console.print(table)
    console.print()


def _lengths(console: Console, found: Survey) -> None:
    if not found.lengths:
        return
    table = Table(box=None, pad_edge=False)
    table.add_column("lines of")
    for title in ("min", "median", "90 %", "max", "characters"):
        table.add_column(title, justify="right")
    for each in found.lengths:
        numbers = (each.shortest, each.median, each.most, each.longest, each.characters)
        table.add_row(each.column, *(f"{number:,}" for number in numbers))
    console.print(table)
    console.print()
