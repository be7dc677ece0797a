"""Where a live kernel came from: package, version, file, line and licence, as its row records them."""

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
    """The origin and the licence of a function.

    Args:
        obj: the plain Python function.
        line: the line of its file that it starts at, from 1.

    Returns:
        Package, version, file and line, and the licence that the package's metadata declare, as an SPDX expression
        where one can be told. The file is relative to the folder that its top-level package lies in; package and
        version are empty for a function of no installed package.
    """
    module: str = obj.__module__
    root = module.partition(".")[0]
    file = _relative_file(obj, root)
    names = _distributions().get(root, [])
    package, version, licence = _declared(names[0]) if names else ("", "", UNKNOWN_LICENCE)
    return Origin(package=package, version=version, file=file, line=line), licence


def package_of(module: str) -> str:
    """The name of the installed package that a module is of; empty if it is of none."""
    return release_of(module)[0]


def release_of(module: str) -> tuple[str, str]:
    """The name and the version of the installed package that a module is of; both empty if it is of none."""
    names = _distributions().get(module.partition(".")[0], [])
    return _declared(names[0])[:2] if names else ("", "")


@cache
def _declared(distribution: str) -> tuple[str, str, str]:
    """The name, the version and the licence of a distribution."""
    try:
        info: Any = metadata(distribution)
    except PackageNotFoundError:
        return "", "", UNKNOWN_LICENCE
    licence = declared_licence(info.get("License-Expression"), info.get("License"), info.get_all("Classifier") or ())
    return info["Name"], info["Version"], licence


@cache
def _distributions() -> Mapping[str, list[str]]:
    """Top-level package to the distributions that hold it; reading them all takes a tenth of a second."""
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
