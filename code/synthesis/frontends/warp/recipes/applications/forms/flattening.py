"""One thread index for a grid: ``row = tid // width`` and ``col = tid % width`` instead of ``row, col = wp.tid()``."""

import ast
import math

from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    LOCAL,
    SHORTEST,
    THREAD,
    Given,
    Sheet,
    names_in,
    nodes_in,
    plural,
    thing_of,
)
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type

_SHARE = 0.2
"""How often a kernel of several launch dimensions has one index. Of applications' kernels 9 % divide whole numbers and
12 % take what is left, where drawn kernels without this did in 4 %."""
_THREADS = ("tid", "idx", "index", "thread_id", "flat_id")
_SIZES = (
    ({"col", "column"}, ("num_cols", "width", "cols", "num_columns")),
    ({"row"}, ("num_rows", "rows", "max_rows", "row_count")),
    ({"x", "px", "u", "cx", "ix"}, ("width", "nx", "dim_x", "size_x")),
    ({"y", "py", "v", "cy", "iy"}, ("height", "ny", "dim_y", "size_y")),
    ({"z", "cz", "iz"}, ("nz", "depth", "dim_z", "size_z")),
)
"""What the length of a dimension is called whose index is called so."""
_OTHERS = ("stride", "inner_dim", "dim", "num_inner")
_INT = Type("int32")


def flatten(sheet: Sheet, choices: Stream) -> None:
    """Launch some kernels of several dimensions over one, and find their indices by division."""
    if len(sheet.axes) < 2 or min(sheet.launch[1:]) < 2 or LOCAL in sheet.indices or not choices.chance(_SHARE):
        return  # things of several worlds, one world's behind another's, have an index of their own
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


def _size(sheet: Sheet, place: int) -> str:
    """What lines call the length of a launch dimension: an argument that is compared with its index, or a new one."""
    names, length = sheet.axes[place], sheet.launch[place]
    compared = [set(names_in([node])) for node in nodes_in(sheet.body) if isinstance(node, ast.Compare)]
    beside = sorted({key for each in compared if names[0] in each for key in each if key in sheet.given})
    for key in beside:
        given = sheet.given[key]
        if given.shape is None and given.kind == _INT and given.domain == (length, length):
            return key
    things = thing_of([each for each in names if len(each.partition("_")[0]) > SHORTEST])
    said = next((known for called, known in _SIZES if called & set(names)), _OTHERS)
    key = f"size_{place}_"
    own = (f"num_{plural(things)}", f"{things}_count", f"max_{plural(things)}") if things else said
    sheet.given[key] = Given(kind=_INT, domain=(length, length), names=own)
    return key
