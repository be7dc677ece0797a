"""``irsmith ops``."""

import json as json_module
from typing import Annotated

from cyclopts import Parameter
from rich.console import Console

from synthesis.registry import get_frontend


def ops(
    *,
    frontend: str,
    missing: Annotated[bool, Parameter(negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """List a tool's operations, and whether the reference that texts are verified against models them.

    A kernel with an operation that it does not model is no verified row.

    Examples:

        irsmith ops --frontend warp --missing

        irsmith ops --frontend jax --json

    Parameters
    ----------
    frontend: str
        warp or jax.
    missing: bool
        List only the operations without reference semantics.
    json: bool
        Print them as JSON: name to whether it is modelled.
    """
    operations = {name: known for name, known in get_frontend(frontend).operations().items() if not (missing and known)}
    console = Console()
    if json:
        console.print_json(json_module.dumps(operations))
        return
    for name, known in operations.items():
        console.print(name if known or missing else f"{name}  (no reference semantics)", highlight=False)
