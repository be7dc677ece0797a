"""Which decisions a function takes: its branches, and what it compares."""

import ast

from measures.syntax import Function, is_elif, number


def branches(function: Function) -> dict[str, bool]:
    """Which decisions a function has."""
    inside = function.inside()
    conditions = [each for each in inside if isinstance(each, ast.If)]
    compared = [each for each in inside if isinstance(each, ast.Compare)]
    operators = {type(operator) for each in compared for operator in each.ops}
    return {
        "if": bool(conditions),
        "guard, if ...: return": any(
            len(each.body) == 1 and isinstance(each.body[0], ast.Return) and not each.orelse for each in conditions
        ),
        "if of three statements and more": any(_count(each.body) >= 3 for each in conditions),
        "nested if": any(_holds_another(each) for each in conditions),
        "elif": any(is_elif(each, other) for each in conditions for other in each.orelse if isinstance(other, ast.If)),
        "==, !=": bool(operators & {ast.Eq, ast.NotEq}),
        "compared with 0 or -1": any(_is_edge(side) for each in compared for side in (each.left, *each.comparators)),
        "and, or": any(isinstance(each, ast.BoolOp) for each in inside),
        "not": any(isinstance(each, ast.Not) for each in inside),
        "conditional expression": any(isinstance(each, ast.IfExp) for each in inside),
    }


def _count(statements: list[ast.stmt]) -> int:
    return sum(isinstance(each, ast.stmt) for statement in statements for each in ast.walk(statement))


def _holds_another(condition: ast.If) -> bool:
    """Whether another ``if`` stands in a branch, one that is no ``elif``."""
    for statement in (*condition.body, *condition.orelse):
        if isinstance(statement, ast.If) and is_elif(condition, statement):
            continue
        if any(isinstance(each, ast.If) for each in ast.walk(statement)):
            return True
    return False


def _is_edge(node: ast.expr) -> bool:
    """Whether something is written 0, 0.0, -1 or -1.0, in a cast or not."""
    if isinstance(node, ast.Call) and len(node.args) == 1 and not node.keywords:
        node = node.args[0]
    value = number(node)
    return value is not None and value in (0, -1)
