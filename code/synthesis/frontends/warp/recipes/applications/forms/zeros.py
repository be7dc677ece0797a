"""Vectors whose components are all the same: ``wp.vec3(0.0, 0.0, 0.0)``, ``wp.vec3(0.0)``, ``wp.vec3()`` if zero."""

import ast

from synthesis.drawing.streams import Stream
from synthesis.drawing.walking import Rewriter
from synthesis.frontends.warp.recipes.applications.forms.sheet import Sheet

_WAYS = (("whole", 0.4), ("one", 0.35), ("none", 0.25))
"""Weights of writing every component, one for all, or none if all are zero."""
_VECTORS = frozenset({"vec2", "vec3", "vec4", "vec2f", "vec3f", "vec4f"})


def shorten(sheet: Sheet, choices: Stream) -> None:
    """Write vectors of equal components in one way throughout the kernel."""
    way = choices.weighted(_WAYS)
    if way != "whole":
        shortening = _Shortening(bare=way == "none")
        sheet.body = [shortening.visit(each) for each in sheet.body]


class _Shortening(Rewriter):
    """Removes the components of vectors that are equal to the first one."""

    def __init__(self, *, bare: bool) -> None:
        self.bare = bare

    def visit_Call(self, node: ast.Call) -> ast.expr:
        made = ast.Call(node.func, [self.visit(each) for each in node.args], node.keywords)
        match node:
            case ast.Call(func=ast.Attribute(attr=name), args=[ast.Constant(value=value), *rest]) if rest:
                if name in _VECTORS and all(isinstance(each, ast.Constant) and each.value == value for each in rest):
                    made.args = [] if self.bare and value == 0.0 else [ast.Constant(value)]
            case _:
                pass
        return made
