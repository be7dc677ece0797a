"""How long a kernel becomes where Warp unrolls its loops, and up to how many trips they may be unrolled.

Warp writes out a loop whose range is constant and has at most ``max_unroll`` trips (Warp's documentation, "Code
Generation"). Loops in each other multiply: three of three trips make the body 27 times.
"""

import ast
from collections.abc import Iterator

from synthesis.frontends.warp.traps import trips_of

LONGEST, MOST_TIMES = 200, 2.5
"""Operations of a kernel that its loops may be unrolled to, each of some two and a half lines of C++; or so many times
those that are written, if that is more."""
_OPERATIONS = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.Call, ast.Subscript, ast.Assign, ast.AugAssign)


def most_trips(tree: ast.AST, usual: int) -> int:
    """The largest ``max_unroll`` up to the usual one with which a kernel is not too long; 1 if it is with every one.

    Args:
        tree: the kernel.
        usual: what it is if nothing is said.
    """
    trips = {each for loop in ast.walk(tree) if isinstance(loop, ast.For) and (each := trips_of(loop)) is not None}
    options = [usual, *sorted((each - 1 for each in trips if 2 <= each <= usual), reverse=True), 1]
    most = max(LONGEST, MOST_TIMES * operations_of(tree, 1))
    return next((each for each in options if operations_of(tree, each) <= most), 1)


def operations_of(tree: ast.AST, unrolled: int) -> int:
    """How many operations a kernel has when loops of at most so many trips are written out."""
    return sum(times * isinstance(node, _OPERATIONS) for node, times in _repeated(tree, 1, unrolled))


def _repeated(node: ast.AST, times: int, unrolled: int) -> Iterator[tuple[ast.AST, int]]:
    """The nodes of a tree, and how often each is written."""
    yield node, times
    trips = trips_of(node) if isinstance(node, ast.For) else None
    inside = times * trips if trips is not None and trips <= unrolled else times
    for child in ast.iter_child_nodes(node):
        yield from _repeated(child, inside if isinstance(child, ast.stmt) else times, unrolled)
