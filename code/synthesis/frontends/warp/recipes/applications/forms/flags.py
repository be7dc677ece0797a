"""Flags: numbers that are compared with 0 or 1, or bools."""

import ast
from dataclasses import replace
from typing import cast

from synthesis.core.signatures import Role
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.drawing.walking import Rewriter, Visitor
from synthesis.frontends.warp.recipes.applications.forms.sheet import Sheet, names_in

_SHARE = 0.15
"""Probability that an array of numeric flags becomes an array of bools."""
_SINGLE_FLAG_SHARE = 0.8
"""Probability that a single numeric flag becomes a bool."""
_INTEGERS_SHARE = 0.48
"""Probability that the bool arrays of a kernel become arrays of numbers.

9 % of applications' kernels have bool arguments.
"""
_EQUALS_ONE_SHARE = 0.3
"""Probability that a kernel with numbers in place of bools tests ``== 1`` rather than ``!= 0``."""
_BARE_TESTS_SHARE = 0.35
"""Probability that a kernel tests numeric flags as in ``if not flags[i]``, rather than compares them with 0.

16 % of applications' kernels have a ``not``; without this form 9 % of drawn ones had one.
"""
_BYTES_SHARE = 0.22
"""Probability that an array of numbers in place of bools has a type of one byte."""
_BYTE_TYPES = ("uint8", "int8")
_FLAG = Type("bool")


def turn_to_bools(sheet: Sheet, choices: Stream) -> None:
    """Declare some numeric flags as bools, and test them as bools."""
    tests = _ComparisonCounts()
    for statement in sheet.body:
        tests.visit(statement)
    uses = list(names_in(sheet.body))
    for key, given in sheet.given.items():
        flag = given.kind == Type("int32") and given.domain == (0, 1) and given.role is Role.INPUT and not given.base
        if (
            flag
            and uses.count(key) == tests.tested.get(key, 0) > 0
            and choices.chance(_SINGLE_FLAG_SHARE if given.shape is None else _SHARE)
        ):
            sheet.given[key] = replace(given, kind=_FLAG)
            sheet.body = [_BoolTesting(key).visit(each) for each in sheet.body]


def turn_to_integers(sheet: Sheet, choices: Stream) -> None:
    """In some kernels, declare all arrays of bools as numbers, and compare them with 0 or 1."""
    if not choices.chance(_INTEGERS_SHARE):
        return
    one = choices.chance(_EQUALS_ONE_SHARE)
    testing = _TruthTestCounts()
    for statement in sheet.body:
        testing.visit(statement)
    uses = list(names_in(sheet.body))
    flags = {key for key, each in sheet.given.items() if each.kind == _FLAG and each.shape and each.role is Role.INPUT}
    flags = {key for key in flags if uses.count(key) == testing.tested.get(key, 0) > 0}
    for key in flags:
        sheet.given[key] = replace(sheet.given[key], kind=Type("int32"))
    comparing = _Comparing(flags, one=one)
    sheet.body = [comparing.visit(each) for each in sheet.body]


def test_without_comparison(sheet: Sheet, choices: Stream) -> None:
    """In some kernels, test numeric flags and masked bits in branches and loops without a comparison."""
    if not choices.chance(_BARE_TESTS_SHARE):
        return
    numbers = {key: each for key, each in sheet.given.items() if each.kind == Type("int32")}
    flags = {
        key for key, each in numbers.items() if each.domain == (0, 1) and each.role is Role.INPUT and not each.base
    }
    written = {each.shape for each in numbers.values() if each.role is not Role.INPUT}
    testing = _TestingWithoutComparison(flags, {key for key in flags if numbers[key].shape in written})
    sheet.body = [testing.visit(each) for each in sheet.body]
    uses = list(names_in(sheet.body))
    for key, count in testing.tested.items():
        if uses.count(key) == count and sheet.given[key].shape and choices.chance(_BYTES_SHARE):
            sheet.given[key] = replace(sheet.given[key], kind=Type(choices.choice(_BYTE_TYPES)))


class _TestingWithoutComparison(Rewriter):
    """Removes comparisons of flags with 0 or 1 from the tests of branches and loops.

    Args:
        flags: names of numbers that are 0 or 1.
        twice: flags that may be the same array as one that the kernel writes. If a branch tests only an element of such
            an array, Warp reads the element again after the branch, and takes the other branch too if it has changed
            (docs/findings/018). The comparison is kept there.
    """

    def __init__(self, flags: set[str], twice: set[str]) -> None:
        self._flags, self._twice = flags, twice
        self.tested: dict[str, int] = {}
        """The number of tests of each flag without a comparison."""

    def visit_If(self, node: ast.If) -> ast.stmt:
        found = _tested(node.test)
        if found is None or not found[1] or found[0] not in self._twice:
            node.test = self._bare(node.test)
        return cast("ast.stmt", self.generic_visit(node))

    def visit_While(self, node: ast.While) -> ast.stmt:
        node.test = self._bare(node.test)
        return cast("ast.stmt", self.generic_visit(node))

    def _bare(self, test: ast.expr) -> ast.expr:
        match test:
            case ast.BoolOp(op=op, values=values):
                return ast.BoolOp(op, [self._bare(each) for each in values])
            case ast.Compare(
                left=ast.BinOp(op=ast.BitAnd()) as bits,
                ops=[ast.Eq() | ast.NotEq() as operator],
                comparators=[ast.Constant(value=0)],
            ):
                return ast.UnaryOp(ast.Not(), bits) if isinstance(operator, ast.Eq) else bits
            case ast.Compare(left=left):
                found = _tested(test)
                if found is None or found[0] not in self._flags:
                    return test
                self.tested[found[0]] = self.tested.get(found[0], 0) + 1
                return left if found[1] else ast.UnaryOp(ast.Not(), left)
            case _:
                return test


def _truth(node: ast.expr) -> str | None:
    """Return the name of the array or argument that an expression reads; None for any other expression."""
    match node:
        case ast.Name(id=key) | ast.Subscript(value=ast.Name(id=key)):
            return key
        case _:
            return None


def _tests_of(node: ast.AST) -> list[ast.expr]:
    """Return the parts of a statement or expression that are tested for truth."""
    match node:
        case ast.If(test=test) | ast.While(test=test) | ast.IfExp(test=test):
            return [test]
        case ast.BoolOp(values=values):
            return values
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return [operand]
        case _:
            return []


class _TruthTestCounts(Visitor):
    """Counts how often each name is tested for truth."""

    def __init__(self) -> None:
        self.tested: dict[str, int] = {}

    def generic_visit(self, node: ast.AST) -> None:
        for key in filter(None, map(_truth, _tests_of(node))):
            self.tested[key] = self.tested.get(key, 0) + 1
        super().generic_visit(node)


class _Comparing(Rewriter):
    """Adds a comparison with a number to tests of flags."""

    def __init__(self, flags: set[str], *, one: bool) -> None:
        self.flags, self.one = flags, one

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        if isinstance(node.op, ast.Not) and _truth(node.operand) in self.flags:
            return ast.Compare(self.visit(node.operand).left, [ast.Eq()], [ast.Constant(0)])
        return ast.UnaryOp(node.op, self.visit(node.operand))

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return self._compared(node) if node.id in self.flags else node

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        inner = self.visit(node.slice)
        if _truth(node) in self.flags:
            return self._compared(ast.Subscript(node.value, inner, node.ctx))
        return ast.Subscript(self.visit(node.value), inner, node.ctx)

    def _compared(self, node: ast.expr) -> ast.expr:
        return ast.Compare(node, [ast.Eq() if self.one else ast.NotEq()], [ast.Constant(int(self.one))])


def _tested(node: ast.AST) -> tuple[str, bool] | None:
    """Return the flag in a comparison, and whether the comparison holds if it is set; None for any other node."""
    match node:
        case ast.Compare(
            left=ast.Name(id=key) | ast.Subscript(value=ast.Name(id=key)),
            ops=[ast.Eq() | ast.NotEq() | ast.Gt() as test],
            comparators=[ast.Constant(value=0 | 1 as number)],
        ) if not (isinstance(test, ast.Gt) and number):
            return key, bool(number) is isinstance(test, ast.Eq)
        case _:
            return None


class _ComparisonCounts(Visitor):
    """Counts how often each name is compared with 0 or 1."""

    def __init__(self) -> None:
        self.tested: dict[str, int] = {}

    def visit_Compare(self, node: ast.Compare) -> None:
        if found := _tested(node):
            self.tested[found[0]] = self.tested.get(found[0], 0) + 1
        self.generic_visit(node)


class _BoolTesting(Rewriter):
    """Removes comparisons of a flag that has become a bool."""

    def __init__(self, key: str) -> None:
        self.key = key

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        found = _tested(node)
        if found is None or found[0] != self.key:
            return node
        return node.left if found[1] else ast.UnaryOp(ast.Not(), node.left)
