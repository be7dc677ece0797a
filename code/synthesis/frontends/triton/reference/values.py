"""The values of an evaluation: blocks of numbers, pointers, and objects that a source names.

A value that is known when a kernel is compiled (``constexpr``) is a plain Python value: a number, a string, None, a
type, a tuple of values. A number that is not is a block without dimensions.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeGuard

import numpy as np
import numpy.typing as npt

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.triton.reference.types import Dtype, PointerType

Array = npt.NDArray[Any]
LARGEST = 1 << 20
"""Largest number of elements of a block, as in Triton."""


class Block:
    """A block of numbers of one type.

    Args:
        data: an array of the block's shape. Floating-point numbers are float64 in an evaluation in float64.
        type: the type that they have in Triton.
    """

    __slots__ = ("data", "type")

    def __init__(self, data: Any, type: Dtype) -> None:  # noqa: A002
        self.data = data
        self.type = type

    @property
    def shape(self) -> tuple[int, ...]:
        """The dimensions; empty for a number."""
        return self.data.shape


class Narrowed(Block):
    """A block that was converted to a type of fewer than 32 bits, and that nothing has been computed with."""

    __slots__ = ()


class Buffer:
    """The memory of an argument.

    Args:
        name: the argument's name.
        data: its elements, in one dimension.
        type: their type.
    """

    __slots__ = ("data", "name", "type")

    def __init__(self, name: str, data: Array, type: Dtype) -> None:  # noqa: A002
        self.name = name
        self.data = data
        self.type = type


class Pointer:
    """A block of pointers to elements of one buffer.

    Args:
        buffer: the memory.
        offset: the distances from the buffer's start in elements, as int64.
    """

    __slots__ = ("buffer", "offset")

    def __init__(self, buffer: Buffer, offset: Any) -> None:
        self.buffer = buffer
        self.offset = offset

    @property
    def shape(self) -> tuple[int, ...]:
        """The dimensions; empty for a single pointer."""
        return self.offset.shape

    @property
    def type(self) -> PointerType:
        """The type of the pointers."""
        return PointerType(self.buffer.type)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A tensor descriptor: an array with bounds, accessed in blocks of one shape."""

    pointer: Pointer
    sizes: tuple[int, ...]
    strides: tuple[int, ...]
    block: tuple[int, ...]
    padding: float
    """The value of elements outside the bounds."""


@dataclass(frozen=True, slots=True)
class BlockType:
    """The value of ``x.type``: an element type with a shape."""

    scalar: Dtype | PointerType
    shape: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Namespace:
    """A module that the source refers to, by its dotted path."""

    path: str


@dataclass(frozen=True, slots=True)
class Operation:
    """A function of the language."""

    name: str
    run: Callable[..., Any]
    """Takes the machine and the arguments."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A method bound to a value."""

    operation: Operation
    owner: Any


@dataclass(eq=False, slots=True)
class Function:
    """A function of the source, compiled to closures."""

    name: str
    node: Any
    """Its definition."""
    parameters: tuple[str, ...]
    defaults: dict[str, Any] = field(default_factory=dict[str, Any])
    """Closures that compute the defaults."""
    variadic: str = ""
    body: Callable[[Any], Any] | None = None
    names: dict[str, Any] = field(default_factory=dict[str, Any])
    """The names of its module."""
    known: bool = False
    """Whether it runs when a kernel is compiled, on Python values only."""


def is_tuple(value: Any) -> TypeGuard[tuple[Any, ...]]:
    """Return whether a value is a tuple."""
    return isinstance(value, tuple)


def bounded(shape: Sequence[Any]) -> tuple[int, ...]:
    """Return the shape of a new block, after checking it.

    Raises:
        ReferenceUnknownError: if it is not known when the kernel is compiled.
        ReferenceFaultError: if it has too many elements.
    """
    if not all(type(each) is int and each > 0 for each in shape):
        raise ReferenceUnknownError("a shape that is not made of positive constants")
    if math.prod(shape) > LARGEST:
        raise ReferenceFaultError(f"a block of more than {LARGEST} elements")
    return tuple(shape)


def check_product(left: Any, right: Any) -> None:
    """Check the size of the result of broadcasting two arrays.

    Raises:
        ReferenceFaultError: if the result has too many elements.
    """
    if left.size * right.size > LARGEST and math.prod(broadcast_shape(left.shape, right.shape)) > LARGEST:
        raise ReferenceFaultError(f"a block of more than {LARGEST} elements")


def broadcast_shape(*shapes: tuple[int, ...]) -> tuple[int, ...]:
    """Return the shape that several shapes are broadcast to.

    Raises:
        ReferenceUnknownError: if they are not compatible.
    """
    try:
        return np.broadcast_shapes(*shapes)
    except ValueError as error:
        raise ReferenceUnknownError(f"shapes that do not fit: {shapes}") from error


def shape_of(value: Any) -> tuple[int, ...]:
    """Return the shape of a value; that of a Python number is empty."""
    return value.shape if isinstance(value, Block | Pointer) else ()
