"""The objects that dotted names and attributes of values refer to."""

import math
from typing import Any

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.triton.reference import operations
from synthesis.frontends.triton.reference.shapes import rearranged
from synthesis.frontends.triton.reference.types import INT32, INT64, TYPES, Dtype, PointerType
from synthesis.frontends.triton.reference.values import (
    LARGEST,
    Block,
    BlockType,
    Bound,
    Descriptor,
    Namespace,
    Operation,
    Pointer,
    is_tuple,
)

CONSTEXPR = operations.OPERATIONS["constexpr"]
"""The value of ``tl.constexpr``, as an annotation and as a function."""
_LANGUAGE = "triton.language"
_PARTS = frozenset(f"{_LANGUAGE}.{each}" for each in ("core", "standard", "math", "random"))
_LIBRARIES = frozenset(f"{_LANGUAGE}.extra.{each}" for each in ("libdevice", "cuda.libdevice", "hip.libdevice"))
_CONSTANTS: dict[str, Any] = {
    "TRITON_MAX_TENSOR_NUMEL": LARGEST, "pi32_t": PointerType(INT32), "tensor": "tensor",
}  # fmt: skip
_NUMBERS = {"pi": math.pi, "e": math.e, "inf": math.inf, "nan": math.nan, "tau": math.tau}
_SYNTAX = {name: Operation(f"tl.{name}", operations.FUNCTIONS["multiple_of"]) for name in operations.SYNTAX}


def resolved(path: str) -> Any:
    """Return the function, type or constant to which a dotted name refers; for any other name, a namespace."""
    home, _, name = path.rpartition(".")
    if home in _PARTS:
        home = _LANGUAGE
    if home == _LANGUAGE:
        for table in (TYPES, operations.OPERATIONS, _SYNTAX, _CONSTANTS):
            if name in table:
                return table[name]
        if name in operations.NOT_MODELLED:
            raise ReferenceUnknownError(f"tl.{name}: {operations.NOT_MODELLED[name]}")
    elif home in _LIBRARIES and name in operations.OF_LIBDEVICE:
        return operations.OF_LIBDEVICE[name]
    elif home == f"{_LANGUAGE}.PropagateNan":
        return name
    elif home == "triton" and name in operations.OF_TRITON:
        return operations.OF_TRITON[name]
    elif home == "math":
        found = _NUMBERS.get(name, operations.OF_MATH.get(name))
        if found is not None:
            return found
    return Namespace(path)


def attribute(value: Any, name: str) -> Any:
    """Return an attribute of a value.

    Raises:
        ReferenceUnknownError: if it is not modelled.
    """
    if isinstance(value, Namespace):
        return resolved(f"{value.path}.{name}")
    if isinstance(value, Block | Pointer):
        return _of_block(value, name)
    if isinstance(value, Descriptor):
        return _of_descriptor(value, name)
    if isinstance(value, Dtype | PointerType):
        return _of_type(value, name)
    if isinstance(value, BlockType):
        return _of_block_type(value, name)
    if name == "value":
        return value
    if is_tuple(value) and name == "values":
        return value
    raise ReferenceUnknownError(f"the attribute {name} of a {type(value).__name__}")


def _of_block(value: Block | Pointer, name: str) -> Any:
    match name:
        case "shape":
            return value.shape
        case "dtype":
            return value.type
        case "type":
            return BlockType(value.type, value.shape)
        case "numel":
            return math.prod(value.shape)
        case "T" if len(value.shape) == 2:
            return rearranged(value, lambda data: data.swapaxes(0, 1))
        case _ if name in operations.OF_BLOCKS:
            return Bound(operations.OF_BLOCKS[name], value)
        case _:
            raise ReferenceUnknownError(f"the attribute {name} of a block")


def _of_descriptor(value: Descriptor, name: str) -> Any:
    if name in operations.OF_DESCRIPTORS:
        return Bound(operations.OF_DESCRIPTORS[name], value)
    if name == "dtype":
        return value.pointer.buffer.type
    if name == "block_shape":
        return value.block
    if name == "block_type":
        return BlockType(value.pointer.buffer.type, value.block)
    if name == "shape":
        return tuple(Block(each.astype(INT32.numpy), INT32) for each in value.sizes)
    if name == "strides":
        return tuple(Block(each, INT64) for each in value.strides)
    raise ReferenceUnknownError(f"the attribute {name} of a tensor descriptor")


def _of_block_type(value: BlockType, name: str) -> Any:
    match name:
        case "scalar":
            return value.scalar
        case "shape":
            return value.shape
        case "is_block":
            return _constant_method(bool(value.shape))
        case _:
            return _of_type(value.scalar, name)


def _of_type(value: Dtype | PointerType, name: str) -> Any:
    if isinstance(value, PointerType):
        known = {
            "element_ty": value.element,
            "scalar": value,
            "is_ptr": _constant_method(True),
            "is_floating": _constant_method(False),
        }
    else:
        known: dict[str, Any] = {
            "name": value.name, "scalar": value, "primitive_bitwidth": value.bits, "itemsize": value.bits // 8,
            "int_bitwidth": value.bits, "fp_mantissa_width": value.digits, "is_ptr": _constant_method(False),
            "is_block": _constant_method(False), "is_floating": _constant_method(value.is_float),
            "is_standard_floating": _constant_method(value.is_float and value.bits > 8),
            "is_int": _constant_method(value.is_int), "is_int_signed": _constant_method(value.is_signed),
            "is_int_unsigned": _constant_method(value.is_int and not value.is_signed),
            "is_bool": _constant_method(value.kind == "bool"),
            "is_fp8": _constant_method(value.is_float and value.bits == 8),
        }  # fmt: skip
        if value.is_int:
            low, high = value.limits
            known |= {"get_int_min_value": _constant_method(low), "get_int_max_value": _constant_method(high)}
    if name in known:
        return known[name]
    if name == "value":  # of a type that is a constexpr
        return value
    if isinstance(value, Dtype) and name.startswith("is_"):
        return _constant_method(name == f"is_{value.name}")
    raise ReferenceUnknownError(f"the attribute {name} of a type")


def _constant_method(answer: Any) -> Operation:
    """Return a method of a type that always returns the same answer."""

    def run(m: Any) -> Any:
        del m
        return answer

    return Operation("a question about a type", run)
