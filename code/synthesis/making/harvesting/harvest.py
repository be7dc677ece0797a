"""Makes a data set from a file of requirements: install, check licences, record, extract, merge.

Each step is a separate command in the packages' environment. It is skipped if its result exists, so an interrupted
harvest resumes where it stopped.
"""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import join, split
from typing import Any

from packaging.utils import canonicalize_name

from synthesis.core.errors import ConfigError, MachineError, TargetError
from synthesis.core.licences import is_allowed
from synthesis.core.progress_display import progress_bar
from synthesis.core.run_settings import options_of
from synthesis.core.stores.local import Folder
from synthesis.core.stores.places import store_of
from synthesis.dataset.finalising import finalize
from synthesis.dataset.storage.layout import CHUNKS, SIDECAR
from synthesis.dataset.storage.reading import read_folder
from synthesis.making.harvesting.settings import Harvest
from synthesis.making.harvesting.wanted import Wanted

WORK = f"{SIDECAR}/harvest"
ROWS = "rows"
"""Subfolder for the runs, because a folder named like a module could be mistaken for the target."""
MADE_WITH = "made_with.json"
SUMMARY = f"{SIDECAR}/harvest.json"
OnStep = Callable[[str], None]
_USAGE = 2
"""Exit status of a command that finds no kernel or cannot run."""


@dataclass(slots=True, kw_only=True)
class Harvested:
    """The result for one package."""

    name: str
    version: str
    licence: str
    modules: tuple[str, ...]
    kernels: int = 0
    """Number of kernels and functions found. One that is both recorded and extracted counts twice."""
    rows: int = 0
    verified: int = 0
    """Number of rows with at least one text verified by execution."""
    programs: tuple[int, ...] = ()
    """Exit statuses of the recorded programs."""
    left_out: str = ""
    """Why the package gave no rows; empty if it gave some."""

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        return {
            "name": self.name,
            "version": self.version,
            "licence": self.licence,
            "modules": list(self.modules),
            "kernels": self.kernels,
            "rows": self.rows,
            "verified": self.verified,
            "programs": list(self.programs),
            "left_out": self.left_out,
        }


def harvest(settings: Harvest, out: str | Path, *, on_step: OnStep = lambda _: None) -> list[Harvested]:
    """Make a data set of the kernels of packages.

    Args:
        settings: the packages and how they are extracted.
        out: the folder of the data set, on this machine.
        on_step: called with a description of each step that begins.

    Returns:
        The result for each package, in the order of the file.

    Raises:
        ConfigError: if the folder is a URL or holds something else.
        TargetError: if packages cannot be installed, or no kernel was found in any.
        MachineError: if a step cannot run on this machine.
        LeakError: if splits share a program.
    """
    store = store_of(out)
    if not isinstance(store, Folder):
        raise ConfigError(f"a harvest is made in a folder of this machine, got {out}")
    work = store.path.absolute() / WORK
    work.mkdir(parents=True, exist_ok=True)
    names = ", ".join(each.requirement for each in settings.wanted)
    on_step(f"{settings.environment.folder}: {names}")
    settings.environment.prepare(settings.wanted)
    runs: list[Path] = []
    found: list[Harvested] = []
    for each, here in zip(settings.wanted, _describe(settings, work), strict=True):
        package = Package(settings, each, here, work / each.name, on_step)
        runs += package.make()
        found.append(package.told)
    if not runs:
        why = "; ".join(f"{each.name}: {each.left_out or 'no kernel'}" for each in found)
        raise TargetError(f"nothing was harvested: {why}")
    with progress_bar("harvest, files", settings.running.progress) as show:
        finalize(*runs, out=store, on_progress=show, settings=settings.running.finishing)
    _count(store, found)
    store.write(SUMMARY, (json.dumps([each.to_json() for each in found], indent=2) + "\n").encode())
    return found


def _describe(settings: Harvest, work: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the version, licence and modules of each package in the environment."""
    names = [each.name for each in settings.wanted]
    command = [str(settings.environment.python), "-m", "synthesis.making.harvesting.inspecting", *names]
    done = settings.environment.run(command, cwd=work, quiet=True)
    if done.returncode != 0:
        raise MachineError(f"the environment in {settings.environment.folder} does not work: {done.stderr.strip()}")
    described = json.loads(done.stdout)
    yield from (described[name] for name in names)


class Package:
    """One package that is recorded and extracted.

    Args:
        settings: the settings of the harvest.
        wanted: the requested package.
        here: its version, licence and modules in the environment.
        folder: the folder for its intermediate files.
        on_step: called with a description of each step that begins.
    """

    def __init__(
        self, settings: Harvest, wanted: Wanted, here: Mapping[str, Any], folder: Path, on_step: OnStep
    ) -> None:
        self._settings = settings
        self._wanted = wanted
        self._folder = folder
        self._on_step = on_step
        self.told = Harvested(
            name=wanted.name,
            version=here["version"],
            licence=here["licence"],
            modules=wanted.modules or tuple(here["modules"]),
        )

    def make(self) -> list[Path]:
        """Record and extract the package. Return the folders of the runs with kernels; none if it is left out."""
        allowed = self._settings.extraction.licence or ()
        if not is_allowed(self.told.licence, allowed):
            self.told.left_out = f"its licence, {self.told.licence}, is not allowed"
            return []
        self._folder.mkdir(parents=True, exist_ok=True)
        self._claim()
        targets = [("recorded", ["--recorded", str(each)]) for each in self._record()]
        targets += [(name, [name]) for name in self.told.modules]
        runs = [self._folder / ROWS / name for name, target in targets if self._extract(name, target)]
        if not runs:
            self.told.left_out = "no kernel was found in it"
        return runs

    def _claim(self) -> None:
        """Store the settings that the package's rows are made with.

        Raises:
            ConfigError: if the folder holds results made with other settings.
        """
        told, wanted = self.told, self._wanted
        own = {
            "version": f"{wanted.name} {told.version}",
            "modules": list(told.modules),
            "programs": [join(each) for each in wanted.programs],
            "options": options_of(self._settings.extraction).strip(),
        }
        path = self._folder / MADE_WITH
        known: dict[str, Any] = json.loads(path.read_text()) if path.exists() else own
        for name, value in own.items():
            if known.get(name) != value:
                raise ConfigError(
                    f"{self._folder} is of another harvest: {name} were {known.get(name)!r}, now {value!r}. Choose "
                    f"another folder, or remove this one"
                )
        path.write_text(json.dumps(own, indent=2) + "\n")

    def _record(self) -> list[Path]:
        """Record the package's programs into one folder and return it in a list, empty if nothing was recorded."""
        place, statuses = self._folder / "recording", self._folder / "programs.json"
        if not self._wanted.programs:
            return []
        known: list[int] = json.loads(statuses.read_text()) if statuses.exists() else []
        for number, program in enumerate(self._wanted.programs):
            if number < len(known):
                continue
            self._on_step(f"{self.told.name}: $ {join(program)}")
            known.append(self._irsmith(["record", "--out", str(place), "--", *program]).returncode)
            statuses.write_text(json.dumps(known))
        self.told.programs = tuple(known)
        return [place] if place.is_dir() else []

    def _extract(self, name: str, target: Sequence[str]) -> bool:
        """Extract a target into a folder of its name, and return whether it holds a kernel."""
        out, summary = self._folder / ROWS / name, self._folder / f"{name}.json"
        if not summary.exists():
            self._on_step(f"{self.told.name} {self.told.version} ({self.told.licence}): {name}")
            options = split(f"{options_of(self._settings.extraction)}{options_of(self._settings.making)}")
            done = self._irsmith(["extract", *target, "--out", str(out), "--json", *options])
            if done.returncode not in (0, 1, _USAGE):
                raise MachineError(f"irsmith extract {name} ended with {done.returncode}; the same command goes on")
            summary.write_text(done.stdout or "{}")
        found: dict[str, Any] = json.loads(summary.read_text())
        self.told.kernels += found.get("candidates", 0)
        return (out / CHUNKS).is_dir()

    def _irsmith(self, words: Sequence[str]) -> Any:
        environment = self._settings.environment
        return environment.run([str(environment.python), "-m", "synthesis", *words], cwd=self._folder)


def _count(store: Folder, found: Sequence[Harvested]) -> None:
    """Set the number of rows and verified rows of each package from the finished data set."""
    rows, verified = Counter[str](), Counter[str]()
    for document in read_folder(store):
        name = canonicalize_name(document.spec.origin.package)
        rows[name] += 1
        verified[name] += bool(document.metadata["verified"])
    for each in found:
        each.rows, each.verified = rows[each.name], verified[each.name]
