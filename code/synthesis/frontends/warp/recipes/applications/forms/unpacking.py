"""Integer vectors: the sizes of a grid as separate arguments, the few indices of an item as one vector, and limits as
one array of ranges."""

import ast
import math
from dataclasses import dataclass, replace

from synthesis.core.signatures import Role
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.drawing.walking import Rewriter
from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    Given,
    Sheet,
    blocks_of,
    names_in,
    names_stored,
    nodes_in,
    singular,
)

_SHARE = 0.9
"""Probability that a kernel has numbers instead of integer vectors.

Of the arguments in applications that are not arrays, one in 1000 is an integer vector; without this form it was one in
50 in drawn kernels.
"""
_PACKED_SHARE = 0.5
"""Probability that a kernel has a vector for the corners of a triangle or the ends of a spring."""
_JOINED_SHARE = 0.45
"""Probability that a kernel has both limits of a joint in one array of ranges, as in mujoco_warp."""
_ENDS = (("lower", "upper"), ("min", "max"), ("lo", "hi"))
_LETTERS = "xyz"
_INT = Type("int32")
_NUMBER = Type("float32")
_VECTORS = tuple(Type("int32", (size,)) for size in (2, 3, 4))


def pack(sheet: Sheet, choices: Stream) -> None:
    """In some kernels, replace an array with two to four integers for each item by an array of vectors."""
    if not choices.chance(_PACKED_SHARE):
        return
    for key, given in list(sheet.given.items()):
        if given.kind != _INT or given.shape is None or len(given.shape) < 2 or given.role is not Role.INPUT:
            continue
        found = [each for each in map(_entry, nodes_in(sheet.body)) if each and each[0] == key]
        alone = len({rest for _, rest, _ in found}) == 1 and len({place for _, _, place in found}) > 1
        vector = Type("int32", (given.shape[-1],))
        if not alone or vector not in _VECTORS or list(names_in(sheet.body)).count(key) != len(found):
            continue
        block, first = _around(sheet.body, key)
        if not set(found[0][1].names).isdisjoint(names_stored(block[first:])):
            continue
        sheet.given[key] = replace(given, kind=vector, shape=given.shape[:-1])
        value = f"{key}_vector"
        sheet.roles[value] = tuple(dict.fromkeys(map(_of_one, given.names)))
        block[first:] = [_Taking(key, value).visit(each) for each in block[first:]]
        block.insert(first, ast.parse(f"{value} = {key}[{found[0][1].text}]").body[0])


def join_limits(sheet: Sheet, choices: Stream) -> None:
    """In some kernels, replace arrays of lower and upper limits by one array of ranges."""
    if not choices.chance(_JOINED_SHARE):
        return
    limits = [(key, given) for key, given in sheet.given.items() if _may_be_limits(given)]
    for key, low in limits:
        for other, high in limits:
            names = _of_ranges(low, high)
            if not (names and _is_read(sheet, key) and _is_read(sheet, other)):
                continue
            shift = max(round(high.domain[0] - low.domain[0]), 1)
            if high.domain[1] - shift >= high.domain[0]:
                continue
            count = math.prod(low.shape or ())
            both = f"{key}_range"
            sheet.given[both] = replace(
                high,
                kind=Type("float32", (2,)),
                names=names,
                base=tuple(part for _ in range(count) for part in (-shift, 0)),
            )
            for each, place in ((key, 0), (other, 1)):
                del sheet.given[each]
                joining = _Joining(each, both, place)
                sheet.body = [joining.visit(statement) for statement in sheet.body]
            break


def _may_be_limits(given: Given) -> bool:
    """Return whether an argument is an array of numbers that can be joined with another."""
    plain = given.role is Role.INPUT and given.shape is not None and not given.base and not given.element
    return plain and given.kind == _NUMBER


def _of_ranges(low: Given, high: Given) -> tuple[str, ...]:
    """Return names for an array of both limits; empty if the two arrays are not the lower and the upper limits."""
    if low.shape != high.shape:
        return ()
    found = [
        name.replace(f"limit_{first}", "range").replace(first, "range")
        for first, last in _ENDS
        for name in low.names
        if first in name.split("_") and name.replace(first, last) in high.names and name != first
    ]
    return tuple(dict.fromkeys(found))


def _is_read(sheet: Sheet, key: str) -> bool:
    """Return whether a kernel uses an array, and uses only its elements."""
    read = [node for node in nodes_in(sheet.body) if isinstance(node, ast.Subscript) and ast.unparse(node.value) == key]
    return 0 < len(read) == list(names_in(sheet.body)).count(key)


class _Joining(Rewriter):
    """Replaces an element of an array by a component of an element of the joined array."""

    def __init__(self, key: str, both: str, place: int) -> None:
        self._key, self._both, self._place = key, both, place

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        index = self.visit(node.slice)
        if isinstance(node.value, ast.Name) and node.value.id == self._key:
            element = ast.Subscript(ast.Name(self._both, ast.Load()), index, ast.Load())
            return ast.Subscript(element, ast.Constant(self._place), ast.Load())
        return ast.Subscript(self.visit(node.value), index, node.ctx)


@dataclass(frozen=True, slots=True)
class _Rest:
    """All indices of an element except the last one, as source, and the names in them."""

    text: str
    names: tuple[str, ...]


def _entry(node: ast.AST) -> tuple[str, _Rest, int] | None:
    """Return the array, the leading indices, and the constant last index of an element; None for any other node."""
    match node:
        case ast.Subscript(value=ast.Name(id=key), slice=ast.Tuple(elts=[*rest, ast.Constant(value=int(place))])) if (
            rest
        ):
            return key, _Rest(", ".join(map(ast.unparse, rest)), tuple(names_in(rest))), place
        case _:
            return None


def _around(body: list[ast.stmt], key: str) -> tuple[list[ast.stmt], int]:
    """Return the innermost block with all uses of an array, and the index of the first statement there that uses it."""
    found = (body, 0)
    uses = list(names_in(body)).count(key)
    for block in blocks_of(body):
        inside = [list(names_in([each])).count(key) for each in block]
        if sum(inside) == uses:
            found = (block, next(place for place, count in enumerate(inside) if count))
    return found


def _of_one(name: str) -> str:
    """Return a name for a vector that is an element of an array, given a name of the array."""
    words = [each for each in name.split("_") if each not in ("in", "indices", "ids", "index", "id")]
    kept = "_".join([*words[:-1], singular(words[-1])]) if words else ""
    shorter = kept.partition("_")[2] if kept == name else kept
    return shorter or f"{kept or 'item'}_ids"


class _Taking(Rewriter):
    """Replaces an element of an array by a component of a vector variable."""

    def __init__(self, key: str, value: str) -> None:
        self._key, self._value = key, value

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        found = _entry(node)
        if found and found[0] == self._key:
            return ast.Subscript(ast.Name(self._value, ast.Load()), ast.Constant(found[2]), ast.Load())
        return ast.Subscript(self.visit(node.value), self.visit(node.slice), node.ctx)


def unpack(sheet: Sheet, choices: Stream) -> None:
    """In most kernels, replace integer vectors by numbers if only their components are used."""
    if not choices.chance(_SHARE):
        return
    vectors = [(key, each) for key, each in sheet.given.items() if each.shape is None and each.kind in _VECTORS]
    uses = list(names_in(sheet.body)) if vectors else []
    components = [_component(node) for node in nodes_in(sheet.body)] if vectors else []
    for key, given in vectors:
        places = sorted(each[1] for each in components if each and each[0] == key)
        if uses.count(key) != len(places) or not places:
            continue
        for place in dict.fromkeys(places):
            names = tuple(f"{singular(name)}_{_LETTERS[place]}" for name in given.names)
            sheet.given[f"{key}_{place}_"] = replace(given, kind=_INT, names=names)
        sheet.body = [_Unpacking(key).visit(each) for each in sheet.body]


def _component(node: ast.AST) -> tuple[str, int] | None:
    """Return the variable and the index of a component; None for any other node."""
    match node:
        case ast.Subscript(value=ast.Name(id=key), slice=ast.Constant(value=int(place))) if place < len(_LETTERS):
            return key, place
        case _:
            return None


class _Unpacking(Rewriter):
    """Replaces the components of a vector by numbers."""

    def __init__(self, key: str) -> None:
        self.key = key

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        found = _component(node)
        if found and found[0] == self.key:
            return ast.Name(f"{self.key}_{found[1]}_", ast.Load())
        return ast.Subscript(self.visit(node.value), self.visit(node.slice), node.ctx)
