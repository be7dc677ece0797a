"""The functions of CUDA's libdevice and AMD's OCML that a text may call, in NumPy."""

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from synthesis.frontends.triton.texts.elementwise import FLOATS, INTEGERS, fma, object_function
from synthesis.frontends.triton.texts.errors import TextError
from synthesis.frontends.triton.texts.structure import Operation
from synthesis.frontends.triton.texts.values import Compute, where


@dataclass(frozen=True, slots=True)
class Function:
    """A function of a library."""

    compute: Compute
    takes: tuple[str, ...]
    """The element types of the operands."""
    gives: str
    """The element type of the result."""


def _float_function(function: Callable[[float], float]) -> Compute:
    def safe(value: float) -> float:
        try:
            return function(value)
        except ValueError:
            return math.nan
        except OverflowError:
            return math.inf

    return object_function(safe)


def _lgamma(value: float) -> float:
    return math.inf if value <= 0 and value == math.floor(value) else math.lgamma(value)


def _gamma(value: float) -> float:
    return math.copysign(math.inf, value) if value == 0 else math.gamma(value)


_UNARY: Mapping[str, Compute] = MappingProxyType(
    {
        **{
            name: FLOATS[f"math.{name}"]
            for name in [
                "acos",
                "acosh",
                "asin",
                "asinh",
                "atan",
                "atanh",
                "cbrt",
                "ceil",
                "cos",
                "cosh",
                "erf",
                "erfc",
                "exp",
                "exp2",
                "expm1",
                "floor",
                "log",
                "log10",
                "log1p",
                "log2",
                "rsqrt",
                "sin",
                "sinh",
                "sqrt",
                "tan",
                "tanh",
                "trunc",
                "round",
            ]
        },
        "cospi": lambda a: np.cos(np.fmod(a, a.dtype.type(2)) * a.dtype.type(math.pi)),
        "exp10": lambda a: np.power(a.dtype.type(10), a),
        "fabs": np.abs,
        "lgamma": _float_function(_lgamma),
        "nearbyint": np.rint,
        "normcdf": _float_function(lambda a: 0.5 * math.erfc(-a / math.sqrt(2))),
        "rcbrt": lambda a: a.dtype.type(1) / np.cbrt(a),
        "rint": np.rint,
        "sinpi": lambda a: np.sin(np.fmod(a, a.dtype.type(2)) * a.dtype.type(math.pi)),
        "tgamma": _float_function(_gamma),
    }
)
_BINARY: Mapping[str, Compute] = MappingProxyType(
    {
        "atan2": np.arctan2,
        "copysign": np.copysign,
        "fdim": lambda a, b: where(np.isnan(a) | np.isnan(b), a + b, np.fmax(a - b, a.dtype.type(0))),
        "fmax": np.fmax,
        "fmin": np.fmin,
        "fmod": np.fmod,
        "hypot": np.hypot,
        "nextafter": np.nextafter,
        "pow": np.power,
    }
)
_TESTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "isfinite": ("__nv_finitef", "__nv_isfinited"),
        "isinf": ("__nv_isinff", "__nv_isinfd"),
        "isnan": ("__nv_isnanf", "__nv_isnand"),
        "signbit": ("__nv_signbitf", "__nv_signbitd"),
    }
)
_ROUNDED: Mapping[str, Compute] = MappingProxyType(
    {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide}
)


def _tested(test: Any) -> Compute:
    return lambda a: test(a).astype(np.int32)


def _viewed(dtype: str) -> Compute:
    return lambda a: a.view(dtype)


def _symbols() -> Iterator[tuple[str, Function]]:
    for table, count in ((_UNARY, 1), (_BINARY, 2), ({"fma": fma}, 3)):
        for name, compute in table.items():
            single, double = Function(compute, ("f32",) * count, "f32"), Function(compute, ("f64",) * count, "f64")
            yield from ((f"__nv_{name}f", single), (f"__nv_{name}", double))
            yield from ((f"__ocml_{name}_f32", single), (f"__ocml_{name}_f64", double))
    for name in ["cos", "exp", "exp10", "log", "log10", "log2", "sin", "tan"]:
        yield f"__nv_fast_{name}f", Function(_UNARY[name], ("f32",), "f32")
    yield "__nv_fast_powf", Function(np.power, ("f32", "f32"), "f32")
    yield "__nv_fast_fdividef", Function(np.divide, ("f32", "f32"), "f32")
    for name, (single, double) in _TESTS.items():
        test = {"isfinite": np.isfinite, "isinf": np.isinf, "isnan": np.isnan, "signbit": np.signbit}[name]
        yield single, Function(_tested(test), ("f32",), "i32")
        yield double, Function(_tested(test), ("f64",), "i32")
        yield f"__ocml_{name}_f32", Function(_tested(test), ("f32",), "i32")
        yield f"__ocml_{name}_f64", Function(_tested(test), ("f64",), "i32")
    for letter, element in (("f", "f32"), ("d", "f64")):
        for name, compute in _ROUNDED.items():
            yield f"__nv_{letter}{name}_rn", Function(compute, (element, element), element)
        yield f"__nv_{letter}sqrt_rn", Function(np.sqrt, (element,), element)
        yield f"__nv_{letter}rcp_rn", Function(lambda a: a.dtype.type(1) / a, (element,), element)
        yield f"__nv_fma{'f' if letter == 'f' else ''}_rn", Function(fma, (element,) * 3, element)
    yield "__triton_hip_rint", Function(np.rint, ("f32",), "f32")
    yield "__triton_hip_fast_expf", Function(np.exp, ("f32",), "f32")
    yield "__triton_hip_fast_tanhf", Function(np.tanh, ("f32",), "f32")
    yield "__triton_hip_fast_fdividef", Function(np.divide, ("f32", "f32"), "f32")
    yield "__nv_frsqrt_rn", Function(FLOATS["math.rsqrt"], ("f32",), "f32")
    yield "__nv_saturatef", Function(lambda a: np.fmin(np.fmax(a, a.dtype.type(0)), a.dtype.type(1)), ("f32",), "f32")
    yield "__nv_float_as_int", Function(_viewed("i4"), ("f32",), "i32")
    yield "__nv_float_as_uint", Function(_viewed("i4"), ("f32",), "i32")
    yield "__nv_int_as_float", Function(_viewed("f4"), ("i32",), "f32")
    yield "__nv_uint_as_float", Function(_viewed("f4"), ("i32",), "f32")
    yield "__nv_double_as_longlong", Function(_viewed("i8"), ("f64",), "i64")
    yield "__nv_longlong_as_double", Function(_viewed("f8"), ("i64",), "f64")
    yield "__nv_abs", Function(np.abs, ("i32",), "i32")
    yield "__nv_llabs", Function(np.abs, ("i64",), "i64")
    yield "__nv_umulhi", Function(INTEGERS["tt.mulhiui"], ("i32", "i32"), "i32")
    yield "__nv_umul64hi", Function(INTEGERS["tt.mulhiui"], ("i64", "i64"), "i64")
    for name, operation in (("clz", "math.ctlz"), ("popc", "math.ctpop")):
        compute = INTEGERS[operation]
        long = {"clz": "clz", "popc": "popcount"}[name]
        yield f"__nv_{name}", Function(compute, ("i32",), "i32")
        yield f"__ockl_{long}_u32", Function(compute, ("i32",), "i32")
        yield f"__ockl_{long}_u64", Function(compute, ("i64",), "i64")
        yield f"__nv_{name}ll", Function(lambda a, compute=compute: compute(a).astype(np.int32), ("i64",), "i32")


FUNCTIONS: Mapping[str, Function] = MappingProxyType(dict(_symbols()))
"""The functions by their symbols."""


def extern(operation: Operation) -> Compute:
    """Return the function that ``tt.extern_elementwise`` calls.

    Raises:
        TextError: if the function is unknown, not pure or called with other types.
    """
    symbol = str(operation.attributes.get("symbol", ""))
    function = FUNCTIONS.get(symbol)
    if function is None or operation.attributes.get("pure") is not True:
        raise TextError(operation.line, f"the function {symbol[:80]!r} is not allowed")
    result = operation.results[0].type
    given = [each.type for each in operation.operands]
    if given != [result.of(each) for each in function.takes] or result.element != function.gives:
        raise TextError(operation.line, f"{symbol} of other types than its own")
    return function.compute
