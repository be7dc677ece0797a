"""Arguments of a signature as values of the language: the types of arguments, constants, and tensor descriptors."""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

import numpy as np

from synthesis.core.signatures import Signature
from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.triton.reference.types import SPELLED, Dtype
from synthesis.frontends.triton.reference.values import Descriptor, Pointer, bounded

_HOSTED = re.compile(r"tensordesc<(\w+)\[(\d{1,9}(?:, ?\d{1,9}){0,4})\]>", re.ASCII)
_PADDINGS = {"zero": 0.0, "nan": np.nan}
_BYTES = 16
"""Alignment in bytes. Every stride but the last of a descriptor that the host makes is a multiple of it."""


def type_of(spelled: str) -> Dtype:
    """Return the element type of an argument from its spelling.

    Raises:
        ReferenceUnknownError: for another type.
    """
    hosted = _HOSTED.fullmatch(spelled)
    name = hosted[1] if hosted else spelled.removeprefix("*").removeprefix("k" if spelled.startswith("*k") else "")
    if name not in SPELLED:
        raise ReferenceUnknownError(f"an argument of the type {spelled}")
    return SPELLED[name]


def constant_of(value: Any) -> Any:
    """Return the value of a ``tl.constexpr`` parameter from JSON.

    Raises:
        ReferenceUnknownError: if it is not a value that a kernel can have.
    """
    if isinstance(value, Mapping):
        entry = cast("Mapping[str, Any]", value)
        if entry.get("dtype") in SPELLED:
            return SPELLED[entry["dtype"]]
        raise ReferenceUnknownError("a constant that is not a number, a text or a type")
    if isinstance(value, list | tuple):
        return tuple(map(constant_of, cast("Sequence[Any]", value)))
    return value


class Hosted:
    """The tensor descriptors that the host makes from the arrays of a signature.

    Args:
        signature: the signature.

    Raises:
        ReferenceUnknownError: if a descriptor is not modelled.
        ReferenceFaultError: if its blocks are too large.
    """

    def __init__(self, signature: Signature) -> None:
        given: Any = (signature.call or {}).get("descriptors", {})
        self._blocks: dict[str, tuple[int, ...]] = {}
        self._entries: dict[str, Mapping[str, Any]] = {}
        for each in signature.arguments:
            hosted = _HOSTED.fullmatch(each.type_name)
            if hosted is None:
                continue
            self._blocks[each.name] = bounded(tuple(map(int, hosted[2].split(","))))
            entry = _mapping(_mapping(given).get(each.name, {}))
            if not each.shape or set(entry) - {"shape", "strides", "padding"}:
                raise ReferenceUnknownError(f"a tensor descriptor {each.name} without a known array")
            self._entries[each.name] = entry

    def value(self, name: str, pointer: Pointer, shape: tuple[int, ...]) -> Pointer | Descriptor:
        """Return the value of an argument: a descriptor, or the pointer itself.

        Args:
            name: the name of the argument.
            pointer: a pointer to the first element of its array.
            shape: the shape of its array.

        Raises:
            ReferenceUnknownError: if the parts of the descriptor do not fit.
            ReferenceFaultError: if Triton refuses to make the descriptor.
        """
        if name not in self._blocks:
            return pointer
        block, entry = self._blocks[name], self._entries[name]
        sizes = _integers(entry.get("shape", shape))
        steps = _integers(entry.get("strides") or [math.prod(sizes[axis + 1 :]) for axis in range(len(sizes))])
        padding = _PADDINGS.get(str(entry.get("padding", "zero")))
        if not len(sizes) == len(steps) == len(block) or padding is None:
            raise ReferenceUnknownError(f"a tensor descriptor {name} whose parts do not fit")
        width = pointer.buffer.type.bits // 8
        if steps[-1] != 1 or min(sizes) < 1:
            raise ReferenceFaultError(f"the last stride of the tensor descriptor {name} is not 1, or a size is 0")
        if any(step * width % _BYTES for step in steps[:-1]):
            raise ReferenceFaultError(f"a stride of the tensor descriptor {name} is not a multiple of {_BYTES} bytes")
        extents, strides = (tuple(np.array([each], np.int64) for each in part) for part in (sizes, steps))
        return Descriptor(pointer, extents, strides, block, padding)


def _mapping(given: Any) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        raise ReferenceUnknownError("tensor descriptors that are not a mapping")
    return cast("Mapping[str, Any]", given)


def _integers(given: Any) -> list[int]:
    if not isinstance(given, list | tuple) or not given:
        raise ReferenceUnknownError("sizes of a tensor descriptor that are not a list")
    numbers = cast("Sequence[Any]", given)
    if not all(type(each) is int and 0 <= each < 1 << 40 for each in numbers):
        raise ReferenceUnknownError("sizes of a tensor descriptor that are not positive integers")
    return list(numbers)
