"""The names of types and constants of Triton's language in records; nothing here imports Triton."""

import re
from collections.abc import Mapping, Sequence

DTYPES: Mapping[str, str] = {
    "i1": "bool",
    "i8": "int8",
    "i16": "int16",
    "i32": "int32",
    "i64": "int64",
    "u8": "uint8",
    "u16": "uint16",
    "u32": "uint32",
    "u64": "uint64",
    "fp16": "float16",
    "bf16": "bfloat16",
    "fp32": "float32",
    "fp64": "float64",
    "fp8e4nv": "float8_e4m3fn",
    "fp8e5": "float8_e5m2",
}
"""NumPy's (or ml_dtypes') name of each type of an element, by Triton's short name."""

SHORT: Mapping[str, str] = {dtype: short for short, dtype in DTYPES.items()}
"""The reverse of ``DTYPES``."""

SPELLED: Mapping[str, str] = {
    "i1": "tl.int1",
    "i8": "tl.int8",
    "i16": "tl.int16",
    "i32": "tl.int32",
    "i64": "tl.int64",
    "u8": "tl.uint8",
    "u16": "tl.uint16",
    "u32": "tl.uint32",
    "u64": "tl.uint64",
    "fp16": "tl.float16",
    "bf16": "tl.bfloat16",
    "fp32": "tl.float32",
    "fp64": "tl.float64",
    "fp8e4nv": "tl.float8e4nv",
    "fp8e5": "tl.float8e5",
}
"""The types as Python spells them, by Triton's short name."""


_DESCRIPTOR = re.compile(r"tensordesc<(\w+)\[(\d{1,9}(?:, ?\d{1,9}){0,4})\]>", re.ASCII)
"""A type of tensor descriptors, which have up to five dimensions."""


def is_pointer(type_name: str) -> bool:
    """Return whether an argument's type is a pointer."""
    return type_name.startswith("*")


def descriptor_parts(type_name: str) -> tuple[str, tuple[int, ...]] | None:
    """Return the element type and the block shape of a tensor descriptor's type; None for any other type.

    For ``tensordesc<fp16[16, 32]>`` it is ``fp16`` and ``(16, 32)``.
    """
    found = _DESCRIPTOR.fullmatch(type_name)
    return found and (found[1], tuple(map(int, found[2].split(","))))


def descriptor_type(short: str, block: Sequence[int]) -> str:
    """Return the type of a tensor descriptor as Triton spells it."""
    return f"tensordesc<{short}[{', '.join(map(str, block))}]>"


def is_array(type_name: str) -> bool:
    """Return whether an argument's type is a pointer or a tensor descriptor."""
    return is_pointer(type_name) or descriptor_parts(type_name) is not None


def dtype_of(type_name: str) -> str:
    """Return the NumPy name of the element type of an argument's type.

    Raises:
        KeyError: if Triton has no such type.
    """
    return DTYPES[type_name.removeprefix("*")]


def long_name(short: str) -> str:
    """Return the long name of Triton's type: ``int32`` for ``i32``, ``fp32`` for ``fp32``."""
    bits = short[1:]
    return {"i": "int", "u": "uint"}.get(short[0], "") + bits if bits.isdigit() else short
