"""Case distinctions: a chain of ``elif``, or separate ``if`` statements."""

import ast

from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.forms.sheet import Sheet, blocks_of, names_stored

_SHARE = 0.5
"""Probability that a kernel has separate ``if`` statements.

9 % of applications' kernels have an ``elif``; without this form 14 % of drawn ones had one.
"""


def split(sheet: Sheet, choices: Stream) -> None:
    """In some kernels, split chains without a final ``else`` whose cases exclude each other into ``if`` statements."""
    if not choices.chance(_SHARE):
        return
    for block in list(blocks_of(sheet.body)):
        for place in reversed(range(len(block))):
            cases = _cases(block[place])
            if len(cases) > 1 and _exclude_each_other(cases):
                block[place : place + 1] = [ast.If(each.test, each.body, []) for each in cases]


def _cases(statement: ast.stmt) -> list[ast.If]:
    """Return the branches of a chain in order; empty if it has a final ``else``."""
    cases: list[ast.If] = []
    while isinstance(statement, ast.If):
        cases.append(statement)
        if not statement.orelse:
            return cases
        if len(statement.orelse) > 1:
            return []
        statement = statement.orelse[0]
    return []


def _exclude_each_other(cases: list[ast.If]) -> bool:
    """Return whether all cases compare the same variable with different constants, and no branch changes it."""
    tests = [_tests(each.test) for each in cases]
    compared = [(ast.unparse(test.left), ast.unparse(test.comparators[0])) for each in tests for test in each]
    variables, constants = {variable for variable, _ in compared}, [constant for _, constant in compared]
    if not all(tests) or len(variables) != 1 or len(set(constants)) != len(constants):
        return False
    changed = set(names_stored([statement for each in cases for statement in each.body]))
    plain = all(each.isupper() or each.isdecimal() for each in constants)
    return plain and all(each.isidentifier() and each not in changed for each in variables)


def _tests(test: ast.expr) -> list[ast.Compare]:
    """Return the operands of a test that joins them by ``or``, or the test alone; empty unless all are ``==``."""
    parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or) else [test]
    found = [each for each in parts if isinstance(each, ast.Compare) and isinstance(each.ops[0], ast.Eq)]
    return found if len(found) == len(parts) else []
