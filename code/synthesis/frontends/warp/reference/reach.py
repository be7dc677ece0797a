"""Which statements and arms of expressions of a kernel, and of the functions that it calls, some runs came to."""

import ast
import functools
from collections.abc import Iterator, Sequence

from synthesis.core.signatures import Signature
from synthesis.frontends.base import Arm, Reached, Trace
from synthesis.frontends.linemap import Where
from synthesis.frontends.warp.reference.arms import SELECTING
from synthesis.frontends.warp.reference.dependence import Dependence, called_name, functions_of
from synthesis.frontends.warp.reference.sources import Source

_WIDEST = 60
"""Characters of a statement that a message shows."""


def reached_statements(kernel: Source, signature: Signature, trace: Trace, where: Where) -> Reached:
    """How many statements were run by at least one thread, and how many arms of their expressions were taken.

    What does nothing (``pass``, a docstring) does not count, nor a branch that Warp resolves when it builds the kernel.
    Of a function with several overloads those count that were called, or the first if none was.

    An arm counts if it is computed from elements of arrays or from the thread's number. A derivative needs it if it
    depends on an input that has one. So constants and plain arguments, such as the bounds of a guard, need not be
    taken.

    Args:
        kernel: the kernel's source.
        signature: says which arguments are arrays, and which of them have derivatives.
        trace: what was noted while it ran.
        where: the line of the kernel's source that a line of a file is.
    """
    arrays = [each.name for each in signature.arguments if each.shape is not None]
    computed = _dependence(kernel, tuple(arrays), smoothly=False)
    differentiable = _dependence(kernel, signature.differentiable, smoothly=True)
    pending, known = [kernel], list[Source]()
    missed, sloping, untaken = list[str](), list[str](), list[Arm]()
    places = arms = 0
    while pending:
        source = pending.pop(0)
        if any(source is each for each in known):
            continue
        known.append(source)
        for statement in _statements(source.body, trace):
            places += 1
            pending += _called(statement, source, trace)
            if id(statement) not in trace.first:
                words = _words(statement)
                missed.append(words)
                sloping += [words] if any(differentiable.holds(each, source) for each in _values(statement)) else []
                continue
            for arm, is_factor in _arms(statement, trace):
                taken = (id(arm), 0) in trace.arms
                if not computed.holds(arm, source) or (is_factor and taken):
                    continue
                arms += 1
                if taken:
                    continue
                slopes = (id(arm), 0) not in trace.whole and differentiable.holds(arm, source)
                line = where(source.file, source.line + arm.lineno - 1)
                untaken.append(Arm(_words(arm) if line is None else f"{_words(arm)} of line {line}", slopes))
    return Reached(places=places, missed=tuple(missed), arms=arms, untaken=tuple(untaken), sloping=tuple(sloping))


@functools.lru_cache(maxsize=4)  # of one kernel, it is asked for several times
def _dependence(kernel: Source, arguments: tuple[str, ...], *, smoothly: bool) -> Dependence:
    return Dependence(kernel, arguments, smoothly=smoothly)


def _words(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0][:_WIDEST]


def _values(statement: ast.stmt) -> list[ast.expr]:
    """What a statement computes, but for what it only decides by."""
    match statement:
        case ast.Assign(value=value) | ast.AugAssign(value=value) | ast.Expr(value=value):
            return [value]
        case ast.AnnAssign(value=ast.expr() as value) | ast.Return(value=ast.expr() as value):
            return [value]
        case _:
            return []


def _arms(statement: ast.stmt, trace: Trace) -> Iterator[tuple[ast.expr, bool]]:
    """The arms of a statement's own expressions, and of each whether it is a factor of a product.

    A factor counts only where the other is zero in every run: mostly it is none, and each product would be two arms.
    """
    pending: list[ast.AST] = [each for each in ast.iter_child_nodes(statement) if not isinstance(each, ast.stmt)]
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Mult):
        yield from (
            (each, True) for each in (statement.target, statement.value) if isinstance(statement.target, ast.Name)
        )
    while pending:
        node = pending.pop(0)
        if id(node) in trace.left_out:
            continue
        found: list[ast.expr] = []
        match node:
            case ast.IfExp():
                found = [each for each in (node.body, node.orelse) if id(each) not in trace.left_out]
            case ast.BoolOp():
                found = node.values[1:]
            case ast.BinOp(op=ast.Mult()):
                yield from ((each, True) for each in (node.left, node.right))
            case ast.Call():
                name = called_name(node)
                if name == "static":
                    continue
                if (
                    name in SELECTING
                    and len(node.args) > 1
                    and not any(isinstance(each, ast.Starred) for each in node.args)
                ):
                    found = node.args[1:] if name == "where" else node.args
            case _:
                pass
        yield from ((each, False) for each in found)
        pending += ast.iter_child_nodes(node)


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
        sources = functions_of(node, source)
        yield from [each for each in sources if _entered(each, trace)] or sources[:1]


def _entered(source: Source, trace: Trace) -> bool:
    return any(id(each) in trace.first for each in source.body)
