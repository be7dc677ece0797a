"""Elementwise mathematical functions: those of ``tl.math``, and those of ``libdevice`` by name."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.triton.reference.arithmetic import binary, converted
from synthesis.frontends.triton.reference.casting import as_type
from synthesis.frontends.triton.reference.machine import Machine
from synthesis.frontends.triton.reference.types import FLOAT32, INT1, INT32, INT64, Dtype
from synthesis.frontends.triton.reference.values import Block

_Real = Callable[..., Any]


def _each(function: Callable[[float], float]) -> _Real:
    """Return a vectorised form of a function of Python's ``math``, which gives NaN where the function fails."""

    def one(value: float) -> float:
        try:
            return function(value)
        except (ValueError, OverflowError):
            return math.nan

    return np.vectorize(one, otypes=[np.float64])


_erf, _erfc = _each(math.erf), _each(math.erfc)


def _erf_inverse(y: Any) -> Any:
    """Return the inverse of the error function, by Winitzki's approximation and Newton's method."""
    inside = np.clip(y, -1 + 1e-16, 1 - 1e-16)
    logs = np.log1p(-inside * inside)
    first = 2 / (np.pi * 0.147) + logs / 2
    x = np.sign(inside) * np.sqrt(np.sqrt(first * first - logs / 0.147) - first)
    for _ in range(4):
        x = x - (_erf(x) - inside) / (2 / np.sqrt(np.pi) * np.exp(-x * x))
    return np.where(np.abs(y) == 1, np.sign(y) * np.inf, np.where(np.abs(y) > 1, np.nan, x))


def _gamma(x: float) -> float:
    return math.gamma(x) if x != 0 else math.copysign(math.inf, x)


def _half_away(x: Any) -> Any:
    return np.copysign(np.floor(np.abs(x) + 0.5), x)


@dataclass(frozen=True, slots=True)
class Real:
    """A function of real numbers, computed in float64."""

    compute: _Real
    units: int = 2
    """The error of a GPU, in units in the last place of float32."""
    faithful: bool = False
    """Whether results with few significant digits are exact."""


def _one(compute: Callable[[Any], Any], units: int = 2, faithful: bool = False) -> Real:
    return Real(compute, units, faithful)


def _two(compute: Callable[[Any, Any], Any], units: int = 2, faithful: bool = False) -> Real:
    return Real(compute, units, faithful)


def _three(compute: Callable[[Any, Any, Any], Any], units: int = 2, faithful: bool = False) -> Real:
    return Real(compute, units, faithful)


def _four(compute: Callable[[Any, Any, Any, Any], Any], units: int = 2, faithful: bool = False) -> Real:
    return Real(compute, units, faithful)


def _power_of_ten(x: Any) -> Any:
    return np.power(10.0, x)


MATHS = {
    "exp": Real(np.exp), "exp2": Real(np.exp2), "log": Real(np.log), "log2": Real(np.log2), "cos": Real(np.cos),
    "sin": Real(np.sin), "sqrt": Real(np.sqrt), "sqrt_rn": Real(np.sqrt, 1, True),
    "rsqrt": _one(lambda x: 1 / np.sqrt(x)), "erf": Real(_erf),
}  # fmt: skip
"""Functions of ``tl.math`` with one operand."""
_STEPS = {"floor": np.floor, "ceil": np.ceil, "trunc": np.trunc, "rint": np.rint, "nearbyint": np.rint,
          "round": _half_away}  # fmt: skip
_LIBRARY = {
    **MATHS,
    "acos": Real(np.arccos), "acosh": Real(np.arccosh, 4), "asin": Real(np.arcsin), "asinh": Real(np.arcsinh, 4),
    "atan": Real(np.arctan), "atanh": Real(np.arctanh, 4), "cbrt": Real(np.cbrt),
    "cosh": Real(np.cosh), "sinh": Real(np.sinh, 4), "tan": Real(np.tan, 4), "tanh": Real(np.tanh),
    "cospi": _one(lambda x: np.cos(np.pi * np.fmod(x, 2.0))), "sinpi": _one(lambda x: np.sin(np.pi * np.fmod(x, 2.0))),
    "exp10": Real(_power_of_ten), "expm1": Real(np.expm1), "log10": Real(np.log10),
    "log1p": Real(np.log1p), "erfc": Real(_erfc, 4), "erfinv": Real(_erf_inverse, 4),
    "normcdf": _one(lambda x: 0.5 * _erfc(-x / math.sqrt(2.0)), 6),
    "normcdfinv": _one(lambda x: math.sqrt(2.0) * _erf_inverse(2 * x - 1), 6),
    "erfcinv": _one(lambda x: _erf_inverse(1 - x), 6),
    "lgamma": Real(_each(math.lgamma), 8), "tgamma": Real(_each(_gamma), 8),
    "rcbrt": _one(lambda x: 1 / np.cbrt(x)), "rsqrt_rn": _one(lambda x: 1 / np.sqrt(x), 1),
    "rcp_rn": _one(lambda x: 1 / x, 1), "saturatef": _one(lambda x: np.clip(np.nan_to_num(x), 0, 1), 0, True),
    "logb": _one(lambda x: np.floor(np.log2(np.abs(x))), 0, True),
    **{f"fast_{name}f": Real(compute, 16) for name, compute in (
        ("exp", np.exp), ("log", np.log), ("log2", np.log2), ("log10", np.log10), ("sin", np.sin), ("cos", np.cos),
        ("tan", np.tan), ("exp10", _power_of_ten))},
    "atan2": Real(np.arctan2), "pow": Real(np.power, 8), "fast_powf": Real(np.power, 32),
    "fmod": Real(np.fmod, 0, True), "remainder": _two(lambda x, y: x - y * np.rint(x / y), 1, True),
    "copysign": Real(np.copysign, 0, True), "hypot": Real(np.hypot),
    "rhypot": _two(lambda x, y: 1 / np.hypot(x, y)), "fdim": _two(lambda x, y: np.maximum(x - y, 0), 1, True),
    "fast_dividef": Real(np.divide), "add_rn": Real(np.add, 1, True), "sub_rn": Real(np.subtract, 1, True),
    "mul_rn": Real(np.multiply, 1, True), "div_rn": Real(np.divide, 1, True),
    "fma": _three(lambda x, y, z: x * y + z, 1, True), "fma_rn": _three(lambda x, y, z: x * y + z, 1, True),
    "norm3d": _three(lambda x, y, z: np.sqrt(x * x + y * y + z * z)),
    "rnorm3d": _three(lambda x, y, z: 1 / np.sqrt(x * x + y * y + z * z)),
    "norm4d": _four(lambda x, y, z, w: np.sqrt(x * x + y * y + z * z + w * w)),
    "rnorm4d": _four(lambda x, y, z, w: 1 / np.sqrt(x * x + y * y + z * z + w * w)),
}  # fmt: skip
_PREDICATES = {"isnan": np.isnan, "isinf": np.isinf, "finitef": np.isfinite, "isfinited": np.isfinite}
_TO_INTEGERS = {"rn": np.rint, "rz": np.trunc, "rd": np.floor, "ru": np.ceil}


def _applied(m: Machine, real: Real, kind: Dtype, *data: Any) -> Block:
    if not kind.is_float:
        raise ReferenceUnknownError(f"a function of real numbers of {kind.name}")
    made = real.compute(*(each.astype(np.float64) for each in data))
    out = np.asarray(made).astype(m.format(kind))[()]
    return Block(m.rounded(out, kind, units=real.units, faithful=real.faithful) if real.units else out, kind)


def unary_math(m: Machine, name: str, x: Any) -> Block:
    """Return a function of ``MATHS``, named ``name``, applied to a value."""
    given = m.block_of(x)
    return _applied(m, MATHS[name], given.type, given.data)


def _stepped(m: Machine, name: str, x: Any) -> Block:
    """Return numbers rounded to integers by ``floor``, ``ceil`` and the like."""
    given = m.block_of(x)
    if not given.type.is_float:
        raise ReferenceUnknownError(f"{name} of {given.type.name}")
    wide = given.data.astype(np.float64)
    kind = {"floor": "floor", "ceil": "ceil", "trunc": "truncate"}.get(name, "round")
    made = m.decided(kind, _STEPS[name](wide), wide)
    return Block(np.asarray(made).astype(m.format(given.type))[()], given.type)


def math_function(name: str) -> Callable[..., Block]:
    """Return the implementation of a function of ``tl.math`` with one operand."""
    compute = _stepped if name in _STEPS else unary_math

    def run(m: Machine, x: Any) -> Block:
        return compute(m, name, x)

    return run


def abs_(m: Machine, x: Any) -> Block:
    """Evaluate ``tl.abs``."""
    given = m.block_of(x)
    return Block(np.abs(given.data), given.type) if given.type is not INT1 else given


def fdiv(m: Machine, x: Any, y: Any, ieee_rounding: Any = False, approx: Any = False) -> Block:
    """Evaluate ``tl.fdiv``."""
    del approx
    one, other, kind = converted(m, x, y, divides=True)
    if not kind.is_float:
        raise ReferenceUnknownError("tl.fdiv of integers")
    exact = bool(ieee_rounding)
    return Block(m.rounded(np.divide(one, other), kind, units=1 if exact else 2, faithful=exact), kind)


def div_rn(m: Machine, x: Any, y: Any) -> Block:
    """Evaluate ``tl.div_rn``."""
    one, other, kind = converted(m, x, y)
    if not kind.is_float:
        raise ReferenceUnknownError("tl.div_rn of integers")
    return Block(m.rounded(np.divide(one, other), kind), kind)


def sigmoid(m: Machine, x: Any) -> Block:
    """Evaluate ``tl.sigmoid``."""
    return binary(
        m, "div", 1, binary(m, "add", 1, unary_math(m, "exp", Block(-m.block_of(x).data, m.block_of(x).type)))
    )


# ---- libdevice


def _float_arguments(m: Machine, args: tuple[Any, ...]) -> tuple[list[Any], Dtype]:
    """Return operands in their common floating-point type; integers keep their type."""
    blocks = [m.block_of(each) for each in args]
    floats = [each.type for each in blocks if each.type.is_float]
    if not floats:
        raise ReferenceUnknownError("a function of real numbers of integers")
    kind = max(floats, key=lambda each: each.bits)
    return [each.data if not each.type.is_float else as_type(m, each, kind).data for each in blocks], kind


def _library_function(name: str) -> Callable[..., Block]:
    def run(m: Machine, *args: Any) -> Block:
        data, kind = _float_arguments(m, args)
        return _applied(m, _LIBRARY[name], kind, *data)

    return run


def _predicate(name: str) -> Callable[..., Block]:
    def run(m: Machine, x: Any) -> Block:
        return Block(_PREDICATES[name](m.block_of(x).data.astype(np.float64)), INT1)

    return run


def _to_integers(rounding: str, kind: Dtype) -> Callable[..., Block]:
    def run(m: Machine, x: Any) -> Block:
        wide = m.block_of(x).data.astype(np.float64)
        if rounding == "rz":
            return as_type(m, Block(wide, m.block_of(x).type), kind)
        word = {"rn": "round", "rd": "floor", "ru": "ceil"}[rounding]
        made = m.decided(word, _TO_INTEGERS[rounding](wide), wide)
        low, high = kind.limits
        return Block(np.clip(made, float(low), float(high)).astype(kind.numpy), kind)

    return run


def _popc(m: Machine, x: Any) -> Block:
    given = m.block_of(x)
    return Block(np.bitwise_count(given.data.view(f"uint{given.type.bits}")).astype(np.int32), INT32)


def _clz(m: Machine, x: Any) -> Block:
    given = m.block_of(x)
    bits = given.type.bits

    def zeros(each: Any) -> int:
        return bits - int(each).bit_length()

    count = np.vectorize(zeros, otypes=[np.int32])
    return Block(count(given.data.view(f"uint{bits}"))[()], INT32)


def _ffs(m: Machine, x: Any) -> Block:
    given = m.block_of(x)

    def place(each: Any) -> int:
        return (int(each) & -int(each)).bit_length()

    count = np.vectorize(place, otypes=[np.int32])
    return Block(count(given.data.view(f"uint{given.type.bits}"))[()], INT32)


def _ldexp(m: Machine, x: Any, power: Any) -> Block:
    given, by = m.block_of(x), m.block_of(power)
    return Block(np.ldexp(given.data.astype(np.float64), by.data).astype(m.format(given.type)), given.type)


def _ilogb(m: Machine, x: Any) -> Block:
    given = m.block_of(x)
    return Block((np.frexp(given.data.astype(np.float64))[1] - 1).astype(np.int32), INT32)


def _signbit(m: Machine, x: Any) -> Block:
    return Block(np.signbit(m.block_of(x).data).astype(np.int32), INT32)


def _to_float32(m: Machine, x: Any) -> Block:
    return as_type(m, x, FLOAT32)


LIBDEVICE: dict[str, Callable[..., Any]] = {
    **{name: _library_function(name) for name in _LIBRARY},
    **{name: _predicate(name) for name in _PREDICATES},
    **{name: math_function(name) for name in _STEPS},
    **{f"float2int_{each}": _to_integers(each, INT32) for each in _TO_INTEGERS},
    **{f"float2ll_{each}": _to_integers(each, INT64) for each in _TO_INTEGERS},
    "llrint": _to_integers("rn", INT64), "abs": abs_, "popc": _popc, "clz": _clz, "ffs": _ffs, "ldexp": _ldexp,
    "scalbn": _ldexp, "ilogb": _ilogb,
    "signbit": _signbit,
    "int2float_rn": _to_float32,
}  # fmt: skip
"""Functions of ``libdevice``, by CUDA's names."""
