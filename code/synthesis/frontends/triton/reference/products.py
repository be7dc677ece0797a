"""Products of matrices."""

import math
from typing import Any

import ml_dtypes
import numpy as np

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.triton.reference.casting import bits_as
from synthesis.frontends.triton.reference.machine import Machine
from synthesis.frontends.triton.reference.types import (
    BFLOAT16,
    FLOAT8E4NV,
    FLOAT8E5,
    FLOAT16,
    FLOAT32,
    FLOAT64,
    INT8,
    INT32,
    UINT8,
    Dtype,
)
from synthesis.frontends.triton.reference.values import (
    Array,
    Block,
    Narrowed,
    bounded,
    contiguous_by_lane,
    lanes_first,
    lanes_last,
)

_PRECISIONS = frozenset({"tf32", "tf32x3", "ieee", "bf16x3", "bf16x6"})
_FORMATS = {"e4m3": FLOAT8E4NV, "e5m2": FLOAT8E5, "bf16": BFLOAT16, "fp16": FLOAT16}
_E2M1 = np.array([0, 0.5, 1, 1.5, 2, 3, 4, 6, -0.0, -0.5, -1, -1.5, -2, -3, -4, -6], np.float32)
"""The numbers of the format of 4 bits in the microscaling specification of the Open Compute Project."""


def _to_tf32(data: Array) -> Array:
    """Return float32 numbers rounded to the nearest TensorFloat-32 number, which has 10 fraction bits."""
    bits = np.ascontiguousarray(data).view(np.uint32)
    odd = (bits >> np.uint32(13)) & np.uint32(1)
    made = ((bits + np.uint32(0xFFF) + odd) & np.uint32(0xFFFFE000)).view(np.float32)
    return np.where(np.isfinite(data), made, data)


def result_type(left: Dtype, right: Dtype, out: Dtype) -> Dtype:
    """Return the type of a matrix product.

    Raises:
        ReferenceUnknownError: if there is no such product.
    """
    narrow = left.is_float and right.is_float and left.bits == right.bits == 8
    if not narrow and (left is not right or left not in (INT8, UINT8, FLOAT16, BFLOAT16, FLOAT32, FLOAT64)):
        raise ReferenceUnknownError(f"a product of matrices of {left.name} and {right.name}")
    if left is INT8:
        return INT32
    if left is UINT8 or out is BFLOAT16:
        raise ReferenceUnknownError(f"a product of matrices of {left.name} to {out.name}")
    if left in (FLOAT32, BFLOAT16):
        return FLOAT32
    return FLOAT64 if left is FLOAT64 else out


def dot(
    m: Machine,
    input: Any,  # noqa: A002
    other: Any,
    acc: Any = None,
    input_precision: Any = None,
    allow_tf32: Any = None,
    max_num_imprecise_acc: Any = None,
    out_dtype: Any = None,
) -> Block:
    """Evaluate ``tl.dot``.

    float32 operands of the precision ``tf32``, which is the default, are rounded to the nearest number of that format.
    In an evaluation in float64 nothing is rounded. The tolerance derived from the two evaluations covers hardware that
    truncates.
    """
    del max_num_imprecise_acc
    precision = input_precision or ("tf32" if allow_tf32 is None or allow_tf32 else "ieee")
    if str(precision).lower() not in _PRECISIONS:
        raise ReferenceUnknownError(f"the precision {precision} of tl.dot")
    out = out_dtype if isinstance(out_dtype, Dtype) else acc.type if isinstance(acc, Block) else FLOAT32
    kind = result_type(input.type, other.type, out)
    _fitting(input.shape, other.shape, acc)
    m.work(math.prod(input.shape) * other.shape[-1])
    left, right = input.data, other.data
    if kind is INT32:
        made = _times(left.astype(np.float64), right.astype(np.float64)).astype(np.int64).astype(np.int32)
        return Block(made if acc is None else made + acc.data, kind)
    for each in (input, other):
        if isinstance(each, Narrowed):
            m.computed_in(each.type.name)
    left, right = m.summed(left, input.type), m.summed(right, other.type)
    if input.type is FLOAT32 and str(precision).lower() == "tf32":
        m.computed_in("tf32")
        if not m.double:
            left, right = m.rounded_tf32(_to_tf32(left)), m.rounded_tf32(_to_tf32(right))
    return Block(_product(m, left, right, acc, kind), kind)


def _product(m: Machine, left: Array, right: Array, acc: Any, kind: Dtype) -> Array:
    wide = np.float64 if m.double or kind is FLOAT64 else np.float32
    made = _times(left.astype(wide, copy=False), right.astype(wide, copy=False))
    if acc is not None:
        made = made + acc.data.astype(wide, copy=False)
    return m.rounded(made.astype(m.format(kind), copy=False), kind)


def _times(left: Array, right: Array) -> Array:
    lanes = max(left.shape[-1], right.shape[-1])
    bounded((*left.shape[:-2], right.shape[-2]), lanes)
    return lanes_last(np.matmul(lanes_first(contiguous_by_lane(left)), lanes_first(contiguous_by_lane(right))))


def _fitting(left: tuple[int, ...], right: tuple[int, ...], acc: Any) -> None:
    fits = len(left) == len(right) >= 2 and left[:-2] == right[:-2] and left[-1] == right[-2]
    shape = (*left[:-1], right[-1])
    if not fits or (acc is not None and acc.shape != shape):
        raise ReferenceUnknownError("a product of matrices that do not fit")


def dot_scaled(
    m: Machine,
    lhs: Any,
    lhs_scale: Any,
    lhs_format: Any,
    rhs: Any,
    rhs_scale: Any,
    rhs_format: Any,
    acc: Any = None,
    fast_math: Any = False,
    lhs_k_pack: Any = True,
    rhs_k_pack: Any = True,
    out_dtype: Any = FLOAT32,
) -> Block:
    """Evaluate ``tl.dot_scaled``. Each group of elements along the summed axis of an operand has one scale."""
    del fast_math
    left = _scaled(m, lhs, lhs_scale, lhs_format, lhs_k_pack, transposed=False)
    right = _scaled(m, rhs, rhs_scale, rhs_format, rhs_k_pack, transposed=True).swapaxes(-2, -3)
    _fitting(left.shape[:-1], right.shape[:-1], acc)
    m.work(math.prod(left.shape[:-1]) * right.shape[-2])
    return Block(_product(m, m.summed(left, FLOAT32), m.summed(right, FLOAT32), acc, out_dtype), out_dtype)


def _scaled(m: Machine, value: Any, scale: Any, name: Any, k_pack: Any, *, transposed: bool) -> Array:
    """Return an operand multiplied by its scales, with the contracted axis next to that of the lanes."""
    wide = np.float64 if m.double else np.float32
    if name == "e2m1":
        codes = np.swapaxes(value.data, -2, -3) if transposed else value.data
        if not k_pack:
            codes = np.swapaxes(codes, -2, -3)
        pairs = np.stack([codes & np.uint8(15), codes >> np.uint8(4)], axis=-2)
        numbers = _E2M1[pairs.reshape(*codes.shape[:-2], -1, codes.shape[-1])].astype(wide)
        if not k_pack:
            numbers = np.swapaxes(numbers, -2, -3)
    else:
        if name not in _FORMATS:
            raise ReferenceUnknownError(f"the format {name} of tl.dot_scaled")
        numbers = bits_as(m, value, _FORMATS[name]).data.astype(wide)
        numbers = np.swapaxes(numbers, -2, -3) if transposed else numbers
    if scale is None:
        return numbers
    if scale.type is not UINT8:
        raise ReferenceUnknownError("scales of another type than uint8")
    factors = scale.data.view(ml_dtypes.float8_e8m0fnu).astype(wide)
    return numbers * np.repeat(factors, numbers.shape[-2] // factors.shape[-2], axis=-2)
