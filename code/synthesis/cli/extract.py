"""``irsmith extract``."""

from dataclasses import replace
from typing import Annotated

from synthesis.cli.options import Config, Flag, Flat
from synthesis.cli.tables import plain_console, print_line, print_rejections, print_summary
from synthesis.core.errors import ConfigError
from synthesis.core.run_settings import Extraction, Running
from synthesis.making.runs.compiling import compile_target
from synthesis.making.runs.extraction import extract_to_folder


def extract(
    target: str | None = None,
    *,
    out: str,
    recorded: str | None = None,
    via: str | None = None,
    settings: Annotated[Extraction, Flat] = Extraction(),  # noqa: B008 (it is frozen)
    running: Annotated[Running, Flat] = Running(),  # noqa: B008 (likewise)
    config: Config = None,
    json: Flag = False,
) -> int:
    """Make a data set of your own kernels and their IR.

    Shapes, domains and launch dimensions that are not given are inferred. If that is not possible, the kernel stays
    unverified. The same command continues an interrupted run, as long as the files are the same.

    Examples:

        irsmith extract my_kernels.py --out pairs

        irsmith extract warp.examples --out pairs --device cuda --format text

        irsmith extract jax.nn:softmax --arg "f32[4,8]" --out pairs

        irsmith extract my_models --inputs inputs.toml --out pairs

        irsmith extract --recorded kept --out pairs

        irsmith extract layers.py --via inductor --out pairs

    `irsmith list warp` lists levels and devices.

    Parameters
    ----------
    target: str
        A file (.py, .ipynb), a folder, a module, a package, or module:name. Each file is imported in its own process;
        its main is not run. All cells of a notebook are run, except magics and shell commands.
    out: str
        Folder or URL (s3://, gs://, hf://) to write to.
    recorded: str
        Instead of a target, a folder of `irsmith record`: kernels are verified on the recorded arguments.
    via: str
        Extract the kernels to which this compiler compiles the target's functions: inductor compiles PyTorch functions,
        and their derivatives, to Triton kernels.
    config: Path
        A TOML or JSON file with any of these settings. The command line has precedence.
    json: bool
        Print the summary as JSON on standard output. Progress stays on standard error.
    """
    place = _place_of(target, recorded, via)
    if via is not None:
        place = compile_target(place, via, out, settings)
        settings = replace(settings, arg=None, inputs=None, guess_inputs=False)
    summary, rejections = extract_to_folder(place, out, settings, running, recorded=(recorded or via) is not None)
    print_summary(summary, as_json=json)
    print_rejections(rejections)
    if not running.finalizes and not json:
        print_line(plain_console(stderr=True), f"when all chunks are finished: irsmith finalize {out}")
    return 0 if summary.rows and not summary.faults else 1


def _place_of(target: str | None, recorded: str | None, via: str | None) -> str:
    """Return the target or the folder of recorded launches, exactly one of which must be given."""
    place = target if recorded is None else recorded
    if place is None or (target is not None and recorded is not None):
        raise ConfigError("irsmith extract takes a target or --recorded DIR, and not both")
    if via is not None and recorded is not None:
        raise ConfigError("irsmith extract takes --recorded DIR or --via, and not both")
    return place
