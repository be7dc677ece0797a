"""``irsmith export``."""

from typing import Annotated

from synthesis.cli.options import Config, Flag, Flat
from synthesis.cli.tables import counted, plain_console, print_json, print_line
from synthesis.core.progress_display import progress_bar
from synthesis.views.exporting import export_with
from synthesis.views.settings import Export


def export(
    folder: str,
    *,
    out: str,
    settings: Annotated[Export, Flat] = Export(),  # noqa: B008 (it is frozen)
    progress: str = "auto",
    config: Config = None,
    json: Flag = False,
) -> None:
    """Write a folder of pairs as files to train on: prompts and completions, documents, columns, repairs, versions.

    Splits are kept: each has its own files, and a card lists them, so that datasets.load_dataset(OUT) loads them all.
    Unverified texts are left out and counted. The folder is complete or has no data files. After an interruption the
    same command makes it again; once it is complete, the command has no effect.

    Examples:

        irsmith export pairs --out sft

        irsmith export pairs --view sft --direction 'python-to-cuda_*' --format jsonl --out cuda

        irsmith export pairs --view pretrain --out documents

        irsmith export pairs-new --view versions --old pairs --out versions

    Parameters
    ----------
    folder: str
        A folder that irsmith generate or irsmith extract wrote, or its URL.
    out: str
        The folder or URL to write to: empty, or an earlier export with the same settings.
    progress: str
        How to show progress on standard error: auto (a bar at a terminal, lines elsewhere), plain, json or none.
    config: Path
        A TOML or JSON file with any of these settings. The command line has precedence.
    json: bool
        Print the summary as JSON.
    """
    with progress_bar("export", progress) as show:
        found = export_with(settings, folder, out, on_progress=show)
    if json:
        print_json(found.to_json())
        return
    console = plain_console()
    splits = ", ".join(f"{count} {name}" for name, count in found.records.items())
    records = counted(sum(found.records.values()), "record")
    print_line(console, f"{found.view}: {records} of {counted(found.rows, 'row')} in {out} ({splits})")
    for name, count in found.directions.items():
        print_line(console, f"  {count:>7} {name}")
    for why, count in found.left_out.items():
        print_line(console, f"  left out: {count} {why}")
