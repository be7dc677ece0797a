"""``irsmith compare``."""

import json as json_module
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from synthesis.cli.options import Flag
from synthesis.cli.tables import counted, plain_console, print_json, print_line, visible
from synthesis.core.progress_display import progress_bar
from synthesis.dataset.comparing.folders import Comparison
from synthesis.dataset.comparing.folders import compare as compare_folders
from synthesis.dataset.comparing.pairs import PairOfRows, compare_row, versions_of


def compare(
    old: str,
    new: str,
    *,
    id: str | None = None,  # noqa: A002 (the option's name)
    level: Annotated[list[str] | None, Parameter(negative="", consume_multiple=False)] = None,
    ops: int = 20,
    progress: str = "auto",
    json: Flag = False,
) -> None:
    """Compare two folders: which rows are in both, and which of their texts differ.

    Two rows are the same if their ids are. In a pipe, each line is one count or the difference of one text.

    Examples:

        irsmith compare pairs pairs-new

        irsmith compare pairs pairs-new --id mix_state --level stablehlo

        irsmith compare pairs pairs-new --json

    Parameters
    ----------
    old: str
        A folder that irsmith wrote, or its URL.
    new: str
        Another one, such as irsmith relower makes from the first.
    id: str
        Show the differences of this row's texts. Its id or the beginning of it, its number in the first folder (17 or
        warp-17), or the kernel's name.
    level: list[str]
        Compare only this level. Can be repeated.
    ops: int
        Number of operations to list. Those with most different rows come first.
    progress: str
        How to show progress on standard error: auto (a bar at a terminal, lines elsewhere), plain, json or none.
    json: bool
        Print everything as JSON.
    """
    if id is not None:
        pair = compare_row(old, new, id, level=level)
        print_json(pair.to_json()) if json else _print_pair(plain_console(), pair)
        return
    with progress_bar("compare", progress) as show:
        found = compare_folders(old, new, level=level, on_progress=show)
    if json:
        print_json(found.to_json())
    elif sys.stdout.isatty():
        _print(plain_console(), found, ops)
    else:
        _print_lines(found)


def _print_pair(console: Console, pair: PairOfRows) -> None:
    for each in pair.changes:
        if each.missing:
            row = pair.old if each.missing == "old" else pair.new
            print_line(console, f"{each.level}: no text of {versions_of(row)}")
        else:
            print_line(console, each.diff.removesuffix("\n"))
    if not pair.changes:
        print_line(plain_console(stderr=True), f"{pair.new.name}: no text differs")


def _print(console: Console, found: Comparison, ops: int) -> None:
    for folder, toolchains, only in (
        (found.old, found.toolchains[0], found.only_old),
        (found.new, found.toolchains[1], found.only_new),
    ):
        print_line(console, f"{folder}: {counted(toolchains.total(), 'row')}, {only} of them not in the other folder")
        for versions, count in _toolchains(toolchains):
            print_line(console, f"  {counted(count, 'row')}: {versions}")
    print_line(console, f"{counted(found.both, 'row')} in both; {found.different} of them have a text that differs")
    if found.other_split:
        print_line(console, f"{counted(found.other_split, 'row')} in another split")
    if found.repeats:
        print_line(
            console, f"{counted(found.repeats, 'row')} not compared: an earlier row of the folder has the same id"
        )
    titles = ("same", "different", "only in the first", "only in the second")
    rows = [(name, each.same, each.different, each.only_old, each.only_new) for name, each in found.levels.items()]
    _table(console, "level", titles, rows)
    listed = found.ops_by_difference()
    _table(console, f"operation, {min(max(0, ops), len(listed))} of {len(listed)}", ("rows", "different"), listed[:ops])


def _table(console: Console, title: str, titles: Sequence[str], rows: Iterable[tuple[str, *tuple[int, ...]]]) -> None:
    table = Table()
    table.add_column(Text(title))
    for each in titles:
        table.add_column(each, justify="right")
    for name, *numbers in rows:
        table.add_row(Text(visible(name)), *map(str, numbers))
    if table.row_count:
        console.print(table)


def _print_lines(found: Comparison) -> None:
    """Print each count on a line with tab-separated fields, for scripts: what is counted, its name, the count."""
    for side, toolchains in zip(("old", "new"), found.toolchains, strict=True):
        for versions, count in _toolchains(toolchains):
            _print_line("toolchain", side, versions, count)
    for name in ("both", "only_old", "only_new", "different", "other_split", "repeats"):
        _print_line("rows", name, getattr(found, name))
    for name, each in found.levels.items():
        for kind, count in each.to_json().items():
            _print_line("level", name, kind, count)
    for name, rows, different in found.ops_by_difference():
        _print_line("op", name, "rows", rows)
        _print_line("op", name, "different", different)


def _print_line(*words: object) -> None:
    sys.stdout.write("\t".join(visible(" ".join(str(word).split())) for word in words) + "\n")


def _toolchains(counts: Counter[str]) -> list[tuple[str, int]]:
    """Return toolchains as text with their number of rows, the largest first."""
    found: list[tuple[str, int]] = []
    for text, count in counts.most_common():
        versions = ", ".join(f"{name} {version}" for name, version in json_module.loads(text).items())
        found.append((versions or "none", count))
    return found
