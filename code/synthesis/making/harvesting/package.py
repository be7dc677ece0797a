"""Harvests one package: installs it, checks its licence, records its programs and extracts its modules."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from shlex import join, split
from subprocess import TimeoutExpired
from time import monotonic
from typing import Any

from synthesis.core.errors import ConfigError, MachineError, TargetError
from synthesis.core.licences import is_allowed
from synthesis.core.run_settings import options_of
from synthesis.dataset.storage.layout import CHUNKS, SETTINGS
from synthesis.making.harvesting.requested import RequestedPackage
from synthesis.making.harvesting.settings import Harvest

ROWS = "rows"
"""Subfolder for the runs, because a folder named like a module could be mistaken for the target."""
RECORDED = "recorded"
"""Name of the run of the recorded kernels."""
MADE_WITH = "made_with.json"
UNFINISHED = "unfinished"
"""Key, in the summary of a target, for the number of files that its run has not finished."""
STATE_FILE = "result.json"
"""File with the state of a package's harvest: the seconds that it took, and the targets that the time limit stopped."""
OnStep = Callable[[str], None]
STOPPED = 124
"""Exit status of a recorded program that was stopped because its time was over."""
RECORDING_SHARE = 0.4
"""Share of a package's time limit that its programs may take."""
_USAGE = 2
"""Exit status of a command that finds no kernel or cannot run."""


@dataclass(slots=True, kw_only=True)
class Harvested:
    """The result for one package."""

    name: str
    version: str = ""
    licence: str = ""
    modules: tuple[str, ...] = ()
    kernels: int = 0
    """Number of kernels and functions found. One that is both recorded and extracted counts twice."""
    rows: int = 0
    verified: int = 0
    """Number of rows with at least one text verified by execution."""
    programs: tuple[int, ...] = ()
    """Exit statuses of the recorded programs; 124 if the time limit stopped one."""
    stopped: tuple[str, ...] = ()
    """The targets that the time limit stopped or left out: modules, or ``recorded`` for the recorded kernels."""
    unfinished: int = 0
    """Number of files, or of recorded kernels, that the time limit left out. ``kernels`` does not count them."""
    seconds: float = field(default=0.0, compare=False)
    """Time that its finished steps took."""
    left_out: str = ""
    """The reason why the package gave no rows; empty if it gave some."""

    def to_json(self) -> dict[str, Any]:
        """Return the result as JSON values."""
        # The seconds are left out, because they differ between runs of the same harvest.
        return {
            "name": self.name,
            "version": self.version,
            "licence": self.licence,
            "modules": list(self.modules),
            "kernels": self.kernels,
            "rows": self.rows,
            "verified": self.verified,
            "programs": list(self.programs),
            "stopped": list(self.stopped),
            "unfinished": self.unfinished,
            "left_out": self.left_out,
        }

    def describe(self) -> str:
        """Return the result as one line, without the number of rows, which is not known before the data set is made."""
        if self.left_out:
            return f"{self.name}: {self.left_out}"
        stopped = f"; the time limit stopped {', '.join(self.stopped)}" if self.stopped else ""
        return f"{self.name}: {self.kernels} kernels in {self.seconds:.0f} s{stopped}"


class Package:
    """One package that is recorded and extracted.

    Args:
        settings: the settings of the harvest.
        requested: the requested package.
        folder: the folder for its intermediate files.
        on_step: called with a description of each step that begins.
    """

    def __init__(self, settings: Harvest, requested: RequestedPackage, folder: Path, on_step: OnStep) -> None:
        self._settings = settings
        self._requested = requested
        self._folder = folder
        self._on_step = on_step
        self._environment = settings.environment_of(requested)
        self.harvested = Harvested(name=requested.name)

    def make(self) -> list[Path]:
        """Record and extract the package. Return the folders of the runs with kernels; none if it is left out."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self._recall()
        try:
            self._install()
        except TargetError as error:
            self.harvested.left_out = str(error)
            return []
        if not is_allowed(self.harvested.licence, self._settings.extraction.licence or ()):
            self.harvested.left_out = f"its licence, {self.harvested.licence}, is not allowed"
            return []
        self._claim()
        targets = [(RECORDED, ["--recorded", str(each)]) for each in self._record()]
        targets += [(name, [name]) for name in self.harvested.modules]
        runs = [self._folder / ROWS / name for name, target in targets if self._extract(name, target)]
        if not runs:
            late = (
                f" before the time limit stopped {', '.join(self.harvested.stopped)}" if self.harvested.stopped else ""
            )
            self.harvested.left_out = f"no kernel was found in it{late}"
        return runs

    def _install(self) -> None:
        """Install the package and look up its version, licence and modules.

        Raises:
            TargetError: if it cannot be installed.
            MachineError: if the environment does not work.
        """
        self._on_step(f"{self.harvested.name}: {', '.join(self._requested.requirements)} in {self._environment.folder}")
        start = monotonic()
        if self._environment.prepare(self._requested, seconds=self._left()):
            self._note(monotonic() - start)
        name = self._requested.name
        command = [str(self._environment.python), "-m", "synthesis.making.harvesting.inspecting", name]
        done = self._environment.run(command, cwd=self._folder, quiet=True)
        if done.returncode != 0:
            raise MachineError(f"the environment in {self._environment.folder} does not work: {done.stderr.strip()}")
        here = json.loads(done.stdout)[name]
        self.harvested.version, self.harvested.licence = here["version"], here["licence"]
        self.harvested.modules = self._requested.modules or tuple(here["modules"])

    def _claim(self) -> None:
        """Store the settings that the package's rows are made with.

        Raises:
            ConfigError: if the folder holds results made with other settings.
        """
        harvested, requested = self.harvested, self._requested
        own = {
            "version": f"{requested.name} {harvested.version}",
            "modules": list(harvested.modules),
            "programs": [join(each) for each in requested.programs],
            "licence of programs": requested.own_licence,
            "options": " ".join([*self._recording_options(), options_of(self._settings.extraction).strip()]).strip(),
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
        if not self._requested.programs:
            return []
        known: list[int] = json.loads(statuses.read_text()) if statuses.exists() else []
        for number, program in enumerate(self._requested.programs):
            if number < len(known):
                continue
            self._on_step(f"{self.harvested.name}: $ {join(program)}")
            command = ["record", "--out", str(place), *self._recording_options(), "--", *program]
            try:
                done = self._irsmith(command, self._left(RECORDING_SHARE))
                known.append(done.returncode)
                (self._folder / f"program_{number + 1}.txt").write_text(done.stdout)
            except TimeoutExpired:
                known.append(STOPPED)
            statuses.write_text(json.dumps(known))
        self.harvested.programs = tuple(known)
        return [place] if place.is_dir() else []

    def _recording_options(self) -> list[str]:
        return ["--pretend-gpu"] if self._settings.pretend_gpu else []

    def _extract(self, name: str, target: Sequence[str]) -> bool:
        """Extract a target into a folder named ``name``, and return whether one of its kernels was finished."""
        out, summary = self._folder / ROWS / name, self._folder / f"{name}.json"
        if not summary.exists():
            self._on_step(f"{self.harvested.name} {self.harvested.version} ({self.harvested.licence}): {name}")
            extraction = self._settings.extraction
            if name == RECORDED:  # recorded kernels have recorded inputs
                own = self._requested.own_licence or extraction.own_licence
                extraction = replace(extraction, guess_inputs=False, own_licence=own)
            options = split(f"{options_of(extraction)}{options_of(self._settings.making)}")
            command, unfinished = ["extract", *target, "--out", str(out), "--json", *options], 0
            try:
                done = self._irsmith(command, self._left())
            except TimeoutExpired:
                unfinished = self._give_up(name, out)
                # All chunks exist now, so the same command only counts their contents.
                done = self._irsmith(command) if (out / SETTINGS).is_file() else None
            if done is not None and done.returncode not in (0, 1, _USAGE):
                raise MachineError(f"irsmith extract {name} ended with {done.returncode}; the same command continues")
            printed = json.loads((done.stdout if done is not None else "") or "{}")
            summary.write_text(json.dumps({**printed, UNFINISHED: unfinished}, indent=2) + "\n")
        found: dict[str, Any] = json.loads(summary.read_text())
        self.harvested.unfinished += found.get(UNFINISHED, 0)
        finished = found.get("candidates", 0) - found.get(UNFINISHED, 0)
        self.harvested.kernels += finished
        return (out / CHUNKS).is_dir() and finished > 0

    def _give_up(self, name: str, out: Path) -> int:
        """Record the unfinished files of a target in the ledger of its run, and return their number."""
        self.harvested.stopped = (*self.harvested.stopped, name)
        self._note(0.0)
        if not (out / SETTINGS).is_file():
            return 0
        why = f"not finished: the time for the package, {self._settings.package_time:g} s, was over"
        module = "synthesis.making.harvesting.giving_up"
        command = [str(self._environment.python), "-m", module, str(out), why]
        done = self._environment.run(command, cwd=self._folder, quiet=True)
        if done.returncode != 0:
            raise MachineError(f"cannot end the run in {out}: {done.stderr.strip()}")
        return int(done.stdout)

    def _left(self, share: float = 1.0) -> float | None:
        """Return the seconds that are left of a share of the package's time limit; None without a limit."""
        limit = self._settings.package_time
        return None if limit is None else max(1.0, share * limit - self.harvested.seconds)

    def _recall(self) -> None:
        """Read how long earlier calls took, and which targets the time limit stopped."""
        path = self._folder / STATE_FILE
        known: Mapping[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        self.harvested.seconds, self.harvested.stopped = known.get("seconds", 0.0), tuple(known.get("stopped", ()))

    def _note(self, seconds: float) -> None:
        """Add the seconds of a step to the state of the package, and store it."""
        self.harvested.seconds += seconds
        state = {"seconds": round(self.harvested.seconds, 1), "stopped": list(self.harvested.stopped)}
        (self._folder / STATE_FILE).write_text(json.dumps(state) + "\n")

    def _irsmith(self, words: Sequence[str], seconds: float | None = None) -> Any:
        """Run a command of irsmith in the package's environment, and add its time to the package's.

        Raises:
            TimeoutExpired: if its time was over.
        """
        command = [str(self._environment.python), "-m", "synthesis", *words]
        start = monotonic()
        try:
            return self._environment.run(command, cwd=self._folder, seconds=seconds)
        finally:
            self._note(monotonic() - start)
