"""Rules of primitives that rearrange elements, after ``jax.lax``'s documentation."""

from collections.abc import Iterable
from typing import SupportsInt

import numpy as np
import numpy.typing as npt

from synthesis.frontends.jax.reference.rules.table import Array, Inputs, Machine, Parameters, Results, Types, rule


@rule("broadcast_in_dim")
def _broadcast(_: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
    """Broadcast an array to the shape of the result. A jaxpr's text may leave out empty ``broadcast_dimensions``."""
    x, shape = inputs[0], types[0].shape
    sizes = [1] * len(shape)
    for axis, size in zip(parameters.get("broadcast_dimensions", ()), x.shape, strict=True):
        sizes[int(axis)] = size
    return np.broadcast_to(x.reshape(sizes), shape)


@rule("reshape")
def _reshape(_: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
    x = inputs[0]
    order = parameters.get("dimensions")
    return (x if order is None else x.transpose(order)).reshape(types[0].shape)


@rule("squeeze")
def _resized(_: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
    (x,) = inputs
    for axis in parameters["dimensions"]:
        if x.shape[int(axis)] != 1:
            raise NotImplementedError("a squeezed axis of more than one element")
    return x.reshape(types[0].shape)


@rule("transpose")
def _transpose(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    return inputs[0].transpose([int(axis) for axis in parameters["permutation"]])


@rule("rev")
def _reverse(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    return np.flip(inputs[0], tuple(int(axis) for axis in parameters["dimensions"]))


@rule("concatenate")
def _concatenate(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    return np.concatenate(inputs, int(parameters["dimension"]))


@rule("stack")
def _stack(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    return np.stack(inputs, axis=int(parameters["axis"]))


@rule("unstack")
def _unstack(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    axis = int(parameters["axis"])
    return [np.take(inputs[0], number, axis) for number in range(inputs[0].shape[axis])]


@rule("slice")
def _slice(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    (x,) = inputs
    steps = parameters["strides"] or (1,) * x.ndim
    starts, limits = parameters["start_indices"], parameters["limit_indices"]
    if any(limit > size for limit, size in zip(limits, x.shape, strict=True)):
        raise NotImplementedError("a slice beyond its array")
    return x[tuple(slice(a, b, c) for a, b, c in zip(starts, limits, steps, strict=True))]


@rule("split")
def _split(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    sizes = [int(size) for size in parameters["sizes"]]
    return np.split(inputs[0], np.cumsum(sizes)[:-1], axis=int(parameters["axis"]))


@rule("tile")
def _tile(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    return np.tile(inputs[0], [int(each) for each in parameters["reps"]])


@rule("iota")
def _iota(evaluator: Machine, _: Inputs, parameters: Parameters, types: Types) -> Results:
    shape, axis = types[0].shape, int(parameters["dimension"])
    sizes = [shape[axis] if k == axis else 1 for k in range(len(shape))]
    return np.broadcast_to(np.arange(shape[axis]).reshape(sizes), shape).astype(evaluator.format(types[0].dtype))


@rule("empty", "empty2")
def _empty(evaluator: Machine, _: Inputs, __: Parameters, types: Types) -> Results:
    """Return zeros for ``empty``, whose content is not defined; JAX's StableHLO for a CPU has zeros."""
    return np.zeros(types[0].shape, evaluator.format(types[0].dtype))


@rule("pad")
def _pad(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    x, value = inputs
    return padded(x, value, parameters["padding_config"])


def padded(x: Array, value: npt.ArrayLike, edges: Iterable[Iterable[SupportsInt]]) -> Array:
    """Return an array with (low, high, interior) padding on each axis; negative low and high values crop."""
    edges = [tuple(int(each) for each in edge) for edge in edges]
    sizes = [size + max(size - 1, 0) * inner for size, (_, _, inner) in zip(x.shape, edges, strict=True)]
    wide = np.full(sizes, value, x.dtype)
    wide[tuple(slice(None, None, inner + 1) for _, _, inner in edges)] = x
    cut = tuple(slice(max(-low, 0), size - max(-high, 0)) for size, (low, high, _) in zip(sizes, edges, strict=True))
    around = [(max(low, 0), max(high, 0)) for low, high, _ in edges]
    return np.pad(wide[cut], around, constant_values=value)
