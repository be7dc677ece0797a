"""``irsmith generate``."""

from typing import Annotated

from synthesis.cli.options import Config, Flag, Flat
from synthesis.cli.tables import plain_console, print_json, print_line, print_summary
from synthesis.core.run_settings import Run, Running
from synthesis.making.runs.batch_generator import BatchGenerator
from synthesis.making.runs.estimating import estimate


def generate(
    *,
    settings: Annotated[Run, Flat],
    running: Annotated[Running, Flat] = Running(),  # noqa: B008 (it is frozen)
    out: str,
    dry_run: Flag = False,
    config: Config = None,
    json: Flag = False,
) -> int:
    """Draw kernels and write them with their IR as a data set.

    The same command continues an interrupted run, and the result is the same to the byte, whatever does the work. The
    exit status is 1 if an error in irsmith itself cost a kernel; the other kernels' rows are written.

    Examples:

        irsmith generate --frontend warp --count 120 --out pairs

        irsmith generate --frontend jax --count 50 --seed 7 --category linalg --level hlo --format json --out linalg

        irsmith generate --frontend jax --count 1_000_000 --engine ray --out s3://bucket/pairs

        irsmith generate --frontend warp --count 1_000_000 --rank 3 --world-size 16 --out /shared/pairs

        irsmith generate --frontend warp --count 1_000_000 --out pairs --dry-run

        irsmith generate --config pairs/_irsmith/run.json --out again

    `irsmith list warp` lists categories, recipes, levels and devices.

    Parameters
    ----------
    out: str
        Folder or URL (s3://, gs://, hf://) to write to.
    dry_run: bool
        Make a few candidates, write nothing, and estimate the time and the space that the run needs.
    config: Path
        A TOML file, or a run.json, with any of these settings. The command line has precedence.
    json: bool
        Print the summary as JSON on standard output. Progress stays on standard error.
    """
    batch = BatchGenerator.of(settings)
    if dry_run:
        found = estimate(batch, running, out)
        print_json(found.to_json()) if json else print_line(plain_console(), found.describe())
        return 0
    summary = batch.run_with(running, out=out)
    print_summary(summary, as_json=json)
    if not running.finalizes:
        print_line(plain_console(stderr=True), f"when all chunks are finished: irsmith finalize {out}")
    return 1 if summary.faults else 0
