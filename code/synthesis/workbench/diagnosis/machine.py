"""Collects facts about the machine: Python, system, cores, memory, GPUs, writable folders, and protections."""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import platformdirs
import psutil

from synthesis.core.errors import IrsmithError
from synthesis.core.sandbox.confinement import Confinement, Protection
from synthesis.core.sandbox.zygote import Zygote
from synthesis.frontends.support import this_python
from synthesis.making.engines.local import cores

_GPU_LIMIT = 20.0
"""Seconds that ``nvidia-smi`` may take to list GPUs."""
_WORK_LIMIT = 20.0
"""Seconds of processor time for a piece of work that only reports which protections hold."""
_TEMPORARY = "temporary files"
_CGROUP = Path("/sys/fs/cgroup/memory.max")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A folder that files are written into."""

    name: str
    path: str
    problem: str | None
    """The system's error message if files cannot be written there; None if they can."""
    free: int | None
    """Number of free bytes; None if unknown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Machine:
    """Facts about the machine, without the tools of front ends."""

    python: str
    python_is_tested: bool
    executable: str
    system: str
    cores: int
    memory: int
    """Memory in bytes, or the limit of the control group if that is less."""
    available: int
    """Free memory in bytes."""
    gpus: tuple[str, ...]
    """The NVIDIA GPUs that are present, whether or not they can be used."""
    protections: tuple[str, ...] | None
    """The protections against untrusted code that hold here; None if no process could be started."""
    unprotected: tuple[str, ...] | None
    """The protections that do not hold; None if unknown."""
    problem: str | None
    """The reason why the protections are unknown."""
    places: tuple[Place, ...]

    @property
    def temporary(self) -> Place:
        """The folder for temporary files."""
        return next(each for each in self.places if each.name == _TEMPORARY)

    def to_json(self) -> dict[str, Any]:
        """Return the facts as JSON values."""
        return asdict(self)


def look_at_machine() -> Machine:
    """Return the facts about this machine. Nothing is changed, and CUDA is not started."""
    protections, problem = _protections()
    memory = psutil.virtual_memory()
    return Machine(
        python=platform.python_version(),
        python_is_tested=this_python().is_tested,
        executable=sys.executable,
        system=f"{platform.platform()} on {platform.machine()}",
        cores=cores(),
        memory=min(memory.total, _memory_limit() or memory.total),
        available=memory.available,
        gpus=tuple(find_gpus()),
        protections=None if protections is None else tuple(each.value for each in Protection if each in protections),
        unprotected=None
        if protections is None
        else tuple(each.value for each in Protection if each not in protections),
        problem=problem,
        places=(
            look_at("cache of irsmith", platformdirs.user_cache_path("irsmith")),
            look_at(_TEMPORARY, _temporary_folder()),
            look_at("current folder", Path.cwd()),
        ),
    )


def look_at(name: str, path: Path) -> Place:
    """Check whether a folder is writable, or could be created if it does not exist. Nothing is left behind.

    Args:
        name: the purpose of the folder.
        path: the folder.
    """
    nearest = next((each for each in (path, *path.parents) if os.path.lexists(each)), Path(path.anchor or "."))
    problem = free = None
    try:
        with tempfile.TemporaryFile(dir=nearest) as file:
            file.write(bytes(1 << 16))
            file.flush()
    except OSError as error:
        problem = f"{error.strerror or error}: {nearest}"
    try:
        free = shutil.disk_usage(nearest).free
    except OSError:
        free = None
    return Place(name=name, path=str(path), problem=problem, free=free)


def find_gpus() -> list[str]:
    """Return the NVIDIA GPUs, from ``nvidia-smi`` or else from their device files. CUDA is not started."""
    program = shutil.which("nvidia-smi")
    if program is not None:
        command = [program, "--query-gpu=name,driver_version", "--format=csv,noheader"]
        try:
            done = subprocess.run(  # noqa: S603 (NVIDIA's program, from the user's own path)
                command, capture_output=True, text=True, check=False, timeout=_GPU_LIMIT, stdin=subprocess.DEVNULL
            )
        except (OSError, subprocess.TimeoutExpired):
            done = None
        if done is not None and done.returncode == 0:
            return [", driver ".join(line.split(", ")) for line in done.stdout.splitlines() if line.strip()]
    return [str(each) for each in sorted(Path("/dev").glob("nvidia[0-9]*"))]


def _memory_limit() -> int | None:
    """Return the memory limit of this process's control group in bytes; None if there is none."""
    try:
        return int(_CGROUP.read_text())
    except (OSError, ValueError):
        return None


def _temporary_folder() -> Path:
    try:
        return Path(tempfile.gettempdir())
    except OSError:  # none of the usual folders is writable
        return Path(os.environ.get("TMPDIR", "/tmp"))  # noqa: S108 (only looked at)


def _protections() -> tuple[frozenset[Protection] | None, str | None]:
    """Return the protections that hold for untrusted code, or the reason why they are unknown."""
    try:
        with Zygote(confinement=Confinement()) as zygote:
            for _ in zygote.run(partial(_do_nothing), int, time_limit=_WORK_LIMIT):
                pass
            return zygote.protections, None if zygote.protections is not None else "no process could begin its work"
    except (IrsmithError, OSError) as error:
        return None, str(error)


def _do_nothing() -> Iterator[int]:
    yield 0
