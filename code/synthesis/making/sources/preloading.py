"""Imports a package once, in the process that others are forked from, instead of once for each of its files."""

import importlib
import os
import sys
import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from synthesis.core.errors import IrsmithError
from synthesis.core.sandbox import preloaded
from synthesis.core.sandbox.zygote import Zygote
from synthesis.making.sources.targets import Place

_FEWEST_FILES = 4
"""Minimum number of files for which importing their package beforehand saves time."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package, and the folder that must be on the path for it to be found."""

    name: str
    folder: str


def package_of(places: Sequence[Place]) -> Package | None:
    """Return the package that contains all of a target's files; None if there is none, or there are too few files."""
    names = {each.module.partition(".")[0] for each in places}
    if len(places) < _FEWEST_FILES or len(names) != 1 or not all(each.module for each in places):
        return None
    folder = places[0].folder
    return Package(names.pop(), "" if folder is None else str(folder))


def preload(package: Package, zygote: Zygote, time_limit: float) -> None:
    """Import a package in the process that others are forked from, if that process can still be forked afterwards.

    That is the case if the import ends in time and starts no threads, since a fork does not copy threads. The import is
    first tried in another process.
    """
    try:
        found = list(zygote.run(partial(_probe, package), bool, time_limit=time_limit))
    except (IrsmithError, RuntimeError):
        return
    if found == [True]:
        zygote.call(f"{__name__}:{import_package.__name__}", package)


def _probe(package: Package) -> Iterator[bool]:
    before = _threads()
    import_package(package)
    yield _threads() <= before


def _threads() -> int:
    """Return the number of threads of this process, including native ones if the system reports them.

    They are counted in ``/proc/self``, because inside a PID namespace the process ID differs from the one in ``/proc``.
    """
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()


def import_package(package: Package) -> None:
    """Import a package. Its output is dropped."""
    if package.folder and package.folder not in sys.path:
        sys.path.insert(0, package.folder)
    with _silent():
        importlib.import_module(package.name)
    preloaded.list_others()


@contextmanager
def _silent() -> Generator[None]:
    """Discard everything written to standard output and standard error."""
    kept = [os.dup(stream) for stream in (1, 2)]
    nothing = os.open(os.devnull, os.O_WRONLY)
    try:
        for stream in (1, 2):
            os.dup2(nothing, stream)
        yield
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        for stream, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, stream)
            os.close(copy)
        os.close(nothing)
