"""The origin of a live kernel, as recorded in its row: package, version, file, line and licence."""

import inspect
import sys
from collections.abc import Mapping
from functools import cache
from importlib.metadata import PackageNotFoundError, metadata, packages_distributions
from pathlib import Path
from typing import Any

from synthesis.core.licences import UNKNOWN_LICENCE, declared_licence
from synthesis.core.records import Origin


def provenance(obj: Any, line: int) -> tuple[Origin, str]:
    """Return the origin and the licence of a function.

    Args:
        obj: the plain Python function.
        line: the line of its file where it starts, from 1.

    Returns:
        Package, version, file and line, and the licence that the package's metadata declare, as an SPDX expression if
        it is known. The file is relative to the folder of its top-level package. Package and version are empty for a
        function that is not in an installed package.
    """
    module: str = obj.__module__
    root = module.partition(".")[0]
    file = _relative_file(obj, root)
    names = _distributions().get(root, [])
    package, version, licence = _declared(names[0]) if names else ("", "", UNKNOWN_LICENCE)
    return Origin(package=package, version=version, file=file, line=line), licence


def package_of(module: str) -> str:
    """Return the name of the installed package that contains a module; empty if there is none."""
    return release_of(module)[0]


def release_of(module: str) -> tuple[str, str]:
    """Return the name and version of the installed package that contains a module; both empty if there is none."""
    names = _distributions().get(module.partition(".")[0], [])
    return _declared(names[0])[:2] if names else ("", "")


def read_distributions(_: None = None) -> None:
    """Find the distribution that contains each module, once for this process and those forked from it."""
    _distributions()


@cache
def _declared(distribution: str) -> tuple[str, str, str]:
    """Return the name, version and licence that a distribution declares."""
    try:
        info: Any = metadata(distribution)
    except PackageNotFoundError:
        return "", "", UNKNOWN_LICENCE
    licence = declared_licence(info.get("License-Expression"), info.get("License"), info.get_all("Classifier") or ())
    return info["Name"], info["Version"], licence


@cache
def _distributions() -> Mapping[str, list[str]]:
    """Return the distributions that contain each top-level package. Reading all takes a tenth of a second."""
    return packages_distributions()


def _relative_file(obj: Any, root: str) -> str:
    try:
        path = Path(inspect.getsourcefile(obj) or "")
    except TypeError:
        return ""
    top = sys.modules.get(root)
    location = getattr(top, "__file__", None) or (list(getattr(top, "__path__", [])) or [None])[0]
    if location is not None:
        folder = Path(location)
        folder = folder.parent.parent if folder.name == "__init__.py" else folder.parent
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return path.name
