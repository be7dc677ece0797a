"""Python's operators on Warp's values, with C++'s arithmetic where Warp uses it.

Integers wrap around. On them, ``/`` truncates, ``//`` floors (except in Warp 1.17), and ``%`` takes the dividend's
sign. A shift count is taken modulo the width, as x86 and CUDA do for 32 bits.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from synthesis.core.formats import is_floating
from synthesis.frontends.base import ReferenceUnknownError, ZeroDivisorError
from synthesis.frontends.warp import introspection
from synthesis.frontends.warp.reference import rotations
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.values import (
    BOOL,
    Array,
    StructType,
    Tile,
    Value,
    matrix_type,
    vector_type,
    widen,
)
from synthesis.frontends.warp.releases import rounds_down

BUILT_INS = {
    "Add": "add", "Sub": "sub", "Mult": "mul", "MatMult": "mul", "Div": "div", "FloorDiv": "floordiv", "Pow": "pow",
    "Mod": "mod", "BitAnd": "bit_and", "BitOr": "bit_or", "BitXor": "bit_xor", "LShift": "lshift", "RShift": "rshift",
}  # fmt: skip
"""Maps Python's binary operators, by their names in the syntax tree, to the built-ins that they stand for."""
_COMPARISONS: dict[str, Callable[..., Any]] = {
    "Eq": np.equal,
    "NotEq": np.not_equal,
    "Lt": np.less,
    "LtE": np.less_equal,
    "Gt": np.greater,
    "GtE": np.greater_equal,
}


def binary(machine: Machine, operator: str, left: Any, right: Any) -> Any:
    """Return the result of a binary operator, named as in Python's syntax tree (``Add`` …)."""
    if isinstance(left, Tile) or isinstance(right, Tile):
        return _of_tiles(machine, operator, left, right)
    if not isinstance(left, Value) or not isinstance(right, Value):
        raise ReferenceUnknownError(f"{operator} of {type(left).__name__} and {type(right).__name__}")
    a, b = left.type, right.type
    if not a.shape and not b.shape:
        left, right = machine.agreed(left, right)
        return Value(left.type, arithmetic(machine, operator, left.data, right.data))
    if operator in ("Mult", "MatMult"):
        product = _product(machine.roughened(left), machine.roughened(right))
        if product is not None:
            return product
    if not a.shape:
        number = _as_scalar_of(machine, left, right)
        return Value(b, arithmetic(machine, operator, widen(number, len(b.shape)), right.data))
    if not b.shape:
        number = _as_scalar_of(machine, right, left)
        return Value(a, arithmetic(machine, operator, left.data, widen(number, len(a.shape))))
    if a.shape == b.shape and a.scalar == b.scalar and operator != "Mult":
        return Value(a, arithmetic(machine, operator, left.data, right.data))
    raise ReferenceUnknownError(f"{operator} of {a} and {b}")


def _as_scalar_of(machine: Machine, number: Value, other: Value) -> Array:
    if number.type.scalar != other.type.scalar:
        if number.literal is None:
            raise ReferenceUnknownError(f"mixed types {number.type.scalar} and {other.type.scalar}")
        number = machine.converted(number, other.type.scalar)
    return number.data


def _product(left: Value, right: Value) -> Value | None:
    """Return a product that is not elementwise; None if the product of these types is elementwise."""
    a, b = left.type, right.type
    if a.scalar != b.scalar:
        return None
    match a.form, b.form:
        case "matrix", "matrix" if a.shape[1] == b.shape[0]:
            return Value(matrix_type(a.scalar, a.shape[0], b.shape[1]), multiplied(left.data, right.data))
        case "matrix", "vector" if a.shape[1] == b.shape[0]:
            return Value(vector_type(a.scalar, a.shape[0]), multiplied(left.data, right.data[:, :, None])[:, :, 0])
        case "vector", "matrix" if a.shape[0] == b.shape[0]:
            return Value(vector_type(a.scalar, b.shape[1]), multiplied(left.data[:, None, :], right.data)[:, 0])
        case "quaternion", "quaternion":
            return Value(a, rotations.multiplied(left.data, right.data))
        case "transform", "transform":
            return Value(a, rotations.composed(left.data, right.data))
        case _:
            return None


def multiplied(left: Array, right: Array) -> Array:
    """Return matrix products, ``(lanes, i, j)`` by ``(lanes, j, k)``, summed in order in the operands' precision."""
    total = left[:, :, :1] * right[:, :1]
    for place in range(1, left.shape[2]):
        total = total + left[:, :, place : place + 1] * right[:, place : place + 1]
    return total


def _of_tiles(machine: Machine, operator: str, left: Any, right: Any) -> Tile:
    """Apply an operator elementwise to tiles; a number is repeated for each element."""
    tile = left if isinstance(left, Tile) else right
    if isinstance(left, Tile) and isinstance(right, Tile) and left.shape != right.shape:
        raise ReferenceUnknownError("an operation on tiles of two shapes")
    lanes = max(len(left.data), len(right.data))
    size = int(np.prod(tile.shape))

    def elements(operand: Any) -> Value:
        data = np.broadcast_to(operand.data, (lanes, *operand.data.shape[1:]))
        if isinstance(operand, Tile):
            return Value(operand.type, data.reshape(lanes * size, *operand.type.shape))
        return Value(operand.type, np.repeat(data, size, 0), operand.literal)

    made = binary(machine.spread(lanes, size), operator, elements(left), elements(right))
    return Tile(made.type, tile.shape, made.data.reshape(lanes, *tile.shape, *made.type.shape))


def arithmetic(machine: Machine, operator: str, left: Array, right: Array) -> Array:
    """Apply an operator to arrays of one scalar type."""
    whole = left.dtype.kind in "iu"
    match operator:
        case "Add":
            return left + right
        case "Sub":
            return left - right
        case "Mult":
            return left * right
        case "Div" | "FloorDiv" | "Mod" if whole:
            return _divided(machine, operator, left, right)
        case "Div":
            machine.note_undefined(lambda: right == 0)
            return left / right
        case "FloorDiv":
            return np.floor(left / right)
        case "Mod":
            return np.fmod(left, right)
        case "Pow" if is_floating(left.dtype):
            machine.note_undefined(lambda: (left == 0) & ((right < 1) | (len(right) > 1)))
            return np.power(left, right)
        case "BitAnd":
            return left & right
        case "BitOr":
            return left | right
        case "BitXor":
            return left ^ right
        case "LShift" | "RShift" if whole:
            width = max(32, 8 * left.dtype.itemsize)
            count = (right & (width - 1)).astype(right.dtype)
            return left << count if operator == "LShift" else left >> count
        case _:
            raise ReferenceUnknownError(f"operator {operator} on {left.dtype}")


def _divided(machine: Machine, operator: str, left: Array, right: Array) -> Array:
    zero = right == 0
    if zero.any():
        lanes = np.broadcast_to(zero, np.broadcast(left, right).shape)
        if (lanes.reshape(len(lanes), -1).any(1) & machine.mask).any():
            raise ZeroDivisorError("an integer division by zero")
        right = np.where(zero, 1, right).astype(right.dtype)
    if operator == "Mod":
        return np.fmod(left, right)
    quotient = np.floor_divide(left, right)
    if left.dtype.kind == "u" or (operator == "FloorDiv" and rounds_down(introspection.scalar_header())):
        return quotient
    remainder = left - quotient * right
    return (quotient + ((remainder != 0) & ((remainder < 0) != (left < 0)))).astype(left.dtype)


def unary(machine: Machine, operator: str, operand: Any) -> Any:
    """Return the value of an operator with one operand."""
    if operator == "Not":
        return Value(BOOL, ~machine.truth(operand))
    if isinstance(operand, Tile) and operator == "USub":
        return Tile(operand.type, operand.shape, -operand.data)
    if not isinstance(operand, Value):
        raise ReferenceUnknownError(f"{operator} of a {type(operand).__name__}")
    if operator == "USub":
        return Value(operand.type, -operand.data, None if operand.literal is None else -operand.literal)
    return operand if operator == "UAdd" else Value(operand.type, ~operand.data)


def compared(machine: Machine, operator: str, left: Any, right: Any) -> Array:
    """Return whether a comparison holds, one entry per lane; numbers of mixed types are compared as in C++."""
    if isinstance(left, Value) and isinstance(right, Value):
        a, b = left.type, right.type
        if not a.shape and not b.shape and a.scalar != b.scalar:
            if left.literal is not None or right.literal is not None:
                left, right = machine.agreed(left, right)
            elif a.is_float != b.is_float:
                left, right = (left, machine.converted(right, a.scalar)) if a.is_float else (
                    machine.converted(left, b.scalar), right)  # fmt: skip
            elif not a.is_float:
                common = np.promote_types(a.scalar, b.scalar) if "u" not in (a.scalar[0], b.scalar[0]) else np.dtype(
                    max(a.scalar, b.scalar, key=lambda name: (np.dtype(name).itemsize, name[0] == "u")))  # fmt: skip
                left, right = (machine.converted(each, common.name) for each in (left, right))
        holds = _COMPARISONS.get(operator)
        if holds is None:
            raise ReferenceUnknownError(f"comparison {operator}")
        result = holds(left.data, right.data)
        if not a.shape:
            return result
        if operator not in ("Eq", "NotEq"):
            raise ReferenceUnknownError("the order of vectors")
        flat = result.reshape(len(result), -1)
        return flat.all(1) if operator == "Eq" else flat.any(1)
    if operator in ("Is", "IsNot", "Eq", "NotEq"):
        same = left is right or (
            isinstance(left, StructType) and isinstance(right, StructType) and left.name == right.name
        )
        same = same or (isinstance(left, str) and left == right)
        return np.array([same == (operator in ("Is", "Eq"))])
    raise ReferenceUnknownError(f"comparison {operator} of {type(left).__name__}")
