"""How commands print what they did."""

import json
import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from synthesis.errors import Symptom
from synthesis.records import Rejection
from synthesis.tally import RunSummary

_PIPED_WIDTH = 160
"""Columns where there is no terminal to ask: what a pipe carries is not cut at a terminal's width."""


def plain_console(*, stderr: bool = False) -> Console:
    """A console that prints texts as they are: no markup, no colours of its own, no folding through a pipe."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _PIPED_WIDTH
    return Console(stderr=stderr, markup=False, highlight=False, soft_wrap=False, width=width)


def print_line(console: Console, text: str) -> None:
    """Print a line that no width cuts, and in which nothing steers a terminal, whoever wrote it."""
    console.print(visible(text), soft_wrap=True)


def clear_bar() -> None:
    """Make room for a line where a bar of progress is at the same terminal; it is drawn again below."""
    if sys.stdout.isatty() and sys.stderr.isatty():
        sys.stderr.write("\r\x1b[2K")
        sys.stderr.flush()


def visible(text: str) -> str:
    """A text with what a terminal would obey, or could not show, written as escapes; lines stay lines."""
    return "".join(
        each if each.isprintable() or each == "\n" else each.encode("unicode_escape").decode() for each in text
    )


def print_json(document: object) -> None:
    """Print a document as JSON on standard output."""
    Console(markup=False, soft_wrap=True).print_json(json.dumps(document))


def print_summary(summary: RunSummary, *, as_json: bool) -> None:
    """A table of rows by category and of what was rejected, or the same as JSON; errors in irsmith are told of too."""
    print_faults(summary)
    if as_json:
        print_json(summary.to_json())
        return
    console = plain_console()
    print_line(console, f"{summary.frontend}: {summary.rows} rows of {summary.candidates} candidates in {summary.out}")
    table = Table()
    table.add_column("category")
    table.add_column("rows", justify="right")
    for category, count in summary.categories.items():
        table.add_row(category, str(count))
    for (stage, symptom), count in summary.rejections.items():
        table.add_row(f"rejected: {symptom} at {stage}", str(count), style="dim")
    for level, count in summary.missing_levels.items():
        table.add_row(f"rows without {level}", str(count), style="dim")
    console.print(table)


def print_faults(summary: RunSummary) -> None:
    """A line on standard error where errors in irsmith itself cost candidates."""
    if summary.faults:
        shown = f"irsmith rejections {summary.out} --symptom {Symptom.INTERNAL_ERROR}"
        words = f"{summary.faults} candidates were lost to errors in irsmith; {shown} says what a report needs"
        print_line(plain_console(stderr=True), words)


def print_rejections(rejections: Sequence[Rejection]) -> None:
    """One line a rejection on standard error."""
    console = plain_console(stderr=True)
    for rejection in rejections:
        where = ", ".join(part for part in (rejection.origin, rejection.kernel_name, rejection.level) if part)
        print_line(console, f"{where}: {rejection.symptom}: {rejection.detail}")
