"""Operations on numbers, vectors and matrices: types of shape ``()``, ``(n,)`` and ``(n, n)``."""

import math
from collections.abc import Callable

from synthesis.core.signatures import Domain
from synthesis.drawing import intervals
from synthesis.drawing.functions import BINARY, Elementwise
from synthesis.drawing.intervals import ANYTHING
from synthesis.drawing.operations import Operation, Term, balanced, no_limits
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Call, Expression, Infix, Literal, Name, Negation
from synthesis.drawing.types import FLOATS, Type

_SOURCE = "Warp documentation, Kernel Reference"
_NUMBERS = (*FLOATS, "int8", "int16", "int32", "int64", "uint8", "uint16")
_INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/"}


def call(name: str, *arguments: Expression) -> Call:
    """Return a call of a Warp built-in."""
    return Call(Name(f"wp.{name}"), arguments)


def squared(node: Expression) -> Expression:
    """Return the square of a number."""
    return call("pow", node, Literal("2.0"))


def _spell(stream: Stream, name: str, operands: tuple[Term, ...]) -> Expression:
    """Return an operation as people write it: usually by its operator if it has one, and rarely by the built-in."""
    nodes = tuple(operand.node for operand in operands)
    if name == "neg":
        return Negation(nodes[0])
    if name in _INFIX and not stream.chance(0.005):
        return Infix(_INFIX[name], nodes[0], nodes[1])
    return call(name, *nodes)


def _is_scalar(kind: Type) -> bool:
    return kind.rank == 0


def _is_vector(kind: Type) -> bool:
    return kind.rank == 1


def _scalar_type(x: Type, y: Type) -> Type | None:
    return x if x == y and _is_scalar(x) else None


_SCALAR_FUNCTIONS = (
    "sqrt", "sin", "cos", "tan", "exp", "log", "log2", "log10", "sinh", "cosh", "tanh", "atan", "asin", "acos", "cbrt",
    "erf", "abs",
)  # fmt: skip

_elementwise = Elementwise(spell=_spell, numbers=_NUMBERS, source=_SOURCE)
SCALAR = {
    operation.name: operation
    for operation in (
        *(_elementwise.unary(name, _is_scalar) for name in ("neg", *_SCALAR_FUNCTIONS)),
        *(_elementwise.binary(name, _scalar_type) for name in BINARY),
    )
}
"""Operations on numbers, by name."""


# ---- vectors and matrices


def _scaled(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    """Multiply a vector or matrix by a scalar, in either order."""
    x, y = operands
    if (x.type.rank == 0) == (y.type.rank == 0) or x.type.dtype != y.type.dtype:
        return None
    kind = x.type if x.type.rank else y.type
    return Term(_spell(stream, "mul", operands), kind, intervals.multiply(x.interval, y.interval))


def _scaled_down(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    x, y = operands
    if x.type.rank == 0 or y.type.rank != 0 or x.type.dtype != y.type.dtype:
        return None
    return Term(Infix("/", x.node, y.node), x.type, intervals.divide(x.interval, y.interval))


def _dot(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    x, y = operands
    if x.type != y.type or x.type.rank != 1:
        return None
    product = intervals.multiply(x.interval, y.interval)
    return Term(call("dot", x.node, y.node), x.type.with_shape(()), intervals.scale(product, x.type.shape[0]))


def _cross(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    x, y = operands
    if x.type != y.type or x.type.shape != (3,):
        return None
    product = intervals.multiply(x.interval, y.interval)
    return Term(call("cross", x.node, y.node), x.type, intervals.subtract(product, product))


def _length(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    (x,) = operands
    if x.type.rank != 1 or "normalize" in x.ops or isinstance(x.node, Negation):
        return None
    interval = intervals.scale(intervals.absolute(x.interval), math.sqrt(x.type.shape[0]))
    return Term(call("length", x.node), x.type.with_shape(()), interval)


def _length_squared(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    (x,) = operands
    if x.type.rank != 1 or "normalize" in x.ops or isinstance(x.node, Negation):
        return None
    interval = intervals.scale(intervals.square(x.interval), x.type.shape[0])
    return Term(call("length_sq", x.node), x.type.with_shape(()), interval)


def _normalize(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    """Normalise a vector. It must not have been scaled before, since the scale would have no effect."""
    (x,) = operands
    if x.type.rank != 1 or x.interval.magnitude < 0.1 or x.ops & {"normalize", "scale", "scale_down"}:
        return None
    positive = x.interval.low > 0
    return Term(call("normalize", x.node), x.type, Domain(low=0.0 if positive else -1.0, high=1.0))


def _componentwise(name: str, rule: Callable[[Domain, Domain], Domain]) -> Callable[..., Term | None]:
    def apply(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
        x, y = operands
        if x.type != y.type or x.type.rank != 1:
            return None
        return Term(call(name, x.node, y.node), x.type, rule(x.interval, y.interval))

    return apply


def _matrix_product(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    """Multiply a matrix by a vector or matrix, with ``*`` or ``@``."""
    x, y = operands
    if x.type.rank != 2 or y.type.rank == 0 or x.type.shape[1] != y.type.shape[0] or x.type.dtype != y.type.dtype:
        return None
    interval = intervals.scale(intervals.multiply(x.interval, y.interval), x.type.shape[1])
    kind = x.type.with_shape((x.type.shape[0], *y.type.shape[1:]))
    return Term(Infix(stream.choice(("*", "@")), x.node, y.node), kind, interval)


def _transpose(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    (x,) = operands
    if x.type.rank != 2 or (isinstance(x.node, Call) and x.node.function == Name("wp.transpose")):
        return None
    return Term(call("transpose", x.node), x.type.with_shape(x.type.shape[::-1]), x.interval)


def _trace(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    (x,) = operands
    if x.type.rank != 2 or "transpose" in x.ops:
        return None
    return Term(call("trace", x.node), x.type.with_shape(()), intervals.scale(x.interval, x.type.shape[0]))


def _determinant(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    """Apply ``determinant``, but not to an outer product, which is singular, nor to a transpose."""
    (x,) = operands
    if x.type.rank != 2 or x.ops & {"outer", "transpose"}:
        return None
    n = x.type.shape[0]
    bound = math.factorial(n) * x.interval.magnitude**n
    return Term(call("determinant", x.node), x.type.with_shape(()), Domain(low=-bound, high=bound))


def _outer(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    x, y = operands
    if x.type != y.type or x.type.rank != 1:
        return None
    kind = x.type.with_shape((x.type.shape[0], y.type.shape[0]))
    return Term(call("outer", x.node, y.node), kind, intervals.multiply(x.interval, y.interval))


def _diagonal(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
    (x,) = operands
    if x.type.rank != 1:
        return None
    kind = x.type.with_shape((x.type.shape[0], x.type.shape[0]))
    return Term(call("diag", x.node), kind, intervals.hull((x.interval, intervals.point(0.0))))


def _entry(name: str, rule: Callable[..., Term | None], arity: int, *, nonlinear: bool = False) -> Operation:
    return Operation(name=name, domains=no_limits(arity), rule=rule, source=_SOURCE, nonlinear=nonlinear)


def _same_shape(name: str) -> Operation:
    """Return ``+`` or ``-`` on vectors or matrices of one type."""
    symbol, fact = _INFIX[name], BINARY[name]

    def rule(stream: Stream, operands: tuple[Term, ...]) -> Term | None:
        x, y = operands
        if x.type != y.type or x.type.rank == 0 or not balanced(x, y):
            return None
        return Term(Infix(symbol, x.node, y.node), x.type, fact.interval(x.interval, y.interval))

    return Operation(name=name, domains=no_limits(2), rule=rule, source=_SOURCE)


VECTOR = {
    operation.name: operation
    for operation in (
        _entry("dot", _dot, 2),
        _entry("cross", _cross, 2),
        _entry("length", _length, 1, nonlinear=True),
        _entry("length_sq", _length_squared, 1, nonlinear=True),
        _entry("normalize", _normalize, 1),
        _entry("cw_mul", _componentwise("cw_mul", intervals.multiply), 2),
        Operation(
            name="cw_div",
            domains=(ANYTHING, BINARY["div"].domains[1]),
            rule=_componentwise("cw_div", intervals.divide),
            source=_SOURCE,
        ),
        _elementwise.unary("neg", _is_vector),
    )
}
"""Operations on vectors, by name."""

MATRIX = {
    operation.name: operation
    for operation in (
        _entry("matmul", _matrix_product, 2),
        _entry("transpose", _transpose, 1),
        _entry("trace", _trace, 1),
        _entry("determinant", _determinant, 1, nonlinear=True),
        _entry("outer", _outer, 2),
        _entry("diag", _diagonal, 1),
    )
}
"""Operations on square matrices, by name."""

LINEAR = {
    "add": _same_shape("add"),
    "sub": _same_shape("sub"),
    "scale": _entry("scale", _scaled, 2),
    "scale_down": Operation(
        name="scale_down", domains=(ANYTHING, BINARY["div"].domains[1]), rule=_scaled_down, source=_SOURCE
    ),
}
"""Operations common to vectors and matrices, by name."""
