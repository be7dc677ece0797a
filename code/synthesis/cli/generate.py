"""``irsmith generate``."""

from pathlib import Path
from typing import Annotated

from synthesis.batch_generator import BatchGenerator
from synthesis.cli.options import Config, Flag, Flat
from synthesis.cli.tables import print_summary
from synthesis.settings import Run


def generate(
    *,
    settings: Annotated[Run, Flat],
    out: Path,
    config: Config = None,
    json: Flag = False,
) -> None:
    """Draw kernels and write each with its IR as a file.

    Examples:

        irsmith generate --frontend warp --count 120 --out pairs/warp

        irsmith generate --frontend jax --count 50 --seed 7 --category linalg --level hlo --out pairs/linalg

        irsmith generate --config pairs/warp/_irsmith/run.json --out again

    `irsmith list warp` lists categories, recipes, levels and devices.

    Parameters
    ----------
    out: Path
        Folder to write to. The same command again writes the same bytes.
    config: Path
        A TOML file, or a run.json, with any of these settings; what the command line says goes before.
    json: bool
        Print the summary as JSON, on standard output alone; progress stays on standard error.
    """
    summary = BatchGenerator.of(settings).run(out=out, progress=True)
    print_summary(summary, as_json=json)
