"""Matrix products and their precisions."""

from collections.abc import Callable
from typing import Any

import ml_dtypes
import numpy as np

from synthesis.frontends.triton.texts.errors import TextError
from synthesis.frontends.triton.texts.shapes import check
from synthesis.frontends.triton.texts.structure import Operation
from synthesis.frontends.triton.texts.types import Type
from synthesis.frontends.triton.texts.values import Array, full

PRECISIONS = ("tf32", "tf32x3", "ieee", "bf16x3", "bf16x6")
"""The precisions of products of float32 by their numbers. All but the first are computed in float32."""


def as_tf32(value: Array) -> Array:
    """Return float32 rounded to the nearest TF32, halves away from zero, as by PTX's ``cvt.rna.tf32.f32``."""
    bits = value.view(np.uint32)
    rounded = ((bits + np.uint32(0x1000)) & np.uint32(0xFFFFE000)).view(np.float32)
    return np.where(np.isfinite(value), rounded, value)


def product_of(operation: Operation, a: Type, b: Type, c: Type) -> Callable[[Array, Array, Array], Array]:
    """Return the function of a product of two blocks and what is added to it.

    Floats of 8 or 16 bits are multiplied and summed in float32, float64 in float64, and int8 exactly, with the lowest
    32 bits of the sum.

    Raises:
        TextError: if the types do not fit together.
    """
    left, right, total = a.shape or (), b.shape or (), c.shape or ()
    check(operation, len(left) in (2, 3) and len(left) == len(right) == len(total))
    check(operation, left[:-2] == right[:-2] == total[:-2] and left[-1] == right[-2])
    check(operation, total[-2:] == (left[-2], right[-1]))
    precision = operation.attributes.get("precision", operation.attributes.get("inputPrecision", 2))
    name = PRECISIONS[precision] if precision in range(len(PRECISIONS)) else precision
    if name not in PRECISIONS:
        raise TextError(operation.line, f"unknown precision {name}")
    if a.is_integer:
        check(operation, b.is_integer and c.element == "i32" and a.element == b.element == "i8")
        # Sums of fewer than 2**37 products of int8 are whole numbers that float64 holds.
        return lambda x, y, z: _whole(full(x, left), full(y, right)) + full(z, total)
    check(operation, b.is_float and c.is_float and a.bits <= 64)
    wide = np.dtype(np.float64 if a.element == "f64" else np.float32)
    rounds = name == "tf32" and a.element == b.element == "f32"

    def multiply(x: Array, y: Array, z: Array) -> Array:
        x, y = full(x, left).astype(wide, copy=False), full(y, right).astype(wide, copy=False)
        if rounds:
            x, y = as_tf32(x), as_tf32(y)
        return (np.matmul(x, y) + full(z, total).astype(wide, copy=False)).astype(c.dtype, copy=False)

    return multiply


def _whole(x: Array, y: Array) -> Array:
    return np.matmul(x.astype(np.float64), y.astype(np.float64)).astype(np.int64).astype(np.int32)


def dot(operation: Operation) -> Callable[..., Array]:
    """Return the function of ``tt.dot``."""
    return product_of(operation, *(each.type for each in operation.operands))


_E2M1 = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6], np.float32)
_FORMATS = {"e4m3": ml_dtypes.float8_e4m3fn, "e5m2": ml_dtypes.float8_e5m2}


def unpacked(value: Array, axis: int) -> Array:
    """Return pairs of 4-bit floats in bytes as float32, twice as many along an axis, the lower half of a byte first."""
    bits = np.moveaxis(value.view(np.uint8), axis, -1)
    pairs = np.stack((_E2M1[bits & 15], _E2M1[bits >> 4]), axis=-1)
    return np.moveaxis(pairs.reshape(*bits.shape[:-1], -1), -1, axis)


def dot_scaled(operation: Operation) -> Callable[..., Array]:
    """Return the function of ``tt.dot_scaled``, where a scale is the exponent of a factor of a group along K.

    Raises:
        TextError: if the types do not fit together.
    """
    sides: list[Callable[[Array, Any], Array]] = []
    shapes: list[tuple[int, ...]] = []
    for name, axis, key, pack in (("a", -1, "lhs", "lhs_k_pack"), ("b", -2, "rhs", "rhs_k_pack")):
        value, scale = operation.given(name), operation.given(f"{name}_scale")
        kind = str(operation.attributes[key])
        check(operation, value is not None and value.type.shape is not None and len(value.type.shape) == 2)
        packed = axis if operation.attributes.get(pack, True) else (-1 if axis == -2 else -2)
        shape = list(value.type.shape or ()) if value else []
        if kind == "e2m1":
            shape[packed] *= 2
        scale_shape = (scale.type.shape or ()) if scale else ()
        if scale:
            rows = shape[0 if axis == -1 else 1]
            check(operation, len(scale_shape) == 2 and scale_shape[0] == rows and shape[axis] % scale_shape[1] == 0)
            check(operation, scale.type.element == "i8")
        sides.append(_scaled_side(operation, kind, axis, packed, value.type if value else Type, scale_shape))
        shapes.append(tuple(shape))
    total = operation.operands[-1].type.shape or ()
    check(operation, shapes[0][1] == shapes[1][0] and total == (shapes[0][0], shapes[1][1]))
    dtype = operation.operands[-1].type.dtype
    has_a, has_b = operation.given("a_scale") is not None, operation.given("b_scale") is not None

    def multiply(*values: Array) -> Array:
        rest = list(values)
        a = rest.pop(0)
        a_scale = rest.pop(0) if has_a else None
        b = rest.pop(0)
        b_scale = rest.pop(0) if has_b else None
        return (np.matmul(sides[0](a, a_scale), sides[1](b, b_scale)) + full(rest[0], total)).astype(dtype)

    return multiply


def _scaled_side(
    operation: Operation, kind: str, axis: int, packed: int, given: Any, scale_shape: tuple[int, ...]
) -> Callable[[Array, Any], Array]:
    """Return a function that makes float32 of one side of a scaled product and its scales."""
    shape = given.shape
    if kind not in ("e2m1", "bf16", "fp16", *_FORMATS):
        raise TextError(operation.line, f"a scaled product of {kind}")
    check(operation, kind != "e2m1" or given.element == "i8")

    def side(value: Array, scale: Any) -> Array:
        whole = np.ascontiguousarray(full(value, shape))
        if kind == "e2m1":
            numbers = unpacked(whole, packed)
        elif kind in _FORMATS and given.element == "i8":
            numbers = whole.view(_FORMATS[kind]).astype(np.float32)
        else:
            numbers = whole.astype(np.float32)
        if scale is None:
            return numbers
        exponents = full(scale, scale_shape).view(np.uint8).astype(np.int32)
        factors = np.where(exponents == 255, np.float32(np.nan), np.ldexp(np.float32(1), exponents - 127))
        count = numbers.shape[axis] // scale_shape[1]
        spread = np.repeat(factors.astype(np.float32), count, axis=1)
        return numbers * (spread if axis == -1 else spread.T)

    return side
