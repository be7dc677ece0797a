"""Calls after a class that register it as a pytree, and that are a part of its definition."""

import ast
import functools
import inspect

from synthesis.frontends.definitions import Definition, source_of
from synthesis.frontends.plain_names import REGISTERS


def class_definition(kind: type) -> Definition:
    """Return the definition of a class, with the module-level calls that register it as a pytree."""
    source, line = source_of(kind)
    calls = _calls_of(kind)
    if source is None or not calls:
        return Definition(kind)
    return Definition(kind, "\n\n\n".join([source.strip("\n"), *calls]), line)


@functools.lru_cache(maxsize=1024)
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
    lines = text.split("\n")
    for statement in ast.parse(text).body:
        match statement:
            case ast.Expr(
                value=ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name), args=[ast.Name(id=kind), *_])
            ) if name in REGISTERS:
                found[kind] = (*found.get(kind, ()), _segment(lines, statement))
            case _:
                pass
    return found


def _segment(lines: list[str], statement: ast.stmt) -> str:
    """Return the text of a statement.

    ``ast.get_source_segment`` divides the whole file into lines on each call: half a second for a long file.
    """
    assert statement.end_lineno is not None
    within = [line.encode() for line in lines[statement.lineno - 1 : statement.end_lineno]]
    within[-1] = within[-1][: statement.end_col_offset]
    within[0] = within[0][statement.col_offset :]
    return b"\n".join(within).decode()
