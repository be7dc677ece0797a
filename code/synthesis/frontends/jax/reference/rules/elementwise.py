"""Rules of elementwise primitives, after ``jax.lax``'s documentation."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import scipy as _scipy  # pyright: ignore[reportMissingTypeStubs]

from synthesis.core.formats import is_floating, is_whole, limits_of
from synthesis.frontends.jax.reference.rules.table import (
    Array,
    Dtype,
    Inputs,
    Machine,
    Parameters,
    Results,
    Rule,
    Types,
    numbers,
    rule,
)

scipy: Any = _scipy
"""SciPy without types. Its modules are imported on first use, because that takes half as long as importing JAX."""
_FURTHEST = 500.0
"""Largest number for which a power series is evaluated."""
_Function = Callable[..., Array]
"""A function of arrays."""


def _plain(function: _Function) -> Rule:
    def compute(evaluator: Machine, inputs: Inputs, __: Parameters, types: Types) -> Results:
        # NumPy computes some functions of small formats in wider formats.
        return np.asarray(function(*inputs)).astype(evaluator.format(types[0].dtype), copy=False)

    return compute


def _special(function: _Function | str) -> _Function:
    """Return a function (or SciPy's, by name) that computes formats of fewer than 32 bits in float32, as XLA does."""

    def compute(*inputs: Array) -> Array:
        found = getattr(scipy.special, function) if isinstance(function, str) else function
        return found(*(each.astype(np.float32) if each.dtype.itemsize < 4 else each for each in inputs))

    return compute


def _log_gamma(x: Array) -> Array:
    return np.where(np.isinf(x), np.inf, scipy.special.gammaln(x))


def _digamma(x: Array) -> Array:
    """Return the digamma function, with NaN at its poles as in JAX; SciPy returns an infinity at 0."""
    return np.where((x <= 0) & (x == np.floor(x)), np.nan, scipy.special.digamma(x))


def _polygamma(order: Array, x: Array) -> Array:
    whole = (order >= 0) & (order == np.floor(order))
    return np.where(whole, scipy.special.polygamma(np.where(whole, order, 0).astype(int), x), np.nan)


def _incomplete_gamma(name: str) -> _Function:
    """Return SciPy's function with the given name, which refuses an infinite order with a positive ``x``.

    Releases of JAX differ there. For a finite ``x``, JAX 0.10 returns NaN, and later releases return the limit. For an
    infinite ``x``, JAX 0.10 returns the limit, and later releases return NaN. A stored text may come from either.
    """

    def compute(order: Array, x: Array) -> Array:
        if ((order == np.inf) & (x > 0)).any():
            raise NotImplementedError("an infinite order, for which releases of JAX return different values")
        values: Array = getattr(scipy.special, name)(order, x)
        return values

    return compute


def _derivative_by_order(order: Array, x: Array) -> Array:
    """Return the derivative by ``a`` of the regularised lower incomplete gamma function of ``a`` and ``x``.

    It is the term-by-term derivative of its power series, sum of x^(a + n) e^-x / Gamma(a + n + 1): NIST, Digital
    Library of Mathematical Functions, 8.7.1.
    """
    a, z = np.broadcast_arrays(order.astype(np.float64), x.astype(np.float64))
    inside = (a > 0) & (z > 0) & np.isfinite(z) & np.isfinite(a)
    largest = float(np.max(z, initial=0.0, where=inside))
    if largest > _FURTHEST:
        raise NotImplementedError(f"beyond {_FURTHEST:g}")
    safe_a, safe_z = (np.where(inside, each, 1.0)[..., None] for each in (a, z))
    power = safe_a + np.arange(int(100 + 4 * largest))
    terms = np.exp(power * np.log(safe_z) - safe_z - scipy.special.gammaln(power + 1))
    made = (terms * (np.log(safe_z) - scipy.special.digamma(power + 1))).sum(axis=-1)
    at_an_end = np.where((a > 0) & ((z == 0) | (z == np.inf)), 0.0, np.nan)
    return np.where(inside, made, at_an_end)


def _complex(real: Array, imaginary: Array) -> Array:
    """Return complex numbers assembled from their parts, since arithmetic would turn an infinity into NaN."""
    made = np.empty(np.shape(real), np.complex128 if real.dtype.itemsize == 8 else np.complex64)
    made.real, made.imag = real, imaginary
    return made


def _divided(a: Array, b: Array) -> Array:
    """Return quotients. Those of integers round toward zero.

    An integer divided by zero gives all bits set, and the lowest integer divided by -1 gives itself.
    """
    if a.dtype.kind not in "iu" and is_whole(a.dtype):
        return _with_bits(_divided(a.astype(np.int8), b.astype(np.int8)), a.dtype)
    if a.dtype.kind not in "iu":
        return np.true_divide(a, b)
    safe = np.where(b == 0, 1, b).astype(a.dtype)
    down = a // safe
    quotient: Array = down + ((a != down * safe) & ((a < 0) != (safe < 0)))
    return np.where(b == 0, ~a.dtype.type(0), quotient).astype(a.dtype)


def _remainder(a: Array, b: Array) -> Array:
    if a.dtype.kind not in "iu" and is_whole(a.dtype):
        return _with_bits(_remainder(a.astype(np.int8), b.astype(np.int8)), a.dtype)
    if a.dtype.kind not in "iu":
        return np.fmod(a, b)
    return np.where(b == 0, a, np.fmod(a, np.where(b == 0, 1, b))).astype(a.dtype)


def bits_of(dtype: Dtype) -> int:
    """Return the number of bits of an integer type, of which ``int4`` and others have fewer than a byte."""
    least, greatest = limits_of(dtype)
    return (greatest - least).bit_length()


def _unsigned(a: Array) -> Array:
    """Return the bits of integers as unsigned integers of whole bytes."""
    if a.dtype.kind in "iu":
        return a.view(f"u{a.dtype.itemsize}")
    return a.astype(np.int8).view(np.uint8) & np.uint8(2 ** bits_of(a.dtype) - 1)


def _signed(a: Array) -> Array:
    """Return the bits of integers as signed integers of whole bytes, with the sign that their highest bit states."""
    if a.dtype.kind in "iu":
        return a.view(f"i{a.dtype.itemsize}")
    return _with_sign(_unsigned(a), bits_of(a.dtype))


def _with_sign(word: Array, bits: int) -> Array:
    """Return bytes of which the given number of bits is used as signed integers."""
    sign = np.uint8(2 ** (bits - 1))
    return ((word ^ sign) - sign).view(np.int8)


def _with_bits(bits: Array, dtype: Dtype) -> Array:
    """Return integers of a type whose bits are the lowest ones of the given integers of whole bytes."""
    if dtype.kind in "iu":
        return bits.view(dtype)
    word = bits.view(np.uint8) & np.uint8(2 ** bits_of(dtype) - 1)
    return (word if limits_of(dtype)[0] == 0 else _with_sign(word, bits_of(dtype))).astype(dtype)


def _shifted(shift: np.ufunc) -> Callable[[Array, Array], Array]:
    def compute(a: Array, b: Array) -> Array:
        word, amount = _unsigned(a), _unsigned(b)
        inside = amount < bits_of(a.dtype)
        return _with_bits(np.where(inside, shift(word, np.where(inside, amount, 0)), 0).astype(word.dtype), a.dtype)

    return compute


def _arithmetic_right(a: Array, b: Array) -> Array:
    """Shift right arithmetically, whatever the type is; shifts by the width or more fill all bits with the sign."""
    last = bits_of(a.dtype) - 1
    word, amount = _signed(a), _unsigned(b)
    return _with_bits(np.right_shift(word, np.where(amount <= last, amount, last).astype(word.dtype)), a.dtype)


def _high_half(a: Array, b: Array) -> Array:
    """Return the upper half of the bits of the double-width product."""
    bits = 8 * a.dtype.itemsize
    wide: Any = np.dtype(object) if bits == 64 else np.int64 if a.dtype.kind == "i" else np.uint64
    return np.asarray((a.astype(wide) * b.astype(wide)) >> bits).astype(a.dtype)


def _ones(a: Array) -> Array:
    """Return the number of set bits. NumPy would count those of the absolute value."""
    return np.bitwise_count(a.view(f"u{a.dtype.itemsize}"))


def _angle(a: Array, b: Array) -> Array:
    if a.dtype.kind == "c":
        raise NotImplementedError("complex numbers")
    return np.arctan2(a, b)


def _sign(x: Array) -> Array:
    return np.sign(x) if x.dtype.kind != "u" else (x > 0).astype(x.dtype)


def _by_total_order(compare: np.ufunc) -> _Function:
    """Return a comparison in the total order of IEEE 754: -0 is before 0, and NaN is before or after all numbers."""

    def place(x: Array) -> Array:
        if x.dtype.kind in "biu":
            return x
        if x.dtype.kind == "c":
            raise NotImplementedError("complex numbers")
        word = x.view(f"i{x.dtype.itemsize}")
        return np.where(word < 0, word ^ np.iinfo(word.dtype).max, word)  # larger bits of negatives are less

    def compared(a: Array, b: Array) -> Array:
        return compare(place(a), place(b))

    return compared


def _rsqrt(x: Array) -> Array:
    return 1 / np.sqrt(x)


def _logistic(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))


def _unchanged(x: Array) -> Array:
    return x


_FUNCTIONS: dict[str, _Function] = {
    "add": np.add, "add_any": np.add, "sub": np.subtract, "mul": np.multiply, "div": _divided, "rem": _remainder,
    "max": np.maximum, "min": np.minimum, "pow": np.power, "atan2": _angle, "nextafter": np.nextafter,
    "neg": np.negative, "abs": np.abs, "sign": _sign, "floor": np.floor, "ceil": np.ceil, "square": np.square,
    "sin": np.sin, "cos": np.cos, "tan": np.tan, "sinh": np.sinh, "cosh": np.cosh, "tanh": np.tanh,
    "asin": np.arcsin, "acos": np.arccos, "atan": np.arctan, "asinh": np.arcsinh, "acosh": np.arccosh,
    "atanh": np.arctanh, "exp": np.exp, "exp2": np.exp2, "expm1": np.expm1, "log": np.log, "log1p": np.log1p,
    "log2": np.log2,
    "sqrt": np.sqrt, "cbrt": np.cbrt, "rsqrt": _rsqrt, "logistic": _logistic,
    "real": np.real, "imag": np.imag, "conj": np.conj, "complex": _complex,
    "eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater,
    "eq_to": _by_total_order(np.equal), "lt_to": _by_total_order(np.less), "le_to": _by_total_order(np.less_equal),
    "ge": np.greater_equal, "is_finite": np.isfinite,
    "and": np.bitwise_and, "or": np.bitwise_or, "xor": np.bitwise_xor, "not": np.invert,
    "shift_left": _shifted(np.left_shift), "shift_right_logical": _shifted(np.right_shift),
    "shift_right_arithmetic": _arithmetic_right, "population_count": _ones, "mulhi": _high_half,
    "stop_gradient": _unchanged, "copy": np.copy, "name": _unchanged,
}  # fmt: skip
_SPECIAL: dict[str, _Function | str] = {
    "erf": "erf", "erfc": "erfc", "erf_inv": "erfinv", "lgamma": _log_gamma, "digamma": _digamma,
    "igamma": _incomplete_gamma("gammainc"), "igammac": _incomplete_gamma("gammaincc"),
    "igamma_grad_a": _derivative_by_order, "bessel_i0e": "i0e", "bessel_i1e": "i1e",
    "zeta": "zeta", "polygamma": _polygamma, "regularized_incomplete_beta": "betainc",
}  # fmt: skip
for _name, _function in {**_FUNCTIONS, **{name: _special(each) for name, each in _SPECIAL.items()}}.items():
    rule(_name)(_plain(_function))


@rule("clamp")
def _clamp(_: Machine, inputs: Inputs, __: Parameters, ___: Types) -> Results:
    low, x, high = inputs
    return np.minimum(np.maximum(x, low), high)


@rule("integer_pow")
def _integer_pow(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    (x,), y = inputs, int(parameters["y"])
    return x**y if y >= 0 else 1 / x**-y


@rule("round")
def _round(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    (x,) = inputs
    to_even = str(parameters["rounding_method"]) in ("1", "RoundingMethod.TO_NEAREST_EVEN")
    if to_even:
        return np.round(x).astype(x.dtype)
    whole = np.trunc(x)
    away = np.abs(x - whole) >= x.dtype.type(0.5)  # exact, unlike adding a half
    return np.where(away, whole + np.copysign(x.dtype.type(1), x), whole).astype(x.dtype)


@rule("reduce_precision")
def _reduce_precision(evaluator: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    """Round to a format of fewer bits, ties to even; numbers below its smallest normal one become zero."""
    (x,) = inputs
    if evaluator.double:
        return x
    bits, top = int(parameters["mantissa_bits"]), 2 ** (int(parameters["exponent_bits"]) - 1)
    wide = x.astype(np.float64)
    step = np.ldexp(1.0, np.frexp(wide)[1] - 1 - bits)
    near = np.where(np.isfinite(wide), np.round(wide / step) * step, wide)
    near = np.where(np.abs(near) < np.ldexp(1.0, 2 - top), np.copysign(0.0, wide), near)
    beyond = np.abs(near) >= np.ldexp(1.0, top)
    return np.where(beyond, np.copysign(np.inf, wide), near).astype(x.dtype)


@rule("convert_element_type")
def _convert(evaluator: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
    (x,) = inputs
    target = evaluator.format(types[0].dtype)
    if is_floating(x.dtype) and is_whole(target):
        x = np.nan_to_num(np.trunc(x.astype(np.float64)), nan=0.0)
        least, greatest = limits_of(target)
        inside = (x > float(least)) & (x < float(greatest))  # the largest 64-bit integer is no float64
        whole = np.where(inside, x, 0).astype(target)
        return np.where(inside, whole, np.where(x < 0, least, np.where(x > 0, greatest, 0)).astype(target))
    if evaluator.double and x.dtype.kind == "f" and numbers(types[0]).name in ("float16", "bfloat16"):
        return x
    return (x != 0) if target.kind == "b" else x.astype(target)


@rule("bitcast_convert_type")
def _bitcast(evaluator: Machine, inputs: Inputs, _: Parameters, types: Types) -> Results:
    (x,), target = inputs, numbers(types[0])
    if x.dtype.kind == "f" and evaluator.double:  # the bits of a number in another precision are meaningless
        size = target.itemsize * math.prod(types[0].shape[x.ndim :])
        if size not in (4, 8) or types[0].shape[: x.ndim] != x.shape:
            raise NotImplementedError("bits of a small format")
        x = x.astype(f"f{size}")
    return evaluator.promoted(np.ascontiguousarray(x).view(target).reshape(types[0].shape))


@rule("select_n")
def _select(_: Machine, inputs: Inputs, __: Parameters, ___: Types) -> Results:
    which, *cases = inputs
    result = cases[0]
    chosen = np.clip(which.astype(np.int64), 0, len(cases) - 1)
    for number, case in enumerate(cases[1:], 1):
        result = np.where(chosen == number, case, result)
    return result


@rule("clz")
def _leading_zeros(_: Machine, inputs: Inputs, __: Parameters, ___: Types) -> Results:
    (x,) = inputs
    width = bits_of(x.dtype)
    count = [width - (int(each) & ((1 << width) - 1)).bit_length() for each in x.ravel()]
    return np.array(count, x.dtype).reshape(x.shape)


@rule("optimization_barrier", "device_put")
def _same(_: Machine, inputs: Inputs, __: Parameters, ___: Types) -> Results:
    return list(inputs)
