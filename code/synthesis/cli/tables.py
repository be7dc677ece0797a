"""Prints the results of commands."""

import json
import sys
from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.table import Table

from synthesis.core.errors import Symptom
from synthesis.core.records import Rejection
from synthesis.dataset.tally import RunSummary, leading

_PIPED_WIDTH = 160
"""Width in columns if there is no terminal, so that piped output is not cut to a terminal's width."""
_MOST_CATEGORIES = 10
"""Maximum number of categories that are listed, those with the most rows. The others share one line."""
_MOST_REASONS = 4
"""Maximum number of reasons that are listed for a level, the most frequent ones."""


def plain_console(*, stderr: bool = False) -> Console:
    """Return a console that prints texts unchanged: without markup, highlighting, or wrapping in a pipe."""
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _PIPED_WIDTH
    return Console(stderr=stderr, markup=False, highlight=False, soft_wrap=False, width=width)


def print_line(console: Console, text: str) -> None:
    """Print a line without wrapping, and with control characters escaped."""
    console.print(visible(text), soft_wrap=True)


def clear_bar() -> None:
    """Clear the line of a progress bar on the same terminal. The bar is drawn again below."""
    if sys.stdout.isatty() and sys.stderr.isatty():
        sys.stderr.write("\r\x1b[2K")
        sys.stderr.flush()


def visible(text: str) -> str:
    """Return a text with control and other non-printable characters escaped, except newlines."""
    return "".join(
        each if each.isprintable() or each == "\n" else each.encode("unicode_escape").decode() for each in text
    )


def print_json(document: object) -> None:
    """Print a document as JSON on standard output."""
    Console(markup=False, soft_wrap=True).print_json(json.dumps(document))


def print_summary(summary: RunSummary, *, as_json: bool) -> None:
    """Print the outcomes of a run's candidates and texts, as tables or JSON, and report errors in irsmith itself."""
    print_faults(summary)
    if as_json:
        print_json(summary.to_json())
        return
    console = plain_console()
    counts = f"{counted(summary.rows, 'row')} of {counted(summary.candidates, 'candidate')}"
    print_line(console, f"{summary.frontend}: {counts} in {summary.out}")
    table = Table()
    table.add_column("category")
    table.add_column("rows", justify="right")
    filled = {category: count for category, count in summary.categories.items() if count}
    shown = sorted(filled, key=lambda category: -filled[category])[:_MOST_CATEGORIES]
    for category in filled:
        if category in shown:
            table.add_row(category, f"{filled[category]:,}")
    if rest := [count for category, count in filled.items() if category not in shown]:
        table.add_row(f"{len(rest)} others", f"{sum(rest):,}")
        table.add_row("all", f"{summary.rows:,}")
    for (stage, symptom), count in summary.rejections.items():
        table.add_row(f"rejected: {symptom} at {stage}", f"{count:,}", style="dim")
    if table.row_count:
        console.print(table)
    empty = [category for category, count in summary.categories.items() if not count]
    if empty and summary.rows:
        named = ", ".join([*empty[:_MOST_CATEGORIES], *(["…"] if len(empty) > _MOST_CATEGORIES else [])])
        print_line(console, f"no row in {counted(len(empty), 'category')}: {named}")
    print_proofs(console, summary.texts, summary.unverified, summary.missing_levels, summary.dropped)


def print_proofs(
    console: Console,
    texts: Mapping[str, int],
    unverified: Mapping[str, Mapping[str, int]],
    missing: Mapping[str, int],
    dropped: Mapping[str, Mapping[str, int]],
) -> None:
    """Print a table of texts by level: their number, that of verified ones, and why texts are unverified or absent.

    Args:
        console: the console to print to.
        texts: number of texts by level.
        unverified: number of texts that are not verified, by level and reason.
        missing: number of rows without the text, by level.
        dropped: number of rows without the text, by level and symptom.
    """
    levels = [*texts, *(level for level in missing if level not in texts)]
    if not levels:
        return
    table = Table()
    table.add_column("level")
    for title in ("texts", "verified", "absent"):
        table.add_column(title, justify="right")
    table.add_column("why")
    for level in levels:
        reasons = unverified.get(level, {})
        proved = texts.get(level, 0) - sum(reasons.values())
        why = [f"not verified: {_listed(reasons)}"] if reasons else []
        why += [f"absent: {_listed(dropped[level])}"] if dropped.get(level) else []
        table.add_row(level, f"{texts.get(level, 0):,}", f"{proved:,}", f"{missing.get(level, 0):,}", "; ".join(why))
    console.print(table)


def _listed(counts: Mapping[str, int]) -> str:
    """Return the most frequent of some counts as text."""
    words = leading(counts, _MOST_REASONS)
    rest = sum(sorted(counts.values(), reverse=True)[_MOST_REASONS:])
    return visible(", ".join([*words, f"others {rest:,}"] if rest else words))


def counted(count: int, noun: str) -> str:
    """Return a number with its noun: ``1 row``, ``2,000 rows``, ``3 categories``."""
    plural = f"{noun[:-1]}ies" if noun.endswith("y") else f"{noun}s"
    return f"{count:,} {noun if count == 1 else plural}"


def print_faults(summary: RunSummary) -> None:
    """Print a line on standard error if candidates were lost to errors in irsmith itself."""
    if summary.faults:
        shown = f"irsmith rejections {summary.out} --symptom {Symptom.INTERNAL_ERROR}"
        words = f"{counted(summary.faults, 'candidate')} lost to errors in irsmith; {shown} prints what a report needs"
        print_line(plain_console(stderr=True), words)


def print_rejections(rejections: Sequence[Rejection]) -> None:
    """Print one line for each rejection on standard error."""
    console = plain_console(stderr=True)
    for rejection in rejections:
        where = ", ".join(part for part in (rejection.origin, rejection.kernel_name, rejection.level) if part)
        print_line(console, f"{where}: {rejection.symptom}: {rejection.detail}")
