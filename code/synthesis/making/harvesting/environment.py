"""A virtual environment with the packages, irsmith, and the tools that irsmith runs with."""

import json
import os
import subprocess
import sys
import sysconfig
import venv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

import synthesis
from synthesis.core.errors import MachineError, TargetError
from synthesis.core.identity.hashing import digest
from synthesis.frontends.registry import frontend_names, supported_releases
from synthesis.making.harvesting.wanted import Wanted

_STAMP = "irsmith.json"
_PATHS = "irsmith.pth"
_COMMON = ("ml-dtypes", "numpy")
"""Packages beside the tools that texts depend on."""
_LAST_LINES = 12


@dataclass(frozen=True, slots=True)
class Environment:
    """A virtual environment in a folder."""

    folder: Path

    @property
    def python(self) -> Path:
        """The path of its Python interpreter."""
        return self.folder / "bin" / "python"

    def prepare(self, wanted: Sequence[Wanted]) -> bool:
        """Install packages, and return whether there was anything to install. Existing packages are kept.

        Raises:
            TargetError: if they cannot be installed; the message has the last lines of pip's output.
            MachineError: if the folder cannot be written.
        """
        stamp = json.dumps(self._made_of(wanted), indent=2) + "\n"
        try:
            if (self.folder / _STAMP).is_file() and (self.folder / _STAMP).read_text() == stamp:
                return False
            self._create()
            self._install([each.requirement for each in wanted])
            (self.folder / _STAMP).write_text(stamp)
        except OSError as error:
            raise MachineError(f"cannot make an environment in {self.folder}: {error}; name another one") from error
        return True

    def run(
        self, command: Sequence[str], *, cwd: Path, variables: Mapping[str, str] | None = None, quiet: bool = False
    ) -> subprocess.CompletedProcess[str]:
        """Run a command with the environment's programs first on the path. The result holds its standard output.

        Args:
            command: the command and its arguments.
            cwd: the working directory.
            variables: environment variables to add to those of this process.
            quiet: whether standard error is captured too, instead of shown.
        """
        here = {**os.environ, "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
        here.pop("PYTHONPATH", None)
        here |= {"VIRTUAL_ENV": str(self.folder), **(variables or {})}
        return subprocess.run(  # noqa: S603 (the user's own commands)
            list(command),
            cwd=cwd,
            env=here,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if quiet else None,
            text=True,
            errors="replace",
            check=False,
        )

    def _made_of(self, wanted: Sequence[Wanted]) -> dict[str, object]:
        return {"python": sys.version, "beside": _folders(), "packages": [each.requirement for each in wanted]}

    def _create(self) -> None:
        """Create the environment. It also sees the packages of this environment, after its own."""
        if not self.python.exists():
            venv.create(self.folder, with_pip=True)
        (_site_packages(self.folder) / _PATHS).write_text("".join(f"{each}\n" for each in _folders()))

    def _install(self, requirements: Sequence[str]) -> None:
        pinned = self.folder / "constraints.txt"
        here = {each.name.lower().replace("_", "-"): each.version for each in distributions()}
        pinned.write_text("".join(f"{name}=={here[name]}\n" for name in sorted(_kept()) if name in here))
        command = [str(self.python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
                   "--constraint", str(pinned), *requirements]  # fmt: skip
        done = self.run(command, cwd=self.folder, quiet=True)
        if done.returncode != 0:
            lines = "\n".join((done.stderr or done.stdout).strip().splitlines()[-_LAST_LINES:])
            raise TargetError(f"pip cannot install {', '.join(requirements)}:\n{lines}")


def _kept() -> set[str]:
    """Return the packages that texts depend on, which stay at the versions of this environment."""
    tools = {each.distribution for name in frontend_names() for each in supported_releases(name)}
    return {*tools, *_COMMON}


def usual_folder(wanted: Sequence[Wanted], cache: Path) -> Path:
    """Return the default folder for an environment of these packages."""
    return cache / "environments" / digest("harvest", *(each.requirement for each in wanted))


def _folders() -> list[str]:
    """Return the folders that must be on the path for irsmith and its dependencies to be found."""
    paths = sysconfig.get_paths()
    root = str(Path(synthesis.__file__).parents[1])
    return list(dict.fromkeys([root, paths["purelib"], paths["platlib"]]))


def _site_packages(folder: Path) -> Path:
    return Path(sysconfig.get_path("purelib", vars={"base": str(folder), "platbase": str(folder)}))
