"""``irsmith verify``."""

from pathlib import Path

from synthesis.cli.options import Flag
from synthesis.cli.tables import plain_console, print_json, print_line
from synthesis.reverification import verify_folder


def verify(folder: Path, *, json: Flag = False) -> int:
    """Verify a finished folder of pairs again, from its files alone.

    Every text is executed, whatever the rows say of themselves. Exits with 1 if one fails.

    Examples:

        irsmith verify data/samples/warp

        irsmith verify pairs --json

    Parameters
    ----------
    folder: Path
        A folder that irsmith generate or irsmith extract wrote.
    json: bool
        Print what was found as JSON, on standard output alone; progress stays on standard error.
    """
    found = verify_folder(folder, progress=True)
    if json:
        print_json(found.to_json())
        return 1 if found.failures else 0
    console = plain_console()
    for failure in found.failures:
        where = ", ".join(part for part in (failure.file, failure.level) if part)
        print_line(console, f"{where}: {failure.symptom}: {failure.detail}")
    print_line(console, f"{folder}: {found.rows} rows, {found.texts} texts verified, {found.failing_rows} rows failed")
    for reason, count in found.unverified.most_common():
        print_line(console, f"  {count} texts not verified: {reason}")
    return 1 if found.failures else 0
