"""The coverage of the statements of a kernel and of its functions, and of the arms of their expressions.

Arms are the operands among which an expression selects, such as the sides of a conditional expression or the operands
of ``wp.min``.
"""

import ast
import functools
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import replace

from synthesis.core.signatures import Signature
from synthesis.frontends.base import Arm, Reached, Trace
from synthesis.frontends.linemap import Where
from synthesis.frontends.warp.reference.arms import SELECTING
from synthesis.frontends.warp.reference.dependence import Dependence, called_name, functions_of
from synthesis.frontends.warp.reference.rule_arms import rules_of, trace_of_rules
from synthesis.frontends.warp.reference.sources import Source

_WIDEST = 60
"""Maximum number of characters of a statement in a message."""
_STATEMENTS_CACHED = 2048
"""Number of statements whose arms and calls are cached, since they are needed several times for one kernel."""


def reached_statements(kernel: Source, signature: Signature, trace: Trace, where: Where) -> Reached:
    """Return the coverage of statements and of arms of expressions by the threads of the recorded runs.

    Statements without effect (``pass``, a docstring) do not count, nor does a branch that Warp resolves when it builds
    the kernel. Of a function with several overloads, those that were called count, or the first if none was called.

    An arm counts if it is computed from elements of arrays or from the thread's number. It matters for a derivative if
    it depends on a differentiable input. So arms that are constants or plain arguments, such as the bounds of a guard,
    need not be taken.

    Args:
        kernel: the kernel's source.
        signature: determines which arguments are arrays, and which of them have derivatives.
        trace: the record of the runs.
        where: maps a line of a file to a line of the kernel's source.
    """
    arrays = [each.name for each in signature.arguments if each.shape is not None]
    computed = _dependence(kernel, tuple(arrays), smoothly=False)
    differentiable = _dependence(kernel, signature.differentiable, smoothly=True)
    found, known = _reached(kernel, computed, differentiable, trace, where)
    rules = [rule for each in known for rule in rules_of(each.written)] if trace.influence else []
    return _with_rules(found, rules, trace, where) if rules else found


class _Numbers:
    """All expressions except zeros, which add nothing to a derivative."""

    def holds(self, expression: ast.expr, source: Source) -> bool:
        return not (isinstance(expression, ast.Constant) and not expression.value)


def _reached(
    kernel: Source, computed: Dependence | _Numbers, differentiable: Dependence, trace: Trace, where: Where
) -> tuple[Reached, list[Source]]:
    """Return the coverage of a function and of the functions that it calls, and the sources of all of them."""
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
    reached = Reached(places=places, missed=tuple(missed), arms=arms, untaken=tuple(untaken), sloping=tuple(sloping))
    return reached, known


def _with_rules(found: Reached, rules: Sequence[Source], trace: Trace, where: Where) -> Reached:
    """Return a coverage with what no run takes of the derivative rules that a user wrote for functions.

    What depends on the arguments, or on the adjoints of the results, must be taken. Points that take the rest are only
    searched for, since most constants are guards, and an ``if`` without ``else`` often has one, too.
    """
    noted = trace_of_rules(trace)
    sloping, desired = list[str](), list[str]()
    for rule in rules:
        if id(rule.body) in noted.left_out:
            continue
        depending = _dependence(rule, tuple(rule.parameters), smoothly=True)
        reached, _ = _reached(rule, _Numbers(), depending, noted, where)
        sloping += reached.underived
        rest = {*reached.missed, *(each.words for each in reached.untaken)} - set(reached.underived)
        desired += [*sorted(rest), *(f"not {_words(each)}" for each in _always_true(rule, noted))]
    return replace(
        found,
        sloping=(*found.sloping, *(f"{each} in a derivative rule" for each in sloping)),
        desired=tuple(desired),
    )


def _always_true(rule: Source, trace: Trace) -> Iterator[ast.expr]:
    """Yield the conditions of the executed ``if`` statements without ``else`` that are true in every run."""
    for statement in _statements(rule.body, trace):
        if isinstance(statement, ast.If) and id(statement) in trace.first:
            (other, *_) = statement.orelse
            if isinstance(other, ast.Expr) and isinstance(other.value, ast.Constant) and id(other) not in trace.first:
                yield statement.test


@functools.lru_cache(maxsize=4)  # it is needed several times for one kernel
def _dependence(kernel: Source, arguments: tuple[str, ...], *, smoothly: bool) -> Dependence:
    return Dependence(kernel, arguments, smoothly=smoothly)


@functools.lru_cache(maxsize=_STATEMENTS_CACHED)
def _words(node: ast.AST) -> str:
    return ast.unparse(node).partition("\n")[0][:_WIDEST]


def _values(statement: ast.stmt) -> list[ast.expr]:
    """Return the expressions whose values a statement computes, without conditions."""
    match statement:
        case ast.Assign(value=value) | ast.AugAssign(value=value) | ast.Expr(value=value):
            return [value]
        case ast.AnnAssign(value=ast.expr() as value) | ast.Return(value=ast.expr() as value):
            return [value]
        case _:
            return []


def _arms(statement: ast.stmt, trace: Trace) -> Iterator[tuple[ast.expr, bool]]:
    """Yield the arms of a statement's own expressions, each with whether it is a factor of a product.

    A factor counts as an untaken arm only if the other factor is zero in every run. Otherwise each product would count
    as two arms.
    """
    for arm, is_factor, sides in _all_arms(statement):
        if trace.left_out.isdisjoint(sides):
            yield arm, is_factor


@functools.lru_cache(maxsize=_STATEMENTS_CACHED)
def _all_arms(statement: ast.stmt) -> list[tuple[ast.expr, bool, frozenset[int]]]:
    """Return the arms, each with the identities of all sides of conditional expressions that contain it."""
    found: list[tuple[ast.expr, bool, frozenset[int]]] = []
    children = [each for each in ast.iter_child_nodes(statement) if not isinstance(each, ast.stmt)]
    pending: deque[tuple[ast.AST, frozenset[int]]] = deque((each, frozenset[int]()) for each in children)
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Mult):
        factors = (statement.target, statement.value) if isinstance(statement.target, ast.Name) else ()
        found += [(each, True, frozenset[int]()) for each in factors]
    while pending:
        node, sides = pending.popleft()
        own: set[int] = set()
        match node:
            case ast.IfExp():
                own = {id(node.body), id(node.orelse)}
                found += [(each, False, sides | {id(each)}) for each in (node.body, node.orelse)]
            case ast.BoolOp():
                found += [(each, False, sides) for each in node.values[1:]]
            case ast.BinOp(op=ast.Mult()):
                found += [(each, True, sides) for each in (node.left, node.right)]
            case ast.Call():
                name = called_name(node)
                if name == "static":
                    continue
                if name in SELECTING and len(node.args) > 1 and not any(isinstance(a, ast.Starred) for a in node.args):
                    found += [(each, False, sides) for each in (node.args[1:] if name == "where" else node.args)]
            case _:
                pass
        pending += [(each, sides | ({id(each)} & own)) for each in ast.iter_child_nodes(node)]
    return found


def _statements(body: Sequence[ast.stmt], trace: Trace) -> Iterator[ast.stmt]:
    """Yield the statements of a body and of nested bodies that count for coverage."""
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
    """Return the bodies inside a statement that may run; Warp drops a loop's ``else``."""
    match statement:
        case ast.If():
            return [statement.body, statement.orelse]
        case ast.For() | ast.While():
            return [statement.body]
        case _:
            return []


def _called(statement: ast.stmt, source: Source, trace: Trace) -> Iterator[Source]:
    """Yield the user functions that a statement itself calls, without those that nested statements call."""
    for sources in _all_called(statement, source):
        yield from [each for each in sources if _entered(each, trace)] or sources[:1]


@functools.lru_cache(maxsize=_STATEMENTS_CACHED)
def _all_called(statement: ast.stmt, source: Source) -> list[list[Source]]:
    """Return the sources of the overloads of each user function that a statement calls."""
    nodes: list[ast.AST] = [each for each in ast.iter_child_nodes(statement) if not isinstance(each, ast.stmt)]
    found: list[list[Source]] = []
    while nodes:
        node = nodes.pop()
        nodes += ast.iter_child_nodes(node)
        found.append(functions_of(node, source))
    return [each for each in found if each]


def _entered(source: Source, trace: Trace) -> bool:
    return any(id(each) in trace.first for each in source.body)
