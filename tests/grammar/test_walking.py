"""Syntax trees are walked and changed as by what Python has for it, but for contexts, names and marks."""

import ast
from pathlib import Path
from typing import Any

import synthesis
from synthesis.drawing.walking import Rewriter, Visitor, walk

FILES = sorted(Path(synthesis.__file__).parent.rglob("*.py"))[::20]
ODD = """
global_ = {**spare, 1: 2}
def f(a, /, b=1, *c, d, e=2, **g) -> None:
    global x
    match a:
        case {"k": v, **rest}: pass
        case Point(x=0) | [1, *_] as both: del v
    async def inner():
        async with a as b: await c
    return lambda x: [y async for y in z if y], f"{a!r:>{b}}"
"""


def trees() -> list[ast.AST]:
    return [ast.parse(ODD), *(ast.parse(file.read_text()) for file in FILES)]


def test_all_nodes_but_contexts_are_found_in_the_order_of_ast() -> None:
    for tree in trees():
        nodes = [each for each in ast.walk(tree) if not isinstance(each, ast.expr_context)]
        assert all(found is node for found, node in zip(walk(tree), nodes, strict=True))


class Meeting:
    """Notes names and calls."""

    def __init__(self) -> None:
        self.met: list[str] = []

    def visit_Name(self, node: ast.Name) -> None:
        self.met.append(node.id)

    def visit_Call(self: Any, node: ast.Call) -> None:
        self.met.append("(")
        self.generic_visit(node)
        self.met.append(")")


class Theirs(Meeting, ast.NodeVisitor):
    pass


class Ours(Meeting, Visitor):
    pass


def test_methods_are_called_in_the_order_of_ast() -> None:
    for tree in trees():
        ours, theirs = Ours(), Theirs()
        ours.visit(tree)
        theirs.visit(tree)
        assert ours.met == theirs.met


class Changing:
    """One node for another, several for one, and none."""

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.Attribute(ast.Name("other", node.ctx), node.id, node.ctx)

    def visit_Pass(self, node: ast.Pass) -> list[ast.stmt]:
        return [node, ast.Expr(ast.Constant("passed"))]

    def visit_Return(self, node: ast.Return) -> None:
        pass

    def visit_Call(self: Any, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        return ast.BinOp(node.func, ast.Add(), ast.Constant(len(node.args)))


class TheirChanges(Changing, ast.NodeTransformer):
    pass


class OurChanges(Changing, Rewriter):
    pass


def test_what_methods_give_is_put_where_ast_puts_it() -> None:
    for ours, theirs in zip(trees(), trees(), strict=True):
        assert ast.dump(OurChanges().visit(ours)) == ast.dump(TheirChanges().visit(theirs))


def test_each_class_has_methods_of_its_own() -> None:
    class More(Ours):
        def visit_Name(self, node: ast.Name) -> None:
            self.met.append(node.id.upper())

    for kind, expected in ((Ours, ["a"]), (More, ["A"]), (Ours, ["a"])):
        visitor = kind()
        visitor.visit(ast.parse("a"))
        assert visitor.met == expected
