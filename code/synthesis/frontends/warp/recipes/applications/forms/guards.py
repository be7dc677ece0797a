"""Guards: an early exit or a branch, and one test with two operands or two tests."""

import ast
from collections.abc import Mapping, Sequence

from synthesis.drawing.streams import Stream
from synthesis.drawing.walking import Rewriter, walk
from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    Sheet,
    blocks_in,
    blocks_of,
    names_in,
    names_stored,
    nodes_in,
)

_BRANCHES_SHARE: dict[type[ast.stmt], float] = {ast.Return: 0.45, ast.Continue: 0.3}
"""Share of kernels in which guards become branches around the following statements, by kind of guard."""
_KEPT_RANGE_GUARDS_SHARE = 0.5
"""Share of kernels with branches in place of guards that keep the guards that check the range of an index."""
_JOINED_SHARE, _SPLIT_SHARE = 0.6, 0.08
"""Probabilities that two tests with the same body are joined, and that a test with two parts is split."""
_TIGHTENED_SHARE = 0.25
"""Probability that a branch that contains only another branch is joined with it by ``and``."""
_DEEPEST, _DEEP = 3, 3
"""Limits for new branches: the depth of the block, and the nesting depth of the statements inside a new branch.

One in ten kernels of applications has branches and loops nested three deep.
"""
_MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.GtE: ast.Lt, ast.Gt: ast.LtE, ast.LtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
}  # fmt: skip


def rearrange(sheet: Sheet, choices: Stream) -> None:
    """Write some of a kernel's tests in other ways."""
    sheet.body = _without_known(sheet.body, {})
    for block in list(blocks_of(sheet.body)):
        _join(block, choices, (*sheet.indices, *sheet.items))
        _split(block, choices)
        _tighten(block, choices)
    inside = {left for left, share in _BRANCHES_SHARE.items() if choices.chance(share)}
    indices = (*sheet.indices, *sheet.items) if choices.chance(_KEPT_RANGE_GUARDS_SHARE) else ()
    for depth, left, block in _nested(sheet.body, 0, ast.Return):
        if depth < _DEEPEST and left in inside:
            _turn_inside(block, left, indices)
    sheet.body = [_Plain().visit(each) for each in sheet.body]
    if any(map(_tests_sign, nodes_in(sheet.body))):
        sheet.body = [_BySign().visit(each) for each in sheet.body]


def _nested(
    body: list[ast.stmt], depth: int, left: type[ast.stmt] | None
) -> list[tuple[int, type[ast.stmt] | None, list[ast.stmt]]]:
    """Return all blocks, innermost first, each with its depth and the kind of statement that ends just this block.

    The kind is ``ast.Return``, ``ast.Continue`` or None.
    """
    found: list[tuple[int, type[ast.stmt] | None, list[ast.stmt]]] = []
    for statement in body:
        for inner in blocks_in(statement):
            found += _nested(inner, depth + 1, ast.Continue if isinstance(statement, ast.For | ast.While) else None)
    return [*found, (depth, left, body)]


_Known = Mapping[str, frozenset[str]]
"""Comparisons that are known to be true, as text, each with the variables in it."""


def _without_known(body: list[ast.stmt], known: _Known) -> list[ast.stmt]:
    """Return statements without tests that always hold because of an earlier guard or an enclosing branch."""
    made: list[ast.stmt] = []
    for statement in body:
        if isinstance(statement, ast.If) and not statement.orelse and ast.unparse(statement.test) in known:
            made += _without_known(statement.body, known)
            continue
        changed = set(names_stored([statement]))
        lasting = {text: names for text, names in known.items() if names.isdisjoint(changed)}
        for inner in blocks_in(statement):
            branch = isinstance(statement, ast.If)
            tested = _known_by(statement.test) if branch and inner is statement.body else {}
            inner[:] = _without_known(inner, {**(known if branch else lasting), **tested})
        made.append(statement)
        known = lasting
        if isinstance(statement, ast.If) and _leaves(statement):
            known = known | _known_by(opposite(statement.test))
    return made


def _known_by(test: ast.expr) -> dict[str, frozenset[str]]:
    """Return the comparisons that hold if a test is true, as text, each with the variables in it.

    Only comparisons of variables and numbers are included.
    """
    return {
        ast.unparse(each): frozenset(names_in([each]))
        for each in parts_of_test(test, ast.And)
        if isinstance(each, ast.Compare)
        and all(isinstance(part, ast.Name | ast.Constant) for part in (each.left, *each.comparators))
    }


def opposite(test: ast.expr) -> ast.expr:
    """Return the negation of a test."""
    match test:
        case ast.Compare(left=left, ops=[op], comparators=right):
            return ast.Compare(left, [_MIRRORED[type(op)]()], right)
        case ast.UnaryOp(op=ast.Not(), operand=inner):
            return inner
        case ast.BoolOp(op=op, values=parts):
            other = ast.Or() if isinstance(op, ast.And) else ast.And()
            return ast.BoolOp(other, [opposite(each) for each in parts])
        case _:
            return ast.UnaryOp(ast.Not(), test)


def _tests_sign(node: ast.AST) -> bool:
    """Return whether a node tests for a missing index as a negative number: ``i < 0``."""
    match node:
        case ast.Compare(ops=[ast.Lt() | ast.GtE()], comparators=[ast.Constant(value=0 as zero)]):
            return type(zero) is int
        case _:
            return False


class _BySign(Rewriter):
    """Replaces comparisons with -1 by tests for a negative number, as in the rest of the kernel."""

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        match node:
            case ast.Compare(
                ops=[ast.Eq() | ast.NotEq() as comparison],
                comparators=[ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1 as one))],
            ) if type(one) is int:
                operator = ast.Lt() if isinstance(comparison, ast.Eq) else ast.GtE()
                return ast.Compare(node.left, [operator], [ast.Constant(0)])
            case _:
                return node


class _Plain(Rewriter):
    """Replaces negations by positive tests: ``not (a == b)`` becomes ``a != b``."""

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        operand = self.visit(node.operand)
        compared = isinstance(operand, ast.Compare) and len(operand.ops) == 1 and type(operand.ops[0]) in _MIRRORED
        if isinstance(node.op, ast.Not) and (compared or isinstance(operand, ast.BoolOp)):
            return opposite(operand)
        return ast.UnaryOp(node.op, operand)


def _leaves(statement: ast.stmt) -> type[ast.stmt] | None:
    """Return the kind of statement by which a guard exits: ``ast.Return`` or ``ast.Continue``.

    Return None if the statement is no guard.
    """
    match statement:
        case ast.If(body=[ast.Return(value=None) | ast.Continue() as leaving], orelse=[]):
            return type(leaving)
        case _:
            return None


def _turn_inside(block: list[ast.stmt], left: type[ast.stmt], indices: Sequence[str]) -> None:
    """Replace guards that exit just this block by branches around the statements after them.

    Guards that check the range of an index remain.

    Args:
        block: the statements, changed in place.
        left: the kind of statement that exits the block.
        indices: the variables whose range checks remain.
    """
    for place in reversed(range(len(block) - 1)):
        guard, leaves = block[place], _leaves(block[place])
        if leaves is not left or not isinstance(guard, ast.If) or _is_range(guard.test, indices):
            continue
        rest = block[place + 1 :]
        if leaves is ast.Return and _deep(rest):
            continue
        block[place:] = [ast.If(opposite(guard.test), rest, [])]


def _deep(body: list[ast.stmt]) -> bool:
    """Return whether statements are nested so deeply that no branch should be put around them."""
    return max(depth for depth, _, _ in _nested(body, 0, None)) >= _DEEP


def _may_be_joined(first: ast.stmt, second: ast.stmt, indices: Sequence[str]) -> bool:
    """Return whether two statements are guards that exit in the same way and whose tests can be joined by ``or``.

    The second test must be valid if the first one is true, or the first must check the range of an index: the joined
    test does not evaluate its second part then.
    """
    match first, second:
        case ast.If(body=[one], orelse=[]), ast.If(body=[other], orelse=[]):
            jumps = isinstance(one, ast.Return | ast.Continue | ast.Break)
            safe = _is_range(first.test, indices) or _independent(first.test, second.test)
            return jumps and ast.dump(one) == ast.dump(other) and safe
        case _:
            return False


def _is_range(test: ast.expr, indices: Sequence[str]) -> bool:
    """Return whether a test compares one of the given indices with a limit, or with the -1 of a missing index."""
    match test:
        case ast.Compare(left=ast.Name(id=name), ops=[ast.GtE() | ast.Lt() | ast.Eq()]):
            return name in indices
        case _:
            return False


def _independent(first: ast.expr, second: ast.expr) -> bool:
    """Return whether the second test is valid for either result of the first.

    It must have no calls, and no subscript with a variable of the first test.
    """
    nodes = list(walk(second))
    indices = names_in([node.slice for node in nodes if isinstance(node, ast.Subscript)])
    return not any(isinstance(node, ast.Call) for node in nodes) and set(indices).isdisjoint(names_in([first]))


def parts_of_test(test: ast.expr, op: type[ast.boolop]) -> list[ast.expr]:
    """Return the operands of a test that is this Boolean operation, else the test alone."""
    return test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, op) else [test]


def _join(block: list[ast.stmt], choices: Stream, indices: Sequence[str]) -> None:
    """Join adjacent guards with the same body by ``or``."""
    place = 0
    while place + 1 < len(block):
        first, second = block[place], block[place + 1]
        if _may_be_joined(first, second, indices) and choices.chance(_JOINED_SHARE):
            assert isinstance(first, ast.If)
            assert isinstance(second, ast.If)
            tests = [*parts_of_test(first.test, ast.Or), *parts_of_test(second.test, ast.Or)]
            if len(tests) <= 3:
                block[place : place + 2] = [ast.If(ast.BoolOp(ast.Or(), tests), first.body, [])]
        place += 1


def _split(block: list[ast.stmt], choices: Stream) -> None:
    """Split guards whose test is an ``or`` into one guard for each part."""
    for place in reversed(range(len(block))):
        statement = block[place]
        if _leaves(statement) and isinstance(statement, ast.If) and choices.chance(_SPLIT_SHARE):
            parts = parts_of_test(statement.test, ast.Or)
            block[place : place + 1] = [ast.If(each, statement.body, []) for each in parts]


def _tighten(block: list[ast.stmt], choices: Stream) -> None:
    """Join a branch that contains only another branch with it, by ``and``."""
    for place, statement in enumerate(block):
        match statement:
            case ast.If(test=outer, body=[ast.If(test=inner, body=body, orelse=[])], orelse=[]):
                if _independent(outer, inner) and choices.chance(_TIGHTENED_SHARE):
                    tests = [*parts_of_test(outer, ast.And), *parts_of_test(inner, ast.And)]
                    block[place] = ast.If(ast.BoolOp(ast.And(), tests), body, [])
            case _:
                pass
