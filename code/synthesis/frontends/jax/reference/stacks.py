"""Values of several runs that are stacked along a first axis, and equations whose operands are such stacks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from synthesis.frontends.jax.graphs import Equation
from synthesis.frontends.jax.reference.rules.table import Array, Dtype


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """The values of one variable in several runs, stacked along a first axis."""

    data: Array

    @property
    def dtype(self) -> Dtype:
        """The dtype of each value."""
        return self.data.dtype

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of each value."""
        return self.data.shape[1:]

    @property
    def ndim(self) -> int:
        """The number of dimensions of each value."""
        return self.data.ndim - 1

    def __getitem__(self, index: int) -> "Stack":
        """Return an element, or a row, of each value."""
        return Stack(self.data[:, index])


Several = Array | Stack
"""A value that is the same in all runs, or a stack."""


def of_run(value: Any, place: int) -> Array:
    """Return one run's value: its entry of a stack, or the value itself if all runs share it."""
    return value.data[place, ...] if type(value) is Stack else value


def part_of(value: Any, places: Sequence[int]) -> Any:
    """Return some runs' values: their entries of a stack, or the value itself if all runs share it."""
    return Stack(value.data[list(places)]) if type(value) is Stack else value


def alike_or_stacked(arrays: Sequence[Array]) -> Several:
    """Return an array if all runs have the same one, else a stack."""
    first = arrays[0]
    return first if all(each is first for each in arrays) else Stack(stacked(arrays))


def stacked(arrays: Sequence[Array]) -> Array:
    """Return arrays stacked along a new first axis, keeping their memory layout, on which sums depend."""
    first = arrays[0]
    if first.flags.c_contiguous or first.ndim < 2:
        return np.stack(arrays)
    order = sorted(range(first.ndim), key=lambda axis: -abs(first.strides[axis]))
    back = [0, *(1 + order.index(axis) for axis in range(first.ndim))]
    return np.stack([each.transpose(order) for each in arrays]).transpose(back)


def whole(value: Any, runs: int) -> Array:
    """Return the values of all runs, stacked along a first axis."""
    return value.data if type(value) is Stack else np.broadcast_to(value, (runs, *np.shape(value)))


def aligned(value: Any, rank: int) -> Array:
    """Return an array, or the data of a stack, such that it can be broadcast against stacks of values of a rank."""
    if type(value) is not Stack:
        return value
    data = value.data
    if data.ndim == rank + 1:
        return data
    return data.reshape((len(data), *(1,) * (rank + 1 - data.ndim), *data.shape[1:]))


def one_on(axes: Any) -> Any:
    """Return an axis, or several, of a value as axes of a stack, where the axis of the runs precedes them."""
    return tuple(int(axis) + 1 for axis in axes) if np.ndim(axes) else int(axes) + 1


def numbers_of_stacks(numbers: Any) -> Any:
    """Return the dimension numbers of a product whose operands have the runs as one more batch axis."""
    (left_summed, right_summed), (left_batch, right_batch) = numbers
    return (
        (one_on(left_summed), one_on(right_summed)),
        ((0, *one_on(left_batch)), (0, *one_on(right_batch))),
    )


def scatter_of_stacks(equation: Equation) -> Equation:
    """Return a scatter whose operands have the runs as one more batch axis."""
    numbers = equation.parameters["dimension_numbers"]
    moved = SimpleNamespace(
        update_window_dims=one_on(numbers.update_window_dims),
        inserted_window_dims=one_on(numbers.inserted_window_dims),
        scatter_dims_to_operand_dims=one_on(numbers.scatter_dims_to_operand_dims),
        operand_batching_dims=(0, *one_on(numbers.operand_batching_dims)),
        scatter_indices_batching_dims=(0, *one_on(numbers.scatter_indices_batching_dims)),
    )
    return replace(equation, parameters={**equation.parameters, "dimension_numbers": moved})
