"""Front ends by name or by object. They are loaded only when needed."""

import logging
import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import Any

from synthesis.core.errors import (
    ConfigError,
    MissingFrontendError,
    TargetError,
    UnknownNameError,
    UnsupportedReleaseError,
)
from synthesis.core.version import __version__
from synthesis.frontends.base import Description, Frontend, Level
from synthesis.frontends.options import Allowed
from synthesis.frontends.protocol.makers import Maker
from synthesis.frontends.support import (
    Installed,
    Supported,
    find_installed,
    find_refusal,
    find_warnings,
    requirements_of,
    this_python,
    versions_of,
)

logger = logging.getLogger(__name__)

ENTRY_POINT_GROUP = "irsmith.frontends"

_BUILT_IN = {
    "warp": "synthesis.frontends.warp.frontend:FRONTEND",
    "jax": "synthesis.frontends.jax.frontend:FRONTEND",
    "triton": "synthesis.frontends.triton.frontend:FRONTEND",
}


@cache
def _locations() -> dict[str, str]:
    """Return the location of each front end, ``module:attribute``, by name; built-in ones come first."""
    owners = dict.fromkeys(_BUILT_IN, "irsmith")
    locations = dict(_BUILT_IN)
    for entry in sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda entry: (entry.name, entry.value)):
        owner = _owner(entry)
        if entry.name in locations:
            raise ConfigError(
                f"two packages offer a front end named {entry.name!r}: {owners[entry.name]} and {owner}; "
                "uninstall one of them"
            )
        owners[entry.name] = owner
        locations[entry.name] = entry.value
    return locations


def _owner(entry: EntryPoint) -> str:
    return entry.dist.name if entry.dist is not None else entry.value


def frontend_names() -> tuple[str, ...]:
    """Return the names of all known front ends, whether or not their packages are installed."""
    return tuple(_locations())


def frontend_modules(name: str | None = None) -> list[str]:
    """Return the modules that define the front ends, or the named one; importing a module loads its front end.

    Front ends whose tools are missing or have unsupported releases are left out.
    """
    locations = _locations()
    names = [*locations] if name is None else [name]
    return [locations[each].partition(":")[0] for each in names if not _is_refused(each)]


def supported_releases(name: str) -> tuple[Supported, ...]:
    """Return the supported releases of a front end's tools; empty if it declares none.

    A front end declares them as ``SUPPORTED`` in a module ``supported`` beside the one that defines it.
    """
    return _package_attribute(name, "supported", "SUPPORTED") or ()


def _package_attribute(name: str, module: str, attribute: str) -> Any:
    """Return an attribute of a module in a front end's package, without importing the front end or its tools.

    Return None if there is no such front end or no such module.
    """
    package = _locations().get(name, "").partition(":")[0].rpartition(".")[0]
    if not package:
        return None
    try:
        return getattr(import_module(f"{package}.{module}"), attribute)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{package}.{module}".startswith(error.name):
            raise
        return None


def installed_releases(name: str) -> list[Installed]:
    """Return the tools of a front end as installed, in the order in which the front end lists them."""
    return find_installed(supported_releases(name))


def how_to_install(name: str) -> str:
    """Return the command that installs supported releases of a front end's tools.

    If a tool is missing, the command installs the extra, which includes packages that the tools themselves do not
    require.
    """
    installed = installed_releases(name)
    if name in _BUILT_IN and not all(each.version for each in installed):
        return _extra(name)
    return f"pip install {requirements_of(supported_releases(name)) or name}"


def _extra(name: str) -> str:
    return f"pip install 'irsmith[{name}]'"


def check_releases(name: str) -> None:
    """Refuse a front end whose tools are missing or not supported, without importing them.

    Raises:
        MissingFrontendError: if a tool is not installed; the message says how to install it.
        UnsupportedReleaseError: if a tool's installed release is not supported; likewise.
    """
    installed = installed_releases(name)
    for each in installed:
        if each.version is None:
            raise _missing(name, each.supported.distribution)
    refusal = find_refusal(installed)
    if refusal is not None:
        raise UnsupportedReleaseError(
            f"the {name} front end is not supported here: {refusal}; install what it needs with: {how_to_install(name)}"
        )


def warn_of_releases(name: str) -> None:
    """Log a warning, once per process, for each tool of a front end that is newer than the tested releases."""
    for line in find_warnings([this_python(), *installed_releases(name)]):
        warn_once(f"irsmith: {line}")


@cache
def warn_once(words: str) -> None:
    """Log a warning, unless this process has already logged the same message.

    Without this, each worker of a run would repeat the warnings of its parent.
    """
    logger.warning("%s", words)


def description_of(name: str) -> Description:
    """Return the description of a front end, whether or not it is known and its tools are installed.

    It is ``DESCRIPTION`` in a module ``description`` beside the one that defines the front end, or an attribute of the
    front end. If neither can be imported here, the description has only the name.
    """
    found: Description | None = _package_attribute(name, "description", "DESCRIPTION")
    if found is not None:
        return found
    try:
        return get_frontend(name).description
    except (UnknownNameError, MissingFrontendError):
        return Description(tool=name)


@cache
def tool_modules() -> frozenset[str]:
    """Return the top-level modules of the tools of all front ends that declare them."""
    return frozenset(module for name in _locations() for module in description_of(name).modules)


@cache
def tool_members() -> Mapping[str, frozenset[str]]:
    """Return the members that a source may use, by the name of their module.

    They are those that the descriptions of the front ends list.
    """
    found: dict[str, frozenset[str]] = {}
    for name in _locations():
        found |= description_of(name).members
    return found


def maker_names() -> tuple[str, ...]:
    """Return the names of the compilers that make kernels of functions of other libraries, such as ``inductor``."""
    return tuple(maker for name in _locations() for maker in description_of(name).makers)


def find_maker(name: str) -> tuple[str, Maker]:
    """Return the name of the front end whose kernels a compiler makes, and the compiler.

    Raises:
        UnknownNameError: if there is no compiler of this name.
        MissingFrontendError: if the front end's package is not installed.
    """
    for frontend in _locations():
        place = description_of(frontend).makers.get(name)
        if place is not None:
            get_frontend(frontend)
            module, _, attribute = place.partition(":")
            return frontend, getattr(import_module(module), attribute)
    raise UnknownNameError("compiler", name, maker_names())


def _package_of(name: str) -> str:
    """Return the module whose import shows that a front end's tool is used; by default the front end's name."""
    found: Description | None = _package_attribute(name, "description", "DESCRIPTION")
    return found.modules[0] if found is not None and found.modules else name


def is_imported(name: str) -> bool:
    """Return whether the tool of a front end has been imported in this process."""
    return _package_of(name) in sys.modules


def is_used_in(module: ModuleType, name: str) -> bool:
    """Return whether a module contains a front end's tool, or an object that the tool's package defines."""
    package = _package_of(name)
    homes = (
        each.__name__ if isinstance(each, ModuleType) else getattr(each, "__module__", None)
        for each in vars(module).values()
    )
    return any(isinstance(home, str) and home.partition(".")[0] == package for home in homes)


def _is_refused(name: str) -> bool:
    try:
        check_releases(name)
    except MissingFrontendError:
        return True
    return False


def _missing(name: str, package: str) -> MissingFrontendError:
    return MissingFrontendError(
        f"the {name} front end needs the package {package!r}, which is not installed; "
        f"install it with: {_extra(name) if name in _BUILT_IN else how_to_install(name)}"
    )


@cache
def get_frontend(name: str) -> Frontend:
    """Return the front end with the given name.

    Raises:
        UnknownNameError: if there is none.
        MissingFrontendError: if its package is not installed; the message names the extra to install.
        UnsupportedReleaseError: if the installed release of its package is not supported.
    """
    locations = _locations()
    if name not in locations:
        raise UnknownNameError("front end", name, locations)
    module, _, attribute = locations[name].partition(":")
    check_releases(name)
    try:
        frontend: Frontend = getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        found: Description | None = _package_attribute(name, "description", "DESCRIPTION")
        if found is None or error.name is None or error.name.partition(".")[0] not in found.modules:
            raise
        raise _missing(name, error.name) from error
    warn_of_releases(name)
    return frontend


def toolchain_here(name: str | None = None) -> dict[str, str]:
    """Return the versions of irsmith and of a front end's installed packages, by name, without importing them.

    If no front end is named, the packages of all front ends are included.
    """
    entries = {each.name: each.dist for each in entry_points(group=ENTRY_POINT_GROUP)}
    versions = {"irsmith": __version__}
    for frontend in _locations() if name is None else (name,):
        dist = entries.get(frontend)
        if frontend not in _BUILT_IN and dist is not None:
            versions[dist.name] = dist.version
        versions |= versions_of(supported_releases(frontend))
    return versions


def levels_of(name: str) -> tuple[Level, ...]:
    """Return the levels of a front end; empty if it is unknown.

    They are ``LEVELS`` in a module ``levels`` beside the one that defines the front end, or an attribute of the front
    end.

    Raises:
        MissingFrontendError: if there is no such module, and the front end's package is not installed.
    """
    found: tuple[Level, ...] | None = _package_attribute(name, "levels", "LEVELS")
    if found is not None:
        return found
    return get_frontend(name).compiler.levels if name in _locations() else ()


def allowed_options(name: str) -> Mapping[str, Allowed] | None:
    """Return the allowed options of a front end's rows, by name; None if the front end declares none.

    They are ``ALLOWED`` in a module ``options`` beside the one that defines the front end.
    """
    return _package_attribute(name, "options", "ALLOWED")


def frontend_of(obj: object) -> Frontend:
    """Return the front end of a live object, among the front ends whose package is already imported.

    Raises:
        TargetError: if no front end claims it.
    """
    imported = [name for name in _locations() if is_imported(name)]
    for name in imported:
        frontend = get_frontend(name)
        if frontend.compiler.claims(obj):
            return frontend
    raise TargetError(
        f"{obj!r} is not a kernel of any imported front end ({', '.join(imported) or 'none is imported'}); "
        f"expected one of {', '.join(_expected())}"
    )


def _expected() -> list[str]:
    """Return descriptions, for messages, of the objects that the front ends make texts of."""
    return [f"a {each.unit} of {each.tool}" for each in map(description_of, frontend_names())]


def forget() -> None:
    """Clear the caches, so that changed entry points are read again."""
    _locations.cache_clear()
    get_frontend.cache_clear()
    warn_once.cache_clear()
    tool_modules.cache_clear()
    tool_members.cache_clear()
