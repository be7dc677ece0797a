"""``irsmith finalize``."""

from typing import Annotated

from cyclopts import Parameter

from synthesis.cli.options import Flag, Flat
from synthesis.cli.tables import print_summary
from synthesis.dataset import finalising
from synthesis.progress import progress_bar
from synthesis.settings import Finishing


def finalize(
    folder: Annotated[list[str], Parameter(negative="")],
    /,
    *,
    settings: Annotated[Finishing, Flat] = Finishing(),  # noqa: B008 (it is frozen)
    out: str | None = None,
    progress: str = "auto",
    json: Flag = False,
) -> None:
    """Make the data set of runs: splits that share nothing, files that loaders read, a card, a leak report.

    Kernels that are the same program as an earlier one are left out, in Python or in all their texts; the first by seed
    and index stays, and the ledger tells of the others. The same command again changes nothing; of a data set that
    grew, only what is new is written.

    Examples:

        irsmith finalize /shared/pairs

        irsmith finalize s3://bucket/pairs --format json

        irsmith finalize warp-seed-1 warp-seed-2 jax-seed-1 --out data

        irsmith finalize pairs --hold-out ops:sin+matmul --hold-out difficulty:5 --near drop

        irsmith finalize pairs --against my_benchmark.jsonl --against newton --drop-overlap

    A finished folder is what a hub takes: hf upload-large-folder NAME/data data --repo-type dataset

    Parameters
    ----------
    folder: list[str]
        The folder or URL of a run; of several, with --out.
    out: str
        The folder or URL of the data set, where the runs of these folders are copied to; further ones may be added by
        the same command. The run's own folder if it is not said.
    progress: str
        How progress is shown on standard error: auto, a bar at a terminal and lines elsewhere; plain, lines; json, an
        object a line; or none.
    json: bool
        Print the summary as JSON.
    """
    with progress_bar("finalize", progress) as show:
        summary = finalising.finalize(*folder, out=out, on_progress=show, settings=settings)
    print_summary(summary, as_json=json)
