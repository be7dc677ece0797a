"""``irsmith extract``."""

from pathlib import Path
from typing import Annotated, Literal

from synthesis.cli.options import Config, Flag, Flat
from synthesis.cli.tables import print_rejections, print_summary
from synthesis.extraction import extract_to_folder
from synthesis.settings import Extraction


def extract(
    target: str,
    *,
    out: Path,
    settings: Annotated[Extraction, Flat] = Extraction(),  # noqa: B008 (it is frozen)
    format: Literal["json", "text"] = "json",  # noqa: A002 (the option's name)
    config: Config = None,
    json: Flag = False,
) -> int:
    """Write the IR of kernels of your own.

    Shapes, domains and launch dimensions that are not given are inferred where they can be; where they cannot, nothing
    of the kernel is verified.

    Examples:

        irsmith extract my_kernels.py --out pairs

        irsmith extract warp.examples --out pairs --device cuda --format text

        irsmith extract jax.nn:softmax --arg "f32[4,8]" --out pairs

        irsmith extract my_models --inputs inputs.toml --out pairs

    `irsmith list warp` lists levels and devices.

    Parameters
    ----------
    target: str
        A file, a folder, a module, a package, or module:name. Each file is imported in a process of its own; its main
        is not run.
    out: Path
        A new or empty folder.
    format: str
        json, one file a pair; or text, a file each for the Python and every level.
    config: Path
        A TOML or JSON file with any of these settings; what the command line says goes before.
    json: bool
        Print the summary as JSON, on standard output alone; progress stays on standard error.
    """
    summary, rejections = extract_to_folder(target, out, settings, form=format, progress=True)
    print_summary(summary, as_json=json)
    print_rejections(rejections)
    return 0 if summary.rows else 1
