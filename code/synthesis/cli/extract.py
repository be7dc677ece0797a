"""``irsmith extract``."""

from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from synthesis.cli.tables import print_rejections, print_summary
from synthesis.examples import Examples, parse_type, read_inputs
from synthesis.extraction import TIME_LIMIT, extract_to_folder


def extract(
    target: str,
    *,
    out: Path,
    frontend: str | None = None,
    level: Annotated[list[str] | None, Parameter(negative="")] = None,
    device: str | None = None,
    inputs: Path | None = None,
    arg: Annotated[list[str] | None, Parameter(negative="")] = None,
    guess_inputs: Annotated[bool, Parameter(negative="")] = False,
    verify: str = "all",
    format: Literal["json", "text"] = "json",  # noqa: A002 (the option's name)
    time_limit: float = TIME_LIMIT,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> int:
    """Write the IR of kernels of your own.

    Examples:

        irsmith extract my_kernels.py --out pairs

        irsmith extract warp.examples --out pairs --device cuda --format text

        irsmith extract jax.nn:softmax --arg "f32[4,8]" --out pairs

        irsmith extract my_models --inputs inputs.toml --out pairs

    Parameters
    ----------
    target: str
        A file, a folder, a module, a package, or module:name. Each file is imported in a process of its own; its main
        is not run.
    out: Path
        A new or empty folder.
    frontend: str
        warp or jax; told from what each file holds by default.
    level: list[str]
        Make this level of IR instead of the default ones; may be given several times.
    device: str
        What the IR is for: cpu, cuda or cpu+cuda (Warp); cpu, cuda or tpu (JAX).
    inputs: Path
        TOML, a table a function: x = "f32[4,3] in 0.1..2" is a type and shape, n = 3 a value, dim = 4 a Warp launch.
    arg: list[str]
        Type and shape of every JAX function's next argument, as in f32[4,8]; once an argument.
    guess_inputs: bool
        Try common shapes for JAX functions of which nothing is known.
    verify: str
        Whose IR is proved by execution: all, none, or a share of the kernels, as in sample:0.1. Inputs that are not
        given are inferred where they can be; where they cannot, nothing is verified.
    format: str
        json, one file a pair; or text, a file each for the Python and every level.
    time_limit: float
        Seconds that the import of a file, or one kernel of it, may take.
    json: bool
        Print the summary as JSON.
    """
    examples = Examples(
        arguments=tuple(parse_type(text) for text in arg or ()),
        tables=read_inputs(inputs) if inputs is not None else {},
        guess=guess_inputs,
    )
    summary, rejections = extract_to_folder(
        target,
        out,
        frontend=frontend,
        levels=level,
        device=device,
        examples=examples,
        as_text=format == "text",
        verify=verify,
        time_limit=time_limit,
    )
    print_summary(summary, as_json=json)
    print_rejections(rejections)
    return 0 if summary.rows else 1
