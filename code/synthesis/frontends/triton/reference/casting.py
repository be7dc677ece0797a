"""Conversions between types."""

import math
from typing import Any, cast

import ml_dtypes
import numpy as np

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.triton.reference.machine import Machine
from synthesis.frontends.triton.reference.types import INT1, INT64, Dtype, PointerType, integers_promoted
from synthesis.frontends.triton.reference.values import Array, Block, BlockType, Narrowed, Pointer

_WORDS = {1: np.dtype(np.int8), 2: np.dtype(np.int16), 4: np.dtype(np.int32), 8: np.dtype(np.int64)}


def as_type(m: Machine, value: Any, kind: Dtype, rounding: str | None = None) -> Block:
    """Return a value converted to a type.

    Args:
        m: the machine.
        value: a block or a Python number.
        kind: the type.
        rounding: ``rtne`` (the default) or ``rtz`` for a conversion to a narrower floating-point type.
    """
    if not isinstance(value, Block):
        return m.number_of(value, kind)
    source = value.type
    if source is kind:
        return value
    if isinstance(value, Narrowed):
        m.computed_in(source.name)
    if kind is INT1:
        return Block(value.data != 0, kind)
    if not source.is_float:
        if not kind.is_float:
            return Block(value.data.astype(kind.numpy), kind)
        made = value.data.astype(m.format(kind))
        return Block(m.narrowed(made, kind) if source.bits > kind.digits else made, kind)
    if not kind.is_float:
        return Block(_truncated(m, value.data, kind), kind)
    if m.double:
        return Block(_within(value.data, kind), kind)
    if kind.digits >= source.digits and kind.bits > source.bits:
        return Block(value.data.astype(kind.numpy), kind)
    return Block(m.narrowed(_narrowed(value.data, kind, rounding), kind), kind)


def _narrowed(data: Any, kind: Dtype, rounding: str | None) -> Any:
    made = _within(data, kind).astype(kind.numpy)
    if rounding == "rtz":
        away = np.abs(made.astype(np.float64)) > np.abs(data.astype(np.float64))
        bits = made.view(_WORDS[kind.numpy.itemsize])
        made = (bits - away.astype(bits.dtype)).view(kind.numpy).reshape(data.shape)
    return made


def _within(data: Any, kind: Dtype) -> Any:
    """Return numbers clipped to the range of an 8-bit format, as GPUs convert them."""
    if kind.bits > 8:
        return data
    largest = float(cast(Any, ml_dtypes.finfo(kind.numpy)).max)
    wide = data.astype(np.float64) if data.dtype.kind != "f" else data
    return np.clip(wide, -largest, largest)


def _truncated(m: Machine, data: Any, kind: Dtype) -> Any:
    """Return floating-point numbers truncated to integers; those out of range have no defined result."""
    wide = data.astype(np.float64)
    low, high = kind.limits
    beyond = ~((np.trunc(wide) >= low) & (np.trunc(wide) < 2.0 ** (kind.bits - kind.is_signed)))
    inside = np.clip(np.nan_to_num(np.trunc(wide), nan=0.0, posinf=np.inf, neginf=-np.inf), low, high)
    over = inside >= 2.0 ** (kind.bits - kind.is_signed)
    made = np.where(over, kind.numpy.type(high), np.where(over, 0, inside).astype(kind.numpy))
    if not m.double:
        made = np.where(beyond, m.undefined(kind, beyond), made)
    return m.decided("truncate", made, wide)


def bits_as(m: Machine, value: Any, kind: Dtype) -> Block:
    """Reinterpret the bits of a value as another type of equal size.

    Raises:
        ReferenceUnknownError: if the sizes differ.
    """
    given = m.block_of(value)
    if given.type is kind:
        return given
    if given.type.bits != kind.bits:
        raise ReferenceUnknownError(f"the bits of {given.type.name} as {kind.name}")
    own = given.data.astype(given.type.numpy, copy=False)
    return Block(own.view(kind.numpy).astype(m.format(kind), copy=False), kind)


def cast_op(
    m: Machine,
    input: Any,  # noqa: A002
    dtype: Any,
    fp_downcast_rounding: str | None = None,
    bitcast: bool = False,
) -> Any:
    """Evaluate ``tl.cast`` or the method ``to``."""
    if isinstance(dtype, BlockType):
        dtype = dtype.scalar
    if isinstance(input, Pointer):
        if isinstance(dtype, PointerType) and dtype == input.type:
            return input
        raise ReferenceUnknownError("a conversion of a pointer")
    if isinstance(dtype, PointerType):
        raise ReferenceUnknownError("a conversion of an integer to a pointer, since arrays have no addresses here")
    if not isinstance(dtype, Dtype):
        raise ReferenceUnknownError("a conversion to a type that is not numeric")
    given = m.block_of(input)
    if bitcast:
        return bits_as(m, given, dtype)
    made = as_type(m, given, dtype, fp_downcast_rounding)
    if dtype.is_float and dtype.bits < 32 and given.type.is_float and dtype.bits < given.type.bits:
        return Narrowed(made.data, dtype)
    return made


def whole(m: Machine, value: Any) -> Any:
    """Return integers as int64.

    Raises:
        ReferenceUnknownError: if they are not integers.
    """
    given = m.block_of(value)
    if given.type.is_float:
        raise ReferenceUnknownError("a floating-point number where an integer is needed")
    return given.data.astype(INT64.numpy)


def numbers(value: Any) -> Array:
    """Return a single integer as an array of Python integers: one for each lane, or one for all lanes.

    Raises:
        ReferenceUnknownError: if it is something else.
    """
    if isinstance(value, Block) and math.prod(value.shape) == 1 and value.type.is_int:
        return value.data.reshape(-1).astype(object)
    if isinstance(value, int):
        return np.array([int(value)], object)
    raise ReferenceUnknownError("something else where a single integer is needed")


def loop_type(m: Machine, *bounds: Any) -> Dtype:
    """Return the type of the variable of a loop with the given bounds.

    Raises:
        ReferenceUnknownError: if a bound is not an integer.
    """
    kinds = [m.block_of(each).type for each in bounds]
    if any(each.is_float for each in kinds):
        raise ReferenceUnknownError("a loop whose bounds are not integers")
    kind = kinds[0]
    for each in kinds[1:]:
        kind = integers_promoted(kind, each)
    return kind
