"""Checks the machine and all front ends together."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from synthesis.core.errors import ConfigError, MissingFrontendError, UnknownNameError
from synthesis.core.version import __version__
from synthesis.frontends.registry import check_releases, frontend_names, how_to_install, installed_releases
from synthesis.workbench.diagnosis.machine import Machine, Place, look_at, look_at_machine
from synthesis.workbench.diagnosis.trial import Trial, try_frontend

_OTHER_TEMPORARY = "export TMPDIR=FOLDER, a folder that can be written"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """A distribution that a front end needs."""

    name: str
    version: str | None
    """The installed release; None if the distribution is not installed."""
    is_tested: bool
    """Whether irsmith was tested with the installed release."""
    tested: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A front end, and the result of trying one of its kernels."""

    name: str
    tools: tuple[Tool, ...]
    problem: str | None
    """The error message if the front end does not work; None if it works."""
    mend: str | None
    """A command that is likely to fix the problem; None if the front end works."""
    seconds: float
    """Wall-clock seconds that the kernel took."""
    lowered: tuple[str, ...]
    """The levels of the texts that the kernel has."""
    verified: tuple[str, ...]
    """The levels whose texts were executed with the expected results."""
    compilers: dict[str, str]
    """The compilers that the front end uses, with their paths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """The facts for a bug report."""

    irsmith: str
    machine: Machine
    frontends: tuple[Checked, ...]

    @property
    def status(self) -> int:
        """The exit status: 1 if a checked front end does not work or is not installed, else 0."""
        return int(any(each.problem is not None for each in self.frontends))

    def to_json(self) -> dict[str, Any]:
        """Return the diagnosis as JSON values."""
        return {**asdict(self), "status": self.status}


def diagnose(
    frontends: Sequence[str] | None = None,
    *,
    time_limit: float = 300.0,
    on_begin: Callable[[str], None] | None = None,
) -> Diagnosis:
    """Check this machine, and make one verified pair with each front end.

    Args:
        frontends: the front ends; all known ones if None.
        time_limit: wall-clock seconds that a front end may take for its pair.
        on_begin: called with each front end before it is tried.

    Raises:
        UnknownNameError: for an unknown front end.
        ConfigError: if the limit is not positive.
    """
    if not time_limit > 0:
        raise ConfigError(f"time_limit must be a number above 0, got {time_limit!r}")
    known = frontend_names()
    for name in frontends or ():
        if name not in known:
            raise UnknownNameError("front end", name, known)
    machine = look_at_machine()
    checked: list[Checked] = []
    places: list[Place] = []
    for name in known if frontends is None else frontends:
        if on_begin is not None:
            on_begin(name)
        found, caches = _check(name, time_limit, machine.temporary)
        checked.append(found)
        places += [look_at(use, Path(path)) for use, path in caches.items()]
    machine = replace(machine, places=(*machine.places, *places))
    return Diagnosis(irsmith=__version__, machine=machine, frontends=tuple(checked))


def _check(name: str, time_limit: float, temporary: Place) -> tuple[Checked, Mapping[str, str]]:
    """Return a checked front end, and the folders that it writes into, by purpose."""
    tools = tuple(
        Tool(
            name=each.supported.distribution,
            version=each.version,
            is_tested=each.is_tested,
            tested=each.supported.tested,
        )
        for each in installed_releases(name)
    )
    began = time.monotonic()
    pinned = " ".join(f"{each.name}=={each.version}" for each in tools)
    mend = f"pip install --force-reinstall {pinned or name}" if temporary.problem is None else _OTHER_TEMPORARY
    try:
        check_releases(name)
        tried = try_frontend(name, time_limit)
    except MissingFrontendError as error:
        tried, mend = Trial(problem=str(error)), how_to_install(name)
    checked = Checked(
        name=name,
        tools=tools,
        problem=tried.problem,
        mend=None if tried.problem is None else mend,
        seconds=round(time.monotonic() - began, 1),
        lowered=tried.lowered,
        verified=tried.verified,
        compilers=dict(tried.compilers),
    )
    return checked, tried.caches
