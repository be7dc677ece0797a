"""Arithmetic on integers and floating-point numbers, element by element, in the type of the operands."""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, cast

import numpy as np

from synthesis.frontends.triton.texts.errors import TextError
from synthesis.frontends.triton.texts.structure import Operation
from synthesis.frontends.triton.texts.types import Kind, Type
from synthesis.frontends.triton.texts.values import Binary, Compute, Number, Pointer, where


def unsigned(value: Number) -> Number:
    """Return the bits of integers as unsigned integers."""
    return value if value.dtype == np.bool_ else value.view(f"u{value.dtype.itemsize}")


def as_unsigned(compute: Binary) -> Binary:
    """Return a function that reinterprets its operands as unsigned and its result as signed integers."""

    def computed(a: Number, b: Number) -> Number:
        kind = f"u{a.dtype.itemsize}"
        return compute(a.view(kind), b.view(kind)).view(a.dtype)

    return computed


def object_function(function: Any) -> Callable[[Any], Any]:
    """Return a function of arrays that applies a function of Python floats; the result is rounded once."""
    each = cast(Callable[[Any], Any], np.frompyfunc(function, 1, 1))
    return lambda a: np.asarray(each(a)).astype(a.dtype)[()]


def fma(a: Number, b: Number, c: Number) -> Number:
    """Return ``a * b + c``, rounded once; for float64, rounded twice."""
    wide = np.float64 if a.dtype == np.float32 else np.float32 if a.dtype.itemsize < 4 else a.dtype
    return (a.astype(wide) * b.astype(wide) + c.astype(wide)).astype(a.dtype)


def half_away(a: Number) -> Number:
    """Return the nearest integer, with ties rounded away from zero."""
    whole = np.trunc(a)
    return where(np.abs(a - whole) >= a.dtype.type(0.5), whole + np.copysign(a.dtype.type(1), a), whole)[()]


def mulhi(a: Number, b: Number) -> Number:
    """Return the upper half of the product of integers, both taken as unsigned."""
    bits = a.dtype.itemsize * 8
    if bits < 64:
        product = a.astype(np.uint64) * b.astype(np.uint64)
        return (product >> np.uint64(bits)).astype(a.dtype)
    low, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    a_low, a_high, b_low, b_high = a & low, a >> half, b & low, b >> half
    middle = a_high * b_low + (a_low * b_low >> half)
    return a_high * b_high + (middle >> half) + ((a_low * b_high + (middle & low)) >> half)


def leading_zeros(a: Number) -> Number:
    """Return the number of zero bits above the highest set bit."""
    bits = unsigned(a)
    width = a.dtype.itemsize * 8
    for shift in (1, 2, 4, 8, 16, 32):
        if shift < width:
            bits = bits | (bits >> bits.dtype.type(shift))
    return (width - np.bitwise_count(bits)).astype(a.dtype)


def trailing_zeros(a: Number) -> Number:
    """Return the number of zero bits below the lowest set bit."""
    bits = unsigned(a)
    one = bits.dtype.type(1)
    return np.bitwise_count((bits & (~bits + one)) - one).astype(a.dtype)


FLOATS: Mapping[str, Compute] = MappingProxyType(
    {
        "arith.addf": np.add,
        "arith.subf": np.subtract,
        "arith.mulf": np.multiply,
        "arith.divf": np.divide,
        "arith.remf": np.fmod,
        "arith.negf": np.negative,
        "arith.maximumf": np.maximum,
        "arith.minimumf": np.minimum,
        "arith.maxnumf": np.fmax,
        "arith.minnumf": np.fmin,
        "tt.precise_divf": np.divide,
        "tt.approx_divf": np.divide,
        "tt.precise_sqrt": np.sqrt,
        "math.absf": np.abs,
        "math.atan2": np.arctan2,
        "math.ceil": np.ceil,
        "math.copysign": np.copysign,
        "math.erf": object_function(math.erf),
        "math.erfc": object_function(math.erfc),
        "math.floor": np.floor,
        "math.fma": fma,
        "math.isfinite": np.isfinite,
        "math.isinf": np.isinf,
        "math.isnan": np.isnan,
        "math.powf": np.power,
        "math.round": half_away,
        "math.roundeven": np.rint,
        "math.rsqrt": lambda a: a.dtype.type(1) / np.sqrt(a),
        "math.trunc": np.trunc,
        **{
            f"math.{name}": function
            for name, function in {
                "acos": np.arccos,
                "acosh": np.arccosh,
                "asin": np.arcsin,
                "asinh": np.arcsinh,
                "atan": np.arctan,
                "atanh": np.arctanh,
                "cbrt": np.cbrt,
                "cos": np.cos,
                "cosh": np.cosh,
                "exp": np.exp,
                "exp2": np.exp2,
                "expm1": np.expm1,
                "log": np.log,
                "log10": np.log10,
                "log1p": np.log1p,
                "log2": np.log2,
                "sin": np.sin,
                "sinh": np.sinh,
                "sqrt": np.sqrt,
                "tan": np.tan,
                "tanh": np.tanh,
            }.items()
        },
    }
)
"""Operations on floats."""

INTEGERS: Mapping[str, Compute] = MappingProxyType(
    {
        "arith.addi": np.add,
        "arith.subi": np.subtract,
        "arith.muli": np.multiply,
        "arith.andi": np.bitwise_and,
        "arith.ori": np.bitwise_or,
        "arith.xori": np.bitwise_xor,
        "arith.maxsi": np.maximum,
        "arith.minsi": np.minimum,
        "arith.maxui": as_unsigned(np.maximum),
        "arith.minui": as_unsigned(np.minimum),
        "math.absi": np.abs,
        "math.ctpop": lambda a: np.bitwise_count(unsigned(a)).astype(a.dtype),
        "math.ctlz": leading_zeros,
        "math.cttz": trailing_zeros,
        "tt.mulhiui": as_unsigned(mulhi),
    }
)
"""Operations on integers of at least 8 bits that are defined for all of them."""

BITS: Mapping[str, Compute] = MappingProxyType(
    {
        "arith.addi": np.logical_xor,
        "arith.subi": np.logical_xor,
        "arith.muli": np.logical_and,
        "arith.andi": np.logical_and,
        "arith.ori": np.logical_or,
        "arith.xori": np.logical_xor,
        "arith.maxsi": np.logical_and,
        "arith.minsi": np.logical_or,
        "arith.maxui": np.logical_or,
        "arith.minui": np.logical_and,
    }
)
"""Operations on i1, whose signed values are 0 and -1."""

COMPARISONS: Mapping[str, Binary] = MappingProxyType(
    {"eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal}
)


def _unordered(a: Number, b: Number) -> Number:
    return np.isnan(a) | np.isnan(b)


FLOAT_COMPARISONS: Mapping[str, Binary] = MappingProxyType(
    {
        **{f"o{name}": compare for name, compare in COMPARISONS.items() if name != "ne"},
        "one": lambda a, b: (a < b) | (a > b),
        "ueq": lambda a, b: ~((a < b) | (a > b)),
        "une": np.not_equal,
        "ult": lambda a, b: ~(a >= b),
        "ule": lambda a, b: ~(a > b),
        "ugt": lambda a, b: ~(a <= b),
        "uge": lambda a, b: ~(a < b),
        "uno": _unordered,
        "ord": lambda a, b: ~_unordered(a, b),
    }
)


SHIFTS: Mapping[str, tuple[Binary, bool]] = MappingProxyType(
    {
        "arith.shli": (np.left_shift, True),
        "arith.shrsi": (np.right_shift, True),
        "arith.shrui": (np.right_shift, False),
    }
)
"""Shifts, and whether they are of signed integers."""


def shifted(line: int, compute: Binary, signed: bool, bits: int) -> Binary:
    """Return a shift that checks its distance, which must be less than the number of bits."""

    def checked(a: Number, b: Number) -> Number:
        if (unsigned(b) >= bits).any():
            raise TextError(line, f"a shift of {bits} bits by {int(unsigned(b).max())}")
        return compute(a, b)

    return checked if signed else as_unsigned(checked)


def _swapped(compare: Binary) -> Binary:
    return lambda a, b: compare(b, a)


def _of_unsigned(compare: Binary) -> Binary:
    return lambda a, b: compare(unsigned(a), unsigned(b))


def _comparison(operation: Operation) -> Compute:
    predicate, given = str(operation.attributes["predicate"]), operation.operands[0].type
    if operation.name == "arith.cmpf":
        if predicate in ("true", "false"):
            return lambda a, b: np.full(np.broadcast(a, b).shape, predicate == "true")[()]
        found = FLOAT_COMPARISONS.get(predicate)
    elif predicate in ("eq", "ne"):
        found = COMPARISONS[predicate]
    else:
        compare = COMPARISONS.get(predicate[1:])
        if compare is None or predicate[0] not in "su":
            found = None
        elif given.element == "i1":
            found = compare if predicate[0] == "u" else _swapped(compare)
        else:
            found = compare if predicate[0] == "s" else _of_unsigned(compare)
    if found is None:
        raise TextError(operation.line, f"unknown comparison {predicate}")
    return found


def _select(operation: Operation) -> Compute:
    condition, given = operation.operands[0].type, operation.operands[1].type
    known = given.kind in (Kind.NUMBER, Kind.POINTER) and condition.kind is Kind.NUMBER
    if not known or condition.element != "i1" or condition.shape not in (None, given.shape):
        raise TextError(operation.line, f"a selection by {condition}")

    def select(c: Number, a: Any, b: Any) -> Any:
        if isinstance(a, Pointer):
            same = isinstance(a.array, int) and isinstance(b.array, int) and a.array == b.array
            return Pointer(a.array if same else where(c, a.array, b.array), where(c, a.offset, b.offset))
        return where(c, a, b)

    # A region of a reduction is run with arrays in place of its scalars.
    if condition.shape:
        return select
    return lambda c, a, b: select(c, a, b) if isinstance(c, np.ndarray) else a if c else b


def _clamp(operation: Operation) -> Compute:
    spread = operation.attributes["propagate"] == "all"
    low, high = (np.maximum, np.minimum) if spread else (np.fmax, np.fmin)
    return lambda a, b, c: high(low(a, b), c)


def _extended(operation: Operation) -> Compute:
    if operation.name == "arith.addui_extended":

        def add(a: Number, b: Number) -> tuple[Number, Number]:
            total = a + b
            return total, unsigned(total) < unsigned(a)

        return add
    signed = operation.name == "arith.mulsi_extended"

    def multiply(a: Number, b: Number) -> tuple[Number, Number]:
        high = as_unsigned(mulhi)(a, b)
        if signed:
            zero = a.dtype.type(0)
            high = high - where(a < 0, b, zero) - where(b < 0, a, zero)
        return a * b, high

    return multiply


_MAKERS: Mapping[str, Callable[[Operation], Compute]] = MappingProxyType(
    {
        "arith.cmpf": _comparison,
        "arith.cmpi": _comparison,
        "arith.select": _select,
        "arith.addui_extended": _extended,
        "arith.mulsi_extended": _extended,
        "arith.mului_extended": _extended,
        "tt.clampf": _clamp,
    }
)


def simple(name: str, given: Type) -> Compute | None:
    """Return the function of an operation whose operands have one type; None if it is not in the tables."""
    if given.is_float:
        return FLOATS.get(name)
    if given.is_integer:
        return (BITS if given.element == "i1" else INTEGERS).get(name)
    return None


def elementwise(operation: Operation) -> Compute | None:
    """Return the function of an elementwise operation on its operands; None for any other operation.

    Raises:
        TextError: if the operation does not exist for the types.
    """
    name = operation.name
    if name in _MAKERS:
        return _MAKERS[name](operation)
    shift = SHIFTS.get(name)
    if shift is None and name not in FLOATS and name not in INTEGERS:
        return None
    given = operation.operands[0].type
    if shift is not None and given.is_integer and given.element != "i1":
        compute, signed = shift
        return shifted(operation.line, compute, signed, given.bits)
    found = simple(name, given)
    if found is None:
        raise TextError(operation.line, f"{name} of {given}")
    return found
