"""A constant as its module writes it: ``wp.vec3(0.0, -9.8, 0.0)``, and not the nine digits of each float32."""

import ast
import functools
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any

_ALLOWED = (
    *(ast.Constant, ast.Name, ast.Load, ast.Attribute, ast.Call, ast.keyword, ast.Tuple, ast.List),
    *(ast.UnaryOp, ast.UAdd, ast.USub, ast.Invert, ast.BinOp, ast.operator),
)
"""What an expression may consist of: calls of what modules have, and arithmetic."""
_MOST_HOPS = 4
"""Imports from one module to the next that are followed."""
_LONGEST = 200
"""Characters of an expression; a longer one is a table, which is as good by its values."""


@dataclass(frozen=True, slots=True)
class Written:
    """An assignment's right side."""

    text: str
    names: tuple[str, ...]
    """The names in it, all of which are modules or other constants."""
    module: ModuleType
    """Where it stands, and its names have their values."""

    def value(self) -> Any:
        """What it comes to now.

        Raises:
            Exception: whatever the calls in it raise.
        """
        return eval(self.text, {name: vars(self.module)[name] for name in self.names})  # noqa: S307 (as the module did)


def written(name: str, value: Any, module: str) -> Written | None:
    """The expression that a module's only assignment to a name has; None if there is none, or it does more.

    Args:
        name: a global of the module.
        value: what it stands for; a name that stands for something else there is another.
        module: the name of an imported module. What it imports from others is looked up there.
    """
    for _ in range(_MOST_HOPS):
        found = sys.modules.get(module)
        if found is None or vars(found).get(name) is not value:
            return None
        bindings = _bindings(found)
        match bindings.get(name, []):
            case [ast.Assign(targets=[ast.Name()], value=expression)]:
                return _expression(expression, found)
            case [ast.AnnAssign(value=ast.expr() as expression)]:
                return _expression(expression, found)
            case [ast.ImportFrom(module=home, level=level, names=aliases)]:
                name = next(each.name for each in aliases if (each.asname or each.name) == name)
                module = _absolute(home or "", level, found)
            case _:
                return None
    return None


def _absolute(home: str, level: int, module: ModuleType) -> str:
    try:
        return importlib.util.resolve_name("." * level + home, module.__package__)
    except ImportError:
        return ""


def _expression(expression: ast.expr, module: ModuleType) -> Written | None:
    if not all(isinstance(each, _ALLOWED) for each in ast.walk(expression)):
        return None
    text = ast.unparse(expression)
    names = tuple(dict.fromkeys(each.id for each in ast.walk(expression) if isinstance(each, ast.Name)))
    if len(text) > _LONGEST or not all(name in vars(module) for name in names):
        return None
    return Written(text, names, module)


@functools.lru_cache(maxsize=64)
def _bindings(module: ModuleType) -> dict[str, list[ast.stmt]]:
    """The statements that bind each name of a module, wherever they stand; none if its source is not known."""
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError, SyntaxError, ValueError, RecursionError):
        return {}
    changed = {name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
    found: dict[str, list[ast.stmt]] = {}
    for statement in _statements(tree):
        for name in _bound_by(statement):
            found.setdefault(name, []).append(statement)
    top = {id(each) for each in tree.body}
    return {name: each for name, each in found.items() if name not in changed and {*map(id, each)} <= top}


def _statements(node: ast.AST) -> Iterator[ast.stmt]:
    """The statements that run in a module's own scope."""
    for each in ast.iter_child_nodes(node):
        if isinstance(each, ast.stmt):
            yield each
        if not isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.expr):
            yield from _statements(each)


def _bound_by(statement: ast.stmt) -> set[str]:
    """What a statement binds itself, and not by statements inside it."""
    match statement:
        case ast.Import(names=aliases) | ast.ImportFrom(names=aliases):
            return {each.asname or each.name.partition(".")[0] for each in aliases}
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            return {name}
        case _:
            inner = [each for each in ast.iter_child_nodes(statement) if not isinstance(each, ast.stmt)]
            stores = (node for each in inner for node in ast.walk(each) if isinstance(node, ast.Name))
            return {node.id for node in stores if not isinstance(node.ctx, ast.Load)}
