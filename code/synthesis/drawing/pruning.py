"""Removes unused values from lines of Python, which may remain when parts are chosen at random."""

import ast
from collections.abc import Sequence

from synthesis.drawing.walking import walk


def prune(texts: Sequence[str]) -> list[str]:
    """Return the templates of one body without assignments to unread variables and without empty statements."""
    trees = [ast.parse(text) for text in texts]
    while unread := _assigned(trees) - _read(trees):  # removing an assignment may leave other variables unread
        for tree in trees:
            tree.body = _without(tree.body, unread)
    return [ast.unparse(tree) for tree in trees if tree.body]


def _read(trees: Sequence[ast.Module]) -> set[str]:
    return {
        node.id
        for tree in trees
        for node in walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }


def _assigned(trees: Sequence[ast.Module]) -> set[str]:
    return {name for tree in trees for node in walk(tree) if (name := _target(node))}


def _target(node: ast.AST) -> str | None:
    """Return the variable that a statement assigns; None if it does anything else."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AugAssign(target=ast.Name(id=name)):
            return name
        case _:
            return None


def _without(body: list[ast.stmt], unread: set[str]) -> list[ast.stmt]:
    """Return statements without assignments to unread variables and the comments on them."""
    kept: list[ast.stmt] = []
    for statement in body:
        for field in ("body", "orelse"):
            if inner := getattr(statement, field, None):
                setattr(statement, field, _without(inner, unread))
        if _target(statement) in unread or getattr(statement, "body", None) == []:
            otherwise = getattr(statement, "orelse", [])
            if isinstance(statement, ast.If) and otherwise:
                kept.append(ast.If(ast.UnaryOp(ast.Not(), statement.test), otherwise, []))
            elif kept and _is_comment(kept[-1]):
                kept.pop()
        else:
            kept.append(statement)
    while kept and _is_comment(kept[-1]):
        kept.pop()
    return kept


def _is_comment(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
