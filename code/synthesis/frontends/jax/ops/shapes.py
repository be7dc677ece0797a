"""Operations that rearrange elements: shapes, axes, parts and joins."""

import math

from synthesis.drawing import intervals
from synthesis.drawing.operations import Operation, Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Attribute, Display, Expression, Literal, Slice, Subscript
from synthesis.frontends.jax.ops.base import LARGEST_ARRAY, NUMBERS, Rule, call, entry, method, number, numbers


def _reshape(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    (x,) = operands
    total = math.prod(x.type.shape)
    shapes = [
        shape
        for shape in (
            (total,),
            *((total // n, n) for n in range(2, 9) if total % n == 0),
            *((m, n, total // (m * n)) for m in (2, 3) for n in (2, 3, 4) if total % (m * n) == 0 and total > m * n),
        )
        if shape != x.type.shape and 1 not in shape
    ]
    if x.type.rank == 0 or not shapes:
        return None
    shape = stream.choice(shapes)
    written = list(shape)
    if stream.chance(0.3):
        written[stream.below(len(written))] = -1
    if stream.chance(0.6):
        node = method(x.node, "reshape", *(number(size) for size in written))
    else:
        node = call("reshape", x.node, numbers(tuple(written)))
    return Term(node, x.type.with_shape(shape), x.interval)


def _ravel(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    (x,) = operands
    if x.type.rank == 1:
        return None
    node = method(x.node, "ravel") if stream.chance(0.5) else call("ravel", x.node)
    return Term(node, x.type.with_shape((math.prod(x.type.shape),)), x.interval)


def _transpose(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    (x,) = operands
    if x.type.rank < 2 or (isinstance(x.node, Attribute) and x.node.name == "T"):
        return None
    if x.type.rank == 2:
        node = Attribute(x.node, "T") if stream.chance(0.5) else call("transpose", x.node)
        return Term(node, x.type.with_shape(x.type.shape[::-1]), x.interval)
    axes = stream.shuffled(range(x.type.rank))
    if axes == sorted(axes):
        axes.reverse()
    shape = tuple(x.type.shape[axis] for axis in axes)
    return Term(call("transpose", x.node, numbers(tuple(axes))), x.type.with_shape(shape), x.interval)


def _slice(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    """Take a part along one or more axes, with constant bounds, sometimes with a step or from the end.

    It is not applied to joined arrays, since the slice might contain no element of one of them.
    """
    (x,) = operands
    if x.type.rank == 0 or max(x.type.shape) < 3 or x.ops & {"concat", "stack"}:
        return None
    indices: list[Slice] = []
    shape: list[int] = []
    for size in x.type.shape:
        part = stream.weighted([("all", 0.4), ("range", 0.4), ("step", 0.1), ("end", 0.1)]) if size > 2 else "all"
        index, length = _cut(stream, part, size)
        indices.append(index)
        shape.append(length)
    while indices and indices[-1] == Slice():
        indices.pop()
    if not indices:
        return None
    return Term(Subscript(x.node, tuple(indices)), x.type.with_shape(tuple(shape)), x.interval)


def _cut(stream: Stream, part: str, size: int) -> tuple[Slice, int]:
    """Return a slice of an axis, and the number of elements in it."""
    if part == "all":
        return Slice(), size
    if part == "step":
        return Slice("", "", "2"), (size + 1) // 2
    length = stream.integer(min(2, size - 1), size - 1)
    if part == "end":
        return Slice(f"-{length}", ""), length
    low = stream.integer(0, size - length)
    return Slice(str(low) if low else "", str(low + length) if low + length < size else ""), length


def _join(name: str, *, stacked: bool) -> Rule:
    def rule(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
        x, y = operands
        if x.type.dtype != y.type.dtype or x.type.rank != y.type.rank or (x.type.rank == 0 and not stacked):
            return None
        a, b = x.type.shape, y.type.shape
        if stacked:
            axes = list(range(x.type.rank + 1)) if a == b else []
        else:
            axes = [axis for axis in range(len(a)) if a[:axis] + a[axis + 1 :] == b[:axis] + b[axis + 1 :]]
        if not axes or x.type.rank > (2 if stacked else 3):
            return None
        axis = stream.choice(axes)
        shape = (*a[:axis], 2, *a[axis:]) if stacked else (*a[:axis], a[axis] + b[axis], *a[axis + 1 :])
        if math.prod(shape) > LARGEST_ARRAY:
            return None
        pair = Display((x.node, y.node), stream.choice(("()", "[]")))
        node = call(name, pair, axis=number(axis)) if axis or stream.chance(0.4) else call(name, pair)
        return Term(node, x.type.with_shape(shape), intervals.hull((x.interval, y.interval)))

    return rule


def _flip(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    (x,) = operands
    if x.type.rank == 0 or x.type.shape[0] < 2 or (isinstance(x.node, Subscript) and x.type.rank == 1):
        return None
    node = Subscript(x.node, (Slice("", "", "-1"),)) if stream.chance(0.5) else call("flip", x.node, axis=number(0))
    return Term(node, x.type, x.interval)


def _expand(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    (x,) = operands
    if x.type.rank not in (1, 2) or 1 in x.type.shape:
        return None
    axis = stream.below(x.type.rank + 1)
    shape = (*x.type.shape[:axis], 1, *x.type.shape[axis:])
    if x.type.rank == 1 and stream.chance(0.5):
        nodes = (Slice(), Literal("None")) if axis else (Literal("None"), Slice())
        return Term(Subscript(x.node, nodes), x.type.with_shape(shape), x.interval)
    return Term(call("expand_dims", x.node, axis=number(axis)), x.type.with_shape(shape), x.interval)


def _pad(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    """Add elements around an array: a constant, repeated edge elements, or a mirror image."""
    (x,) = operands
    if x.type.rank == 0 or x.type.rank > 2 or min(x.type.shape) < 3:
        return None
    widths = [(stream.integer(0, 2), stream.integer(0, 2)) for _ in x.type.shape]
    if not any(before + after for before, after in widths):
        widths[0] = (1, 1)
    shape = tuple(size + sum(width) for size, width in zip(x.type.shape, widths, strict=True))
    if math.prod(shape) > LARGEST_ARRAY:
        return None
    written: Expression = Display(tuple(numbers(width) for width in widths))
    if len({*widths}) == 1 and widths[0][0] == widths[0][1] and stream.chance(0.7):
        written = number(widths[0][0])
    mode = stream.choice(("constant", "edge", "reflect", "wrap", "zeros"))
    interval = x.interval
    keywords: dict[str, Expression] = {} if mode == "zeros" else {"mode": Literal(f'"{mode}"')}
    if mode == "constant":
        value = stream.decimal(-1.0, 1.0, 1)
        keywords["constant_values"] = number(value)
        interval = intervals.hull((interval, intervals.point(value)))
    elif mode == "zeros":
        interval = intervals.hull((interval, intervals.point(0.0)))
    return Term(call("pad", x.node, written, **keywords), x.type.with_shape(shape), interval)


def _roll(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    (x,) = operands
    if x.type.rank == 0 or "roll" in x.ops:
        return None
    axis = stream.below(x.type.rank)
    if x.type.shape[axis] < 3:
        return None
    shift = number(stream.choice((1, 2, -1)))
    node = call("roll", x.node, shift, axis=number(axis)) if x.type.rank > 1 else call("roll", x.node, shift)
    return Term(node, x.type, x.interval)


def _repeated(name: str) -> Rule:
    def rule(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
        (x,) = operands
        if x.type.rank == 0 or x.ops & {"tile", "repeat"}:
            return None
        times, axis = stream.integer(2, 3), stream.below(x.type.rank)
        shape = tuple(size * (times if place == axis else 1) for place, size in enumerate(x.type.shape))
        if math.prod(shape) > LARGEST_ARRAY:
            return None
        if name == "repeat":
            node = call("repeat", x.node, number(times), axis=number(axis))
        elif x.type.rank == 1 and stream.chance(0.5):
            node = call("tile", x.node, number(times))
        else:
            node = call("tile", x.node, numbers(tuple(times if place == axis else 1 for place in range(x.type.rank))))
        return Term(node, x.type.with_shape(shape), x.interval)

    return rule


def _move_axes(name: str) -> Rule:
    def rule(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
        (x,) = operands
        if x.type.rank < 2 or x.ops & {"swapaxes", "moveaxis"}:
            return None
        first, second = stream.shuffled(range(x.type.rank))[:2]
        order = list(range(x.type.rank))
        if name == "swapaxes":
            order[first], order[second] = order[second], order[first]
        else:
            order.remove(first)
            order.insert(second, first)
        node = call(name, x.node, number(first), number(second))
        return Term(node, x.type.with_shape(tuple(x.type.shape[axis] for axis in order)), x.interval)

    return rule


def _moves(name: str, rule: Rule, arity: int) -> Operation:
    return entry(name, rule, arity, dtypes=NUMBERS)


SHAPES = {
    operation.name: operation
    for operation in (
        _moves("reshape", _reshape, 1),
        _moves("transpose", _transpose, 1),
        _moves("slice", _slice, 1),
        _moves("concat", _join("concatenate", stacked=False), 2),
        _moves("stack", _join("stack", stacked=True), 2),
        _moves("ravel", _ravel, 1),
        _moves("flip", _flip, 1),
        _moves("expand_dims", _expand, 1),
        _moves("pad", _pad, 1),
        _moves("roll", _roll, 1),
        _moves("tile", _repeated("tile"), 1),
        _moves("repeat", _repeated("repeat"), 1),
        _moves("swapaxes", _move_axes("swapaxes"), 1),
        _moves("moveaxis", _move_axes("moveaxis"), 1),
    )
}
"""Operations that move elements, by name."""
