"""Tests of numbers against limits: by ``abs`` or on each side, and with ``isfinite``; clamps by ``min`` and ``max``."""

import ast
import copy
from typing import cast

from synthesis.drawing.streams import Stream
from synthesis.drawing.walking import Rewriter
from synthesis.frontends.warp.recipes.applications.forms.guards import parts_of_test
from synthesis.frontends.warp.recipes.applications.forms.kinds import kind_of, kinds_in
from synthesis.frontends.warp.recipes.applications.forms.sheet import Sheet, nodes_in, parse_expression

_BOTH_SIDES_SHARE = 0.6
"""Probability that a kernel compares a number with a limit on each side, rather than its absolute value."""
_FINITE_TEST_SHARE = 0.3
"""Probability that a kernel tests whether a compared number is finite.

``isfinite`` is in 2.1 % of applications' kernels.
"""
_MIN_MAX_SHARE = 0.12
"""Probability that a kernel has ``min(max(x, low), high)`` for a clamp.

``clamp`` is in 2.8 % of applications' kernels.
"""
_SIMPLE = (ast.Name, ast.Subscript, ast.Attribute)
"""Expressions that can be written twice, because they compute nothing."""
_OTHER_SIDE: dict[type[ast.cmpop], tuple[type[ast.cmpop], type[ast.boolop]]] = {
    ast.Gt: (ast.Lt, ast.Or), ast.GtE: (ast.LtE, ast.Or), ast.Lt: (ast.Gt, ast.And), ast.LtE: (ast.GtE, ast.And),
}  # fmt: skip
"""For each comparison of an absolute value with a limit: the comparison of the number with the negative limit, and the
operator that combines both comparisons."""


def compare(sheet: Sheet, choices: Stream) -> None:
    """Rewrite tests against limits, and clamps, in some kernels."""
    if choices.child("sides").chance(_BOTH_SIDES_SHARE):
        sheet.body = [_BySide().visit(each) for each in sheet.body]
    if choices.child("finite").chance(_FINITE_TEST_SHARE):
        _add_finite_test(sheet)
    if choices.child("clamps").chance(_MIN_MAX_SHARE):
        sheet.body = [_ByLeastAndMost().visit(each) for each in sheet.body]


class _ByLeastAndMost(Rewriter):
    """Replaces ``clamp`` by ``min`` and ``max``."""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node = cast("ast.Call", self.generic_visit(node))
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id="wp"), attr="clamp"), args=[number, low, high]):
                least = ast.Call(parse_expression("wp.max"), [number, low], [])
                return ast.Call(parse_expression("wp.min"), [least, high], [])
            case _:
                return node


class _BySide(Rewriter):
    """Replaces the comparison of an absolute value by comparisons with the limit and its negative."""

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        parts = (parts_of_test(self.visit(each), type(node.op)) for each in node.values)
        return ast.BoolOp(node.op, [each for some in parts for each in some])

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        match node:
            case ast.Compare(
                left=ast.Call(func=ast.Attribute(attr="abs"), args=[value]),
                ops=[ast.Gt() | ast.GtE() | ast.Lt() | ast.LtE() as comparison],
                comparators=[limit],
            ) if isinstance(value, _SIMPLE) and isinstance(limit, (*_SIMPLE, ast.Constant)):
                other, joined = _OTHER_SIDE[type(comparison)]
                negative = ast.UnaryOp(ast.USub(), copy.deepcopy(limit))
                below = ast.Compare(copy.deepcopy(value), [other()], [negative])
                return ast.BoolOp(joined(), [below, ast.Compare(value, [comparison], [limit])])
            case _:
                return node


def _add_finite_test(sheet: Sheet) -> None:
    """Add a test whether a number is finite: the first number that a branch or a guard compares with a constant."""
    known = kinds_in(sheet)
    for branch in nodes_in(sheet.body):
        match branch:
            case ast.If(
                test=ast.Compare(
                    left=ast.Name() | ast.Subscript() as value,
                    ops=[ast.Gt() | ast.GtE() | ast.Lt() | ast.LtE() as comparison],
                    comparators=[ast.Constant()],
                ) as test,
                body=body,
            ) if kind_of(value, known) == "float":
                leaves = isinstance(body[-1], ast.Return | ast.Continue)
                if not leaves and isinstance(comparison, ast.Lt | ast.LtE):
                    continue  # NaN is not less than anything
                finite = ast.Call(parse_expression("wp.isfinite"), [copy.deepcopy(value)], [])
                if leaves:
                    branch.test = ast.BoolOp(ast.Or(), [ast.UnaryOp(ast.Not(), finite), test])
                else:
                    branch.test = ast.BoolOp(ast.And(), [finite, test])
                return
            case _:
                pass
