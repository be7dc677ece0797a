"""Elementwise operations, which broadcast like NumPy's."""

from synthesis.drawing.functions import BINARY, UNARY, Elementwise
from synthesis.drawing.operations import Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Call, Expression, Infix, Name, Negation
from synthesis.drawing.types import Type
from synthesis.frontends.jax.ops.base import NUMBERS, SOURCE, broadcast

_INFIX = {"add": "+", "sub": "-", "mul": "*", "div": "/", "pow": "**"}
_SPELLING = {
    "add": "add", "sub": "subtract", "mul": "multiply", "div": "divide", "pow": "power", "min": "minimum",
    "max": "maximum",
    "atan": "arctan", "asin": "arcsin", "acos": "arccos", "asinh": "arcsinh", "atan2": "arctan2", "neg": "negative",
}  # fmt: skip
_MODULES = {"erf": "jax.lax", "rsqrt": "jax.lax", "sigmoid": "jax.nn", "softplus": "jax.nn"}


def _spell(stream: Stream, name: str, operands: tuple[Term, ...]) -> Expression:
    nodes = tuple(operand.node for operand in operands)
    if name == "neg":
        return Negation(nodes[0])
    if name in _INFIX and not stream.chance(0.01):
        return Infix(_INFIX[name], nodes[0], nodes[1])
    module = _MODULES.get(name, "jnp")
    return Call(Name(f"{module}.{_SPELLING.get(name, name)}"), nodes)


def _anything(_: Type) -> bool:
    return True


def _broadcast_type(x: Type, y: Type) -> Type | None:
    shape = broadcast(x.shape, y.shape)
    return x.with_shape(shape) if x.dtype == y.dtype and shape is not None else None


_elementwise = Elementwise(spell=_spell, numbers=NUMBERS, source=SOURCE)
ELEMENTWISE = {
    **{name: _elementwise.unary(name, _anything) for name in UNARY},
    **{name: _elementwise.binary(name, _broadcast_type) for name in BINARY},
}
"""Elementwise operations, by name."""
