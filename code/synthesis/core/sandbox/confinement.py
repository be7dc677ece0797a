"""What dangerous work may do, and how it is held to that: limits always, and its rights where the kernel can take them.

Three processes stand between the one that everything is forked from and the work: a keeper, which leaves the machine's
namespaces; the first process of a new process namespace, with whose end all that the work has started ends; and the
work itself, which gives up its files, its system calls and its privileges before it begins.
"""

import contextlib
import functools
import os
import resource
import site
import sys
from collections.abc import Generator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import psutil

from synthesis.core.errors import ConfigError, SandboxError
from synthesis.core.sandbox import linux
from synthesis.core.sandbox.environment import environment_of_work


class Sandbox(StrEnum):
    """How much must hold."""

    REQUIRE = "require"
    """All protections; work does not begin without them."""
    AUTO = "auto"
    """Those that the kernel, and what this runs in, allow."""
    OFF = "off"
    """None but the limits."""


class Protection(StrEnum):
    """What holds work off."""

    LIMITS = "limits"
    """Of memory, threads, files and output."""
    NAMESPACES = "namespaces"
    """Users, processes, mounts and network of its own: nothing outlives it, and there is nobody to talk to."""
    READ_ONLY = "read-only mounts"
    """No file system can be written but a folder of its own."""
    LANDLOCK = "Landlock"
    """It reads the toolchain alone, and writes into a folder of its own alone."""
    SECCOMP = "seccomp"
    """It starts no program and no process, opens no socket, and asks nothing of the kernel that computing does not."""


ALL = frozenset(Protection)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a piece of work may use, beside time.

    Raises:
        ConfigError: if a limit is not a positive whole number.
    """

    memory: int = 8192
    """MiB of address space, beside what the process has when it begins."""
    threads: int = 256
    """Threads and processes. The kernel gives no more, but to a superuser, whose work is ended soon after."""
    files: int = 512
    """MiB that a file may come to."""
    output: int = 1024
    """MiB that its results may come to."""

    def __post_init__(self) -> None:
        """Refuse what is no limit."""
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ConfigError(f"the limit of {name} must be an integer from 1, got {value!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """What work is held to."""

    sandbox: Sandbox = Sandbox.AUTO
    limits: Limits = Limits()
    stranger: bool = True
    """Whether the work is somebody else's, and has no rights; the user's own code keeps theirs, and only ends whole."""
    readable: tuple[Path, ...] = ()
    """What it may read beside the interpreter, its packages and the system's libraries."""


MY_OWN = Confinement(stranger=False)
"""The user's own code: nothing of it outlives its time."""


def enter(confinement: Confinement, folder: Path) -> frozenset[Protection]:
    """Leave the machine's namespaces, as the keeper does, whose children have the new ones; what holds then.

    Raises:
        SandboxError: if a protection is required and cannot be had.
    """
    held = {Protection.LIMITS}
    if confinement.sandbox is Sandbox.OFF or not confinement.stranger:
        with contextlib.suppress(OSError):
            linux.enter_process_namespace()
        return frozenset(held)
    with _needed(confinement, Protection.NAMESPACES, held):
        linux.enter_namespaces()
    if Protection.NAMESPACES in held:
        with _needed(confinement, Protection.READ_ONLY, held):
            linux.mount_read_only(folder)
    return frozenset(held)


def give_up(confinement: Confinement, folder: Path, held: frozenset[Protection]) -> frozenset[Protection]:
    """Give up rights for good, as the process of the work does before it begins; what holds then.

    Raises:
        SandboxError: if a protection is required and cannot be had.
    """
    found = set(held)
    _limit(confinement.limits)
    if confinement.sandbox is Sandbox.OFF or not confinement.stranger:
        return held
    linux.forgo_privileges()
    with _needed(confinement, Protection.LANDLOCK, found):
        linux.restrict_files([*toolchain(), *confinement.readable], [folder, Path(os.devnull)])
    with _needed(confinement, Protection.SECCOMP, found):
        linux.refuse_system_calls()
    return frozenset(found)


@contextlib.contextmanager
def _needed(confinement: Confinement, protection: Protection, held: set[Protection]) -> Generator[None]:
    try:
        yield
    except OSError as error:
        if confinement.sandbox is Sandbox.REQUIRE:
            raise SandboxError(f"this machine does not allow {protection}: {error.strerror or error}") from error
    else:
        held.add(protection)


def _limit(limits: Limits) -> None:
    """Set what the kernel counts for us; a limit that is lower already stays."""
    have: int = psutil.Process().memory_info().vms
    _lower(resource.RLIMIT_AS, have + (limits.memory << 20))
    _lower(resource.RLIMIT_FSIZE, limits.files << 20)
    _lower(resource.RLIMIT_NPROC, limits.threads)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(ValueError, OSError):  # not every system counts everything
        resource.setrlimit(which, (value, value))


_SYSTEM = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/proc/cpuinfo", "/proc/meminfo",
           "/sys/devices/system", "/sys/fs/cgroup", "/dev/null", "/dev/zero", "/dev/urandom")  # fmt: skip


@functools.cache
def toolchain() -> tuple[Path, ...]:
    """What the interpreter, its packages and the system's libraries are read from; no home folder, and no ``/proc``.

    It is told once, before strangers' work is forked: to look at every folder is slow.
    """
    places = {Path(place).resolve() for place in (sys.prefix, sys.base_prefix, *site.getsitepackages())}
    return (*map(Path, _SYSTEM), *places, *(Path(entry).resolve() for entry in sys.path if entry))


ENVIRONMENT = (
    *("PATH", "HOME", "LANG", "LC_", "TZ", "TMPDIR", "XDG_CACHE_HOME", "LD_LIBRARY_PATH", "PYTHON", "COVERAGE_"),
    *("JAX_", "XLA_", "TF_", "WARP_", "CUDA_", "OMP_", "OPENBLAS_", "MKL_", "NPY_", "GLIBC_TUNABLES", "MUJOCO_"),
)
"""The beginnings of the variables that a stranger's work has; tokens and passwords are none of them."""


def environment_for(confinement: Confinement) -> dict[str, str]:
    """The environment variables that work may see; it sees no GPU."""
    if not confinement.stranger:
        return environment_of_work()
    return environment_of_work({name: value for name, value in os.environ.items() if name.startswith(ENVIRONMENT)})


def describe(held: frozenset[Protection]) -> str:
    """Which protections hold, and which do not, in words."""
    have = ", ".join(each for each in Protection if each in held)
    lack = ", ".join(each for each in Protection if each not in held)
    return f"{have}; without {lack}" if lack else have
