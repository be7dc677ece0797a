"""Execution of source texts as modules, in a way that lets tools find a function's source."""

import ast
import itertools
import linecache
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType

from synthesis.core.errors import Stage, Symptom
from synthesis.core.records import KernelSpec, Rejection
from synthesis.frontends.base import Kernel
from synthesis.frontends.failures import detail_of, rejected
from synthesis.frontends.linemap import NO_PLACES, Places

_numbers = itertools.count()
_INSIDE = " #@)]}"
"""First characters of lines that continue a statement, or that precede one."""
_DEFINES = re.compile(r"(?:def|class) (\w+)\b.*|(\w+) = [^=;]*|(?:import|from) [^;]*")


def load_kernels(
    specs: Sequence[KernelSpec],
    find: Callable[[KernelSpec, ModuleType, Places], Kernel | Rejection],
    forget: Callable[[str], object],
) -> list[Kernel | Rejection]:
    """Return the kernels of several specifications, whose sources are executed in as few modules as possible.

    Args:
        specs: the specifications.
        find: returns the kernel of a specification, from the module in which its source was executed.
        forget: drops a module by its name; called for modules in which no kernel was found.
    """
    run = list(_run_sources(specs))
    found = [module if isinstance(module, Rejection) else find(spec, module, places) for spec, module, places in run]
    used = {kernel.module for kernel in found if isinstance(kernel, Kernel)}
    for name in {module.__name__ for _, module, _ in run if isinstance(module, ModuleType)} - used:
        forget(name)
    return found


def _run_sources(specs: Sequence[KernelSpec]) -> Iterator[tuple[KernelSpec, ModuleType | Rejection, Places]]:
    """Execute sources, in shared modules where possible and in separate modules otherwise.

    Sources share a module if no two bind the same name, apart from imports. Sharing does not change the kernels.

    Yields:
        For each specification, in order, its module (or a rejection) and the place of its source in the module.
    """
    for group in _groups(specs):
        starts = itertools.accumulate((_lines(spec.source) for spec in group), initial=1)
        module = _run("\n".join(spec.source for spec in group), group[0])
        if isinstance(module, Rejection) and len(group) > 1:
            for spec in group:
                alone = _run(spec.source, spec)
                yield spec, alone, NO_PLACES if isinstance(alone, Rejection) else _places(alone, spec, 1)
            continue
        for spec, start in zip(group, starts, strict=False):
            yield spec, module, NO_PLACES if isinstance(module, Rejection) else _places(module, spec, start)


def _lines(source: str) -> int:
    return source.count("\n") + 1


def _places(module: ModuleType, spec: KernelSpec, start: int) -> Places:
    return Places(((str(module.__file__), start, _lines(spec.source), 1),))


def _groups(specs: Sequence[KernelSpec]) -> Iterator[list[KernelSpec]]:
    """Yield groups of consecutive specifications that can share a module."""
    group: list[KernelSpec] = []
    taken: set[str] = set()
    for spec in specs:
        names = _bound_names(spec.source) if len(specs) > 1 else set[str]()
        if group and (names is None or taken & names):
            yield group
            group, taken = [], set()
        group.append(spec)
        taken |= names or set()
        if names is None:
            yield group
            group, taken = [], set()
    if group:
        yield group


def _bound_names(source: str) -> set[str] | None:
    """Return the names that a module binds other than by imports, or a superset; None if it cannot share a module.

    A source that does not parse, or does more than define things, cannot share a module. For the form of drawn sources,
    the lines that are not indented suffice; any other source is parsed.
    """
    bound: set[str] = set()
    for line in source.split("\n"):
        if line and line[0] not in _INSIDE:
            defines = _DEFINES.fullmatch(line)
            if defines is None:
                return _bound_in_tree(source)
            bound |= set(filter(None, defines.groups()))
    return bound


def _bound_in_tree(source: str) -> set[str] | None:
    try:
        statements = ast.parse(source).body
    except (SyntaxError, ValueError):
        return None
    bound: set[str] = set()
    for statement in statements:
        if isinstance(statement, ast.FunctionDef | ast.ClassDef):
            bound.add(statement.name)
        elif isinstance(statement, ast.Assign) and all(isinstance(target, ast.Name) for target in statement.targets):
            bound |= {target.id for target in statement.targets if isinstance(target, ast.Name)}
        elif not isinstance(statement, ast.Import | ast.ImportFrom):
            return None
    return bound


def _run(source: str, spec: KernelSpec) -> ModuleType | Rejection:
    """Execute a source as a module."""
    try:
        return run_source(source, spec.frontend)
    except (Exception, SystemExit) as error:  # noqa: BLE001 (a module may raise anything)
        symptom = Symptom.SYNTAX_ERROR if isinstance(error, SyntaxError) else Symptom.IMPORT_ERROR
        return rejected(spec, Stage.LOAD, symptom, detail_of(error))


def run_source(source: str, label: str) -> ModuleType:
    """Execute a source as a module, under a name that this process has not used before.

    Nothing is written to disk. The source is stored where ``inspect`` and ``linecache`` look for it, until
    ``forget_module`` is called.

    Args:
        source: the source.
        label: a part of the name, such as a front end's name.

    Raises:
        Exception: whatever the module raises. It is then forgotten.
    """
    name = f"irsmith_{label}_{next(_numbers)}"
    filename = f"<{name}>"
    module = ModuleType(name)
    module.__file__ = filename
    linecache.cache[filename] = (len(source), None, source.splitlines(keepends=True), filename)
    sys.modules[name] = module
    try:
        exec(compile(source, filename, "exec"), module.__dict__)  # noqa: S102 (running kernels is the purpose)
    except BaseException:
        forget_module(name)
        raise
    return module


def forget_module(name: str) -> ModuleType | None:
    """Remove an executed module from Python's tables, and return it."""
    linecache.cache.pop(f"<{name}>", None)
    return sys.modules.pop(name, None)
