"""Flags: numbers that are compared with 0 or 1, or truths."""

import ast
from dataclasses import replace

from synthesis.frontends.warp.recipes.applications.forms.sheet import Sheet, names_in
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type
from synthesis.records import Role

_SHARE = 0.1
"""How often a flag that might be a number is a truth."""
_FLAG = Type("bool")


def turn_to_truths(sheet: Sheet, choices: Stream) -> None:
    """Declare some flags as truths, and ask for them as such."""
    tests = _Tests()
    for statement in sheet.body:
        tests.visit(statement)
    uses = list(names_in(sheet.body))
    for key, given in sheet.given.items():
        flag = given.kind == Type("int32") and given.domain == (0, 1) and given.role is Role.INPUT and not given.base
        if flag and uses.count(key) == tests.asked.get(key, 0) > 0 and choices.chance(_SHARE):
            sheet.given[key] = replace(given, kind=_FLAG)
            sheet.body = [_Asking(key).visit(each) for each in sheet.body]


def _asked(node: ast.AST) -> tuple[str, bool] | None:
    """The flag that a comparison asks for, and whether it is to be set; None for any other node."""
    match node:
        case ast.Compare(
            left=ast.Name(id=key) | ast.Subscript(value=ast.Name(id=key)),
            ops=[ast.Eq() | ast.NotEq() | ast.Gt() as test],
            comparators=[ast.Constant(value=0 | 1 as number)],
        ) if not (isinstance(test, ast.Gt) and number):
            return key, bool(number) is isinstance(test, ast.Eq)
        case _:
            return None


class _Tests(ast.NodeVisitor):
    """Counts how often each name is compared with 0 or 1."""

    def __init__(self) -> None:
        self.asked: dict[str, int] = {}

    def visit_Compare(self, node: ast.Compare) -> None:
        if found := _asked(node):
            self.asked[found[0]] = self.asked.get(found[0], 0) + 1
        self.generic_visit(node)


class _Asking(ast.NodeTransformer):
    """Asks for a truth where it was compared."""

    def __init__(self, key: str) -> None:
        self.key = key

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        found = _asked(node)
        if found is None or found[0] != self.key:
            return node
        return node.left if found[1] else ast.UnaryOp(ast.Not(), node.left)
