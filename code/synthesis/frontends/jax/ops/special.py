"""Functions of ``jax.scipy.special`` and others that fewer programs use, and what runs along an axis beside sums.

Domains keep them away from poles and from where they saturate; intervals of functions without a closed bound are
those of their values on the domain, rounded outwards (from SciPy's).
"""

import math
from collections.abc import Callable

from synthesis.frontends.jax.ops.base import broadcast, number
from synthesis.grammar import intervals
from synthesis.grammar.operations import Operation, Term
from synthesis.grammar.streams import Stream
from synthesis.grammar.syntax import Call, Expression, Name
from synthesis.records import Domain

_SOURCE = "JAX documentation, jax.scipy.special and jax.lax"
_SINGLE = ("float32",)
_SHAPE_PARAMETER = Domain(low=0.5, high=5.0)

Interval = Callable[[Domain], Domain]


def _always(low: float, high: float) -> Interval:
    return lambda _: Domain(low=low, high=high)


def _unary(name: str, spelled: str, domain: Domain, interval: Interval) -> Operation:
    """A function of one array; ``spelled`` may hold a first argument, as in ``jax.scipy.special.polygamma(1``."""
    path, _, first = spelled.partition("(")

    def rule(_: Stream, operands: tuple[Term, ...]) -> Term | None:
        (x,) = operands
        arguments: tuple[Expression, ...] = (number(int(first)), x.node) if first else (x.node,)
        return Term(Call(Name(path), arguments), x.type, interval(x.interval))

    return Operation(name=name, domains=(domain,), rule=rule, source=_SOURCE, dtypes=_SINGLE, nonlinear=True)


def _joint(name: str, path: str, domains: tuple[Domain, ...], low: float, high: float) -> Operation:
    """A function of several arrays, which broadcast."""

    def rule(_: Stream, operands: tuple[Term, ...]) -> Term | None:
        shape: tuple[int, ...] | None = ()
        for each in operands:
            shape = broadcast(shape, each.type.shape) if shape is not None else None
        if shape is None:
            return None
        node = Call(Name(path), tuple(each.node for each in operands))
        return Term(node, operands[0].type.with_shape(shape), Domain(low=low, high=high))

    return Operation(name=name, domains=domains, rule=rule, source=_SOURCE, dtypes=_SINGLE, nonlinear=True)


SPECIAL = {
    operation.name: operation
    for operation in (
        _unary("acosh", "jnp.arccosh", Domain(low=1.1, high=50.0), intervals.increasing(math.acosh)),
        _unary("atanh", "jnp.arctanh", Domain(low=-0.9, high=0.9), intervals.increasing(math.atanh)),
        _unary("erfc", "jax.scipy.special.erfc", Domain(low=-2.0, high=2.0), intervals.decreasing(math.erfc)),
        _unary("round", "jnp.round", Domain(low=-12.0, high=12.0), lambda a: a),
        _unary("exp2", "jnp.exp2", Domain(low=-5.0, high=5.0), intervals.increasing(math.exp2)),
        _unary("lgamma", "jax.scipy.special.gammaln", Domain(low=3.0, high=20.0), intervals.increasing(math.lgamma)),
        _unary("digamma", "jax.scipy.special.digamma", Domain(low=0.4, high=20.0), _always(-2.6, 3.0)),
        _unary("polygamma", "jax.scipy.special.polygamma(1", Domain(low=0.5, high=8.0), _always(0.1, 5.0)),
        _unary("bessel_i0e", "jax.scipy.special.i0e", Domain(low=0.2, high=8.0), _always(0.1, 0.9)),
        _unary("bessel_i1e", "jax.scipy.special.i1e", Domain(low=-6.0, high=6.0), _always(-0.22, 0.22)),
        _joint("zeta", "jax.scipy.special.zeta", (Domain(low=1.5, high=5.0), Domain(low=0.6, high=4.0)), 0.0, 15.0),
        _joint("igamma", "jax.scipy.special.gammainc", (_SHAPE_PARAMETER, Domain(low=0.3, high=5.0)), 0.0, 1.0),
        _joint("igammac", "jax.scipy.special.gammaincc", (_SHAPE_PARAMETER, Domain(low=0.3, high=5.0)), 0.0, 1.0),
        _joint(
            "regularized_incomplete_beta",
            "jax.scipy.special.betainc",
            (_SHAPE_PARAMETER, _SHAPE_PARAMETER, Domain(low=0.1, high=0.9)),
            0.0,
            1.0,
        ),
    )
}
"""Special functions, by the primitive that each is for."""


def along(name: str, path: str, interval: Callable[[Domain, int], Domain], domain: Domain) -> Operation:
    """What runs along an axis of an array and keeps its shape."""

    def rule(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
        (x,) = operands
        if x.type.rank == 0:
            return None
        axis = stream.below(x.type.rank)
        if x.type.shape[axis] < 3:
            return None
        keywords: tuple[tuple[str, Expression], ...] = (("axis", number(axis)),)
        if stream.chance(0.3):
            keywords += (("reverse", Name("True")),)
        return Term(Call(Name(path), (x.node,), keywords), x.type, interval(x.interval, x.type.shape[axis]))

    return Operation(name=name, domains=(domain,), rule=rule, source=_SOURCE, dtypes=_SINGLE)


RUNNING_EXTREMES = {
    "cummax": along("cummax", "jax.lax.cummax", lambda a, _: a, intervals.ANYTHING),
    "cummin": along("cummin", "jax.lax.cummin", lambda a, _: a, intervals.ANYTHING),
    "cumlogsumexp": along(
        "cumlogsumexp",
        "jax.lax.cumlogsumexp",
        lambda a, n: Domain(low=a.low, high=a.high + math.log(n)),
        Domain(low=-20.0, high=20.0),
    ),
}
"""Running extremes and sums in logarithms, by name."""
