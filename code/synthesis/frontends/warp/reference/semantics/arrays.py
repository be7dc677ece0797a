"""Arrays that a kernel makes itself: of its own threads, or another view of memory that is there."""

from typing import Any, cast

import numpy as np

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.parts import sizes_of
from synthesis.frontends.warp.reference.semantics.table import semantics
from synthesis.frontends.warp.reference.sources import type_of
from synthesis.frontends.warp.reference.values import INT32, ArrayView, Buffer, Recast, Value, ValueType


@semantics("zeros")
def _zeros(machine: Machine, shape: Any, dtype: Any = float) -> ArrayView:
    """An array that each thread has for itself: a row of one that all have, which no other thread reads."""
    kind = type_of(dtype)
    if not isinstance(kind, ValueType):
        raise ReferenceUnknownError("wp.zeros of structs")
    sizes = sizes_of(shape)
    threads = int(machine.linear.max()) + 1
    data = np.zeros((machine.replicas, threads, *sizes, *kind.shape), machine.formats[kind.scalar])
    return ArrayView(kind, (threads, *sizes), Buffer(data, object()), (machine.linear,))


@semantics("array")
def _array(machine: Machine, ptr: Any = None, shape: Any = None, dtype: Any = None) -> ArrayView:
    """The memory of a whole array under another shape of as many elements or fewer."""
    kind = type_of(dtype)
    if not isinstance(ptr, ArrayView) or ptr.prefix or ptr.element is not kind:
        raise ReferenceUnknownError("wp.array of memory that is no array's of its type")
    sizes = sizes_of(shape)
    count = int(np.prod(sizes))
    if count > int(np.prod(ptr.shape)):
        raise ReferenceUnknownError("wp.array of more than there is")
    flat = ptr.buffer.data.reshape(machine.replicas, -1, *kind.shape)[:, :count]
    return ArrayView(
        kind, sizes, Buffer(flat.reshape(machine.replicas, *sizes, *kind.shape), Recast(ptr.buffer.key, sizes))
    )


@semantics("len")
def _len(machine: Machine, x: Any) -> Value:
    if isinstance(x, ArrayView):
        return Value(INT32, np.array([x.remaining[0]], np.int32))
    if isinstance(x, tuple):
        return machine.number(len(cast(tuple[Any, ...], x)))
    return machine.number(x.shape[0] if hasattr(x, "shape") else x.type.shape[0])


@semantics("block_dim")
def _block_dim(machine: Machine) -> Value:
    """The threads of a block: one where texts run, whose CUDA forms need a GPU if they ask."""
    return machine.number(1)
