"""``irsmith relower``."""

from typing import Annotated

from synthesis.cli.options import Config, Flag, Flat
from synthesis.cli.tables import plain_console, print_line, print_summary
from synthesis.core.run_settings import Relowering, Running
from synthesis.making.runs.relowering import relower_to_folder


def relower(
    folder: str,
    *,
    out: str,
    settings: Annotated[Relowering, Flat] = Relowering(),  # noqa: B008 (it is frozen)
    running: Annotated[Running, Flat] = Running(),  # noqa: B008 (likewise)
    config: Config = None,
    json: Flag = False,
) -> int:
    """Lower the rows of a folder again with the installed tools, as a new data set.

    Rows keep their ids, so that irsmith compare finds them in both folders. Each new text is verified. A row that fails
    becomes a line of the ledger: see irsmith rejections OUT. The same command continues an interrupted run, as long as
    the rows of the folder are the same.

    Rows may come from someone that you do not trust: their sources and texts run with the protections of irsmith
    verify.

    Examples:

        irsmith relower pairs --out pairs-new

        irsmith relower pairs --level stablehlo --format json --out pairs-new

    Parameters
    ----------
    folder: str
        A folder that irsmith generate, extract or relower wrote, or its URL.
    out: str
        Folder or URL (s3://, gs://, hf://) to write to.
    config: Path
        A TOML or JSON file with any of these settings. The command line has precedence.
    json: bool
        Print the summary as JSON on standard output. Progress stays on standard error.
    """
    summary = relower_to_folder(folder, out, settings, running)
    print_summary(summary, as_json=json)
    if not running.finalizes and not json:
        print_line(plain_console(stderr=True), f"when all chunks are finished: irsmith finalize {out}")
    return 0 if summary.rows and not summary.faults else 1
