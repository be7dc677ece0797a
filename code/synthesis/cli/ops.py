"""``irsmith ops``."""

import json as json_module
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter
from rich.console import Console
from rich.table import Table

from synthesis.registry import get_frontend
from synthesis.survey import ENOUGH
from synthesis.survey import coverage as rows_with


def ops(
    *,
    frontend: str,
    missing: Annotated[bool, Parameter(negative="")] = False,
    coverage: Path | None = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """List a tool's operations: which the reference that texts are verified against models, and which are left out.

    A kernel with an operation that it does not model is no verified row.

    Examples:

        irsmith ops --frontend warp --missing

        irsmith ops --frontend jax --coverage pairs/jax

    Parameters
    ----------
    frontend: str
        warp or jax.
    missing: bool
        List only the operations without reference semantics, and why those that are left out are.
    coverage: Path
        Count for each operation the verified rows of this folder that have it.
    json: bool
        Print them as JSON: name to what is known of it.
    """
    chosen = get_frontend(frontend)
    rows = None if coverage is None else rows_with(chosen, coverage)
    operations = {name: each for name, each in chosen.operations().items() if not (missing and each.modelled)}
    console = Console()
    if json:
        known: dict[str, Any] = {
            name: {"modelled": each.modelled, "differentiable": each.differentiable, "excluded": each.excluded or None}
            | ({} if rows is None else {"rows": rows[name]})
            for name, each in operations.items()
        }
        console.print_json(json_module.dumps(known))
        return
    table = Table()
    table.add_column("operation", no_wrap=True)
    for heading in ("reference", "derivative", *([] if rows is None else ["verified rows"]), "left out"):
        table.add_column(heading)
    for name, each in operations.items():
        counted = [] if rows is None else [str(rows[name])]
        words = ("modelled" if each.modelled else "none", "" if each.differentiable else "none")
        table.add_row(name, *words, *counted, each.excluded)
    console.print(table)
    if rows is not None:
        enough = sum(count >= ENOUGH for count in rows.values())
        console.print(f"{enough} of {len(rows)} operations are in at least {ENOUGH} verified rows of {coverage}")
