"""A jaxpr as data, in one form for what tracing gives and what a printed text says. Nothing here computes."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ml_dtypes
import numpy as np

from synthesis.core.formats import NARROW

_ABBREVIATIONS = {
    "bool": "bool", "f16": "float16", "f32": "float32", "f64": "float64", "bf16": "bfloat16", "c64": "complex64",
    "c128": "complex128", **{f"{sign}{bits}": f"{'u' if sign == 'u' else ''}int{bits}" for sign in "iu"
                             for bits in (2, 4, 8, 16, 32, 64)},
    **{f"f{name.removeprefix('float')}": name for name in NARROW if name.startswith("float")},
}  # fmt: skip


def dtype_of(name: Any) -> np.dtype[Any] | None:
    """The NumPy dtype of a name, JAX's abbreviations included; None for a random key's.

    Raises:
        TypeError: for what is no type of numbers.
    """
    return _dtype_of(str(name))


def is_printed(name: str) -> bool:
    """Whether JAX prints a type so in a jaxpr: ``i32``, not ``int32`` or ``i``."""
    return name in _ABBREVIATIONS or name.startswith("key<") or "float0" in name


def is_whole(dtype: np.dtype[Any]) -> bool:
    """Whether numbers of a dtype are whole: those of a few bits are none of NumPy's own."""
    return dtype.kind in "iu" or dtype.name.startswith(("int", "uint"))


@functools.cache
def _dtype_of(name: str) -> np.dtype[Any] | None:
    text = _ABBREVIATIONS.get(name, name)
    if "float0" in text:  # the tangent of a whole number, of which there is nothing to know
        text = "bool"
    if text.startswith("key<"):
        return None
    made = np.dtype(getattr(ml_dtypes, text, text))
    if made.kind == "O":
        raise TypeError(f"{name!r} is no type of numbers")
    return made


@dataclass(frozen=True, slots=True)
class Shaped:
    """The type of a value."""

    dtype: np.dtype[Any] | None
    """None for a random key."""
    shape: tuple[int, ...]
    generator: str = ""
    """Whose key it is, as the text names it."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A number in the text."""

    value: Any


@dataclass(frozen=True, slots=True)
class Equation:
    """One primitive applied to atoms: names of values, or constants."""

    primitive: str
    parameters: Mapping[str, Any]
    inputs: tuple[Any, ...]
    outputs: tuple[Any, ...]
    types: tuple[Shaped, ...]
    """Of the outputs."""


@dataclass(frozen=True, slots=True)
class Graph:
    """A function of primitives. Names are any hashable."""

    constants: tuple[Any, ...]
    """Names of captured arrays."""
    inputs: tuple[Any, ...]
    equations: tuple[Equation, ...]
    outputs: tuple[Any, ...]
    values: tuple[Any, ...] = ()
    """What the captured arrays are; none if a text does not say."""
    types: tuple[Shaped, ...] = ()
    """Of the inputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Where along a dimension something lies: an index, or a slice of ``size`` elements."""

    start: int = 0
    leaf: int | None = None
    """Which of the operands that follow says where it begins, if one does."""
    size: int = 1
    stride: int = 1
    is_index: bool = False


Part = tuple[Span, ...]
"""Of a reference of Pallas's, by dimension; of no more it is whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """How an array of a Pallas kernel is cut."""

    sizes: tuple[int | None, ...]
    """By dimension; None where one index is taken, and the dimension is gone."""
    index_map: Graph
    """From the point of the grid to the number of the block along each dimension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """What a Pallas kernel runs over."""

    sizes: tuple[int, ...]
    blocks: tuple[Block, ...]
    """Of its operands, then of its results."""
    prefetched: int
    """The first operands, which index maps are given too, and which are not cut."""
    scratch: tuple[Shaped, ...]
    """Of what the kernel keeps from one point to the next."""
