"""Selection of a value by a test: a conditional expression, a branch, or ``wp.where``."""

import ast
from collections.abc import Mapping

from synthesis.drawing.streams import Stream
from synthesis.drawing.walking import Rewriter, walk
from synthesis.frontends.warp.recipes.applications.forms.kinds import kind_of, kinds_in
from synthesis.frontends.warp.recipes.applications.forms.sheet import Sheet, blocks_of, names_in, parse_expression

_SHARE = 0.85
"""Probability that a kernel selects values by ``wp.where``, which evaluates both values.

It is in 4.3 % of applications' kernels.
"""
_CHEAP = (ast.Name, ast.Constant, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.expr_context)
"""Syntax nodes of expressions that may be evaluated even if the value is not selected, except for divisions."""
_DIVISIONS = (ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)


def choose(sheet: Sheet, choices: Stream) -> None:
    """In some kernels, select values by ``wp.where`` if both can be evaluated whatever the test gives."""
    if not choices.chance(_SHARE):
        return
    known = kinds_in(sheet)
    for block in blocks_of(sheet.body):
        for place in reversed(range(len(block))):
            _shorten(block, place, known)
    choosing = _Choosing(known)
    sheet.body = [choosing.visit(each) for each in sheet.body]


def _shorten(block: list[ast.stmt], place: int, known: Mapping[str, str]) -> None:
    """Replace a branch that only assigns one of two values to a variable or an element by one assignment."""
    match block[place]:
        case ast.If(
            test=test, body=[ast.Assign(targets=[target], value=one)], orelse=[ast.Assign(targets=[other], value=two)]
        ) if ast.unparse(target) == ast.unparse(other) and (made := _where(test, one, two, known)):
            block[place] = ast.Assign([target], made)
        case ast.If(test=test, body=[ast.Assign(targets=[ast.Name(id=name) as target], value=one)], orelse=[]):
            match block[place - 1] if place else None:
                case ast.Assign(targets=[ast.Name(id=first)], value=two) if first == name:
                    made = _where(test, one, _bare(two), known)
                    if made and name not in names_in([test, one]):
                        block[place - 1 : place + 1] = [ast.Assign([target], made)]
                case _:
                    pass
        case _:
            pass


def _bare(value: ast.expr) -> ast.expr:
    """Return a number without the cast that allows its variable to change later."""
    match value:
        case ast.Call(func=ast.Name(id="float" | "int" | "bool"), args=[ast.Constant() as number]):
            return number
        case _:
            return value


def _where(test: ast.expr, one: ast.expr, two: ast.expr, known: Mapping[str, str]) -> ast.expr | None:
    """Return a call of ``wp.where``; None if types differ or are unknown, or a value must not always be evaluated."""
    kinds = {kind_of(one, known), kind_of(two, known)}
    plain = all(isinstance(node, _CHEAP) for value in (one, two) for node in walk(value))
    divides = any(isinstance(node, _DIVISIONS) for value in (one, two) for node in walk(value))
    single = isinstance(test, ast.Compare | ast.Name | ast.Subscript) and kind_of(test, known) == "bool"
    if len(kinds) != 1 or None in kinds or not plain or divides or not single:
        return None
    return ast.Call(parse_expression("wp.where"), [test, one, two], [])


class _Choosing(Rewriter):
    """Replaces conditional expressions by calls of ``wp.where``."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self.known = known

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        return _where(node.test, node.body, node.orelse, self.known) or node
