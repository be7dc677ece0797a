"""Lengths and their squares: by the functions that are there for them, or from a vector times itself."""

import ast
import copy
from typing import cast

from synthesis.drawing.streams import Stream
from synthesis.drawing.walking import Rewriter
from synthesis.frontends.warp.recipes.applications.forms.sheet import Sheet, parse_expression

_PRODUCTS, _ROOTS = 0.9, 0.06
"""How many authors multiply a vector by itself, and how many take the root of that for its length too; ``length_sq`` is
in 0.9 % of applications' kernels, and ``sqrt(dot(v, v))`` stands in for one length in fifty."""


def multiply(sheet: Sheet, choices: Stream) -> None:
    """Write the squared length of what has a name as a product, in most kernels, and its length as a root in some."""
    if choices.chance(_PRODUCTS):
        writing = _ByProduct(roots=choices.chance(_ROOTS))
        sheet.body = [writing.visit(each) for each in sheet.body]


class _ByProduct(Rewriter):
    def __init__(self, *, roots: bool) -> None:
        self._roots = roots

    def visit_Call(self, node: ast.Call) -> ast.expr:
        match node:
            case ast.Call(func=ast.Attribute(attr="length_sq"), args=[ast.Name() | ast.Subscript() as vector]):
                return _square(vector)
            case ast.Call(func=ast.Attribute(attr="length"), args=[ast.Name() as vector]) if self._roots:
                return ast.Call(parse_expression("wp.sqrt"), [_square(vector)], [])
            case _:
                return cast("ast.expr", self.generic_visit(node))


def _square(vector: ast.expr) -> ast.expr:
    return ast.Call(parse_expression("wp.dot"), [vector, copy.deepcopy(vector)], [])
