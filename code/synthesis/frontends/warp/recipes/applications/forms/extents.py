"""Sizes read from an array's shape: ``points.shape[0]`` instead of a number or an argument."""

import ast
from collections.abc import Iterator

from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.drawing.walking import Rewriter, walk
from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    Given,
    Sheet,
    names_in,
    nodes_in,
    parts_of,
)

_SIZES_SHARE = 0.75
"""Probability that a kernel reads sizes from shapes instead of arguments. 16 % of applications' kernels read shapes."""
_LOOPS_SHARE = 0.5
"""Probability that a loop over a whole dimension reads the size from a shape instead of a literal."""
_GUARDS_SHARE = 0.1
"""Probability that a kernel returns from threads beyond the end of an array."""
_LEAST = 2
"""Smallest size that is read from a shape; too many arrays have dimensions of size 1."""
_INT = Type("int32")


def read_from_shapes(sheet: Sheet, choices: Stream) -> None:
    """Read some of the sizes from shapes instead of arguments or literals.

    A kernel that reads one size of an argument from a shape reads all that it can, from the same array if possible.
    """
    places = list(_places(sheet.body))
    known, asks = "", choices.chance(_SIZES_SHARE)
    for key in [each for each in dict.fromkeys(names_in(sheet.body)) if _is_size(sheet.given.get(each))]:
        size, bounded = sheet.given[key].domain[0], _bounded(sheet.body, key)
        found = [
            (name, place) for name, place, index in places if _extent(sheet, name, place) == size and index in bounded
        ]
        if found and asks:
            known, place = choices.choice(sorted({each for each in found if each[0] == known} or set(found)))
            reading = _ShapeReading(key, known, place)
            sheet.body = [reading.visit(each) for each in sheet.body]
    for loop in [node for node in nodes_in(sheet.body) if isinstance(node, ast.For)]:
        _read_length_from_shape(loop, sheet, choices)
    if choices.chance(_GUARDS_SHARE):
        _guard(sheet, choices)


def _is_size(given: Given | None) -> bool:
    """Return whether an argument is an integer of at least 2 that is the same in every launch."""
    if given is None or given.shape is not None or given.kind != _INT:
        return False
    low, high = given.domain
    return low == high >= _LEAST


def _places(body: list[ast.stmt]) -> Iterator[tuple[str, int, str]]:
    """Yield, for each index in a subscript, the array, the number of the dimension, and the index as a name.

    The name is empty if the index is another expression.
    """
    for statement in body:
        for node in walk(statement):
            match node:
                case ast.Subscript(value=ast.Name(id=array), slice=index):
                    for place, each in enumerate(parts_of(index)):
                        yield array, place, each.id if isinstance(each, ast.Name) else ""
                case _:
                    pass


def _extent(sheet: Sheet, array: str, place: int) -> int | None:
    """Return the length of a dimension of an array; None if there is no such array or dimension."""
    given = sheet.given.get(array)
    shape = given.shape if given is not None else None
    return shape[place] if shape is not None and place < len(shape) else None


def _bounded(body: list[ast.stmt], key: str) -> set[str]:
    """Return the variables that count up to a size, are compared with it, or are a remainder by it."""
    found = set[str]()
    for statement in body:
        for node in walk(statement):
            match node:
                case ast.For(target=ast.Name(id=counter), iter=ast.Call(args=arguments)):
                    if key in names_in(arguments):
                        found.add(counter)
                case ast.Compare(left=ast.Name(id=name), comparators=[ast.Name(id=other)]):
                    if key in (name, other):
                        found.add(other if name == key else name)
                case ast.Assign(
                    targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.Mod(), right=ast.Name(id=other))
                ) if other == key:
                    found.add(name)
                case _:
                    pass
    return found


def _read_length_from_shape(loop: ast.For, sheet: Sheet, choices: Stream) -> None:
    """In some loops over a whole dimension of an array, read the number of iterations from its shape."""
    match loop:
        case ast.For(target=ast.Name(id=counter), iter=ast.Call(args=[ast.Constant(value=int(length))]) as iterable):
            found = [
                (name, place)
                for name, place, index in _places(loop.body)
                if index == counter and _extent(sheet, name, place) == length
            ]
            if found and choices.chance(_LOOPS_SHARE):
                iterable.args = [_size(*choices.choice(sorted(set(found))))]
        case _:
            pass


def _guard(sheet: Sheet, choices: Stream) -> None:
    """Add a guard that returns from threads beyond the end of an array, as if the launch size was rounded up."""
    if len(sheet.axes) != 1 or _tests_index_first(sheet):
        return
    index = sheet.indices[0]
    found = [name for name, place, each in _places(sheet.body) if each == index and place == 0]
    found = [name for name in sorted(set(found)) if _extent(sheet, name, 0) == sheet.launch[0]]
    if found:
        test = ast.Compare(ast.Name(index, ast.Load()), [ast.GtE()], [_size(choices.choice(found), 0)])
        sheet.body.insert(0, ast.If(test, [ast.Return()], []))


def _tests_index_first(sheet: Sheet) -> bool:
    """Return whether a kernel begins with a test of its index."""
    match [each for each in sheet.body if not isinstance(each, ast.Expr)]:
        case [ast.If(test=test), *_]:
            compared = [each.left for each in walk(test) if isinstance(each, ast.Compare)]
            return any(isinstance(each, ast.Name) and each.id in sheet.indices for each in compared)
        case _:
            return False


def _size(array: str, place: int) -> ast.expr:
    shape = ast.Attribute(ast.Name(array, ast.Load()), "shape", ast.Load())
    return ast.Subscript(shape, ast.Constant(place), ast.Load())


class _ShapeReading(Rewriter):
    """Replaces a size by an element of an array's shape."""

    def __init__(self, key: str, array: str, place: int) -> None:
        self.key, self.array, self.place = key, array, place

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return node if node.id != self.key else _size(self.array, self.place)
