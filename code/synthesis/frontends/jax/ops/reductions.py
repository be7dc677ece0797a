"""Reductions over one, some or all axes, and cumulative operations along an axis."""

import math
from collections.abc import Callable

from synthesis.core.signatures import Domain
from synthesis.drawing import intervals
from synthesis.drawing.intervals import ANYTHING
from synthesis.drawing.operations import Operation, Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Call, Expression, Literal, Name
from synthesis.drawing.types import FLOATS
from synthesis.frontends.jax.ops.base import LARGEST_ARRAY, SOURCE, call, method, number, numbers


def _reduction(
    name: str, interval: Callable[[Domain, int], Domain], *, domain: Domain = ANYTHING, most: int = LARGEST_ARRAY
) -> Operation:
    """Return an operation that reduces at most ``most`` elements to one, along one, some or all axes."""

    def rule(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
        (x,) = operands
        if x.type.rank == 0 or (name in ("max", "min", "median") and x.depth > 3):
            return None
        if name in ("var", "std") and x.ops & {"add", "sub"}:  # an offset common to all elements would have no effect
            return None
        rank = x.type.rank
        axes: tuple[int, ...] | None = None if stream.chance(0.25) else (stream.below(rank),)
        if axes is not None and rank == 3 and stream.chance(0.3):
            axes = tuple(axis for axis in range(3) if axis != axes[0])
        reduced = tuple(range(rank)) if axes is None else axes
        count = math.prod(x.type.shape[axis] for axis in reduced)
        if not 2 <= count <= most:
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
        if name == "logsumexp":
            module = stream.choice(("jax.nn", "jax.scipy.special"))
            node = Call(Name(f"{module}.logsumexp"), (x.node,), tuple(keywords.items()))
        elif stream.chance(0.6) or name == "median":
            node = call(name, x.node, **keywords)
        else:
            node = method(x.node, name, **keywords)
        return Term(node, x.type.with_shape(shape), interval(x.interval, count))

    return Operation(name=name, domains=(domain,), rule=rule, source=SOURCE)


def _product_of(a: Domain, n: int) -> Domain:
    """Return the interval of a product of up to ``n`` positive values."""
    return Domain(low=min(1.0, a.low) ** n, high=max(1.0, a.high) ** n)


def running(
    name: str,
    spell: Callable[[Stream, Term, int], Expression],
    interval: Callable[[Domain, int], Domain],
    domain: Domain,
    least: int,
    most: int = LARGEST_ARRAY,
    *,
    dtypes: tuple[str, ...] = FLOATS,
    source: str = SOURCE,
) -> Operation:
    """Return a cumulative operation along an axis of ``least`` to ``most`` elements; ``spell`` writes the call."""

    def rule(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
        (x,) = operands
        if x.type.rank == 0:
            return None
        axis = stream.below(x.type.rank)
        if not least <= x.type.shape[axis] <= most:
            return None
        return Term(spell(stream, x, axis), x.type, interval(x.interval, x.type.shape[axis]))

    return Operation(name=name, domains=(domain,), rule=rule, source=source, dtypes=dtypes)


def _spelling(name: str) -> Callable[[Stream, Term, int], Expression]:
    def spell(stream: Stream, x: Term, axis: int) -> Expression:
        keywords: dict[str, Expression] = {"axis": number(axis)} if x.type.rank > 1 or stream.chance(0.3) else {}
        return call(name, x.node, **keywords) if stream.chance(0.6) else method(x.node, name, **keywords)

    return spell


REDUCTIONS = {
    "sum": _reduction("sum", lambda a, n: intervals.scale(a, n)),
    "mean": _reduction("mean", lambda a, _: a),
    "max": _reduction("max", lambda a, _: a),
    "min": _reduction("min", lambda a, _: a),
    "prod": _reduction("prod", _product_of, domain=Domain(low=0.3, high=2.0), most=6),
    "var": _reduction("var", lambda a, _: Domain(low=0.0, high=(a.width / 2) ** 2)),
    "std": _reduction("std", lambda a, _: Domain(low=0.0, high=a.width / 2)),
    "median": _reduction("median", lambda a, _: a),
    "logsumexp": _reduction(
        "logsumexp", lambda a, n: Domain(low=a.low, high=a.high + math.log(n)), domain=Domain(low=-20.0, high=20.0)
    ),
}
"""Reductions over one, some or all axes, by name."""

RUNNING = {
    "cumsum": running(
        "cumsum", _spelling("cumsum"), lambda a, n: intervals.hull((a, intervals.scale(a, n))), ANYTHING, 2
    ),
    "cumprod": running("cumprod", _spelling("cumprod"), _product_of, Domain(low=0.3, high=2.0), 2, 6),
}
"""Cumulative operations, which keep the shape, by name."""
