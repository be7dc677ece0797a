"""JAX's op catalogue: what drawn functions are made of.

Meanings are those of the ``jax.numpy`` and ``jax.nn`` pages of JAX's documentation (https://docs.jax.dev/). A type is
a scalar type and an array shape; ``()`` is a scalar array. Elementwise operations broadcast as NumPy's do.
"""

import math
from collections.abc import Callable

from synthesis.grammar import intervals
from synthesis.grammar.functions import BINARY, UNARY, Elementwise
from synthesis.grammar.intervals import ANYTHING
from synthesis.grammar.operations import Operation, Term, no_limits
from synthesis.grammar.streams import Stream
from synthesis.grammar.syntax import (
    Attribute,
    Call,
    Expression,
    Infix,
    Literal,
    Name,
    Negation,
    Sequence,
    Slice,
    Subscript,
)
from synthesis.grammar.types import FLOATS, Type
from synthesis.records import Domain

_SOURCE = "JAX documentation, jax.numpy"
_NUMBERS = (*FLOATS, "int32")
_INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**"}
_SPELLING = {
    "add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "pow": "power", "min": "minimum",
    "max": "maximum",
    "atan": "arctan", "asin": "arcsin", "acos": "arccos", "asinh": "arcsinh", "atan2": "arctan2", "neg": "negative",
}  # fmt: skip
_MODULES = {"erf": "jax.lax", "rsqrt": "jax.lax", "sigmoid": "jax.nn", "softplus": "jax.nn"}
# Beyond so many elements a text says nothing new.
_LARGEST_ARRAY = 600


def call(name: str, *arguments: Expression, **keywords: Expression) -> Call:
    """A call of a ``jax.numpy`` function."""
    return Call(Name(f"jnp.{name}"), arguments, tuple(keywords.items()))


def method(base: Expression, name: str, *arguments: Expression, **keywords: Expression) -> Call:
    """A call of an array's method."""
    return Call(Attribute(base, name), arguments, tuple(keywords.items()))


def number(value: float) -> Literal:
    """A Python number; JAX gives it the type of what it meets."""
    return Literal(repr(value))


def numbers(values: tuple[int, ...]) -> Expression:
    """A shape or a set of axes."""
    return Sequence(tuple(number(value) for value in values))


def broadcast(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape that two shapes broadcast to, or None."""
    width = max(len(a), len(b))
    pairs = zip((1,) * (width - len(a)) + a, (1,) * (width - len(b)) + b, strict=True)
    shape: list[int] = []
    for x, y in pairs:
        if x != y and 1 not in (x, y):
            return None
        shape.append(y if x == 1 else x)
    return tuple(shape) if math.prod(shape) <= _LARGEST_ARRAY else None


def _spell(stream: Stream, name: str, operands: tuple[Term, ...]) -> Expression:
    nodes = tuple(operand.node for operand in operands)
    if name == "neg":
        return Negation(nodes[0])
    if name in _INFIX and not stream.chance(0.1):
        return Infix(_INFIX[name], nodes[0], nodes[1])
    module = _MODULES.get(name, "jnp")
    return Call(Name(f"{module}.{_SPELLING.get(name, name)}"), nodes)


def _anything(_: Type) -> bool:
    return True


def _broadcast_type(x: Type, y: Type) -> Type | None:
    shape = broadcast(x.shape, y.shape)
    return x.with_shape(shape) if x.dtype == y.dtype and shape is not None else None


_elementwise = Elementwise(spell=_spell, numbers=_NUMBERS, source=_SOURCE)
ELEMENTWISE = {
    **{name: _elementwise.unary(name, _anything) for name in UNARY},
    **{name: _elementwise.binary(name, _broadcast_type) for name in BINARY},
}
"""Elementwise operations, by name."""


# ---- shapes


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
    """A part along one or more axes, by constant bounds, sometimes with a step or from the end.

    Not of what was joined: one of the joined arrays might be cut off whole.
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
    """A slice of an axis, and how many elements it leaves."""
    if part == "all":
        return Slice(), size
    if part == "step":
        return Slice("", "", "2"), (size + 1) // 2
    length = stream.integer(min(2, size - 1), size - 1)
    if part == "end":
        return Slice(f"-{length}", ""), length
    low = stream.integer(0, size - length)
    return Slice(str(low) if low else "", str(low + length) if low + length < size else ""), length


def _join(name: str, *, stacked: bool) -> Callable[[Stream, tuple[Term, ...]], Term | None]:
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
        if math.prod(shape) > _LARGEST_ARRAY:
            return None
        pair = Sequence((x.node, y.node), stream.choice(("()", "[]")))
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


def _entry(name: str, rule: Callable[[Stream, tuple[Term, ...]], Term | None], arity: int) -> Operation:
    return Operation(name=name, domains=no_limits(arity), rule=rule, source=_SOURCE, dtypes=_NUMBERS)


SHAPES = {
    operation.name: operation
    for operation in (
        _entry("reshape", _reshape, 1),
        _entry("transpose", _transpose, 1),
        _entry("slice", _slice, 1),
        _entry("concat", _join("concatenate", stacked=False), 2),
        _entry("stack", _join("stack", stacked=True), 2),
        _entry("ravel", _ravel, 1),
        _entry("flip", _flip, 1),
        _entry("expand_dims", _expand, 1),
    )
}
"""Operations that move elements, by name."""


# ---- reductions and products


def _reduction(name: str, interval: Callable[[Domain, int], Domain]) -> Operation:
    def rule(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
        (x,) = operands
        if x.type.rank == 0 or (name in ("max", "min") and x.depth > 3):
            return None
        rank = x.type.rank
        axes: tuple[int, ...] | None = None if stream.chance(0.25) else (stream.below(rank),)
        if axes is not None and rank == 3 and stream.chance(0.3):
            axes = tuple(axis for axis in range(3) if axis != axes[0])
        reduced = tuple(range(rank)) if axes is None else axes
        count = math.prod(x.type.shape[axis] for axis in reduced)
        if count < 2:
            return None
        keep = stream.chance(0.3)
        keywords: dict[str, Expression] = {}
        if axes is not None:
            written = axes[0] - rank if stream.chance(0.3) and len(axes) == 1 else axes[0]
            keywords["axis"] = number(written) if len(axes) == 1 else numbers(axes)
        if keep:
            keywords["keepdims"] = Literal("True")
        sizes = enumerate(x.type.shape)
        shape = tuple(1 if axis in reduced else size for axis, size in sizes if keep or axis not in reduced)
        in_call = stream.chance(0.6)
        node = call(name, x.node, **keywords) if in_call else method(x.node, name, **keywords)
        return Term(node, x.type.with_shape(shape), interval(x.interval, count))

    return Operation(name=name, domains=(ANYTHING,), rule=rule, source=_SOURCE)


REDUCTIONS = {
    "sum": _reduction("sum", lambda a, n: intervals.scale(a, n)),
    "mean": _reduction("mean", lambda a, _: a),
    "max": _reduction("max", lambda a, _: a),
    "min": _reduction("min", lambda a, _: a),
}
"""Reductions over one, some or all axes, by name."""


def _matmul(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    return _product(operands, stream.choice(("@", "jnp.matmul")))


def _dot(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    return _product(operands, "jnp.dot")


def _product(operands: tuple[Term, ...], spelling: str) -> Term | None:
    """A product of vectors and matrices; the inner sizes must agree."""
    x, y = operands
    a, b = x.type.shape, y.type.shape
    if x.type.dtype != y.type.dtype or not (1 <= len(a) <= 2 and 1 <= len(b) <= 2) or a[-1] != b[0] or a[-1] < 2:
        return None
    node = Infix("@", x.node, y.node) if spelling == "@" else Call(Name(spelling), (x.node, y.node))
    interval = intervals.scale(intervals.multiply(x.interval, y.interval), a[-1])
    return Term(node, x.type.with_shape((*a[:-1], *b[1:])), interval)


def _outer(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    x, y = operands
    if x.type.dtype != y.type.dtype or x.type.rank != 1 or y.type.rank != 1:
        return None
    kind = x.type.with_shape((*x.type.shape, *y.type.shape))
    return Term(call("outer", x.node, y.node), kind, intervals.multiply(x.interval, y.interval))


def _float_entry(name: str, rule: Callable[[Stream, tuple[Term, ...]], Term | None]) -> Operation:
    return Operation(name=name, domains=no_limits(2), rule=rule, source=_SOURCE)


PRODUCTS = {
    "dot": _float_entry("dot", _dot),
    "matmul": _float_entry("matmul", _matmul),
    "outer": _float_entry("outer", _outer),
}
"""Products of vectors and matrices, by name."""
