"""Serialises plain data. Results of a process that ran untrusted code are never unpickled.

A message is a JSON header followed by the bytes of its arrays. The expected type determines what it may contain: only
the records, enumerations and arrays in this type are created, with fields of their declared types. A forged message can
therefore only be wrong or invalid.
"""

import functools
import json
import math
import struct
import types
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

import numpy as np
import numpy.typing as npt

from synthesis.core.formats import numpy_dtype

_HEADER = struct.Struct("<q")
_DEEPEST = 200
_PLAIN = frozenset({bool, int, float, str})
Array = npt.NDArray[Any]
_NAMED_LATER: dict[type, Mapping[str, type]] = {}


def name_types(kind: type, **named: type) -> None:
    """Register types of a dataclass's fields that its module imports only for type checking.

    Args:
        kind: the dataclass.
        named: the types by their names in annotations.
    """
    _NAMED_LATER[kind] = named


class WireError(ValueError):
    """The bytes are not a message of the expected type. The message says why."""


def encode(value: object, names: Mapping[type, Callable[[Any], str]] | None = None) -> bytes:
    """Return plain data as bytes: numbers, strings, collections, arrays, enumerations and dataclasses.

    Args:
        value: the data. An array that occurs twice is one array again after decoding.
        names: classes whose objects are encoded by name, each with the function that returns the name.

    Raises:
        TypeError: for anything else.
    """
    writer = _Writer(names or {})
    node = writer.node(value)
    header = json.dumps([node, writer.described]).encode("utf-8", "surrogatepass")
    return b"".join([_HEADER.pack(len(header)), header, *writer.blobs])


class _Writer:
    def __init__(self, names: Mapping[type, Callable[[Any], str]]) -> None:
        self._names = names
        self._numbers: dict[int, int] = {}
        self._records: dict[int, int] = {}
        self._kept: list[object] = []
        self.described: list[Any] = []
        self.blobs: list[bytes] = []

    def node(self, value: Any) -> Any:
        kind: type[Any] = cast(Any, type(value))
        if value is None or kind in _PLAIN:
            return value
        if kind is np.ndarray:
            return ["array", self._number(value)]
        if kind in self._names:
            return ["name", self._names[kind](value)]
        if isinstance(value, Enum):
            return ["enum", value.name]
        if isinstance(value, np.ndarray):
            return ["array", self._number(cast(Array, value))]
        if isinstance(value, np.generic):
            return ["scalar", self._number(np.asarray(cast(Any, value)))]
        if isinstance(value, bytes):
            return ["bytes", self._number(np.frombuffer(value, np.uint8))]
        if isinstance(value, Path):
            return ["path", str(value)]
        if is_dataclass(kind):
            return self._record(value, kind)
        if isinstance(value, Mapping):
            entries = cast(Mapping[Any, Any], value)
            return ["map", *([self.node(key), self.node(each)] for key, each in entries.items())]
        if isinstance(value, list | tuple | AbstractSet):
            return ["list", *map(self.node, cast(Sequence[Any], value))]
        raise TypeError(f"cannot send a {kind.__name__}")

    def _record(self, value: Any, kind: type[Any]) -> Any:
        if id(value) in self._records:
            return ["again", self._records[id(value)]]
        self._records[id(value)] = len(self._records)
        self._kept.append(value)  # keeps its id from being reused
        return ["record", kind.__name__, *(self.node(getattr(value, name)) for name in _field_names(kind))]

    def _number(self, array: Array) -> int:
        if id(array) not in self._numbers:
            self._numbers[id(array)] = len(self.blobs)
            self._kept.append(array)
            self.described.append([_dtype_node(array.dtype), list(array.shape)])
            self.blobs.append(np.ascontiguousarray(array).tobytes())
        return self._numbers[id(array)]


@functools.cache
def _field_names(kind: Any) -> tuple[str, ...]:
    return tuple(each.name for each in fields(kind) if each.init)


@functools.lru_cache(maxsize=256)
def _dtype_node(dtype: np.dtype[Any]) -> Any:
    if dtype.names is not None:
        found = cast(Mapping[str, tuple[np.dtype[Any], int]], dtype.fields)
        parts = [[name, _dtype_node(inner.base), list(inner.shape), int(offset)]
                 for name, (inner, offset, *_) in found.items()]  # fmt: skip
        return [dtype.itemsize, parts]
    return dtype.name


def decode(data: bytes, kind: Any, names: Mapping[type, Callable[[str], Any]] | None = None) -> Any:
    """Return the data that ``encode`` encoded.

    Args:
        data: the bytes, which may be untrusted.
        kind: the expected type. ``Any`` stands for numbers, strings, collections and arrays.
        names: classes whose objects are encoded by name, each with the function that looks a name up.

    Raises:
        WireError: if they are not a message of this type.
    """
    try:
        (size,) = _HEADER.unpack_from(data)
        if not 0 <= size <= len(data) - _HEADER.size:
            raise WireError("the header is cut off")
        end = _HEADER.size + size
        node, described = json.loads(data[_HEADER.size : end].decode("utf-8", "surrogatepass"))
        return _Reader(_arrays(described, memoryview(data)[end:]), names or {}).read(node, kind)
    except WireError:
        raise
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError, OverflowError, struct.error,
            ImportError, MemoryError) as error:  # fmt: skip
        raise WireError(f"{type(error).__name__}: {error}") from error


def _arrays(described: list[Any], data: memoryview) -> list[Array]:
    found: list[Array] = []
    at = 0
    for dtype_node, shape in described:
        dtype = _dtype_of(dtype_node)
        if not all(type(size) is int and size >= 0 for size in shape):
            raise WireError("an array has an invalid shape")
        count = math.prod(shape)
        size = count * dtype.itemsize
        if size > len(data) - at:
            raise WireError("an array is cut off")
        found.append(np.frombuffer(data[at : at + size], dtype, count).reshape(shape).copy())
        at += size
    if at != len(data):
        raise WireError("there is more than the header says")
    return found


@functools.lru_cache(maxsize=256)
def _dtype_named(name: str) -> np.dtype[Any]:
    dtype = numpy_dtype(name)
    if dtype.kind not in "biufcV" or dtype.itemsize == 0 or dtype.names:
        raise WireError(f"no arrays of {name}")
    return dtype


def _dtype_of(node: Any) -> np.dtype[Any]:
    if isinstance(node, str):
        return _dtype_named(node)
    itemsize, parts = node
    made = np.dtype({
        "names": [name for name, *_ in parts],
        "formats": [(_dtype_of(inner), tuple(shape)) for _, inner, shape, _ in parts],
        "offsets": [offset for *_, offset in parts],
        "itemsize": itemsize,
    })  # fmt: skip
    if made.itemsize == 0:
        raise WireError("an array's elements have no size")
    return made


class _Reader:
    """Decodes nodes as given types.

    Args:
        arrays: the arrays of the message, by number.
        names: classes whose objects are encoded by name, each with the function that looks a name up.
    """

    def __init__(self, arrays: Sequence[Any], names: Mapping[type, Callable[[str], Any]]) -> None:
        self._arrays = arrays
        self._names = names
        self._records: list[Any] = []
        """Records in the order in which they begin."""

    def read(self, node: Any, kind: Any, depth: int = 0) -> Any:
        """Return the value of a node, which must have the type ``kind``.

        Raises:
            WireError: if the node does not have this type.
        """
        if depth > _DEEPEST:
            raise WireError("too deep")
        if kind in _PLAIN:
            return _checked(node, kind)
        origin, inner = _parts_of(kind)
        if origin in (Union, types.UnionType):
            return self._read_any_of(node, inner, depth)
        tag: Any = cast(list[Any], node)[0] if isinstance(node, list) and node else None
        if origin is np.ndarray:
            return self._array(_only(node, tag, "array"))
        if kind is Any or kind is object:
            return self._read_plain(node, tag, depth)
        if kind in (None, types.NoneType):
            return _checked(node, kind)
        if kind in self._names:
            return self._names[kind](_checked(_only(node, tag, "name"), str))
        if isinstance(kind, type) and issubclass(kind, Enum):
            return kind[_checked(_only(node, tag, "enum"), str)]
        if isinstance(kind, type) and issubclass(kind, np.generic):
            return self._scalar(_only(node, tag, "scalar"))
        if kind is bytes:
            return self._array(_only(node, tag, "bytes")).tobytes()
        if kind is Path:
            return Path(_checked(_only(node, tag, "path"), str))
        if is_dataclass(cast(Any, kind)):
            return self._record(node, tag, kind, depth)
        return self._collection(node, tag, origin, inner, depth)

    def _read_any_of(self, node: Any, kinds: Sequence[Any], depth: int) -> Any:
        if node is None and types.NoneType in kinds:
            return None
        named = cast(list[Any], node)[:2] if isinstance(node, list) else []
        if named[:1] == ["record"]:
            kinds = [kind for kind in kinds if getattr(kind, "__name__", "") == named[1]]
        kinds = [kind for kind in kinds if kind is not types.NoneType]
        if len(kinds) == 1:
            return self.read(node, kinds[0], depth + 1)
        before = len(self._records)
        for kind in kinds:
            try:
                return self.read(node, kind, depth + 1)
            except (WireError, KeyError, AttributeError, TypeError, ValueError):
                del self._records[before:]
        raise WireError(f"{_start(node)} is none of {', '.join(map(str, kinds))}")

    def _read_plain(self, node: Any, tag: Any, depth: int) -> Any:
        if tag is None:
            return _plain(node)
        match tag:
            case "array":
                return self._array(_only(node, tag, tag))
            case "scalar":
                return self._scalar(_only(node, tag, tag))
            case "bytes":
                return self._array(_only(node, tag, tag)).tobytes()
            case "list":
                return [self.read(each, Any, depth + 1) for each in node[1:]]
            case "map":
                return {_checked(key, str): self.read(each, Any, depth + 1) for key, each in node[1:]}
            case _:
                raise WireError(f"not plain data: {tag}")

    def _array(self, number: Any) -> Any:
        found: Any = self._arrays[_checked(number, int)]
        return found

    def _scalar(self, number: Any) -> Any:
        array: Any = self._array(number)
        return array[()]

    def _record(self, node: Any, tag: Any, kind: Any, depth: int) -> Any:
        if tag == "again":
            found = self._records[_checked(_only(node, tag, tag), int)]
            if type(found) is not kind:
                raise WireError(f"{type(found).__name__} is no {kind.__name__}")
            return found
        names = _field_names(kind)
        if tag != "record" or node[1] != kind.__name__ or len(node) != len(names) + 2:
            raise WireError(f"{_start(node)} is no {kind.__name__}")
        hints, place = _hints_of(kind), len(self._records)
        self._records.append(None)
        made = kind(**{name: self.read(each, hints[name], depth + 1)
                       for name, each in zip(names, node[2:], strict=True)})  # fmt: skip
        self._records[place] = made
        return made

    def _collection(self, node: Any, tag: Any, origin: Any, inner: Sequence[Any], depth: int) -> Any:
        if issubclass(origin, Mapping):
            if tag != "map":
                raise WireError(f"{_start(node)} is no mapping")
            key, value = inner or (str, Any)
            return {self.read(a, key, depth + 1): self.read(b, value, depth + 1) for a, b in node[1:]}
        if tag != "list":
            raise WireError(f"{_start(node)} is no {origin.__name__}")
        if issubclass(origin, tuple) and inner and inner[-1] is not Ellipsis:
            return tuple(self.read(each, kind, depth + 1) for each, kind in zip(node[1:], inner, strict=True))
        items = [self.read(each, inner[0] if inner else Any, depth + 1) for each in node[1:]]
        if issubclass(origin, tuple):
            return tuple(items)
        if issubclass(origin, AbstractSet):
            return frozenset(items)
        if issubclass(list, origin):
            return items
        raise WireError(f"not a type of plain data: {origin}")


def _checked(node: Any, kind: Any) -> Any:
    if kind in (None, types.NoneType):
        if node is None:
            return None
    elif type(node) is kind or (kind is float and type(node) is int):
        return node
    raise WireError(f"{_start(node)} is no {getattr(kind, '__name__', kind)}")


def _start(node: Any) -> str:
    return str(node)[:40]


def _plain(node: Any) -> Any:
    if node is None or type(node) in (bool, int, float, str):
        return node
    raise WireError(f"{_start(node)} is not plain data")


def _only(node: Any, tag: Any, expected: str) -> Any:
    if tag != expected or len(node) != 2:
        raise WireError(f"{_start(node)} is no {expected}")
    return node[1]


@functools.cache
def _parts_of(kind: Any) -> tuple[Any, tuple[Any, ...]]:
    """Return the class of a type and its type arguments; for a type alias, those of the type that it stands for."""
    origin, inner = get_origin(kind) or kind, get_args(kind)
    meant = getattr(origin, "__value__", None)  # for a type alias, such as NDArray from NumPy 2.5 with Python 3.12
    if meant is not None:
        return _parts_of(meant[inner] if inner else meant)
    return origin, inner


@functools.cache
def _hints_of(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind, localns=_NAMED_LATER.get(kind))
