"""Reductions over one, some or all axes, and running ones along an axis."""

import math
from collections.abc import Callable

from synthesis.frontends.jax.ops.base import SOURCE, call, method, number, numbers
from synthesis.grammar import intervals
from synthesis.grammar.intervals import ANYTHING
from synthesis.grammar.operations import Operation, Term
from synthesis.grammar.streams import Stream
from synthesis.grammar.syntax import Expression, Literal
from synthesis.records import Domain


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

    return Operation(name=name, domains=(ANYTHING,), rule=rule, source=SOURCE)


REDUCTIONS = {
    "sum": _reduction("sum", lambda a, n: intervals.scale(a, n)),
    "mean": _reduction("mean", lambda a, _: a),
    "max": _reduction("max", lambda a, _: a),
    "min": _reduction("min", lambda a, _: a),
}
"""Reductions over one, some or all axes, by name."""
