"""Linear algebra other than plain products: einsum contractions, norms and triangles.

Sources: the ``jax.numpy.einsum`` and ``jax.numpy.linalg`` pages of JAX's documentation.
"""

import math

from synthesis.drawing import intervals
from synthesis.drawing.operations import Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Expression, Literal
from synthesis.frontends.jax.ops.base import LARGEST_ARRAY, Rule, call, entry, number

_PATTERNS = (
    "ij,jk->ik", "ij,kj->ik", "ij,ik->jk", "ij,j->i", "i,ij->j", "ij,ij->i", "ij,ij->j", "ij,ij->", "i,j->ij", "i,i->",
    "ijk,k->ij", "ijk,ij->ik", "bij,bjk->bik", "bij,bj->bi", "bi,bj->bij", "ijk,ijk->i", "ijk,kl->ijl", "ijk,ik->j",
)  # fmt: skip


def _einsum(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    """Apply a contraction whose pattern fits the shapes, with index letters chosen at random."""
    x, y = operands
    if x.type.dtype != y.type.dtype:
        return None
    for pattern in stream.tries(_PATTERNS):
        inputs, result = pattern.split("->")
        first, second = inputs.split(",")
        if (len(first), len(second)) != (x.type.rank, y.type.rank):
            continue
        sizes = dict(zip(first, x.type.shape, strict=True))
        if any(sizes.setdefault(letter, size) != size for letter, size in zip(second, y.type.shape, strict=True)):
            continue
        shape = tuple(sizes[letter] for letter in result)
        summed = math.prod(size for letter, size in sizes.items() if letter not in result)
        if math.prod(shape) > LARGEST_ARRAY or (1 in sizes.values()):
            continue
        letters = dict(zip("ijklb", stream.choice(("ijklb", "mnpqb", "abcde", "ijkhb", "tsdhn")), strict=True))
        text = "".join(letters.get(letter, letter) for letter in pattern)
        interval = intervals.scale(intervals.multiply(x.interval, y.interval), summed)
        return Term(call("einsum", Literal(f'"{text}"'), x.node, y.node), x.type.with_shape(shape), interval)
    return None


def _kron(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    x, y = operands
    if x.type.dtype != y.type.dtype or x.type.rank != y.type.rank or x.type.rank not in (1, 2):
        return None
    shape = tuple(a * b for a, b in zip(x.type.shape, y.type.shape, strict=True))
    if math.prod(shape) > LARGEST_ARRAY // 4:
        return None
    return Term(call("kron", x.node, y.node), x.type.with_shape(shape), intervals.multiply(x.interval, y.interval))


def _norm(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    """Apply the Euclidean norm to all elements or along an axis."""
    (x,) = operands
    if x.type.rank == 0 or "norm" in x.ops:
        return None
    axis = None if x.type.rank == 1 or stream.chance(0.4) else stream.below(x.type.rank)
    count = math.prod(x.type.shape) if axis is None else x.type.shape[axis]
    if count < 2 or (axis is None and x.type.rank > 2):
        return None
    keywords: dict[str, Expression] = {} if axis is None else {"axis": number(axis)}
    keep = axis is not None and stream.chance(0.4)
    if keep:
        keywords["keepdims"] = Literal("True")
    sizes = enumerate(x.type.shape)
    shape = (
        tuple(1 if place == axis else size for place, size in sizes if keep or place != axis)
        if axis is not None
        else ()
    )
    interval = intervals.scale(intervals.absolute(x.interval), math.sqrt(count))
    return Term(call("linalg.norm", x.node, **keywords), x.type.with_shape(shape), interval)


# Operations that do not change a matrix's diagonal.
_IDLE_FOR_TRACE = frozenset({"transpose", "swapaxes", "moveaxis", "tril", "triu"})


def _trace(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    (x,) = operands
    if x.type.rank != 2 or x.type.shape[0] != x.type.shape[1] or x.ops & _IDLE_FOR_TRACE:
        return None
    return Term(call("trace", x.node), x.type.with_shape(()), intervals.scale(x.interval, x.type.shape[0]))


def _triangle(name: str) -> Rule:
    """Return the rule for the lower or upper triangle of a matrix, with zeros elsewhere."""

    def rule(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
        (x,) = operands
        if x.type.rank != 2 or min(x.type.shape) < 2 or x.ops & {"tril", "triu"}:
            return None
        return Term(call(name, x.node), x.type, intervals.hull((x.interval, intervals.point(0.0))))

    return rule


CONTRACTIONS = {
    operation.name: operation
    for operation in (
        entry("einsum", _einsum, 2),
        entry("kron", _kron, 2),
        entry("norm", _norm, 1),
        entry("trace", _trace, 1),
        entry("tril", _triangle("tril"), 1),
        entry("triu", _triangle("triu"), 1),
    )
}
"""Operations on any matrices and vectors, by name."""
