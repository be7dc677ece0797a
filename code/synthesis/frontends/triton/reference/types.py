"""The number types of the language, and its type promotion rules."""

from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np

from synthesis.frontends.base import ReferenceUnknownError

_KINDS = {"bool": 0, "int": 1, "uint": 1, "float": 2}


@dataclass(frozen=True, eq=False, slots=True)
class Dtype:
    """A number type. There is only one object for each type."""

    name: str
    """The name of the type in Triton: ``fp32``, ``int32``."""
    bits: int
    kind: str
    """``bool``, ``int``, ``uint`` or ``float``."""
    numpy: np.dtype[Any]
    digits: int = 0
    """Number of stored bits of the fraction of a floating-point type."""

    @property
    def is_float(self) -> bool:
        """Whether it is a floating-point type."""
        return self.kind == "float"

    @property
    def is_int(self) -> bool:
        """Whether it is an integer type, or the type of truth values, which counts as unsigned."""
        return self.kind != "float"

    @property
    def is_signed(self) -> bool:
        """Whether it is a signed integer type."""
        return self.kind == "int"

    @property
    def limits(self) -> tuple[int, int]:
        """The smallest and the largest value of an integer type."""
        if self.is_signed:
            return -(1 << (self.bits - 1)), (1 << (self.bits - 1)) - 1
        return 0, (1 << self.bits) - 1


@dataclass(frozen=True, slots=True)
class PointerType:
    """The type of pointers to elements of a number type."""

    element: Dtype


INT1 = Dtype("int1", 1, "bool", np.dtype(np.bool_))
INT8, INT16, INT32, INT64 = (
    Dtype(f"int{bits}", bits, "int", np.dtype(f"int{bits}")) for bits in (8, 16, 32, 64)
)  # fmt: skip
UINT8, UINT16, UINT32, UINT64 = (
    Dtype(f"uint{bits}", bits, "uint", np.dtype(f"uint{bits}")) for bits in (8, 16, 32, 64)
)
FLOAT8E4NV = Dtype("fp8e4nv", 8, "float", np.dtype(ml_dtypes.float8_e4m3fn), 3)
FLOAT8E5 = Dtype("fp8e5", 8, "float", np.dtype(ml_dtypes.float8_e5m2), 2)
FLOAT8E4B8 = Dtype("fp8e4b8", 8, "float", np.dtype(ml_dtypes.float8_e4m3fnuz), 3)
FLOAT8E5B16 = Dtype("fp8e5b16", 8, "float", np.dtype(ml_dtypes.float8_e5m2fnuz), 2)
FLOAT16 = Dtype("fp16", 16, "float", np.dtype(np.float16), 10)
BFLOAT16 = Dtype("bf16", 16, "float", np.dtype(ml_dtypes.bfloat16), 7)
FLOAT32 = Dtype("fp32", 32, "float", np.dtype(np.float32), 23)
FLOAT64 = Dtype("fp64", 64, "float", np.dtype(np.float64), 52)

TYPES = {
    "int1": INT1, "int8": INT8, "int16": INT16, "int32": INT32, "int64": INT64, "uint8": UINT8, "uint16": UINT16,
    "uint32": UINT32, "uint64": UINT64, "float8e4nv": FLOAT8E4NV, "float8e5": FLOAT8E5, "float8e4b8": FLOAT8E4B8,
    "float8e5b16": FLOAT8E5B16, "float16": FLOAT16, "bfloat16": BFLOAT16, "float32": FLOAT32, "float64": FLOAT64,
}  # fmt: skip
"""The type of each public name in ``triton.language``."""
SPELLED = {
    **{each.name: each for each in TYPES.values()},
    **{f"{prefix}{bits}": TYPES[f"{full}{bits}"] for prefix, full in (("i", "int"), ("u", "uint")) for bits in
       (8, 16, 32, 64)}, "i1": INT1, "u1": INT1,
}  # fmt: skip
"""The type of each spelling in a signature: ``fp32``, ``i32``, ``u8``."""
COARSE = {
    **{each.name: 2.0**-each.digits for each in (FLOAT8E4NV, FLOAT8E5, FLOAT8E4B8, FLOAT8E5B16, FLOAT16, BFLOAT16)},
    "tf32": 2.0**-10,
}
"""The unit in the last place at 1 of each type of fewer than 32 bits, by its name.

The operands of a product of matrices may be rounded to ``tf32``, TensorFloat-32.
"""


def type_of_number(value: float) -> Dtype:
    """Return the default type of a Python number.

    Raises:
        ReferenceUnknownError: for an integer of more than 64 bits.
    """
    if isinstance(value, bool):
        return INT1
    if isinstance(value, int):
        for kind in (INT32, UINT32, INT64, UINT64):
            if kind.limits[0] <= value <= kind.limits[1]:
                return kind
        raise ReferenceUnknownError("an integer of more than 64 bits")
    size = abs(value)
    fits = size == 0 or not np.isfinite(size) or 2.0**-126 <= size <= float(np.finfo(np.float32).max)
    return FLOAT32 if fits else FLOAT64


def integers_promoted(left: Dtype, right: Dtype) -> Dtype:
    """Return the common type of two integer types, by the usual arithmetic conversions of C."""
    if left.is_signed == right.is_signed:
        return left if left.bits > right.bits else right
    unsigned, signed = (right, left) if left.is_signed else (left, right)
    return unsigned if unsigned.bits >= signed.bits else signed


def common_type(left: Dtype, right: Dtype, *, weak: str = "", divides: bool = False) -> Dtype:
    """Return the type in which a binary operation is computed.

    Args:
        left: the type of the left operand.
        right: that of the right one.
        weak: ``left`` or ``right`` if only that operand is a Python number, else empty. Such an operand affects the
            type only if it is of a higher kind.
        divides: whether it is a division or a remainder, which is not computed in floating-point types of fewer than 32
            bits.

    Raises:
        ReferenceUnknownError: for a division of a signed and an unsigned integer.
    """
    if weak:
        number, other = (left, right) if weak == "left" else (right, left)
        if _KINDS[number.kind] <= _KINDS[other.kind]:
            left = right = other
    if left is right and not (divides and left.is_float and left.bits < 32):
        return left
    both = (left, right)
    if FLOAT64 in both:
        return FLOAT64
    if FLOAT32 in both or (divides and (left.is_float or right.is_float)):
        return FLOAT32
    if FLOAT16 in both:
        return FLOAT16
    if BFLOAT16 in both:
        return FLOAT32
    if left.is_float and right.is_float:
        return FLOAT16
    if left.is_float or right.is_float:
        raise ReferenceUnknownError(f"an operation of {left.name} and {right.name}")
    if divides and left.is_signed != right.is_signed:
        raise ReferenceUnknownError("a division of a signed and an unsigned integer")
    return integers_promoted(left, right)
