"""Matrix products and their precisions."""

from collections.abc import Callable

import ml_dtypes
import numpy as np

from synthesis.frontends.triton.texts.errors import TextError
from synthesis.frontends.triton.texts.shapes import check, integer
from synthesis.frontends.triton.texts.structure import Operation
from synthesis.frontends.triton.texts.types import Type
from synthesis.frontends.triton.texts.values import Array, Compute, full

PRECISIONS = ("tf32", "tf32x3", "ieee", "bf16x3", "bf16x6")
"""The precisions of float32 products, by number. All but the first are computed in float32."""

_ROUNDING = {
    "assembly": "cvt.rna.tf32.f32 $0, $1;",
    "constraints": "=r,r",
    "packed_element": 1,
    "pure": True,
}


def as_tf32(value: Array) -> Array:
    """Return float32 numbers rounded to TF32, ties away from zero, as in PTX's ``cvt.rna.tf32.f32``."""
    bits = value.view(np.uint32)
    rounded = ((bits + np.uint32(0x1000)) & np.uint32(0xFFFFE000)).view(np.float32)
    return np.where(np.isfinite(value), rounded, value)


def rounding_assembly(operation: Operation) -> Compute:
    """Return the function of the one piece of assembly that Triton itself prints: float32 numbers rounded to TF32.

    It splits the operands of a product of the precision ``tf32x3``.

    Raises:
        TextError: for any other assembly.
    """
    told = {name: operation.attributes.get(name) for name in _ROUNDING}
    types = [str(each.type.scalar) for each in (*operation.operands, *operation.results)]
    if told != _ROUNDING or types != ["f32", "f32"] or operation.operands[0].type != operation.results[0].type:
        raise TextError(operation.line, f"{operation.name} is not allowed")
    return as_tf32


def product_of(operation: Operation, a: Type, b: Type, c: Type) -> Callable[[Array, Array, Array], Array]:
    """Return the function of a product of two blocks plus an accumulator.

    Floating-point numbers of 8 or 16 bits are multiplied and summed in float32, and float64 in float64. The product of
    int8 is exact, with the lowest 32 bits of the sum.

    Raises:
        TextError: if the types do not fit together.
    """
    left, right, total = a.dimensions, b.dimensions, c.dimensions
    check(operation, len(left) in (2, 3) and len(left) == len(right) == len(total))
    check(operation, left[:-2] == right[:-2] == total[:-2] and left[-1] == right[-2])
    check(operation, total[-2:] == (left[-2], right[-1]))
    precision: object = operation.attributes.get("precision", operation.attributes.get("inputPrecision", 2))
    name = PRECISIONS[precision] if isinstance(precision, int) and 0 <= precision < len(PRECISIONS) else precision
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
    """Unpack bytes of two 4-bit floats each, the low half first, as float32; the axis becomes twice as long."""
    bits = np.moveaxis(np.ascontiguousarray(value).view(np.uint8), axis, -1)
    pairs = np.stack((_E2M1[bits & 15], _E2M1[bits >> 4]), axis=-1)
    return np.moveaxis(pairs.reshape(*bits.shape[:-1], -1), -1, axis)


def fp4_to_fp(operation: Operation) -> Callable[..., Array]:
    """Return the function of ``ttg.fp4_to_fp``."""
    source, target = operation.operands[0].type, operation.results[0].type
    shape, axis = list(source.dimensions), integer(operation, "axis")
    check(operation, 0 <= axis < len(shape) and source.element == "i8" and target.is_float)
    whole = tuple(shape)
    shape[axis] *= 2
    check(operation, target.shape == tuple(shape))

    def unpack(value: Array) -> Array:
        return unpacked(full(value, whole), axis).astype(target.dtype)

    return unpack


def dot_scaled(operation: Operation) -> Callable[..., Array]:
    """Return the function of ``tt.dot_scaled``. A scale is the exponent of a factor for a group along K.

    Raises:
        TextError: if the types do not fit together.
    """
    left, left_shape = _scaled_side(operation, "a", str(operation.attributes["lhs"]), "lhs_k_pack")
    right, right_shape = _scaled_side(operation, "b", str(operation.attributes["rhs"]), "rhs_k_pack")
    given = operation.operands[-1].type
    total, dtype = given.dimensions, given.dtype
    check(operation, left_shape[1] == right_shape[0] and total == (left_shape[0], right_shape[1]))
    count = 1 + (operation.given("a_scale") is not None)

    def multiply(*values: Array) -> Array:
        *sides, added = values
        return (np.matmul(left(*sides[:count]), right(*sides[count:])) + full(added, total)).astype(dtype)

    return multiply


def _scaled_side(operation: Operation, name: str, kind: str, pack: str) -> tuple[Callable[..., Array], tuple[int, int]]:
    """Return a function that multiplies one operand of a scaled product by its scales, and the result's shape.

    The function returns float32.
    """
    value, scale = operation.given(name), operation.given(f"{name}_scale")
    if kind not in ("e2m1", "bf16", "fp16", *_FORMATS) or value is None:
        raise TextError(operation.line, f"a scaled product of {kind}")
    given, inner = value.type, -1 if name == "a" else -2
    groups = scale.type.dimensions if scale else (1, 1)
    check(operation, len(given.dimensions) == len(groups) == 2 and (kind != "e2m1" or given.element == "i8"))
    packed = inner if operation.attributes.get(pack, True) else -3 - inner
    rows, columns = given.dimensions
    if kind == "e2m1":
        rows, columns = (rows * 2, columns) if packed == -2 else (rows, columns * 2)
    whole = rows, columns
    if scale:
        check(operation, scale.type.element == "i8" and groups[0] == whole[-3 - inner])
        check(operation, whole[inner] % groups[1] == 0)

    def side(block: Array, exponents: Array | None = None) -> Array:
        numbers = full(block, given.dimensions)
        if kind == "e2m1":
            numbers = unpacked(numbers, packed)
        elif kind in _FORMATS and given.element == "i8":
            numbers = np.ascontiguousarray(numbers).view(_FORMATS[kind])
        numbers = numbers.astype(np.float32)
        if exponents is None:
            return numbers
        bits = full(exponents, groups).view(np.uint8).astype(np.int32)
        factors = np.where(bits == 255, np.float32(np.nan), np.ldexp(np.float32(1), bits - 127)).astype(np.float32)
        spread = np.repeat(factors, whole[inner] // groups[1], axis=1)
        return numbers * (spread if inner == -1 else spread.T)

    return side, whole
