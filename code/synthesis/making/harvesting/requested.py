"""Reads the requested packages from a pip requirements file, whose comments say what to record and extract."""

import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from synthesis.core.errors import ConfigError
from synthesis.core.licences import check_expression

_OPTION = re.compile(r"#\s*(record|modules|needs|licence)\s*:\s*(.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestedPackage:
    """A requested package."""

    name: str
    """The canonical name of the package."""
    requirement: str
    """The requirement, with versions and extras."""
    modules: tuple[str, ...] = ()
    """The modules to extract; all modules of the package if empty."""
    programs: tuple[tuple[str, ...], ...] = ()
    """Commands whose kernel launches are recorded."""
    needs: tuple[str, ...] = ()
    """Requirements that are installed too, because the programs need them. Nothing of them is extracted."""
    own_licence: str | None = None
    """The licence of the functions that the programs define themselves, as an SPDX expression; None if unknown."""

    @property
    def requirements(self) -> tuple[str, ...]:
        """The requirements to install: that of the package itself, and those that its programs need."""
        return (self.requirement, *self.needs)


def read_requested(path: Path) -> list[RequestedPackage]:
    """Return the packages of a file, in order.

    A line is a requirement of a named package, such as ``mujoco-warp==3.3.0``. A comment after it, or on separate lines
    below it, gives options. ``# record: python -m pytest --pyargs mujoco_warp`` is a program whose launches are
    recorded. ``# modules: mujoco_warp`` names the modules to extract. ``# needs: mujoco==3.3.0`` names packages that
    the programs need, and that are installed too. ``# licence: MIT`` is the licence of the functions that the programs
    define themselves. pip can read the same file. If an argument of a program is the name
    of a file in the folder of the requirements file, it is replaced by that file's absolute path.

    Raises:
        ConfigError: if the file cannot be read or a line is invalid. The message names the line.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {error}") from error
    found: list[RequestedPackage] = []
    for number, line in enumerate(lines, start=1):
        where = f"{path}, line {number}"
        text, _, comment = line.strip().partition("#")
        if text.strip():
            requested = _requested(text.strip(), where)
            if any(each.name == requested.name for each in found):
                raise ConfigError(f"{where}: {requested.name} is listed twice")
            found.append(requested)
        option = _OPTION.match(f"#{comment}".strip())
        if option is not None:
            if not found:
                raise ConfigError(f"{where}: {option[1]} belongs below a package")
            found[-1] = _with(found[-1], option[1], option[2], where, path.parent)
    if not found:
        raise ConfigError(f"{path} names no package")
    return found


def _requested(text: str, where: str) -> RequestedPackage:
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise ConfigError(
            f"{where}: {text!r} is not a requirement of a named package, such as optax>=0.2:"
            f" {str(error).splitlines()[0]}"
        ) from error
    if requirement.url is not None:
        raise ConfigError(f"{where}: {text!r} names an address; expected a package of the registry")
    return RequestedPackage(name=canonicalize_name(requirement.name), requirement=str(requirement))


def _with(requested: RequestedPackage, what: str, text: str, where: str, folder: Path) -> RequestedPackage:
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise ConfigError(f"{where}: {text!r} is no command: {error}") from error
    if not words:
        raise ConfigError(f"{where}: {what} is empty")
    if what == "needs":
        requirements = tuple(_requested(each.strip(), where).requirement for each in text.split(","))
        return replace(requested, needs=(*requested.needs, *requirements))
    if what == "licence":
        check_expression(f"{where}: licence", text)
        return replace(requested, own_licence=text)
    if what == "record":
        beside = (folder.absolute() / word for word in words)
        program = tuple(str(path) if path.is_file() else word for path, word in zip(beside, words, strict=True))
        return replace(requested, programs=(*requested.programs, program))
    names = tuple(each for word in words for each in word.split(",") if each)
    if wrong := [each for each in names if not all(part.isidentifier() for part in each.split("."))]:
        raise ConfigError(f"{where}: {wrong[0]!r} is no module")
    return replace(requested, modules=(*requested.modules, *names))
