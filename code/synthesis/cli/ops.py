"""``irsmith ops``."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

from synthesis.cli.options import Flag
from synthesis.cli.tables import plain_console, print_json, print_line
from synthesis.core.errors import MissingFrontendError, UnsupportedReleaseError
from synthesis.dataset.survey import ENOUGH
from synthesis.dataset.survey import coverage as rows_with
from synthesis.frontends.base import Frontend, ToolOperation
from synthesis.frontends.registry import frontend_names, get_frontend


def ops(
    *,
    frontend: str | None = None,
    missing: Flag = False,
    coverage: str | None = None,
    json: Flag = False,
) -> None:
    """List the operations of a tool, and whether the oracle that texts are verified against models them.

    A kernel with an operation that the oracle does not model stays unverified.

    Examples:

        irsmith ops --missing

        irsmith ops --frontend jax --coverage pairs/jax

    Parameters
    ----------
    frontend: str
        warp, jax or triton. By default all installed front ends.
    missing: bool
        List only operations that the oracle does not model, and why some are never drawn.
    coverage: str
        Count the verified rows of this folder that use each operation.
    json: bool
        Print a JSON object: front end, then operation, then its properties.
    """
    chosen = [get_frontend(frontend)] if frontend is not None else _installed()
    console = plain_console()
    known: dict[str, Any] = {}
    for each in chosen:
        if each.prover is None:
            continue
        rows = None if coverage is None else rows_with(each, coverage)
        listed = each.prover.operations()
        operations = {name: entry for name, entry in listed.items() if not (missing and entry.modelled)}
        if json:
            known[each.name] = {name: _as_json(entry, rows, name) for name, entry in operations.items()}
        else:
            _print(console, each.name, operations, rows)
    if json:
        print_json(known)


def _installed() -> list[Frontend]:
    found: list[Frontend] = []
    for name in frontend_names():
        try:
            found.append(get_frontend(name))
        except UnsupportedReleaseError:
            raise
        except MissingFrontendError:
            continue
    return found


def _as_json(entry: ToolOperation, rows: Counter[str] | None, name: str) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "modelled": entry.modelled,
        "differentiable": entry.differentiable,
        "excluded": entry.excluded or None,
    }
    return fields | ({} if rows is None else {"rows": rows[name]})


def _print(console: Console, frontend: str, operations: Mapping[str, ToolOperation], rows: Counter[str] | None) -> None:
    table = Table()
    table.add_column(frontend, no_wrap=True)
    for heading in ("reference", "derivative", *([] if rows is None else ["verified rows"]), "left out"):
        table.add_column(heading)
    for name, entry in operations.items():
        counted = [] if rows is None else [str(rows[name])]
        words = ("modelled" if entry.modelled else "none", "" if entry.differentiable else "none")
        table.add_row(name, *words, *counted, entry.excluded)
    console.print(table)
    if rows is not None:
        enough = sum(count >= ENOUGH for count in rows.values())
        print_line(console, f"{enough} of {len(rows)} operations are in at least {ENOUGH} verified rows")
