"""``irsmith minimize``."""

from pathlib import Path

from synthesis.cli.options import Flag
from synthesis.cli.tables import plain_console, print_json, print_line
from synthesis.core.errors import ConfigError
from synthesis.core.stores.local import write_atomic
from synthesis.workbench.minimising.cases import case_of_file, case_of_folder
from synthesis.workbench.minimising.minimise import minimise


def minimize(
    target: str,
    *,
    id: str | None = None,  # noqa: A002 (the option's name)
    kernel: str | None = None,
    symptom: str | None = None,
    level: str | None = None,
    inputs: Path | None = None,
    steps: int = 2000,
    seconds: float = 300.0,
    out: Path | None = None,
    json: Flag = False,
) -> None:
    """Reduce a failing kernel while it keeps failing, and print a report for the tool's authors.

    Examples:

        irsmith minimize pairs --id warp-17

        irsmith minimize my_kernels.py --kernel fall --symptom wrong_gradient --out report.md

    Parameters
    ----------
    target: str
        A folder that irsmith generate or irsmith extract wrote; or a file, a module, or module:name of your own.
    id: str
        For a folder: the id that irsmith rejections prints first.
    kernel: str
        For a file: the name of the kernel. By default the first failing kernel.
    symptom: str
        The symptom to keep, such as wrong_result or wrong_gradient, if there are several.
    level: str
        The level that must keep failing.
    inputs: Path
        For a file: TOML with a table for each kernel, as for irsmith extract.
    steps: int
        Maximum number of kernels to try.
    seconds: float
        Maximum time to search, in seconds.
    out: Path
        A file to write the report to. By default standard output.
    json: bool
        Print the parts of the report as JSON.
    """
    _check_target(target, has_id=id is not None)
    if id is None:
        case = case_of_file(target, kernel=kernel, symptom=symptom, level=level, inputs=inputs)
    else:
        case = case_of_folder(Path(target), id, symptom=symptom, level=level)
    found = minimise(case, steps=steps, seconds=seconds, on_step=_print_progress)
    if json:
        print_json(found.to_json())
    elif out is None:
        print(found.written(), end="")  # noqa: T201 (Markdown without wrapping)
    if out is not None:
        write_atomic(out, found.written())
        print_line(plain_console(stderr=True), f"{out} written")


def _check_target(target: str, *, has_id: bool) -> None:
    folder = Path(target)
    if has_id and not folder.is_dir():
        raise ConfigError(f"--id chooses a candidate of a folder, but {target} is not a folder")
    if not has_id and (folder / "_irsmith").is_dir():
        listing = f"irsmith rejections {target} lists them"
        raise ConfigError(f"{target} is a folder of pairs; choose a candidate with --id; {listing}")


def _print_progress(tried: int, spec: object) -> None:
    if tried % 50 == 0:
        left = len(getattr(spec, "source", "").splitlines())
        print_line(plain_console(stderr=True), f"{tried} kernels tried, {left} lines left")
