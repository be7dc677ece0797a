"""Products of vectors and matrices."""

from synthesis.drawing import intervals
from synthesis.drawing.operations import Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Call, Infix, Name
from synthesis.frontends.jax.ops.base import call, entry


def _matmul(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    return _product(operands, stream.choice(("@", "jnp.matmul")))


def _dot(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    return _product(operands, "jnp.dot")


def _product(operands: tuple[Term, ...], spelling: str) -> Term | None:
    """Multiply vectors and matrices; the inner sizes must agree."""
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


PRODUCTS = {
    "dot": entry("dot", _dot, 2),
    "matmul": entry("matmul", _matmul, 2),
    "outer": entry("outer", _outer, 2),
}
"""Products of vectors and matrices, by name."""
