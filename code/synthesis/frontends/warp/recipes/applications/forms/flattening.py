"""One thread index for a grid: ``row = tid // width`` and ``col = tid % width`` instead of ``row, col = wp.tid()``."""

import ast
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import cast

from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.drawing.walking import Rewriter
from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    LOCAL,
    SHORTEST,
    THREAD,
    Filling,
    Given,
    Sheet,
    item_of,
    names_in,
    nodes_in,
    plural,
)

_SHARE = 0.22
"""Probability that a kernel of several launch dimensions is launched with one.

9 % of applications' kernels have integer division and 12 % remainders; without this form 4 % of drawn ones had them.
"""
_THREADS = ("tid", "idx", "index", "thread_id", "flat_id")
_SIZES = (
    ({"col", "column"}, ("num_cols", "width", "cols", "num_columns")),
    ({"row"}, ("num_rows", "rows", "max_rows", "row_count")),
    ({"x", "px", "u", "cx", "ix"}, ("width", "nx", "dim_x", "size_x")),
    ({"y", "py", "v", "cy", "iy"}, ("height", "ny", "dim_y", "size_y")),
    ({"z", "cz", "iz"}, ("nz", "depth", "dim_z", "size_z")),
)
"""Names for the length of a dimension, by the names of its index."""
_OTHERS = ("stride", "inner_dim", "dim", "num_inner")
_INT = Type("int32")


_ROW_MAJOR_SHARE = 0.52
"""Probability that grids are stored row by row in 1-D arrays, as the images of renderers are."""
_GRIDS = (2, 3)
"""Numbers of dimensions of grids that may be stored row by row in 1-D arrays."""
_SIZE_CONSTANT = re.compile(r"WIDTH|HEIGHT|ROWS|COL|RES|SIZE|DIM|^N[XYZ]$")
"""Matches names of constants that may be the length of a dimension."""
_PLACE, _PLACES = "place_", ("idx", "index", "flat_id", "linear_id")


def flatten(sheet: Sheet, choices: Stream) -> None:
    """Launch some kernels of several dimensions over one, and compute their indices by division."""
    if len(sheet.axes) < 2 or min(sheet.launch[1:]) < 2 or LOCAL in sheet.indices or not choices.chance(_SHARE):
        return  # an item's index is already computed from a world's index
    if _PLACE in sheet.roles:
        return  # the flat index into a grid would be computed from indices that are themselves computed from one
    sizes = [_size(sheet, place) for place in range(1, len(sheet.axes))]
    lines = list[str]()
    for place, index in enumerate(sheet.indices):
        inner = " * ".join(sizes[place:])
        value = f"{THREAD} // ({inner})" if inner else THREAD
        lines.append(f"{index} = ({value}) % {sizes[place - 1]}" if place else f"{index} = {value}")
    sheet.body[:0] = ast.parse("\n".join(lines)).body
    sheet.roles |= {names[0]: names for names in sheet.axes}
    sheet.items = sheet.indices
    taken = {each for names in sheet.axes for each in names}
    sheet.axes = [(THREAD, *(each for each in _THREADS if each not in taken))]
    sheet.launch = (math.prod(sheet.launch),)


def store_row_by_row(sheet: Sheet, choices: Stream) -> None:
    """In some kernels, store grids in 1-D arrays, row by row, while the launch keeps its dimensions."""
    if len(sheet.axes) not in _GRIDS or min(sheet.launch) < 2 or LOCAL in sheet.indices:
        return
    laid = [key for key in sheet.given if _is_grid(sheet, key)]
    named = sheet.named()
    grids = [key for key, each in sheet.given.items() if key in named and len(each.shape or ()) == len(sheet.launch)]
    hidden = any(_is_bounded(sheet, place) for place in range(1, len(sheet.axes))) or any(
        map(_SIZE_CONSTANT.search, named)
    )
    if not laid or laid != grids or hidden or _is_of_worlds(sheet.axes[0]) or not choices.chance(_ROW_MAJOR_SHARE):
        return
    sizes = [_size(sheet, place) for place in range(1, len(sheet.axes))]
    for key in laid:
        given = sheet.given[key]
        sheet.given[key] = replace(given, shape=(math.prod(given.shape or ()),))
    laying = _RowMajorIndexing(frozenset(laid), sizes, sheet.indices)
    sheet.body = [laying.visit(each) for each in sheet.body]
    sheet.roles[_PLACE] = _PLACES
    if laying.met > 1:
        sheet.body = [ast.Assign([ast.Name(_PLACE, ast.Store())], laying.here()), *sheet.body]
    else:
        sheet.body = [Filling({_PLACE: laying.here()}).visit(each) for each in sheet.body]


def _is_of_worlds(names: tuple[str, ...]) -> bool:
    """Return whether the names of an index say that it identifies a world."""
    return any("world" in each or "env" in each for each in names)


def _is_bounded(sheet: Sheet, place: int) -> bool:
    """Return whether a launch dimension is bounded by anything other than a single argument that is its length."""
    index, length, key = sheet.indices[place], sheet.launch[place], _known_size(sheet, place)
    named = sheet.named()
    sizes = {
        name
        for name, each in sheet.given.items()
        if name in named and each.shape is None and each.kind == _INT and each.domain == (length, length)
    }
    compared = [set(names_in([node])) for node in nodes_in(sheet.body) if isinstance(node, ast.Compare)]
    tested = any(index in each and not each.isdisjoint(sheet.given) for each in compared)
    return sizes != {key} if key else bool(sizes) or tested


def _spans_launch(given: Given, sheet: Sheet) -> bool:
    """Return whether an argument is an array that has the sizes of the launch in all dimensions but the first."""
    shape = given.shape or ()
    return len(shape) == len(sheet.launch) and shape[1:] == sheet.launch[1:]


def _is_grid(sheet: Sheet, key: str) -> bool:
    """Return whether an array has the sizes of the launch and is accessed only by all thread indices in order.

    An index may be part of an expression, as for a neighbour.
    """
    elements = 0
    if not _spans_launch(sheet.given[key], sheet):
        return False
    for node in nodes_in(sheet.body):
        match node:
            case ast.Subscript(value=ast.Name(id=name), slice=ast.Tuple(elts=parts)) if name == key:
                own = zip(sheet.indices, parts, strict=False)
                if len(parts) != len(sheet.indices) or any(index not in names_in([part]) for index, part in own):
                    return False
                elements += 1
            case _:
                pass
    return 0 < elements == list(names_in(sheet.body)).count(key)


class _RowMajorIndexing(Rewriter):
    """Replaces the indices of arrays by one index into an array that is stored row by row.

    Args:
        laid: the arrays.
        sizes: the placeholder names of the lengths of all dimensions except the first.
        indices: the thread's own indices.
    """

    def __init__(self, laid: frozenset[str], sizes: Sequence[str], indices: tuple[str, ...]) -> None:
        self._laid, self._sizes, self._indices = laid, sizes, indices
        self.met = 0
        """The number of accesses to the thread's own elements."""

    def here(self) -> ast.expr:
        """Return the expression of the index of the thread's own elements."""
        return self._place([ast.Name(each, ast.Load()) for each in self._indices])

    def _place(self, parts: Sequence[ast.expr]) -> ast.expr:
        place = parts[0]
        for size, part in zip(self._sizes, parts[1:], strict=True):
            place = ast.BinOp(ast.BinOp(place, ast.Mult(), ast.Name(size, ast.Load())), ast.Add(), part)
        return place

    def visit_Subscript(self, node: ast.Subscript) -> ast.expr:
        match node:
            case ast.Subscript(value=ast.Name(id=key), slice=ast.Tuple(elts=parts)) if key in self._laid:
                if tuple(map(ast.unparse, parts)) == self._indices:
                    self.met += 1
                    return ast.Subscript(node.value, ast.Name(_PLACE, ast.Load()), node.ctx)
                return ast.Subscript(node.value, self._place(parts), node.ctx)
            case _:
                return cast("ast.expr", self.generic_visit(node))


def _known_size(sheet: Sheet, place: int) -> str | None:
    """Return an argument that is the length of a launch dimension and is compared with its index, or None."""
    index, length = sheet.indices[place], sheet.launch[place]
    compared = [set(names_in([node])) for node in nodes_in(sheet.body) if isinstance(node, ast.Compare)]
    for key in sorted({key for each in compared if index in each for key in each if key in sheet.given}):
        given = sheet.given[key]
        if given.shape is None and given.kind == _INT and given.domain == (length, length):
            return key
    return None


def _size(sheet: Sheet, place: int) -> str:
    """Return the placeholder name of the length of a launch dimension.

    It is an argument that is compared with the index of the dimension, or a new one.
    """
    if known := _known_size(sheet, place):
        return known
    names, length = sheet.axes[place], sheet.launch[place]
    item = item_of([each for each in names if len(each.partition("_")[0]) > SHORTEST])
    said = next((known for called, known in _SIZES if called & set(names)), _OTHERS)
    key = f"size_{place}_"
    own = (f"num_{plural(item)}", f"{item}_count", f"max_{plural(item)}") if item else said
    sheet.given[key] = Given(kind=_INT, domain=(length, length), names=own)
    return key
