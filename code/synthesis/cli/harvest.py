"""``irsmith harvest``."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

from rich.table import Table
from rich.text import Text

from synthesis.cli.options import Config, Flag, Flat
from synthesis.cli.tables import plain_console, print_json, print_line
from synthesis.core.run_settings import Extraction, Running
from synthesis.making.harvesting.harvest import harvest as harvest_packages
from synthesis.making.harvesting.package import STOPPED, Harvested
from synthesis.making.harvesting.settings import Harvest


def harvest(
    requirements: Path,
    *,
    out: str,
    environment: Path | None = None,
    package: tuple[str, ...] = (),
    package_time: float | None = None,
    pretend_gpu: Flag = False,
    settings: Annotated[Extraction, Flat] = Extraction(),  # noqa: B008 (it is frozen)
    running: Annotated[Running, Flat] = Running(),  # noqa: B008 (likewise)
    config: Config = None,
    json: Flag = False,
) -> None:
    """Install packages, and make a data set of their kernels.

    Only packages with an allowed licence are run. Each row has its package, version, file, line and licence. The same
    command continues an interrupted harvest.

    Examples:

        irsmith harvest requirements.txt --out pairs

        irsmith harvest requirements.txt --out pairs --licence MIT --licence Apache-2.0

    Each line of the file is a requirement, as for pip. A comment names a program to run, so that its kernels are
    verified on the arguments that it launches them with:

        mujoco-warp==3.3.0  # record: python -m pytest --pyargs mujoco_warp

    Parameters
    ----------
    requirements: Path
        A file with one package on each line. Below it, `# record: COMMAND` and `# modules: NAME, NAME` can follow.
    out: str
        Folder of the data set.
    environment: Path
        Folder for the packages' environments, one for each. By default one in the user's cache.
    package: tuple[str, ...]
        Name of a package of the file to harvest. Can be repeated. By default all. Rows are added
        to a folder that has the rows of other packages.
    package_time: float
        Time limit for a package, in seconds. What was not finished is in the ledger. By default there is none.
    pretend_gpu: bool
        Let PyTorch report a GPU to the recorded programs, as irsmith record --pretend-gpu does.
    config: Path
        A TOML or JSON file with any of these settings. The command line has precedence.
    json: bool
        Print the result for each package as JSON.
    """
    console = plain_console(stderr=True)
    chosen = Harvest.of(
        requirements, settings, running, environment,
        packages=package, package_time=package_time, pretend_gpu=pretend_gpu,
    )  # fmt: skip
    found = harvest_packages(chosen, out, on_step=lambda step: print_line(console, f"harvest: {step}"))
    if json:
        print_json({"out": out, "packages": [each.to_json() for each in found]})
    else:
        _print(found)


def _print(found: Sequence[Harvested]) -> None:
    console = plain_console()
    table = Table()
    for title in ("package", "licence"):
        table.add_column(title)
    for title in ("kernels", "rows", "verified"):
        table.add_column(title, justify="right")
    table.add_column("")
    for each in found:
        remark = each.left_out or "; ".join(_remarks(each))
        words = (f"{each.name} {each.version}", each.licence, each.kernels, each.rows, each.verified, remark)
        table.add_row(*(Text(str(word)) for word in words))
    console.print(table)


def _remarks(harvested: Harvested) -> Iterator[str]:
    if harvested.stopped:
        yield f"the time limit stopped {', '.join(harvested.stopped)}, {harvested.unfinished} not finished"
    if failed := [status for status in harvested.programs if status not in (0, STOPPED)]:
        yield f"a program ended with {failed[0]}"
    if STOPPED in harvested.programs:
        yield "a program was stopped"
