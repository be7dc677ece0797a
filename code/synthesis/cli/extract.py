"""``irsmith extract``."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from synthesis.cli.tables import print_rejections, print_summary
from synthesis.pipeline import extract_to_folder
from synthesis.registry import get_frontend
from synthesis.shapes import parse_shape
from synthesis.targets import frontend_for, resolve_target


def extract(
    target: str,
    *,
    out: Path,
    frontend: str | None = None,
    level: Annotated[list[str] | None, Parameter(negative="")] = None,
    device: str | None = None,
    arg: Annotated[list[str] | None, Parameter(negative="")] = None,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Write the IR of kernels of your own.

    Examples:

        irsmith extract my_kernels.py --out pairs

        irsmith extract warp.examples.core.example_dem --out pairs --device cuda

        irsmith extract jax.nn:softmax --arg "f32[4,8]" --out pairs

    Parameters
    ----------
    target: str
        A file, a module, or module:function. It is imported; its main is not run.
    out: Path
        A new or empty folder.
    frontend: str
        warp or jax; told from what the target holds by default.
    level: list[str]
        Make this level of IR instead of the default ones; may be given several times.
    device: str
        What the IR is for: cpu, cuda or cpu+cuda (Warp); cpu, cuda or tpu (JAX).
    arg: list[str]
        JAX only: type and shape of the function's next argument, as in f32[4,8]; once an argument.
    json: bool
        Print the summary as JSON.
    """
    example_args = [parse_shape(text) for text in arg or ()]
    found = resolve_target(target)
    chosen = get_frontend(frontend) if frontend is not None else frontend_for(found)
    summary, rejections = extract_to_folder(chosen, found, out, levels=level, device=device, example_args=example_args)
    print_summary(summary, as_json=json)
    print_rejections(rejections)
    return 0 if summary.rows else 1
