"""Front ends by name or by object, loaded only when asked for."""

import logging
import sys
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

from synthesis.core.errors import (
    ConfigError,
    MissingFrontendError,
    TargetError,
    UnknownNameError,
    UnsupportedReleaseError,
)
from synthesis.core.version import __version__
from synthesis.frontends.base import Frontend, Level
from synthesis.frontends.options import Allowed
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
}
# Their levels, which are known without their packages.
_LEVELS = {"warp": "synthesis.frontends.warp.levels", "jax": "synthesis.frontends.jax.levels"}
# What their options may be, which is known without their packages.
_OPTIONS = {"warp": "synthesis.frontends.warp.options", "jax": "synthesis.frontends.jax.options"}
# The package that a built-in front end drives: what must be installed, and what has been imported by
# whoever holds a live object of it.
_PACKAGES = {"warp": "warp", "jax": "jax"}
_SUPPORTED = "supported"
"""The module beside a front end's own whose ``SUPPORTED`` says which releases of its tools are supported."""


@cache
def _locations() -> dict[str, str]:
    """Front end name to ``module:attribute``, built-in ones first."""
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
    """The names of all known front ends, whether or not their packages are installed."""
    return tuple(_locations())


def frontend_modules(name: str | None = None) -> list[str]:
    """The modules that hold the front ends, or the one of a name; importing them is what makes a front end load.

    Those whose tools are missing or not supported are left out.
    """
    locations = _locations()
    names = [*locations] if name is None else [name]
    return [locations[each].partition(":")[0] for each in names if not _is_refused(each)]


def supported_releases(name: str) -> tuple[Supported, ...]:
    """The releases of its tools that a front end supports; empty if it says nothing of them.

    A front end says so by the name ``SUPPORTED`` in a module ``supported`` beside the one that holds it.
    """
    package = _locations()[name].partition(":")[0].rpartition(".")[0]
    if not package:
        return ()
    try:
        return import_module(f"{package}.{_SUPPORTED}").SUPPORTED
    except ModuleNotFoundError as error:
        if error.name is None or not f"{package}.{_SUPPORTED}".startswith(error.name):
            raise
        return ()


def installed_releases(name: str) -> list[Installed]:
    """The tools of a front end as they are installed, in the order in which it names them."""
    return find_installed(supported_releases(name))


def how_to_install(name: str) -> str:
    """The command that installs supported releases of a front end's tools.

    Where one of them is missing, it is the extra, which also brings what the tools themselves do not ask for.
    """
    installed = installed_releases(name)
    if name in _BUILT_IN and not all(each.version for each in installed):
        return _extra(name)
    return f"pip install {requirements_of(supported_releases(name)) or name}"


def _extra(name: str) -> str:
    return f"pip install 'irsmith[{name}]'"


def check_releases(name: str) -> None:
    """Refuse a front end whose tools are missing or not supported, without importing anything of them.

    Raises:
        MissingFrontendError: if a tool is not installed; the message says how to install it.
        UnsupportedReleaseError: if a tool is installed in a release that is not supported; likewise.
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
    """Log a warning for each tool of a front end that is newer than those that were tested, once in a process."""
    for line in find_warnings([this_python(), *installed_releases(name)]):
        warn_once(f"irsmith: {line}")


@cache
def warn_once(words: str) -> None:
    """Log a warning, unless this process has logged the same words before.

    The workers of a run are of the same installation, so each of them finds what its parent has found.
    """
    logger.warning("%s", words)


def _package_of(name: str) -> str:
    """The package of a front end's tool, which has the front end's name unless it is known to have another."""
    return _PACKAGES.get(name, name)


def is_imported(name: str) -> bool:
    """Whether the tool of a front end has been imported in this process."""
    return _package_of(name) in sys.modules


def is_used_in(module: ModuleType, name: str) -> bool:
    """Whether a module holds the tool of a front end, or something that the tool's package defines."""
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
    """The front end of a name.

    Raises:
        UnknownNameError: if there is none.
        MissingFrontendError: if its package is not installed; the message names the extra to install.
        UnsupportedReleaseError: if its package is installed in a release that is not supported.
    """
    locations = _locations()
    if name not in locations:
        raise UnknownNameError("front end", name, locations)
    module, _, attribute = locations[name].partition(":")
    check_releases(name)
    try:
        frontend: Frontend = getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        package = _PACKAGES.get(name)
        if package is None or error.name is None or error.name.partition(".")[0] not in (package, f"{package}lib"):
            raise
        raise _missing(name, error.name) from error
    warn_of_releases(name)
    return frontend


def toolchain_here(name: str | None = None) -> dict[str, str]:
    """The versions of irsmith and of what is installed for a front end, or for all; nothing is imported for it."""
    entries = {each.name: each.dist for each in entry_points(group=ENTRY_POINT_GROUP)}
    versions = {"irsmith": __version__}
    for frontend in _locations() if name is None else (name,):
        dist = entries.get(frontend)
        if frontend not in _BUILT_IN and dist is not None:
            versions[dist.name] = dist.version
        versions |= versions_of(supported_releases(frontend))
    return versions


def levels_of(name: str) -> tuple[Level, ...]:
    """The levels of a front end, for which a built-in one's package need not be installed; none of one that is unknown.

    Raises:
        MissingFrontendError: if the package of a front end that is not built in is not installed.
    """
    if name in _LEVELS:
        return import_module(_LEVELS[name]).LEVELS
    return get_frontend(name).compiler.levels if name in _locations() else ()


def allowed_options(name: str) -> Mapping[str, Allowed] | None:
    """What the options of a built-in front end's rows may be, by name; None of another front end."""
    return import_module(_OPTIONS[name]).ALLOWED if name in _OPTIONS else None


def frontend_of(obj: object) -> Frontend:
    """The front end that a live object belongs to, asking only those whose package is already imported.

    Raises:
        TargetError: if none claims it.
    """
    imported = [name for name in _locations() if is_imported(name)]
    for name in imported:
        frontend = get_frontend(name)
        if frontend.compiler.claims(obj):
            return frontend
    raise TargetError(
        f"{obj!r} is not a kernel of any imported front end ({', '.join(imported) or 'none is imported'}); "
        "expected a Warp kernel or a function that JAX can trace"
    )


def forget() -> None:
    """Look for front ends anew: entry points may have changed since they were read."""
    _locations.cache_clear()
    get_frontend.cache_clear()
    warn_once.cache_clear()
