"""Functions that make blocks or rearrange their elements."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.triton.reference.casting import as_type, whole
from synthesis.frontends.triton.reference.machine import Machine
from synthesis.frontends.triton.reference.types import INT1, INT32, Dtype
from synthesis.frontends.triton.reference.values import (
    Array,
    Block,
    Pointer,
    bounded,
    broadcast_shape,
    check_product,
    is_tuple,
    shape_of,
    with_same_lanes,
)


def rearranged(value: Any, move: Callable[[Any], Any]) -> Any:
    """Return a block of numbers or pointers with a rearrangement applied to its elements."""
    if isinstance(value, Pointer):
        return Pointer(value.buffer, move(np.asarray(value.offset)))
    if isinstance(value, Block):
        return value.__class__(move(np.asarray(value.data)), value.type)
    raise ReferenceUnknownError(f"a {type(value).__name__} where a block is needed")


def numbers_of(given: Sequence[Any]) -> tuple[Any, ...]:
    """Return dimensions as a tuple, whether they are passed one by one or as one tuple."""
    return tuple(given[0]) if len(given) == 1 and is_tuple(given[0]) else tuple(given)


def axis_of(axis: Any, rank: int) -> int:
    """Return an axis as a non-negative number.

    Raises:
        ReferenceUnknownError: if there is no such axis, or it is not known when the kernel is compiled.
    """
    if type(axis) is not int or not -rank <= axis < rank:
        raise ReferenceUnknownError(f"the axis {axis!r} of {rank}")
    return axis % rank


def arange(m: Machine, start: Any, end: Any) -> Block:
    """Evaluate ``tl.arange``."""
    if type(start) is not int or type(end) is not int or end <= start or (end - start) & (end - start - 1):
        raise ReferenceUnknownError("a range whose length is not a constant power of two")
    bounded((end - start,))
    return Block(np.arange(start, end, dtype=np.int32)[:, None], INT32)


def full(m: Machine, shape: Any, value: Any, dtype: Any) -> Block:
    """Evaluate ``tl.full``."""
    if not isinstance(dtype, Dtype):
        raise ReferenceUnknownError("a block without a number type")
    if isinstance(value, float) and not value and dtype.is_int:
        value = 0
    number = as_type(m, value, dtype)
    if math.prod(number.shape) != 1:
        raise ReferenceUnknownError("tl.full of several numbers")
    lanes = number.data.size
    return Block(np.full((*bounded(tuple(shape), lanes), lanes), number.data.reshape(-1)), dtype)


def zeros(m: Machine, shape: Any, dtype: Any) -> Block:
    """Evaluate ``tl.zeros``."""
    return full(m, shape, 0, dtype)


def zeros_like(m: Machine, input: Any) -> Block:  # noqa: A002
    """Evaluate ``tl.zeros_like``."""
    return Block(np.zeros_like(input.data), input.type)


def reshape(m: Machine, input: Any, *shape: Any, can_reorder: bool = False) -> Any:  # noqa: A002
    """Evaluate ``tl.reshape`` or ``tl.view``. The order of elements is always kept."""
    del can_reorder
    sizes = bounded(numbers_of(shape))
    if math.prod(sizes) != math.prod(shape_of(input)):
        raise ReferenceUnknownError("a reshape to another number of elements")
    return rearranged(input, lambda data: data.reshape(*sizes, data.shape[-1]))


def ravel(m: Machine, x: Any, can_reorder: bool = False) -> Any:
    """Evaluate ``tl.ravel``."""
    return rearranged(x, lambda data: data.reshape(-1, data.shape[-1]))


def item(m: Machine, input: Any) -> Any:  # noqa: A002
    """Evaluate the method ``item``."""
    if math.prod(shape_of(input)) != 1:
        raise ReferenceUnknownError("the item of several elements")
    return rearranged(input, lambda data: data.reshape(-1))


def permute(m: Machine, input: Any, *dims: Any) -> Any:  # noqa: A002
    """Evaluate ``tl.permute``."""
    order = numbers_of(dims)
    if sorted(order) != list(range(len(shape_of(input)))):
        raise ReferenceUnknownError(f"the order {order} of axes")
    return rearranged(input, lambda data: data.transpose(*order, len(order)))


def trans(m: Machine, input: Any, *dims: Any) -> Any:  # noqa: A002
    """Evaluate ``tl.trans``. Without an order, the last two axes are exchanged."""
    rank = len(shape_of(input))
    if rank < 2 and not dims:
        raise ReferenceUnknownError("a transposed block of one axis")
    return permute(m, input, *(dims or (*range(rank - 2), rank - 1, rank - 2)))


def expand_dims(m: Machine, input: Any, axis: Any) -> Any:  # noqa: A002
    """Evaluate ``tl.expand_dims``. Axes are those of the result."""
    value = m.block_of(input) if isinstance(input, int | float) else input
    axes = axis if is_tuple(axis) else (axis,)
    rank = len(shape_of(value)) + len(axes)
    places = sorted(axis_of(each, rank) for each in axes)
    if len(set(places)) != len(places):
        raise ReferenceUnknownError("one axis inserted twice")
    return rearranged(value, lambda data: np.expand_dims(data, tuple(places)))


def squeeze(m: Machine, x: Any, dim: Any) -> Any:
    """Evaluate ``tl.squeeze``."""
    place = axis_of(dim, len(shape_of(x)))
    if shape_of(x)[place] != 1:
        raise ReferenceUnknownError("a squeezed axis of several elements")
    return rearranged(x, lambda data: data.squeeze(place))


def unsqueeze(m: Machine, x: Any, dim: Any) -> Any:
    """Evaluate ``tl.unsqueeze``."""
    return expand_dims(m, x, dim)


def subscript(m: Machine, value: Any, places: Any) -> Any:
    """Return ``value[places]`` of a block, which may only insert axes.

    Raises:
        ReferenceUnknownError: for another index.
    """
    given = places if is_tuple(places) else (places,)
    if any(each is not None and each != slice(None) for each in given):
        raise ReferenceUnknownError("an index into a block")
    if sum(each is not None for each in given) > len(shape_of(value)):
        raise ReferenceUnknownError("more indices than axes")
    return rearranged(value, lambda data: data[given])


def broadcast_to(m: Machine, input: Any, *shape: Any) -> Any:  # noqa: A002
    """Evaluate ``tl.broadcast_to``."""
    sizes = bounded(numbers_of(shape))
    value = m.block_of(input) if isinstance(input, int | float) else input
    own = shape_of(value)
    if own and (len(own) != len(sizes) or broadcast_shape(own, sizes) != sizes):
        raise ReferenceUnknownError(f"a block of {own} broadcast to {sizes}")
    return _broadcast(value, sizes)


def _broadcast(value: Any, sizes: tuple[int, ...]) -> Any:
    return rearranged(value, lambda data: np.broadcast_to(data, (*bounded(sizes, data.shape[-1]), data.shape[-1])))


def broadcast(m: Machine, input: Any, other: Any) -> tuple[Any, Any]:  # noqa: A002
    """Evaluate ``tl.broadcast``."""
    sizes = bounded(broadcast_shape(shape_of(input), shape_of(other)))
    return _broadcast(input, sizes), _broadcast(other, sizes)


def _alike(m: Machine, a: Any, b: Any) -> tuple[Array, Array, Dtype]:
    one, other = m.block_of(a), m.block_of(b)
    if one.type is not other.type:
        raise ReferenceUnknownError("blocks of two types joined")
    check_product(one.data, other.data)
    sizes = broadcast_shape(one.data.shape, other.data.shape)
    return np.broadcast_to(one.data, sizes), np.broadcast_to(other.data, sizes), one.type


def join(m: Machine, a: Any, b: Any) -> Block:
    """Evaluate ``tl.join``."""
    one, other, kind = _alike(m, a, b)
    return Block(np.stack([one, other], axis=-2), kind)


def interleave(m: Machine, a: Any, b: Any) -> Block:
    """Evaluate ``tl.interleave``."""
    one, other, kind = _alike(m, a, b)
    joined = np.stack([one, other], axis=-2)
    return Block(joined.reshape(*joined.shape[:-3], -1, joined.shape[-1]) if joined.ndim > 2 else joined, kind)


def split(m: Machine, a: Any) -> tuple[Any, Any]:
    """Evaluate ``tl.split``."""
    if not shape_of(a) or shape_of(a)[-1] != 2:
        raise ReferenceUnknownError("a split of a block whose last axis does not have two elements")
    return rearranged(a, lambda data: data[..., 0, :]), rearranged(a, lambda data: data[..., 1, :])


def cat(m: Machine, input: Any, other: Any, can_reorder: bool = False, dim: Any = 0) -> Block:  # noqa: A002
    """Evaluate ``tl.cat``. The order of elements is always kept."""
    del can_reorder
    if input.type is not other.type or input.shape != other.shape:
        raise ReferenceUnknownError("a concatenation of blocks that do not fit")
    joined = np.concatenate(with_same_lanes(input.data, other.data), axis=axis_of(dim, len(input.shape)))
    bounded(joined.shape[:-1])
    return Block(joined, input.type)


def gather(m: Machine, src: Any, index: Any, axis: Any) -> Block:
    """Evaluate ``tl.gather``.

    Raises:
        ReferenceFaultError: if an index is out of bounds.
    """
    place = axis_of(axis, len(src.shape))
    chosen = whole(m, index)
    if chosen.ndim != src.data.ndim:
        raise ReferenceUnknownError("an index with other axes")
    if chosen.min() < 0 or chosen.max() >= src.shape[place]:
        raise ReferenceFaultError("an index of tl.gather outside the block")
    return Block(np.take_along_axis(src.data, chosen, place), src.type)


def histogram(m: Machine, input: Any, num_bins: Any, mask: Any = None) -> Block:  # noqa: A002
    """Evaluate ``tl.histogram``.

    Raises:
        ReferenceFaultError: if a number has no bin.
    """
    bounded((num_bins,))
    numbers = whole(m, input)
    chosen = np.ones((1,) * numbers.ndim, bool) if mask is None else as_type(m, mask, INT1).data
    if mask is None and numbers.ndim != 2:
        raise ReferenceUnknownError("tl.histogram of a block of several axes")
    shape = broadcast_shape(numbers.shape, chosen.shape[-1:])
    numbers, chosen = np.broadcast_to(numbers, shape), np.broadcast_to(chosen, shape)
    if ((numbers < 0) | (numbers >= num_bins))[chosen].any():
        raise ReferenceFaultError("a number outside the bins of tl.histogram")
    lanes = shape[-1]
    counts = np.bincount((numbers + np.arange(lanes) * num_bins)[chosen], minlength=lanes * num_bins)
    return Block(counts.reshape(lanes, num_bins).T.astype(np.int32), INT32)


def flip(m: Machine, x: Any, dim: Any = None) -> Any:
    """Evaluate ``tl.flip``."""
    place = axis_of(-1 if dim is None else dim, len(shape_of(x)))
    return rearranged(x, lambda data: np.flip(data, place))


def _last(value: Any, dim: Any) -> None:
    if dim is not None and axis_of(dim, len(value.shape)) != len(value.shape) - 1:
        raise ReferenceUnknownError("a block sorted along another axis than its last")


def sort(m: Machine, x: Any, dim: Any = None, descending: Any = False) -> Block:
    """Evaluate ``tl.sort``."""
    _last(x, dim)
    kind = x.type
    wide = x.data.astype(np.float32) if kind.is_float and kind.bits < 32 and not m.double else x.data
    made = np.sort(wide, axis=-2)
    return Block((made[..., ::-1, :] if descending else made).astype(x.data.dtype), kind)


def topk(m: Machine, x: Any, k: Any, dim: Any = None, descending: Any = True) -> Block:
    """Evaluate ``tl.topk``."""
    made = sort(m, x, dim, descending)
    if type(k) is not int or not 0 < k <= made.shape[-1] or k & (k - 1):
        raise ReferenceUnknownError("tl.topk of a number of elements that is not a power of two")
    if k == 1 and made.type.bits < 32:  # a plain reduction, which gives numbers of 32 bits
        raise ReferenceUnknownError("tl.topk of one element of fewer than 32 bits")
    return Block(made.data[..., :k, :], made.type)


def bitonic_merge(m: Machine, x: Any, dim: Any = None, descending: Any = False) -> Block:
    """Evaluate ``tl.bitonic_merge`` by the comparisons of a bitonic network, with the largest distance first."""
    _last(x, dim)
    data: Array = x.data.copy()
    distance = data.shape[-2] // 2
    while distance:
        pairs = data.reshape(*data.shape[:-2], -1, 2, distance, data.shape[-1])
        one, other = pairs[..., 0, :, :], pairs[..., 1, :, :]
        low, high = np.minimum(one, other), np.maximum(one, other)
        data = np.stack([high, low] if descending else [low, high], axis=-3).reshape(data.shape)
        distance //= 2
    return Block(data, x.type)
