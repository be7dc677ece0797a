"""``irsmith ops``."""

import contextlib
import json as json_module
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from synthesis.errors import MissingFrontendError
from synthesis.frontends.base import Frontend, ToolOperation
from synthesis.registry import frontend_names, get_frontend
from synthesis.survey import ENOUGH
from synthesis.survey import coverage as rows_with


def ops(
    *,
    frontend: str | None = None,
    missing: Annotated[bool, Parameter(negative="")] = False,
    coverage: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """List a tool's operations: which the reference that texts are verified against models, and which are left out.

    A kernel with an operation that it does not model is no verified row.

    Examples:

        irsmith ops --missing

        irsmith ops --frontend jax --coverage pairs/jax

    Parameters
    ----------
    frontend: str
        warp or jax; all that are installed if it is not said.
    missing: bool
        List only the operations without reference semantics, and why those that are left out are.
    coverage: Path
        Count for each operation the verified rows of this folder that have it.
    json: bool
        Print them as JSON: name, by front end, to what is known of it.
    """
    chosen = [get_frontend(frontend)] if frontend is not None else _installed()
    console = Console()
    known: dict[str, Any] = {}
    for each in chosen:
        rows = None if coverage is None else rows_with(each, coverage)
        operations = {name: entry for name, entry in each.operations().items() if not (missing and entry.modelled)}
        if json:
            known[each.name] = {name: _as_json(entry, rows, name) for name, entry in operations.items()}
        else:
            _print(console, each.name, operations, rows)
    if json:
        console.print_json(json_module.dumps(known))


def _installed() -> list[Frontend]:
    found: list[Frontend] = []
    for name in frontend_names():
        with contextlib.suppress(MissingFrontendError):
            found.append(get_frontend(name))
    return found


def _as_json(entry: ToolOperation, rows: Counter[str] | None, name: str) -> dict[str, Any]:
    told: dict[str, Any] = {
        "modelled": entry.modelled,
        "differentiable": entry.differentiable,
        "excluded": entry.excluded or None,
    }
    return told | ({} if rows is None else {"rows": rows[name]})


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
        console.print(f"{enough} of {len(rows)} operations are in at least {ENOUGH} verified rows")
