"""Operations on integers only: division with a remainder, and bits.

``//`` floors. ``%`` is that of C, whose result has the sign of the dividend. Shifts and masks use two's complement.
"""

import math

from synthesis.core.signatures import Domain
from synthesis.drawing.intervals import ANYTHING
from synthesis.drawing.operations import Operation, Rule, Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Call, Expression, Infix, Literal, Name, Negation

_SOURCE = "Warp documentation, Kernel Reference"
_SIGNED = ("int32", "int64")
_WHOLE = (*_SIGNED, "uint32", "uint64")
_POSITIVE = Domain(low=0.0, high=1e6)


def _width(*terms: Term) -> int:
    """Return the number of bits that the values of terms need."""
    return max(1, *(math.floor(term.interval.magnitude).bit_length() for term in terms))


def _same(x: Term, y: Term) -> bool:
    return x.type == y.type and x.type.rank == 0


def _may_be_multiple(term: Term, divisor: int) -> bool:
    """Return whether a term is written as a multiple of a number, or is a name that may hold one."""
    node = term.node
    if isinstance(node, Name):
        return bool(term.ops & {"mul", "shift_left"})
    sides = (node.left, node.right) if isinstance(node, Infix) and node.operator == "*" else ()
    return any(isinstance(side, Literal) and int(side.text) % divisor == 0 for side in sides)


def _divided(name: str, symbol: str) -> Operation:
    """Return the operation of integer division or remainder with a constant divisor from 2 to 64."""

    def rule(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
        x, y = operands
        if not _same(x, y) or not y.is_constant or x.interval.magnitude <= y.interval.magnitude:
            return None
        if name == "mod" and _may_be_multiple(x, int(y.interval.low)):
            return None
        node = Infix(symbol, x.node, y.node)
        if name == "floordiv":
            by = y.interval.low
            return Term(
                node, x.type, Domain(low=math.floor(x.interval.low / by), high=math.floor(x.interval.high / by))
            )
        most = y.interval.low - 1
        return Term(node, x.type, Domain(low=-most if x.interval.low < 0 else 0.0, high=most))

    domains = (ANYTHING, Domain(low=2.0, high=64.0))
    return Operation(
        name=name,
        domains=domains,
        rule=rule,
        source=_SOURCE,
        dtypes=_WHOLE,
        literal=lambda stream, _: stream.integer(2, 9),
    )


def _sign(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    (x,) = operands
    margin = 0.2 * x.interval.width  # both signs must be frequent
    if x.type.rank or not (x.flat and x.varying) or x.interval.low > -margin or x.interval.high < margin:
        return None
    return Term(Call(Name("wp.sign"), (x.node,)), x.type, Domain(low=-1.0, high=1.0))


INTEGER = {
    "floordiv": _divided("floordiv", "//"),
    "mod": _divided("mod", "%"),
    "sign": Operation(name="sign", domains=(ANYTHING,), rule=_sign, source=_SOURCE, dtypes=_SIGNED),
}
"""Arithmetic operations on integers that differ from those on floats, by name."""


def _combined(name: str, symbol: str) -> Operation:
    def rule(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
        x, y = operands
        if not _same(x, y):
            return None
        bits = _width(x, y)
        if name == "bit_and" and any(term.is_constant and term.interval.low < 1 for term in operands):
            return None
        high = 2.0**bits - 1
        node: Expression = Infix(symbol, x.node, y.node)
        return Term(node, x.type, Domain(low=-high - 1 if min(x.interval.low, y.interval.low) < 0 else 0.0, high=high))

    def literal(stream: Stream, term: Term) -> float:
        """Return a constant operand: for ``and`` a mask that keeps most bits, for ``or`` few bits, for ``xor`` any."""
        bits = max(3, _width(term))
        if name == "bit_and":
            return stream.choice((2**bits - 2, 2**bits - 3, 2 ** (bits - 1) + 2 ** (bits - 2) - 1))
        return stream.choice((1, 2, 4, 5) if name == "bit_or" else (3, 5, 2 ** (bits - 1) - 1, 2 ** (bits - 2) + 1))

    return Operation(name=name, domains=(ANYTHING, ANYTHING), rule=rule, source=_SOURCE, dtypes=_WHOLE, literal=literal)


def _shifted(name: str, symbol: str) -> Operation:
    def rule(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
        x, y = operands
        if not _same(x, y) or not y.is_constant:
            return None
        places = int(y.interval.low)
        factor = 2.0**places
        interval = (
            Domain(low=x.interval.low * factor, high=x.interval.high * factor)
            if name == "shift_left"
            else Domain(low=math.floor(x.interval.low / factor), high=math.floor(x.interval.high / factor))
        )
        return Term(Infix(symbol, x.node, y.node), x.type, interval)

    domain = _POSITIVE if name == "shift_left" else ANYTHING
    return Operation(
        name=name,
        domains=(domain, Domain(low=1.0, high=8.0)),
        rule=rule,
        source=_SOURCE,
        dtypes=_WHOLE,
        literal=lambda stream, _: stream.integer(1, 3),
    )


def _inverted(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    (x,) = operands
    if x.type.rank or isinstance(x.node, Negation):
        return None
    return Term(Negation(x.node, "~"), x.type, Domain(low=-x.interval.high - 1, high=-x.interval.low - 1))


def _counted(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    """Apply ``bit_count``, the number of set bits."""
    (x,) = operands
    if x.type.rank or x.type.dtype != "int32" or "bit_count" in x.ops or x.interval.width < 8:
        return None
    return Term(Call(Name("wp.bit_count"), (x.node,)), x.type, Domain(low=0.0, high=32.0))


_invert: Rule = _inverted

BITWISE = {
    "bit_and": _combined("bit_and", "&"),
    "bit_or": _combined("bit_or", "|"),
    "bit_xor": _combined("bit_xor", "^"),
    "shift_left": _shifted("shift_left", "<<"),
    "shift_right": _shifted("shift_right", ">>"),
    "bit_count": Operation(name="bit_count", domains=(ANYTHING,), rule=_counted, source=_SOURCE, dtypes=("int32",)),
    "invert": Operation(name="invert", domains=(ANYTHING,), rule=_invert, source=_SOURCE, dtypes=_SIGNED),
}
"""Operations on bits, by name."""
