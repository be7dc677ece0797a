"""What drawn functions are recognised by: squashes of squashes, numbers with two digits, vague names."""

import ast
import itertools
from collections import Counter

from measures.syntax import Function, blocks_of, number

_VAGUE = frozenset({"part", "lift", "drift", "blend", "delta"})


def tell(function: Function, *, squashing: frozenset[str]) -> dict[str, bool]:
    """The shares that need no more than the tree and the names of squashing functions."""
    stored = {each.id for each in function.inside() if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    return {
        "squash of a squash": squashes_twice(function, squashing),
        "x / (1 + |x|)": any(_is_softsign(each) for each in function.inside()),
        "locals part, lift, drift, blend, delta": bool(stored & _VAGUE),
    }


def float_literals(function: Function) -> Counter[str]:
    """The literals of floating point: the few that everybody writes, and how many digits the others have."""
    counts: Counter[str] = Counter()
    for node in function.inside():
        if isinstance(node, ast.Constant) and isinstance(node.value, float):
            digits = len(f"{node.value:e}".split("e")[0].replace(".", "").rstrip("0"))
            usual = node.value in (0.0, 0.5, 1.0, 2.0)
            counts["0, 0.5, 1, 2" if usual else "two digits" if digits == 2 else "one digit, three and more"] += 1
    return counts


def squashes_twice(function: Function, squashing: frozenset[str]) -> bool:
    """Whether a function with bounded values is applied to what another one gave, at once or by way of a variable."""

    def is_squash(node: ast.AST) -> bool:
        return _is_softsign(node) or (isinstance(node, ast.Call) and _called(node) in squashing)

    squashed = {
        target.id
        for each in function.inside()
        if isinstance(each, ast.Assign) and is_squash(each.value)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    return any(
        is_squash(inner) or (isinstance(inner, ast.Name) and inner.id in squashed)
        for each in function.inside()
        if is_squash(each)
        for outer in _operands(each)
        for inner in ast.walk(outer)
    )


def _operands(squash: ast.AST) -> list[ast.expr]:
    return squash.args if isinstance(squash, ast.Call) else [squash.left] if isinstance(squash, ast.BinOp) else []


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _is_softsign(node: ast.AST) -> bool:
    if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and isinstance(node.right, ast.BinOp)):
        return False
    below = node.right
    sides = (below.left, below.right)
    one = any(
        number(side) == 1 or (isinstance(side, ast.Call) and bool(side.args) and number(side.args[0]) == 1)
        for side in sides
    )
    absolute = any(isinstance(side, ast.Call) and _called(side) in ("abs", "absolute") for side in sides)
    return isinstance(below.op, ast.Add) and one and absolute


def copies_by_adding(function: Function) -> bool:
    """Whether a variable is set to a number and added to in the next statement, as ``v = float(0.0)``, ``v += e``."""
    return any(map(_copies_in, blocks_of(function.body)))


def _copies_in(block: list[ast.stmt]) -> bool:
    for first, second in itertools.pairwise(block):
        if not (isinstance(first, ast.Assign) and isinstance(second, ast.AugAssign)):
            continue
        cast = first.value
        casts = isinstance(cast, ast.Call) and len(cast.args) == 1 and number(cast.args[0]) is not None
        if casts and ast.unparse(first.targets[0]) == ast.unparse(second.target):
            return True
    return False
