"""Rotation of vectors by a transform, with ``transform_vector`` or its rotation, and access to a transform's parts."""

import ast
import copy
from typing import cast

from synthesis.drawing.streams import Stream
from synthesis.drawing.walking import Rewriter
from synthesis.frontends.warp.recipes.applications.forms.sheet import Sheet, parse_expression

_BY_ROTATION_SHARE = 0.2
"""Probability that a kernel rotates vectors by the rotation of a transform.

``transform_vector`` is in 1.8 % of applications' kernels, and in 3.1 % of drawn kernels without this form;
``transform_get_rotation`` is in 4.4 % and 4.7 %.
"""
_NAMED_PARTS_SHARE = 0.15
"""Probability that a kernel reads the parts of a transform by ``.p`` and ``.q``, as applications do in one of ten
reads."""


def rotate_by_rotation(sheet: Sheet, choices: Stream) -> None:
    """In some kernels, rotate vectors by the rotation of a named transform."""
    if choices.chance(_BY_ROTATION_SHARE):
        sheet.body = [_ByRotation().visit(each) for each in sheet.body]


class _ByRotation(Rewriter):
    def visit_Call(self, node: ast.Call) -> ast.expr:
        node = cast("ast.Call", self.generic_visit(node))
        match node:
            case ast.Call(
                func=ast.Attribute(attr="transform_vector"), args=[ast.Name() | ast.Subscript() as by, turned]
            ):
                rotation = ast.Call(parse_expression("wp.transform_get_rotation"), [copy.deepcopy(by)], [])
                return ast.Call(parse_expression("wp.quat_rotate"), [rotation, turned], [])
            case _:
                return node


def name_parts(sheet: Sheet, choices: Stream) -> None:
    """In some kernels, read the parts of a named transform by ``.p`` and ``.q``."""
    if choices.chance(_NAMED_PARTS_SHARE):
        sheet.body = [_ByPart().visit(each) for each in sheet.body]


class _ByPart(Rewriter):
    def visit_Call(self, node: ast.Call) -> ast.expr:
        match node:
            case ast.Call(func=ast.Attribute(attr="transform_get_translation"), args=[ast.Name() as transform]):
                return ast.Attribute(transform, "p", ast.Load())
            case ast.Call(func=ast.Attribute(attr="transform_get_rotation"), args=[ast.Name() as transform]):
                return ast.Attribute(transform, "q", ast.Load())
            case _:
                return cast("ast.expr", self.generic_visit(node))
