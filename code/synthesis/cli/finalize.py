"""``irsmith finalize``."""

from typing import Annotated

from cyclopts import Parameter

from synthesis.cli.options import Flag, Flat
from synthesis.cli.tables import print_summary
from synthesis.core.progress_display import progress_bar
from synthesis.core.run_settings import Finishing
from synthesis.dataset import finalising


def finalize(
    folder: Annotated[list[str], Parameter(negative="")],
    /,
    *,
    settings: Annotated[Finishing, Flat] = Finishing(),  # noqa: B008 (it is frozen)
    out: str | None = None,
    progress: str = "auto",
    json: Flag = False,
) -> None:
    """Make a data set from runs: splits without shared programs, files for loaders, a card, a leak report.

    Of several kernels whose sources, or all of whose texts, differ only in names, the first by seed and index is kept.
    The others are lines of the ledger. Running the command again has no effect. If the data set has grown, only new
    rows are written.

    Examples:

        irsmith finalize /shared/pairs

        irsmith finalize s3://bucket/pairs --format json

        irsmith finalize warp-seed-1 warp-seed-2 jax-seed-1 --out data

        irsmith finalize pairs --hold-out ops:sin+matmul --hold-out difficulty:5 --near drop

        irsmith finalize pairs --against my_benchmark.jsonl --against newton --drop-overlap

    A finished folder can be uploaded to a hub: hf upload-large-folder NAME/data data --repo-type dataset

    Parameters
    ----------
    folder: list[str]
        The folder or URL of a run, or with --out of several runs.
    out: str
        The folder or URL of the data set. The runs are copied into it, and the same command can add more. By default
        the folder of the run.
    progress: str
        How to show progress on standard error: auto (a bar at a terminal, lines elsewhere), plain (lines), json (one
        object on each line) or none.
    json: bool
        Print the summary as JSON.
    """
    with progress_bar("finalize", progress) as show:
        summary = finalising.finalize(*folder, out=out, on_progress=show, settings=settings)
    print_summary(summary, as_json=json)
