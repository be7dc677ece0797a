"""Built-ins for arrays that a kernel makes itself: one array per thread, or another view of existing memory."""

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
    """Return an array for each thread: a row of a shared array that only this thread uses."""
    kind = type_of(dtype)
    if not isinstance(kind, ValueType):
        raise ReferenceUnknownError("wp.zeros of structs")
    sizes = sizes_of(shape)
    threads = int(machine.linear.max()) + 1
    data = np.zeros((machine.replicas, threads, *sizes, *kind.shape), machine.formats[kind.scalar])
    return ArrayView(kind, (threads, *sizes), Buffer(data, object()), (machine.linear,))


@semantics("array")
def _array(machine: Machine, ptr: Any = None, shape: Any = None, dtype: Any = None) -> ArrayView:
    """Return the memory of a whole array under another shape, which may have fewer elements."""
    kind = type_of(dtype)
    if not isinstance(ptr, ArrayView) or ptr.prefix or ptr.element is not kind:
        raise ReferenceUnknownError("wp.array of memory that is not an array of its type")
    sizes = sizes_of(shape)
    count = int(np.prod(sizes))
    if count > int(np.prod(ptr.shape)):
        raise ReferenceUnknownError("wp.array of more elements than its memory has")
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
    """Return 1, the number of threads per block where texts are run; CUDA texts that read it need a GPU."""
    return machine.number(1)
