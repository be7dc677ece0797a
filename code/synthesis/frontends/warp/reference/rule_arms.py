"""The gradients and replays that a user wrote for functions (``wp.func_grad``), and what the runs take of them.

Such a rule may be wrong in one of its branches or arms alone. So it is run with the arguments of each call of its
function, and with random numbers as adjoints of the results. What it executes is recorded under the inverted identity
of a place, since what a rule takes of a function says nothing of the function itself.
"""

import ast
import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError, Trace
from synthesis.frontends.warp import introspection
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.sources import Source, source_of, type_of
from synthesis.frontends.warp.reference.values import (
    Array,
    ArrayView,
    Buffer,
    Frame,
    IndexedBuffer,
    StructValue,
    Value,
    ValueType,
)

_FAILURES = (ReferenceUnknownError, ReferenceFaultError, AttributeError, IndexError, KeyError, TypeError, ValueError)
"""Errors of an evaluation of what is not modelled, or of arguments for which a rule is not defined."""


def rules_of(function: Any) -> list[Source]:
    """Return the gradient and the replay that a user wrote for an overload of a function.

    Their statements compute what they add to adjoints, but add it to nothing. An ``if`` without ``else`` has one that
    does nothing, so that it is known whether the condition was ever false.
    """
    return [_rule_of(each) for _, each in introspection.rules_of(function)]


def _rule_of(written: Any) -> Source:
    known = getattr(written, "_irsmith_rule", None)
    if known is None:
        known = written._irsmith_rule = copy.copy(source_of(written))
        known.body = [_WithoutAdjoints().visit(copy.deepcopy(each)) for each in known.body]
    return known


def note_rules(
    machine: Machine,
    run: Callable[[Sequence[ast.stmt], Array, Frame], Array],
    function: Any,
    arguments: Sequence[Any],
) -> None:
    """Record what the gradient and the replay that a user wrote for a function execute for the arguments of a call.

    Nothing is recorded if the machine's record is not one of points of derivatives. A rule that cannot be evaluated is
    recorded as left out.

    Args:
        machine: the machine of the lanes.
        run: runs the statements of a function in some lanes.
        function: an overload of a function.
        arguments: the values of the function's parameters, in order.
    """
    trace = machine.trace
    for rule in rules_of(function) if trace is not None and trace.influence else ():
        assert trace is not None
        with machine.aside() as (noted, ran):
            try:
                _run_rule(machine, run, rule, arguments)
            except _FAILURES:
                noted.left_out.add(id(rule.body))
        machine.notes += [(~place, lanes) for place, lanes in ran]
        for place, first in noted.first.items():
            trace.first.setdefault(~place, first)
        for (place, number), first in noted.arms.items():
            trace.arms[~place, number] = min(first, trace.arms.get((~place, number), first))
        trace.whole |= {(~place, number) for place, number in noted.whole}
        trace.left_out |= {~place for place in noted.left_out}


def trace_of_rules(trace: Trace) -> Trace:
    """Return the part of a record that rules made, by the identities of places."""
    return Trace(
        first={~place: run for place, run in trace.first.items() if place < 0},
        arms={(~place, number): run for (place, number), run in trace.arms.items() if place < 0},
        whole={(~place, number) for place, number in trace.whole if place < 0},
        left_out={~place for place in trace.left_out if place < 0},
    )


def _run_rule(
    machine: Machine,
    run: Callable[[Sequence[ast.stmt], Array, Frame], Array],
    rule: Source,
    arguments: Sequence[Any],
) -> None:
    if machine.of_blocks:
        raise ReferenceUnknownError("a derivative rule in a kernel of tiles")
    declared = introspection.declared_types_of(rule.written)
    generator = np.random.default_rng(0)
    names = dict(zip(rule.parameters, map(_apart, arguments), strict=False))
    for name in rule.parameters[len(names) :]:
        names[name] = _adjoint(machine, type_of(declared[name]), generator)
    run(rule.body, machine.mask, Frame(names, rule.scope))


def _apart(value: Any) -> Any:
    """Return a value that has no memory in common with a value."""
    match value:
        case ArrayView(buffer=IndexedBuffer()):
            raise ReferenceUnknownError("a derivative rule of a function of an indexed array")
        case ArrayView():
            return replace(value, buffer=Buffer(copy.deepcopy(value.buffer.data), object()))
        case StructValue():
            return StructValue(value.type, {name: _apart(each) for name, each in value.fields.items()})
        case _:
            return value


def _adjoint(machine: Machine, kind: Any, generator: np.random.Generator) -> Value:
    """Return random numbers as the adjoint of a result."""
    if not isinstance(kind, ValueType):
        raise ReferenceUnknownError("the adjoint of something other than numbers")
    drawn = generator.normal(size=(machine.lanes, *kind.shape)) if kind.is_float else 0
    made = np.broadcast_to(drawn, (machine.lanes, *kind.shape))
    return Value(kind, made.astype(machine.formats[kind.scalar]))


class _WithoutAdjoints(ast.NodeTransformer):
    """Replaces each addition to an adjoint by the expression that is added."""

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        return self._computed(node, [node.value]) if any(map(_is_of_adjoint, node.targets)) else node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.stmt:
        return self._computed(node, [node.value]) if _is_of_adjoint(node.target) else node

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        call = node.value
        if isinstance(call, ast.Call) and call.args and _is_of_adjoint(call.args[0]):
            return self._computed(node, call.args[1:])
        return node

    def visit_If(self, node: ast.If) -> ast.stmt:
        self.generic_visit(node)
        node.orelse = node.orelse or [ast.copy_location(ast.Expr(ast.copy_location(ast.Constant(None), node)), node)]
        return node

    def _computed(self, statement: ast.stmt, values: list[ast.expr]) -> ast.stmt:
        value = values[0] if len(values) == 1 else ast.Tuple(values, ast.Load())
        return ast.fix_missing_locations(ast.copy_location(ast.Expr(value), statement))


def _is_of_adjoint(target: ast.expr) -> bool:
    """Return whether an expression is an adjoint of a rule's function, or a part of one."""
    while isinstance(target, ast.Subscript | ast.Attribute):
        if isinstance(target, ast.Attribute) and target.attr == "adjoint":
            return True
        target = target.value
    return False
