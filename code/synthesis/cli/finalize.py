"""``irsmith finalize``."""

from synthesis.cli.options import Flag
from synthesis.cli.tables import print_summary
from synthesis.dataset.finalising import finalise
from synthesis.progress import progress_bar


def finalize(folder: str, *, format: str = "parquet", json: Flag = False) -> None:  # noqa: A002 (the option's name)
    """Make the data set of a run that several processes shared, or that was left without one.

    Kernels that are the same program as an earlier one are dropped, the first stays; the ledger is written. The same
    command again changes nothing.

    Examples:

        irsmith finalize /shared/pairs

        irsmith finalize s3://bucket/pairs --format json

    Parameters
    ----------
    folder: str
        The folder or URL of the run.
    format: str
        parquet, files of many rows; json, a file a row; or text, a file each for the Python and every level.
    json: bool
        Print the summary as JSON.
    """
    with progress_bar("finalize") as show:
        summary = finalise(folder, form=format, on_progress=show)
    print_summary(summary, as_json=json)
