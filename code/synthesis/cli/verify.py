"""``irsmith verify``."""

from typing import Annotated

from synthesis.chunk_verifier import Failure
from synthesis.cli.options import Config, Flag, Flat
from synthesis.cli.tables import clear_bar, counted, plain_console, print_json, print_line
from synthesis.isolation.confinement import describe
from synthesis.reverification import verify_folder_with
from synthesis.settings import Running, Verification


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

    Nothing that a row says of itself is believed. Where the tools that made it are installed, each text is made again
    of the source and compared byte for byte; every text that can be is executed; hashes, operations, signature and line
    maps are computed again. Exits with 1 if a row fails, and with 3 if none does and texts could not be proved, as
    those of other tools that need a GPU.

    Rows may be a stranger's: their code runs in processes that have limits, and no rights where the kernel can take
    them (namespaces, read-only mounts, Landlock, seccomp). The last line says which protections held; --sandbox require
    does not begin without all of them. What stays possible: such code may use processor time up to its limits, read the
    interpreter, its packages and the system's libraries, and attack the kernel itself.

    Examples:

        irsmith verify data/samples/warp

        irsmith verify pairs --seed 7 --sandbox require --json

    Parameters
    ----------
    folder: str
        A folder that irsmith generate or irsmith extract wrote, or its URL.
    workers: int
        Processes that verify rows at once; as many as there are cores if it is not said.
    progress: str
        How progress is shown on standard error: auto, a bar at a terminal and lines elsewhere; plain; json; or none.
    config: Path
        A TOML or JSON file with any of these settings; what the command line says goes before.
    json: bool
        Print what was found as JSON, on standard output alone; progress stays on standard error.
    """
    console = plain_console()

    def tell(failure: Failure) -> None:
        where = ", ".join(part for part in (failure.file, failure.level) if part)
        clear_bar()
        print_line(console, f"{where}: {failure.symptom}: {failure.detail}".replace("\n", "\\n"))

    running = Running(workers=workers, progress=progress)
    found = verify_folder_with(settings, folder, running, on_failure=None if json else tell)
    if json:
        print_json(found.to_json())
        return found.status
    rows, texts = counted(found.rows, "row"), counted(found.texts, "text")
    print_line(console, f"{folder}: {rows}, {texts} verified, {counted(found.failing_rows, 'row')} failed")
    for reason, count in found.unverified.most_common():
        print_line(console, f"  {counted(count, 'text')} not executed: {reason}")
    if found.unproved:
        print_line(console, f"  {found.unproved} texts not proved at all")
    held = "nothing was run" if found.protections is None else describe(found.protections)
    print_line(console, f"  inputs of seed {found.seed}; sandbox: {held}")
    return found.status
