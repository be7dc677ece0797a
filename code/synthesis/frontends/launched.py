"""What a program was seen to call: a live kernel with the very arguments, as plain arrays."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from synthesis.core.records import Domain, KernelSpec

Array = npt.NDArray[np.generic]


class NotKeptError(Exception):
    """A kernel, or a launch of it, that cannot be kept; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launched:
    """One launch of a kernel: what it was given, before it ran.

    What structs hold stands under dotted paths (``state.q``), what the objects are made of whose ids are given under
    paths with a colon (``mesh:points``).
    """

    values: Mapping[str, Array]
    """Path to numbers: an array's dimensions, then those of an element. Of an array that is too large, the first rows
    alone."""
    shapes: Mapping[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    """Path to the dimensions of each array, all of it."""
    handles: Mapping[str, str] = field(default_factory=dict[str, str])
    """Path of an id to the kind of its object."""
    launch: tuple[int, ...] = ()
    tiled: bool = False
    lost: tuple[str, ...] = ()
    """What could not be kept, each in a sentence; nothing can be replayed then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """How far other draws than the first go from what was recorded."""

    share: float
    """Of a floating-point number."""
    of_zeros: float
    """What is added to numbers of an array of zeros at most, or taken off."""
    only_up: bool = False
    """Whether nothing is taken off zeros: counts, variances and sums of squares begin there."""
    whole: int = 0
    """What is added to whole numbers at most."""

    def domain(self, value: Array) -> Domain:
        """What is added to the numbers of an array, which are of floating point."""
        if value.astype(np.float64).any():
            return Domain(low=-self.share, high=self.share)
        return Domain(low=0.0 if self.only_up else -self.of_zeros, high=self.of_zeros)


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """A live kernel as text."""

    spec: KernelSpec
    digest: str
    """Of what it lowers to in the program's process: a source that gives the same is the kernel."""


def numbers_of(value: Array) -> tuple[float, ...]:
    """The numbers of an array, as short as they can be told from their neighbours; one if all are the same bits."""
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
    """The interval of some numbers, of those that are finite; of complex ones of their real parts."""
    numbers = np.real(np.asarray(value)).astype(np.float64)
    finite = numbers[np.isfinite(numbers)]
    return Domain(low=float(finite.min()), high=float(finite.max())) if finite.size else Domain(low=0, high=0)


def cut(launched: Launched, sizes: Mapping[int, int]) -> Launched:
    """A launch with dimensions of some sizes cut to others, wherever they are: of arrays, and of the launch itself."""

    def shorter(shape: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(sizes.get(each, each) for each in shape)

    shapes = {path: shorter(shape) for path, shape in launched.shapes.items()}
    values = {
        path: value[tuple(slice(size) for size in _shape_of(launched, shapes, path))]
        for path, value in launched.values.items()
    }
    return replace(launched, values=values, shapes=shapes, launch=shorter(launched.launch))


def _shape_of(launched: Launched, shapes: Mapping[str, tuple[int, ...]], path: str) -> tuple[int, ...]:
    """The dimensions of an array, or of the array of structs that a path names a field of."""
    while path not in shapes and "." in path:
        path = path.rpartition(".")[0]
    return shapes.get(path, ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A call that is about to happen, and what it takes to know more of it."""

    kernel: Any
    """The live kernel, by identity: what can be referred to weakly."""
    name: str
    module: str
    describe: Callable[[], Described]
    """The kernel as text; raises whatever the tool raises for one that cannot be told."""
    read: Callable[[], Launched]
    """What it is given."""


class Listener(Protocol):
    """Who is told of launches."""

    def wants(self, kernel: Any) -> bool:
        """Whether a launch of a live kernel is to be looked at; called at every launch."""
        ...

    def take(self, call: Call) -> None:
        """Look at a launch that is about to happen; raises nothing."""
        ...

    def miss(self, kernel: str, module: str, why: str) -> None:
        """Note that a launch could not be looked at; raises nothing."""
        ...
