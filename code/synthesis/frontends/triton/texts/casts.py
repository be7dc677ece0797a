"""Conversions between types."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import ml_dtypes
import numpy as np

from synthesis.frontends.triton.texts.elementwise import unsigned
from synthesis.frontends.triton.texts.errors import TextError
from synthesis.frontends.triton.texts.structure import Operation
from synthesis.frontends.triton.texts.types import DType, Kind, Type
from synthesis.frontends.triton.texts.values import Compute, Number, Pointer, where

_limits: Any = ml_dtypes.finfo


def rounded_to_nearest(value: Number, target: DType) -> Number:
    """Return floating-point numbers in another type, rounded to the nearest, ties to even.

    Numbers too large for an 8-bit format, including infinities, become its largest finite number, as in PTX's
    ``cvt.rn.satfinite``.
    """
    if target.itemsize > 1:
        return value.astype(target)
    largest = np.asarray(_limits(target).max).astype(value.dtype)
    return np.clip(value, -largest, largest).astype(target)


def rounded_to_zero(value: Number, target: DType) -> Number:
    """Return floating-point numbers in a smaller type, truncated."""
    near = np.asarray(rounded_to_nearest(value, target))
    beyond = np.abs(near.astype(value.dtype)) > np.abs(value)
    bits = near.view(f"u{target.itemsize}")
    return (bits - beyond.astype(bits.dtype)).view(target)[()]


def _shapes_agree(operation: Operation) -> tuple[Type, Type]:
    source, target = operation.operands[0].type, operation.results[0].type
    if source.shape != target.shape:
        raise TextError(operation.line, f"a cast of {source} to {target}")
    return source, target


def _float_cast(operation: Operation) -> Compute:
    source, target = _shapes_agree(operation)
    dtype = target.dtype
    if not (source.is_float and target.is_float):
        raise TextError(operation.line, f"a cast of floats from {source} to {target}")
    wider = target.bits > source.bits or (target.bits == source.bits == 8)
    expected = {"arith.extf": target.bits > source.bits, "arith.truncf": target.bits < source.bits}
    if not expected.get(operation.name, True):
        raise TextError(operation.line, f"{operation.name} from {source} to {target}")
    rounding = operation.attributes.get("rounding")
    if rounding not in (None, "rtne", "rtz"):
        raise TextError(operation.line, f"unknown rounding {rounding}")
    if wider:
        return lambda a: a.astype(dtype)
    if rounding == "rtz" or operation.attributes.get("toward_zero"):
        return lambda a: rounded_to_zero(a, dtype)
    return lambda a: rounded_to_nearest(a, dtype)


def _to_float(operation: Operation) -> Compute:
    source, target = _shapes_agree(operation)
    dtype = target.dtype
    if not (source.is_integer and target.is_float):
        raise TextError(operation.line, f"{operation.name} from {source} to {target}")
    if operation.name == "arith.uitofp":
        return lambda a: unsigned(a).astype(dtype)
    if source.element == "i1":
        return lambda a: -a.astype(dtype)
    return lambda a: a.astype(dtype)


def _to_integer(operation: Operation) -> Compute:
    source, target = _shapes_agree(operation)
    if not (source.is_float and target.is_integer) or target.element == "i1":
        raise TextError(operation.line, f"{operation.name} from {source} to {target}")
    signed = operation.name == "arith.fptosi"
    lowest, limit = (-(2.0 ** (target.bits - 1)), 2.0 ** (target.bits - 1)) if signed else (0.0, 2.0**target.bits)
    via = np.dtype(target.dtype if signed else f"u{target.dtype.itemsize}")

    def convert(a: Number) -> Number:
        whole = np.trunc(a if a.dtype.itemsize >= 4 else a.astype(np.float32))
        fits = (whole >= lowest) & (whole < limit)
        return where(fits, whole, 0).astype(via).view(target.dtype)  # a number that does not fit has no defined result

    return convert


def _integer_cast(operation: Operation) -> Compute:
    source, target = _shapes_agree(operation)
    name, dtype = operation.name, target.dtype
    if not (source.is_integer and target.is_integer):
        raise TextError(operation.line, f"{name} from {source} to {target}")
    widens = target.bits > source.bits
    if (name == "arith.trunci" and widens) or (name in ("arith.extsi", "arith.extui") and not widens):
        raise TextError(operation.line, f"{name} from {source} to {target}")
    if target.element == "i1":
        return lambda a: (a & a.dtype.type(1)).astype(np.bool_)
    if name in ("arith.extui", "arith.index_castui"):
        return lambda a: unsigned(a).astype(dtype)
    if source.element == "i1":
        return lambda a: -a.astype(dtype)
    return lambda a: a.astype(dtype)


def _bitcast(operation: Operation) -> Compute:
    source, target = _shapes_agree(operation)
    if source.kind is Kind.POINTER and target.kind is Kind.POINTER:
        return _pointer_cast(operation.line, source.dtype.itemsize, target.dtype.itemsize)
    if source.kind is not Kind.NUMBER or target.kind is not Kind.NUMBER or source.bits != target.bits:
        raise TextError(operation.line, f"a cast of the bits of {source} to {target}")
    dtype = target.dtype
    return lambda a: a.view(dtype)


def _pointer_cast(line: int, old: int, new: int) -> Compute:
    if old == new:
        return lambda a: a
    if old % new == 0:
        factor = np.int64(old // new)
        return lambda a: Pointer(a.array, a.offset * factor)
    divisor = np.int64(new // old)

    def cast(a: Pointer) -> Pointer:
        if (a.offset % divisor).any():
            raise TextError(line, "a pointer that is not aligned to elements of its new type")
        return Pointer(a.array, a.offset // divisor)

    return cast


CASTS: Mapping[str, Callable[[Operation], Compute]] = MappingProxyType(
    {
        **dict.fromkeys(("arith.extf", "arith.truncf", "tt.fp_to_fp"), _float_cast),
        **dict.fromkeys(("arith.sitofp", "arith.uitofp"), _to_float),
        **dict.fromkeys(("arith.fptosi", "arith.fptoui"), _to_integer),
        **dict.fromkeys(
            ("arith.extsi", "arith.extui", "arith.trunci", "arith.index_cast", "arith.index_castui"), _integer_cast
        ),
        **dict.fromkeys(("arith.bitcast", "tt.bitcast"), _bitcast),
    }
)
"""Maps each cast to a function that checks the types and returns the function to apply to the operand."""
