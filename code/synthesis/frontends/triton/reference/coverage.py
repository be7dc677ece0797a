"""The coverage of a kernel's statements and arms of expressions, including the functions that it calls."""

import ast
from collections.abc import Iterator, Sequence

from synthesis.frontends.base import Arm, Reached, Trace
from synthesis.frontends.triton.reference.operations import ARMS
from synthesis.frontends.triton.reference.statements import live
from synthesis.frontends.triton.reference.values import Function

_WIDEST = 60
"""Maximum number of characters of an expression in a message."""
_PARAMETERS = {
    "where": ("", "x", "y"), "maximum": ("x", "y"), "minimum": ("x", "y"), "clamp": ("x", "min", "max"),
}  # fmt: skip
"""The parameters of functions that select. They are the functions' arms, except the unnamed condition."""


def reached_statements(kernel: Function, trace: Trace) -> Reached:
    """Return the coverage of statements and of arms of expressions, by all programs of the recorded runs.

    Branches that Triton removes when it compiles the kernel do not count, nor do statements without effect and arms
    that are constants.
    """
    places, arms = 0, 0
    missed, untaken = list[str](), list[Arm]()
    pending, known = [kernel], set[int]()
    while pending:
        function = pending.pop(0)
        if id(function) in known:
            continue
        known.add(id(function))
        for statement in _statements(function.node.body, trace):
            places += 1
            pending += _called(statement, function, trace)
            if id(statement) not in trace.first:
                missed.append(_words(statement))
                continue
            for place, number, node in _arms(statement, trace):
                arms += 1
                if (place, number) not in trace.arms:
                    untaken.append(Arm(f"{_words(node)} of line {node.lineno}", slopes=False))
    return Reached(places=places, missed=tuple(missed), arms=arms, untaken=tuple(untaken))


def _words(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0][:_WIDEST]


def _statements(body: Sequence[ast.stmt], trace: Trace) -> Iterator[ast.stmt]:
    """Yield the statements of a body and of nested bodies that count for coverage."""
    if id(body) in trace.left_out and not any(id(each) in trace.first for each in body):
        return
    for statement in live(body):
        if id(statement) in trace.left_out and id(statement) not in trace.first:
            continue
        if isinstance(statement, ast.Pass | ast.Assert) or (
            isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
        ):
            continue
        yield statement
        match statement:
            case ast.If():
                yield from _statements(statement.body, trace)
                yield from _statements(statement.orelse, trace)
            case ast.For() | ast.While():
                yield from _statements(statement.body, trace)
            case _:
                pass


def _own(statement: ast.stmt, trace: Trace) -> Iterator[ast.AST]:
    """Yield the expressions of a statement, without nested statements and without parts that Triton removes."""
    nodes: list[ast.AST] = [each for each in ast.iter_child_nodes(statement) if not isinstance(each, ast.stmt)]
    while nodes:
        node = nodes.pop(0)
        if id(node) in trace.left_out and not _is_reached(node, trace):
            continue
        yield node
        nodes += ast.iter_child_nodes(node)


def _is_reached(node: ast.AST, trace: Trace) -> bool:
    """Return whether an arm that Triton removed in one call was taken in another call."""
    return any((id(each), 0) in trace.arms for each in ast.walk(node))


def _called(statement: ast.stmt, function: Function, trace: Trace) -> list[Function]:
    found = [function.names.get(each.id) for each in _own(statement, trace) if isinstance(each, ast.Name)]
    return [each for each in found if isinstance(each, Function) and not each.known]


def _arms(statement: ast.stmt, trace: Trace) -> Iterator[tuple[int, int, ast.expr]]:
    """Yield the arms of a statement's own expressions: their expression's identity, their number, and their node."""
    for node in _own(statement, trace):
        given: list[tuple[int, ast.expr]] = []
        match node:
            case ast.IfExp():
                if id(node.body) not in trace.left_out and id(node.orelse) not in trace.left_out:
                    given = [(0, node.body), (1, node.orelse)]
            case ast.BoolOp():
                if (id(node), 0) in trace.arms:
                    given = list(enumerate(node.values))[1:]
            case ast.Call():
                given = _selected(node)
            case _:
                pass
        yield from ((id(node), number, each) for number, each in given if not _is_constant(each))


def _selected(node: ast.Call) -> list[tuple[int, ast.expr]]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name not in ARMS or any(isinstance(each, ast.Starred) for each in node.args):
        return []
    named = {each.arg: each.value for each in node.keywords}
    if name == "load":
        other = named.get("other", node.args[2] if len(node.args) > 2 else None)
        return [] if other is None else [(1, other)]
    parameters = _PARAMETERS[name]
    arms = [*node.args, *(named[each] for each in parameters[len(node.args) :] if each in named)]
    if name == "where":
        arms = arms[1:] if node.args else arms
    return list(enumerate(arms[: 3 if name == "clamp" else 2]))


def _is_constant(node: ast.expr) -> bool:
    match node:
        case ast.Constant():
            return True
        case ast.UnaryOp():
            return _is_constant(node.operand)
        case ast.Call():
            return all(map(_is_constant, node.args)) and ast.unparse(node.func) == "float"
        case _:
            return False
