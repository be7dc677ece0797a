"""Jaxprs as data, in one form for traced and for printed jaxprs. Nothing here computes."""

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
    """Return the NumPy dtype of a name, including JAX's abbreviations; None for the type of a random key.

    Raises:
        TypeError: if the name is not that of a numeric type.
    """
    return _dtype_of(str(name))


def is_printed(name: str) -> bool:
    """Return whether a type's name is in the form that JAX prints in a jaxpr: ``i32``, not ``int32`` or ``i``."""
    return name in _ABBREVIATIONS or name.startswith("key<") or "float0" in name


@functools.cache
def _dtype_of(name: str) -> np.dtype[Any] | None:
    text = _ABBREVIATIONS.get(name, name)
    if "float0" in text:  # the tangent of an integer, which carries no information
        text = "bool"
    if text.startswith("key<"):
        return None
    made = np.dtype(getattr(ml_dtypes, text, text))
    if made.kind == "O":
        raise TypeError(f"{name!r} is not a numeric type")
    return made


@dataclass(frozen=True, slots=True)
class Shaped:
    """The type of a value."""

    dtype: np.dtype[Any] | None
    """The dtype; None for a random key."""
    shape: tuple[int, ...]
    generator: str = ""
    """The generator of a random key, as the text names it."""


@dataclass(frozen=True, slots=True)
class Constant:
    """A constant in the text."""

    value: Any


@dataclass(frozen=True, slots=True)
class Equation:
    """One primitive applied to atoms: names of values, or constants."""

    primitive: str
    parameters: Mapping[str, Any]
    inputs: tuple[Any, ...]
    outputs: tuple[Any, ...]
    types: tuple[Shaped, ...]
    """The types of the outputs."""


@dataclass(frozen=True, slots=True)
class Graph:
    """A function as a list of equations, each of which applies a primitive. Names are any hashable objects."""

    constants: tuple[Any, ...]
    """Names of captured arrays."""
    inputs: tuple[Any, ...]
    equations: tuple[Equation, ...]
    outputs: tuple[Any, ...]
    values: tuple[Any, ...] = ()
    """Values of the captured arrays; empty if a text does not contain them."""
    types: tuple[Shaped, ...] = ()
    """The types of the inputs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A range along a dimension: an index, or a slice of ``size`` elements."""

    start: int = 0
    leaf: int | None = None
    """The number of the index operand that gives the start; None if the start is constant."""
    size: int = 1
    stride: int = 1
    is_index: bool = False


Part = tuple[Span, ...]
"""The part of a Pallas reference, by dimension. Without spans it is the whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """The division of a Pallas kernel's array into blocks."""

    sizes: tuple[int | None, ...]
    """The size of a block by dimension; None where one index is taken, and the dimension is removed."""
    index_map: Graph
    """Maps the point of the grid to the block's number along each dimension."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The grid over which a Pallas kernel runs."""

    sizes: tuple[int, ...]
    blocks: tuple[Block, ...]
    """The blocks of the operands, then of the results."""
    prefetched: int
    """The number of leading operands that are not divided, and that index maps also take."""
    scratch: tuple[Shaped, ...]
    """The types of the scratch memory that the kernel keeps from one point to the next."""
