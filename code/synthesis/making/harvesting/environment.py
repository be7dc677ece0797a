"""A virtual environment with a package, irsmith, and the tools that irsmith runs with."""

import json
import os
import signal
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from importlib.util import find_spec
from pathlib import Path

import synthesis
from synthesis.core.errors import MachineError, TargetError
from synthesis.core.identity.hashing import digest
from synthesis.frontends.registry import frontend_names, supported_releases
from synthesis.making.harvesting.requested import RequestedPackage

_STAMP = "irsmith.json"
_PATHS = "irsmith.pth"
_COMMON = ("ml-dtypes", "numpy")
"""Packages, in addition to the front ends' tools, whose versions affect the texts."""
_LAST_LINES = 12
_GRACE = 10.0
"""Seconds that a stopped command has to exit before it is killed."""


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment in a folder."""

    folder: Path

    @property
    def python(self) -> Path:
        """The path of its Python interpreter."""
        return self.folder / "bin" / "python"

    def prepare(self, requested: RequestedPackage, *, seconds: float | None = None) -> bool:
        """Install a package, and return whether there was anything to install. Existing packages are kept.

        Args:
            requested: the package.
            seconds: the time that it may take; no limit if None.

        Raises:
            TargetError: if it cannot be installed; the message has the last lines of pip's output.
            MachineError: if the folder cannot be written.
        """
        stamp = json.dumps(self._made_of(requested), indent=2) + "\n"
        try:
            if (self.folder / _STAMP).is_file() and (self.folder / _STAMP).read_text() == stamp:
                return False
            self._create()
            self._install(requested, seconds)
            (self.folder / _STAMP).write_text(stamp)
        except OSError as error:
            raise MachineError(f"cannot make an environment in {self.folder}: {error}; name another one") from error
        return True

    def run(
        self,
        command: Sequence[str],
        *,
        cwd: Path,
        variables: Mapping[str, str] | None = None,
        quiet: bool = False,
        seconds: float | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command with the environment's programs first on the path. The result holds its standard output.

        Args:
            command: the command and its arguments.
            cwd: the working directory.
            variables: environment variables to add to those of this process.
            quiet: whether standard error is captured too, instead of shown.
            seconds: the time after which the command and its children are stopped; no limit if None.

        Raises:
            subprocess.TimeoutExpired: if the command was stopped.
        """
        here = {**os.environ, "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
        here.pop("PYTHONPATH", None)
        here |= {"VIRTUAL_ENV": str(self.folder), **(variables or {})}
        process = subprocess.Popen(  # noqa: S603 (the user's own commands)
            list(command),
            cwd=cwd,
            env=here,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if quiet else None,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        try:
            printed, complaint = process.communicate(timeout=seconds)
        except BaseException:
            _stop(process)
            raise
        return subprocess.CompletedProcess(process.args, process.returncode, printed, complaint)

    def _made_of(self, requested: RequestedPackage) -> dict[str, object]:
        return {"python": sys.version, "beside": _folders(), "packages": list(requested.requirements)}

    def _create(self) -> None:
        """Create the environment.

        In it, packages of the current environment, such as pip, can be imported as well. Its own have precedence.
        """
        if not self.python.exists():
            venv.create(self.folder, with_pip=find_spec("pip") is None)
        (_site_packages(self.folder) / _PATHS).write_text("".join(f"{each}\n" for each in _folders()))

    def _install(self, requested: RequestedPackage, seconds: float | None) -> None:
        pinned, names = self.folder / "constraints.txt", ", ".join(requested.requirements)
        here = {each.name.lower().replace("_", "-"): each.version for each in distributions()}
        pinned.write_text("".join(f"{name}=={here[name]}\n" for name in sorted(_pinned_packages()) if name in here))
        command = [str(self.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                   "--constraint", str(pinned), *requested.requirements]  # fmt: skip
        try:
            done = self.run(command, cwd=self.folder, quiet=True, seconds=seconds)
        except subprocess.TimeoutExpired as error:
            raise TargetError(
                f"pip cannot install {', '.join(requested.requirements)} in {error.timeout:.0f} seconds"
            ) from error
        if done.returncode != 0:
            lines = "\n".join((done.stderr or done.stdout).strip().splitlines()[-_LAST_LINES:])
            raise TargetError(f"pip cannot install {names}:\n{lines}")


def _pinned_packages() -> set[str]:
    """Return the names of the packages that texts depend on, which keep the versions of the current environment."""
    tools = {each.distribution for name in frontend_names() for each in supported_releases(name)}
    return {*tools, *_COMMON}


def usual_folder(requested: RequestedPackage, cache: Path) -> Path:
    """Return the default folder for the environment of a package."""
    return cache / "environments" / f"{requested.name}-{digest('harvest', *requested.requirements)}"


def _stop(process: subprocess.Popen[str]) -> None:
    """Interrupt a command and its children, and kill those that are left after ``_GRACE`` seconds."""
    for sign in (signal.SIGINT, signal.SIGKILL):
        try:
            os.killpg(process.pid, sign)
            process.communicate(timeout=_GRACE)
        except ProcessLookupError:
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait()


def _folders() -> list[str]:
    """Return the folders that must be on the path for irsmith and its dependencies to be found."""
    paths = sysconfig.get_paths()
    root = str(Path(synthesis.__file__).parents[1])
    return list(dict.fromkeys([root, paths["purelib"], paths["platlib"]]))


def _site_packages(folder: Path) -> Path:
    return Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
