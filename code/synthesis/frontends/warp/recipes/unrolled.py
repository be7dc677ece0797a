"""Estimates the length of a kernel after Warp unrolls its loops, and limits the unrolling.

Warp unrolls a loop if its range is constant and has at most ``max_unroll`` iterations (Warp's documentation, "Code
Generation"). Nested loops multiply: three nested loops of three iterations repeat the body 27 times.
"""

import ast

from synthesis.frontends.warp.traps import trips_of

LONGEST = 200
"""Number of operations that a kernel may always have after unrolling. An operation is about 2.5 lines of C++."""
MOST_TIMES = 2.5
"""Maximum factor by which unrolling may increase the number of operations, where this exceeds ``LONGEST``."""
_OPERATIONS = (ast.BinOp, ast.UnaryOp, ast.Compare, ast.BoolOp, ast.Call, ast.Subscript, ast.Assign, ast.AugAssign)


def most_trips(tree: ast.AST, usual: int) -> int:
    """Return the largest ``max_unroll`` with which a kernel is not too long, or 1 if it is always too long.

    Args:
        tree: the kernel.
        usual: the default ``max_unroll``, which is the largest that is tried.
    """
    trips = {each for loop in ast.walk(tree) if isinstance(loop, ast.For) and (each := trips_of(loop)) is not None}
    if not trips:
        return usual
    options = [usual, *sorted((each - 1 for each in trips if 2 <= each <= usual), reverse=True), 1]
    most = max(LONGEST, MOST_TIMES * operations_of(tree, 1))
    return next((each for each in options if operations_of(tree, each) <= most), 1)


def operations_of(node: ast.AST, unrolled: int) -> int:
    """Return the number of operations of a kernel when loops of at most ``unrolled`` iterations are unrolled."""
    trips = trips_of(node) if isinstance(node, ast.For) else None
    times = trips if trips is not None and trips <= unrolled else 1
    total = int(isinstance(node, _OPERATIONS))
    for child in ast.iter_child_nodes(node):
        total += operations_of(child, unrolled) * (times if isinstance(child, ast.stmt) else 1)
    return total
