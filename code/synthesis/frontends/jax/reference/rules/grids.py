"""Rules of Pallas, which runs a kernel on blocks of arrays for each point of a grid; after ``jax.experimental.pallas``.

A Pallas reference is an array here, which the kernel reads and changes in place. Elements beyond an array's end, and
those that were not written, are NaN or the smallest integer, as when Pallas interprets a kernel on a CPU.
"""

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceFaultError
from synthesis.frontends.jax.graphs import Block, Grid, Part, Shaped
from synthesis.frontends.jax.reference.rules.table import (
    Array,
    Dtype,
    Inputs,
    Machine,
    Parameters,
    Results,
    Types,
    numbers,
    rule,
)


@rule("pallas_call")
def _pallas_call(evaluator: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
    grid = parameters["grid_mapping"]
    if not isinstance(grid, Grid):
        raise NotImplementedError("a grid whose size is not static, or blocks of another kind")
    prefetched, given = list(inputs[: grid.prefetched]), inputs[grid.prefetched :]
    aliases: Mapping[int, int] = {int(to): int(of) for of, to in parameters["input_output_aliases"]}
    made = [
        np.array(inputs[aliases[number]]) if number in aliases else _unwritten(evaluator, kind)
        for number, kind in enumerate(types)
    ]
    arrays = [_padded(each, block) for each, block in zip([*given, *made], grid.blocks, strict=True)]
    scratch = [_unwritten(evaluator, kind) for kind in grid.scratch]
    for point in itertools.product(*map(range, grid.sizes)):
        evaluator.programs.append(point)
        ids = [np.asarray(each, np.int32) for each in point]
        places = [
            _place(evaluator.call(block.index_map, [*ids, *prefetched]), block, array)
            for block, array in zip(grid.blocks, arrays, strict=True)
        ]
        blocks = [np.array(array[place]) for array, place in zip(arrays, places, strict=True)]
        evaluator.call(parameters["jaxpr"], [*prefetched, *blocks, *scratch])
        for number in range(len(given), len(arrays)):
            arrays[number][places[number]] = blocks[number]
        evaluator.programs.pop()
    found = zip(arrays[len(given) :], types, strict=True)
    return [np.array(array[tuple(map(slice, kind.shape))]) for array, kind in found]


def _unwritten(evaluator: Machine, kind: Shaped) -> Array:
    dtype = evaluator.format(numbers(kind))
    return np.full(kind.shape, _nothing(dtype), dtype)


def _nothing(dtype: Dtype) -> float:
    """Return the value of an element that was never written."""
    return int(np.iinfo(dtype).min) if dtype.kind in "iu" else 0 if dtype.kind == "b" else np.nan


def _padded(array: Array, block: Block) -> Array:
    """Return an array extended by unwritten elements to fill its last block."""
    more = [(0, -length % (size or 1)) for length, size in zip(array.shape, block.sizes, strict=True)]
    if not any(after for _, after in more):
        return np.array(array)
    return np.pad(array, more, constant_values=_nothing(array.dtype))


def _place(indices: Sequence[Array], block: Block, array: Array) -> tuple[Any, ...]:
    """Return the position of a block in its array.

    Raises:
        ReferenceFaultError: if the block is not inside the array.
    """
    place: list[Any] = []
    for index, size, length in zip(indices, block.sizes, array.shape, strict=True):
        start = int(index) * (size or 1)
        if not 0 <= start <= length - (size or 1):
            raise ReferenceFaultError(f"a block that begins at {start} of {length}")
        place.append(start if size is None else slice(start, start + size))
    return tuple(place)


@rule("program_id")
def _program_id(evaluator: Machine, _: Inputs, parameters: Parameters, __: Types) -> Results:
    return np.int32(evaluator.programs[-1][int(parameters["axis"])])


@rule("get")
def _get(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    view, place = _view_and_place(inputs[0], parameters["tree"], inputs[1:])
    return np.array(view[place])


@rule("swap")
def _swap(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    view, place = _view_and_place(inputs[0], parameters["tree"], inputs[2:])
    before = np.array(view[place])
    view[place] = inputs[1]
    return before


@rule("addupdate")
def _addupdate(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    view, place = _view_and_place(inputs[0], parameters["tree"], inputs[2:])
    view[place] += inputs[1]
    return []


@rule("broadcast_to")
def _broadcast_to(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    return np.broadcast_to(inputs[0], parameters["shape"])


def _view_and_place(array: Array, part: Part | None, leaves: Inputs) -> tuple[Array, Any]:
    """Return a view of an array whose indexed axes come first, and the index of a part in that view.

    Raises:
        ReferenceFaultError: if the part is not inside the array.
    """
    if part is None:
        raise NotImplementedError("a part of another kind")
    indices: dict[int, Array] = {}
    slices: list[slice] = []
    for axis, (each, length) in enumerate(zip(part, array.shape, strict=False)):
        start = np.asarray(each.start if each.leaf is None else leaves[each.leaf])
        last = start + (each.size - 1) * each.stride
        if start.size and not 0 <= start.min() <= last.max() < length:
            raise ReferenceFaultError(f"an index out of bounds of {length}")
        if each.is_index:
            indices[axis] = start
        else:
            slices.append(slice(int(start), int(last) + 1, each.stride))
    view = np.moveaxis(array, list(indices), list(range(len(indices))))
    return view, (*indices.values(), *slices)
