"""Recorded launches: a live kernel with its actual arguments as plain arrays."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from synthesis.core.records import KernelSpec, Origin
from synthesis.core.signatures import Domain

Array = npt.NDArray[np.generic]


class NotKeptError(Exception):
    """An error for a kernel or a launch that cannot be recorded; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """One launch of a kernel, with its arguments before it ran.

    Contents of structs have dotted paths (``state.q``). Contents of objects that are passed by id have paths with a
    colon (``mesh:points``).
    """

    values: Mapping[str, Array]
    """The numbers at each path. The axes are the array's, then those of an element.

    Of a large array, only the first rows are kept.
    """
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    """The full dimensions of the array at each path."""
    handles: Mapping[str, str] = field(default_factory=dict[str, str])
    """Maps the path of each id to the kind of object that the id stands for."""
    launch: tuple[int, ...] = ()
    tiled: bool = False
    lost: tuple[str, ...] = ()
    """Sentences about data that could not be recorded. If there are any, the launch cannot be replayed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """The deviations from the recorded values in all draws but the first."""

    share: float
    """The largest relative change of a floating-point number."""
    of_zeros: float
    """The largest change, in either direction, of numbers in an array of zeros."""
    only_up: bool = False
    """Whether zeros may only increase. Counts, variances and sums of squares start at zero."""
    whole: int = 0
    """The largest number added to integers."""

    def domain(self, value: Array) -> Domain:
        """Return the interval of the changes of an array of floating-point numbers.

        The changes are relative, or absolute if all numbers are zero.
        """
        if value.astype(np.float64).any():
            return Domain(low=-self.share, high=self.share)
        return Domain(low=0.0 if self.only_up else -self.of_zeros, high=self.of_zeros)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A live kernel as a specification with source, and its digest."""

    spec: KernelSpec
    digest: str
    """Digest of the text that the kernel lowers to in the program's process.

    A source whose text has the same digest defines the same kernel.
    """


def numbers_of(value: Array) -> tuple[float, ...]:
    """Return the elements of an array in their shortest exact form; one number if all are bitwise equal."""
    flat: Any = np.ascontiguousarray(value).reshape(-1)
    bits = flat.view(np.uint8).reshape(flat.size, -1)
    if (bits == bits[0]).all():
        flat = flat[:1]
    if flat.dtype.kind in "iub":
        return tuple(int(each) for each in flat)
    if flat.dtype in (np.float32, np.float16):
        return tuple(float(str(each)) for each in flat)
    return tuple(float(each) for each in flat)


def range_of(value: npt.ArrayLike) -> Domain:
    """Return the interval of the finite numbers in an array, or of the real parts of complex ones."""
    numbers = np.real(np.asarray(value)).astype(np.float64)
    finite = numbers[np.isfinite(numbers)]
    return Domain(low=float(finite.min()), high=float(finite.max())) if finite.size else Domain(low=0, high=0)


def cut(launched: Launched, sizes: Mapping[int, int]) -> Launched:
    """Return a launch with some dimensions of its arrays and of its launch size cut to smaller ones.

    Args:
        launched: the launch.
        sizes: the new dimension for each dimension to be cut.
    """

    def shorter(shape: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sizes.get(each, each) for each in shape)

    shapes = {path: shorter(shape) for path, shape in launched.shapes.items()}
    values = {
        path: value[tuple(slice(size) for size in _shape_of(launched, shapes, path))]
        for path, value in launched.values.items()
    }
    return replace(launched, values=values, shapes=shapes, launch=shorter(launched.launch))


def _shape_of(launched: Launched, shapes: Mapping[str, tuple[int, ...]], path: str) -> tuple[int, ...]:
    """Return the dimensions of an array; for the path of a struct's field, those of the array of structs."""
    while path not in shapes and "." in path:
        path = path.rpartition(".")[0]
    return shapes.get(path, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class CompiledFrom:
    """The function that a compiler made kernels from."""

    source: str
    origin: Origin
    licence: str


_COMPILED_FROM: ContextVar[CompiledFrom | None] = ContextVar("compiled_from", default=None)


@contextmanager
def launching(made: CompiledFrom) -> Generator[None]:
    """Record for all launches in this context that their kernels were compiled from a function."""
    token = _COMPILED_FROM.set(made)
    try:
        yield
    finally:
        _COMPILED_FROM.reset(token)


def with_source(described: Described) -> Described:
    """Return a kernel with the source, origin and licence of the function that it was compiled from.

    The function is that of the enclosing context of ``launching``; without one, the kernel is unchanged.
    """
    made = _COMPILED_FROM.get()
    if made is None:
        return described
    spec = replace(described.spec, compiled_from=made.source, origin=made.origin, licence=made.licence)
    return replace(described, spec=spec)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that is about to happen, with functions that compute further details."""

    kernel: Any
    """The live kernel, compared by identity. It supports weak references."""
    name: str
    module: str
    describe: Callable[[], Described]
    """Returns the kernel as text, or raises any exception of the tool if it cannot be written."""
    read: Callable[[], Launched]
    """Returns the arguments."""


class Listener(Protocol):
    """A receiver of launches."""

    def should_record(self, kernel: Any) -> bool:
        """Return whether to record a launch of a live kernel. It is called at every launch."""
        ...

    def take(self, call: Call) -> None:
        """Record a launch that is about to happen. It must not raise an exception."""
        ...

    def miss(self, kernel: str, module: str, why: str) -> None:
        """Record that a launch could not be recorded. It must not raise an exception."""
        ...
