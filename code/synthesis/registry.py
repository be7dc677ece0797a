"""Front ends by name or by object, loaded only when asked for."""

import contextlib
import sys
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version

from synthesis.errors import ConfigError, MissingFrontendError, TargetError, UnknownNameError
from synthesis.frontends.base import Frontend, Level
from synthesis.version import __version__

ENTRY_POINT_GROUP = "irsmith.frontends"

_BUILT_IN = {
    "warp": "synthesis.frontends.warp.frontend:FRONTEND",
    "jax": "synthesis.frontends.jax.frontend:FRONTEND",
}
# Their levels, which are known without their packages.
_LEVELS = {"warp": "synthesis.frontends.warp.levels", "jax": "synthesis.frontends.jax.levels"}
# The package that a built-in front end drives: what must be installed, and what has been imported by
# whoever holds a live object of it.
_PACKAGES = {"warp": "warp", "jax": "jax"}
# What their texts depend on, as it is installed.
_DISTRIBUTIONS = {"warp": ("warp-lang",), "jax": ("jax", "jaxlib")}


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
    """The modules that hold the front ends, or the one of a name; importing them is what makes a front end load."""
    locations = _locations()
    chosen = locations if name is None else {name: locations[name]}
    return [location.partition(":")[0] for location in chosen.values()]


@cache
def get_frontend(name: str) -> Frontend:
    """The front end of a name.

    Raises:
        UnknownNameError: if there is none.
        MissingFrontendError: if its package is not installed; the message names the extra to install.
    """
    locations = _locations()
    if name not in locations:
        raise UnknownNameError("front end", name, locations)
    module, _, attribute = locations[name].partition(":")
    try:
        return getattr(import_module(module), attribute)
    except ModuleNotFoundError as error:
        package = _PACKAGES.get(name)
        if package is None or error.name is None or error.name.partition(".")[0] not in (package, f"{package}lib"):
            raise
        raise MissingFrontendError(
            f"the {name} front end needs the package {error.name!r}, which is not installed; "
            f"install it with: pip install 'irsmith[{name}]'"
        ) from error


def toolchain_here(name: str | None = None) -> dict[str, str]:
    """The versions of irsmith and of what is installed for a front end, or for all; nothing is imported for it."""
    entries = {each.name: each.dist for each in entry_points(group=ENTRY_POINT_GROUP)}
    versions = {"irsmith": __version__}
    for frontend in _locations() if name is None else (name,):
        dist = entries.get(frontend)
        if frontend not in _BUILT_IN and dist is not None:
            versions[dist.name] = dist.version
        for distribution in _DISTRIBUTIONS.get(frontend, ()):
            with contextlib.suppress(PackageNotFoundError):
                versions[distribution] = version(distribution)
    return versions


def levels_of(name: str) -> tuple[Level, ...]:
    """The levels of a front end, for which a built-in one's package need not be installed; none of one that is unknown.

    Raises:
        MissingFrontendError: if the package of a front end that is not built in is not installed.
    """
    if name in _LEVELS:
        return import_module(_LEVELS[name]).LEVELS
    return get_frontend(name).compiler.levels if name in _locations() else ()


def frontend_of(obj: object) -> Frontend:
    """The front end that a live object belongs to, asking only those whose package is already imported.

    Raises:
        TargetError: if none claims it.
    """
    imported = [name for name in _locations() if _PACKAGES.get(name, name) in sys.modules]
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
