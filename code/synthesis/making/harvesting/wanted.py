"""Which packages are wanted: a file of requirements as pip has them, with what is to be recorded beside each."""

import re
import shlex
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from synthesis.core.errors import ConfigError

_SAID = re.compile(r"#\s*(record|modules)\s*:\s*(.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A package."""

    name: str
    """As pip has it, in its one form."""
    requirement: str
    """With versions and extras."""
    modules: tuple[str, ...] = ()
    """Which of its modules are extracted; all that it brings if none is named."""
    programs: tuple[tuple[str, ...], ...] = ()
    """Commands that are run to record what its kernels are called with."""


def read_wanted(path: Path) -> list[Wanted]:
    """The packages of a file, in order.

    A line is a requirement of a named package, as ``mujoco-warp==3.3.0``. Comments behind it, or on lines of their own
    below it, say more: ``# record: python -m pytest --pyargs mujoco_warp`` is a program whose launches are recorded,
    ``# modules: mujoco_warp`` names what is extracted. pip reads the same file. A word of a program that names a file
    beside the file of requirements is that file, wherever the program is run.

    Raises:
        ConfigError: if it cannot be read, or a line is something else; the message says which.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot read {path}: {error}") from error
    found: list[Wanted] = []
    for number, line in enumerate(lines, start=1):
        where = f"{path}, line {number}"
        text, _, comment = line.strip().partition("#")
        if text.strip():
            wanted = _wanted(text.strip(), where)
            if any(each.name == wanted.name for each in found):
                raise ConfigError(f"{where}: {wanted.name} stands there twice")
            found.append(wanted)
        said = _SAID.match(f"#{comment}".strip())
        if said is not None:
            if not found:
                raise ConfigError(f"{where}: {said[1]} belongs below a package")
            found[-1] = _with(found[-1], said[1], said[2], where, path.parent)
    if not found:
        raise ConfigError(f"{path} names no package")
    return found


def _wanted(text: str, where: str) -> Wanted:
    try:
        requirement = Requirement(text)
    except InvalidRequirement as error:
        raise ConfigError(
            f"{where}: {text!r} is no requirement of a named package, such as optax>=0.2: {str(error).splitlines()[0]}"
        ) from error
    if requirement.url is not None:
        raise ConfigError(f"{where}: {text!r} names an address; a package of the registry is wanted")
    return Wanted(name=canonicalize_name(requirement.name), requirement=str(requirement))


def _with(wanted: Wanted, what: str, text: str, where: str, folder: Path) -> Wanted:
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise ConfigError(f"{where}: {text!r} is no command: {error}") from error
    if not words:
        raise ConfigError(f"{where}: {what} says nothing")
    if what == "record":
        beside = (folder.absolute() / word for word in words)
        program = tuple(str(path) if path.is_file() else word for path, word in zip(beside, words, strict=True))
        return replace(wanted, programs=(*wanted.programs, program))
    names = tuple(each for word in words for each in word.split(",") if each)
    if wrong := [each for each in names if not all(part.isidentifier() for part in each.split("."))]:
        raise ConfigError(f"{where}: {wrong[0]!r} is no module")
    return replace(wanted, modules=(*wanted.modules, *names))
