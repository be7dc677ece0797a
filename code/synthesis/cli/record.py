"""``irsmith record``."""

from dataclasses import asdict
from typing import Annotated

from synthesis.cli.options import Config, Flag, Flat
from synthesis.cli.tables import counted, plain_console, print_json, print_line
from synthesis.making.recording.programs import record_program
from synthesis.making.recording.settings import Recording


def record(
    *command: str,
    out: str,
    settings: Annotated[Recording, Flat] = Recording(),  # noqa: B008 (it is frozen)
    config: Config = None,
    json: Flag = False,
) -> int:
    """Run a program and record its launches of Warp and Triton kernels and its calls of jitted JAX functions.

    The program's output and exit status do not change. `irsmith extract --recorded DIR` makes rows from the recording.
    Several programs can record into the same folder, one after the other or at once.

    Examples:

        irsmith record --out kept -- python simulate.py --steps 10

        irsmith record --out kept -- -m pytest tests

    Parameters
    ----------
    command: str
        The program and its arguments, after `--`. A name that ends in .py, or an option such as -m pytest, is run by
        the Python of irsmith.
    out: str
        Folder or URL to record into.
    config: Path
        A TOML or JSON file with any of these settings. The command line has precedence.
    json: bool
        Print a summary as JSON at the end, on standard output, after the output of the program.
    """
    done = record_program(command, out, settings)
    if json:
        print_json(asdict(done))
        return done.status
    refused = f", {done.refused} refused" if done.refused else ""
    print_line(plain_console(stderr=True), f"irsmith: {counted(done.kernels, 'kernel')} recorded in {out}{refused}")
    return done.status
