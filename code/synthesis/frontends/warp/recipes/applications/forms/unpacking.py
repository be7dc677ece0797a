"""Sizes of a grid as numbers, each an argument, instead of one vector of whole numbers."""

import ast
from dataclasses import replace

from synthesis.frontends.warp.recipes.applications.forms.sheet import Sheet, names_in, nodes_in, singular
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type
from synthesis.grammar.walking import Rewriter

_SHARE = 0.9
"""How many authors hand over numbers: of applications' arguments that are no arrays one in a thousand is a vector of
whole numbers, of drawn ones without this one in fifty was."""
_LETTERS = "xyz"
_INT = Type("int32")
_VECTORS = tuple(Type("int32", (size,)) for size in (2, 3, 4))


def unpack(sheet: Sheet, choices: Stream) -> None:
    """Make numbers of vectors of whole numbers of which only components are asked for."""
    if not choices.chance(_SHARE):
        return
    vectors = [(key, each) for key, each in sheet.given.items() if each.shape is None and each.kind in _VECTORS]
    uses = list(names_in(sheet.body)) if vectors else []
    asked = [_component(node) for node in nodes_in(sheet.body)] if vectors else []
    for key, given in vectors:
        places = sorted(each[1] for each in asked if each and each[0] == key)
        if uses.count(key) != len(places) or not places:
            continue
        for place in dict.fromkeys(places):
            names = tuple(f"{singular(name)}_{_LETTERS[place]}" for name in given.names)
            sheet.given[f"{key}_{place}_"] = replace(given, kind=_INT, names=names)
        sheet.body = [_Unpacking(key).visit(each) for each in sheet.body]


def _component(node: ast.AST) -> tuple[str, int] | None:
    """A variable and the component of it that an expression is; None for any other."""
    match node:
        case ast.Subscript(value=ast.Name(id=key), slice=ast.Constant(value=int(place))) if place < len(_LETTERS):
            return key, place
        case _:
            return None


class _Unpacking(Rewriter):
    """Asks for a number where a vector was asked for a component."""

    def __init__(self, key: str) -> None:
        self.key = key

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        found = _component(node)
        if found and found[0] == self.key:
            return ast.Name(f"{self.key}_{found[1]}_", ast.Load())
        return ast.Subscript(self.visit(node.value), self.visit(node.slice), node.ctx)
