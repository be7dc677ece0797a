"""Cases of what a thing may be: each asked for otherwise, by ``elif``, or one after the other."""

import ast

from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.forms.sheet import Sheet, blocks_of, names_stored

_SHARE = 0.5
"""How many authors ask for one case after the other; 9 % of applications' kernels have an ``elif``, where drawn ones
without this had 14 %."""


def part(sheet: Sheet, choices: Stream) -> None:
    """Ask for cases that exclude each other one after the other in some kernels, where nothing is left for the rest."""
    if not choices.chance(_SHARE):
        return
    for block in list(blocks_of(sheet.body)):
        for place in reversed(range(len(block))):
            cases = _cases(block[place])
            if len(cases) > 1 and _exclude_each_other(cases):
                block[place : place + 1] = [ast.If(each.test, each.body, []) for each in cases]


def _cases(statement: ast.stmt) -> list[ast.If]:
    """The branches of a chain, in order; none if something is done where no case holds."""
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
    """Whether each case asks whether one variable, which no branch changes, is another constant."""
    tests = [_tests(each.test) for each in cases]
    asked = [(ast.unparse(test.left), ast.unparse(test.comparators[0])) for each in tests for test in each]
    variables, constants = {variable for variable, _ in asked}, [constant for _, constant in asked]
    if not all(tests) or len(variables) != 1 or len(set(constants)) != len(constants):
        return False
    changed = set(names_stored([statement for each in cases for statement in each.body]))
    plain = all(each.isupper() or each.isdecimal() for each in constants)
    return plain and all(each.isidentifier() and each not in changed for each in variables)


def _tests(test: ast.expr) -> list[ast.Compare]:
    """The comparisons of which one has to hold; none if a test is of anything else than what is the same."""
    parts = test.values if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or) else [test]
    found = [each for each in parts if isinstance(each, ast.Compare) and isinstance(each.ops[0], ast.Eq)]
    return found if len(found) == len(parts) else []
