"""Functions of ``jax.scipy.special`` and other less frequent ones, and cumulative operations other than sums.

Domains avoid poles and saturation. Where no formula bounds a function's values, its interval is the range of its values
on the domain, computed with SciPy and rounded outwards.
"""

import math
from collections.abc import Callable

from synthesis.core.signatures import Domain
from synthesis.drawing import intervals
from synthesis.drawing.operations import Operation, Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Call, Expression, Name
from synthesis.frontends.jax.ops.base import broadcast, number
from synthesis.frontends.jax.ops.reductions import running

_SOURCE = "JAX documentation, jax.scipy.special and jax.lax"
_SCIPY = "jax.scipy.special"
_SINGLE = ("float32",)
_SHAPE_PARAMETER = Domain(low=0.5, high=5.0)


def _function(
    name: str,
    path: str,
    *domains: Domain,
    interval: Callable[[Domain], Domain] | Domain,
    first: tuple[Expression, ...] = (),
) -> Operation:
    """Return an elementwise function of arrays, which are broadcast to one shape.

    Args:
        name: the primitive that it covers.
        path: the dotted name of the function.
        domains: the domains of its operands.
        interval: the interval of its values, or a function that computes it from the interval of its only operand.
        first: arguments before the operands.
    """

    def rule(_: Stream, operands: tuple[Term, ...]) -> Term | None:
        shape: tuple[int, ...] | None = ()
        for each in operands:
            shape = broadcast(shape, each.type.shape) if shape is not None else None
        if shape is None:
            return None
        node = Call(Name(path), (*first, *(each.node for each in operands)))
        values = interval if isinstance(interval, Domain) else interval(operands[0].interval)
        return Term(node, operands[0].type.with_shape(shape), values)

    return Operation(name=name, domains=domains, rule=rule, source=_SOURCE, dtypes=_SINGLE, nonlinear=True)


_UNIT = Domain(low=0.0, high=1.0)
SPECIAL = {
    operation.name: operation
    for operation in (
        _function("acosh", "jnp.arccosh", Domain(low=1.1, high=50.0), interval=intervals.increasing(math.acosh)),
        _function("atanh", "jnp.arctanh", Domain(low=-0.9, high=0.9), interval=intervals.increasing(math.atanh)),
        _function("erfc", f"{_SCIPY}.erfc", Domain(low=-2.0, high=2.0), interval=intervals.decreasing(math.erfc)),
        _function("round", "jnp.round", Domain(low=-12.0, high=12.0), interval=lambda a: a),
        _function("exp2", "jnp.exp2", Domain(low=-5.0, high=5.0), interval=intervals.increasing(math.exp2)),
        _function(
            "lgamma", f"{_SCIPY}.gammaln", Domain(low=3.0, high=20.0), interval=intervals.increasing(math.lgamma)
        ),
        _function("digamma", f"{_SCIPY}.digamma", Domain(low=0.4, high=20.0), interval=Domain(low=-2.6, high=3.0)),
        _function(
            "polygamma",
            f"{_SCIPY}.polygamma",
            Domain(low=0.5, high=8.0),
            interval=Domain(low=0.1, high=5.0),
            first=(number(1),),
        ),
        _function("bessel_i0e", f"{_SCIPY}.i0e", Domain(low=0.2, high=8.0), interval=Domain(low=0.1, high=0.9)),
        _function("bessel_i1e", f"{_SCIPY}.i1e", Domain(low=-6.0, high=6.0), interval=Domain(low=-0.22, high=0.22)),
        _function(
            "zeta",
            f"{_SCIPY}.zeta",
            Domain(low=1.5, high=5.0),
            Domain(low=0.6, high=4.0),
            interval=Domain(low=0.0, high=15.0),
        ),
        _function("igamma", f"{_SCIPY}.gammainc", _SHAPE_PARAMETER, Domain(low=0.3, high=5.0), interval=_UNIT),
        _function("igammac", f"{_SCIPY}.gammaincc", _SHAPE_PARAMETER, Domain(low=0.3, high=5.0), interval=_UNIT),
        _function(
            "regularized_incomplete_beta",
            f"{_SCIPY}.betainc",
            _SHAPE_PARAMETER,
            _SHAPE_PARAMETER,
            Domain(low=0.1, high=0.9),
            interval=_UNIT,
        ),
    )
}
"""Special functions, by the primitive of each."""


def _spelling(path: str) -> Callable[[Stream, Term, int], Expression]:
    def spell(stream: Stream, x: Term, axis: int) -> Expression:
        keywords: tuple[tuple[str, Expression], ...] = (("axis", number(axis)),)
        if stream.chance(0.3):
            keywords += (("reverse", Name("True")),)
        return Call(Name(path), (x.node,), keywords)

    return spell


def _along(name: str, interval: Callable[[Domain, int], Domain], domain: Domain) -> Operation:
    return running(name, _spelling(f"jax.lax.{name}"), interval, domain, 3, dtypes=_SINGLE, source=_SOURCE)


RUNNING_EXTREMES = {
    "cummax": _along("cummax", lambda a, _: a, intervals.ANYTHING),
    "cummin": _along("cummin", lambda a, _: a, intervals.ANYTHING),
    "cumlogsumexp": _along(
        "cumlogsumexp", lambda a, n: Domain(low=a.low, high=a.high + math.log(n)), Domain(low=-20.0, high=20.0)
    ),
}
"""Cumulative extremes and logarithmic sums, by name."""
