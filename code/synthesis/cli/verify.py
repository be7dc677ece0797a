"""``irsmith verify``."""

import json as json_module
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from synthesis.reverification import verify_folder


def verify(
    folder: Path,
    *,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Verify a finished folder of pairs again, from its files alone.

    Every text is executed, whatever the rows say of themselves. Exits with 1 if one fails.

    Examples:

        irsmith verify data/samples/warp

        irsmith verify pairs --json

    Parameters
    ----------
    folder: Path
        A folder that irsmith generate or irsmith extract wrote.
    json: bool
        Print what was found as JSON.
    """
    found = verify_folder(folder, progress=not json)
    console = Console(soft_wrap=True)
    if json:
        console.print_json(json_module.dumps(found.to_json()))
    else:
        for failure in found.failures:
            where = ", ".join(part for part in (failure.file, failure.level) if part)
            console.print(f"{where}: {failure.symptom}: {failure.detail}", markup=False, highlight=False)
        console.print(
            f"{folder}: {found.rows} rows, {found.texts} texts verified, {found.failing_rows} rows failed",
            highlight=False,
        )
        for reason, count in found.unverified.most_common():
            console.print(f"  {count} texts not verified: {reason}", markup=False, highlight=False)
    return 1 if found.failures else 0
