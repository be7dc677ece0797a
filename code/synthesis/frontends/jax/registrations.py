"""Calls after a class that register it as a pytree, and that are a part of its definition."""

import ast
import functools
import inspect

from synthesis.frontends.definitions import Definition, once_for_a_class, source_of
from synthesis.frontends.plain_names import REGISTERS
from synthesis.frontends.rewriting import Text


def class_definition(kind: type) -> Definition:
    """Return the definition of a class, with the module-level calls that register it as a pytree."""
    source, line = source_of(kind)
    calls = _calls_of(kind)
    if source is None or not calls:
        return Definition(kind)
    return Definition(kind, "\n\n\n".join([source.strip("\n"), *calls]), line)


@once_for_a_class
def _calls_of(kind: type) -> tuple[str, ...]:
    """Return the texts of the statements in a class's file that register the class."""
    try:
        lines, _ = inspect.findsource(kind)
        return _calls_in("".join(lines)).get(kind.__qualname__, ())
    except (OSError, TypeError, SyntaxError):
        return ()


@functools.lru_cache(maxsize=16)
def _calls_in(text: str) -> dict[str, tuple[str, ...]]:
    """Return the texts of the statements of a file that register a class, by the name of the class."""
    found: dict[str, tuple[str, ...]] = {}
    places = Text(text)
    for statement in ast.parse(text).body:
        match statement:
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[ast.Name(id=kind), *_])
            ) if name in REGISTERS:
                found[kind] = (*found.get(kind, ()), places.held(statement))
            case _:
                pass
    return found
