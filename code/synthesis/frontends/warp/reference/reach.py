"""Which statements of a kernel's source, and of the functions that it calls, some runs came to."""

import ast
from collections.abc import Iterator, Sequence
from typing import Any

from synthesis.frontends.base import Reached, Trace
from synthesis.frontends.warp import introspection
from synthesis.frontends.warp.reference.sources import Source, source_of

_WIDEST = 60
"""Characters of a statement that a message shows."""


def reached_statements(kernel: Source, trace: Trace) -> Reached:
    """How many statements were run by at least one thread.

    What does nothing (``pass``, a docstring) does not count, nor a branch that Warp resolves when it builds the kernel.
    Of a function with several overloads those count that were called, or the first if none was.

    Args:
        kernel: the kernel's source.
        trace: what was noted while it ran.
    """
    pending, known = [kernel], list[Source]()
    missed: list[str] = []
    places = 0
    while pending:
        source = pending.pop(0)
        if any(source is each for each in known):
            continue
        known.append(source)
        for statement in _statements(source.body, trace):
            places += 1
            if id(statement) not in trace.first:
                missed.append(ast.unparse(statement).partition("\n")[0][:_WIDEST])
            pending += _called(statement, source, trace)
    return Reached(places=places, missed=tuple(missed))


def _statements(body: Sequence[ast.stmt], trace: Trace) -> Iterator[ast.stmt]:
    """The statements of a body and of those inside it."""
    if id(body) in trace.left_out and not any(id(each) in trace.first for each in body):
        return
    for statement in body:
        if isinstance(statement, ast.Pass) or (
            isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        ):
            continue
        yield statement
        for inner in _bodies(statement):
            yield from _statements(inner, trace)


def _bodies(statement: ast.stmt) -> list[list[ast.stmt]]:
    """The bodies inside a statement that may be run; Warp drops a loop's ``else``."""
    match statement:
        case ast.If():
            return [statement.body, statement.orelse]
        case ast.For() | ast.While():
            return [statement.body]
        case _:
            return []


def _called(statement: ast.stmt, source: Source, trace: Trace) -> Iterator[Source]:
    """The functions of the user's that a statement itself calls, not one inside it."""
    nodes: list[ast.AST] = [each for each in ast.iter_child_nodes(statement) if not isinstance(each, ast.stmt)]
    while nodes:
        node = nodes.pop()
        nodes += ast.iter_child_nodes(node)
        function = _resolved(node, source) if isinstance(node, ast.Name | ast.Attribute) else None
        if introspection.is_function(function) and not introspection.is_native(function):
            overloads = introspection.callable_overloads_of(function)
            sources = [source_of(each) for each in (overloads if len(overloads) > 1 else [function])]
            yield from [each for each in sources if _entered(each, trace)] or sources[:1]


def _entered(source: Source, trace: Trace) -> bool:
    return any(id(each) in trace.first for each in source.body)


def _resolved(node: ast.expr, source: Source) -> Any:
    """What a name, or a name in a module or class, stands for in the scope of a function; None if nothing."""
    if isinstance(node, ast.Name):
        return source.scope.get(node.id)
    if isinstance(node, ast.Attribute):
        return getattr(_resolved(node.value, source), node.attr, None)
    return None
