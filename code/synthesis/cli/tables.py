"""How commands print what they did."""

import json
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from synthesis.records import Rejection
from synthesis.tally import RunSummary


def print_summary(summary: RunSummary, *, as_json: bool) -> None:
    """A table of rows by category and of what was rejected, or the same as JSON."""
    console = Console()
    if as_json:
        console.print_json(json.dumps(summary.to_json()))
        return
    console.print(f"{summary.frontend}: {summary.rows} rows of {summary.candidates} candidates in {summary.out}")
    table = Table()
    table.add_column("category")
    table.add_column("rows", justify="right")
    for category, count in summary.categories.items():
        table.add_row(category, str(count))
    for (stage, symptom), count in summary.rejections.items():
        table.add_row(f"[dim]rejected: {symptom} at {stage}[/dim]", f"[dim]{count}[/dim]")
    for level, count in summary.missing_levels.items():
        table.add_row(f"[dim]rows without {level}[/dim]", f"[dim]{count}[/dim]")
    console.print(table)


def print_rejections(rejections: Sequence[Rejection]) -> None:
    """One line a rejection on standard error."""
    console = Console(stderr=True, soft_wrap=True)
    for rejection in rejections:
        where = ", ".join(part for part in (rejection.origin, rejection.kernel_name, rejection.level) if part)
        console.print(f"{where}: {rejection.symptom}: {rejection.detail}", markup=False, highlight=False)
