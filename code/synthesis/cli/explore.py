"""``irsmith explore``."""

from typing import Annotated

from synthesis.cli.options import Config, Flag, Flat
from synthesis.cli.tables import counted, plain_console, print_json, print_line
from synthesis.core.settings import Exploration
from synthesis.views.explorer.forecast import Forecast
from synthesis.views.explorer.site import explore_with

_MOST_COMPLAINTS = 10


def explore(
    *folders: str,
    out: str,
    settings: Annotated[Exploration, Flat] = Exploration(),  # noqa: B008 (it is frozen)
    progress: str = "auto",
    config: Config = None,
    json: Flag = False,
) -> None:
    """Make a static site of data sets: an overview, a table to search, a page for each pair.

    The site opens from its files or from any server, and loads only its own files. Its size is printed before it is
    written. A file that cannot be read is named on the overview; all others are shown.

    Rows may come from someone that you do not trust: tables are read, and kernels run, in processes with limits and, if
    the kernel of this machine allows it, without rights. The contents of rows are shown as text, never as markup.

    Examples:

        irsmith explore data/samples/warp data/samples/jax --out site

        irsmith explore pairs --out site --rows 20000 --runs 0

    Parameters
    ----------
    folders: str
        Folders that irsmith generate or irsmith extract wrote, or their URLs. Runs may be unfinished.
    out: str
        An empty folder, an older site (which is replaced), or a URL.
    progress: str
        How to show progress on standard error: auto (a bar at a terminal, lines elsewhere), plain, json or none.
    config: Path
        A TOML or JSON file with any of these settings. The command line has precedence.
    json: bool
        Print a summary as JSON on standard output. Progress stays on standard error.
    """
    console = plain_console(stderr=json)

    def print_forecast(forecast: Forecast) -> None:
        print_line(console, _description(forecast))

    site = explore_with(settings, folders, out, progress=progress, on_forecast=print_forecast)
    errors = plain_console(stderr=True)
    for why in site.broken[:_MOST_COMPLAINTS]:
        print_line(errors, f"irsmith: {why}")
    if len(site.broken) > _MOST_COMPLAINTS:
        print_line(errors, f"irsmith: and {len(site.broken) - _MOST_COMPLAINTS} more; the overview lists them")
    if json:
        print_json(site.to_json())
        return
    left = f", {counted(site.rows - site.pages, 'row')} without a page" if site.rows > site.pages else ""
    size = f"{_size(site.bytes)} in {counted(site.files, 'file')}"
    shown = f"{counted(site.pages, 'pair')}, {counted(site.runs, 'run')}"
    print_line(console, f"{site.out}/index.html: {shown}, {size}{left}")


def _description(forecast: Forecast) -> str:
    """Return a description of the forecast on one line."""
    runs = f"kernels of {forecast.runs} are run (about {forecast.seconds} s)" if forecast.runs else "no kernel is run"
    words = f"{forecast.out}: about {_size(forecast.bytes)} for {counted(forecast.pages, 'pair')}; {runs}"
    if forecast.left_out:
        words += f"; {forecast.left_out} of {forecast.rows} rows are counted and get no page ({forecast.why_left_out})"
    return words


def _size(count: int) -> str:
    return f"{count / 1e6:.1f} MB" if count >= 1e5 else f"{count / 1e3:.0f} kB"
