"""Operators, comparisons and choices."""

import operator
from collections.abc import Callable, Sequence
from typing import Any, cast

import numpy as np

from synthesis.frontends.base import ReferenceUnknownError, ZeroDivisorError
from synthesis.frontends.triton.reference.casting import as_type, whole
from synthesis.frontends.triton.reference.machine import Machine
from synthesis.frontends.triton.reference.types import (
    FLOAT32,
    INT1,
    Dtype,
    common_type,
    type_of_number,
)
from synthesis.frontends.triton.reference.values import Block, Pointer, broadcast_shape, check_product

_UFUNCS: dict[str, Callable[..., Any]] = {
    "add": np.add, "sub": np.subtract, "mul": np.multiply, "and": np.bitwise_and, "or": np.bitwise_or,
    "xor": np.bitwise_xor, "eq": np.equal, "ne": np.not_equal, "lt": np.less, "le": np.less_equal, "gt": np.greater,
    "ge": np.greater_equal,
}  # fmt: skip
_OF_TRUTH = {"add": np.bitwise_xor, "sub": np.bitwise_xor, "mul": np.bitwise_and}
"""Functions for the sum, difference and product of one-bit numbers."""
_COMPARING = frozenset({"eq", "ne", "lt", "le", "gt", "ge"})
_BITWISE = frozenset({"and", "or", "xor"})


def converted(m: Machine, left: Any, right: Any, *, divides: bool = False) -> tuple[Any, Any, Dtype]:
    """Return two operands converted to their common type, and the type.

    Raises:
        ReferenceUnknownError: if they have none.
    """
    one, other = isinstance(left, Block), isinstance(right, Block)
    if one and other:
        kind = common_type(left.type, right.type, divides=divides)
        check_product(left.data, right.data)
    elif one:
        kind = common_type(left.type, _type_of(right), weak="right", divides=divides)
    elif other:
        kind = common_type(_type_of(left), right.type, weak="left", divides=divides)
    else:
        kind = common_type(_type_of(left), _type_of(right), divides=divides)
    return as_type(m, left, kind).data, as_type(m, right, kind).data, kind


def _type_of(value: Any) -> Dtype:
    if isinstance(value, bool | int | float):
        return type_of_number(value)
    raise ReferenceUnknownError(f"arithmetic with a {type(value).__name__}")


def binary(m: Machine, name: str, left: Any, right: Any) -> Any:
    """Return the result of a binary operator or a comparison. At least one operand must not be a Python value.

    Raises:
        ReferenceUnknownError: if the operands do not fit.
        ZeroDivisorError: for an integer division by zero.
    """
    if isinstance(left, Pointer) or isinstance(right, Pointer):
        return _moved(m, name, left, right)
    special = _SPECIAL.get(name)
    if special is not None:
        return special(m, left, right)
    one, other, kind = converted(m, left, right)
    if name in _BITWISE and kind.is_float:
        raise ReferenceUnknownError(f"a bitwise operation of {kind.name}")
    if name in _COMPARING:
        outcome = _UFUNCS[name](one, other)
        if kind.is_float and m.records_decisions:
            outcome = m.decided("compare", outcome, one.astype(np.float64) - other.astype(np.float64))
        return Block(outcome, INT1)
    if kind is INT1 and name in _OF_TRUTH:
        return Block(_OF_TRUTH[name](one, other), INT1)
    made = _UFUNCS[name](one, other)
    return Block(m.rounded(made, kind) if kind.is_float else made, kind)


def _moved(m: Machine, name: str, left: Any, right: Any) -> Pointer:
    """Add an integer to pointers, or subtract it from them. The integer is a number of elements."""
    if name == "sub" and isinstance(right, Pointer):
        raise ReferenceUnknownError("a difference of pointers")
    pointer, offset = (left, right) if isinstance(left, Pointer) else (right, left)
    if name not in ("add", "sub") or isinstance(offset, Pointer):
        raise ReferenceUnknownError(f"the operator {name} of pointers")
    steps = whole(m, offset)
    check_product(pointer.offset, steps)
    return Pointer(pointer.buffer, pointer.offset + steps if name == "add" else pointer.offset - steps)


def _quotient(m: Machine, left: Any, right: Any) -> Block:
    one, other, kind = converted(m, left, right, divides=True)
    if kind.is_int:
        one, other, kind = one.astype(m.format(FLOAT32)), other.astype(m.format(FLOAT32)), FLOAT32
    return Block(m.rounded(np.divide(one, other), kind, units=2, faithful=False), kind)


def _whole_quotient(m: Machine, left: Any, right: Any) -> Block:
    one, other, kind = converted(m, left, right, divides=True)
    if kind.is_float:
        raise ReferenceUnknownError("a floor division of floating-point numbers")
    _refuse_zero(other)
    if not kind.is_signed:
        return Block(one & other if kind is INT1 else np.floor_divide(one, other), kind)
    quotient = np.floor_divide(one, other)
    down = (quotient * other != one) & ((one < 0) != (other < 0))
    return Block(quotient + down.astype(kind.numpy), kind)


def _remainder(m: Machine, left: Any, right: Any) -> Block:
    one, other, kind = converted(m, left, right, divides=True)
    if kind.is_int:
        _refuse_zero(other)
        return Block(np.fmod(one, other) if kind is not INT1 else np.zeros_like(one & other), kind)
    if not m.records_decisions:
        return Block(np.fmod(one, other), kind)
    wide = one.astype(np.float64), other.astype(np.float64)
    quotient = m.decided("truncate", np.trunc(wide[0] / wide[1]), wide[0] / wide[1])
    left_over = (wide[0] - quotient * wide[1]).astype(m.format(kind))
    return Block(m.rounded(left_over, kind), kind)


def _refuse_zero(divisors: Any) -> None:
    if not np.all(divisors):
        raise ZeroDivisorError("an integer division by zero")


def _shifted_left(m: Machine, left: Any, right: Any) -> Block:
    one, other, kind = _bits(m, left, right)
    return Block(np.left_shift(one, other), kind)


def _shifted_right(m: Machine, left: Any, right: Any) -> Block:
    """Shift right, arithmetically if the left operand (the right one if the left is a Python number) is signed."""
    one, other, kind = _bits(m, left, right)
    owner = left if isinstance(left, Block) else right
    signed = np.dtype(f"int{kind.bits}" if owner.type.is_signed else f"uint{kind.bits}") if kind.bits > 1 else one.dtype
    return Block(np.right_shift(one.view(signed), other.view(signed)).view(kind.numpy), kind)


def _bits(m: Machine, left: Any, right: Any) -> tuple[Any, Any, Dtype]:
    one, other, kind = converted(m, left, right)
    if kind.is_float:
        raise ReferenceUnknownError("a shift of floating-point numbers")
    return np.asarray(one), np.asarray(other), kind


_SPECIAL: dict[str, Callable[[Machine, Any, Any], Any]] = {
    "div": _quotient, "floordiv": _whole_quotient, "mod": _remainder, "shl": _shifted_left, "shr": _shifted_right,
}  # fmt: skip


def unary(m: Machine, name: str, value: Any) -> Any:
    """Return the result of ``-``, ``+``, ``~`` or ``not`` for a value that is not a Python value.

    Raises:
        ReferenceUnknownError: if there is no such operator.
    """
    if not isinstance(value, Block):
        raise ReferenceUnknownError(f"the operator {name} of a {type(value).__name__}")
    if name == "pos":
        return value
    if name == "not":
        return Block(np.logical_not(truth(value)), INT1)
    if name == "invert":
        if value.type.is_float:
            raise ReferenceUnknownError("an inversion of the bits of floating-point numbers")
        return Block(np.invert(value.data), value.type)
    return value if value.type is INT1 else Block(np.negative(value.data), value.type)


def truth(value: Any) -> Any:
    """Return the data of a block of truth values. Logical operators take no other operands.

    Raises:
        ReferenceUnknownError: for any other value.
    """
    if not isinstance(value, Block) or value.type is not INT1:
        raise ReferenceUnknownError("a logical operator on values that are not Boolean")
    return value.data


def logical(m: Machine, name: str, left: Any, right: Any) -> Block:
    """Return ``left and right`` or ``left or right``, element by element and without short-circuiting."""
    one, other = truth(m.block_of(left)), truth(m.block_of(right))
    check_product(one, other)
    return Block(one & other if name == "and" else one | other, INT1)


def add(m: Machine, x: Any, y: Any, sanitize_overflow: bool = True) -> Any:
    """Evaluate ``tl.add``."""
    del sanitize_overflow
    return _either(m, "add", x, y)


def sub(m: Machine, x: Any, y: Any, sanitize_overflow: bool = True) -> Any:
    """Evaluate ``tl.sub``."""
    del sanitize_overflow
    return _either(m, "sub", x, y)


def mul(m: Machine, x: Any, y: Any, sanitize_overflow: bool = True) -> Any:
    """Evaluate ``tl.mul``."""
    del sanitize_overflow
    return _either(m, "mul", x, y)


def _either(m: Machine, name: str, x: Any, y: Any) -> Any:
    if not isinstance(x, Block | Pointer) and not isinstance(y, Block | Pointer):
        x = m.number_of(x)
    return binary(m, name, x, y)


def where(m: Machine, condition: Any, x: Any, y: Any) -> Any:
    """Evaluate ``tl.where`` for numbers, or for pointers into one array."""
    chosen = as_type(m, condition, INT1).data
    if isinstance(x, Pointer) or isinstance(y, Pointer):
        if not (isinstance(x, Pointer) and isinstance(y, Pointer) and x.buffer is y.buffer):
            raise ReferenceUnknownError("a choice between pointers into several arrays")
        broadcast_shape(np.shape(chosen), x.shape, y.shape)
        return Pointer(x.buffer, np.where(chosen, x.offset, y.offset)[()])
    one, other, kind = converted(m, x, y)
    broadcast_shape(np.shape(chosen), one.shape, other.shape)
    check_product(chosen, one if one.size > other.size else other)
    return Block(np.where(chosen, one, other)[()], kind)


def arms_of_where(m: Machine, condition: Any, x: Any, y: Any) -> list[Any]:
    """Return two masks: where the first and where the second alternative is selected."""
    del x, y
    chosen = as_type(m, condition, INT1).data
    return [chosen, np.logical_not(chosen)]


def maximum(m: Machine, x: Any, y: Any, propagate_nan: Any = "NONE") -> Block:
    """Evaluate ``tl.maximum``."""
    one, other, kind = converted(m, x, y)
    if kind.is_int:
        return Block(np.maximum(one, other), kind)
    return Block((np.maximum if propagate_nan == "ALL" else np.fmax)(one, other), kind)


def minimum(m: Machine, x: Any, y: Any, propagate_nan: Any = "NONE") -> Block:
    """Evaluate ``tl.minimum``."""
    one, other, kind = converted(m, x, y)
    if kind.is_int:
        return Block(np.minimum(one, other), kind)
    return Block((np.minimum if propagate_nan == "ALL" else np.fmin)(one, other), kind)


def arms_of_maximum(m: Machine, x: Any, y: Any, propagate_nan: Any = "NONE") -> list[Any]:
    """Return, for each operand, a mask of the elements at which it is the larger one."""
    one, other, _ = converted(m, x, y)
    return [one > other, other > one]


def arms_of_minimum(m: Machine, x: Any, y: Any, propagate_nan: Any = "NONE") -> list[Any]:
    """Return, for each operand, a mask of the elements at which it is the smaller one."""
    one, other, _ = converted(m, x, y)
    return [one < other, other < one]


def _three(m: Machine, *values: Any) -> tuple[list[Any], Dtype]:
    """Return three operands converted to one type: the common type of the blocks, then combined with Python numbers."""
    kinds: dict[bool, Dtype] = {}
    for each in values:
        weak = not isinstance(each, Block)
        own = _type_of(each) if weak else each.type
        kinds[weak] = common_type(kinds[weak], own) if weak in kinds else own
    if len(kinds) == 2:
        kind = common_type(kinds[False], kinds[True], weak="right")
    else:
        (kind,) = kinds.values()
    return [as_type(m, each, kind).data for each in values], kind


def clamp(m: Machine, x: Any, min: Any, max: Any, propagate_nan: Any = "NONE") -> Block:  # noqa: A002
    """Evaluate ``tl.clamp``."""
    (given, low, high), kind = _three(m, x, min, max)
    if kind.is_int:
        return Block(np.minimum(np.maximum(given, low), high), kind)
    made = np.fmin(np.fmax(given, low), high)
    return Block(np.where(np.isnan(given), given, made)[()] if propagate_nan == "ALL" else made, kind)


def arms_of_clamp(m: Machine, x: Any, min: Any, max: Any, propagate_nan: Any = "NONE") -> list[Any]:  # noqa: A002
    """Return three masks: where the value itself, the lower bound and the upper bound are selected."""
    (given, low, high), _ = _three(m, x, min, max)
    return [(low <= given) & (given <= high), given < low, given > high]


def fma(m: Machine, x: Any, y: Any, z: Any) -> Block:
    """Evaluate ``tl.fma``; floating-point products are not rounded before the addition."""
    (one, other, third), kind = _three(m, x, y, z)
    if kind.is_int or kind.bits == 64 or m.double:
        return Block(m.rounded(one * other + third, kind) if kind.is_float else one * other + third, kind)
    wide = one.astype(np.float64) * other.astype(np.float64) + third.astype(np.float64)
    return Block(m.rounded(wide.astype(kind.numpy), kind), kind)


def umulhi(m: Machine, x: Any, y: Any) -> Block:
    """Evaluate ``tl.umulhi``: the upper half of the product of two integers, both taken as unsigned."""
    one, other, kind = converted(m, x, y)
    if kind.is_float or kind.bits < 32:
        raise ReferenceUnknownError(f"tl.umulhi of {kind.name}")
    unsigned = np.dtype(f"uint{kind.bits}")
    left, right = np.asarray(one).view(unsigned), np.asarray(other).view(unsigned)
    if kind.bits == 32:
        return Block(((left.astype(np.uint64) * right) >> np.uint64(32)).astype(unsigned).view(kind.numpy)[()], kind)
    return Block(_upper_of_128(left, right).view(kind.numpy)[()], kind)


def _upper_of_128(left: Any, right: Any) -> Any:
    low, half = np.uint64(0xFFFFFFFF), np.uint64(32)
    a, b, c, d = left >> half, left & low, right >> half, right & low
    middle = a * d + ((b * d) >> half)
    other = b * c + (middle & low)
    return a * c + (middle >> half) + (other >> half)


def compare_types(name: str, left: Any, right: Any) -> bool:
    """Return the result of ``==`` or ``!=`` for values that are known when the kernel is compiled."""
    same = left is right if isinstance(left, Dtype) or isinstance(right, Dtype) else left == right
    return same if name == "eq" else not same


_python: Any = operator
_KNOWN: dict[str, Callable[[Any, Any], Any]] = {
    "add": _python.add, "sub": _python.sub, "mul": _python.mul, "div": _python.truediv,
    "floordiv": _python.floordiv, "mod": _python.mod, "and": _python.and_, "or": _python.or_,
    "xor": _python.xor, "lt": _python.lt, "le": _python.le, "gt": _python.gt, "ge": _python.ge,
    "shl": _python.lshift, "shr": _python.rshift, "pow": _python.pow,
}  # fmt: skip
_LARGEST_KNOWN = 1 << 256
_LONGEST = 1 << 12


def known(name: str, left: Any, right: Any) -> Any:
    """Return the result of an operator on two Python values, as Python computes it.

    Raises:
        ReferenceUnknownError: if there is no result, or it is too large.
        ZeroDivisorError: for a division by zero.
    """
    if name in ("eq", "ne"):
        return compare_types(name, left, right)
    if isinstance(left, str) and name == "mod":
        raise ReferenceUnknownError("a formatted string")
    lengths = [len(cast("Sequence[Any]", each)) for each in (left, right) if isinstance(each, str | tuple)]
    if name == "mul" and lengths:
        times = [each for each in (left, right) if isinstance(each, int)]
        if len(times) != 1 or lengths[0] * times[0] > _LONGEST:
            raise ReferenceUnknownError("a long constant")
    if name in ("pow", "shl"):
        if not isinstance(left, int | float) or not isinstance(right, int | float):
            raise ReferenceUnknownError(f"the operator {name} of these constants")
        if abs(right) > 256 or abs(left) > _LARGEST_KNOWN:
            raise ReferenceUnknownError("a large constant")
    made: Any
    try:
        made = _KNOWN[name](left, right)
    except ZeroDivisionError as error:
        raise ZeroDivisorError("a division of constants by zero") from error
    except (TypeError, OverflowError) as error:
        raise ReferenceUnknownError(f"the operator {name} of these constants") from error
    lengths = [len(cast("Sequence[Any]", each)) for each in (made,) if isinstance(each, str | tuple)]
    if max(lengths, default=0) > _LONGEST or (isinstance(made, int) and abs(made) > _LARGEST_KNOWN):
        raise ReferenceUnknownError("a large constant")
    if isinstance(made, complex):
        raise ReferenceUnknownError("a complex constant")
    return made


def is_dynamic(value: Any) -> bool:
    """Return whether a value is not known when the kernel is compiled."""
    return isinstance(value, Block | Pointer)
