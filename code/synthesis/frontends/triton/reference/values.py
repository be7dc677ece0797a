"""The values of an evaluation: blocks of numbers, pointers, and objects that a source names.

A value that is known when a kernel is compiled (``constexpr``) is a plain Python value: a number, a string, None, a
type, a tuple of values. Any other number is a block without dimensions.

Several programs are evaluated at once. Each is a lane. The last axis of every array of a block is that of the lanes;
its length is 1 if all lanes have the same numbers.
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
MOST_AT_ONCE = 1 << 18
"""Largest number of elements of a block in all lanes together; larger blocks are computed in fewer lanes."""


class DivergedError(Exception):
    """An error for lanes that differ where they must agree, so that they must be evaluated separately.

    Args:
        keys: a number for each lane. Lanes with the same number may stay together.
    """

    def __init__(self, keys: Array) -> None:
        super().__init__("lanes that differ")
        self.keys = keys


class CrowdedError(Exception):
    """An error for a block that is too large in all lanes together.

    Args:
        size: the number of its elements in one lane.
    """

    def __init__(self, size: int) -> None:
        super().__init__("too many lanes")
        self.size = size


class Block:
    """A block of numbers of one type.

    Args:
        data: an array of the block's shape and the lanes. Floating-point numbers are float64 in an evaluation in
            float64.
        type: the type that they have in Triton.
    """

    __slots__ = ("data", "type")

    def __init__(self, data: Any, type: Dtype) -> None:  # noqa: A002
        self.data = data
        self.type = type

    @property
    def shape(self) -> tuple[int, ...]:
        """The dimensions; empty for a number."""
        return self.data.shape[:-1]


class Narrowed(Block):
    """A block that was converted to a type of fewer than 32 bits, and that nothing has been computed with."""

    __slots__ = ()


class Buffer:
    """The memory of an argument.

    Args:
        name: the argument's name.
        data: its elements, in one dimension; those of one run after another.
        type: their type.
        size: the number of elements of one run; None for all.
    """

    __slots__ = ("data", "name", "size", "type")

    def __init__(self, name: str, data: Array, type: Dtype, size: int | None = None) -> None:  # noqa: A002
        self.name = name
        self.data = data
        self.type = type
        self.size = data.size if size is None else size


class Pointer:
    """A block of pointers to elements of one buffer.

    Args:
        buffer: the memory.
        offset: the distances from the start of the run's memory in elements, as int64, in all lanes.
    """

    __slots__ = ("buffer", "offset")

    def __init__(self, buffer: Buffer, offset: Any) -> None:
        self.buffer = buffer
        self.offset = offset

    @property
    def shape(self) -> tuple[int, ...]:
        """The dimensions; empty for a single pointer."""
        return self.offset.shape[:-1]

    @property
    def type(self) -> PointerType:
        """The type of the pointers."""
        return PointerType(self.buffer.type)


@dataclass(frozen=True, slots=True)
class Descriptor:
    """A tensor descriptor: an array with bounds, accessed in blocks of one shape."""

    pointer: Pointer
    sizes: tuple[Array, ...]
    """The extents in all lanes, as int64."""
    strides: tuple[Array, ...]
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
    """Evaluates the function, given the machine and the arguments."""


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


def bounded(shape: Sequence[Any], lanes: int = 1) -> tuple[int, ...]:
    """Return the shape of a new block, after checking it.

    Raises:
        ReferenceUnknownError: if it is not known when the kernel is compiled.
        ReferenceFaultError: if it has too many elements.
        CrowdedError: if it has too many elements in this number of lanes.
    """
    if not all(type(each) is int and each > 0 for each in shape):
        raise ReferenceUnknownError("a shape that does not consist of positive constants")
    _check_size(math.prod(shape), lanes)
    return tuple(shape)


def _check_size(size: int, lanes: int) -> None:
    if size > LARGEST:
        raise ReferenceFaultError(f"a block of more than {LARGEST} elements")
    if lanes > 1 and size * lanes > MOST_AT_ONCE:
        raise CrowdedError(size)


def check_product(left: Any, right: Any) -> None:
    """Check the size of the result of broadcasting two arrays, whose last axis is that of the lanes.

    Raises:
        ReferenceUnknownError: if they are not compatible.
        ReferenceFaultError: if the result has too many elements.
        CrowdedError: if it has too many elements in all lanes together.
    """
    if left.size * right.size > MOST_AT_ONCE and left.shape != right.shape:
        *shape, lanes = broadcast_shape(left.shape, right.shape)
        _check_size(math.prod(shape), lanes)


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


def agreed(values: Array) -> Any:
    """Return the number that all lanes have.

    Raises:
        DivergedError: if they differ.
    """
    if values.size > 1 and bool((values != values[0]).any()):
        raise DivergedError(values)
    return values[0]


def lanes_first(data: Any) -> Any:
    """Return an array with the axis of the lanes first."""
    return data.transpose(-1, *range(data.ndim - 1))


def lanes_last(data: Any) -> Any:
    """Return an array whose first axis is that of the lanes with that axis last."""
    return data.transpose(*range(1, data.ndim), 0)


def with_same_lanes(*data: Array) -> list[Array]:
    """Return arrays broadcast to the largest number of lanes among them."""
    most = max(each.shape[-1] for each in data)
    return [each if each.shape[-1] == most else np.broadcast_to(each, (*each.shape[:-1], most)) for each in data]


def contiguous_by_lane(data: Array) -> Array:
    """Return the same array with a memory layout in which the numbers of each lane are contiguous, in the same order.

    NumPy then adds them in the same order, whatever the number of lanes.
    """
    if data.shape[-1] == 1:
        return data
    axes = [data.ndim - 1, *np.argsort([-abs(each) for each in data.strides[:-1]], kind="stable")]
    return np.ascontiguousarray(data.transpose(axes)).transpose(np.argsort(axes))
