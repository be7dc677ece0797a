"""Rules of gathers, scatters and dynamic slices, after ``jax.lax``'s documentation and XLA's operation semantics."""

from collections.abc import Iterable

import numpy as np

from synthesis.core.formats import is_whole, limits_of
from synthesis.frontends.jax.graphs import Graph
from synthesis.frontends.jax.reference.rules.table import (
    Array,
    Dtype,
    Inputs,
    Machine,
    Parameters,
    Results,
    Rule,
    Types,
    rule,
)


def _starts(x: Array, indices: Iterable[Array], sizes: Iterable[int]) -> list[int]:
    return [int(np.clip(int(index), 0, length - size))
            for index, length, size in zip(indices, x.shape, sizes, strict=True)]  # fmt: skip


@rule("dynamic_slice")
def _dynamic_slice(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    x, *indices = inputs
    sizes = [int(size) for size in parameters["slice_sizes"]]
    starts = _starts(x, indices, sizes)
    return x[tuple(slice(start, start + size) for start, size in zip(starts, sizes, strict=True))]


@rule("dynamic_update_slice")
def _dynamic_update(_: Machine, inputs: Inputs, __: Parameters, ___: Types) -> Results:
    x, update, *indices = inputs
    result, starts = x.copy(), _starts(x, indices, update.shape)
    result[tuple(slice(start, start + size) for start, size in zip(starts, update.shape, strict=True))] = update
    return result


def _mode(parameters: Parameters) -> str:
    """Return the mode for indices out of bounds: ``CLIP``, ``FILL_OR_DROP`` or ``PROMISE_IN_BOUNDS``."""
    mode = parameters["mode"]
    named = getattr(mode, "name", str(mode).rpartition(".")[2])
    return {"0": "CLIP", "1": "FILL_OR_DROP", "2": "PROMISE_IN_BOUNDS"}.get(named, named)


def _filler(dtype: Dtype, given: float | None) -> float:
    if given is not None:
        return given
    if is_whole(dtype):
        least, greatest = limits_of(dtype)
        return least if least < 0 else greatest
    return True if dtype.kind == "b" else np.nan


@rule("gather")
def _gather(evaluator: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    x, indices = inputs
    numbers, sizes = parameters["dimension_numbers"], [int(size) for size in parameters["slice_sizes"]]
    fixed = {*numbers.collapsed_slice_dims, *numbers.operand_batching_dims}
    batch = indices.shape[:-1]
    starts = [np.zeros(batch, np.int64) for _ in sizes]
    for number, axis in enumerate(numbers.start_index_map):
        starts[axis] = indices[..., number].astype(np.int64)
    for axis, index_axis in zip(numbers.operand_batching_dims, numbers.start_indices_batching_dims, strict=True):
        starts[axis] = np.indices(batch, sparse=True)[index_axis]
    outside = np.zeros(batch, bool)
    places: list[Array] = []
    for axis, (start, size, length) in enumerate(zip(starts, sizes, x.shape, strict=True)):
        outside |= (start < 0) | (start + size > length)
        inside = np.clip(start, 0, length - size)
        places.append(inside[(..., *[None] * x.ndim)] + np.indices(sizes, sparse=True)[axis])
    parts = x[tuple(places)].reshape((*batch, *(size for axis, size in enumerate(sizes) if axis not in fixed)))
    if _mode(parameters) == "FILL_OR_DROP" and outside.any():
        parts = parts.copy()
        filler = np.asarray(_filler(x.dtype, parameters.get("fill_value"))).astype(x.dtype)
        parts[outside] = evaluator.constant(filler)
    batch_axes = [axis for axis in range(parts.ndim) if axis not in numbers.offset_dims]
    return np.moveaxis(parts, range(parts.ndim), [*batch_axes, *numbers.offset_dims])


def _scatter(combine: np.ufunc | None) -> Rule:
    def compute(evaluator: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
        """Write each window that is inside the array, in order; without ``combine``, updates replace old numbers.

        They do so unless the equation has a function of the old number and the update, as that of ``at[].apply``.
        """
        x, indices, updates = np.array(inputs[0], order="C"), inputs[1], inputs[2]
        numbers, mode = parameters["dimension_numbers"], _mode(parameters)
        fixed = {*numbers.inserted_window_dims, *numbers.operand_batching_dims}
        batch_axes = [axis for axis in range(updates.ndim) if axis not in numbers.update_window_dims]
        window_axes = [axis for axis in range(x.ndim) if axis not in fixed]
        sizes = [1] * x.ndim
        for window, axis in zip(numbers.update_window_dims, window_axes, strict=True):
            sizes[axis] = updates.shape[window]
        windows = np.moveaxis(updates, batch_axes, range(len(batch_axes)))
        batch = windows.shape[: len(batch_axes)]
        starts = [np.zeros(batch, np.int64) for _ in sizes]
        for number, axis in enumerate(numbers.scatter_dims_to_operand_dims):
            starts[axis] = indices[..., number].astype(np.int64).reshape(batch)
        for axis, index_axis in zip(numbers.operand_batching_dims, numbers.scatter_indices_batching_dims, strict=True):
            starts[axis] = np.broadcast_to(np.indices(batch, sparse=True)[index_axis], batch)
        rooms = [length - size for length, size in zip(x.shape, sizes, strict=True)]
        if mode == "CLIP":
            starts = [np.minimum(np.maximum(start, 0), room) for start, room in zip(starts, rooms, strict=True)]
        inside = np.ones(batch, bool)
        for start, room in zip(starts, rooms, strict=True):
            inside &= (start >= 0) & (start <= room)
        within = np.indices(sizes, sparse=True)
        places = [start[inside][(..., *[None] * x.ndim)] + axis for start, axis in zip(starts, within, strict=True)]
        count = int(inside.sum())
        flat = np.zeros((count, *sizes), np.int64)
        for place, length in zip(places, x.shape, strict=True):
            flat = flat * length + place
        elements, given = x.reshape(-1), windows[inside].reshape(-1)
        function = changing(parameters) if combine is None else None
        if function is not None:
            _applied(evaluator, function, elements, flat.reshape(-1), given)
        elif combine is None:
            elements[flat.reshape(-1)] = given
        else:
            combine.at(elements, flat.reshape(-1), given)
        return x

    return compute


def changing(parameters: Parameters) -> Graph | None:
    """Return a scatter's function of the old number and the update; None if it returns the update."""
    function = parameters.get("update_jaxpr")
    return None if not isinstance(function, Graph) or function.outputs == function.inputs[1:] else function


def _applied(evaluator: Machine, function: Graph, elements: Array, places: Array, updates: Array) -> None:
    """Replace the element at each place by a function of it and the update; at equal places one after the other."""
    left = np.arange(places.size)
    while left.size:
        _, first = np.unique(places[left], return_index=True)
        now = left[first]
        (made,) = evaluator.call(function, [elements[places[now]], updates[now]])
        elements[places[now]] = made
        left = np.delete(left, first)


rule("scatter")(_scatter(None))
rule("scatter-add")(_scatter(np.add))
rule("scatter-sub")(_scatter(np.subtract))
rule("scatter-mul")(_scatter(np.multiply))
rule("scatter-min")(_scatter(np.minimum))
rule("scatter-max")(_scatter(np.maximum))
