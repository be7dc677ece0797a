"""Comments on common steps, such as skipping an empty slot, reserving a place in a list, or writing results."""

import ast

from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.forms.sheet import (
    THREAD,
    Sheet,
    blocks_of,
    is_remark,
    nodes_in,
)

_SHARE = 0.6
"""Probability of a comment on a line that may get one."""
_MOST = 4
"""Maximum number of comments that this form adds to a kernel."""
_FEW = 3
_NONE = ("# empty slot", "# nothing here", "# not used", "# skip invalid entries", "# padding")
_SMALL = ("# too small to have a direction", "# avoid dividing by zero", "# degenerate", "# nothing to normalize")
_PLACE = ("# next free slot", "# reserve a slot", "# append to the list", "# one slot each, in no order")
_FULL = ("# the list is full", "# no room left", "# more than the buffer holds")
_ROW = ("# entries of this row", "# walk the segment", "# everything that belongs to this one", "# over the segment")
_READ = ("# load the state", "# inputs of this thread", "# load inputs")
_WRITE = ("# write the results", "# store results", "# write outputs")
_WORLD = ("# which world this thread is in", "# one thread for each item of each world", "# unpack the flat index")
_GRID = ("# unpack the flat index", "# from the flat index to the grid", "# row-major order")
_LIMIT = ("# keep it in range", "# limit", "# stay inside the bounds", "# saturate")


def remark(sheet: Sheet, choices: Stream) -> None:
    """Comment on some of a kernel's lines that have no comments."""
    written, read = 0, _read_from_arrays(sheet)
    for block in list(blocks_of(sheet.body)):
        for place in reversed(range(len(block))):
            words = _words(block, place, read, outer=block is sheet.body)
            if words and written < _MOST and not (place and is_remark(block[place - 1])) and choices.chance(_SHARE):
                block.insert(place, ast.Expr(ast.Constant(choices.choice(words))))
                written += 1


def _words(block: list[ast.stmt], place: int, read: set[str], *, outer: bool) -> tuple[str, ...]:
    """Return possible comments before a statement; empty for most statements."""
    statement = block[place]
    before = block[place - 1] if place else None
    match statement:
        case ast.If(test=test, body=[ast.Return() | ast.Continue()], orelse=[]):
            return _FULL if before is not None and _takes_place(before) else _why(test, read)
        case ast.Assign() if _takes_place(statement):
            return _PLACE
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.BinOp(op=ast.FloorDiv(), left=ast.Name(id=divided))) if (
            divided == THREAD
        ):
            return _WORLD if name.startswith("world") else _GRID
        case ast.Assign(
            targets=[ast.Name(id=name)], value=ast.Call(func=ast.Attribute(attr="clamp"), args=[ast.Name(id=same), *_])
        ):
            return _LIMIT if same == name else ()
        case ast.For(iter=ast.Call(args=[ast.Subscript(), ast.Subscript(slice=ast.BinOp())])):
            return _ROW
        case _:
            return _of_several(block, place) if outer else ()


def _takes_place(statement: ast.stmt) -> bool:
    """Return whether a statement assigns the result of ``atomic_add``, which reserves a place in a list."""
    match statement:
        case ast.Assign(value=ast.Call(func=ast.Attribute(attr="atomic_add"))):
            return True
        case _:
            return False


def _read_from_arrays(sheet: Sheet) -> set[str]:
    """Return the variables to which elements of arrays are assigned unchanged."""
    nodes = (node for node in nodes_in(sheet.body) if isinstance(node, ast.Assign))
    return {
        target.id
        for node in nodes
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value, ast.Subscript)
    }


def _why(test: ast.expr, read: set[str]) -> tuple[str, ...]:
    """Return possible comments on the reason of a guard; empty if its test does not show the reason."""
    match test:
        case ast.Compare(ops=[ast.Lt() | ast.LtE()], comparators=[ast.Name(id="TINY") | ast.Constant(value=1e-6)]):
            return _SMALL
        case ast.Compare(ops=[ast.Lt()], comparators=[ast.Constant(value=0)]):
            return _NONE if isinstance(test.left, ast.Name) and test.left.id in read else ()
        case ast.Compare(ops=[ast.Eq()], comparators=[ast.UnaryOp(op=ast.USub())]):
            return _NONE
        case _:
            return ()


def _of_several(block: list[ast.stmt], place: int) -> tuple[str, ...]:
    """Return possible comments on the first of several reads, or on the first of the last writes of a block."""
    rest = block[place:]
    first = place == 0 or not _reads(block[place - 1])
    if first and len(rest) > _FEW and all(map(_reads, rest[:_FEW])):
        return _READ
    last = place > 0 and not _writes(block[place - 1]) and len(rest) > 1 and all(map(_writes, rest))
    return _WRITE if last else ()


def _reads(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Name()], value=ast.Subscript(value=ast.Name())):
            return True
        case _:
            return False


def _writes(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Subscript()]):
            return True
        case _:
            return False
