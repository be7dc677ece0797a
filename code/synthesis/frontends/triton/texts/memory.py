"""The arrays of a run, and accesses to them. An access outside an array is an error."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from synthesis.frontends.triton.texts.elementwise import unsigned
from synthesis.frontends.triton.texts.errors import TextError
from synthesis.frontends.triton.texts.types import DType
from synthesis.frontends.triton.texts.values import Array, Number, Pointer, full
from synthesis.frontends.triton.texts.watching import Watch

Shape = tuple[int, ...]


class Memory:
    """The copies of a run's initial arrays, which the run accesses."""

    def __init__(self, arrays: Mapping[str, Array], watch: Watch | None) -> None:
        self.names = list(arrays)
        self._arrays = [np.array(each, order="C") for each in arrays.values()]
        self._views: dict[tuple[int, DType], Array] = {}
        self._watch = watch
        self.program = 0
        """The number of the running program."""
        if watch is not None:
            watch.begin(self.names, [each.size for each in self._arrays])

    def contents(self) -> dict[str, Array]:
        """Return the contents of the arrays, by name."""
        return dict(zip(self.names, self._arrays, strict=True))

    def view(self, array: int, dtype: DType, line: int) -> Array:
        """Return the elements of an array as another type, which may have another size."""
        key = array, dtype
        found = self._views.get(key)
        if found is None:
            if not 0 <= array < len(self._arrays):
                raise TextError(line, "a pointer that points to no array")
            flat = self._arrays[array].reshape(-1).view(np.uint8)
            found = self._views[key] = flat[: flat.size // dtype.itemsize * dtype.itemsize].view(dtype)
        return found

    def _inside(self, array: int, dtype: DType, offset: Array, line: int) -> Array:
        """Return the elements of an array as a type, after checking offsets.

        Raises:
            TextError: if an offset is outside the array.
        """
        flat = self.view(array, dtype, line)
        if offset.size and (offset.min() < 0 or offset.max() >= flat.size):
            lowest, highest = int(offset.min()), int(offset.max())
            outside = lowest if lowest < 0 else highest
            raise TextError(line, f"element {outside} of {self.names[array]}, which has {flat.size}")
        return flat

    def _watched(self, note: str, array: int, offset: Array, dtype: DType) -> None:
        if self._watch is None:
            return
        own = self._arrays[array].dtype.itemsize
        if own != dtype.itemsize:
            first = offset * dtype.itemsize // own
            offset = np.unique(_spread(first, max(1, dtype.itemsize // own)))
        if note == "load":
            self._watch.load(array, offset, self.program)
        elif note == "store":
            self._watch.store(array, offset, self.program)
        else:
            self._watch.change(array, offset, self.program)

    def load(self, line: int, pointer: Pointer, mask: Any, other: Any, dtype: DType) -> Number:
        """Return the elements at pointers; where the mask is false, return ``other`` or zero without reading memory."""
        if not isinstance(pointer.array, int):
            return self._load_each(line, pointer, mask, other, dtype)
        offset = pointer.offset
        if mask is None:
            flat = self._inside(pointer.array, dtype, offset, line)
            self._watched("load", pointer.array, offset, dtype)
            return flat[offset]
        if np.ndim(offset) == 0:
            if not mask:
                return dtype.type(0) if other is None else other
            return self.load(line, pointer, None, None, dtype)
        if mask.all():
            return self.load(line, pointer, None, None, dtype)
        other = np.zeros((), dtype) if other is None else other
        shape = np.broadcast(offset, mask, other).shape
        mask = full(mask, shape)
        offset = full(offset, shape)[mask]
        flat = self._inside(pointer.array, dtype, offset, line)
        self._watched("load", pointer.array, offset, dtype)
        result = np.empty(shape, dtype)
        result[...] = other
        result[mask] = flat[offset]
        return result

    def _load_each(self, line: int, pointer: Pointer, mask: Any, other: Any, dtype: DType) -> Number:
        shape = np.broadcast(
            pointer.array, pointer.offset, True if mask is None else mask, 0 if other is None else other
        ).shape
        arrays, offset = full(pointer.array, shape), full(pointer.offset, shape)
        live = np.ones(shape, np.bool_) if mask is None else full(mask, shape)
        result = np.zeros(shape, dtype) if other is None else np.array(full(other, shape))
        for array in np.unique(arrays[live]):
            chosen = live & (arrays == array)
            result[chosen] = self.load(line, Pointer(int(array), offset[chosen]), None, None, dtype)
        return result[()]

    def store(self, line: int, pointer: Pointer, value: Number, mask: Any, dtype: DType, shape: Shape) -> None:
        """Write values where the mask is true. If several lanes write one element, the last one's value remains."""
        for array, offset, values in self.lanes(pointer, value, mask, shape):
            flat = self._inside(array, dtype, offset, line)
            self._watched("store", array, offset, dtype)
            flat[offset] = values
            if self._watch is not None and (unsigned(flat[offset]) != unsigned(values)).any():
                self._watch.overwritten(array)

    def lanes(self, pointer: Pointer, value: Number, mask: Any, shape: Shape) -> list[tuple[int, Array, Array]]:
        """Return the array numbers, each with the elements and values of the lanes where the mask is true, in order."""
        offset, values = full(pointer.offset, shape).reshape(-1), full(value, shape).reshape(-1)
        arrays = pointer.array if isinstance(pointer.array, int) else full(pointer.array, shape).reshape(-1)
        if mask is not None:
            live = full(mask, shape).reshape(-1)
            if not live.all():
                offset, values = offset[live], values[live]
                arrays = arrays if isinstance(arrays, int) else arrays[live]
        if isinstance(arrays, int):
            return [(arrays, offset, values)] if offset.size else []
        return [(int(each), offset[arrays == each], values[arrays == each]) for each in np.unique(arrays)]

    def change(
        self,
        line: int,
        pointer: Pointer,
        value: Number,
        mask: Any,
        dtype: DType,
        shape: Shape,
        combine: Callable[[Any, Any], Any],
        used: bool = True,
    ) -> Array:
        """Update elements with a function of the element and the lane's value, lane by lane.

        Returns:
            The old value of each lane; zero where the mask is false, and everywhere if the result is not used.
        """
        found = np.zeros(shape, dtype)
        live = np.ones(shape, np.bool_) if mask is None else full(mask, shape)
        arrays = np.broadcast_to(np.asarray(pointer.array), shape)
        for array, offset, values in self.lanes(pointer, value, mask, shape):
            flat = self._inside(array, dtype, offset, line)
            self._watched("change", array, offset, dtype)
            if not used and isinstance(combine, np.ufunc):
                combine.at(flat, offset, values)
                continue
            if np.unique(offset).size == offset.size:
                old = flat[offset]
                flat[offset] = combine(old, values)
            else:
                old = np.empty(offset.shape, dtype)
                for lane, element in enumerate(offset.tolist()):
                    old[lane] = flat[element]
                    flat[element] = combine(flat[element], values[lane])
            found[live & (arrays == array)] = old
        return found[()]


def _spread(first: Array, count: int) -> Array:
    return (first.reshape(-1, 1) + np.arange(count)).reshape(-1)
