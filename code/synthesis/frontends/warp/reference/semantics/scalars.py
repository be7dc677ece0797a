"""Built-ins on numbers; most also apply elementwise to vectors."""

import math
from collections.abc import Callable
from statistics import NormalDist
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.warp.reference import operators
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.semantics.table import semantics
from synthesis.frontends.warp.reference.sources import type_of
from synthesis.frontends.warp.reference.values import (
    BOOL,
    INT32,
    Array,
    ArrayView,
    Value,
    scalar_type,
    widen,
)


def _elementwise(function: Callable[[Array], Array]) -> Callable[[Machine, Value], Value]:
    def compute(_: Machine, x: Value) -> Value:
        return Value(x.type, function(x.data).astype(x.data.dtype, copy=False))

    return compute


def _steep_at_zero(function: Callable[[Machine, Value], Value]) -> Callable[[Machine, Value], Value]:
    def compute(machine: Machine, x: Value) -> Value:
        machine.note_undefined(lambda: x.data == 0)
        return function(machine, x)

    return compute


_erf = np.vectorize(math.erf, otypes=[np.float64])
_erfc = np.vectorize(math.erfc, otypes=[np.float64])


def _of_probability(p: float) -> float:
    """Return the standard normal quantile, infinite for 0 and 1."""
    if 0 < p < 1:
        return NormalDist().inv_cdf(p)
    return math.copysign(math.inf, p - 0.5) if p in (0, 1) else math.nan


def _clamped(x: Array, low: float, high: float) -> Array:
    """Return numbers clamped as by ``wp.clamp``: NaN becomes the lower bound."""
    return np.fmin(np.fmax(x, x.dtype.type(low)), x.dtype.type(high))


_quantile = np.vectorize(_of_probability, otypes=[np.float64])

_ELEMENTWISE: dict[str, Callable[[Array], Array]] = {
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "atan": np.arctan,
    "asin": lambda x: np.arcsin(_clamped(x, -1, 1)),
    "acos": lambda x: np.arccos(_clamped(x, -1, 1)),
    "sqrt": np.sqrt,
    "cbrt": np.cbrt,
    "exp": np.exp,
    "log": np.log,
    "log2": np.log2,
    "log10": np.log10,
    "floor": np.floor,
    "ceil": np.ceil,
    "rint": np.rint,
    "trunc": np.trunc,
    "round": lambda x: np.copysign(np.floor(np.abs(x) + x.dtype.type(0.5)), x),
    "frac": lambda x: x - np.trunc(x),
    "abs": np.abs,
    "sign": lambda x: np.where(x < 0, -1, 1),
    "step": lambda x: np.where(x < 0, 1, 0),
    "nonzero": lambda x: np.where(x == 0, 0, 1),
    "degrees": lambda x: x * x.dtype.type(180 / math.pi),
    "radians": lambda x: x * x.dtype.type(math.pi / 180),
    "erf": _erf,
    "erfc": _erfc,
    "erfinv": lambda x: _quantile((x.astype(np.float64) + 1) / 2) / math.sqrt(2),
    "erfcinv": lambda x: -_quantile(x.astype(np.float64) / 2) / math.sqrt(2),
    "invert": lambda x: ~x,
    "neg": lambda x: -x,
    "pos": lambda x: x,
}
_STEEP_AT_ZERO = frozenset({"sqrt", "cbrt", "log", "log2", "log10"})
"""Functions whose derivative is infinite at zero."""
for _name, _function in _ELEMENTWISE.items():
    semantics(_name)(_steep_at_zero(_elementwise(_function)) if _name in _STEEP_AT_ZERO else _elementwise(_function))

_OPERATORS = {name: operator for operator, name in operators.BUILT_INS.items() if operator != "MatMult"} | {
    "div_approx": "Div"
}


def _operator(name: str) -> Callable[[Machine, Any, Any], Any]:
    def compute(machine: Machine, left: Any, right: Any) -> Any:
        return operators.binary(machine, name, left, right)

    return compute


for _name, _operation in _OPERATORS.items():
    semantics(_name)(_operator(_operation))


def _test(function: Callable[[Array], Array], combine: str) -> Callable[[Machine, Value], Value]:
    def compute(_: Machine, x: Value) -> Value:
        holds = function(x.data)
        return Value(BOOL, getattr(holds.reshape(len(holds), -1), combine)(1) if x.type.shape else holds)

    return compute


semantics("isnan")(_test(np.isnan, "any"))
semantics("isinf")(_test(np.isinf, "any"))
semantics("isfinite")(_test(np.isfinite, "all"))


def _pair(machine: Machine, a: Value, b: Value) -> tuple[Value, Value]:
    """Return two values of one shape; a number is broadcast to the other's elements."""
    if not a.type.shape and not b.type.shape:
        return machine.agreed(a, b)
    if a.type.shape and b.type.shape:
        return a, b
    return a, Value(b.type, widen(b.data, len(a.type.shape)))


def _extreme(choose: Any) -> Callable[..., Value]:
    def compute(machine: Machine, a: Value, b: Value | None = None) -> Value:
        if b is None:
            return Value(scalar_type(a.type.scalar), choose.reduce(a.data.reshape(len(a.data), -1), axis=1))
        a, b = _pair(machine, a, b)
        return Value(a.type, choose(a.data, b.data))

    return compute


semantics("min")(_extreme(np.fmin))
semantics("max")(_extreme(np.fmax))


@semantics("clamp")
def _clamp(machine: Machine, x: Value, low: Value, high: Value) -> Value:
    if x.type.shape:
        raise ReferenceUnknownError("wp.clamp of a vector")
    x, low = machine.agreed(x, low)
    x, high = machine.agreed(x, high)
    return Value(x.type, np.fmin(np.fmax(low.data, x.data), high.data))


@semantics("atan2")
def _atan2(machine: Machine, y: Value, x: Value) -> Value:
    y, x = machine.agreed(y, x)
    return Value(y.type, np.arctan2(y.data, x.data))


@semantics("copysign")
def _copysign(machine: Machine, x: Value, y: Value) -> Value:
    x, y = _pair(machine, x, y)
    return Value(x.type, np.copysign(x.data, y.data))


@semantics("where")
def _where(machine: Machine, condition: Value, left: Any, right: Any) -> Any:
    return machine.chosen(machine.truth(condition), left, right)


@semantics("lerp")
def _lerp(machine: Machine, a: Value, b: Value, t: Value) -> Value:
    if not a.type.shape:
        a, b = machine.agreed(a, b)
        a, t = machine.agreed(a, t)
    share = widen(t.data, len(a.type.shape))
    return Value(a.type, a.data * (1 - share) + b.data * share)


@semantics("smoothstep")
def _smoothstep(machine: Machine, low: Value, high: Value, x: Value) -> Value:
    x, low = machine.agreed(x, low)
    x, high = machine.agreed(x, high)
    t = _clamped((x.data - low.data) / (high.data - low.data), 0, 1)
    return Value(x.type, t * t * (3 - 2 * t))


@semantics("cast")
def _reinterpret(machine: Machine, x: Value, dtype: Any) -> Value:
    """Reinterpret the bits of a value as another type; ``cast`` does not convert."""
    scalar = type_of(dtype).scalar
    if machine.double and (x.type.is_float or type_of(dtype).is_float):
        raise ReferenceUnknownError("the bits of a floating-point number in another precision")
    return Value(scalar_type(scalar), x.data.view(machine.formats[scalar]))


@semantics("unot")
def _unot(machine: Machine, x: Value) -> Value:
    return Value(BOOL, ~machine.truth(x))


@semantics("bit_count")
def _bit_count(_: Machine, x: Value) -> Value:
    return Value(INT32, np.bitwise_count(x.data.view(f"u{x.data.dtype.itemsize}")).astype(np.int32))


@semantics("tuple")
def _tuple(_: Machine, *values: Any) -> tuple[Any, ...]:
    return values


@semantics("copy")
def _copy(_: Machine, x: Any) -> Any:
    return Value(x.type, x.data) if isinstance(x, Value) else x


@semantics("print", "printf", "expect_eq", "expect_near", "expect_neq", "breakpoint")
def _nothing(_: Machine, *__: Any, **___: Any) -> None:
    return None


@semantics("lower_bound")
def lower_bound(machine: Machine, view: ArrayView, *rest: Value) -> Value:
    """Return the first index in ``[begin, end - 1]`` whose element is not less than the value."""
    wished = rest[-1]
    size = view.remaining[0]
    low = np.zeros(machine.lanes, np.int64)
    high = np.full(machine.lanes, size - 1)
    if len(rest) == 3:
        low = np.broadcast_to(rest[0].data, machine.lanes).astype(np.int64)
        high = np.broadcast_to(rest[1].data, machine.lanes).astype(np.int64) - 1
    while (low < high).any():
        middle = (low + high) // 2
        element = machine.load(view, machine.at(view, (Value(INT32, np.clip(middle, 0, size - 1)),))).data
        less, open_ = element < wished.data, low < high
        low, high = np.where(open_ & less, middle + 1, low), np.where(open_ & ~less, middle, high)
    return Value(INT32, low.astype(np.int32))
