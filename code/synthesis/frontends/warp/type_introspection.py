"""Access to facts about Warp's types, structs and the arguments of launches that Warp keeps in private attributes.

This module neither makes nor runs texts, so the oracle may use it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as _np
import warp as _warp
import warp._src.codegen as _codegen  # noqa: TID251
import warp._src.types as _types  # noqa: TID251

from synthesis.core.formats import numpy_dtype

wp: Any = _warp
_warp_codegen: Any = _codegen
_warp_types: Any = _types


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """An argument of a kernel or function, or a field of a struct."""

    name: str
    type: Any
    """The type as Warp keeps it: a value type, an array or a struct; for a generic one, the declared annotation."""


def is_struct(obj: object) -> bool:
    """Return whether an object is a Warp struct type."""
    return isinstance(obj, _warp_codegen.Struct)


def is_array(kind: Any) -> bool:
    """Return whether a type is an array type, indexed or not."""
    return _warp_types.is_array(kind)


def is_value_type(obj: object) -> bool:
    """Return whether an object is the type of a number, vector, matrix, quaternion or transform."""
    return isinstance(obj, type) and (obj in _warp_types.scalar_and_bool_types or hasattr(obj, "_wp_scalar_type_"))


def is_written_plainly(kind: Any) -> bool:
    """Return whether an annotation is an array, a struct or a value. Other types, such as tiles, have no short text."""
    return is_array(kind) or is_struct(kind) or kind is Any or kind in (float, int, bool) or is_value_type(kind)


def is_type_variable(kind: Any) -> bool:
    """Return whether an annotation is one of Warp's type variables, such as ``wp.Scalar``."""
    return isinstance(kind, TypeVar) and getattr(wp, kind.__name__, None) is kind


def members_of(struct: Any) -> tuple[tuple[str, Any, int], ...]:
    """Return the fields of a struct type: name, type, and offset in bytes."""
    return tuple((name, each.type, getattr(struct.ctype, name).offset) for name, each in struct.vars.items())


def array_at(address: int) -> Any:
    """Return the descriptor of the array at an address, with ``data``, ``shape`` and ``strides``."""
    return _warp_types.array_t.from_address(address)


def indexed_array_at(address: int) -> Any:
    """Return the descriptor of the indexed array at an address, with ``data``, ``indices`` and ``shape``."""
    return _warp_types.indexedarray_t.from_address(address)


def element_layout(kind: Any) -> Any:
    """Return the memory layout of an array's element as a NumPy dtype, including the shape of a vector or matrix."""
    if is_struct(kind):
        return _np.dtype(kind.numpy_dtype())
    scalar, shape, _ = parts_of_value_type(kind)
    name = {float: "float32", int: "int32", bool: "bool"}.get(kind) or (scalar or kind).__name__
    return _np.dtype((numpy_dtype(name), shape))


def grid_dimensions(grid: Any) -> tuple[int, int, int]:
    """Return the number of cells of a hash grid along each axis."""
    return grid._dim_x, grid._dim_y, grid._dim_z


def array_class(kind: Any) -> str:
    """Return the name of an array type's class: ``array``, ``indexedarray`` …"""
    return _warp_codegen.concrete_array_type(kind).__name__


def plain_array_of(element: Any, rank: int) -> Any:
    """Return the type of a plain array with elements of a type."""
    return wp.array(dtype=element, ndim=rank)


def plain_array(kind: Any) -> Any:
    """Return the type of the plain array behind an indexed or Fabric array."""
    return plain_array_of(kind.dtype, kind.ndim)


def name_in_texts(struct: Any) -> str:
    """Return a struct's name in Warp's generated text. It differs for structs of one name with different fields."""
    return struct.native_name


def fields_of(struct: Any) -> tuple[Parameter, ...]:
    """Return the fields of a struct type."""
    return tuple(Parameter(name=name, type=each.type) for name, each in struct.vars.items())


def parts_of_value_type(kind: Any) -> tuple[Any, tuple[int, ...], str]:
    """Return the scalar type, the shape and Warp's form name of a vector, matrix, quaternion or transform type.

    For any other type the scalar type is None, and the shape and the name are empty.
    """
    generic = getattr(kind, "_wp_generic_type_str_", "")
    return getattr(kind, "_wp_scalar_type_", None), tuple(getattr(kind, "_shape_", ())), generic


def numbers_of(value: Any) -> Sequence[Any] | None:
    """Return the Python numbers in a Warp constant that is a vector, matrix or number, row by row.

    Return None for any other object.
    """
    if hasattr(value, "_wp_scalar_type_"):
        flat = [component for row in value for component in (row if hasattr(row, "__len__") else (row,))]
        return [getattr(component, "value", component) for component in flat]
    return [value.value] if type(value) in _warp_types.scalar_types else None
