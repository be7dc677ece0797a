"""A reader of a launch's arguments, which copies them from C structs into arrays."""

import ctypes
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from synthesis.core.formats import numpy_dtype
from synthesis.frontends.launched import Array, Launched
from synthesis.frontends.warp import introspection, type_introspection
from synthesis.frontends.warp.containers import DATA, INDICES
from synthesis.frontends.warp.handles import TYPES
from synthesis.frontends.warp.introspection import wp
from synthesis.frontends.warp.volumes import read_volume

LARGEST = 1 << 20
"""Maximum size in bytes of a stored array. Only the first rows of a larger array are stored."""
_TYPES = {float: "float32", int: "int32", bool: "bool"}
_TEXTURES = {name: kind for kind, name in TYPES.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The live objects that ids refer to."""

    objects: Mapping[int, Any]
    textures: Mapping[int, Any]
    """Textures by id. They are separate because on a GPU their ids are small numbers that could equal other ids."""


def read_packed(kernel: Any, params: Sequence[Any], tiled: int | None, known: Known, device: Any) -> Launched:
    """Return a copy of a launch's arguments.

    Args:
        kernel: a live, concrete kernel.
        params: launch bounds, then every argument, as C structs.
        tiled: the number of dimensions of a ``launch_tiled``, not counting the threads; None for any other launch.
        known: the objects whose ids may be among the arguments.
        device: the device of arrays; None for the host.
    """
    reading = _Reading(known, device)
    for parameter, given in zip(introspection.parameters_of(kernel), params[1:], strict=False):
        reading.read(parameter.name, parameter.type, ctypes.addressof(given))
    dimensions = tuple(int(each) for each in params[0].shape)
    if tiled is not None:
        dimensions = dimensions[:tiled]
    return Launched(
        values=reading.values,
        shapes=reading.shapes,
        handles=reading.handles,
        launch=dimensions,
        tiled=tiled is not None,
        lost=tuple(reading.lost),
    )


def spans_of(kernel: Any, params: Sequence[Any]) -> set[tuple[int, int]]:
    """Return the start and end address of each array that is passed to a launch; ids are not followed.

    Args:
        kernel: a live, concrete kernel.
        params: launch bounds, then every argument, as C structs.
    """
    parameters = introspection.parameters_of(kernel)
    given = zip(parameters, params[1:], strict=False)
    return {span for each, at in given for span in _spans(each.type, ctypes.addressof(at))}


def _spans(kind: Any, address: int) -> Iterator[tuple[int, int]]:
    if type_introspection.is_struct(kind):
        for _, each, offset in type_introspection.members_of(kind):
            yield from _spans(each, address + offset)
    elif type_introspection.is_array(kind) and type_introspection.array_class(kind) in ("array", "indexedarray"):
        found = type_introspection.array_at(address)
        if type_introspection.array_class(kind) == "indexedarray":
            whole = type_introspection.indexed_array_at(address)
            found = whole.data
            yield from ((at, at + 4 * whole.shape[axis]) for axis in range(kind.ndim) if (at := whole.indices[axis]))
        if found.data:
            steps = zip(found.shape[: kind.ndim], found.strides[: kind.ndim], strict=True)
            ends = [(size - 1) * step for size, step in steps]
            low, high = (found.data + sum(each for each in ends if (each > 0) is up) for up in (False, True))
            yield low, high + type_introspection.element_layout(kind.dtype).itemsize


@dataclass(slots=True)
class _Reading:
    known: Known
    device: Any
    values: dict[str, Array] = field(default_factory=dict[str, Array])
    shapes: dict[str, tuple[int, ...]] = field(default_factory=dict[str, tuple[int, ...]])
    handles: dict[str, str] = field(default_factory=dict[str, str])
    lost: list[str] = field(default_factory=list[str])

    def read(self, path: str, kind: Any, address: int) -> None:
        """Read a value of the given type from memory, and store it under a path such as ``state.q``."""
        if type_introspection.is_array(kind):
            self._read_array(path, kind, address)
        elif type_introspection.is_struct(kind):
            for name, each, offset in type_introspection.members_of(kind):
                self.read(f"{path}.{name}", each, address + offset)
        else:
            self._read_value(path, kind, address)

    def _read_value(self, path: str, kind: Any, address: int) -> None:
        scalar, shape, _ = type_introspection.parts_of_value_type(kind)
        name = _TYPES.get(kind) or getattr(scalar or kind, "__name__", "")
        if name in _TEXTURES:
            self._read_texture(path, _TEXTURES[name], address)
            return
        try:
            dtype = numpy_dtype(name)
        except TypeError:
            self.lost.append(f"{path} is a {name}, which is not recorded")
            return
        value = np.ndarray(shape, dtype, _memory(address, dtype.itemsize * math.prod(shape))).copy()
        self.values[path] = value
        if name == "uint64" and not shape and int(value) in self.known.objects:
            self._read_object(path, self.known.objects[int(value)])

    def _read_array(self, path: str, kind: Any, address: int) -> None:
        made = type_introspection.array_class(kind)
        if made == "indexedarray":
            self._read_indexed(path, kind, address)
        elif made != "array":
            self.lost.append(f"{path} is of the class {made}, which is not recorded")
        else:
            self._read_plain(path, kind, type_introspection.array_at(address))

    def _read_indexed(self, path: str, kind: Any, address: int) -> None:
        """Store an indexed array: the underlying array and its indices; by default, all indices of a dimension."""
        found = type_introspection.indexed_array_at(address)
        self._read_plain(f"{path}.{DATA}", kind, found.data)
        for axis in range(kind.ndim):
            count, name = found.shape[axis], f"{path}.{INDICES}{axis}"
            whole = np.arange(count, dtype=np.int32)
            chosen = found.indices[axis]
            self.shapes[name] = (count,)
            self.values[name] = self._copied(chosen, (count,), (4,), whole.dtype) if chosen else whole

    def _read_plain(self, path: str, kind: Any, found: Any) -> None:
        rank = kind.ndim
        dimensions, strides = tuple(found.shape[:rank]), tuple(found.strides[:rank])
        element = type_introspection.element_layout(kind.dtype)
        if not found.data:
            dimensions = (0,) * rank
        self.shapes[path] = dimensions
        rows = dimensions[0] if rank else 1
        kept = (_rows_kept(rows, element.itemsize * math.prod(dimensions[1:])), *dimensions[1:])
        if any(each < 0 for each in strides) or math.prod(kept) * element.itemsize > 8 * LARGEST:
            self.lost.append(f"{path} is too large, or has a negative stride")
            return
        self._keep(path, kind.dtype, self._copied(found.data, kept, strides, element))

    def _copied(self, at: int, shape: tuple[int, ...], strides: tuple[int, ...], element: np.dtype[Any]) -> Array:
        if not math.prod(shape):
            return np.zeros(shape, element)
        extent = element.itemsize + sum((size - 1) * step for size, step in zip(shape, strides, strict=True))
        if self.device is None:
            memory: Any = _memory(at, extent)
        else:
            memory = wp.array(ptr=at, dtype=wp.uint8, shape=(extent,), device=self.device).numpy()
        inside = np.dtype([("each", element)])  # NumPy would treat an element's own shape as dimensions with strides
        return np.ndarray(shape, inside, memory, strides=strides)["each"].copy()

    def _keep(self, path: str, kind: Any, found: Array) -> None:
        """Store an array; an array of structs is stored as one array per field."""
        if found.dtype.names is None:
            self.values[path] = found
            objects = self.known.objects
            whole = found.dtype == np.uint64 and objects and found.size < 4096
            if whole and any(int(each) in objects for each in np.unique(found)):
                self.lost.append(f"{path} is an array of the ids of objects, which are not kept")
            return
        for parameter in type_introspection.fields_of(kind):
            if type_introspection.is_array(parameter.type):
                self.lost.append(f"{path}.{parameter.name} is an array in an array of structs, which is not recorded")
            else:
                self._keep(f"{path}.{parameter.name}", parameter.type, _part(found, parameter.name))

    # ---- objects

    def _read_object(self, path: str, made: Any) -> None:
        kind = type(made).__name__
        parts: dict[str, Any]
        groups = getattr(made, "groups", None)
        if groups is not None and kind not in ("Mesh", "Bvh", "HashGrid"):
            self.lost.append(f"{path} is the id of a {kind} in groups, which is not recorded")
            return
        if kind == "Mesh":
            parts = {"points": made.points, "indices": made.indices}
            parts |= {} if made.velocities is None else {"velocities": made.velocities}
        elif kind == "Bvh":
            parts = {"lowers": made.lowers, "uppers": made.uppers}
        elif kind == "HashGrid" and (points := _built_of(made)) is not None:
            parts = {"points": points[0], "cell_width": points[1], "dims": type_introspection.grid_dimensions(made)}
        elif kind == "Volume":
            self._read_volume(path, made)
            return
        else:
            self.lost.append(f"{path} is the id of a {kind}, which is not recorded")
            return
        parts |= {} if groups is None else {"groups": groups}
        self.handles[path] = {"Mesh": "mesh", "Bvh": "bvh", "HashGrid": "hash_grid"}[kind]
        for name, value in parts.items():
            numbers = np.array(value.numpy() if hasattr(value, "numpy") else value)
            if kind != "Mesh" and hasattr(value, "numpy"):  # rows are independent, and limited as in arrays
                self.shapes[f"{path}:{name}"] = numbers.shape[:1]
                numbers = numbers[: _rows_kept(len(numbers), numbers[:1].nbytes)].copy()
            self.values[f"{path}:{name}"] = numbers

    def _read_texture(self, path: str, kind: str, address: int) -> None:
        """Store a texture, whose C struct begins with its id."""
        made = self.known.textures.get(ctypes.c_uint64.from_address(address).value)
        why = "a texture that is not known" if made is None else _why_not_kept(made)
        if made is None or why:
            self.lost.append(f"{path} is {why}, which is not recorded")
            return
        sizes = (made.depth, made.height, made.width)[-made.ndim :]
        values = np.empty(sizes, np.float32)
        made.copy_to(values)
        wp.synchronize_device(made.device)
        parts = {
            "values": values[: _rows_kept(len(values), values[:1].nbytes)],
            "filter_mode": made.filter_mode,
            "address_mode": made.address_mode_u,
            "normalized_coords": made.normalized_coords,
        }
        self.handles[path] = kind
        self.shapes[f"{path}:values"] = sizes
        for name, value in parts.items():
            self.values[f"{path}:{name}"] = np.array(value, np.float32 if name == "values" else np.int32)

    def _read_volume(self, path: str, made: Any) -> None:
        try:
            self.handles[path], parts = read_volume(made)
        except ValueError as error:
            self.lost.append(f"{path} is the id of {error}, which is not recorded")
            return
        self.values |= {f"{path}:{name}": np.array(value) for name, value in parts.items()}
        self.shapes[f"{path}:values"] = parts["values"].shape[:3]


def _why_not_kept(texture: Any) -> str:
    """Return the reason why a texture cannot be stored; empty if it can be."""
    modes = (texture.address_mode_u, texture.address_mode_v, texture.address_mode_w)[: texture.ndim]
    if texture.num_channels != 1 or texture.dtype is not wp.float32:
        return f"a texture of {texture.num_channels} channels of {texture.dtype.__name__}"
    if texture.num_mip_levels != 1:
        return f"a texture of {texture.num_mip_levels} levels"
    if len(set(modes)) > 1:
        return "a texture with different address modes at its edges"
    return ""


def _rows_kept(rows: int, size: int) -> int:
    """Return the number of rows of an array to store, given the number of rows and the bytes of each."""
    return min(rows, max(1, LARGEST // max(size, 1)))


def _part(found: Any, name: str) -> Array:
    """Return one field of every struct of an array."""
    return np.ascontiguousarray(found[name])


def _built_of(grid: Any) -> tuple[Any, float] | None:
    """Return the points from which a hash grid was last built, and the width of its cells.

    The result is None if the points no longer exist, or if their coordinates are not float32.
    """
    reference, width = getattr(grid, "irsmith_built", (lambda: None, 0.0))
    points = reference()
    return None if points is None or grid.dtype is not wp.float32 else (points, width)


def _memory(address: int, size: int) -> Any:
    return (ctypes.c_char * size).from_address(address)
