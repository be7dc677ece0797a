"""``irsmith verify``."""

from typing import Annotated

from rich.console import Console

from synthesis.cli.options import Config, Flag, Flat
from synthesis.cli.tables import clear_bar, counted, plain_console, print_json, print_line
from synthesis.core.run_settings import Running
from synthesis.core.sandbox.confinement import describe
from synthesis.core.settings import Verification
from synthesis.making.chunk_verifier import Failure
from synthesis.making.runs.reverification import Reverification, verify_folder_with


def verify(
    folder: str,
    *,
    settings: Annotated[Verification, Flat] = Verification(),  # noqa: B008 (it is frozen)
    workers: int | None = None,
    progress: str = "auto",
    config: Config = None,
    json: Flag = False,
) -> int:
    """Verify a finished folder of pairs again, from its files alone.

    No claim of a row is trusted. If the tools that made it are installed, each text is made again from the source and
    compared byte for byte. Every text that can be executed is executed. Hashes, operations, signature and line maps are
    computed again. The exit status is 1 if a row fails, and 3 if no row fails but texts could not be verified, such as
    texts of other tools that need a GPU.

    Rows may come from someone that you do not trust: their code runs in processes with limits and, if the kernel of
    this machine allows it, without rights (namespaces, read-only mounts, Landlock, seccomp). The last line lists the
    protections that were in force. With --sandbox require, the command stops if any is missing. Such code can still use
    processor time up to its limits, read the interpreter, its packages and the system's libraries, and attack the
    kernel itself.

    Examples:

        irsmith verify data/samples/warp

        irsmith verify pairs --seed 7 --sandbox require --json

    Parameters
    ----------
    folder: str
        A folder that irsmith generate or irsmith extract wrote, or its URL.
    workers: int
        Number of worker processes. By default the number of cores.
    progress: str
        How to show progress on standard error: auto (a bar at a terminal, lines elsewhere), plain, json or none.
    config: Path
        A TOML or JSON file with any of these settings. The command line has precedence.
    json: bool
        Print the result as JSON on standard output. Progress stays on standard error.
    """
    console = plain_console()

    def print_failure(failure: Failure) -> None:
        where = ", ".join(part for part in (failure.file, failure.level) if part)
        clear_bar()
        print_line(console, f"{where}: {failure.symptom}: {failure.detail}".replace("\n", "\\n"))

    running = Running(workers=workers, progress=progress)
    found = verify_folder_with(settings, folder, running, on_failure=None if json else print_failure)
    if json:
        print_json(found.to_json())
    else:
        _print(found, folder, console)
    return found.status


def _print(found: Reverification, folder: str, console: Console) -> None:
    rows, texts = counted(found.rows, "row"), counted(found.texts, "text")
    print_line(console, f"{folder}: {rows}, {texts} verified, {counted(found.failing_rows, 'row')} failed")
    if found.lowered:
        print_line(console, f"  {counted(found.lowered, 'text')} not executed, but lowered again from a verified one")
    for reason, count in found.unverified.most_common():
        print_line(console, f"  {counted(count, 'text')} not executed: {reason}")
    if found.unproved:
        print_line(console, f"  {found.unproved} texts not verified at all")
    protections = "nothing was run" if found.protections is None else describe(found.protections)
    print_line(console, f"  inputs of seed {found.seed}; sandbox: {protections}")
