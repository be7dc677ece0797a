"""The restrictions on dangerous work: resource limits always, and reduced rights if the kernel supports it.

Three processes separate the zygote from the work. The keeper leaves the machine's namespaces. When the first process of
a new PID namespace ends, the system ends everything that the work has started. The work itself gives up files, system
calls and privileges before it begins.
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
    """The protections that are required."""

    REQUIRE = "require"
    """All protections are required. Otherwise the work does not begin."""
    AUTO = "auto"
    """All protections that the kernel and the container allow."""
    OFF = "off"
    """No protection except the limits."""


class Protection(StrEnum):
    """A protection against the work."""

    LIMITS = "limits"
    """Limits on memory, threads, files and output."""
    NAMESPACES = "namespaces"
    """Separate user, PID, mount and network namespaces: nothing outlives the work, and it cannot communicate."""
    READ_ONLY = "read-only mounts"
    """Only the work's own folder is writable."""
    LANDLOCK = "Landlock"
    """The work can read only the toolchain, and write only into its own folder."""
    SECCOMP = "seccomp"
    """The work cannot start executables or processes, open sockets, or use system calls that no computation needs."""


ALL = frozenset(Protection)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Resource limits of a piece of work, besides time.

    Raises:
        ConfigError: if a limit is not a positive integer.
    """

    memory: int = 8192
    """Additional address space in MiB, beyond what the process has when it begins."""
    threads: int = 256
    """Number of threads and processes.

    The kernel enforces it, except for root: root's work is ended soon after it exceeds the limit.
    """
    files: int = 512
    """Maximum size of a file, in MiB."""
    output: int = 1024
    """Maximum size of all results, in MiB."""

    def __post_init__(self) -> None:
        """Reject invalid limits."""
        for name in self.__slots__:
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < 1:
                raise ConfigError(f"the limit of {name} must be an integer from 1, got {value!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Confinement:
    """The restrictions on a piece of work."""

    sandbox: Sandbox = Sandbox.AUTO
    limits: Limits = Limits()
    stranger: bool = True
    """Whether the work is untrusted and runs without rights.

    The user's own code keeps its rights; it is only ended, with all its processes, when its time is over.
    """
    readable: tuple[Path, ...] = ()
    """Paths that the work may read, besides the interpreter, its packages and the system's libraries."""


MY_OWN = Confinement(stranger=False)
"""Confinement of the user's own code, which is only ended, with all its processes, when its time is over."""


def enter(confinement: Confinement, folder: Path) -> frozenset[Protection]:
    """Leave the machine's namespaces, and return the protections in force.

    The keeper calls it; the keeper's children are in the new namespaces.

    Raises:
        SandboxError: if a required protection is not available.
    """
    in_force = {Protection.LIMITS}
    if confinement.sandbox is Sandbox.OFF or not confinement.stranger:
        with contextlib.suppress(OSError):
            linux.enter_process_namespace()
        return frozenset(in_force)
    with _needed(confinement, Protection.NAMESPACES, in_force):
        linux.enter_namespaces()
    if Protection.NAMESPACES in in_force:
        with _needed(confinement, Protection.READ_ONLY, in_force):
            linux.mount_read_only(folder)
    return frozenset(in_force)


def give_up(confinement: Confinement, folder: Path, in_force: frozenset[Protection]) -> frozenset[Protection]:
    """Give up rights permanently, and return the protections in force.

    The process of the work calls it before the work begins.

    Raises:
        SandboxError: if a required protection is not available.
    """
    found = set(in_force)
    _limit(confinement.limits)
    if confinement.sandbox is Sandbox.OFF or not confinement.stranger:
        return in_force
    linux.forgo_privileges()
    with _needed(confinement, Protection.LANDLOCK, found):
        linux.restrict_files([*toolchain(), *confinement.readable], [folder, Path(os.devnull)])
    with _needed(confinement, Protection.SECCOMP, found):
        linux.refuse_system_calls()
    return frozenset(found)


@contextlib.contextmanager
def _needed(confinement: Confinement, protection: Protection, in_force: set[Protection]) -> Generator[None]:
    try:
        yield
    except OSError as error:
        if confinement.sandbox is Sandbox.REQUIRE:
            raise SandboxError(f"this machine does not allow {protection}: {error.strerror or error}") from error
    else:
        in_force.add(protection)


def _limit(limits: Limits) -> None:
    """Set the kernel's resource limits. A limit that is already lower is kept."""
    have: int = psutil.Process().memory_info().vms
    _lower(resource.RLIMIT_AS, have + (limits.memory << 20))
    _lower(resource.RLIMIT_FSIZE, limits.files << 20)
    _lower(resource.RLIMIT_NPROC, limits.threads)
    _lower(resource.RLIMIT_CORE, 0)


def _lower(which: int, value: int) -> None:
    _, hard = resource.getrlimit(which)
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    with contextlib.suppress(ValueError, OSError):  # some systems lack some limits
        resource.setrlimit(which, (value, value))


_SYSTEM = ("/usr", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/localtime", "/proc/cpuinfo", "/proc/meminfo",
           "/sys/devices/system", "/sys/fs/cgroup", "/dev/null", "/dev/zero", "/dev/urandom")  # fmt: skip


@functools.cache
def toolchain() -> tuple[Path, ...]:
    """Return the paths of the interpreter, its packages and the system's libraries; no home folder, and no ``/proc``.

    It is computed once, before untrusted work is forked, because checking every folder is slow.
    """
    places = {Path(place).resolve() for place in (sys.prefix, sys.base_prefix, *site.getsitepackages())}
    return (*map(Path, _SYSTEM), *places, *(Path(entry).resolve() for entry in sys.path if entry))


ENVIRONMENT = (
    *("PATH", "HOME", "LANG", "LC_", "TZ", "TMPDIR", "XDG_CACHE_HOME", "LD_LIBRARY_PATH", "PYTHON", "COVERAGE_"),
    *("JAX_", "XLA_", "TF_", "WARP_", "CUDA_", "OMP_", "OPENBLAS_", "MKL_", "NPY_", "GLIBC_TUNABLES", "MUJOCO_"),
)
"""Prefixes of the environment variables that untrusted work receives. They match no tokens or passwords."""


def environment_for(confinement: Confinement) -> dict[str, str]:
    """Return the environment variables for the work. No GPU is visible to it."""
    if not confinement.stranger:
        return environment_of_work()
    return environment_of_work({name: value for name, value in os.environ.items() if name.startswith(ENVIRONMENT)})


def describe(in_force: frozenset[Protection]) -> str:
    """Return a text that lists the protections in force and those that are missing."""
    have = ", ".join(each for each in Protection if each in in_force)
    lack = ", ".join(each for each in Protection if each not in in_force)
    return f"{have}; without {lack}" if lack else have
