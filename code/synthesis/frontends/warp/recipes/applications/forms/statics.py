"""Compile-time values: branches on a constant, and constant vectors in ``wp.static``."""

import ast

from synthesis.drawing.streams import Stream
from synthesis.drawing.walking import Rewriter
from synthesis.frontends.warp.recipes.applications.forms.sheet import Sheet, parse_expression
from synthesis.frontends.warp.recipes.applications.forms.switches import SWITCH
from synthesis.frontends.warp.recipes.applications.forms.terms import extra_terms

_BRANCHES = 0.24
"""Probability that a term of a sum is only added if a constant is True."""
_VECTORS = 0.1
"""Probability that a kernel has its constant vectors in ``wp.static``."""
_NAMES = ("USE_{}", "ENABLE_{}", "WITH_{}", "INCLUDE_{}")
"""Patterns of names of a True constant that decides whether a term is added, given the word for the term."""
_KEY = "STATIC_SWITCH"
_VECTOR_TYPES = frozenset({"vec2", "vec3", "vec4", "quat", "spatial_vector"})


def resolve(sheet: Sheet, choices: Stream) -> None:
    """In some kernels, use values that are known at compile time."""
    _branch(sheet, choices)
    if choices.chance(_VECTORS):
        sheet.body = [_Making().visit(each) for each in sheet.body]


def _branch(sheet: Sheet, choices: Stream) -> None:
    places = extra_terms(sheet)
    if not places or SWITCH in sheet.given or not choices.chance(_BRANCHES):
        return
    block, place, _, words = choices.choice(places)
    word = choices.choice(words).upper()
    sheet.constants[_KEY] = (tuple(each.format(word) for each in choices.shuffled(_NAMES)), "True")
    block[place] = ast.If(parse_expression(f"wp.static({_KEY})"), [block[place]], [])


class _Making(Rewriter):
    """Puts vectors of literals into ``wp.static``, except those assigned to a variable, which may change later."""

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        match node:
            case ast.Assign(targets=[ast.Name()], value=ast.Call() as call) if _is_plain(call):
                return node
            case _:
                return ast.Assign(node.targets, self.visit(node.value))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if _is_plain(node):
            return ast.Call(parse_expression("wp.static"), [node], [])
        return ast.Call(node.func, [self.visit(each) for each in node.args], node.keywords)


def _is_plain(node: ast.Call) -> bool:
    """Return whether a call makes a vector of literals."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="wp"), attr=name), args=[_, *_] as arguments):
            numbers = (each.operand if isinstance(each, ast.UnaryOp) else each for each in arguments)
            return name in _VECTOR_TYPES and all(isinstance(each, ast.Constant) for each in numbers)
        case _:
            return False
