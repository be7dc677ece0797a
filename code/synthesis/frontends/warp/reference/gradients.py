"""Gradients of functions that a kernel asks for by ``wp.grad``, by finite differences in float64.

A text computes the gradient in the function's own precision by the function's adjoint. So in that precision the
gradient is measured at inputs that are off by a unit in the last place, which shows how much rounding may move it.
"""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import numpy as np

from synthesis.core.formats import epsilon_of, numpy_dtype
from synthesis.drawing.types import FLOATS
from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.warp.reference.expressions import Expressions
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.values import Array, Value

_STEP = 1e-4
"""Longest step of the differences, relative to the square root of a number of more than 1."""
_OF_NUMBER = 1e-3
"""Longest step of the differences, relative to the number itself."""
_SHORTEST = 1e-6
"""Shortest step of the differences."""
_KINK = 1e-5
"""Relative difference of the slopes on both sides of a number from which the function has a kink there."""
_LEAST_UNIT = 2.0**-38
"""Smallest distance of the inputs of an evaluation in the function's own precision, relative to an input.

The differences of a function in float64 are no more exact.
"""
_FORMS = ("scalar", "vector")


def gradient_of(
    machine: Machine, expressions: Expressions, function: Callable[[Sequence[Any]], Any], arguments: Sequence[Any]
) -> Any:
    """Return the gradient of the sum of a function's results by each argument, as a tuple if there are several.

    Where the function has a kink, the result is the slope on the right side in float64, and on the left side else.

    Args:
        machine: the machine of the lanes.
        expressions: the evaluator of expressions, whose constants are kept apart.
        function: returns the function's results.
        arguments: the arguments, without names.

    Raises:
        ReferenceUnknownError: if an argument or a result is of another kind than a number or a vector, or the function
            changes memory.
    """
    if not arguments or not all(isinstance(each, Value) for each in arguments):
        raise ReferenceUnknownError("wp.grad of a function of structs, arrays or tiles")
    data = [np.asarray(each.data, np.float64) if each.type.is_float else each.data for each in arguments]
    if not machine.double:
        pairs = zip(data, arguments, strict=True)
        data = [_off_by_a_unit(place, *each) if each[1].type.is_float else each[0] for place, each in enumerate(pairs)]
    before = len(machine.log)
    with _in_double(machine, expressions):

        def total(place: int, index: Any, step: Array) -> Array:
            moved = list(data)
            moved[place] = np.array(np.broadcast_to(data[place], (len(step), *data[place].shape[1:])))
            moved[place][index] += step
            given = [Value(each.type, part) for each, part in zip(arguments, moved, strict=True)]
            return _sum(function(given))

        found = [
            _slopes(each, data[place], place, total, double=machine.double) for place, each in enumerate(arguments)
        ]
    if any(each.kind[0] != "R" for each in machine.log[before:]):
        raise ReferenceUnknownError("wp.grad of a function that changes memory")
    made = [
        Value(each.type, machine.held(part).astype(machine.formats[each.type.scalar]))
        for each, part in zip(arguments, found, strict=True)
    ]
    return tuple(made) if len(made) > 1 else made[0]


@contextmanager
def _in_double(machine: Machine, expressions: Expressions) -> Generator[None]:
    """Inside the block, the machine computes in float64."""
    kept = machine.formats
    machine.formats = {name: np.dtype(np.float64) if name in FLOATS else each for name, each in kept.items()}
    try:
        with expressions.apart():
            yield
    finally:
        machine.formats = kept


def _off_by_a_unit(place: int, data: Array, argument: Value) -> Array:
    """Return numbers that are off by a unit in the last place, in turns up and down."""
    unit = max(_LEAST_UNIT, epsilon_of(numpy_dtype(argument.type.scalar)))
    turns = np.resize([1.0, -1.0] if place % 2 else [-1.0, 1.0], data.shape)
    return data * (1.0 + unit * turns)


def _sum(result: Any) -> Array:
    """Return the sum of a function's results in each lane."""
    parts: list[Array] = []
    results = cast("tuple[Any, ...]", result if isinstance(result, tuple) else (result,))
    for each in results:
        if not isinstance(each, Value) or not each.type.is_float or each.type.form not in _FORMS:
            raise ReferenceUnknownError("wp.grad of a function whose result is neither a number nor a vector")
        parts.append(each.data.reshape(len(each.data), -1).sum(axis=1))
    return np.sum(np.broadcast_arrays(*parts), axis=0)


def _slopes(
    argument: Value, data: Array, place: int, total: Callable[[int, Any, Array], Array], *, double: bool
) -> Array:
    """Return the slopes of the sum of a function's results along each component of an argument."""
    if not argument.type.is_float:
        return np.zeros_like(data)
    columns: list[Array] = []
    for component in np.ndindex(data.shape[1:]):
        index = (slice(None), *component)
        sizes = np.abs(data[index])
        step = np.clip(_OF_NUMBER * sizes, _SHORTEST, _STEP * np.sqrt(np.maximum(1.0, sizes)))
        with np.errstate(all="ignore"):
            far_left, left, middle, right, far_right = (
                total(place, index, times * step) for times in (-2.0, -1.0, 0.0, 1.0, 2.0)
            )
            central = (far_left - 8 * left + 8 * right - far_right) / (12 * step)
            after = (-3 * middle + 4 * right - far_right) / (2 * step)
            before = (3 * middle - 4 * left + far_left) / (2 * step)
            noise = 1e-15 * np.abs(middle) / step
            kink = np.abs(after - before) > _KINK * (np.abs(after) + np.abs(before)) + 100 * noise
        columns.append(np.where(kink, after if double else before, central))
    stacked = np.stack(np.broadcast_arrays(*columns), axis=-1)
    return stacked.reshape(len(stacked), *data.shape[1:])
