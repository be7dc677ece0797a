"""The machine and all front ends, looked at together."""

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
    """None if it is not installed."""
    is_tested: bool
    """Whether exactly this release was tested."""
    tested: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A front end, and what came of one kernel of it."""

    name: str
    tools: tuple[Tool, ...]
    problem: str | None
    """Why it cannot work, in the words of whatever failed; None if it works."""
    mend: str | None
    """The command that is likely to mend it; None if it works."""
    seconds: float
    """By the clock, for the kernel."""
    lowered: tuple[str, ...]
    """The levels that the kernel has a text of."""
    verified: tuple[str, ...]
    """The levels whose text was executed and gave what it should."""
    compilers: dict[str, str]
    """What it compiles with, and where that is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What a report of a bug needs."""

    irsmith: str
    machine: Machine
    frontends: tuple[Checked, ...]

    @property
    def status(self) -> int:
        """1 if a front end that was looked at cannot work, one that is not installed included; else 0."""
        return int(any(each.problem is not None for each in self.frontends))

    def to_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {**asdict(self), "status": self.status}


def diagnose(
    frontends: Sequence[str] | None = None,
    *,
    time_limit: float = 300.0,
    on_begin: Callable[[str], None] | None = None,
) -> Diagnosis:
    """Look at this machine, and make one verified pair of each front end.

    Args:
        frontends: which; all that are known if None.
        time_limit: seconds by the clock that a front end may take for its pair.
        on_begin: told of each front end before it is tried.

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
    """A front end, and the folders that it writes into, by what they are for."""
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
