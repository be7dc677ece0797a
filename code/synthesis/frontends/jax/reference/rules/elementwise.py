"""Primitives that work element by element; after ``jax.lax``'s documentation."""

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy import special as _special  # pyright: ignore[reportMissingTypeStubs]

from synthesis.frontends.jax.reference.rules.table import Rule, rule

special: Any = _special


def _plain(function: Callable[..., Any]) -> Rule:
    def compute(_: Any, inputs: Any, __: Any, types: Any) -> Any:
        made = np.asarray(function(*inputs))
        kind = inputs[0].dtype
        # NumPy computes some functions of small formats in wider ones.
        return made.astype(kind) if made.dtype.kind == kind.kind and made.dtype != kind else made

    return compute


def _divided(a: Any, b: Any) -> Any:
    if a.dtype.kind not in "iu":
        return np.true_divide(a, b)
    safe = np.where(b == 0, 1, b)
    quotient = np.sign(a) * np.sign(safe) * (np.abs(a) // np.abs(safe)) if a.dtype.kind == "i" else a // safe
    return np.where(b == 0, a.dtype.type(-1) if a.dtype.kind == "i" else np.iinfo(a.dtype).max, quotient).astype(
        a.dtype
    )


def _remainder(a: Any, b: Any) -> Any:
    if a.dtype.kind not in "iu":
        return np.fmod(a, b)
    return np.where(b == 0, a, np.fmod(a, np.where(b == 0, 1, b))).astype(a.dtype)


def _shifted(shift: Callable[..., Any]) -> Callable[[Any, Any], Any]:
    def compute(a: Any, b: Any) -> Any:
        inside = (b >= 0) & (b < 8 * a.dtype.itemsize)
        return np.where(inside, shift(a, np.where(inside, b, 0)), 0).astype(a.dtype)

    return compute


def _logical_right(a: Any, b: Any) -> Any:
    word = f"u{a.dtype.itemsize}"
    return _shifted(np.right_shift)(a.astype(word), b.astype(word)).astype(a.dtype)


def _arithmetic_right(a: Any, b: Any) -> Any:
    return np.right_shift(a, np.clip(b, 0, 8 * a.dtype.itemsize - 1)).astype(a.dtype)


def _sign(x: Any) -> Any:
    return np.sign(x) if x.dtype.kind != "u" else (x > 0).astype(x.dtype)


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "add": np.add, "add_any": np.add, "sub": np.subtract, "mul": np.multiply, "div": _divided, "rem": _remainder,
    "max": np.maximum, "min": np.minimum, "pow": np.power, "atan2": np.arctan2, "nextafter": np.nextafter,
    "neg": np.negative, "abs": np.abs, "sign": _sign, "floor": np.floor, "ceil": np.ceil, "square": np.square,
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh,
    "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "asinh": np.arcsinh, "acosh": np.arccosh,
    "atanh": np.arctanh, "exp": np.exp, "exp2": np.exp2, "expm1": np.expm1, "log": np.log, "log1p": np.log1p,
    "sqrt": np.sqrt, "cbrt": np.cbrt, "rsqrt": lambda x: 1 / np.sqrt(x), "logistic": lambda x: 1 / (1 + np.exp(-x)),
    "real": np.real, "imag": np.imag, "conj": np.conj, "complex": lambda a, b: a + 1j * b,
    "eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater,
    "ge": np.greater_equal, "is_finite": np.isfinite,
    "and": lambda a, b: a & b, "or": lambda a, b: a | b, "xor": lambda a, b: a ^ b, "not": lambda a: ~a,
    "shift_left": _shifted(np.left_shift), "shift_right_logical": _logical_right,
    "shift_right_arithmetic": _arithmetic_right, "population_count": lambda a: np.bitwise_count(a).astype(a.dtype),
    "mul_add": lambda a, b, c: a * b + c, "stop_gradient": lambda x: x, "copy": np.copy, "copy_p": np.copy,
    "name": lambda x: x, "reduce_precision": lambda x: x,
    "erf": special.erf, "erfc": special.erfc, "erf_inv": special.erfinv, "lgamma": special.gammaln,
    "digamma": special.digamma, "igamma": special.gammainc, "igammac": special.gammaincc,
    "bessel_i0e": special.i0e, "bessel_i1e": special.i1e, "zeta": special.zeta,
    "polygamma": lambda n, x: special.polygamma(n.astype(int), x), "regularized_incomplete_beta": special.betainc,
}  # fmt: skip
for _name, _function in _FUNCTIONS.items():
    rule(_name)(_plain(_function))


@rule("clamp")
def _clamp(_: Any, inputs: Any, __: Any, ___: Any) -> Any:
    low, x, high = inputs
    return np.minimum(np.maximum(x, low), high)


@rule("integer_pow")
def _integer_pow(_: Any, inputs: Any, parameters: Any, __: Any) -> Any:
    (x,), y = inputs, int(parameters["y"])
    return x**y if y >= 0 else 1 / x**-y


@rule("round")
def _round(_: Any, inputs: Any, parameters: Any, __: Any) -> Any:
    (x,) = inputs
    to_even = str(parameters["rounding_method"]) in ("1", "RoundingMethod.TO_NEAREST_EVEN")
    return np.round(x) if to_even else np.trunc(x + np.copysign(0.5, x))


@rule("convert_element_type")
def _convert(evaluator: Any, inputs: Any, parameters: Any, types: Any) -> Any:
    (x,) = inputs
    target = evaluator.format(types[0].dtype)
    if x.dtype.kind in "fV" and target.kind in "iu":
        x = np.nan_to_num(np.trunc(x.astype(np.float64)), nan=0.0)
        limits = np.iinfo(target)
        return np.clip(x, float(limits.min), float(limits.max)).astype(target)
    if evaluator.double and x.dtype.kind == "f" and types[0].dtype.name in ("float16", "bfloat16"):
        return x
    return (x != 0) if target.kind == "b" else x.astype(target)


@rule("bitcast_convert_type")
def _bitcast(evaluator: Any, inputs: Any, _: Any, types: Any) -> Any:
    (x,), target = inputs, types[0].dtype
    if x.dtype.kind == "f":
        if evaluator.double:  # bits of a number in another precision mean nothing
            if target.itemsize == 4:
                x = x.astype(np.float32)
            elif target.itemsize != 8:
                raise NotImplementedError("bits of a small format")
        return np.ascontiguousarray(x).view(target).reshape(types[0].shape)
    return evaluator.promoted(np.ascontiguousarray(x).view(target).reshape(types[0].shape))


@rule("select_n")
def _select(_: Any, inputs: Any, __: Any, ___: Any) -> Any:
    which, *cases = inputs
    result = cases[0]
    chosen = np.clip(which.astype(np.int64), 0, len(cases) - 1)
    for number, case in enumerate(cases[1:], 1):
        result = np.where(chosen == number, case, result)
    return result


@rule("clz")
def _leading_zeros(_: Any, inputs: Any, __: Any, ___: Any) -> Any:
    (x,) = inputs
    width = 8 * x.dtype.itemsize
    count = [width - (int(each) & ((1 << width) - 1)).bit_length() for each in x.ravel()]
    return np.array(count, x.dtype).reshape(x.shape)


@rule("optimization_barrier", "device_put")
def _same(_: Any, inputs: Any, __: Any, ___: Any) -> Any:
    return list(inputs)
