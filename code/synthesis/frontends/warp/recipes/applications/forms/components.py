"""Components of vectors by their letters, ``v.x``, or by their numbers, ``v[0]``."""

import ast

from synthesis.drawing.streams import Stream
from synthesis.drawing.walking import Rewriter, Visitor
from synthesis.frontends.warp.recipes.applications.forms.kinds import kinds_in
from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    Sheet,
    blocks_of,
    names_in,
    parse_expression,
    unparse,
)

_SHARE = 0.4
"""How many authors call components by letters."""
_UNFOLDED, _LONG, _LONGER = 0.85, 38, 60
"""How many authors give a vector that takes so many characters its components one after the other, and characters of
one that they give to an element of an array by way of a variable."""
_MADE, _MADE_NAMES = "made_", ("v", "result", "value", "vec")
"""What lines call such a variable, and the names that it may get."""
_VECTORS = {"wp.vec2": "xy", "wp.vec3": "xyz", "wp.vec2i": "xy", "wp.vec3i": "xyz"}


def unfold(sheet: Sheet, choices: Stream) -> None:
    """Give long vectors of three numbers their components one after the other in some kernels."""
    if not choices.chance(_UNFOLDED):
        return
    for block in list(blocks_of(sheet.body)):
        for place in reversed(range(len(block))):
            match block[place]:
                case ast.Assign(
                    targets=[ast.Name(id=key)], value=ast.Call(func=ast.Attribute(attr="vec3"), args=parts)
                ) if len(parts) == len("xyz") and len(unparse(block[place])) > _LONG:
                    if key not in names_in(parts) and key not in sheet.given:
                        block[place : place + 1] = _one_by_one(key, parts)
                case ast.Assign(
                    targets=[ast.Subscript() as target], value=ast.Call(func=ast.Attribute(attr="vec3"), args=parts)
                ) if len(parts) == len("xyz") and len(unparse(block[place])) > _LONGER:
                    key = f"{_MADE}{sum(each.startswith(_MADE) for each in sheet.roles)}_"
                    sheet.roles[key] = _MADE_NAMES
                    stored = ast.Assign([target], ast.Name(key, ast.Load()))
                    block[place : place + 1] = [*_one_by_one(key, parts), stored]
                case _:
                    pass


def _one_by_one(key: str, parts: list[ast.expr]) -> list[ast.stmt]:
    """Lines that give a variable a vector and then its components."""
    empty = ast.Call(parse_expression("wp.vec3"), [], [])
    stores = [
        ast.Assign([ast.Subscript(ast.Name(key, ast.Load()), ast.Constant(each), ast.Store())], part)
        for each, part in enumerate(parts)
    ]
    return [ast.Assign([ast.Name(key, ast.Store())], empty), *stores]


def name(sheet: Sheet, choices: Stream) -> None:
    """Call the components of local vectors by their letters in some kernels, but those that a variable says."""
    if not choices.chance(_SHARE):
        return
    known = kinds_in(sheet)
    finding = _Finding()
    for statement in sheet.body:
        finding.visit(statement)
    vectors = {
        key: _VECTORS[kind]
        for key, kind in known.items()
        if kind in _VECTORS and key not in sheet.given and key not in finding.counted
    }
    naming = _Naming(vectors)
    sheet.body = [naming.visit(each) for each in sheet.body]


class _Finding(Visitor):
    """Finds variables of which components are asked for by another variable."""

    def __init__(self) -> None:
        self.counted = set[str]()

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.value, ast.Name) and not isinstance(node.slice, ast.Constant):
            self.counted.add(node.value.id)
        self.generic_visit(node)


class _Naming(Rewriter):
    """Writes components by their letters."""

    def __init__(self, vectors: dict[str, str]) -> None:
        self.vectors = vectors

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        match node:
            case ast.Subscript(value=ast.Name(id=key), slice=ast.Constant(value=int(place))) if key in self.vectors:
                return ast.Attribute(node.value, self.vectors[key][place], node.ctx)
            case _:
                return ast.Subscript(self.visit(node.value), self.visit(node.slice), node.ctx)
