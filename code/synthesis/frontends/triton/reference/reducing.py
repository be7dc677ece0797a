"""Reductions, scans and softmax."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.triton.reference.arithmetic import binary, maximum, minimum
from synthesis.frontends.triton.reference.calls import call_function
from synthesis.frontends.triton.reference.casting import as_type
from synthesis.frontends.triton.reference.machine import Machine
from synthesis.frontends.triton.reference.shapes import axis_of
from synthesis.frontends.triton.reference.types import FLOAT32, INT32, UINT32, Dtype
from synthesis.frontends.triton.reference.values import (
    Array,
    Block,
    Function,
    contiguous_by_lane,
    is_tuple,
    with_same_lanes,
)

_Combine = Callable[..., tuple[Block, ...]]


def _prepared(values: Sequence[Any], axis: Any) -> tuple[list[Array], int | None]:
    """Return the data of blocks with the reduced axis next to that of the lanes; flattened if the axis is None."""
    if not all(isinstance(each, Block) for each in values):
        raise ReferenceUnknownError("a reduction of something other than a block")
    if any(each.shape != values[0].shape for each in values):
        raise ReferenceUnknownError("a reduction of blocks of several shapes")
    if axis is None:
        return [each.data.reshape(-1, each.data.shape[-1]) for each in values], None
    place = axis_of(axis, len(values[0].shape))
    return [np.moveaxis(each.data, place, -2) for each in values], place


def _kept(data: Any, place: int | None, rank: int, keep_dims: Any) -> Any:
    if not keep_dims:
        return data
    return np.reshape(data, (*(1,) * rank, data.shape[-1])) if place is None else np.expand_dims(data, place)


def _combined(m: Machine, combine: Any) -> _Combine:
    """Return a wrapper of a combining function of the source that always returns a tuple."""
    if not isinstance(combine, Function):
        raise ReferenceUnknownError("a reduction by something other than a function of the source")

    def run(*given: Block) -> tuple[Block, ...]:
        made = call_function(m, combine, given)
        made = made if is_tuple(made) else (made,)
        pairs = zip(made, given, strict=False)
        return tuple(as_type(m, each, like.type) for each, like in pairs)

    return run


def _by_pairs(blocks: Sequence[Block], combine: _Combine) -> tuple[Block, ...]:
    """Return blocks reduced along the axis next to that of the lanes, combining neighbours first."""
    now = tuple(blocks)
    while now[0].data.shape[-2] > 1:
        left = [Block(each.data[..., 0::2, :], each.type) for each in now]
        right = [Block(each.data[..., 1::2, :], each.type) for each in now]
        now = combine(*left, *right)
    return tuple(Block(each.data[..., 0, :], each.type) for each in now)


def reduce(m: Machine, input: Any, axis: Any, combine_fn: Any, keep_dims: Any = False) -> Any:  # noqa: A002
    """Evaluate ``tl.reduce``."""
    values = input if is_tuple(input) else (input,)
    data, place = _prepared(values, axis)
    rank = len(values[0].shape)
    blocks = [Block(each, value.type) for each, value in zip(data, values, strict=True)]
    made = _by_pairs(blocks, _combined(m, combine_fn))
    made = tuple(Block(_kept(each.data, place, rank, keep_dims), each.type) for each in made)
    return made if is_tuple(input) else made[0]


def sum_type(kind: Dtype, requested: Any) -> Dtype:
    """Return the type of a sum: integers narrower than 32 bits are widened to 32 bits."""
    if isinstance(requested, Dtype):
        return requested
    if kind.is_int and kind.bits < 32:
        return INT32 if kind.is_signed else UINT32
    return kind


def _added(*given: Block) -> tuple[Block, ...]:
    left, right = given
    return (Block(left.data + right.data, left.type),)


def sum_(m: Machine, input: Any, axis: Any = None, keep_dims: Any = False, dtype: Any = None) -> Block:  # noqa: A002
    """Evaluate ``tl.sum``."""
    given = as_type(m, input, sum_type(m.block_of(input).type, dtype))
    (data,), place = _prepared([given], axis)
    kind, rank = given.type, len(given.shape)
    if kind.is_int:
        return Block(_kept(np.add.reduce(data, axis=-2, dtype=kind.numpy), place, rank, keep_dims), kind)
    data = m.summed(data, kind)
    if kind.bits < 32 and not m.double:
        (made,) = _by_pairs([Block(data, kind)], _added)
        total = made.data
    else:
        total = np.add.reduce(contiguous_by_lane(data), axis=-2)
    return Block(_kept(m.rounded(total, kind), place, rank, keep_dims), kind)


def _folded(m: Machine, input: Any, axis: Any, keep_dims: Any, ufunc: np.ufunc) -> Block:  # noqa: A002
    (data,), place = _prepared([input], axis)
    if input.type.is_float:
        raise ReferenceUnknownError("a bitwise reduction of floating-point numbers")
    return Block(_kept(ufunc.reduce(data, axis=-2), place, len(input.shape), keep_dims), input.type)


def xor_sum(m: Machine, input: Any, axis: Any = None, keep_dims: Any = False) -> Block:  # noqa: A002
    """Evaluate ``tl.xor_sum``."""
    return _folded(m, input, axis, keep_dims, np.bitwise_xor)


def reduce_or(m: Machine, input: Any, axis: Any, keep_dims: Any = False) -> Block:  # noqa: A002
    """Evaluate ``tl.reduce_or``."""
    return _folded(m, input, axis, keep_dims, np.bitwise_or)


def _extreme(m: Machine, value: Any, axis: Any, keep_dims: Any, sign: int) -> Block:
    given = value
    if given.type.bits < 32:
        given = as_type(m, given, FLOAT32 if given.type.is_float else INT32)
    (data,), place = _prepared([given], axis)
    ufuncs = (np.fmax, np.fmin) if given.type.is_float else (np.maximum, np.minimum)
    made = ufuncs[sign < 0].reduce(data, axis=-2)
    return Block(_kept(made, place, len(given.shape), keep_dims), given.type)


def _place_of_extreme(m: Machine, value: Any, axis: Any, keep_dims: Any, sign: int) -> tuple[Block, Block]:
    """Return the extreme values and their positions; among equal values, the first position."""
    if axis is None and len(value.shape) != 1:
        raise ReferenceUnknownError("the position of an extreme among all axes")
    (data,), place = _prepared([value], 0 if axis is None else axis)
    rank = len(value.shape)
    if value.type.is_float:
        wide = sign * data.astype(np.float64)
        wide = np.where(np.isnan(wide), -np.inf, wide)
        index = np.argmax(wide, axis=-2)
        if m.records_decisions and data.shape[-2] > 1:
            best = np.partition(wide, -2, axis=-2)
            index = m.decided("choose", index, best[..., -1, :] - best[..., -2, :])
    else:
        index = np.argmax(data, axis=-2) if sign > 0 else np.argmin(data, axis=-2)
    numbers = np.take_along_axis(data, np.expand_dims(index, -2), -2)[..., 0, :]
    return (
        Block(_kept(numbers, place, rank, keep_dims), value.type),
        Block(_kept(np.asarray(index).astype(np.int32), place, rank, keep_dims), INT32),
    )


def extreme(sign: int) -> Callable[..., Any]:
    """Return the implementation of ``tl.max``, or of ``tl.min`` for a negative sign."""

    def run(
        m: Machine,
        input: Any,  # noqa: A002
        axis: Any = None,
        return_indices: Any = False,
        return_indices_tie_break_left: Any = True,
        keep_dims: Any = False,
    ) -> Any:
        del return_indices_tie_break_left
        return (_place_of_extreme if return_indices else _extreme)(m, input, axis, keep_dims, sign)

    return run


max_, min_ = extreme(1), extreme(-1)


def argmax(m: Machine, input: Any, axis: Any, tie_break_left: Any = True, keep_dims: Any = False) -> Block:  # noqa: A002
    """Evaluate ``tl.argmax``."""
    del tie_break_left
    return _place_of_extreme(m, input, axis, keep_dims, 1)[1]


def argmin(m: Machine, input: Any, axis: Any, tie_break_left: Any = True, keep_dims: Any = False) -> Block:  # noqa: A002
    """Evaluate ``tl.argmin``."""
    del tie_break_left
    return _place_of_extreme(m, input, axis, keep_dims, -1)[1]


# ---- scans


def associative_scan(m: Machine, input: Any, axis: Any, combine_fn: Any, reverse: Any = False) -> Any:  # noqa: A002
    """Evaluate ``tl.associative_scan``. Each step doubles the distance between combined elements."""
    values = input if is_tuple(input) else (input,)
    data, place = _prepared(values, axis)
    combine = _combined(m, combine_fn)
    now = [Block(each[..., ::-1, :] if reverse else each, v.type) for each, v in zip(data, values, strict=True)]
    distance, size = 1, data[0].shape[-2]
    while distance < size:
        left = [Block(each.data[..., :-distance, :], each.type) for each in now]
        right = [Block(each.data[..., distance:, :], each.type) for each in now]
        made = combine(*left, *right)
        now = [
            Block(np.concatenate(with_same_lanes(old.data[..., :distance, :], new.data), axis=-2), old.type)
            for old, new in zip(now, made, strict=True)
        ]
        distance *= 2
    made = tuple(Block(np.moveaxis(each.data[..., ::-1, :] if reverse else each.data, -2, place or 0), each.type)
                 for each in now)  # fmt: skip
    return made if is_tuple(input) else made[0]


def _accumulated(m: Machine, value: Any, axis: Any, reverse: Any, dtype: Any, ufunc: np.ufunc) -> Block:
    given = as_type(m, value, sum_type(m.block_of(value).type, dtype))
    (data,), place = _prepared([given], axis)
    kind = given.type
    data = data[..., ::-1, :] if reverse else data
    if kind.is_float and ufunc is np.add:
        data = m.summed(data, kind)
    made = ufunc.accumulate(data, axis=-2) if kind.is_float else ufunc.accumulate(data, axis=-2, dtype=kind.numpy)
    made = np.moveaxis(made[..., ::-1, :] if reverse else made, -2, place or 0)
    return Block(m.rounded(made, kind) if kind.is_float else made, kind)


def cumsum(m: Machine, input: Any, axis: Any = 0, reverse: Any = False, dtype: Any = None) -> Block:  # noqa: A002
    """Evaluate ``tl.cumsum``."""
    return _accumulated(m, input, axis, reverse, dtype, np.add)


def cumprod(m: Machine, input: Any, axis: Any = 0, reverse: Any = False, dtype: Any = None) -> Block:  # noqa: A002
    """Evaluate ``tl.cumprod``."""
    return _accumulated(m, input, axis, reverse, dtype, np.multiply)


# ---- functions of single numbers


def map_elementwise(m: Machine, scalar_fn: Any, *args: Any, pack: Any = 1) -> Any:
    """Evaluate ``tl.map_elementwise``. Each call of the function takes ``pack`` elements of each operand."""
    if not isinstance(scalar_fn, Function):
        raise ReferenceUnknownError("tl.map_elementwise of something other than a function of the source")
    blocks = [m.block_of(each) for each in args]
    whole = np.broadcast_arrays(*(each.data for each in blocks))
    flat = [each.reshape(-1, pack, each.shape[-1]) for each in whole]
    m.step(flat[0].shape[0])
    rows = list[list[Block]]()
    single = True
    for row in range(flat[0].shape[0]):
        given = [Block(data[row, each], block.type) for data, block in zip(flat, blocks, strict=True)
                 for each in range(pack)]  # fmt: skip
        made = call_function(m, scalar_fn, given)
        single = not is_tuple(made)
        rows.append([m.block_of(each) for each in (made if is_tuple(made) else (made,))])
    results = list[Block]()
    for first in range(0, len(rows[0]), pack):
        numbers = np.stack(with_same_lanes(*(each.data for row in rows for each in row[first : first + pack])))
        shape = (*whole[0].shape[:-1], numbers.shape[-1])
        results.append(Block(numbers.astype(rows[0][first].data.dtype).reshape(shape), rows[0][first].type))
    return results[0] if single or len(results) == 1 else tuple(results)


def builtin_max(m: Machine, *args: Any) -> Any:
    """Evaluate Python's ``max``."""
    return _builtin(m, args, max, maximum)


def builtin_min(m: Machine, *args: Any) -> Any:
    """Evaluate Python's ``min``."""
    return _builtin(m, args, min, minimum)


def _builtin(m: Machine, args: Sequence[Any], of_known: Callable[..., Any], of_blocks: Callable[..., Any]) -> Any:
    if not any(isinstance(each, Block) for each in args):
        return of_known(*args)
    made = args[0]
    for each in args[1:]:
        made = of_blocks(m, made, each)
    return made


def softmax(m: Machine, x: Any, dim: Any = None, *, keep_dims: Any = None, ieee_rounding: Any = False) -> Block:
    """Evaluate ``tl.softmax``, along the first axis by default."""
    from synthesis.frontends.triton.reference.maths import fdiv, unary_math

    del keep_dims
    axis = 0 if dim is None else dim
    shifted = binary(m, "sub", x, max_(m, x, axis, keep_dims=True))
    powers = unary_math(m, "exp", shifted)
    return fdiv(m, powers, sum_(m, powers, axis, keep_dims=True), ieee_rounding)
