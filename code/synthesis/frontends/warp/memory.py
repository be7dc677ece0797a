"""The memory of a Warp text's arguments, laid out as its C++ and CUDA declare the structures and arrays."""

import ctypes
import functools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.formats import numpy_dtype
from synthesis.core.signatures import Argument, Signature
from synthesis.drawing.types import HALVES
from synthesis.frontends.base import Direction, Program, Values
from synthesis.frontends.warp.containers import DATA, container_of
from synthesis.frontends.warp.handles import TYPES, existing
from synthesis.frontends.warp.layouts import RANKS, Array, packed
from synthesis.frontends.warp.objects import make_object

_GUARD = 1024
"""Size in bytes of the guards before and after every array, which no text may access: a multiple of all alignments."""
GUARDS = (0xFF, 0x7F, None)
"""The bytes that fill guards, in turn from run to run.

The first is NaN in every floating-point format and -1 as an integer; the second is a huge number or NaN. So a value
that a text reads from a guard spreads through its results, or differs from run to run. These values are unlike those of
the array, so a read that is only compared with others may have no effect. The last therefore fills the guards with
copies of the array.
"""
Buffer = npt.NDArray[np.uint8]
"""The bytes of an array with its guards."""


def _surround(buffer: Buffer) -> None:
    """Fill the guards of a buffer by repeating the contents between them in both directions."""
    inner = buffer[_GUARD:-_GUARD]
    copies = np.tile(inner, -(-_GUARD // len(inner)))
    buffer[:_GUARD], buffer[-_GUARD:] = copies[-_GUARD:], copies[:_GUARD]


def in_place(buffer: Buffer) -> int:
    """Return the address of the buffer itself."""
    return buffer.ctypes.data


@dataclass(frozen=True, slots=True)
class _Placed:
    """An array in memory."""

    value: npt.NDArray[Any]
    """The array whose elements were copied into memory."""
    buffer: Buffer
    guards: tuple[bytes, bytes]
    """The bytes of the guards before and after it."""
    inner: npt.NDArray[Any]
    """The buffer between the guards."""
    address: int
    """The address at which a text finds its first element."""


class Memory:
    """The arguments of a text in the layout of C++, with guards around arrays. An array passed twice is stored once.

    An object whose id is an argument is made from its parts, which also have guards.

    Args:
        values: every argument by name, and for a backward text ``adj_`` arrays.
        program: the text, with its signature.
        address: returns the address at which a text finds the bytes of a buffer; for a GPU, the address of a copy.
        guard: the byte that fills the guards; None to repeat the array.
        device: the device of objects.
    """

    def __init__(
        self,
        values: Values,
        program: Program,
        address: Callable[[Buffer], int] = in_place,
        guard: int | None = GUARDS[0],
        device: str = "cpu",
    ) -> None:
        self._address = address
        self._device = device
        self._guard = guard
        self._placed: dict[str, _Placed] = {}
        self._parts: dict[str, _Placed] = {}
        self._objects: list[Any] = []
        self._kept: list[Buffer] = []
        containers = {
            each.name.rpartition(".")[0]: made
            for each in program.signature.spread.arguments
            if (made := container_of(each))
        }
        backward = program.level.direction is Direction.BACKWARD
        forward: list[tuple[str, Any]] = []
        adjoint: list[tuple[str, Any]] = []
        for argument in program.signature.spread.arguments:
            gradient = values.get(f"adj_{argument.name}") if backward else None
            value = values[argument.name]
            if argument.handle and argument.shape is not None:
                numbers = replace(argument, handle="", fields=())
                placed = self._parts[argument.name] = self._copied(numbers, self._ids_of(argument, value))
                forward.append((argument.name, _array(numbers, placed.value, placed.address, 0)))
                adjoint.append((argument.name, _array(numbers, placed.value, 0, 0)))
                continue
            if argument.handle:
                made = self._made(argument, value)
                forward.append((argument.name, made))
                adjoint.append((argument.name, type(made)()))
                continue
            if argument.shape is None:
                forward.append((argument.name, _plain(argument, value)))
                zero = np.zeros_like(value)
                adjoint.append((argument.name, _plain(argument, zero if gradient is None else gradient)))
                continue
            gradient_at = 0 if gradient is None else self._place(f"adj_{argument.name}", argument, gradient)
            forward.append(
                (argument.name, _array(argument, value, self._place(argument.name, argument, value), gradient_at))
            )
            adjoint.append((argument.name, _array(argument, value, gradient_at, 0)))
        self.arguments = self._structure(forward, containers)
        """A C structure with one field per argument."""
        self.adjoints = self._structure(adjoint, containers)
        """A C structure with the adjoint of each argument."""

    def _keep(self, data: bytes) -> int:
        """Store bytes that a text only reads, and return their address."""
        self._kept.append(np.frombuffer(data, np.uint8).copy())
        return self._address(self._kept[-1])

    def _structure(self, members: Sequence[tuple[str, Any]], containers: Mapping[str, str], path: str = "") -> Any:
        """Return a C structure of members; fields of one struct (``state.q``, ``state.qd``) form an inner structure."""
        groups: dict[str, list[tuple[str, Any]]] = {}
        for name, value in members:
            outer, _, inner = name.partition(".")
            groups.setdefault(outer, []).append((inner, value))
        found: list[tuple[str, Any]] = []
        for name, each in groups.items():
            place = f"{path}.{name}" if path else name
            if not each[0][0]:
                found.append((name, each[0][1]))
            elif place in containers:
                parts = dict(each)
                data = parts.pop(DATA)
                found.append((name, packed(containers[place], data, list(parts.values()), self._keep)))
            else:
                found.append((name, self._structure(each, containers, place)))
        return _filled_structure(found)

    def _made(self, argument: Argument, value: npt.NDArray[Any]) -> Any:
        """Return the id of an object made from a value's parts, or its C struct if kernels take it by value."""
        parts: dict[str, npt.NDArray[Any]] = {}
        for each in argument.fields:
            parts[each.name] = value[each.name]
            if each.shape is not None:
                placed = self._parts[f"{argument.name}.{each.name}"] = self._copied(each, value[each.name])
                parts[each.name] = placed.inner
        made = make_object(argument.handle, parts, self._device)
        self._objects.append(made)
        return made.__ctype__() if argument.handle in TYPES else ctypes.c_uint64(made.id)

    def _ids_of(self, argument: Argument, value: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
        """Return an array of the ids of objects made from a value's parts, and 0 for those that do not exist."""
        ids = np.zeros(value.shape, np.uint64)
        made: dict[bytes, int] = {}
        for place, parts in existing(value):
            key = parts.tobytes()
            if key not in made:
                made[key] = self._made(replace(argument, name=f"{argument.name}{list(place)}", shape=None), parts).value
            ids[place] = made[key]
        return ids

    def _place(self, name: str, argument: Argument, value: npt.NDArray[Any]) -> int:
        same = next((each for each in self._placed.values() if each.value is value), None)
        self._placed[name] = same or self._copied(argument, value)
        return self._placed[name].address

    def _copied(self, argument: Argument, value: npt.NDArray[Any]) -> _Placed:
        layout = _layout(argument)
        buffer = np.full(value.size // _elements(argument) * layout.itemsize + 2 * _GUARD, self._guard or 0, np.uint8)
        shape = value.shape[: len(argument.shape or ())]
        inner = np.frombuffer(buffer[_GUARD:-_GUARD].data, dtype=layout) if value.size else np.zeros(0, layout)
        inner = inner.reshape(shape) if not layout.subdtype else inner.reshape(value.shape)
        inner[...] = value
        if self._guard is None and value.size:
            _surround(buffer)
        guards = buffer[:_GUARD].tobytes(), buffer[-_GUARD:].tobytes()
        return _Placed(value, buffer, guards, inner, self._address(buffer) + _GUARD)

    def place(self, name: str) -> tuple[int, int]:
        """Return the address and the size in bytes of an array named ``var_…`` or ``adj_…``."""
        placed = self._placed[name.removeprefix("var_")]
        return placed.address, placed.inner.nbytes

    def guarded(self) -> bool:
        """Return whether nothing was written outside the arrays."""
        return all(
            (each.buffer[:_GUARD].tobytes(), each.buffer[-_GUARD:].tobytes()) == each.guards
            for each in (*self._placed.values(), *self._parts.values())
        )

    def changed_part(self) -> str | None:
        """Return the name of a changed part of an object, such as ``mesh.points``; None if no part changed."""
        changed = (
            name
            for name, each in self._parts.items()
            if not np.array_equal(each.inner, each.value, equal_nan=each.value.dtype.kind == "f")
        )
        return next(changed, None)

    def arrays(self) -> Values:
        """Return the current value of every array argument."""
        return {name: np.array(each.inner) for name, each in self._placed.items()}


def _elements(argument: Argument) -> int:
    return math.prod(argument.element) if not argument.fields else 1


def _layout(argument: Argument) -> np.dtype[Any]:
    """Return the C++ type of an array's element."""
    if not argument.fields:
        return np.dtype((numpy_dtype(argument.dtype), argument.element))
    fields = [(each.name, _layout(replace(each, element=())), each.element) for each in argument.fields]
    return np.dtype(fields, align=True)


def flat(values: Values) -> Values:
    """Return the arrays, with each field of a struct as a separate array."""
    found: Values = {}
    for name, value in values.items():
        parts = {f"{name}.{each}": value[each] for each in value.dtype.names or ()}
        found |= flat(parts) if parts else {name: value}
    return found


def _array(argument: Argument, value: npt.NDArray[Any], data: int, gradient: int) -> Any:
    shape = value.shape[: len(argument.shape or ())]
    size = _layout(argument).itemsize
    strides = [size * math.prod(shape[axis + 1 :]) for axis in range(len(shape))]
    return Array(data, gradient, (ctypes.c_int32 * RANKS)(*shape), (ctypes.c_int32 * RANKS)(*strides), len(shape), 0)


def _plain(argument: Argument, value: npt.NDArray[Any]) -> Any:
    """Return the C value of an argument passed by value: a scalar, a vector or a struct."""
    if argument.fields:
        return _filled_structure([(each.name, _plain(each, value[each.name])) for each in argument.fields])
    data = np.ascontiguousarray(value, dtype=numpy_dtype(argument.dtype))
    if argument.dtype in HALVES:
        data = data.view(np.uint16)
    scalar = np.ctypeslib.as_ctypes_type(data.dtype)
    return (scalar * max(1, data.size))(*data.ravel().tolist())


def _filled_structure(members: Sequence[tuple[str, Any]]) -> Any:
    """Return a C structure of named members, in order."""
    fields: list[tuple[str, Any]] = [(name, type(value)) for name, value in members]
    made = _structure_type(tuple(fields))()
    for name, value in members:
        setattr(made, name, value)
    return made


@functools.lru_cache(maxsize=256)
def _structure_type(fields: tuple[tuple[str, Any], ...]) -> Any:
    return type("Arguments", (ctypes.Structure,), {"_fields_": list(fields)})


def launch_bounds(signature: Signature, text: str, threads: int = 1) -> Any:
    """Return launch bounds in the layout of Warp's headers, with ``threads`` threads per element of the launch.

    The bounds of a tiled text may have one more dimension than the launch: the thread's number in its block.
    """
    shape = [size or 0 for size in signature.launch or ()]
    rank = re.search(r"launch_bounds_t\s*<\s*(\d)\s*>", text)
    lanes = signature.tiled and rank is not None and int(rank[1]) == len(shape) + 1
    shape += [threads] if lanes else []

    class Bounds(ctypes.Structure):
        _fields_ = (
            ("shape", ctypes.c_uint32 * len(shape)),
            ("size", ctypes.c_size_t),
            ("coord_mult", ctypes.c_size_t),
        )

    repeats = 1 if lanes else threads
    return Bounds((ctypes.c_uint32 * len(shape))(*shape), repeats * math.prod(shape), repeats)
