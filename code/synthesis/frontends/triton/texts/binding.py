"""The values of a function's parameters: arrays, numbers, and tensor descriptors that the host makes.

Triton passes a descriptor of the host as several parameters. Where the device has descriptors, they are the descriptor,
its sizes (i32) and its strides (i64). Elsewhere they are a pointer, sizes and strides (i64), whether elements outside
the bounds are NaN, whether loads round to TF32 (i1), and then sizes and strides again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from synthesis.frontends.triton.texts.errors import TextError
from synthesis.frontends.triton.texts.structure import Function
from synthesis.frontends.triton.texts.types import Kind, Type
from synthesis.frontends.triton.texts.values import Array, Bounds, Descriptor, Pointer


class Binding:
    """The values of the parameters of a function, and the arrays that they refer to.

    Args:
        function: the function.
        arguments: the arrays of pointers and descriptors, and 0-d arrays of numbers, by name.
        order: the names in the order of the parameters.
        descriptors: the bounds of the arguments that are tensor descriptors, by name.

    Raises:
        TextError: if the arguments do not fit the parameters.
    """

    def __init__(
        self,
        function: Function,
        arguments: Mapping[str, Array],
        order: Sequence[str],
        descriptors: Mapping[str, Bounds],
    ) -> None:
        self._function = function
        self.arrays: dict[str, Array] = {}
        self.values: list[Any] = []
        """The value of each parameter."""
        self.same: dict[str, str] = {}
        """Maps each further name of an array that is passed as several arguments to its first name."""
        types = [each.type for each in function.arguments]
        place = 0
        for name in order:
            given = np.asarray(arguments[name])
            if name not in descriptors:
                self._bind(name, given, types[place : place + 1])
            elif types[place : place + 1] and types[place].kind is Kind.DESCRIPTOR:
                self._bind_descriptor(name, given, types[place:], descriptors[name])
            else:
                self._bind_parts(name, given, types[place:], descriptors[name])
            place = len(self.values)
        if place != len(types):
            raise self._error(f"{function.name} takes {len(types)} arguments, not {place}")

    def _error(self, message: str) -> TextError:
        return TextError(self._function.line, message)

    def _bind(self, name: str, given: Array, types: Sequence[Type]) -> None:
        """Add the value of an argument that is passed as a single parameter."""
        if not types:
            raise self._error(f"{self._function.name} takes {len(self.values)} arguments, and none for {name}")
        (kind,) = types
        if kind.shape is not None or kind.kind not in (Kind.NUMBER, Kind.POINTER):
            raise self._error(f"a parameter of the type {kind}")
        if (kind.kind is Kind.NUMBER) != (given.ndim == 0) or not _fits(given.dtype, kind.dtype):
            found = f"an array of {given.dtype}" if given.ndim else f"a number of {given.dtype}"
            raise self._error(f"{name} is {found}, but the text takes {kind}")
        self.values.append(given.view(kind.dtype)[()] if kind.kind is Kind.NUMBER else self._pointer(name, given))

    def _pointer(self, name: str, given: Array) -> Pointer:
        first = next((other for other, array in self.arrays.items() if array is given), None)
        if first is not None:
            self.same[name] = first
            return Pointer([*self.arrays].index(first), np.int64(0))
        self.arrays[name] = given
        return Pointer(len(self.arrays) - 1, np.int64(0))

    def _bind_descriptor(self, name: str, given: Array, types: Sequence[Type], bounds: Bounds) -> None:
        """Add a descriptor, its sizes and its strides."""
        kind = types[0]
        if kind.dimensions != bounds.block or given.ndim == 0 or not _fits(given.dtype, kind.dtype):
            raise self._error(f"{name} is read in blocks {bounds.block} of {given.dtype}, but the text takes {kind}")
        self.values.append(
            Descriptor(
                base=self._pointer(name, given),
                shape=bounds.shape,
                strides=bounds.strides,
                block=kind.dimensions,
                dtype=kind.dtype,
                fill=bounds.fill,
            )
        )
        self._add_numbers(name, types[1:], _sizes(bounds))

    def _bind_parts(self, name: str, given: Array, types: Sequence[Type], bounds: Bounds) -> None:
        """Add a pointer, and everything else that a descriptor holds."""
        self._bind(name, given, types[:1])
        memory = [("i64", each) for each in (*bounds.shape, *bounds.strides)]
        flags = [("i1", np.isnan(bounds.fill)), ("i1", False)]
        self._add_numbers(name, types[1:], [*memory, *flags, *_sizes(bounds)])

    def _add_numbers(self, name: str, types: Sequence[Type], numbers: Sequence[tuple[str, Any]]) -> None:
        if [str(each) for each in types[: len(numbers)]] != [element for element, _ in numbers]:
            raise self._error(f"the parameters for the tensor descriptor {name} are not its sizes and strides")
        self.values += [kind.dtype.type(number) for kind, (_, number) in zip(types, numbers, strict=False)]


def _sizes(bounds: Bounds) -> list[tuple[str, int]]:
    return [*(("i32", each) for each in bounds.shape), *(("i64", each) for each in bounds.strides)]


def _fits(given: np.dtype[Any], element: np.dtype[Any]) -> bool:
    """Return whether an array has an element type, where signed and unsigned integers are equivalent."""
    whole = given.kind in "iu" and element.kind in "iu" and given.itemsize == element.itemsize
    return given == element or whole
