"""Squared lengths: by the function that is there for them, or as a vector times itself."""

import ast
import copy
from typing import cast

from synthesis.frontends.warp.recipes.applications.forms.sheet import Sheet, parse_expression
from synthesis.grammar.streams import Stream
from synthesis.grammar.walking import Rewriter

_PRODUCTS = 0.9
"""How many authors multiply a vector by itself; ``length_sq`` is in 0.9 % of applications' kernels."""


def multiply(sheet: Sheet, choices: Stream) -> None:
    """Write the squared length of what has a name as a product, in most kernels."""
    if choices.chance(_PRODUCTS):
        sheet.body = [_ByProduct().visit(each) for each in sheet.body]


class _ByProduct(Rewriter):
    def visit_Call(self, node: ast.Call) -> ast.expr:
        match node:
            case ast.Call(func=ast.Attribute(attr="length_sq"), args=[ast.Name() | ast.Subscript() as vector]):
                return ast.Call(parse_expression("wp.dot"), [vector, copy.deepcopy(vector)], [])
            case _:
                return cast("ast.expr", self.generic_visit(node))
