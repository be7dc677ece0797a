"""Sizes that are asked of an array: ``points.shape[0]`` instead of an argument that says how many there are."""

import ast

from synthesis.frontends.warp.recipes.applications.forms.sheet import Given, Sheet, names_in
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type

_SHARE = 0.7
"""How often a size that an array has is asked of it. Of applications' kernels 16 % ask arrays for sizes."""
_LEAST = 2
"""A size of one tells arrays apart too little."""
_INT = Type("int32")


def ask(sheet: Sheet, choices: Stream) -> None:
    """Ask arrays for some of the sizes that are arguments: the size is one that the array always has."""
    subscripted = {
        node.value.id
        for statement in sheet.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name)
    }
    for key in [each for each in dict.fromkeys(names_in(sheet.body)) if _is_size(sheet.given.get(each))]:
        size = sheet.given[key].domain[0]
        found = [
            (name, place)
            for name in sorted(subscripted & sheet.given.keys())
            for place, extent in enumerate(sheet.given[name].shape or ())
            if extent == size
        ]
        if found and choices.chance(_SHARE):
            asked = _Asking(key, *choices.choice(found))
            sheet.body = [asked.visit(each) for each in sheet.body]


def _is_size(given: Given | None) -> bool:
    """Whether an argument is a whole number that is the same in every launch."""
    if given is None or given.shape is not None or given.kind != _INT:
        return False
    low, high = given.domain
    return low == high >= _LEAST


class _Asking(ast.NodeTransformer):
    """Reads a size from an array."""

    def __init__(self, key: str, array: str, place: int) -> None:
        self.key, self.array, self.place = key, array, place

    def visit_Name(self, node: ast.Name) -> ast.expr:
        if node.id != self.key:
            return node
        shape = ast.Attribute(ast.Name(self.array, ast.Load()), "shape", ast.Load())
        return ast.Subscript(shape, ast.Constant(self.place), ast.Load())
