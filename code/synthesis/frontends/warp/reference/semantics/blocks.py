"""Built-ins for a block's threads, here with one thread per block: tiles of random numbers, and shared stacks."""

from typing import Any, cast

import numpy as np

from synthesis.frontends.base import ReferenceFaultError, ReferenceUnknownError
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.parts import constant_of, sizes_of
from synthesis.frontends.warp.reference.semantics.randoms import pcg
from synthesis.frontends.warp.reference.semantics.table import semantics
from synthesis.frontends.warp.reference.sources import type_of
from synthesis.frontends.warp.reference.values import FLOAT32, INT32, Array, Stack, Tile, Value, ValueType

# ---- tiles of random numbers


def _draws(machine: Machine, shape: tuple[int, ...], rng: Value) -> Array:
    """Return the integers that a block's first thread draws, one per element, without changing the random state."""
    state = pcg(np.broadcast_to(rng.data, machine.lanes).astype(np.uint32))
    drawn: list[Array] = []
    for _ in range(int(np.prod(shape))):
        state = pcg(state)
        drawn.append(state)
    return np.stack(drawn, axis=1).reshape(machine.lanes, *shape)


def _ends(machine: Machine, given: tuple[Any, ...], low: Any, high: Any, shape: tuple[int, ...]) -> tuple[Any, Any]:
    """Return the bounds of a tile's numbers, given by position or by name; None if there are none."""
    low, high = given[:2] if given else (low, high)
    if low is None or high is None:
        return None, None
    axes = (1,) * len(shape)
    return low.data.reshape(-1, *axes), high.data.reshape(-1, *axes)


@semantics("tile_randf")
def _randf(
    machine: Machine, shape: Any, rng: Value, *given: Any, min: Any = None, max: Any = None, storage: str = ""  # noqa: A002
) -> Tile:  # fmt: skip
    """Draw numbers in [0, 1) or between two bounds; the state is not changed."""
    sizes = sizes_of(shape)
    dtype = machine.formats["float32"]
    drawn = (_draws(machine, sizes, rng) >> np.uint32(8)).astype(dtype) * dtype.type(2.0**-24)
    low, high = _ends(machine, given, min, max, sizes)
    return Tile(FLOAT32, sizes, drawn if low is None else ((high - low) * drawn + low).astype(dtype))


@semantics("tile_randi")
def _randi(
    machine: Machine, shape: Any, rng: Value, *given: Any, min: Any = None, max: Any = None, storage: str = ""  # noqa: A002
) -> Tile:  # fmt: skip
    """Draw 32-bit integers, or integers in ``[min, max)``; the state is not changed."""
    sizes = sizes_of(shape)
    drawn = _draws(machine, sizes, rng)
    low, high = _ends(machine, given, min, max, sizes)
    if low is not None:
        if (np.broadcast_to((low == high).reshape(-1), machine.lanes) & machine.mask).any():
            raise ReferenceFaultError("an integer from an empty range")
        drawn = drawn % (high - low).astype(np.uint32) + low.astype(np.uint32)
    return Tile(INT32, sizes, drawn.astype(np.int32))


# ---- stacks


@semantics("tile_stack")
def _stack(machine: Machine, capacity: Any, dtype: Any) -> Stack:
    kind = type_of(dtype)
    if not isinstance(kind, ValueType):
        raise ReferenceUnknownError("wp.tile_stack of structs")
    data = np.zeros((machine.lanes, constant_of(capacity), *kind.shape), machine.formats[kind.scalar])
    return Stack(kind, data, np.zeros(machine.lanes, np.int32))


@semantics("tile_stack_push")
def _push(machine: Machine, s: Stack, value: Value, has_value: Value) -> Value:
    """Push a value of the only thread of each active block; return its slot, or -1 for no value or a full stack.

    Slots are assigned in order.
    """
    room = s.counts < s.data.shape[1]
    put = machine.mask & np.broadcast_to(machine.truth(has_value), machine.lanes) & room
    given = np.broadcast_to(machine.as_type(value, s.type).data, (machine.lanes, *s.type.shape))
    slot = np.where(put, s.counts, -1)
    lanes = np.nonzero(put)[0]
    s.data[lanes, slot[lanes]] = given[lanes]
    s.counts = s.counts + put.astype(np.int32)
    return Value(INT32, slot.astype(np.int32))


@semantics("tile_stack_pop")
def _pop(machine: Machine, s: Stack) -> tuple[Value, Value]:
    """Pop the last value from each active block's stack, and return it with its slot, or -1 for an empty stack.

    Warp does not define the value for an empty stack; here it differs between precisions, so that its use is noticed.
    """
    some = machine.mask & (s.counts > 0)
    slot = np.where(some, s.counts - 1, -1)
    held = s.data[np.arange(machine.lanes), np.maximum(slot, 0)]
    nothing = s.data.dtype.type(machine.backwards)
    value = cast(Array, np.where(some.reshape(-1, *(1,) * len(s.type.shape)), held, nothing))
    s.counts = s.counts - some.astype(np.int32)
    return Value(s.type, value), Value(INT32, slot.astype(np.int32))


@semantics("tile_stack_clear")
def _clear(machine: Machine, s: Stack) -> None:
    s.counts = np.where(machine.mask, 0, s.counts).astype(np.int32)


@semantics("tile_stack_count")
def _count(machine: Machine, s: Stack) -> Value:
    return Value(INT32, s.counts)
