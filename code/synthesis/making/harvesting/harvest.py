"""Makes a data set from a file of requirements: install, check licences, record, extract, merge.

Each step is a separate command in the environment of a package. It is skipped if its result exists, so an interrupted
harvest resumes where it stopped.
"""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name

from synthesis.core.errors import ConfigError, TargetError
from synthesis.core.progress_display import progress_bar
from synthesis.core.stores.local import Folder
from synthesis.core.stores.places import store_of
from synthesis.dataset.finalising import finalize
from synthesis.dataset.storage.layout import SIDECAR
from synthesis.dataset.storage.reading import read_folder
from synthesis.making.harvesting.package import Harvested, OnStep, Package
from synthesis.making.harvesting.requested import RequestedPackage
from synthesis.making.harvesting.settings import Harvest

WORK = f"{SIDECAR}/harvest"
SUMMARY = f"{SIDECAR}/harvest.json"


def harvest(settings: Harvest, out: str | Path, *, on_step: OnStep = lambda _: None) -> list[Harvested]:
    """Make a data set of the kernels of packages.

    A package that cannot be installed is left out, and its result says why.

    Args:
        settings: the packages and how they are extracted.
        out: the folder of the data set, on this machine. The rows of these packages are added to a data set that it
            already holds.
        on_step: called with a description of each step that begins.

    Returns:
        The result for each package, in the order of the file.

    Raises:
        ConfigError: if the folder is a URL or holds something else.
        TargetError: if no kernel was found in any package.
        MachineError: if a step cannot run on this machine.
        LeakError: if splits share a source, a text or a structure.
    """
    store = store_of(out)
    if not isinstance(store, Folder):
        raise ConfigError(f"a harvest is made in a folder of this machine, got {out}")
    work = store.path.absolute() / WORK
    work.mkdir(parents=True, exist_ok=True)
    runs: list[Path] = []
    found: list[Harvested] = []
    for each in settings.requested:
        package = Package(settings, each, work / each.name, on_step)
        runs += package.make()
        found.append(package.harvested)
        on_step(package.harvested.describe())
    if not runs:
        why = "; ".join(f"{each.name}: {each.left_out}" for each in found)
        raise TargetError(f"nothing was harvested: {why}")
    with progress_bar("harvest, files", settings.running.progress) as show:
        finalize(*runs, out=store, on_progress=show, settings=settings.running.finishing)
    _count(store, found, settings.requested)
    store.write(SUMMARY, (json.dumps(_with_earlier(store, found), indent=2) + "\n").encode())
    return found


def _with_earlier(store: Folder, found: Sequence[Harvested]) -> list[dict[str, Any]]:
    """Return the results for all packages of a folder as JSON values.

    The results of earlier harvests come first, except those of packages that were now harvested again.
    """
    names = {each.name for each in found}
    earlier: list[dict[str, Any]] = json.loads(store.read(SUMMARY)) if store.has(SUMMARY) else []
    return [*(each for each in earlier if each["name"] not in names), *(each.to_json() for each in found)]


def _count(store: Folder, found: Sequence[Harvested], requested: Sequence[RequestedPackage]) -> None:
    """Set the number of rows and verified rows of each package from the finished data set.

    Rows of functions that a package's programs define themselves are rows of this package.
    """
    files = {Path(word).name: each.name for each in requested for program in each.programs for word in program}
    rows, verified = Counter[str](), Counter[str]()
    for document in read_folder(store):
        origin = document.spec.origin
        name = canonicalize_name(origin.package) or files.get(origin.file, "")
        rows[name] += 1
        verified[name] += bool(document.metadata["verified"])
    for each in found:
        each.rows, each.verified = rows[each.name], verified[each.name]
