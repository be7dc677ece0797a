"""Lengths and squared lengths of vectors: by Warp's functions, or as a dot product of a vector with itself."""

import ast
import copy
from typing import cast

from synthesis.drawing.streams import Stream
from synthesis.drawing.walking import Rewriter
from synthesis.frontends.warp.recipes.applications.forms.sheet import Sheet, parse_expression

_PRODUCTS = 0.9
"""Probability that a kernel writes squared lengths as dot products.

``length_sq`` is in 0.9 % of applications' kernels.
"""
_ROOTS = 0.06
"""Probability that a kernel with dot products for squared lengths also writes lengths as ``sqrt(dot(v, v))``.

In applications one length in 50 is written so.
"""


def multiply(sheet: Sheet, choices: Stream) -> None:
    """In most kernels, write the squared length of a vector as a product; in some, also its length as a root."""
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
