"""Calls of the primitives that move elements about, reduce them and find them."""

import itertools
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
from jax_cases import CASES, FLOATS, NUMBERS, Case, cases, edges, jax, jnp, lax, primitives, some, step_of, taken

__all__ = ["CASES"]


def simple(name: str, kinds: Any, shape: Any, *functions: Any, slack: float = 1.0) -> Iterator[Case]:
    """Each function of one array, of every type that it takes."""
    for kind, function in itertools.product(kinds, functions):
        x = some(kind, shape)
        if taken(function, x):
            yield Case(function=function, inputs=(x,), slack=slack)


# ---- shapes


@cases("broadcast_in_dim", "reshape", "squeeze", "transpose", "rev", "slice", "split", "tile", "unstack")
def _moves(name: str, kinds: Any) -> Iterator[Case]:
    functions = {
        "broadcast_in_dim": (
            partial(lax.broadcast_in_dim, shape=(2, 3, 1, 4), broadcast_dimensions=(1, 2, 3)),
            partial(lax.broadcast_in_dim, shape=(3, 1, 4, 5), broadcast_dimensions=(0, 1, 2)),
        ),
        "reshape": (
            partial(lax.reshape, new_sizes=(6, 2)),
            partial(lax.reshape, new_sizes=(12,), dimensions=(2, 0, 1)),
        ),
        "squeeze": (partial(lax.squeeze, dimensions=(1,)),),
        "transpose": (partial(lax.transpose, permutation=(2, 0, 1)), partial(lax.transpose, permutation=(1, 2, 0))),
        "rev": (partial(lax.rev, dimensions=(0,)), partial(lax.rev, dimensions=(0, 2))),
        "slice": (
            partial(lax.slice, start_indices=(1, 0, 0), limit_indices=(3, 1, 4), strides=(1, 1, 3)),
            partial(lax.slice, start_indices=(0, 0, 1), limit_indices=(3, 1, 3)),
        ),
        "split": (partial(lax.split, sizes=(1, 3), axis=2), partial(lax.split, sizes=(2, 0, 1), axis=0)),
        "tile": (partial(lax.tile, reps=(2, 1, 3)),),
        "unstack": (partial(lax.unstack, axis=0), partial(lax.unstack, axis=2)),
    }
    return simple(name, kinds, (3, 1, 4), *functions[name])


@cases("concatenate", "stack")
def _joined(name: str, kinds: Any) -> Iterator[Case]:
    def joined(axis: int, *arrays: Any) -> Any:
        return getattr(lax, name)(arrays, axis)

    for kind, axis in itertools.product(kinds, (0, 1)):
        yield Case(function=partial(joined, axis), inputs=tuple(some(kind, (2, 3), seed=seed) for seed in range(3)))


@cases("iota", "empty", "empty2")
def _made(name: str, kinds: Any) -> Iterator[Case]:
    for kind in set(kinds) - {np.bool_}:
        if name == "iota":
            for axis in (0, 1):
                yield Case(function=partial(lax.broadcasted_iota, dtype=kind, shape=(3, 4), dimension=axis), inputs=())
        else:
            yield Case(function=partial(_emptied, name, np.dtype(kind)), inputs=())


def _emptied(name: str, kind: Any) -> Any:
    """What is empty may hold anything; its type is what is sure."""
    if name == "empty":
        return lax.full_like(lax.empty((2, 3), kind), 0)
    return lax.full_like(primitives.empty2_p.bind(dtype=kind, memory_space=jax.memory.Space.Device), 0)


@cases("pad")
def _padded(_: str, kinds: Any) -> Iterator[Case]:
    configs = [((1, 2, 0), (0, 0, 1)), ((-1, 2, 1), (3, -2, 0)), ((-1, -1, 2), (0, 0, 0))]
    for kind, config in itertools.product(kinds, configs):
        yield Case(function=partial(lax.pad, padding_config=config), inputs=(some(kind), np.array(1, kind)))


# ---- reductions


def bound_axes(name: str, axes: Any) -> Any:
    return partial(_reduced, name, axes)


def _reduced(name: str, axes: Any, x: Any) -> Any:
    extra = {"out_sharding": None} if name in ("reduce_sum", "reduce_max", "reduce_min", "reduce_prod") else {}
    primitive = getattr(primitives, f"{name}_p")
    try:
        return primitive.bind(x, axes=axes, **extra)
    except TypeError:
        return primitive.bind(x, axes=axes)


@cases("reduce_sum", "reduce_prod", "reduce_max", "reduce_min", "reduce_and", "reduce_or", "reduce_xor")
def _reductions(name: str, kinds: Any) -> Iterator[Case]:
    for kind, axes in itertools.product(kinds, ((0,), (1, 2), (0, 1, 2))):
        x, function = some(kind, (3, 2, 4), -1, 1), bound_axes(name, axes)
        if np.dtype(kind) == bool and name in ("reduce_sum", "reduce_prod"):
            continue
        if taken(function, x):
            yield Case(function=function, inputs=(x,), slack=6, tiny=4 * step_of(kind))
    for kind in set(kinds) & set(FLOATS):
        if name in ("reduce_max", "reduce_min", "reduce_sum"):
            x = np.array([[1, np.nan, 2], [np.inf, 0, -1], [-np.inf, -0.0, 3]], kind)
            yield Case(function=bound_axes(name, (1,)), inputs=(x,))


@cases("argmax", "argmin")
def _positions(name: str, kinds: Any) -> Iterator[Case]:
    for kind, axis in itertools.product(set(kinds) & set(NUMBERS), (0, 1)):
        function = partial(getattr(lax, name), axis=axis, index_dtype=np.int32)
        x = some(kind, (5, 6), -1, 1)
        if taken(function, x):
            yield Case(function=function, inputs=(x,))
            yield Case(function=function, inputs=(np.ones((3, 2), kind),))
    for kind in set(kinds) & set(FLOATS):
        x = np.array([[1, np.nan, 2, np.nan], [np.inf, 0, np.inf, -1], [-np.inf, -0.0, 0.0, -np.inf]], kind)
        yield Case(function=partial(getattr(lax, name), axis=1, index_dtype=np.int32), inputs=(x,))


@cases("cumsum", "cumprod", "cummax", "cummin", "cumlogsumexp")
def _cumulative(name: str, kinds: Any) -> Iterator[Case]:
    for kind, axis, reverse in itertools.product(kinds, (0, 1), (False, True)):
        function = partial(getattr(lax, name), axis=axis, reverse=reverse)
        x = some(kind, (4, 5), -1, 1)
        if taken(function, x) and kind in (FLOATS if name == "cumlogsumexp" else (*NUMBERS, np.complex64)):
            yield Case(function=function, inputs=(x,), slack=8, tiny=8 * step_of(kind))


@cases("sort")
def _sorts(_: str, kinds: Any) -> Iterator[Case]:
    def by_two(*arrays: Any) -> Any:
        return lax.sort(arrays, dimension=1, num_keys=2)

    def by_first(*arrays: Any) -> Any:
        return lax.sort(arrays, dimension=0, num_keys=1, is_stable=True)

    for kind in kinds:
        if np.dtype(kind).kind == "c":
            continue
        x, y, z = (some(kind, (6, 7), -1, 2, seed) for seed in range(3))
        rounded: Any = np.rint(x.astype(float))
        rounded = rounded.astype(kind)
        yield Case(function=partial(lax.sort, dimension=0), inputs=(x,))
        yield Case(function=by_first, inputs=(rounded, y))
        yield Case(function=by_two, inputs=(rounded, y, z))
        yield Case(function=partial(lax.sort, dimension=0), inputs=(edges(kind),))


@cases("top_k")
def _top(_: str, kinds: Any) -> Iterator[Case]:
    for kind in set(kinds) & set(NUMBERS):
        for count, axis in ((1, -1), (3, -1), (2, 0)):
            function = partial(lax.top_k, k=count, axis=axis)
            x = some(kind, (4, 6), -1, 2)
            if taken(function, x):
                yield Case(function=function, inputs=(x,))


@cases("approx_top_k")
def _approximate_top(_: str, kinds: Any) -> Iterator[Case]:
    for kind in set(kinds) & set(FLOATS):
        for function, axis in itertools.product((lax.approx_max_k, lax.approx_min_k), (0, 1)):
            chosen = partial(function, k=2, reduction_dimension=axis)
            yield Case(function=chosen, inputs=(some(kind, (4, 6), -9, 9),))


_WINDOWS = (
    {"window_dimensions": (2, 3), "window_strides": (1, 2), "padding": ((0, 0), (0, 0))},
    {"window_dimensions": (2, 2), "window_strides": (2, 1), "padding": ((1, 0), (1, 2)), "window_dilation": (1, 2)},
    {"window_dimensions": (3, 1), "window_strides": (1, 1), "padding": ((2, 1), (0, 0)), "base_dilation": (2, 1)},
)


@cases("reduce_window", "reduce_window_sum", "reduce_window_max", "reduce_window_min")
def _windows(name: str, kinds: Any) -> Iterator[Case]:
    def compound(a: Any, b: Any) -> Any:
        return a + b + a * b

    for kind, window in itertools.product(set(kinds) & set(NUMBERS), _WINDOWS):
        combine, start = {
            "reduce_window": (compound, 0), "reduce_window_sum": (lax.add, 0),
            "reduce_window_max": (lax.max, _limit(kind, highest=False)),
            "reduce_window_min": (lax.min, _limit(kind, highest=True)),
        }[name]  # fmt: skip
        function = partial(lax.reduce_window, init_value=np.array(start, kind)[()], computation=combine, **window)
        yield Case(function=function, inputs=(some(kind, (4, 6), -1, 1),), slack=20, tiny=8 * step_of(kind))


def _limit(kind: Any, *, highest: bool) -> Any:
    if np.dtype(kind).kind not in "iu":
        return np.inf if highest else -np.inf
    return np.iinfo(kind).max if highest else np.iinfo(kind).min


@cases("reduce")
def _own_reductions(_: str, kinds: Any) -> Iterator[Case]:
    def compound(a: Any, b: Any) -> Any:
        return a + b + a * b

    for kind, axes in itertools.product(set(kinds) & set(NUMBERS), ((0,), (1,), (0, 1))):
        function = partial(lax.reduce, init_values=np.array(0, kind)[()], computation=compound, dimensions=axes)
        yield Case(function=function, inputs=(some(kind, (3, 4), -0.5, 0.5),), slack=20, tiny=8 * step_of(kind))


@cases("select_and_scatter_add")
def _pooled(_: str, kinds: Any) -> Iterator[Case]:
    for kind in set(kinds) & {np.float32}:
        for select, strides in itertools.product((primitives.ge_p, primitives.le_p), ((2, 2), (1, 2))):
            bind = partial(primitives.select_and_scatter_add_p.bind, select_prim=select, window_dimensions=(2, 2),
                        window_strides=strides)  # fmt: skip
            for padding in (((0, 0), (0, 0)), ((1, 0), (0, 1))):
                rows, columns = (
                    (size + sum(edge) - 2) // step + 1
                    for size, edge, step in zip((4, 6), padding, strides, strict=True)
                )
                inputs = (some(kind, (rows, columns)), some(kind, (4, 6), seed=1))
                yield Case(function=partial(bind, padding=padding), inputs=inputs, slack=4)


@cases("conv_general_dilated")
def _convolutions(_: str, kinds: Any) -> Iterator[Case]:
    for kind in set(kinds) & set(FLOATS):
        line, taps = some(kind, (2, 4, 9), -1, 1), some(kind, (6, 4, 3), -1, 1, 1)
        image, filters = some(kind, (2, 5, 6, 4), -1, 1), some(kind, (2, 3, 2, 8), -1, 1, 1)
        convolve = lax.conv_general_dilated
        near = {"slack": 20, "tiny": 16 * step_of(kind)}
        for strides, padding, left, right in ((1, (0, 0), 1, 1), (2, (2, 1), 1, 2), (1, (3, 0), 2, 1)):
            function = partial(convolve, window_strides=(strides,), padding=(padding,), lhs_dilation=(left,),
                            rhs_dilation=(right,))  # fmt: skip
            yield Case(function=function, inputs=(line, taps), **near)
        function = partial(convolve, window_strides=(1, 2), padding="SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"),
                        feature_group_count=2)  # fmt: skip
        yield Case(function=function, inputs=(image, filters), **near)
        function = partial(convolve, window_strides=(1,), padding="SAME", batch_group_count=2)
        yield Case(function=function, inputs=(line, taps), **near)
    for kind in set(kinds) & set(FLOATS[:2]):
        line, taps = some(kind, (2, 4, 9), -1, 1), some(kind, (6, 4, 3), -1, 1, 1)
        function = partial(lax.conv_general_dilated, window_strides=(1,), padding="SAME",
                           preferred_element_type=np.float32)  # fmt: skip
        yield Case(function=function, inputs=(line, taps), slack=20, tiny=16 * step_of(np.float32))


# ---- places


@cases("dynamic_slice", "dynamic_update_slice")
def _dynamic(name: str, kinds: Any) -> Iterator[Case]:
    def cut(x: Any, a: Any, b: Any) -> Any:
        return lax.dynamic_slice(x, (a, b), (2, 3))

    def put(x: Any, part: Any, a: Any, b: Any) -> Any:
        return lax.dynamic_update_slice(x, part, (a, b))

    for kind, (a, b) in itertools.product(kinds, ((0, 1), (9, -7), (2, 2))):
        places = (np.array(a, np.int32), np.array(b, np.int32))
        part = (some(kind, (2, 3), seed=1),) if name == "dynamic_update_slice" else ()
        yield Case(function=put if part else cut, inputs=(some(kind, (4, 5)), *part, *places))


_MODES = ("clip", "fill", "promise_in_bounds")


@cases("gather")
def _gathers(_: str, kinds: Any) -> Iterator[Case]:
    def row(mode: Any, x: Any, index: Any) -> Any:
        return x.at[index].get(mode=mode)

    def place(mode: Any, x: Any, index: Any) -> Any:
        return x.at[index, ::2].get(mode=mode, fill_value=None)

    def along(x: Any, index: Any) -> Any:
        return jnp.take_along_axis(x, index, 1)

    def number(mode: Any, x: Any, index: Any) -> Any:
        numbers = lax.GatherDimensionNumbers(offset_dims=(), collapsed_slice_dims=(0,), start_index_map=(0,))
        return lax.gather(x, index, numbers, (1,), mode=mode)

    def batches(x: Any, index: Any) -> Any:
        numbers = lax.GatherDimensionNumbers(offset_dims=(1,), collapsed_slice_dims=(), start_index_map=(1,),
                                             operand_batching_dims=(0,), start_indices_batching_dims=(0,))  # fmt: skip
        return lax.gather(x, index, numbers, (1, 2), mode="fill")

    for kind, mode in itertools.product(kinds, _MODES):
        inside = mode == "promise_in_bounds"
        index = np.array([[0, 3], [2, 1]] if inside else [[0, 9], [-1, 1]], np.int32)
        yield Case(function=partial(row, mode), inputs=(some(kind, (4, 5)), index))
        yield Case(function=partial(place, mode), inputs=(some(kind, (4, 5)), index))
        for one in (2, 3 if inside else 9):
            yield Case(function=partial(number, mode), inputs=(some(kind, (5,)), np.array([one], np.int32)))
    for kind in kinds:
        yield Case(function=along, inputs=(some(kind, (4, 5)), some(np.int32, (4, 2), 0, 1)))
        yield Case(function=batches, inputs=(some(kind, (3, 5)), np.array([[0], [4], [3]], np.int32)))


@cases("scatter", "scatter-add", "scatter-sub", "scatter-mul", "scatter-min", "scatter-max")
def _scatters(name: str, kinds: Any) -> Iterator[Case]:
    put = {"scatter": "set", "scatter-sub": "subtract", "scatter-mul": "multiply"}.get(name, name.partition("-")[2])

    def rows(mode: Any, x: Any, index: Any, new: Any) -> Any:
        return getattr(x.at[index], put)(new, mode=mode)

    def spots(mode: Any, x: Any, index: Any, new: Any) -> Any:
        return getattr(x.at[index, 1:3], put)(new, mode=mode)

    for kind, mode in itertools.product(kinds, _MODES):
        inside, once = mode == "promise_in_bounds", name == "scatter"
        index = np.array([0, 3, 1] if inside else [0, 9, -1] if once else [2, 9, 2], np.int32)
        for function, width in ((rows, 5), (spots, 2)):
            inputs = (some(kind, (4, 5)), index, some(kind, (3, width), seed=1))
            if taken(partial(function, mode), *inputs) and (kind is not np.bool_ or once):
                yield Case(function=partial(function, mode), inputs=inputs, slack=4)
