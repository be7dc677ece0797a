"""Components of vectors by letter, ``v.x``, or by index, ``v[0]``, and assigned together or one by one."""

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
"""Probability that a kernel accesses components by letter."""
_UNFOLDED_SHARE = 0.85
"""Probability that a kernel assigns the components of long vectors one by one."""
_LONG = 38
"""Number of characters above which the assignment of a vector to a variable is split into its components."""
_LONGER = 60
"""Number of characters above which the assignment of a vector to an array element is split, with a new variable."""
_MADE = "made_"
"""Prefix of the placeholder name of a new variable for a vector."""
_MADE_NAMES = ("v", "result", "value", "vec")
"""Names to choose from for a new variable for a vector."""
_VECTORS = {"wp.vec2": "xy", "wp.vec3": "xyz", "wp.vec2i": "xy", "wp.vec3i": "xyz"}


def unfold(sheet: Sheet, choices: Stream) -> None:
    """In most kernels, assign the components of long 3-vectors one by one."""
    if not choices.chance(_UNFOLDED_SHARE):
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
    """Return lines that assign a zero vector to a variable, and then its components."""
    empty = ast.Call(parse_expression("wp.vec3"), [], [])
    stores = [
        ast.Assign([ast.Subscript(ast.Name(key, ast.Load()), ast.Constant(each), ast.Store())], part)
        for each, part in enumerate(parts)
    ]
    return [ast.Assign([ast.Name(key, ast.Store())], empty), *stores]


def name(sheet: Sheet, choices: Stream) -> None:
    """In some kernels, access the components of local vectors by letter, unless a vector has a variable index."""
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
    """Finds variables that are indexed by something other than a constant."""

    def __init__(self) -> None:
        self.counted = set[str]()

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if isinstance(node.value, ast.Name) and not isinstance(node.slice, ast.Constant):
            self.counted.add(node.value.id)
        self.generic_visit(node)


class _Naming(Rewriter):
    """Replaces the indices of components by letters."""

    def __init__(self, vectors: dict[str, str]) -> None:
        self.vectors = vectors

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        match node:
            case ast.Subscript(value=ast.Name(id=key), slice=ast.Constant(value=int(place))) if key in self.vectors:
                return ast.Attribute(node.value, self.vectors[key][place], node.ctx)
            case _:
                return ast.Subscript(self.visit(node.value), self.visit(node.slice), node.ctx)
