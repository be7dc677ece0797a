"""Operations on the bits of integers: shifts, combinations, counts."""

from collections.abc import Callable

from synthesis.core.signatures import Domain
from synthesis.drawing import intervals
from synthesis.drawing.operations import Operation, Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Call, Expression, Infix, Name, Negation
from synthesis.frontends.jax.ops.base import broadcast, call, number

_SOURCE = "JAX documentation, jax.numpy and jax.lax"
_INTEGERS = ("int32",)
_WORD = Domain(low=-50_000, high=50_000)
_POSITIVE = Domain(low=1, high=50_000)


_Spelling = Callable[[Stream, Term], tuple[Expression, Domain]]
"""Returns an operand as it is written in an operation, and the interval of the result."""


def _unary(name: str, domain: Domain, spell: _Spelling) -> Operation:
    def rule(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
        (x,) = operands
        if x.interval.width < 200:  # a small number has few bits to shift or count
            return None
        node, interval = spell(stream, x)
        return Term(node, x.type, interval)

    return Operation(name=name, domains=(domain,), rule=rule, source=_SOURCE, dtypes=_INTEGERS)


def _shifted(operator: str, function: str) -> _Spelling:
    def spell(stream: Stream, x: Term) -> tuple[Expression, Domain]:
        places = stream.integer(1, 5)
        node: Expression = Infix(operator, x.node, number(places))
        if stream.chance(0.2):
            node = call(function, x.node, number(places))
        return node, intervals.scale(x.interval, 2.0**places if operator == "<<" else 2.0**-places)

    return spell


def _inverted(stream: Stream, x: Term) -> tuple[Expression, Domain]:
    node = Negation(x.node, "~") if stream.chance(0.7) else call("bitwise_not", x.node)
    return node, Domain(low=-x.interval.high - 1, high=-x.interval.low - 1)


def _counted(name: str) -> _Spelling:
    return lambda _, x: (Call(Name(f"jax.lax.{name}"), (x.node,)), Domain(low=0, high=32))


def _combined(name: str, operator: str) -> Operation:
    def rule(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
        x, y = operands
        shape = broadcast(x.type.shape, y.type.shape)
        # A value that all elements share may hide bits of the other operand, or set them all alike.
        if shape is None or not (x.varying and y.varying) or min(x.interval.width, y.interval.width) < 12:
            return None
        top = float(1 << int(max(x.interval.magnitude, y.interval.magnitude)).bit_length())
        low = 0.0 if min(x.interval.low, y.interval.low) >= 0 else -top
        node: Expression = Infix(operator, x.node, y.node)
        if stream.chance(0.2):
            node = call(f"bitwise_{name}", x.node, y.node)
        return Term(node, x.type.with_shape(shape), Domain(low=low, high=top))

    return Operation(name=name, domains=(_WORD, _WORD), rule=rule, source=_SOURCE, dtypes=_INTEGERS)


BITS = {
    "shift_left": _unary("shift_left", Domain(low=-1_500, high=1_500), _shifted("<<", "left_shift")),
    "shift_right_arithmetic": _unary("shift_right_arithmetic", _WORD, _shifted(">>", "right_shift")),
    "not": _unary("not", _WORD, _inverted),
    "population_count": _unary("population_count", _POSITIVE, _counted("population_count")),
    "clz": _unary("clz", _POSITIVE, _counted("clz")),
    "xor": _combined("xor", "^"),
    "or": _combined("or", "|"),
    "and": _combined("and", "&"),
}
"""Operations on the bits of int32, by name."""
