"""What users point at: a file, a module, or ``module:function``, found and imported without running its main."""

import importlib
import importlib.util
import itertools
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from synthesis.errors import MissingFrontendError, TargetError
from synthesis.frontends.base import Frontend
from synthesis.frontends.failures import detail_of
from synthesis.records import Rejection
from synthesis.registry import frontend_names, frontend_of, get_frontend


def resolve_target(text: str) -> object:
    """The module of a file or a dotted name, or what ``module:attribute`` names in it.

    Raises:
        TargetError: if there is no such file, module or attribute, or it cannot be imported.
    """
    place, _, attribute = text.partition(":")
    module = _import_file(Path(place)) if place.endswith(".py") or "/" in place else _import_module(place)
    target: object = module
    for name in attribute.split(".") if attribute else ():
        if not hasattr(target, name):
            raise TargetError(f"{place} has no attribute {attribute!r}")
        target = getattr(target, name)
    return target


def frontend_for(target: object) -> Frontend:
    """The front end to extract a target with: of a module, the first installed one that finds kernels in it.

    Raises:
        TargetError: if none does.
    """
    if not isinstance(target, ModuleType):
        for name in frontend_names():
            _installed(name)
        return frontend_of(target)
    installed = [frontend for frontend in map(_installed, frontend_names()) if frontend is not None]
    for frontend in installed:
        if any(not isinstance(found, Rejection) for found in frontend.discover(target)):
            return frontend
    for frontend in installed:
        if frontend.discover(target):
            return frontend
    names = ", ".join(frontend.name for frontend in installed) or "none is installed"
    raise TargetError(f"no kernels of any front end ({names}) in {target.__name__}")


def _installed(name: str) -> Frontend | None:
    try:
        return get_frontend(name)
    except MissingFrontendError:
        return None


def _import_file(path: Path) -> ModuleType:
    if not path.is_file():
        raise TargetError(f"no such file: {path}")
    # A name that this process has used would bring the Warp module, and the kernels, of its first use along.
    name = next(name for name in _names(path.stem) if name not in sys.modules)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise TargetError(f"not a Python file: {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, str(path.resolve().parent))
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        sys.modules.pop(name)
        raise TargetError(f"cannot import {path}: {detail_of(error)}") from error
    finally:
        sys.path.pop(0)
    return module


def _names(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}_{number}" for number in itertools.count(2))


def _import_module(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is not None and name.startswith(error.name):
            raise TargetError(f"no module named {name!r}; expected a file, a module or module:function") from error
        raise TargetError(f"cannot import {name}: {detail_of(error)}") from error
    except (Exception, SystemExit) as error:
        raise TargetError(f"cannot import {name}: {detail_of(error)}") from error
