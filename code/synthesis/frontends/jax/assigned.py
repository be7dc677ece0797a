"""Functions that a module makes by an assignment, such as ``many = jax.vmap(energy)``, and these assignments."""

import ast
import functools
import inspect
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from types import FunctionType, ModuleType
from typing import Any

from synthesis.core.examples import example, is_mark
from synthesis.frontends.definitions import Definition
from synthesis.frontends.jax.functions import function_behind


@dataclass(frozen=True, slots=True)
class Assigned:
    """A function and the assignment that makes it."""

    name: str
    """The name to which the function is assigned."""
    statement: str
    line: int
    """The line of its file at which the assignment starts."""
    stand_in: Any
    """A plain function with the same name, file, line and module, which does nothing."""

    @property
    def definition(self) -> Definition:
        """The assignment as a definition."""
        return Definition(self.stand_in, self.statement, self.line)


def assigned(value: Any, module: ModuleType | None = None) -> Assigned | None:
    """Return the module-level assignment that makes a function from others; None if there is none.

    The result is also None for a plain function, which is made by its definition or by the function that returns it,
    and for a ``functools.partial``, which is a call of its function with constants.

    Args:
        value: a function that JAX may be able to trace.
        module: a module that may contain the assignment, in addition to the module of the function inside.
    """
    behind = function_behind(value) if callable(value) else None
    if behind is None or behind is value or isinstance(value, functools.partial):
        return None
    homes = (module, sys.modules.get(behind.__globals__.get("__name__", "")))
    for home in [each for each in homes if each is not None]:
        for name, member in vars(home).items():
            if member is value and name != behind.__name__ and (found := _assignments(home).get(name)) is not None:
                statement, line = found
                return Assigned(name, _without_mark(statement, vars(home)), line, _stand_in(home, name, line))
    return None


def is_mark_in(decorator: ast.expr, names: Mapping[str, Any]) -> bool:
    """Return whether an expression is a call of ``synthesis.example``, or what such a call returned, under any name.

    Args:
        decorator: the expression.
        names: the variables of its module.
    """
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    first, *parts = ast.unparse(called).split(".")
    found: Any = names.get(first)
    for part in parts:
        found = getattr(found, part, None)
    return found is example if isinstance(decorator, ast.Call) else is_mark(found)


def _without_mark(statement: str, names: Mapping[str, Any]) -> str:
    """Return an assignment without a mark around its value, such as ``f = example("f32[4]")(make(3))``."""
    (node,) = ast.parse(statement).body
    match node:
        case ast.Assign(value=ast.Call(func=mark, args=[value], keywords=[]) as call) if is_mark_in(mark, names):
            inner, outer = ast.get_source_segment(statement, value), ast.get_source_segment(statement, call)
            return statement.replace(outer, inner, 1) if inner and outer else statement
        case _:
            return statement


def is_elsewhere_made(value: Any, module: ModuleType) -> bool:
    """Return whether a function wraps another one and does not replace it under its name in a module.

    It is True for ``many = jax.vmap(energy)``, and False for ``energy = jax.jit(energy)``, for a function that is made
    from a lambda, and for a ``functools.partial``.

    Args:
        value: a function that JAX may be able to trace.
        module: the module.
    """
    behind = function_behind(value)
    if behind is None or behind is value or behind.__name__ == "<lambda>" or isinstance(value, functools.partial):
        return False
    return vars(module).get(behind.__name__) is not value


def _assignments(module: ModuleType) -> dict[str, tuple[str, int]]:
    """Map each name to which a module assigns a call's result to the source and the first line of the assignment."""
    try:
        return _assignments_in(inspect.getsource(module))
    except (OSError, TypeError, SyntaxError):
        return {}


@functools.lru_cache(maxsize=256)
def _assignments_in(source: str) -> dict[str, tuple[str, int]]:
    lines = source.splitlines(keepends=True)
    found: dict[str, tuple[str, int]] = {}
    for statement in ast.parse(source).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call()):
                pass
            case ast.AnnAssign(target=ast.Name(id=name), value=ast.Call()):
                pass
            case _:
                continue
        found[name] = "".join(lines[statement.lineno - 1 : statement.end_lineno]), statement.lineno
    return found


@functools.lru_cache(maxsize=1024)
def _stand_in(module: ModuleType, name: str, line: int) -> FunctionType:
    def stand_in() -> None: ...

    code = stand_in.__code__.replace(
        co_filename=getattr(module, "__file__", None) or "", co_name=name, co_firstlineno=line
    )
    return FunctionType(code, vars(module), name)
