"""What a live function or class is to the collector of its source: a definition, where it stands, what it may name."""

import ast
import functools
import importlib
import inspect
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import CodeType, FunctionType, ModuleType
from typing import Any


@dataclass(frozen=True, slots=True)
class Definition:
    """A function or class that a front end's object was made from, as Python sees it."""

    obj: Any
    """The plain function or class."""
    source: str | None = None
    """Its source where the front end knows it better than ``inspect`` does."""
    line: int = 0
    """The line of its file that ``source`` starts at."""
    annotations: Mapping[str, str] = field(default_factory=dict[str, str])
    """Parameter to type, as text, to be written where the annotation alone would not give it."""
    after: str = ""
    """A statement that completes the declaration, where the source alone does not declare it."""
    beside: tuple["Definition", ...] = ()
    """What belongs to it and is declared after it: further overloads, a gradient of the user's."""


@dataclass(frozen=True, slots=True)
class Built:
    """A value as an expression of other values."""

    text: str
    """The expression, with ``{0}``, ``{1}`` … where its parts stand."""
    parts: tuple[tuple[str, Any], ...] = ()
    """What it is made of, each with a name that would suit it."""
    attributes: tuple[str, ...] = ()
    """Which attributes of these it asks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """An object of a class of the user's, as far as it is used."""

    kind: Any
    """Its class."""
    fields: Mapping[str, Any]
    """What it has."""
    methods: Mapping[str, Definition]
    """What its class, or one above that, defines."""
    mark: str = ""
    """A decorator of the class."""


def name_of(function: Any) -> str:
    """A function's name; a lambda's is the one that its module gave it."""
    if function.__name__ != "<lambda>":
        return function.__name__
    return next((name for name, value in function.__globals__.items() if value is function), "function")


def source_of(obj: Any) -> tuple[str | None, int]:
    """The source of a function or class and the line of its file that it starts at; (None, 0) where there is none."""
    try:
        lines, first = _lines_of(obj.__code__) if _is_own(obj) else inspect.getsourcelines(obj)
        if getattr(obj, "__name__", "") == "<lambda>":
            lines, first = _statement_at(inspect.getsourcelines(sys.modules[obj.__module__])[0], first) or (
                lines,
                first,
            )
    except (OSError, TypeError, KeyError):
        return None, 0
    return "".join(lines), first


def _is_own(obj: Any) -> bool:
    """Whether a function's source is its own code's, and not what ``inspect`` finds it to be made around."""
    return isinstance(obj, FunctionType) and not hasattr(obj, "__wrapped__")


@functools.lru_cache(maxsize=1024)
def _lines_of(code: CodeType) -> tuple[list[str], int]:
    return inspect.getsourcelines(code)


def _statement_at(lines: list[str], line: int) -> tuple[list[str], int] | None:
    """The statement of a module that a line belongs to: what ``inspect`` gives of a lambda may be a part of one."""
    for statement in ast.parse("".join(lines)).body:
        if statement.lineno <= line <= (statement.end_lineno or 0) and not isinstance(
            statement, ast.FunctionDef | ast.ClassDef
        ):
            return lines[statement.lineno - 1 : statement.end_lineno], statement.lineno
    return None


def home_of(obj: Any) -> str:
    """The module that a function or class was written in, whatever its ``__module__`` was set to since."""
    return obj.__globals__.get("__name__", "") if isinstance(obj, FunctionType) else obj.__module__


def scope_of(obj: Any) -> Mapping[str, Any]:
    """What the names inside a function or class stand for: its globals, over them its closure."""
    if not isinstance(obj, FunctionType):
        return vars(sys.modules[obj.__module__]) if obj.__module__ in sys.modules else {}
    return {**obj.__globals__, **closure_of(obj)}


def closure_of(function: FunctionType) -> dict[str, Any]:
    """What a function has captured, by name; cells that were never filled are left out."""
    found: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        try:
            found[name] = cell.cell_contents
        except ValueError:
            continue
    return found


def changes_what_is_around(tree: ast.Module) -> bool:
    """Whether a function assigns names that its text alone does not bind."""
    outer = [each for each in ast.walk(tree) if isinstance(each, ast.Nonlocal | ast.Global)]
    bound = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    first = tree.body[0]
    inside = {id(each) for part in getattr(first, "body", []) for each in ast.walk(part)
              if isinstance(part, ast.FunctionDef)}  # fmt: skip
    return any(id(each) not in inside or not set(each.names) <= bound for each in outer)


def bound_names(tree: ast.Module) -> set[str]:
    """Names that a definition binds itself."""
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
    """Names that a definition reads and does not bind itself, in order of appearance."""
    bound = bound_names(tree)
    loads = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)]
    loads.sort(key=lambda node: (node.lineno, node.col_offset))
    seen: set[str] = set()
    for node in loads:
        if node.id not in bound and node.id not in seen:
            seen.add(node.id)
            yield node.id


def import_of_module(name: str, module: ModuleType) -> str:
    """An import statement that gives a module a name."""
    path = module.__name__
    if path == name:
        return f"import {path}"
    parent, _, last = path.rpartition(".")
    if last == name and parent:
        return f"from {parent} import {name}"
    return f"import {path} as {name}"


def packages_above(module: str) -> list[str]:
    """The packages that a module is in, outermost first, without those that are nobody's to name."""
    parts = module.split(".")
    found = (parts[:depth] for depth in range(1, len(parts)))
    return [".".join(each) for each in found if not any(part.startswith("_") for part in each)]


def import_of_attribute(name: str, value: Any, modules: Sequence[str]) -> str | None:
    """An import statement that gives the value its name again, from the first module that has it."""
    for attribute in dict.fromkeys((getattr(value, "__name__", name), name)):
        for module in modules:
            try:
                found = getattr(importlib.import_module(module), attribute, None)
            except ImportError:
                continue
            if found is value:
                return f"from {module} import {attribute}" + (f" as {name}" if attribute != name else "")
    return None
