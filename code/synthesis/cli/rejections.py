"""``irsmith rejections``."""

import sys
from typing import Annotated

from cyclopts import Parameter
from rich.table import Table
from rich.text import Text

from synthesis.cli.options import Flag
from synthesis.cli.tables import plain_console, print_json, print_line
from synthesis.dataset.ledger import Choice, Entry, counts, read_ledger

_Several = Annotated[tuple[str, ...], Parameter(negative="", consume_multiple=False)]


def rejections(
    folder: str,
    *,
    symptom: _Several = (),
    recipe: _Several = (),
    category: _Several = (),
    frontend: _Several = (),
    level: _Several = (),
    stage: _Several = (),
    json: Flag = False,
) -> None:
    """List the candidates and texts of a folder that were rejected, and why.

    Examples:

        irsmith rejections pairs

        irsmith rejections pairs --symptom wrong_gradient --level cpp_backward

    Parameters
    ----------
    folder: str
        A folder that irsmith generate or irsmith extract wrote, or its URL. The run may be unfinished.
    symptom: tuple[str, ...]
        Only this symptom, such as wrong_result or useless. This and the other filters can be repeated.
    recipe: tuple[str, ...]
        Only kernels of this recipe.
    category: tuple[str, ...]
        Only kernels of this category.
    frontend: tuple[str, ...]
        Only kernels of this front end.
    level: tuple[str, ...]
        Only rejected texts of this level.
    stage: tuple[str, ...]
        Only candidates and texts that were stopped at this stage: load, lower, verify or deduplicate.
    json: bool
        Print the lines and the counts as JSON.
    """
    choice = Choice(frontend=frontend, category=category, recipe=recipe, level=level, stage=stage, symptom=symptom)
    entries = choice.of(read_ledger(folder))
    if json:
        symptoms, recipes = counts(entries)
        listed = [{"id": each.id, **each.rejection.to_json()} for each in entries]
        print_json({"rejections": listed, "symptoms": dict(symptoms), "recipes": dict(recipes)})
        return
    _list(entries) if sys.stdout.isatty() else _print(entries)
    _count(entries)


def _list(entries: list[Entry]) -> None:
    """Print a table, for a terminal."""
    table = Table()
    for title in ("id", "kernel", "recipe", "level", "symptom", "detail"):
        table.add_column(title, overflow="fold", no_wrap=title == "id")
    for each in entries:
        found = each.rejection
        words = (each.id, found.kernel_name, found.recipe, found.level or "", str(found.symptom), found.detail)
        table.add_row(*map(Text, words))
    if entries:
        plain_console().print(table)


def _print(entries: list[Entry]) -> None:
    """Print one line for each entry with tab-separated fields, for scripts."""
    for each in entries:
        found = each.rejection
        where = found.recipe or found.origin
        words = (each.id, found.kernel_name, where, found.level or "", found.stage, found.symptom, found.detail)
        sys.stdout.write("\t".join(" ".join(str(word).split()) for word in words) + "\n")


def _count(entries: list[Entry]) -> None:
    console = plain_console(stderr=not sys.stdout.isatty())
    for title, counter in zip(("symptom", "recipe"), counts(entries), strict=True):
        listed = ", ".join(f"{name} {count}" for name, count in counter.most_common())
        print_line(console, f"by {title}: {listed or 'none'}")
