"""The values of a running text.

A number is a NumPy scalar, and a block of numbers is an array of its element type. A block may have length 1 along an
axis where all of its elements are equal, so a splat is one element. A buffer of local memory is an array of which other
arrays are views.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from synthesis.frontends.triton.texts.types import DType

Array = np.ndarray[Any, Any]
Number = Any
"""A NumPy scalar or an array."""

where: Callable[[Any, Any, Any], Any] = np.where
"""NumPy's ``where``, which lacks types for these values."""

Binary = Callable[[Any, Any], Any]
Compute = Callable[[], Any] | Callable[[Any], Any] | Binary | Callable[[Any, Any, Any], Any]
"""A function of the values of the operands."""


@dataclass(frozen=True, slots=True)
class Pointer:
    """A pointer, or a block of them."""

    array: Any
    """The number of the array, or an array of numbers if they differ."""
    offset: Any
    """The element that it points to, counted in elements of its type, as int64."""

    def mapped(self, change: Callable[[Any], Any]) -> "Pointer":
        """Return the pointer with its array numbers and offsets rearranged."""
        return Pointer(self.array if isinstance(self.array, int) else change(self.array), change(self.offset))


@dataclass(frozen=True, slots=True, kw_only=True)
class Descriptor:
    """A tensor descriptor: a part of an array that is accessed in blocks."""

    base: Pointer
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    block: tuple[int, ...]
    dtype: DType
    fill: float
    """The value of elements outside the bounds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The bounds of a tensor descriptor that the host makes for an array."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    block: tuple[int, ...]
    fill: float = 0.0
    """The value of elements outside the bounds."""


def unset(dtype: DType, shape: tuple[int, ...]) -> Array:
    """Return placeholders for elements without a value: NaN, the largest integer or true."""
    if dtype.kind == "i":
        return np.full(shape, np.iinfo(dtype).max, dtype)
    return np.full(shape, np.nan).astype(dtype)


def full(value: Array, shape: tuple[int, ...]) -> Array:
    """Return a block broadcast to its full shape."""
    return value if np.shape(value) == shape else np.broadcast_to(value, shape)


def arranged(value: Any, change: Callable[[Any], Any]) -> Any:
    """Return numbers or pointers with a rearrangement applied."""
    return value.mapped(change) if isinstance(value, Pointer) else change(value)
