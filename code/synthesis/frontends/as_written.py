"""Finds the expressions that modules assign to constants.

A source can then have ``wp.vec3(0.0, -9.8, 0.0)`` rather than the value with all digits of each float32.
"""

import ast
import functools
import importlib.util
import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from synthesis.frontends.definitions import bound_names

_ALLOWED = (
    *(ast.Constant, ast.Name, ast.Load, ast.Attribute, ast.Call, ast.keyword, ast.Tuple, ast.List),
    *(ast.UnaryOp, ast.UAdd, ast.USub, ast.Invert, ast.BinOp, ast.operator),
)
"""Syntax that an expression may contain: calls of functions in modules, and arithmetic."""
_MOST_HOPS = 4
"""Maximum number of imports to follow from one module to the next."""
_LONGEST = 200
"""Maximum number of characters of an expression. A longer one is a table and no more readable than its value."""


@dataclass(frozen=True, slots=True)
class Written:
    """The right-hand side of a module-level assignment."""

    text: str
    names: tuple[str, ...]
    """The names in the expression, all of which are modules or other constants."""
    module: ModuleType
    """The module of the assignment, in which the names are evaluated."""

    def value(self) -> Any:
        """Return the current value of the expression.

        Raises:
            Exception: any exception that the calls in it raise.
        """
        return eval(self.text, {name: vars(self.module)[name] for name in self.names})  # noqa: S307 (as the module did)


def written(name: str, value: Any, module: str) -> Written | None:
    """Return the expression that a module assigns to a name; None if the name has other bindings there as well.

    The result is also None if the expression has syntax that is not allowed.

    Args:
        name: a global of the module.
        value: the value of the name. The result is None if the module has another object under this name.
        module: the name of an imported module. Names that it imports from other modules are looked up there.
    """
    for _ in range(_MOST_HOPS):
        found = sys.modules.get(module)
        if found is None or vars(found).get(name) is not value:
            return None
        match _bindings(found).get(name):
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


def _bindings(module: ModuleType) -> Mapping[str, list[ast.stmt]]:
    """Return, for each name, the top-level statements that bind it, directly or in a nested block.

    The result is empty if the module's source is not available.
    """
    try:
        return _bindings_in(inspect.getsource(module))
    except (OSError, TypeError, SyntaxError, ValueError, RecursionError):
        return {}


@functools.lru_cache(maxsize=64)
def _bindings_in(source: str) -> Mapping[str, list[ast.stmt]]:
    tree = ast.parse(source)
    changed = {name for node in ast.walk(tree) if isinstance(node, ast.Global) for name in node.names}
    found: dict[str, list[ast.stmt]] = {}
    for statement in tree.body:
        is_definition = isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for name in {statement.name} if is_definition else bound_names(ast.Module([statement], [])):
            found.setdefault(name, []).append(statement)
    return {name: each for name, each in found.items() if name not in changed}
