"""``irsmith record``."""

from dataclasses import asdict
from typing import Annotated

from synthesis.cli.options import Config, Flag, Flat
from synthesis.cli.tables import counted, plain_console, print_json, print_line
from synthesis.recording.programs import record_program
from synthesis.recording.settings import Recording


def record(
    *command: str,
    out: str,
    settings: Annotated[Recording, Flat] = Recording(),  # noqa: B008 (it is frozen)
    config: Config = None,
    json: Flag = False,
) -> int:
    """Run a program of yours, and keep what its kernels, and functions under jax.jit, are called with.

    The program's output and exit status are its own. `irsmith extract --recorded DIR` makes rows of what was kept.
    The same folder may be recorded into several times, by several programs at once.

    Examples:

        irsmith record --out kept -- python simulate.py --steps 10

        irsmith record --out kept -- -m pytest tests

    Parameters
    ----------
    command: str
        The program and its arguments, behind `--`. What ends in .py, or begins with an option as in -m pytest, is run
        by irsmith's own Python.
    out: str
        Folder or URL to keep it in.
    config: Path
        A TOML or JSON file with any of these settings; what the command line says goes before.
    json: bool
        Print at the end, on standard output, what was kept as JSON; what the program printed stands before it.
    """
    done = record_program(command, out, settings)
    if json:
        print_json(asdict(done))
        return done.status
    refused = f", {done.refused} refused" if done.refused else ""
    print_line(plain_console(stderr=True), f"irsmith: {counted(done.kernels, 'kernel')} recorded in {out}{refused}")
    return done.status
