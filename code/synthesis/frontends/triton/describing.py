"""Descriptions of a running program's launches, as text and plain arrays."""

import ctypes
import hashlib
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from synthesis.core.formats import numpy_dtype
from synthesis.core.signatures import Argument, Signature
from synthesis.frontends.base import Kernel
from synthesis.frontends.launched import Array, Described, Launched, NotKeptError
from synthesis.frontends.triton import descriptors, discovery, functions, lowering
from synthesis.frontends.triton.descriptors import Bounds
from synthesis.frontends.triton.levels import DEVICES
from synthesis.frontends.triton.options import DEFAULTS
from synthesis.frontends.triton.specialised import Specialised
from synthesis.frontends.triton.spelling import DTYPES, descriptor_parts, is_pointer
from synthesis.frontends.triton.tensors import tensor_behind

_LARGEST = 1 << 20
"""Maximum size in bytes of a stored array. Of a larger one, only the first elements are stored."""


def describe(kernel: Specialised, bound: Mapping[str, Any]) -> Described:
    """Return the source, the signature and the digest of a kernel that is about to be launched.

    Raises:
        NotKeptError: with the reason, if an argument cannot be recorded.
        Exception: any exception that Triton raises for a kernel that it cannot compile.
    """
    found = discovery.describe(kernel.function, _signature(kernel, bound))
    return Described(spec=found.spec, digest=digest_of(found))


def digest_of(kernel: Kernel) -> str:
    """Return the digest of a kernel's TTIR.

    Raises:
        Exception: any exception that Triton raises for a kernel that it cannot compile.
    """
    signature = kernel.spec.signature
    ((_, made),) = lowering.compile_kernel(kernel.live, signature, ["ttir"], DEVICES[0], kernel.places.line)
    if isinstance(made, Exception):
        raise made
    return hashlib.blake2b(made[0].encode(), digest_size=16).hexdigest()


def _signature(kernel: Specialised, bound: Mapping[str, Any]) -> Signature:
    arguments = [
        _argument(name, kind, bound[name]) for name, kind in kernel.types.items() if name not in kernel.constants
    ]
    constants = {name: _constant(name, value) for name, value in kernel.constants.items()}
    return Signature(
        arguments=tuple(arguments),
        launch=(None,),
        call={"constants": constants},
        options={**DEFAULTS, **kernel.options, "divisible_by_16": list(kernel.hints)},
    )


def _argument(name: str, kind: Any, value: Any) -> Argument:
    if not isinstance(kind, str):
        raise NotKeptError(f"{name} is a tuple of arguments, which is not recorded")
    if descriptor_parts(kind) is not None:
        argument = descriptors.argument_of(name, kind)
        if argument is None:
            raise NotKeptError(f"{name} has the type {kind}, which is not recorded")
        return replace(argument, shape=(None,) * len(_bounds_of(name, value).memory))
    short = kind.removeprefix("*").removeprefix("k" if kind.startswith("*k") else "")
    short = "i1" if short == "u1" else short
    if short not in DTYPES:
        raise NotKeptError(f"{name} has the type {kind}, which is not recorded")
    if not is_pointer(kind):
        return Argument(name=name, type_name=short, dtype=DTYPES[short])
    shape = (None,) * len(_shape_of(value))
    return Argument(name=name, type_name=f"*{short}", dtype=DTYPES[short], shape=shape)


def _bounds_of(name: str, value: Any) -> Bounds:
    """Return the bounds of a ``TensorDescriptor``.

    Raises:
        NotKeptError: if the descriptor rounds the loaded numbers, which is not recorded.
    """
    if value.round_f32_to_tf32:
        raise NotKeptError(f"the tensor descriptor {name} rounds what it loads to TF32, which is not recorded")
    shape, strides = (tuple(map(int, each)) for each in (value.shape, value.strides))
    return Bounds(shape=shape, strides=strides, padding=str(value.padding))


def _constant(name: str, value: Any) -> Any:
    value = getattr(value, "value", value) if isinstance(value, functions.tl.constexpr) else value
    short = functions.short_name(value)
    if short is not None:
        return {"dtype": short}
    if isinstance(value, tuple | list):
        return [_constant(name, each) for each in value]  # pyright: ignore[reportUnknownVariableType]
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise NotKeptError(f"the constant {name} is {value!r}, which cannot be recorded")


# Values


def read(kernel: Specialised, bound: Mapping[str, Any], grid: tuple[int, ...]) -> Launched:
    """Return a copy of a launch's arguments.

    Raises:
        NotKeptError: with the reason, if an argument cannot be recorded.
    """
    values = dict[str, Array]()
    shapes = dict[str, tuple[int, ...]]()
    for name, kind in kernel.types.items():
        if name in kernel.constants:
            continue
        argument = _argument(name, kind, bound[name])
        dtype = numpy_dtype(argument.dtype)
        if argument.shape is None:
            values[name] = np.asarray(bound[name], dtype)
        elif descriptor_parts(kind) is not None:
            bounds = _bounds_of(name, bound[name])
            shapes[name] = _memory_of(name, bound[name].base, bounds, dtype.itemsize)
            values[name] = _numbers(bound[name].base, shapes[name], dtype)
            values |= descriptors.recorded_entry(name, descriptors.entry_of(bounds, shapes[name]))
        else:
            shapes[name] = _shape_of(bound[name], dtype.itemsize)
            values[name] = _numbers(bound[name], shapes[name], dtype)
    return Launched(values=values, shapes=shapes, launch=grid)


def _memory_of(name: str, array: Any, bounds: Bounds, size: int) -> tuple[int, ...]:
    """Return the shape under which to record the base array of a tensor descriptor.

    Args:
        name: the argument's name, for messages.
        array: the base.
        bounds: the bounds of the descriptor.
        size: the size of an element in bytes.

    Raises:
        NotKeptError: if the base is no tensor, or is smaller than the bounds.
    """
    tensor = tensor_behind(array)
    if tensor is None:
        raise NotKeptError(f"an array of the type {type(array).__name__} is not recorded")
    storage = tensor.untyped_storage()
    if bounds.extent * size > storage.nbytes() - (array.data_ptr() - storage.data_ptr()):
        raise NotKeptError(f"the tensor descriptor {name} describes more memory than its array has")
    return bounds.memory


def _shape_of(array: Any, size: int = 0) -> tuple[int, ...]:
    """Return the shape under which to record an array.

    It is the shape of a contiguous tensor, with 1 for a single number; otherwise the number of elements from the
    array's start to the end of its memory.

    Args:
        array: a tensor or a wrapper of one.
        size: the size of an element in bytes; 0 for that of the tensor's elements.
    """
    tensor = tensor_behind(array)
    if tensor is None:
        raise NotKeptError(f"an array of the type {type(array).__name__} is not recorded")
    if tensor is array and tensor.is_contiguous():
        return tuple(map(int, tensor.shape)) or (1,)
    storage = tensor.untyped_storage()
    return ((storage.nbytes() - (array.data_ptr() - storage.data_ptr())) // (size or tensor.element_size()),)


def _numbers(array: Any, shape: tuple[int, ...], dtype: np.dtype[Any]) -> Array:
    """Return the elements of an array in memory order; of a large array, only the first ones, in one dimension."""
    size = math.prod(shape)
    count = min(size, _LARGEST // dtype.itemsize)
    if not size:
        return np.zeros(shape, dtype)
    storage = tensor_behind(array).untyped_storage()
    offset = array.data_ptr() - storage.data_ptr()
    host = storage.cpu()
    kept = (ctypes.c_uint8 * (count * dtype.itemsize)).from_address(host.data_ptr() + offset)
    numbers = np.frombuffer(bytes(kept), dtype)
    return numbers.reshape(shape) if count == size else numbers
