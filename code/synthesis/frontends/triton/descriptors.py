"""Tensor descriptors that a kernel takes from the host, as signatures hold them; nothing here imports Triton.

Such an argument is an array whose ``type_name`` is ``tensordesc<fp16[16, 32]>``. The descriptor has the shape of the
array, its elements are in row-major order, and loads give 0 outside its bounds. Where any of this differs, the ``call``
of the signature has ``{"descriptors": {name: {"shape": […], "strides": […], "padding": "nan"}}}``.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeGuard, cast

import numpy as np
import numpy.typing as npt

from synthesis.core.errors import ConfigError, UnknownNameError
from synthesis.core.examples import ArrayType
from synthesis.core.formats import is_floating, numpy_dtype
from synthesis.core.signatures import Argument, Signature
from synthesis.frontends.triton.spelling import DTYPES, SHORT, descriptor_parts, descriptor_type

KEY = "descriptors"
"""The key of the entries in a signature's ``call``."""
ZERO, NAN = "zero", "nan"
"""Triton's names for the value that loads return for elements outside the bounds."""
_ENTRIES = ("base", "block_shape", "shape", "strides", "padding")
_LARGEST = 2**31 - 1
_FARTHEST = 2**40
_ALIGNMENT = 16
"""Alignment in bytes. Every stride but the last must be a multiple of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The part of an array that a tensor descriptor describes."""

    shape: tuple[int, ...]
    strides: tuple[int, ...]
    """The strides in elements."""
    padding: str = ZERO

    @property
    def is_row_major(self) -> bool:
        """Whether its elements lie one after another, with the last axis fastest."""
        return self.strides == row_major(self.shape)

    @property
    def extent(self) -> int:
        """The number of elements of memory from its first element to its last."""
        return 1 + sum((size - 1) * step for size, step in zip(self.shape, self.strides, strict=True))

    @property
    def memory(self) -> tuple[int, ...]:
        """The shape of the array that an argument stores: that of the descriptor, or the extent if it has gaps."""
        return self.shape if self.is_row_major else (self.extent,)

    def problem(self, rank: int, dtype: str) -> str | None:
        """Return the reason why Triton refuses to make such a descriptor; None if it accepts it.

        Args:
            rank: the number of dimensions of its blocks.
            dtype: the NumPy name of its element type.
        """
        if not len(self.shape) == len(self.strides) == rank:
            return f"its shape, strides and block shape have {len(self.shape)}, {len(self.strides)} and {rank} numbers"
        if min(self.shape) < 1 or min(self.strides) < 0 or self.strides[-1] != 1:
            return "its sizes must be positive, its strides not negative, and the last stride 1"
        if max(self.shape) > _LARGEST or max(self.strides) > _FARTHEST:
            return "its sizes or strides are too large"
        if any(step * numpy_dtype(dtype).itemsize % _ALIGNMENT for step in self.strides[:-1]):
            return f"its strides are not multiples of {_ALIGNMENT} bytes"
        if self.padding not in (ZERO, NAN) or (self.padding == NAN and not is_floating(numpy_dtype(dtype))):
            return f"its padding is {self.padding!r}; allowed: 'zero', and 'nan' for floating-point numbers"
        return None


def row_major(shape: Sequence[int]) -> tuple[int, ...]:
    """Return the strides of an array in row-major order, in elements."""
    return tuple(math.prod(shape[axis + 1 :]) for axis in range(len(shape)))


def bounds_of(signature: Signature, argument: Argument) -> Bounds | None:
    """Return the bounds of an argument that is a descriptor; None for any other, or if its sizes are not known.

    Raises:
        ConfigError: if its entry in ``call`` cannot be read, or Triton refuses to make such a descriptor.
    """
    parts = descriptor_parts(argument.type_name)
    if parts is None or argument.shape is None or None in argument.shape:
        return None
    try:
        entry: Mapping[str, Any] = (signature.call or {}).get(KEY, {}).get(argument.name, {})
        shape = tuple(int(each) for each in entry.get("shape", argument.shape))
        strides = tuple(int(each) for each in entry.get("strides", row_major(shape)))
        bounds = Bounds(shape=shape, strides=strides, padding=str(entry.get("padding", ZERO)))
    except (TypeError, ValueError, OverflowError, AttributeError) as error:
        raise ConfigError(f"the descriptor of {argument.name} cannot be read: {error}") from error
    if (why := bounds.problem(len(parts[1]), argument.dtype)) is not None:
        raise ConfigError(f"the tensor descriptor {argument.name}: {why}")
    return bounds


def entry_of(bounds: Bounds, stored: tuple[int, ...]) -> dict[str, Any]:
    """Return the entry in ``call`` of a descriptor whose argument has the shape ``stored``; empty if it needs none."""
    entry: dict[str, Any] = {}
    if bounds.shape != stored:
        entry["shape"] = list(bounds.shape)
    if not bounds.is_row_major:
        entry["strides"] = list(bounds.strides)
    return entry if bounds.padding == ZERO else {**entry, "padding": bounds.padding}


def with_entries(signature: Signature, entries: Mapping[str, Mapping[str, Any]]) -> Signature:
    """Return a signature with other entries for its descriptors; empty ones are left out."""
    others = {name: value for name, value in (signature.call or {}).items() if name != KEY}
    kept = {name: dict(entry) for name, entry in entries.items() if entry}
    return replace(signature, call={**others, KEY: kept} if kept else others)


def argument_of(name: str, type_name: str) -> Argument | None:
    """Return an argument without a shape for the type of a descriptor; None for any other type.

    The result is also None for descriptors of Booleans, since Triton's compiler aborts on them.
    """
    parts = descriptor_parts(type_name)
    if parts is None or parts[0] not in DTYPES or DTYPES[parts[0]] == "bool":
        return None
    return Argument(name=name, type_name=type_name, dtype=DTYPES[parts[0]])


# Recorded launches


def recorded_entry(name: str, entry: Mapping[str, Any]) -> dict[str, npt.NDArray[np.generic]]:
    """Return the entry of a descriptor as the arrays of a recorded launch, by their paths."""
    sizes = {f"{name}:{key}": np.array(entry[key], np.int64) for key in ("shape", "strides") if key in entry}
    return {**sizes, **({f"{name}:padding": np.array(True)} if entry.get("padding") == NAN else {})}


def read_entry(name: str, values: Mapping[str, npt.NDArray[np.generic]]) -> dict[str, Any]:
    """Return the entry of a descriptor from the arrays of a recorded launch, as ``recorded_entry`` makes them."""
    given = {key: values[f"{name}:{key}"] for key in ("shape", "strides") if f"{name}:{key}" in values}
    sizes = {
        key: value.reshape(-1).astype(np.int64).tolist() for key, value in given.items() if value.dtype.kind in "iu"
    }
    return {**sizes, **({"padding": NAN} if f"{name}:padding" in values else {})}


# Values in a user's table


def read_table(where: str, value: Mapping[str, Any]) -> tuple[Argument, dict[str, Any]]:
    """Return the argument that a table of inputs describes, without a name, and its entry in ``call``.

    Args:
        where: the beginning of messages.
        value: the table: ``base`` and ``block_shape``, and perhaps ``shape``, ``strides`` and ``padding``.

    Raises:
        ConfigError: if an entry is missing or not valid.
    """
    for key in value:
        if key not in _ENTRIES:
            raise UnknownNameError("entry", key, _ENTRIES, where=f"in {where}")
    base, block = value.get("base"), value.get("block_shape")
    if not isinstance(base, ArrayType) or not base.shape or not _are_sizes(block):
        raise ConfigError(
            f'{where} is a tensor descriptor; write it as {{ base = "f16[64,64]", block_shape = [16, 32] }}'
        )
    argument = argument_of("", descriptor_type(SHORT.get(base.dtype, base.dtype), block))
    if argument is None:
        raise ConfigError(f"{where} is a tensor descriptor of {base.dtype}, which Triton does not compile")
    shape, strides = value.get("shape", base.shape), value.get("strides")
    if not _are_sizes(shape) or not (strides is None or _are_sizes(strides)):
        raise ConfigError(f"{where}: shape and strides are lists of positive integers")
    same_rank = len(shape) == len(base.shape)
    strides = strides or row_major(base.shape if same_rank else shape)
    bounds = Bounds(shape=tuple(shape), strides=tuple(strides), padding=value.get("padding", ZERO))
    problem = bounds.problem(len(block), base.dtype)
    if problem is None and bounds.extent > math.prod(base.shape):
        problem = f"it reaches {bounds.extent} elements of memory, and its base has {math.prod(base.shape)}"
    if problem is not None:
        raise ConfigError(f"{where} is not a valid tensor descriptor: {problem}")
    return replace(argument, shape=base.shape, domain=base.domain), entry_of(bounds, base.shape)


def _are_sizes(value: Any) -> TypeGuard[Sequence[int]]:
    if not isinstance(value, list | tuple) or not value:
        return False
    return all(type(each) is int and each > 0 for each in cast("Sequence[Any]", value))
