"""Live functions and classes as the source collector uses them: definition, location and names in scope."""

import ast
import builtins
import functools
import importlib
import inspect
import sys
import weakref
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType, FunctionType, ModuleType
from typing import Any, TypeVar

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Definition:
    """A function or class that a front end's object was made from."""

    obj: Any
    """The plain function or class."""
    source: str | None = None
    """The source, if the front end has a better one than ``inspect`` returns."""
    line: int = 0
    """The line of its file where ``source`` starts."""
    annotations: Mapping[str, str] = field(default_factory=dict[str, str])
    """The type of each parameter as text. It replaces an annotation that would evaluate to another type."""
    mark: str = ""
    """A decorator that takes the place of a call by which the program made the object; empty if none is needed."""
    after: str = ""
    """A statement that completes the declaration after the source; empty if none is needed.

    ``{name}`` stands for the name of the definition in the source.
    """
    beside: tuple["Definition", ...] = ()
    """Definitions that belong to the object and are written after its own: further overloads, a custom gradient."""


@dataclass(frozen=True, slots=True)
class Built:
    """A value that is written as an expression of other values."""

    text: str
    """The expression, with ``{0}``, ``{1}`` … in place of its parts."""
    parts: tuple[tuple[str, Any], ...] = ()
    """The parts, each with a suggested name."""
    attributes: tuple[str, ...] = ()
    """The attributes of the parts that the expression reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """An object of a user's class, reduced to the members that are used."""

    kind: Any
    """Its class."""
    fields: Mapping[str, Any]
    """The values of its attributes."""
    methods: Mapping[str, Definition]
    """The methods that its class or a base class defines."""
    mark: str = ""
    """A decorator of the class, as text; empty if there is none."""


def name_of(function: Any) -> str:
    """Return a function's name; for a lambda, the name that its module assigned it to."""
    if function.__name__ != "<lambda>":
        return function.__name__
    return next((name for name, value in function.__globals__.items() if value is function), "function")


def source_of(obj: Any) -> tuple[str | None, int]:
    """Return the source of a function or class and the line of its file where it starts; (None, 0) if there is none."""
    try:
        if _is_own(obj):
            lines, first = _lines_of(obj.__code__)
        else:
            lines, first = _lines_of_class(obj) if inspect.isclass(obj) else inspect.getsourcelines(obj)
        if getattr(obj, "__name__", "") == "<lambda>":
            lines, first = _statement_at(inspect.getsourcelines(sys.modules[obj.__module__])[0], first) or (
                lines,
                first,
            )
    except (OSError, TypeError, KeyError):
        return None, 0
    return "".join(lines), first


def _is_own(obj: Any) -> bool:
    """Return whether ``inspect`` gives a function's own source rather than that of a function that it wraps."""
    return isinstance(obj, FunctionType) and not hasattr(obj, "__wrapped__")


@functools.lru_cache(maxsize=1024)
def _lines_of(code: CodeType) -> tuple[list[str], int]:
    return inspect.getsourcelines(code)


def once_for_a_class(function: Callable[[type], R]) -> Callable[[type], R]:
    """Return a function of a class that keeps its results, but does not keep the classes alive."""
    known: weakref.WeakKeyDictionary[type, R] = weakref.WeakKeyDictionary()

    @functools.wraps(function)
    def remembered(kind: type) -> R:
        if kind not in known:
            known[kind] = function(kind)
        return known[kind]

    return remembered


@once_for_a_class
def _lines_of_class(kind: type) -> tuple[list[str], int]:
    """Return what ``inspect`` does, which parses the whole file."""
    return inspect.getsourcelines(kind)


def _statement_at(lines: list[str], line: int) -> tuple[list[str], int] | None:
    """Return the statement of a module that contains a line.

    It is needed because ``inspect`` may return only a part of a lambda's statement.
    """
    for statement in ast.parse("".join(lines)).body:
        if statement.lineno <= line <= (statement.end_lineno or 0) and not isinstance(
            statement, ast.FunctionDef | ast.ClassDef
        ):
            return lines[statement.lineno - 1 : statement.end_lineno], statement.lineno
    return None


def home_of(obj: Any) -> str:
    """Return the module in which a function or class was written, even if its ``__module__`` was changed."""
    return obj.__globals__.get("__name__", "") if isinstance(obj, FunctionType) else obj.__module__


def scope_of(obj: Any) -> Mapping[str, Any]:
    """Return the names that a function or class can read, with their values: its globals, overridden by its closure."""
    if not isinstance(obj, FunctionType):
        return vars(sys.modules[obj.__module__]) if obj.__module__ in sys.modules else {}
    return {**obj.__globals__, **closure_of(obj)}


def closure_of(function: FunctionType) -> dict[str, Any]:
    """Return the captured variables of a function, by name, without cells that are empty."""
    found: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            continue
    return found


def defaults_of(function: FunctionType) -> dict[str, Any]:
    """Return the default values of a function's parameters, by name."""
    count = function.__code__.co_argcount
    values = function.__defaults__ or ()
    named = zip(function.__code__.co_varnames[count - len(values) : count], values, strict=True)
    return {**dict(named), **(function.__kwdefaults__ or {})}


def defaults_in(tree: ast.Module) -> list[tuple[str, ast.expr]]:
    """Return the parameters that have a default, with its expression, of a function or of a lambda that gets a name."""
    match tree.body[0]:
        case ast.FunctionDef(args=given) | ast.Assign(value=ast.Lambda(args=given)):
            last = [*given.posonlyargs, *given.args][-len(given.defaults) :] if given.defaults else []
            pairs = [*zip(last, given.defaults, strict=True), *zip(given.kwonlyargs, given.kw_defaults, strict=True)]
            return [(each.arg, default) for each, default in pairs if default is not None]
        case _:
            return []


def strange_defaults(tree: ast.Module, function: FunctionType, scope: Mapping[str, Any]) -> dict[str, tuple[str, Any]]:
    """Return the parameters whose defaults have another value outside, or none: for each a name and the value.

    A name in a default may have got another value since (``by=by`` in a loop), be a variable of the enclosing function,
    which a function captures only if its body reads it, or be a name that the function itself binds.
    """
    bound, values, known = bound_names(tree), defaults_of(function), {**vars(builtins), **scope}
    found: dict[str, tuple[str, Any]] = {}
    for name, default in defaults_in(tree):
        read = {each.id for each in ast.walk(default) if isinstance(each, ast.Name)}
        is_name = isinstance(default, ast.Name)
        if name in values and (
            not read <= known.keys() - bound or (is_name and any(known[each] is not values[name] for each in read))
        ):
            hint = default.id if isinstance(default, ast.Name) and default.id not in scope else name
            found[name] = (hint, values[name])
    return found


def assigns_outer_names(tree: ast.Module) -> bool:
    """Return whether a function assigns names outside its own source by ``nonlocal`` or ``global``."""
    outer = [each for each in ast.walk(tree) if isinstance(each, ast.Nonlocal | ast.Global)]
    bound = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    first = tree.body[0]
    inside = {id(each) for part in getattr(first, "body", []) for each in ast.walk(part)
              if isinstance(part, ast.FunctionDef)}  # fmt: skip
    return any(id(each) not in inside or not set(each.names) <= bound for each in outer)


def bound_names(tree: ast.Module) -> set[str]:
    """Return the names that a definition binds itself."""
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.alias):
            bound.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name is not None:
            bound.add(node.name)
    return bound


def free_names(tree: ast.Module) -> Iterator[str]:
    """Yield the names that a definition reads and does not bind itself, in order of appearance."""
    bound = bound_names(tree)
    loads = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    loads.sort(key=lambda node: (node.lineno, node.col_offset))
    seen: set[str] = set()
    for node in loads:
        if node.id not in bound and node.id not in seen:
            seen.add(node.id)
            yield node.id


def import_of_module(name: str, module: ModuleType) -> str:
    """Return an import statement that binds a module to a name."""
    path = module.__name__
    if path == name:
        return f"import {path}"
    parent, _, last = path.rpartition(".")
    if last == name and parent:
        return f"from {parent} import {name}"
    return f"import {path} as {name}"


def submodules_read(tree: ast.Module, scope: Mapping[str, Any]) -> list[str]:
    """Return the submodules that a source reads as attributes of packages (``a.b``) which do not import them.

    In a running program something else has imported them.
    """
    found: dict[str, None] = {}
    for outer in (each for each in ast.walk(tree) if isinstance(each, ast.Attribute)):
        names: list[str] = []
        node: ast.expr = outer
        while isinstance(node, ast.Attribute):
            names.insert(0, node.attr)
            node = node.value
        value = scope.get(node.id) if isinstance(node, ast.Name) else None
        for name in names:
            package, value = value, getattr(value, name, None) if isinstance(value, ModuleType) else None
            if isinstance(package, ModuleType) and isinstance(value, ModuleType):
                path = f"{package.__name__}.{name}"
                if value.__name__ == path and name not in _imported_by(package):
                    found[path] = None
    return [*found]


@functools.cache
def _imported_by(package: ModuleType) -> frozenset[str]:
    """Return the names that a package's own file imports, or lists as strings to import them when they are read."""
    try:
        tree = ast.parse(inspect.getsource(package))
    except (OSError, TypeError, SyntaxError):
        return frozenset()
    names = {part for each in ast.walk(tree) if isinstance(each, ast.alias)
             for part in (each.asname or each.name).split(".")}  # fmt: skip
    strings = {each.value for each in ast.walk(tree) if isinstance(each, ast.Constant) and isinstance(each.value, str)}
    return frozenset(names | strings)


def packages_above(module: str) -> list[str]:
    """Return the public packages that a module is in, outermost first."""
    parts = module.split(".")
    found = (parts[:depth] for depth in range(1, len(parts)))
    return [".".join(each) for each in found if not any(part.startswith("_") for part in each)]


def import_of_attribute(name: str, value: Any, modules: Sequence[str]) -> str | None:
    """Return an import statement that binds the value to its name, from the first module that has it."""
    for attribute in dict.fromkeys((getattr(value, "__name__", name), name)):
        for module in modules:
            try:
                found = getattr(importlib.import_module(module), attribute, None)
            except ImportError:
                continue
            if found is value:
                return f"from {module} import {attribute}" + (f" as {name}" if attribute != name else "")
    return None
