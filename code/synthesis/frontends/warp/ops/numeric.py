"""Less frequent functions of numbers: rounding, angles in degrees, steps, interpolation, signs."""

import math
from collections.abc import Callable

from synthesis.core.signatures import Domain
from synthesis.drawing import intervals
from synthesis.drawing.functions import BINARY
from synthesis.drawing.operations import Operation, Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import FLOATS
from synthesis.frontends.warp.ops.elements import call

_SOURCE = "Warp documentation, Kernel Reference"
_WIDE = Domain(low=-40.0, high=40.0)
_LEAST_WIDTH = 3.0
"""Minimum interval width of a rounded number, so that it takes several integer values."""


def _unary(name: str, domain: Domain, interval: Callable[[Domain], Domain], *, least: float = 0.0) -> Operation:
    def rule(_: Stream, operands: tuple[Term, ...]) -> Term | None:
        (x,) = operands
        if x.type.rank or x.interval.width < least or (least and not (x.flat and x.varying)):
            return None
        return Term(call(name, x.node), x.type, interval(x.interval))

    return Operation(name=name, domains=(domain,), rule=rule, source=_SOURCE, dtypes=FLOATS, nonlinear=not least)


def _whole(a: Domain) -> Domain:
    return Domain(low=math.floor(a.low), high=math.ceil(a.high))


def _both_signs(x: Term) -> bool:
    """Return whether many values are on each side of zero."""
    margin = 0.25 * x.interval.width
    return x.flat and x.varying and x.interval.low < -margin and x.interval.high > margin


def _step(_: Stream, operands: tuple[Term, ...]) -> Term | None:
    (x,) = operands
    if x.type.rank or not _both_signs(x):
        return None
    return Term(call("step", x.node), x.type, Domain(low=0.0, high=1.0))


def _copysign(_: Stream, operands: tuple[Term, ...]) -> Term | None:
    x, y = operands
    if x.type != y.type or x.type.rank or not _both_signs(y):
        return None
    top = x.interval.magnitude
    return Term(call("copysign", x.node, y.node), x.type, Domain(low=-top, high=top))


def _lerp(_: Stream, operands: tuple[Term, ...]) -> Term | None:
    a, b, t = operands
    if a.type != b.type or t.type.rank or a.type.dtype != t.type.dtype or a.is_constant or t.is_constant:
        return None
    return Term(call("lerp", a.node, b.node, t.node), a.type, intervals.hull((a.interval, b.interval)))


def _div_approx(_: Stream, operands: tuple[Term, ...]) -> Term | None:
    """Apply ``div_approx``. It is exact on a CPU, and has an error of a few units in the last place on a GPU."""
    x, y = operands
    if x.type != y.type or x.type.rank or x.is_constant or x.type.dtype != "float32":
        return None
    return Term(call("div_approx", x.node, y.node), x.type, intervals.divide(x.interval, y.interval))


def _smoothstep(_: Stream, operands: tuple[Term, ...]) -> Term | None:
    low, high, x = operands
    if any(each.type.rank for each in operands) or x.is_constant:
        return None
    return Term(call("smoothstep", low.node, high.node, x.node), x.type, Domain(low=0.0, high=1.0))


def _entry(name: str, domains: tuple[Domain, ...], rule: Callable[..., Term | None]) -> Operation:
    return Operation(name=name, domains=domains, rule=rule, source=_SOURCE, dtypes=FLOATS)


_INSIDE = Domain(low=0.0, high=1.0)
NUMERIC = {
    operation.name: operation
    for operation in (
        *(_unary(name, _WIDE, _whole, least=_LEAST_WIDTH) for name in ("floor", "ceil", "rint", "round", "trunc")),
        _unary("degrees", Domain(low=-3.2, high=3.2), lambda a: intervals.scale(a, 180 / math.pi)),
        _unary("radians", Domain(low=-180.0, high=180.0), lambda a: intervals.scale(a, math.pi / 180)),
        _unary("erfinv", Domain(low=-0.95, high=0.95), lambda _: Domain(low=-1.4, high=1.4)),
        _unary("erfcinv", Domain(low=0.1, high=1.9), lambda _: Domain(low=-1.2, high=1.2)),
        _entry("div_approx", (_WIDE, BINARY["div"].domains[1]), _div_approx),
        _unary("erfc", Domain(low=-2.0, high=2.0), intervals.decreasing(math.erfc)),
        _entry("step", (_WIDE,), _step),
        _entry("copysign", (Domain(low=0.1, high=40.0), _WIDE), _copysign),
        _entry("lerp", (_WIDE, _WIDE, _INSIDE), _lerp),
        _entry("smoothstep", (Domain(low=-2.0, high=0.0), Domain(low=0.5, high=3.0), _WIDE), _smoothstep),
    )
}
"""Operations on numbers, by name. ``lerp`` also takes vectors."""
