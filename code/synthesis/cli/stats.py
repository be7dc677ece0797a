"""``irsmith stats``."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from synthesis.cli.options import Flag
from synthesis.cli.tables import counted, plain_console, print_json, print_line, print_proofs
from synthesis.dataset.leaks import describe_leaks, describe_report
from synthesis.dataset.storage.naming import TRAIN
from synthesis.dataset.survey import Survey, survey
from synthesis.dataset.tally import nested

_WIDEST_BAR = 24
_MOST_COMPLAINTS = 10


def stats(folder: str, *, ops: int = 20, json: Flag = False) -> int:
    """Count the rows of a folder by category, level, operation, length and rejection.

    The exit status is 1 if a file cannot be read. The other files are counted.

    Examples:

        irsmith stats data/samples/warp

        irsmith stats pairs --json

    Parameters
    ----------
    folder: str
        A folder that irsmith generate or irsmith extract wrote, or its URL. The run may be unfinished.
    ops: int
        Number of operations to list, the most frequent first.
    json: bool
        Print everything as JSON.
    """
    found = survey(folder)
    if json:
        print_json(found.to_json())
    else:
        _print(plain_console(), found, ops)
    errors = plain_console(stderr=True)
    for why in found.broken[:_MOST_COMPLAINTS]:
        print_line(errors, f"irsmith: {why}")
    if len(found.broken) > _MOST_COMPLAINTS:
        print_line(errors, f"irsmith: and {len(found.broken) - _MOST_COMPLAINTS} more; --json lists them all")
    return 1 if found.broken else 0


def _print(console: Console, found: Survey, ops: int) -> None:
    print_line(
        console,
        f"{found.folder}: {counted(found.rows, 'row')}, {counted(found.programs, 'different program')} after renaming, "
        f"{counted(found.structures, 'different structure')}",
    )
    _bars(
        console, "category", _largest_first((f"{each[0]}  {each[1]}", rows) for each, rows in found.categories.items())
    )
    if any(split != TRAIN for _, split in found.splits):
        _bars(console, "split", ((f"{front}  {split}", count) for (front, split), count in found.splits.items()))
        _leaks(console, found)
    print_proofs(console, found.levels, found.reasons, found.missing, nested(found.dropped))
    console.print()
    _bars(console, "derivative", found.gradients.most_common())
    _bars(console, f"operation, the {ops} most frequent of {len(found.ops)}", found.ops.most_common(max(0, ops)))
    _bars(console, "difficulty", ((str(level), found.difficulty[level]) for level in sorted(found.difficulty)))
    _lengths(console, found)
    rejected = ((f"{symptom} at {stage}", count) for (stage, symptom), count in found.rejections.items())
    _bars(console, "rejected", _largest_first(rejected))


def _largest_first(counts: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(counts, key=lambda each: -each[1])


def _bars(console: Console, title: str, counts: Iterable[tuple[str, int]]) -> None:
    """Print a table of counts with a bar for each; nothing if there are none."""
    listed = list(counts)
    if not listed:
        return
    largest = max(count for _, count in listed)
    table = Table(box=None, pad_edge=False)
    table.add_column(Text(title))
    table.add_column("rows", justify="right")
    table.add_column("")
    for name, count in listed:
        bar = "▇" * max(1, round(_WIDEST_BAR * count / largest))
        table.add_row(Text(name), str(count), Text(bar, style="cyan"))
    console.print(table)
    console.print()


def _leaks(console: Console, found: Survey) -> None:
    """Print the folder's report on its splits, if there is one."""
    if "splits" in found.leaks:
        shared = describe_leaks(found.leaks["splits"])
        print_line(console, "; ".join(shared) or "no source, text or structure is in two splits")
        for line in describe_report(found.leaks):
            print_line(console, line)
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
