"""Finds the files of a target without importing it: a file, a folder, a module, a package, or ``module:name``."""

import importlib
import importlib.util
import itertools
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import ModuleType

from synthesis.core.errors import MissingFrontendError, Symptom, TargetError, UnsupportedReleaseError
from synthesis.core.examples import Examples, keeping_errors
from synthesis.core.records import Rejection
from synthesis.frontends.base import Frontend, Kernel
from synthesis.frontends.failures import detail_of
from synthesis.frontends.registry import frontend_names, frontend_of, get_frontend, is_imported, is_used_in
from synthesis.making.sources.notebooks import SUFFIX, run_notebook


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One file of a target."""

    label: str
    """The name of the file in messages: its path or its module's dotted name, as the user would write it."""
    module: str = ""
    """The dotted name to import; empty for a single file."""
    file: Path | None = None
    folder: Path | None = None
    """The folder that must be on the path for the module to be found."""
    attribute: str = ""
    one_of_many: bool = False
    """Whether the other files of the target continue if this one fails."""


class TargetImportError(TargetError):
    """A file or module that cannot be imported. ``symptom`` says whether Python cannot parse it."""

    def __init__(self, label: str, error: BaseException) -> None:
        super().__init__(f"cannot import {label}: {detail_of(error)}")
        self.symptom = Symptom.SYNTAX_ERROR if isinstance(error, SyntaxError) else Symptom.IMPORT_ERROR


def places_of(target: str) -> list[Place]:
    """Return the files of a target, sorted. Nothing is imported.

    Raises:
        TargetError: if there is no such file, folder or module.
    """
    text, _, attribute = target.partition(":")
    path = Path(text)
    if text.endswith((".py", SUFFIX)) or "/" in text or os.sep in text or path.is_dir():
        if path.is_dir():
            return _files_of_folder(path)
        if not path.is_file():
            raise TargetError(f"no such file: {path}")
        return [Place(label=text, file=path, attribute=attribute)]
    found = _find(text)
    if found is None:
        raise TargetError(f"no module named {text!r}; expected a file, a folder, a module or module:name")
    folder, origin = found
    if origin is None or origin.name != "__init__.py" or attribute:
        return [Place(label=text, module=text, folder=folder, attribute=attribute)]
    return _modules_of_package(text, origin.parent, folder)


def path_of(place: Place) -> Path | None:
    """Return the file of a place; None if its module has no file below a folder."""
    if place.file is not None or place.folder is None:
        return place.file
    path = place.folder.joinpath(*place.module.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def load_place(place: Place) -> object:
    """Import a place, but not as ``__main__``, and return the module or the object that ``attribute`` names in it.

    Raises:
        TargetImportError: if it cannot be imported.
        TargetError: if it has no such attribute.
    """
    module = _import_file(place) if place.file is not None else _import_module(place)
    target: object = module
    for name in place.attribute.split(".") if place.attribute else ():
        if not hasattr(target, name):
            raise TargetError(f"{place.label} has no attribute {place.attribute!r}")
        target = getattr(target, name)
    return target


def kernels_of(target: object, frontend: str | None, examples: Examples) -> list[Kernel | Rejection]:
    """Return the kernels of a live target, by front end.

    Raises:
        TargetError: if an object is not a kernel of any front end.
        ConfigError: if the examples do not fit a kernel.
    """
    chosen = choose_frontends(target, frontend, examples)
    return [found for each in chosen for found in each.compiler.discover(target, examples=examples)]


def choose_frontends(target: object, frontend: str | None, examples: Examples) -> list[Frontend]:
    """Return the front ends that a live target has kernels of; empty if a module has none.

    If ``frontend`` is given, or the target is a single object, there is exactly one. In a module, Warp's kernels come
    first. JAX can trace any function, so a module's functions count as kernels of JAX only in three cases: if example
    inputs are known, if the module declares a function for JAX, or if it has kernels of another front end and imports
    JAX.

    Raises:
        TargetError: if an object is not a kernel of any front end.
        UnsupportedReleaseError: if a module has imported an unsupported release of a tool.
    """
    if frontend is not None or not isinstance(target, ModuleType):
        return [get_frontend(frontend) if frontend is not None else frontend_of(target)]
    known = examples.arguments or examples.tables or examples.errors or examples.guess
    found: list[Frontend] = []
    for candidate in map(_installed, frontend_names()):
        if candidate is None or not candidate.compiler.prospects(target):
            continue
        is_one = is_used_in(target, candidate.name) if found else known or candidate.compiler.has_declared(target)
        if is_one:
            found.append(candidate)
    return found


def _installed(name: str) -> Frontend | None:
    """Return a front end; None if it is unusable and nothing in this process has imported its tool.

    Raises:
        UnsupportedReleaseError: if the target may hold kernels of an unsupported release of a tool.
    """
    try:
        return get_frontend(name)
    except UnsupportedReleaseError:
        if is_imported(name):
            raise
        return None
    except MissingFrontendError:
        return None


def _find(name: str) -> tuple[Path | None, Path | None] | None:
    """Return the folder to put on the path for a module, and the module's file; None if there is no such module.

    Both are None for a top-level module that is not found as a file in a folder of the path, such as a built-in one.
    Submodules are found by path, because importing their package would run code.
    """
    top, *rest = name.split(".")
    here = str(Path.cwd())
    for folder in (here, *sys.path):
        base = Path(folder or here)
        path = base.joinpath(top, *rest)
        for file in (path.with_suffix(".py"), path / "__init__.py"):
            if file.is_file():
                return base, file
        if path.is_dir() and any(path.glob("*.py")):
            return base, path / "__init__.py"
    try:
        spec = importlib.util.find_spec(top)
    except (ImportError, ValueError):
        spec = None
    return (None, None) if spec is not None and not rest else None


def _modules_of_package(name: str, package: Path, folder: Path | None) -> list[Place]:
    places: list[Place] = []
    for file in sorted(package.rglob("*.py")):
        parts = file.relative_to(package).with_suffix("").parts
        if parts[-1] == "__main__":
            continue
        dotted = ".".join((name, *(parts[:-1] if parts[-1] == "__init__" else parts)))
        places.append(Place(label=dotted, module=dotted, folder=folder, one_of_many=True))
    return places


def _files_of_folder(folder: Path) -> list[Place]:
    if (folder / "__init__.py").is_file():
        resolved = folder.resolve()
        return _modules_of_package(resolved.name, resolved, resolved.parent)
    files = sorted(each for suffix in (".py", SUFFIX) for each in folder.rglob(f"*{suffix}") if not _is_hidden(each))
    if not files:
        raise TargetError(f"no Python files in {folder}")
    return [Place(label=str(file), file=file, one_of_many=True) for file in files]


def _is_hidden(file: Path) -> bool:
    """Return whether a file is a copy that Jupyter made of another file."""
    return ".ipynb_checkpoints" in file.parts


def _import_file(place: Place) -> ModuleType:
    path = place.file
    assert path is not None
    # With a name already used in this process, Warp would reuse the earlier module of that name and its kernels.
    name = next(name for name in _names(path.stem) if name not in sys.modules)
    module, run = _module_of(name, path)
    sys.modules[name] = module
    sys.path.insert(0, str(path.resolve().parent))
    try:
        with keeping_errors():
            run(module)
    except (Exception, SystemExit) as error:
        sys.modules.pop(name)
        raise TargetImportError(place.label, error) from error
    finally:
        sys.path.pop(0)
    return module


def _module_of(name: str, path: Path) -> tuple[ModuleType, Callable[[ModuleType], None]]:
    """Return the module for a file, whose code has not run yet, and the function that runs it.

    Raises:
        TargetError: if it is not a Python file.
    """
    if path.suffix == SUFFIX:
        module = ModuleType(name)
        module.__file__ = str(path)
        return module, partial(run_notebook, path)
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise TargetError(f"not a Python file: {path}")
    return importlib.util.module_from_spec(spec), spec.loader.exec_module


def _names(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}_{number}" for number in itertools.count(2))


def _import_module(place: Place) -> ModuleType:
    if place.folder is not None and str(place.folder) not in sys.path:
        sys.path.insert(0, str(place.folder))
    try:
        with keeping_errors():
            return importlib.import_module(place.module)
    except (Exception, SystemExit) as error:
        raise TargetImportError(place.label, error) from error
