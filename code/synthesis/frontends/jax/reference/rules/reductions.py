"""Rules of reductions, scans, sorts, windows and convolutions, after ``jax.lax``'s documentation."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from synthesis.frontends.jax.graphs import Graph
from synthesis.frontends.jax.reference.rules.linalg import matrix_product
from synthesis.frontends.jax.reference.rules.shapes import padded
from synthesis.frontends.jax.reference.rules.table import (
    Array,
    Dtype,
    Inputs,
    Machine,
    Parameters,
    Results,
    Rule,
    Types,
    numbers,
    rule,
)


def _axes(parameters: Parameters) -> tuple[int, ...]:
    return tuple(int(axis) for axis in parameters["axes"])


def _reduction(function: Callable[..., Array]) -> Rule:
    def compute(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
        return np.asarray(function(comparable(inputs[0]), axis=_axes(parameters))).astype(inputs[0].dtype)

    return compute


def _whole(function: np.ufunc, logical: Callable[..., Array]) -> Rule:
    def compute(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
        (x,), axes = inputs, _axes(parameters)
        return logical(x, axis=axes) if x.dtype.kind == "b" else function.reduce(x, axis=axes)

    return compute


for _name, _function in (("sum", np.sum), ("prod", np.prod), ("max", np.max), ("min", np.min)):
    rule(f"reduce_{_name}")(_reduction(_function))
rule("reduce_and")(_whole(np.bitwise_and, np.all))
rule("reduce_or")(_whole(np.bitwise_or, np.any))
rule("reduce_xor")(_whole(np.bitwise_xor, np.logical_xor.reduce))


def _position(choose: Callable[..., Array]) -> Rule:
    def compute(_: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
        (axis,) = _axes(parameters)
        return choose(inputs[0], axis=axis).astype(types[0].dtype)

    return compute


rule("argmax")(_position(np.argmax))
rule("argmin")(_position(np.argmin))


def _cumulative(function: Callable[..., Array]) -> Rule:
    def compute(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
        (x,), axis = inputs, int(parameters["axis"])
        if parameters["reverse"]:
            return np.flip(function(np.flip(x, axis), axis=axis), axis).astype(x.dtype)
        return function(x, axis=axis).astype(x.dtype)

    return compute


rule("cumsum")(_cumulative(np.cumsum))
rule("cumprod")(_cumulative(np.cumprod))
rule("cummax")(_cumulative(np.maximum.accumulate))
rule("cummin")(_cumulative(np.minimum.accumulate))


def _log_sums(x: Array, axis: int) -> Array:
    if x.dtype.kind == "c":
        raise NotImplementedError("complex numbers")
    return np.logaddexp.accumulate(x, axis=axis)


rule("cumlogsumexp")(_cumulative(_log_sums))


def comparable(x: Array) -> Array:
    """Return numbers in a dtype that NumPy orders and adds correctly, which it does not do for bfloat16."""
    narrow = x.dtype.kind == "V" or (x.dtype.kind == "f" and x.dtype.itemsize == 1)
    return x.astype(np.float32) if narrow else x


@rule("sort")
def _sort(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    axis, keys = int(parameters["dimension"]), int(parameters["num_keys"])
    moved = [np.moveaxis(key, axis, -1) for key in inputs]
    ranked = [comparable(key) for key in moved[:keys]]
    order = np.lexsort(ranked[::-1], axis=-1) if keys > 1 else np.argsort(ranked[0], -1, kind="stable")
    return [np.moveaxis(np.take_along_axis(each, order, -1), -1, axis) for each in moved]


@rule("top_k")
def _top_k(_: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
    return _first_of(inputs[0], int(parameters["k"]), int(parameters["axis"]), numbers(types[1]), largest=True)


@rule("approx_top_k")
def _approximate_top_k(_: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
    """Return the exact largest or smallest numbers. An approximation may omit some, but does not on a CPU."""
    if not parameters["aggregate_to_topk"]:
        raise NotImplementedError("a number of results that the implementation decides")
    axis, largest = int(parameters["reduction_dimension"]), bool(parameters["is_max_k"])
    ordered = np.sort(comparable(inputs[0]), axis)
    if (np.diff(ordered, axis=axis) == 0).any():
        raise NotImplementedError("equal numbers, any of which may come first")
    return _first_of(inputs[0], int(parameters["k"]), axis, numbers(types[1]), largest=largest)


def _first_of(given: Array, count: int, axis: int, kind: Dtype, *, largest: bool) -> list[Array]:
    """Return the ``count`` largest or smallest numbers along an axis, and their positions; ties keep their order."""
    x = np.moveaxis(given, axis, -1)
    if largest:
        order = np.argsort(np.flip(comparable(x), -1), -1, kind="stable")
        order = x.shape[-1] - 1 - np.flip(order, -1)[..., :count]
    else:
        order = np.argsort(comparable(x), -1, kind="stable")[..., :count]
    found = (np.take_along_axis(x, order, -1), order.astype(kind))
    return [np.moveaxis(each, -1, axis) for each in found]


def _windows(x: Array, parameters: Parameters, value: npt.ArrayLike) -> tuple[Array, tuple[int, ...]]:
    edges = [(low, high, step - 1)
             for (low, high), step in zip(parameters["padding"], parameters["base_dilation"], strict=True)]  # fmt: skip
    sizes, gaps = parameters["window_dimensions"], parameters["window_dilation"]
    extents = [(size - 1) * gap + 1 for size, gap in zip(sizes, gaps, strict=True)]
    view = np.lib.stride_tricks.sliding_window_view(padded(x, value, edges), extents)
    steps = tuple(slice(None, None, step) for step in parameters["window_strides"])
    return view[steps + tuple(slice(None, None, gap) for gap in gaps)], tuple(range(-len(sizes), 0))


def _window_reduction(function: Callable[..., Array], start: Callable[[Dtype], float]) -> Rule:
    def compute(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
        view, axes = _windows(inputs[0], parameters, start(inputs[0].dtype))
        return function(comparable(view), axis=axes).astype(inputs[0].dtype)

    return compute


def _limit(dtype: Dtype, *, highest: bool) -> float:
    if dtype.kind not in "iu":
        return np.inf if highest else -np.inf
    return np.iinfo(dtype).max if highest else np.iinfo(dtype).min


rule("reduce_window_sum")(_window_reduction(np.sum, lambda _: 0))
rule("reduce_window_max")(_window_reduction(np.max, lambda dtype: _limit(dtype, highest=False)))
rule("reduce_window_min")(_window_reduction(np.min, lambda dtype: _limit(dtype, highest=True)))


@rule("select_and_scatter_add")
def _select_and_scatter(_: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    """Add each source element at the extreme of its window; among equal extremes, at the first."""
    source, operand = inputs
    greatest = "ge" in str(parameters["select_prim"])
    edges = [(low, high, 0) for low, high in parameters["padding"]]
    steps = tuple(slice(None, None, step) for step in parameters["window_strides"])

    def windows(values: Array, beyond: float) -> Array:
        view = np.lib.stride_tricks.sliding_window_view(padded(values, beyond, edges), parameters["window_dimensions"])
        return view[steps].reshape(*source.shape, -1)

    numbers = comparable(operand)
    windowed = windows(numbers, _limit(numbers.dtype, highest=not greatest))
    places = windows(np.arange(operand.size).reshape(operand.shape), -1)
    best = np.where(places < 0, False, windowed == (windowed.max if greatest else windowed.min)(axis=-1, keepdims=True))
    chosen = np.take_along_axis(places, best.argmax(axis=-1)[..., None], axis=-1)[..., 0]
    result = np.zeros(operand.size, numbers.dtype)
    np.add.at(result, chosen[chosen >= 0], comparable(source)[chosen >= 0])
    return result.reshape(operand.shape).astype(operand.dtype)


@rule("conv_general_dilated")
def _convolution(evaluator: Machine, inputs: Inputs, parameters: Parameters, types: Types) -> Results:
    numbers, result = parameters["dimension_numbers"], evaluator.format(types[0].dtype)
    several = "runs" in parameters
    x, w = inputs if several else (each[None] for each in inputs)  # a first axis is that of the runs
    axes = ((0, *(1 + axis for axis in each)) for each in (numbers.lhs_spec, numbers.rhs_spec))
    x, w = (each.transpose(*order) for each, order in zip((x, w), axes, strict=True))
    # NumPy's einsum does not support bfloat16. Sums are in the result's format if that is wider.
    wide = np.dtype(np.float32) if result.kind in "fV" and result.itemsize < 4 else result
    x, w = (each.astype(wide, copy=False) for each in (x, w))
    parts = int(parameters["batch_group_count"])
    pairs = zip(np.split(x, parts, axis=1), np.split(w, parts, axis=1), strict=True)
    made = np.concatenate([_convolved(each, filters, parameters) for each, filters in pairs], axis=2)
    made = made.transpose(0, *(1 + np.argsort(numbers.out_spec))).astype(result)
    return made if several else made[0]


def _convolved(x: Array, w: Array, parameters: Parameters) -> Array:
    """Return the convolution of each run's images and filters.

    Args:
        x: images, with axes for runs, images, channels and sides.
        w: filters, with axes for runs, output channels, input channels of a group, and sides.
        parameters: those of the equation.
    """
    groups, space = int(parameters["feature_group_count"]), x.ndim - 3
    flat = [(0, 0, 0)] * 3
    x = padded(x, 0, flat + [(low, high, step - 1) for (low, high), step in
                             zip(parameters["padding"], parameters["lhs_dilation"], strict=True)])  # fmt: skip
    w = padded(w, 0, flat + [(0, 0, step - 1) for step in parameters["rhs_dilation"]])
    view = np.lib.stride_tricks.sliding_window_view(x, w.shape[3:], axis=tuple(range(3, 3 + space)))
    view = view[(slice(None),) * 3 + tuple(slice(None, None, step) for step in parameters["window_strides"])]
    runs, batch, channels, features = *x.shape[:3], w.shape[1]
    view = view.reshape(runs, batch, groups, channels // groups, *view.shape[3:])
    w = w.reshape(runs, groups, features // groups, *w.shape[2:])
    if x.dtype.kind == "f":  # NumPy's einsum would take much longer
        taps = range(4 + space, 4 + 2 * space)
        made = matrix_product(view, w, ((0, 2), (3, *taps)), ((0, 1), (3, *range(4, 4 + space))))
        made = np.moveaxis(made, (1, -1), (2, 3))
    else:
        places, inner = "uvw"[:space], "xyz"[:space]
        made = np.einsum(f"rngc{places}{inner},rgoc{inner}->rngo{places}", view, w)
    return made.reshape(runs, batch, features, *made.shape[4:])


def _folded(
    evaluator: Machine, views: Sequence[Array], axes: tuple[int, ...], starts: Sequence[Array], body: Graph
) -> list[Array]:
    """Fold the elements of arrays of one shape along axes with a function of all numbers so far and all new ones.

    The elements are taken in order. Each call takes whole arrays.
    """
    first, *_ = views
    rest = tuple(axis for axis in range(first.ndim) if axis not in {each % first.ndim for each in axes})
    lead = tuple(first.shape[axis] for axis in rest)
    moved = [each.transpose((*rest, *(axis % first.ndim for axis in axes))).reshape(*lead, -1) for each in views]
    results = [np.broadcast_to(np.asarray(start, view.dtype), lead) for start, view in zip(starts, views, strict=True)]
    for place in range(moved[0].shape[-1]):
        results = evaluator.call(body, [*results, *(each[..., place] for each in moved)])
    return [np.asarray(each).astype(view.dtype) for each, view in zip(results, views, strict=True)]


@rule("reduce")
def _reduce(evaluator: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    count = len(inputs) // 2
    axes = tuple(int(axis) for axis in parameters["dimensions"])
    return _folded(evaluator, inputs[:count], axes, inputs[count:], parameters["jaxpr"])


@rule("reduce_window")
def _reduce_window(evaluator: Machine, inputs: Inputs, parameters: Parameters, __: Types) -> Results:
    if parameters["consts"]:
        raise NotImplementedError("a function that captures arrays")
    count = len(inputs) // 2
    arrays, starts = inputs[:count], inputs[count:]
    found = [_windows(each, parameters, start) for each, start in zip(arrays, starts, strict=True)]
    return _folded(evaluator, [view for view, _ in found], found[0][1], starts, parameters["jaxpr"])
